/**
 * Reads a regular expression that compiles with the flag `u` into the few shapes that its matching time depends on.
 * Names and numbers of groups do not matter, nor does greed: a text that does not match is tried in every way.
 */
import * as CharacterSet from "./CharacterSet.ts"

export type Expression =
  | { readonly kind: "set"; readonly set: CharacterSet.CharacterSet }
  | { readonly kind: "sequence"; readonly of: ReadonlyArray<Expression> }
  | { readonly kind: "choice"; readonly of: ReadonlyArray<Expression> }
  /** `max` is Infinity without an upper limit. */
  | { readonly kind: "repeat"; readonly of: Expression; readonly min: number; readonly max: number }
  /** A look ahead: tried where it stands, then the matching goes on from the same place. */
  | { readonly kind: "ahead"; readonly of: Expression }

/** What stands for nothing to read: `^`, `$`, `\b`, an empty group. */
const nothing: Expression = { kind: "sequence", of: [] }

/** The expression; or the reason why it cannot be analysed. */
export type Parsed = { readonly expression: Expression } | { readonly reason: string }

/** `regex` compiles, so every bracket is closed and every escape is one. */
export const parse = (regex: string): Parsed => {
  const reader: Reader = { characters: Array.from(regex), at: 0, reason: null }
  const expression = readChoice(reader)
  return reader.reason === null ? { expression } : { reason: reader.reason }
}

interface Reader {
  readonly characters: ReadonlyArray<string>
  at: number
  /** The first thing that cannot be analysed. */
  reason: string | null
}

const peek = (reader: Reader, ahead = 0): string => reader.characters[reader.at + ahead] ?? ""
const next = (reader: Reader): string => reader.characters[reader.at++] ?? ""
const startsWith = (reader: Reader, text: string): boolean =>
  reader.characters.slice(reader.at, reader.at + text.length).join("") === text
const skip = (reader: Reader, text: string): boolean => {
  const found = startsWith(reader, text)
  if (found) reader.at += text.length
  return found
}
/** Up to `end`, and past it. */
const readUntil = (reader: Reader, end: string): string => {
  let text = ""
  while (reader.at < reader.characters.length && peek(reader) !== end) text += next(reader)
  next(reader)
  return text
}

const readChoice = (reader: Reader): Expression => {
  const arms = [readSequence(reader)]
  while (skip(reader, "|")) arms.push(readSequence(reader))
  return arms.length === 1 ? (arms[0] ?? nothing) : { kind: "choice", of: arms }
}

const readSequence = (reader: Reader): Expression => {
  const parts: Array<Expression> = []
  while (!["", "|", ")"].includes(peek(reader))) parts.push(readRepeat(reader, readAtom(reader)))
  return parts.length === 1 ? (parts[0] ?? nothing) : { kind: "sequence", of: parts }
}

const readRepeat = (reader: Reader, of: Expression): Expression => {
  const limits = readLimits(reader)
  if (limits === null) return of
  skip(reader, "?")
  const [min, max] = limits
  return { kind: "repeat", of, min, max }
}

const readLimits = (reader: Reader): readonly [min: number, max: number] | null => {
  if (skip(reader, "*")) return [0, Infinity]
  if (skip(reader, "+")) return [1, Infinity]
  if (skip(reader, "?")) return [0, 1]
  if (!skip(reader, "{")) return null
  const [min = "", max] = readUntil(reader, "}").split(",")
  return [Number(min), max === undefined ? Number(min) : max === "" ? Infinity : Number(max)]
}

const readAtom = (reader: Reader): Expression => {
  const character = next(reader)
  switch (character) {
    case "^":
    case "$":
      return nothing
    case ".":
      return { kind: "set", set: CharacterSet.complement(CharacterSet.lineEnds) }
    case "[":
      return { kind: "set", set: readClass(reader) }
    case "(":
      return readGroup(reader)
    case "\\":
      if (skip(reader, "b") || skip(reader, "B")) return nothing
      return { kind: "set", set: readEscape(reader) }
    default:
      return { kind: "set", set: single(character) }
  }
}

const readGroup = (reader: Reader): Expression => {
  const isAhead = skip(reader, "?=") || skip(reader, "?!")
  if (skip(reader, "?<=") || skip(reader, "?<!")) reader.reason ??= "it looks behind"
  else if (skip(reader, "?<")) readUntil(reader, ">")
  else if (!skip(reader, "?:") && skip(reader, "?")) reader.reason ??= "it changes flags"
  const of = readChoice(reader)
  next(reader)
  return isAhead ? { kind: "ahead", of } : of
}

const readClass = (reader: Reader): CharacterSet.CharacterSet => {
  const negated = skip(reader, "^")
  const sets: Array<CharacterSet.CharacterSet> = []
  while (!["", "]"].includes(peek(reader))) {
    const from = readMember(reader)
    // a hyphen before the closing bracket is itself
    if (peek(reader) === "-" && peek(reader, 1) !== "]") {
      next(reader)
      const to = readMember(reader)
      sets.push(CharacterSet.of([from[0] ?? 0, to.at(-1) ?? 0]))
    } else sets.push(from)
  }
  next(reader)
  const set = CharacterSet.union(...sets)
  return negated ? CharacterSet.complement(set) : set
}

const readMember = (reader: Reader): CharacterSet.CharacterSet => {
  const character = next(reader)
  if (character !== "\\") return single(character)
  return skip(reader, "b") ? point(0x08) : readEscape(reader)
}

const point = (code: number): CharacterSet.CharacterSet => [code, code]
const single = (character: string): CharacterSet.CharacterSet => point(character.codePointAt(0) ?? 0)

const controls: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, v: 0x0b, f: 0x0c, r: 0x0d }

/** The properties that are looked up: looking up takes long enough that nobody should make us do it for hundreds. */
const properties =
  /^(?:[CLMNPSZ][a-z]?|(?:(?:Upper|Lower)case_)?Letter|Uppercase|Lowercase|Alpha|Alphabetic|Mark|(?:Decimal_)?Number|Punctuation|Symbol|Separator|White_Space|Emoji|ASCII|Any|(?:Script|sc|Script_Extensions|scx)=(?:Latin|Latn|Greek|Grek|Cyrillic|Cyrl|Han|Hani|Hiragana|Hira|Katakana|Kana|Hangul|Hang|Arabic|Arab|Hebrew|Hebr|Thai|Devanagari|Deva))$/

/** After the backslash. */
const readEscape = (reader: Reader): CharacterSet.CharacterSet => {
  const character = next(reader)
  switch (character) {
    case "d":
      return CharacterSet.digits
    case "D":
      return CharacterSet.complement(CharacterSet.digits)
    case "w":
      return CharacterSet.words
    case "W":
      return CharacterSet.complement(CharacterSet.words)
    case "s":
      return CharacterSet.spaces
    case "S":
      return CharacterSet.complement(CharacterSet.spaces)
    case "p":
    case "P": {
      next(reader)
      const name = readUntil(reader, "}")
      if (properties.test(name)) return CharacterSet.property(`\\${character}{${name}}`)
      reader.reason ??= `it uses the rare property ${name}`
      return []
    }
    case "c":
      return point(next(reader).charCodeAt(0) % 32)
    case "x":
      return point(readHexadecimal(reader, 2))
    case "u":
      return point(readUnicode(reader))
    case "0":
      return point(0)
    case "k":
      reader.reason ??= "it refers back to a group"
      return []
    default:
      if (/\d/.test(character)) {
        reader.reason ??= "it refers back to a group"
        while (/\d/.test(peek(reader))) next(reader)
        return []
      }
      return single(Object.hasOwn(controls, character) ? String.fromCharCode(controls[character] ?? 0) : character)
  }
}

const readHexadecimal = (reader: Reader, digits: number): number => {
  let text = ""
  while (text.length < digits) text += next(reader)
  return Number.parseInt(text, 16)
}

/** `\u{1F600}`, `\u00e5`, or two halves `\ud83d\ude00` that make one. */
const readUnicode = (reader: Reader): number => {
  if (skip(reader, "{")) return Number.parseInt(readUntil(reader, "}"), 16)
  const first = readHexadecimal(reader, 4)
  const second = Number.parseInt(reader.characters.slice(reader.at + 2, reader.at + 6).join(""), 16)
  const isPair = first >= 0xd800 && first <= 0xdbff && startsWith(reader, "\\u") && second >= 0xdc00 && second <= 0xdfff
  if (!isPair) return first
  reader.at += 6
  return (first - 0xd800) * 0x400 + (second - 0xdc00) + 0x10000
}
