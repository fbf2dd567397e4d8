/** `requite preview FILE`: over real HTTP and in a real browser. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as Command from "../support/Command.ts"
import { company } from "./Company.ts"

const folder = Command.folder()
const running: Array<{ kill: () => boolean }> = []
afterAll(() => {
  for (const child of running) child.kill()
  folder.remove()
})

/** Starts a preview; gives its address once it is printed. */
const preview = (name: string) =>
  new Promise<URL>((done, fail) => {
    const child = Command.start(["preview", name], folder.path)
    running.push(child)
    let printed = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const address = /^\S+ at (http:\S+) \(reloads/.exec((printed += text))?.[1]
      if (address !== undefined) done(new URL(address))
    })
    child.on("close", () => fail(new Error(`ended: ${printed}`)))
  })

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: string
}

const get = (url: URL, path: string, headers: Readonly<Record<string, string>> = {}) =>
  new Promise<Answer>((done, fail) => {
    request({ host: url.hostname, port: url.port, path, headers }, (response) => {
      let body = ""
      response.setEncoding("utf8").on("data", (text: string) => (body += text))
      response.on("end", () => done({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
      .on("error", fail)
      .end()
  })

describe("over HTTP", () => {
  let url: URL
  beforeAll(async () => {
    folder.write("http.json", company())
    url = await preview("http.json")
  })

  it("listens on the loopback address, and answers to no other name", async () => {
    assert.strictEqual(url.hostname, "127.0.0.1")
    assert.strictEqual((await get(url, "/")).status, 200)
    assert.strictEqual((await get(url, "/", { host: `localhost:${url.port}` })).status, 200)
    for (const host of ["example.com", "127.0.0.1.example.com", "localhost.example.com:80"]) {
      for (const path of ["/", "/state", "/preview.css"]) {
        const { status, body } = await get(url, path, { host })
        assert.strictEqual(status, 421, `${host} ${path}`)
        assert.notInclude(body, "company")
      }
    }
  })

  it("a strict policy, which lets no stranger's script run", async () => {
    const { headers } = await get(url, "/")
    assert.match(String(headers["content-security-policy"]), /^default-src 'none'; script-src 'self' 'sha256-[^']+';/)
    assert.strictEqual(headers["x-content-type-options"], "nosniff")
  })

  it("the state is sent again only when the file has changed", async () => {
    const first = await get(url, "/state")
    assert.include(first.body, '"company"')
    const etag = String(first.headers["etag"])
    assert.strictEqual((await get(url, "/state", { "if-none-match": etag })).status, 304)
    folder.write("http.json", company({ title: "Changed" }))
    assert.include((await get(url, "/state", { "if-none-match": etag })).body, '"Changed"')
  })

  it("modules are those of the preview and of core, and no other file", async () => {
    const { status, body } = await get(url, "/modules/core/FillSession.ts")
    assert.strictEqual(status, 200)
    assert.notInclude(body, "interface ")
    for (const path of [
      "../../package.json",
      "..%2f..%2fpackage.json",
      "core/../../package.ts",
      "x/page.ts",
      "core/no.ts",
    ])
      assert.strictEqual((await get(url, `/modules/${path}`)).status, 404, path)
  })
})

describe.skipIf(Browser.missing !== undefined)("in a browser", { timeout: 180_000 }, () => {
  let browser: Browser.Browser
  beforeAll(async () => {
    browser = await Browser.launch()
  })
  afterAll(() => browser.close())

  const opened = async (name: string, content: unknown, options: Partial<Browser.PageOptions> = {}) => {
    folder.write(name, content)
    const page = await browser.page({ javaScript: true, width: 1280, height: 900, ...options })
    const complaints: Array<string> = []
    page.on("pageerror", (error) => complaints.push(error.message))
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()))
    await page.goto((await preview(name)).href)
    return { page, complaints }
  }

  it("shows the form; a condition shows and hides; a repeat is added to and taken from", async () => {
    const { page, complaints } = await opened("form.json", company())
    await page.getByRole("heading", { name: "Test", level: 1 }).waitFor()
    const owners = page.getByRole("heading", { name: "Owners", exact: true })
    assert.isFalse(await owners.isVisible())
    await page.getByLabel("A company").check()
    await owners.waitFor()
    const add = page.getByRole("button", { name: "Add Owners" })
    for (const name of ["Eva", "Bo", "Ida"]) {
      await add.click()
      await page.getByLabel("Name", { exact: true }).last().fill(name)
    }
    assert.isFalse(await add.isVisible(), "there is room for three")
    await page.getByRole("button", { name: "Remove Owners 2" }).click()
    const values = page.getByLabel("Name", { exact: true })
    assert.deepStrictEqual(await values.evaluateAll((all) => all.map((one) => "value" in one && one.value)), [
      "Eva",
      "Ida",
    ])
    await page.getByText("Answers", { exact: true }).click()
    assert.deepStrictEqual<unknown>(JSON.parse(await page.locator("#answers").innerText()), {
      kind: "company",
      owners: [{ name: "Eva" }, { name: "Ida" }],
    })
    await page.getByLabel("A person").check()
    await owners.waitFor({ state: "detached" })
    assert.deepStrictEqual(complaints, [])
  })

  it("says what is wrong beside the field once it is left, and takes it back", async () => {
    const { page } = await opened("issues.json", company())
    await page.getByLabel("A company").check()
    await page.getByRole("button", { name: "Add Owners" }).click()
    const share = page.getByLabel("Share")
    await share.fill("120")
    assert.isFalse(await page.getByText("Enter 100 or less.").isVisible())
    await share.blur()
    await page.getByText("Enter 100 or less.").waitFor()
    assert.strictEqual(await share.getAttribute("aria-invalid"), "true")
    await share.fill("20")
    await page.getByText("Enter 100 or less.").waitFor({ state: "detached" })
  })

  it("what the caller would supply can be chosen", async () => {
    const { page } = await opened("context.json", company())
    await page.getByText("Context", { exact: true }).click()
    assert.isFalse(await page.getByLabel("Where from?").isVisible())
    await page.getByLabel("risk").selectOption("high")
    await page.getByLabel("Where from?").waitFor()
    await page.getByLabel("today").fill("2001-01-01")
    await page.getByLabel("Born").fill("2001-01-02")
    await page.getByLabel("Born").blur()
    await page.getByText("January 1, 2001").or(page.getByText("1 January 2001")).first().waitFor()
  })

  it("reloads on save, keeps what was typed, and goes on in the same field", async () => {
    const { page } = await opened("reload.json", company())
    await page.getByLabel("A company").check()
    await page.getByRole("button", { name: "Add Owners" }).click()
    await page.getByLabel("Name", { exact: true }).pressSequentially("Ev")
    folder.write("reload.json", company({ title: "Another title" }))
    await page.getByRole("heading", { name: "Another title" }).waitFor()
    await page.keyboard.press("End")
    await page.keyboard.type("a")
    assert.strictEqual(await page.getByLabel("Name", { exact: true }).inputValue(), "Eva")
    assert.isTrue(await page.getByLabel("A company").isChecked())
  })

  it("findings stand beside it; the form stays as it was until errors are mended", async () => {
    const { page } = await opened("findings.json", company({ conditions: { unused: { answered: "kind" } } }))
    await page.getByText("unused-condition").waitFor()
    folder.write("findings.json", "{ broken")
    await page.getByText("error syntax").waitFor()
    await page.getByText("shown as it was before the errors").waitFor()
    assert.isTrue(await page.getByLabel("A company").isVisible())
    assert.match(await page.title(), /^✗ findings\.json/)
    rmSync(join(folder.path, "findings.json"))
    await page.getByText("There is no such file.").waitFor()
    folder.write("findings.json", company())
    await page.getByText("nothing found", { exact: true }).waitFor()
  })

  it("a finding's answers can be shown", async () => {
    const items = [
      { id: "town", type: "text", label: "Town" },
      { id: "why", type: "text", label: "Why?", when: { ne: [{ answer: "town" }, "Visby"] } },
    ]
    const { page } = await opened("witness.json", company({ context: {}, sections: [{ id: "a", title: "A", items }] }))
    await page.getByLabel("Town").fill("Lund")
    await page.getByLabel("Why?").waitFor()
    await page.getByRole("button", { name: "Show it with these answers" }).first().click()
    await page.getByLabel("Why?").waitFor({ state: "detached" })
    assert.strictEqual(await page.getByLabel("Town").inputValue(), "")
  })

  it("a file is taken in, or refused with the reason", async () => {
    const upload = {
      id: "pass",
      type: "upload",
      label: "Passport",
      accept: ["application/pdf"],
      maxBytes: 1000,
      maxFiles: 2,
    }
    const { page } = await opened(
      "upload.json",
      company({ context: {}, sections: [{ id: "a", title: "A", items: [upload] }] }),
    )
    const choose = (name: string, mimeType: string, size: number) =>
      page.getByLabel("Passport").setInputFiles({ name, mimeType, buffer: Buffer.alloc(size) })
    await choose("a.pdf", "application/pdf", 10)
    await page.getByRole("button", { name: "Remove a.pdf" }).waitFor()
    await choose("b.exe", "application/x-msdownload", 10)
    await page.getByText("is of a type that cannot be taken here").waitFor()
    assert.include(await page.locator("#answers").textContent(), "a.pdf")
    await page.getByRole("button", { name: "Remove b.exe" }).click()
    await page.getByRole("button", { name: "Remove a.pdf" }).click()
    assert.strictEqual(await page.locator("#answers").textContent(), "{}")
  })

  it("an unreadable file says so", async () => {
    const { page } = await opened("latin.json", company())
    await page.getByLabel("A company").waitFor()
    writeFileSync(join(folder.path, "latin.json"), Buffer.from([0x22, 0xe9, 0x22]))
    await page.getByText("This is not a text in UTF-8.").waitFor()
  })

  it("every language of the questionnaire can be read; the longest example has no fault that axe knows, wide and narrow", async () => {
    const path = join(Command.root, "examples/questionnaires/rental-application.json")
    for (const [width, colorScheme] of [
      [1280, "light"],
      [390, "dark"],
    ] as const) {
      const { page, complaints } = await opened(`rental-${width}.json`, readFileSync(path, "utf8"), {
        width,
        colorScheme,
      })
      await page.getByRole("button", { name: "sv" }).click()
      await page.getByRole("heading", { name: "Ansökan om lägenhet" }).waitFor()
      assert.strictEqual(await page.locator("main").getAttribute("lang"), "sv")
      await page.getByLabel("Tillsammans med andra").check()
      await page.getByRole("button", { name: /^Add Vuxna/ }).click()
      await page.getByLabel("Ditt fullständiga namn").blur()
      await page.getByText("Context", { exact: true }).click()
      assert.deepStrictEqual(await Browser.axe(page), [])
      await Browser.screenshot(page, `preview-${width}`)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      assert.isAtMost(overflow, 0)
      assert.deepStrictEqual(complaints, [])
    }
  })
})
