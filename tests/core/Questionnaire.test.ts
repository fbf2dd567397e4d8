import { assert, describe, it, layer } from "@effect/vitest"
import * as Crypto from "@requite/core/Crypto"
import * as JsonText from "@requite/core/JsonText"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as QuestionKind from "@requite/core/QuestionKind"
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { asking, checked, definition, section } from "../support/Questionnaires.ts"

const text = (id: string, change: object = {}) => ({ id, type: "text", label: "Name", ...change })
const choice = (id: string, change: object = {}) => ({
  id,
  type: "choice",
  label: "Pick",
  options: [
    { value: "a", label: "A" },
    { value: "b", label: "B" },
  ],
  ...change,
})
const upload = (id: string, change: object = {}) => ({
  id,
  type: "upload",
  label: "File",
  accept: ["application/pdf"],
  maxBytes: 1000,
  ...change,
})
const check = (value: unknown) => Questionnaire.check(JSON.stringify(value))
const codes = (value: unknown) => check(value).findings.map(({ code, pointer }) => `${code} ${pointer}`)

describe("issue 2, bad input: every finding at its line and column, in one go", () => {
  it("from the envelope, the questions, the ids and the kinds", () => {
    const malformed = `{
  "$schema": 7,
  "format": 2,
  "id": "Bad Id",
  "version": 0.5,
  "language": "english",
  "title": { "en": " ", "xx_": "five", "sv": 7 },
  "colour": "red", "colour": "blue",
  "sections": [
    { "id": "about", "title": 7, "items": [
      { "id": "kind", "type": "choice", "label": "You", "options": [] },
      { "id": "kind", "type": "choise", "label": "You" },
      { "id": "third", "label": {} },
      5,
      { "id": "up", "type": "upload", "label": "U", "accept": ["pdf"], "maxBytes": "x", "maxFiles": 1000 },
      { "id": "constructor", "type": "text", "label": "T",
        "maxlength": 5, "format": "mail", "required": "yes" },
      { "type": "upload", "label": [], "accept": "pdf", "maxBytes": 1.5 },
      { "id": "down", "type": "upload", "label": "l", "accept": ["image/*"], "maxBytes": 15, "minFiles": 2 },
      { "id": "pick", "type": "choice", "label": "l", "options": [
        { "value": "a", "label": "A" },
        { "value": "a", "label": "B" }] }
    ] },
    { "id": "empty", "title": "E", "items": [] },
    { "title": "E" },
    null
  ]
}`
    const { questionnaire, findings } = Questionnaire.check(malformed)
    assert.isNull(questionnaire)
    assert.isTrue(findings.every(({ severity }) => severity === "error"))
    assert.deepStrictEqual(
      findings.map(({ line, column, code, message }) => `${line}:${column} ${code}: ${message}`),
      [
        "2:14 invalid-value: Expected a text in double quotes.",
        "3:13 invalid-value: Expected 1.",
        "4:9 invalid-value: Expected an id: a small letter, then small letters, digits and hyphens, at most 64.",
        "5:14 invalid-value: Expected a whole number from 1 to 1000000.",
        '6:15 invalid-value: Expected a language tag such as "en" or "pt-BR".',
        "7:20 invalid-value: Expected some text.",
        '7:25 unknown-property: Expected a language tag such as "en" or "pt-BR".',
        "7:46 invalid-value: Expected a text in double quotes.",
        '8:20 duplicate-key: The property "colour" stands twice; only the last one would count.',
        '8:20 unknown-property: There is no property "colour" here.',
        "10:31 invalid-value: Expected a text in double quotes, or an object with one for each language.",
        "11:68 invalid-value: Expected at least one option.",
        '12:15 duplicate-id: The id "kind" is taken by question 1 of section 1. Ids are unique.',
        '12:31 unknown-type: There is no question type "choise". There are: text, choice, number, date, confirm, note, upload, group.',
        '13:7 missing-property: This question has no "type". It is one of: text, choice, number, date, confirm, note, upload, group.',
        "14:7 invalid-value: A question is an object with an id, a type and a label.",
        '15:64 invalid-value: Expected a media type such as "application/pdf" or "image/*".',
        "15:84 invalid-value: Expected a number.",
        "15:101 invalid-value: Expected a whole number from 1 to 100.",
        '16:15 reserved-id: The id "constructor" is reserved.',
        '17:9 unknown-property: There is no property "maxlength" here.',
        '17:35 invalid-value: Expected "email" or "phone" or "url".',
        "17:55 invalid-value: Expected true or false, or a condition.",
        '18:7 missing-property: The property "id" is missing.',
        "18:36 invalid-value: Expected a text in double quotes, or an object with one for each language.",
        "18:50 invalid-value: Expected a list in [ ].",
        "18:69 invalid-value: Expected a whole number from 1 to 1000000000.",
        "19:106 min-above-max: minFiles 2 is above maxFiles 1, so no answer fits.",
        '22:20 duplicate-option: The option value "a" stands twice in this question; answers could not tell them apart.',
        "24:45 invalid-value: Expected at least one question.",
        '25:5 missing-property: The property "id" is missing.',
        '25:5 missing-property: The property "items" is missing.',
        "26:5 invalid-value: Expected an object in { }.",
      ],
    )
  })

  it("a syntax error is the only finding: what stands behind it cannot be read", () => {
    const { questionnaire, findings } = Questionnaire.check('{\n  "format": 1\n  "id": "x"\n}')
    assert.isNull(questionnaire)
    assert.deepStrictEqual(findings, [
      {
        code: "syntax",
        severity: "error",
        pointer: "",
        line: 3,
        column: 3,
        message: "A comma is missing before this.",
      },
    ])
  })
})

describe("each code", () => {
  const twice = [1, 2].map(() => ({ value: "v", label: "V" }))
  const cases: Record<string, readonly [finding: string, ...sections: ReadonlyArray<unknown>]> = {
    "an id in two sections": ["duplicate-id /sections/1/items/0/id", section("a", text("x")), section("b", text("x"))],
    "an id of a section and a question": ["duplicate-id /sections/0/items/0/id", section("a", text("a"))],
    "an id of two sections": ["duplicate-id /sections/1/id", section("a", text("x")), section("a", text("y"))],
    "an option twice": [
      "duplicate-option /sections/0/items/0/options/1/value",
      section("a", choice("x", { options: twice })),
    ],
    "a text too short to be long enough": [
      "min-above-max /sections/0/items/0/minLength",
      section("a", text("x", { minLength: 6, maxLength: 5 })),
    ],
    "the same without a maxLength": [
      "min-above-max /sections/0/items/0/minLength",
      section("a", text("x", { minLength: 501 })),
    ],
    "more files than are allowed": [
      "min-above-max /sections/0/items/0/minFiles",
      section("a", upload("x", { minFiles: 3, maxFiles: 2 })),
    ],
    "a type that is none": ["unknown-type /sections/0/items/0/type", section("a", text("x", { type: "constructor" }))],
    "no id": ["missing-property /sections/0/items/0", section("a", { type: "text", label: "x" })],
    "a property of another kind": [
      "unknown-property /sections/0/items/0/options",
      section("a", text("x", { options: [] })),
    ],
    "a reserved id": ["reserved-id /sections/0/items/0/id", section("a", text("valueOf"))],
    "no sections": ["invalid-value /sections"],
    "no options": ["invalid-value /sections/0/items/0/options", section("a", choice("x", { options: [] }))],
  }
  it.each(Object.entries(cases))("%s", (_, [finding, ...sections]) => {
    assert.isNull(check(definition(sections)).questionnaire)
    assert.deepStrictEqual(codes(definition(sections)), [finding])
  })
  it("an id and a property that stand three times: each repetition at its own place, and who had it first", () => {
    const json = `{ "format": 1, "id": "t", "version": 1, "language": "en", "title": "a", "title": "b", "title": "c",
  "sections": [{ "id": "s", "title": "S", "items": [
    { "id": "q", "type": "text", "label": "Q" },
    { "id": "q", "type": "text", "label": "Q" },
    { "id": "q", "type": "text", "label": "Q" }] }] }`
    assert.deepStrictEqual(
      Questionnaire.check(json).findings.map(
        ({ line, column, message }) => `${line}:${column} ${message.split(/[.;]/)[0]}`,
      ),
      [
        '1:73 The property "title" stands twice',
        '1:87 The property "title" stands twice',
        '4:13 The id "q" is taken by question 1 of section 1',
        '5:13 The id "q" is taken by question 1 of section 1',
      ],
    )
  })
  it("too many options: the number, and nothing of the rest is lost", () => {
    const options = Array.from({ length: 1001 }, (_, index) => ({ value: `v${index}`, label: "V" }))
    assert.deepStrictEqual(codes(definition([section("a", choice("x", { options }), text("?"))])), [
      "invalid-value /sections/0/items/0/options",
      "invalid-value /sections/0/items/1/id",
    ])
  })

  it.each([
    ["of a question", (id: string) => [section("a", text(id))]],
    ["of a section", (id: string) => [section(id, text("x"))]],
  ])("names of every object's prototype are no ids %s", (_, sections) => {
    const names = ["__proto__", ...Object.getOwnPropertyNames(Object.prototype), "prototype"]
    for (const name of names) assert.isNull(check(definition(sections(name))).questionnaire, name)
    assert.isNotNull(check(definition(sections("ordinary"))).questionnaire)
  })

  it("a `__proto__` anywhere is an unknown property, and changes nothing", () => {
    const json = JSON.stringify(definition([section("a", text("x"))]))
    assert.deepStrictEqual(
      [
        json.replace("{", '{"__proto__": {"polluted": 1},'),
        json.replace('"Name"', '{"en": "A", "__proto__": "x"}'),
      ].map((one) => Questionnaire.check(one).findings.map(({ code, pointer }) => `${code} ${pointer}`)),
      [["unknown-property /__proto__"], ["unknown-property /sections/0/items/0/label/__proto__"]],
    )
    assert.isUndefined(Reflect.get({}, "polluted"))
  })

  it("missing-translation is a warning: the questionnaire can be used", () => {
    const { questionnaire, findings } = check(
      definition([section("a", text("x", { label: { en: "Name" }, help: { en: "As printed", sv: "Som tryckt" } }))], {
        title: { sv: "Prov", es: "Prueba" },
      }),
    )
    assert.isNotNull(questionnaire)
    assert.deepStrictEqual(
      findings.map(({ severity, code, pointer, message }) => [severity, code, pointer, message.split(";")[0]]),
      [
        ["warning", "missing-translation", "/title", "Not translated into en"],
        ["warning", "missing-translation", "/sections/0/items/0/label", "Not translated into sv, es"],
        ["warning", "missing-translation", "/sections/0/items/0/help", "Not translated into es"],
      ],
    )
  })

  it.prop("never throws, and a questionnaire comes out only without errors", { value: Schema.Json }, ({ value }) => {
    for (const one of [
      value,
      definition([value]),
      definition([section("a", value)]),
      { ...definition([]), ...Object(value) },
    ]) {
      const { questionnaire, findings } = check(one)
      assert.strictEqual(
        questionnaire === null,
        findings.some(({ severity }) => severity === "error"),
      )
    }
  })
  it("nor with 100,000 levels", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000)
    const json = JSON.stringify(definition([section("a", text("x", { label: "?" }))]))
    for (const place of ["1", '"Test"', '"?"'])
      assert.isNull(Questionnaire.check(json.replace(place, deep)).questionnaire)
  })
})

describe("what is right", () => {
  it.each(["file-request", "kyc-company", "mortgage-application", "tax-year-organizer", "first-look"])(
    "examples/questionnaires/%s.json has no findings",
    (name) => {
      const source = readFileSync(new URL(`../../examples/questionnaires/${name}.json`, import.meta.url), "utf8")
      const { questionnaire, findings } = Questionnaire.check(source)
      assert.deepStrictEqual(findings, [])
      assert.strictEqual(questionnaire?.id, name)
    },
  )

  const small = checked(
    definition([section("a", text("x"), choice("y")), section("b", upload("z"))], {
      title: { sv: "Prov", en: "Test" },
    }),
  )
  it("is the definition, without its $schema", () => {
    const value = definition([section("a", text("x", { required: true, label: { en: "N" } }))])
    assert.deepStrictEqual<unknown>(checked({ $schema: "./questionnaire.schema.json", ...value }), value)
  })
  it("questions, question, section, languages", () => {
    assert.deepStrictEqual(
      Questionnaire.questions(small).map(({ id }) => id),
      ["x", "y", "z"],
    )
    assert.strictEqual(Questionnaire.question(small, "y")?.type, "choice")
    assert.isUndefined(Questionnaire.question(small, "a"))
    assert.isUndefined(Questionnaire.question(small, "toString"))
    assert.strictEqual(Questionnaire.section(small, "b")?.items.length, 1)
    assert.isUndefined(Questionnaire.section(small, "x"))
    assert.deepStrictEqual(Questionnaire.languages(small), ["en", "sv"])
  })
  it("a registry decides which kinds there are", () => {
    const json = JSON.stringify(definition([section("a", text("x"))]))
    assert.deepStrictEqual(
      Questionnaire.check(json, QuestionKind.registry()).findings.map(({ code }) => code),
      ["unknown-type"],
    )
  })
})

layer(Crypto.layer(globalThis.crypto))("reference", (it) => {
  const reversed = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_, member: unknown) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).toReversed())
        : member,
    )
  it.effect("the hash is of the meaning: the order of keys, the layout and $schema do not count", () =>
    Effect.gen(function* () {
      const value = definition([section("a", text("x"), choice("y"))])
      const reference = yield* Questionnaire.reference(checked(value))
      assert.deepStrictEqual(yield* Questionnaire.reference(checked(reversed({ ...value, $schema: "x" }))), reference)
      assert.deepInclude(reference, { id: "test", version: 1, questions: 2 })
      assert.match(reference.hash, /^[0-9a-f]{64}$/)
    }),
  )
  it.effect("anything else does, the order of questions included", () =>
    Effect.gen(function* () {
      const all = [
        asking(text("x"), text("y")),
        asking(text("y"), text("x")),
        asking(text("x"), text("y", { required: true })),
        asking(text("x"), text("y", { label: "Name " })),
      ]
      const hashes = yield* Effect.forEach(all, Questionnaire.reference)
      assert.strictEqual(new Set(hashes.map(({ hash }) => hash)).size, all.length)
    }),
  )
  it.effect("is SHA-256 over the canonical form, so that anybody can compute it", () =>
    Effect.gen(function* () {
      const questionnaire = asking(text("x"))
      const bytes = new TextEncoder().encode(JsonText.canonical(questionnaire))
      const digest = yield* Effect.promise(() => globalThis.crypto.subtle.digest("SHA-256", bytes))
      assert.strictEqual((yield* Questionnaire.reference(questionnaire)).hash, Buffer.from(digest).toString("hex"))
    }),
  )
})
