/** The kind `text`: something typed, on one line or several, plain, in a format (e-mail, phone, URL) or of a pattern. */
import * as Schema from "effect/Schema"
import { answers, maxLength, regexOf, type TextQuestion, validate } from "../AnswerKind/text.ts"
import type { Value } from "../Condition/Ast.ts"
import * as LocalText from "../LocalText/schema.ts"
import type { Budget, QuestionFinding, QuestionKind } from "./Kind.ts"
import { commonFields, whole } from "./common.ts"
import { judge, samples, type Verdict } from "./text/Pattern.ts"

export type { TextQuestion } from "../AnswerKind/text.ts"

const Regex = Schema.String.check(
  Schema.isMinLength(1, { message: "Expected a regular expression" }),
  Schema.isMaxLength(2000, { message: "Expected at most 2000 characters" }),
)

export const schema = () =>
  Schema.Struct({
    ...commonFields,
    type: Schema.Literal("text").annotateKey({ description: "Something typed, on one line or several." }),
    long: Schema.optionalKey(Schema.Boolean).annotateKey({ description: "A field of several lines." }),
    format: Schema.optionalKey(Schema.Literals(["email", "phone", "url"])).annotateKey({
      description: "Checks the answer, and gives a phone the right keyboard.",
    }),
    minLength: Schema.optionalKey(whole(0, 100_000)).annotateKey({ description: "At least so many characters." }),
    maxLength: Schema.optionalKey(whole(1, 100_000)).annotateKey({
      description: "At most so many characters; left out: 500, and 10,000 when it is long.",
    }),
    pattern: Schema.optionalKey(
      Schema.Union([
        Regex,
        Schema.Struct({
          regex: Regex.annotateKey({ description: "A regular expression of ECMAScript, with the flag u." }),
          message: Schema.optionalKey(LocalText.schema).annotateKey({
            description: "What the customer reads when it does not match.",
          }),
        }),
      ]).annotate({ message: "Expected a regular expression as text, or an object with regex and message" }),
    ).annotateKey({ description: "A regular expression that the whole answer has to match." }),
    autocomplete: Schema.optionalKey(
      Schema.String.check(
        Schema.isPattern(/^[a-z][a-z0-9 -]{0,60}$/u, { message: "Expected an HTML autocomplete token" }),
      ),
    ).annotateKey({ description: "An HTML autocomplete token, such as given-name, so that phones fill it in." }),
  })

const check = (question: TextQuestion, budget?: Budget): ReadonlyArray<QuestionFinding> => [
  ...((question.minLength ?? 0) > maxLength(question)
    ? [
        {
          code: "min-above-max",
          path: ["minLength"],
          message: `minLength ${question.minLength} is above the largest length ${maxLength(question)}, so no answer fits.`,
        },
      ]
    : []),
  ...(question.pattern === undefined
    ? []
    : finding(
        judge(regexOf(question.pattern), maxLength(question), budget),
        maxLength(question),
        typeof question.pattern === "string" ? ["pattern"] : ["pattern", "regex"],
      )),
]

const finding = (verdict: Verdict, longest: number, path: ReadonlyArray<string>): ReadonlyArray<QuestionFinding> => {
  switch (verdict.verdict) {
    case "safe":
      return []
    case "invalid":
      return [{ code: "invalid-pattern", path, message: `This is no regular expression: ${verdict.reason}.` }]
    case "exponential": {
      const message = `A text that repeats "${excerpt(verdict.pump)}" keeps this pattern busy for ever, as there are ever more ways to match it. Let only one part of a repetition match the same characters.`
      return [{ code: "catastrophic-pattern", path, message }]
    }
    case "slow": {
      const message = `A text of up to ${longest} characters, such as "${excerpt(verdict.text)}", keeps this pattern busy for too long. Lower maxLength, or let parts that follow one another match different characters.`
      return [{ code: "catastrophic-pattern", path, message }]
    }
    // refused like the others: customers and servers would be the ones to find out
    case "undecided": {
      const message = `Whether this pattern can keep a page busy for too long cannot be decided: ${verdict.reason}. Write it in a simpler way.`
      return [{ code: "pattern-not-decided", path, message }]
    }
  }
}

const excerpt = (text: string): string => {
  const characters = Array.from(text)
  return characters.length > 30 ? `${characters.slice(0, 30).join("")}…` : text
}

/** Candidates, the plainest first; those that do not fit are thrown away. */
const example = (question: TextQuestion, value?: Value): unknown => {
  const candidates = value === undefined ? candidatesOf(question) : [value]
  return candidates.find(
    (candidate) =>
      typeof candidate === "string" && candidate.trim() !== "" && validate(question, candidate).length === 0,
  )
}

const candidatesOf = (question: TextQuestion): ReadonlyArray<string> => {
  const min = question.minLength ?? 0
  const more = (length: number) => "x".repeat(Math.max(0, Math.min(length, maxLength(question))))
  const plain = {
    email: [
      "ann@example.com",
      "a@b.co",
      `${more(Math.min(64, min))}@example.com`,
      `a@${"example.".repeat(Math.ceil(min / 8))}com`,
    ],
    phone: [
      "+44 20 7946 0018",
      "12345",
      "1".repeat(Math.min(15, min)),
      `${"1".repeat(14)}${" ".repeat(Math.min(25, Math.max(0, min - 15)))}1`,
    ],
    url: ["https://example.com", "http://a.co", `https://example.com/${more(min - 20)}`],
    none: ["example", "x", `example${more(min - 7)}`, more(min)],
  }[question.format ?? "none"]
  return question.pattern === undefined
    ? plain
    : [...plain, ...samples(regexOf(question.pattern), Math.max(1, min), maxLength(question))]
}

export const kind: QuestionKind<TextQuestion> = {
  ...answers,
  schema,
  check,
  example,
  answerSchema: (question) => ({
    type: "string",
    maxLength: maxLength(question),
    ...(question.minLength === undefined ? {} : { minLength: question.minLength }),
    ...(question.format === "email" ? { format: "email" } : question.format === "url" ? { format: "uri" } : {}),
    ...(question.pattern === undefined ? {} : { pattern: `^(?:${regexOf(question.pattern)})$` }),
  }),
}
