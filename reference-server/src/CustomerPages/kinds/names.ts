/** The names and anchors that a question's fields have on its page, and how a form's fields are read by them. */
import type { QuestionKind } from "@requite/core"
import type { Place } from "../../Filling.ts"
import type { Reader } from "../Reader.ts"

/** The text fields of a form that arrived, by name, each with all its values. */
export type Fields = ReadonlyMap<string, ReadonlyArray<string>>

export interface ReadInput<Q extends QuestionKind.Question = QuestionKind.Question> {
  readonly place: Place
  readonly question: Q
  readonly fields: Fields
  readonly reader: Pick<Reader, "locale" | "text">
}

export const key = (place: Place): string => place.join(".")

/** The name of a text field; a kind may have several, `part` by part. */
export const fieldName = (place: Place, part?: string): string =>
  `a.${key(place)}${part === undefined ? "" : `.${part}`}`
/** The name of a question's file field. */
export const fileField = (id: string): string => `f.${id}`
/** The id of a whole question on its page, and of its first control, which the error summary leads to. */
export const questionAnchor = (place: Place): string => `q-${key(place)}`
export const controlAnchor = (place: Place): string => `c-${key(place)}`
/** The ids of what belongs to it: its help, its errors. */
export const partAnchor = (part: string, place: Place): string => `${part}-${key(place)}`

/** The one value of a field; undefined: it was not on the page. */
export const valueOf = (fields: Fields, name: string): string | undefined => fields.get(name)?.[0]
