/** The kinds of format.md, as far as a page that only fills in needs them. */
import type { FillKind, FillRegistry } from "../AnswerKind.ts"
import { filling as choice } from "./choice.ts"
import { filling as confirm } from "./confirm.ts"
import { filling as date } from "./date.ts"
import { filling as group } from "./group.ts"
import { filling as note } from "./note.ts"
import { filling as number } from "./number.ts"
import { filling as text } from "./text.ts"
import { filling as upload } from "./upload.ts"

const kinds: ReadonlyArray<FillKind> = [text, choice, number, date, confirm, note, upload, group]

export const filling: FillRegistry = new Map(kinds.map((kind) => [kind.type, kind]))
