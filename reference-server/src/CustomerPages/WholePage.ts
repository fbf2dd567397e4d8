/**
 * Everything on one page, for requests that keep nothing before the end (P21, P26): a part for each section that is opened
 * by clicking it (P23), and Finish, which a script holds back until all of them are complete (P24, L05). What the form
 * cannot say by itself stands in hidden fields: which questions it showed, and the files that wait for the end.
 */
import type { Questionnaire } from "@requite/core"
import { walk } from "@requite/core/Questionnaire/Definition"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import type { SessionFile } from "../Uploads.ts"
import * as Effort from "./Effort.ts"
import * as Enhancing from "./Enhancing.ts"
import * as Fields from "./Fields.ts"
import * as Items from "./Items.ts"
import { controlAnchor } from "./kinds.ts"
import * as FirmFiles from "./FirmFiles.ts"
import * as News from "./News.ts"
import * as Problems from "./Problems.ts"
import * as ReadBack from "./ReadBack.ts"
import type { Session } from "./Session.ts"
import { fileAddress, formId, hidden, namedAddress, page, paths } from "./Session.ts"
import * as Talk from "./Talk.ts"
import * as Uploading from "./Uploading.ts"

export interface WholeView {
  readonly issues?: ReadonlyArray<Problems.Issue>
  readonly news?: News.Told | null
  readonly stale?: boolean
  /** Files that came in with the form, and wait. */
  readonly kept?: ReadonlyArray<SessionFile>
  /** The section that a button was pressed in. */
  readonly at?: string | null
  /** The way to the portal. */
  readonly portal?: Html | null
}

/** What its buttons say: the value of `action`. */
export const actions = { finish: "finish", refresh: "refresh", check: "check" } as const

/** The fields show what the session's filling says: nothing, or what was just typed. */
export const render = (session: Session, view: WholeView = {}): string => {
  const { issues = [], news = null, stale = false, kept = [], at = null, portal = null } = view
  const { customer, current, reader } = session
  const { questionnaire } = current.stored
  const { t } = reader
  const firm = customer.workspace.name
  const { title, due } = current.request.details
  const filling = Filling.padded(session.filling)
  const sections = Filling.sections(filling)
  const sentences = Problems.sentences(questionnaire, issues, reader)
  const fresh = new Set(news?.more.map(Filling.pointer))
  const shown = {
    filling,
    reader,
    sentences,
    fresh,
    filePath: fileAddress(session, kept),
    namedPath: namedAddress(session),
  }
  const sectionsOf = (pointers: Iterable<string>) =>
    [...pointers].map((pointer) => Filling.sectionOf(questionnaire, pointer.split("/")[1] ?? ""))
  const telling = new Set([...sectionsOf(sentences.keys()), ...sectionsOf(fresh), ...(at === null ? [] : [at])])
  const isFirst = telling.size === 0
  const takesFiles = questionnaire.sections.some(({ items }) => Uploading.isIn(items))
  return page(
    session,
    issues.length > 0 ? t("section.titleWithErrors", { title }) : t("list.title"),
    html`${stale ? Problems.staleNotice(reader, firm) : null}${
        issues.length === 0
          ? news === null
            ? null
            : News.notice(news, filling, reader)
          : Problems.summary({
              questionnaire,
              issues,
              reader,
              href: (place) => `#${controlAnchor(place)}`,
              ...(news === null ? {} : { more: News.aside(news, filling, reader) }),
            })
      }
      <h1 dir="auto">${title}</h1>
      ${due === null ? null : html`<p class="lead">${t("list.due", { date: reader.date(due) })}</p>`}
      <p class="lead">${t("whole.lead", { firm })}</p>
      <form
        id="${formId}"
        method="post"
        action="${paths.list(customer.handle)}"
        enctype="multipart/form-data"
        novalidate
        data-live
        data-staged
        ${takesFiles ? Uploading.attributes(session) : null}
      >
        ${hidden(session)}
        <input type="hidden" name="shown" value="${shownIn(filling).join(" ")}" />
        ${kept.map(({ file }) => html`<input type="hidden" name="kept" value="${file.id}" />`)}
        ${questionnaire.sections.map((section) => {
          const index = sections.indexOf(section)
          const made = part(session, section, shown, telling.has(section.id) || (isFirst && index === 0))
          return index < 0 ? html`<template data-section="${section.id}">${made}</template>` : made
        })}
        ${takesFiles ? Uploading.parts(session) : null}
        <div class="buttons">
          ${
            hasConditions(questionnaire)
              ? html`<div class="refresh">
                  <p class="aside">${t("whole.refreshText")}</p>
                  <button class="secondary" name="action" value="${actions.refresh}">${t("whole.refresh")}</button>
                </div>`
              : null
          }
          <p>${t("review.final", { firm })}</p>
          <p
            class="left"
            role="status"
            hidden
            data-left="${t("whole.left")}"
            data-done="${t("whole.done")}"
            data-dead="${t("saving.dead")}"
          ></p>
          <button class="primary" name="action" value="${actions.finish}">${t("review.finish")}</button>
        </div>
      </form>
      ${FirmFiles.ofRequest(session)} ${Talk.whole(session)} ${portal}
      ${Enhancing.parts(session, questionnaire.sections, filling)}`,
    { id: formId, action: paths.list(customer.handle), press: actions.refresh, first: actions.finish },
  )
}

/** One section: its questions; or what became of it, where the firm needs it no longer. */
const part = (
  session: Session,
  section: Questionnaire.Section,
  shown: Parameters<typeof Fields.render>[0],
  isOpen: boolean,
): Html => {
  const { current, reader } = session
  const { t } = reader
  const writable = Items.isOpen(current.request, section.id)
  const item = Items.standing(session, section)
  const state = writable ? stateOf(shown, section) : (item?.standing ?? "done")
  return html`<details
    class="part${state === "done" ? " complete" : ""}"
    data-section="${section.id}"
    id="s-${section.id}"
    ${isOpen && writable ? html`open` : null}
  >
    <summary>
      <h2>${reader.authored(section.title)}</h2>
      <span class="detail">${Effort.counts(Filling.questionsOf(shown.filling, section), reader)}</span>
      <span
        class="state"
        ${
          // what the firm needs no longer holds nothing back
          writable
            ? html`data-state="${section.id}" data-done="${t("state.done")}" data-todo="${t("state.to-do")}"`
            : null
        }
        >${t(`state.${state}`)}</span
      >
    </summary>
    <div class="inside">
      ${said(item, reader)}
      ${section.description === undefined ? null : html`<div class="prose">${reader.markdown(section.description)}</div>`}
      ${FirmFiles.ofItem(session, section.id)}
      ${
        writable
          ? Fields.render(shown, section.items)
          : html`<div class="answers">${ReadBack.render(session, section)}</div>`
      }
    </div>
  </details>`
}

/** Why it came back. */
const said = (item: Items.Item | undefined, { t }: Session["reader"]): Html | null => {
  const { infected, reason } = item ?? { infected: null, reason: null }
  const text = infected === null ? reason : t("upload.infected", { name: infected })
  return text === null || text === "" ? null : html`<p class="note said sent-back" dir="auto">${text}</p>`
}

/** Is anything missing in it? That it was only looked at is no difference here: all of it is on the page. */
const stateOf = ({ filling }: { readonly filling: Filling.Filling }, section: Questionnaire.Section) => {
  const { session, state } = filling
  const answered = session.sections(state).find(({ id }) => id === section.id)?.answered ?? 0
  return answered > 0 && Filling.issuesOf(filling, section).length === 0 ? "done" : "to-do"
}

/** Pointers of the questions that are asked: what a form shows, it says. */
export const shownIn = (filling: Filling.Filling): ReadonlyArray<string> =>
  Filling.sections(filling).flatMap((section) => [...News.questionsIn(filling, section).keys()])

/** Can answers change what is asked? Without a script somebody has to ask for it. */
const hasConditions = ({ sections }: Questionnaire.Questionnaire): boolean =>
  sections.some(
    ({ when, items }) =>
      when !== undefined || walk(items).some((item) => item.when !== undefined || typeof item.required === "object"),
  )
