// docs/questionnaire-format.md tells the truth: its examples are run, its tables are those of the schema, and its list of
// findings is complete.
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Source from "../architecture/Source.ts"
import * as Syntax from "../architecture/Syntax.ts"
import * as Example from "./Example.ts"
import * as Tables from "./Tables.ts"

const root = join(import.meta.dirname, "../..")
const page = readFileSync(Tables.page, "utf8")

/** Codes and severities of the tables of findings. */
const told = new Map(
  [...page.matchAll(/^\| `([a-z-]+)` \| (error|warning|info) \|/gm)].map(([, code = "", severity = ""]) => [
    code,
    severity,
  ]),
)

/** Texts of the sources that look like a code and are none of a finding: refusals of migrations, parts of examples. */
const others = ["from-later-version", "not-convertible", "x-example"]

/** Every text of the checker's sources that looks like a code, and those that are one by what they are given to. */
const inSources = () => {
  const looks = new Set<string>()
  const sure = new Set<string>()
  const folders = ["packages/core/src/Questionnaire", "packages/core/src/QuestionKind", "packages/core/src/Migration"]
  const files = ["Questionnaire.ts", "Migration.ts", "JsonText.ts", "Condition/decode.ts"].map(
    (name) => `packages/core/src/${name}`,
  )
  for (const path of [...Source.paths(root, folders), ...files, "packages/cli/src/Check.ts"]) {
    Syntax.walk(Syntax.parse(readFileSync(join(root, path), "utf8")), (node, parent, key) => {
      const text = Syntax.literal(node)
      if (text === undefined || key === "source") return
      if (/^[a-z]+(-[a-z]+)+$/.test(text)) looks.add(text)
      const givenTo =
        parent?.type === "CallExpression" && Syntax.nodes(parent.arguments)[0] === node ? parent.callee : null
      const name = Syntax.nodes(givenTo).map(
        (callee) => Syntax.identifier(callee) ?? Syntax.identifier(callee.property),
      )[0]
      const isCode = parent?.type === "Property" && key === "value" && Syntax.identifier(parent.key) === "code"
      if (isCode || ["problem", "warning", "refuse", "doubt", "add", "one"].includes(name ?? "")) sure.add(text)
    })
  }
  return { looks, sure }
}

describe("docs/questionnaire-format.md", () => {
  it("its examples do what it says", () => {
    assert.isAbove(Example.fences(page).length, 50)
    assert.deepStrictEqual([...Example.failures(page)], [])
  })

  it("its tables are those of the schema: `node --conditions=requite-source tests/docs/Tables.ts` writes them", () => {
    assert.strictEqual(Tables.renewed(page), page)
    for (const name of Tables.tables.keys()) assert.include(page, `<!-- table: ${name} -->`)
  })

  it("lists every code that a finding can have, and no other", () => {
    const { looks, sure } = inSources()
    const codes = [...looks, ...sure].filter((code) => !others.includes(code))
    assert.deepStrictEqual(
      codes.filter((code) => !told.has(code) && !isBeginning(code)),
      [],
      "not in the tables of findings",
    )
    assert.deepStrictEqual(
      [...told.keys()].filter((code) => !looks.has(code) && !sure.has(code) && !isReached(code)),
      [],
      "told, but in no source",
    )
  })

  it("every link leads somewhere", () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-"),
    )
    for (const [, anchor = ""] of page.matchAll(/\]\(#([^)]*)\)/g)) assert.include(anchors, anchor)
  })
})

/** `unreachable-` with what cannot be reached: written together only when it is told. */
const isReached = (code: string) => /^unreachable-(section|option|end)$/.test(code)
const isBeginning = (code: string) => code === "unreachable"

describe("a page that lies", () => {
  const items = `[{ "id": "a", "type": "text", "label": "A", "required": true }]`
  const fence = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`
  const about = (language: string, text: string) => Example.failures(fence("json run", items) + fence(language, text))
  it.each([
    ["answers", "{ } → complete"],
    ["answers", "{ } → asked a, b"],
    ["answers", `{ "a": "x" } → issues /a required`],
    ["answers", "{ } → not a"],
    ["answers", "{ } → whatever"],
    ["answers", `{ } → a reads "B"`],
    ["answers", `{ "a": "x" } → a = "y"`],
    ["findings", "error cycle /sections"],
    ["json tests", `[{ "name": "n", "answers": {}, "required": [] }]`],
    ["changes", "publishable"],
    ["conditions", `a = 1  { "eq": [{ "answer": "a" }, 2] }`],
  ])("is found out: %s %s", (language, text) => assert.strictEqual(about(language, text).length, 1))

  it("also when an example has a finding that is not told", () =>
    assert.lengthOf(Example.failures(fence("json run", items.replace('"text"', '"tekst"'))), 1))
})
