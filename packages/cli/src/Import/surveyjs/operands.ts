/**
 * What the parts of an expression stand for, once names are looked up: the *terms* that comparisons are made of. What no
 * term can say is `unsupported`, with the reason.
 */
import type { Calculation, Condition, Operand } from "@requite/core/Condition/Ast"
import type { Field, Survey } from "./model.ts"
import { type Expression, parse, type Raw } from "./parse.ts"
import type { Value } from "./values.ts"

export type Term =
  | { readonly type: "value"; readonly value: Value }
  | { readonly type: "field"; readonly field: Field; readonly beyond: ReadonlyArray<string> }
  /** A number or date that is there or not. */
  | { readonly type: "operand"; readonly operand: Operand; readonly of: "number" | "date"; readonly isAlways: boolean }
  /** True or false. */
  | { readonly type: "condition"; readonly condition: Condition }
  /** One of two, by a condition. */
  | { readonly type: "either"; readonly when: Condition; readonly yes: Term; readonly no: Term }
  | { readonly type: "unsupported"; readonly why: string }

/** Where an expression stands. */
export interface Place {
  readonly survey: Survey
  /** Repeated groups around it. */
  readonly repeats: ReadonlyArray<string>
  readonly scopes: ReadonlyArray<string>
  /** What `{item}` is, in a condition on a choice or row. */
  readonly item?: Raw | undefined
  /** Gives a calculated value an id in the section around; undefined where there is none. */
  readonly calculate?: ((calculation: Calculation) => string) | undefined
  readonly warn: (code: string, message: string) => void
}

export const unsupported = (why: string): Term => ({ type: "unsupported", why })

/** What `{name}` means. An `Expression` stands for a calculated value. */
export const lookUp = (name: string, place: Place): Term | Expression => {
  const key = name.replace(/^#/, "").trim()
  const lower = key.toLowerCase()
  const { fields, named } = place.survey
  const found = fields.get(key) ?? inScope(key, place)
  if (found === undefined && "item" in place && (lower === "item" || lower === "choice")) {
    return { type: "value", value: place.item }
  }
  const expression = named.get(lower)
  if (expression !== undefined && (found === undefined || found.type === "expression")) return expression
  if (found !== undefined) return fieldTerm(found, place)
  if (lower.endsWith(".length")) {
    const counted = lookUp(key.slice(0, -".length".length), place)
    if (counted.type === "value") return { type: "value", value: 0 }
    if (counted.type === "field") return countOf(counted)
  } else if (/^\$.*\.isvisible$/.test(lower)) {
    const visible = visibility(key.slice(1, -".isVisible".length), place)
    if (visible !== undefined) return visible
  } else if (!elsewhere.test(lower)) {
    place.warn("unknown-name", `There is no question ${JSON.stringify(name.slice(0, 100))}: it counts as not answered.`)
    return { type: "value", value: undefined }
  }
  return unsupported(`There is no counterpart to {${name.slice(0, 100)}}.`)
}

/** Names of what SurveyJS knows beside answers. */
const elsewhere =
  /^\$|[[\]]|-comment$|-total\b|^(panelindex|rowindex|visiblepanelindex|visiblerowindex|rowvalue|rowname|rowtitle)$|^(parentpanel|prevpanel|prevrow|nextpanel|nextrow)\./

/** Whether a question is visible is an expression too: its own condition and those of what it stands in. */
const visibility = (name: string, { survey }: Place): Expression | undefined => {
  const field = survey.fields.get(name)
  if (field === undefined || field.repeats.length > 0) return undefined
  const guards = field.guards.map(parse)
  const known = guards.filter((one) => one !== undefined)
  return known.length < guards.length ? undefined : { type: "and", items: known }
}

/** `{panel.x}` and `{row.x}`: of the same instance, from the innermost group outwards. */
const inScope = (name: string, { survey, scopes }: Place): Field | undefined => {
  const inner = /^(?:panel|row)\.(.*)$/is.exec(name)?.[1]
  if (inner === undefined) return undefined
  for (const scope of scopes.toReversed()) {
    const field = survey.fields.get(`${scope}${inner}`)
    if (field !== undefined) return field
  }
  return undefined
}

const fieldTerm = (field: Field, { repeats }: Place): Term => {
  const groups = field.shape.kind === "instances" ? field.repeats.slice(0, -1) : field.repeats
  return { type: "field", field, beyond: groups.filter((id) => !repeats.includes(id)) }
}

const countOf = ({ field, beyond }: Term & { readonly type: "field" }): Term => {
  const { kind } = field.shape
  const counts = kind === "instances" || kind === "upload" || (field.shape.kind === "choice" && field.shape.multiple)
  if (!counts || beyond.length > 0) return unsupported("Only picks, files and instances can be counted.")
  return { type: "operand", operand: { count: { answer: field.id } }, of: "number", isAlways: true }
}

/** The number or date that a field or value comes to. */
export const operandOf = (term: Term): { readonly operand: Operand; readonly of: "number" | "date" } | undefined => {
  if (term.type === "operand") return term
  if (term.type === "value" && typeof term.value === "number") return { operand: term.value, of: "number" }
  if (term.type !== "field" || term.beyond.length > 0) return undefined
  const { kind } = term.field.shape
  return kind === "number" || kind === "date" ? { operand: { answer: term.field.id }, of: kind } : undefined
}
