/** The list of sections: a row each with its state, how far it all is, the firm's documents, and the way to the end. */
import { Questionnaire } from "@requite/core"
import { placeOf } from "@requite/core/FillSession/Place"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import { calendarDay } from "../Messages.ts"
import * as Effort from "./Effort.ts"
import * as Enhancing from "./Enhancing.ts"
import * as FirmFiles from "./FirmFiles.ts"
import * as Items from "./Items.ts"
import { questionAnchor } from "./kinds.ts"
import * as Mode from "./Mode.ts"
import * as Problems from "./Problems.ts"
import type { Session } from "./Session.ts"
import { page, paths } from "./Session.ts"
import * as Talk from "./Talk.ts"

export interface ListView {
  /** The firm has changed the questions while one of them was being answered. */
  readonly stale?: boolean
  /** The section that was just ticked. */
  readonly ticked?: string | null
  /** The way to the portal. */
  readonly portal?: Html | null
}

export const render = (session: Session, { stale = false, ticked = null, portal = null }: ListView = {}): string => {
  const { customer, current, reader } = session
  const { questionnaire } = current.stored
  const { title, due } = current.request.details
  const items = Items.of(session)
  const done = items.filter(({ isSettled }) => isSettled).length
  const next = items.find(({ isSettled, isOpen }) => !isSettled && isOpen)
  const nextSection = next === undefined ? undefined : Questionnaire.section(questionnaire, next.id)
  return page(
    session,
    reader.t("list.title"),
    html`${stale ? Problems.staleNotice(reader, customer.workspace.name) : null}${tickedNotice(session, ticked)}
      <h1 dir="auto">${title}</h1>
      ${due === null ? null : html`<p class="lead">${reader.t("list.due", { date: reader.date(due) })}</p>`}
      <div class="progress">
        <p>
          <strong>${reader.t("list.progress", { done, total: items.length })}</strong>
          ${current.savedAt === null ? null : html`<span role="status">${saved(session, current.savedAt)}</span>`}
        </p>
        <progress value="${done}" max="${items.length}" aria-label="${reader.t("list.title")}"></progress>
      </div>
      <ol class="sections">
        ${items.map((one) => row(session, one))}
      </ol>
      ${
        nextSection === undefined
          ? complete(session)
          : html`<a class="primary" href="${paths.section(customer.handle, nextSection.id)}"
              >${reader.t(current.savedAt === null ? "list.begin" : "list.continue")}<span class="unseen"
                >: ${reader.text(nextSection.title)}</span
              ></a
            >`
      }
      ${FirmFiles.ofRequest(session)} ${nextSection === undefined ? null : toTheEnd(session)} ${Talk.whole(session)}
      ${portal} ${Enhancing.parts(session, [])}`,
  )
}

/** What happened to a section's tick: the firm knows of it already (K42). */
const tickedNotice = ({ customer, current, reader }: Session, ticked: string | null): Html | null => {
  const section = ticked === null ? undefined : Questionnaire.section(current.stored.questionnaire, ticked)
  return section === undefined || current.request.items[section.id]?.status !== "Completed"
    ? null
    : Problems.notice(
        html`<h2 id="summary">${reader.t("list.ticked", { section: reader.text(section.title) })}</h2>
          <p>${reader.t("list.tickedText", { firm: customer.workspace.name })}</p>`,
        "news",
      )
}

/** Nothing is left to do. */
const complete = ({ customer, current, reader }: Session): Html => {
  const { finishes } = Mode.of(current.request.policy)
  return finishes
    ? html`<p class="lead">${reader.t("list.complete")}</p>
        <a class="primary" href="${paths.review(customer.handle)}">${reader.t("list.finish")}</a>`
    : html`<p class="lead">${reader.t("list.completeLive", { firm: customer.workspace.name })}</p>`
}

/** How it ends: what the customer finishes says what is missing, the others say how they work. */
const toTheEnd = (session: Session): Html => {
  const { customer, current, reader } = session
  const { finishes, ticks } = Mode.of(current.request.policy)
  return finishes
    ? missing(session)
    : html`<p class="aside">
        ${reader.t(ticks ? "list.endsByTicks" : "list.endsNever", { firm: customer.workspace.name })}
      </p>`
}

const saved = ({ reader, now }: Session, at: number): string => {
  const { zone } = reader
  if (now - at < 60_000) return reader.t("list.savedNow")
  return calendarDay(at, zone) === calendarDay(now, zone)
    ? reader.t("list.savedToday", { time: reader.time(at) })
    : reader.t("list.savedOn", { date: reader.date(at) })
}

const row = ({ customer, current, filling, reader }: Session, item: Items.Item): Html | null => {
  const section = Questionnaire.section(current.stored.questionnaire, item.id)
  if (section === undefined) return null
  const { standing, reason, answered, questions } = item
  return html`<li class="${standing}">
    <div>
      <a href="${paths.section(customer.handle, section.id)}">${reader.authored(section.title)}</a>
      <span class="detail"
        >${
          standing === "started"
            ? reader.t("list.answered", { answered, questions })
            : Effort.counts(Filling.questionsOf(Filling.padded(filling), section), reader)
        }</span
      >
      ${reason === null || standing === "done" ? null : html`<span class="detail reason" dir="auto">${reason}</span>`}
    </div>
    <span class="state">${reader.t(`state.${standing}`)}</span>
  </li>`
}

/** What still stops the end, each by its name, folded away while it is long. */
const missing = (session: Session): Html => {
  const { customer, current, reader } = session
  const { questionnaire } = current.stored
  const pointers = new Set(Items.issues(session).map(({ pointer }) => pointer))
  const lines = [...pointers].map(placeOf)
  const review = paths.review(customer.handle)
  const isBack = Items.of(session).some(({ standing }) => standing === "returned")
  return html`<div class="finish">
    <h2>${reader.t("list.beforeFinish")}</h2>
    ${
      lines.length === 0
        ? html`<p>${reader.t(isBack ? "list.sentBack" : "list.unvisited", { firm: customer.workspace.name })}</p>
            <a class="secondary" href="${review}">${reader.t("list.finish")}</a>`
        : html`<details ${lines.length <= 3 ? html`open` : null}>
            <summary>${reader.t("list.missing", { count: lines.length })}</summary>
            <ul>
              ${lines.map(
                (place) =>
                  html`<li>
                    <a
                      href="${paths.section(customer.handle, Filling.sectionOf(questionnaire, String(place.at(-1))) ?? "")}#${questionAnchor(place)}"
                      >${Problems.nameAt(questionnaire, place, reader)}</a
                    >
                  </li>`,
              )}
            </ul>
          </details>`
    }
    ${
      lines.length === 0 || current.savedAt === null
        ? null
        : html`<p><a href="${review}">${reader.t("list.lookThrough")}</a></p>`
    }
  </div>`
}
