// A kind of question that requite does not have: stars. One object, put into a registry; nothing else changes.
// oxlint-disable eslint/no-console -- an example prints
import { type AnswerKind, Answers, Evaluation, Questionnaire, QuestionKind } from "@requite/core"
import * as standard from "@requite/core/AnswerKind/standard"
import { commonFields, whole } from "@requite/core/QuestionKind/common"
import * as Schema from "effect/Schema"

interface RatingQuestion extends QuestionKind.Question {
  readonly type: "rating"
  readonly stars: number
}

const isRating = ({ stars }: RatingQuestion, answer: unknown): answer is number =>
  typeof answer === "number" && Number.isInteger(answer) && answer >= 1 && answer <= stars

/** How its answers behave: all that a page needs. */
const answers: AnswerKind.AnswerKind<RatingQuestion> = {
  type: "rating",
  givenAs: "value",
  // conditions see a whole number between limits, so everything that holds of numbers holds of stars
  valueType: ({ stars }) => ({ type: "number", min: 1, max: stars, decimals: 0 }),
  value: (question, answer) => (isRating(question, answer) ? answer : undefined),
  isAnswered: (_, answer) => answer !== null && answer !== "",
  validate: (question, answer) =>
    isRating(question, answer) ? [] : [{ code: "rating-stars", values: { max: question.stars } }],
  describe: (question, answer) => (isRating(question, answer) ? ["★".repeat(answer)] : []),
}

/** And how a question of it is written and checked. */
const rating: QuestionKind.QuestionKind<RatingQuestion> = {
  ...answers,
  schema: () =>
    Schema.Struct({
      ...commonFields,
      type: Schema.Literal("rating").annotateKey({ description: "Stars to give." }),
      stars: whole(2, 10).annotateKey({ description: "How many there are." }),
    }),
  check: () => [],
  example: (question, value) => [value ?? question.stars].find((one) => isRating(question, one)),
  answerSchema: ({ stars }) => ({ type: "integer", minimum: 1, maximum: stars }),
}

const kinds = QuestionKind.registry(...QuestionKind.standard.values(), rating)
const filling = standard.registry(...standard.standard.values(), answers)

const { questionnaire, findings } = Questionnaire.check(
  `{ "format": 1, "id": "visit", "version": 1, "language": "en", "title": "Your visit", "sections": [
       { "id": "visit", "title": "Your visit", "items": [
         { "id": "stars", "type": "rating", "stars": 5, "label": "How was it?", "required": true },
         { "id": "why", "type": "text", "label": "What went wrong?", "when": { "lte": [{ "answer": "stars" }, 2] } },
         { "id": "more", "type": "text", "label": "Never asked", "when": { "gt": [{ "answer": "stars" }, 5] } }
       ] } ] }`,
  kinds,
)

// the checker knows what stars can be
console.log(findings.map(({ code, pointer }) => `${code} ${pointer}`).join()) // => contradiction /sections/0/items/2/when

if (questionnaire !== null) {
  const evaluation = Evaluation.start(Evaluation.compile(questionnaire, filling), { stars: 2 })
  console.log(Evaluation.isAsked(evaluation, ["why"])) // => true
  console.log(Answers.validate(questionnaire, { stars: 6 }, { kinds: filling }).map(({ code }) => code)) // => [ 'rating-stars' ]
  console.log(Answers.describe(questionnaire, { stars: 4 }, "stars", ["en"], filling)) // => [ '★★★★' ]
}
