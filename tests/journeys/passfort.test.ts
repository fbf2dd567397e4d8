/**
 * PassFort's "Request from customer" as its article tells it, under the rules "One at a time": chosen on the tasks,
 * collected, configured and sent; answered on one page, all or nothing; imported into the tasks; cancelled, expired, and
 * sent anew.
 */
import { assert, it } from "@effect/vitest"
import { afterAll, beforeAll, describe } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as Journey from "../support/Journey.ts"

const passport = {
  id: "passport",
  title: "Copy of your passport",
  sections: [
    {
      id: "passport",
      title: "Your passport",
      items: [Journey.upload("copy", "The page with your picture")],
    },
  ],
}
const licence = {
  id: "licence",
  title: "Copy of your driving licence",
  sections: [{ id: "licence", title: "Your licence", items: [Journey.upload("copy", "Both sides")] }],
}
const address = {
  id: "address",
  title: "Proof of address",
  sections: [
    {
      id: "address",
      title: "Where you live",
      items: [
        Journey.text("street", "Street and number"),
        {
          id: "since",
          type: "choice",
          label: "For how long?",
          required: true,
          options: [
            { value: "short", label: "Less than a year" },
            { value: "long", label: "A year or more" },
          ],
        },
      ],
    },
  ],
}

const carl = "carl@customer.example"

describe.skipIf(Browser.missing !== undefined)("PassFort: request from customer", () => {
  let journey: Journey.Journey
  let profile: string

  beforeAll(async () => {
    journey = await Journey.start("passfort")
    await Journey.imported(journey, passport, licence, address)
    // P10: the profile's data lack an address
    await Journey.contact(journey, { name: "Carl Customer" })
    profile = await Journey.work(journey, "Carl Customer", { "Carl Customer": "" })
    await Journey.task(journey, "Identity check", "Copy of your passport", "Copy of your driving licence")
    await Journey.task(journey, "Address check", "Proof of address")
  })
  afterAll(() => journey.close())

  /** "Request from customer" on a task, and what is asked where it offers several things (P1, P3). */
  const request = async (task: string, which?: string) => {
    const { member } = journey
    const card = member.locator(".task", { hasText: task })
    if (which !== undefined) await card.getByLabel("What to ask for").selectOption({ label: which })
    await card.getByRole("button", { name: "Request from customer" }).click()
  }
  /** "Send request", and the rules of this preset. */
  const configure = async () => {
    const { member } = journey
    await member.getByRole("link", { name: "Send request" }).click()
    await member.locator("#policy-passfort").check()
  }
  const send = () => journey.member.getByRole("button", { name: "Send", exact: true }).click()
  const card = (task: string) => journey.member.locator(".task", { hasText: task })
  const requested = async () => {
    await journey.member.goto(profile)
    await request("Identity check", "Copy of your passport")
    await request("Address check")
    await configure()
    await journey.member.getByLabel("Title").fill("Your identity and address")
    await send()
    await journey.member.getByText("Sent to Carl Customer.").waitFor()
  }
  const part = (customer: Journey.Page, title: string) => customer.locator("details.part", { hasText: title })
  const fill = async (customer: Journey.Page) => {
    await part(customer, "Where you live").getByLabel("Street and number").fill("Long Street 1")
    await part(customer, "Where you live").getByLabel("A year or more").check()
  }

  it(
    "P1 P3 P5 P6 P7 P9 P10 P11 P12 P13 P14 P15 P19 P27 L03 L04: chosen on two tasks, configured, and sent",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      await member.goto(profile)
      await request("Identity check", "Copy of your passport")
      await request("Address check")
      await look(member, "basket")
      await configure()
      const basket = member.locator(".basket")
      assert.match(await basket.innerText(), /Identity check[\s\S]*Address check/)
      await look(member, "configure")

      // P9: remove one, close, and come back: what was collected stays, and more can be added
      await member.getByRole("button", { name: "Remove Address check" }).click()
      assert.notInclude(await member.locator(".basket").innerText(), "Address check")
      await member.getByRole("link", { name: "Close" }).click()
      assert.strictEqual(member.url(), profile)
      assert.notInclude(
        await member.locator("section", { has: member.locator("#basket") }).innerText(),
        "Proof of address",
      )
      await request("Address check")
      await configure()

      // P10 L04: nobody can be asked without an address
      await send()
      await look(member, "no-address")
      assert.include(await Journey.said(member), "Enter the e-mail address of the person you ask.")
      assert.lengthOf(journey.sink.mails, 0)
      await member.getByLabel("E-mail address of Carl Customer").fill(carl)
      await member
        .getByLabel("Message in the e-mail")
        .fill("{{greeting}},\n\nplease update your information: **{{requestTitle}}**.\n")
      await member.getByRole("button", { name: "Preview" }).click()
      await look(member, "configure-preview")
      assert.isTrue(await member.locator("#policy-passfort").isChecked())
      await send()
      await look(member, "sent")
      assert.include(await Journey.said(member), "Waiting for customer")
      assert.include(await Journey.said(member), "Sent to Carl Customer.")
      const history = await member.locator("section", { hasText: "History" }).last().innerText()
      assert.match(history, /Forms/)

      const mail = await journey.mailTo(carl)
      assert.include(mail.parsed.subject ?? "", "Copy of your passport and Proof of address")
      assert.include(mail.parsed.html ?? "", "#0b6e4f")
      assert.include(mail.parsed.html ?? "", "please update your information")
      assert.include(mail.parsed.from?.address ?? "", "requests@firm.example")

      await member.goto(profile)
      await look(member, "profile-waiting")
      assert.include(await member.locator(".titled").innerText(), "Waiting for customer")
      for (const task of ["Identity check", "Address check"]) {
        assert.include(await card(task).innerText(), "A customer request is out")
        // P4: while it is out the task offers nothing more
        assert.strictEqual(await card(task).getByRole("button", { name: "Request from customer" }).count(), 0)
      }

      // and kept in the profile's data, it is there from then on
      await member.goto(`${journey.url}/contacts`)
      await member.getByRole("link", { name: "Carl Customer" }).click()
      await member.getByLabel("E-mail address").fill(carl)
      await member.getByRole("button", { name: "Save contact" }).click()
      await member.getByText("Saved.").waitFor()
    },
  )

  it(
    "P4 P8 P30 L01: a second request is refused while the first is out, and nothing is mailed",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      await member.goto(profile)
      await Journey.task(journey, "Licence check", "Copy of your driving licence")
      await request("Licence check")
      await configure()
      await send()
      await look(member, "second-refused")
      assert.match(await Journey.said(member), /Another request is out to this customer/)
      // it is named, and can be found
      await member.getByRole("link", { name: "Show it" }).first().click()
      assert.include(await Journey.said(member), "Waiting for customer")
      assert.lengthOf(journey.mailsTo(carl), 1)
      await member.goto(profile)
      await member.getByRole("button", { name: "Remove Licence check" }).click()
    },
  )

  it(
    "P27 P28 P29 L02: cancelled on the task, its link is dead and a new request can be sent",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      await member.goto(profile)
      await card("Identity check").locator("summary", { hasText: "Cancel request" }).click()
      await look(member, "cancel")
      await card("Identity check").getByRole("button", { name: "Cancel request" }).click()
      await look(member, "cancelled")
      assert.include(await Journey.said(member), "Cancelled")
      const customer = await journey.customer()
      await customer.goto(Journey.linkIn(await journey.mailTo(carl)))
      await look(customer, "dead")
      await Journey.isDead(customer)
      await requested()
      assert.include(await Journey.said(member), "Waiting for customer")
    },
  )

  it(
    "P13 P16 P21 P22 P23 P24 P25 P26 L05 L06 L07 L08: answered on one page, all or nothing, and imported",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      const link = Journey.linkIn(await journey.mailTo(carl, 2))
      const customer = await journey.customer()
      await customer.goto(link)
      await look(customer, "arrival")
      await customer.getByRole("button", { name: "Start" }).click()
      await look(customer, "sections")
      assert.strictEqual(await customer.locator("details.part").count(), 2)
      const finish = customer.getByRole("button", { name: "Finish" })
      assert.isTrue(await finish.isDisabled())
      await part(customer, "Where you live").locator("summary").click()
      await fill(customer)
      await customer.getByText("Done", { exact: true }).first().waitFor()
      assert.isTrue(await finish.isDisabled())
      await look(customer, "one-complete")

      // P26: nothing is kept
      customer.once("dialog", (dialog) => void dialog.accept())
      await customer.reload()
      assert.strictEqual(await customer.getByLabel("Street and number").inputValue(), "")
      await part(customer, "Where you live").locator("summary").click()
      await fill(customer)
      await part(customer, "Your passport").locator("input[type=file]").setInputFiles(Journey.pdf("passport.pdf"))
      await customer.waitForFunction(() => {
        const buttons = [...document.querySelectorAll<HTMLButtonElement>("button.primary")]
        return buttons.every((button) => !button.disabled)
      })
      await look(customer, "complete")
      await finish.click()
      await look(customer, "done")
      assert.strictEqual(await customer.locator("h1").innerText(), "Data successfully submitted")

      // L08: what the link says now is what any other address says
      const after = await fetch(link)
      const unknown = await fetch(`${journey.url}/r/${"x".repeat(43)}`)
      assert.strictEqual(await after.text(), await unknown.text())
      await customer.goto(link)
      await Journey.isDead(customer)

      // P16: the answers are with their tasks
      await member.goto(profile)
      await look(member, "profile-answered")
      for (const task of ["Identity check", "Address check"]) {
        const text = await card(task).innerText()
        assert.include(text, "Answered")
        assert.include(text, "Done")
      }
      await card("Address check").getByRole("link", { name: "Address check" }).click()
      await look(member, "task-answered")
      assert.include(await Journey.said(member), "Long Street 1")
      assert.include(await Journey.said(member), "A year or more")
      await member.goto(profile)
      await card("Identity check").getByRole("link", { name: "Identity check" }).click()
      assert.include(await Journey.said(member), "passport.pdf")
    },
  )

  it("P21 P24 P25 P26 L06: the same without JavaScript", { timeout: 180_000 }, async () => {
    await requested()
    // somebody begins, uploads, and leaves: nothing of it is kept, the file for a day at most
    const leaving = await journey.customer({ javaScript: false })
    await leaving.goto(Journey.linkIn(await journey.mailTo(carl, 3)))
    await leaving.getByRole("button", { name: "Start" }).click()
    const files = journey.stored()
    await part(leaving, "Where you live").locator("summary").click()
    await leaving.getByLabel("Street and number").fill("Abandoned Alley 2")
    await part(leaving, "Your passport").locator("input[type=file]").setInputFiles(Journey.pdf("passport.pdf"))
    await part(leaving, "Your passport").getByRole("button", { name: "Upload now" }).click()
    await journey.look(leaving, "no-js-uploaded")
    assert.strictEqual(await leaving.getByLabel("Street and number").inputValue(), "Abandoned Alley 2")
    assert.strictEqual(journey.stored(), files + 1)
    assert.notInclude(await journey.dump(), "Abandoned Alley")
    await leaving.context().close()
    await journey.pass(1 * Journey.days + 1 * Journey.minutes)
    assert.strictEqual(journey.stored(), files)

    const customer = await journey.customer({ javaScript: false })
    await customer.goto(Journey.linkIn(await journey.mailTo(carl, 3)))
    await customer.getByRole("button", { name: "Start" }).click()
    await journey.look(customer, "no-js-sections")
    await part(customer, "Where you live").locator("summary").click()
    await fill(customer)
    await customer.getByRole("button", { name: "Finish" }).last().click()
    await journey.look(customer, "no-js-incomplete")
    // what was typed is still there
    assert.strictEqual(await customer.getByLabel("Street and number").inputValue(), "Long Street 1")
    await part(customer, "Your passport").locator("input[type=file]").setInputFiles(Journey.pdf("passport.pdf"))
    await customer.getByRole("button", { name: "Finish" }).last().click()
    assert.strictEqual(await customer.locator("h1").innerText(), "Data successfully submitted")
  })

  it(
    "P14 P20 P22 P29 P31: after thirty days it has expired, and a new one can be sent",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      await requested()
      const url = member.url()
      const link = Journey.linkIn(await journey.mailTo(carl, 4))
      const customer = await journey.customer()
      await journey.pass(30 * Journey.days - 5 * Journey.minutes)
      await customer.goto(link)
      await customer.getByRole("button", { name: "Start" }).click()
      assert.strictEqual(await customer.locator("details.part").count(), 2)
      await journey.pass(5 * Journey.minutes)
      await customer.goto(link)
      await Journey.isDead(customer)
      await journey.signIn()
      await member.goto(url)
      await look(member, "expired")
      assert.include(await member.locator(".titled").innerText(), "Expired")
      await requested()
      // P31: every request that was sent stands at the profile
      await member.goto(profile)
      await look(member, "audit")
      const requests = await member.locator("section.part", { hasText: "Requests" }).innerText()
      for (const state of ["Waiting for customer", "Expired", "Submitted", "Cancelled"]) assert.include(requests, state)
    },
  )

  it("every page on the way is accessible and fits its screen", () => {
    assert.deepStrictEqual(journey.complaints, [])
  })
})
