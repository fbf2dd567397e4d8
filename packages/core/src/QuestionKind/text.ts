/** The kind `text`: something typed, on one line or several, plain or in a format (e-mail, phone, URL). */
import * as Schema from "effect/Schema"
import type { Problem, Question, QuestionFinding, QuestionKind } from "./Kind.ts"
import { commonFields, whole } from "./common.ts"

export interface TextQuestion extends Question {
  readonly type: "text"
  /** A field of several lines. */
  readonly long?: boolean
  readonly format?: "email" | "phone" | "url"
  /** Lengths count Unicode code points, as a person counts letters. */
  readonly minLength?: number
  readonly maxLength?: number
  /** An HTML autocomplete token, so that phones fill the field in (WCAG 2.2, 1.3.5). */
  readonly autocomplete?: string
}

/** What a text may be at most when its question does not say: lines, and fields of several lines. */
const defaultMaxLength = (question: TextQuestion) => question.maxLength ?? (question.long === true ? 10_000 : 500)

export const schema = () =>
  Schema.Struct({
    ...commonFields,
    type: Schema.Literal("text"),
    long: Schema.optionalKey(Schema.Boolean),
    format: Schema.optionalKey(Schema.Literals(["email", "phone", "url"])),
    minLength: Schema.optionalKey(whole(0, 100_000)),
    maxLength: Schema.optionalKey(whole(1, 100_000)),
    autocomplete: Schema.optionalKey(
      Schema.String.check(
        Schema.isPattern(/^[a-z][a-z0-9 -]{0,60}$/u, { message: "Expected an HTML autocomplete token" }),
      ),
    ),
  })

const check = (question: TextQuestion): ReadonlyArray<QuestionFinding> =>
  (question.minLength ?? 0) > defaultMaxLength(question)
    ? [
        {
          code: "min-above-max",
          path: ["minLength"],
          message: `minLength ${question.minLength} is above the largest length ${defaultMaxLength(question)}, so no answer fits.`,
        },
      ]
    : []

const validate = (question: TextQuestion, answer: unknown): ReadonlyArray<Problem> => {
  if (typeof answer !== "string") return [{ code: "text-type", malformed: true }]
  const length = [...answer].length
  const problems: Array<Problem> = []
  const max = defaultMaxLength(question)
  const min = question.minLength ?? 0
  if (length > max) problems.push({ code: "text-too-long", values: { max, length } })
  if (length < min) problems.push({ code: "text-too-short", values: { min, length } })
  if (hasControlCharacters(answer, question.long === true)) problems.push({ code: "text-control-characters" })
  if (question.format !== undefined && !formats[question.format](answer.trim())) {
    problems.push({ code: `text-${question.format}` })
  }
  return problems
}

/** Tab and line breaks are typing; every other control character is a paste gone wrong or an attack on a log. */
const hasControlCharacters = (answer: string, long: boolean) =>
  // oxlint-disable-next-line no-control-regex -- looking for control characters is the purpose
  (long ? /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/ : /[\u0000-\u001f\u007f]/).test(answer)

const formats = {
  // the expression of HTML's own e-mail field, and a dot in the domain, as every address on the internet has one
  email: (answer: string) =>
    answer.length <= 254 &&
    /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)+$/i.test(answer),
  phone: (answer: string) =>
    /^\+?[\d\s().\-/]{5,40}$/.test(answer) &&
    answer.replace(/\D/g, "").length >= 5 &&
    answer.replace(/\D/g, "").length <= 15,
  // a host name of at least two labels, of characters that the URL standard allows in one; no user, any port and path.
  // No two parts can match the same characters, so that no answer takes long.
  url: (answer: string) =>
    /^https?:\/\/[^\s/?#@:.<>[\]\\^|%]+(\.[^\s/?#@:.<>[\]\\^|%]+)+\.?(:\d{1,5})?([/?#]\S*)?$/i.test(answer),
}

export const kind: QuestionKind<TextQuestion> = {
  type: "text",
  givenAs: "value",
  schema,
  check,
  isAnswered: (_question, answer) => typeof answer === "string" && answer.trim() !== "",
  validate,
  describe: (_question, answer) => (typeof answer === "string" ? answer.split(/\r?\n/) : []),
  answerSchema: (question) => ({
    type: "string",
    maxLength: defaultMaxLength(question),
    ...(question.minLength === undefined ? {} : { minLength: question.minLength }),
    ...(question.format === "email" ? { format: "email" } : question.format === "url" ? { format: "uri" } : {}),
  }),
}
