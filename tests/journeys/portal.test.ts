/**
 * The portal as Karbon's article tells it: who gets a link and wants to makes a login with the address that it went to, sees
 * every piece of work with what waits first, goes on from there, and reads afterwards what was completed, without a way to change
 * it. And with a passkey, which a virtual authenticator of the browser plays.
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
const statements = asks("statements", "Bank statements", Journey.upload("files", "All statements of the year"))
const payroll = asks("payroll", "Payroll", Journey.text("people", "How many people did you pay?"))

const ann = "ann@client.example"
const statementsOf = "Bank statements (version 1, 1 question)"
const payrollOf = "Payroll (version 1, 1 question)"
const password = "a horse of correct battery"
const small = { ...Journey.phone, width: 360 }

/** A device with a fingerprint reader, whose owner always holds the finger to it. */
const authenticator = async (page: Journey.Page) => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send("WebAuthn.enable")
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

describe.skipIf(Browser.missing !== undefined)("Karbon: the client portal", () => {
  let journey: Journey.Journey
  let eye: Journey.Eye
  let customer: Journey.Page
  let portal: string

  beforeAll(async () => {
    journey = await Journey.start("portal")
    eye = Journey.eye("portal", [Journey.desk, small])
    await Journey.imported(journey, statements, payroll)
    await Journey.contact(journey, { name: "Ann Client", email: ann })
  })
  afterAll(() => journey.close())

  /** One request to Ann, for a piece of work that has another name for her. */
  const ask = async (work: string, external: string, questionnaire: string, title: string, due: string) => {
    const { member } = journey
    const at = await Journey.work(journey, work, { "Ann Client": "Director" })
    await member.goto(`${at}/edit`)
    await member.getByLabel("Name for customers").fill(external)
    await member.getByRole("button", { name: "Save" }).click()
    await member.goto(at)
    await member.getByRole("link", { name: "New request" }).click()
    await member.getByLabel("Questionnaire", { exact: true }).selectOption({ label: questionnaire })
    await member.getByLabel("Title").fill(title)
    await member.getByLabel("Due on").fill(due)
    await member.locator("#policy-karbon").check()
    await member.locator("#contacts").getByLabel("Ann Client").check()
    await member.getByRole("button", { name: "Send", exact: true }).click()
    await member.getByText("Sent to").waitFor()
  }

  it("K2 K29 K30 K48 K24 T14: from the mail's link to a login of one's own", { timeout: 180_000 }, async () => {
    await ask("AC-2026-17", "Your accounts 2026", statementsOf, "Bookkeeping 2026", "2031-03-27")
    await ask("PR-2026-17", "", payrollOf, "Payroll 2026", "2031-02-27")
    customer = await journey.customer(small)
    await authenticator(customer)
    await customer.goto(Journey.linkIn(await journey.mailTo(ann)))
    await customer.getByRole("button", { name: "Start" }).click()
    await customer.getByRole("link", { name: "Log in to see everything you were asked" }).click()
    portal = customer.url().replace(/\/log-in.*/, "")
    await eye.look(customer, "log-in")
    await customer.getByRole("link", { name: "Create a login or choose a new password" }).click()
    await eye.look(customer, "start")
    await customer.getByLabel("E-mail address").fill(ann)
    await customer.getByRole("button", { name: "Send the link" }).click()
    await eye.look(customer, "asked")
    assert.include(await Journey.said(customer), "If Ask & Answer Ltd knows this address as yours")
    const mail = await journey.mailTo(ann, 3)
    assert.strictEqual(mail.parsed.subject, "Create your login at Ask & Answer Ltd")
    await customer.goto(/http:\S+\/password\/[\w-]{43}/.exec(mail.parsed.text ?? "")?.[0] ?? "")
    await customer.getByLabel("New password").fill("short")
    await customer.getByRole("button", { name: "Save and log in" }).click()
    await eye.look(customer, "choose-short")
    await customer.getByLabel("New password").fill(password)
    await customer.getByRole("button", { name: "Save and log in" }).click()
    await eye.look(customer, "home")
    for (const [language, heading] of [
      ["es", "Sus solicitudes"],
      ["sv", "Dina förfrågningar"],
      ["en", "Your requests"],
    ] as const) {
      await customer.goto(`${portal}?lang=${language}`)
      assert.strictEqual(await customer.locator("h1").innerText(), heading)
      if (language !== "en") await eye.look(customer, `home-${language}`)
    }
    const said = await Journey.said(customer)
    assert.include(said, "2 requests wait for you.")
    assert.match(said, /Your accounts 2026[\s\S]*Waiting for you[\s\S]*PR-2026-17/)
  })

  it("K42 K47 L24: goes on from the portal, and what is completed is read only", { timeout: 180_000 }, async () => {
    await customer.getByRole("link", { name: "Your accounts 2026" }).click()
    await eye.look(customer, "work")
    await customer.getByRole("link", { name: "Bookkeeping 2026" }).click()
    await eye.look(customer, "waiting")
    assert.include(await Journey.said(customer), "0 of 1 done")
    await customer.getByRole("button", { name: /Start|Continue/ }).click()
    await customer.locator("ol.sections").getByRole("link", { name: "Bank statements" }).click()
    await customer.locator("input[type=file]").first().setInputFiles(Journey.pdf("statements.pdf"))
    await Journey.added(customer)
    await customer
      .getByRole("button", { name: /complete|Tick|done/i })
      .first()
      .click()
    await customer.getByText("Everything is complete").waitFor()
    await customer.getByRole("link", { name: "Log in to see everything you were asked" }).click()
    await eye.look(customer, "home-one-done")
    assert.match(await Journey.said(customer), /1 request waits for you[\s\S]*Done[\s\S]*Your accounts 2026/)
    await customer.getByRole("link", { name: "Your accounts 2026" }).click()
    await customer.getByRole("link", { name: "Bookkeeping 2026" }).click()
    await eye.look(customer, "read-only")
    const said = await Journey.said(customer)
    for (const text of ["Submitted", "statements.pdf", "can only be read"]) assert.include(said, text)
    assert.strictEqual(await customer.locator("main form").count(), 1)
    const download = customer.waitForEvent("download")
    await customer.getByRole("link", { name: "statements.pdf" }).click()
    assert.strictEqual((await download).suggestedFilename(), "statements.pdf")
  })

  it(
    "S36: a passkey is made, named and used; a removed one is refused; without scripts the password works",
    { timeout: 180_000 },
    async () => {
      await customer.getByRole("link", { name: "Your login" }).click()
      await eye.look(customer, "account")
      await customer.getByLabel("Name of the passkey").fill("My phone")
      await customer.getByLabel("Your password, once more").fill("a guess")
      await customer.getByRole("button", { name: "Add a passkey" }).click()
      await customer.getByText("This is not the password you have now.").waitFor()
      await customer.getByLabel("Your password, once more").fill(password)
      await customer.getByRole("button", { name: "Add a passkey" }).click()
      await customer.getByText("Saved.").waitFor()
      await eye.look(customer, "account-passkey")
      assert.include(await Journey.said(customer), "My phone")
      await customer.getByRole("button", { name: "Log out", exact: true }).click()
      await customer.getByText("You are logged out.").waitFor()
      await customer.getByRole("button", { name: "Log in with a passkey" }).click()
      await customer.getByText("1 request waits for you.").waitFor()
      await customer.getByRole("link", { name: "Your login" }).click()
      await customer.getByLabel("New name of “My phone”").fill("Blue phone")
      await customer.getByRole("button", { name: /^Rename\s*: My phone$/ }).click()
      assert.include(await Journey.said(customer), "Blue phone")
      await customer.getByRole("button", { name: /^Remove\s*: Blue phone$/ }).click()
      assert.notInclude(await Journey.said(customer), "Blue phone")
      await customer.getByRole("button", { name: "Log out", exact: true }).click()
      await customer.getByRole("button", { name: "Log in with a passkey" }).click()
      await customer.getByText("That did not work.").waitFor()
      await eye.look(customer, "passkey-refused")

      const plain = await journey.customer({ ...small, javaScript: false })
      await plain.goto(portal)
      await plain.getByLabel("E-mail address").fill(ann)
      await plain.getByLabel("Password").fill(password)
      await plain.getByRole("button", { name: "Log in", exact: true }).click()
      assert.include(await Journey.said(plain), "1 request waits for you.")
      await plain.getByRole("link", { name: "Documents" }).click()
      await eye.look(plain, "documents")
      await plain.getByRole("link", { name: "Your uploads" }).first().click()
      await plain.getByLabel("Add files").setInputFiles(Journey.pdf("contract.pdf"))
      await plain.getByRole("button", { name: "Send the files" }).click()
      await eye.look(plain, "folder")
      assert.include(await Journey.said(plain), "contract.pdf")
      await plain.getByRole("link", { name: "Svenska" }).click()
      await eye.look(plain, "folder-sv")
      assert.include(await Journey.said(plain), "Lägg till filer")
    },
  )

  it("K50 K29: the firm sees the login, turns it off and closes the portal", { timeout: 180_000 }, async () => {
    const { member, url } = journey
    const desk = Journey.eye("portal-firm", [Journey.desk, Journey.phone])
    await member.goto(`${url}/settings/portal`)
    await desk.look(member, "settings")
    assert.strictEqual(await member.getByLabel("Its address").inputValue(), portal)
    await member.goto(`${url}/contacts`)
    await member.getByRole("link", { name: "Ann Client" }).click()
    await desk.look(member, "contact")
    assert.match(await Journey.said(member), /They have a login\.[\s\S]*last used/)
    await member.getByRole("button", { name: "Turn off the login" }).click()
    assert.include(await Journey.said(member), "The login is turned off")
    await member.getByRole("button", { name: "Turn on the login" }).click()
    await member.goto(`${url}/settings/portal`)
    await member.getByRole("button", { name: "Close the portal" }).click()
    await desk.look(member, "settings-closed")
    await customer.goto(portal)
    assert.strictEqual(await customer.locator("h1").innerText(), "There is nothing here")
    assert.deepStrictEqual([...journey.complaints, ...eye.complaints, ...desk.complaints], [])
  })
})
