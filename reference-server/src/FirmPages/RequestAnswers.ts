/** What the customer has given so far to what is asked, section by section, with the files to save. */
import { Answers, ClientRequest, LocalText, QuestionKind } from "@requite/core"
import type * as upload from "@requite/core/QuestionKind/upload"
import type { Current } from "../ClientRequests.ts"
import type { Scan } from "../Files.ts"
import * as Filling from "../Filling.ts"
import { regional } from "../Messages.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as RequestItems from "./RequestItems.ts"
import { exact } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import * as Previews from "../Previews.ts"
import { ago, bytes, type Words } from "./Words.ts"

export const show = (visit: Visit, current: Current): Html => {
  const { words } = visit
  const { request, savedAt } = current
  const { t, language } = words
  const filling = Filling.of(current)
  const { questionnaire, session, state } = filling
  const languages = [language, questionnaire.language].map(regional)
  const read = (text: LocalText.LocalText, place: Filling.Place = []) =>
    Filling.fill(filling, LocalText.resolve(text, languages), languages, place)
  const progress = new Map(session.sections(state).map((one) => [one.id, one]))
  const isSubmitted = ClientRequest.stateAt(request, words.now) === "Submitted"
  return html`<section class="answers">
    <h2>${t("answers.title")}</h2>
    ${
      (savedAt !== null || request.files.length > 0) &&
      request.erased === null &&
      html`<ul class="take" aria-label="${t("take.title")}">
        ${(["pdf", "csv", "json"] as const).map(
          (format) =>
            html`<li>
              <a
                href="/api/requests/${request.id}/export?format=${format}${format === "csv" ? "&bom=true" : ""}"
                download
                >${t(`take.${format}`)}</a
              >
            </li>`,
        )}
        ${request.files.length > 0 && html`<li><a href="/api/requests/${request.id}/files.zip" download>${t("take.zip")}</a></li>`}
      </ul>`
    }
    ${!isSubmitted && html`<p class="help">${t(savedAt === null && request.files.length === 0 ? "answers.none" : "answers.soFar")}${savedAt !== null && html` ${exact(savedAt, t("answers.saved", { when: ago(words, savedAt) }))}`}</p>`}
    ${Filling.sections(filling).map((section) => {
      const { answered = 0, questions = 0 } = progress.get(section.id) ?? {}
      return html`<section class="card">
        <div class="heading">
          <h3>${read(section.title)}</h3>
          <p class="meta">${t("answers.count", { answered, questions })}</p>
        </div>
        ${RequestItems.mark(words, request, section.id)}
        ${
          answered > 0 &&
          Filling.blocks(Filling.asked(filling, section.items)).map(
            ({ under, rows }) =>
              html`${under.length > 0 && html`<h4>${under.map(({ question, number }) => `${read(question.label)}${number === null ? "" : ` ${number}`}`).join(", ")}</h4>`}
                <dl class="given">
                  ${rows.map(
                    (row) =>
                      html`<div>
                        <dt>${read(row.question.label, row.place)}</dt>
                        ${given(words, current, filling, row, languages)}
                      </div>`,
                  )}
                </dl>`,
          )
        }
        ${RequestItems.actions(visit, request, section.id)}
      </section>`
    })}
  </section>`
}

const given = (
  words: Words,
  { request }: Current,
  filling: Filling.Filling,
  row: Filling.Asked,
  languages: ReadonlyArray<string>,
): Html => {
  const { place, question } = row
  const gone = request.quarantined.filter((file) => file.question === question.id)
  if (!Filling.isAnswered(filling, row) && gone.length === 0)
    return html`<dd class="none">${words.t("answers.noAnswer")}</dd>`
  if (QuestionKind.isGivenAsFiles(question)) {
    const files = request.files.filter((file) => file.question === question.id)
    return html`<dd>
      <ul class="plain">
        ${files.map((file) => html`<li>${fileLink(words, request.id, file)}</li>`)}
        ${gone.map(
          ({ name, signature }) =>
            html`<li>
              ${name}
              <span class="meta bad"
                >${signature === "" ? words.t("answers.file.withdrawn") : words.t("answers.file.infected", { signature })}</span
              >
            </li>`,
        )}
      </ul>
    </dd>`
  }
  const answers = filling.session.answers(filling.state)
  const lines = Answers.describe(filling.questionnaire, answers, place, languages)
  // who ticks a box says the statement beside it, which stands there already
  const repeats = lines.length === 1 && lines[0] === LocalText.resolve(question.label, languages)
  if (repeats) return html`<dd>${words.t("answers.agreed")}</dd>`
  return html`<dd class="words">${lines.map((line, index) => html`${index > 0 && html`<br />`}${line}`)}</dd>`
}

interface Shown extends upload.FileRef {
  /** `gone`: it was removed. */
  readonly scan?: Scan | "gone"
  readonly detail?: string
}

/** A file to save, with its size; one that is withheld by its name, with the reason (S55). */
export const fileLink = (
  words: Words,
  requestId: string,
  { id, name, bytes: size, type, scan = "clean", detail = "" }: Shown,
): Child =>
  scan === "clean" || scan === "unscanned"
    ? html`${
          Previews.isOf(type) &&
          html`<a class="thumb" href="/api/requests/${requestId}/files/${id}/preview"
            ><img
              src="/api/requests/${requestId}/files/${id}/preview?size=small"
              alt="${words.t("answers.preview", { name })}"
              loading="lazy"
              decoding="async"
              width="80"
              height="80"
          /></a>`
        }<a href="/requests/${requestId}/files/${id}" download>${name}</a>
        <span class="meta">${bytes(words, size)}</span>`
    : html`${name} <span class="meta">${bytes(words, size)}</span>
        <span class="meta bad"
          >${scan === "infected" ? words.t("answers.file.infected", { signature: detail }) : words.t(`answers.file.${scan}`)}</span
        >`
