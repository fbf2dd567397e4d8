/**
 * The expressions in which X-Gov forms may write a condition: `applicant.age > 17 and not (country == 'UK')`. They are
 * read into a tree, never evaluated. Anything else than comparisons of one field with one literal, joined by words or
 * signs, is refused.
 */
export type Expression =
  | { readonly is: "and" | "or"; readonly parts: ReadonlyArray<Expression> }
  | { readonly is: "not"; readonly part: Expression }
  | {
      readonly is: "compare"
      readonly operator: string
      readonly field: string
      readonly value: string | number | boolean
    }
  | { readonly is: "contains"; readonly field: string; readonly value: string | number | boolean }
  | { readonly is: "field"; readonly field: string }

interface Token {
  readonly kind: "sign" | "name" | "value"
  readonly text: string
  readonly value?: string | number | boolean
}

const token =
  /\s*(?:(==|!=|<=|>=|<|>|\(|\)|!|&&|\|\|)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?)|([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*))/y

/** Longer ones no person writes. */
const longest = 5000
const deepest = 50

/** Undefined for what is no expression of this kind. */
export const read = (text: string): Expression | undefined => {
  const tokens = text.length > longest ? undefined : tokensOf(text)
  if (tokens === undefined) return undefined
  let at = 0
  const next = (): Token | undefined => tokens[at]
  const takes = (...texts: ReadonlyArray<string>): boolean => {
    const here = next()
    if (here === undefined || here.kind === "value" || !texts.includes(here.text)) return false
    at++
    return true
  }

  const joined = (
    is: "and" | "or",
    words: ReadonlyArray<string>,
    part: (depth: number) => Expression | undefined,
    depth: number,
  ): Expression | undefined => {
    const parts: Array<Expression> = []
    do {
      const one = part(depth)
      if (one === undefined) return undefined
      parts.push(one)
    } while (takes(...words))
    const [only] = parts
    return parts.length === 1 ? only : { is, parts }
  }
  const either = (depth: number): Expression | undefined =>
    depth > deepest ? undefined : joined("or", ["or", "||"], both, depth)
  const both = (depth: number): Expression | undefined => joined("and", ["and", "&&"], one, depth)

  const one = (depth: number): Expression | undefined => {
    if (depth > deepest) return undefined
    if (takes("not", "!")) {
      const part = one(depth + 1)
      return part === undefined ? undefined : { is: "not", part }
    }
    if (takes("(")) {
      const inner = either(depth + 1)
      return inner !== undefined && takes(")") ? inner : undefined
    }
    return comparison()
  }

  const comparison = (): Expression | undefined => {
    const left = next()
    if (left === undefined || left.kind === "sign") return undefined
    at++
    const sign = next()
    if (sign?.kind === "name" && sign.text === "in") {
      at++
      const right = next()
      at++
      return left.value !== undefined && right?.kind === "name"
        ? { is: "contains", field: right.text, value: left.value }
        : undefined
    }
    if (sign?.kind !== "sign" || !/^[=!<>]=?$/.test(sign.text) || sign.text === "!")
      return left.kind === "name" ? { is: "field", field: left.text } : undefined
    at++
    const right = next()
    at++
    if (left.kind === "name" && right?.value !== undefined)
      return { is: "compare", operator: sign.text, field: left.text, value: right.value }
    if (left.value !== undefined && right?.kind === "name")
      return { is: "compare", operator: turned[sign.text] ?? sign.text, field: right.text, value: left.value }
    return undefined
  }

  const whole = either(0)
  return at === tokens.length ? whole : undefined
}

const turned: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" }

const tokensOf = (text: string): ReadonlyArray<Token> | undefined => {
  const tokens: Array<Token> = []
  const trimmed = text.trimEnd()
  token.lastIndex = 0
  while (token.lastIndex < trimmed.length) {
    const [whole, sign, single, double, number, name] = token.exec(trimmed) ?? []
    if (whole === undefined) return undefined
    const quoted = single ?? double
    if (sign !== undefined) tokens.push({ kind: "sign", text: sign })
    else if (quoted !== undefined) {
      const value = quoted.replace(/\\(.)/g, "$1")
      tokens.push({ kind: "value", text: value, value })
    } else if (number !== undefined) tokens.push({ kind: "value", text: number, value: Number(number) })
    else if (name === "true" || name === "false") tokens.push({ kind: "value", text: name, value: name === "true" })
    else if (name !== undefined) tokens.push({ kind: "name", text: name })
  }
  return tokens
}
