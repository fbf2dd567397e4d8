/** The items of ours that the fields of a survey become; whatever has no counterpart is reported. */
import type { Condition } from "@requite/core/Condition/Ast"
import { at, type Item, never, numberAt, type Path, stringAt, whole } from "../Imported.ts"
import { all, isAlways, isNever } from "../Imported/conditions.ts"
import { translate, translateTree } from "./conditions.ts"
import { bodyOf } from "./kinds.ts"
import type { Field } from "./model.ts"
import type { Place } from "./operands.ts"
import { type Build, type Calculated, placed } from "./placeholders.ts"
import { unknownProperties } from "./properties.ts"
import { isHidden, titleOf } from "./read.ts"
import { text } from "./texts.ts"

export const placeOf = (
  build: Build,
  path: Path,
  around: Pick<Field, "repeats" | "scopes">,
  calculated: Calculated | undefined,
): Place => ({
  survey: build.survey,
  repeats: around.repeats,
  scopes: around.scopes,
  calculate: calculated?.add,
  warn: (code, message) => build.report.warn(path, code, message),
})

/** The property of that name as a condition; undefined where there is none. */
export const conditionAt = (
  build: Build,
  source: unknown,
  path: Path,
  key: string,
  place: Place,
): Condition | undefined => {
  const expression = stringAt(source, key)
  if (expression === undefined || expression.trim() === "") return undefined
  return translate(expression, [...path, key], place, build.report, key)
}

export const item = (
  field: Field,
  build: Build,
  around: Pick<Field, "repeats" | "scopes">,
  calculated: Calculated,
): ReadonlyArray<Item> => {
  const { source, path, id, type, shape } = field
  const { report, survey } = build
  const isCell = type === "cells" || type === "matrix row"
  const place = placeOf(build, path, around, calculated)
  const conditions: Array<Condition> = []
  const own = isCell ? undefined : conditionAt(build, source, path, "visibleIf", place)
  if (own !== undefined) conditions.push(own)
  if (field.item !== undefined) {
    const { visibleIf, raw } = field.item
    const offered = translate(visibleIf, path, { ...place, item: raw }, report, "rowsVisibleIf")
    if (offered !== undefined) conditions.push(offered)
  }
  const triggers = survey.shownBy.get(field.key) ?? []
  if (!isCell && isHidden(source) && triggers.length > 0) {
    const condition = translateTree({ type: "or", items: triggers }, path, place, report, "trigger")
    if (condition !== undefined) conditions.push(condition)
  } else if (!isCell && isHidden(source)) {
    report.warn([...path, "visible"], "hidden", "The element is never visible, so it is never asked here.")
    conditions.push(never)
  } else if (triggers.length > 0) {
    report.drop(path, "trigger", "A trigger only shows what is hidden to begin with; this is always shown.")
  }
  const condition = conditions.length === 0 ? undefined : all(conditions)
  const when = condition === undefined || isAlways(condition) ? {} : { when: condition }
  const label = placed(titleOf(field, survey.language), path, place, build)
  const description = isCell ? undefined : text(at(source, "description"), survey.language, true)
  const help = description === undefined ? {} : { help: placed(description, path, place, build) }
  const required = requiredOf(field, build, place)
  if (!isCell) unknownProperties(field, report)

  if (shape.kind === "group" || shape.kind === "instances") {
    const inside = field.fields.flatMap((inner) =>
      item(
        inner,
        build,
        inner.scopes.length > around.scopes.length || shape.kind === "instances"
          ? { repeats: field.repeats, scopes: inner.scopes }
          : around,
        calculated,
      ),
    )
    if (inside.length === 0) {
      report.warn(path, "empty-group", "There is nothing in it: its title is shown.")
      return [{ id, type: "note", label, ...when, ...help }]
    }
    const repeat = shape.kind === "instances" ? { repeat: repeatOf(source) } : {}
    build.before.add(id)
    return [{ id, type: "group", label, ...when, ...help, ...repeat, items: inside }]
  }
  const body = bodyOf(field, build, place, calculated, label)
  build.before.add(id)
  return [{ id, label, ...body, ...when, ...help, ...required }]
}

const requiredOf = (field: Field, build: Build, place: Place): { readonly required?: boolean | Condition } => {
  const { kind } = field.shape
  if (kind === "group" || kind === "instances" || kind === "note") return {}
  if (at(field.source, "isRequired") === true) return { required: true }
  if (field.type === "matrix row") return {}
  const condition = conditionAt(build, field.source, field.path, "requiredIf", place)
  if (condition === undefined) return {}
  if (isAlways(condition)) return { required: true }
  return isNever(condition) ? {} : { required: condition }
}

const repeatOf = (source: unknown) => {
  const min = whole(numberAt(source, "minPanelCount") ?? numberAt(source, "minRowCount"), 0, 100)
  const max = whole(numberAt(source, "maxPanelCount") ?? numberAt(source, "maxRowCount"), Math.max(1, min ?? 0), 100)
  const least = Math.max(min ?? 0, at(source, "isRequired") === true ? 1 : 0)
  return { ...(least === 0 ? {} : { min: least }), ...(max === undefined ? {} : { max }) }
}
