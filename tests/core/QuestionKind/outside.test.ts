/** A kind that core does not know: nothing shared has to change for it to be asked, answered, compared and described. */
import { assert, describe, it } from "@effect/vitest"
import type { AnswerKind } from "@requite/core/AnswerKind"
import * as AnswerKinds from "@requite/core/AnswerKind/standard"
import * as Answers from "@requite/core/Answers"
import * as AnswerSchema from "@requite/core/AnswerSchema"
import * as Evaluation from "@requite/core/Evaluation"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as QuestionKind from "@requite/core/QuestionKind"
import { commonFields, whole } from "@requite/core/QuestionKind/common"
import * as Schema from "effect/Schema"
import { definition, section } from "../../support/Questionnaires.ts"

interface RatingQuestion extends QuestionKind.Question {
  readonly type: "rating"
  readonly stars: number
}

const isRating = (question: RatingQuestion, answer: unknown): answer is number =>
  typeof answer === "number" && Number.isInteger(answer) && answer >= 1 && answer <= question.stars

const answers: AnswerKind<RatingQuestion> = {
  type: "rating",
  givenAs: "value",
  valueType: ({ stars }) => ({ type: "number", min: 1, max: stars, decimals: 0 }),
  value: (question, answer) => (isRating(question, answer) ? answer : undefined),
  isAnswered: isRating,
  validate: (question, answer) =>
    isRating(question, answer) ? [] : [{ code: "rating-stars", values: { max: question.stars } }],
  describe: (question, answer) => (isRating(question, answer) ? ["★".repeat(answer)] : []),
}

const rating: QuestionKind.QuestionKind<RatingQuestion> = {
  ...answers,
  schema: () => Schema.Struct({ ...commonFields, type: Schema.Literal("rating"), stars: whole(2, 10) }),
  check: ({ stars }) =>
    stars === 2 ? [{ code: "two-stars", severity: "warning", path: ["stars"], message: "Two stars say little." }] : [],
  example: (question, value) => [value ?? question.stars].find((one) => isRating(question, one)),
  answerSchema: ({ stars }) => ({ type: "integer", minimum: 1, maximum: stars }),
}

const kinds = QuestionKind.registry(...QuestionKind.standard.values(), rating)
const filling = AnswerKinds.registry(...AnswerKinds.standard.values(), answers)

const stars = { id: "stars", type: "rating", label: "How was it?", stars: 5, required: true }
const why = { id: "why", type: "text", label: "What went wrong?", when: { lte: [{ answer: "stars" }, 2] } }
const form = (...items: ReadonlyArray<unknown>) => JSON.stringify(definition([section("s", ...items)]))
const checked = (...items: ReadonlyArray<unknown>) => Questionnaire.check(form(...items), kinds)
const questionnaire = () => {
  const found = checked(stars, why)
  if (found.questionnaire === null) throw new Error(JSON.stringify(found.findings))
  return found.questionnaire
}

describe("a kind from outside", () => {
  it("is unknown without its registry", () =>
    assert.deepStrictEqual(
      Questionnaire.check(form(stars)).findings.map(({ code }) => code),
      ["unknown-type"],
    ))
  it("is decoded and checked by itself", () => {
    assert.deepStrictEqual(checked(stars, why).findings, [])
    assert.deepStrictEqual(
      checked({ ...stars, stars: 11 }).findings.map(({ code, pointer }) => `${code} ${pointer}`),
      ["invalid-value /sections/0/items/0/stars"],
    )
    assert.deepStrictEqual(
      checked({ ...stars, colour: "red" }).findings.map(({ code }) => code),
      ["unknown-property"],
    )
    assert.deepInclude(checked({ ...stars, stars: 2 }).findings[0], { code: "two-stars", severity: "warning" })
  })
  it("is compared as what it says it is", () => {
    const wrong = { ...why, when: { eq: [{ answer: "stars" }, "two"] } }
    assert.deepStrictEqual(
      checked(stars, wrong).findings.map(({ code }) => code),
      ["type-mismatch"],
    )
  })
  it("is validated, and decides what is asked", () => {
    const codes = (given: Answers.Answers) =>
      Answers.validate(questionnaire(), given, { kinds: filling }).map(({ code, pointer }) => `${code} ${pointer}`)
    assert.deepStrictEqual(codes({ stars: 5 }), [])
    assert.deepStrictEqual(codes({}), ["required /stars"])
    assert.deepStrictEqual(codes({ stars: 6 }), ["rating-stars /stars"])
    assert.deepStrictEqual(codes({ stars: 2, why: "Slow" }), [])
    assert.deepStrictEqual(codes({ stars: 3, why: "Slow" }), ["not-asked /why"])
    const evaluation = Evaluation.start(Evaluation.compile(questionnaire(), filling), { stars: 1 })
    assert.isTrue(Evaluation.isAsked(evaluation, ["why"]))
    Evaluation.set(evaluation, ["stars"], 4)
    assert.isFalse(Evaluation.isAsked(evaluation, ["why"]))
  })
  it("reads aloud, and has its place in both JSON Schemas", () => {
    assert.deepStrictEqual(Answers.describe(questionnaire(), { stars: 3 }, "stars", ["en"], filling), ["★★★"])
    assert.include(JSON.stringify(AnswerSchema.jsonSchema(questionnaire(), kinds)), '"maximum":5')
    assert.include(JSON.stringify(Questionnaire.jsonSchema(kinds)), '"rating"')
  })
})
