/**
 * A SurveyJS survey read into frames and fields: what each question becomes and by which name expressions mean it, so
 * that conditions can be translated before the items are built.
 *
 * Words: a *field* is what expressions can name, a question or a cell of one; its *key* is that name.
 */
import type { LocalText } from "@requite/core/LocalText"
import type { Ids, Path } from "../Imported.ts"
import type { Expression, Raw } from "./parse.ts"

/** One choice: ours, and the value that expressions compare. */
export interface Option {
  readonly value: string
  readonly raw: Raw
  readonly label: LocalText
  readonly visibleIf: string | undefined
  readonly path: Path
}

export type Shape =
  | {
      readonly kind: "choice"
      readonly options: ReadonlyArray<Option>
      readonly multiple: boolean
      readonly other: boolean
    }
  | { readonly kind: "text" | "number" | "date" | "time" | "upload" | "note" | "group" }
  /** A repeated group: what can be counted. */
  | { readonly kind: "instances" }

/** Something that becomes an item. */
export interface Field {
  readonly source: unknown
  readonly path: Path
  /** As expressions name it: `question`, `question.row.column`. */
  readonly key: string
  readonly id: string
  readonly type: string
  /** The last part of its key, as the source writes it. */
  readonly name: string
  readonly shape: Shape
  /** The repeated groups around its answer, the outermost first. */
  readonly repeats: ReadonlyArray<string>
  /** Keys before which `{panel.x}` and `{row.x}` are looked up: those of the groups around it, the innermost last. */
  readonly scopes: ReadonlyArray<string>
  readonly fields: ReadonlyArray<Field>
  /** The `visibleIf` of everything around it and its own; `false` for what is never visible. */
  readonly guards: ReadonlyArray<string>
  /** The title where it is not the source's own: that of a row or column. */
  readonly title: LocalText | undefined
  /** What `rowsVisibleIf` and the like say of this one, with the value that stands for `{item}`. */
  readonly item: { readonly visibleIf: string; readonly raw: Raw } | undefined
}

/** Fields by their keys: exactly so, or else in any case, as SurveyJS looks them up. */
export interface Fields {
  readonly get: (key: string) => Field | undefined
}

export interface Survey {
  readonly source: unknown
  readonly language: string
  readonly ids: Ids
  readonly pages: ReadonlyArray<Page>
  readonly fields: Fields
  /** Calculated values and expression questions by their key: the expression stands for them. */
  readonly named: ReadonlyMap<string, Expression>
  /** What triggers make visible, by its name. */
  readonly shownBy: ReadonlyMap<string, ReadonlyArray<Expression>>
}

export interface Page {
  readonly source: unknown
  readonly path: Path
  readonly name: string
  readonly fields: ReadonlyArray<Field>
}
