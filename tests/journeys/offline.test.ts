// A bad line: the network is cut at twenty random moments while somebody fills in, the tab is closed, the page loaded anew; and
// every answer that was typed is in the submission.
import { afterAll, assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as Visitor from "../reference-server/CustomerPagesVisitor.ts"
import * as Browser from "../support/Browser.ts"

let launched: Promise<Browser.Browser> | undefined
const chromium = () => (launched ??= Browser.launch())
afterAll(async () => (await launched)?.close())

const letters = ["a", "b", "c"]
const questionnaire = {
  format: 1,
  id: "offline",
  version: 1,
  language: "en",
  title: "Offline",
  sections: letters.map((letter) => ({
    id: letter,
    title: `Section ${letter}`,
    items: Array.from({ length: 8 }, (_, at) => ({
      id: `${letter}${at}`,
      type: "text",
      label: `Question ${letter}${at}`,
      required: true,
    })),
  })),
}

/** The same moments each time. */
const random = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}

const begin = Effect.gen(function* () {
  const arranged = yield* Visitor.arrange({ title: "Year end 2027" }, questionnaire, RequestPolicy.taxdome)
  const requests = yield* ClientRequests
  const { base } = yield* Visitor.visitor
  const browser = yield* Effect.promise(chromium)
  const first = yield* Effect.acquireRelease(
    Effect.promise(() => browser.page({ javaScript: true, width: 390, height: 844, locale: "en-GB" })),
    (one) => Effect.promise(() => one.context().close()),
  )
  const open = async (page: Browser.Page) => {
    await page.goto(`${base}/r/${arranged.token}`)
    await page.getByRole("button", { name: /Start|Continue/ }).click()
  }
  yield* Effect.promise(() => open(first))
  const overview = Effect.map(
    requests.overview(arranged.member.workspaceId, arranged.request.id),
    ({ current }) => current,
  )
  return { ...arranged, first, open, overview }
})

const section = (page: Browser.Page, id: string) =>
  page.goto(`${page.url().split(/\/sections|\/review|\?/)[0] ?? ""}/sections/${id}`)
const shown = (page: Browser.Page, text: string) => page.locator(".saving .shown", { hasText: text }).waitFor()
const bar = (page: Browser.Page, text: string) => page.locator(".line-bar", { hasText: text }).waitFor()

layer(Visitor.layer, { excludeTestServices: true, timeout: "300 seconds" })("on a bad line", (it) => {
  const inBrowser = it.effect.skipIf(Browser.missing !== undefined)

  inBrowser(
    "T16: cut at twenty moments, every answer that was typed is in the submission",
    () =>
      Effect.gen(function* () {
        const { first: page, overview } = yield* begin
        const typed: Record<string, string> = {}
        yield* Effect.promise(async () => {
          const next = random(20_270_327)
          const context = page.context()
          const cut = async (how: number) => {
            // no line at all; or one on which nothing gets through, which nobody is told of
            if (how < 0.5) await context.setOffline(true)
            else await context.route("**/*", (route) => route.abort())
          }
          const mend = async () => {
            await context.unroute("**/*")
            await context.setOffline(false)
          }
          const moments = new Set<number>()
          while (moments.size < 20) moments.add(Math.floor(next() * 24))
          let moment = 0
          for (const letter of letters) {
            await section(page, letter)
            for (let at = 0; at < 8; at++) {
              const id = `${letter}${at}`
              const words = `${id}-${Math.floor(next() * 1e6)}`
              const half = Math.floor(next() * words.length)
              const field = page.locator(`[name="a.${id}"]`)
              await field.pressSequentially(words.slice(0, half))
              if (moments.has(moment++)) await cut(next())
              await field.pressSequentially(words.slice(half))
              typed[id] = words
              if (next() < 0.5) await mend()
            }
            await page.getByRole("button", { name: "Save and continue" }).last().click()
            await mend()
            await page.waitForURL((url) => !url.pathname.endsWith(`/sections/${letter}`))
          }
          await page.getByRole("button", { name: "Finish" }).click()
          await page.getByText("Data successfully submitted").waitFor()
          assert.deepStrictEqual(
            await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("requite."))),
            [],
          )
        })
        const { request, answers } = yield* overview
        assert.strictEqual(request.state, "Submitted")
        assert.deepStrictEqual(answers, typed)
      }),
    300_000,
  )

  inBrowser("T16: what was typed without a line outlives the tab, and is sent when the page is opened again", () =>
    Effect.gen(function* () {
      const { first, open, overview } = yield* begin
      const context = first.context()
      yield* Effect.promise(async () => {
        await section(first, "a")
        await first.locator(`[name="a.a0"]`).fill("at the server")
        await shown(first, "Saved just now")
        await context.setOffline(true)
        await first.locator(`[name="a.a1"]`).pressSequentially("only here")
        await bar(first, "You are offline. Your answers are kept on this device")
        assert.deepStrictEqual(await Browser.axe(first), [])
        await Browser.screenshot(first, "offline-bar-390")
        await first.close()
        await context.setOffline(false)
        const second = await context.newPage()
        await open(second)
        // the list sends it by itself, and is shown again
        await second.waitForFunction(() => Object.keys(localStorage).every((key) => !key.startsWith("requite.")))
        // being shown again may come between
        await section(second, "a").catch(() => section(second, "a"))
        assert.strictEqual(await second.locator(`[name="a.a1"]`).inputValue(), "only here")
        // a battery that dies: nothing more runs in the page
        await context.setOffline(true)
        await second.locator(`[name="a.a2"]`).pressSequentially("the last letter")
        await second.close()
        await context.setOffline(false)
        const third = await context.newPage()
        await open(third)
        await section(third, "a")
        await third.waitForFunction(
          () => document.querySelector<HTMLInputElement>("#c-a2")?.value === "the last letter",
        )
        assert.strictEqual(await third.locator(`[name="a.a1"]`).inputValue(), "only here")
      })
      const { answers } = yield* overview
      assert.deepInclude(answers, { a0: "at the server", a1: "only here" })
    }),
  )

  inBrowser("T16: a button pressed without a line waits, says so, and goes on when the line is back", () =>
    Effect.gen(function* () {
      const { first: page, overview } = yield* begin
      yield* Effect.promise(async () => {
        await section(page, "b")
        for (let at = 0; at < 8; at++) await page.locator(`[name="a.b${at}"]`).fill(`b${at}`)
        await page.context().setOffline(true)
        await page.locator(`[name="a.b7"]`).fill("the last")
        // what is pressed last is what is meant
        await page.getByRole("link", { name: "All sections" }).click()
        assert.include(page.url(), "/sections/b")
        await page.getByRole("button", { name: "Save and continue" }).last().click()
        await page
          .locator("[role=status]", { hasText: "There is no connection just now." })
          .waitFor({ state: "attached" })
        assert.include(page.url(), "/sections/b")
        await page.context().setOffline(false)
        await page.waitForURL((url) => !url.pathname.endsWith("/sections/b"))
      })
      const { answers, visited } = yield* overview
      assert.strictEqual(answers["b7"], "the last")
      assert.deepStrictEqual(visited, ["b"])
    }),
  )
})
