import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as QuestionKind from "@requite/core/QuestionKind"
import * as Schema from "effect/Schema"
import { asking, checked, definition, section } from "../support/Questionnaires.ts"

const text = { id: "text", type: "text", label: "Text", required: true }
const email = { id: "email", type: "text", label: "E-mail", format: "email" }
const choice = { id: "choice", type: "choice", label: "Choice", required: true, options: [{ value: "a", label: "A" }] }
const many = {
  id: "many",
  type: "choice",
  label: "Many",
  multiple: true,
  other: true,
  options: [{ value: "a", label: "A" }],
}
const upload = { id: "upload", type: "upload", label: "Upload", required: true, accept: ["image/*"], maxBytes: 1000 }
const file = { id: "f1", name: "a.png", bytes: 1, type: "image/png", sha256: "00" }
const all = asking(text, email, choice, many, upload)
const complete = { text: "x", choice: "a", upload: [file] }

const codes = (answers: Answers.Answers, options?: { readonly complete: boolean }) =>
  Answers.validate(all, answers, options).map(({ code, pointer }) => `${code} ${pointer}`)

describe("required", () => {
  it("only once the answers are to be complete", () => {
    assert.deepStrictEqual(codes({}), [])
    assert.deepStrictEqual(codes({}, { complete: true }), ["required /text", "required /choice", "required /upload"])
    assert.deepStrictEqual(codes(complete, { complete: true }), [])
  })
  it("an emptied field is no answer", () => {
    const emptied = { text: " \n", email: "", choice: "", many: [], upload: [] }
    assert.deepStrictEqual(codes(emptied), [])
    assert.deepStrictEqual(codes(emptied, { complete: true }), [
      "required /text",
      "required /choice",
      "required /upload",
    ])
  })
  it("a wrong answer is not a missing one", () =>
    assert.deepStrictEqual(codes({ ...complete, text: 7, choice: "b" }, { complete: true }), [
      "text-type /text",
      "choice-unknown /choice",
    ]))
  it("a property that is undefined is not there", () =>
    assert.deepStrictEqual(codes({ ...complete, text: undefined }, { complete: true }), ["required /text"]))
})

describe("unknown questions", () => {
  it.each(["tekst", "Text", "only", "", "a/b", "__proto__", "constructor", "toString", "hasOwnProperty"])(
    "%j",
    (id) => {
      const answers = JSON.parse(`{"text": "x", ${JSON.stringify(id)}: "y"}`) as Answers.Answers
      assert.deepStrictEqual(Answers.validate(all, answers), [
        {
          code: "unknown-question",
          question: id,
          pointer: `/${id.replace("/", "~1")}`,
          values: {},
          malformed: true,
        },
      ])
    },
  )
  it("an answer that the prototype would give is none", () => {
    const inherited = Object.create({ text: 7, choice: "a" }) as Answers.Answers
    assert.deepStrictEqual(Answers.validate(all, inherited), [])
    assert.deepStrictEqual(codes(inherited, { complete: true }), [
      "required /text",
      "required /choice",
      "required /upload",
    ])
  })
  it("of a kind that is not registered", () =>
    assert.deepStrictEqual(
      Answers.validate(asking(text), {}, { kinds: QuestionKind.registry() }).map(({ code }) => code),
      ["unknown-kind"],
    ))
})

describe("any answer", () => {
  it.prop(
    "validate, progress, given and describe never throw, and what is given is what is not empty",
    { answers: Schema.Record(Schema.Literals(["text", "email", "choice", "many", "upload", "stray"]), Schema.Json) },
    ({ answers }) => {
      for (const complete of [false, true]) {
        const issues = Answers.validate(all, answers, { complete })
        assert.isTrue(issues.every(({ question }) => question in answers || complete))
      }
      Answers.progress(all, answers)
      const given = Answers.given(all, answers)
      for (const { id } of Questionnaire.questions(all)) {
        assert.strictEqual(id in given, Answers.isAnswered(Questionnaire.question(all, id) ?? assert.fail(id), answers))
        assert.isArray(Answers.describe(all, answers, id, ["en"]))
      }
      assert.notProperty(given, "stray")
    },
    { arbitrary: { runs: 500 } },
  )
  it("100,000 levels deep", () => {
    const deep: unknown = JSON.parse('[{"a":'.repeat(50_000) + "1" + "}]".repeat(50_000))
    const answers = Object.fromEntries(Questionnaire.questions(all).map(({ id }) => [id, deep]))
    assert.lengthOf(Answers.validate(all, answers), 5)
    Answers.progress(all, answers)
    for (const { id } of Questionnaire.questions(all)) Answers.describe(all, answers, id, ["en"])
  })
  it("the answers and the questionnaire stay as they were", () => {
    const answers = Object.freeze({ ...complete, many: Object.freeze(["a", Object.freeze({ other: "b" })]) })
    assert.deepStrictEqual(codes(answers, { complete: true }), [])
    assert.deepStrictEqual(Answers.given(all, { ...answers, email: " ", stray: 1 }), answers)
  })
})

describe("sections", () => {
  const two = checked(definition([section("first", text, choice), section("second", email, many)]))
  const states = (answers: Answers.Answers, visited?: ReadonlyArray<string>) =>
    Answers.progress(two, answers, visited).map(
      ({ id, state, answered, questions }) => `${id} ${state} ${answered}/${questions}`,
    )

  it("P21: each has its progress", () => {
    assert.deepStrictEqual(states({}), ["first to-do 0/2", "second to-do 0/2"])
    assert.deepStrictEqual(states({ text: "x" }), ["first started 1/2", "second to-do 0/2"])
    assert.deepStrictEqual(states({ text: "x", choice: "a" }), ["first done 2/2", "second to-do 0/2"])
    assert.deepStrictEqual(states({ text: "x", choice: "a", many: ["a"] }), ["first done 2/2", "second done 1/2"])
  })
  it("one with a wrong answer is not done", () =>
    assert.deepStrictEqual(states({ text: "x".repeat(501), choice: "a", email: "?" }), [
      "first started 2/2",
      "second started 1/2",
    ]))
  it("one that asks nothing required is done once it was visited", () => {
    assert.deepStrictEqual(states({}, ["second"]), ["first to-do 0/2", "second done 0/2"])
    assert.deepStrictEqual(states({}, ["first"]), ["first started 0/2", "second to-do 0/2"])
  })
  it("validateSection looks at its own questions only", () => {
    const first = Questionnaire.section(two, "first") ?? assert.fail()
    assert.deepStrictEqual(
      Answers.validateSection(first, { text: 7, email: 7, stray: 7 }, { complete: true }).map(({ code, question }) => ({
        code,
        question,
      })),
      [
        { code: "text-type", question: "text" },
        { code: "required", question: "choice" },
      ],
    )
  })
})

describe("in words", () => {
  it("nothing for a question that does not exist", () => {
    assert.deepStrictEqual(Answers.describe(all, { stray: "x" }, "stray", ["en"]), [])
    assert.deepStrictEqual(Answers.describe(all, {}, "constructor", ["en"]), [])
  })
})

it("jsonSchema: of a complete set of answers", () =>
  assert.deepStrictEqual<unknown>(Answers.jsonSchema(all), {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      text: { type: "string", maxLength: 500 },
      email: { type: "string", maxLength: 500, format: "email" },
      choice: { enum: ["a"] },
      many: {
        type: "array",
        uniqueItems: true,
        items: {
          anyOf: [
            { enum: ["a"] },
            {
              type: "object",
              properties: { other: { type: "string", minLength: 1, maxLength: 500 } },
              required: ["other"],
              additionalProperties: false,
            },
          ],
        },
      },
      upload: {
        type: "array",
        minItems: 0,
        maxItems: 1,
        items: {
          type: "object",
          properties: {
            id: { type: "string" },
            name: { type: "string" },
            bytes: { type: "integer", minimum: 1, maximum: 1000 },
            type: { type: "string" },
            sha256: { type: "string" },
          },
          required: ["id", "name", "bytes", "type", "sha256"],
          additionalProperties: false,
        },
      },
    },
    required: ["text", "choice", "upload"],
    additionalProperties: false,
  }))
