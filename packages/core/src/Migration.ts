/**
 * Migrations: how the answers that a customer gave to one version of a questionnaire become answers to a later one. They
 * are data in the later definition, a list of steps for each version that needs some:
 *
 * - `{ rename: [old, new] }`: the answers to `old` are now those to `new`
 * - `{ mapOptions: [id, { old: new }] }`: picked options have other values now; what the map does not name stays, and
 *   the customer's own words go by the name `other`
 * - `{ drop: [id] }`: left out; of a repeated group, with everything in it
 * - `{ convert: [id, to] }`: to `text` a number, a date or picked options (by their values); to `number` a text or
 *   option that is a decimal number; to `one` a list of one picked option, or a text that is an option's value (or else
 *   becomes the customer's own words, where there is room for them); to `many` one picked option
 * - `{ set: [id, value] }`: an answer where there is none
 *
 * A step names an id and works wherever its answers lie, in each instance of a repeated group too. An answer that cannot
 * be converted is left out and reported; nothing else is touched. What comes out is a draft: whether it is complete, the
 * later version says.
 */
import * as Result from "effect/Result"
import * as JsonText from "./JsonText.ts"
import { carry } from "./Migration/carry.ts"
import { chain } from "./Migration/Steps.ts"
import { follow } from "./Migration/Track.ts"
import type { Questionnaire } from "./Questionnaire/Definition.ts"
import { problem, type Problem } from "./Questionnaire/Findings.ts"
import { type Registry, standard } from "./QuestionKind.ts"

export type { Migration, MigrationStep } from "./Questionnaire/Definition.ts"
export { prove, type Proof } from "./Migration/prove.ts"

export interface Migrated {
  readonly answers: Readonly<Record<string, unknown>>
  /** What did not come along, with its pointer into the answers before. */
  readonly dropped: ReadonlyArray<Dropped>
}

export interface Dropped {
  readonly pointer: string
  readonly value: unknown
  /** A step says so; it cannot be converted; or there was an answer under its new id. */
  readonly reason: "dropped" | "not-convertible" | "taken"
}

/** The answers are those of a later version than the one they should become answers to. */
export interface FromLater {
  readonly code: "from-later-version"
  readonly from: number
  readonly to: number
}

/**
 * Answers of version `from` as answers to `to`. Pure: the answers given are left as they are. Of versions between, the
 * migrations are taken one after the other.
 */
export const migrate = (
  to: Questionnaire,
  from: number,
  answers: Readonly<Record<string, unknown>>,
  kinds: Registry = standard,
): Result.Result<Migrated, FromLater> => {
  if (from > to.version) return Result.fail({ code: "from-later-version", from, to: to.version })
  const carried = carry(to, chain(to, from), answers, kinds)
  return Result.succeed({
    answers: carried.answers,
    dropped: carried.dropped.map(({ path, value, reason }) => ({ pointer: JsonText.pointer(path), value, reason })),
  })
}

/**
 * What is wrong with the steps that lead from one version to the other, by the two definitions alone. Paths are those of
 * `to`. What the steps leave undone is for `Difference`.
 */
export const check = (from: Questionnaire, to: Questionnaire, kinds: Registry = standard): ReadonlyArray<Problem> =>
  follow(from, to, chain(to, from.version), kinds).problems

/** What can be said about the migrations of a definition without the versions that they are from. */
export const checkAlone = (questionnaire: Questionnaire, kinds: Registry = standard): ReadonlyArray<Problem> => {
  const seen = new Set<number>()
  const versions = (questionnaire.migrations ?? []).flatMap(({ from }, m): ReadonlyArray<Problem> => {
    const path = ["migrations", m, "from"]
    const twice = seen.has(from)
    seen.add(from)
    return [
      ...(from >= questionnaire.version
        ? [problem("migration-from", path, `A migration is from a version before this one, ${questionnaire.version}.`)]
        : []),
      ...(twice ? [problem("migration-from-twice", path, `There are two migrations from version ${from}.`)] : []),
    ]
  })
  return [...versions, ...follow(undefined, questionnaire, chain(questionnaire, 0), kinds).problems]
}
