/** The types of answers, judged by the real compiler in strict mode. */
import { assert, describe, it } from "@effect/vitest"
import type { Questionnaire } from "@requite/core/Questionnaire"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import * as Types from "requite/Types"
import { asking, checked, definition, section } from "../support/Questionnaires.ts"
import { choice, confirm, date, group, number, text, upload } from "../core/versions/company.ts"
import * as Generated from "../core/versions/Generated.ts"
import * as Processor from "../support/Processor.ts"

const tsc = resolve(import.meta.dirname, "../../node_modules/typescript/bin/tsc")

/** What the compiler says about these files: a line for each error. */
const compile = (files: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  const folder = mkdtempSync(join(tmpdir(), "requite-types-"))
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    const options = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true }
    const compilerOptions = { ...options, module: "nodenext", target: "es2024", types: [] }
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: Object.keys(files) }))
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", ".", "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
    })
    return `${stdout}${stderr}`.split("\n").filter((line) => line.trim() !== "")
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const is = (id: string, value: string) => ({ eq: [{ answer: id }, value] })

const company = checked(
  definition(
    [
      section(
        "about",
        choice("kind", ["person", "company"], { required: true }),
        text("birthplace", { required: true, when: is("kind", "person") }),
        choice("role", ["ceo", "cfo"], { required: true, other: true, when: is("kind", "company") }),
        group("owners", [text("name", { required: true }), number("share")], {
          repeat: { min: 1, max: 20 },
          when: is("kind", "company"),
        }),
      ),
      section(
        "more",
        choice("country", ["se", "es"]),
        text("personnummer", { required: true, when: is("country", "se") }),
        choice("interests", ["a", "b"], { multiple: true }),
        upload("passport"),
        confirm("agreed"),
        date("born"),
      ),
    ],
    { id: "kyc-company", title: "Company check" },
  ),
)

const right = `
import type { KycCompany } from "./kyc.js"
const person: KycCompany = { kind: "person", birthplace: "Rom" }
const firm: KycCompany = {
  kind: "company", role: { other: "chair" }, owners: [{ name: "A", share: 60 }], country: "se", personnummer: "1",
  interests: ["a"], passport: [{ id: "1", name: "a", bytes: 1, type: "t", sha256: "0" }], agreed: true, born: "2027-03-27",
}
const read = (answers: KycCompany): string => {
  const share: number | undefined = answers.owners?.[0]?.share
  if (answers.kind === "person") return answers.birthplace
  const names: string[] = answers.owners.map((owner) => owner.name)
  return answers.role === "ceo" || answers.role === "cfo" ? names.join() : answers.role.other + share
}
const number = (answers: KycCompany): string => (answers.country === "se" ? answers.personnummer : "none")
export { firm, number, person, read }
`

const wrong: ReadonlyArray<[string, string]> = [
  ["a key that is no question", `const x: KycCompany = { kind: "person", birthplace: "Rom", stray: 1 }`],
  ["a value that is no option", `const x: KycCompany = { kind: "trust", birthplace: "Rom" }`],
  ["without what a person must answer", `const x: KycCompany = { kind: "person" }`],
  ["with what a person is not asked", `const x: KycCompany = { kind: "person", birthplace: "R", owners: [] }`],
  ["without what a company must answer", `const x: KycCompany = { kind: "company", role: "ceo" }`],
  ["without what the country demands", `const x: KycCompany = { kind: "person", birthplace: "R", country: "se" }`],
  [
    "an instance that lacks something",
    `const x: KycCompany = { kind: "company", role: "ceo", owners: [{ share: 1 }] }`,
  ],
  ["an answer read without asking which", `const x = (answers: KycCompany): string => answers.birthplace`],
  ["the other branch's answer", `const x = (a: KycCompany): string => (a.kind === "company" ? a.birthplace : "")`],
  ["false where one agrees", `const x: KycCompany = { kind: "person", birthplace: "R", agreed: false }`],
]

const typesOf = (questionnaire: Questionnaire) => Types.types(questionnaire)

describe("Types.types", () => {
  it.effect("what fits compiles, and narrows by what was picked", () =>
    Effect.gen(function* () {
      const types = yield* typesOf(company)
      assert.deepStrictEqual(compile({ "kyc.ts": types, "right.ts": right }), [])
    }),
  )
  it.effect("what does not fit is an error, each of it", () =>
    Effect.gen(function* () {
      const types = yield* typesOf(company)
      const files = wrong.map(([, line], i) => [
        `wrong${i}.ts`,
        `import type { KycCompany } from "./kyc.js"\n${line}\nexport { x }\n`,
      ])
      const errors = compile({ "kyc.ts": types, ...(Object.fromEntries(files) as Record<string, string>) })
      for (const [i, [what]] of wrong.entries())
        assert.isTrue(
          errors.some((line) => line.startsWith(`wrong${i}.ts(2,`)),
          what,
        )
      assert.isFalse(errors.some((line) => line.startsWith("kyc.ts")))
    }),
  )
  it.effect("a module with one export, named after the questionnaire, that says where it is from", () =>
    Effect.gen(function* () {
      const types = yield* typesOf(company)
      assert.match(types, /^\/\/ The answers to the questionnaire "kyc-company", version 1\./)
      assert.deepStrictEqual(types.match(/export .*? (?=[={])/g), ["export type KycCompany "])
      assert.include(types, "* Label of birthplace\n")
      assert.strictEqual(yield* typesOf(company), types)
    }),
  )
  it.effect("of the simplest one an interface", () =>
    Effect.gen(function* () {
      const types = yield* typesOf(asking(text("name", { required: true, label: "Name" })))
      assert.strictEqual(
        types.slice(types.indexOf("/**")),
        "/**\n * Test\n */\nexport interface Test {\n  /**\n   * Name\n   */\n  name: string\n}\n",
      )
    }),
  )
  it.effect("no label breaks out of its comment, whatever it holds", () =>
    Effect.gen(function* () {
      const labels = [
        "*/ export const evil = 1 /*",
        "*\\/ evil() //",
        "*/\n}\nevil()\nexport interface X {\n/*",
        "`${evil()}` \\u002a/ evil() /*",
        "\u2028*/evil()\u2028/*",
        "***/ /** */ evil()",
        "*\r/ evil()",
        "*\u0000/ evil()",
        "*\u200b/ evil()",
        "@ts-nocheck\n@internal",
        "// @ts-ignore",
        "<script>alert(1)</script> */",
      ]
      // some the checker refuses; a builder may still ask for the types
      const base = asking(...labels.map((_, i) => text(`q${i}`)))
      const hostile = {
        ...base,
        title: labels.join("\n"),
        sections: base.sections.map((section) => ({
          ...section,
          items: section.items.map((item, i) => ({ ...item, label: labels[i] ?? "", help: labels[i] ?? "" })),
        })),
      }
      const types = yield* typesOf(hostile)
      const code = types.replace(/\/\*[^]*?\*\//g, "").replace(/^\/\/.*$/gm, "")
      const lines: ReadonlyArray<string> = code.split(/[\r\n\u2028\u2029]+/).filter((line) => line.trim() !== "")
      assert.deepStrictEqual(lines, ["export interface Test {", ...labels.map((_, i) => `  q${i}?: string`), "}"])
      assert.deepStrictEqual(compile({ "hostile.ts": types }), [])
    }),
  )
  it.effect("of any questionnaire, and every submission to it is of the type", () =>
    Effect.gen(function* () {
      const files: Record<string, string> = {}
      for (let seed = 1; seed <= 40; seed++) {
        const questionnaire = Generated.questionnaire(seed)
        files[`q${seed}.ts`] = yield* typesOf(questionnaire)
        const submissions = Generated.submissions(questionnaire, seed, 20)
        files[`s${seed}.ts`] = [
          `import type { Test } from "./q${seed}.js"`,
          ...submissions.map((one, i) => `export const s${i}: Test = ${JSON.stringify(one)}`),
        ].join("\n")
      }
      assert.isAbove(Object.values(files).join().split("export const").length, 200)
      assert.deepStrictEqual(compile(files), [])
    }),
  )
  it.effect("twenty independent branches stay within what a compiler looks through", () =>
    Effect.gen(function* () {
      const items = Array.from({ length: 20 }, (_, i) => [
        choice(`c${i}`, ["a", "b"], { required: true }),
        text(`t${i}`, { required: true, when: is(`c${i}`, "a") }),
      ]).flat()
      const types = yield* typesOf(asking(...items))
      const use = `import type { Test } from "./q.js"\nexport const f = (x: Test) => (x.c0 === "a" ? x.t0.length : x.c19)\n`
      assert.deepStrictEqual(compile({ "q.ts": types, "use.ts": use }), [])
    }),
  )
  it.effect("300 questions of 8 options take no time", () =>
    Effect.gen(function* () {
      const questionnaire = asking(...Array.from({ length: 300 }, (_, i) => choice(`q${i}`, "abcdefgh".split(""))))
      const start = Processor.worked()
      yield* typesOf(questionnaire)
      assert.isBelow(Processor.worked() - start, 5000)
    }),
  )
})
