/** Questionnaires and submissions made up from a seed, for properties that must hold of any. */
import * as Answers from "@requite/core/Answers"
import * as Sample from "@requite/core/Migration/Sample"
import type { Questionnaire } from "@requite/core/Questionnaire"
import * as Questionnaires from "@requite/core/Questionnaire"
import * as QuestionKind from "@requite/core/QuestionKind"
import { checked, definition } from "../../support/Questionnaires.ts"

const optionValues = ["a", "b", "c", "d"]

/** A definition of some sections, of every kind, with conditions on what stands before. */
export const questionnaire = (seed: number): Questionnaire => {
  const random = Sample.seeded(seed)
  const chance = (share: number) => random() < share
  const below = (most: number) => Math.floor(random() * most)
  const pick = <A>(list: ReadonlyArray<A>): A | undefined => list[below(list.length)]
  let last = 0
  const next = () => `q${++last}`

  interface Known {
    readonly id: string
    readonly type: "choice" | "many" | "number" | "other"
  }

  const comparison = (known: ReadonlyArray<Known>): unknown => {
    const of = pick(known.filter(({ type }) => type === "choice" || chance(0.3))) ?? pick(known)
    if (of === undefined) return { all: [] }
    const answer = { answer: of.id }
    const values = optionValues.slice(0, 2).filter(() => chance(0.6))
    if (of.type === "number") return { gt: [answer, below(20)] }
    if (of.type === "many") return chance(0.5) ? { anyOf: [answer, ["a"]] } : { gte: [{ count: answer }, 2] }
    if (of.type === "other" || chance(0.15)) return { answered: answer }
    if (chance(0.2)) return { ne: [answer, "a"] }
    return chance(0.6) ? { eq: [answer, pick(optionValues.slice(0, 2))] } : { in: [answer, values] }
  }
  const condition = (known: ReadonlyArray<Known>, depth = 0): unknown => {
    if (depth > 2 || chance(0.6)) return comparison(known)
    if (chance(0.3)) return { not: condition(known, depth + 1) }
    if (depth === 0 && chance(0.3)) return { is: "named" }
    return { [chance(0.5) ? "all" : "any"]: [condition(known, depth + 1), condition(known, depth + 1)] }
  }

  const items = (count: number, outer: Array<Known>, depth: number): ReadonlyArray<unknown> =>
    Array.from({ length: count }, () => {
      const id = next()
      const base = {
        id,
        label: `Label of ${id}`,
        ...(outer.length > 0 && chance(0.5) ? { when: condition(outer) } : {}),
        ...(chance(0.5) ? { required: outer.length > 0 && chance(0.3) ? condition(outer) : true } : {}),
      }
      const { required: _, ...unrequired } = base
      const remember = (type: Known["type"]) => outer.push({ id, type })
      switch (below(depth > 1 ? 8 : 10)) {
        case 0:
        case 1:
        case 2: {
          remember("choice")
          const options = optionValues.slice(0, 2 + below(3)).map((value) => ({ value, label: value }))
          return { ...base, type: "choice", options, ...(chance(0.2) ? { other: true } : {}) }
        }
        case 3:
          remember("many")
          return {
            ...base,
            type: "choice",
            multiple: true,
            options: optionValues.map((value) => ({ value, label: value })),
          }
        case 4:
          remember("number")
          return { ...base, type: "number", min: -5, max: 30, ...(chance(0.5) ? { decimals: below(3) } : {}) }
        case 5:
          remember("other")
          return { ...base, type: pick(["date", "confirm"]) }
        case 6:
          remember("other")
          return { ...base, type: "upload", accept: ["image/*"], maxBytes: 1000, maxFiles: 3 }
        case 7:
          remember("other")
          return { ...base, type: "text", ...(chance(0.3) ? { format: pick(["email", "url", "phone"]) } : {}) }
        case 8:
          return { ...unrequired, type: "group", items: items(1 + below(4), outer, depth + 1) }
        default: {
          const inside = [...outer]
          const repeat = chance(0.5) ? { min: below(2), max: 3 } : {}
          const group = { ...base, type: "group", repeat, items: items(1 + below(4), inside, depth + 1) }
          remember("other")
          return group
        }
      }
    })

  const known: Array<Known> = []
  const first = {
    id: "first",
    type: "choice",
    label: "First",
    options: optionValues.map((value) => ({ value, label: value })),
  }
  known.push({ id: "first", type: "choice" })
  const sections = Array.from({ length: 1 + below(3) }, (_, s) => ({
    id: `section${s}`,
    title: "Section",
    ...(s > 0 && chance(0.5) ? { when: condition(known) } : {}),
    items: [...(s === 0 ? [{ ...first, required: true }] : []), ...items(2 + below(6), known, 0)],
  }))
  return checked(definition(sections, { conditions: { named: comparison([{ id: "first", type: "choice" }]) } }))
}

/** Different submissions to it: complete and right. As many as turn up in so many tries. */
export const submissions = (of: Questionnaire, seed: number, tries: number): ReadonlyArray<Answers.Answers> => {
  const random = Sample.seeded(seed)
  const found = new Map<string, Answers.Answers>()
  for (let i = 0; i < tries; i++) {
    const { submission } = Answers.examine(of, Sample.answers(of, QuestionKind.standard, random), { draft: true })
    if (submission !== null) found.set(JSON.stringify(submission), submission)
  }
  return [...found.values()]
}

/** A later version in which one or two things differ, with steps for some; undefined when what came out is no
 * questionnaire. */
export const changed = (of: Questionnaire, seed: number): Questionnaire | undefined => {
  const random = Sample.seeded(seed * 7919)
  const below = (most: number) => Math.floor(random() * most)
  const definition = JSON.parse(JSON.stringify(of)) as Item
  const steps: Array<unknown> = []
  for (let change = 0; change <= below(2); change++) {
    const items = itemsOf(definition)
    const item = items[below(items.length)]
    const other = items[below(items.length)]
    if (item === undefined || other === undefined) return undefined
    const condition = { [random() < 0.5 ? "eq" : "ne"]: [{ answer: "first" }, optionValues[below(4)]] }
    const edits = [
      () => delete item.required,
      () => (item.required = true),
      () => (item.required = condition),
      () => delete item.when,
      () => (item.id === "first" ? undefined : (item.when = { any: [item.when ?? { all: [] }, condition] })),
      () => (item.when = item.when === undefined ? condition : { all: [item.when, condition] }),
      () => item.options?.push({ value: "new", label: "new" }),
      () => item.options?.pop(),
      () => (item.max = below(60)),
      () => (item.maxFiles = below(5) + 1),
      () => (item.repeat = item.items === undefined ? undefined : { max: below(5) + 1 }),
      () => (item.multiple = item.options === undefined ? undefined : item.multiple !== true),
      () => definition.sections?.[0]?.items?.push({ id: "added", type: "text", label: "Added", required: condition }),
      () => definition.sections?.[0]?.items?.push({ id: "extra", type: "text", label: "Extra", when: condition }),
      () => {
        // not the other way, where answers get lost
        steps.push({ convert: [item.id, "many"] })
        item.multiple = true
      },
      () => {
        const last = item.options?.pop()
        steps.push({ mapOptions: [item.id, { [last?.value ?? ""]: item.options?.[0]?.value }] })
      },
      () => {
        steps.push({ drop: [item.id] })
        for (const list of [...(definition.sections ?? []), ...items])
          list.items = list.items?.filter((one) => one !== item)
      },
      () => {
        for (const list of [...(definition.sections ?? []), ...items])
          list.items = list.items?.filter((one) => one !== item)
        definition.sections?.at(-1)?.items?.push(item)
      },
      () => {
        item.required = true
        steps.push({ set: [item.id, "a"] })
      },
    ]
    edits[below(edits.length)]?.()
  }
  const version = of.version + 1
  const later = { ...definition, version, migrations: [{ from: of.version, steps }] }
  return Questionnaires.check(JSON.stringify(later)).questionnaire ?? undefined
}

/** A definition that is being changed. */
interface Item {
  id?: string
  items?: Array<Item> | undefined
  sections?: Array<Item>
  required?: unknown
  when?: unknown
  options?: Array<{ value: string; label: string }>
  max?: number
  maxFiles?: number
  multiple?: boolean | undefined
  repeat?: unknown
  type?: string
  label?: string
}

const itemsOf = (of: Item): ReadonlyArray<Item> =>
  [...(of.sections ?? []), ...(of.items ?? [])].flatMap((one) => [
    ...(one.type === undefined ? [] : [one]),
    ...itemsOf(one),
  ])
