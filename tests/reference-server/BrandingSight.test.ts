// The branding's page and its previews as a browser shows them: wide and on a phone, light and dark.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Brandings } from "../../reference-server/src/Branding.ts"
import { Members } from "../../reference-server/src/Members.ts"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Branding from "./BrandingWorld.ts"

layer(Branding.layerAt("http://localhost:3000"), { excludeTestServices: true, timeout: "300 seconds" })(
  "branding in a browser",
  (it) => {
    it.effect.skipIf(Browser.missing !== undefined)(
      "K5 P19: the form and every preview have nothing for axe to find (WCAG 2.2 AA), light and dark, wide and on a phone",
      () =>
        Effect.gen(function* () {
          const { member } = yield* TestFirm.firm
          const brandings = yield* Brandings
          const { live } = yield* brandings.standing(member.workspaceId)
          yield* brandings.save(member, {
            ...live,
            accent: "#a3195b",
            variables: {
              page: "#fdf0f5",
              pageDark: "#22101a",
              radius: 20,
              band: 10,
              font: "serif",
              headingWeight: 500,
            },
            texts: {
              arrival: { en: "Accountants in Lund since 1987" },
              help: { en: "Call us on 046-12 34 56, weekdays 9 to 16.\nStora Södergatan 1, Lund" },
              next: { en: "We look through it within two days.\n\nThen somebody calls you." },
            },
          })
          const baseUrl = yield* Branding.base
          const session = Redacted.value(yield* (yield* Members).openSession(member))
          const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (open) =>
            Effect.promise(() => open.close()),
          )
          /** A browser's page, and what is wrong on what it shows. */
          const open = (width: number, colorScheme: "light" | "dark") =>
            Effect.promise(async () => {
              const page = await browser.page({ javaScript: true, width, height: 900, locale: "en", colorScheme })
              await page.context().addCookies([{ name: "rq-member", value: session, url: new URL(baseUrl).origin }])
              const complaints: Array<string> = []
              page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())))
              return (name: string, path: string) =>
                Effect.promise(async () => {
                  await page.goto(`${baseUrl}${path}`)
                  for (const frame of page.frames()) await frame.waitForLoadState("load")
                  const framed = await page.frames().at(1)?.locator("h1").first().textContent()
                  await Browser.screenshot(page, `branding-${name}-${width}-${colorScheme}`)
                  const found = await Browser.axe(page)
                  const overflow = await page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth)
                  assert.deepStrictEqual([overflow, complaints], [0, []], `${name} at ${width}, ${colorScheme}`)
                  return { found, framed }
                })
            })
          for (const [width, scheme] of [
            [1280, "light"],
            [360, "dark"],
          ] as const) {
            const looked = yield* open(width, scheme)
            const form = yield* looked("form", Branding.path)
            assert.deepStrictEqual(form.found, [], `the form at ${width}, ${scheme}`)
            assert.include(form.framed, "Yearly company check")
            for (const view of ["arrival", "list", "section", "done", "mail"]) {
              // in the scheme that the device does not have
              const other = scheme === "light" ? "dark" : "light"
              const shown = yield* looked(
                `${view}-${other}-on`,
                `${Branding.path}/preview?show=${view}&scheme=${other}`,
              )
              // a mail is no page of ours: it has no landmarks, but it must be readable
              const found = view === "mail" ? shown.found.filter((one) => one.startsWith("color")) : shown.found
              assert.deepStrictEqual(found, [], `${view} at ${width}, ${other}`)
            }
            if (width > 1000)
              assert.deepStrictEqual((yield* looked("desktop", `${Branding.path}?size=desktop`)).found, [])
          }
        }).pipe(Effect.scoped),
      300_000,
    )
  },
)
