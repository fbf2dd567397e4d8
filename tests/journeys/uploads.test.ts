/**
 * Files as customers send them where scripts run: dropped, chosen and photographed, several at once; refused, infected, replaced;
 * paused, cut off and gone on with, after a reload too; and the firm has exactly what was meant. And the same end without scripts.
 */
import { assert, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as FakeClamd from "../support/FakeClamd.ts"
import * as Samples from "../support/FileSamples.ts"
import * as Journey from "../support/Journey.ts"

interface Given {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** So many bytes, no two of them alike for long. */
const large = (name: string, bytes: number): Given => {
  const { buffer, ...rest } = Journey.pdf(name)
  const more = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at += 4) more.writeUInt32LE((at * 2_654_435_761) >>> 0, at)
  // what may be a tag or an archive of its own somewhere in it is not what this is about
  const letters = more.map((byte) => 65 + (byte % 26))
  return { ...rest, buffer: Buffer.concat([buffer.subarray(0, 9), letters, buffer.subarray(9)]) }
}

const program = { ...Journey.pdf("program.pdf"), buffer: Buffer.from(Samples.exe) }
const virus = {
  ...Journey.pdf("virus.pdf"),
  buffer: Buffer.from(`%PDF-1.7\n${FakeClamd.eicar}\n1 0 obj\n<<>>\nendobj\n%%EOF\n`),
}
const questionnaire = {
  id: "tax",
  title: "Papers",
  sections: [
    {
      id: "all",
      title: "Your papers",
      items: [
        Journey.text("note", "Anything we should know?"),
        Journey.upload("papers", "Receipts", { maxFiles: 8, maxBytes: 30_000_000 }),
        Journey.upload("passport", "Passport"),
      ],
    },
  ],
}

describe.skipIf(Browser.missing !== undefined)("files on their way", () => {
  const scope = Scope.makeUnsafe()
  // one on a disk is the same one when it is chosen again
  const disk = mkdtempSync(join(tmpdir(), "uploads-"))
  const cutPath = join(disk, "cut.pdf")
  let journey: Journey.Journey
  let scanner: FakeClamd.FakeClamd

  beforeAll(async () => {
    scanner = await Effect.runPromise(Scope.provide(FakeClamd.start, scope))
    journey = await Journey.start("uploads", { CLAMD_URL: scanner.url })
    await Journey.imported(journey, questionnaire)
    writeFileSync(cutPath, files.cut.buffer)
  })
  afterAll(async () => {
    rmSync(disk, { recursive: true })
    await journey.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  /** Asks somebody, and gives the page of the request and their section. */
  const asked = async (address: string, options: Partial<Browser.PageOptions>) => {
    const { member, url } = journey
    await member.goto(`${url}/questionnaires`)
    await member.getByRole("link", { name: "Send it" }).first().click()
    await member.getByLabel("Title").fill("Your year")
    await member.getByLabel("E-mail address").fill(address)
    await member.locator("[name=name]").fill("Carl Customer")
    await member.getByRole("button", { name: "Send", exact: true }).click()
    await member.getByRole("heading", { name: "History" }).waitFor()
    const request = member.url().split("?")[0] ?? ""
    const customer = await journey.customer(options)
    await customer.goto(Journey.linkIn(await journey.mailTo(address)))
    await customer.getByRole("button", { name: "Start" }).click()
    await customer.getByRole("link", { name: "Your papers" }).first().click()
    return { request, customer }
  }

  /** The files that the firm has, by name, with their digests. */
  const had = async (request: string) => {
    const { member } = journey
    await member.goto(request)
    const found: Record<string, string> = {}
    for (const link of await member.locator('main a[href*="/files/"]').filter({ hasText: ".pdf" }).all()) {
      const [download] = await Promise.all([member.waitForEvent("download"), link.click()])
      found[(await link.innerText()).trim()] = digest(readFileSync(await download.path()))
    }
    return found
  }
  /** How far things have moved on a page by themselves since it was loaded, as browsers count it. */
  const shifted = (page: Journey.Page) =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            resolve(list.getEntries().reduce((sum, entry) => sum + Number(Reflect.get(entry, "value")), 0))
          }).observe({ type: "layout-shift", buffered: true })
          setTimeout(() => resolve(0), 500)
        }),
    )
  const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex")
  const digests = (...files: ReadonlyArray<Given>) =>
    Object.fromEntries(files.map(({ name, buffer }) => [name, digest(buffer)]))

  const files = {
    taxi: Journey.pdf("taxi.pdf"),
    hotel: Journey.pdf("hotel.pdf"),
    train: Journey.pdf("train.pdf"),
    passport: Journey.pdf("passport.pdf"),
    year: large("year.pdf", 6_000_000),
    cut: large("cut.pdf", 5_000_000),
  }

  it(
    "F2 L40 S51 S55 S61 S63: dropped, chosen, refused, infected, replaced, paused, cut off and gone on with: the firm has just those",
    { timeout: 240_000 },
    async () => {
      const { look } = journey
      const { request, customer } = await asked("carl@customer.example", { hasTouch: true, isMobile: true })
      const row = (name: string) => customer.locator(".files li", { hasText: name })
      const isNow = (name: string, state: string) =>
        row(name)
          .and(customer.locator(`[data-state=${state}]`))
          .waitFor()
      const choose = (question: string, ...these: ReadonlyArray<Given>) =>
        customer.locator(`[name="f.${question}"]`).setInputFiles([...these])
      const press = (name: string, what: string) => row(name).getByRole("button", { name: what }).click()
      const devtools = await customer.context().newCDPSession(customer)
      const line = (offline: boolean, uploadThroughput: number) =>
        devtools.send("Network.emulateNetworkConditions", {
          offline,
          latency: 0,
          downloadThroughput: -1,
          uploadThroughput,
        })

      // several at once, dropped; of a phone's camera, too
      await customer.getByRole("button", { name: "Take a photo" }).first().waitFor()
      assert.strictEqual(await customer.locator("input[capture]").count(), 2)
      await look(customer, "before")
      const dropped = await customer.evaluateHandle(
        (these) => {
          const transfer = new DataTransfer()
          for (const { name, text } of these) {
            transfer.items.add(new File([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))], name))
          }
          return transfer
        },
        [files.taxi, program, virus, files.hotel].map(({ name, buffer }) => ({
          name,
          text: buffer.toString("base64"),
        })),
      )
      await customer.locator('.drop:has([name="f.papers"])').dispatchEvent("drop", { dataTransfer: dropped })
      await isNow("taxi.pdf", "ready")
      await isNow("hotel.pdf", "ready")
      await isNow("program.pdf", "refused")
      await isNow("virus.pdf", "refused")
      assert.include(await row("program.pdf").innerText(), "is of a type that cannot be taken here")
      assert.include(await row("virus.pdf").innerText(), "had a virus and was removed. Please send another file.")
      await look(customer, "refused")
      await press("program.pdf", "Remove")
      await press("virus.pdf", "Remove")

      // another in its place
      const [chooser] = await Promise.all([customer.waitForEvent("filechooser"), press("taxi.pdf", "Replace")])
      await chooser.setFiles(files.train)
      await isNow("train.pdf", "ready")
      assert.strictEqual(await row("taxi.pdf").count(), 0)

      // paused, and cut off: it goes on from where it was
      await line(false, 1_000_000)
      await choose("papers", files.year)
      await customer.waitForFunction(
        () => (document.querySelector<HTMLProgressElement>("li[data-state=sending] progress")?.value ?? 0) > 0.1,
      )
      await look(customer, "sending")
      await press("year.pdf", "Pause")
      await isNow("year.pdf", "paused")
      await look(customer, "paused")
      await customer.getByLabel("Anything we should know?").fill("Mind the receipts.")
      await press("year.pdf", "Resume")
      await isNow("year.pdf", "sending")
      await line(true, 1_000_000)
      await isNow("year.pdf", "offline")
      await look(customer, "offline")
      await line(false, -1)
      await isNow("year.pdf", "ready")

      // left in the middle, and chosen once more
      await line(false, 1_000_000)
      await customer.locator('[name="f.papers"]').setInputFiles(cutPath)
      await customer.waitForFunction(
        () => (document.querySelector<HTMLProgressElement>("li[data-state=sending] progress")?.value ?? 0) > 0.2,
      )
      customer.on("dialog", (dialog) => void dialog.accept())
      await customer.reload()
      await line(false, -1)
      await customer.getByText("“cut.pdf” was cut off. Choose it again").waitFor()
      // the row comes when the script has looked what the device remembers; less than what the Web Vitals call good
      assert.isBelow(await shifted(customer), 0.1)
      await look(customer, "after-reload")
      const offsets: Array<number> = []
      customer.on("request", (sent) => {
        if (sent.method() === "PATCH") offsets.push(Number(sent.headers()["upload-offset"]))
      })
      await customer.locator('[name="f.papers"]').setInputFiles(cutPath)
      await isNow("cut.pdf", "ready")
      assert.isAbove(offsets[0] ?? 0, 0)

      // not looked at yet; replaced by one that is
      scanner.mode = "down"
      await choose("passport", { ...files.passport, name: "old.pdf" })
      await isNow("old.pdf", "checking")
      assert.include(await row("old.pdf").innerText(), "being checked for viruses")
      assert.isFalse(await customer.locator('[name="f.passport"]').isVisible())
      await look(customer, "checking")
      scanner.mode = "up"
      const [other] = await Promise.all([customer.waitForEvent("filechooser"), press("old.pdf", "Replace")])
      await other.setFiles(files.passport)
      await isNow("passport.pdf", "ready")
      await look(customer, "ready")

      // nothing else was lost, and the form is not out of date
      assert.strictEqual(await customer.getByLabel("Anything we should know?").inputValue(), "Mind the receipts.")
      await customer.getByRole("button", { name: "Save and continue" }).click()
      await customer.waitForURL(/review/)
      await customer.getByRole("button", { name: "Finish" }).click()
      await customer.getByText("Data successfully submitted").waitFor()
      const { hotel, train, year, cut, passport } = files
      assert.deepStrictEqual(await had(request), digests(hotel, train, year, cut, passport))
    },
  )

  it(
    "F2 S59: by keyboard and by ear; a button pressed while files are on their way waits for them",
    { timeout: 300_000 },
    async () => {
      const { customer } = await asked("clara@customer.example", { ...Journey.desk, colorScheme: "dark" })
      const row = (name: string) => customer.locator(".files li", { hasText: name })
      const papers = customer.locator('[name="f.papers"]')
      await customer.locator(".drop.live").first().waitFor()
      assert.strictEqual(await customer.locator("input[capture]").count(), 0)
      await customer.evaluate(() => {
        const told: Array<string> = []
        Object.assign(globalThis, { told })
        new MutationObserver((changes) => {
          for (const { addedNodes } of changes) told.push(...[...addedNodes].map((node) => node.textContent ?? ""))
        }).observe(document.querySelector("[data-spoken]") ?? document.body, { childList: true })
      })
      const loaded = () =>
        customer.evaluate(() =>
          performance
            .getEntriesByType("resource")
            .map(({ name }) => name)
            .join(" "),
        )
      assert.notInclude(await loaded(), "tus.min")
      await papers.setInputFiles([files.taxi, files.hotel, files.train])
      await Journey.added(customer, 3)
      assert.include(await loaded(), "tus.min")
      // the rest of the page's script has a limit of its own (tests/architecture/assets.test.ts)
      const own = ["customer.uploads.js", "customer.uploadLine.js"].map((name) =>
        gzipSync(readFileSync(new URL(`../../reference-server/src/assets/${name}`, import.meta.url))),
      )
      assert.isAtMost(Buffer.concat(own).length, 10_000)
      // there is room for one passport
      await customer.locator('[name="f.passport"]').setInputFiles(files.passport)
      await Journey.added(customer, 4)
      assert.strictEqual(await customer.evaluate(() => document.activeElement?.tagName), "BODY")
      await journey.look(customer, "desk-dark")
      const targets = await customer.locator(".acts button:visible").all()
      for (const target of targets) assert.isAtLeast((await target.boundingBox())?.height ?? 0, 44)

      await row("hotel.pdf").getByRole("button", { name: "Remove hotel.pdf" }).focus()
      await customer.keyboard.press("Enter")
      await row("hotel.pdf").waitFor({ state: "detached" })
      const focused = await customer.evaluate(() => document.activeElement?.closest("li")?.textContent ?? "")
      assert.include(focused, "train.pdf")
      await row("passport.pdf").getByRole("button", { name: "Remove" }).press("Enter")
      await row("passport.pdf").waitFor({ state: "detached" })
      assert.strictEqual(await customer.evaluate(() => document.activeElement?.getAttribute("name")), "f.passport")
      const heard = await customer.evaluate(() => Reflect.get(globalThis, "told") as ReadonlyArray<string>)
      for (const text of ["taxi.pdf: Uploading, 0%", "taxi.pdf: Added", "“hotel.pdf” was removed."]) {
        assert.include(heard, text)
      }

      await customer.getByLabel("Anything we should know?").fill("No.")
      await customer.locator('[name="f.passport"]').setInputFiles(files.passport)
      await papers.setInputFiles(files.year)
      await customer.getByRole("button", { name: "Save and continue" }).click()
      await customer.waitForURL(/review/)
      const shown = await Journey.said(customer)
      for (const name of ["taxi.pdf", "train.pdf", "year.pdf", "passport.pdf"]) assert.include(shown, name)
      assert.notInclude(shown, "hotel.pdf")
    },
  )

  it("F2 S51 S55: without scripts, the same end", { timeout: 300_000 }, async () => {
    const { request, customer } = await asked("cora@customer.example", { javaScript: false })
    const send = () => customer.getByRole("button", { name: "Save and continue" }).last().click()
    await customer.getByLabel("Anything we should know?").fill("No.")
    await customer.locator('[name="f.papers"]').setInputFiles([files.taxi, program, virus, files.hotel])
    await send()
    assert.include(await Journey.said(customer), "had a virus and was removed. Please send another file.")
    await journey.look(customer, "no-js-refused")
    await customer.getByRole("button", { name: "Remove taxi.pdf" }).click()
    await customer.locator('[name="f.papers"]').setInputFiles([files.train, files.year])
    await customer.locator('[name="f.passport"]').setInputFiles(files.passport)
    await send()
    await customer.getByRole("button", { name: "Finish" }).click()
    await customer.getByText("Data successfully submitted").waitFor()
    const { hotel, train, year, passport } = files
    assert.deepStrictEqual(await had(request), digests(hotel, train, year, passport))
  })

  it("every page on the way is accessible and fits its screen", () => {
    assert.deepStrictEqual(journey.complaints, [])
  })
})
