/**
 * TaxDome's file requests as their article tells them, under the rules "File request": a link to a page to upload to, made
 * with a message, copied and given out by hand or sent to any address; whoever has it sends files, and sees nothing of
 * what others sent; it stays open until it is revoked.
 */
import { assert, it } from "@effect/vitest"
import { afterAll, beforeAll, describe } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as Journey from "../support/Journey.ts"

const olle = "olle@anywhere.example"

describe.skipIf(Browser.missing !== undefined)("TaxDome: file requests", () => {
  let journey: Journey.Journey
  let request: string
  let link: string

  beforeAll(async () => {
    journey = await Journey.start("file-request")
  })
  afterAll(() => journey.close())

  const make = async (title: string, address = "") => {
    const { member } = journey
    await member.goto(`${journey.url}/requests/new?policy=file-request`)
    await member.locator("[name=what][value=documents]").check()
    await member.locator("[name=documents]").fill("Receipts of 2026")
    await member.getByLabel("Title").fill(title)
    await member.getByLabel("Description").fill("We need them for your **tax return**.")
    await member.locator("[name=email]").fill(address)
    if (address !== "") await member.locator("[name=name]").fill("Olle Anywhere")
    await member.locator("#policy-file-request").check()
  }
  const send = async () => {
    await journey.member.getByRole("button", { name: "Send", exact: true }).click()
    await journey.member.getByRole("heading", { name: "History" }).waitFor()
    return journey.member.url().split("?")[0] ?? ""
  }
  const copy = async () => {
    await journey.member.goto(request)
    await journey.member.getByRole("button", { name: "Copy link" }).click()
    return (await journey.member.locator("#recipients .secret").innerText()).trim()
  }
  const enter = async (customer: Journey.Page, address = link) => {
    await customer.goto(address)
    await customer.getByRole("button", { name: /Start|Continue/ }).click()
  }
  const give = async (customer: Journey.Page, ...names: ReadonlyArray<string>) => {
    await customer.locator("input[type=file]").setInputFiles(names.map(Journey.pdf))
    await Journey.added(customer, names.length)
  }
  const giveByButton = async (customer: Journey.Page, ...names: ReadonlyArray<string>) => {
    await customer.locator("input[type=file]").setInputFiles(names.map(Journey.pdf))
    await customer.getByRole("button", { name: "Send files" }).click()
    await customer.getByText("Files received").waitFor()
  }

  it("F1 F5 F6 L38: a link without an address, copied twice the same", { timeout: 180_000 }, async () => {
    const { member, look } = journey
    await make("Your receipts")
    await look(member, "new")
    request = await send()
    await look(member, "made")
    assert.match(await Journey.said(member), /The link is ready[\s\S]*Anyone with the link/)
    assert.lengthOf(journey.sink.mails, 0)
    link = await copy()
    await look(member, "copied")
    assert.match(link, /\/r\/[A-Za-z0-9_-]{43}$/)
    assert.strictEqual(await copy(), link)
    assert.notInclude(await journey.dump(), link.slice(-43))
  })

  it(
    "F1 F2 F4 F9 F10 L36 L37: three files in two visits, by two people who see nothing of one another",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      const one = await journey.customer()
      await one.goto(link)
      await look(one, "arrival")
      await one.getByRole("button", { name: "Start" }).click()
      await look(one, "upload")
      await give(one, "taxi.pdf")
      await look(one, "received")
      assert.include(await Journey.said(one), "taxi.pdf")
      const page = one.url()

      const two = await journey.customer({ javaScript: false })
      await enter(two)
      assert.notInclude(await two.locator("body").innerText(), "taxi.pdf")
      await giveByButton(two, "hotel.pdf", "train.pdf")
      await look(two, "no-js-received")
      const shown = await two.locator("body").innerText()
      for (const text of ["hotel.pdf", "train.pdf"]) assert.include(shown, text)
      assert.notInclude(shown, "taxi.pdf")
      await one.reload()
      assert.notInclude(await one.locator("body").innerText(), "hotel.pdf")
      // L37: guessed, nothing is there: neither another session's page nor its files
      const theirs = await two.locator("a", { hasText: "hotel.pdf" }).getAttribute("href")
      const before = await one.goto(`${journey.url}${theirs}`)
      assert.strictEqual(before?.status(), 410)
      await one.goto(page)

      await member.goto(request)
      await look(member, "three-files")
      const firm = await Journey.said(member)
      for (const text of ["taxi.pdf", "hotel.pdf", "train.pdf"]) assert.include(firm, text)
      assert.include(await member.locator(".titled").innerText(), "Waiting for customer")
      // F2: the firm is told of both at once
      await journey.pass(15 * Journey.minutes)
      const notice = await journey.mailTo(Journey.memberAddress)
      assert.include(notice.parsed.text ?? "", request)
      assert.strictEqual(journey.mailsTo(Journey.memberAddress).length, 1)
      await one.context().close()
    },
  )

  it(
    "F7 F8 L38: sent to any address, sent again with the same link, and its message changed",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      await make("Your contract", olle)
      const sent = await send()
      const first = Journey.linkIn(await journey.mailTo(olle))
      await member.goto(sent)
      await member.getByRole("button", { name: "Send again" }).click()
      await look(member, "resent")
      assert.include(await Journey.said(member), "with the same link")
      assert.strictEqual(Journey.linkIn(await journey.mailTo(olle, 2)), first)
      await member.getByRole("link", { name: "Change" }).first().click()
      await look(member, "change")
      await member.getByLabel("Message in the e-mail").fill("{{greeting}},\n\nonly the last page is missing.")
      await member.getByRole("button", { name: "Save changes" }).click()
      await member.getByText("Saved.").waitFor()
      await member.getByRole("button", { name: "Send again" }).click()
      const third = await journey.mailTo(olle, 3)
      assert.include(third.parsed.text ?? "", "only the last page is missing")
      assert.strictEqual(Journey.linkIn(third), first)
      const customer = await journey.customer()
      await enter(customer, first)
      await give(customer, "contract.pdf")
      await member.goto(`${journey.url}/requests`)
      await look(member, "list")
      for (const text of ["Your receipts", "Your contract"]) assert.include(await Journey.said(member), text)
    },
  )

  it(
    "F8 F9 L39: open for as long as nobody revokes it; revoked, it is dead, and so are its open pages",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      const customer = await journey.customer()
      await journey.pass(200 * Journey.days)
      await enter(customer)
      await give(customer, "late.pdf")
      await journey.signIn()
      await member.goto(request)
      await member.locator("summary", { hasText: "Revoke links" }).click()
      await look(member, "revoke")
      await member.getByRole("button", { name: "Revoke them" }).click()
      await look(member, "revoked")
      assert.include(await Journey.said(member), "Their links have been revoked")
      await customer.locator("input[type=file]").setInputFiles(Journey.pdf("too-late.pdf"))
      await customer.locator(".files .error", { hasText: "This page no longer takes files" }).waitFor()
      await look(customer, "too-late")
      await customer.reload()
      await Journey.isDead(customer)
      await look(customer, "dead")
      await customer.goto(link)
      await Journey.isDead(customer)
      await member.goto(request)
      const firm = await Journey.said(member)
      assert.include(firm, "late.pdf")
      assert.notInclude(firm, "too-late.pdf")
    },
  )

  it(
    "F3 F5 F6 F10 F11 L36 L37: from a guest folder's menu, files come into the folder, and one is shared onward",
    { timeout: 180_000 },
    async () => {
      const { member, look } = journey
      await member.goto(`${journey.url}/documents`)
      await member.locator("summary", { hasText: "New folder" }).click()
      await member.getByLabel("Name").fill("Guests of 2026")
      await look(member, "documents")
      await member.getByRole("button", { name: "Make folder" }).click()
      await member.getByRole("heading", { name: "Guests of 2026" }).waitFor()
      const folder = member.url()
      await member.locator("summary", { hasText: "Upload" }).click()
      await member.locator("input[type=file]").setInputFiles(Journey.pdf("ours.pdf"))
      await member.getByRole("button", { name: "Upload files" }).click()
      await member.getByText("The files are in the folder.").waitFor()
      await member.getByRole("link", { name: "Request files" }).click()
      await member.getByLabel("What you ask for").fill("Your deed")
      await member.getByLabel("Message").fill("The bank wants to see it.")
      await look(member, "folder-request")
      await member.getByRole("button", { name: "Create" }).click()
      await member.getByRole("heading", { name: "History" }).waitFor()
      request = member.url().split("?")[0] ?? ""
      link = await copy()
      await member.goto(`${journey.url}/file-requests`)
      await look(member, "file-requests")
      await member.getByRole("button", { name: /Copy link.*Your deed/ }).click()
      assert.strictEqual((await member.locator("#recipients .secret").innerText()).trim(), link)

      const customer = await journey.customer({ javaScript: false })
      await enter(customer)
      const page = await customer.locator("body").innerText()
      assert.include(page, "The bank wants to see it.")
      for (const text of ["ours.pdf", "Guests of 2026"]) assert.notInclude(page, text)
      await giveByButton(customer, "deed.pdf", "map.pdf")
      const later = await journey.customer()
      await enter(later)
      await give(later, "photo.pdf")
      await member.goto(folder)
      await look(member, "folder")
      const said = await Journey.said(member)
      for (const text of ["ours.pdf", "deed.pdf", "map.pdf", "photo.pdf"]) assert.include(said, text)

      await member.getByRole("link", { name: "deed.pdf" }).click()
      await member.locator("summary", { hasText: "Share by a link" }).click()
      await member.getByLabel("For whom").fill("The bank")
      await member.getByRole("button", { name: "Make link" }).click()
      const shared = (await member.locator("#shares .secret").innerText()).trim()
      await look(member, "document")
      assert.notInclude(await journey.dump(), shared.slice(-43))
      const bank = await journey.customer({ javaScript: false })
      await bank.goto(shared)
      await look(bank, "shared")
      const [download] = await Promise.all([
        bank.waitForEvent("download"),
        bank.getByRole("button", { name: "Download" }).click(),
      ])
      assert.strictEqual(download.suggestedFilename(), "deed.pdf")
      await member.goto(member.url().replace(/\/shares$/, ""))
      assert.include(await Journey.said(member), "opened once")
      await member.getByRole("button", { name: /Revoke/ }).click()
      await bank.goto(shared)
      await Journey.isDead(bank)
      await member.setViewportSize(Journey.phone)
      await member.goto(folder)
      await look(member, "folder-phone")
      await member.setViewportSize(Journey.desk)
    },
  )

  it("every page on the way is accessible and fits its screen", () => {
    assert.deepStrictEqual(journey.complaints, [])
  })
})
