/** Answers of the kind `text`: something typed, on one line or several, plain, in a format, or of a pattern. */
import type { AnswerKind, FillKind, Problem } from "../AnswerKind.ts"
import type { LocalText } from "../LocalText.ts"
import type { Question } from "../Questionnaire/Definition.ts"
import { described } from "./described.ts"

export interface TextQuestion extends Question {
  readonly type: "text"
  /** A field of several lines. */
  readonly long?: boolean
  readonly format?: "email" | "phone" | "url"
  /** Lengths count Unicode code points, as a person counts letters. */
  readonly minLength?: number
  readonly maxLength?: number
  /** What the whole answer has to look like. */
  readonly pattern?: string | Pattern
  /** An HTML autocomplete token, so that phones fill the field in (WCAG 2.2, 1.3.5). */
  readonly autocomplete?: string
}

/** A pattern with a sentence of the author's own. */
export interface Pattern {
  /** ECMAScript, with the flag `u`. */
  readonly regex: string
  /** What the customer reads when the answer does not match. */
  readonly message?: LocalText
}

/** What a text may be at most: when its question does not say, 500, and 10,000 in a field of several lines. */
export const maxLength = (question: TextQuestion): number =>
  question.maxLength ?? (question.long === true ? 10_000 : 500)

/** The expression that a whole answer has to match. Throws the engine's SyntaxError when it is none. */
export const compile = (regex: string): RegExp => {
  // compiled alone first: `a)(?:b` is no expression, though it would be one inside the brackets
  const { source } = new RegExp(regex, "u")
  return new RegExp(`^(?:${source})$`, "u")
}

/** The expression of a pattern of either form. */
export const regexOf = (pattern: string | Pattern): string => (typeof pattern === "string" ? pattern : pattern.regex)

const matches = (regex: string, answer: string): boolean => {
  try {
    return compile(regex).test(answer)
  } catch {
    // no expression, or one that the engine finds too large when it uses it: the checker has refused both
    return false
  }
}

/** What is wrong with an answer; its place does not matter. */
export const validate = (question: TextQuestion, answer: unknown): ReadonlyArray<Problem> => {
  if (typeof answer !== "string") return [{ code: "text-type", malformed: true }]
  const length = codePoints(answer)
  const problems: Array<Problem> = []
  const max = maxLength(question)
  const min = question.minLength ?? 0
  if (length > max) problems.push({ code: "text-too-long", values: { max, length } })
  if (length < min) problems.push({ code: "text-too-short", values: { min, length } })
  if (hasControlCharacters(answer, question.long === true)) problems.push({ code: "text-control-characters" })
  if (question.format !== undefined && !formats[question.format](answer.trim())) {
    problems.push({ code: `text-${question.format}` })
  }
  // a pattern was found safe for texts up to the longest answer, so it never sees a longer one
  if (question.pattern !== undefined && length <= max && !matches(regexOf(question.pattern), answer)) {
    const message = typeof question.pattern === "string" ? undefined : question.pattern.message
    problems.push({ code: "text-pattern", ...(message && { message }) })
  }
  return problems
}

/** How many letters a person counts. */
export const codePoints = (text: string): number => {
  let count = 0
  for (const _ of text) count++
  return count
}

/** Tab and line breaks are typing; every other control character is a paste gone wrong or an attack on a log. */
const hasControlCharacters = (answer: string, long: boolean) =>
  // oxlint-disable-next-line no-control-regex -- looking for control characters is the purpose
  /[\u0000-\u001f\u007f]/.test(long ? answer.replace(/[\t\n\r]/g, "") : answer) || !answer.isWellFormed()

const formats = {
  // the expression of HTML's own e-mail field, and a dot in the domain, as every address on the internet has one
  email: (answer: string) =>
    answer.length <= 254 &&
    /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)+$/i.test(answer),
  phone: (answer: string) => /^\+?[\d\s().\-/]{5,40}$/.test(answer) && /^\d{5,15}$/.test(answer.replace(/\D/g, "")),
  // a host name of at least two labels, of characters that the URL standard allows in one; no user, any port and path.
  // No two parts can match the same characters, so that no answer takes long.
  url: (answer: string) =>
    /^https?:\/\/[^\s/?#@:.<>[\]\\^|%]+(\.[^\s/?#@:.<>[\]\\^|%]+)+\.?(:\d{1,5})?([/?#]\S*)?$/i.test(answer),
}

const isAnswered = (_question: TextQuestion, answer: unknown): answer is string =>
  typeof answer === "string" && answer.trim() !== ""

export const filling: FillKind<TextQuestion> = {
  type: "text",
  givenAs: "value",
  valueType: () => ({ type: "text" }),
  value: (question, answer) => (isAnswered(question, answer) ? answer : undefined),
  isAnswered,
  validate,
}

export const answers: AnswerKind<TextQuestion> = /* @__PURE__ */ described(filling, (_question, answer) =>
  typeof answer === "string" ? answer.split(/\r?\n/) : [],
)
