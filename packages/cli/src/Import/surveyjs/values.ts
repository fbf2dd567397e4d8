/**
 * How SurveyJS compares values, written down again so that a condition on a choice can be decided option by option and
 * becomes exact: text in any case and without spaces around it, numbers and texts alike, lists as sets.
 */
import type { Comparator, Raw } from "./parse.ts"

export type Value = Raw | ReadonlyArray<Raw>

export const isEmpty = (value: Value): boolean =>
  value === undefined || value === "" || value === "undefined" || (Array.isArray(value) && value.length === 0)

export const isList = (value: Value): value is ReadonlyArray<Raw> => Array.isArray(value)

export const equal = (left: Value, right: Value): boolean => {
  if (isEmpty(left) || isEmpty(right)) return isEmpty(left) && isEmpty(right)
  if (isList(left) || isList(right)) {
    if (!isList(left) || !isList(right) || left.length !== right.length) return false
    return left.every((one) => right.some((other) => equal(one, other)))
  }
  if (typeof left === "string" && typeof right === "string") {
    return left.trim().toLowerCase() === right.trim().toLowerCase()
  }
  if (typeof left === "boolean" || typeof right === "boolean") {
    return String(left).trim().toLowerCase() === String(right).trim().toLowerCase()
  }
  const [a, b] = [numberOf(left), numberOf(right)]
  return a !== undefined && a === b
}

/** A number, or a text that is one; nothing else. */
export const numberOf = (value: Value): number | undefined => {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined
  if (typeof value !== "string" || value.trim() === "") return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

const order = (left: Value, right: Value): number | undefined => {
  if (isEmpty(left) || isEmpty(right) || isList(left) || isList(right)) return undefined
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a !== undefined && b !== undefined) return a - b
  if (typeof left !== "string" || typeof right !== "string") return undefined
  return left < right ? -1 : left > right ? 1 : 0
}

const contains = (left: Value, right: Value): boolean => {
  if (isEmpty(left)) return false
  if (isList(left)) return (isList(right) ? right : [right]).every((one) => left.some((has) => equal(has, one)))
  if (isEmpty(right) || right === 0 || right === false) return false
  const isText = typeof left === "string"
  const text = isText ? left : String(left).toUpperCase()
  const sought = isList(right) ? right.join(",") : String(right)
  return text.includes(isText || typeof right !== "string" ? sought : sought.toUpperCase())
}

const anyOf = (left: Value, right: Value): boolean => {
  if (isEmpty(left)) return isEmpty(right)
  if (isEmpty(right)) return true
  if (!isList(left)) return isList(right) ? right.some((one) => equal(one, left)) : contains(right, left)
  return (isList(right) ? right : [right]).some((one) => contains(left, one))
}

/** What SurveyJS says to a comparison of two values. */
export const compare = (by: Comparator, left: Value, right: Value): boolean => {
  switch (by) {
    case "eq":
      return equal(left, right)
    case "ne":
      return !equal(left, right)
    case "lt":
      return (order(left, right) ?? 1) < 0
    case "gt":
      return (order(left, right) ?? -1) > 0
    case "lte":
      return equal(left, right) || (order(left, right) ?? 1) < 0
    case "gte":
      return equal(left, right) || (order(left, right) ?? -1) > 0
    case "contains":
      return contains(left, right)
    case "notcontains":
      return isEmpty(left) ? !isEmpty(right) : !contains(left, right)
    case "anyof":
      return anyOf(left, right)
    case "noneof":
      return !anyOf(left, right)
    case "allof":
      return !isEmpty(left) && (isList(right) ? right : [right]).every((one) => contains(left, one))
  }
}

/** What counts as true. */
export const isTrue = (value: Value): boolean =>
  isList(value) ? value.length > 0 : value !== undefined && value !== "" && value !== 0 && value !== false
