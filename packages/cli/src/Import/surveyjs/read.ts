/** Reads a survey into pages of fields: their ids, the kind that each becomes, the names by which expressions know them. */
import type { LocalText } from "@requite/core/LocalText"
import {
  at,
  ids as idsOf,
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
import { comparedAsNumbers, namedExpressions, triggersOf } from "./expressions.ts"
import type { Field, Fields, Option, Page, Shape, Survey } from "./model.ts"
import { booleans, hasOther, optionsOf, rates, valued } from "./options.ts"
import { text } from "./texts.ts"

interface Around {
  readonly key: string
  readonly repeats: ReadonlyArray<string>
  readonly scopes: ReadonlyArray<string>
  readonly guards: ReadonlyArray<string>
  readonly depth: number
}

export const nameOf = (source: unknown): string => {
  const name = at(source, "name")
  return typeof name === "string" || typeof name === "number" ? String(name).trim() : ""
}

/** Of a choice, column or row: its value or name. */
const valueOf = (one: unknown): string => {
  const value = isObject(one) ? (at(one, "value") ?? at(one, "name")) : one
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : ""
}

export const read = (survey: unknown, report: Report): Survey => {
  const language = languageTag(stringAt(survey, "locale") ?? "") ?? "en"
  const pageList = pagesOf(survey)
  const ids = idsOf(names(pageList.map(({ source }) => source)))
  const numeric = comparedAsNumbers(survey)
  const byKey = new Map<string, Field>()
  const inAnyCase = new Map<string, string>()
  const fields: Fields = { get: (key) => byKey.get(key) ?? byKey.get(inAnyCase.get(key.toLowerCase()) ?? "") }
  const named = namedExpressions(survey)
  let left = maxItems

  const make = (
    source: unknown,
    path: Path,
    name: string,
    around: Around,
    more: { readonly title?: LocalText | undefined; readonly item?: Field["item"]; readonly type?: string } = {},
  ): Field | undefined => {
    if (left-- <= 0) {
      if (left === -1)
        report.drop(path, "elements", `There are more than ${maxItems} items; from here on they are left out.`)
      return undefined
    }
    const type = more.type ?? stringAt(source, "type") ?? (listAt(source, "elements").length > 0 ? "panel" : "text")
    const valueName = around.key === "" ? (stringAt(source, "valueName") ?? "").trim() : ""
    const key = `${around.key}${name}`
    const isFirst = name !== "" && !byKey.has(key)
    if (name !== "" && !isFirst)
      report.warn(
        path,
        "duplicate-name",
        "The name stands twice; the second one got an id of its own, and expressions mean the first.",
      )
    const id = (isFirst ? ids.ours(`${around.key}${name}`) : undefined) ?? ids.fresh(name || type)
    const shape = shapeOf(source, type, path, key)
    const isRepeated = shape.kind === "instances"
    const guards = [...around.guards, ...(isHidden(source) ? ["false"] : visibleIfOf(source))]
    const repeats = isRepeated ? [...around.repeats, id] : around.repeats
    const field: Field = {
      source,
      path,
      key,
      id,
      type,
      name,
      shape,
      repeats,
      scopes: around.scopes,
      guards,
      fields: [],
      title: more.title,
      item: more.item,
    }
    const know = (name: string, as: Field): void => {
      byKey.set(name, as)
      if (!inAnyCase.has(name.toLowerCase())) inAnyCase.set(name.toLowerCase(), name)
    }
    if (isFirst) know(key, field)
    const isShared = valueName !== "" && valueName !== key && byKey.has(valueName)
    if (isShared) {
      report.drop(
        [...path, "valueName"],
        "valueName",
        "Questions cannot share an answer: each has its own, and expressions mean the first.",
      )
    }
    const below = inside(field, { ...around, repeats, guards, depth: around.depth + 1 })
    const isBare = below.length === 0 && (shape.kind === "group" || shape.kind === "instances")
    const whole: Field = isBare ? { ...field, shape: { kind: "note" } } : { ...field, fields: below }
    if (isFirst) know(key, whole)
    if (valueName !== "" && !isShared) know(valueName, whole)
    return whole
  }

  const elements = (source: unknown, key: string, path: Path, around: Around): ReadonlyArray<Field> => {
    const list = listAt(source, key)
    if (list.length > 0 && around.depth > maxDepth) {
      report.drop([...path, key], "elements", `Panels nest at most ${maxDepth} deep; what is deeper is left out.`)
      return []
    }
    return list.flatMap((one, i) => {
      if (isObject(one)) return make(one, [...path, key, i], nameOf(one), around) ?? []
      report.drop([...path, key, i], "element", "This is no element.")
      return []
    })
  }

  /** What stands in a field: elements, cells, columns. */
  const inside = ({ source, path, key, type, id }: Field, around: Around): ReadonlyArray<Field> => {
    const own: Around = { ...around, key: `${key}.`, scopes: [...around.scopes, `${key}.`] }
    switch (type) {
      case "panel":
      case "flowpanel":
        return elements(source, "elements", path, around)
      case "paneldynamic":
        return elements(source, "templateElements", path, own)
      case "multipletext":
        return listAt(source, "items").flatMap(
          (one, i) => make(one, [...path, "items", i], nameOf(one), own, { type: "text" }) ?? [],
        )
      case "matrix":
        return rowsOf(source, path).flatMap(
          ({ row, name, title, here, item }) =>
            make(cellOfMatrix(source, row), here, name, own, { type: "matrix row", title, item }) ?? [],
        )
      case "matrixdropdown":
        return rowsOf(source, path).flatMap(
          ({ name, title, here, item }) => make(source, here, name, own, { type: "cells", title, item }) ?? [],
        )
      case "matrixdynamic":
      case "cells": {
        const columns = type === "cells" ? path.slice(0, -2) : path
        return [
          ...listAt(source, "columns").flatMap((one, i) => {
            const column = isObject(one) ? one : { name: one }
            const cell = stringAt(column, "cellType") ?? stringAt(source, "cellType") ?? "dropdown"
            const choices = listAt(column, "choices").length > 0 ? {} : { choices: listAt(source, "choices") }
            return (
              make({ ...column, ...choices }, [...columns, "columns", i], nameOf(column), own, {
                type: cell === "default" ? "dropdown" : cell,
              }) ?? []
            )
          }),
          ...elements(source, "detailElements", columns, own),
        ]
      }
      default:
        void id
        return []
    }
  }

  const rowsOf = (source: unknown, path: Path) => {
    const visibleIf = stringAt(source, "rowsVisibleIf")
    return listAt(source, "rows").map((row, i) => {
      const own = stringAt(row, "visibleIf") ?? visibleIf
      const name = valueOf(row)
      return {
        row,
        name,
        title: text(isObject(row) ? (at(row, "text") ?? at(row, "title") ?? name) : name, language),
        here: [...path, "rows", i],
        item: own === undefined ? undefined : { visibleIf: own, raw: name },
      }
    })
  }

  /** A row of a matrix is a question whose choices are the columns. */
  const cellOfMatrix = (source: unknown, row: unknown): unknown => ({
    choices: listAt(source, "columns"),
    isRequired:
      at(source, "isAllRowRequired") === true ||
      at(source, "eachRowRequired") === true ||
      at(row, "isRequired") === true,
  })

  const shapeOf = (source: unknown, type: string, path: Path, key: string): Shape => {
    const choice = (options: ReadonlyArray<Option>, multiple: boolean): Shape =>
      options.length === 0 ? { kind: "text" } : { kind: "choice", options, multiple, other: hasOther(source) }
    switch (type) {
      case "radiogroup":
      case "dropdown":
      case "buttongroup":
      case "checkbox":
      case "tagbox":
      case "ranking":
      case "imagepicker": {
        const multiple =
          type === "checkbox" ||
          type === "tagbox" ||
          type === "ranking" ||
          (type === "imagepicker" && at(source, "multiSelect") === true)
        const own = optionsOf(source, path, "choices", language, report)
        const options = stringAt(source, "choicesFromQuestion") === undefined ? own : borrowed(source, path, own)
        if (options.length === 0) {
          report.drop(
            [...path, "choices"],
            "choices",
            "The choices do not stand in the survey: they have to be filled in. Until then the answer is typed.",
          )
        }
        return choice(options, multiple)
      }
      case "matrix row":
        return choice(optionsOf(source, path, "choices", language, report), false)
      case "rating":
        return choice(rates(source, path, language, report), false)
      case "boolean":
        return { kind: "choice", options: booleans(source, path, language), multiple: false, other: false }
      case "text":
        return { kind: textKind(source, key) }
      case "slider":
        return { kind: "number" }
      case "file":
      case "signaturepad":
        return { kind: "upload" }
      case "html":
      case "image":
      case "expression":
        return { kind: "note" }
      case "panel":
      case "flowpanel":
      case "multipletext":
      case "matrix":
      case "matrixdropdown":
      case "cells":
        return { kind: "group" }
      case "paneldynamic":
      case "matrixdynamic":
        return { kind: "instances" }
      default:
        if (type !== "comment")
          report.drop([...path, "type"], type.slice(0, 40), "There is no such type here; the answer is typed.")
        return { kind: "text" }
    }
  }

  const textKind = (source: unknown, key: string): "text" | "number" | "date" | "time" => {
    switch (stringAt(source, "inputType")) {
      case "number":
      case "range":
        return "number"
      case "date":
        return "date"
      case "datetime":
      case "datetime-local":
        return "date"
      case "time":
        return "time"
      case undefined:
      case "text":
        return numeric.has(key.toLowerCase()) ||
          listAt(source, "validators").some((one) => stringAt(one, "type") === "numeric")
          ? "number"
          : "text"
      default:
        return "text"
    }
  }

  /** The choices of another question that was read before; which of them are offered, the items say. */
  const borrowed = (source: unknown, path: Path, own: ReadonlyArray<Option>): ReadonlyArray<Option> => {
    const from = fields.get(stringAt(source, "choicesFromQuestion") ?? "")
    if (from?.shape.kind === "choice") return valued([...from.shape.options, ...own], hasOther(source), path, report)
    report.drop(
      [...path, "choicesFromQuestion"],
      "choicesFromQuestion",
      "Choices can only be taken from a question with choices that stands before.",
    )
    return own
  }

  const pages = pageList.map(({ source, path }): Page => ({
    source,
    path,
    name: nameOf(source),
    fields: elements(source, at(source, "elements") === undefined ? "questions" : "elements", path, {
      key: "",
      repeats: [],
      scopes: [],
      guards: isHidden(source) ? ["false"] : visibleIfOf(source),
      depth: 1,
    }),
  }))
  return { source: survey, language, ids, pages, fields, named, shownBy: triggersOf(survey) }
}

/** Never visible, and nothing that could change it. */
export const isHidden = (source: unknown): boolean =>
  at(source, "visible") === false && visibleIfOf(source).length === 0

const visibleIfOf = (source: unknown): ReadonlyArray<string> => {
  const expression = stringAt(source, "visibleIf")
  return expression === undefined || expression.trim() === "" ? [] : [expression]
}

/** A survey without pages is one page. */
const pagesOf = (survey: unknown): ReadonlyArray<{ readonly source: unknown; readonly path: Path }> => {
  const pages = listAt(survey, "pages").map((source, i) => ({ source, path: ["pages", i] }))
  const hasOwn = listAt(survey, "elements").length > 0 || listAt(survey, "questions").length > 0
  return hasOwn || pages.length === 0
    ? [{ source: { elements: [...listAt(survey, "elements"), ...listAt(survey, "questions")] }, path: [] }, ...pages]
    : pages
}

/** Every name that can become an id: those of elements first, then those in them, as `question.row.column`. */
const names = (pages: ReadonlyArray<unknown>): ReadonlyArray<string> => {
  const first: Array<string> = []
  const inner: Array<string> = []
  const pending = pages.map((source) => ({ source, key: "" })).toReversed()
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { source, key } = next
    const below = `${key}${nameOf(source)}.`
    const push = (list: ReadonlyArray<unknown>, prefix: string, from = nameOf) => {
      for (const one of list.toReversed()) {
        const name = from(one)
        if (name !== "") (prefix === "" ? first : inner).push(`${prefix}${name}`)
        pending.push({ source: one, key: prefix })
      }
    }
    push(listAt(source, "elements"), key)
    push(listAt(source, "questions"), key)
    for (const list of ["templateElements", "detailElements", "items", "columns"]) push(listAt(source, list), below)
    for (const row of listAt(source, "rows")) {
      inner.push(`${below}${valueOf(row)}`)
      for (const column of listAt(source, "columns"))
        inner.push(`${below}${valueOf(row)}.` + nameOf(isObject(column) ? column : { name: column }))
    }
  }
  return [...first.filter((name) => name.length <= 300), ...inner.filter((name) => name.length <= 300)]
}

export const titleOf = (field: Field, language: string): LocalText =>
  field.title ?? text(at(field.source, "title"), language) ?? (plain(nameOf(field.source)) || field.id)
