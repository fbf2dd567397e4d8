/** The kind `confirm` on a page: a box to tick beside the statement that it agrees to. */
import type { ConfirmQuestion } from "@requite/core/QuestionKind/confirm"
import { html } from "../../Html.ts"
import { read } from "./confirm/read.ts"
import type { FieldInput, KindView } from "./KindView.ts"
import { controlAnchor, fieldName } from "./KindView.ts"
import { described, errors, help, invalid, question, shown, title } from "./parts.ts"

const field = (input: FieldInput<ConfirmQuestion>) => {
  const { place, answer } = input
  const id = controlAnchor(place)
  return question(
    input,
    html`${help(input)}${errors(input)}${shown(input)}
      <div class="choices">
        <div class="choice">
          <input
            type="checkbox"
            id="${id}"
            name="${fieldName(place)}"
            value="yes"
            ${answer === true ? html`checked` : null}
            ${described(input)}
            ${invalid(input)}
          />
          <label for="${id}">${title(input)}</label>
        </div>
      </div>`,
  )
}

export const view: KindView<ConfirmQuestion> = {
  type: "confirm",
  asksFor: "answer",
  seconds: () => 10,
  field,
  read,
  summary: ({ reader }) => html`<p>${reader.t("confirm.agreed")}</p>`,
}
