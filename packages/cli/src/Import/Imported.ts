/**
 * What every importer gives back, and what all of them need: reading JSON from strangers, ids and option values that
 * keep the source's own wherever they are legal, text without HTML, and a place to report.
 *
 * Words: *theirs* is an id or value as the source has it, *ours* what it became; a *path* leads to a place in the source.
 */
import type { Condition } from "@requite/core/Condition/Ast"
import * as JsonText from "@requite/core/JsonText"
import type { LocalText } from "@requite/core/LocalText"
import type { Question, Questionnaire, Section } from "@requite/core/Questionnaire/Definition"
import * as Result from "effect/Result"

export interface Imported {
  /** Null when the text is nothing of that source at all. */
  readonly definition: Questionnaire | null
  /** Theirs to ours, of everything that became an item. */
  readonly ids: Readonly<Record<string, string>>
  /** Of each choice, by their id: their option values to ours. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Imported, but not quite as it was. */
  readonly warnings: ReadonlyArray<Warning>
  /** Not imported: nothing of the source is dropped in silence. */
  readonly unsupported: ReadonlyArray<Unsupported>
}

export interface Warning {
  /** Where it stands in the source: RFC 6901, or the like of it where the source is no JSON. */
  readonly pointer: string
  readonly code: string
  readonly message: string
}

export interface Unsupported {
  readonly pointer: string
  /** The property or construct, in the words of the source: `enableWhenExpression`, `signaturepad`. */
  readonly what: string
  readonly message: string
}

/** An item with the properties of its kind. */
export interface Item extends Question {
  readonly [property: string]: unknown
}

export type Path = JsonText.Path

/** Collects what is to be said about an import, in the order in which it is found. */
export interface Report {
  readonly warnings: Array<Warning>
  readonly unsupported: Array<Unsupported>
  /** Imported, but not quite as it was. `code` is stable, in kebab-case. */
  readonly warn: (path: Path, code: string, message: string) => void
  /** Not imported. A condition that is not translated leaves its item shown: the message says so. */
  readonly drop: (path: Path, what: string, message: string) => void
}

export const report = (): Report => {
  const warnings: Array<Warning> = []
  const unsupported: Array<Unsupported> = []
  return {
    warnings,
    unsupported,
    warn: (path, code, message) => warnings.push({ pointer: JsonText.pointer(path), code, message }),
    drop: (path, what, message) => unsupported.push({ pointer: JsonText.pointer(path), what, message }),
  }
}

/** Reports every property that no one has looked at. */
export const leftover = (report: Report, object: unknown, path: Path, known: Iterable<string>): void => {
  if (!isObject(object)) return
  const handled = new Set(known)
  for (const property of Object.keys(object).slice(0, 100))
    if (!handled.has(property)) report.drop([...path, property], property, `There is no counterpart of "${property}".`)
}

/** What `from` answers to a text that cannot be read at all. */
export const refused = (what: string, message: string): Imported => ({
  definition: null,
  ids: {},
  values: {},
  warnings: [],
  unsupported: [{ pointer: "", what, message }],
})

/** What `read` makes of the JSON of a text, which may be of any depth; why it is none where it is none. */
export const fromJson = (text: string, read: (value: unknown) => Imported): Imported =>
  Result.match(JsonText.parse(text), {
    onFailure: ({ line, column, message }) =>
      refused("text", `This is no JSON: line ${line}, column ${column}: ${message}`),
    onSuccess: ({ value }) => read(value),
  })

/** Groups nest at most 32 deep in a definition of ours; deeper ones are cut off and reported. */
export const maxDepth = 30
/** Conditions nest at most 100 deep; deeper ones are not translated. */
export const maxConditionDepth = 60
/** Items of a definition; the rest is cut off and reported. */
export const maxItems = 20_000
export const maxOptions = 1000

/** Reading JSON that may hold anything: undefined, or an empty list, where something else stands. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
export const at = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
export const listAt = (value: unknown, key: string): ReadonlyArray<unknown> => {
  const list = at(value, key)
  return Array.isArray(list) ? list : []
}
export const stringAt = (value: unknown, key: string): string | undefined => {
  const text = at(value, key)
  return typeof text === "string" ? text : undefined
}
export const numberAt = (value: unknown, key: string): number | undefined => {
  const number = at(value, key)
  return typeof number === "number" && Number.isFinite(number) ? number : undefined
}

/** As a whole number within these limits. */
export const whole = (number: number | undefined, min: number, max: number): number | undefined =>
  number === undefined ? undefined : Math.min(max, Math.max(min, Math.trunc(number)))

/** Never true, always true. */
export const never: Condition = { any: [] }
export const always: Condition = { all: [] }

export const legalId = /^[a-z][A-Za-z0-9]{0,63}$/
export const legalValue = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** Names that every JavaScript object answers to; the checker refuses them as ids. */
const reserved = new Set(Object.getOwnPropertyNames(Object.prototype).concat("prototype"))

/** Ids of ours, unique over everything that has one. */
export interface Ids {
  /** What one of theirs became; undefined for an id that was not announced. */
  readonly ours: (theirs: string) => string | undefined
  /** An id for something that has none in the source, or not one of its own: the nearest free one. */
  readonly fresh: (near: string) => string
  /** Theirs to ours. */
  readonly record: () => Readonly<Record<string, string>>
}

/**
 * Ids for all of theirs, which are given at once so that those that are legal keep theirs, whatever stands before them.
 * `kept` are ids that nothing of theirs may get.
 */
export const ids = (theirs: Iterable<string>, kept: Iterable<string> = []): Ids => {
  const taken = new Set(kept)
  const ours = new Map<string, string>()
  const all = [...new Set(theirs)]
  for (const id of all) {
    if (!legalId.test(id) || reserved.has(id) || taken.has(id)) continue
    taken.add(id)
    ours.set(id, id)
  }
  const fresh = unique(taken, (text) => (legalId.test(text) && !reserved.has(text) ? text : nearestId(text)), "")
  for (const id of all) if (!ours.has(id)) ours.set(id, fresh(id))
  return { ours: (id) => ours.get(id), fresh, record: () => Object.fromEntries(ours) }
}

/** `Date of birth` → `dateOfBirth`, `1.2.3` → `q1x2x3`, `PHQ-9` → `phq9`. */
const nearestId = (theirs: string): string => {
  const words = latin(theirs)
    .replace(/(\d)[^A-Za-z0-9]+(?=\d)/g, "$1x")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
  const camel = words
    .map((word, i) => (i === 0 ? lowerFirst(word) : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("")
  const id = /^[a-z]/.test(camel) ? camel : `q${camel}`
  return (reserved.has(id) ? `${id}1` : id).slice(0, 64)
}

/** `Age` → `age`, `PHQScore` → `phqScore`, `BMI` → `bmi`. */
const lowerFirst = (word: string): string =>
  word.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (capitals) => capitals.toLowerCase())

/** Values of ours for the options of one question, in the same order; theirs where they are legal. */
export const optionValues = (theirs: ReadonlyArray<string>, kept: Iterable<string> = []): ReadonlyArray<string> => {
  const taken = new Set(kept)
  const keeps = theirs.map((value) => {
    if (!legalValue.test(value) || taken.has(value)) return false
    taken.add(value)
    return true
  })
  const fresh = unique(taken, nearestValue, "-")
  return theirs.map((value, i) => (keeps[i] === true ? value : fresh(value)))
}

const nearestValue = (theirs: string): string => {
  const value = latin(theirs)
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, 64)
    .replace(/-$/, "")
  return value === "" ? "option" : value
}

/** Numbers what is taken: `name`, `name2`, `name3`. The next number of a name is remembered: 10,000 of one are no burden. */
const unique = (taken: Set<string>, nearest: (theirs: string) => string, between: string) => {
  const next = new Map<string, number>()
  return (theirs: string): string => {
    const base = nearest(theirs.slice(0, 300))
    let candidate = base
    while (taken.has(candidate)) {
      const number = next.get(base) ?? 2
      next.set(base, number + 1)
      const end = `${between}${number}`
      candidate = base.slice(0, 64 - end.length) + end
    }
    taken.add(candidate)
    return candidate
  }
}

/** Without the marks over letters: `Größe` → `Grosse`. */
const latin = (text: string): string =>
  text
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")

/**
 * Text as a definition may hold it: storable, at most 4,000 characters, blank lines and runs of spaces closed up, on one
 * line unless `lines`. `{{` is kept apart, because it would start a placeholder. Empty when nothing is left.
 */
export const plain = (text: string, lines = false): string => {
  const storable = text
    .slice(0, 20_000)
    .toWellFormed()
    .replaceAll("\u0000", "")
    .replaceAll("{{", "{ {")
    .replaceAll("{{", "{ {")
  const closed = lines
    ? storable
        .replace(/\r\n?/g, "\n")
        .replace(/[^\S\n]+/g, " ")
        .replace(/ ?\n[ \n]*/g, "\n")
    : storable.replace(/[\p{Cc}\s]+/gu, " ")
  return closed.trim().slice(0, 3990).toWellFormed().trim()
}

/** The text of HTML, or of text with some HTML in it: no tags, no scripts, entities read. Linear in its length. */
export const fromHtml = (html: string, lines = false): string => {
  if (!/[<&]/.test(html)) return plain(html, lines)
  const text = withoutElements(html.slice(0, 50_000))
    .replace(/<(?:br|\/p|\/div|\/li|\/h[1-6]|\/tr)\b[^<>]{0,500}>/gi, "\n")
    .replace(/<\/?[a-z][a-z0-9:-]{0,40}(?:\s[^<>]{0,2000})?\/?>|<!--[^<>]{0,2000}-->/gi, " ")
    .replace(/&#(\d{1,7});/g, (_, code: string) => character(Number(code)))
    .replace(/&#x([0-9a-f]{1,6});/gi, (_, code: string) => character(parseInt(code, 16)))
    .replace(/&([a-z]{2,8});/gi, (all, name: string) => entities.get(name) ?? all)
  return plain(text, lines)
}

const withoutElements = (html: string): string => {
  const lower = html.toLowerCase()
  if (lower.length !== html.length) return html
  let kept = ""
  let from = 0
  for (const { index, 1: name } of lower.matchAll(/<(script|style)\b/g)) {
    if (index < from) continue
    kept += html.slice(from, index)
    const end = lower.indexOf(`</${name}`, index)
    if (end < 0) return kept
    from = end
  }
  return kept + html.slice(from)
}

const character = (code: number): string =>
  code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : " "

const entities = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
  ["ndash", "–"],
  ["mdash", "—"],
  ["hellip", "…"],
  ["rsquo", "’"],
  ["lsquo", "‘"],
  ["rdquo", "”"],
  ["ldquo", "“"],
  ["copy", "©"],
  ["euro", "€"],
  ["pound", "£"],
])

/** A language tag as definitions use it (`de_CH` → `de-CH`), or undefined. */
export const languageTag = (tag: string): string | undefined => {
  const hyphens = tag.trim().replaceAll("_", "-")
  if (!/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$/.test(hyphens)) return undefined
  try {
    return Intl.getCanonicalLocales(hyphens)[0]
  } catch {
    return undefined
  }
}

/**
 * One text of ours of several languages, each cleaned already: plain when there is one only, or all say the same;
 * `otherwise` when none has any text.
 */
export const localText = (
  texts: ReadonlyArray<readonly [language: string, text: string]>,
  otherwise: string,
): LocalText => {
  const some = texts.filter(([, text]) => text !== "")
  const first = some[0]?.[1]
  if (first === undefined) return otherwise
  return some.length === 1 ? first : Object.fromEntries(some)
}

/** An id of a whole questionnaire: small letters, digits, hyphens. */
export const questionnaireId = (theirs: string): string => {
  const id = latin(theirs.slice(0, 300))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-$/g, "")
    .slice(0, 64)
    .replace(/-$/, "")
  return id === "" ? "imported" : id
}

/**
 * The definition around sections. Sections without items are left out (an importer reports that itself); a questionnaire
 * without any gets a note, since a definition has at least one item.
 */
export const questionnaire = (options: {
  readonly id: string
  readonly title: LocalText
  readonly language: string
  readonly description?: LocalText
  readonly context?: Questionnaire["context"]
  readonly conditions?: Questionnaire["conditions"]
  readonly sections: ReadonlyArray<Section>
  readonly ids: Ids
}): Questionnaire => {
  const { ids, sections, context, conditions, id, ...rest } = options
  const filled = sections.filter(({ items }) => items.length > 0)
  const empty = (): Section => ({
    id: ids.fresh("section"),
    title: options.title,
    items: [{ id: ids.fresh("note"), type: "note", label: "There are no questions here." }],
  })
  return {
    format: 1,
    id: questionnaireId(id),
    version: 1,
    ...rest,
    ...(context === undefined || Object.keys(context).length === 0 ? {} : { context }),
    ...(conditions === undefined || Object.keys(conditions).length === 0 ? {} : { conditions }),
    sections: filled.length === 0 ? [empty()] : filled,
  }
}
