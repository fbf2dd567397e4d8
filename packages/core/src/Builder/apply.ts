/** An operation done to a definition: the definition that comes of it, and the operation that takes it back exactly. */
import type { Question, Questionnaire, Section } from "../Questionnaire/Definition.ts"
import type { Dependent, Named, Operation, Refusal } from "./Operation.ts"
import * as References from "./references.ts"
import * as Tree from "./tree.ts"

export type Applied =
  | { readonly done: true; readonly questionnaire: Questionnaire; readonly inverse: Operation }
  | { readonly done: false; readonly refusal: Refusal }

type Of<T extends Operation["type"]> = Extract<Operation, { readonly type: T }>

const done = (questionnaire: Questionnaire, inverse: Operation): Applied => ({ done: true, questionnaire, inverse })
const refused = (code: Refusal["code"], message: string, dependents?: ReadonlyArray<Dependent>): Applied => ({
  done: false,
  refusal: { code, message, ...(dependents === undefined ? {} : { dependents }) },
})
const noItem = (id: string) => refused("no-such-item", `There is no item "${id}".`)
const noSection = (id: string) => refused("no-such-section", `There is no section "${id}".`)
const noHolder = (id: string) => refused("no-such-holder", `There is no section or group "${id}".`)

/** Never throws. A refused operation changes nothing. */
export const apply = (questionnaire: Questionnaire, operation: Operation): Applied => {
  switch (operation.type) {
    case "AddItem":
      return addItem(questionnaire, operation)
    case "RemoveItem":
      return removeItem(questionnaire, operation)
    case "MoveItem":
      return moveItem(questionnaire, operation)
    case "ReplaceItem":
      return replaceItem(questionnaire, operation.item)
    case "DuplicateItem":
      return duplicateItem(questionnaire, operation)
    case "ChangeKind":
      return changeKind(questionnaire, operation)
    case "Rename":
      return rename(questionnaire, operation)
    case "RenameOption":
      return renameOption(questionnaire, operation)
    case "SetProperty":
      return setProperty(questionnaire, operation)
    case "SetText":
      return setText(questionnaire, operation)
    case "SetCondition":
      return setNamed(questionnaire, "conditions", operation.name, operation.condition, "condition", operation)
    case "SetContext":
      return setNamed(questionnaire, "context", operation.key, operation.value, "context", operation)
    case "SetCalculated":
      return setCalculated(questionnaire, operation)
    case "AddSection":
      return addSection(questionnaire, operation)
    case "RemoveSection":
      return removeSection(questionnaire, operation)
    case "MoveSection":
      return moveSection(questionnaire, operation)
    case "Several":
      return several(questionnaire, operation.operations)
  }
}

const several = (questionnaire: Questionnaire, operations: ReadonlyArray<Operation>): Applied => {
  let now = questionnaire
  const inverses: Array<Operation> = []
  for (const operation of operations) {
    const applied = apply(now, operation)
    if (!applied.done) return applied
    now = applied.questionnaire
    inverses.unshift(applied.inverse)
  }
  return done(now, { type: "Several", operations: inverses })
}

const isId = (id: string): boolean => /^[a-z][A-Za-z0-9]{0,63}$/.test(id) && !(id in {})

/** Every id of an item and of what stands in it, calculated values too. */
const idsIn = (item: Question | Section): ReadonlyArray<string> => {
  const found: Array<string> = []
  const pending: Array<Question | Section> = [item]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    found.push(next.id, ...Object.keys(next.calculated ?? {}))
    pending.push(...(next.items ?? []))
  }
  return found
}

/** Why ids cannot come into a definition: one is no id, is there already, or stands twice among them. */
const clash = (questionnaire: Questionnaire, ids: ReadonlyArray<string>): Applied | undefined => {
  const taken = new Set(Tree.ids(questionnaire))
  for (const id of ids) {
    if (!isId(id))
      return refused("id-illegal", `"${id}" is no id: a small letter, then letters and digits, at most 64.`)
    if (taken.has(id)) return refused("id-taken", `The id "${id}" is taken.`)
    taken.add(id)
  }
  return undefined
}

const put = <T>(list: ReadonlyArray<T>, index: number, one: T): ReadonlyArray<T> =>
  list.toSpliced(Math.min(Math.max(index, 0), list.length), 0, one)

const addItem = (questionnaire: Questionnaire, { item, holder, index }: Of<"AddItem">): Applied => {
  if (Tree.itemsOf(questionnaire, holder) === undefined) return noHolder(holder)
  return (
    clash(questionnaire, idsIn(item)) ??
    done(
      Tree.withItems(questionnaire, holder, (items) => put(items, index, item)),
      { type: "RemoveItem", id: item.id, evenIfNeeded: true },
    )
  )
}

/** What outside of an item or a section speaks of something in it. */
const needs = (
  before: Questionnaire,
  without: Questionnaire,
  part: Question | Section,
  evenIfNeeded: boolean | undefined,
): Applied | undefined => {
  if (evenIfNeeded === true) return undefined
  const dependents = idsIn(part).flatMap((id) => {
    // pointers into the definition as it is, of those that would still be there
    const left = new Set(References.dependents(without, "item", id).map(({ id }) => id))
    return left.size === 0 ? [] : References.dependents(before, "item", id).filter(({ id }) => left.has(id))
  })
  if (dependents.length === 0) return undefined
  const who = [...new Set(dependents.map(({ id }) => (id === "" ? "the questionnaire" : `"${id}"`)))].join(", ")
  return refused("needed", `"${part.id}" is needed by ${who}.`, dependents)
}

const removeItem = (questionnaire: Questionnaire, { id, evenIfNeeded }: Of<"RemoveItem">): Applied => {
  const place = Tree.find(questionnaire, id)
  if (place === undefined) return noItem(id)
  const { holder, index, item } = place
  const without = Tree.withItems(questionnaire, holder, (items) => items.toSpliced(index, 1))
  return needs(questionnaire, without, item, evenIfNeeded) ?? done(without, { type: "AddItem", item, holder, index })
}

const moveItem = (questionnaire: Questionnaire, { id, holder, index }: Of<"MoveItem">): Applied => {
  const place = Tree.find(questionnaire, id)
  if (place === undefined) return noItem(id)
  if (Tree.itemsOf(questionnaire, holder) === undefined) return noHolder(holder)
  const { item } = place
  if (idsIn(item).includes(holder)) return refused("into-itself", `"${id}" cannot be moved into itself.`)
  const without = Tree.withItems(questionnaire, place.holder, (items) => items.toSpliced(place.index, 1))
  return done(
    Tree.withItems(without, holder, (items) => put(items, index, item)),
    { type: "MoveItem", id, holder: place.holder, index: place.index },
  )
}

const replaceItem = (questionnaire: Questionnaire, item: Question): Applied => {
  const place = Tree.find(questionnaire, item.id)
  if (place === undefined) return noItem(item.id)
  const without = Tree.withItems(questionnaire, place.holder, (items) => items.toSpliced(place.index, 1))
  return (
    clash(without, idsIn(item)) ??
    done(Tree.replace(questionnaire, item.id, item), { type: "ReplaceItem", item: place.item })
  )
}

/** `name` → `name2`, the first that is free. */
const freeId = (id: string, taken: ReadonlySet<string>): string => {
  const stem = id.replace(/\d+$/, "").slice(0, 58)
  for (let number = 2; ; number++) if (!taken.has(`${stem}${number}`)) return `${stem}${number}`
}

const duplicateItem = (questionnaire: Questionnaire, { id }: Of<"DuplicateItem">): Applied => {
  const place = Tree.find(questionnaire, id)
  if (place === undefined) return noItem(id)
  const taken = new Set(Tree.ids(questionnaire))
  let copy = place.item
  for (const inner of idsIn(place.item)) {
    const free = freeId(inner, taken)
    taken.add(free)
    copy = References.renamed(withId(copy, inner, free), "item", inner, free)
  }
  return addItem(questionnaire, { type: "AddItem", item: copy, holder: place.holder, index: place.index + 1 })
}

/** An item with one id in it, of itself, an item inside or a calculated value, become another. */
const withId = (item: Question, from: string, to: string): Question => ({
  ...item,
  ...(item.id === from ? { id: to } : {}),
  ...(item.items === undefined ? {} : { items: item.items.map((inner) => withId(inner, from, to)) }),
  ...(item.calculated === undefined ? {} : { calculated: withKey(item.calculated, from, to) }),
})

/** The same entries in the same order, one of them under another key. */
const withKey = <T>(record: Readonly<Record<string, T>>, from: string, to: string): Readonly<Record<string, T>> =>
  Object.hasOwn(record, from)
    ? Object.fromEntries(Object.entries(record).map(([key, value]) => [key === from ? to : key, value]))
    : record

const changeKind = (questionnaire: Questionnaire, { id, properties }: Of<"ChangeKind">): Applied => {
  const place = Tree.find(questionnaire, id)
  if (place === undefined) return noItem(id)
  const { label, help, required, when, attachments, suppress } = place.item
  const common = { label, help, required, when, attachments, suppress }
  const kept = Object.entries(common).filter(([, value]) => value !== undefined)
  const item: Question = { ...Object.fromEntries(kept), label, ...properties, id }
  // what stood in a group goes with it
  const emptied = Tree.replace(questionnaire, id, item)
  const gone = (place.item.items ?? []).map((inner) => needs(questionnaire, emptied, inner, false))
  return gone.find((one) => one !== undefined) ?? replaceItem(questionnaire, item)
}

const rename = (questionnaire: Questionnaire, { what, from, to }: Of<"Rename">): Applied => {
  const inverse: Operation = { type: "Rename", what, from: to, to: from }
  // something that speaks of the new name already would be taken along when this is undone
  if (References.dependents(questionnaire, what, to).length > 0) {
    return refused("id-taken", `Something speaks of "${to}" already, which does not exist.`)
  }
  if (what === "condition" || what === "context") {
    const key = what === "condition" ? "conditions" : "context"
    const { [key]: named = {}, ...others } = References.renamed(questionnaire, what, from, to)
    if (!Object.hasOwn(named, from)) return refused("no-such-name", `There is no ${what} "${from}".`)
    if (Object.hasOwn(named, to)) return refused("id-taken", `The ${what} "${to}" exists.`)
    if (!isId(to)) return refused("id-illegal", `"${to}" is no name: a small letter, then letters and digits.`)
    return done(withProperty({ ...questionnaire, ...others }, key, withKey<unknown>(named, from, to)), inverse)
  }
  const illegal = clash(questionnaire, [to])
  if (illegal !== undefined) return illegal
  if (what === "section") {
    const section = questionnaire.sections.find(({ id }) => id === from)
    return section === undefined
      ? noSection(from)
      : done(Tree.replaceSection(questionnaire, from, { ...section, id: to }), inverse)
  }
  const named: Questionnaire = {
    ...questionnaire,
    sections: questionnaire.sections.map((section) => ({
      ...section,
      items: section.items.map((item) => withId(item, from, to)),
      ...(section.calculated === undefined ? {} : { calculated: withKey(section.calculated, from, to) }),
    })),
  }
  const exists = questionnaire.sections.some((section) => idsIn(section).slice(1).includes(from))
  return exists ? done(References.renamed(named, "item", from, to), inverse) : noItem(from)
}

const renameOption = (questionnaire: Questionnaire, { id, from, to }: Of<"RenameOption">): Applied => {
  const place = Tree.find(questionnaire, id)
  if (place === undefined) return noItem(id)
  const options: unknown = "options" in place.item ? place.item.options : undefined
  const isOption = (one: unknown, value: string) =>
    typeof one === "object" && one !== null && "value" in one && one.value === value
  if (!Array.isArray(options) || !options.some((one) => isOption(one, from))) {
    return refused("no-such-option", `"${id}" has no option "${from}".`)
  }
  if (options.some((one) => isOption(one, to)) || References.comparesWith(questionnaire, id, to)) {
    return refused("id-taken", `"${id}" has an option "${to}", or something compares it with one.`)
  }
  const renamed = options.map((one: object) => (isOption(one, from) ? { ...one, value: to } : one))
  const item = { ...place.item, options: renamed }
  return done(References.withOption(Tree.replace(questionnaire, id, item), id, from, to), {
    type: "RenameOption",
    id,
    from: to,
    to: from,
  })
}

/** An object with one property set, or without it; the others stay as they are. */
const withProperty = <T extends object>(object: T, name: string, value: unknown): T => {
  const others = Object.entries(object).filter(([key]) => key !== name)
  const entries = value === undefined ? others : Object.entries({ ...object, [name]: value })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the boundary: an editor may set what the format refuses; the findings say so
  return Object.fromEntries(entries) as T
}

const fixed = new Set(["id", "type", "items", "calculated", "__proto__"])

const setProperty = (questionnaire: Questionnaire, { of, name, value }: Of<"SetProperty">): Applied => {
  if (fixed.has(name)) return refused("property-fixed", `"${name}" is not set like this: there are operations for it.`)
  const part =
    "item" in of ? Tree.find(questionnaire, of.item)?.item : questionnaire.sections.find(({ id }) => id === of.section)
  if (part === undefined) return "item" in of ? noItem(of.item) : noSection(of.section)
  const before: unknown = Object.hasOwn(part, name) ? Reflect.get(part, name) : undefined
  const inverse: Operation = { type: "SetProperty", of, name, value: before }
  if ("item" in of) {
    const item = Tree.find(questionnaire, of.item)?.item
    return item === undefined
      ? noItem(of.item)
      : done(Tree.replace(questionnaire, of.item, withProperty(item, name, value)), inverse)
  }
  const section = questionnaire.sections.find(({ id }) => id === of.section)
  return section === undefined
    ? noSection(of.section)
    : done(Tree.replaceSection(questionnaire, of.section, withProperty(section, name, value)), inverse)
}

const setText = (questionnaire: Questionnaire, { name, value }: Of<"SetText">): Applied =>
  done(withProperty(questionnaire, name, value), { type: "SetText", name, value: questionnaire[name] })

const setNamed = (
  questionnaire: Questionnaire,
  key: "conditions" | "context",
  name: string,
  value: unknown,
  what: Named,
  { evenIfNeeded }: { readonly evenIfNeeded?: boolean },
): Applied => {
  const named: Readonly<Record<string, unknown>> = questionnaire[key] ?? {}
  const before = Object.hasOwn(named, name) ? named[name] : null
  if (value !== null && before === null && !isId(name)) return refused("id-illegal", `"${name}" is no name.`)
  const used = value === null && evenIfNeeded !== true ? References.dependents(questionnaire, what, name) : []
  if (used.length > 0) return refused("needed", `"${name}" is used.`, used)
  const next = withProperty(named, name, value ?? undefined)
  const common = { evenIfNeeded: true }
  return done(
    withProperty(questionnaire, key, Object.keys(next).length === 0 ? undefined : next),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what stood there under that name, put back
    (key === "conditions"
      ? { type: "SetCondition", name, condition: before, ...common }
      : { type: "SetContext", key: name, value: before, ...common }) as Operation,
  )
}

const setCalculated = (
  questionnaire: Questionnaire,
  { holder, id, calculation, evenIfNeeded }: Of<"SetCalculated">,
): Applied => {
  const section = questionnaire.sections.find((one) => one.id === holder)
  const group = Tree.find(questionnaire, holder)?.item
  if (section === undefined && group?.items === undefined) return noHolder(holder)
  const all = (section ?? group)?.calculated ?? {}
  const before = Object.hasOwn(all, id) ? all[id] : undefined
  if (calculation !== null && before === undefined) {
    const illegal = clash(questionnaire, [id])
    if (illegal !== undefined) return illegal
  }
  const used = calculation === null && evenIfNeeded !== true ? References.dependents(questionnaire, "item", id) : []
  if (used.length > 0) return refused("needed", `"${id}" is used.`, used)
  const next = withProperty(all, id, calculation ?? undefined)
  const calculated = Object.keys(next).length === 0 ? undefined : next
  const inverse: Operation = { type: "SetCalculated", holder, id, calculation: before ?? null, evenIfNeeded: true }
  if (section !== undefined) {
    return done(Tree.replaceSection(questionnaire, holder, withProperty(section, "calculated", calculated)), inverse)
  }
  return group === undefined
    ? noHolder(holder)
    : done(Tree.replace(questionnaire, holder, withProperty(group, "calculated", calculated)), inverse)
}

const addSection = (questionnaire: Questionnaire, { section, index }: Of<"AddSection">): Applied =>
  clash(questionnaire, idsIn(section)) ??
  done(
    { ...questionnaire, sections: put(questionnaire.sections, index, section) },
    { type: "RemoveSection", id: section.id, evenIfNeeded: true },
  )

const removeSection = (questionnaire: Questionnaire, { id, evenIfNeeded }: Of<"RemoveSection">): Applied => {
  const index = questionnaire.sections.findIndex((section) => section.id === id)
  const section = questionnaire.sections[index]
  if (section === undefined) return noSection(id)
  const without = { ...questionnaire, sections: questionnaire.sections.toSpliced(index, 1) }
  return needs(questionnaire, without, section, evenIfNeeded) ?? done(without, { type: "AddSection", section, index })
}

const moveSection = (questionnaire: Questionnaire, { id, index }: Of<"MoveSection">): Applied => {
  const before = questionnaire.sections.findIndex((section) => section.id === id)
  const section = questionnaire.sections[before]
  if (section === undefined) return noSection(id)
  return done(
    { ...questionnaire, sections: put(questionnaire.sections.toSpliced(before, 1), index, section) },
    { type: "MoveSection", id, index: before },
  )
}
