/**
 * The page behind the button of the e-mail: who asks, for what, how long it takes, until when. It shows no answer (S19),
 * changes nothing (S15), and has one button.
 */
import * as words from "../Branding/words.ts"
import type { Arrival } from "../CustomerAccess.ts"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import { calendarDay } from "../Messages.ts"
import * as DeadEnd from "./DeadEnd.ts"
import * as Effort from "./Effort.ts"
import * as Frame from "./Frame.ts"
import * as Language from "./Language.ts"
import * as Mode from "./Mode.ts"
import type { Reader } from "./Reader.ts"
import { paths } from "./Session.ts"
import * as Talk from "./Talk.ts"

/** `filling` is blank: what is asked of somebody who has not answered anything. */
export const render = (
  { workspace, current }: Arrival,
  filling: Filling.Filling,
  reader: Reader,
  path: string,
  now: number,
): string => {
  const { request, stored } = current
  const { title, description, due } = request.details
  const { t } = reader
  const questions = Filling.questions(filling)
  const overdue = due !== null && due < calendarDay(now, reader.zone)
  const about = description.trim() === "" ? (stored.questionnaire.description ?? null) : description
  const { language } = reader
  return Frame.render({
    language,
    languages: Language.links({ language, label: t("frame.language") }),
    title: [title, workspace.name],
    firm: workspace,
    line: words.paragraphs(workspace, "arrival", reader.language, "tagline"),
    skip: null,
    main: html`<div class="arrival">
      <p class="eyebrow">${t("arrival.asks", { firm: workspace.name })}</p>
      <h1 dir="auto">${title}</h1>
      ${about === null ? null : html`<div class="prose">${reader.markdown(about)}</div>`}
      <dl class="facts">
        ${fact(
          t("arrival.what"),
          t("arrival.effort", { what: Effort.counts(questions, reader), time: Effort.minutes(questions) }),
        )}
        ${due === null ? null : fact(overdue ? t("arrival.wasDue") : t("arrival.due"), reader.date(due))}
      </dl>
      <form method="post" action="${path}">
        <button class="primary">${request.startedAt === null ? t("arrival.start") : t("arrival.continue")}</button>
      </form>
      <p class="aside">
        ${t(Mode.keeping[request.policy.saving], { firm: workspace.name })}
        ${request.expiresAt === null ? null : t("arrival.open", { date: reader.dateTime(request.expiresAt) })}
      </p>
      ${
        request.policy.selfService === "none" || request.policy.binding === "none"
          ? null
          : html`<details class="aside">
              <summary>${t("arrival.elsewhere")}</summary>
              <p>${t("arrival.elsewhereText")}</p>
              ${DeadEnd.sendForm(t, language, "secondary")}
            </details>`
      }
      ${Talk.isPossible({ current }) ? html`<p class="aside"><a href="${paths.notMineByLink(path)}">${t("notMine.link")}</a></p>` : null}
    </div>`,
    foot: html`<p>${t("frame.help", { firm: workspace.name })}</p>`,
  })
}

const fact = (term: string, value: string): Html =>
  html`<div>
    <dt>${term}</dt>
    <dd>${value}</dd>
  </div>`
