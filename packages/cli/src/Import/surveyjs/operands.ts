/** The terms of SurveyJS expressions: what names mean where they stand. */
import type { Calculation } from "@requite/core/Condition/Ast"
import { countOf, type Term as OfTerms, unsupported } from "../Imported/terms.ts"
import type { Field, Survey } from "./model.ts"
import { type Expression, parse, type Raw } from "./parse.ts"
import type { Value } from "./values.ts"

export type Term = OfTerms<Field, Value>

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
