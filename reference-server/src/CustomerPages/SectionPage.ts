/** A section: what it asks on one page in reading order, as one form that is complete without JavaScript. */
import type { Questionnaire } from "@requite/core"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import * as Fields from "./Fields.ts"
import { controlAnchor } from "./kinds.ts"
import * as News from "./News.ts"
import * as Problems from "./Problems.ts"
import type { Session } from "./Session.ts"
import { hidden, page, paths } from "./Session.ts"

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
}

/** What the buttons of a section's form say: the value of `action`. */
export const actions = { next: "next", skip: "skip", list: "list", upload: "upload" } as const

/** The fields show what the session's filling says: what is saved, or was just typed. */
export const render = (
  session: Session,
  { section, issues = [], draft = [], news = null, stale = false }: SectionView,
): string => {
  const { customer, current, reader } = session
  const { questionnaire } = current.stored
  const { t } = reader
  const filling = Filling.padded(session.filling)
  const title = reader.text(section.title)
  const skippable = issues.length > 0 && Problems.isOnlyMissing(issues)
  const sections = Filling.sections(filling)
  const number = sections.findIndex(({ id }) => id === section.id) + 1
  return page(
    session,
    issues.length > 0 ? t("section.titleWithErrors", { title }) : title,
    html`<nav aria-label="${t("section.back")}">
        <a class="back" href="${paths.list(customer.handle)}">${t("section.back")}</a>
      </nav>
      ${stale ? Problems.staleNotice(reader, customer.workspace.name) : null}
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
      <p class="eyebrow">${t("section.number", { number, total: sections.length })}</p>
      <h1>${reader.authored(section.title)}</h1>
      ${section.description === undefined ? null : html`<div class="prose">${reader.markdown(section.description)}</div>`}
      <form
        method="post"
        action="${paths.section(customer.handle, section.id)}"
        enctype="multipart/form-data"
        novalidate
      >
        ${hidden(session)}
        <button class="unseen" name="action" value="${actions.next}" tabindex="-1" aria-hidden="true">
          ${t("section.next")}
        </button>
        ${Fields.render(
          {
            filling,
            reader,
            sentences: Problems.sentences(questionnaire, issues.length > 0 ? issues : draft, reader),
            fresh: new Set(news?.more.map(Filling.pointer)),
            filePath: (file) => paths.file(customer.handle, file),
          },
          Filling.asked(filling, section.items),
        )}
        <div class="buttons">
          <button class="primary" name="action" value="${actions.next}">${t("section.next")}</button>
          ${skippable ? button(actions.skip, t("section.skip")) : null} ${button(actions.list, t("section.toList"))}
        </div>
      </form>`,
  )
}

const button = (action: string, text: string): Html =>
  html`<button class="secondary" name="action" value="${action}">${text}</button>`
