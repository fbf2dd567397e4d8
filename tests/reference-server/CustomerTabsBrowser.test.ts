// One questionnaire in two pages at once, in a real browser on a phone: what is not touched stays as the other page left it,
// what both have written is shown in full, and what goes wrong is heard as well as seen.
import { afterAll, assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import { meaning } from "@requite/core/FillSession/Place"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as Browser from "../support/Browser.ts"
import * as Hearing from "../support/Hearing.ts"
import { recipient } from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"

let launched: Promise<Browser.Browser> | undefined
const chromium = () => (launched ??= Browser.launch())
afterAll(async () => (await launched)?.close())

const questionnaire = {
  format: 1,
  id: "household",
  version: 1,
  language: "en",
  title: "Household",
  sections: [
    {
      id: "people",
      title: "People",
      items: [
        {
          id: "child",
          type: "group",
          label: "Child",
          repeat: { min: 1, max: 4 },
          items: [
            { id: "who", type: "text", label: "Name", required: true },
            { id: "school", type: "confirm", label: "{{who}} goes to school" },
            { id: "since", type: "text", label: "Since", when: { eq: [{ answer: "school" }, true] } },
          ],
        },
        { id: "mail", type: "text", label: "E-mail", format: "email" },
        { id: "rooms", type: "number", label: "Rooms" },
      ],
    },
    { id: "rest", title: "Rest", items: [{ id: "word", type: "text", label: "A last word" }] },
  ],
}

const shared: RequestPolicy.RequestPolicy = {
  ...RequestPolicy.customerCentre,
  requires: ["email"],
  roles: null,
  secondFactor: "none",
}

const begin = Effect.fnUntraced(function* (policy: RequestPolicy.RequestPolicy, changes: object = {}) {
  const arranged = yield* Visitor.arrange({ title: "Year end 2027", ...changes }, questionnaire, policy)
  const requests = yield* ClientRequests
  const { base } = yield* Visitor.visitor
  const browser = yield* Effect.promise(chromium)
  const open = Effect.fnUntraced(function* (token: string, scripts: "none" | "all" = "all") {
    const page = yield* Effect.acquireRelease(
      Effect.promise(() => browser.page({ javaScript: scripts === "all", width: 360, height: 780, locale: "en-GB" })),
      (one) => Effect.promise(() => one.context().close()),
    )
    yield* Effect.promise(async () => {
      await page.goto(`${base}/r/${token}`)
      await page.getByRole("button", { name: "Start" }).click()
    })
    return page
  })
  const answers = Effect.map(
    requests.overview(arranged.member.workspaceId, arranged.request.id),
    ({ current }) => current.answers,
  )
  /** Waits until the group is stored so. */
  const stored = (child: unknown) =>
    Effect.gen(function* () {
      for (;;) {
        const now = (yield* answers)["child"]
        if (JSON.stringify(meaning(now)) === JSON.stringify(child)) return
        yield* Effect.sleep("50 millis")
      }
    }).pipe(
      Effect.timeout("60 seconds"),
      Effect.catchTag("TimeoutError", () =>
        Effect.map(answers, (now) => assert.deepStrictEqual(meaning(now["child"]), child)),
      ),
    )
  return { ...arranged, open, answers, stored, see: <A>(look: () => Promise<A>) => Effect.promise(look) }
})

type Page = Browser.Page

const to = (page: Page, section: string) => page.goto(`${page.url().split(/\/sections|\?/)[0]}/sections/${section}`)
const name = (page: Page, at: number) => page.locator(`[id="c-child.${at}.who"]`)
const add = (page: Page) => page.getByRole("button", { name: /Add another ?: Child/ }).click()
const save = (page: Page) => page.getByRole("button", { name: "Save and continue" }).last().click()
const left = (page: Page) => page.waitForURL((url) => !url.pathname.endsWith("/people"))
const isKept = () => Object.keys(localStorage).some((key) => key.startsWith("requite."))
const isGone = () => Object.keys(localStorage).every((key) => !key.startsWith("requite."))

layer(Visitor.layer, { excludeTestServices: true, timeout: "240 seconds" })("one questionnaire in two pages", (it) => {
  const inBrowser = it.effect.skipIf(Browser.missing !== undefined)

  inBrowser("T13 T16: an older tab's button leaves instances that it did not touch as another tab has saved them", () =>
    Effect.gen(function* () {
      const { token, open, stored, answers, see } = yield* begin(RequestPolicy.taxdome)
      const one = yield* open(token)
      const other = yield* see(() => one.context().newPage())
      yield* see(async () => {
        await to(one, "people")
        await name(one, 0).fill("Ann")
      })
      yield* stored([{ who: "Ann" }])
      yield* see(async () => {
        await other.goto(one.url())
        await name(other, 0).fill("Bo")
        await add(other)
        await name(other, 1).fill("Cy")
      })
      yield* stored([{ who: "Bo" }, { who: "Cy" }])
      yield* see(async () => {
        // this one has saved by itself what it shows; it was written over since
        await one.getByLabel("Rooms").fill("5")
        await save(one)
        await left(one)
      })
      assert.deepInclude(yield* answers, { child: [{ who: "Bo" }, { who: "Cy" }], rooms: 5 })
      yield* see(async () => {
        await to(one, "people")
        await name(other, 1).fill("Di")
      })
      yield* stored([{ who: "Bo" }, { who: "Di" }])
      yield* see(async () => {
        // and this one never has
        assert.strictEqual(await name(one, 1).inputValue(), "Cy")
        await one.getByLabel("Rooms").fill("6")
        await save(one)
        await left(one)
      })
      assert.deepStrictEqual(meaning(yield* answers), { child: [{ who: "Bo" }, { who: "Di" }], rooms: 6 })
      // brought back by the browser as it was left, it is loaded anew
      yield* see(async () => {
        await to(one, "people")
        await name(other, 1).fill("Eve")
      })
      yield* stored([{ who: "Bo" }, { who: "Eve" }])
      yield* see(async () => {
        await one.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })))
        await one.waitForFunction(
          () => document.querySelector<HTMLInputElement>('[id="c-child.1.who"]')?.value === "Eve",
        )
      })
      // without a line it stays, and is loaded anew as soon as there is one
      yield* see(() => name(other, 1).fill("Flo"))
      yield* stored([{ who: "Bo" }, { who: "Flo" }])
      yield* see(async () => {
        const failed: Array<string> = []
        one.on("requestfailed", (request) => request.isNavigationRequest() && failed.push(request.url()))
        await one.context().setOffline(true)
        await one.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })))
        await one.locator(".line-bar:not([hidden])").waitFor()
        assert.strictEqual(await name(one, 1).inputValue(), "Eve")
        await one.context().setOffline(false)
        await one.waitForFunction(
          () => document.querySelector<HTMLInputElement>('[id="c-child.1.who"]')?.value === "Flo",
        )
        assert.deepStrictEqual(failed, [])
      })
    }),
  )

  inBrowser("K42: what a section's button has saved is not asked about again, whatever its form says beside it", () =>
    Effect.gen(function* () {
      const { token, open, answers, see } = yield* begin({ ...RequestPolicy.karbon, requires: ["email"] })
      const page = yield* open(token)
      yield* see(async () => {
        await to(page, "people")
        await name(page, 0).fill("Ann")
        await page.waitForFunction(isKept)
        await page.getByRole("button", { name: "Save and go back" }).click()
        await left(page)
        // a conflict would be kept on the device until somebody decides
        await page.waitForFunction(isGone)
        await to(page, "people")
        assert.strictEqual(await name(page, 0).inputValue(), "Ann")
        assert.strictEqual(await page.locator(".conflict").count(), 0)
      })
      assert.deepStrictEqual((yield* answers)["child"], [{ who: "Ann", school: false }])
    }),
  )

  inBrowser("C4 L32 T13: where two have changed a repeated group, both are read in full, on a phone too", () =>
    Effect.gen(function* () {
      const recipients = ["Ana", "Bo", "Kim"].map((one) => recipient("", { id: one.toLowerCase(), name: one }))
      const { tokens, open, stored, see } = yield* begin(shared, { recipients })
      const [ana, bo] = [yield* open(tokens["ana"] ?? ""), yield* open(tokens["bo"] ?? "")]
      const kim = yield* open(tokens["kim"] ?? "", "none")
      const fits = async (page: Page, named: string) => {
        await Browser.screenshot(page, named)
        assert.deepStrictEqual(await Browser.axe(page), [])
        assert.isAtMost(await page.locator("html").evaluate((html) => html.scrollWidth), 360)
      }
      yield* see(async () => {
        await to(ana, "people")
        await name(ana, 0).fill("Cy")
      })
      yield* stored([{ who: "Cy" }])
      yield* see(async () => {
        await to(kim, "people")
        await to(bo, "people")
        await bo.context().setOffline(true)
        await add(bo)
        await name(bo, 1).fill("Eve")
        await add(ana)
        await name(ana, 1).fill("Di")
        await ana.getByLabel("Di goes to school").check()
        await ana.locator(`[id="c-child.1.since"]`).fill("2020")
      })
      const hers = [{ who: "Cy" }, { who: "Di", school: true, since: "2020" }]
      yield* stored(hers)
      yield* see(async () => {
        await bo.context().setOffline(false)
        const theirs = bo.getByRole("button", { name: /^Ana wrote/ })
        await theirs.waitFor()
        assert.strictEqual(
          await theirs.innerText(),
          "Ana wrote:\nChild 1\nName: Cy\n\nChild 2\nName: Di\nDi goes to school\nSince: 2020",
        )
        const mine = bo.getByRole("button", { name: /^You wrote/ })
        assert.strictEqual(await mine.innerText(), "You wrote:\nChild 1\nName: Cy\n\nChild 2\nName: Eve")
        await fits(bo, "tabs-conflict-group-360")
        await theirs.click()
        await bo.locator(".conflict").waitFor({ state: "detached" })
        assert.strictEqual(await name(bo, 1).inputValue(), "Di")
        assert.isTrue(await bo.getByLabel("Di goes to school").isChecked())
        assert.strictEqual(await bo.locator(`[id="c-child.1.since"]`).inputValue(), "2020")
      })
      yield* stored(hers)
      yield* see(async () => {
        await name(kim, 0).fill("Cyril")
        await save(kim)
        const read = (which: string) =>
          kim.locator(`.conflict .choice:has([value^="${which}"]) .option-help`).innerText()
        assert.match(
          await read("theirs"),
          /^Child 1\s+Name\s+Cy\s[\s\S]*Child 2\s+Name\s+Di\s+Di goes to school\s+Agreed\s/,
        )
        assert.match(await read("mine"), /^Child 1\s+Name\s+Cyril\s/)
        await fits(kim, "tabs-conflict-group-no-js-360")
        await kim.getByLabel(/^Ana wrote/).check()
        await save(kim)
        await left(kim)
      })
      yield* stored(hers)
      // decided on a page without the script that keeps what is typed, it is not asked again by the next
      yield* see(async () => {
        await to(bo, "people")
        await bo.route("**/api/**", (route) => route.abort())
        await bo.getByLabel("Rooms").fill("5")
        await bo.waitForFunction(isKept)
        await to(ana, "people")
        await ana.getByLabel("Rooms").fill("4")
        await ana.locator(".saving .shown", { hasText: "Saved just now" }).waitFor()
        await bo.evaluate(() => document.querySelector<HTMLFormElement>("form[data-live]")?.submit())
        await bo.getByLabel(/^Ana wrote/).check()
        await bo.unroute("**/api/**")
        await save(bo)
        await left(bo)
        await bo.waitForFunction(isGone)
        await to(bo, "people")
        assert.strictEqual(await bo.getByLabel("Rooms").inputValue(), "4")
        assert.strictEqual(await bo.locator(".conflict").count(), 0)
      })
    }),
  )

  inBrowser("K42 T16: Finish leads to what two have written, and to what the server does not take", () =>
    Effect.gen(function* () {
      const { token, open, answers, see } = yield* begin(RequestPolicy.taxdome)
      const page = yield* open(token)
      const shown = (text: string) => page.locator(".saving .shown", { hasText: text }).waitFor()
      const finish = () => page.getByRole("button", { name: "Finish" }).last().click()
      const review = () => page.goto(`${page.url().split("/sections")[0]}/review`)
      /** As if it had been typed in a tab that is gone. */
      const keep = (id: string, mine: unknown, base: unknown) =>
        page.evaluate(
          ([question, entry]) => {
            const given: unknown = JSON.parse(document.querySelector("#given")?.textContent ?? "")
            const own = typeof given === "object" && given !== null ? String(Reflect.get(given, "kept")) : ""
            localStorage.setItem(`requite.${own}.${question}`, JSON.stringify({ ...entry, tried: [], at: Date.now() }))
          },
          [id, { mine, base }] as const,
        )
      yield* see(async () => {
        await to(page, "people")
        await name(page, 0).fill("Ann")
        await shown("Saved just now")
        await to(page, "rest")
        await page.getByLabel("A last word").fill("Stored")
        await shown("Saved just now")
        await keep("word", "Mine", "Earlier")
        await review()
        await finish()
        await page.waitForURL("**/sections/rest#q-word")
        await page.getByRole("button", { name: /^You wrote: Mine/ }).click()
        await shown("Saved just now")
        await to(page, "people")
        await keep("rooms", 5, null)
        await page.route("**/answers", (route) =>
          route.request().method() === "PUT" ? route.fulfill({ status: 422, json: {} }) : route.continue(),
        )
        await review()
        await finish()
        await page.waitForURL("**/sections/people#q-rooms")
        await page.locator(".saving[data-state=refused]").waitFor()
        await page.unroute("**/answers")
        await page.getByLabel("Rooms").fill("6")
        await shown("Saved just now")
        await review()
        await finish()
        await page.getByText("Data successfully submitted").waitFor()
      })
      assert.deepInclude(yield* answers, { word: "Mine", rooms: 6 })
    }),
  )

  inBrowser("WCAG 4.1.3 3.3.1: what is wrong with a field that was left is heard once, with the field's name", () =>
    Effect.gen(function* () {
      const { token, open, see } = yield* begin({ ...RequestPolicy.karbon, requires: ["email"] })
      const page = yield* open(token)
      yield* see(async () => {
        const reader = await Hearing.of(page)
        await to(page, "people")
        await reader.type("textbox", /^E-mail/, "ann@")
        await reader.type("textbox", /^Rooms/, "many")
        await reader.hears(/^E-mail.*: Enter an e-mail address like name@example\.com\.$/)
        assert.match(await reader.told("textbox", /^E-mail/), /like name@example\.com\..*invalid/)
        // gone by once more, and typed on: the same is no news
        await reader.type("textbox", /^E-mail/, "bo@")
        await reader.type("textbox", "Name", "A")
        await reader.hears(/^Rooms.*: Enter a number/)
        await reader.type("textbox", "Name", " ")
        await reader.type("textbox", /^E-mail/, "ann@customer.example")
        await reader.hears(/^Name: Enter an answer\.$/)
        assert.notMatch(await reader.told("textbox", /^E-mail/), /invalid/)
        const heard = await reader.announced()
        assert.lengthOf(
          heard.filter((one) => one.includes("Enter")),
          3,
          heard.join(" | "),
        )
      })
    }),
  )
})
