/**
 * How delivery is doing, for administrators: at a glance what waits, what did not go out and why, and a button to try again. Of
 * the server it shows only what belongs to everybody.
 */
import * as Effect from "effect/Effect"
import { type File, Files } from "../Files.ts"
import { type Child, type Html, html } from "../Html.ts"
import { type FailedMail, Operations, type Overview, type Retried, type Status } from "../Operations.ts"
import * as PageSecurity from "../PageSecurity.ts"
import * as FilesWithheld from "./FilesWithheld.ts"
import type { Form } from "./Form.ts"
import * as OperationsPictures from "./OperationsPictures.ts"
import * as Page from "./Page.ts"
import { exact } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import { isId, type Visit } from "./Visit.ts"
import { ago, lookUp, moment, type Words } from "./Words.ts"

const path = "/settings/operations"

/** Nothing should be due for longer, in milliseconds: sweeps come every ten seconds. */
const lateAfter = 120_000

export const routes = [
  ...FilesWithheld.routes,
  Routes.adminPage(path, (visit) =>
    Effect.gen(function* () {
      const withheld = yield* (yield* Files).withheld(visit.workspace.id)
      return show(visit, yield* (yield* Operations).overview(visit.workspace), withheld)
    }),
  ),
  Routes.adminAction(path, (visit, form) =>
    Effect.gen(function* () {
      const what = retried(form)
      if (what === null) return PageSecurity.seeOther(visit.config, path)
      const count = yield* (yield* Operations).retry(visit.workspace.id, what)
      yield* Effect.logInfo("mails are tried again", { member: visit.member.id, retried: count })
      return PageSecurity.seeOther(visit.config, `${path}?retried=${count}`)
    }),
  ),
]

const statusOf = (text: string): Status | null => (text === "failed" || text === "dropped" ? text : null)

/** What the form asks to try again; null: nothing that can be read. */
const retried = (form: Form): Retried | null => {
  const mail = form.text("mail")
  if (isId(mail)) return { mails: [mail] }
  const status = statusOf(form.text("status"))
  return status === null ? null : { status, reason: form.text("reason") }
}

const show = (visit: Visit, found: Overview, withheld: ReadonlyArray<File>) => {
  const { words } = visit
  const { t } = words
  const again = /^\d{1,4}$/.exec(visit.query("retried"))?.[0]
  return Page.member(visit, {
    title: t("operations.title"),
    place: "settings",
    body: html`${SettingsTabs.show(visit, "operations")}
      ${again !== undefined && Page.done(t("operations.retried", { count: Number(again) }))}
      <h1>${t("operations.title")}</h1>
      <p class="lead">${t("operations.lead")}</p>
      ${FilesWithheld.done(visit)} ${glance(visit, found, withheld)} ${FilesWithheld.show(visit, withheld)}
      <section class="card">
        <h2>${t("operations.days")}</h2>
        ${OperationsPictures.days(words, found.days)}
      </section>
      ${found.waiting.length > 0 && waiting(words, found)} ${found.failures.length > 0 && failures(visit, found)}
      ${found.stuck.length > 0 && stuck(words, found)} ${server(words, found)}`,
  })
}

/** A few numbers, each with what it means and, where it is not well, said in words and not by colour alone. */
const glance = (
  { words, config }: Visit,
  { waiting: kinds, held, failures: reasons, due, stuck: ill, webhooks, lastSweep, at }: Overview,
  withheld: ReadonlyArray<File>,
): Html => {
  const { t } = words
  const total = kinds.reduce((sum, { count }) => sum + count, 0)
  const oldest = Math.min(...kinds.map((kind) => kind.oldest))
  const failed = reasons.filter(({ status }) => status === "failed").reduce((sum, { count }) => sum + count, 0)
  const isLate = due.oldest !== null && at - due.oldest > lateAfter
  const isSilent = lastSweep === null || at - lastSweep > lateAfter
  const tile = (label: string, value: Child, more: Child, bad: boolean, href?: string): Html =>
    html`<div class="${bad && "bad"}">
      <dt>${href === undefined ? label : html`<a href="${href}">${label}</a>`}</dt>
      <dd><strong>${value}</strong> <span class="meta">${more}</span></dd>
    </div>`
  const number = (n: number) => n.toLocaleString(words.locale)
  return html`<dl class="glance">
    ${tile(
      t("operations.glance.waiting"),
      number(total),
      total > 0
        ? t("operations.glance.oldest", { when: ago(words, oldest) })
        : held > 0
          ? t("operations.glance.held", { count: held })
          : t("operations.glance.none"),
      total > 0 && at - oldest > 3_600_000,
    )}
    ${tile(t("operations.glance.failed"), number(failed), t("operations.glance.week"), failed > 0)}
    ${tile(
      t("operations.glance.due"),
      number(due.count + ill.length),
      ill.length > 0
        ? t("operations.glance.stuck", { count: ill.length })
        : isLate && due.oldest !== null
          ? t("operations.glance.late", { when: ago(words, due.oldest) })
          : t("operations.glance.intime"),
      isLate || ill.length > 0,
    )}
    ${tile(
      t("operations.glance.files"),
      number(withheld.length),
      config.clamd === undefined
        ? t("operations.glance.noScanner")
        : withheld[0] === undefined
          ? t("operations.glance.filesNone")
          : t("operations.glance.oldest", { when: ago(words, withheld[0].createdAt) }),
      withheld.length > 0,
      withheld.length > 0 ? "#files" : undefined,
    )}
    ${tile(
      t("operations.glance.webhooks"),
      number(webhooks.dead),
      t("operations.glance.queued", { count: webhooks.queued }),
      webhooks.dead > 0,
      "/settings/webhooks",
    )}
    ${tile(
      t("operations.glance.sweep"),
      lastSweep === null ? t("operations.never") : ago(words, lastSweep),
      t(isSilent ? "operations.glance.silent" : "operations.glance.turns"),
      isSilent,
    )}
  </dl>`
}

const kindName = (words: Words, kind: string): string => lookUp(words, `mails.kind.${kind}`, {}, kind)

const waiting = (words: Words, { waiting: kinds }: Overview): Html => {
  const most = Math.max(...kinds.map(({ count }) => count))
  return html`<section class="card">
    <h2>${words.t("operations.waiting")}</h2>
    <ul class="lines">
      ${kinds.map(
        ({ kind, count, oldest }) =>
          html`<li>
            <p>
              <strong>${kindName(words, kind)}</strong>: ${count.toLocaleString(words.locale)}
              ${OperationsPictures.bar(count / most)}
            </p>
            <p class="meta">${words.t("operations.since", { when: ago(words, oldest) })}</p>
          </li>`,
      )}
    </ul>
  </section>`
}

/** A reason in the reader's language where it is one of the core's; a mail server's own words stand as they came. */
const reasonOf = (words: Words, reason: string): Child =>
  reason === ""
    ? words.t("operations.reason.none")
    : html`<span lang="en">${lookUp(words, `operations.reason.${reason}`, {}, reason)}</span>`

const retryButton = (visit: Visit, fields: Readonly<Record<string, string>>, label: Child): Html =>
  html`<form method="post" action="${path}">
    ${Page.token(visit)}
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <button type="submit">${label}</button>
  </form>`

const failures = (visit: Visit, { failures: reasons, mails }: Overview): Html => {
  const { words } = visit
  const { t } = words
  return html`<section class="card">
    <h2>${t("operations.failures")}</h2>
    <p class="help">${t("operations.failures.help")}</p>
    <ul class="rows plain">
      ${reasons.map(
        ({ status, reason, count, latest }) =>
          html`<li class="row">
            <div class="grow">
              <p>
                <strong class="${status === "failed" && "bad"}"
                  >${count.toLocaleString(words.locale)} × ${t(`operations.status.${status}`)}</strong
                >: ${reasonOf(words, reason)}
              </p>
              <p class="meta">${t("operations.latest")} ${exact(latest, ago(words, latest))}</p>
            </div>
            ${retryButton(visit, { status, reason }, t("operations.retry.all", { count }))}
          </li>`,
      )}
    </ul>
    <details>
      <summary>${t("operations.mails", { count: mails.length })}</summary>
      <ul class="rows plain">
        ${mails.map((mail) => one(visit, mail))}
      </ul>
    </details>
  </section>`
}

const one = (visit: Visit, { id, request, title, kind, recipient, status, reason, createdAt }: FailedMail): Html => {
  const { words } = visit
  const { t } = words
  return html`<li class="row">
    <div class="grow">
      <p>
        <a href="/requests/${request}">${title}</a>:
        ${kindName(words, kind)}${recipient !== "" && ` ${t("mail.to", { address: recipient })}`}
      </p>
      <p class="meta">
        <span class="${status === "failed" && "bad"}">${t(`operations.status.${status}`)}</span> ·
        ${reasonOf(words, reason)} · ${exact(createdAt, moment(words, createdAt))}
      </p>
    </div>
    ${retryButton(visit, { mail: id }, html`${t("operations.retry")}<span class="unseen"> ${title}, ${recipient}</span>`)}
  </li>`
}

const stuck = (words: Words, { stuck: ill }: Overview): Html =>
  html`<section class="card">
    <h2>${words.t("operations.stuck")}</h2>
    <p class="help">${words.t("operations.stuck.help")}</p>
    <ul class="lines">
      ${ill.map(
        ({ request, title, reason, times, failedAt }) =>
          html`<li>
            <p><a href="/requests/${request}">${title}</a></p>
            <p class="meta bad">
              <span lang="en">${reason}</span> · ${words.t("operations.stuck.times", { count: times })} ·
              ${exact(failedAt, ago(words, failedAt))}
            </p>
          </li>`,
      )}
    </ul>
  </section>`

const server = (words: Words, { lastCheckpoint, server: about }: Overview): Html => {
  const { t } = words
  return html`<section class="card">
    <h2>${t("operations.server")}</h2>
    <dl class="facts">
      <div>
        <dt><a href="/settings/record">${t("operations.server.checkpoint")}</a></dt>
        <dd>${lastCheckpoint === null ? t("operations.never") : exact(lastCheckpoint, ago(words, lastCheckpoint))}</dd>
      </div>
      <div>
        <dt>${t("operations.server.versions")}</dt>
        <dd>requite ${about.requite} · Node.js ${about.node} · PostgreSQL ${about.postgres}</dd>
      </div>
      <div>
        <dt>${t("operations.server.tables")}</dt>
        <dd><code>${about.tables}</code></dd>
      </div>
    </dl>
  </section>`
}
