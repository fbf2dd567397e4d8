/**
 * SurveyJS expressions as a tree: `{age} >= 18 and ({kind} = 'a' or {owners} notempty)`. Nothing is evaluated here. The
 * language is theirs: words and signs for the same operator, any case, a closing bracket may be missing at the end.
 */
import { reader, tokens } from "../Imported/expressions.ts"

export type Comparator =
  | "eq"
  | "ne"
  | "lt"
  | "lte"
  | "gt"
  | "gte"
  | "contains"
  | "notcontains"
  | "anyof"
  | "allof"
  | "noneof"
export type Arithmetic = "+" | "-" | "*" | "/" | "%" | "^"

export type Expression =
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "value"; readonly value: Raw }
  | { readonly type: "list"; readonly items: ReadonlyArray<Expression> }
  | { readonly type: "call"; readonly name: string; readonly items: ReadonlyArray<Expression> }
  | { readonly type: "and" | "or"; readonly items: ReadonlyArray<Expression> }
  | { readonly type: "not"; readonly items: readonly [Expression] }
  | { readonly type: "empty"; readonly items: readonly [Expression] }
  | { readonly type: "compare"; readonly by: Comparator; readonly items: readonly [Expression, Expression] }
  | { readonly type: "arithmetic"; readonly by: Arithmetic; readonly items: readonly [Expression, Expression] }

/** A value as JavaScript has it; `undefined` is the one that was not given. */
export type Raw = string | number | boolean | undefined

type Token =
  | { readonly type: "name" | "text" | "word" | "sign"; readonly text: string }
  | { readonly type: "number"; readonly number: number }

const token =
  /\s*(?:\{([^{}]*)\}|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(0x[0-9a-f]+|\d+(?:\.\d+)?(?![\w.]))|(&&?|\|\|?|==|=>|=<|=|!=|<>|<=|>=|\*=|[!<>+\-*/%^()[\],])|([\p{L}\p{N}_.$#@]+))/iuy

const tokenOf = ([, name, single, double, number, sign, word]: RegExpExecArray): Token => {
  if (name !== undefined) return { type: "name", text: name.trim() }
  if (single !== undefined || double !== undefined)
    return { type: "text", text: (single ?? double ?? "").replace(/\\(.)/gs, "$1") }
  if (number !== undefined) return { type: "number", number: Number(number) }
  return sign === undefined ? { type: "word", text: word ?? "" } : { type: "sign", text: sign }
}

/** Their signs and words. */
export const comparators: ReadonlyMap<string, Comparator> = new Map<string, Comparator>([
  ["=", "eq"],
  ["==", "eq"],
  ["equal", "eq"],
  ["equals", "eq"],
  ["!=", "ne"],
  ["<>", "ne"],
  ["notequal", "ne"],
  ["notequals", "ne"],
  ["<", "lt"],
  ["less", "lt"],
  ["<=", "lte"],
  ["=<", "lte"],
  ["lessorequal", "lte"],
  [">", "gt"],
  ["greater", "gt"],
  [">=", "gte"],
  ["=>", "gte"],
  ["greaterorequal", "gte"],
  ["contains", "contains"],
  ["contain", "contains"],
  ["*=", "contains"],
  ["notcontains", "notcontains"],
  ["notcontain", "notcontains"],
  ["anyof", "anyof"],
  ["allof", "allof"],
  ["noneof", "noneof"],
])

/** The tree of an expression; undefined for what is none, or is longer or deeper than any person writes. */
export const parse = (text: string): Expression | undefined => {
  const list = tokens(text, token, tokenOf)
  if (list === undefined || list.length === 0) return undefined
  const signOf = (one: Token): string | undefined =>
    one.type === "sign" || one.type === "word" ? one.text.toLowerCase() : undefined
  const { bounded, chained, fail, isDone, isFailed, listed, next, peek, several, sign } = reader<Token, Expression>(
    list,
    signOf,
    { type: "value", value: undefined },
  )

  const comparison = (): Expression => {
    let left = sum()
    for (let chain = 0; !isFailed() && chain < mostCompared; chain++) {
      if (sign("empty") !== undefined) left = { type: "empty", items: [left] }
      else if (sign("notempty") !== undefined) left = { type: "not", items: [{ type: "empty", items: [left] }] }
      else {
        const by = comparators.get(sign(...comparators.keys()) ?? "")
        if (by === undefined) return left
        left = { type: "compare", by, items: [left, sum()] }
      }
    }
    return fail()
  }
  const inBrackets = (): Expression => {
    if (sign("!", "negate") !== undefined) return { type: "not", items: [primary()] }
    if (sign("-") !== undefined) {
      const one = peek()
      if (one?.type !== "number")
        return { type: "arithmetic", by: "-", items: [{ type: "value", value: 0 }, primary()] }
      next()
      return { type: "value", value: -one.number }
    }
    if (sign("(") !== undefined) {
      const inner = disjunction()
      return isClosed(")") ? inner : fail()
    }
    if (sign("[") !== undefined) {
      const items = listed(disjunction, "]", () => isClosed("]"))
      return items === undefined ? fail() : { type: "list", items }
    }
    const one = next()
    if (one === undefined || one.type === "sign") return fail()
    if (one.type === "number") return { type: "value", value: one.number }
    if (one.type === "name") return { type: "name", name: one.text }
    if (one.type === "text") return { type: "value", value: one.text }
    if (sign("(") !== undefined) {
      const items = listed(disjunction, ")", () => isClosed(")"))
      return items === undefined ? fail() : { type: "call", name: one.text, items }
    }
    return word(one.text)
  }
  const word = (text: string): Expression => {
    const lower = text.toLowerCase()
    if (lower === "true" || lower === "false") return { type: "value", value: lower === "true" }
    if (lower === "undefined" || lower === "null") return { type: "value", value: undefined }
    return operatorWords.has(lower) ? fail() : { type: "value", value: text }
  }
  /** Is the bracket closed, be it by the end of the text? */
  const isClosed = (bracket: string): boolean => sign(bracket) !== undefined || peek() === undefined
  const arithmetic = (by: string, items: readonly [Expression, Expression]): Expression => ({
    type: "arithmetic",
    by: signs.find((one) => one === by) ?? "^",
    items,
  })
  const primary = bounded(inBrackets)
  const power = chained(primary, ["^", "power"], arithmetic)
  const product = chained(power, ["*", "/", "%"], arithmetic)
  const sum = chained(product, ["+", "-"], arithmetic)
  const conjunction = several(comparison, ["and", "&&", "&"], (items) => ({ type: "and", items }))
  const disjunction = several(conjunction, ["or", "||", "|"], (items) => ({ type: "or", items }))

  const tree = disjunction()
  return isDone() ? tree : undefined
}

/** Comparisons in a row, which nobody writes. */
const mostCompared = 50

const signs: ReadonlyArray<Arithmetic> = ["+", "-", "*", "/", "%", "^"]

const operatorWords = new Set([...comparators.keys(), "and", "or", "empty", "notempty", "power", "negate"])

/** The expression and all in it; no recursion. */
export const parts = (expression: Expression): ReadonlyArray<Expression> => {
  const found: Array<Expression> = []
  const pending = [expression]
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    found.push(one)
    if ("items" in one) for (const inner of one.items) pending.push(inner)
  }
  return found
}
