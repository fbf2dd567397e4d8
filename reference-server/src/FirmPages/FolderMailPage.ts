/** A folder's e-mail address on the firm's pages: getting one, what it is, another one, and its end (F15). */
import * as Effect from "effect/Effect"
import { type Folder, ownerOf } from "../Documents.ts"
import { FolderMail, type Receiving } from "../FolderMail.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { here } from "./DocumentWords.ts"
import * as Page from "./Page.ts"
import { exact } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { idPart, NotHere, type Visit } from "./Visit.ts"
import { ago } from "./Words.ts"

export const routes = [
  Routes.action("/folders/:id/mail", (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const mail = yield* FolderMail
      const change = { on: mail.turnOn, renew: mail.renew, off: mail.turnOff }
      const action = form.text("action")
      if (!mail.isPossible || (action !== "on" && action !== "renew" && action !== "off")) return yield* new NotHere()
      yield* here(change[action](visit.member, id))
      return PageSecurity.seeOther(visit.config, `/folders/${id}?done=saved`)
    }),
  ),
]

/** What a folder's page has of it: the way to an address, among what can be done; or the one that it has, by itself. */
export const parts = Effect.fnUntraced(function* (visit: Visit, folder: Folder) {
  const mail = yield* FolderMail
  if (!mail.isPossible) return { offer: false, card: false } as const
  const receiving = yield* mail.of(visit.workspace.id, folder.id)
  return receiving === null
    ? { offer: offer(visit, folder), card: false as const }
    : { offer: false as const, card: card(visit, folder, receiving) }
})

const form = (visit: Visit, { id }: Folder, action: string, inside: Html): Html =>
  html`<form method="post" action="/folders/${id}/mail">
    ${Page.token(visit)}<input type="hidden" name="action" value="${action}" />${inside}
  </form>`

/** Whom it takes files from, and what to know of that. */
const senders = ({ words: { t } }: Visit, folder: Folder): Html =>
  html`<p class="help">${t(`folderMail.who.${ownerOf(folder).kind}`)}</p>
    <p class="help">${t("folderMail.care")}</p>`

const offer = (visit: Visit, folder: Folder): Html => {
  const { t } = visit.words
  return html`<details class="confirm">
    <summary>${t("folderMail.title")}</summary>
    ${form(
      visit,
      folder,
      "on",
      html`<p>${t("folderMail.offer")}</p>
        ${senders(visit, folder)}
        <button class="primary" type="submit">${t("folderMail.on")}</button>`,
    )}
  </details>`
}

const dropped = ({ words }: Visit, { dropped: count, droppedAt }: Receiving): Child =>
  droppedAt !== null &&
  html`<p>
    ${words.t("folderMail.dropped", { count })}
    ${exact(droppedAt, words.t("folderMail.last", { when: ago(words, droppedAt) }))}
  </p>`

const card = (visit: Visit, folder: Folder, receiving: Receiving): Html => {
  const { t } = visit.words
  const confirmed = (action: "renew" | "off") =>
    html`<details class="confirm">
      <summary>${t(`folderMail.${action}`)}</summary>
      ${form(
        visit,
        folder,
        action,
        html`<p>${t(`folderMail.${action}.text`)}</p>
          <button class="${action === "off" ? "danger" : "primary"}" type="submit">
            ${t(`folderMail.${action}`)}
          </button>`,
      )}
    </details>`
  return html`<section class="card" id="mail">
    <h2>${t("folderMail.title")}</h2>
    <p><code class="secret slight" tabindex="0" aria-label="${t("folderMail.address")}">${receiving.address}</code></p>
    ${senders(visit, folder)} ${dropped(visit, receiving)}
    <div class="buttons">${confirmed("renew")} ${confirmed("off")}</div>
  </section>`
}
