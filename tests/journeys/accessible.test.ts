/**
 * Every page of the customer in every state, as many people have to use it: axe finds nothing (WCAG 2.2 AA) in light and dark;
 * nothing is cut and nothing scrolls sideways at 360 and 1280 px, enlarged to 200 % and 400 %, with more space between letters
 * and in forced colours; nothing moves; Tab goes through it all and the focus is always seen. Pictures are kept.
 */
import { afterAll, assert, describe, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Accessible from "../support/Accessible.ts"
import * as Browser from "../support/Browser.ts"
import * as World from "./AccessibleWorld.ts"

const { standard } = RequestPolicy

type Page = Browser.Page
const { press, aboutOneself } = World

describe.skipIf(Browser.missing !== undefined)("with a browser", () => {
  afterAll(World.close)

  layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("everyone can use every page", (it) => {
    for (const javaScript of [false, true])
      it.effect(
        `WCAG P21 P22 P23 P24 P25: from the link to the receipt, ${javaScript ? "with" : "without"} scripts`,
        () =>
          Effect.gen(function* () {
            const { open, link, t } = yield* World.asked(standard, { javaScript })
            const page = yield* open(link)
            const elsewhere = yield* open(link)
            const { whole, complaints } = Accessible.looks(`accessible${javaScript ? "-js" : ""}`)
            // pages that no script changes are looked at once
            const look = (one: Page, what: string) => (javaScript ? Promise.resolve() : whole(one, what))
            yield* Effect.promise(async () => {
              await look(page, "arrival")
              await press(page, t("arrival.start"))
              await look(page, "list")
              const list = page.url()
              await page.goto(`${list}/sections/you`)
              await page.locator('[name="a.mail"]').fill("nobody")
              await press(page, t("section.next"))
              await page.getByRole("alert").waitFor()
              await whole(page, "section-errors")
              await aboutOneself(page)
              await page.locator('[name="a.mail"]').fill("ann@customer.example")
              await page.locator('[name="a.pets"][value="yes"]').check()
              if (!javaScript) await press(page, t("section.next"))
              await page.locator('[name="a.which"]').waitFor()
              await whole(page, "section-news")
              await page.locator('[name="a.which"]').fill("Two cats")
              await press(page, t("section.next"))
              await page.waitForURL("**/home")

              await page.locator('[name="a.rooms"][value="storage"]').check()
              await page.getByRole("button", { name: new RegExp(t("group.add")) }).click()
              await page.locator('[name="a.people.0.who"]').fill("Bo")
              await page.locator('[name="f.papers"]').setInputFiles([World.program, World.pdf("identity.pdf")])
              if (javaScript) await page.locator("[data-state=ready]").waitFor()
              else await press(page, t("section.toList"))
              await page.getByText("program.pdf").first().waitFor()
              await whole(page, "upload-refused")

              await elsewhere.reload()
              await look(elsewhere, "other-device")
              await press(elsewhere, t("accessLink.send"))
              await look(elsewhere, "access-link-sent")
              await page.goto(list)
              await look(page, "list-started")
              await page.goto(`${list}/review`)
              await look(page, "review-missing")
              await press(page, t("review.finish"))
              await page.getByRole("alert").waitFor()
              await look(page, "review-refused")
              await page.goto(`${list}/sections/home`)
              await page.locator('[name="a.agreed"][value="yes"]').check()
              await press(page, t("section.next"))
              await page.waitForURL("**/review")
              await look(page, "review")
              await press(page, t("review.finish"))
              await page.getByRole("heading", { name: t("done.title") }).waitFor()
              await look(page, "done")
              await page.emulateMedia({ media: "print" })
              assert.isFalse(await page.locator(".languages").isVisible(), "the switch is not printed")
              assert.isTrue(await page.getByText("Ann Example").isVisible())
              await Browser.screenshot(page, `accessible${javaScript ? "-js" : ""}-done-print`)
              await page.emulateMedia({ media: "screen" })
              await page.goto(new URL(link, page.url()).href)
              await look(page, "expired")
            })
            assert.deepStrictEqual(complaints, [])
          }),
        { timeout: 240_000 },
      )
  })
})
