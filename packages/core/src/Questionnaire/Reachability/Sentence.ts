/** What was found, in words: conditions in the text syntax and “these quotes”, as they have others in them; ids in "these". */
import type { Condition, Operand } from "../../Condition/Ast.ts"
import { print } from "../../Condition/text.ts"
import type { Reason } from "./Place.ts"
import type { Root } from "./Explain.ts"
import { type Entry, within } from "./Index.ts"
import type { Target } from "./Target.ts"

const longest = 300

/** A condition, cut where it gets long. */
export const text = (condition: Condition): string => {
  const whole = print(condition)
  return `“${whole.length <= longest ? whole : `${whole.slice(0, longest - 1)}…`}”`
}

/** `a, b and c`. */
export const listed = (all: ReadonlyArray<string>): string =>
  all.length < 2 ? (all[0] ?? "") : `${all.slice(0, -1).join(", ")} and ${all.at(-1) ?? ""}`

/** An item by what it is. */
const item = ({ id, question }: Entry): string =>
  question?.items !== undefined
    ? `The group "${id}"`
    : question?.type === "note"
      ? `The note "${id}"`
      : `The question "${id}"`

export const subject = ({ role, id, entry, option, site }: Target): string => {
  switch (role) {
    case "item":
      return entry === undefined ? id : item(entry)
    case "section":
      return `The section "${id}"`
    case "option":
      return `The option "${option ?? ""}" of "${id}"`
    case "end":
      return `The end "${id}"`
    case "holds":
    case "fails":
      return site?.role === "named" ? `The condition "${id}"` : `The condition of "${id}"`
  }
}

const limits = ({ id, type }: Entry): string => {
  if (type.type !== "number" && type.type !== "date") return `"${id}" has limits`
  const { min, max } = type
  const written = (limit: Operand) => (typeof limit === "object" ? "another answer" : String(limit))
  if (min !== undefined && max !== undefined) return `"${id}" lies between ${written(min)} and ${written(max)}`
  if (min !== undefined) return `"${id}" is at least ${written(min)}`
  return max === undefined ? `"${id}" has limits` : `"${id}" is at most ${written(max)}`
}

const options = ({ id, type }: Entry): string => {
  if (type.type === "options") {
    const count = type.options.length
    const { min = 1, max = count } = type
    return min > 1 || max < count
      ? `of "${id}", between ${min} and ${max} are picked`
      : `"${id}" has no more than its ${count} options`
  }
  if (type.type !== "option") return `"${id}" has no other answers`
  const values = type.options.map(({ value }) => value)
  return values.length > 6
    ? `"${id}" has no other options`
    : `"${id}" has no options but ${listed(values.map((value) => `"${value}"`))}`
}

/** One reason as a clause. */
export const clause = (reason: Reason): string => {
  switch (reason.because) {
    case "asked": {
      const { id, question } = reason.entry
      return question?.when === undefined ? `"${id}" is asked` : `"${id}" is asked only when ${text(question.when)}`
    }
    case "section": {
      const { id, when } = reason.section
      return when === undefined ? `"${id}" is shown` : `the section "${id}" is shown only when ${text(when)}`
    }
    case "named":
      return `"${reason.name}" says so`
    case "limits":
      return limits(reason.entry)
    case "options":
      return options(reason.entry)
    case "offered": {
      const { entry, option } = reason
      const offer = "options" in entry.type ? entry.type.options.find(({ value }) => value === option) : undefined
      return `the option "${option}" of "${entry.id}" is offered only when ${offer?.when === undefined ? "…" : text(offer.when)}`
    }
    case "end": {
      const { id, when } = reason.end
      return `the end "${id}" comes first when ${when === undefined ? "…" : text(when)}`
    }
  }
}

const mostClauses = 6

/** `but …, and …`, of the reasons that are not the thing's own condition. */
export const clauses = (reasons: ReadonlyArray<Reason>, named: (name: string) => Condition | undefined): string => {
  const all = reasons.map((reason) => {
    const meant = reason.because === "named" ? named(reason.name) : undefined
    return meant === undefined || reason.because !== "named" ? clause(reason) : `"${reason.name}" means ${text(meant)}`
  })
  const shown = all.slice(0, mostClauses)
  const more = all.length - shown.length
  return listed(more > 0 ? [...shown, `${more} more conditions`] : shown)
}

/** `, as … means …`, of the named conditions in conditions; nothing when there are none, or too many to be read. */
export const meanings = (
  conditions: ReadonlyArray<Condition>,
  named: (name: string) => Condition | undefined,
): string => {
  const names = new Set(
    conditions.flatMap((whole) => [...within(whole)].flatMap((one) => ("is" in one ? [one.is] : []))),
  )
  if (names.size === 0 || names.size > mostClauses) return ""
  return `, as ${clauses(
    [...names].map((name) => ({ because: "named", name })),
    named,
  )}`
}

/** "3 items and 1 section follow", of what is unreachable with a root. */
export const following = ({ followers }: Root): string => {
  const count = (role: Target["role"], one: string, several: string) => {
    const found = followers.filter((target) => target.role === role).length
    return found === 0 ? [] : [`${found} ${found === 1 ? one : several}`]
  }
  const counted = [
    ...count("section", "section", "sections"),
    ...count("item", "item", "items"),
    ...count("option", "option", "options"),
    ...count("end", "end", "ends"),
  ]
  return counted.length === 0 ? "" : ` With it, ${listed(counted)} can never be reached either.`
}
