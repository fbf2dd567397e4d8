/** What the customer has given so far, section by section, with the files to save. */
import { Answers, ClientRequest, LocalText, QuestionKind } from "@requite/core"
import type * as upload from "@requite/core/QuestionKind/upload"
import type { Current } from "../ClientRequests.ts"
import { type Child, type Html, html } from "../Html.ts"
import { exact } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import { ago, bytes, type Words } from "./Words.ts"

export const show = ({ words }: Visit, current: Current): Html => {
  const { request, stored, visited, savedAt } = current
  const { t, language } = words
  const { questionnaire } = stored
  const languages = [language, questionnaire.language]
  const read = (text: LocalText.LocalText) => LocalText.resolve(text, languages)
  // what was typed before its question went away is the customer's alone
  const answers = Answers.given(questionnaire, current.answers)
  const progress = new Map(Answers.progress(questionnaire, answers, visited).map((one) => [one.id, one]))
  const isSubmitted = ClientRequest.stateAt(request, words.now) === "Submitted"
  return html`<section class="answers">
    <h2>${t("answers.title")}</h2>
    ${!isSubmitted && html`<p class="help">${t(savedAt === null && request.files.length === 0 ? "answers.none" : "answers.soFar")}${savedAt !== null && html` ${exact(savedAt, t("answers.saved", { when: ago(words, savedAt) }))}`}</p>`}
    ${questionnaire.sections.map((section) => {
      const { answered = 0, questions = 0, state = "to-do" } = progress.get(section.id) ?? {}
      return html`<section class="card">
        <div class="heading">
          <h3>${read(section.title)}</h3>
          <p class="meta">
            ${!isSubmitted && `${t(`section.${state}`)} · `}${t("answers.count", { answered, questions })}
          </p>
        </div>
        ${
          answered > 0 &&
          html`<dl class="given">
            ${section.items.map(
              (question) =>
                html`<div>
                  <dt>${read(question.label)}</dt>
                  ${given(words, { ...current, answers }, question, languages)}
                </div>`,
            )}
          </dl>`
        }
      </section>`
    })}
  </section>`
}

const given = (
  words: Words,
  { request, stored, answers }: Current,
  question: QuestionKind.Question,
  languages: ReadonlyArray<string>,
): Html => {
  if (!Answers.isAnswered(question, answers)) return html`<dd class="none">${words.t("answers.noAnswer")}</dd>`
  if (QuestionKind.isGivenAsFiles(question)) {
    const files = request.files.filter((file) => file.question === question.id)
    return html`<dd>
      <ul class="plain">
        ${files.map((file) => html`<li>${fileLink(words, request.id, file)}</li>`)}
      </ul>
    </dd>`
  }
  const lines = Answers.describe(stored.questionnaire, answers, question.id, languages)
  return html`<dd class="words">${lines.map((line, index) => html`${index > 0 && html`<br />`}${line}`)}</dd>`
}

/** A file to save, with its size. */
export const fileLink = (words: Words, requestId: string, file: upload.FileRef): Child =>
  html`<a href="/requests/${requestId}/files/${file.id}" download>${file.name}</a>
    <span class="meta">${bytes(words, file.bytes)}</span>`
