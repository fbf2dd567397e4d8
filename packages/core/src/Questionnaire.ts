/**
 * A questionnaire: sections of questions, as a JSON definition with a version (format.md). An author writes the JSON;
 * `check` reads it and says everything that is wrong with it, each finding at its line and column; what comes out
 * without an error is a `Questionnaire`, and every later step may rely on it.
 *
 * Words: the *definition* is the JSON, a *finding* is one thing wrong with it, an *item* of a section is a question.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Crypto from "./Crypto.ts"
import * as JsonText from "./JsonText.ts"
import type { Questionnaire, Section } from "./Questionnaire/Definition.ts"
import * as Envelope from "./Questionnaire/Envelope.ts"
import * as Findings from "./Questionnaire/Findings.ts"
import * as QuestionKind from "./QuestionKind.ts"

export type { Questionnaire, Section } from "./Questionnaire/Definition.ts"
export type { Finding } from "./Questionnaire/Findings.ts"

/** What a request pins: exactly this definition and no other. `questions` counts its items. */
export const QuestionnaireRef = Schema.Struct({
  id: Schema.String,
  version: Schema.Int,
  hash: Schema.String,
  questions: Schema.Int,
})
export type QuestionnaireRef = typeof QuestionnaireRef.Type

export interface Checked {
  /** The questionnaire, when nothing of severity `error` was found. */
  readonly questionnaire: Questionnaire | null
  /** In the order of the text. */
  readonly findings: ReadonlyArray<Findings.Finding>
}

/** Reads a definition from its JSON text and finds everything that is wrong with it. Never throws. */
export const check = (text: string, kinds: QuestionKind.Registry = QuestionKind.standard): Checked => {
  const parsed = JsonText.parse(text)
  if (Result.isFailure(parsed)) return { questionnaire: null, findings: [Findings.fromSyntax(parsed.failure)] }
  const { questionnaire, questions, problems } = Envelope.decode(parsed.success.value, kinds)
  const findings = Findings.inOrder(parsed.success, [
    ...parsed.success.duplicates.map(Findings.duplicateKey),
    ...problems,
    ...Findings.duplicateIds(Envelope.ids(parsed.success.value)),
    ...questions.flatMap(({ question, path }) =>
      (kinds.get(question.type)?.check(question) ?? []).map((finding) => Findings.fromQuestion(path, finding)),
    ),
    // which languages there are is known only once every text is one
    ...(questionnaire === null ? [] : Findings.missingTranslations(questionnaire)),
  ])
  const refused = findings.some(({ severity }) => severity === "error")
  return { questionnaire: refused ? null : questionnaire, findings }
}

/** All questions, in reading order. */
export const questions = (questionnaire: Questionnaire): ReadonlyArray<QuestionKind.Question> =>
  questionnaire.sections.flatMap((section) => section.items)

/** The question of that id, or undefined. */
export const question = (questionnaire: Questionnaire, id: string): QuestionKind.Question | undefined =>
  questions(questionnaire).find((one) => one.id === id)

/** The section of that id, or undefined. */
export const section = (questionnaire: Questionnaire, id: string): Section | undefined =>
  questionnaire.sections.find((one) => one.id === id)

/** The languages that any text of the questionnaire is written in, its own first. */
export const languages = (questionnaire: Questionnaire): ReadonlyArray<string> => Findings.languages(questionnaire)

/** What a request pins of it: id, version, and the SHA-256 of the canonical form (RFC 8785) as hex. */
export const reference = Effect.fnUntraced(function* (
  questionnaire: Questionnaire,
): Effect.fn.Return<QuestionnaireRef, never, Crypto.Crypto> {
  const hash = yield* Crypto.sha256Hex(JsonText.canonical(questionnaire))
  return { id: questionnaire.id, version: questionnaire.version, hash, questions: questions(questionnaire).length }
})

/** JSON Schema (draft 2020-12) of the definition format, for completion in an author's editor. */
export const jsonSchema = (kinds: QuestionKind.Registry = QuestionKind.standard): Record<string, unknown> =>
  Envelope.jsonSchema(kinds)
