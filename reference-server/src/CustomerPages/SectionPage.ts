/**
 * A section: what it asks on one page in reading order, as one form that is complete without JavaScript; or, once it is
 * closed, what was answered. With JavaScript the form is saved as it is typed, where the policy says so.
 */
import type { Questionnaire } from "@requite/core"
import type { Conflict } from "../ClientRequests.ts"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import * as Enhancing from "./Enhancing.ts"
import * as Fields from "./Fields.ts"
import * as FirmFiles from "./FirmFiles.ts"
import * as Items from "./Items.ts"
import { controlAnchor } from "./kinds.ts"
import * as Mode from "./Mode.ts"
import * as News from "./News.ts"
import * as Problems from "./Problems.ts"
import * as ReadBack from "./ReadBack.ts"
import type { Session } from "./Session.ts"
import { fileAddress, formId, hidden, namedAddress, page, paths } from "./Session.ts"
import * as Talk from "./Talk.ts"
import * as Uploading from "./Uploading.ts"
import * as Versions from "./Versions.ts"

export interface SectionView {
  readonly section: Questionnaire.Section
  /** What was wrong with the form that was sent: told at the top and next to each field. */
  readonly issues?: ReadonlyArray<Problems.Issue>
  /** What is wrong with what was saved earlier: told next to the fields only, because nobody has just sent it. */
  readonly draft?: ReadonlyArray<Problems.Issue>
  /** What is asked now because of what was just saved. */
  readonly news?: News.Told | null
  /** The firm has changed the questions since this form was loaded. */
  readonly stale?: boolean
  /** Ids of questions that the form left as they were, and that say something else by now. */
  readonly changed?: ReadonlyArray<string>
  /** What somebody else wrote meanwhile. */
  readonly conflicts?: ReadonlyArray<Conflict>
  /** The versions that the form shows, where they are not those that are stored. */
  readonly seen?: Versions.Seen
  /** Said that it does not apply, and not why; or the other way round. */
  readonly reasonWrong?: "missing" | "unsent" | null
  /** Why it does not apply, as far as it was written. */
  readonly reason?: string
}

/** What the buttons of a section's form say: the value of `action`. */
export const actions = {
  next: "next",
  skip: "skip",
  list: "list",
  upload: "upload",
  complete: "complete",
  decline: "decline",
  reopen: "reopen",
} as const

/** The fields show what the session's filling says: what is saved, or was just typed. */
export const render = (session: Session, view: SectionView): string =>
  Items.isOpen(session.current.request, view.section.id) ? open(session, view) : closed(session, view.section)

const top = ({ customer, reader: { t } }: Session): Html =>
  html`<nav aria-label="${t("section.back")}">
    <a class="back" href="${paths.list(customer.handle)}">${t("section.back")}</a>
  </nav>`

const heading = (session: Session, section: Questionnaire.Section): Html => {
  const { reader, filling } = session
  const sections = Filling.sections(filling)
  const number = sections.findIndex(({ id }) => id === section.id) + 1
  return html`<p class="eyebrow">${reader.t("section.number", { number, total: sections.length })}</p>
    <h1 ${reader.side(section.title)}>${reader.authored(section.title)}</h1>`
}

const open = (session: Session, view: SectionView): string => {
  const { section, issues = [], draft = [], news = null, stale = false, reasonWrong = null } = view
  const { conflicts = [], changed = [] } = view
  const { customer, current, reader } = session
  const { questionnaire } = current.stored
  const { t } = reader
  const mode = Mode.of(current.request.policy)
  const filling = Filling.padded(session.filling)
  const title = reader.text(section.title)
  const takesFiles = Uploading.isIn(section.items)
  const skippable = issues.length > 0 && Problems.isOnlyMissing(issues) && !mode.ticks
  const first = mode.ticks
    ? { action: actions.complete, text: t("section.complete") }
    : { action: actions.next, text: t("section.next") }
  return page(
    session,
    issues.length > 0 || reasonWrong !== null ? t("section.titleWithErrors", { title }) : title,
    html`${top(session)} ${stale ? Problems.staleNotice(reader, customer.workspace.name) : null}
      ${changed.length > 0 ? Versions.changedNotice(changed, current, reader) : null}
      ${conflicts.length > 0 ? Versions.summary(conflicts, current, reader) : null}
      ${
        issues.length === 0
          ? news === null
            ? null
            : News.notice(news, filling, reader)
          : Problems.summary({
              questionnaire,
              issues,
              reader,
              href: (place) => `#${controlAnchor(place)}`,
              more: html`${skippable ? html`<p>${t("section.skipHint")}</p>` : null}${
                news === null ? null : News.aside(news, filling, reader)
              }`,
            })
      }
      ${heading(session, section)} ${sentBack(session, section)}
      ${section.description === undefined ? null : html`<div class="prose">${reader.markdown(section.description)}</div>`}
      ${FirmFiles.ofItem(session, section.id)}
      <form
        id="${formId}"
        method="post"
        action="${paths.section(customer.handle, section.id)}"
        enctype="multipart/form-data"
        novalidate
        data-live
        ${takesFiles ? Uploading.attributes(session) : null}
      >
        ${hidden(session)}${Versions.hidden({ ...Versions.seen(session, filling, section), ...view.seen })}
        ${Fields.render(
          {
            filling,
            reader,
            sentences: Problems.sentences(questionnaire, issues.length > 0 ? issues : draft, reader),
            fresh: new Set(news?.more.map(Filling.pointer)),
            filePath: fileAddress(session),
            namedPath: namedAddress(session),
            saved: current.answers,
            before: Versions.choices(conflicts, session),
          },
          section.items,
        )}
        ${takesFiles ? Uploading.parts(session) : null} ${mode.types ? savingLine(session) : null}
        <div class="buttons">
          <button class="primary" name="action" value="${first.action}">${first.text}</button>
          ${skippable ? button(actions.skip, t("section.skip")) : null}
          ${button(actions.list, t(mode.ticks ? "section.saveToList" : "section.toList"))}
        </div>
        ${current.request.policy.customerMayDeclineItem ? declining(session, view) : null}
      </form>
      ${Talk.ofItem(session, section.id)}
      ${
        // the whole script would save what is still to be chosen
        conflicts.length > 0
          ? Enhancing.over(customer.requestId, customer.recipient)
          : Enhancing.parts(session, [section], filling)
      }`,
    {
      id: formId,
      action: paths.section(customer.handle, section.id),
      // saves, and stays
      press: actions.upload,
      first: first.action,
    },
  )
}

const button = (action: string, text: string): Html =>
  html`<button class="secondary" name="action" value="${action}">${text}</button>`

/** Why the firm wants it again. */
const sentBack = (session: Session, section: Questionnaire.Section): Html | null => {
  const item = Items.standing(session, section)
  const { t } = session.reader
  if (item?.standing === "returned" && item.infected !== null) {
    return reasonBox(t("section.infected"), t("upload.infected", { name: item.infected }), " sent-back")
  }
  return item?.standing === "returned" && item.reason !== null
    ? reasonBox(t("section.sentBack", { firm: session.customer.workspace.name }), item.reason, " sent-back")
    : null
}

const reasonBox = (title: string, reason: string, kind = ""): Html =>
  html`<div class="note said${kind}">
    <p><strong>${title}</strong></p>
    <p class="typed" dir="auto">${reason}</p>
  </div>`

/** "Saved just now", for eyes; and for ears only what changes: the first time, that it fails, that it works again. What it
 * says stands here, so that the script has no words of its own. */
const savingLine = ({ reader: { t }, customer }: Session): Html => {
  const firm = customer.workspace.name
  return html`<div
    class="saving"
    data-saving="${t("saving.saving")}"
    data-saved="${t("saving.saved")}"
    data-unsaved="${t("saving.unsaved")}"
    data-refused="${t("saving.refused")}"
    data-stale="${t("saving.stale", { firm })}"
    data-conflict="${t("saving.conflict")}"
    data-dead="${t("saving.dead")}"
  >
    <p class="shown" aria-hidden="true"></p>
    <p class="unseen" role="status"></p>
  </div>`
}

/** "This does not apply to us", folded away, with the reason that the firm will read. */
const declining = ({ reader: { t }, customer }: Session, { reasonWrong = null, reason = "" }: SectionView): Html =>
  html`<details class="decline" ${reasonWrong !== null || reason !== "" ? html`open` : null}>
    <summary>${t("section.decline")}</summary>
    <div class="question${reasonWrong === null ? "" : " wrong"}">
      <label class="label" for="reason">${t("section.declineReason", { firm: customer.workspace.name })}</label>
      ${
        reasonWrong === null
          ? null
          : html`<p class="error" id="e-reason">
              ${
                reasonWrong === "missing"
                  ? t("section.declineMissing")
                  : t("section.declineUnsent", { button: t("section.declineNow") })
              }
            </p>`
      }
      <textarea
        class="control"
        id="reason"
        name="reason"
        rows="3"
        maxlength="1000"
        dir="auto"
        ${reasonWrong === null ? null : html`aria-invalid="true" aria-describedby="e-reason" autofocus`}
      >
${reason}</textarea>
    </div>
    ${button(actions.decline, t("section.declineNow"))}
  </details>`

/** What was answered, and why nothing of it can be changed; or the way to open it again. */
const closed = (session: Session, section: Questionnaire.Section): string => {
  const { customer, current, reader } = session
  const { t } = reader
  const { request } = current
  return page(
    session,
    reader.text(section.title),
    html`${top(session)} ${heading(session, section)} ${standing(session, section)}
      ${FirmFiles.ofItem(session, section.id)}
      <section class="answers" aria-label="${reader.text(section.title)}">${ReadBack.render(session, section)}</section>
      ${
        Items.mayReopen(request, section.id)
          ? html`<form
              class="buttons"
              method="post"
              action="${paths.section(customer.handle, section.id)}"
              enctype="multipart/form-data"
            >
              ${hidden(session)} ${button(actions.reopen, t("section.reopen"))}
            </form>`
          : null
      }
      ${Talk.ofItem(session, section.id)}`,
    { here: paths.section(customer.handle, section.id) },
  )
}

const standing = (session: Session, section: Questionnaire.Section): Html => {
  const { t } = session.reader
  const firm = session.customer.workspace.name
  const item = Items.standing(session, section)
  if (item?.standing === "waived") return reasonBox(t("section.waived", { firm }), item.reason ?? "")
  if (item?.standing === "declined") return reasonBox(t("section.declined"), item.reason ?? "")
  const isOther = session.current.request.openItems !== null
  return html`<p class="lead">${t(isOther ? "section.closedOther" : "section.closed", { firm })}</p>`
}
