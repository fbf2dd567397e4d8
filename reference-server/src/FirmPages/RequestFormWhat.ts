/** The first part of the request's form: what is asked, from a questionnaire, as documents, or out of the work's basket. */
import { type ClientRequest, LocalText, type Questionnaire } from "@requite/core"
import type * as upload from "@requite/core/QuestionKind/upload"
import { type Child, type Html, html } from "../Html.ts"
import type { Aspect } from "../RequestActions.ts"
import * as Field from "./Field.ts"
import type { Filled } from "./RequestForm.ts"
import type { Judged, Work } from "./RequestJudged.ts"
import { personName } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import { bytes, longDay, today, type Words } from "./Words.ts"

interface Shown {
  readonly before: ClientRequest.State | null
  readonly filled: Filled
  readonly judged: Judged
  readonly mistakes: ReadonlyArray<Field.Mistake>
  readonly editable: ReadonlySet<Aspect>
}

export const show = (visit: Visit, shown: Shown, questionnaires: ReadonlyArray<Field.Option>): Html => {
  const { words } = visit
  const { t } = words
  const { before, editable, judged } = shown
  return html`<section class="card">
    <h2>${t("request.what")}</h2>
    ${
      editable.has("structure")
        ? structure(visit, shown, questionnaires)
        : html`<p><strong>${judged.details.title}</strong></p>
            ${editable.has("append") && append(visit, shown, questionnaires)}`
    }
    ${
      editable.has("due")
        ? due(visit, shown)
        : before !== null &&
          before.details.due !== null &&
          html`<p>${t("facts.due")}: ${longDay(words, before.details.due)}</p>`
    }
    ${editable.has("structure") && attachments(visit, shown)}
  </section>`
}

const structure = (
  { words: { t } }: Visit,
  { before, filled, judged, mistakes }: Shown,
  questionnaires: ReadonlyArray<Field.Option>,
): Html => {
  const { work } = judged
  const hasBasket = before === null && work !== null
  return html`${hasBasket && work.basket.length > 0 && basket(t, work, questionnaires)}
    ${Field.radios({
      name: "what",
      label: t("request.what.label"),
      value: filled.what,
      options: [
        ...(hasBasket && work.basket.length > 0
          ? [{ value: "basket", label: t("basket.choose"), help: t("basket.choose.help") }]
          : []),
        { value: "questionnaire", label: t("request.what.questionnaire"), help: t("request.what.questionnaire.help") },
        { value: "documents", label: t("request.what.documents"), help: t("request.what.documents.help") },
      ],
      mistakes,
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
    ${Field.area({ name: "description", label: optional(t, "request.description"), help: t("request.description.help"), value: filled.description, rows: 3, mistakes })}`
}

/** What was collected from the tasks: everything goes out in one e-mail (P6–P9). */
const basket = (
  t: Visit["words"]["t"],
  { id, basket: entries }: Work,
  questionnaires: ReadonlyArray<Field.Option>,
): Html =>
  html`<div class="basket">
    <h3>${t("basket.title")}</h3>
    <ul class="lines">
      ${entries.map(
        ({ task, title, questionnaire }) =>
          html`<li class="entry">
            <span
              ><strong>${title}</strong>
              <span class="meta"
                >${questionnaires.find(({ value }) => value.startsWith(`${questionnaire}@`))?.label ?? questionnaire}</span
              ></span
            >
            <button
              type="submit"
              name="purpose"
              value="remove-task:${task}"
              aria-label="${t("basket.remove.one", { title })}"
            >
              ${t("basket.remove")}
            </button>
          </li>`,
      )}
    </ul>
    <p class="help">${t("basket.help")} <a href="/work-items/${id}">${t("basket.close")}</a></p>
  </div>`

/** Once the customer has begun, another version that only asks for more. */
const append = (
  { words: { t } }: Visit,
  { filled, mistakes, before }: Shown,
  questionnaires: ReadonlyArray<Field.Option>,
): Html => {
  const own = questionnaires.filter(({ value }) => value.startsWith(`${before?.details.questionnaire.id}@`))
  return html`<input type="hidden" name="what" value="questionnaire" />
    ${Field.select({ name: "questionnaire", label: t("request.questionnaire"), help: t("request.append.help"), value: filled.questionnaire, options: own, mistakes })}`
}

const optional = (
  t: Visit["words"]["t"],
  key: "request.title" | "request.description" | "request.due" | "request.attachments",
) => `${t(key)} ${t("form.optional")}`

/** The day of the whole, and of single sections where they differ. */
const due = ({ words }: Visit, { filled, judged, mistakes }: Shown): Html => {
  const { t } = words
  const { questionnaire } = judged
  const sections = questionnaire?.sections ?? []
  const isOpen = Object.values(filled.dues).some((day) => day !== "")
  return html`${Field.input({ name: "due", label: optional(t, "request.due"), help: t("request.due.help"), type: "date", value: filled.due, min: today(words), narrow: true, mistakes })}
  ${
    questionnaire !== null &&
    sections.length > 1 &&
    html`<details class="dues" ${isOpen && html` open`}>
      <summary>${t("request.dues")}</summary>
      <p class="help">${t("request.dues.help")}</p>
      ${sections.map(
        (section) =>
          html`<input type="hidden" name="section" value="${section.id}" /> ${Field.input({
              name: `due.${section.id}`,
              label: titleOf(words, questionnaire, section),
              type: "date",
              value: filled.dues[section.id] ?? "",
              narrow: true,
              mistakes,
            })}`,
      )}
    </details>`
  }`
}

const titleOf = (
  { language }: Words,
  { language: own }: Questionnaire.Questionnaire,
  { title }: Questionnaire.Section,
) => LocalText.resolve(title, [language, own])

const attachments = ({ words }: Visit, { filled, mistakes }: Shown): Html => {
  const { t } = words
  return html`${kept(words, filled.attachments)}
  ${Field.files({ name: "attachments", label: optional(t, "request.attachments"), help: t("request.attachments.help"), accept: ".pdf,.docx,.xlsx,.csv,.txt,image/*", multiple: true, mistakes })}`
}

/** Documents that are with the request already: unticked, they are left out. */
const kept = (words: Words, files: ReadonlyArray<upload.FileRef>): Child =>
  files.length > 0 &&
  html`<fieldset class="field">
    <legend>${words.t("request.attached")}</legend>
    <p class="help">${words.t("request.attached.help")}</p>
    ${files.map(
      (file) =>
        html`<label class="choice"
          ><input type="checkbox" name="attachment" value="${file.id}" checked />
          <span>${file.name} <span class="help">${bytes(words, file.bytes)}</span></span></label
        >`,
    )}
  </fieldset>`

/** A recipient on one line. */
export const person = (
  words: Words,
  { name, email, mobile, role }: ClientRequest.Recipient,
  policy: Pick<ClientRequest.State["policy"], "audience">,
): Html => {
  const more = [name.trim() === "" ? "" : email, mobile, role].filter((text) => text !== "")
  return html`<strong>${personName(words, { name, email }, policy)}</strong>${more.map((text) => ` · ${text}`)}`
}
