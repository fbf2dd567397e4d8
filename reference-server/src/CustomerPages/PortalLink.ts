/** The way from a request to everything that was asked of its customer (K29): only for who is a contact of the firm (K49). */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import type { Customer } from "../Customer.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import { pathOf, Portal } from "../Portal.ts"
import type { Reader } from "./Reader.ts"

/** The link, with what it is for; null: they can have no login. */
export const show = Effect.fnUntraced(function* (
  { workspace, recipient }: Pick<Customer, "workspace" | "recipient">,
  request: ClientRequest.State,
  { t }: Pick<Reader, "t">,
): Effect.fn.Return<Html | null, never, Portal> {
  const contact = ClientRequest.recipientOf(request, recipient)?.contact ?? null
  if (contact === null || !(yield* (yield* Portal).isOpen(workspace.id))) return null
  return html`<p class="aside no-print">
    <a href="${pathOf(workspace.id)}">${t("portal.link")}</a>
    <span class="detail">${t("portal.linkText", { firm: workspace.name })}</span>
  </p>`
})
