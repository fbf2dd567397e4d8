/** The list of sections: a row each with its state, how far it all is, the firm's documents, and the way to the end. */
import { type Answers, Questionnaire } from "@requite/core"
import { placeOf } from "@requite/core/FillSession/Place"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import { calendarDay } from "../Messages.ts"
import * as Effort from "./Effort.ts"
import { questionAnchor } from "./kinds.ts"
import * as Problems from "./Problems.ts"
import type { Session } from "./Session.ts"
import { page, paths } from "./Session.ts"

/** `stale`: the firm has changed the questions while one of them was being answered. */
export const render = (session: Session, { stale = false }: { readonly stale?: boolean } = {}): string => {
  const { customer, current, filling, reader } = session
  const { questionnaire } = current.stored
  const { title, due } = current.request.details
  const progress = filling.session.sections(filling.state)
  const done = progress.filter(({ state }) => state === "done").length
  const next = progress.find(({ state }) => state !== "done")
  const nextSection = next === undefined ? undefined : Questionnaire.section(questionnaire, next.id)
  return page(
    session,
    reader.t("list.title"),
    html`${stale ? Problems.staleNotice(reader, customer.workspace.name) : null}
      <h1 dir="auto">${title}</h1>
      ${due === null ? null : html`<p class="lead">${reader.t("list.due", { date: reader.date(due) })}</p>`}
      <div class="progress">
        <p>
          <strong>${reader.t("list.progress", { done, total: progress.length })}</strong>
          ${current.savedAt === null ? null : html`<span role="status">${saved(session, current.savedAt)}</span>`}
        </p>
        <progress value="${done}" max="${progress.length}" aria-label="${reader.t("list.title")}"></progress>
      </div>
      <ol class="sections">
        ${progress.map((one) => row(session, one))}
      </ol>
      ${
        nextSection === undefined
          ? html`<p class="lead">${reader.t("list.complete")}</p>
              <a class="primary" href="${paths.review(customer.handle)}">${reader.t("list.finish")}</a>`
          : html`<a class="primary" href="${paths.section(customer.handle, nextSection.id)}"
              >${reader.t(current.savedAt === null ? "list.begin" : "list.continue")}<span class="unseen"
                >: ${reader.text(nextSection.title)}</span
              ></a
            >`
      }
      ${attachments(session)} ${nextSection === undefined ? null : missing(session)}`,
  )
}

const saved = ({ reader, now, customer }: Session, at: number): string => {
  const zone = customer.workspace.timeZone
  if (now - at < 60_000) return reader.t("list.savedNow")
  return calendarDay(at, zone) === calendarDay(now, zone)
    ? reader.t("list.savedToday", { time: reader.time(at) })
    : reader.t("list.savedOn", { date: reader.date(at) })
}

const row = ({ customer, current, filling, reader }: Session, progress: Answers.SectionProgress): Html | null => {
  const section = Questionnaire.section(current.stored.questionnaire, progress.id)
  if (section === undefined) return null
  const { state, answered, questions } = progress
  return html`<li class="${state}">
    <div>
      <a href="${paths.section(customer.handle, section.id)}">${reader.authored(section.title)}</a>
      <span class="detail"
        >${
          state === "started"
            ? reader.t("list.answered", { answered, questions })
            : Effort.counts(Filling.questionsOf(Filling.padded(filling), section), reader)
        }</span
      >
    </div>
    <span class="state">${reader.t(`state.${state}`)}</span>
  </li>`
}

/** What still stops the end, each by its name, folded away while it is long. */
const missing = ({ customer, current, filling, reader }: Session): Html | null => {
  const { questionnaire } = current.stored
  const pointers = new Set(filling.session.issues(filling.state).map(({ pointer }) => pointer))
  const lines = [...pointers].map(placeOf)
  const review = paths.review(customer.handle)
  return html`<div class="finish">
    <h2>${reader.t("list.beforeFinish")}</h2>
    ${
      lines.length === 0
        ? html`<p>${reader.t("list.unvisited")}</p>
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

/** Documents of the firm that the customer may read (K1). */
const attachments = ({ customer, current, reader }: Session): Html | null => {
  const { attachments: files } = current.request.details
  return files.length === 0
    ? null
    : html`<section class="attachments" aria-labelledby="attachments">
        <h2 id="attachments">${reader.t("list.attachments", { firm: customer.workspace.name })}</h2>
        <ul class="files">
          ${files.map(
            ({ id, name, bytes }) =>
              html`<li>
                <a href="${paths.file(customer.handle, id)}" dir="auto">${name}</a>
                <span class="size">${reader.bytes(bytes)}</span>
              </li>`,
          )}
        </ul>
      </section>`
}
