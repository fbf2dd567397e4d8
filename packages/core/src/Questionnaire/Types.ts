/**
 * The types of what is compared and calculated: each operand has one, and there is no coercion (format.md, semantics 3).
 * What is of no known type (a reference to nothing) is found elsewhere and fits everywhere here.
 */
import { isDate } from "../AnswerKind/date.ts"
import type { Literal, Operand } from "../Condition/Ast.ts"
import type * as QuestionKind from "../QuestionKind.ts"
import type { Dependencies } from "./Dependencies.ts"
import type { Outline, Owner } from "./Outline.ts"

/** `of`: what it is called in a sentence. */
export type Type = (
  | { readonly type: "text" | "number" | "date" | "boolean" | "count" | "nothing" }
  | { readonly type: "option" | "options"; readonly values: ReadonlySet<string> }
  | { readonly type: "literal"; readonly value: Literal }
) & { readonly of: string }

/** The types that answers and context values have; those of questions are asked for one by one, most are never needed. */
export interface Types {
  readonly answers: { readonly get: (id: string) => Type | undefined }
  readonly context: ReadonlyMap<string, Type>
}

export const of = (
  { questionnaire, answers }: Outline,
  dependencies: Dependencies,
  kinds: QuestionKind.Registry,
): Types => {
  const context = new Map<string, Type>([["today", { type: "date", of: `"today"` }]])
  for (const [key, { type, options }] of Object.entries(questionnaire.context ?? {})) {
    const of = `"${key}" of the context`
    context.set(key, type === "choice" ? { type: "option", values: new Set(options), of } : { type, of })
  }
  const known = new Map<string, Type | undefined>()
  const get = (id: string): Type | undefined => {
    const owner = known.has(id) ? undefined : answers.get(id)
    if (owner?.is === "item") known.set(id, answered(owner, kinds))
    return known.get(id)
  }
  const types: Types = { answers: { get }, context }
  // a calculated value comes after what it is calculated from
  for (const owner of dependencies.order) {
    if (owner.is === "calculated" && answers.get(owner.id) === owner) known.set(owner.id, calculated(owner, types))
  }
  return types
}

const answered = ({ id, question }: Owner, kinds: QuestionKind.Registry): Type | undefined => {
  if (question === undefined) return undefined
  const valueType = kinds.get(question.type)?.valueType(question)
  const of = `"${id}"`
  if (valueType === undefined) return undefined
  if (valueType.type !== "option" && valueType.type !== "options") return { type: valueType.type, of }
  return { type: valueType.type, values: new Set(valueType.options.map(({ value }) => value)), of }
}

const calculated = ({ id, calculation }: Owner, types: Types): Type | undefined => {
  const of = `"${id}"`
  if (calculation === undefined) return undefined
  if ("concat" in calculation) return { type: "text", of }
  const limits = "min" in calculation ? calculation.min : "max" in calculation ? calculation.max : undefined
  if (limits === undefined) return { type: "number", of }
  for (const operand of limits) {
    const type = ofOperand(operand, types)
    if (type === undefined) continue
    return { type: type.type === "date" || (type.type === "literal" && isDate(type.value)) ? "date" : "number", of }
  }
  return undefined
}

export const ofOperand = (operand: Operand, { answers, context }: Types): Type | undefined => {
  if (typeof operand !== "object") return { type: "literal", value: operand, of: JSON.stringify(operand) }
  if ("answer" in operand) return answers.get(operand.answer)
  if ("context" in operand) return context.get(operand.context)
  if ("count" in operand) return { type: "number", of: `"${operand.count.answer}" counted` }
  return { type: "date", of: "This date" }
}

/** A type in the words of an author. */
export const said = (type: Type): string => {
  switch (type.type) {
    case "literal":
      return typeof type.value === "string" ? "a text" : typeof type.value === "number" ? "a number" : "true or false"
    case "text":
    case "number":
    case "date":
      return `a ${type.type}`
    case "boolean":
      return "true or false"
    case "option":
      return "one of some options"
    case "options":
      return "several options"
    case "count":
      return "something that is only counted"
    case "nothing":
      return "nothing that is answered"
  }
}
