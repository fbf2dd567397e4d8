/**
 * A request that is talked about: a question beside the answers and its answer, by mail once a quarter of an hour; somebody
 * else who should answer, by the firm's leave; and one for whom it is not. The customers have no JavaScript.
 */
import { assert, it } from "@effect/vitest"
import { afterAll, beforeAll, describe } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as Journey from "../support/Journey.ts"

const carl = "carl@customer.example"
const cy = "cy@customer.example"
const quarter = 15 * Journey.minutes

describe.skipIf(Browser.missing !== undefined)("what firm and customer say to one another", () => {
  let journey: Journey.Journey
  let request: string

  beforeAll(async () => {
    journey = await Journey.start("conversation")
    await Journey.imported(journey, {
      id: "accounts",
      version: 1,
      title: "Annual accounts",
      sections: [
        { id: "company", title: "The company", items: [Journey.text("name", "Its name")] },
        { id: "papers", title: "Papers", items: [Journey.upload("accounts", "The accounts")] },
      ],
    })
  })
  afterAll(() => journey.close())

  it(
    "T5 F13 K47 M31: asked about, answered, passed on with the firm's leave, and given back",
    { timeout: 240_000 },
    async () => {
      const { member, look, url } = journey
      await member.goto(`${url}/requests/new`)
      await member.getByLabel("Questionnaire", { exact: true }).selectOption({ index: 1 })
      await member.getByLabel("Title").fill("Annual accounts 2027")
      await member.locator("[name=email]").fill(carl)
      await member.locator("[name=name]").fill("Carl Customer")
      await member.getByRole("button", { name: "Send", exact: true }).click()
      await member.getByText("Sent to").waitFor()
      request = member.url().split("?")[0] ?? ""

      // Carl asks about a part of it
      const customer = await journey.customer({ javaScript: false })
      await customer.goto(Journey.linkIn(await journey.mailTo(carl)))
      await customer.getByRole("button", { name: "Start" }).click()
      const list = customer.url()
      await customer.getByRole("link", { name: "The company" }).first().click()
      await customer.getByRole("link", { name: "Write to Ask & Answer Ltd about this part" }).click()
      await look(customer, "write")
      assert.strictEqual(await customer.getByLabel("What is it about?").inputValue(), "company")
      await customer.getByLabel("Your message").fill("The name before, or after the merger?")
      await customer.getByRole("button", { name: "Send message" }).click()
      await customer.getByText("The name before, or after the merger?").waitFor()
      await look(customer, "said")

      // Moa hears of it once, without a word of it
      await journey.pass(quarter)
      const notice = await journey.mailTo(Journey.memberAddress)
      assert.match(notice.parsed.subject ?? "", /^Carl Customer has written about: Annual accounts 2027/)
      assert.notInclude(notice.parsed.text ?? "", "merger")
      await member.goto(`${url}/requests`)
      assert.include(await Journey.said(member), "1 new message")
      await look(member, "list")
      await member.goto(request)
      assert.include(await Journey.said(member), "The name before, or after the merger?")
      await member.getByLabel("Your message").fill("The one after it, please.")
      await member.getByLabel("What it is about").selectOption({ label: "The company" })
      await member.getByRole("button", { name: "Send message" }).click()
      await member.getByText("Your message has been sent.").waitFor()
      // and a document more, while Carl has not begun
      await member.getByText("Ask for a document").click()
      await member.getByLabel("Which document?").fill("The merger agreement")
      await look(member, "asking")
      await member.getByRole("button", { name: "Ask for it" }).click()
      await member.getByText("The document is asked for.").waitFor()
      await look(member, "request")
      await member.goto(`${url}/requests`)
      assert.notInclude(await Journey.said(member), "new message")

      await journey.pass(quarter)
      const mail = await journey.mailTo(carl, 2)
      assert.match(mail.parsed.subject ?? "", /^New message about: Annual accounts 2027/)
      await customer.goto(Journey.linkIn(mail))
      await customer.getByRole("button", { name: "Start" }).click()
      const shown = await Journey.said(customer)
      for (const text of ["2 new", "The one after it, please.", "The merger agreement"]) assert.include(shown, text)
      await look(customer, "answered")

      // somebody else should answer
      await customer.getByRole("link", { name: "Someone else should answer this" }).click()
      await look(customer, "pass-on")
      await customer.getByLabel("Their name").fill("Cy Lund")
      await customer.getByLabel("Their e-mail address").fill("cy at customer")
      await customer.getByRole("button", { name: "Ask Ask & Answer Ltd" }).click()
      await look(customer, "pass-on-wrong")
      assert.include(await Journey.said(customer), "an e-mail address like name@example.com")
      await customer.getByLabel("Their e-mail address").fill(cy)
      await customer.getByLabel("A word to them").fill("You have the papers, don't you?")
      await customer.getByRole("button", { name: "Ask Ask & Answer Ltd" }).click()
      await customer.getByText("You have asked Ask & Answer Ltd whether Cy Lund may answer instead.").waitFor()
      await look(customer, "asked")
      assert.strictEqual(journey.mailsTo(cy).length, 0)
      const wish = await journey.mailTo(Journey.memberAddress, 2)
      assert.match(wish.parsed.subject ?? "", /^Carl Customer wants somebody else to answer/)
      await member.goto(request)
      await look(member, "proposal")
      await member.getByRole("button", { name: "Ask Cy Lund" }).click()
      await member.getByText("They get a link of their own.").waitFor()
      await customer.goto(list)
      await Journey.isDead(customer)

      // Cy reads the word on the page, and is not the one either
      const other = await journey.customer({ javaScript: false })
      const theirs = await journey.mailTo(cy)
      assert.notInclude(theirs.parsed.text ?? "", "You have the papers")
      assert.include(theirs.parsed.text ?? "", "Carl Customer")
      await other.goto(Journey.linkIn(theirs))
      // where it can be said without opening anything; it is asked once more
      await other.getByRole("link", { name: "This is not for me" }).click()
      await look(other, "not-mine-unopened")
      await other.getByRole("button", { name: "Tell Ask & Answer Ltd" }).click()
      await look(other, "not-mine-unsure")
      assert.include(await Journey.said(other), "Tick the box if this is not for you.")
      await other.getByRole("link", { name: "Back", exact: true }).click()
      await other.getByRole("button", { name: "Start" }).click()
      const first = await Journey.said(other)
      assert.include(first, "You have the papers, don't you?")
      // what Carl and the firm said is theirs
      assert.notInclude(first, "merger?")
      await look(other, "passed-on")
      await other.getByRole("link", { name: "This is not for me" }).click()
      await look(other, "not-mine")
      await other.getByLabel("Why?").fill("I left the company in May.")
      await other.getByRole("button", { name: "Tell Ask & Answer Ltd" }).click()
      await other.getByText("Thank you for telling us").waitFor()
      await look(other, "given-back")
      await member.goto(`${url}/requests`)
      assert.include(await Journey.said(member), "Not for them: waits for you")
      await member.goto(request)
      assert.include(await Journey.said(member), "I left the company in May.")
      await look(member, "disowned")
      assert.deepStrictEqual(journey.complaints, [])
    },
  )
})
