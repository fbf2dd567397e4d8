/** Tries migrations out on answers that are made up: no proof in logic, but every failure is a real one, with its witness. */
import * as Answers from "../Answers.ts"
import type { Questionnaire } from "../Questionnaire/Definition.ts"
import { type Registry, standard } from "../QuestionKind.ts"
import { carry } from "./carry.ts"
import * as Sample from "./Sample.ts"
import { chain } from "./Steps.ts"

export interface Proof {
  /** How many different sets of answers, valid as drafts of the old version, were carried over. */
  readonly samples: number
  /** The first that is no valid draft of the new one; null when there is none. */
  readonly failure: {
    readonly answers: Answers.Answers
    readonly migrated: Answers.Answers
    readonly issues: ReadonlyArray<Answers.Issue>
  } | null
}

/** Carries `samples` (200) sets of answers from one version to the other; the same `seed` (1) makes the same ones. */
export const prove = (
  from: Questionnaire,
  to: Questionnaire,
  options: { readonly kinds?: Registry; readonly samples?: number; readonly seed?: number } = {},
): Proof => {
  const { kinds = standard, samples = 200, seed = 1 } = options
  const random = Sample.seeded(seed)
  const steps = chain(to, from.version)
  const seen = new Set<string>()
  for (let i = 0; i < samples; i++) {
    const answers = validDraft(from, Sample.answers(from, kinds, random), kinds)
    if (answers === undefined) continue
    const text = JSON.stringify(answers)
    if (seen.has(text)) continue
    seen.add(text)
    const migrated = carry(to, steps, answers, kinds).answers
    const issues = Answers.validate(to, migrated, { kinds, draft: true })
    if (issues.length > 0) return { samples: seen.size, failure: { answers, migrated, issues } }
  }
  return { samples: seen.size, failure: null }
}

/** The answers without those that are wrong; undefined when some stay wrong. */
export const validDraft = (
  questionnaire: Questionnaire,
  answers: Answers.Answers,
  kinds: Registry,
): Answers.Answers | undefined => {
  let left = answers
  for (let round = 0; round < 5; round++) {
    const wrong = new Set(Answers.validate(questionnaire, left, { kinds, draft: true }).map(({ pointer }) => pointer))
    if (wrong.size === 0) return left
    left = without(left, "", wrong)
  }
  return undefined
}

/** Leaves out the answers at these pointers. Ids and indexes need no escape in a pointer. */
const without = (
  answers: Answers.Answers,
  base: string,
  pointers: ReadonlySet<string>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(answers).flatMap(([id, answer]): ReadonlyArray<[string, unknown]> => {
      const pointer = `${base}/${id}`
      if (pointers.has(pointer)) return []
      const list: ReadonlyArray<unknown> | undefined = Array.isArray(answer) ? answer : undefined
      if (list === undefined || ![...pointers].some((one) => one.startsWith(`${pointer}/`))) return [[id, answer]]
      const kept = list.flatMap((one, i) =>
        pointers.has(`${pointer}/${i}`) ? [] : [isRecord(one) ? without(one, `${pointer}/${i}`, pointers) : one],
      )
      return [[id, kept]]
    }),
  )

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
