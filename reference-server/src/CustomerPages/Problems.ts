/**
 * What is wrong with the answers, told to the customer: a *sentence* next to each field, and a *summary* at the top that
 * takes the focus and leads to each. Issues and sentences go by the pointer of their place.
 */
import type { Answers, Questionnaire } from "@requite/core"
import { placeOf } from "@requite/core/FillSession/Place"
import * as Filling from "../Filling.ts"
import type { Child, Html } from "../Html.ts"
import { html } from "../Html.ts"
import { viewOf } from "./kinds.ts"
import type { Reader } from "./Reader.ts"

/** One thing wrong: what `Answers.validate` finds, and what becomes of files that are not taken. */
export type Issue = Pick<Answers.Issue, "code" | "question" | "pointer" | "values" | "message">

/** The sentences by pointer, in the order of the issues. */
export const sentences = (
  questionnaire: Questionnaire.Questionnaire,
  issues: ReadonlyArray<Issue>,
  reader: Reader,
): ReadonlyMap<string, ReadonlyArray<string>> => {
  const byPointer = new Map<string, ReadonlyArray<string>>()
  for (const issue of issues) {
    const question = Filling.questionOf(questionnaire, issue.question)
    if (question === undefined) continue
    const sentence = viewOf(question).sentence?.(question, issue, reader) ?? reader.sentence(issue, question)
    byPointer.set(issue.pointer, [...(byPointer.get(issue.pointer) ?? []), sentence])
  }
  return byPointer
}

/** The label of a question; inside a repeated group after that of its instance: "Owner 2: Name". */
export const nameAt = (
  questionnaire: Questionnaire.Questionnaire,
  place: Filling.Place,
  reader: Reader,
): Html | null => {
  const question = Filling.questionOf(questionnaire, String(place.at(-1)))
  return question === undefined
    ? null
    : html`${Filling.instancesOf(questionnaire, place).map((one) => html`${heading(one, reader)}: `)}${reader.at(place).authored(question.label)}`
}

/** A group by its label, an instance by its number as well. */
export const heading = ({ question, number }: Filling.Block["under"][number], reader: Reader): Html =>
  html`${reader.authored(question.label)}${number === null ? null : ` ${number}`}`

interface Summary {
  readonly questionnaire: Questionnaire.Questionnaire
  readonly issues: ReadonlyArray<Issue>
  readonly reader: Reader
  /** Where a question is: on this page or another. */
  readonly href: (place: Filling.Place) => string
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
        ${[...found].map(([pointer, lines]) => {
          const place = placeOf(pointer)
          return html`<li>
            <a href="${href(place)}">${nameAt(questionnaire, place, reader)}</a>
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
