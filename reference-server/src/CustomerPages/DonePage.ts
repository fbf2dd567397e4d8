/**
 * The end: "Data successfully submitted", what happens next, and a receipt to keep. It is shown in the session that
 * submitted and nowhere else (S50), and prints well.
 */
import type { Questionnaire } from "@requite/core"
import { Answers } from "@requite/core"
import type { Receipt } from "../CustomerAccess.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import * as Frame from "./Frame.ts"
import { viewOf } from "./kinds.ts"
import type { Reader } from "./Reader.ts"

export const render = ({ workspace, request, current }: Receipt, reader: Reader): string => {
  const { t } = reader
  const { questionnaire } = current.stored
  const { submission } = request
  const title = request.details.title
  return Frame.render({
    language: reader.language,
    title: [t("done.title"), title, workspace.name],
    firm: workspace,
    skip: null,
    main: html`<div class="done">
        ${tick}
        <h1>${t("done.title")}</h1>
        <p class="lead">${t("done.next", { firm: workspace.name })}</p>
      </div>
      <section class="receipt" aria-labelledby="receipt">
        <h2 id="receipt">${t("done.receipt")}</h2>
        <p class="no-print">${t("done.keep")}</p>
        <dl class="facts">
          ${fact(t("done.request"), html`<span dir="auto">${title}</span>`)}
          ${fact(t("done.to"), html`${workspace.name}`)}
          ${
            submission === null
              ? null
              : [
                  fact(t("done.time"), html`${reader.dateTime(submission.at)}`),
                  fact(t("done.reference"), html`<code>${submission.id}</code>`),
                  fact(t("done.digest"), html`<code class="digest">${submission.digest}</code>`),
                ]
          }
        </dl>
        ${questionnaire.sections.map((section) => group(section, current.answers, reader))}
      </section>`,
  })
}

const group = (section: Questionnaire.Section, answers: Answers.Answers, reader: Reader): Html =>
  html`<section class="answers">
    <h3>${reader.authored(section.title)}</h3>
    <dl>
      ${section.items.map(
        (question) =>
          html`<div>
            <dt>${reader.authored(question.label)}</dt>
            <dd>
              ${
                Answers.isAnswered(question, answers)
                  ? viewOf(question).summary({ question, answer: answers[question.id], reader, filePath: null })
                  : html`<p class="nothing">${reader.t("review.nothing")}</p>`
              }
            </dd>
          </div>`,
      )}
    </dl>
  </section>`

const fact = (term: string, value: Html): Html =>
  html`<div>
    <dt>${term}</dt>
    <dd>${value}</dd>
  </div>`

const tick = html`<svg class="tick" viewBox="0 0 48 48" aria-hidden="true">
  <circle cx="24" cy="24" r="24" />
  <path d="M14 24.5l7 7 13.5-15" />
</svg>`
