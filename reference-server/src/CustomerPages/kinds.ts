/** The views of the question kinds, by type. A new kind is one module and one line here; the pages ask nothing else. */
import type { QuestionKind } from "@requite/core"
import { view as choice } from "./kinds/choice.ts"
import { view as confirm } from "./kinds/confirm.ts"
import { view as date } from "./kinds/date.ts"
import { view as group } from "./kinds/group.ts"
import type { KindView } from "./kinds/KindView.ts"
import { view as note } from "./kinds/note.ts"
import { view as number } from "./kinds/number.ts"
import { view as text } from "./kinds/text.ts"
import { view as upload } from "./kinds/upload.ts"

export { actions as groupActions, notBegun, shownInstances } from "./kinds/group.ts"
export type { Fields, KindView } from "./kinds/KindView.ts"
export { controlAnchor, fieldName, fileField, questionAnchor } from "./kinds/KindView.ts"

const views: ReadonlyMap<string, KindView> = new Map<string, KindView>(
  [text, choice, number, date, confirm, note, upload, group].map((view: KindView) => [view.type, view]),
)

/** The view of a question's kind. Every kind that a questionnaire can have been checked with has one (a test holds that). */
export const viewOf = ({ type }: QuestionKind.Question): KindView => {
  const view = views.get(type)
  if (view === undefined) throw new Error(`The kind ${type} has no view`)
  return view
}
