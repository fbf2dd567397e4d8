/** What every kind takes, and how a wrong one of it is told. */
import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as QuestionKind from "@requite/core/QuestionKind"
import * as Schema from "effect/Schema"
import { definition, section } from "../../support/Questionnaires.ts"

/** The least of each kind. */
const least: Readonly<Record<string, object>> = {
  text: {},
  choice: { options: [{ value: "a", label: "A" }] },
  number: {},
  date: {},
  confirm: {},
  note: {},
  upload: { accept: ["image/*"], maxBytes: 1 },
  group: { items: [{ id: "inner", type: "text", label: "Inner" }] },
}
const first = { id: "first", type: "confirm", label: "First" }
const found = (type: string, change: object) =>
  Questionnaire.check(
    JSON.stringify(definition([section("s", first, { id: "q", type, label: "Q", ...least[type], ...change })])),
  )
    .findings.filter(({ severity }) => severity === "error")
    .map(({ code, pointer, message }) => `${code} ${pointer.replace("/sections/0/items/1", "")}: ${message}`)

const attachment = { id: "a1", name: "guide.pdf", type: "application/pdf", bytes: 10, sha256: "0".repeat(64) }

describe.each([...QuestionKind.standard.keys()])("%s", (type) => {
  it("takes help, a condition, attachments and suppressions", () =>
    assert.deepStrictEqual(
      found(type, {
        help: { en: "Help", sv: "Hjälp" },
        when: { answered: { answer: "first" } },
        attachments: [attachment],
        suppress: [{ code: "missing-translation", reason: "Only Swedes see the help." }],
      }),
      [],
    ))
  it("says what is wrong with each, and names what it does not know", () => {
    const problems = found(type, {
      help: 7,
      when: "always",
      attachments: [{ ...attachment, sha256: "x", extra: 1 }],
      suppress: [{ code: "Missing translation" }],
      color: "red",
    })
    assert.deepStrictEqual(
      problems.map((problem) => problem.split(":")[0] ?? "").sort((a, b) => (a < b ? -1 : 1)),
      [
        "invalid-value /attachments/0/sha256",
        "invalid-value /help",
        "invalid-value /suppress/0/code",
        "invalid-value /when",
        "missing-property /suppress/0",
        "unknown-property /attachments/0/extra",
        "unknown-property /color",
      ],
    )
  })
  it("describes itself to an editor", () => {
    const { schema } = Schema.toJsonSchemaDocument(QuestionKind.standard.get(type)?.schema() ?? Schema.Never, {
      onExcessProperty: "error",
    })
    assert.deepInclude(schema, { type: "object", additionalProperties: false })
    assert.includeMembers(Object.keys(schema["properties"] ?? {}), ["id", "type", "label", "when", "attachments"])
    assert.include(JSON.stringify(schema), "Asked only when this holds")
  })
})

describe("required", () => {
  const answering = [...QuestionKind.standard.keys()].filter((type) => type !== "note")
  it.each(answering)("of %s is true, false or a condition", (type) => {
    for (const required of [true, false, { answered: { answer: "first" } }])
      assert.deepStrictEqual(found(type, { required }), [])
    for (const required of ["yes", 1, null])
      assert.deepStrictEqual(found(type, { required }), [
        "invalid-value /required: Expected true or false, or a condition.",
      ])
    assert.match(found(type, { required: { answered: { answer: "nobody" } } }).join(), /\/required/)
    assert.match(found(type, { required: {} }).join(), /\/required/)
  })
})
