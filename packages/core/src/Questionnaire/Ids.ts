/** The ids of a definition: unique in the whole of it, whatever they name, since answers, links and conditions go by them. */
import type * as JsonText from "../JsonText.ts"
import type * as QuestionKind from "../QuestionKind.ts"
import { holdsItems, itemsOf, listAt, propertyOf } from "./Envelope.ts"
import * as Findings from "./Findings.ts"

/** An id, where it stands and what has it ("question 3 of section 1"). */
export interface IdAt {
  readonly id: string
  readonly path: JsonText.Path
  readonly of: string
  /** Is it the name of a property, rather than a value? */
  readonly isKey?: boolean
}

/**
 * The ids of a definition that may be wrong anywhere, with what has them: sections, items, calculated values, ends and
 * named conditions.
 */
export const of = (definition: unknown, kinds: QuestionKind.Registry): ReadonlyArray<IdAt> => {
  const found: Array<IdAt> = []
  const add = (value: unknown, path: JsonText.Path, of: string) => {
    const id = propertyOf(value, "id")
    if (typeof id === "string") found.push({ id, path: [...path, "id"], of })
  }
  const keys = (value: unknown, key: string, path: JsonText.Path, of: string) => {
    for (const id of keysAt(value, key)) found.push({ id, path: [...path, key, id], of, isKey: true })
  }
  keys(definition, "conditions", [], "a condition")
  const { items } = itemsOf(definition, kinds)
  const inSection = new Map<number, number>()
  let section = -1
  const begin = (to: number) => {
    for (; section < to;) {
      section += 1
      const value = listAt(definition, "sections")[section]
      add(value, ["sections", section], `section ${section + 1}`)
      keys(value, "calculated", ["sections", section], "a calculated value")
    }
  }
  for (const { value, path } of items) {
    const at = Number(path[1])
    begin(at)
    const number = (inSection.get(at) ?? 0) + 1
    inSection.set(at, number)
    add(value, path, `question ${number} of section ${at + 1}`)
    if (holdsItems(value, kinds)) keys(value, "calculated", path, "a calculated value")
  }
  begin(Math.min(listAt(definition, "sections").length, 200) - 1)
  for (const [index, end] of listAt(definition, "ends").entries()) add(end, ["ends", index], `end ${index + 1}`)
  return found
}

const keysAt = (value: unknown, key: string): ReadonlyArray<string> => {
  const record = propertyOf(value, key)
  return typeof record === "object" && record !== null && !Array.isArray(record) ? Object.keys(record) : []
}

/** Ids that are taken, and ids that no thing can have. */
export const check = (ids: ReadonlyArray<IdAt>): ReadonlyArray<Findings.Problem> => {
  const taken = new Map<string, string>()
  const problems: Array<Findings.Problem> = []
  for (const { id, path, of, isKey } of ids) {
    const add = (code: string, message: string) =>
      problems.push({ ...Findings.problem(code, path, message), at: isKey === true ? "key" : "value" })
    const first = taken.get(id)
    if (first === undefined) taken.set(id, of)
    else add("duplicate-id", `The id "${Findings.clip(id)}" is taken by ${first}. Ids are unique.`)
    if (reserved.has(id)) add("reserved-id", `The id "${id}" is reserved.`)
  }
  return problems
}

/** Names that every JavaScript object answers to: as keys of answers they would invite prototype mistakes. */
const reserved = new Set([
  "constructor",
  "prototype",
  "hasOwnProperty",
  "isPrototypeOf",
  "toString",
  "valueOf",
  "toLocaleString",
  "propertyIsEnumerable",
])
