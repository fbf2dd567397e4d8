/** What the expressions of a whole survey say before any of them is translated: what names stand for, and which are numbers. */
import { at, isObject, listAt, stringAt } from "../Imported.ts"
import { comparators, type Expression, parse, parts, type Raw } from "./parse.ts"
import { numberOf } from "./values.ts"

/** Triggers that show questions, which the questions then say themselves. */
export const triggersOf = (survey: unknown): ReadonlyMap<string, ReadonlyArray<Expression>> => {
  const found = new Map<string, Array<Expression>>()
  for (const trigger of listAt(survey, "triggers")) {
    const condition = triggerCondition(trigger)
    if (condition === undefined) continue
    for (const name of listAt(trigger, "questions")) {
      if (typeof name === "string") found.set(name, [...(found.get(name) ?? []), condition])
    }
  }
  return found
}

export const triggerCondition = (trigger: unknown): Expression | undefined => {
  if (stringAt(trigger, "type") !== "visible") return undefined
  const expression = stringAt(trigger, "expression")
  if (expression !== undefined) return parse(expression)
  const name: Expression = { type: "name", name: stringAt(trigger, "name") ?? "" }
  const operator = stringAt(trigger, "operator") ?? "equal"
  if (operator === "empty") return { type: "empty", items: [name] }
  if (operator === "notempty") return { type: "not", items: [{ type: "empty", items: [name] }] }
  const by = comparators.get(operator.toLowerCase())
  const value = at(trigger, "value")
  if (by === undefined || (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")) {
    return undefined
  }
  return { type: "compare", by, items: [name, { type: "value", value }] }
}

/** Calculated values and expression questions: their name stands for their expression. */
export const namedExpressions = (survey: unknown): ReadonlyMap<string, Expression> => {
  const found = new Map<string, Expression>()
  everyObject(survey, (one) => {
    if (stringAt(one, "type") === "expression") add(one)
  })
  listAt(survey, "calculatedValues").forEach(add)
  function add(one: unknown) {
    const expression = parse(stringAt(one, "expression") ?? "")
    const name = (stringAt(one, "name") ?? "").trim().toLowerCase()
    if (expression !== undefined && name !== "" && !found.has(name)) found.set(name, expression)
  }
  return found
}

/** Names whose values are put in order or reckoned with, and never compared with words: their answers are numbers. */
export const comparedAsNumbers = (survey: unknown): ReadonlySet<string> => {
  const numbers = new Set<string>()
  const words = new Set<string>()
  const isWord = (raw: Raw) => typeof raw === "string" && raw !== "" && numberOf(raw) === undefined
  everyObject(survey, (one) => {
    for (const [key, value] of Object.entries(one)) {
      if (typeof value !== "string" || !/(?:If|[eE]xpression)$/.test(key)) continue
      const tree = parse(value)
      for (const part of tree === undefined ? [] : parts(tree)) {
        if (part.type === "arithmetic") {
          const joins = part.items.some((item) => item.type === "value" && isWord(item.value))
          for (const item of part.items)
            if (item.type === "name" && !joins && part.by !== "+") numbers.add(item.name.toLowerCase())
        }
        if (part.type === "call" && /^(sum|avg|min|max|round|trunc)$/i.test(part.name)) {
          for (const item of part.items) if (item.type === "name") numbers.add(item.name.toLowerCase())
        }
        if (part.type !== "compare") continue
        const isOrder = ["lt", "lte", "gt", "gte"].includes(part.by)
        part.items.forEach((item, i) => {
          const facing = part.items[1 - i]
          if (item.type !== "name") return
          if (facing?.type === "value" && isWord(facing.value)) words.add(item.name.toLowerCase())
          else if (
            isOrder &&
            (facing?.type === "name" || (facing?.type === "value" && numberOf(facing.value) !== undefined))
          )
            numbers.add(item.name.toLowerCase())
        })
      }
    }
  })
  return new Set([...numbers].filter((name) => !words.has(name)))
}

const everyObject = (value: unknown, visit: (one: Readonly<Record<string, unknown>>) => void): void => {
  const pending = [value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (Array.isArray(next)) for (const one of next.toReversed()) pending.push(one)
    else if (isObject(next)) {
      visit(next)
      for (const one of Object.values(next).toReversed()) if (typeof one === "object" && one !== null) pending.push(one)
    }
  }
}
