/** One endpoint for webhooks: what it is told, its secret, a test, and its deliveries, which can be replayed. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Child, type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import {
  type Attempt,
  type Delivery,
  type Endpoint,
  type Settings,
  Status,
  Webhooks,
  type WithSecret,
} from "../Webhooks.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import { idPart, NotHere, type Visit } from "./Visit.ts"
import * as Fields from "./WebhookFields.ts"
import * as WebhookPages from "./WebhookPages.ts"
import { ago, ahead, moment, type Words } from "./Words.ts"

/** How many deliveries stand on a page. */
const perPage = 25
const hour = 3_600_000
/** How far back a replay can be asked for, in hours. */
const spans = [1, 24, 7 * 24, 30 * 24]

const missing = { WebhookNotFound: () => Effect.fail(new NotHere()) }

export const routes = [
  Routes.adminPage(`${WebhookPages.path}/:id`, (visit) =>
    Effect.flatMap(idPart(visit, "id"), (id) => show(visit, id, {})).pipe(Effect.catchTags(missing)),
  ),
  Routes.adminAction(`${WebhookPages.path}/:id`, (visit, form) =>
    Effect.flatMap(idPart(visit, "id"), (id) => carryOut(visit, form, id)).pipe(Effect.catchTags(missing)),
  ),
]

const carryOut = Effect.fnUntraced(function* (visit: Visit, form: Form, id: string) {
  const webhooks = yield* Webhooks
  const workspaceId = visit.workspace.id
  const back = (query: string) => PageSecurity.seeOther(visit.config, `${WebhookPages.path}/${id}?${query}`)
  switch (form.text("action")) {
    case "save": {
      const { given, mistakes } = Fields.read(form, visit.words)
      if (mistakes.length > 0) return yield* show(visit, id, { given, mistakes })
      const changes = { ...given, enabled: form.text("enabled") === "yes" }
      return yield* webhooks.edit(workspaceId, id, changes).pipe(
        Effect.as(back("done=saved")),
        Effect.catchTag("WebhookRefused", ({ reason }) =>
          show(visit, id, {
            given,
            mistakes: [{ field: "url", sentence: visit.words.t(`webhooks.refused.${reason}`) }],
          }),
        ),
      )
    }
    case "test":
      return yield* show(visit, id, { tested: yield* webhooks.test(workspaceId, id) })
    case "rotate":
      return yield* show(visit, id, { fresh: yield* webhooks.rotate(workspaceId, id, form.text("now") === "yes") })
    case "replay-dead": {
      const { replayed } = yield* webhooks.replay(workspaceId, id, "dead")
      return back(`replayed=${replayed}`)
    }
    case "replay-since": {
      const hours = spans.find((span) => String(span) === form.text("hours")) ?? 1
      const since = (yield* Clock.currentTimeMillis) - hours * hour
      const { replayed } = yield* webhooks.replay(workspaceId, id, { since })
      return back(`replayed=${replayed}`)
    }
    case "remove":
      yield* webhooks.remove(workspaceId, id)
      return PageSecurity.seeOther(visit.config, WebhookPages.path)
    default:
      return yield* new NotHere()
  }
})

interface Shown {
  readonly given?: Omit<Settings, "enabled">
  readonly mistakes?: ReadonlyArray<Field.Mistake>
  readonly fresh?: WithSecret
  readonly tested?: Attempt
}

const show = Effect.fnUntraced(function* (visit: Visit, id: string, { given, mistakes = [], fresh, tested }: Shown) {
  const webhooks = yield* Webhooks
  const endpoint = yield* webhooks.get(visit.workspace.id, id)
  const status = Status.literals.find((one) => one === visit.query("status"))
  const offset = /^\d{1,5}$/.test(visit.query("offset")) ? Number(visit.query("offset")) : 0
  const found = yield* webhooks.deliveries(visit.workspace.id, id, { status, limit: perPage + 1, offset })
  const { words } = visit
  const { t } = words
  const replayed = /^\d{1,5}$/.test(visit.query("replayed")) ? Number(visit.query("replayed")) : null
  return Page.member(visit, {
    title: endpoint.url,
    place: "settings",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`${SettingsTabs.show(visit, "webhooks")} ${Field.summary(words, mistakes)}
      ${fresh !== undefined && WebhookPages.secret(words, fresh)} ${tested !== undefined && outcome(words, tested)}
      ${visit.query("done") === "saved" && Page.done(t("webhooks.saved"))}
      ${replayed !== null && Page.done(t("webhooks.replayed", { count: replayed }))}
      ${WebhookPages.disabled(words, endpoint)}
      <p class="trail"><a href="${WebhookPages.path}">${t("webhooks.title")}</a></p>
      <h1>${endpoint.description === "" ? endpoint.url : endpoint.description}</h1>
      <p>${WebhookPages.state(words, endpoint)} ${endpoint.url}</p>
      ${health(words, endpoint)}
      <div class="buttons">
        <form method="post">
          ${Page.token(visit)}<input type="hidden" name="action" value="test" />
          <button type="submit">${t("webhooks.test")}</button>
        </form>
        ${rotation(visit)} ${removal(visit, endpoint)}
      </div>
      ${deliveries(visit, endpoint, { found, status, offset })}
      <form class="card" method="post" novalidate>
        ${Page.token(visit)}<input type="hidden" name="action" value="save" />
        ${Fields.show(words, given ?? endpoint, mistakes)}
        ${Fields.checkbox("enabled", t("webhooks.enabled"), t("webhooks.enabled.help"), endpoint.enabled)}
        <p class="buttons"><button class="primary" type="submit">${t("webhooks.save")}</button></p>
      </form>`,
  })
})

const health = (words: Words, { enabled, failingSince, previousUntil }: Endpoint): Child => {
  const { t } = words
  return [
    enabled &&
      failingSince !== null &&
      html`<p class="bad">${t("webhooks.failingSince", { when: moment(words, failingSince) })}</p>`,
    previousUntil !== null &&
      previousUntil > words.now &&
      html`<p>${t("webhooks.secret.both", { when: moment(words, previousUntil) })}</p>`,
  ]
}

const rotation = (visit: Visit): Html => {
  const { t } = visit.words
  return html`<details class="confirm">
    <summary>${t("webhooks.rotate")}</summary>
    <form method="post">
      ${Page.token(visit)}<input type="hidden" name="action" value="rotate" />
      <p>${t("webhooks.rotate.text")}</p>
      ${Fields.checkbox("now", t("webhooks.rotate.now"), "", false)}
      <button type="submit">${t("webhooks.rotate.submit")}</button>
    </form>
  </details>`
}

const removal = (visit: Visit, { url }: Endpoint): Html => {
  const { t } = visit.words
  return html`<details class="confirm">
    <summary>${t("webhooks.remove")}</summary>
    <form method="post">
      ${Page.token(visit)}<input type="hidden" name="action" value="remove" />
      <p>${t("webhooks.remove.text", { url })}</p>
      <button class="danger" type="submit">${t("webhooks.remove.submit")}</button>
    </form>
  </details>`
}

/** What came of a test event. */
const outcome = ({ t }: Words, { status, error, millis, answer }: Attempt): Html =>
  error === null
    ? Page.done(t("webhooks.test.ok", { status: String(status), millis }))
    : Page.alert(t("webhooks.test.failed"), [error, ...(answer === "" ? [] : [answer])])

interface Listed {
  readonly found: ReadonlyArray<Delivery>
  readonly status: Status | undefined
  readonly offset: number
}

const deliveries = (visit: Visit, endpoint: Endpoint, { found, status, offset }: Listed): Html => {
  const { words } = visit
  const { t } = words
  const here = `${WebhookPages.path}/${endpoint.id}`
  const tab = (of: Status | undefined, label: string) =>
    html`<li>
      <a href="${here}${of !== undefined && `?status=${of}`}" ${of === status && html` aria-current="page"`}
        >${label}</a
      >
    </li>`
  const older = `${here}?offset=${offset + perPage}${status === undefined ? "" : `&status=${status}`}`
  return html`<h2>${t("webhooks.deliveries")}</h2>
    <nav class="tabs" aria-label="${t("webhooks.deliveries.filter")}">
      <ul>
        ${tab(undefined, t("webhooks.deliveries.all"))}
        ${Status.literals.map((one) => tab(one, t(`webhooks.status.${one}`)))}
      </ul>
    </nav>
    ${
      found.length === 0
        ? html`<p class="empty">${t("webhooks.deliveries.none")}</p>`
        : html`<ul class="rows">
            ${found.slice(0, perPage).map((delivery) => row(words, here, delivery))}
          </ul>`
    }
    ${found.length > perPage && html`<p class="paging"><a href="${older}">${t("webhooks.deliveries.older")}</a></p>`}
    <div class="buttons">
      ${
        endpoint.dead > 0 &&
        html`<form method="post" action="${here}">
          ${Page.token(visit)}<input type="hidden" name="action" value="replay-dead" />
          <button type="submit">${t("webhooks.replay.dead")}</button>
        </form>`
      }
      <details class="confirm">
        <summary>${t("webhooks.replay.submit")}</summary>
        <form method="post" action="${here}">
          ${Page.token(visit)}<input type="hidden" name="action" value="replay-since" />
          ${Field.select({ name: "hours", label: t("webhooks.replay.since"), help: t("webhooks.replay.since.help"), value: "1", options: spans.map((span) => ({ value: String(span), label: span < 48 ? t("webhooks.replay.hours", { hours: span }) : t("webhooks.replay.days", { days: span / 24 }) })) })}
          <button type="submit">${t("webhooks.replay.submit")}</button>
        </form>
      </details>
    </div>`
}

const pills = { queued: "WaitingForCustomer", delivered: "Submitted", dead: "Expired" }

/** What became of a delivery, in a word. */
export const pill = ({ t }: Words, status: Status): Html =>
  html`<span class="pill ${pills[status]}">${t(`webhooks.status.${status}`)}</span>`

const row = (words: Words, here: string, { id, type, status, attempts, nextAttemptAt, createdAt }: Delivery): Html => {
  const { t } = words
  const next = nextAttemptAt !== null && attempts > 0 && nextAttemptAt > words.now
  return html`<li class="row">
    <div class="grow">
      <a class="whole" href="${here}/deliveries/${id}"><strong>${type}</strong></a>
      <p class="meta">
        <span title="${moment(words, createdAt)}">${ago(words, createdAt)}</span> ·
        ${t("webhooks.attempts", { count: attempts })}${next && ` · ${t("webhooks.next", { when: ahead(words, nextAttemptAt) })}`}
      </p>
    </div>
    ${pill(words, status)}
  </li>`
}
