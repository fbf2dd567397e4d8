// A request inside a page of the firm's, in a real browser: the very page of docs/embedding.md on sites of this machine. The
// server is 127.0.0.1; to it, localhost and its subdomains are other sites.
import { createServer } from "node:http"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Contacts } from "../../reference-server/src/Contacts.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./SecurityWorld.ts"

let launched: Promise<Browser.Browser> | undefined
const chromium = () => (launched ??= Browser.launch())
afterAll(async () => (await launched)?.close())

const documentation = readFileSync(join(import.meta.dirname, "../../docs/embedding.md"), "utf8")
const [whole = "", line = ""] = [...documentation.matchAll(/^```html\n(.*?)^```$/gms)].map(([, text = ""]) => text)

const questionnaire = {
  format: 1,
  id: "short",
  version: 1,
  language: "en",
  title: "Short",
  sections: [
    { id: "about", title: "About you", items: [{ id: "name", type: "text", label: "Your name", required: true }] },
  ],
}

/** A site that shows `/TOKEN` as the page of the documentation, and `/line/TOKEN` by its one line. */
const site = (base: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer(({ url = "" }, response) => {
        const [, kind, token = ""] = /^\/(line\/)?([\w-]+)$/.exec(url) ?? []
        const page = kind === undefined ? whole : `<!doctype html><html lang="sv"><title>One</title><body>${line}`
        response.writeHead(token === "" ? 404 : 200, { "content-type": "text/html" })
        response.end(page.replaceAll("https://requests.example.com", base).replaceAll("LINK", token))
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const address = server.address()
      return { server, port: typeof address === "object" && address !== null ? address.port : 0 }
    }),
    ({ server }) => Effect.promise(() => new Promise((resolve) => server.close(resolve))),
  )

const begin = Effect.fnUntraced(function* (policy: RequestPolicy.RequestPolicy) {
  const base = yield* World.baseUrl
  const { port } = yield* site(base)
  const firm = yield* World.firm
  const { stored } = yield* (yield* Questionnaires).add(firm.member.workspaceId, JSON.stringify(questionnaire))
  const person = { name: "Carl Customer", email: firm.address, mobile: "", language: "en", timeZone: null }
  const { id: contact } = yield* (yield* Contacts).create(firm.member.workspaceId, yield* TestFirm.uuid, person)
  const recipients = [TestFirm.recipient(firm.address, { mobile: "+46701234567", contact })]
  const send = () => World.sent({ ...firm, stored }, { recipients }, policy)
  const sites = {
    own: `http://localhost:${port}`,
    other: `http://other.localhost:${port}`,
    near: `http://127.0.0.1:${port}`,
  }
  yield* firm.api.embedding.list({ payload: { origins: Object.values(sites) } })
  const browser = yield* Effect.promise(chromium)
  const open = yield* Effect.acquireRelease(
    Effect.promise(() => browser.page({ javaScript: true, width: 390, height: 844, locale: "en-GB" })),
    (page) => Effect.promise(() => page.context().close()),
  )
  const requests = yield* ClientRequests
  const state = (id: string) => Effect.map(requests.read(firm.member.workspaceId, id), ({ request }) => request.state)
  return { ...firm, send, base, page: open, sites, unlisted: `http://unlisted.localhost:${port}`, state }
})

const see = <A>(look: () => Promise<A>) => Effect.promise(look)

/** The frame is as high as what it shows: nothing in it scrolls. */
const fits = async (page: Browser.Page) => {
  const frame = page.frames()[1]
  await page.waitForFunction(() => document.querySelector("iframe")?.style.height !== "30rem")
  for (let tries = 0; tries < 1_000; tries++) {
    const [inner, outer] = (await frame?.evaluate(() => [
      document.documentElement.scrollHeight,
      window.innerHeight,
    ])) ?? [0, 1]
    if (inner === outer) return
    await page.waitForTimeout(20)
  }
  assert.fail("the frame is not as high as what it shows")
}

const patience = 300_000

layer(World.layer, { excludeTestServices: true, timeout: "180 seconds" })("a request in a frame", (it) => {
  const inBrowser = it.effect.skipIf(Browser.missing !== undefined)

  inBrowser(
    "S38 S39: on a listed site it is begun, passed by a code, answered and submitted in the frame, and the page is told",
    () =>
      Effect.gen(function* () {
        const coded = { secondFactor: "sms-code", secondFactorWhen: "always", requires: ["email", "mobile"] } as const
        const { page, send, sites, state } = yield* begin({ ...RequestPolicy.standard, ...coded })
        const { id, token } = yield* send()
        const frame = page.frameLocator("iframe")
        const heard: Array<string> = []
        yield* see(async () => {
          page.on("console", (message) => void heard.push(message.text()))
          await page.addInitScript(`for (const name of ["requite:submitted", "requite:failed", "requite:height"])
            document.addEventListener(name, ({ type, detail }) => console.log(type, JSON.stringify(detail)))`)
          await page.goto(`${sites.own}/${token}`)
          await fits(page)
          assert.strictEqual(await page.locator("iframe").getAttribute("title"), "Questions for you")
          await Browser.screenshot(page, "embedding-arrival")
          // the answer to it is the same for everybody, and in no frame
          assert.strictEqual(await frame.locator('[action^="?send-access-link"]').getAttribute("target"), "_blank")
          await frame.getByRole("button", { name: "Start" }).click()
          await frame.getByLabel("Code").waitFor()
        })
        const code = yield* TestFirm.eventually(
          Effect.sync(() => /\b\d{6}\b/.exec(TestFirm.sms.at(-1)?.text ?? "")?.[0]),
        )
        yield* see(async () => {
          await frame.getByLabel("Code").fill(code)
          await frame.getByLabel("Code").press("Enter")
          // nor is the portal in any
          const portal = frame.locator('a[href^="/portal/"]')
          await portal.waitFor()
          assert.strictEqual(await portal.getAttribute("target"), "_blank")
          await frame.getByRole("link", { name: "About you" }).first().click()
          await frame.getByLabel("Your name").fill("Ann Ek")
          await fits(page)
          await Browser.screenshot(page, "embedding-section")
          await frame.getByRole("button", { name: "Save and continue" }).last().click()
          await frame
            .getByRole("link", { name: "Finish" })
            .or(frame.getByRole("button", { name: "Finish" }))
            .first()
            .waitFor()
          assert.isFalse(await page.locator("#thanks").isVisible())
          const link = frame.getByRole("link", { name: "Finish" })
          if ((await link.count()) > 0) await link.first().click()
          await frame.getByRole("button", { name: "Finish" }).click()
          await frame.getByText("Data successfully submitted").waitFor()
          await page.locator("#thanks").waitFor()
          await fits(page)
          assert.deepStrictEqual(
            heard.filter((line) => /requite:(?!height)/.test(line)),
            ["requite:submitted null"],
          )
          assert.match(heard.join("\n"), /requite:height \{"height":\d+\}/)
          const cookies = await page.context().cookies()
          assert.isAbove(cookies.length, 1)
          for (const cookie of cookies) {
            assert.strictEqual(cookie.sameSite, "None", cookie.name)
            assert.isTrue(cookie.secure && cookie.httpOnly, cookie.name)
            assert.match(JSON.stringify(cookie.partitionKey ?? ""), /http:\/\/localhost/, cookie.name)
          }
        })
        assert.strictEqual(yield* state(id), "Submitted")
      }),
    patience,
  )

  inBrowser(
    "S38: elsewhere it is blocked, as is a dead link: the page around says so itself, and leads to a window of its own",
    () =>
      Effect.gen(function* () {
        const { page, send, sites, unlisted, base } = yield* begin(RequestPolicy.standard)
        const { token } = yield* send()
        const dead = "x".repeat(43)
        const says = async (one: Browser.Page, address: string, sentence: string, path: string) => {
          await one.goto(address)
          const way = one.getByRole("link", { name: sentence })
          await way.waitFor()
          assert.strictEqual(await way.getAttribute("href"), `${base}${path}`)
          assert.isFalse(await one.locator("iframe").isVisible())
        }
        yield* see(async () => {
          const blocked: Array<string> = []
          page.on("console", (message) => void blocked.push(message.text()))
          const second = await page.context().newPage()
          await Promise.all([
            says(page, `${unlisted}/${token}`, "Open it in a window of its own", `/r/${token}`),
            says(second, `${sites.own}/line/${dead}`, "Öppna det i ett eget fönster", `/r/${dead}`),
          ])
          assert.match(blocked.join("\n"), /frame-ancestors/)
          await Browser.screenshot(page, "embedding-blocked")
          const [opened] = await Promise.all([second.waitForEvent("popup"), second.getByRole("link").click()])
          await opened.getByText("This request has expired.").waitFor()
        })
      }),
    patience,
  )

  inBrowser(
    "S20 S38: the session of one site's frame is not in another's, and on the server's own site it works as well",
    () =>
      Effect.gen(function* () {
        const { page, send, sites } = yield* begin({ ...RequestPolicy.standard, binding: "on-open" })
        const { token } = yield* send()
        const near = yield* send()
        yield* see(async () => {
          await page.goto(`${sites.own}/line/${token}`)
          const frame = page.frameLocator("iframe")
          await frame.getByRole("button", { name: "Start" }).click()
          await frame.getByRole("link", { name: "About you" }).first().waitFor()
          // the same browser, come back: it goes on; on another site it is another device
          await page.goto(`${sites.own}/line/${token}`)
          await frame.getByRole("button", { name: /Start|Continue/ }).click()
          await frame.getByRole("link", { name: "About you" }).first().waitFor()
          await page.goto(`${sites.other}/line/${token}`)
          await page.getByRole("link", { name: "Öppna det i ett eget fönster" }).waitFor()
          await page.goto(`${sites.near}/line/${near.token}`)
          await frame.getByRole("button", { name: "Start" }).click()
          await frame.getByRole("link", { name: "About you" }).first().waitFor()
        })
      }),
    patience,
  )
})
