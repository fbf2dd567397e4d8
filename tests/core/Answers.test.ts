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
const file = { id: "f1", name: "a.png", bytes: 1, type: "image/png", sha256: "0".repeat(64) }
const all = asking(text, email, choice, many, upload)
const complete = { text: "x", choice: "a", upload: [file] }

/** As a draft; `complete`, as what would be submitted of it. */
const codes = (answers: Answers.Answers, { complete = false } = {}) =>
  (complete ? Answers.validate(all, Answers.given(all, answers)) : Answers.validate(all, answers, { draft: true })).map(
    ({ code, pointer }) => `${code} ${pointer}`,
  )

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
      assert.deepStrictEqual(Answers.validate(all, answers, { draft: true }), [
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
    assert.deepStrictEqual(Answers.validate(all, inherited, { draft: true }), [])
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
      for (const draft of [false, true]) {
        const issues = Answers.validate(all, answers, { draft })
        assert.isTrue(issues.every(({ question }) => question in answers || !draft))
      }
      Answers.progress(all, answers)
      const given = Answers.given(all, answers)
      for (const { id } of Questionnaire.questions(all)) {
        const isAnswered = Answers.isAnswered(Questionnaire.question(all, id) ?? assert.fail(id), answers)
        if (isAnswered || !(id in given)) assert.strictEqual(id in given, isAnswered)
        // what is given and no answer is wrong, and is not dropped in silence
        else assert.isTrue(Answers.validate(all, given).some(({ question }) => question === id))
        assert.isArray(Answers.describe(all, answers, id, ["en"]))
      }
      assert.notProperty(given, "stray")
    },
    { arbitrary: { runs: 500 } },
  )
  it("100,000 levels deep", () => {
    const deep: unknown = JSON.parse('[{"a":'.repeat(50_000) + "1" + "}]".repeat(50_000))
    const answers = Object.fromEntries(Questionnaire.questions(all).map(({ id }) => [id, deep]))
    assert.lengthOf(Answers.validate(all, answers, { draft: true }), 5)
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
      Answers.validateSection(two, first, { text: 7, email: 7, stray: 7 }).map(({ code, question }) => ({
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

describe("with conditions, groups and notes", () => {
  const is = (id: string, value: string) => ({ eq: [{ answer: id }, value] })
  const asks = checked(
    definition(
      [
        section(
          "about",
          {
            ...choice,
            id: "kind",
            options: [
              { value: "person", label: "P" },
              { value: "company", label: "C" },
            ],
          },
          { id: "hint", type: "note", label: "Hint" },
          { id: "name", type: "text", label: "Name", required: { not: is("kind", "company") } },
          {
            id: "owners",
            type: "group",
            label: "Owners",
            when: is("kind", "company"),
            repeat: { min: 1, max: 2 },
            items: [
              { ...text, id: "owner" },
              { id: "share", type: "number", label: "Share", max: { context: "limit" } },
            ],
          },
        ),
        {
          ...section("more", {
            id: "place",
            type: "group",
            label: "Place",
            required: true,
            items: [{ id: "city", type: "text", label: "City" }],
          }),
          when: is("kind", "person"),
        },
      ],
      { context: { limit: { type: "number" } } },
    ),
  )
  const found = (answers: unknown, options: Answers.ValidateOptions = {}) =>
    Answers.validate(asks, answers as Answers.Answers, options).map(({ code, pointer }) => `${code} ${pointer}`)

  it.each<[unknown, ReadonlyArray<string>, ReadonlyArray<string>]>([
    [{}, ["required /kind", "required /name"], []],
    [{ kind: "person", name: "A", city: "B" }, [], []],
    [{ kind: "company" }, ["required /owners"], []],
    [{ kind: "company", owners: [] }, ["required /owners"], []],
    [{ kind: "company", owners: [{ owner: "A" }] }, [], []],
    [{ kind: "company", owners: [{ owner: "A" }], city: "B" }, ["not-asked /city"], []],
    [{ kind: "company", owners: [{ owner: "A" }], city: " " }, [], []],
    [{ kind: "company", owners: [{ owner: "A" }], city: 7 }, ["text-type /city"], ["text-type /city"]],
    [{ kind: "person", name: "A", owners: [{ owner: "A" }] }, ["not-asked /owners", "not-asked /owners/0/owner"], []],
    [{ kind: "company", owners: [{}, { owner: "A" }] }, ["required /owners/0/owner"], []],
    [
      { kind: "company", owners: [{ owner: "A", kind: "person" }] },
      ["unknown-question /owners/0/kind"],
      ["unknown-question /owners/0/kind"],
    ],
    [
      { kind: "company", owners: [{ owner: "A", "a/b": 1 }] },
      ["unknown-question /owners/0/a~1b"],
      ["unknown-question /owners/0/a~1b"],
    ],
    [
      { kind: "company", owners: [{ owner: "A", share: 51 }] },
      ["number-too-large /owners/0/share"],
      ["number-too-large /owners/0/share"],
    ],
    [
      { kind: "company", owners: [{ owner: "A" }, { owner: "B" }, { owner: "C" }] },
      ["group-too-many /owners"],
      ["group-too-many /owners"],
    ],
    [{ kind: "company", owners: "A" }, ["group-type /owners"], ["group-type /owners"]],
    [{ kind: "company", owners: [7] }, ["group-type /owners"], ["group-type /owners"]],
    [
      { kind: "company", owners: [{ owner: "A" }], owner: "A" },
      ["unknown-question /owner"],
      ["unknown-question /owner"],
    ],
    [{ kind: "person", name: "A", hint: "x" }, ["note-answered /hint"], ["note-answered /hint"]],
    [{ kind: "person", name: "A", place: {} }, ["group-type /place"], ["group-type /place"]],
  ])("%j", (answers, submission, draft) => {
    const context = { limit: 50 }
    assert.deepStrictEqual(found(answers, { context }), submission)
    assert.deepStrictEqual(found(answers, { context, draft: true }), draft)
  })
  it("a limit from the request's data, which limits nothing while it is not known", () =>
    assert.deepStrictEqual(found({ kind: "company", owners: [{ owner: "A", share: 51 }] }), []))
  it("given: without what is not asked, and valid as it is", () => {
    const draft = { kind: "company", name: "A", owners: [{ owner: "A", share: 1, stray: 1 }], city: "B", stray: 1 }
    const given = { kind: "company", name: "A", owners: [{ owner: "A", share: 1 }] }
    assert.deepStrictEqual(Answers.given(asks, draft), given)
    assert.deepStrictEqual(found(given), [])
  })
  it("progress: sections that are asked, questions that take an answer", () => {
    const rows = (answers: Answers.Answers, visited?: ReadonlyArray<string>) =>
      Answers.progress(asks, answers, visited).map(
        ({ id, state, answered, questions }) => `${id} ${state} ${answered}/${questions}`,
      )
    assert.deepStrictEqual(rows({}), ["about to-do 0/2"])
    assert.deepStrictEqual(rows({ kind: "person", name: "A" }), ["about done 2/2", "more to-do 0/1"])
    assert.deepStrictEqual(rows({ kind: "person" }, ["more"]), ["about started 1/2", "more done 0/1"])
    assert.deepStrictEqual(rows({ kind: "company", owners: [{}, { owner: "A" }] }), ["about started 2/6"])
    assert.deepStrictEqual(rows({ kind: "company", owners: [{ owner: "A" }] }), ["about done 2/4"])
    assert.deepStrictEqual(rows({ kind: "company", name: "A" }), ["about started 2/2"])
  })
  it("a section's own issues, those inside its groups too", () => {
    const about = Questionnaire.section(asks, "about") ?? assert.fail()
    const more = Questionnaire.section(asks, "more") ?? assert.fail()
    const answers = { kind: "company", owners: [{ stray: 1 }], city: 7, stray: 1 }
    const pointers = (one: typeof about) => Answers.validateSection(asks, one, answers).map(({ pointer }) => pointer)
    assert.deepStrictEqual(pointers(about), ["/owners/0/stray", "/owners/0/owner"])
    assert.deepStrictEqual(pointers(more), ["/city"])
  })
  it("examine: what is asked and required, what is wrong, and what would be submitted", () => {
    const draft = { kind: "company", owners: [{ owner: "A" }], city: "B" }
    assert.deepStrictEqual(Answers.examine(asks, draft, { draft: true }), {
      asked: ["kind", "hint", "name", "owners", "owner", "share"],
      required: ["kind", "owners", "owner"],
      issues: [],
      submission: { kind: "company", owners: [{ owner: "A" }] },
      end: null,
    })
    assert.isNull(Answers.examine(asks, draft).submission)
    assert.deepInclude(Answers.examine(asks, draft).issues[0], { code: "not-asked", question: "city" })
  })
  it("describe: by id, or by its place in an instance", () => {
    const answers = { owners: [{ owner: "A" }, { share: 7 }] }
    assert.deepStrictEqual(Answers.describe(asks, answers, "owners", ["en"]), ["2"])
    assert.deepStrictEqual(Answers.describe(asks, answers, ["owners", 0, "owner"], ["en"]), ["A"])
    assert.deepStrictEqual(Answers.describe(asks, answers, ["owners", 1, "owner"], ["en"]), [])
    assert.deepStrictEqual(Answers.describe(asks, answers, ["owners", 9, "owner"], ["en"]), [])
  })
})
