/**
 * The expressions of XLSForms, XPath with `${name}` for a question, as a tree. Nothing is evaluated here; predicates and
 * paths into other documents are not read.
 */
import { reader, tokens } from "../Imported/expressions.ts"

export type Comparator = "eq" | "ne" | "lt" | "lte" | "gt" | "gte"
export type Arithmetic = "+" | "-" | "*" | "div" | "mod"

export type Expression =
  /** `${name}`, or the last step of a path. */
  | { readonly type: "name"; readonly name: string }
  /** A name without anything, which is a column of the choices where these are filtered. */
  | { readonly type: "bare"; readonly name: string }
  /** `.`, the question itself. */
  | { readonly type: "self" }
  | { readonly type: "value"; readonly value: string | number }
  | { readonly type: "call"; readonly name: string; readonly items: ReadonlyArray<Expression> }
  | { readonly type: "and" | "or"; readonly items: ReadonlyArray<Expression> }
  | { readonly type: "compare"; readonly by: Comparator; readonly items: readonly [Expression, Expression] }
  | { readonly type: "arithmetic"; readonly by: Arithmetic; readonly items: readonly [Expression, Expression] }

type Token = { readonly type: "name" | "path" | "text" | "word" | "sign"; readonly text: string } | NumberToken
interface NumberToken {
  readonly type: "number"
  readonly number: number
}

const token =
  /\s*(?:\$\{\s*([^${}]{1,300}?)\s*\}|'([^']*)'|"([^"]*)"|(\d+(?:\.\d*)?|\.\d+)|((?:\.{1,2}|\/?[\p{L}_][\p{L}\p{N}_.:-]*|\/)?(?:\/(?:\.\.|[\p{L}_][\p{L}\p{N}_.:-]*))+)|(<=|>=|!=|[=<>+\-*(),.])|([\p{L}_][\p{L}\p{N}_.:-]*))/uy

const tokenOf = ([, name, single, double, number, path, sign, word]: RegExpExecArray): Token => {
  if (name !== undefined) return { type: "name", text: name }
  if (single !== undefined || double !== undefined) return { type: "text", text: single ?? double ?? "" }
  if (number !== undefined) return { type: "number", number: Number(number) }
  if (path !== undefined) return { type: "path", text: path }
  return sign === undefined ? { type: "word", text: word ?? "" } : { type: "sign", text: sign }
}

/** Marks that word processors put in, as they should be. */
const straight = (text: string): string =>
  text
    .replaceAll(/[\u2018\u2019]/g, "'")
    .replaceAll(/[\u201c\u201d]/g, '"')
    .replaceAll(/current\(\)\s{0,5}\/(?=\.\.)/g, "")

const comparators: ReadonlyMap<string, Comparator> = new Map([
  ["=", "eq"],
  ["!=", "ne"],
  ["<", "lt"],
  ["<=", "lte"],
  [">", "gt"],
  [">=", "gte"],
])

/** The tree of an expression; undefined for what is none, or is longer or deeper than any person writes. */
export const parse = (text: string): Expression | undefined => {
  const list = tokens(straight(text), token, tokenOf)
  if (list === undefined || list.length === 0) return undefined
  const signOf = (one: Token): string | undefined =>
    one.type === "number" || one.type === "text" || one.type === "name" ? undefined : one.text
  const { bounded, chained, fail, isDone, listed, next, several, sign } = reader<Token, Expression>(list, signOf, {
    type: "value",
    value: "",
  })
  const inBrackets = (): Expression => {
    if (sign("-") !== undefined) {
      const one = primary()
      return one.type === "value" && typeof one.value === "number"
        ? { type: "value", value: -one.value }
        : { type: "arithmetic", by: "-", items: [{ type: "value", value: 0 }, one] }
    }
    if (sign("(") !== undefined) {
      const inner = disjunction()
      return sign(")") === undefined ? fail() : inner
    }
    const one = next()
    if (one === undefined) return fail()
    switch (one.type) {
      case "number":
        return { type: "value", value: one.number }
      case "text":
        return { type: "value", value: one.text }
      case "name":
        return { type: "name", name: one.text }
      case "path": {
        const last = one.text.slice(one.text.lastIndexOf("/") + 1)
        return last === ".." ? fail() : { type: "name", name: last }
      }
      case "sign":
        return one.text === "." ? { type: "self" } : fail()
      case "word": {
        if (sign("(") === undefined) return { type: "bare", name: one.text }
        const items = listed(disjunction, ")", () => sign(")") !== undefined)
        return items === undefined ? fail() : { type: "call", name: one.text, items }
      }
    }
  }
  const arithmetic = (by: string, items: readonly [Expression, Expression]): Expression => ({
    type: "arithmetic",
    by: by === "+" || by === "-" || by === "*" || by === "div" ? by : "mod",
    items,
  })
  const compared = (by: string, items: readonly [Expression, Expression]): Expression => ({
    type: "compare",
    by: comparators.get(by) ?? "eq",
    items,
  })
  const primary = bounded(inBrackets)
  const product = chained(primary, ["*", "div", "mod"], arithmetic)
  const sum = chained(product, ["+", "-"], arithmetic)
  const ordered = chained(sum, ["<", "<=", ">", ">="], compared)
  const equality = chained(ordered, ["=", "!="], compared)
  const conjunction = several(equality, ["and"], (items) => ({ type: "and", items }))
  const disjunction = several(conjunction, ["or"], (items) => ({ type: "or", items }))

  const tree = disjunction()
  return isDone() ? tree : undefined
}
