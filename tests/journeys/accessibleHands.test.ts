/**
 * A whole request by keyboard alone, with and without scripts, in the order of the focus; and one by the accessibility tree alone,
 * as a screen reader has it: things are found by role and name, and what appears, goes wrong and is saved is said.
 */
import { afterAll, assert, describe, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Browser from "../support/Browser.ts"
import * as Hearing from "../support/Hearing.ts"
import * as Journey from "../support/Journey.ts"
import * as World from "./AccessibleWorld.ts"

type Page = Browser.Page

/** The name of what has the focus. */
const focused = `(() => {
  const element = document.activeElement
  if (element === null || element === document.body) return ""
  const text = element.labels?.[0]?.innerText ?? element.getAttribute("aria-label") ?? element.innerText ?? ""
  return text.trim().replace(/\\s+/g, " ")
})()`

/** Tab as often as it takes; what was passed on the way, and it, by their names. */
const tabTo = async (page: Page, name: string | RegExp): Promise<ReadonlyArray<string>> => {
  const passed: Array<string> = []
  for (let count = 0; count < 60; count++) {
    await page.keyboard.press("Tab")
    const here = await page.evaluate<string>(focused)
    passed.push(here)
    if (typeof name === "string" ? here === name : name.test(here)) return passed
  }
  throw new Error(`Tab does not come to ${String(name)}: ${passed.join(", ")}`)
}

describe.skipIf(Browser.missing !== undefined)("with a browser", () => {
  afterAll(World.close)

  layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("without eyes or a mouse", (it) => {
    for (const javaScript of [false, true])
      it.effect(
        `WCAG 2.1.1 2.4.3: a whole request by keyboard alone, ${javaScript ? "with" : "without"} scripts`,
        () =>
          Effect.gen(function* () {
            const { open, link, t } = yield* World.asked(RequestPolicy.standard, { javaScript })
            const page = yield* open(link)
            yield* Effect.promise(async () => {
              const { keyboard } = page
              const enter = async () => {
                await keyboard.press("Enter")
                await page.waitForLoadState()
              }
              assert.deepStrictEqual(await tabTo(page, "Start"), ["Español", "Svenska", "Start"])
              await Promise.all([page.waitForURL("**/q/*"), enter()])
              // past the head at once
              assert.deepStrictEqual(await tabTo(page, t("frame.skip")), [t("frame.skip")])
              await enter()
              assert.deepStrictEqual((await tabTo(page, /Begin/)).slice(0, 2), ["About you", "Your home"])
              await Promise.all([page.waitForURL("**/you"), enter()])

              assert.deepStrictEqual(await tabTo(page, /full name/), [
                t("frame.skip"),
                "Español",
                "Svenska",
                t("section.back"),
                "Your full name",
              ])
              await keyboard.type("Ann Example")
              assert.deepStrictEqual(await tabTo(page, "Day"), ["E-mail (optional)", "Day"])
              await keyboard.type("2")
              await tabTo(page, "Month")
              await keyboard.type("3")
              await tabTo(page, "Year")
              await keyboard.type("1990")
              // one stop for all choices, and arrows between them
              await tabTo(page, /Yes/)
              await keyboard.press("Space")
              await keyboard.press("ArrowDown")
              assert.strictEqual(await page.evaluate<string>(focused), "No")
              await tabTo(page, /Income/)
              await keyboard.type("1200")
              // Enter in a field goes on, and does not change the language
              await Promise.all([page.waitForURL("**/home"), enter()])

              await tabTo(page, "A lift")
              await keyboard.press("Space")
              await tabTo(page, /^Add/)
              await keyboard.press("Enter")
              await page.locator('[name="a.people.0.who"]').waitFor()
              await tabTo(page, "Name")
              await keyboard.type("Bo")
              // the browser is to be told beforehand that nobody will see its dialogue
              const choosing = page.waitForEvent("filechooser")
              await tabTo(page, /Choose|Drop|files/)
              await keyboard.press("Enter")
              const chooser = await choosing
              await chooser.setFiles([World.pdf("identity.pdf")])
              if (javaScript) await Journey.added(page)
              await tabTo(page, /truth/)
              await keyboard.press("Space")
              await tabTo(page, t("section.next"))
              await Promise.all([page.waitForURL("**/review"), enter()])
              await tabTo(page, t("review.finish"))
              await Promise.all([page.waitForURL("**/done"), enter()])
              assert.strictEqual(await page.locator("h1").innerText(), t("done.title"))
            })
          }),
        { timeout: 300_000 },
      )

    it.effect(
      "WCAG 4.1.2 4.1.3 3.3.1: a whole request by the accessibility tree alone; what happens is said",
      () =>
        Effect.gen(function* () {
          const { open, link, t, base } = yield* World.asked(RequestPolicy.standard)
          const page = yield* open("/assets/icon.svg")
          yield* Effect.promise(async () => {
            const reader = await Hearing.of(page)
            await page.goto(base + link)
            const arrival = await reader.tree()
            assert.isTrue(arrival.some((one) => one.startsWith("heading Moving in, spring 2027")))
            assert.isTrue(arrival.some((one) => /7 questions and 1 document/.test(one)))
            await reader.press("button", t("arrival.start"))
            await reader.press("link", "About you")
            await reader.told("heading", "About you")

            // what is wrong is told at the top, which has the focus, and with each field
            await reader.type("textbox", /^E-mail/, "nobody")
            await reader.press("button", t("section.next"))
            assert.include(await reader.told("alert", /Please check/), "focused")
            assert.match(await reader.told("textbox", /^E-mail/), /like name@example\.com\..*invalid/)
            await reader.press("link", "Your full name")
            assert.include(await reader.told("textbox", /full name/), "focused")
            await page.keyboard.type("Ann Example")
            await reader.type("textbox", /^E-mail/, "ann@customer.example")
            for (const [name, text] of Object.entries({ Day: "2", Month: "3", Year: "1990" }))
              await reader.type("textbox", name, text)
            await reader.hears(new RegExp(t("saving.saved")))
            await reader.press("radio", "Yes")
            await reader.hears(/more question/)
            await reader.type("textbox", "Which ones?", "Two cats")
            await reader.press("button", t("section.next"))

            await reader.told("heading", "Your home")
            await reader.press("checkbox", "A lift")
            // another language, and back: what was chosen is still chosen
            await reader.press("button", "Español")
            await reader.told("heading", "Su vivienda")
            assert.include(await reader.told("checkbox", "Ascensor"), "checked")
            await reader.press("button", "English")
            await reader.told("heading", "Your home")
            await page.locator("input[type=file]").setInputFiles([World.pdf("identity.pdf")])
            await reader.hears(new RegExp(`identity\\.pdf.*(${t("uploading.ready")}|${t("upload.checking")})`))
            await reader.press("checkbox", "I have told the truth")
            await reader.press("button", t("section.next"))
            await reader.told("heading", t("review.title"))
            const read = (await reader.tree()).join("\n")
            for (const answer of ["Ann Example", "Two cats", "identity.pdf"]) assert.include(read, answer)
            await reader.press("button", t("review.finish"))
            await reader.told("heading", t("done.title"))
            await reader.told("heading", t("done.receipt"))
          })
        }),
      { timeout: 300_000 },
    )
  })
})
