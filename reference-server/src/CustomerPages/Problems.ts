/**
 * What is wrong with the answers, told to the customer: a *sentence* next to each field, and a *summary* at the top that
 * takes the focus and leads to each.
 */
import type { Answers } from "@requite/core"
import { Questionnaire } from "@requite/core"
import type { Child, Html } from "../Html.ts"
import { html } from "../Html.ts"
import { viewOf } from "./kinds.ts"
import type { Reader } from "./Reader.ts"

/** One thing wrong: what `Answers.validate` finds, and what becomes of files that are not taken. */
export type Issue = Pick<Answers.Issue, "code" | "question" | "values">

/** The sentences by question id, in the order of the issues. */
export const sentences = (
  questionnaire: Questionnaire.Questionnaire,
  issues: ReadonlyArray<Issue>,
  reader: Reader,
): ReadonlyMap<string, ReadonlyArray<string>> => {
  const byQuestion = new Map<string, ReadonlyArray<string>>()
  for (const issue of issues) {
    const question = Questionnaire.question(questionnaire, issue.question)
    if (question === undefined) continue
    const sentence = viewOf(question).sentence(question, issue, reader)
    byQuestion.set(question.id, [...(byQuestion.get(question.id) ?? []), sentence])
  }
  return byQuestion
}

interface Summary {
  readonly questionnaire: Questionnaire.Questionnaire
  readonly issues: ReadonlyArray<Issue>
  readonly reader: Reader
  /** Where a question is: on this page or another. */
  readonly href: (question: string) => string
  readonly more?: Child
}

/** The box at the top. It takes the focus, because the page that comes back looks like the one that was sent. */
export const summary = ({ questionnaire, issues, reader, href, more }: Summary): Html => {
  const found = sentences(questionnaire, issues, reader)
  return notice(
    html`<h2 id="summary">
        ${
          isOnlyMissing(issues)
            ? reader.t("summary.missing", { count: found.size })
            : reader.t("summary.wrong", { count: found.size })
        }
      </h2>
      <ul>
        ${[...found].map(([id, lines]) => {
          const question = Questionnaire.question(questionnaire, id)
          return question === undefined
            ? null
            : html`<li>
                <a href="${href(id)}">${reader.authored(question.label)}</a>
                ${lines.map((line) => html`<p>${line}</p>`)}
              </li>`
        })}
      </ul>
      ${more}`,
    "wrong",
  )
}

/** A box that must be read before the rest: it is announced, and takes the focus. */
export const notice = (content: Html, tone: "wrong" | "news"): Html =>
  html`<div class="notice ${tone}" role="alert" aria-labelledby="summary" tabindex="-1" autofocus>${content}</div>`

/** Is nothing wrong but that answers are missing? Those may be given later. */
export const isOnlyMissing = (issues: ReadonlyArray<Issue>): boolean => issues.every(({ code }) => code === "required")

/** The firm changed the questions under the customer's hands (L12). */
export const staleNotice = (reader: Reader, firm: string): Html =>
  notice(
    html`<h2 id="summary">${reader.t("stale.title", { firm })}</h2>
      <p>${reader.t("stale.text")}</p>`,
    "news",
  )
