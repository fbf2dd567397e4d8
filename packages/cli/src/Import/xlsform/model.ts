/**
 * An XLSForm read into fields: what each row of the survey becomes, and by which name expressions mean it, so that these
 * can be translated before the items are built.
 */
import type { Calculation, Condition } from "@requite/core/Condition/Ast"
import type { LocalText } from "@requite/core/LocalText"
import type { Ids, Path } from "../Imported.ts"
import type { Entry } from "./columns.ts"
import type { Expression } from "./xpath.ts"
import type { Type } from "./types.ts"

export interface Option {
  readonly value: string
  /** The name of the choice, which expressions compare. */
  readonly raw: string
  /** Its row in the sheet of choices. */
  readonly entry: Entry
}

export type Shape =
  | { readonly kind: "choice"; readonly options: ReadonlyArray<Option>; readonly multiple: boolean }
  | { readonly kind: "number"; readonly whole: boolean }
  | { readonly kind: "text" | "date" | "time" | "confirm" | "upload" | "note" | "group" }
  /** A repeated group. */
  | { readonly kind: "instances" }
  /** What is worked out of other answers, or known without asking. */
  | { readonly kind: "calculated"; readonly expression: Expression | undefined }
  | { readonly kind: "today" }

export interface Field {
  readonly row: Entry
  readonly type: Type
  readonly name: string
  /** With the names of the groups around it: `group/name`. */
  readonly path: string
  readonly id: string
  readonly shape: Shape
  /** The repeated groups around it, the outermost first. */
  readonly repeats: ReadonlyArray<string>
  readonly fields: ReadonlyArray<Field>
  /** Where it has a label of its own: a text of `or_other`, a group of a loop. */
  readonly label: LocalText | undefined
  /** What stands for `%(label)s` and `%(name)s` in a loop. */
  readonly looped: Entry | undefined
  /** The choice that opens a text of `or_other`: that of the question before it. */
  readonly other: { readonly field: Field; readonly value: string } | undefined
}

/** What a field of the kind `calculated` comes to, where ours can work it out. */
export interface Value {
  readonly id: string
  readonly calculation: Calculation
  readonly of: "number" | "date" | "text"
  /** There is a value there: XPath has none as soon as one part of a sum is missing. */
  readonly given: Condition
}

/** What was found to be worked out, by the field that says so. */
export type Calculated = Map<Field, Value>

export interface Survey {
  readonly ids: Ids
  readonly fields: ReadonlyArray<Field>
  /** What a name means where it stands. */
  readonly find: (name: string, from: string) => Field | undefined
  readonly text: (entry: Entry, column: string, lines?: boolean) => LocalText | undefined
  readonly language: string
}

export const pathOf = (field: Field, column: string): Path => ["survey", field.row.number, column]
