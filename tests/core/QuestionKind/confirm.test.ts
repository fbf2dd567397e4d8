import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Questionnaire from "@requite/core/Questionnaire"
import { kind } from "@requite/core/QuestionKind/confirm"
import { kind as note } from "@requite/core/QuestionKind/note"
import { asking, definition, section } from "../../support/Questionnaires.ts"

const question = (change: object = {}) => ({
  id: "q",
  type: "confirm" as const,
  label: { en: "All of this is true.", sv: "Allt detta är sant." },
  ...change,
})
const codes = (answers: Answers.Answers, change: object = {}) =>
  Answers.validate(asking(question(change)), answers).map(({ code }) => code)

describe("a statement to agree to", () => {
  it("true agrees; false is a box left empty, which is no answer", () => {
    assert.deepStrictEqual(codes({ q: true }, { required: true }), [])
    assert.deepStrictEqual(codes({ q: false }), [])
    assert.deepStrictEqual(codes({ q: false }, { required: true }), ["required"])
    assert.deepStrictEqual(codes({}, { required: true }), ["required"])
  })
  it.each([[null], ["true"], ["on"], [1], [{}], [[true]]])("%j is neither", (answer) =>
    assert.deepStrictEqual(codes({ q: answer }), ["confirm-type"]),
  )
  it("reads as what was agreed to", () => {
    const lines = (answer: unknown) => Answers.describe(asking(question()), { q: answer }, "q", ["sv-FI"])
    assert.deepStrictEqual(lines(true), ["Allt detta är sant."])
    assert.deepStrictEqual(lines(false), [])
  })
  it("has one example", () => {
    assert.isTrue(kind.example(question()))
    assert.isTrue(kind.example(question(), true))
    assert.isUndefined(kind.example(question(), false))
  })
})

describe("a note", () => {
  const text = { id: "n", type: "note", label: "Have your passport at hand." }
  it("takes no answer at all", () => {
    for (const answer of [true, "x", ["x"], {}, null, 0]) {
      assert.isNotEmpty(Answers.validate(asking(text), { n: answer }))
    }
    assert.deepStrictEqual(Answers.validate(asking(text), {}), [])
    assert.isUndefined(note.example({ ...text, type: "note" }))
  })
  it("cannot be required", () =>
    assert.deepStrictEqual(
      Questionnaire.check(JSON.stringify(definition([section("s", { ...text, required: true })]))).findings.map(
        ({ code, pointer }) => `${code} ${pointer}`,
      ),
      ["unknown-property /sections/0/items/0/required"],
    ))
})
