/** Contacts of the firm: the list, and the form that makes one, changes it, deletes and restores it. */
import { Contacts as Contract } from "@requite/api"
import { LocalText, Reminder } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Contact, type ContactNotFound, Contacts, type Details } from "../Contacts.ts"
import { type Html, html } from "../Html.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import * as Messages from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { Record } from "../Record.ts"
import * as ContactLogin from "./ContactLogin.ts"
import * as DocumentWords from "./DocumentWords.ts"
import * as Field from "./Field.ts"
import * as FirmFields from "./FirmFields.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as SuppressionPages from "./SuppressionPages.ts"
import { commandOf, idPart, NotHere, type Visit } from "./Visit.ts"
import type { Words } from "./Words.ts"

export const routes = [
  ...SuppressionPages.routes,
  Routes.page("/contacts", (visit) =>
    Effect.gen(function* () {
      const search = visit.query("q").trim().slice(0, 200)
      const deleted = visit.query("show") === "deleted"
      return list(visit, yield* (yield* Contacts).list(visit.workspace.id, { search, deleted }), search, deleted)
    }),
  ),
  Routes.page("/contacts/new", (visit) => Effect.succeed(show(visit, { given: blank(visit) }))),
  Routes.action("/contacts/new", (visit, form) => save(visit, form, null)),
  Routes.page("/contacts/:id", (visit) =>
    Effect.gen(function* () {
      const contact = yield* contactOf(visit)
      return show(visit, {
        contact,
        given: of(contact),
        suppressed: yield* SuppressionPages.notice(visit, contact.email),
        login: yield* ContactLogin.card(visit, contact),
      })
    }),
  ),
  Routes.action("/contacts/:id", (visit, form) =>
    Effect.flatMap(contactOf(visit), (contact) => save(visit, form, contact)),
  ),
  Routes.action("/contacts/:id/delete", (visit) =>
    Effect.gen(function* () {
      const { id } = yield* contactOf(visit)
      yield* here((yield* Contacts).remove(visit.workspace.id, id))
      return PageSecurity.seeOther(visit.config, "/contacts")
    }),
  ),
  Routes.adminAction("/contacts/:id/erase", (visit, form) =>
    Effect.gen(function* () {
      const contact = yield* contactOf(visit)
      const reason = form.text("reason").trim().slice(0, 1000)
      const problem = (sentence: string) =>
        show(visit, { contact, given: of(contact), mistakes: [{ field: "reason", sentence }] })
      if (reason === "") return problem(visit.words.t("record.erase.missing"))
      const { open } = yield* (yield* Record).eraseContact(visit.member, contact.id, reason)
      if (open > 0) return problem(visit.words.t("record.contact.open", { open }))
      return PageSecurity.seeOther(visit.config, "/contacts")
    }),
  ),
  Routes.action("/contacts/:id/restore", (visit) =>
    Effect.gen(function* () {
      const { id } = yield* contactOf(visit)
      yield* here((yield* Contacts).restore(visit.workspace.id, id))
      return PageSecurity.seeOther(visit.config, `/contacts/${id}?done=saved`)
    }),
  ),
]

const here = <A, R>(found: Effect.Effect<A, ContactNotFound, R>): Effect.Effect<A, NotHere, R> =>
  Effect.mapError(found, () => new NotHere())

const contactOf = Effect.fnUntraced(function* (visit: Visit) {
  return yield* here((yield* Contacts).get(visit.workspace.id, yield* idPart(visit, "id")))
})

/** The fields as they stand in the form: an empty time zone is the firm's. */
type Filled = { readonly [Field in keyof Details]: string }

const of = ({ name, email, mobile, language, timeZone }: Details): Filled => ({
  name,
  email,
  mobile,
  language,
  timeZone: timeZone ?? "",
})

const blank = ({ workspace: { language } }: Visit): Filled =>
  of({ name: "", email: "", mobile: "", language, timeZone: null })

const read = (form: Form): Filled => {
  const line = (name: string) => LocalText.oneLine(form.text(name))
  return {
    name: line("name"),
    email: line("email"),
    // people write numbers with spaces and hyphens
    mobile: line("mobile").replace(/[\s().-]/g, ""),
    language: line("language"),
    timeZone: line("timeZone"),
  }
}

const mistakesIn = (given: Filled, { t }: Words, kept: string | undefined): ReadonlyArray<Field.Mistake> => {
  const mistake = (wrong: boolean, field: keyof Details, sentence: string) => (wrong ? [{ field, sentence }] : [])
  const isKnown = given.language === kept || Messages.languages.some((one) => one === given.language)
  return [
    ...mistake(given.name === "", "name", t("contacts.name.missing")),
    ...mistake(given.name.length > 200, "name", t("form.tooLong", { max: 200 })),
    ...mistake(given.email !== "" && !isAddress(given.email), "email", t("form.email")),
    ...mistake(!isMobile(given.mobile), "mobile", t("contacts.mobile.wrong")),
    ...mistake(!isKnown, "language", t("form.choose")),
    ...mistake(given.timeZone !== "" && !Reminder.isTimeZone(given.timeZone), "timeZone", t("contacts.timeZone.wrong")),
  ]
}

const isMobile = Schema.is(Contract.Mobile)

const save = Effect.fnUntraced(function* (visit: Visit, form: Form, contact: Contact | null) {
  const contacts = yield* Contacts
  const given = read(form)
  const mistakes = mistakesIn(given, visit.words, contact?.language)
  if (mistakes.length > 0) return show(visit, { ...(contact === null ? {} : { contact }), given, mistakes })
  const details = { ...given, timeZone: given.timeZone === "" ? null : given.timeZone }
  const { id } = yield* here(
    contact === null
      ? contacts.create(visit.workspace.id, commandOf(visit, form), details)
      : contacts.edit(visit.workspace.id, contact.id, details),
  )
  return PageSecurity.seeOther(visit.config, `/contacts/${id}?done=saved`)
})

const list = (visit: Visit, contacts: ReadonlyArray<Contact>, search: string, deleted: boolean) => {
  const { t } = visit.words
  const tab = (href: string, label: string, isCurrent: boolean) =>
    html`<li><a href="${href}" ${isCurrent && html` aria-current="true"`}>${label}</a></li>`
  return Page.member(visit, {
    title: t("contacts.title"),
    place: "contacts",
    body: html`<div class="heading">
        <h1>${t("contacts.title")}</h1>
        <a class="button primary" href="/contacts/new">${t("contacts.new")}</a>
      </div>
      <p class="lead">${t("contacts.lead")}</p>
      <div class="filters">
        <nav aria-label="${t("contacts.which")}">
          <ul class="tabs">
            ${tab("/contacts", t("contacts.all"), !deleted)}
            ${tab("/contacts?show=deleted", t("contacts.deleted"), deleted)}
            ${tab("/contacts/suppressed", t("returns.title"), false)}
          </ul>
        </nav>
        <form class="search" method="get" action="/contacts" role="search">
          ${deleted && html`<input type="hidden" name="show" value="deleted" />`}
          <label class="unseen" for="q">${t("contacts.search")}</label>
          <input
            id="q"
            name="q"
            type="search"
            value="${search}"
            placeholder="${t("contacts.search.hint")}"
            autocomplete="off"
          />
          <button type="submit">${t("contacts.search")}</button>
        </form>
      </div>
      ${
        contacts.length === 0
          ? html`<p class="empty">${t(search === "" && !deleted ? "contacts.none" : "contacts.noneFound")}</p>`
          : html`<ul class="rows">
              ${contacts.map(
                ({ id, name, email, mobile }) =>
                  html`<li class="row">
                    <div class="grow">
                      <a class="whole" href="/contacts/${id}"><strong>${name}</strong></a>
                      <p class="meta">${[email, mobile].filter((text) => text !== "").join(" · ")}</p>
                    </div>
                  </li>`,
              )}
            </ul>`
      }`,
  })
}

interface Shown {
  readonly contact?: Contact
  readonly given: Filled
  /** That their address gets no mail. */
  readonly suppressed?: Html | false
  /** Their login to the portal. */
  readonly login?: Html | null
  readonly mistakes?: ReadonlyArray<Field.Mistake>
}

const show = (visit: Visit, { contact, given, suppressed = false, login = null, mistakes = [] }: Shown) => {
  const { words } = visit
  const { t } = words
  const title = contact?.name ?? t("contacts.new")
  const path = contact === undefined ? "/contacts/new" : `/contacts/${contact.id}`
  return Page.member(visit, {
    title,
    place: "contacts",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`<div class="narrow">
      ${Field.summary(words, mistakes)} ${visit.query("done") === "saved" && Page.done(t("contacts.saved"))}
      <p class="trail"><a href="/contacts">${t("contacts.title")}</a></p>
      <h1>${title}</h1>
      ${contact !== undefined && DocumentWords.tabs(visit, { kind: "contact", id: contact.id }, "about")}
      ${contact !== undefined && contact.deletedAt !== null && html`<p class="lead">${t("contacts.isDeleted")}</p>`}
      ${suppressed}
      <form class="card" method="post" action="${path}" novalidate>
        ${Page.tokens(visit)}
        ${Field.input({ name: "name", label: t("contacts.name"), value: given.name, autocomplete: "off", mistakes })}
        ${Field.input({ name: "email", label: `${t("contacts.email")} ${t("form.optional")}`, type: "email", value: given.email, autocomplete: "off", spellcheck: false, mistakes })}
        ${Field.input({ name: "mobile", label: `${t("contacts.mobile")} ${t("form.optional")}`, help: t("contacts.mobile.help"), value: given.mobile, autocomplete: "off", mistakes })}
        ${Field.select({ name: "language", label: t("contacts.language"), value: given.language, options: languages(words, given), mistakes })}
        ${Field.input({ name: "timeZone", label: `${t("contacts.timeZone")} ${t("form.optional")}`, help: t("contacts.timeZone.help"), value: given.timeZone, autocomplete: "off", spellcheck: false, mistakes })}
        <p class="buttons"><button class="primary" type="submit">${t("contacts.submit")}</button></p>
      </form>
      ${login} ${contact !== undefined && ending(visit, contact, mistakes)}
    </div>`,
  })
}

/** Those that we speak, and the one that the contact has through the API. */
const languages = (words: Words, { language }: Filled): ReadonlyArray<Field.Option> => {
  const known = FirmFields.languages(words)
  return known.some(({ value }) => value === language) ? known : [...known, { value: language, label: language }]
}

const ending = (visit: Visit, { id, deletedAt }: Contact, mistakes: ReadonlyArray<Field.Mistake>): Html => {
  const { t } = visit.words
  return deletedAt === null
    ? html`<details class="confirm">
        <summary>${t("contacts.delete")}</summary>
        <form method="post" action="/contacts/${id}/delete">
          ${Page.token(visit)}
          <p>${t("contacts.delete.text")}</p>
          <button class="danger" type="submit">${t("contacts.delete.submit")}</button>
        </form>
      </details>`
    : html`<form method="post" action="/contacts/${id}/restore">
          ${Page.token(visit)}<button type="submit">${t("contacts.restore")}</button>
        </form>
        ${visit.member.role === "admin" && erasing(visit, id, mistakes)}`
}

/** For good, with everything that was given in their requests (S76). */
const erasing = (visit: Visit, id: string, mistakes: ReadonlyArray<Field.Mistake>): Html => {
  const { t } = visit.words
  const isWrong = mistakes.some(({ field }) => field === "reason")
  return html`<details class="confirm" ${isWrong && html` open`}>
    <summary>${t("record.contact")}</summary>
    <form method="post" action="/contacts/${id}/erase" novalidate>
      ${Page.token(visit)}
      <p>${t("record.contact.text")}</p>
      ${Field.input({ name: "reason", label: t("record.erase.reason"), help: t("record.erase.reason.help"), value: "", autocomplete: "off", mistakes })}
      <button class="danger" type="submit">${t("record.erase.submit")}</button>
    </form>
  </details>`
}
