/** Pages of the portal that lead nowhere, and look alike whoever asks: of no firm, moved by the reader's language alone. */
import { end, nowhere, notOurs, tooMuch, tooOften } from "../CustomerPages/DeadEnd.ts"
import { html } from "../Html.ts"

/** 404: no such thing, or not theirs; no such portal, or a closed one. */
export { nowhere }
/** 403: a form that is not ours, or older than the session. Nothing was changed. */
export const foreign = notOurs
/** 429: too often; the header says when to come back. */
export { tooOften }
/** 413: too large, or broken off. */
export const unreadable = tooMuch
/** 410: a mailed link that does not work, whatever the reason. Where another one is had is beside it in every portal. */
export const linkGone = end({
  status: 410,
  title: "portal.gone.title",
  text: "portal.gone.text",
  more: (t) => html`<p><a class="primary" href="../start">${t("portal.start.link")}</a></p>`,
})
