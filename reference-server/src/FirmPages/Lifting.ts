/** The small form that lets mail go to an address again, wherever one is shown that gets none; and what it came to. */
import * as Effect from "effect/Effect"
import { type Html, html } from "../Html.ts"
import { Returns } from "../Returns.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import type { Visit } from "./Visit.ts"

/** `id` tells several forms of one page apart. */
export const form = (
  visit: Visit,
  { action, id, address }: { readonly action: string; readonly id: string; readonly address?: string },
): Html => {
  const { t } = visit.words
  return html`<details class="confirm">
    <summary>${t("returns.lift")}</summary>
    <form method="post" action="${action}">
      ${Page.tokens(visit)} ${address !== undefined && html`<input type="hidden" name="address" value="${address}" />`}
      <p>${t("returns.lift.text")}</p>
      <div class="field">
        <label for="lift-${id}">${t("returns.lift.reason")}</label>
        <input id="lift-${id}" name="reason" type="text" maxlength="500" autocomplete="off" required />
      </div>
      <button class="primary" type="submit">${t("returns.lift.submit")}</button>
    </form>
  </details>`
}

/** Lifts it; gives the sentence that says why it could not be, or null. */
export const carryOut = Effect.fnUntraced(function* (visit: Visit, given: Form, address: string) {
  const { t } = visit.words
  const reason = given.text("reason").trim().slice(0, 500)
  if (reason === "") return t("returns.lift.missing")
  return yield* (yield* Returns).lift(visit.member, address, reason).pipe(
    Effect.as(null),
    Effect.catchTags({
      LiftRefused: () => Effect.succeed(t("returns.lift.refused")),
      SuppressionNotFound: () => Effect.succeed(t("returns.lift.gone")),
    }),
  )
})
