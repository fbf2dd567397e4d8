/**
 * The main job, as two people do it: a member sets the firm up, imports a questionnaire and sends it; the customer opens
 * the mail's link, answers, uploads and finishes; the member is told, and reads. A real browser, a real SMTP server and
 * a real database; with JavaScript and without, on a phone and at a desk. Every page on the way is looked at by axe and
 * kept as a picture.
 */
import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as Journey from "../support/Journey.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const questionnaire = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")
const pdf = {
  name: "desk.pdf",
  mimeType: "application/pdf",
  buffer: Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"),
}
const program = { name: "desk.pdf", mimeType: "application/pdf", buffer: Buffer.from(`MZ${"\0".repeat(200)}`) }

/** The one without scripts comes first, and so sets the firm up; each is walked at one width and looked at in both. */
const walks = [
  { javaScript: false, size: Journey.desk, other: Journey.phone },
  { javaScript: true, size: Journey.phone, other: Journey.desk },
]

describe.skipIf(Browser.missing !== undefined)("the main job", () => {
  const scope = Scope.makeUnsafe()
  let sink: SmtpSink.SmtpSink
  let server: ServerProcess.ServerProcess
  let browser: Browser.Browser

  beforeAll(async () => {
    const environment = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
    sink = await SmtpSink.start()
    server = await ServerProcess.start({ ...environment, SMTP_URL: sink.url, MAIL_FROM: "requests@firm.example" })
    browser = await Browser.launch()
  })
  afterAll(async () => {
    await browser.close()
    assert.strictEqual(await server.stop(), 0, server.log())
    await sink.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  for (const { javaScript, size, other } of walks) {
    const name = javaScript ? "js" : "no-js"

    it(
      `P1 P16 P21 P23 P24 P25 T1 T2 T7 T9 T10 T12 K2 K3: asked and answered ${javaScript ? "with" : "without"} JavaScript`,
      { timeout: 180_000 },
      async () => {
        const customerAddress = `carl-${name}@customer.example`
        const member = await browser.page({ javaScript, ...size })
        const { look, complaints } = Journey.eye(name, [size, other])

        // ---- the firm: first run, or signing in
        await member.goto(server.url)
        if (member.url().endsWith("/setup")) {
          await look(member, "setup")
          await member.getByLabel("Name of the firm").fill("Ask & Answer Ltd")
          await member.getByLabel("or as a hex code").fill("#0b6e4f")
          await member.getByLabel("Your name").fill("Moa Member")
          await member.getByLabel("Your e-mail address").fill("moa@firm.example")
          await member.getByLabel("Password").fill("correct horse battery")
          await member.getByRole("button", { name: "Set up" }).click()
          await look(member, "welcome")
        } else {
          await look(member, "sign-in")
          await member.getByLabel("E-mail address").fill("moa@firm.example")
          await member.getByLabel("Password").fill("correct horse battery")
          await member.getByRole("button", { name: "Sign in" }).click()
        }

        // ---- a questionnaire: first with a mistake, then whole
        await member.goto(`${server.url}/questionnaires`)
        await member.getByLabel("or paste the JSON").fill(questionnaire.replace('"type": "choice"', '"type": "chioce"'))
        await member.getByRole("button", { name: "Import" }).click()
        assert.match(await member.locator("main").innerText(), /line \d+, column \d+/)
        assert.include(await member.locator("main").innerText(), "chioce")
        await look(member, "import-refused")
        await member.getByLabel("or paste the JSON").fill(questionnaire)
        await member.getByRole("button", { name: "Import" }).click()
        await look(member, "questionnaire")

        // ---- ask
        await member.getByRole("link", { name: "Send it" }).first().click()
        await member.getByLabel("Title").fill("Welcome to the firm")
        await member.getByLabel("E-mail address").fill(customerAddress)
        await member.locator("[name=name]").fill("Carl Customer")
        await member.locator("[name=due]").fill("2031-03-27")
        await member.getByRole("button", { name: "Preview" }).click()
        await look(member, "new-request")
        await member.getByRole("button", { name: "Send", exact: true }).click()
        await look(member, "request-sent")
        const requestUrl = member.url()

        // ---- the customer
        const invitation = await sink.waitFor((mail) => mail.envelope.to.includes(customerAddress))
        assert.include(invitation.parsed.html ?? "", "Open the request")
        const customer = await browser.page({ javaScript, ...size })
        const foreign: Array<string> = []
        customer.on("request", (request) => {
          if (!request.url().startsWith(server.url) && !request.url().startsWith("data:")) foreign.push(request.url())
        })
        await customer.goto(Journey.linkIn(invitation))
        await look(customer, "arrival")
        await customer.getByRole("button", { name: "Start" }).click()
        assert.notInclude(customer.url(), "/r/")
        await look(customer, "list")
        await customer
          .getByRole("link", { name: /About you|You/ })
          .first()
          .click()

        // a wrong answer comes back with everything else kept
        await customer.locator('[name="a.name"]').fill("Carl Customer")
        await customer.locator('[name="a.email"]').fill("carl")
        await customer.getByRole("button", { name: "Save and continue" }).first().click()
        await look(customer, "section-with-errors")
        assert.strictEqual(await customer.locator('[name="a.name"]').inputValue(), "Carl Customer")
        assert.strictEqual(await customer.locator('[name="a.email"]').inputValue(), "carl")
        await customer.locator('[name="a.email"]').fill(customerAddress)
        await customer.getByRole("button", { name: "Save and continue" }).first().click()

        await customer.locator('[name="a.channel"][value="email"]').check()
        await customer.locator('[name="a.late"][value="receipts"]').check()
        await look(customer, "section")
        await customer.getByRole("button", { name: "Save and continue" }).first().click()

        // a file that is not what its name says is refused, and nothing else is lost
        await customer.locator('[name="a.dream"]').fill("A quiet year.\nNo paper.")
        await customer.locator('[name="f.picture"]').setInputFiles(program)
        if (javaScript) await customer.locator("[data-state=refused]").waitFor()
        else await customer.getByRole("button", { name: "Save and continue" }).first().click()
        assert.include(await customer.locator("main").innerText(), "desk.pdf")
        assert.strictEqual(await customer.locator('[name="a.dream"]').inputValue(), "A quiet year.\nNo paper.")
        await look(customer, "upload-refused")
        await customer.locator('[name="f.picture"]').setInputFiles(pdf)
        if (javaScript) await Journey.added(customer)
        else await customer.getByRole("button", { name: "Upload now" }).click()
        await look(customer, "uploaded")
        await customer.getByRole("button", { name: "Save and continue" }).first().click()

        if (!customer.url().endsWith("/review")) await customer.getByRole("link", { name: "Review and finish" }).click()
        await look(customer, "review")
        await customer.getByRole("button", { name: "Finish" }).click()
        assert.strictEqual(await customer.locator("h1").innerText(), "Data successfully submitted")
        await look(customer, "done")
        await customer.reload()
        assert.strictEqual(await customer.locator("h1").innerText(), "Data successfully submitted")
        assert.deepStrictEqual(foreign, [])

        await customer.goto(Journey.linkIn(invitation))
        assert.strictEqual(await customer.locator("h1").innerText(), "This request has expired.")
        await look(customer, "dead")

        // ---- the firm reads
        await sink.waitFor((mail) => (mail.parsed.text ?? "").includes(requestUrl.split("?")[0] ?? ""))
        await member.goto(`${server.url}/requests`)
        await look(member, "requests")
        await member.goto(requestUrl)
        const shown = await member.locator("main").innerText()
        for (const text of ["Submitted", "Carl Customer", customerAddress, "A quiet year.", "desk.pdf"])
          assert.include(shown, text)
        await look(member, "request-submitted")
        const [download] = await Promise.all([
          member.waitForEvent("download"),
          member.getByRole("link", { name: "desk.pdf" }).first().click(),
        ])
        assert.deepStrictEqual(readFileSync(await download.path()), pdf.buffer)
        assert.deepStrictEqual(complaints, [])
      },
    )
  }
})
