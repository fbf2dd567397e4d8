/** File requests on the firm's pages: the short form behind a folder's "Request files", and what is out, with its buttons. */
import { ClientRequest, LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import { Contacts } from "../Contacts.ts"
import { Documents, type Folder, ownerOf } from "../Documents.ts"
import * as FileRequests from "../Documents/FileRequests.ts"
import { type Html, html } from "../Html.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import * as PageSecurity from "../PageSecurity.ts"
import * as RequestActions from "../RequestActions.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import { pill, personName, refusal, titleOf } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { commandOf, idPart, type Visit } from "./Visit.ts"
import { here } from "./DocumentWords.ts"

export const routes = [
  Routes.page("/file-requests", (visit) =>
    Effect.gen(function* () {
      const { t } = visit.words
      const asked = yield* (yield* Documents).fileRequests(visit.workspace.id, null)
      return Page.member(visit, {
        title: t("documents.requests"),
        place: "documents",
        body: html`<p class="trail"><a href="/documents">${t("documents.title")}</a></p>
          <h1>${t("documents.requests")}</h1>
          ${asked.length === 0 ? html`<p class="empty">${t("documents.requests.none")}</p>` : rows(visit, asked)}`,
      })
    }),
  ),
  Routes.page("/folders/:id/request", (visit) => Effect.flatMap(start(visit), (filled) => show(visit, filled))),
  Routes.action("/folders/:id/request", (visit, form) =>
    Effect.gen(function* () {
      const { t } = visit.words
      const folder = yield* idPart(visit, "id")
      const filled = read(form)
      const mistakes = mistakesIn(visit, filled)
      if (mistakes.length > 0) return yield* show(visit, filled, mistakes)
      const recipient = yield* recipientOf(visit, filled)
      if (recipient === "unknown") {
        return yield* show(visit, filled, [{ field: "email", sentence: t("documents.request.nobody") }])
      }
      const input = { folder, title: filled.title, message: filled.message, recipient }
      return yield* here(FileRequests.make(visit.member, input, commandOf(visit, form))).pipe(
        Effect.map(({ id }) => PageSecurity.seeOther(visit.config, `/requests/${id}?done=sent`)),
        Effect.catchTag("Refusal", (refused) =>
          show(visit, filled, [], Page.alert(t("documents.refused.title"), refusal(visit.words, refused))),
        ),
      )
    }),
  ),
]

interface Filled {
  readonly title: string
  readonly message: string
  /** To be copied, or by e-mail to a contact or to any address. */
  readonly how: "link" | "mail"
  readonly contact: string
  readonly name: string
  readonly email: string
}

const read = (form: Form): Filled => {
  const line = (name: string) => LocalText.oneLine(form.text(name)).trim()
  return {
    title: line("title"),
    message: form.text("message").trim(),
    how: form.text("how") === "mail" ? "mail" : "link",
    contact: line("contact"),
    name: line("name"),
    email: line("email"),
  }
}

/** A contact's own folder asks that contact, if nothing else is said. */
const start = Effect.fnUntraced(function* (visit: Visit) {
  const owner = ownerOf(yield* here((yield* Documents).folder(visit.workspace.id, yield* idPart(visit, "id"))))
  const blank: Filled = { title: "", message: "", how: "link", contact: "", name: "", email: "" }
  return owner.kind === "contact" ? { ...blank, contact: owner.id } : blank
})

const mistakesIn = ({ words: { t } }: Visit, filled: Filled): ReadonlyArray<Field.Mistake> => {
  const { title, message } = FileRequests.limits
  const mistake = (wrong: boolean, field: keyof Filled, sentence: string) => (wrong ? [{ field, sentence }] : [])
  const needsAddress = filled.how === "mail" && filled.contact === ""
  return [
    ...mistake(filled.title.length > title, "title", t("form.tooLong", { max: title })),
    ...mistake(filled.message.length > message, "message", t("form.tooLong", { max: message })),
    ...mistake(needsAddress && !isAddress(filled.email), "email", t("form.email")),
    ...mistake(filled.name.length > 200, "name", t("form.tooLong", { max: 200 })),
  ]
}

/** Whom the form names; a contact without an address gets no mail. */
const recipientOf = Effect.fnUntraced(function* (visit: Visit, { how, contact, name, email }: Filled) {
  if (how === "link") return null
  if (contact === "") return { name, email, contact: null }
  const found = yield* Effect.option((yield* Contacts).get(visit.workspace.id, contact))
  if (found._tag === "None" || found.value.deletedAt !== null || found.value.email === "") return "unknown" as const
  return { name: found.value.name, email: found.value.email, language: found.value.language, contact: found.value.id }
})

const show = Effect.fnUntraced(function* (
  visit: Visit,
  filled: Filled,
  mistakes: ReadonlyArray<Field.Mistake> = [],
  refused?: Html,
) {
  const { words } = visit
  const { t } = words
  const id = yield* idPart(visit, "id")
  const folder = yield* here((yield* Documents).folder(visit.workspace.id, id))
  const people = (yield* (yield* Contacts).list(visit.workspace.id)).filter(({ email }) => email !== "")
  const options = [
    { value: "", label: t("documents.request.anybody") },
    ...people.map((one) => ({ value: one.id, label: `${one.name} (${one.email})` })),
  ]
  const known = options.some(({ value }) => value === filled.contact)
  return Page.member(visit, {
    title: t("documents.request"),
    place: "documents",
    status: mistakes.length > 0 ? 422 : refused === undefined ? 200 : 409,
    wrong: mistakes.length > 0 || refused !== undefined,
    body: html`<div class="narrow">
      ${Field.summary(words, mistakes)}${refused}
      <p class="trail"><a href="/folders/${id}">${folder.name}</a></p>
      <h1>${t("documents.request")}</h1>
      <p class="lead">${t("documents.request.lead", { folder: folder.name })}</p>
      <form class="card" method="post" action="/folders/${id}/request" novalidate>
        ${Page.tokens(visit)}
        ${Field.input({ name: "title", label: `${t("documents.request.what")} ${t("form.optional")}`, help: t("documents.request.what.help"), value: filled.title, autocomplete: "off", mistakes })}
        ${Field.area({ name: "message", label: `${t("documents.request.message")} ${t("form.optional")}`, help: t("documents.request.message.help"), value: filled.message, rows: 4, mistakes })}
        ${Field.radios({
          name: "how",
          label: t("documents.request.how"),
          value: filled.how,
          options: [
            { value: "link", label: t("documents.request.link"), help: t("documents.request.link.help") },
            { value: "mail", label: t("documents.request.mail"), help: t("documents.request.mail.help") },
          ],
          mistakes,
        })}
        <div class="if-mail">
          ${Field.select({ name: "contact", label: t("documents.request.contact"), value: known ? filled.contact : "", options, mistakes })}
          ${Field.input({ name: "name", label: `${t("documents.request.name")} ${t("form.optional")}`, value: filled.name, autocomplete: "off", mistakes })}
          ${Field.input({ name: "email", label: t("documents.request.email"), type: "email", value: filled.email, autocomplete: "off", spellcheck: false, mistakes })}
        </div>
        <p class="buttons"><button class="primary" type="submit">${t("documents.request.submit")}</button></p>
      </form>
    </div>`,
  })
})

type Asked = ReadonlyArray<{ readonly folder: Folder; readonly request: ClientRequest.State }>

/** Those into some folders; nothing where there are none. */
export const list = (visit: Visit, asked: Asked): Html | false =>
  asked.length > 0 &&
  html`<section class="part">
    <h2>${visit.words.t("documents.requests")}</h2>
    ${rows(visit, asked)}
  </section>`

const rows = (visit: Visit, asked: Asked): Html =>
  html`<ul class="rows">
    ${asked.map(({ folder, request }) => row(visit, folder, request))}
  </ul>`

/** What each button does, the request's own page shows (F8). */
const row = (visit: Visit, folder: Folder, request: ClientRequest.State): Html => {
  const { words } = visit
  const { t, now } = words
  const person = ClientRequest.primary(request.details)
  const path = `/requests/${request.id}`
  const isOpen = ClientRequest.isOpenAt(request, now)
  const possible = RequestActions.ofRecipient(request, person, now)
  const post = (to: string, label: string) =>
    html`<form method="post" action="${to}">
      ${Page.tokens(visit)}<button class="quiet" type="submit">
        ${label}<span class="unseen"> ${titleOf(words, request)}</span>
      </button>
    </form>`
  const edit = html`<a class="button quiet" href="${path}/edit"
    >${t("documents.requests.edit")}<span class="unseen"> ${titleOf(words, request)}</span></a
  >`
  return html`<li class="row">
    <div class="grow">
      <a href="${path}"><strong>${titleOf(words, request)}</strong></a>
      <p class="meta">
        ${personName(words, person, request.policy)} · <a href="/folders/${folder.id}">${folder.name}</a> ·
        ${t("documents.count", { count: request.files.length })}
      </p>
      <div class="buttons">
        ${isOpen && post(`${path}/recipients/${person.id}/link`, t("links.copy"))}
        ${isOpen && person.email !== "" && post(`${path}/resend`, t("documents.requests.resend"))} ${isOpen && edit}
        ${
          isOpen &&
          possible.includes("revoke-links") &&
          html`<details class="confirm">
            <summary>${t("links.revoke")}<span class="unseen"> ${titleOf(words, request)}</span></summary>
            <form method="post" action="${path}/recipients/${person.id}/revoke">
              ${Page.tokens(visit)}
              <p>${t("links.revoke.text")}</p>
              <button class="danger" type="submit">${t("links.revoke.submit")}</button>
            </form>
          </details>`
        }
      </div>
    </div>
    <div class="stands">${pill(words, request)}</div>
  </li>`
}
