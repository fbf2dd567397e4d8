/**
 * The steps that lead from the answers of one version to those of another, in the order in which they are taken.
 *
 * Words: the *chain* is all of them; a *final* id is what an id is called after the whole chain.
 */
import type { MigrationStep, Questionnaire } from "../Questionnaire/Definition.ts"

export interface StepAt {
  readonly step: MigrationStep
  /** In the definition that has the migrations. */
  readonly path: ReadonlyArray<string | number>
}

/**
 * The steps for answers of version `from`: those of every migration from that version or a later one, by version. A
 * version without a migration needs none: its answers are those of the next one.
 */
export const chain = (questionnaire: Questionnaire, from: number): ReadonlyArray<StepAt> =>
  (questionnaire.migrations ?? [])
    .map((migration, m) => ({ ...migration, path: ["migrations", m, "steps"] }))
    .filter((migration) => migration.from >= from && migration.from < questionnaire.version)
    .sort((a, b) => a.from - b.from)
    .flatMap(({ steps, path }) => steps.map((step, s) => ({ step, path: [...path, s] })))

/**
 * What ids are called in the end: `before` of those in the answers that the chain starts from, `at` of the id that each
 * step is about (of a rename the new one). Undefined: dropped on the way, or not there.
 */
export interface Finals {
  readonly before: (id: string) => string | undefined
  readonly at: ReadonlyArray<string | undefined>
}

export const finals = (chain: ReadonlyArray<StepAt>): Finals => {
  const later = new Map<string, string | undefined>()
  const final = (id: string) => (later.has(id) ? later.get(id) : id)
  const at: Array<string | undefined> = []
  for (let i = chain.length - 1; i >= 0; i--) {
    const step = chain[i]?.step
    if (step === undefined) continue
    if ("rename" in step) {
      const [old, now] = step.rename
      at[i] = final(now)
      later.set(now, undefined)
      later.set(old, at[i])
    } else if ("drop" in step) for (const id of step.drop) later.set(id, undefined)
    else at[i] = final("mapOptions" in step ? step.mapOptions[0] : "convert" in step ? step.convert[0] : step.set[0])
  }
  return { before: final, at }
}
