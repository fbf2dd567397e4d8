/** Reads the items of a FHIR Questionnaire into nodes: their ids, and the kind that each becomes. */
import {
  at,
  ids as idsOf,
  type Ids,
  isObject,
  languageTag,
  listAt,
  maxDepth,
  maxItems,
  type Path,
  plain,
  type Report,
  stringAt,
} from "../Imported.ts"
import type { Node, Shape } from "./model.ts"
import { booleans, fromAnswerOptions, fromConditions, fromValueSet } from "./options.ts"
import { translationUrl } from "./texts.ts"

export interface Form {
  readonly language: string
  readonly ids: Ids
  readonly nodes: ReadonlyArray<Node>
  /** The first item of each linkId. */
  readonly byLinkId: ReadonlyMap<string, Node>
}

/** What conditions anywhere ask of a question: whether they order its answers, and the codes they name. */
interface Asked {
  readonly ordered: boolean
  readonly codings: ReadonlyArray<unknown>
}

export const read = (questionnaire: unknown, report: Report): Form => {
  const language = languageTag(stringAt(questionnaire, "language") ?? "") ?? "en"
  const { linkIds, asked, languages } = survey(questionnaire)
  const ids = idsOf(linkIds)
  const byLinkId = new Map<string, Node>()
  const claimed = new Set<string>()
  let left = maxItems

  const readItems = (parent: unknown, path: Path, repeats: ReadonlyArray<string>, depth: number): Array<Node> => {
    const list = listAt(parent, "item")
    if (list.length > 0 && depth > maxDepth) {
      report.drop([...path, "item"], "item", `Items nest at most ${maxDepth} deep; what is deeper is left out.`)
      return []
    }
    return list.flatMap((source, i) => {
      const node = readItem(source, [...path, "item", i], repeats, depth)
      return node === undefined ? [] : [node]
    })
  }

  const readItem = (source: unknown, path: Path, around: ReadonlyArray<string>, depth: number): Node | undefined => {
    if (!isObject(source)) {
      report.drop(path, "item", "This is no item.")
      return undefined
    }
    if (left-- <= 0) {
      if (left === -1)
        report.drop(path, "item", `There are more than ${maxItems} items; from here on they are left out.`)
      return undefined
    }
    const linkId = stringAt(source, "linkId")
    const first = linkId !== undefined && !claimed.has(linkId)
    if (first) claimed.add(linkId)
    if (!first) report.warn(path, "link-id", "The item has no linkId of its own and got an id here.")
    const id =
      (first ? ids.ours(linkId) : undefined) ?? ids.fresh(plain(stringAt(source, "text") ?? "").slice(0, 40) || "item")
    const type = stringAt(source, "type") ?? (listAt(source, "item").length > 0 ? "group" : "display")
    const shape = shapeOf(
      source,
      type,
      path,
      (linkId === undefined ? undefined : asked.get(linkId)) ?? { ordered: false, codings: [] },
    )
    const isRepeated =
      at(source, "repeats") === true && shape.kind !== "choice" && shape.kind !== "upload" && shape.kind !== "note"
    const wrapper = isRepeated && shape.kind !== "group" ? ids.fresh(`${id} answers`) : undefined
    const repeated = wrapper ?? (isRepeated ? id : undefined)
    const repeats = repeated === undefined ? around : [...around, repeated]
    // children first would give them ids before their parents; a node is known to conditions only once all are read
    const node: Node = {
      source,
      path,
      type,
      id,
      shape,
      wrapper,
      repeats,
      // the items in a question stand beside it, not in the instances of its answers
      children: readItems(source, path, shape.kind === "group" ? repeats : around, depth + 1),
    }
    if (first) byLinkId.set(linkId, node)
    return node
  }

  const shapeOf = (source: unknown, type: string, path: Path, asked: Asked): Shape => {
    const multiple = at(source, "repeats") === true
    const constraint = stringAt(source, "answerConstraint")
    const other = type === "open-choice" || (constraint !== undefined && constraint !== "optionsOnly")
    const choice = (): Shape | undefined => {
      const own =
        listAt(source, "answerOption").length > 0 ? fromAnswerOptions(source, path, language, other, report) : []
      const options = own.length > 0 ? own : fromValueSet(questionnaire, source, path, language, other, report)
      return options === undefined || options.length === 0 ? undefined : { kind: "choice", options, multiple, other }
    }
    switch (type) {
      case "group":
        return { kind: "group" }
      case "display":
        return { kind: "note" }
      case "boolean":
        return { kind: "choice", options: booleans(languages), multiple: false, other: false }
      case "attachment":
        return { kind: "upload" }
      case "decimal":
      case "quantity":
        return { kind: "number", whole: false }
      case "integer": {
        const number: Shape = { kind: "number", whole: true }
        // an order between options is lost in a choice
        return asked.ordered || listAt(source, "answerOption").length === 0 ? number : (choice() ?? number)
      }
      case "dateTime":
        report.warn(path, "day-only", "A date with a time is asked for as a date.")
        return { kind: "dateTime" }
      case "date":
      case "time": {
        const typed: Shape = { kind: type }
        return asked.ordered || listAt(source, "answerOption").length === 0 ? typed : (choice() ?? typed)
      }
      case "choice":
      case "open-choice":
      case "coding":
      case "question":
      case "reference": {
        const known = choice()
        if (known !== undefined) return known
        if (type === "reference") return { kind: "text" }
        report.drop(
          path,
          "answerValueSet" in Object(source) ? "answerValueSet" : "answerOption",
          "The options do not stand in the questionnaire: they have to be filled in. Until then the answer is typed.",
        )
        const options = fromConditions(asked.codings, path, language, report)
        return options.length === 0 ? { kind: "text" } : { kind: "choice", options, multiple, other: true }
      }
      default: {
        if (!texts.has(type))
          report.drop([...path, "type"], type.slice(0, 40), "There is no such type here; the answer is typed.")
        return listAt(source, "answerOption").length > 0 || at(source, "answerValueSet") !== undefined
          ? (choice() ?? { kind: "text" })
          : { kind: "text" }
      }
    }
  }

  return { language, ids, nodes: readItems(questionnaire, [], [], 1), byLinkId }
}

const texts = new Set(["string", "text", "url"])

/** One pass over all items, of any depth: the linkIds, what conditions ask for, and the languages of translations. */
const survey = (questionnaire: unknown) => {
  const linkIds: Array<string> = []
  const asked = new Map<string, { ordered: boolean; codings: Array<unknown> }>()
  const languages = new Set<string>()
  const language = languageTag(stringAt(questionnaire, "language") ?? "")
  if (language !== undefined) languages.add(language)
  const pending: Array<unknown> = [questionnaire]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const linkId = stringAt(next, "linkId")
    if (linkId !== undefined) linkIds.push(linkId)
    for (const condition of listAt(next, "enableWhen")) {
      const question = stringAt(condition, "question")
      if (question === undefined) continue
      const known = asked.get(question) ?? { ordered: false, codings: [] }
      asked.set(question, known)
      if (["<", "<=", ">", ">="].includes(stringAt(condition, "operator") ?? "")) known.ordered = true
      const coding = at(condition, "answerCoding")
      if (isObject(coding)) known.codings.push(coding)
    }
    for (const key of ["_text", "_title"]) {
      for (const extension of listAt(at(next, key), "extension")) {
        if (stringAt(extension, "url") !== translationUrl) continue
        const lang = listAt(extension, "extension").find((part) => stringAt(part, "url") === "lang")
        const tag = languageTag(stringAt(lang, "valueCode") ?? "")
        if (tag !== undefined) languages.add(tag)
      }
    }
    for (const item of listAt(next, "item").toReversed()) pending.push(item)
  }
  return { linkIds, asked, languages }
}
