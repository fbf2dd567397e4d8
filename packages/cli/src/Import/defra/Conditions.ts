/**
 * Conditions of Defra and X-Gov forms as conditions of ours: built ones of version 1 and 2, and written expressions.
 *
 * What is not answered is `null` there, and not the same as anything: "is not" holds of it, and of numbers it counts 0
 * where it is ordered, because the engine compares as JavaScript does.
 */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Condition } from "@requite/core/Condition/Ast"
import { at, isObject, listAt, maxConditionDepth, never, stringAt } from "../Imported.ts"
import type { Path, Report } from "../Imported.ts"
import { all, among, any, comparing, inOrder, isAlways, isNever, not, type Comparing } from "../Imported/conditions.ts"
import { type Expression, read } from "./Expression.ts"
import { type Field, type Form, mostOfOneName } from "./Form.ts"

export interface Conditions {
  /**
   * By its name or id, as it holds on the page of that place in the way through the form: what is asked further on is not
   * answered there. Undefined when it cannot be translated, which is reported. One that there is not never holds.
   */
  readonly named: (name: string, place: number) => Condition | undefined
  /** Those that nothing went by. */
  readonly unused: () => ReadonlyArray<{ readonly path: Path }>
}

/** Why a condition is not translated. Thrown inside this module only, and caught by it. */
class Untranslatable extends Error {}

/** A name that was never given, which is an error in X-Gov: the condition that names it does not hold. */
class Missing extends Error {}

const give = (reason: string): never => {
  throw new Untranslatable(reason)
}

const comparators: Readonly<Record<string, Comparing>> = { "<": "lt", "<=": "lte", ">": "gt", ">=": "gte" }

/** A condition is translated once for each place where it means something else. */
const mostTranslations = 20_000

/** The signs that the words of the designer stand for. */
const signs: Readonly<Record<string, string>> = {
  is: "==",
  "is not": "!=",
  "is at least": ">=",
  "is at most": "<=",
  "is less than": "<",
  "is more than": ">",
  "is before": "<",
  "is after": ">",
}

export const conditions = (
  form: Form,
  report: Report,
  keep: (near: string, condition: Condition) => Condition,
  /** The place of a page in the way through the form. */
  placeOf: (page: number) => number,
): Conditions => {
  const known = new Map<string, Condition | undefined>()
  const failed = new Set<string>()
  const open = new Set<string>()
  const used = new Set<unknown>()
  const farthest = new Map<string, number>()
  let here = Infinity
  let translations = 0

  /** The farthest place whose answers a condition goes by: from there on it means the same everywhere. */
  const reach = (name: string, depth: number): number => {
    const seen = farthest.get(name)
    if (seen !== undefined) return seen
    if (depth > maxConditionDepth) return Infinity
    farthest.set(name, -1)
    const found = mentioned(form.conditions.get(name)?.json)
    const fields = [...found.names.flatMap(form.fieldsNamed), ...found.ids.flatMap((id) => form.fieldOfId(id) ?? [])]
    const most = [
      ...fields.map(({ page }) => placeOf(page)),
      ...found.conditions.map((one) => reach(one, depth + 1)),
    ].reduce((a, b) => Math.max(a, b), -1)
    farthest.set(name, most)
    return most
  }

  const named = (name: string, depth: number): Condition => {
    const key = failed.has(name) || reach(name, 0) <= here ? name : `${name} @${here}`
    return namedAs(name, key, depth)
  }

  const namedAs = (name: string, key: string, depth: number): Condition => {
    if (depth > maxConditionDepth) return give("conditions refer to each other too often")
    if (known.has(key)) return known.get(key) ?? give(`the condition "${name.slice(0, 60)}" is not translated`)
    const source = form.conditions.get(name)
    if (source === undefined) return never
    used.add(source)
    if (open.has(name)) return give("it refers to itself")
    if (translations++ > mostTranslations) return give("there are too many conditions")
    open.add(name)
    try {
      const found = whole(source.json, depth)
      const label = stringAt(source.json, "displayName") ?? name
      const condition = isAlways(found) || isNever(found) ? found : keep(label, found)
      known.set(key, condition)
      return condition
    } catch (error) {
      if (error instanceof Missing) {
        known.set(key, never)
        return never
      }
      if (!(error instanceof Untranslatable)) throw error
      known.set(name, undefined)
      failed.add(name)
      report.drop(source.path, "condition", `It is not translated: ${error.message}. What it decides about is shown.`)
      return give(`the condition "${name.slice(0, 60)}" is not translated`)
    } finally {
      open.delete(name)
    }
  }

  const whole = (json: unknown, depth: number): Condition => {
    if (Array.isArray(at(json, "items"))) {
      const parts = listAt(json, "items").map((item) => itemOf(item, depth + 1))
      return stringAt(json, "coordinator") === "or" ? any(parts) : all(parts)
    }
    const value = at(json, "value")
    if (typeof value === "string") {
      const expression = read(value)
      return expression === undefined ? give("its expression holds more than comparisons") : written(expression)
    }
    return isObject(value) ? joined(listAt(value, "conditions"), depth + 1) : give("it says nothing")
  }

  /** "and" binds what stands beside it closer than "or". */
  const joined = (parts: ReadonlyArray<unknown>, depth: number): Condition => {
    if (depth > maxConditionDepth) return give("it is too deep")
    if (parts.length === 0) return give("it says nothing")
    const groups: Array<Array<Condition>> = []
    parts.forEach((part, i) => {
      const one = builtOf(part, depth)
      const last = groups.at(-1)
      if (i > 0 && last !== undefined && stringAt(part, "coordinator") !== "or") last.push(one)
      else groups.push([one])
    })
    return any(groups.map(all))
  }

  const builtOf = (part: unknown, depth: number): Condition => {
    if (Array.isArray(at(part, "conditions"))) return joined(listAt(part, "conditions"), depth + 1)
    const reference = stringAt(part, "conditionName")
    if (reference !== undefined) return named(reference, depth + 1)
    const value = at(part, "value")
    const name = stringAt(at(part, "field"), "name") ?? ""
    const relative = stringAt(value, "type") === "RelativeTime" || at(value, "period") !== undefined
    return compared(
      form.fieldsNamed(name),
      name,
      stringAt(part, "operator") ?? "",
      relative ? value : at(value, "value"),
    )
  }

  const itemOf = (item: unknown, depth: number): Condition => {
    const reference = stringAt(item, "conditionId")
    if (reference !== undefined) return named(reference, depth + 1)
    const id = stringAt(item, "componentId") ?? ""
    const field = form.fieldOfId(id)
    const value = at(item, "value")
    const listed =
      stringAt(item, "type") === "ListItemRef" ? (form.listItem(value) ?? give("its list item is missing")) : value
    return compared(field === undefined ? [] : [field], id, stringAt(item, "operator") ?? "", listed)
  }

  const written = (expression: Expression): Condition => {
    switch (expression.is) {
      case "and":
        return all(expression.parts.map(written))
      case "or":
        return any(expression.parts.map(written))
      case "not":
        return not(written(expression.part))
      case "field":
        return signed(fieldsOf(expression.field), "==", true)
      case "contains":
        return contains(fieldsOf(expression.field), expression.value)
      case "compare":
        return signed(fieldsOf(expression.field), expression.operator, expression.value)
    }
  }

  const fieldsOf = (name: string): ReadonlyArray<Field> => usable(form.fieldsNamed(name), name)

  const usable = (fields: ReadonlyArray<Field>, name: string): ReadonlyArray<Field> => {
    if (fields.length === 0) return give(`there is no field "${name.slice(0, 60)}"`)
    if (fields.length >= mostOfOneName) return give(`too many fields have the name "${name.slice(0, 60)}"`)
    if (fields.some(({ repeated }) => repeated)) return give(`"${name.slice(0, 60)}" is asked repeatedly`)
    return fields
  }

  const compared = (found: ReadonlyArray<Field>, name: string, operator: string, value: unknown): Condition => {
    const fields = usable(found, name)
    if (operator === "contains") return contains(fields, value)
    if (operator === "does not contain") return not(contains(fields, value))
    const sign = signs[operator]
    if (sign === undefined) return give(`there is no counterpart of "${operator.slice(0, 40)}"`)
    if (isObject(value)) return any(given(fields).map((field) => relative(field, sign, value)))
    return signed(fields, sign, value)
  }

  /** Those that are asked no later than the condition is. */
  const given = (fields: ReadonlyArray<Field>): ReadonlyArray<Field> => {
    const some = fields.filter(({ page }) => placeOf(page) <= here)
    if (some.length === 0 && form.isXGov) throw new Missing()
    return some
  }

  /** Of fields of one name the one that is on the way counts. */
  const signed = (all_: ReadonlyArray<Field>, sign: string, value: unknown): Condition => {
    const fields = given(all_)
    if (sign === "==") return any(fields.map((field) => equal(field, value)))
    if (sign === "!=") {
      const same = any(fields.map((field) => equal(field, value)))
      // a name that was never given is an error there, and what has an error does not hold
      return form.isXGov && fields.every(({ section }) => section === undefined)
        ? all([any(fields.map(({ ours }) => ({ answered: { answer: ours } }))), not(same)])
        : not(same)
    }
    const comparator = comparators[sign]
    if (comparator === undefined) return give(`there is no counterpart of "${sign}"`)
    const held = fields.map((field) => ordered(field, comparator, value))
    const counted = all_.every(({ type }) => type === "number") && typeof value === "number" && !form.isXGov
    return counted && inOrder(comparator, 0, value)
      ? any([...held, all(fields.map(({ ours }) => not({ answered: { answer: ours } })))])
      : any(held)
  }

  const picked = ({ options }: Field, value: unknown): ReadonlyArray<string> =>
    options.filter(({ theirs }) => theirs === String(value)).map(({ ours }) => ours)

  const equal = (field: Field, value: unknown): Condition => {
    const answer = { answer: field.ours }
    switch (field.type) {
      case "option":
        return among(answer, picked(field, value))
      case "number": {
        const number = numberOf(value)
        return number === undefined ? never : { eq: [answer, number] }
      }
      case "date":
        return isDate(value) ? { eq: [answer, value] } : never
      case "text":
        return typeof value === "string" ? { eq: [answer, value] } : never
      case "options":
        return give("it compares all that is picked")
      case "confirm":
        return value === true || value === "true" ? { answered: answer } : not({ answered: answer })
      case "nothing":
        return give(`"${field.name.slice(0, 60)}" has several parts`)
    }
  }

  const ordered = (field: Field, comparator: Comparing, value: unknown): Condition => {
    const answer = { answer: field.ours }
    const number = numberOf(value)
    if (field.type === "number" && number !== undefined) return comparing(comparator, answer, number)
    if (field.type === "date" && isDate(value)) return comparing(comparator, answer, value)
    // options that are numbers are ordered by what they stand for
    if (field.type === "option" && number !== undefined)
      return among(
        answer,
        field.options
          .filter(({ theirs }) => theirs.trim() !== "" && inOrder(comparator, Number(theirs), number))
          .map(({ ours }) => ours),
      )
    return give("it orders something else than two numbers or two dates")
  }

  const contains = (fields: ReadonlyArray<Field>, value: unknown): Condition =>
    any(
      given(fields).map((field): Condition => {
        if (field.type !== "options") return give("it looks into something else than picked options")
        const values = picked(field, value)
        return values.length === 0 ? never : { anyOf: [{ answer: field.ours }, values] }
      }),
    )

  /** So many days, months or years before or after today. */
  const relative = (field: Field, sign: string, value: unknown): Condition => {
    const unit = stringAt(value, "unit") ?? ""
    const amount = numberOf(at(value, "period"))
    if (field.type !== "date") return give("it moves something else than a date")
    if (unit !== "days" && unit !== "months" && unit !== "years")
      return give(`there is no counterpart of "${unit.slice(0, 20)}"`)
    if (amount === undefined || !Number.isInteger(amount) || Math.abs(amount) > 100_000)
      return give("it says no period")
    const past = stringAt(value, "direction") !== "in the future"
    const comparator = comparators[past ? (mirrored[sign] ?? "") : sign]
    if (comparator === undefined) return give(`there is no counterpart of "${sign}" some time ago`)
    const offset = { [unit]: past ? -amount : amount }
    return comparing(comparator, { answer: field.ours }, { date: { context: "today" }, offset })
  }

  return {
    unused: () => [...new Set(form.conditions.values())].filter((source) => !used.has(source)),
    named: (name, place) => {
      here = place
      try {
        return named(name, 0)
      } catch (error) {
        if (error instanceof Untranslatable) return undefined
        throw error
      }
    },
  }
}

/** What a condition goes by: names of fields, their ids, other conditions. An expression may name whatever is a word. */
const mentioned = (json: unknown) => {
  const names: Array<string> = []
  const ids: Array<string> = []
  const conditions: Array<string> = []
  const pending = [json]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (Array.isArray(next)) for (const one of next) pending.push(one)
    if (!isObject(next)) continue
    for (const [key, value] of Object.entries(next)) {
      if (key === "value" && typeof value === "string")
        names.push(...(value.slice(0, 5000).match(/[A-Za-z_$][\w$.]*/g) ?? []))
      else if (key === "field") names.push(stringAt(value, "name") ?? "")
      else if (key === "componentId" && typeof value === "string") ids.push(value)
      else if ((key === "conditionId" || key === "conditionName") && typeof value === "string") conditions.push(value)
      else if (typeof value === "object" && value !== null) pending.push(value)
    }
  }
  return { names, ids, conditions }
}

/** At least two years ago is two years ago or before. */
const mirrored: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" }

const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  return typeof number === "number" && Number.isFinite(number) ? number : undefined
}
