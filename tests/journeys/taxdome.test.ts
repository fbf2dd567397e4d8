/**
 * TaxDome's "Client requests" as its article tells it, under the rules "Ad hoc": questions in the middle of a job, to
 * somebody who has no account; everything may change until that person begins; what is typed is kept; submitted, the job
 * moves on.
 */
import { assert, it } from "@effect/vitest"
import { afterAll, beforeAll, describe } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as Journey from "../support/Journey.ts"

const questions = (version: number, ...more: ReadonlyArray<object>) => ({
  id: "donations",
  version,
  title: "Donations of the year",
  sections: [
    {
      id: "donations",
      title: "Your donations",
      items: [
        Journey.text("to", "To whom did you give?"),
        {
          id: "how",
          type: "choice",
          label: "How?",
          required: true,
          options: [
            { value: "money", label: "Money" },
            { value: "things", label: "Things" },
          ],
        },
        ...more,
      ],
    },
    { id: "receipts", title: "Receipts", items: [Journey.upload("receipt", "Receipts you have", { maxFiles: 5 })] },
  ],
})

const sam = "sam@third.example"

describe.skipIf(Browser.missing !== undefined)("TaxDome: client requests", () => {
  let journey: Journey.Journey
  let job: string
  let request: string

  beforeAll(async () => {
    journey = await Journey.start("taxdome")
    await Journey.imported(journey, questions(1))
    job = await Journey.work(journey, "Tax return of Carl Customer", {}, true)
  })
  afterAll(() => journey.close())

  /** Asks somebody about their donations, from the job. */
  const ask = async (email: string, name: string, title: string) => {
    const { member } = journey
    await member.goto(job)
    await member.getByRole("link", { name: "New request" }).click()
    await member.getByLabel("Questionnaire", { exact: true }).selectOption({ index: 1 })
    await member.getByLabel("Title").fill(title)
    await member.locator("[name=email]").fill(email)
    await member.locator("[name=name]").fill(name)
    await member.locator("#policy-taxdome").check()
  }
  const send = async () => {
    await journey.member.getByRole("button", { name: "Send", exact: true }).click()
    await journey.member.getByText("Sent to").waitFor()
  }
  const section = (customer: Journey.Page, name: string) =>
    customer
      .getByRole("link", { name: new RegExp(name) })
      .first()
      .click()

  it(
    "T1 T2 T3 T5 T7 T9 T11 T18 L10: sent to a third party, and all of it changed while nobody has begun",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      await ask(sam, "Sam Spouse", "Your donations, please")
      await look(member, "new")
      await send()
      request = member.url().split("?")[0] ?? ""
      await look(member, "pending")
      assert.include(await member.locator(".titled").innerText(), "Pending")

      // L10: looked at is not begun
      const link = Journey.linkIn(await journey.mailTo(sam))
      const customer = await journey.customer()
      await customer.goto(link)
      await look(customer, "arrival")
      assert.include(await Journey.said(customer), "Your donations, please")

      // all of it: what is asked, and every setting
      await Journey.imported(journey, questions(2, Journey.text("year", "In which year?")))
      await member.goto(request)
      await member.getByRole("link", { name: "Change" }).first().click()
      await look(member, "change")
      await member
        .getByLabel("Questionnaire", { exact: true })
        .selectOption({ label: "Donations of the year (version 2, 4 questions)" })
      await member.getByLabel("Title").fill("Donations: who, how, when")
      await member.getByLabel("Description").fill("We need them for your **return**.")
      await member.getByLabel("Due on").fill("2031-03-27")
      await member.getByLabel("Remind", { exact: true }).selectOption("urgent")
      await member.getByLabel("This is sensitive").check()
      await member.getByRole("button", { name: "Save changes" }).click()
      await look(member, "changed")
      const shown = await Journey.said(member)
      for (const text of ["Saved.", "Pending", "Donations: who, how, when", "every day", "27 March 2031"])
        assert.include(shown, text)
      await customer.goto(link)
      assert.include(await Journey.said(customer), "Donations: who, how, when")
      assert.notInclude(await Journey.said(customer), "Your donations, please")
      await customer.context().close()
    },
  )

  it(
    "T10 T11 L11 L12: a change while the customer's page is open loses nothing; once begun, none is made",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      const link = Journey.linkIn(await journey.mailTo(sam))
      const customer = await journey.customer()
      await customer.goto(link)
      await customer.getByRole("button", { name: "Start" }).click()
      await look(customer, "list")
      await section(customer, "Your donations")
      await look(customer, "section")

      // L12: the firm asks for more while the page is open
      await member.goto(`${request}/edit`)
      await member.getByLabel("Description").fill("Once more.")
      await member.getByRole("button", { name: "Save changes" }).click()
      await member.getByText("Saved.").waitFor()
      // another tab of the member's, in which the form stands open
      const late = await journey.another(member)
      await late.goto(`${request}/edit`)

      await customer.getByLabel("To whom did you give?").fill("The lifeboats")
      await customer.getByRole("button", { name: "Save and continue" }).click()
      await look(customer, "stale")
      assert.include(await Journey.said(customer), "has changed the questions")
      assert.strictEqual(await customer.getByLabel("To whom did you give?").inputValue(), "The lifeboats")
      await customer.getByLabel("In which year?").fill("2030")
      await customer.getByLabel("Money").check()
      await customer.getByRole("button", { name: "Save and continue" }).click()

      // L11: begun
      await member.goto(request)
      assert.include(await member.locator(".titled").innerText(), "Waiting for customer")
      await member.getByRole("link", { name: "Change" }).count()
      await late.getByLabel("Title").fill("Too late")
      await late.getByRole("button", { name: "Save changes" }).click()
      await look(late, "too-late")
      assert.match(await Journey.said(late), /only until the customer starts/)
      await late.close()
      await member.goto(request)
      assert.notInclude(await Journey.said(member), "Too late")
      await look(member, "begun")
      await customer.context().close()
    },
  )

  it("T16 L13: typed, the browser closed, and all of it there the next day", { timeout: 180_000 }, async () => {
    const { look } = journey
    const link = Journey.linkIn(await journey.mailTo(sam))
    const first = await journey.customer()
    await first.goto(link)
    await first.getByRole("button", { name: "Continue" }).click()
    await section(first, "Your donations")
    await first.getByLabel("To whom did you give?").fill("The lifeboats and the library")
    await first.getByText("Saved just now").first().waitFor()
    await look(first, "autosaved")
    await first.context().close()

    await journey.pass(1 * Journey.days)
    const second = await journey.customer()
    await second.goto(link)
    await second.getByRole("button", { name: "Continue" }).click()
    await section(second, "Your donations")
    await look(second, "next-day")
    assert.strictEqual(await second.getByLabel("To whom did you give?").inputValue(), "The lifeboats and the library")
    assert.isTrue(await second.getByLabel("Money").isChecked())
    await second.context().close()
  })

  it(
    "T6 T12 T17 L14 L15: submitted, the firm is told and the job moves on once; the third party sees nothing else",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      await journey.signIn()
      const link = Journey.linkIn(await journey.mailTo(sam))
      const customer = await journey.customer()
      await customer.goto(link)
      await customer.getByRole("button", { name: "Continue" }).click()
      const own = customer.url()
      await section(customer, "Receipts")
      await customer
        .locator("input[type=file]")
        .setInputFiles([Journey.pdf("lifeboats.pdf"), Journey.pdf("library.pdf")])
      await Journey.added(customer, 2)
      await customer.getByRole("button", { name: "Save and continue" }).click()
      if (!customer.url().endsWith("/review")) await customer.getByRole("link", { name: "Review and finish" }).click()
      await look(customer, "review")

      // T6 L15: nothing of the firm opens to this session
      for (const path of [
        request,
        job,
        `${journey.url}/requests`,
        `${journey.url}/work-items`,
        `${journey.url}/contacts`,
      ]) {
        await customer.goto(path)
        assert.include(customer.url(), "/sign-in")
        assert.notInclude(await Journey.said(customer), "Tax return")
      }
      await customer.goto(`${own}/review`)
      assert.notInclude(await Journey.said(customer), "Tax return of Carl Customer")
      await customer.getByRole("button", { name: "Finish" }).click()
      assert.strictEqual(await customer.locator("h1").innerText(), "Data successfully submitted")
      await look(customer, "done")

      const told = await journey.mailTo(Journey.memberAddress)
      assert.include(told.parsed.text ?? "", request)
      await member.goto(job)
      await look(member, "job-moved")
      assert.include(await Journey.said(member), "In progress (2 of 4)")
      assert.include(await Journey.said(member), "Submitted")
      await member.goto(request)
      await look(member, "submitted")
      for (const text of ["The lifeboats and the library", "Money", "lifeboats.pdf", "library.pdf"])
        assert.include(await Journey.said(member), text)
      // L14: pressed again, reloaded, told again: once
      await customer.reload()
      await journey.pass(1 * Journey.minutes)
      await member.goto(job)
      assert.include(await Journey.said(member), "(2 of 4)")
    },
  )

  it("T2 T10 T16 L14: the same without JavaScript", { timeout: 180_000 }, async () => {
    const { member, look } = journey
    await ask("tove@third.example", "Tove Third", "Donations once more")
    await send()
    const link = Journey.linkIn(await journey.mailTo("tove@third.example"))
    const customer = await journey.customer({ javaScript: false })
    await customer.goto(link)
    await customer.getByRole("button", { name: "Start" }).click()
    await section(customer, "Your donations")
    await customer.getByLabel("To whom did you give?").fill("The library")
    await customer.getByRole("button", { name: "Save and continue" }).click()
    await look(customer, "no-js-missing")
    await customer.context().close()
    const again = await journey.customer({ javaScript: false })
    await again.goto(link)
    await again.getByRole("button", { name: "Continue" }).click()
    await section(again, "Your donations")
    assert.strictEqual(await again.getByLabel("To whom did you give?").inputValue(), "The library")
    await again.getByLabel("Things").check()
    await again.getByLabel("In which year?").fill("2030")
    await again.getByRole("button", { name: "Save and continue" }).click()
    await again.locator("input[type=file]").setInputFiles(Journey.pdf("library.pdf"))
    await again.getByRole("button", { name: "Save and continue" }).click()
    if (!again.url().endsWith("/review")) await again.getByRole("link", { name: "Review and finish" }).click()
    await again.getByRole("button", { name: "Finish" }).click()
    assert.strictEqual(await again.locator("h1").innerText(), "Data successfully submitted")
    await member.goto(job)
    assert.include(await Journey.said(member), "(3 of 4)")
  })

  it("every page on the way is accessible and fits its screen", () => {
    assert.deepStrictEqual(journey.complaints, [])
  })
})
