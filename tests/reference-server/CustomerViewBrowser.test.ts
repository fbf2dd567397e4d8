// "View as customer" and the page of sites that may embed, in a real browser: they are marked, nothing can be pressed, axe finds
// nothing, and they are looked at.
import { afterAll, assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import * as Browser from "../support/Browser.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import * as World from "./SecurityWorld.ts"

let launched: Promise<Browser.Browser> | undefined
const chromium = () => (launched ??= Browser.launch())
afterAll(async () => (await launched)?.close())

const see = <A>(look: () => Promise<A>) => Effect.promise(look)

layer(World.layer, { excludeTestServices: true, timeout: "180 seconds" })("what members see", (it) => {
  const inBrowser = it.effect.skipIf(Browser.missing !== undefined)

  inBrowser(
    "T15 L47: the customer's pages are marked, can be walked through, and no key or press changes anything",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const base = yield* World.baseUrl
        const definition = JSON.stringify(Visitor.questionnaire)
        const { stored } = yield* (yield* Questionnaires).add(firm.member.workspaceId, definition)
        const { id } = yield* World.sent({ ...firm, stored }, {}, RequestPolicy.taxdome)
        const browser = yield* see(chromium)
        for (const [width, colorScheme] of [
          [360, "light"],
          [1280, "dark"],
        ] as const) {
          const page = yield* see(() =>
            browser.page({ javaScript: true, width, height: 800, locale: "en-GB", colorScheme }),
          )
          yield* see(async () => {
            const sent: Array<string> = []
            page.on("request", (one) => void (one.method() === "GET" || sent.push(one.url())))
            await page.context().addCookies([{ name: "rq-member", value: Redacted.value(firm.session), url: base }])
            const look = async (name: string) => {
              assert.deepStrictEqual(await Browser.axe(page), [], name)
              await Browser.screenshot(page, `as-customer-${name}-${width}`)
            }
            await page.goto(`${base}/requests/${id}`)
            await page.getByRole("link", { name: "View as customer" }).click()
            await page.getByText("You see what Carl Customer sees. Nothing is saved.").waitFor()
            assert.isTrue(await page.getByRole("button", { name: "Start" }).isDisabled())
            await look("arrival")
            await page.getByRole("link", { name: "Inside" }).click()
            await look("list")
            await page.getByRole("link", { name: "About you" }).first().click()
            assert.isTrue(await page.getByLabel("Your name").isDisabled())
            await look("section")
            await page.getByRole("link", { name: "Look through" }).click()
            assert.isTrue(await page.getByRole("button", { name: "Finish" }).isDisabled())
            for (let tabs = 0; tabs < 25; tabs++) {
              await page.keyboard.press("Tab")
              assert.notMatch(
                (await page.evaluate(() => document.activeElement?.tagName)) ?? "",
                /BUTTON|INPUT|TEXTAREA/,
              )
            }
            assert.deepStrictEqual(sent, [])
            await page.getByRole("link", { name: "Back to the request" }).click()
            await page.getByText("looked at it as Carl Customer sees it.").waitFor()
            await page.goto(`${base}/settings/embedding`)
            await look("embedding")
            await page.context().close()
          })
        }
      }),
    180_000,
  )
})
