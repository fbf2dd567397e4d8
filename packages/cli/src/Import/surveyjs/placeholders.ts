/** Texts that name answers: `{name}` becomes a placeholder of ours where it names one that is given before. */
import type { Calculation } from "@requite/core/Condition/Ast"
import type { LocalText } from "@requite/core/LocalText"
import { localText, type Path, plain, type Report } from "../Imported.ts"
import type { Field, Survey } from "./model.ts"
import { lookUp, type Place } from "./operands.ts"

/** What is built of one survey: texts may name only what stands before them. */
export interface Build {
  readonly survey: Survey
  readonly report: Report
  /** Ids of the questions built so far. */
  readonly before: Set<string>
}

/** Gives the calculated values of one section their ids. */
export interface Calculated {
  readonly values: Record<string, Calculation>
  readonly add: (calculation: Calculation) => string
}

export const mapText = (text: LocalText, change: (one: string) => string): LocalText =>
  typeof text === "string"
    ? change(text)
    : localText(
        Object.entries(text).map(([language, one]) => [language, change(one)]),
        "",
      )

export const canBePlaced = (field: Field, beyond: ReadonlyArray<string>, { before }: Build): boolean =>
  beyond.length === 0 && before.has(field.id) && !["note", "group", "instances", "upload"].includes(field.shape.kind)

/** `{name}` in a text becomes a placeholder where it names an answer given before; otherwise it stays as it stands. */
export const placed = (text: LocalText, path: Path, place: Place, build: Build): LocalText =>
  mapText(text, (one) =>
    one.replace(/\{([^{}]{1,200})\}/g, (all, name: string) => {
      const found = lookUp(name, { ...place, warn: () => {} })
      if (found.type === "field" && canBePlaced(found.field, found.beyond, build)) return `{{${found.field.id}}}`
      build.report.drop(path, "text", `What ${plain(all).slice(0, 100)} stands for cannot be shown in a text here.`)
      return all
    }),
  )
