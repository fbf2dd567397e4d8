/**
 * JSON that remembers where each value stood. A person who wrote a questionnaire by hand is told the line and column of
 * every mistake, which `JSON.parse` cannot do; duplicate keys, which it drops in silence, are reported too.
 *
 * Words: a *path* is the list of keys and indexes that leads to a value, a *pointer* is that path as text (RFC 6901), an
 * *offset* counts UTF-16 units from the start of the text, a *position* is line and column, both from 1.
 */
import * as Result from "effect/Result"

export type Path = ReadonlyArray<string | number>

export interface Position {
  readonly line: number
  readonly column: number
}

export interface SyntaxProblem extends Position {
  readonly code: "syntax"
  readonly message: string
}

/** A parsed document: its value, where each member of each container stands, and the keys that stand twice. */
export interface JsonText {
  readonly text: string
  readonly value: unknown
  readonly members: WeakMap<object, Map<string | number, Member>>
  readonly duplicates: ReadonlyArray<{ readonly path: Path; readonly offset: number }>
}

interface Member {
  readonly keyOffset: number
  readonly valueOffset: number
}

interface Container {
  readonly value: Record<string, unknown> | Array<unknown>
  readonly members: Map<string | number, Member>
  key: string
  keyOffset: number
}

const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))|(true|false|null)(?!\w)|$)/y

/** The largest text that is looked at, in UTF-16 units: far above any real questionnaire, far below what hurts. */
export const maxLength = 4_000_000

/** Parses strict JSON (RFC 8259), of any depth, without recursion. Fails with the first syntax error and its position. */
export const parse = (text: string): Result.Result<JsonText, SyntaxProblem> => {
  const fail = (message: string, offset: number) =>
    Result.fail<SyntaxProblem>({ code: "syntax", message, ...positionAt(text, offset) })
  if (text.length > maxLength) return fail(`The text is longer than ${maxLength} characters.`, 0)

  const members: JsonText["members"] = new WeakMap()
  const duplicates: Array<{ path: Path; offset: number }> = []
  const stack: Array<Container> = []
  let root: unknown
  let expecting: Expecting = "value"
  token.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0

  const place = (value: unknown, offset: number) => {
    const parent = stack.at(-1)
    if (parent === undefined) root = value
    else if (Array.isArray(parent.value)) {
      parent.members.set(parent.value.length, { keyOffset: offset, valueOffset: offset })
      parent.value.push(value)
    } else {
      if (parent.members.has(parent.key)) {
        duplicates.push({ path: [...pathOf(stack.slice(0, -1)), parent.key], offset: parent.keyOffset })
      }
      parent.members.set(parent.key, { keyOffset: parent.keyOffset, valueOffset: offset })
      // as JSON.parse does: "__proto__" becomes an ordinary own property instead of setting the prototype
      Object.defineProperty(parent.value, parent.key, { value, enumerable: true, configurable: true, writable: true })
    }
  }
  const afterValue = (): Expecting => (stack.length === 0 ? "end" : "comma")

  for (;;) {
    const from = token.lastIndex
    const match = token.exec(text)
    if (match === null) {
      const at = from + (/^[ \t\r\n]*/.exec(text.slice(from, from + 1000))?.[0].length ?? 0)
      return fail(strayCharacter(text, at), at)
    }
    const [all, mark, string, number, word] = match
    const offset = token.lastIndex - all.trimStart().length
    const top = stack.at(-1)

    if (all.trimStart() === "") {
      return expecting === "end"
        ? Result.succeed({ text, value: root, members, duplicates })
        : fail(stack.length > 0 ? "The text ends before everything is closed." : "There is nothing here.", text.length)
    }
    if (expecting === "end") return fail("There is more text after the end of the JSON value.", offset)
    if (mark === "}" || mark === "]") {
      const closes = top !== undefined && Array.isArray(top.value) === (mark === "]")
      const empty = top?.members.size === 0 && (expecting === "key" || expecting === "value")
      if (!closes) return fail(`This "${mark}" closes nothing that is open here.`, offset)
      if (expecting !== "comma" && !empty) return fail(`Remove the comma before this "${mark}".`, offset)
      stack.pop()
      expecting = afterValue()
    } else if (expecting === "comma") {
      if (mark !== ",") return fail("A comma is missing before this.", offset)
      expecting = top !== undefined && Array.isArray(top.value) ? "value" : "key"
    } else if (expecting === "key") {
      if (string === undefined || top === undefined)
        return fail("A property name in double quotes is expected here.", offset)
      top.key = readString(string)
      top.keyOffset = offset
      expecting = "colon"
    } else if (expecting === "colon") {
      if (mark !== ":") return fail("A colon is missing after the property name.", offset)
      expecting = "value"
    } else if (mark === "{" || mark === "[") {
      const container: Container = { value: mark === "[" ? [] : {}, members: new Map(), key: "", keyOffset: 0 }
      members.set(container.value, container.members)
      place(container.value, offset)
      stack.push(container)
      expecting = mark === "[" ? "value" : "key"
    } else if (mark !== undefined) {
      return fail(`A value is expected here, not "${mark}".`, offset)
    } else {
      place(string !== undefined ? readString(string) : number !== undefined ? Number(number) : wordValue(word), offset)
      expecting = afterValue()
    }
  }
}

type Expecting = "value" | "key" | "colon" | "comma" | "end"

const wordValue = (word: string | undefined) => (word === "null" ? null : word === "true")

const readString = (quoted: string): string => String(JSON.parse(quoted))

const pathOf = (stack: ReadonlyArray<Container>): Path =>
  stack.map((container) => (Array.isArray(container.value) ? container.value.length - 1 : container.key))

const strayCharacter = (text: string, at: number): string => {
  const rest = text.slice(at, at + 2)
  if (rest.startsWith("'")) return "Strings stand in double quotes in JSON, not in single quotes."
  if (rest === "//" || rest === "/*") return "JSON has no comments: remove this one."
  if (rest.startsWith('"')) return "This string is not closed, or holds a line break or a wrong escape."
  return `This is not JSON: ${JSON.stringify(text.slice(at, at + 12))}.`
}

/** The position of an offset. A line ends at LF; a CR before it belongs to the line. */
export const positionAt = (text: string, offset: number): Position => {
  const before = text.slice(0, offset)
  const lastBreak = before.lastIndexOf("\n")
  return { line: before.split("\n").length, column: offset - lastBreak }
}

/**
 * Where the value at `path` stands; with `"key"`, where its property name stands. A path that leads to nothing (a
 * missing property) gives the position of the nearest container that exists.
 */
export const locate = (document: JsonText, path: Path, what: "key" | "value" = "value"): Position => {
  let value = document.value
  let offset = /^\ufeff?[ \t\r\n]*/.exec(document.text)?.[0].length ?? 0
  for (const [index, step] of path.entries()) {
    const member = isContainer(value) ? document.members.get(value)?.get(step) : undefined
    if (member === undefined || !isContainer(value)) break
    offset = what === "key" && index === path.length - 1 ? member.keyOffset : member.valueOffset
    value = Reflect.get(value, step)
  }
  return positionAt(document.text, offset)
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null

/** A path as an RFC 6901 JSON pointer. */
export const pointer = (path: ReadonlyArray<PropertyKey>): string =>
  path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")

/**
 * The canonical form of a JSON value after RFC 8785: keys sorted by UTF-16 units, no white space, numbers as ECMAScript
 * prints them. Two values that mean the same have the same canonical form, so digests over it can be compared.
 * Properties whose value is `undefined` are left out, as in `JSON.stringify`.
 */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(",")}]`
  if (!isContainer(value)) return JSON.stringify(value) ?? "null"
  const properties = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${properties.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`
}
