/**
 * One customer and a questionnaire with every kind, conditions across sections and a repeated group: from the link to the
 * receipt, in a real browser without JavaScript, on a phone and at a desk. Pages are looked at by axe and kept as pictures;
 * at the end stands what was frozen, and what the firm reads.
 */
import { assert, layer } from "@effect/vitest"
import { Answers } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as views from "../../reference-server/src/Api/views.ts"
import * as statements from "../../reference-server/src/ClientRequests/sql.ts"
import * as Browser from "../support/Browser.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { questionnaire } from "./KindsWorld.ts"

const sizes = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
] as const

const passport = {
  name: "passport.pdf",
  mimeType: "application/pdf",
  buffer: Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"),
}

const browser = Effect.acquireRelease(Effect.promise(Browser.launch), (one) => Effect.promise(one.close))

layer(Visitor.layer, { excludeTestServices: true, timeout: "300 seconds" })("every kind, answered", (it) => {
  for (const { width, height } of sizes) {
    it.effect.skipIf(Browser.missing !== undefined)(
      `K1 K9 P21 P23 P24 P25: by somebody without JavaScript, ${width} px wide`,
      () =>
        Effect.gen(function* () {
          const { token, member, request } = yield* Visitor.arrange({ title: "Every kind" }, questionnaire)
          const { base } = yield* Visitor.visitor
          const page = yield* Effect.flatMap(browser, (one) =>
            Effect.promise(() => one.page({ javaScript: false, width, height, locale: "en-GB" })),
          )
          const complaints = yield* Effect.promise(() => answerAll(page, `${base}/r/${token}`, `kinds-${width}`))
          assert.deepStrictEqual(complaints, [])

          const requests = yield* ClientRequests
          const overview = yield* requests.overview(member.workspaceId, request.id)
          const rows = yield* statements.make
          const submitted = yield* rows.submitted(member.workspaceId, request.id)
          const frozen = {
            name: "Ann Ek",
            kind: "company",
            vat: "GB 1",
            staff: 1200,
            income: 1234.5,
            born: "1990-03-27",
            street: "Main St 1",
            agree: true,
            owner: [
              { who: "Ann Ek", share: 60.5, role: "director", since: "2020-05-01", home: [{ land: "Norway" }] },
              { who: "Bo", share: 10, role: "silent" },
            ],
          }
          assert.deepStrictEqual(submitted, frozen)
          const { stored, context, answers } = overview.current
          assert.deepStrictEqual(Answers.validate(stored.questionnaire, answers, { context }), [])
          // a passport was asked for and given before it was a company: it stays the customer's alone
          assert.strictEqual(overview.current.request.files.length, 1)
          const view = views.request(overview, yield* Clock.currentTimeMillis, new Map())
          assert.deepStrictEqual([view.files, view.answers], [[], frozen])
          assert.deepStrictEqual(
            view.items.flatMap(({ progress: one }) =>
              one === null ? [] : [[one.id, one.state, one.answered, one.questions]],
            ),
            [
              ["about", "done", 4, 4],
              ["money", "done", 4, 5],
              ["owners", "done", 8, 8],
              ["papers", "done", 0, 1],
            ],
          )
        }),
      { timeout: 300_000 },
    )
  }
})

/** Goes all the way, and gives back what there is to complain about. */
const answerAll = async (page: Browser.Page, link: string, name: string): Promise<ReadonlyArray<string>> => {
  const complaints: Array<string> = []
  const look = async (what: string) => {
    await Browser.screenshot(page, `${name}-${what}`)
    complaints.push(...(await Browser.axe(page)).map((complaint) => `${what}: ${complaint}`))
    const overflow = await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth)
    if (overflow > 0) complaints.push(`${what}: scrolls sideways by ${overflow} px`)
  }
  // browsers put a space before what is said and not seen
  const button = (name: string) => page.getByRole("button", { name: new RegExp(name.replace(": ", "\\s*: ")) })
  const press = (name: string) => button(name).first().click()
  const goOn = () => press("Save and continue")
  const field = (key: string) => page.locator(`[name="a.${key}"]:not([type=hidden])`)
  const main = () => page.locator("main").innerText()
  const focused = () => page.evaluate(() => document.activeElement?.id ?? "")

  await page.goto(link)
  assert.include(await main(), "8 questions")
  await press("Start")

  // a person, who is asked for a passport
  await page.getByRole("link", { name: "About you", exact: true }).click()
  await field("name").fill("Ann Ek")
  await page.getByLabel("A person").check()
  await goOn()
  assert.include(page.url(), "/sections/money")
  await page.goto(page.url().replace("/money", "/papers"))
  await page.locator('[name="f.passport"]').setInputFiles(passport)
  await press("Back to list")
  // where scripts run, the page first waits for the file
  await page.getByText("2 of 3 done").waitFor()

  // a company after all: more questions here, and a section more
  await page.getByRole("link", { name: "About you", exact: true }).click()
  await page.getByLabel("A company").check()
  await goOn()
  assert.include(await main(), "2 more questions, because of your answers")
  assert.match(await page.locator(":focus").innerText(), /2 more questions/)
  await look("notice")
  await page.reload()
  assert.include(await main(), "2 more questions, because of your answers")
  await field("vat").fill("GB 1")
  await field("staff").fill("1,200")
  await goOn()

  // every sort of field, first as people get it wrong
  assert.include(page.url(), "/sections/money")
  await look("section")
  await field("income").fill("a lot")
  await field("born.day").fill("31")
  await field("born.month").fill("2")
  await field("born.year").fill("1990")
  await goOn()
  assert.match(await page.locator(":focus").innerText(), /Please check 4 answers/)
  assert.strictEqual(await field("income").inputValue(), "a lot")
  assert.deepStrictEqual(
    await Promise.all(["day", "month", "year"].map((part) => field(`born.${part}`).inputValue())),
    ["31", "2", "1990"],
  )
  await look("section-with-errors")
  await field("income").fill("1,234.50")
  await field("born.day").fill("27")
  await field("born.month").fill("March")
  await field("street").fill("Main St 1")
  await page.getByLabel("All of this is true").check()
  await goOn()

  // owners: one that must be there, one that is added, one too many
  assert.include(page.url(), "/sections/owners")
  await field("owner.0.who").fill("Ann Ek")
  await field("owner.0.share").fill("60.5")
  await press("Add another: Owner")
  assert.strictEqual(await focused(), "c-owner.1.who")
  await field("owner.1.who").fill("Bo")
  await press("Add another: Owner")
  assert.strictEqual(await button("Add another: Owner").count(), 0)
  await field("owner.1.share").fill("ten")
  await goOn()
  assert.include(await main(), "Owner 3: Name")
  assert.include(await main(), "Owner 2: Share of Bo")
  await look("owners-with-errors")
  await press("Remove: Owner 3")
  assert.strictEqual(await focused(), "c-owner.1.who")
  await field("owner.1.share").fill("10")
  await page.getByLabel("Director").first().check()
  await field("owner.0.since.day").fill("1")
  await field("owner.0.since.month").fill("5")
  await field("owner.0.since.year").fill("2020")
  await press("Add: Country")
  await field("owner.0.home.0.land").fill("Norway")
  // offered since the share is a number
  assert.strictEqual(await page.getByLabel("Silent").count(), 1)
  await page.getByLabel("Silent").check()
  await goOn()

  assert.include(page.url(), "/review", await main())
  const review = await main()
  for (const part of [
    "Owner 1",
    "60.5\u00a0%",
    "1 May 2020",
    "€",
    "27 March 1990",
    "Agreed",
    "Owner 1, As a major owner, Country 1",
  ]) {
    assert.include(review, part)
  }
  assert.notInclude(review, "Passport")
  await look("review")
  await page.getByRole("button", { name: "Finish" }).click()
  assert.strictEqual(await page.locator("h1").innerText(), "Data successfully submitted")
  assert.include(await main(), "Thank you, Ann Ek: we look at your company")
  assert.include(await main(), "It takes two weeks.")
  assert.notInclude(await main(), "passport.pdf")
  await look("done")
  return complaints
}
