/**
 * Where statements about answers stand, and what an `Encoding` notes down beside them.
 *
 * Words: a *place* is the questionnaire itself or one instance of a repeated group.
 */
import type { Condition } from "../../Condition/Ast.ts"
import type { End, Section } from "../Definition.ts"
import type { Field } from "./Field.ts"
import type { Entry } from "./Index.ts"
import type { Ordered } from "./Logic.ts"
import type { Literal } from "./Literal.ts"

export interface Place {
  readonly parent: Place | undefined
  /** The repeated groups around it, outermost first. */
  readonly groups: ReadonlyArray<string>
  readonly index: number
  readonly exists: Literal
  readonly fields: Map<string, Field>
  readonly asked: Map<string, Literal>
  readonly conditions: Map<Condition, Literal>
  readonly named: Map<string, Literal>
  readonly instances: Map<string, ReadonlyArray<Place>>
}

export type Reason =
  | { readonly because: "asked"; readonly entry: Entry }
  | { readonly because: "section"; readonly section: Section }
  | { readonly because: "named"; readonly name: string }
  | { readonly because: "limits"; readonly entry: Entry }
  | { readonly because: "options"; readonly entry: Entry }
  /** An end that comes before. */
  | { readonly because: "end"; readonly end: End }
  | { readonly because: "offered"; readonly entry: Entry; readonly option: string }

/** A sum, and what it adds up; or a date and the one it is so many months after. */
export interface Sum {
  readonly x: Ordered
  readonly defined: Literal
  readonly inputs: ReadonlyArray<{ readonly x: Ordered; readonly plus: number; readonly defined: Literal }>
  /** Of instances that are copies of others, more may come. */
  readonly open: boolean
  /** It adds up sums: the same is said once more of what those add up. */
  readonly isOfSums: boolean
}
export interface Moved {
  readonly x: Ordered
  readonly from: Ordered
  readonly months: number
}

export const place = (
  parent: Place | undefined,
  groups: ReadonlyArray<string>,
  index: number,
  exists: Literal,
): Place => ({
  parent,
  groups,
  index,
  exists,
  fields: new Map(),
  asked: new Map(),
  conditions: new Map(),
  named: new Map(),
  instances: new Map(),
})
