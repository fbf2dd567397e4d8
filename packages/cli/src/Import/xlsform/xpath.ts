/**
 * The expressions of XLSForms, XPath with `${name}` for a question, as a tree. Nothing is evaluated here; predicates and
 * paths into other documents are not read.
 */

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

const maxLength = 10_000
const maxTokens = 4000
const deepest = 50

const tokens = (text: string): ReadonlyArray<Token> | undefined => {
  const found: Array<Token> = []
  const trimmed = text
    .replaceAll(/[\u2018\u2019]/g, "'")
    .replaceAll(/[\u201c\u201d]/g, '"')
    .replaceAll(/current\(\)\s{0,5}\/(?=\.\.)/g, "")
    .trimEnd()
  token.lastIndex = 0
  while (token.lastIndex < trimmed.length) {
    const match = token.exec(trimmed)
    if (match === null || found.length >= maxTokens) return undefined
    const [, name, single, double, number, path, sign, word] = match
    if (name !== undefined) found.push({ type: "name", text: name })
    else if (single !== undefined || double !== undefined) found.push({ type: "text", text: single ?? double ?? "" })
    else if (number !== undefined) found.push({ type: "number", number: Number(number) })
    else if (path !== undefined) found.push({ type: "path", text: path })
    else if (sign !== undefined) found.push({ type: "sign", text: sign })
    else found.push({ type: "word", text: word ?? "" })
  }
  return found
}

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
  if (text.length > maxLength) return undefined
  const list = tokens(text)
  if (list === undefined || list.length === 0) return undefined
  let next = 0
  let depth = 0
  const state = { failed: false }
  const fail = (): Expression => {
    state.failed = true
    return { type: "value", value: "" }
  }
  const sign = (...signs: ReadonlyArray<string>): string | undefined => {
    const one = list[next]
    if (one === undefined || one.type === "number" || one.type === "text" || one.type === "name") return undefined
    if (!signs.includes(one.text)) return undefined
    next++
    return one.text
  }
  const several = (type: "and" | "or", inner: () => Expression) => (): Expression => {
    const first = inner()
    const items = [first]
    while (!state.failed && sign(type) !== undefined) items.push(inner())
    return items.length === 1 ? first : { type, items }
  }
  const chained =
    (
      inner: () => Expression,
      signs: ReadonlyArray<string>,
      make: (by: string, items: [Expression, Expression]) => Expression,
    ) =>
    (): Expression => {
      let left = inner()
      for (let chain = 0; !state.failed; chain++) {
        const by = sign(...signs)
        if (by === undefined) return left
        if (chain >= deepest) return fail()
        left = make(by, [left, inner()])
      }
      return left
    }
  const primary = (): Expression => {
    if (++depth > deepest || state.failed) return fail()
    const result = inBrackets()
    depth--
    return result
  }
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
    const one = list[next++]
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
        const items: Array<Expression> = []
        if (sign(")") !== undefined) return { type: "call", name: one.text, items }
        do items.push(disjunction())
        while (!state.failed && sign(",") !== undefined)
        return sign(")") === undefined ? fail() : { type: "call", name: one.text, items }
      }
    }
  }
  const arithmetic = (by: string, items: [Expression, Expression]): Expression => ({
    type: "arithmetic",
    by: by === "+" || by === "-" || by === "*" || by === "div" ? by : "mod",
    items,
  })
  const compared = (by: string, items: [Expression, Expression]): Expression => ({
    type: "compare",
    by: comparators.get(by) ?? "eq",
    items,
  })
  const product = chained(primary, ["*", "div", "mod"], arithmetic)
  const sum = chained(product, ["+", "-"], arithmetic)
  const ordered = chained(sum, ["<", "<=", ">", ">="], compared)
  const equality = chained(ordered, ["=", "!="], compared)
  const conjunction = several("and", equality)
  const disjunction = several("or", conjunction)

  const tree = disjunction()
  return state.failed || next < list.length ? undefined : tree
}

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
