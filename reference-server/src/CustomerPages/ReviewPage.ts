/** Every answer as the firm will read it, each with a way to change it, and the button that sends them. */
import type { ClientRequest, Questionnaire } from "@requite/core"
import * as Enhancing from "./Enhancing.ts"
import * as Filling from "../Filling.ts"
import { html } from "../Html.ts"
import * as Items from "./Items.ts"
import { questionAnchor } from "./kinds.ts"
import * as Problems from "./Problems.ts"
import * as ReadBack from "./ReadBack.ts"
import type { Session } from "./Session.ts"
import { hidden, page, paths } from "./Session.ts"
import * as Talk from "./Talk.ts"

/** Why the page is shown again: something is missing, or the firm has changed the questions. */
export type Because = "refused" | "stale"

/** Whether a refusal to submit can be put right here; null: it is the end. */
export const becauseOf = ({ reasons }: ClientRequest.Refusal): Because | null => {
  const codes = reasons.map(({ code }) => code)
  if (!codes.every((code) => code === "incomplete" || code === "stale-revision")) return null
  return codes.includes("stale-revision") ? "stale" : "refused"
}

export const render = (session: Session, because: Because | null = null): string => {
  const { customer, current, filling, reader } = session
  const { questionnaire } = filling
  const { t } = reader
  const issues = Items.issues(session)
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
  const answers = (section: Questionnaire.Section) =>
    Items.isExcused(current.request, section.id)
      ? html`<p class="nothing">${t(`state.${Items.standing(session, section)?.standing ?? "waived"}`)}</p>`
      : ReadBack.render(session, section, {
          sentences,
          ...(Items.isOpen(current.request, section.id) ? { href } : {}),
        })
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
            ${answers(section)}
          </section>`,
      )}
      <form class="buttons" method="post" action="${paths.submit(customer.handle)}">
        ${hidden(session)}
        <p>${t("review.final", { firm: customer.workspace.name })}</p>
        <button class="primary">${t("review.finish")}</button>
      </form>
      ${Talk.thread(session)} ${Enhancing.parts(session, [])}`,
    { here: paths.review(customer.handle) },
  )
}
