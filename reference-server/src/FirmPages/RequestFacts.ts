/** The cards of facts on a request's page: when and what, its rules as sentences, and its e-mails. */
import { ClientRequest } from "@requite/core"
import type { MailLine, Overview } from "../ClientRequests.ts"
import type { File } from "../Files.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as PolicyWords from "./PolicyWords.ts"
import * as RequestAnswers from "./RequestAnswers.ts"
import { exact } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import { ago, longDay, lookUp, moment, type Words } from "./Words.ts"

interface Beside {
  /** Of members, by id. */
  readonly names: ReadonlyMap<string, string>
  /** What is known of its attachments. */
  readonly files: ReadonlyArray<File>
}

export const show = (visit: Visit, { current }: Overview, { names, files }: Beside): Html => {
  const { words, config } = visit
  const { t } = words
  const { request, stored } = current
  const { details, policy, sentAt, sentBy, submission } = request
  const sender = sentBy?.kind === "member" ? (names.get(sentBy.id) ?? "") : ""
  const pairs: ReadonlyArray<readonly [term: string, fact: Child] | false> = [
    sentAt !== null && [
      t("facts.sent"),
      html`${exact(sentAt, ago(words, sentAt))}${sender !== "" && ` ${t("facts.by", { name: sender })}`}${request.sendNo > 1 && `, ${t("facts.times", { count: request.sendNo })}`}`,
    ],
    request.expiresAt !== null &&
      ClientRequest.isOpenAt(request, words.now) && [t("facts.until"), moment(words, request.expiresAt)],
    details.due !== null && [t("facts.due"), longDay(words, details.due)],
    [
      t("facts.asks"),
      html`<a href="/questionnaires/${stored.ref.id}?version=${stored.ref.version}"
        >${t("questionnaire.questions", { count: stored.ref.questions })}</a
      >`,
    ],
    details.workItem !== null && [
      t("facts.work"),
      html`<a href="/work-items/${details.workItem}">${t("facts.work.show")}</a>`,
    ],
    details.sensitivity === "high" && [t("sensitive.title"), t("sensitive.high")],
    details.portalOnly === true && [t("portal.only.title"), t("portal.only.fact")],
    details.attachments.length > 0 && [
      t("facts.attachments"),
      html`<ul class="plain">
        ${details.attachments.map((file) => {
          const known = files.find(({ id }) => id === file.id) ?? { ...file, scan: "gone" as const }
          return html`<li>${RequestAnswers.fileLink(words, request.id, known)}</li>`
        })}
      </ul>`,
    ],
    [t("handouts.title"), html`<a href="/requests/${request.id}/documents">${t("handouts.manage")}</a>`],
    submission !== null && [t("facts.digest"), html`<code class="digest">${submission.digest}</code>`],
  ]
  const { rule, enabled } = details.reminders
  const known: PolicyWords.Known = {
    rule: enabled ? rule : { kind: "none" },
    ...(sentAt === null ? {} : { until: request.expiresAt }),
  }
  return html`<section class="card">
      <h2>${t("facts.title")}</h2>
      <dl class="facts">
        ${pairs.map(
          (pair) =>
            pair !== false &&
            html`<div>
              <dt>${pair[0]}</dt>
              <dd>${pair[1]}</dd>
            </div>`,
        )}
      </dl>
    </section>
    <section class="card" id="rules">
      <h2>${t("facts.policy")}: ${PolicyWords.nameOf(words, policy.name)}</h2>
      <p>${PolicyWords.sentence(words, policy, known)}</p>
      <details class="about">
        <summary>${t("rules.more")}</summary>
        <ul class="phrases">
          ${PolicyWords.facts(words, policy).map((fact) => html`<li>${fact}</li>`)}
        </ul>
        ${PolicyWords.warnings(words, policy, PolicyWords.surroundings(config, stored.questionnaire))}
      </details>
    </section>`
}

export const mails = ({ words }: Visit, { mails: lines }: Overview): Child =>
  lines.length > 0 &&
  html`<section class="card">
    <h2>${words.t("mails.title")}</h2>
    <ul class="lines">
      ${lines.map((mail) => mailLine(words, mail))}
    </ul>
  </section>`

/** One e-mail, and what became of it. `about`: what stands below its name. */
export const mailLine = (words: Words, mail: MailLine, about: Child = false): Html =>
  html`<li>
    <p>
      <strong>${lookUp(words, `mails.kind.${mail.kind}`, {}, mail.kind)}</strong
      >${mail.recipient !== "" && ` ${words.t("mail.to", { address: mail.recipient })}`}
    </p>
    ${about}
    <p class="meta${isBad(mail.status) && " bad"}">
      ${words.t(`mails.status.${mail.status}`)} ·
      ${exact(mail.handedOverAt ?? mail.createdAt, ago(words, mail.handedOverAt ?? mail.createdAt))}${mail.reason !== null && html`<br /><span lang="en">${mail.reason}</span>`}
    </p>
    ${mail.trail.length > 1 && trail(words, mail)}
  </li>`

const isBad = (status: MailLine["status"]): boolean =>
  status === "failed" || status === "bounced-soft" || status === "bounced-hard" || status === "complained"

/** Each attempt and report with its time, when there was more than one. */
const trail = (words: Words, { trail: steps }: MailLine): Html =>
  html`<details class="about">
    <summary>${words.t("returns.trail", { count: steps.length })}</summary>
    <ol class="lines">
      ${steps.map(
        ({ at, status, reason }) =>
          html`<li class="meta">
            ${exact(at, moment(words, at))}: ${words.t(`mails.status.${status}`)}
            ${reason !== null && html`<span lang="en">${reason}</span>`}
          </li>`,
      )}
    </ol>
  </details>`
