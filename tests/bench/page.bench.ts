/**
 * The customer's page in a real browser: what it weighs on first view, when it is there and can be used on a slow line (400
 * kbit/s, 400 ms) with a slow processor (a sixth), how far anything jumps, and what a key costs in a form of 300 questions.
 * Nothing is asserted but in tests/architecture/assets.test.ts: it is for a quiet machine and a person who reads.
 *
 *   node --conditions=requite-source tests/bench/page.bench.ts
 */
import { createServer } from "node:http"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Api from "../../reference-server/src/Api.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import { HttpMiddleware, HttpRouter } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import * as Visitor from "../reference-server/CustomerPagesVisitor.ts"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { row } from "./server/Table.ts"

/** As Server.ts compresses. */
const layer = HttpRouter.serve(Layer.merge(CustomerPages.layer, Api.layer), {
  disableLogger: true,
  disableListenLog: true,
  middleware: HttpMiddleware.compression({ compressible: (type) => /^text\/(css|javascript)\b/.test(type) }),
}).pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(TestFirm.layer),
)

const many = (count: number) => ({
  format: 1,
  id: `many${count}`,
  version: 1,
  language: "en",
  title: "Many",
  sections: [
    {
      id: "all",
      title: "All",
      items: Array.from({ length: count }, (_, at) => {
        const common = { id: `q${at}`, label: `Question ${at}`, required: at % 3 === 0 }
        if (at % 5 === 4) {
          return { ...common, type: "text", when: { answered: { answer: `q${at - 1}` } } }
        }
        if (at % 5 === 3) return { ...common, type: "number", min: 1 }
        if (at % 5 === 2) {
          const options = ["a", "b", "c"].map((value) => ({ value, label: `Option ${value}` }))
          return { ...common, type: "choice", options }
        }
        return { ...common, type: "text" }
      }),
    },
  ],
})

/** Arrived over the line so far, and what the page says of its own time. */
const watched = async (page: Browser.Page, isSlow: boolean) => {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send("Network.enable")
  if (isSlow) {
    const line = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }
    await cdp.send("Network.emulateNetworkConditions", line)
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 6 })
  }
  let bytes = 0
  cdp.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength))
  await page.addInitScript(() => {
    const seen = { shift: 0, ready: 0 }
    Object.assign(globalThis, { seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shift += Number(Reflect.get(entry, "value"))
    }).observe({ type: "layout-shift", buffered: true })
    // the last thing that the script puts on the page
    new MutationObserver(() => {
      if (seen.ready === 0 && document.querySelector(".line-bar") !== null) seen.ready = performance.now()
    }).observe(document, { childList: true, subtree: true })
  })
  return {
    cdp,
    told: async () => {
      await page.waitForLoadState("networkidle")
      const own = await page.evaluate(() => ({
        paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
        ...(Reflect.get(globalThis, "seen") as { shift: number; ready: number }),
      }))
      const told = { bytes, ...own }
      bytes = 0
      return told
    },
  }
}

const millis = (value: number) => `${Math.round(value)} ms`
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`

/** What `count` keys cost, each with all that follows of it up to the layout. */
const keys = (page: Browser.Page, count: number) =>
  page.evaluate((times) => {
    const field = document.querySelector<HTMLInputElement>("#c-q150")
    if (field === null) throw new Error("there is no such field")
    field.focus()
    const spent: Array<number> = []
    for (let at = 0; at < times; at++) {
      const before = performance.now()
      field.value += "x"
      field.dispatchEvent(new InputEvent("input", { bubbles: true }))
      void document.body.offsetHeight
      spent.push(performance.now() - before)
    }
    return spent.sort((a, b) => a - b)
  }, count)

const measured = Effect.gen(function* () {
  const { base } = yield* Visitor.visitor
  const browser = yield* Effect.acquireRelease(
    Effect.promise(() => Browser.launch()),
    (one) => Effect.promise(() => one.close()),
  )
  for (const [name, definition, section] of [
    ["8 questions", Visitor.questionnaire, "about"],
    ["300 questions", many(300), "all"],
  ] as const) {
    const { token } = yield* Visitor.arrange({}, definition, RequestPolicy.taxdome)
    yield* Effect.promise(async () => {
      const size = { javaScript: true, width: 390, height: 844, locale: "en-GB" }
      const quick = await browser.page(size)
      const fast = await watched(quick, false)
      await quick.goto(`${base}/r/${token}`)
      row(`${name}: arrival, all of it`, kilobytes((await fast.told()).bytes), "bar 40 KB")
      await quick.getByRole("button", { name: "Start" }).click()
      const list = quick.url()
      await fast.told()
      const { cookies } = await quick.context().storageState()

      const slowPage = await browser.page(size)
      await slowPage.context().addCookies(cookies)
      const slow = await watched(slowPage, true)
      await slowPage.goto(`${list}/sections/${section}`)
      await slowPage.waitForFunction(() => document.querySelector(".line-bar") !== null, undefined, { timeout: 60_000 })
      const first = await slow.told()
      row(`${name}: a section as first view`, kilobytes(first.bytes), "bar 40 KB")
      row(`${name}: first paint, slow line and processor`, millis(first.paint))
      row(`${name}: can be used`, millis(first.ready))
      row(`${name}: layout shift`, first.shift.toFixed(3), "bar 0")
      if (section === "all") {
        const spent = await keys(slowPage, 100)
        row(`${name}: a key, median`, `${spent[50]?.toFixed(1)} ms`, "bar 16 ms")
        row(`${name}: a key, 99 of 100`, `${spent[98]?.toFixed(1)} ms`, "bar 16 ms")
      }
    })
  }
})

await Effect.runPromise(Effect.scoped(Effect.provide(measured, layer)))
process.exit(0)
