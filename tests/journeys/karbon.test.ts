/**
 * Karbon's "Client Requests" as its article tells it, under the rules "Client tasks": two groups of tasks to two people
 * on one piece of work; each group's link belongs to one device; tasks are ticked one by one, and the firm hears of each;
 * reminders go by the due day; completing the work ends access, and opening it again begins anew.
 */
import { assert, it } from "@effect/vitest"
import { afterAll, beforeAll, describe } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as Journey from "../support/Journey.ts"

const asks = (id: string, title: string, ...items: ReadonlyArray<object>) => ({
  id,
  title,
  sections: [{ id, title, items }],
})

const statements = asks(
  "statements",
  "Bank statements",
  Journey.upload("files", "All statements of the year", { maxFiles: 12 }),
)
const expenses = asks("expenses", "Expenses without receipts", Journey.text("which", "Which ones, and what for?"))
const payroll = asks("payroll", "Payroll", Journey.text("people", "How many people did you pay?"))
const holidays = asks("holidays", "Holidays", Journey.text("left", "How many days are left?"))

const [ann, bob] = ["ann@client.example", "bob@client.example"]

describe.skipIf(Browser.missing !== undefined)("Karbon: client requests", () => {
  let journey: Journey.Journey
  let work: string
  /** Ann's request and Bob's, as the firm sees them. */
  let [hers, his] = ["", ""]
  let [phone, laptop]: Array<Journey.Page> = []

  beforeAll(async () => {
    journey = await Journey.start("karbon")
    await Journey.imported(journey, statements, expenses, payroll, holidays)
    await Journey.contact(journey, { name: "Ann Client", email: ann })
    await Journey.contact(journey, { name: "Bob Client", email: bob })
    work = await Journey.work(journey, "Year end 2026", { "Ann Client": "Director", "Bob Client": "Payroll" })
    await Journey.task(journey, "Bank", "Bank statements")
    await Journey.task(journey, "Expenses", "Expenses without receipts")
    await Journey.task(journey, "Pay", "Payroll")
    await Journey.task(journey, "Leave", "Holidays")
  })
  afterAll(() => journey.close())

  const today = (plus: number): string => new Date(Date.now() + plus * Journey.days).toISOString().slice(0, 10)
  const choose = async (task: string) => {
    await journey.member
      .locator(".task", { hasText: task })
      .getByRole("button", { name: "Request from customer" })
      .click()
  }
  /** One group to one person. */
  const group = async (tasks: ReadonlyArray<string>, name: string, title: string, due: string) => {
    const { member } = journey
    await member.goto(work)
    for (const task of tasks) await choose(task)
    await member.getByRole("link", { name: "Send request" }).click()
    await member.locator("#policy-karbon").check()
    await member.getByLabel("Title").fill(title)
    await member.getByLabel("Description").fill("For your accounts.")
    await member.getByLabel("Due on").fill(due)
    await member.locator("[name=attachments]").setInputFiles(Journey.pdf("how-to.pdf"))
    for (const other of ["Ann Client", "Bob Client"]) {
      await member
        .locator("#contacts")
        .getByLabel(other)
        .setChecked(other === name)
    }
    await member.getByRole("button", { name: "Preview" }).click()
  }
  const send = async () => {
    await journey.member.getByRole("button", { name: "Send", exact: true }).click()
    await journey.member.getByText("Sent to").waitFor()
    return journey.member.url().split("?")[0] ?? ""
  }
  const firmReads = async (url: string) => {
    await journey.member.goto(url)
    return Journey.said(journey.member)
  }
  /** What the member was told of a task. */
  const about = (task: string) =>
    journey.mailsTo(Journey.memberAddress).filter(({ parsed }) => `${parsed.subject} ${parsed.text}`.includes(task))
  const open = (customer: Journey.Page, section: string) =>
    customer.locator("ol.sections").getByRole("link", { name: section }).click()

  it(
    "K1 K10 K13 K17 K18 K22 K27 L16: two groups to two people on one work item, each with a link and a view of their own",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      await group(["Bank", "Expenses"], "Ann Client", "Bookkeeping", today(40))
      await look(member, "group")
      assert.match(await Journey.said(member), /Reminders that would go out/)
      hers = await send()
      await look(member, "sent")
      assert.match(await Journey.said(member), /Sent\s+just now\s+by Moa Member/)
      await group(["Pay", "Leave"], "Bob Client", "Payroll and holidays", today(10))
      his = await send()
      assert.notStrictEqual(hers, his)
      await member.goto(work)
      await look(member, "work-sent")
      const [toAnn, toBob] = [await journey.mailTo(ann), await journey.mailTo(bob)]
      assert.include(toAnn.parsed.text ?? "", "Bookkeeping")
      assert.notInclude(toAnn.parsed.text ?? "", "Payroll")
      assert.notInclude(toBob.parsed.text ?? "", "Bookkeeping")
      assert.notStrictEqual(Journey.linkIn(toAnn), Journey.linkIn(toBob))
      // K22: from whom pressed Send, by the firm's own address
      assert.strictEqual(toAnn.parsed.from?.name, "Moa Member (Ask & Answer Ltd)")
      assert.strictEqual(toAnn.parsed.replyTo?.[0]?.address, Journey.memberAddress)
    },
  )

  it(
    "K26 L19: a scanner fetches the link fifty times, and with scripts; the human opens it and is bound",
    { timeout: 180_000 },
    async () => {
      const { look } = journey
      const link = Journey.linkIn(await journey.mailTo(ann))
      for (let times = 0; times < 50; times++) assert.strictEqual((await fetch(link)).status, 200)
      for (let times = 0; times < 3; times++) {
        const scanner = await journey.customer()
        await scanner.goto(link)
        await scanner.waitForLoadState("networkidle")
        await scanner.context().close()
      }
      assert.include(await firmReads(hers), "Not bound to a device yet")
      phone = await journey.customer()
      await phone.goto(link)
      await look(phone, "arrival")
      await phone.getByRole("button", { name: "Start" }).click()
      await look(phone, "list")
      const shown = await Journey.said(phone)
      for (const text of ["Bookkeeping", "Bank statements", "Expenses without receipts", "how-to.pdf"])
        assert.include(shown, text)
      for (const text of ["Payroll", "Holidays", "Bob", "Year end"]) assert.notInclude(shown, text)
      assert.include(await firmReads(hers), "Bound to one device")
    },
  )

  it(
    "K41 K43 K44 L17 L18: another device gets only “Send access link”, and with the new link the first one is out",
    { timeout: 180_000 },
    async () => {
      const { look } = journey
      laptop = await journey.customer(Journey.desk)
      const link = Journey.linkIn(await journey.mailTo(ann))
      await laptop.goto(link)
      await look(laptop, "other-device")
      const shown = await laptop.locator("body").innerText()
      for (const text of ["Bookkeeping", "Bank statements", "Expenses"]) assert.notInclude(shown, text)
      assert.deepStrictEqual(await laptop.getByRole("button").allInnerTexts(), ["Send access link"])
      await laptop.getByRole("button", { name: "Send access link" }).click()
      await look(laptop, "access-link-sent")
      const access = await journey.mailTo(ann, 2)
      assert.lengthOf(journey.mailsTo(ann), 2)
      assert.lengthOf(journey.mailsTo(bob), 1)
      await laptop.goto(Journey.linkIn(access))
      await laptop.getByRole("button", { name: /Start|Continue/ }).click()
      assert.include(await Journey.said(laptop), "Bookkeeping")
      await phone?.reload()
      assert.notInclude(phone === undefined ? "" : await phone.locator("body").innerText(), "Bank statements")
      if (phone !== undefined) {
        await look(phone, "first-device-out")
        assert.strictEqual(await phone.getByRole("button", { name: "Send access link" }).count(), 1)
      }
    },
  )

  it(
    "K3 K4 K31 K42 L22 L23 L24: ticked one by one, the firm hears of each; the last tick submits",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      if (laptop === undefined) throw new Error("nobody is in")
      const customer = laptop
      await open(customer, "Bank statements")
      await look(customer, "task")
      // L22: a file is required, and there is none
      await customer.getByRole("button", { name: "Mark as complete" }).click()
      await look(customer, "file-required")
      assert.include(await Journey.said(customer), "All statements of the year")
      assert.notInclude(await firmReads(hers), "Completed")
      await customer
        .locator("input[type=file]")
        .setInputFiles([Journey.pdf("january.pdf"), Journey.pdf("february.pdf")])
      await Journey.added(customer, 2)
      await customer.getByRole("button", { name: "Mark as complete" }).click()
      await look(customer, "ticked")
      assert.include(await Journey.said(customer), "“Bank statements” is complete")
      // L23: once, for sender and assignee are the same person
      const notice = await journey.mailTo(Journey.memberAddress)
      assert.include(`${notice.parsed.subject} ${notice.parsed.text}`, "Bank statements")
      assert.lengthOf(about("Bank statements"), 1)
      await member.goto(work)
      await look(member, "work-ticked")
      assert.include(await member.locator(".task", { hasText: "Bank" }).innerText(), "Done")
      assert.include(await member.locator(".task", { hasText: "Expenses" }).innerText(), "Waiting for customer")
      await member.getByRole("link", { name: "Bank", exact: true }).click()
      for (const name of ["january.pdf", "february.pdf"]) assert.include(await Journey.said(member), name)

      await open(customer, "Expenses without receipts")
      await customer.getByLabel("Which ones, and what for?").fill("Parking, 12 times")
      await customer.getByRole("button", { name: "Mark as complete" }).click()
      await look(customer, "all-complete")
      assert.include(await Journey.said(customer), "Everything is complete")
      const shown = await firmReads(hers)
      assert.include(await member.locator(".titled").innerText(), "Submitted")
      assert.match(shown, /reminders: it is over/)
      await look(member, "submitted")
      await customer.goto(Journey.linkIn(await journey.mailTo(ann, 2)))
      await Journey.isDead(customer)
      await customer.context().close()
      // completing hers leaves his
      assert.include(await firmReads(his), "Waiting for customer")
      await journey.mailTo(Journey.memberAddress, 2)
      assert.lengthOf(about("Expenses without receipts"), 1)
    },
  )

  it(
    "K13 K32 K36 K38: reminders go by the current due day, and the firm reads when the next one goes",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      assert.include(await firmReads(his), "Next reminder:")
      await look(member, "reminders")
      // due in ten days: a week before is in three
      await journey.pass(4 * Journey.days)
      const reminder = await journey.mailTo(bob, 2)
      assert.match(reminder.parsed.subject ?? "", /^Still open: Payroll, Holidays/)
      await journey.signIn()
      assert.include(await firmReads(his), "Sent so far")
      // moved, it is reckoned anew
      const before = await member.locator("#reminders .next").innerText()
      await member.getByRole("link", { name: "Change" }).first().click()
      await look(member, "change-open")
      await member.getByLabel("Due on").fill(today(34))
      await member.getByRole("button", { name: "Save changes" }).click()
      await member.getByText("Saved.").waitFor()
      await look(member, "reminders-moved")
      assert.notStrictEqual(await member.locator("#reminders .next").innerText(), before)
    },
  )

  it(
    "K20 K25 K34 K40 L21: sent again, the first address is dead, the new one works on the bound device, and the count is 0",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      const first = Journey.linkIn(await journey.mailTo(bob))
      const customer = await journey.customer({ javaScript: false })
      await customer.goto(first)
      await customer.getByRole("button", { name: "Start" }).click()
      assert.include(await Journey.said(customer), "Payroll and holidays")
      await journey.pass(6 * Journey.days)
      const sofar = journey.mailsTo(bob).length
      await journey.signIn()
      assert.match(await firmReads(his), /1 of at most 5/)
      await member.getByRole("button", { name: "Send again" }).click()
      await look(member, "resent")
      assert.match(await Journey.said(member), /0 of at most 5/)
      const second = Journey.linkIn(await journey.mailTo(bob, sofar + 1))
      assert.notStrictEqual(first, second)
      await customer.goto(first)
      await Journey.isDead(customer)
      await customer.goto(second)
      await customer.getByRole("button", { name: /Start|Continue/ }).click()
      assert.include(await Journey.said(customer), "Payroll and holidays")
      await look(customer, "no-js-list")
      await open(customer, "Payroll")
      await customer.getByLabel("How many people did you pay?").fill("Seven")
      await customer.getByRole("button", { name: "Mark as complete" }).click()
      assert.include(await Journey.said(customer), "1 of 2 done")
      await look(customer, "no-js-ticked")
      await customer.context().close()
    },
  )

  it(
    "K39 L25: completing the work ends access and reminders; opened again and sent again, a new link works",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      const last = Journey.linkIn(await journey.mailTo(bob, journey.mailsTo(bob).length))
      await member.goto(work)
      await member.locator("summary", { hasText: "Complete work" }).click()
      await member.getByRole("button", { name: "Complete", exact: true }).click()
      await look(member, "work-completed")
      const customer = await journey.customer()
      await customer.goto(last)
      await Journey.isDead(customer)
      const ended = await firmReads(his)
      assert.include(ended, "it is suspended")
      assert.include(ended, "The work is completed: open it again to go on.")
      await look(member, "suspended")
      const mails = journey.mailsTo(bob).length
      await journey.pass(3 * Journey.days)
      assert.lengthOf(journey.mailsTo(bob), mails)
      await journey.signIn()
      await member.goto(work)
      await member.getByRole("button", { name: "Open again" }).click()
      await look(member, "work-reopened")
      await firmReads(his)
      await member.getByRole("button", { name: "Send again" }).click()
      const fresh = Journey.linkIn(await journey.mailTo(bob, mails + 1))
      await customer.goto(last)
      await Journey.isDead(customer)
      await customer.goto(fresh)
      await look(customer, "after-reopening")
    },
  )

  it("every page on the way is accessible and fits its screen", () => {
    assert.deepStrictEqual(journey.complaints, [])
  })
})
