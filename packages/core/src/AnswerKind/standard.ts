/** The kinds of format.md, as far as a page needs them that fills in and shows answers as a person reads them. */
import type { AnswerKind, Registry } from "../AnswerKind.ts"
import { answers as choice } from "./choice.ts"
import { answers as confirm } from "./confirm.ts"
import { answers as date } from "./date.ts"
import { answers as group } from "./group.ts"
import { answers as note } from "./note.ts"
import { answers as number } from "./number.ts"
import { answers as text } from "./text.ts"
import { answers as upload } from "./upload.ts"

/** A registry of kinds, by their `type`. */
export const registry = (...kinds: ReadonlyArray<AnswerKind>): Registry =>
  new Map(kinds.map((kind) => [kind.type, kind]))

export const standard: Registry = registry(text, choice, number, date, confirm, note, upload, group)
