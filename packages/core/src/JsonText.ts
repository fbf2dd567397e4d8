/**
 * JSON that remembers where each value stood. A person who wrote a questionnaire by hand is told the line and column of
 * every mistake, which `JSON.parse` cannot do; duplicate keys, which it drops in silence, are reported too.
 *
 * Words: a *path* is the list of keys and indexes that leads to a value, a *pointer* is that path as text (RFC 6901), an
 * *offset* counts UTF-16 units from the start of the text, a *position* is line and column, both from 1.
 */
import * as Result from "effect/Result"

export { canonical } from "./JsonText/canonical.ts"
export { pointer } from "./JsonText/pointer.ts"

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
  readonly members: ReadonlyMap<object, ReadonlyMap<string | number, Member>>
  /** The first of them, and not below the levels that a questionnaire can have: endless paths would fill the memory. */
  readonly duplicates: ReadonlyArray<{ readonly path: Path; readonly offset: number }>
  /** The offset at which each line starts, so that a position is looked up and not counted from the start each time. */
  readonly lines: ReadonlyArray<number>
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

const space = /[ \t\r\n]*/y

/** The largest text that is looked at, in UTF-16 units: far above any real questionnaire, far below what hurts. */
export const maxLength = 4_000_000

/** Groups and conditions as deep as they may stand in one another, and keys as often as anybody reads of them. */
const maxLevels = 320
const maxDuplicates = 5000

/** Parses strict JSON (RFC 8259), of any depth, without recursion. Fails with the first syntax error and its position. */
export const parse = (text: string): Result.Result<JsonText, SyntaxProblem> => {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0
  const fail = (message: string, offset: number) =>
    Result.fail<SyntaxProblem>({ code: "syntax", message, ...positionAt({ lines: lineStarts(text, start) }, offset) })
  if (text.length > maxLength) return fail(`The text is longer than ${maxLength} characters.`, start)

  const members = new Map<object, Container["members"]>()
  const duplicates: Array<{ path: Path; offset: number }> = []
  const stack: Array<Container> = []
  let root: unknown
  let expecting: Expecting = "value"
  token.lastIndex = start

  const place = (value: unknown, offset: number) => {
    const parent = stack.at(-1)
    if (parent === undefined) root = value
    else if (Array.isArray(parent.value)) {
      parent.members.set(parent.value.length, { keyOffset: offset, valueOffset: offset })
      parent.value.push(value)
    } else {
      if (parent.members.has(parent.key) && stack.length <= maxLevels && duplicates.length < maxDuplicates) {
        duplicates.push({ path: [...pathOf(stack.slice(0, -1)), parent.key], offset: parent.keyOffset })
      }
      parent.members.set(parent.key, { keyOffset: parent.keyOffset, valueOffset: offset })
      if (parent.key !== "__proto__") parent.value[parent.key] = value
      // as JSON.parse does: an ordinary own property, instead of setting the prototype
      else Object.defineProperty(parent.value, parent.key, ownProperty(value))
    }
  }
  const afterValue = (): Expecting => (stack.length === 0 ? "end" : "comma")

  for (;;) {
    const from = token.lastIndex
    const match = token.exec(text)
    if (match === null) {
      space.lastIndex = from
      space.exec(text)
      return fail(strayCharacter(text, space.lastIndex, expecting), space.lastIndex)
    }
    const [all, mark, string, number, word] = match
    const offset = token.lastIndex - all.trimStart().length
    const top = stack.at(-1)

    if (all.trimStart() === "") {
      return expecting === "end"
        ? Result.succeed({ text, value: root, members, duplicates, lines: lineStarts(text, start) })
        : fail(stack.length > 0 ? "The text ends before everything is closed." : "There is nothing here.", text.length)
    }
    if (expecting === "end") return fail("There is more text after the end of the JSON value.", offset)
    if (mark === "}" || mark === "]") {
      const problem = wrongEnd(mark, top, expecting)
      if (problem !== null) return fail(problem, offset)
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

/** What is wrong with closing the innermost container here; null when nothing is. */
const wrongEnd = (mark: "}" | "]", top: Container | undefined, expecting: Expecting): string | null => {
  if (top === undefined || Array.isArray(top.value) !== (mark === "]")) {
    return `This "${mark}" closes nothing that is open here.`
  }
  if (expecting === "colon") return "A colon is missing after the property name."
  if (expecting === "value" && mark === "}") return 'A value is expected here, not "}".'
  return expecting === "comma" || top.members.size === 0 ? null : `Remove the comma before this "${mark}".`
}

const wordValue = (word: string | undefined) => (word === "null" ? null : word === "true")

const readString = (quoted: string): string =>
  quoted.includes("\\") ? String(JSON.parse(quoted)) : quoted.slice(1, -1)

const ownProperty = (value: unknown) => ({ value, enumerable: true, configurable: true, writable: true })

const pathOf = (stack: ReadonlyArray<Container>): Path =>
  stack.map((container) => (Array.isArray(container.value) ? container.value.length - 1 : container.key))

const strayCharacter = (text: string, at: number, expecting: Expecting): string => {
  const rest = text.slice(at, at + 2)
  if (rest.startsWith("'")) return "Strings stand in double quotes in JSON, not in single quotes."
  if (rest === "//" || rest === "/*") return "JSON has no comments: remove this one."
  if (rest.startsWith('"')) return "This string is not closed, or holds a line break or a wrong escape."
  if (expecting === "key") return "A property name in double quotes is expected here."
  if (/^[-+.\d]/.test(rest)) {
    return "This is no JSON number: those have no plus sign, no leading zero, and digits on both sides of the point."
  }
  return `This is not JSON: ${JSON.stringify(/^.{1,12}/u.exec(text.slice(at, at + 24))?.[0] ?? "")}.`
}

/** A line ends at LF; a CR before it belongs to the line. A byte order mark at the start does not count. */
const lineStarts = (text: string, start: number): ReadonlyArray<number> => {
  const starts = [start]
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1)
  return starts
}

/** The position of an offset. */
export const positionAt = ({ lines }: Pick<JsonText, "lines">, offset: number): Position => {
  let line = 0
  for (let beyond = lines.length; beyond - line > 1;) {
    const middle = (line + beyond) >> 1
    if ((lines[middle] ?? 0) <= offset) line = middle
    else beyond = middle
  }
  return { line: line + 1, column: offset - (lines[line] ?? 0) + 1 }
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
  return positionAt(document, offset)
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null
