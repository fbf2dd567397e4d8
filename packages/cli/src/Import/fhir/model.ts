/**
 * A FHIR Questionnaire read into nodes, each with the id and the kind it gets: what conditions and items are then made
 * of, since a condition must know what it compares before that item is built.
 */
import type { Ids, Path } from "../Imported.ts"
import type { Texts } from "./texts.ts"

/** One answer option: ours, and what FHIR compares it by. */
export interface Option {
  readonly value: string
  readonly type: "coding" | "string" | "integer" | "date" | "time" | "boolean"
  readonly code: string
  readonly system: string | undefined
  readonly texts: Texts
}

/** What an item becomes. */
export type Shape =
  | { readonly kind: "group" | "note" | "text" | "upload" | "date" | "dateTime" | "time" }
  | { readonly kind: "number"; readonly whole: boolean }
  | {
      readonly kind: "choice"
      readonly options: ReadonlyArray<Option>
      readonly multiple: boolean
      readonly other: boolean
    }

export interface Node {
  readonly source: unknown
  readonly path: Path
  readonly type: string
  readonly id: string
  readonly shape: Shape
  /** A question whose answers repeat and that is no choice: the repeated group put around it. */
  readonly wrapper: string | undefined
  /** The repeated groups that its answer stands in, the outermost first; its own wrapper among them. */
  readonly repeats: ReadonlyArray<string>
  readonly children: ReadonlyArray<Node>
}

/** What all steps of one import share. */
export interface Context {
  readonly ids: Ids
  readonly language: string
  readonly byLinkId: ReadonlyMap<string, Node>
}

export const extensionUrls = {
  structure: "http://hl7.org/fhir/StructureDefinition/",
  sdc: "http://hl7.org/fhir/uv/sdc/StructureDefinition/",
} as const
