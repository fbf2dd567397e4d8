/**
 * A Form.io form read into fields: what each component becomes, and by which paths conditions mean it, so that these can
 * be translated before the items are built.
 *
 * Words: a *component* is what Form.io makes a form of; a *field* is a component that becomes an item.
 */
import type { LocalText } from "@requite/core/LocalText"
import { at, fromHtml, isObject, localText, languageTag, type Path } from "../Imported.ts"

/** A value of an option as it stands in the form. */
export type Raw = string | number | boolean

export interface Option {
  readonly value: string
  readonly raw: Raw
  readonly label: LocalText
}

export type Shape =
  /** `boxes`: their answer is an object of true and false, as that of Form.io's `selectboxes`. */
  | {
      readonly kind: "choice"
      readonly options: ReadonlyArray<Option>
      readonly multiple: boolean
      readonly boxes: boolean
    }
  | { readonly kind: "text" | "number" | "date" | "confirm" | "upload" | "note" | "group" }
  /** A repeated group. */
  | { readonly kind: "instances" }

export interface Field {
  readonly source: unknown
  readonly path: Path
  readonly type: string
  readonly key: string
  /** Where its answer stands in a submission: `grid.column`, without numbers. */
  readonly data: string
  readonly id: string
  readonly shape: Shape
  /** The repeated groups around it, the outermost first. */
  readonly repeats: ReadonlyArray<string>
  readonly fields: ReadonlyArray<Field>
  /** The id of the repeated group around one question that can be answered several times. */
  readonly wrapper: string | undefined
  /** The label where it is not the component's own: that of one question of a survey. */
  readonly title: LocalText | undefined
}

export interface Form {
  readonly language: string
  /** The translations that come with the form: by language, by text. */
  readonly translations: ReadonlyArray<readonly [language: string, texts: Readonly<Record<string, unknown>>]>
  /** What a path in a condition means, from that field. */
  readonly find: (path: string, from: Field | undefined) => Field | undefined
}

/** As JavaScript writes a value; nothing of what is no text, number or truth value: an object can refuse to be written. */
export const written = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : ""

/** Translations that a form carries, `{ sv: { "Name": "Namn" } }`. */
export const translationsOf = (form: unknown): Form["translations"] => {
  const found = at(at(form, "settings"), "i18n") ?? at(form, "i18n") ?? at(form, "translations")
  return Object.entries(isObject(found) ? found : {}).flatMap(([tag, texts]) => {
    const language = languageTag(tag)
    return language === undefined || !isObject(texts) ? [] : [[language, texts] as const]
  })
}

/** A text of the form, without HTML; undefined when there is none. */
export const textOf = (form: Form, value: unknown, lines = false): LocalText | undefined => {
  if (typeof value !== "string") return undefined
  const own = fromHtml(value, lines)
  if (own === "") return undefined
  const texts = form.translations.flatMap(([language, one]) => {
    const text = at(one, value)
    return language !== form.language && typeof text === "string" ? [[language, fromHtml(text, lines)] as const] : []
  })
  return localText([[form.language, own], ...texts], own)
}
