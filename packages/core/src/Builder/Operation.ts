/**
 * What a builder can do to a definition: plain values, so that they can be kept, sent and inverted.
 *
 * Words: a *holder* is what items stand in, a section or a group; an *index* counts from 0 in it.
 */
import type { Calculation, Condition } from "../Condition/Ast.ts"
import type { ContextValue, Question, Section } from "../Questionnaire/Definition.ts"

/** What is renamed: something that others refer to by its name. `item` is any item or calculated value. */
export type Named = "item" | "section" | "condition" | "context"

export type Operation =
  | { readonly type: "AddItem"; readonly item: Question; readonly holder: string; readonly index: number }
  /** Refused while anything depends on it, unless `evenIfNeeded`: then what depends on it is a finding. */
  | { readonly type: "RemoveItem"; readonly id: string; readonly evenIfNeeded?: boolean }
  /** To another place in its holder, or into another one. `index` counts without the item itself. */
  | { readonly type: "MoveItem"; readonly id: string; readonly holder: string; readonly index: number }
  /** Another item in its place, with the same id. */
  | { readonly type: "ReplaceItem"; readonly item: Question }
  /** Right after it; every id in the copy gets a number, and what refers to inside it refers to the copy. */
  | { readonly type: "DuplicateItem"; readonly id: string }
  /** What all kinds have stays; what only the new one has comes with `properties`. */
  | {
      readonly type: "ChangeKind"
      readonly id: string
      readonly properties: Readonly<Record<string, unknown>> & { readonly type: string }
    }
  /** Every condition, calculation, limit and placeholder that speaks of it is rewritten. Migrations are left: they speak of
   * several versions, and a finding says where one no longer fits. */
  | { readonly type: "Rename"; readonly what: Named; readonly from: string; readonly to: string }
  /** The value of an option; conditions that compare this question with it are rewritten. */
  | { readonly type: "RenameOption"; readonly id: string; readonly from: string; readonly to: string }
  /** One property of an item or a section; undefined takes it away. Not its id, and not what stands in it. */
  | {
      readonly type: "SetProperty"
      readonly of: { readonly item: string } | { readonly section: string }
      readonly name: string
      readonly value: unknown
    }
  | { readonly type: "SetText"; readonly name: "title" | "description" | "language"; readonly value: unknown }
  | {
      readonly type: "SetCondition"
      readonly name: string
      readonly condition: Condition | null
      readonly evenIfNeeded?: boolean
    }
  | {
      readonly type: "SetContext"
      readonly key: string
      readonly value: ContextValue | null
      readonly evenIfNeeded?: boolean
    }
  /** In a section or a group. */
  | {
      readonly type: "SetCalculated"
      readonly holder: string
      readonly id: string
      readonly calculation: Calculation | null
      readonly evenIfNeeded?: boolean
    }
  | { readonly type: "AddSection"; readonly section: Section; readonly index: number }
  | { readonly type: "RemoveSection"; readonly id: string; readonly evenIfNeeded?: boolean }
  | { readonly type: "MoveSection"; readonly id: string; readonly index: number }
  /** Several, one after the other, undone together. */
  | { readonly type: "Several"; readonly operations: ReadonlyArray<Operation> }

/** Something that speaks of an id, so that taking the id away would break it. */
export interface Dependent {
  /** RFC 6901, into the definition: the condition, calculation, limit or text. */
  readonly pointer: string
  /** The item, section, end or named condition that it belongs to; "" for the questionnaire itself. */
  readonly id: string
}

/** Why an operation was not done; nothing has changed. */
export interface Refusal {
  readonly code:
    | "no-such-item"
    | "no-such-holder"
    | "no-such-section"
    | "no-such-name"
    | "no-such-option"
    | "id-taken"
    | "id-illegal"
    | "needed"
    | "into-itself"
    | "property-fixed"
  readonly message: string
  /** With `needed`. */
  readonly dependents?: ReadonlyArray<Dependent>
}
