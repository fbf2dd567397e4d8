/** What the kind of an item has of its own: options, limits, formats, what a note shows. */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Condition, Operand } from "@requite/core/Condition/Ast"
import type { LocalText } from "@requite/core/LocalText"
import { at, listAt, numberAt, type Path, type Report, stringAt, whole } from "../Imported.ts"
import { all, isAlways, not } from "../Imported/conditions.ts"
import { anyFile, time } from "../Imported/kinds.ts"
import { pattern } from "../Imported/patterns.ts"
import { calculation, translate } from "./conditions.ts"
import type { Field, Option } from "./model.ts"
import { lookUp, type Place } from "./operands.ts"
import { parse, type Raw } from "./parse.ts"
import { type Build, type Calculated, canBePlaced, mapText, placed } from "./placeholders.ts"
import { text } from "./texts.ts"
import { numberOf } from "./values.ts"

/** What the kind of an item has of its own. */
export const bodyOf = (
  field: Field,
  build: Build,
  place: Place,
  calculated: Calculated,
  label: LocalText,
): { readonly type: string; readonly [property: string]: unknown } => {
  const { source, path, shape, type } = field
  const { report, survey } = build
  switch (shape.kind) {
    case "choice": {
      if (type === "ranking") report.drop(path, "ranking", "The order of what is picked is not kept.")
      return {
        type: "choice",
        options: shape.options.map((option) => offered(option, field, build, place)),
        ...(shape.multiple ? { multiple: true, ...picked(source, shape.options.length + (shape.other ? 1 : 0)) } : {}),
        ...(shape.other ? { other: true } : {}),
      }
    }
    case "number":
      return { type: "number", ...limits(field, build, place, numberOf), ...decimals(source) }
    case "date": {
      if (stringAt(source, "inputType") !== "date")
        report.warn(path, "day-only", "A date with a time is asked for as a date.")
      return {
        type: "date",
        ...limits(field, build, place, (value) =>
          typeof value === "string" && isDate(value.slice(0, 10)) ? value.slice(0, 10) : undefined,
        ),
      }
    }
    case "time":
      return time
    case "upload": {
      if (type === "signaturepad")
        report.drop(path, "signaturepad", "Nothing can be signed here: a picture of the signature is asked for.")
      const accept = (stringAt(source, "acceptedTypes") ?? "")
        .split(",")
        .map((one) => one.trim().toLowerCase())
        .filter((one) => /^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/.test(one))
      return {
        type: "upload",
        accept: accept.length > 0 ? [...new Set(accept)].slice(0, 50) : type === "signaturepad" ? ["image/*"] : anyFile,
        maxBytes: whole(numberAt(source, "maxSize") || undefined, 1, 1_000_000_000) ?? 15_000_000,
        ...(at(source, "allowMultiple") === true
          ? { maxFiles: whole(numberAt(source, "maxFiles"), 1, 100) ?? 20 }
          : {}),
      }
    }
    case "text":
      return { type: "text", ...textBody(field, report, survey.language) }
    default:
      return { type: "note", ...noteBody(field, build, place, calculated, label, survey.language) }
  }
}

const offered = (option: Option, field: Field, build: Build, place: Place) => {
  const { source, path } = field
  const conditions: Array<Condition> = []
  const here = { ...place, item: option.raw }
  const add = (expression: string | undefined, what: string, at: Path) => {
    const condition = expression === undefined ? undefined : translate(expression, at, here, build.report, what)
    if (condition !== undefined) conditions.push(condition)
  }
  add(option.visibleIf, "visibleIf", option.path)
  if (field.type !== "matrix row")
    add(stringAt(source, "choicesVisibleIf"), "choicesVisibleIf", [...path, "choicesVisibleIf"])
  const mode = stringAt(source, "choicesFromQuestionMode")
  const from = build.survey.fields.get(stringAt(source, "choicesFromQuestion") ?? "")
  if (
    from?.shape.kind === "choice" &&
    (mode === "selected" || mode === "unselected") &&
    from.repeats.every((id) => place.repeats.includes(id))
  ) {
    const same = from.shape.options.find(({ raw }) => raw === option.raw)
    const answer = { answer: from.id }
    const isPicked: Condition | undefined =
      same === undefined
        ? undefined
        : from.shape.multiple
          ? { anyOf: [answer, [same.value]] }
          : { eq: [answer, same.value] }
    if (isPicked !== undefined) conditions.push(mode === "selected" ? isPicked : not(isPicked))
  }
  const when = all(conditions)
  return { value: option.value, label: option.label, ...(isAlways(when) ? {} : { when }) }
}

const picked = (source: unknown, most: number) => {
  const validator = listAt(source, "validators").find((one) => stringAt(one, "type") === "answercount")
  const min = whole(numberAt(source, "minSelectedChoices") ?? numberAt(validator, "minCount"), 0, most)
  const max = whole(
    numberAt(source, "maxSelectedChoices") || numberAt(validator, "maxCount") || undefined,
    Math.max(1, min ?? 0),
    most,
  )
  return {
    ...(min === undefined || min < 2 ? {} : { minPicked: min }),
    ...(max === undefined ? {} : { maxPicked: max }),
  }
}

const decimals = (source: unknown) => {
  const step = at(source, "step")
  return typeof step === "number" && Number.isInteger(step) && step > 0 && at(source, "inputType") === "number"
    ? { decimals: 0 }
    : {}
}

/** `min` and `max`, as values or as the expressions `{name}` and `today()`. */
const limits = (field: Field, build: Build, place: Place, read: (value: Raw) => Operand | undefined) => {
  const validator = listAt(field.source, "validators").find((one) => stringAt(one, "type") === "numeric")
  const limit = (key: "min" | "max"): Operand | undefined => {
    const value = at(field.source, key) ?? at(validator, `${key}Value`)
    const literal = typeof value === "string" || typeof value === "number" ? read(value) : undefined
    const expression = stringAt(field.source, `${key}ValueExpression`)
    if (expression === undefined) return literal
    const tree = parse(expression)
    if (
      tree?.type === "call" &&
      /^(today|currentdate)$/i.test(tree.name) &&
      tree.items.length === 0 &&
      field.shape.kind === "date"
    ) {
      return { context: "today" }
    }
    const found = tree?.type === "name" ? lookUp(tree.name, place) : undefined
    if (
      found?.type === "field" &&
      found.beyond.length === 0 &&
      found.field.shape.kind === field.shape.kind &&
      found.field.id !== field.id
    ) {
      return { answer: found.field.id }
    }
    build.report.drop(
      [...field.path, `${key}ValueExpression`],
      `${key}ValueExpression`,
      "Only today() or another answer can be a limit; this one is left out.",
    )
    return literal
  }
  const [min, max] = [limit("min"), limit("max")]
  const crossed =
    typeof min !== "object" && typeof max !== "object" && min !== undefined && max !== undefined && min > max
  if (crossed) {
    build.report.drop(field.path, "min", "The least value is above the greatest; both are left out.")
    return {}
  }
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
}

const textBody = ({ source, type, path }: Field, report: Report, language: string) => {
  const validators = listAt(source, "validators")
  const ofLength = validators.find((one) => stringAt(one, "type") === "text")
  const long = type === "comment"
  const positive = (number: number | undefined) => (number !== undefined && number > 0 ? number : undefined)
  const maxLength = whole(
    positive(numberAt(source, "maxLength")) ?? positive(numberAt(ofLength, "maxLength")),
    1,
    100_000,
  )
  const minLength = whole(
    positive(numberAt(source, "minLength")) ?? positive(numberAt(ofLength, "minLength")),
    0,
    maxLength ?? (long ? 10_000 : 500),
  )
  const input = stringAt(source, "inputType")
  const isEmail = input === "email" || validators.some((one) => stringAt(one, "type") === "email")
  const index = validators.findIndex((one) => stringAt(one, "type") === "regex")
  const ofPattern = validators[index]
  const regex =
    ofPattern === undefined || at(ofPattern, "caseInsensitive") === true || at(ofPattern, "insensitive") === true
      ? undefined
      : pattern(stringAt(ofPattern, "regex") ?? "", maxLength ?? (long ? 10_000 : 500))
  if (ofPattern !== undefined && regex === undefined) {
    report.drop([...path, "validators", index], "regex", "This pattern has no counterpart of the same meaning.")
  }
  const message = text(at(ofPattern, "text"), language) ?? "This does not have the right form"
  const format = isEmail ? "email" : input === "tel" ? "phone" : input === "url" ? "url" : undefined
  return {
    ...(long ? { long: true } : {}),
    ...(format === undefined ? {} : { format }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(regex === undefined ? {} : { pattern: { regex, message } }),
  }
}

/** What is only shown: a text, a picture, something calculated. */
const noteBody = (
  field: Field,
  build: Build,
  place: Place,
  calculated: Calculated,
  label: LocalText,
  language: string,
) => {
  const { source, path, type, repeats } = field
  if (type === "html") {
    const html = text(at(source, "html"), language, true)
    return html === undefined ? {} : { label: placed(html, path, place, build) }
  }
  if (type === "image") {
    build.report.drop([...path, "imageLink"], "image", "Pictures are not shown.")
    return {}
  }
  const tree = parse(stringAt(source, "expression") ?? "")
  const found = tree === undefined || repeats.length > 0 ? undefined : calculation(tree, place)
  if (found !== undefined) return { label: mapText(label, (one) => `${one} {{${calculated.add(found)}}}`) }
  if (tree?.type === "name") {
    const named = lookUp(tree.name, place)
    if (named.type === "field" && canBePlaced(named.field, named.beyond, build))
      return { label: mapText(label, (one) => `${one} {{${named.field.id}}}`) }
  }
  build.report.drop([...path, "expression"], "expression", "Its value cannot be calculated here; its title is shown.")
  return {}
}
