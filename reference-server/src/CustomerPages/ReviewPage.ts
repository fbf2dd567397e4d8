/** Every answer as the firm will read it, each with a way to change it, and the button that sends them. */
import type { ClientRequest, Questionnaire, QuestionKind } from "@requite/core"
import { Answers } from "@requite/core"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import { questionAnchor, viewOf } from "./kinds.ts"
import * as Problems from "./Problems.ts"
import type { Session } from "./Session.ts"
import { hidden, page, paths } from "./Session.ts"

/** Why the page is shown again: something is missing, or the firm has changed the questions. */
export type Because = "refused" | "stale"

/** Whether a refusal to submit can be put right here; null: it is the end. */
export const becauseOf = ({ reasons }: ClientRequest.Refusal): Because | null => {
  const codes = reasons.map(({ code }) => code)
  if (!codes.every((code) => code === "incomplete" || code === "stale-revision")) return null
  return codes.includes("stale-revision") ? "stale" : "refused"
}

export const render = (session: Session, because: Because | null = null): string => {
  const { customer, current, reader } = session
  const { questionnaire } = current.stored
  const { t } = reader
  const issues = Answers.validate(questionnaire, Answers.given(questionnaire, current.answers))
  // what is missing is told in red only to whoever wanted to finish
  const told = because === "refused" ? issues : issues.filter(({ code }) => code !== "required")
  const sentences = Problems.sentences(questionnaire, told, reader)
  const stopping = new Set(issues.map(({ question }) => question))
  const title = t("review.title")
  const places = new Map(
    questionnaire.sections.flatMap((section) =>
      section.items.map(({ id }) => [id, `${paths.section(customer.handle, section.id)}#${questionAnchor(id)}`]),
    ),
  )
  const place = (id: string) => places.get(id) ?? paths.list(customer.handle)
  return page(
    session,
    because === "refused" ? t("section.titleWithErrors", { title }) : title,
    html`<nav aria-label="${t("section.back")}">
        <a class="back" href="${paths.list(customer.handle)}">${t("section.back")}</a>
      </nav>
      ${because === "stale" ? Problems.staleNotice(reader, customer.workspace.name) : null}
      ${
        because === "refused" && issues.length > 0
          ? Problems.summary({ questionnaire, issues, reader, href: place })
          : null
      }
      <h1>${title}</h1>
      <p class="lead">
        ${
          issues.length > 0 && because !== "refused"
            ? t("list.missing", { count: stopping.size })
            : t("review.lead", { firm: customer.workspace.name })
        }
      </p>
      ${questionnaire.sections.map((section) => group(session, section, sentences, place))}
      <form class="buttons" method="post" action="${paths.submit(customer.handle)}">
        ${hidden(session)}
        <p>${t("review.final", { firm: customer.workspace.name })}</p>
        <button class="primary">${t("review.finish")}</button>
      </form>`,
  )
}

const group = (
  session: Session,
  section: Questionnaire.Section,
  sentences: ReadonlyMap<string, ReadonlyArray<string>>,
  place: (id: string) => string,
): Html =>
  html`<section class="answers">
    <h2>${session.reader.authored(section.title)}</h2>
    <dl>
      ${section.items.map((question) => answer(session, question, sentences.get(question.id) ?? [], place(question.id)))}
    </dl>
  </section>`

const answer = (
  { customer, current, reader }: Session,
  question: QuestionKind.Question,
  sentences: ReadonlyArray<string>,
  href: string,
): Html => {
  const { t } = reader
  const given = Answers.isAnswered(question, current.answers)
  const filePath = (file: string) => paths.file(customer.handle, file)
  return html`<div class="${sentences.length > 0 ? "wrong" : ""}">
    <dt>${reader.authored(question.label)}</dt>
    <dd>
      ${
        given
          ? viewOf(question).summary({ question, answer: current.answers[question.id], reader, filePath })
          : html`<p class="nothing">${t(question.required === true ? "review.needed" : "review.nothing")}</p>`
      }
      ${sentences.map((sentence) => html`<p class="error">${sentence}</p>`)}
      <a class="change" href="${href}"
        >${t(given ? "review.change" : "review.answer")}<span class="unseen">: ${reader.text(question.label)}</span></a
      >
    </dd>
  </div>`
}
