/**
 * What the journeys of the reference systems share: the whole server in this process, over a database of its own, with a
 * real SMTP server, a real browser and a clock that a test can move; the firm set up, its member signed in at a desk; and
 * an eye on every page on the way (axe, scrolling sideways, a picture).
 */
import { assert } from "@effect/vitest"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as Config from "../../reference-server/src/Config.ts"
import * as Server from "../../reference-server/src/Server.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Browser from "./Browser.ts"
import * as ServerProcess from "./ServerProcess.ts"
import * as ShiftedClock from "./ShiftedClock.ts"
import * as SmtpSink from "./SmtpSink.ts"
import * as TestDatabase from "./TestDatabase.ts"
import * as TestFirm from "./TestFirm.ts"

export type Page = Browser.Page
export type Mail = SmtpSink.SunkMail

export const desk = { width: 1280, height: 900 } as const
export const phone = { width: 390, height: 844 } as const

export const minutes = 60_000
export const days = 24 * 60 * minutes

export const memberAddress = "moa@firm.example"
const password = "correct horse battery"

export const pdf = (name: string) => ({
  name,
  mimeType: "application/pdf",
  buffer: Buffer.from(`%PDF-1.7\n1 0 obj\n<<>>\nendobj\n% ${name}\n%%EOF\n`),
})

/** Keeps pictures under a name, and what there is to complain about: all of it is told at the end. */
export interface Eye {
  readonly look: (page: Page, what: string) => Promise<void>
  readonly complaints: ReadonlyArray<string>
}

/** Looks at the page as it is; with `sizes`, at each of them, and with axe at the page's own, which is the first. */
export const eye = (
  name: string,
  sizes: ReadonlyArray<{ readonly width: number; readonly height: number }> = [],
): Eye => {
  const complaints: Array<string> = []
  const see = async (page: Page, named: string) => {
    await Browser.screenshot(page, named)
    const overflow = await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth)
    if (overflow > 0) complaints.push(`${named}: scrolls sideways by ${overflow} px, ${await widest(page)}`)
  }
  return {
    complaints,
    look: async (page, what) => {
      const found = await settled(page, () => Browser.axe(page))
      complaints.push(...found.map((complaint) => `${what}: ${complaint}`))
      if (sizes.length === 0) return see(page, `${name}-${what}`)
      for (const size of [...sizes.slice(1), ...sizes.slice(0, 1)]) {
        await page.setViewportSize(size)
        await see(page, `${name}-${size.width}-${what}`)
      }
    },
  }
}

/** A page's script holds a pressed button until all is saved, and goes on then: whoever looks in between looks again. */
const settled = async <A>(page: Page, once: () => Promise<A>): Promise<A> => {
  try {
    return await once()
  } catch (error) {
    if (!(error instanceof Error) || !/context was destroyed|navigation/.test(error.message)) throw error
    await page.waitForLoadState()
    return settled(page, once)
  }
}

/** What reaches furthest to the right. */
const widest = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll("body *")].map((element) => ({
      element,
      to: element.getBoundingClientRect().right,
    }))
    const [first] = all.sort((a, b) => b.to - a.to)
    return first === undefined ? "" : first.element.outerHTML.slice(0, 160)
  })

/** The first link of a mail's text part; the mail is at fault without one. */
export const linkIn = (mail: Mail): string => {
  const link = /https?:\/\/\S+\/r\/[A-Za-z0-9_-]{43}/.exec(mail.parsed.text ?? "")?.[0]
  if (link === undefined) throw new Error(`no link in ${mail.parsed.subject ?? "a mail"}`)
  return link
}

export const isDead = async (page: Page): Promise<void> =>
  assert.strictEqual(await page.locator("h1").innerText(), "This request has expired.")

export interface Journey extends Eye {
  readonly url: string
  readonly sink: SmtpSink.SmtpSink
  /** The member's browser, signed in. */
  readonly member: Page
  /** Somebody else's browser, on a phone. */
  readonly customer: (options?: Partial<Browser.PageOptions>) => Promise<Page>
  /** Another tab of the same browser. */
  readonly another: (page: Page) => Promise<Page>
  /** The nth mail to an address, counted from 1: arrived or to come. */
  readonly mailTo: (address: string, nth?: number) => Promise<Mail>
  readonly mailsTo: (address: string) => ReadonlyArray<Mail>
  /** Lets time pass at once, and does what has become due. */
  readonly pass: (millis: number) => Promise<void>
  /** How many files the firm's blob store holds. */
  readonly stored: () => number
  /** Every row of every table, as text: what somebody with a dump would have. */
  readonly dump: () => Promise<string>
  /** Signs the member in again, who has been away for long. */
  readonly signIn: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts everything. `name`: of its pictures. */
export const start = async (name: string, environment: Readonly<Record<string, string>> = {}): Promise<Journey> => {
  const scope = Scope.makeUnsafe()
  const sink = await SmtpSink.start()
  const clock = ShiftedClock.make()
  const port = await ServerProcess.freePort()
  const url = `http://localhost:${port}`
  const given = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
  const { config, mistakes } = Config.parse({
    ...given,
    PORT: String(port),
    SMTP_URL: sink.url,
    MAIL_FROM: "requests@firm.example",
    ...environment,
  })
  if (config === null) throw new Error(mistakes.join(" "))
  const services = await Effect.runPromise(
    Server.layer(config).pipe(
      Layer.provideMerge(clock.layer),
      Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "Error")),
      Layer.build,
      Scope.provide(scope),
    ),
  )
  const requests = Context.get(services, ClientRequests)
  const uploads = Context.get(services, Uploads)
  const browser = await Browser.launch()
  const { look, complaints } = eye(name)
  const open = (options: Partial<Browser.PageOptions>) => browser.page({ javaScript: true, ...phone, ...options })
  const member = await open(desk)
  const mailsTo = (address: string) => sink.mails.filter((mail) => mail.envelope.to.includes(address))
  const signIn = async () => {
    await member.goto(`${url}/sign-in`)
    await member.getByLabel("E-mail address").fill(memberAddress)
    await member.getByLabel("Password").fill(password)
    await member.getByRole("button", { name: "Sign in" }).click()
  }

  await member.goto(`${url}/setup`)
  await member.getByLabel("Name of the firm").fill("Ask & Answer Ltd")
  await member.getByLabel("or as a hex code").fill("#0b6e4f")
  await member.getByLabel("Your name").fill("Moa Member")
  await member.getByLabel("Your e-mail address").fill(memberAddress)
  await member.getByLabel("Time zone").selectOption("Europe/Stockholm")
  await member.getByLabel("Password").fill(password)
  await member.getByRole("button", { name: "Set up" }).click()

  return {
    url,
    sink,
    member,
    look,
    complaints,
    customer: (options = {}) => open(options),
    another: (page) => page.context().newPage(),
    mailsTo,
    mailTo: (address, nth = 1) =>
      sink.waitFor(() => mailsTo(address).length >= nth).then(() => nthOf(mailsTo(address), nth)),
    pass: async (millis) => {
      clock.pass(millis)
      const due = Effect.repeat(requests.sweep, { while: (looked) => looked === 100 })
      // by the clock of the server, not by that of whoever runs this
      await Effect.runPromise(Effect.provideContext(Effect.andThen(due, uploads.sweep), services))
    },
    stored: () =>
      readdirSync(join(config.dataDir, "files"), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
        .length,
    dump: () =>
      Effect.runPromise(Effect.map(Effect.provideContext(TestFirm.dump, services), (tables) => JSON.stringify(tables))),
    signIn,
    close: async () => {
      await browser.close()
      await Effect.runPromise(Scope.close(scope, Exit.void))
      await sink.close()
    },
  }
}

const nthOf = (mails: ReadonlyArray<Mail>, nth: number): Mail => {
  const mail = mails[nth - 1]
  if (mail === undefined) throw new Error(`there are ${mails.length} mails, not ${nth}`)
  return mail
}

// ---- what a member does at the pages

/** A required question for files, and one for a line of text, as questionnaires have them. */
export const upload = (id: string, label: string, more: object = {}) => ({
  id,
  type: "upload",
  label,
  required: true,
  accept: ["application/pdf", "image/*"],
  maxBytes: 10_000_000,
  ...more,
})
export const text = (id: string, label: string, more: object = {}) => ({
  id,
  type: "text",
  label,
  required: true,
  ...more,
})

/** Imports questionnaires. */
export const imported = async ({ member, url }: Journey, ...definitions: ReadonlyArray<object>): Promise<void> => {
  for (const definition of definitions) {
    await member.goto(`${url}/questionnaires`)
    await member
      .getByLabel("or paste the JSON")
      .fill(JSON.stringify({ format: 1, version: 1, language: "en", ...definition }))
    await member.getByRole("button", { name: "Import" }).click()
    const told = await said(member)
    if (!told.includes("The questionnaire has been added.")) throw new Error(told)
  }
}

export interface Person {
  readonly name: string
  readonly email?: string
  readonly mobile?: string
}

/** Makes a contact. */
export const contact = async ({ member, url }: Journey, { name, email = "", mobile = "" }: Person): Promise<void> => {
  await member.goto(`${url}/contacts/new`)
  await member.getByLabel("Name").fill(name)
  await member.getByLabel("E-mail address").fill(email)
  await member.getByLabel("Mobile number").fill(mobile)
  await member.getByRole("button", { name: "Save contact" }).click()
  await member.getByText("Saved.").waitFor()
}

/** Makes a work item with these people in it, by role, and gives the address of its page. */
export const work = async (
  { member, url }: Journey,
  title: string,
  people: Readonly<Record<string, string>>,
  autoAdvance = false,
): Promise<string> => {
  await member.goto(`${url}/work-items/new`)
  await member.getByLabel("Title").fill(title)
  if (autoAdvance) await member.getByLabel("Move to the next stage when the customer submits").check()
  await member.getByRole("button", { name: "Save" }).click()
  await member.getByRole("heading", { level: 1, name: title }).waitFor()
  const page = member.url()
  for (const [name, role] of Object.entries(people)) {
    await member.locator("summary", { hasText: "Add contact" }).click()
    await member.getByLabel("Contact", { exact: true }).selectOption({ label: name })
    await member.getByLabel("Role").fill(role)
    await member.getByRole("button", { name: "Add contact" }).click()
    await member.getByRole("link", { name, exact: true }).waitFor()
  }
  return page
}

/** Adds a task to the work whose page is open, with what a customer can be asked for it. */
export const task = async (
  { member }: Journey,
  title: string,
  ...questionnaires: ReadonlyArray<string>
): Promise<void> => {
  await member.getByRole("link", { name: "New task" }).click()
  await member.getByLabel("Title").fill(title)
  for (const one of questionnaires) await member.getByLabel(one).check()
  await member.getByRole("button", { name: "Save task" }).click()
  await member.getByRole("heading", { name: title }).waitFor()
}

/** Waits until so many files have been taken in: where scripts run they go up as soon as they are chosen. */
export const added = async (page: Page, files = 1): Promise<void> => {
  const rows = page.locator(".files li:is([data-state=ready], [data-state=checking])")
  await rows.nth(files - 1).waitFor()
}

/** What the page says. */
export const said = (page: Page): Promise<string> => page.locator("main").innerText()
