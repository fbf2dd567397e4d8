/**
 * The one page on which a request is made or changed: what, to whom, how; beside it what the customer will get, as far
 * as it is filled in.
 */
import type { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Effort from "../CustomerPages/Effort.ts"
import * as Reader from "../CustomerPages/Reader.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as Filling from "../Filling.ts"
import { Questionnaires } from "../Questionnaires.ts"
import * as Field from "./Field.ts"
import * as MailFrame from "./MailFrame.ts"
import * as Page from "./Page.ts"
import * as RequestForm from "./RequestForm.ts"
import type { Filled, Judged } from "./RequestForm.ts"
import { languages } from "./FirmFields.ts"
import type { Visit } from "./Visit.ts"
import { bytes, languageName, today } from "./Words.ts"

export interface Shown {
  /** The request that is being changed; null: a new one. */
  readonly before: ClientRequest.State | null
  readonly filled: Filled
  readonly judged: Judged
  readonly mistakes: ReadonlyArray<Field.Mistake>
  /** Why it was refused. */
  readonly refusal?: ReadonlyArray<Child>
}

export const show = Effect.fnUntraced(function* (visit: Visit, shown: Shown) {
  const { words } = visit
  const { t } = words
  const { before, filled, judged, mistakes, refusal = [] } = shown
  const questionnaires = yield* choices(visit, filled)
  const recipients = yield* RequestForm.earlierRecipients(visit)
  const action = before === null ? "/requests/new" : `/requests/${before.id}/edit`
  const title = t(before === null ? "request.new" : "request.edit")
  const page = Page.member(visit, {
    title,
    place: "requests",
    status: refusal.length > 0 ? 409 : mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0 || refusal.length > 0,
    body: html`${refusal.length > 0 && Page.alert(t("refusal.title"), refusal)} ${Field.summary(words, mistakes)}
      <p class="trail">
        <a href="${before === null ? "/requests" : `/requests/${before.id}`}"
          >${before === null ? t("requests.title") : before.details.title}</a
        >
      </p>
      <h1>${title}</h1>
      ${before !== null && before.sentAt !== null && html`<p class="notes">${t("request.edit.sent")}</p>`}
      <div class="beside">
        <form class="ask" method="post" action="${action}" enctype="multipart/form-data" novalidate>
          ${Page.tokens(visit)} ${what(visit, filled, questionnaires, mistakes)}
          ${toWhom(visit, filled, before, recipients, mistakes)} ${how(visit, filled, before, judged, mistakes)}
          <p class="buttons">
            <button type="submit" name="purpose" value="preview" formaction="${action}#preview">
              ${t("request.preview")}
            </button>
            <button type="submit" name="purpose" value="save">
              ${t(before === null ? "request.saveDraft" : "request.save")}
            </button>
            ${(before === null || before.sentAt === null) && html`<button class="primary" type="submit" name="purpose" value="send">${t("request.send")}</button>`}
          </p>
        </form>
        ${preview(visit, judged)}
      </div>`,
  })
  return judged.mail === null ? page : MailFrame.allowing(page, judged.mail.html)
})

/** The newest version of each questionnaire, and the chosen one if it is another. */
const choices = Effect.fnUntraced(function* (visit: Visit, filled: Filled) {
  const { t } = visit.words
  const listings = yield* (yield* Questionnaires).list(visit.workspace.id)
  const options = listings.map(({ id, version, title, questions }) => ({
    value: RequestForm.choice({ id, version }),
    label: `${title} (${t("questionnaire.version", { version })}, ${t("questionnaire.questions", { count: questions })})`,
  }))
  const isOther = filled.questionnaire !== "" && !options.some(({ value }) => value === filled.questionnaire)
  return isOther
    ? [...options, { value: filled.questionnaire, label: t("request.what.asBefore", { name: filled.questionnaire }) }]
    : options
})

type Mistakes = ReadonlyArray<Field.Mistake>

const what = (
  { words }: Visit,
  filled: Filled,
  questionnaires: ReadonlyArray<Field.Option>,
  mistakes: Mistakes,
): Html => {
  const { t } = words
  return html`<section class="card">
    <h2>${t("request.what")}</h2>
    ${Field.radios({
      name: "what",
      label: t("request.what.label"),
      value: filled.what,
      options: [
        { value: "questionnaire", label: t("request.what.questionnaire"), help: t("request.what.questionnaire.help") },
        { value: "documents", label: t("request.what.documents"), help: t("request.what.documents.help") },
      ],
    })}
    <div class="if-questionnaire">
      ${Field.select({
        name: "questionnaire",
        label: t("request.questionnaire"),
        help:
          questionnaires.length === 0 &&
          html`${t("request.questionnaire.none")} <a href="/questionnaires">${t("questionnaires.title")}</a>`,
        value: filled.questionnaire,
        options: [{ value: "", label: t("request.questionnaire.choose") }, ...questionnaires],
        mistakes,
      })}
    </div>
    <div class="if-documents">
      ${Field.area({ name: "documents", label: t("request.documents"), help: t("request.documents.help"), value: filled.documents, rows: 5, mistakes })}
    </div>
    ${Field.input({ name: "title", label: optional(t, "request.title"), help: t("request.title.help"), value: filled.title, autocomplete: "off", mistakes })}
    ${Field.area({ name: "description", label: optional(t, "request.description"), help: t("request.description.help"), value: filled.description, rows: 3, mistakes })}
    ${Field.input({ name: "due", label: optional(t, "request.due"), type: "date", value: filled.due, min: today(words), narrow: true, mistakes })}
    ${attachments(words, filled)}
    ${Field.files({ name: "attachments", label: optional(t, "request.attachments"), help: t("request.attachments.help"), accept: ".pdf,.docx,.xlsx,.csv,.txt,image/*", multiple: true, mistakes })}
  </section>`
}

const optional = (
  t: Visit["words"]["t"],
  key: "request.title" | "request.description" | "request.due" | "request.attachments",
) => `${t(key)} ${t("form.optional")}`

/** Documents that are with the request already: unticked, they are left out. */
const attachments = (words: Visit["words"], { attachments }: Filled): Child =>
  attachments.length > 0 &&
  html`<fieldset class="field">
    <legend>${words.t("request.attached")}</legend>
    <p class="help">${words.t("request.attached.help")}</p>
    ${attachments.map(
      (file) =>
        html`<label class="choice"
          ><input type="checkbox" name="attachment" value="${file.id}" checked />
          <span>${file.name} <span class="help">${bytes(words, file.bytes)}</span></span></label
        >`,
    )}
  </fieldset>`

const toWhom = (
  { words }: Visit,
  filled: Filled,
  before: ClientRequest.State | null,
  recipients: ReadonlyArray<ClientRequest.Recipient>,
  mistakes: Mistakes,
): Html => {
  const { t } = words
  const isFixed = before !== null && before.sentAt !== null
  const known = languages(words)
  const spoken = known.some(({ value }) => value === filled.language)
    ? known
    : [...known, { value: filled.language, label: languageName(words, filled.language) }]
  return html`<section class="card">
    <h2>${t("request.toWhom")}</h2>
    ${Field.input({
      name: "email",
      label: t("request.email"),
      help: t(isFixed ? "request.email.fixed" : "request.email.help"),
      type: "email",
      value: filled.email,
      autocomplete: "off",
      list: "recipients",
      readonly: isFixed,
      mistakes,
    })}
    <datalist id="recipients">
      ${recipients.map(({ email, name }) => html`<option value="${email}">${name}</option>`)}
    </datalist>
    ${Field.input({ name: "name", label: t("request.name"), help: t("request.name.help"), value: filled.name, autocomplete: "off", mistakes })}
    ${Field.select({ name: "language", label: t("request.language"), help: t("request.language.help"), value: filled.language, options: spoken, narrow: true, mistakes })}
  </section>`
}

const how = (
  visit: Visit,
  filled: Filled,
  before: ClientRequest.State | null,
  judged: Judged,
  mistakes: Mistakes,
): Html => {
  const { t } = visit.words
  return html`<section class="card">
    <h2>${t("request.how")}</h2>
    ${
      before === null
        ? Field.radios({
            name: "policy",
            label: t("request.policy"),
            value: filled.policy,
            options: [
              { value: "standard", label: t("policy.standard"), help: t("policy.standard.help") },
              { value: "passfort", label: t("policy.passfort"), help: t("policy.passfort.help") },
            ],
          })
        : html`<div class="field">
            <p class="label">${t("request.policy")}</p>
            <p><strong>${t(`policy.${filled.policy}`)}</strong>. ${t(`policy.${filled.policy}.help`)}</p>
          </div>`
    }
    ${Field.area({ name: "message", label: t("request.message"), help: t("request.message.help"), value: filled.message, rows: 9, mistakes })}
    ${mailFacts(visit, judged)}
    <p class="help">${t("request.fixed")}</p>
  </section>`
}

/** What configuration decides (P12). */
const mailFacts = ({ config, member, workspace, words: { t } }: Visit, { mail }: Judged): Html =>
  html`<dl class="facts">
    <div>
      <dt>${t("mail.from")}</dt>
      <dd>${workspace.name} &lt;${config.mailFrom}&gt;</dd>
    </div>
    <div>
      <dt>${t("mail.replyTo")}</dt>
      <dd>${member.name} &lt;${member.email}&gt;</dd>
    </div>
    ${
      mail !== null &&
      html`<div>
        <dt>${t("mail.subject")}</dt>
        <dd>${mail.subject}</dd>
      </div>`
    }
  </dl>`

/** The e-mail, and what the customer's first page says. */
const preview = (visit: Visit, judged: Judged): Html => {
  const { t } = visit.words
  const { mail } = judged
  return html`<section class="preview" id="preview" aria-labelledby="preview-title">
    <h2 id="preview-title">${t("preview.title")}</h2>
    <p class="help">${t("preview.help")}</p>
    <h3>${t("preview.mail")}</h3>
    ${
      mail === null
        ? html`<p class="empty">${t("preview.refused")}</p>`
        : html`<p><strong>${mail.subject}</strong></p>
            ${MailFrame.frame(t("preview.mail"), mail.html, { links: false })}
            <details>
              <summary>${t("mail.text")}</summary>
              <pre class="source" tabindex="0" aria-label="${t("mail.text")}">${mail.text}</pre>
            </details>`
    }
    <h3>${t("preview.page")}</h3>
    ${firstPage(visit, judged)}
  </section>`
}

/** What the customer's first page says, in the very words that they will read. */
const firstPage = ({ workspace, words }: Visit, { details, questionnaire }: Judged): Html => {
  if (questionnaire === null) return html`<p class="empty">${words.t("preview.nothing")}</p>`
  const { language } = details.recipient
  const context = Filling.contextOf({ submission: null }, workspace.timeZone, words.now)
  const blank = Filling.blank(questionnaire, context)
  const reader = Reader.make({ workspace, recipient: language, accepted: undefined, filling: blank })
  const questions = Filling.questions(blank)
  const about = details.description === "" ? questionnaire.description : details.description
  const effort = { what: Effort.counts(questions, reader), time: Effort.minutes(questions) }
  return html`<div class="card first-page" lang="${reader.language}">
    <p class="meta">${reader.t("arrival.asks", { firm: workspace.name })}</p>
    <p class="page-title">${details.title}</p>
    ${about !== undefined && reader.markdown(about)}
    <dl class="facts">
      <div>
        <dt>${reader.t("arrival.what")}</dt>
        <dd>${reader.t("arrival.effort", effort)}</dd>
      </div>
      ${
        details.due !== null &&
        html`<div>
          <dt>${reader.t("arrival.due")}</dt>
          <dd>${reader.date(details.due)}</dd>
        </div>`
      }
    </dl>
    <ul>
      ${Filling.sections(blank).map(({ title }) => html`<li>${reader.authored(title)}</li>`)}
    </ul>
  </div>`
}
