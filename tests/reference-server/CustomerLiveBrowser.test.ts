// The core in the customer's browser: what is asked, what is wrong and what is saved follow what is typed, without a reload.
import { afterAll, assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as Browser from "../support/Browser.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"

let launched: Promise<Browser.Browser> | undefined
const chromium = () => (launched ??= Browser.launch())
afterAll(async () => (await launched)?.close())

const company = { eq: [{ answer: "kind" }, "company"] }

const questionnaire = {
  format: 1,
  id: "live",
  version: 1,
  language: "en",
  title: "Live",
  context: { today: { type: "date" } },
  sections: [
    {
      id: "about",
      title: "About you",
      items: [
        { id: "name", type: "text", label: "Your name", required: true, maxLength: 20 },
        {
          id: "kind",
          type: "choice",
          label: "What are you?",
          required: true,
          options: [
            { value: "person", label: "A person" },
            { value: "company", label: "A company" },
          ],
        },
        { id: "vat", type: "text", label: "VAT number of {{name}}", when: company, required: true, maxLength: 15 },
        {
          id: "pay",
          type: "choice",
          label: "How do you pay?",
          options: [
            { value: "card", label: "By card" },
            { value: "invoice", label: "By invoice", when: company },
          ],
        },
        { id: "born", type: "date", label: "Date of birth", max: { context: "today" } },
        { id: "least", type: "number", label: "At least" },
        { id: "most", type: "number", label: "At most", min: { answer: "least" } },
        {
          id: "mail",
          type: "text",
          label: "E-mail",
          format: "email",
          required: { eq: [{ answer: "kind" }, "company"] },
        },
      ],
    },
    {
      id: "people",
      title: "People",
      items: [
        {
          id: "owner",
          type: "group",
          label: "Owner",
          repeat: { min: 1, max: 3 },
          items: [
            { id: "who", type: "text", label: "Name", required: true },
            { id: "boss", type: "confirm", label: "{{who}} decides" },
            {
              id: "since",
              type: "number",
              label: "Since which year?",
              when: { eq: [{ answer: "boss" }, true] },
              decimals: 0,
            },
            {
              id: "home",
              type: "group",
              label: "Home",
              repeat: {},
              items: [{ id: "town", type: "text", label: "Town" }],
            },
          ],
        },
        { id: "note", type: "note", label: "There are several.", when: { gt: [{ count: { answer: "owner" } }, 1] } },
      ],
    },
  ],
}

const begin = Effect.fnUntraced(function* (policy: RequestPolicy.RequestPolicy = RequestPolicy.taxdome) {
  const arranged = yield* Visitor.arrange({ title: "Year end 2027" }, questionnaire, policy)
  const requests = yield* ClientRequests
  const { base } = yield* Visitor.visitor
  const browser = yield* Effect.promise(chromium)
  const page = yield* Effect.acquireRelease(
    Effect.promise(() => browser.page({ javaScript: true, width: 390, height: 844, locale: "en-GB" })),
    (one) => Effect.promise(() => one.context().close()),
  )
  const failures: Array<string> = []
  page.on("pageerror", (error) => failures.push(String(error.stack)))
  page.on("console", (message) => message.type() === "error" && failures.push(message.text()))
  yield* Effect.promise(async () => {
    await page.goto(`${base}/r/${arranged.token}`)
    await page.getByRole("button", { name: "Start" }).click()
  })
  const overview = Effect.map(
    requests.overview(arranged.member.workspaceId, arranged.request.id),
    ({ current }) => current,
  )
  const see = <A>(look: () => Promise<A>) => Effect.promise(look)
  const to = (section: string) => see(() => page.goto(`${page.url().split(/\/sections|\?/)[0]}/sections/${section}`))
  const saved = see(() => page.locator(".saving .shown", { hasText: "Saved just now" }).waitFor())
  return { ...arranged, page, overview, see, to, saved, failures }
})

const said = (page: Browser.Page, text: string) =>
  page.locator("[role=status]", { hasText: text }).first().waitFor({ state: "attached" })
const focused = (page: Browser.Page) => page.evaluate(() => document.activeElement?.id)

layer(Visitor.layer, { excludeTestServices: true, timeout: "300 seconds" })("the page with the core in it", (it) => {
  const inBrowser = it.effect.skipIf(Browser.missing !== undefined)

  inBrowser("T16 L13: questions come and go as they are asked, keep what was typed, and quote it", () =>
    Effect.gen(function* () {
      const { page, see, to, saved, overview, failures } = yield* begin()
      yield* to("about")
      yield* see(async () => {
        assert.strictEqual(await page.getByLabel("VAT number").count(), 0)
        await page.getByLabel("Your name").pressSequentially("Ann", { delay: 10 })
        await page.getByLabel("A company").check()
        await page.getByLabel("VAT number of Ann").fill("SE55")
        await said(page, "1 more question, because of your answers")
        assert.strictEqual(await page.locator("#q-mail .optional").count(), 0)
        assert.strictEqual(await page.locator("#q-name ~ #q-vat ~ #q-pay").count(), 1)
        await page.getByLabel("By invoice").check()
        await page.getByLabel("Your name").fill("Ann Ek")
        await page.getByLabel("VAT number of Ann Ek").waitFor()
        await page.getByLabel("A person").check()
        assert.strictEqual(await focused(page), "c-kind")
        await page.locator("#q-vat").waitFor({ state: "detached" })
        assert.strictEqual(await page.getByLabel("By invoice").count(), 0)
        assert.strictEqual(await page.locator("#q-mail .optional").count(), 1)
        await page.getByLabel("A company").check()
        assert.strictEqual(await page.getByLabel("VAT number").inputValue(), "SE55")
        assert.isTrue(await page.getByLabel("By invoice").isChecked())
        assert.deepStrictEqual(await Browser.axe(page), [])
      })
      yield* saved
      assert.deepInclude((yield* overview).answers, { name: "Ann Ek", kind: "company", vat: "SE55", pay: "invoice" })
      assert.deepStrictEqual(failures, [])
    }),
  )

  inBrowser(
    "P24 K42: what is wrong is said where it was left, in the server's words, and gone as soon as it is right",
    () =>
      Effect.gen(function* () {
        const { page, see, to, failures } = yield* begin()
        yield* to("about")
        yield* see(async () => {
          const error = page.locator("#e-born")
          // who only passes by has done nothing wrong
          await page.getByLabel("Your name").focus()
          await page.getByLabel("At least").focus()
          assert.strictEqual(await page.locator(".error").count(), 0)
          await page.getByLabel("Day").fill("31")
          await page.getByLabel("Month").fill("2")
          await page.getByLabel("Year").fill("1990")
          assert.strictEqual(await error.count(), 0)
          await page.getByLabel("At least").focus()
          assert.include(await error.innerText(), "Enter a date like 27 3 2027.")
          assert.include(await page.locator("#q-born fieldset").getAttribute("aria-describedby"), "e-born")
          assert.strictEqual(await page.getByLabel("Day").getAttribute("aria-invalid"), "true")
          await page.getByLabel("Day").fill("28")
          await error.waitFor({ state: "detached" })
          assert.isNull(await page.getByLabel("Day").getAttribute("aria-invalid"))
          // another answer can make it right
          await page.getByLabel("At least").fill("1,000.5")
          await page.getByLabel("At most").fill("10")
          await page.getByLabel("E-mail").fill("ann@")
          assert.include(await page.locator("#e-most").innerText(), "Enter 1,000.5 or more.")
          assert.strictEqual(await page.getByLabel("At most").getAttribute("aria-describedby"), "e-most")
          await page.getByLabel("At least").fill("3")
          await page.locator("#e-most").waitFor({ state: "detached" })
          assert.include(await page.locator("#e-mail").innerText(), "Enter an e-mail address like name@example.com.")
          await page.getByLabel("Your name").fill("Ann")
          await page.getByLabel("Your name").fill("")
          await page.getByLabel("E-mail").focus()
          assert.include(await page.locator("#e-name").innerText(), "Enter an answer.")
          assert.deepStrictEqual(await Browser.axe(page), [])
          await Browser.screenshot(page, "live-errors-390")
          // the server stays the judge
          await page.getByRole("button", { name: "Save and continue" }).last().click()
          await page.locator(".notice.wrong").waitFor()
          assert.strictEqual(await page.evaluate(() => document.activeElement?.className), "notice wrong")
          await page.getByLabel("Your name").fill("Ann")
          await page.locator("#e-name").waitFor({ state: "detached" })
        })
        assert.deepStrictEqual(
          failures.filter((one) => !one.includes("422")),
          [],
        )
      }),
  )

  inBrowser("T13: instances are added and taken away without a reload, each with its own conditions and words", () =>
    Effect.gen(function* () {
      const { page, see, to, saved, overview, failures } = yield* begin()
      yield* to("people")
      yield* see(async () => {
        const name = (at: number) => page.locator(`[id="c-owner.${at}.who"]`)
        await name(0).fill("Ann")
        assert.strictEqual(await page.getByRole("button", { name: /Remove ?: Owner 1/ }).count(), 0)
        await page.getByLabel("Ann decides").check()
        await page.locator(`[id="c-owner.0.since"]`).fill("1999")
        await page.getByRole("button", { name: /Add another ?: Owner/ }).click()
        assert.strictEqual(await focused(page), "c-owner.1.who")
        await page.getByText("There are several.").waitFor()
        await name(1).fill("Bo")
        assert.strictEqual(await page.locator(`[id="c-owner.1.since"]`).count(), 0)
        await page
          .getByRole("group", { name: "Owner 2" })
          .getByRole("button", { name: /Add ?: Home/ })
          .click()
        await page.locator(`[id="c-owner.1.home.0.town"]`).fill("Ystad")
        await page.getByRole("button", { name: /Add another ?: Owner/ }).click()
        assert.strictEqual(await page.getByRole("button", { name: /Add another ?: Owner/ }).count(), 0)
        await name(2).fill("Cy")
        await page.getByLabel("Cy decides").check()
        await page.getByRole("button", { name: /Remove ?: Owner 1/ }).click()
        assert.strictEqual(await name(0).inputValue(), "Bo")
        assert.strictEqual(await name(1).inputValue(), "Cy")
        assert.strictEqual(await page.locator(`[id="c-owner.0.home.0.town"]`).inputValue(), "Ystad")
        await page.locator(`[id="c-owner.1.since"]`).fill("2001")
        assert.deepStrictEqual(await page.locator("legend", { hasText: /^Owner \d$/ }).allInnerTexts(), [
          "Owner 1",
          "Owner 2",
        ])
        assert.deepStrictEqual(await Browser.axe(page), [])
        await Browser.screenshot(page, "live-instances-390")
      })
      yield* saved
      const owner = [
        { who: "Bo", home: [{ town: "Ystad" }] },
        { who: "Cy", boss: true, since: 2001 },
      ]
      assert.deepStrictEqual((yield* overview).answers["owner"], owner)
      yield* see(async () => {
        await page.getByRole("button", { name: "Save and continue" }).last().click()
        await page.waitForURL((url) => !url.pathname.endsWith("/people"))
      })
      // what is at the server is not sent again
      assert.deepStrictEqual((yield* overview).answers["owner"], owner)
      assert.deepStrictEqual(failures, [])
    }),
  )

  inBrowser("L06 P21: where nothing is kept before the end, nothing is: neither at the server nor on the device", () =>
    Effect.gen(function* () {
      const { page, see, overview } = yield* begin(RequestPolicy.passfort)
      yield* see(async () => {
        const sent: Array<string> = []
        page.on("request", (request) => request.method() !== "GET" && sent.push(request.url()))
        await page.getByLabel("Your name").fill("Ann")
        await page.getByLabel("A company").check()
        await page.getByLabel("VAT number of Ann").fill("SE55")
        await page.context().setOffline(true)
        await page.locator(".line-bar", { hasText: "what you typed is only here until you finish" }).waitFor()
        await page.getByLabel("E-mail").fill("ann@customer.example")
        await page.context().setOffline(false)
        await page.locator(".line-bar").waitFor({ state: "hidden" })
        await page.locator(".left", { hasText: "complete: People" }).waitFor()
        assert.deepStrictEqual(await page.evaluate(() => Object.keys(localStorage)), [])
        assert.deepStrictEqual(sent, [])
      })
      assert.isNull((yield* overview).savedAt)
    }),
  )

  inBrowser(
    "K42: where only a button saves, what was typed outlives a reload on the device, and goes with the button",
    () =>
      Effect.gen(function* () {
        const { page, see, to, overview } = yield* begin({ ...RequestPolicy.taxdome, saving: "per-item" })
        yield* to("about")
        yield* see(async () => {
          await page.getByLabel("Your name").fill("Ann")
          await page.getByLabel("A company").check()
          await page.reload()
          await page.getByLabel("VAT number of Ann").waitFor()
          assert.strictEqual(await page.getByLabel("Your name").inputValue(), "Ann")
          assert.isTrue(await page.getByLabel("A company").isChecked())
          await said(page, "is here again")
        })
        assert.isNull((yield* overview).savedAt)
        yield* see(async () => {
          await page.getByRole("button", { name: "Save and go back" }).click()
          await page.waitForURL((url) => !url.pathname.includes("sections"))
          await page.waitForFunction(() => Object.keys(localStorage).length === 0)
        })
        assert.deepInclude((yield* overview).answers, { name: "Ann", kind: "company" })
      }),
  )

  inBrowser("T13 K42: who is taken away on the page stays away, where only the button of the section saves", () =>
    Effect.gen(function* () {
      const policy: RequestPolicy.RequestPolicy = { ...RequestPolicy.karbon, requires: ["email"] }
      const { page, see, to, overview, failures } = yield* begin(policy)
      const name = (at: number) => page.locator(`[id="c-owner.${at}.who"]`)
      const ann = { who: "Ann", boss: true, since: 1999 }
      const bo = { who: "Bo", boss: true, since: 2001 }
      const back = () => page.waitForURL((url) => !url.pathname.includes("sections"))
      yield* to("people")
      yield* see(async () => {
        await name(0).fill("Ann")
        await page.getByLabel("Ann decides").check()
        await page.locator(`[id="c-owner.0.since"]`).fill("1999")
        await page.getByRole("button", { name: /Add another ?: Owner/ }).click()
        await name(1).fill("Bo")
        await page.getByLabel("Bo decides").check()
        await page.locator(`[id="c-owner.1.since"]`).fill("2001")
        for (const town of ["Ystad", "Lund"]) {
          const second = page.getByRole("group", { name: "Owner 2" })
          await second.getByRole("button", { name: /Add.* ?: Home/ }).click()
          await page.locator(`[id^="c-owner.1.home."][id$=".town"]`).last().fill(town)
        }
        await page.getByRole("button", { name: /Save and go back/ }).click()
        await back()
      })
      assert.deepStrictEqual((yield* overview).answers["owner"], [
        ann,
        { ...bo, home: [{ town: "Ystad" }, { town: "Lund" }] },
      ])
      yield* to("people")
      yield* see(async () => {
        await page.getByRole("button", { name: /Remove ?: Home 1/ }).click()
        await page.getByRole("button", { name: /Save and go back/ }).click()
        await back()
      })
      assert.deepStrictEqual((yield* overview).answers["owner"], [ann, { ...bo, home: [{ town: "Lund" }] }])
      yield* to("people")
      yield* see(async () => {
        await page.getByRole("button", { name: /Remove ?: Owner 1/ }).click()
        assert.strictEqual(await name(0).inputValue(), "Bo")
        // what the device has kept is brought back first
        await page.reload()
        await said(page, "is here again")
        assert.strictEqual(await name(0).inputValue(), "Bo")
        assert.strictEqual(await name(1).count(), 0)
        await page.getByRole("button", { name: "Mark as complete" }).last().click()
        await back()
      })
      const { answers, request } = yield* overview
      assert.deepStrictEqual(answers["owner"], [{ ...bo, home: [{ town: "Lund" }] }])
      assert.strictEqual(request.items["people"]?.status, "Completed")
      assert.deepStrictEqual(failures, [])
    }),
  )
})
