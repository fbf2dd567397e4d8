/**
 * A questionnaire: sections of questions, as a JSON definition with a version (format.md). An author writes the JSON;
 * `check` reads it and says everything that is wrong with it, each finding at its line and column; what comes out
 * without an error is a `Questionnaire`, and every later step may rely on it.
 *
 * Words: the *definition* is the JSON, a *finding* is one thing wrong with it, an *item* is
 * whatever stands in a section or a group.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Crypto from "./Crypto.ts"
import * as JsonText from "./JsonText.ts"
import * as Migration from "./Migration.ts"
import type { Questionnaire, Section } from "./Questionnaire/Definition.ts"
import * as Definition from "./Questionnaire/Definition.ts"
import * as Dependencies from "./Questionnaire/Dependencies.ts"
import * as Envelope from "./Questionnaire/Envelope.ts"
import * as Findings from "./Questionnaire/Findings.ts"
import * as Ids from "./Questionnaire/Ids.ts"
import * as Nodes from "./Questionnaire/Nodes.ts"
import * as Outline from "./Questionnaire/Outline.ts"
import * as Reachability from "./Questionnaire/Reachability.ts"
import * as References from "./Questionnaire/References.ts"
import * as Suppressions from "./Questionnaire/Suppressions.ts"
import * as Texts from "./Questionnaire/Texts.ts"
import * as TypeCheck from "./Questionnaire/TypeCheck.ts"
import * as Types from "./Questionnaire/Types.ts"
import * as QuestionKind from "./QuestionKind.ts"

export type { Questionnaire, Section } from "./Questionnaire/Definition.ts"
export type { Finding } from "./Questionnaire/Findings.ts"

/** What a request pins: exactly this definition and no other. `questions` counts its items. */
export const QuestionnaireRef = Schema.Struct({
  id: Schema.String,
  version: Schema.Int,
  hash: Schema.String,
  questions: Schema.Int,
  /** Ids of its sections, in reading order: the items of a request. */
  sections: Schema.Array(Schema.String),
  /** Questions whose documents are for a check (P17), with their item and the check's name; left out: none. */
  checks: Schema.optionalKey(
    Schema.Array(Schema.Struct({ item: Schema.String, question: Schema.String, check: Schema.String })),
  ),
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
  const endless = Envelope.endless(parsed.success)
  if (endless !== undefined) return { questionnaire: null, findings: Findings.inOrder(parsed.success, [endless]) }
  const { questionnaire, questions, problems } = Envelope.decode(parsed.success.value, kinds)
  // what the kinds may spend on proofs about patterns, for all questions together
  const budget = { left: 20_000_000 }
  const found = [
    ...parsed.success.duplicates.map(Findings.duplicateKey),
    ...problems,
    ...Ids.check(Ids.of(parsed.success.value, kinds)),
    ...questions.flatMap(({ question, path }) =>
      (kinds.get(question.type)?.check(question, budget) ?? []).map((finding) => Findings.fromQuestion(path, finding)),
    ),
  ]
  const all = questionnaire === null ? found : withMeaning(questionnaire, kinds, found)
  const findings = Findings.inOrder(parsed.success, all)
  return { questionnaire: isRefused(all) ? null : questionnaire, findings }
}

/**
 * Reads a definition that `check` found right before, such as one that was stored then: its shape is decoded, what it
 * means is not looked at again. Null when the shape is wrong after all. Never throws.
 */
export const read = (text: string, kinds: QuestionKind.Registry = QuestionKind.standard): Questionnaire | null => {
  const parsed = JsonText.parse(text)
  if (Result.isFailure(parsed) || Envelope.endless(parsed.success) !== undefined) return null
  return Envelope.decode(parsed.success.value, kinds).questionnaire
}

const isRefused = (problems: ReadonlyArray<Findings.Problem>): boolean =>
  problems.some(({ severity }) => severity === "error")

/**
 * What was found in the parts, and what the parts mean for one another once each of them has its right shape; without
 * what the author has suppressed.
 */
const withMeaning = (
  questionnaire: Questionnaire,
  kinds: QuestionKind.Registry,
  found: ReadonlyArray<Findings.Problem>,
): ReadonlyArray<Findings.Problem> => {
  const outline = Outline.of(questionnaire)
  const nodes = outline.conditions.flatMap(Nodes.nodesOf)
  const uses = [...nodes.flatMap(Nodes.usesIn), ...outline.operands.flatMap((site) => Nodes.usesOf(site))]
  const dependencies = Dependencies.of(outline, uses)
  const types = Types.of(outline, dependencies, kinds)
  const problems = [
    ...found,
    ...References.check(outline, uses, dependencies, types),
    ...Dependencies.cycles(dependencies),
    ...TypeCheck.check(outline, nodes, types),
    ...Texts.missingTranslations(outline),
    ...Migration.checkAlone(questionnaire, kinds),
  ]
  const reached = isRefused(problems) ? [] : Reachability.findings(questionnaire, kinds)
  return Suppressions.apply(outline, [...problems, ...reached])
}

/** All items, groups and what they hold, in reading order. */
export const questions = (questionnaire: Questionnaire): ReadonlyArray<QuestionKind.Question> =>
  Definition.questions(questionnaire)

/** The item of that id, or undefined. */
export const question = (questionnaire: Questionnaire, id: string): QuestionKind.Question | undefined =>
  Definition.question(questionnaire, id)

/** The section of that id, or undefined. */
export const section = (questionnaire: Questionnaire, id: string): Section | undefined =>
  Definition.section(questionnaire, id)

/** The languages that any text of the questionnaire is written in, its own first. */
export const languages = (questionnaire: Questionnaire): ReadonlyArray<string> =>
  Texts.languages(Outline.of(questionnaire))

/** What a request pins of it: id, version, and the SHA-256 of the canonical form (RFC 8785) as hex. */
export const reference = Effect.fnUntraced(function* (
  questionnaire: Questionnaire,
): Effect.fn.Return<QuestionnaireRef, never, Crypto.Crypto> {
  const hash = yield* Crypto.sha256Hex(JsonText.canonical(questionnaire))
  const checks = Definition.checks(questionnaire)
  return {
    id: questionnaire.id,
    version: questionnaire.version,
    hash,
    questions: questions(questionnaire).length,
    sections: questionnaire.sections.map((section) => section.id),
    ...(checks.length === 0 ? {} : { checks }),
  }
})

/** JSON Schema (draft 2020-12) of the definition format, for completion in an author's editor. */
export const jsonSchema = (kinds: QuestionKind.Registry = QuestionKind.standard): Record<string, unknown> =>
  Envelope.jsonSchema(kinds)
