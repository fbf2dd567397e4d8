/**
 * SurveyJS expressions as a tree: `{age} >= 18 and ({kind} = 'a' or {owners} notempty)`. Nothing is evaluated here. The
 * language is theirs: words and signs for the same operator, any case, a closing bracket may be missing at the end.
 */

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

const maxLength = 10_000
const maxTokens = 4000
const deepest = 50

const tokens = (text: string): ReadonlyArray<Token> | undefined => {
  const found: Array<Token> = []
  const trimmed = text.trimEnd()
  token.lastIndex = 0
  while (token.lastIndex < trimmed.length) {
    const match = token.exec(trimmed)
    if (match === null || found.length >= maxTokens) return undefined
    const [, name, single, double, number, sign, word] = match
    if (name !== undefined) found.push({ type: "name", text: name.trim() })
    else if (single !== undefined || double !== undefined) {
      found.push({ type: "text", text: (single ?? double ?? "").replace(/\\(.)/gs, "$1") })
    } else if (number !== undefined) found.push({ type: "number", number: Number(number) })
    else if (sign !== undefined) found.push({ type: "sign", text: sign })
    else found.push({ type: "word", text: word ?? "" })
  }
  return found
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
  if (text.length > maxLength) return undefined
  const list = tokens(text)
  if (list === undefined || list.length === 0) return undefined
  let next = 0
  let depth = 0
  const state = { failed: false }

  const sign = (...signs: ReadonlyArray<string>): string | undefined => {
    const one = list[next]
    if (one === undefined || (one.type !== "sign" && one.type !== "word")) return undefined
    const lower = one.text.toLowerCase()
    if (!signs.includes(lower)) return undefined
    next++
    return lower
  }
  const fail = (): Expression => {
    state.failed = true
    return { type: "value", value: undefined }
  }

  const several =
    (type: "and" | "or", inner: () => Expression, ...signs: ReadonlyArray<string>) =>
    (): Expression => {
      const first = inner()
      const items = [first]
      while (!state.failed && sign(...signs) !== undefined) items.push(inner())
      return items.length === 1 ? first : { type, items }
    }
  const comparison = (): Expression => {
    let left = sum()
    for (let chain = 0; !state.failed && chain < deepest; chain++) {
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
  const chained =
    (inner: () => Expression, signs: ReadonlyArray<Arithmetic>, words: ReadonlyArray<string> = []) =>
    (): Expression => {
      let left = inner()
      for (let chain = 0; !state.failed; chain++) {
        const found = sign(...signs, ...words)
        if (found === undefined) return left
        if (chain >= deepest) return fail()
        left = { type: "arithmetic", by: signs.find((one) => one === found) ?? "^", items: [left, inner()] }
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
    if (sign("!", "negate") !== undefined) return { type: "not", items: [primary()] }
    if (sign("-") !== undefined) {
      const one = list[next]
      if (one?.type !== "number")
        return { type: "arithmetic", by: "-", items: [{ type: "value", value: 0 }, primary()] }
      next++
      return { type: "value", value: -one.number }
    }
    if (sign("(") !== undefined) {
      const inner = disjunction()
      return closed(")") ? inner : fail()
    }
    if (sign("[") !== undefined) {
      const items = listed("]")
      return items === undefined ? fail() : { type: "list", items }
    }
    const one = list[next++]
    if (one === undefined || one.type === "sign") return fail()
    if (one.type === "number") return { type: "value", value: one.number }
    if (one.type === "name") return { type: "name", name: one.text }
    if (one.type === "text") return { type: "value", value: one.text }
    if (sign("(") !== undefined) {
      const items = listed(")")
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
  const closed = (bracket: string): boolean => sign(bracket) !== undefined || next >= list.length
  const listed = (end: ")" | "]"): ReadonlyArray<Expression> | undefined => {
    const items: Array<Expression> = []
    if (sign(end) !== undefined) return items
    do items.push(disjunction())
    while (!state.failed && sign(",") !== undefined)
    return !state.failed && closed(end) ? items : undefined
  }
  const power = chained(primary, ["^"], ["power"])
  const product = chained(power, ["*", "/", "%"])
  const sum = chained(product, ["+", "-"])
  const conjunction = several("and", comparison, "and", "&&", "&")
  const disjunction = several("or", conjunction, "or", "||", "|")

  const tree = disjunction()
  return state.failed || next < list.length ? undefined : tree
}

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
