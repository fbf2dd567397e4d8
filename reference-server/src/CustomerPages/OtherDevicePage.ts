/**
 * The page for who comes with a living link that does not open here: it belongs to another device (K43), or its request is
 * for who logs in to the portal (T8). One thing to do, and not a word of what is asked (L17).
 */
import type { OtherDevice } from "../CustomerAccess.ts"
import { html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as DeadEnd from "./DeadEnd.ts"
import * as Frame from "./Frame.ts"
import * as Language from "./Language.ts"
import { paths } from "./Session.ts"

/** `accepted`: the `Accept-Language` header. `chosen`: by the page's switch. `link`: the address, where it is a link's own. */
export const render = (
  { workspace, language: spoken, address, canSend, portal }: OtherDevice,
  accepted: string | undefined,
  chosen: Messages.Language | null = null,
  link: string | null = null,
): string => {
  const others = [spoken, ...Messages.acceptedLanguages(accepted), workspace.language]
  const wanted = Language.wanted(chosen, others)
  const { language, t } = Messages.translator("customer", wanted)
  const firm = workspace.name
  return Frame.render({
    language,
    languages: Language.links({ language, label: t("frame.language") }),
    title: [t(portal === undefined ? "otherDevice.title" : "portal.only.title"), firm],
    firm: workspace,
    skip: null,
    main: html`<div class="end">
      ${
        portal === undefined
          ? html`<h1>${t("otherDevice.title")}</h1>
              <p>${t("otherDevice.text")}</p>
              ${
                canSend
                  ? html`<p>${t("otherDevice.send", { address })}</p>
                      ${DeadEnd.sendForm(t, language)}`
                  : html`<p>${t("otherDevice.ask", { firm })}</p>`
              }`
          : html`<h1>${t("portal.only.title")}</h1>
              <p>${t("portal.only.text", { firm })}</p>
              <a class="primary" href="${portal}">${t("portal.logIn.submit")}</a>
              ${link === null ? null : html`<p class="aside"><a href="${paths.notMineByLink(link)}">${t("notMine.link")}</a></p>`}`
      }
    </div>`,
    foot: html`<p>${t("frame.help", { firm })}</p>`,
  })
}
