/** Answers of the kind `number`: a JSON number, whole or with decimals, between limits, of a unit. */
import type { AnswerKind, FillKind, Problem } from "../AnswerKind.ts"
import type { Operand, Scope } from "../Condition/Ast.ts"
import { type LocalText, locales, resolve } from "../LocalText.ts"
import type { Question } from "../Questionnaire/Definition.ts"
import { described } from "./described.ts"

/** The limits are allowed themselves. One that is not answered does not limit. */
export interface Limits {
  readonly min?: Operand
  readonly max?: Operand
}

export interface NumberQuestion extends Question, Limits {
  readonly type: "number"
  /** Digits after the point, at most; 0 for whole numbers; left out: any. */
  readonly decimals?: number
  /** What is counted: `€`, `km`, `%`. */
  readonly unit?: LocalText
}

/** What was typed and is no number may stand in a draft, up to this length, until it is put right. */
const longestTyping = 100

/** Something typed that is not (yet) an answer of its kind, as opposed to what no field can send. */
export const isTyping = (answer: unknown): boolean => typeof answer === "string" && answer.length <= longestTyping

/**
 * Digits after the point, of the shortest decimal that is this number: exact, where arithmetic on 0.1 is not.
 * `1.50` has 1, `1e-7` has 7.
 */
export const decimalsOf = (number: number): number => {
  const [digits = "", exponent = "0"] = String(number).split("e")
  const point = digits.indexOf(".")
  return Math.max(0, (point < 0 ? 0 : digits.length - point - 1) - Number(exponent))
}

/** What is wrong with an answer beyond the limits of its question. A limit that is not answered does not limit. */
export const beyond = (
  answer: string | number,
  { min, max }: Limits,
  scope: Scope,
  tooLow: string,
  tooHigh: string,
): Array<Problem> => {
  const broken = (code: string, name: "min" | "max", operand: Operand | undefined) => {
    const limit = typeof operand === "object" ? scope.value(operand) : operand
    const isLimit = (typeof limit === "string" || typeof limit === "number") && typeof limit === typeof answer
    return isLimit && (name === "min" ? answer < limit : answer > limit) ? [{ code, values: { [name]: limit } }] : []
  }
  return [...broken(tooLow, "min", min), ...broken(tooHigh, "max", max)]
}

const isAnswered = (_question: NumberQuestion, answer: unknown): answer is number =>
  typeof answer === "number" && Number.isFinite(answer)

const validate = (question: NumberQuestion, answer: unknown, scope: Scope): ReadonlyArray<Problem> => {
  if (!isAnswered(question, answer)) return [{ code: "number-type", malformed: !isTyping(answer) }]
  const problems = beyond(answer, question, scope, "number-too-small", "number-too-large")
  const { decimals } = question
  if (decimals !== undefined && decimalsOf(answer) > decimals)
    problems.push({ code: "number-decimals", values: { max: decimals } })
  return problems
}

/** As it is written in the first of the languages, with all its digits. */
export const describeNumber = (number: number, languages: ReadonlyArray<string>): string =>
  new Intl.NumberFormat(locales(languages), { maximumSignificantDigits: 21 }).format(number)

export const filling: FillKind<NumberQuestion> = {
  type: "number",
  givenAs: "value",
  valueType: ({ min, max, decimals }) => ({ type: "number", min, max, decimals }),
  // minus nought is nought
  value: (question, answer) => (isAnswered(question, answer) ? answer + 0 : undefined),
  isAnswered,
  validate,
}

export const answers: AnswerKind<NumberQuestion> = /* @__PURE__ */ described(filling, (question, answer, languages) => {
  if (!isAnswered(question, answer)) return []
  const number = describeNumber(answer, languages)
  // a no-break space: a number and its unit stay on one line
  return [question.unit === undefined ? number : `${number}\u00a0${resolve(question.unit, languages)}`]
})
