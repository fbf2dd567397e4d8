/**
 * The page for who comes with a living link that belongs to another device (K43): one thing to do, and not a word of what
 * is asked (L17).
 */
import type { OtherDevice } from "../CustomerAccess.ts"
import { html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as DeadEnd from "./DeadEnd.ts"
import * as Frame from "./Frame.ts"

/** `accepted`: the `Accept-Language` header. */
export const render = (
  { workspace, language: spoken, address, canSend }: OtherDevice,
  accepted: string | undefined,
): string => {
  const wanted = [spoken, ...Messages.acceptedLanguages(accepted), workspace.language]
  const { language, t } = Messages.translator("customer", wanted)
  const firm = workspace.name
  return Frame.render({
    language,
    title: [t("otherDevice.title"), firm],
    firm: workspace,
    skip: null,
    main: html`<div class="end">
      <h1>${t("otherDevice.title")}</h1>
      <p>${t("otherDevice.text")}</p>
      ${
        canSend
          ? html`<p>${t("otherDevice.send", { address })}</p>
              ${DeadEnd.sendForm(t)}`
          : html`<p>${t("otherDevice.ask", { firm })}</p>`
      }
    </div>`,
    foot: html`<p>${t("frame.help", { firm })}</p>`,
  })
}
