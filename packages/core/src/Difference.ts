/**
 * What changed from one version of a questionnaire to a later one, as seen by the answers to the earlier one. Every
 * change is *safe* (answers stay valid and mean the same), *migratable* (a migration step carries them over) or
 * *breaking* (neither: some answers become wrong, vanish, are missing, or mean something else).
 *
 * | code | kind | when |
 * | --- | --- | --- |
 * | `text-changed`, `label-changed`, `presentation-changed` | safe | titles, ends, labels, help, attachments |
 * | `statement-changed` | breaking | the words that somebody agrees to; a new translation of them is safe |
 * | `section-added`, `section-removed`, `reordered`, `question-moved` | safe | what is asked stays; of a move with other conditions, `condition-changed` or `asked-more` says so |
 * | `question-added` | safe | optional; or required, but never asked of those who answered before (behind a new option or a new question) |
 * | `required-added` | breaking | required: earlier answers lack it. Migratable and covered when a migration sets it |
 * | `question-removed` | migratable | covered by `drop` or `rename`; suggested: the new question that looks the same. Safe for what has no answers |
 * | `question-renamed` | migratable | covered: a migration renames it |
 * | `repeat-changed` | breaking | in other repeated groups than before |
 * | `type-changed` | safe | another kind with the same values, all of which it takes |
 * | `type-changed` | migratable | convertible; covered by `convert`. The limits of the new type are for `Migration.prove` |
 * | `type-changed` | breaking | not convertible |
 * | `option-added`, `option-offered-more` | safe | |
 * | `option-removed`, `option-renamed` | migratable | covered by `mapOptions` |
 * | `limit-loosened` | safe | lengths, sizes, counts, ranges, decimals, formats, patterns, media types that allow all they allowed |
 * | `limit-tightened` | breaking | or that may refuse what they allowed; a limit that depends on answers and changed |
 * | `meaning-changed` | breaking | the unit of a number |
 * | `required-less` | safe | the new condition implies the old one |
 * | `required-more` | breaking | migratable and covered when a migration sets an answer |
 * | `asked-more` | safe, or as `required-more` | the old conditions imply the new ones; breaking where it is required |
 * | `condition-changed` | breaking | asked, or an option offered, where the old condition does not imply the new one |
 * | `context-added`, `context-removed`, `context-extended`, `calculation-changed` | safe | conditions that read them are compared with them written out |
 * | `context-changed` | breaking | of another type: callers supply the wrong one |
 * | `property-changed` | breaking | of a kind that nobody here knows |
 * | `other-questionnaire` | breaking | another id |
 *
 * Conditions are compared by what they say: names written out, ids and options in the words of the later version. That
 * one implies another is found by their shape, so that a condition rewritten in quite another way counts as changed.
 */
import type { Change } from "./Difference/Change.ts"
import { compareQuestions } from "./Difference/questions.ts"
import * as JsonText from "./JsonText.ts"
import { chain } from "./Migration/Steps.ts"
import { follow } from "./Migration/Track.ts"
import type { Questionnaire } from "./Questionnaire/Definition.ts"
import { questions } from "./Questionnaire/Definition.ts"
import type { Problem } from "./Questionnaire/Findings.ts"
import { type Registry, standard } from "./QuestionKind.ts"

export type { Change } from "./Difference/Change.ts"

/** The changes from `from` to `to`; `covered` and renamed questions by the migrations of `to` from that version. */
export const diff = (from: Questionnaire, to: Questionnaire, kinds: Registry = standard): ReadonlyArray<Change> => [
  ...compareWhole(from, to),
  ...compareSections(from, to),
  ...compareQuestions(from, to, follow(from, to, chain(to, from.version), kinds), kinds),
  ...compareContext(from, to),
  ...compareCalculated(from, to),
]

export interface Verdict {
  /** May `to` take the place of `from` while requests on `from` are open? */
  readonly publishable: boolean
  readonly changes: ReadonlyArray<Change>
  /** Those that forbid it: breaking ones, and migratable ones that no migration covers. */
  readonly blocking: ReadonlyArray<Change>
  /** What is wrong with the migrations themselves. */
  readonly problems: ReadonlyArray<Problem>
  /** Definitions that differ have different versions, the later one the higher. */
  readonly isLater: boolean
}

export const verdict = (from: Questionnaire, to: Questionnaire, kinds: Registry = standard): Verdict => {
  const changes = diff(from, to, kinds)
  const { problems } = follow(from, to, chain(to, from.version), kinds)
  const blocking = changes.filter(
    ({ kind, covered }) => kind === "breaking" || (kind === "migratable" && covered !== true),
  )
  const isLater = to.version > from.version || JsonText.canonical(from) === JsonText.canonical(to)
  const isRefused = blocking.length > 0 || problems.some(({ severity }) => severity === "error") || !isLater
  return { publishable: !isRefused, changes, blocking, problems, isLater }
}

/** May `to` be published while requests on `from` are open? `verdict` says why not. */
export const publishable = (from: Questionnaire, to: Questionnaire, kinds: Registry = standard): boolean =>
  verdict(from, to, kinds).publishable

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)

const compareWhole = (from: Questionnaire, to: Questionnaire): ReadonlyArray<Change> => {
  const texts = (["title", "description", "language", "ends"] as const).filter((name) => differs(from[name], to[name]))
  const said = texts.map((name): Change => ({
    kind: "safe",
    code: "text-changed",
    id: "",
    ...(from[name] === undefined ? {} : { from: `/${name}` }),
    ...(to[name] === undefined ? {} : { to: `/${name}` }),
    message: `"${name}" of the questionnaire changed.`,
  }))
  if (from.id === to.id) return said
  const message = `This is another questionnaire: "${to.id}" instead of "${from.id}".`
  return [{ kind: "breaking", code: "other-questionnaire", id: "", from: "/id", to: "/id", message }, ...said]
}

const compareSections = (from: Questionnaire, to: Questionnaire): ReadonlyArray<Change> => {
  const before = new Map(from.sections.map((section, s) => [section.id, { section, pointer: `/sections/${s}` }]))
  const after = new Map(to.sections.map((section, s) => [section.id, { section, pointer: `/sections/${s}` }]))
  const isReordered = (a: Iterable<string>, b: Iterable<string>) => {
    const [ours, theirs] = [[...a], [...b]]
    const [known, shared] = [new Set(ours), new Set(theirs)]
    return differs(
      ours.filter((id) => shared.has(id)),
      theirs.filter((id) => known.has(id)),
    )
  }
  const changes: Array<Change> = []
  if (isReordered(before.keys(), after.keys()))
    changes.push({
      kind: "safe",
      code: "reordered",
      id: "",
      from: "/sections",
      to: "/sections",
      message: "The sections have another order.",
    })
  for (const [id, { pointer }] of before)
    if (!after.has(id))
      changes.push({
        kind: "safe",
        code: "section-removed",
        id,
        from: pointer,
        message: `The section "${id}" is gone.`,
      })
  for (const [id, { section, pointer }] of after) {
    const old = before.get(id)
    const at = { from: old?.pointer ?? "", to: pointer }
    if (old === undefined)
      changes.push({ kind: "safe", code: "section-added", id, to: pointer, message: `The section "${id}" is new.` })
    else {
      if (differs([old.section.title, old.section.description], [section.title, section.description]))
        changes.push({
          kind: "safe",
          code: "text-changed",
          id,
          ...at,
          message: `The title or description of the section "${id}" changed.`,
        })
      if (
        isReordered(
          old.section.items.map(({ id }) => id),
          section.items.map(({ id }) => id),
        )
      )
        changes.push({
          kind: "safe",
          code: "reordered",
          id,
          ...at,
          message: `The questions of the section "${id}" have another order.`,
        })
    }
  }
  return changes
}

const compareContext = (from: Questionnaire, to: Questionnaire): ReadonlyArray<Change> => {
  const before = new Map(Object.entries(from.context ?? {}))
  const after = new Map(Object.entries(to.context ?? {}))
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((id): ReadonlyArray<Change> => {
    const [old, now] = [before.get(id), after.get(id)]
    const pointer = JsonText.pointer(["context", id])
    if (old === undefined)
      return [{ kind: "safe", code: "context-added", id, to: pointer, message: `The caller may supply "${id}" too.` }]
    if (now === undefined)
      return [{ kind: "safe", code: "context-removed", id, from: pointer, message: `"${id}" is not read any more.` }]
    if (!differs(old, now)) return []
    const keeps = old.type === now.type && (old.options ?? []).every((value) => now.options?.includes(value) === true)
    const message = keeps
      ? `"${id}" can have more values.`
      : `"${id}" is of another type: what callers supply does not fit.`
    return [
      {
        kind: keeps ? "safe" : "breaking",
        code: keeps ? "context-extended" : "context-changed",
        id,
        from: pointer,
        to: pointer,
        message,
      },
    ]
  })
}

const compareCalculated = (from: Questionnaire, to: Questionnaire): ReadonlyArray<Change> => {
  const all = (questionnaire: Questionnaire) =>
    new Map(
      [...questionnaire.sections, ...questions(questionnaire)].flatMap(({ calculated }) =>
        Object.entries(calculated ?? {}),
      ),
    )
  const [before, after] = [all(from), all(to)]
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((id) => differs(before.get(id), after.get(id)))
    .map((id): Change => ({
      kind: "safe",
      code: "calculation-changed",
      id,
      message: `The calculated value "${id}" changed.`,
    }))
}
