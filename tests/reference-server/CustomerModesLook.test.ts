/**
 * Every page of the customer under each preset, in a real browser, on a phone and at a desk, with and without scripts: axe
 * finds nothing, nothing scrolls sideways, the script breaks nothing. Pictures are kept.
 */
import { afterAll, assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as Browser from "../support/Browser.ts"
import * as Journey from "../support/Journey.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"

const looks = [
  { width: 390, height: 844, javaScript: false },
  { width: 1280, height: 900, javaScript: true, colorScheme: "dark" },
] as const

const passport = {
  name: "passport.pdf",
  mimeType: "application/pdf",
  buffer: Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"),
}

/** One browser for all; each page has a context of its own. */
let launched: Promise<Browser.Browser> | undefined
const chromium = () => (launched ??= Browser.launch())
afterAll(async () => (await launched)?.close())

const open = (policy: RequestPolicy.RequestPolicy, look: (typeof looks)[number]) =>
  Effect.gen(function* () {
    const details = { title: "Year end 2027", description: "For your *tax return*." }
    const arranged = yield* Visitor.arrange(details, undefined, policy)
    const { base } = yield* Visitor.visitor
    const browser = yield* Effect.promise(chromium)
    const page = yield* Effect.acquireRelease(
      Effect.promise(() => browser.page({ ...look, locale: "en-GB" })),
      (one) => Effect.promise(() => one.context().close()),
    )
    const complaints: Array<string> = []
    page.on("pageerror", (error) => complaints.push(String(error)))
    const name = `modes-${policy.name}-${look.width}${look.javaScript ? "-js" : ""}`
    const shoot = async (what: string) => {
      await Browser.screenshot(page, `${name}-${what}`)
      complaints.push(...(await Browser.axe(page)).map((complaint) => `${what}: ${complaint}`))
      const overflow = await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth)
      if (overflow > 0) complaints.push(`${what}: scrolls sideways by ${overflow} px`)
    }
    const enter = async (token: string) => {
      await page.goto(`${base}/r/${token}`)
      await shoot("arrival")
      await page.getByRole("button", { name: /Start|Continue/ }).click()
      return page.url()
    }
    return { ...arranged, page, complaints, shoot, enter, press: pressing(page) }
  })

/** The last button of that name: the first may be there for the Enter key only. */
const pressing = (page: Browser.Page) => (name: string | RegExp) => page.getByRole("button", { name }).last().click()

layer(Visitor.layer, { excludeTestServices: true, timeout: "300 seconds" })("how the pages look", (it) => {
  for (const look of looks) {
    const title = `${look.width} px, ${look.javaScript ? "with" : "without"} scripts`

    it.effect.skipIf(Browser.missing !== undefined)(
      `P21 P23 P24 P25: passfort, ${title}`,
      () =>
        Effect.gen(function* () {
          const { page, complaints, shoot, enter, press, token } = yield* open(RequestPolicy.passfort, look)
          yield* Effect.promise(async () => {
            await enter(token)
            await shoot("whole")
            await page.locator('[name="a.name"]').fill("Ann")
            await page.getByRole("heading", { name: "Choices" }).click()
            await page.getByLabel("Red").check()
            await page.getByRole("heading", { name: "Papers" }).click()
            if (look.javaScript) await page.locator(".left", { hasText: "complete: Papers" }).waitFor()
            else await press("Finish")
            await shoot("missing")
            await page.locator('[name="f.passport"]').setInputFiles(passport)
            await press(/^Finish/)
            await page.getByText("Data successfully submitted").waitFor()
            await shoot("done")
          })
          assert.deepStrictEqual(complaints, [])
        }),
      { timeout: 300_000 },
    )

    it.effect.skipIf(Browser.missing !== undefined)(
      `K42 K47 L22 L24: karbon, ${title}`,
      () =>
        Effect.gen(function* () {
          const policy: RequestPolicy.RequestPolicy = { ...RequestPolicy.karbon, requires: ["email"] }
          const { page, complaints, shoot, enter, press, token } = yield* open(policy, look)
          yield* Effect.promise(async () => {
            const list = await enter(token)
            await shoot("list")
            await page.getByRole("link", { name: "Papers", exact: true }).click()
            await press("Mark as complete")
            await page.getByRole("alert").waitFor()
            await shoot("file-required")
            await page.locator('[name="f.passport"]').setInputFiles(passport)
            if (look.javaScript) await Journey.added(page)
            await press("Mark as complete")
            await page.getByRole("alert").waitFor()
            await shoot("ticked")
            await page.goto(`${list}/sections/papers`)
            await shoot("closed")
            await page.goto(`${list}/sections/about`)
            await page.locator('[name="a.name"]').fill("Ann")
            await press("Mark as complete")
            await page.goto(`${list}/sections/choices`)
            await page.getByLabel("Red").check()
            await press("Mark as complete")
            await page.getByText("Everything is complete").waitFor()
            await shoot("done")
          })
          assert.deepStrictEqual(complaints, [])
        }),
      { timeout: 300_000 },
    )

    it.effect.skipIf(Browser.missing !== undefined)(
      `L44 T16: standard, sent back, waived and declined, ${title}`,
      () =>
        Effect.gen(function* () {
          const { page, complaints, shoot, enter, press, token, member, request, address } = yield* open(
            RequestPolicy.standard,
            look,
          )
          const requests = yield* ClientRequests
          yield* Effect.promise(async () => {
            const list = await enter(token)
            await page.goto(`${list}/sections/about`)
            await page.locator('[name="a.name"]').fill("Ann")
            if (look.javaScript) await page.locator(".saving .shown", { hasText: "Saved just now" }).waitFor()
            await page.getByText("This does not apply to us").click()
            await press("It does not apply")
            await page.getByText("Say why in a few words.").waitFor()
            await shoot("no-reason")
            await page.goto(`${list}/sections/choices`)
            await page.getByLabel("Red").check()
            await press("Save and continue")
            await page.getByText("This does not apply to us").click()
            await page.getByLabel(/Why does it not apply/).fill("We have no papers of this kind.")
            await press("It does not apply")
            await page.waitForURL(list)
            await shoot("declined")
            await page.goto(`${list}/sections/papers`)
            await shoot("declined-section")
            await page.goto(`${list}/review`)
            await press("Finish")
            await page.getByText("Data successfully submitted").waitFor()
          })
          yield* requests.returnItem(member, request.id, "choices", "Which red do you mean?", yield* Visitor.uuid)
          const mail = yield* TestFirm.eventually(
            Effect.sync(() =>
              TestFirm.post.mails.find(({ to, text }) => to.address === address && text.includes("Which red")),
            ),
          )
          yield* Effect.promise(async () => {
            const list = await enter(/\/r\/([A-Za-z0-9_-]{43})/.exec(mail.text)?.[1] ?? "")
            await shoot("returned")
            await page.goto(`${list}/sections/choices`)
            await shoot("returned-section")
            await page.goto(`${list}/sections/about`)
            await shoot("closed-other")
          })
          yield* requests.waiveItem(member, request.id, "choices", "Never mind.", yield* Visitor.uuid)
          yield* Effect.promise(async () => {
            await page.goto(page.url().replace("/about", "/choices"))
            await shoot("waived-section")
          })
          assert.deepStrictEqual(complaints, [])
        }),
      { timeout: 300_000 },
    )

    it.effect.skipIf(Browser.missing !== undefined)(
      `F1 F2 F4 F9: file-request, ${title}`,
      () =>
        Effect.gen(function* () {
          const { page, complaints, shoot, enter, press, token } = yield* open(RequestPolicy.fileRequest, look)
          yield* Effect.promise(async () => {
            await enter(token)
            await shoot("empty")
            await page.locator('[name="f.passport"]').setInputFiles([passport, { ...passport, name: "second.pdf" }])
            if (look.javaScript) await Journey.added(page, 2)
            else {
              await press("Send files")
              await page.getByText("Files received").waitFor()
            }
            await shoot("received")
            // those of this session, as the page has them; they went up beside one another, so that either may stand first
            if (look.javaScript) await page.reload()
            const first = page.locator(".files li").filter({ has: page.locator(".name", { hasText: "passport.pdf" }) })
            await first.getByRole("button", { name: /^Remove/ }).click()
            await first.waitFor({ state: "detached" })
            await page
              .locator('[name="f.passport"]')
              .setInputFiles({ ...passport, name: "a.exe", buffer: Buffer.from("MZ") })
            if (look.javaScript) await page.locator("[data-state=refused]").waitFor()
            else {
              await press("Send files")
              await page.getByRole("alert").waitFor()
            }
            await shoot("refused")
          })
          assert.deepStrictEqual(complaints, [])
        }),
      { timeout: 300_000 },
    )

    it.effect.skipIf(Browser.missing !== undefined)(
      `C4: customer-centre, ${title}`,
      () =>
        Effect.gen(function* () {
          const policy: RequestPolicy.RequestPolicy = {
            ...RequestPolicy.customerCentre,
            requires: ["email"],
            roles: null,
            secondFactor: "none",
          }
          const { page, complaints, shoot, enter, press, token } = yield* open(policy, look)
          yield* Effect.promise(async () => {
            const list = await enter(token)
            await shoot("list")
            await page.goto(`${list}/sections/about`)
            await page.locator('[name="a.name"]').fill("Ann")
            await press("Save and continue")
            await page.waitForURL("**/choices")
            await shoot("section")
          })
          assert.deepStrictEqual(complaints, [])
        }),
      { timeout: 300_000 },
    )
  }
})
