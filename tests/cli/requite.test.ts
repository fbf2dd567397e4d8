/** The real command, as an author runs it: a child process from the sources, without a build. */
import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { Check } from "requite"
import * as Requite from "requite/Requite"
import { definition, section } from "../support/Questionnaires.ts"

const root = resolve(import.meta.dirname, "../..")
const folder = mkdtempSync(join(tmpdir(), "requite-cli-"))
afterAll(() => rmSync(folder, { recursive: true }))

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `requite …` in the folder of the test's files. */
const requite = (args: ReadonlyArray<string>, stdin = "") =>
  new Promise<Ran>((done, fail) => {
    const bin = join(root, "packages/cli/src/bin.ts")
    const child = spawn(process.execPath, ["--conditions=requite-source", bin, ...args], { cwd: folder })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    child.on("error", fail).on("close", (status) => done({ status, stdout, stderr }))
    child.stdin.end(stdin)
  })

const good = definition([section("about", { id: "name", type: "text", label: "Name" })])
const warned = {
  ...good,
  title: { en: "Test", sv: "Prov" },
  sections: [{ ...section("a"), title: { en: "A" }, items: [] }],
}
const malformed = `{
  "format": 1, "id": "test", "version": 1, "language": "en",
  "title": { "en": "Test", "sv": "Prov" },
  "sections": [
    { "id": "about", "title": "About", "items": [
      { "id": "name", "type": "text", "label": "Name", "maxlength": 5 },
      { "id": "name", "type": "tekst", "label": { "en": "Name" } }
    ] }
  ]
}`

beforeAll(() => {
  writeFileSync(join(folder, "good.json"), JSON.stringify(good))
  writeFileSync(join(folder, "malformed.json"), malformed)
  writeFileSync(join(folder, "bom.json"), `\ufeff${JSON.stringify(good)}`)
  writeFileSync(join(folder, "utf-16.json"), Buffer.from(`\ufeff${JSON.stringify(good)}`, "utf16le"))
  writeFileSync(
    join(folder, "warned.json"),
    JSON.stringify({ ...warned, sections: [{ ...section("a", { id: "b", type: "text", label: { en: "B" } }) }] }),
  )
})

describe("requite check", () => {
  it("a definition that is right: status 0", async () =>
    assert.deepStrictEqual(await requite(["check", "good.json", "bom.json"]), {
      status: 0,
      stdout: "2 definitions checked, nothing found\n",
      stderr: "",
    }))

  it("issue 2, bad input: every finding with file, line, column, severity, code and a sentence; status 1", async () =>
    assert.deepStrictEqual(await requite(["check", "malformed.json"]), {
      status: 1,
      stdout: [
        'malformed.json:6:56 error   unknown-property There is no property "maxlength" here.',
        'malformed.json:7:15 error   duplicate-id     The id "name" is taken by question 1 of section 1. Ids are unique.',
        'malformed.json:7:31 error   unknown-type     There is no question type "tekst". There are: text, choice, number, date, confirm, note, upload, group.',
        "1 definition checked: 3 errors, 0 warnings",
        "",
      ].join("\n"),
      stderr: "",
    }))

  it("warnings alone: they are printed, and the status is 0", async () => {
    const { status, stdout } = await requite(["check", "warned.json"])
    assert.strictEqual(status, 0)
    assert.match(stdout, /^warned\.json:1:\d+ warning missing-translation Not translated into sv;/)
    assert.match(stdout, /\n1 definition checked: 0 errors, 1 warning\n$/)
  })

  it("--json: what Questionnaire.check finds, for programs", async () => {
    const { status, stdout } = await requite(["check", "--json", "malformed.json"])
    assert.strictEqual(status, 1)
    assert.deepStrictEqual<unknown>(JSON.parse(stdout), { findings: Questionnaire.check(malformed).findings })
    assert.deepStrictEqual(await requite(["check", "good.json", "--json"]), {
      status: 0,
      stdout: '{\n  "findings": []\n}\n',
      stderr: "",
    })
  })

  it("- is the standard input, in pieces of any size", async () => {
    assert.strictEqual((await requite(["check", "-"], JSON.stringify(good))).status, 0)
    const wide = { ...good, description: "😀".repeat(1_000_000) }
    const { status, stdout } = await requite(["check", "-"], JSON.stringify(wide, null, 2))
    assert.strictEqual(status, 1)
    assert.match(stdout, /^<stdin>:\d+:18 error {3}invalid-value Expected at most 4000 characters\.\n/)
  })

  it("what cannot be read is a finding like any other, and the rest is checked", async () => {
    const { status, stdout } = await requite(["check", "missing.json", "good.json", ".", "utf-16.json", "--json"])
    assert.strictEqual(status, 1)
    const { findings } = JSON.parse(stdout) as { findings: ReadonlyArray<Questionnaire.Finding & { file: string }> }
    assert.deepStrictEqual(
      findings.map(({ file, code, message }) => `${file} ${code} ${message}`),
      [
        "missing.json unreadable There is no such file.",
        ". unreadable This is not a file that can be read.",
        "utf-16.json unreadable This is not a text in UTF-8.",
      ],
    )
  })

  it("without a file, and with an unknown flag: what is wrong, the usage, and status 1", async () => {
    const none = await requite(["check"])
    assert.strictEqual(none.status, 1)
    assert.include(none.stderr, "Missing required argument: file")
    assert.include(none.stdout, "requite check [flags] <file...>")
    const unknown = await requite(["check", "--jsn", "good.json"])
    assert.strictEqual(unknown.status, 1)
    assert.include(unknown.stderr, "--json")
  })
})

describe("requite schema", () => {
  it("prints the JSON Schema of the format, and the copy for editors is current", async () => {
    const { status, stdout } = await requite(["schema"])
    assert.strictEqual(status, 0)
    const copy = join(root, "packages/core/questionnaire.schema.json")
    assert.deepStrictEqual<unknown>(JSON.parse(stdout), JSON.parse(readFileSync(copy, "utf8")))
  })
})

it("requite --version is the package's", async () => {
  const manifest = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")) as { version: string }
  assert.strictEqual(Requite.version, manifest.version)
  assert.include((await requite(["--version"])).stdout, manifest.version)
})

describe("as a library", () => {
  const report = Check.check({ name: "kyc.json", text: malformed })
  it("colours for a terminal: the same text between escape codes", () => {
    const coloured = Check.readable([report], { colour: true })
    assert.include(coloured, "\u001b[1;31merror  \u001b[0m")
    assert.strictEqual(coloured.replaceAll(/\u001b\[[\d;]*m/g, ""), Check.readable([report], { colour: false }))
    assert.include(Check.readable([], { colour: true }), "\u001b[32m")
  })
  it("a definition cannot write to the terminal, nor turn the line round", () => {
    const text = JSON.stringify({ ...good, "\u001b[2J\u0007\u009b1m\u202e": 1 })
    const printed = Check.readable([Check.check({ name: "\u001b]0;x\u0007.json", text })], { colour: false })
    assert.include(printed, String.raw`There is no property "\u001b[2J\u0007\u009b1m\u202e" here.`)
    assert.include(printed, String.raw`\u001b]0;x\u0007.json:1:`)
    assert.notMatch(printed.replaceAll("\n", ""), /[\p{Cc}\u202e]/u)
  })
  it("failed: only when there is an error", () => {
    assert.isTrue(Check.failed([Check.check({ name: "a", text: JSON.stringify(good) }), report]))
    assert.isFalse(Check.failed([Check.check({ name: "a", text: JSON.stringify(good) })]))
    assert.isTrue(Check.failed([Check.unreadable("a", "There is no such file.")]))
  })
})
