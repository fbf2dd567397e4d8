/** The kind `note` on a page: words to read, with the firm's documents that go with them. */
import type { NoteQuestion } from "@requite/core/QuestionKind/note"
import { html } from "../../Html.ts"
import type { KindView } from "./KindView.ts"
import { help, question } from "./parts.ts"

export const view: KindView<NoteQuestion> = {
  type: "note",
  asksFor: "nothing",
  seconds: () => 10,
  field: (input) =>
    question(
      input,
      html`<p class="label">${input.reader.authored(input.question.label)}</p>
        ${help(input)}`,
      " note",
    ),
  read: () => undefined,
  summary: () => html``,
}
