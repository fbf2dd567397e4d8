/** JsonLogic of Form.io: translated where what it compares has the same values here, and reported otherwise. */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Condition, Operand } from "@requite/core/Condition/Ast"
import * as JsonLogic from "@requite/core/Condition/jsonLogic"
import * as Result from "effect/Result"
import { isObject } from "../Imported.ts"
import type { Field } from "./model.ts"

/** The condition; or, as a sentence, why there is none. `find` gives the component of a path that can be compared. */
export const fromLogic = (
  rule: unknown,
  find: (path: string) => Field | undefined,
  warn: (code: string, message: string) => void,
): Condition | string => {
  const fields = new Map<string, Field>()
  const read = JsonLogic.fromJsonLogic(rule, (path, within) => {
    const field = within === undefined ? find(path.replace(/^(data|row)\./, "")) : undefined
    if (field === undefined) return undefined
    fields.set(field.id, field)
    return { answer: field.id }
  })
  if (Result.isFailure(read)) return read.failure[0]?.message ?? "This rule has no counterpart."
  const { condition, differences } = read.success
  if (!isTyped(condition, fields)) return "This rule compares values that are others here."
  for (const { message } of differences.slice(0, 3)) warn("json-logic", message)
  return condition
}

type Fields = ReadonlyMap<string, Field>

/** As deep as rules are read at all, which is not deep. */
const isTyped = (condition: Condition, fields: Fields): boolean => {
  if ("all" in condition) return condition.all.every((one) => isTyped(one, fields))
  if ("any" in condition) return condition.any.every((one) => isTyped(one, fields))
  if ("not" in condition) return isTyped(condition.not, fields)
  if ("answered" in condition) return !["group", "note"].includes(kindOf(condition.answered, fields))
  if ("in" in condition) return condition.in[1].every((value) => compares(condition.in[0], value, fields))
  if ("anyOf" in condition) return condition.anyOf[1].every((value) => offers(condition.anyOf[0], value, true, fields))
  if ("allOf" in condition) return condition.allOf[1].every((value) => offers(condition.allOf[0], value, true, fields))
  if ("is" in condition || "some" in condition || "every" in condition) return false
  const [by, operands] = Object.entries(condition)[0] ?? []
  if (!Array.isArray(operands)) return false
  const [left, right]: ReadonlyArray<Operand | undefined> = operands
  if (left === undefined || right === undefined) return false
  if (by !== "eq" && by !== "ne" && !["number", "date"].includes(kindOf(left, fields))) return false
  return isObject(left) ? compares(left, right, fields) : compares(right, left, fields)
}

const compares = (left: Operand, right: Operand, fields: Fields): boolean => {
  const kind = kindOf(left, fields)
  if (isObject(right)) return kind === kindOf(right, fields) && ["number", "date", "text"].includes(kind)
  switch (kind) {
    case "number":
      return typeof right === "number"
    case "text":
      return typeof right === "string"
    case "confirm":
      return typeof right === "boolean"
    case "date":
      return isDate(right)
    case "choice":
      return "answer" in Object(left) && offers(left, right, false, fields)
    default:
      return false
  }
}

const kindOf = (operand: Operand, fields: Fields): string => {
  if (!isObject(operand)) return typeof operand === "string" ? "literal" : typeof operand
  if ("count" in operand) return "number"
  if ("date" in operand) return "date"
  if ("context" in operand) return operand["context"] === "today" ? "date" : ""
  return fields.get(String(operand["answer"]))?.shape.kind ?? ""
}

/** Is it the value of an option, in the form and here? */
const offers = (reference: Operand, value: unknown, multiple: boolean, fields: Fields): boolean => {
  const shape = isObject(reference) ? fields.get(String(reference["answer"]))?.shape : undefined
  return (
    shape?.kind === "choice" &&
    shape.multiple === multiple &&
    !shape.boxes &&
    shape.options.some((option) => option.raw === value && option.value === value)
  )
}
