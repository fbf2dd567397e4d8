/**
 * The one page on which a request is made or changed: what, to whom, how; beside it what the customer will get, as far
 * as it is filled in. What cannot be changed any more stands there as text.
 */
import type { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Effort from "../CustomerPages/Effort.ts"
import * as Reader from "../CustomerPages/Reader.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as Filling from "../Filling.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { type Aspect, aspects } from "../RequestActions.ts"
import type { Listed } from "../RequestTemplates.ts"
import * as Field from "./Field.ts"
import * as MailFrame from "./MailFrame.ts"
import * as Page from "./Page.ts"
import * as RequestForm from "./RequestForm.ts"
import * as RequestFormHow from "./RequestFormHow.ts"
import * as RequestFormWhat from "./RequestFormWhat.ts"
import type { Filled } from "./RequestForm.ts"
import type { Judged } from "./RequestJudged.ts"
import * as RequestPeople from "./RequestPeople.ts"
import * as RequestTemplatePages from "./RequestTemplatePages.ts"
import type { Visit } from "./Visit.ts"
import { zoneName } from "./Words.ts"

export interface Shown extends RequestTemplatePages.Keeping {
  /** The request that is being changed; null: a new one. */
  readonly before: ClientRequest.State | null
  readonly filled: Filled
  readonly judged: Judged
  readonly mistakes: ReadonlyArray<Field.Mistake>
  /** What can be changed; left out: everything. */
  readonly editable?: ReadonlySet<Aspect>
  /** The templates that it may begin with, where it has only begun. */
  readonly templates?: ReadonlyArray<Listed>
  /** Why it was refused. */
  readonly refusal?: ReadonlyArray<Child>
}

export const show = Effect.fnUntraced(function* (visit: Visit, shown: Shown) {
  const { words } = visit
  const { t } = words
  const { before, filled, judged, mistakes, refusal = [], editable = new Set(aspects) } = shown
  const questionnaires = yield* choices(visit, filled)
  const action = before === null ? "/requests/new" : `/requests/${before.id}/edit`
  const title = t(before === null ? "request.new" : "request.edit")
  const isSent = before !== null && before.sentAt !== null
  const page = Page.member(visit, {
    title,
    place: "requests",
    status: refusal.length > 0 ? 409 : mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0 || refusal.length > 0,
    body: html`${refusal.length > 0 && Page.alert(t("refusal.title"), refusal)} ${Field.summary(words, mistakes)}
      ${shown.isKept === true && Page.done(t("requestTemplates.kept"))}
      <p class="trail">${trail(visit, before, judged)}</p>
      <h1>${title}</h1>
      ${RequestTemplatePages.choice(visit, shown.templates ?? [])}
      ${isSent && refusal.length === 0 && html`<p class="notes">${t(editable.has("structure") ? "request.edit.sent" : "request.edit.begun")}</p>`}
      <div class="beside">
        <form class="ask" method="post" action="${action}" enctype="multipart/form-data" novalidate>
          ${Page.tokens(visit)}
          <button class="unseen" type="submit" name="purpose" value="preview" tabindex="-1" aria-hidden="true">
            ${t("request.preview")}
          </button>
          <input type="hidden" name="workItem" value="${judged.work?.id ?? ""}" />
          ${RequestFormWhat.show(visit, { ...shown, editable }, questionnaires)} ${toWhom(visit, shown, editable)}
          ${RequestFormHow.show(visit, { ...shown, editable })} ${!isSent && when(visit, filled, mistakes)}
          <p class="buttons">
            <button type="submit" name="purpose" value="preview" formaction="${action}#preview">
              ${t("request.preview")}
            </button>
            <button type="submit" name="purpose" value="save">
              ${t(before === null ? "request.saveDraft" : "request.save")}
            </button>
            ${!isSent && html`<button type="submit" name="purpose" value="schedule">${t("schedule.submit")}</button>`}
            ${!isSent && html`<button class="primary" type="submit" name="purpose" value="send">${t("request.send")}</button>`}
          </p>
          ${before === null && RequestTemplatePages.keeping(visit, shown, mistakes)}
        </form>
        ${preview(visit, judged)}
      </div>`,
  })
  return judged.mail === null ? page : MailFrame.allowing(page, judged.mail.html)
})

const trail = ({ words: { t } }: Visit, before: ClientRequest.State | null, { work }: Judged): Html => {
  if (before !== null) return html`<a href="/requests/${before.id}">${before.details.title}</a>`
  return work === null
    ? html`<a href="/requests">${t("requests.title")}</a>`
    : html`<a href="/work-items/${work.id}">${work.title}</a>`
}

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

const toWhom = ({ words }: Visit, { before, filled, judged, mistakes }: Shown, editable: ReadonlySet<Aspect>): Html => {
  const { t } = words
  const isSent = before !== null && before.sentAt !== null
  const mistake = mistakes.find(({ field }) => field === "people")
  return html`<section class="card" id="people">
    <h2>${t("request.toWhom")}</h2>
    ${mistake !== undefined && html`<p class="mistake">${mistake.sentence}</p>`}
    ${before === null && judged.policy.requires.length === 0 && html`<p class="help">${t("people.nobody.help")}</p>`}
    ${
      isSent && !editable.has("recipients")
        ? html`<ul class="plain">
            ${judged.details.recipients.map((one) => html`<li>${RequestFormWhat.person(words, one, judged.policy)}</li>`)}
          </ul>`
        : RequestPeople.fields(words, {
            rows: filled.rows,
            ticked: filled.ticked,
            addresses: filled.addresses,
            participants: before === null ? (judged.work?.participants ?? []) : [],
            earlier: judged.earlier,
            fixed: new Set(isSent ? before.details.recipients.map(({ id }) => id) : []),
            mistakes,
          })
    }
  </section>`
}

/** When it goes out by itself: local to the firm (K12). */
const when = ({ words }: Visit, filled: Filled, mistakes: ReadonlyArray<Field.Mistake>): Html => {
  const { t } = words
  return html`<section class="card">
    <h2>${t("schedule.title")}</h2>
    <p class="help">${t("schedule.help", { zone: zoneName(words) })}</p>
    <div class="pair">
      ${Field.input({ name: "sendDate", label: `${t("schedule.date")} ${t("form.optional")}`, type: "date", value: filled.sendDate, narrow: true, mistakes })}
      ${Field.input({ name: "sendTime", label: t("schedule.time"), type: "time", value: filled.sendTime, narrow: true, mistakes })}
    </div>
  </section>`
}

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
  const language = details.recipients[0]?.language ?? workspace.language
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
