/** The items of ours that a node becomes, with what its extensions say; whatever has no counterpart is reported. */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Condition } from "@requite/core/Condition/Ast"
import type { LocalText } from "@requite/core/LocalText"
import {
  at,
  isObject,
  type Item,
  listAt,
  localText,
  numberAt,
  type Path,
  plain,
  type Report,
  stringAt,
  whole,
} from "../Imported.ts"
import { all, isNever, needs } from "../Imported/conditions.ts"
import { anyFile, time } from "../Imported/kinds.ts"
import { pattern } from "../Imported/patterns.ts"
import { enabled } from "./conditions.ts"
import { extensionUrls, type Node } from "./model.ts"
import type { Form } from "./read.ts"
import { prefixed, textsAt } from "./texts.ts"

/** What is said of an item elsewhere, or only concerns its looks in a page of FHIR. */
const known = new Set([
  "linkId",
  "type",
  "text",
  "_text",
  "prefix",
  "item",
  "enableWhen",
  "enableBehavior",
  "required",
  "repeats",
  "maxLength",
  "answerOption",
  "answerValueSet",
  "answerConstraint",
  "extension",
  "id",
])

const without: Readonly<Record<string, string>> = {
  initial: "Answers are not filled in beforehand.",
  readOnly: "An item cannot be read-only: it can be answered here.",
  code: "What the question is called in a code system is not kept.",
  definition: "The definition of the element is not kept.",
  disabledDisplay: "What is not asked is not shown.",
}

const label = (node: Node, form: Form, report: Report): LocalText => {
  const prefix = plain(stringAt(node.source, "prefix") ?? "")
  const texts = textsAt(node.source, "text", form.language)
  const text = localText(texts.some(([, one]) => one !== "") ? prefixed(prefix, texts) : [], "")
  if (text !== "") return text
  report.warn(node.path, "no-text", "The item has no text: its linkId stands in for it.")
  return prefix || plain(stringAt(node.source, "linkId") ?? "") || node.id
}

/** The item, and beside it what stood in it where it is a question. `outer` holds for what stands in a question. */
export const items = (
  node: Node,
  form: Form,
  report: Report,
  around: ReadonlyArray<string> = [],
  outer?: { readonly when: Condition; readonly id: string },
): ReadonlyArray<Item> => {
  const { source, shape, path, id } = node
  for (const key of Object.keys(isObject(source) ? source : {})) {
    if (!known.has(key)) report.drop([...path, key], key, without[key] ?? "There is no counterpart.")
  }
  const own = enabled(node, around, form.byLinkId, report)
  // an item in a question is not asked while that question is not
  const conditions = [
    ...(outer === undefined || (own !== undefined && needs(own, outer.id)) ? [] : [outer.when]),
    ...(own === undefined ? [] : [own]),
  ]
  const condition = conditions.length === 0 ? undefined : all(conditions)
  const when = condition === undefined ? {} : { when: condition }
  const required =
    at(source, "required") === true && shape.kind !== "note" && shape.kind !== "group" ? { required: true } : {}
  const extensions = readExtensions(node, report)
  const help = extensions.help === undefined ? {} : { help: extensions.help }
  const common = { id, label: label(node, form, report) }

  if (shape.kind === "group") {
    const inside = node.children.flatMap((child) => items(child, form, report, node.repeats))
    if (inside.length === 0) {
      report.warn(path, "empty-group", "The group has no items: its text is shown.")
      return [{ ...common, type: "note", ...when, ...help }]
    }
    const isRepeated = node.repeats.at(-1) === id
    const least = extensions.min.occurs ?? (at(source, "required") === true ? 1 : undefined)
    return [
      {
        ...common,
        type: "group",
        ...when,
        ...help,
        ...(isRepeated ? { repeat: repeat(least, extensions.max.occurs) } : {}),
        items: inside,
      },
    ]
  }

  const question: Item = { ...common, ...body(node, extensions, report), ...help, ...required }
  const asked: Item =
    node.wrapper === undefined
      ? { ...question, ...when }
      : {
          id: node.wrapper,
          type: "group",
          label: common.label,
          ...when,
          repeat: repeat(
            extensions.min.occurs ?? (at(source, "required") === true ? 1 : undefined),
            extensions.max.occurs,
          ),
          items: [question],
        }
  const inner = condition === undefined || isNever(condition) ? undefined : { when: condition, id }
  const below = node.children
    .filter((child) => child !== extensions.helpNode)
    .flatMap((child) => items(child, form, report, around, inner))
  return [asked, ...below]
}

const repeat = (min: number | undefined, max: number | undefined) => {
  const least = whole(min, 0, 100)
  const most = whole(max, Math.max(1, least ?? 0), 100)
  return { ...(least === undefined || least === 0 ? {} : { min: least }), ...(most === undefined ? {} : { max: most }) }
}

/** What the kind of an item has of its own. */
const body = (
  node: Node,
  extensions: Extensions,
  report: Report,
): Omit<Item, "id" | "label"> & { readonly type: string } => {
  const { shape, source, path } = node
  switch (shape.kind) {
    case "choice":
      return {
        type: "choice",
        options: shape.options.map(({ value, texts }) => ({ value, label: localText(texts, value) })),
        ...(shape.multiple ? { multiple: true } : {}),
        ...(shape.other ? { other: true } : {}),
        ...(shape.multiple ? picked(extensions, shape.options.length + (shape.other ? 1 : 0)) : {}),
      }
    case "number":
      return {
        type: "number",
        ...limits(
          extensions,
          (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined),
          path,
          report,
        ),
        ...(shape.whole ? { decimals: 0 } : extensions.decimals === undefined ? {} : { decimals: extensions.decimals }),
        ...(extensions.unit === undefined ? {} : { unit: extensions.unit }),
      }
    case "date":
    case "dateTime":
      return { type: "date", ...limits(extensions, (value) => (isDate(value) ? value : undefined), path, report) }
    case "time":
      return time
    case "upload":
      return {
        type: "upload",
        accept: extensions.accept ?? anyFile,
        maxBytes: extensions.maxBytes ?? 15_000_000,
        ...(at(source, "repeats") === true ? { maxFiles: whole(extensions.max.occurs, 1, 100) ?? 20 } : {}),
      }
    case "text": {
      if (node.type === "reference") report.warn(path, "reference-typed", "What the reference points at is typed.")
      const maxLength = whole(numberAt(source, "maxLength"), 1, 100_000)
      const long = node.type === "text"
      const least = whole(extensions.minLength, 0, maxLength ?? (long ? 10_000 : 500))
      return {
        type: "text",
        ...(long ? { long: true } : {}),
        ...(node.type === "url" ? { format: "url" } : {}),
        ...patternOf(extensions, maxLength ?? (long ? 10_000 : 500), path, report),
        ...(least === undefined ? {} : { minLength: least }),
        ...(maxLength === undefined ? {} : { maxLength }),
      }
    }
    default:
      return { type: "note" }
  }
}

const patternOf = ({ regex }: Extensions, longest: number, path: Path, report: Report) => {
  if (regex === undefined) return {}
  const found = pattern(regex, longest) ?? pattern(`^${regex}$`, longest)
  if (found !== undefined) return { pattern: { regex: found, message: "This does not have the right form" } }
  report.drop([...path, "extension"], "regex", "This pattern has no counterpart of the same meaning.")
  return {}
}

const picked = ({ min, max }: Extensions, most: number) => {
  const least = whole(min.occurs, 0, most)
  const limit = whole(max.occurs, Math.max(1, least ?? 0), most)
  return {
    ...(least === undefined || least < 2 ? {} : { minPicked: least }),
    ...(limit === undefined ? {} : { maxPicked: limit }),
  }
}

/** A lower limit above the upper one would make every answer wrong. */
const limits = <A extends number | string>(
  extensions: Extensions,
  read: (value: unknown) => A | undefined,
  path: Path,
  report: Report,
): { readonly min?: A; readonly max?: A } => {
  const [min, max] = [read(extensions.min.value), read(extensions.max.value)]
  if (min !== undefined && max !== undefined && min > max) {
    report.drop(path, "minValue", "The least value is above the greatest; both are left out.")
    return {}
  }
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
}

interface Extensions {
  min: { value?: unknown; occurs?: number | undefined }
  max: { value?: unknown; occurs?: number | undefined }
  decimals?: number | undefined
  unit?: string
  minLength?: number | undefined
  regex?: string
  accept?: Array<string>
  maxBytes?: number
  help?: LocalText
  helpNode?: Node
}

/** Only about the looks of a page; nothing of the questionnaire is lost with them. */
const looks = new Set([
  "questionnaire-choiceOrientation",
  "sdc-questionnaire-width",
  "sdc-questionnaire-columnCount",
  "questionnaire-displayCategory",
  "sdc-questionnaire-shortText",
  "sdc-questionnaire-openLabel",
  "sdc-questionnaire-collapsible",
])

const readExtensions = (node: Node, report: Report): Extensions => {
  const found: Extensions = { min: {}, max: {} }
  const isRepeat = at(node.source, "repeats") === true
  listAt(node.source, "extension").forEach((extension, i) => {
    const path = [...node.path, "extension", i]
    const url = stringAt(extension, "url") ?? ""
    const name = url.replace(extensionUrls.structure, "").replace(extensionUrls.sdc, "").slice(0, 200)
    const value = valueOf(extension)
    switch (name) {
      case "minValue":
        found.min.value = value
        return
      case "maxValue":
        found.max.value = value
        return
      case "minLength":
        found.minLength = typeof value === "number" ? value : undefined
        return
      case "regex":
        if (typeof value === "string") found.regex = value
        return
      case "maxDecimalPlaces":
        found.decimals = typeof value === "number" ? whole(value, 0, 15) : undefined
        return
      case "questionnaire-minOccurs":
        if (isRepeat && typeof value === "number") found.min.occurs = value
        return
      case "questionnaire-maxOccurs":
        if (isRepeat && typeof value === "number") found.max.occurs = value
        return
      case "questionnaire-unit": {
        const unit = plain(stringAt(value, "display") ?? stringAt(value, "code") ?? "").slice(0, 100)
        if (unit !== "") found.unit = unit
        return
      }
      case "questionnaire-unitOption": {
        const unit = plain(stringAt(value, "display") ?? stringAt(value, "code") ?? "").slice(0, 100)
        if (found.unit === undefined && unit !== "") found.unit = unit
        else report.drop(path, "unitOption", "A number has one unit here: the first one.")
        return
      }
      case "mimeType":
        if (typeof value === "string" && /^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/.test(value))
          (found.accept ??= []).push(value)
        else report.drop(path, "mimeType", "This is no media type.")
        return
      case "maxSize":
        // in megabytes
        if (typeof value === "number" && value > 0)
          found.maxBytes = Math.min(1_000_000_000, Math.max(1, Math.round(value * 1e6)))
        return
      case "entryFormat":
      case "questionnaire-supportLink":
        if (found.help === undefined && typeof value === "string" && plain(value) !== "") found.help = plain(value)
        return
      case "questionnaire-itemControl":
        if (!controls(value)) report.drop(path, "itemControl", "This way of showing the item has no counterpart.")
        return
      case "questionnaire-hidden":
        if (value === true) report.drop(path, "hidden", "An item cannot be hidden for good: it is shown.")
        return
      case "sdc-questionnaire-enableWhenExpression":
        report.drop(
          path,
          "enableWhenExpression",
          "FHIRPath is not translated: the item is shown where the rest of its condition holds.",
        )
        return
      default:
        if (looks.has(name)) return
        report.drop(
          path,
          name.replace(/^(sdc-)?questionnaire-/, "") || "extension",
          "This extension has no counterpart.",
        )
    }
  })
  // a text with the item control "help" in a question is its help
  const helpNode = node.shape.kind === "group" || node.shape.kind === "note" ? undefined : node.children.find(isHelp)
  if (helpNode !== undefined && found.help === undefined) {
    const help = plain(stringAt(helpNode.source, "text") ?? "", true)
    if (help !== "") return { ...found, help, helpNode }
  }
  return found
}

const isHelp = ({ source, shape, children }: Node): boolean =>
  shape.kind === "note" &&
  children.length === 0 &&
  listAt(source, "enableWhen").length === 0 &&
  listAt(source, "extension").some(
    (extension) =>
      (stringAt(extension, "url") ?? "").endsWith("questionnaire-itemControl") &&
      listAt(valueOf(extension), "coding").some((coding) => stringAt(coding, "code") === "help"),
  )

const valueOf = (extension: unknown): unknown =>
  isObject(extension) ? Object.entries(extension).find(([key]) => key.startsWith("value"))?.[1] : undefined

/** Controls that our kinds are shown with anyway, or that only lay out a page. */
const controls = (value: unknown): boolean =>
  listAt(value, "coding").every((coding) =>
    [
      "check-box",
      "drop-down",
      "radio-button",
      "autocomplete",
      "text-box",
      "help",
      "spinner",
      "inline",
      "list",
      "page",
      "header",
    ].includes(stringAt(coding, "code") ?? ""),
  )
