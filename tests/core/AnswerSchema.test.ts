import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as AnswerSchema from "@requite/core/AnswerSchema"
import { Ajv2020 } from "ajv/dist/2020.js"
import { asking, checked, definition, section } from "../support/Questionnaires.ts"
import * as Generated from "./versions/Generated.ts"
import * as Processor from "../support/Processor.ts"

const validator = (schema: Record<string, unknown>) => {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    allErrors: true,
    formats: { email: true, uri: true, date: true },
  })
  return ajv.compile(schema)
}

const choice = (id: string, values: ReadonlyArray<string>, more = {}) => ({
  id,
  type: "choice",
  label: id,
  options: values.map((value) => ({ value, label: value })),
  ...more,
})
const text = (id: string, more = {}) => ({ id, type: "text", label: id, ...more })
const is = (id: string, value: string) => ({ eq: [{ answer: id }, value] })

const accepts = (of: Parameters<typeof AnswerSchema.jsonSchema>[0]) => {
  const validate = validator(AnswerSchema.jsonSchema(of))
  return (answers: unknown) => validate(answers)
}

describe("AnswerSchema.jsonSchema", () => {
  it("lets every submission through, of any questionnaire", () => {
    let submissions = 0
    for (let seed = 1; seed <= 50; seed++) {
      const questionnaire = Generated.questionnaire(seed)
      const validate = validator(AnswerSchema.jsonSchema(questionnaire))
      for (const submission of Generated.submissions(questionnaire, seed, 50)) {
        submissions++
        if (!validate(submission))
          assert.fail(JSON.stringify({ seed, submission, errors: validate.errors, questionnaire }, null, 1))
      }
    }
    assert.isAbove(submissions, 1000)
  })

  it("so it does where branches are limited, and inside and outside of the limit", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const questionnaire = Generated.questionnaire(seed)
      for (const combinations of [1, 2, 5]) {
        const validate = validator(AnswerSchema.jsonSchema(questionnaire, undefined, { combinations }))
        for (const submission of Generated.submissions(questionnaire, seed, 30))
          assert.isTrue(validate(submission), `seed ${seed}, at most ${combinations} combinations`)
      }
    }
  })

  it("tells most submissions that lack an answer from whole ones, where all depends on choices", () => {
    let wrong = 0
    let refused = 0
    for (let seed = 1; seed <= 200; seed++) {
      const questionnaire = Generated.questionnaire(seed)
      if (/"(gt|gte|anyOf|answered)"/.test(JSON.stringify(questionnaire))) continue
      const validate = validator(AnswerSchema.jsonSchema(questionnaire))
      for (const submission of Generated.submissions(questionnaire, seed, 20)) {
        for (const id of Object.keys(submission)) {
          const { [id]: _, ...less } = submission
          if (Answers.validate(questionnaire, less).length === 0) continue
          wrong++
          if (!validate(less)) refused++
        }
      }
    }
    assert.isAbove(wrong, 200)
    assert.isAbove(refused / wrong, 0.97)
  })

  it("keeps to the questions' ids, and demands what is required", () => {
    const accept = accepts(
      asking(text("name", { required: true }), text("nick"), { id: "info", type: "note", label: "Info" }),
    )
    assert.isTrue(accept({ name: "Eva" }))
    assert.isTrue(accept({ name: "Eva", nick: "E" }))
    assert.isFalse(accept({ nick: "E" }))
    assert.isFalse(accept({ name: "Eva", info: "x" }))
    assert.isFalse(accept({ name: "Eva", nick: "" }), "what is empty is left out")
    assert.isFalse(accept({ name: "Eva", stray: 1 }))
  })

  const company = checked(
    definition(
      [
        section(
          "about",
          choice("kind", ["person", "company", "trust"], { required: true }),
          text("birthplace", { required: true, when: is("kind", "person") }),
          choice("role", ["ceo", "cfo"], { required: true, other: true, when: { is: "isCompany" } }),
          text("board", { required: true, when: { not: is("role", "cfo") } }),
        ),
        { ...section("owners", text("owner", { required: true }), text("note")), when: { is: "isCompany" } },
        section("more", choice("country", ["se", "es"]), text("number", { required: true, when: is("country", "se") })),
      ],
      { conditions: { isCompany: is("kind", "company") } },
    ),
  )

  it("branches on a choice, sections and named conditions included", () => {
    const accept = accepts(company)
    assert.isTrue(accept({ kind: "person", birthplace: "X", board: "B" }))
    assert.isFalse(accept({ kind: "person", board: "B" }), "what a person must answer")
    assert.isFalse(accept({ kind: "person", birthplace: "X", board: "B", owner: "O" }), "what only a company is asked")
    assert.isTrue(accept({ kind: "company", role: "ceo", board: "B", owner: "O" }))
    assert.isFalse(accept({ kind: "company", role: "ceo", board: "B" }), "the owner")
    assert.isFalse(accept({ kind: "company", role: "ceo", owner: "O" }), "a choice inside a branch")
    assert.isTrue(accept({ kind: "company", role: "cfo", owner: "O" }))
    assert.isFalse(accept({ kind: "company", role: "cfo", board: "B", owner: "O" }))
    assert.isTrue(accept({ kind: "company", role: { other: "chair" }, board: "B", owner: "O" }), "own words")
    assert.isTrue(accept({ kind: "trust", board: "B" }))
  })
  it("several choices stand beside one another, one that is optional too", () => {
    const accept = accepts(company)
    assert.isTrue(accept({ kind: "trust", board: "B", country: "se", number: "1" }))
    assert.isFalse(accept({ kind: "trust", board: "B", country: "se" }))
    assert.isFalse(accept({ kind: "trust", board: "B", number: "1" }))
    assert.isTrue(accept({ kind: "trust", board: "B", country: "es" }))
    assert.lengthOf(AnswerSchema.jsonSchema(company)["allOf"] as ReadonlyArray<unknown>, 2)
  })

  it("instances of a repeated group are objects of their own, with their own branches", () => {
    const accept = accepts(
      asking({
        id: "owners",
        type: "group",
        label: "Owners",
        repeat: { min: 1, max: 2 },
        items: [
          choice("kind", ["a", "b"], { required: true }),
          text("why", { required: true, when: is("kind", "b") }),
          { id: "inner", type: "group", label: "Inner", items: [{ id: "share", type: "number", label: "Share" }] },
        ],
      }),
    )
    assert.isTrue(
      accept({
        owners: [
          { kind: "a", share: 3 },
          { kind: "b", why: "x" },
        ],
      }),
    )
    assert.isFalse(accept({}), "a least number of instances demands some")
    assert.isFalse(accept({ owners: [] }))
    assert.isFalse(accept({ owners: [{ kind: "a" }, { kind: "a" }, { kind: "a" }] }))
    assert.isFalse(accept({ owners: [{ kind: "b" }] }))
    assert.isFalse(accept({ owners: [{ kind: "a", why: "x" }] }))
    assert.isFalse(accept({ owners: [{ kind: "a", inner: {} }] }))
  })

  it("what depends on anything else is optional, and may be given in any case", () => {
    const accept = accepts(
      asking(
        { id: "age", type: "number", label: "Age" },
        text("why", { required: true, when: { gt: [{ answer: "age" }, 17] } }),
      ),
    )
    assert.isTrue(accept({ age: 20, why: "x" }))
    assert.isTrue(accept({ age: 3 }))
    assert.isTrue(accept({ age: 3, why: "x" }), "more than it can tell")
  })

  it("says nothing that makes bad types: no title, no tuple, no if", () => {
    const words = JSON.stringify(AnswerSchema.jsonSchema(company))
    assert.notMatch(words, /"(title|prefixItems|if|then|else)":/)
  })

  it("a chain of 2,000 choices, each asked by the one before, takes no time and little room", () => {
    const chain = Array.from({ length: 2000 }, (_, i) =>
      choice(`q${i}`, ["a", "b"], { required: true, ...(i === 0 ? {} : { when: is(`q${i - 1}`, "a") }) }),
    )
    const questionnaire = asking(...chain)
    const start = Processor.worked()
    const schema = AnswerSchema.jsonSchema(questionnaire)
    assert.isBelow(Processor.worked() - start, 5000)
    assert.isBelow(JSON.stringify(schema).length, 1_000_000)
  })
})
