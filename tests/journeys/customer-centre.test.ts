/**
 * The Customer Centre of a mortgage broker as its article tells it, under the rules of that name: an invitation by e-mail
 * and a code by SMS for each applicant; one record that all of them see and edit; a link for seven days, a new one kills
 * the old; or a link to copy into a mail of one's own.
 */
import { setTimeout } from "node:timers/promises"
import { assert, it } from "@effect/vitest"
import { afterAll, beforeAll, describe } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as Journey from "../support/Journey.ts"

const finances = {
  id: "finances",
  title: "Your finances",
  sections: [
    {
      id: "income",
      title: "Income",
      items: [Journey.text("salary", "Salary before tax"), Journey.text("employer", "Employer", { required: false })],
    },
    { id: "home", title: "The home you want", items: [Journey.text("price", "What does it cost?")] },
  ],
}

const ada = { name: "Ada Applicant", email: "ada@home.example", mobile: "+46701111111" }
const ben = { name: "Ben Applicant", email: "ben@home.example", mobile: "+46702222222" }
const rita = { name: "Rita Referee", email: "rita@work.example" }

describe.skipIf(Browser.missing !== undefined)("Customer Centre", () => {
  let journey: Journey.Journey
  let opportunity: string
  let request: string
  let [hers, his]: Array<Journey.Page> = []

  beforeAll(async () => {
    journey = await Journey.start("customer-centre")
    await Journey.imported(journey, finances)
    for (const person of [ada, ben, rita]) await Journey.contact(journey, person)
    opportunity = await Journey.work(journey, "Mortgage for 1 Long Street", {
      [ada.name]: "Primary Applicant",
      [ben.name]: "Applicant",
      [rita.name]: "Referee",
    })
  })
  afterAll(() => journey.close())

  /** Codes that have gone to a number, the newest first: read where the developer reads them. */
  const codes = async (mobile: string): Promise<ReadonlyArray<string>> => {
    const page = await (await fetch(`${journey.url}/dev/sms`)).text()
    const messages = page.split('class="row"').filter((message) => message.includes(mobile))
    return messages.flatMap((message) => /#(\d{6})/.exec(message)?.[1] ?? [])
  }
  const read = new Map<string, number>()
  /** The code that was just asked for: it is sent beside the page that says so, and may come after it. */
  const codeTo = async (mobile: string): Promise<string> => {
    for (let tries = 0; tries < 600; tries++) {
      const [newest, ...older] = await codes(mobile)
      if (newest !== undefined && older.length >= (read.get(mobile) ?? 0)) {
        read.set(mobile, older.length + 1)
        return newest
      }
      await setTimeout(100)
    }
    throw new Error(`no code has come to ${mobile}`)
  }
  const other = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, "0")
  const enter = async (customer: Journey.Page, code: string) => {
    await customer.getByLabel("Code").fill(code)
    await customer.getByRole("button", { name: "Continue" }).click()
  }
  const begin = async (customer: Journey.Page, link: string) => {
    await customer.goto(link)
    await customer.getByRole("button", { name: /Start|Continue/ }).click()
  }
  const income = async (customer: Journey.Page) => {
    await customer.locator("ol.sections").getByRole("link", { name: "Income" }).click()
  }
  const salary = (customer: Journey.Page) => customer.getByLabel("Salary before tax")
  const inside = (page: Journey.Page | undefined): Journey.Page => {
    if (page === undefined) throw new Error("nobody is in")
    return page
  }

  it("C2 C3 C8 L28 L34: who may be invited, and what may be written to them", { timeout: 180_000 }, async () => {
    const { member, look } = journey
    await member.goto(opportunity)
    await member.getByRole("link", { name: "New request" }).click()
    await member.getByLabel("Questionnaire", { exact: true }).selectOption({ index: 1 })
    await member.locator("#policy-customer-centre").check()
    for (const { name } of [ada, ben, rita])
      await member
        .locator("#contacts")
        .getByLabel(name)
        .setChecked(name === rita.name)
    await member.getByRole("button", { name: "Send", exact: true }).click()
    await look(member, "refused")
    const shown = await Journey.said(member)
    assert.match(shown, /no mobile number/)
    assert.match(shown, /Choose a role/)
    assert.lengthOf(journey.sink.mails, 0)

    await member.goto(opportunity)
    await member.getByRole("link", { name: "New request" }).click()
    await member.getByLabel("Questionnaire", { exact: true }).selectOption({ index: 1 })
    await member.locator("#policy-customer-centre").check()
    for (const { name } of [ada, ben, rita])
      await member
        .locator("#contacts")
        .getByLabel(name)
        .setChecked(name !== rita.name)
    // C8 L34: a tag that was changed is named
    const message = member.getByLabel("Message in the e-mail")
    await message.fill("{{greeting}},\n\nplease look at {{requestTitel}}.")
    await member.getByRole("button", { name: "Send", exact: true }).click()
    await look(member, "tag-refused")
    assert.include(await Journey.said(member), "requestTitel")
    assert.lengthOf(journey.sink.mails, 0)
    await message.fill("{{greeting}},\n\nplease look at **{{requestTitle}}**.")
    await member.getByRole("button", { name: "Preview" }).click()
    await look(member, "invitation")
    await member.getByRole("button", { name: "Send", exact: true }).click()
    await member.getByText("Sent to").waitFor()
    await look(member, "invited")
    request = member.url().split("?")[0] ?? ""
    const [toAda, toBen] = [await journey.mailTo(ada.email), await journey.mailTo(ben.email)]
    assert.notStrictEqual(Journey.linkIn(toAda), Journey.linkIn(toBen))
    assert.lengthOf(journey.mailsTo(rita.email), 0)
  })

  it(
    "C1 C10 L29: a link and a code; after five wrong ones the right one is refused, and a new one works",
    { timeout: 180_000 },
    async () => {
      const { look } = journey
      const customer = await journey.customer()
      await customer.goto(Journey.linkIn(await journey.mailTo(ada.email)))
      await look(customer, "arrival")
      await customer.getByRole("button", { name: "Start" }).click()
      await look(customer, "code")
      assert.include(await customer.locator("body").innerText(), "11")
      assert.notInclude(await customer.locator("body").innerText(), "Salary")
      const outbox = await journey.another(journey.member)
      await outbox.goto(`${journey.url}/dev/sms`)
      await look(outbox, "sms")
      await outbox.close()
      const code = await codeTo(ada.mobile)
      assert.match(code, /^\d{6}$/)
      for (let times = 0; times < 5; times++) await enter(customer, other(code))
      await look(customer, "code-wrong")
      await enter(customer, code)
      assert.notInclude(await customer.locator("body").innerText(), "Income")
      await journey.pass(1 * Journey.minutes)
      await customer.getByRole("button", { name: "Send a new code" }).click()
      await customer.getByText("A new code is on its way.").waitFor()
      const second = await codeTo(ada.mobile)
      assert.lengthOf(await codes(ada.mobile), 2)
      await enter(customer, second)
      await look(customer, "record")
      assert.include(await Journey.said(customer), "Income")
      hers = customer
    },
  )

  it("C4 L32: both see and edit one record; who saves second is shown both values", { timeout: 180_000 }, async () => {
    const { member, look } = journey
    const one = inside(hers)
    const two = await journey.customer({ javaScript: false })
    await begin(two, Journey.linkIn(await journey.mailTo(ben.email)))
    await look(two, "no-js-code")
    await enter(two, await codeTo(ben.mobile))
    his = two
    await income(one)
    await income(two)
    await look(one, "income")
    await salary(one).fill("40 000")
    await one.getByText("Saved just now").first().waitFor()
    // an open page looks every few seconds what others wrote: hers is not to see it before she writes
    await one.route("**/answers", (route) => (route.request().method() === "GET" ? route.abort() : route.continue()))
    await two.getByLabel("Employer").fill("The harbour")
    await salary(two).fill("42 000")
    await two.getByRole("button", { name: "Save and continue" }).click()
    await look(two, "no-js-conflict")
    const shown = await two.locator(".conflict").innerText()
    for (const text of ["40 000", "42 000", ada.name]) assert.include(shown, text)
    await two.locator(".conflict").getByLabel("You wrote").check()
    await two.getByRole("button", { name: "Save and continue" }).click()
    assert.include(await Journey.said(two), "The home you want")

    // and the other way round, while the page is open: with scripts
    await salary(one).fill("41 000")
    await one.getByText("Somebody else has changed an answer here.").first().waitFor()
    await one.unroute("**/answers")
    await one.getByRole("button", { name: "Save and continue" }).click()
    await look(one, "conflict")
    assert.match(await one.locator(".conflict").innerText(), /42 000[\s\S]*41 000|41 000[\s\S]*42 000/)
    await one
      .locator(".conflict")
      .getByRole("button", { name: `${ben.name} wrote` })
      .click()
    await one.getByRole("button", { name: "Save and continue" }).click()
    await one.getByLabel("What does it cost?").fill("3 000 000")
    await one.getByRole("button", { name: "Save and continue" }).click()
    await look(one, "complete")

    await member.goto(request)
    await look(member, "record-firm")
    for (const text of ["42 000", "The harbour", "3 000 000"]) assert.include(await Journey.said(member), text)
    const history = await member
      .locator("section", { has: member.getByRole("heading", { name: "History" }) })
      .last()
      .innerText()
    assert.match(history, /Ben Applicant wrote Salary before tax at the same time as somebody else/)
  })

  it(
    "C5 L33: a new invitation kills that contact's link and session at once, and no other's",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      const [one, two] = [inside(hers), inside(his)]
      await journey.pass(1 * Journey.minutes)
      await member.goto(request)
      await member
        .locator("#recipients li", { hasText: ada.email })
        .getByRole("button", { name: "Send again to this one" })
        .click()
      await look(member, "invited-again")
      const fresh = Journey.linkIn(await journey.mailTo(ada.email, 2))
      await one.reload()
      await look(one, "session-ended")
      assert.notInclude(await one.locator("body").innerText(), "Income")
      await one.goto(Journey.linkIn(await journey.mailTo(ada.email)))
      await Journey.isDead(one)
      await two.reload()
      assert.include(await Journey.said(two), "The home you want")
      await begin(one, fresh)
      await enter(one, await codeTo(ada.mobile))
      assert.include(await Journey.said(one), "Income")
    },
  )

  it(
    "C9 C10 L35: a copied link is its addressee's: another applicant fails at the code",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      await member.goto(request)
      await member.locator("#recipients li", { hasText: ben.email }).getByRole("button", { name: "Copy link" }).click()
      await look(member, "copied")
      const link = (await member.locator("#recipients .secret").innerText()).trim()
      const customer = await journey.customer()
      await journey.pass(1 * Journey.minutes)
      await begin(customer, link)
      const [her = ""] = await codes(ada.mobile)
      await enter(customer, her)
      assert.include(await customer.locator("body").innerText(), "That code is not right")
      await enter(customer, await codeTo(ben.mobile))
      assert.include(await Journey.said(customer), "Income")
      await customer.context().close()
    },
  )

  it("C5: after seven days the link is dead, and a new one opens what was given", { timeout: 180_000 }, async () => {
    const { member, look } = journey
    const customer = await journey.customer({ javaScript: false })
    const old = Journey.linkIn(await journey.mailTo(ada.email, 2))
    await journey.pass(7 * Journey.days)
    await customer.goto(old)
    await Journey.isDead(customer)
    await journey.signIn()
    await member.goto(request)
    await look(member, "expired")
    await member.getByRole("button", { name: "Send again", exact: true }).click()
    await begin(customer, Journey.linkIn(await journey.mailTo(ada.email, 3)))
    await enter(customer, await codeTo(ada.mobile))
    await income(customer)
    assert.strictEqual(await salary(customer).inputValue(), "42 000")
  })

  it("every page on the way is accessible and fits its screen", () => {
    assert.deepStrictEqual(journey.complaints, [])
  })
})
