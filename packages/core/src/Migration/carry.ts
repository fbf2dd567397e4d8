/**
 * Carries answers over, step by step. A step says an id, wherever its answers lie: beside the others, or in each
 * instance of a repeated group.
 *
 * Words: a *record* is answers that stand beside one another, the outermost ones or one instance; its *place* is the
 * ids of the repeated groups around it, as they are called in the end.
 */
import type { Scope } from "../Condition/Ast.ts"
import type { Question, Questionnaire } from "../Questionnaire/Definition.ts"
import type { Registry } from "../QuestionKind.ts"
import { places } from "./Place.ts"
import { finals, type StepAt } from "./Steps.ts"

/** An answer that could not come along. */
export interface Dropped {
  /** Where it was in the answers, as a path. */
  readonly path: ReadonlyArray<string | number>
  readonly value: unknown
  /** A step says so, it cannot be converted, or the id it should have is taken. */
  readonly reason: "dropped" | "not-convertible" | "taken"
}

interface Entry {
  readonly value: unknown
  readonly path: ReadonlyArray<string | number>
}

interface Record_ {
  readonly place: string
  readonly path: ReadonlyArray<string | number>
  readonly answers: Map<string, Entry>
}

/** Instances that are records now, and whatever else stood among them. */
class Instances {
  readonly list: ReadonlyArray<Record_ | { readonly other: unknown }>
  constructor(list: Instances["list"]) {
    this.list = list
  }
}

const placeOf = (repeats: ReadonlyArray<string>) => repeats.join("/")

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const carry = (
  to: Questionnaire,
  chain: ReadonlyArray<StepAt>,
  answers: Readonly<Record<string, unknown>>,
  kinds: Registry,
): { readonly answers: Readonly<Record<string, unknown>>; readonly dropped: ReadonlyArray<Dropped> } => {
  const { before, at } = finals(chain)
  const byId = new Map(places(to).map((place) => [place.item.id, place]))
  const repeated = (place: string, id: string): boolean => {
    const group = byId.get(id)
    return group?.item.repeat !== undefined && placeOf(group.repeats) === place
  }
  const records = read(answers, (place, id) => {
    const final = before(id)
    return final !== undefined && repeated(place, final) ? final : undefined
  })
  const holders = new Map<string, Set<Record_>>()
  for (const record of records) for (const id of record.answers.keys()) add(holders, id, record)
  const dropped: Array<Dropped> = []
  const drop = (entry: Entry, reason: Dropped["reason"]) =>
    dropped.push({ path: entry.path, value: written(entry.value), reason })

  const change = (id: string, to: (value: unknown) => unknown) => {
    for (const record of holders.get(id) ?? []) {
      const entry = record.answers.get(id)
      if (entry === undefined) continue
      const value = to(entry.value)
      if (value !== undefined) record.answers.set(id, { ...entry, value })
      else {
        drop(entry, "not-convertible")
        record.answers.delete(id)
      }
    }
  }

  chain.forEach(({ step }, i) => {
    const question = byId.get(at[i] ?? "")
    if ("rename" in step) {
      const [old, now] = step.rename
      if (old === now) return
      for (const record of holders.get(old) ?? []) {
        const entry = record.answers.get(old)
        record.answers.delete(old)
        if (entry === undefined) continue
        if (record.answers.has(now)) drop(entry, "taken")
        else {
          record.answers.set(now, entry)
          add(holders, now, record)
        }
      }
      holders.delete(old)
    } else if ("drop" in step) {
      for (const id of step.drop) {
        for (const record of holders.get(id) ?? []) {
          const entry = record.answers.get(id)
          if (entry !== undefined) drop(entry, "dropped")
          record.answers.delete(id)
        }
        holders.delete(id)
      }
    } else if ("mapOptions" in step) {
      const [id, map] = step.mapOptions
      change(id, (value) => mapped(value, map))
    } else if ("convert" in step) {
      const [id, target] = step.convert
      change(id, (value) => converted(value, target, question?.item, kinds))
    } else if (question !== undefined) {
      const [id, value] = step.set
      for (const record of records) {
        if (record.place !== placeOf(question.repeats) || record.answers.has(id)) continue
        record.answers.set(id, { value, path: [...record.path, id] })
        add(holders, id, record)
      }
    }
  })
  return { answers: write(records), dropped }
}

const add = (holders: Map<string, Set<Record_>>, id: string, record: Record_) =>
  holders.set(id, (holders.get(id) ?? new Set()).add(record))

/** All records, each after the one it lies in. `group` gives the final id of what holds instances. */
const read = (
  answers: Readonly<Record<string, unknown>>,
  group: (place: string, id: string) => string | undefined,
): ReadonlyArray<Record_> => {
  const records: Array<Record_> = []
  const make = (place: string, path: Record_["path"], given: Readonly<Record<string, unknown>>): Record_ => {
    const record = {
      place,
      path,
      answers: new Map(Object.entries(given).map(([id, value]) => [id, { value, path: [...path, id] }])),
    }
    records.push(record)
    return record
  }
  make("", [], answers)
  for (let r = 0; r < records.length; r++) {
    const record = records[r]
    for (const [id, entry] of record?.answers ?? []) {
      const final = record === undefined ? undefined : group(record.place, id)
      if (record === undefined || final === undefined || !Array.isArray(entry.value)) continue
      const inside = record.place === "" ? final : `${record.place}/${final}`
      const list = entry.value.map((one: unknown, i) =>
        isObject(one) ? make(inside, [...entry.path, i], one) : { other: one },
      )
      record.answers.set(id, { ...entry, value: new Instances(list) })
    }
  }
  return records
}

const write = (records: ReadonlyArray<Record_>): Readonly<Record<string, unknown>> => {
  const done = new Map<Record_, Readonly<Record<string, unknown>>>()
  let outermost: Readonly<Record<string, unknown>> = {}
  for (const record of records.toReversed()) {
    outermost = Object.fromEntries(
      [...record.answers].map(([id, { value }]) => [
        id,
        value instanceof Instances ? value.list.map((one) => ("other" in one ? one.other : done.get(one))) : value,
      ]),
    )
    done.set(record, outermost)
  }
  return outermost
}

/** A value that may hold records, as the answers had it. */
const written = (value: unknown): unknown =>
  value instanceof Instances
    ? value.list.map((one) =>
        "other" in one
          ? one.other
          : Object.fromEntries([...one.answers].map(([id, entry]) => [id, written(entry.value)])),
      )
    : value

/** Options by their new values; own words by that of `other`. What the map does not name stays. */
const mapped = (value: unknown, map: Readonly<Record<string, string>>): unknown => {
  const one = (picked: unknown): unknown => {
    const key = isOwnWords(picked) ? "other" : picked
    return typeof key === "string" && Object.hasOwn(map, key) ? map[key] : picked
  }
  return Array.isArray(value) ? [...new Set(value.map(one))] : one(value)
}

const isOwnWords = (value: unknown): value is { readonly other: string } =>
  isObject(value) && typeof value["other"] === "string" && Object.keys(value).length === 1

/** Limits and conditions on options are not looked at: they are for whoever validates what comes out. */
const anywhere: Scope = { value: () => undefined, holds: () => true }

/** Is this an answer to the question, whatever the others are? */
export const fits = (question: Question, value: unknown, kinds: Registry): boolean =>
  kinds.get(question.type)?.validate(question, value, anywhere).length === 0

const decimal = /^\s*-?\d{1,300}(\.\d{1,300})?\s*$/

/** The answer as another type has it; undefined when it has no such answer. */
const converted = (
  value: unknown,
  target: "text" | "number" | "one" | "many",
  question: Question | undefined,
  kinds: Registry,
): unknown => {
  if (target === "text") return textOf(value)
  if (target === "number")
    return typeof value === "number"
      ? value
      : typeof value === "string" && decimal.test(value)
        ? Number(value)
        : undefined
  if (target === "many") return Array.isArray(value) ? value : [value]
  if (Array.isArray(value)) return value.length === 1 ? value[0] : undefined
  // one of the options, or else the customer's own words where there is room for them
  const candidates = typeof value === "string" ? [value, { other: value }] : [value]
  return candidates.find((one) => question !== undefined && fits(question, one, kinds))
}

const textOf = (value: unknown): string | undefined => {
  const one = (part: unknown) => {
    if (typeof part === "number") return String(part)
    return isOwnWords(part) ? part.other : typeof part === "string" ? part : undefined
  }
  if (!Array.isArray(value)) return one(value)
  const parts = value.map(one)
  return parts.every((part) => part !== undefined) ? parts.join(", ") : undefined
}
