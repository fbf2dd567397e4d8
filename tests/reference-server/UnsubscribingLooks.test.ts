// The page that ends reminders, by hand: without scripts, on a phone and at a desk, in every language.
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./SecurityWorld.ts"

const looks = [
  { width: 320, height: 640, javaScript: false, locale: "en", press: "Stop reminders", done: "No more reminders" },
  {
    width: 1280,
    height: 800,
    javaScript: false,
    locale: "sv",
    colorScheme: "dark",
    press: "Stoppa påminnelser",
    done: "Inga fler påminnelser",
  },
  {
    width: 375,
    height: 720,
    javaScript: false,
    locale: "es",
    press: "No recibir más recordatorios",
    done: "No habrá más recordatorios",
  },
] as const

describe.skipIf(Browser.missing !== undefined)("with a browser", () => {
  layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("the looks of unsubscribing", (it) => {
    for (const { press, done, ...size } of looks) {
      it.effect(
        `M13 WCAG: the button ends reminders without scripts, ${size.width} wide, in ${size.locale}`,
        () =>
          Effect.gen(function* () {
            const firm = yield* World.firm
            const recipients = [TestFirm.recipient(firm.address, { language: size.locale })]
            const reminders = { rule: { kind: "urgent" }, enabled: true } as const
            const { id } = yield* World.sent(firm, { reminders, recipients })
            const mail = yield* World.reminded(id, firm.address)
            const path = /<http:\/\/[^/]+(\/u\/[^>]+)>/.exec(mail.headers?.["List-Unsubscribe"] ?? "")?.[1] ?? ""
            const base = yield* World.baseUrl
            const browser = yield* Effect.acquireRelease(
              Effect.promise(() => Browser.launch()),
              (one) => Effect.promise(() => one.close()),
            )
            yield* Effect.promise(async () => {
              const page = await browser.page(size)
              const look = async (name: string) => {
                assert.deepStrictEqual(await Browser.axe(page), [], name)
                assert.strictEqual((await page.locator("html").boundingBox())?.width, size.width, name)
                await Browser.screenshot(page, `unsubscribe-${name}-${size.width}`)
              }
              await page.goto(base + path)
              await look("asks")
              await page.getByRole("button", { name: press }).click()
              assert.strictEqual(await page.getByRole("heading", { level: 1 }).textContent(), done)
              assert.strictEqual(await page.getByRole("button").count(), 0)
              await look("done")
            })
            assert.strictEqual((yield* World.history(id)).at(-1)?.type, "RemindersStopped")
          }),
        180_000,
      )
    }
  })
})
