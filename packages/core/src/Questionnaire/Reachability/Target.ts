/**
 * What should be possible in a questionnaire: each question asked, each section shown, each option offered, each end
 * reached, each condition true in some state and false in another.
 *
 * Words: a *target* is one such thing; its *literal* says it of a model, `confirm` of an evaluation. A *site* is a
 * condition where it stands in the definition.
 */
import type { Condition } from "../../Condition/Ast.ts"
import * as Evaluation from "../../Evaluation.ts"
import type { End, Section } from "../Definition.ts"
import type { Encoding } from "./Encoding.ts"
import type { Place } from "./Place.ts"
import { type Entry, insideOf, type Path } from "./Index.ts"
import { always, type Literal, not } from "./Literal.ts"

export type Role = "item" | "section" | "option" | "end" | "holds" | "fails"

export interface Target {
  readonly role: Role
  /** Of what: an id, or the name of a condition. */
  readonly id: string
  readonly path: Path
  readonly entry?: Entry
  readonly section?: Section
  readonly option?: string
  readonly end?: End
  readonly site?: Site
  /** In an encoding: this one, or another of the same questionnaire. */
  readonly literal: (encoding: Encoding) => Literal
  readonly confirm: (evaluation: Evaluation.Evaluation) => boolean
}

export interface Site {
  readonly role: "when" | "required" | "named"
  readonly of: "item" | "section" | "option" | "end" | "condition"
  readonly id: string
  readonly condition: Condition
  readonly path: Path
  readonly entry: Entry | undefined
  /** What has to be so for the condition to matter. */
  readonly around: (encoding: Encoding) => Literal
  readonly matters: (evaluation: Evaluation.Evaluation) => boolean
}

/** The place of the first instance of every repeated group around. */
export const placeIn = (encoding: Encoding, groups: ReadonlyArray<string>): Place => {
  let place = encoding.root
  for (const id of groups) {
    const group = encoding.index.entries.get(id)
    place = (group === undefined ? undefined : encoding.instances(group, place)[0]) ?? place
  }
  return place
}

export const placeOf = (groups: ReadonlyArray<string>): Evaluation.Place => groups.flatMap((id) => [id, 0])

const isThere = (evaluation: Evaluation.Evaluation, groups: ReadonlyArray<string>): boolean =>
  groups.every((id, depth) => {
    const count = Evaluation.valueOf(evaluation, [...placeOf(groups.slice(0, depth)), id])
    return typeof count === "number" && count > 0
  })

/** Everything around an item is asked: its section, its groups, an instance of each repeated one. */
const aroundIsAsked = (evaluation: Evaluation.Evaluation, { group, section, repeats }: Entry): boolean => {
  if (group === undefined) return Evaluation.isSectionAsked(evaluation, section.id)
  return (
    Evaluation.isAsked(evaluation, [...placeOf(group.repeats), group.id]) &&
    (insideOf(group).length === group.repeats.length || isThere(evaluation, repeats))
  )
}

export const all = (
  encoding: Encoding,
): { readonly targets: ReadonlyArray<Target>; readonly sites: ReadonlyArray<Site> } => {
  const { index } = encoding
  const { questionnaire } = index
  const targets: Array<Target> = []
  const sites: Array<Site> = []
  for (const [name, condition] of index.conditions) {
    sites.push({
      role: "named",
      of: "condition",
      id: name,
      condition,
      path: ["conditions", name],
      entry: undefined,
      around: () => always,
      matters: () => true,
    })
  }
  for (const [position, section] of questionnaire.sections.entries()) {
    const path: Path = ["sections", position]
    targets.push({
      role: "section",
      id: section.id,
      path,
      section,
      literal: (in_) => in_.sectionAsked(section),
      confirm: (evaluation) => Evaluation.isSectionAsked(evaluation, section.id),
    })
    if (section.when !== undefined) {
      sites.push({
        role: "when",
        of: "section",
        id: section.id,
        condition: section.when,
        path: [...path, "when"],
        entry: undefined,
        around: () => always,
        matters: () => true,
      })
    }
  }
  for (const entry of index.items) itemTargets(entry, targets, sites)
  endTargets(questionnaire.ends ?? [], targets, sites)
  return { targets: [...targets, ...sites.flatMap(siteTargets)], sites }
}

const itemTargets = (entry: Entry, targets: Array<Target>, sites: Array<Site>): void => {
  const { question, id, path, type } = entry
  const at = [...placeOf(entry.repeats), id]
  const asked = (encoding: Encoding) => encoding.asked(entry, placeIn(encoding, entry.repeats))
  const isAsked = (evaluation: Evaluation.Evaluation) => Evaluation.isAsked(evaluation, at)
  targets.push({ role: "item", id, path, entry, literal: asked, confirm: isAsked })
  const base = { id, entry } as const
  if (question?.when !== undefined) {
    sites.push({
      ...base,
      role: "when",
      of: "item",
      condition: question.when,
      path: [...path, "when"],
      around: (encoding) => encoding.around(entry, placeIn(encoding, entry.repeats)),
      matters: (evaluation) => aroundIsAsked(evaluation, entry),
    })
  }
  if (typeof question?.required === "object") {
    sites.push({
      ...base,
      role: "required",
      of: "item",
      condition: question.required,
      path: [...path, "required"],
      around: asked,
      matters: isAsked,
    })
  }
  if (!("options" in type)) return
  for (const [position, { value, when }] of type.options.entries()) {
    if (when === undefined) continue
    targets.push({
      role: "option",
      id,
      path: [...path, "options", position],
      entry,
      option: value,
      literal: (encoding) =>
        encoding.logic.and([asked(encoding), encoding.holds(when, placeIn(encoding, entry.repeats))]),
      confirm: (evaluation) => isAsked(evaluation) && Evaluation.isOffered(evaluation, at, value),
    })
    sites.push({
      ...base,
      role: "when",
      of: "option",
      condition: when,
      path: [...path, "options", position, "when"],
      around: asked,
      matters: isAsked,
    })
  }
}

const endTargets = (ends: ReadonlyArray<End>, targets: Array<Target>, sites: Array<Site>): void => {
  for (const [position, end] of ends.entries()) {
    const path: Path = ["ends", position]
    const earlier = ends.slice(0, position)
    targets.push({
      role: "end",
      id: end.id,
      path,
      end,
      literal: (encoding) =>
        encoding.logic.and([
          end.when === undefined ? always : encoding.holds(end.when, encoding.root),
          ...earlier.map((one) => not(one.when === undefined ? always : encoding.endHolds(one))),
        ]),
      confirm: (evaluation) => Evaluation.end(evaluation)?.id === end.id,
    })
    if (end.when === undefined) continue
    sites.push({
      role: "when",
      of: "end",
      id: end.id,
      condition: end.when,
      path: [...path, "when"],
      entry: undefined,
      around: () => always,
      matters: () => true,
    })
  }
}

/** A condition has to be true in some state where it matters, and false in another. */
const siteTargets = (site: Site): ReadonlyArray<Target> => {
  const groups = site.entry?.repeats ?? []
  const at = placeOf(groups)
  const { id, path, condition } = site
  const holds = (encoding: Encoding) => encoding.holds(condition, placeIn(encoding, groups))
  const fails: Target = {
    role: "fails",
    id,
    path,
    site,
    literal: (encoding) => encoding.logic.and([site.around(encoding), not(holds(encoding))]),
    confirm: (evaluation) => site.matters(evaluation) && !Evaluation.holds(evaluation, condition, at),
  }
  // that it holds for items, sections, options and ends is what makes them reachable
  if (site.role === "when") return [fails]
  return [
    {
      role: "holds",
      id,
      path,
      site,
      literal: (encoding) => encoding.logic.and([site.around(encoding), holds(encoding)]),
      confirm: (evaluation) => site.matters(evaluation) && Evaluation.holds(evaluation, condition, at),
    },
    fails,
  ]
}
