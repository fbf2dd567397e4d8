// What docs/library.md shows of examples/library is what lies there, and it works: programs print what they say, the page is
// filled in by a browser. (The snippets of the page are run by readme.test.ts.)
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { join } from "node:path"
import { rolldown } from "rolldown"
import { afterAll, beforeAll } from "vitest"
import * as Browser from "../support/Browser.ts"
import { asking } from "../support/Questionnaires.ts"
import * as Tables from "./Tables.ts"

const root = join(import.meta.dirname, "../..")
const examples = join(root, "examples/library")

describe("docs/library.md", () => {
  it("shows the examples as they are: `node --conditions=requite-source tests/docs/Tables.ts` writes them anew", () => {
    const page = readFileSync(Tables.library, "utf8")
    assert.strictEqual(Tables.withFiles(page), page)
    for (const name of readdirSync(examples)) assert.include(page, `file=examples/library/${name}\n`)
  })

  it.each(["rating.ts", "lifecycle.ts"])("examples/library/%s prints what it says", (name) => {
    const file = join(examples, name)
    const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=requite-source", file], { encoding: "utf8" })
    const promised = [...readFileSync(file, "utf8").matchAll(/\/\/ => (.*)$/gm)].map(([, text = ""]) => text)
    assert.strictEqual(stderr, "")
    assert.deepStrictEqual<unknown>(stdout.trimEnd().split("\n"), promised)
  })
})

const form = asking(
  { id: "name", type: "text", label: "Your name", required: true },
  {
    id: "kind",
    type: "choice",
    label: "You are",
    required: true,
    options: [
      { value: "person", label: "A person" },
      { value: "company", label: "A company" },
    ],
  },
  {
    id: "staff",
    type: "number",
    label: "How many work for {{name}}?",
    min: 1,
    when: { eq: [{ answer: "kind" }, "company"] },
  },
  { id: "truthful", type: "confirm", label: "This is true.", required: true },
)

/** The page of the example, around a server that keeps what it is given in `window.kept`. */
const script = async (): Promise<string> => {
  const entry = `
    import { show } from ${JSON.stringify(join(examples, "page.ts"))}
    window.kept = { answers: {}, submitted: null }
    show(document.body, ${JSON.stringify(form)}, {
      save: async (answers, revision) => { Object.assign(window.kept.answers, answers); return revision + 1 },
      submit: async (revision) => { window.kept.submitted = revision; return {} },
    })`
  const bundle = await rolldown({
    input: "entry",
    resolve: { conditionNames: ["requite-source"] },
    plugins: [
      { name: "entry", resolveId: (id) => (id === "entry" ? id : null), load: (id) => (id === "entry" ? entry : null) },
    ],
  })
  const { output } = await bundle.generate({ format: "esm" })
  await bundle.close()
  return output[0].code
}

describe.skipIf(Browser.missing !== undefined)("examples/library/page.ts", { timeout: 180_000 }, () => {
  let browser: Browser.Browser
  let server: Server
  beforeAll(async () => {
    const code = await script()
    server = createServer((request, response) => {
      const isScript = request.url === "/page.js"
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8")
      response.end(
        isScript
          ? code
          : `<!doctype html><html lang="en"><title>t</title><body><script type="module" src="/page.js"></script>`,
      )
    })
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
    browser = await Browser.launch()
  })
  afterAll(async () => {
    await browser.close()
    server.close()
  })

  it("is filled in: a condition, an issue, autosave, submitting", async () => {
    const page = await browser.page({ javaScript: true, width: 800, height: 600 })
    const address = server.address()
    await page.goto(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`)
    const staff = page.getByLabel("How many work for Acme?")
    await page.getByLabel("Your name").fill("Acme")
    await page.getByLabel("You are").selectOption("company")
    await staff.fill("0")
    await staff.blur()
    await page.getByText("Enter 1 or more.").waitFor()
    await staff.fill("12")
    await page.getByText("saved", { exact: true }).waitFor()
    const kept = () => page.evaluate(() => JSON.stringify("kept" in window && window.kept))
    assert.deepStrictEqual<unknown>(JSON.parse(await kept()), {
      answers: { name: "Acme", kind: "company", staff: 12 },
      submitted: null,
    })
    await page.getByRole("button", { name: "Submit" }).click()
    await page.getByText("Tick the box to agree.").waitFor()
    await page.getByLabel("This is true.").check()
    await page.getByRole("button", { name: "Submit" }).click()
    await page.getByText("Submitted. Thank you!").waitFor()
    assert.include(await kept(), '"truthful":true')
    assert.notInclude(await kept(), '"submitted":null')
  })
})
