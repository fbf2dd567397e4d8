/**
 * What becomes of each question on the way through the steps, found without any answers: the ground that the static
 * checks and the difference of two versions stand on.
 *
 * Words: a *track* follows the answers to one question, under whatever id they have at the time; its *form* is what the
 * answers look like.
 */
import type { Literal } from "../Condition/Ast.ts"
import type { Question, Questionnaire } from "../Questionnaire/Definition.ts"
import type { Problem } from "../Questionnaire/Findings.ts"
import { problem } from "../Questionnaire/Findings.ts"
import type { Registry } from "../QuestionKind.ts"
import { fits } from "./carry.ts"
import { type Place, places } from "./Place.ts"
import type { StepAt } from "./Steps.ts"

export type Form =
  | "text"
  | "number"
  | "date"
  | "boolean"
  | "one"
  | "many"
  | "files"
  | "instances"
  | "count"
  | "nothing"
  | "unknown"

/** What the answers to a question look like. */
export const formOf = (question: Question, kinds: Registry): Form => {
  const kind = kinds.get(question.type)
  if (kind === undefined) return "unknown"
  const { type } = kind.valueType(question)
  if (type === "option") return "one"
  if (type === "options") return "many"
  if (type === "count") return kind.givenAs === "files" ? "files" : kind.givenAs === "items" ? "instances" : "count"
  return type
}

/** The values that can be picked; none where there are no options. */
export const optionsOf = (question: Question, kinds: Registry): ReadonlyArray<string> => {
  const type = kinds.get(question.type)?.valueType(question)
  return type?.type === "option" || type?.type === "options" ? type.options.map(({ value }) => value) : []
}

/** What `convert` can do: to each form from which; with `lossy`, some answers do not come along. */
const conversions: Readonly<
  Record<string, { readonly from: ReadonlyArray<Form>; readonly lossy: ReadonlyArray<Form> }>
> = {
  text: { from: ["number", "date", "one", "many"], lossy: [] },
  number: { from: ["text", "one"], lossy: ["text", "one"] },
  one: { from: ["many", "text"], lossy: ["many", "text"] },
  many: { from: ["one"], lossy: [] },
}

export type Target = "text" | "number" | "one" | "many"

export const isConvertible = (from: Form, to: Form): boolean =>
  Object.hasOwn(conversions, to) && conversions[to]?.from.includes(from) === true

/** What `convert` would have to say, where there is a way. */
export const conversion = (from: Form, to: Form): Target | undefined =>
  (to === "text" || to === "number" || to === "one" || to === "many") && isConvertible(from, to) ? to : undefined

export interface Track {
  id: string
  dropped: boolean
  form: Form
  /** Where the question stands in the version that is left; undefined when that is not at hand or did not have it. */
  readonly origin: Place | undefined
  /** The tracks of the repeated groups around it, outermost first. */
  readonly repeats: ReadonlyArray<Track>
  /** What can be picked by now, with what that was at first; undefined when nobody knows. */
  options: ReadonlyMap<string, ReadonlySet<string>> | undefined
  converted: boolean
  /** Some answers are lost on the way. */
  lossy: boolean
  /** Where steps said something about it that its end must agree with. */
  readonly said: {
    renamed?: Path
    converted?: Path
    mapped?: Path
    values: Map<string, Path>
    set?: Path
    value?: Literal
  }
}

type Path = ReadonlyArray<string | number>

export interface Tracks {
  /** Those of the version that is left, by the ids they had there. */
  readonly origins: ReadonlyMap<string, Track>
  /** Those that are left, by the ids they have in the end. */
  readonly ends: ReadonlyMap<string, Track>
  readonly problems: ReadonlyArray<Problem>
}

/** Is the answer still there, and not dropped with a group around it? */
export const isAlive = (track: Track): boolean => !track.dropped && track.repeats.every((group) => !group.dropped)

/** Follows every question of `from`; without it, those that the steps name, of which nothing is known. */
export const follow = (
  from: Questionnaire | undefined,
  to: Questionnaire,
  chain: ReadonlyArray<StepAt>,
  kinds: Registry,
): Tracks => {
  const problems: Array<Problem> = []
  const refuse = (code: string, path: Path, message: string) => problems.push(problem(code, path, message))
  const doubt = (code: string, path: Path, message: string) =>
    problems.push({ ...problem(code, path, message), severity: "warning" })

  const tracks = new Map<string, Track>()
  const origins = new Map<string, Track>()
  for (const place of from === undefined ? [] : places(from)) {
    const { item } = place
    const track: Track = {
      ...fresh(item.id),
      form: formOf(item, kinds),
      origin: place,
      repeats: place.repeats.flatMap((id) => origins.get(id) ?? []),
      options: new Map(optionsOf(item, kinds).map((value) => [value, new Set([value])])),
    }
    tracks.set(item.id, track)
    origins.set(item.id, track)
  }
  const gone = new Set<string>()
  const drops: Array<{ readonly id: string; readonly path: Path }> = []
  const alive = (id: string): Track | undefined => {
    const track = tracks.get(id)
    return track !== undefined && isAlive(track) ? track : undefined
  }
  const need = (id: string, path: Path): Track | undefined => {
    const track = alive(id)
    if (track !== undefined) return track
    if (from === undefined && !gone.has(id)) {
      const unknown = fresh(id)
      tracks.set(id, unknown)
      return unknown
    }
    refuse("migration-unknown-id", path, `There is no question "${id}" to take answers from at this step.`)
    return undefined
  }

  for (const { step, path } of chain) {
    if ("rename" in step) {
      const [old, now] = step.rename
      const track = need(old, [...path, "rename", 0])
      if (alive(now) !== undefined) {
        const message = `There are answers to "${now}" at this step already: rename or drop that one first.`
        refuse("migration-target-exists", [...path, "rename", 1], message)
      } else if (track !== undefined) {
        tracks.delete(old)
        gone.add(old)
        gone.delete(now)
        track.id = now
        track.said.renamed = [...path, "rename", 1]
        tracks.set(now, track)
      }
    } else if ("drop" in step) {
      step.drop.forEach((id, i) => {
        const at = [...path, "drop", i]
        const track = need(id, at)
        if (track === undefined) return
        track.dropped = true
        tracks.delete(id)
        gone.add(id)
        drops.push({ id, path: at })
      })
    } else if ("mapOptions" in step) {
      const at = [...path, "mapOptions"]
      const track = need(step.mapOptions[0], [...at, 0])
      if (track !== undefined) mapOptions(track, step.mapOptions[1], [...at, 1], refuse)
    } else if ("convert" in step) {
      const [id, target] = step.convert
      const at = [...path, "convert"]
      const track = need(id, [...at, 0])
      if (track === undefined) continue
      const { form } = track
      if (form !== "unknown" && !isConvertible(form, target)) {
        const message = `Answers to "${id}" are ${words[form]}: they cannot be made ${words[target]}.`
        refuse("migration-cannot-convert", [...at, 1], message)
      } else if (conversions[target]?.lossy.includes(form) === true) {
        const message = `Not every answer to "${id}" can be made ${words[target]}; one that cannot is left out.`
        doubt("migration-may-lose", [...at, 1], message)
        track.lossy = true
      }
      const keepsOptions = form !== "text" && (target === "one" || target === "many")
      Object.assign(track, { form: target, converted: true, options: keepsOptions ? track.options : undefined })
      track.said.converted = [...at, 1]
    } else {
      const [id, value] = step.set
      const track = alive(id) ?? fresh(id)
      tracks.set(id, track)
      gone.delete(id)
      Object.assign(track.said, { set: [...path, "set"], value })
    }
  }
  const ends = new Map([...tracks].filter(([, track]) => isAlive(track)))
  const at = new Map(places(to).map((place) => [place.item.id, place]))
  for (const track of ends.values()) compareEnd(track, at.get(track.id), kinds, refuse)
  for (const { id, path } of drops) {
    const item = at.get(id)?.item
    if (item !== undefined && formOf(item, kinds) !== "nothing" && !ends.has(id)) {
      const message = `"${id}" is asked in this version, and its answers are dropped. A question that means something else has another id.`
      refuse("migration-drops-existing", path, message)
    }
  }
  return { origins, ends, problems }
}

const fresh = (id: string): Track => ({
  id,
  dropped: false,
  form: "unknown",
  origin: undefined,
  repeats: [],
  options: undefined,
  converted: false,
  lossy: false,
  said: { values: new Map() },
})

type Refuse = (code: string, path: Path, message: string) => void

const words: Readonly<Record<Form, string>> = {
  text: "text",
  number: "a number",
  date: "a date",
  boolean: "an agreement",
  one: "one option",
  many: "a list of options",
  files: "files",
  instances: "instances of a group",
  count: "counted",
  nothing: "none",
  unknown: "of an unknown kind",
}

const mapOptions = (track: Track, map: Readonly<Record<string, string>>, path: Path, refuse: Refuse) => {
  if (track.form !== "unknown" && track.form !== "one" && track.form !== "many") {
    refuse(
      "migration-no-options",
      path,
      `Answers to "${track.id}" are ${words[track.form]}: there are no options to map.`,
    )
    return
  }
  const before = track.options
  const values = new Map([...track.said.values].filter(([value]) => !Object.hasOwn(map, value)))
  for (const [old, now] of Object.entries(map)) {
    if (before !== undefined && !before.has(old))
      refuse("migration-unknown-option", [...path, old], `There is no option "${old}" of "${track.id}" at this step.`)
    values.set(now, [...path, old])
  }
  track.said.values.clear()
  for (const [value, at] of values) track.said.values.set(value, at)
  track.said.mapped = path
  if (before === undefined) return
  const after = new Map<string, Set<string>>()
  for (const [value, origins] of before) {
    const now = (Object.hasOwn(map, value) ? map[value] : undefined) ?? value
    after.set(now, new Set([...(after.get(now) ?? []), ...origins]))
  }
  track.options = after
}

/** Does what the steps said about a question fit what it is in the end? What they say nothing about is no fault of theirs. */
const compareEnd = (track: Track, place: Place | undefined, kinds: Registry, refuse: Refuse) => {
  const { id, said } = track
  if (place === undefined) {
    const path = said.set ?? said.converted ?? said.mapped ?? said.renamed
    if (path !== undefined) refuse("migration-unknown-id", path, `There is no question "${id}" in this version.`)
    return
  }
  const { item } = place
  const form = formOf(item, kinds)
  const isSame = track.form === form || track.form === "unknown" || form === "unknown"
  if (!isSame && (said.converted !== undefined || said.renamed !== undefined)) {
    const message = `Answers to "${id}" are ${words[track.form]} after the steps, and ${words[form]} in this version.`
    refuse("migration-wrong-type", said.converted ?? said.renamed ?? [], message)
    return
  }
  const offered = new Set(optionsOf(item, kinds))
  if (offered.size > 0) {
    for (const [value, path] of said.values)
      if (!offered.has(value))
        refuse("migration-unknown-option", path, `There is no option "${value}" of "${id}" in this version.`)
    const left = [...(track.options?.keys() ?? [])].filter((value) => !offered.has(value) && !said.values.has(value))
    if (said.mapped !== undefined && left.length > 0) {
      const message = `The options ${left.map((value) => `"${value}"`).join(", ")} of "${id}" are gone too, and nothing is said about them.`
      refuse("migration-options-incomplete", said.mapped, message)
    }
  }
  const { renamed, set, value } = said
  if (renamed !== undefined && track.origin !== undefined && !liesIn(track, place)) {
    const message = `"${id}" would move into or out of a repeated group: its answers have no one place to go to.`
    refuse("migration-moves-between-repeats", renamed, message)
  }
  const isFinal = said.converted === undefined && said.mapped === undefined
  if (set !== undefined && value !== undefined && isFinal && !fits(item, value, kinds))
    refuse("migration-invalid-value", [...set, 1], `${JSON.stringify(value)} is no answer to "${id}".`)
}

/** Are the repeated groups around it those that its answers come from? */
export const liesIn = (track: Track, place: Place): boolean =>
  track.repeats.length === place.repeats.length && track.repeats.every(({ id }, i) => id === place.repeats[i])
