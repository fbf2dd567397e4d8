/** Every answer as the firm will read it, each with a way to change it, and the button that sends them. */
import type { ClientRequest } from "@requite/core"
import * as Filling from "../Filling.ts"
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
  const { customer, filling, reader } = session
  const { questionnaire } = filling
  const { t } = reader
  const issues = filling.session.issues(filling.state)
  // what is missing is told in red only to whoever wanted to finish
  const told = because === "refused" ? issues : issues.filter(({ code }) => code !== "required")
  const sentences = Problems.sentences(questionnaire, told, reader)
  const stopping = new Set(issues.map(({ pointer }) => pointer))
  const title = t("review.title")
  const href = (place: Filling.Place) => {
    const section = Filling.sectionOf(questionnaire, String(place.at(-1)))
    return section === undefined
      ? paths.list(customer.handle)
      : `${paths.section(customer.handle, section)}#${questionAnchor(place)}`
  }
  return page(
    session,
    because === "refused" ? t("section.titleWithErrors", { title }) : title,
    html`<nav aria-label="${t("section.back")}">
        <a class="back" href="${paths.list(customer.handle)}">${t("section.back")}</a>
      </nav>
      ${because === "stale" ? Problems.staleNotice(reader, customer.workspace.name) : null}
      ${because === "refused" && issues.length > 0 ? Problems.summary({ questionnaire, issues, reader, href }) : null}
      <h1>${title}</h1>
      <p class="lead">
        ${
          issues.length > 0 && because !== "refused"
            ? t("list.missing", { count: stopping.size })
            : t("review.lead", { firm: customer.workspace.name })
        }
      </p>
      ${Filling.sections(filling).map(
        (section) =>
          html`<section class="answers">
            <h2>${reader.authored(section.title)}</h2>
            ${Filling.blocks(Filling.asked(filling, section.items), ({ place }) =>
              sentences.has(Filling.pointer(place)),
            ).map((block) => answers(session, block, sentences, href))}
          </section>`,
      )}
      <form class="buttons" method="post" action="${paths.submit(customer.handle)}">
        ${hidden(session)}
        <p>${t("review.final", { firm: customer.workspace.name })}</p>
        <button class="primary">${t("review.finish")}</button>
      </form>`,
  )
}

const answers = (
  session: Session,
  { under, rows }: Filling.Block,
  sentences: ReadonlyMap<string, ReadonlyArray<string>>,
  href: (place: Filling.Place) => string,
): Html =>
  html`${
      under.length === 0
        ? null
        : html`<h3>
            ${under.map((one, index) => html`${index > 0 ? ", " : null}${Problems.heading(one, session.reader)}`)}
          </h3>`
    }
    <dl>
      ${rows.map((row) => answer(session, row, sentences.get(Filling.pointer(row.place)) ?? [], href(row.place)))}
    </dl>`

const answer = (
  { customer, filling, reader }: Session,
  row: Filling.Asked,
  sentences: ReadonlyArray<string>,
  href: string,
): Html => {
  const { t } = reader
  const { place, question } = row
  const given = Filling.isAnswered(filling, row)
  const filePath = (file: string) => paths.file(customer.handle, file)
  const isRequired = filling.session.isRequired(filling.state, place)
  return html`<div class="${sentences.length > 0 ? "wrong" : ""}">
    <dt>${reader.at(place).authored(question.label)}</dt>
    <dd>
      ${
        given
          ? viewOf(question).summary({
              question,
              answer: Filling.answerAt(filling, place),
              reader: reader.at(place),
              filePath,
            })
          : html`<p class="nothing">${t(isRequired ? "review.needed" : "review.nothing")}</p>`
      }
      ${sentences.map((sentence) => html`<p class="error">${sentence}</p>`)}
      <a class="change" href="${href}"
        >${t(given ? "review.change" : "review.answer")}<span class="unseen"
          >: ${Problems.nameAt(filling.questionnaire, place, reader)}</span
        ></a
      >
    </dd>
  </div>`
}
