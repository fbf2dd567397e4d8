/** Where events are sent: the endpoints of the firm, and the form for a new one. Its secret is shown once, after adding it. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Child, type Html, html } from "../Html.ts"
import { type Endpoint, type Settings, Webhooks, type WithSecret } from "../Webhooks.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import type { Visit } from "./Visit.ts"
import * as Fields from "./WebhookFields.ts"
import { moment, type Words } from "./Words.ts"

export const path = "/settings/webhooks"

export const routes = [
  Routes.adminPage(path, (visit) => show(visit, {})),
  Routes.adminAction(path, (visit, form) => {
    const { given, mistakes } = Fields.read(form, visit.words)
    if (mistakes.length > 0) return show(visit, { given, mistakes })
    return Effect.gen(function* () {
      const webhooks = yield* Webhooks
      return yield* show(visit, { fresh: yield* webhooks.create(visit.workspace.id, given) })
    }).pipe(
      Effect.catchTag("WebhookRefused", ({ reason }) =>
        show(visit, { given, mistakes: [{ field: "url", sentence: visit.words.t(`webhooks.refused.${reason}`) }] }),
      ),
    )
  }),
]

interface Shown {
  readonly given?: Omit<Settings, "enabled">
  readonly mistakes?: ReadonlyArray<Field.Mistake>
  readonly fresh?: WithSecret
}

const show = Effect.fnUntraced(function* (visit: Visit, { given = Fields.empty, mistakes = [], fresh }: Shown) {
  const endpoints = yield* (yield* Webhooks).list(visit.workspace.id)
  const { words } = visit
  const { t } = words
  return Page.member(visit, {
    title: t("webhooks.title"),
    place: "settings",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`${SettingsTabs.show(visit, "webhooks")} ${Field.summary(words, mistakes)}
      ${fresh !== undefined && secret(words, fresh)} ${endpoints.map((endpoint) => disabled(words, endpoint))}
      <h1>${t("webhooks.title")}</h1>
      <p class="lead">${t("webhooks.lead")} <a href="/docs">${t("webhooks.docs")}</a></p>
      ${
        endpoints.length === 0
          ? html`<p class="empty">${t("webhooks.none")}</p>`
          : html`<ul class="rows">
              ${endpoints.map((endpoint) => row(words, endpoint))}
            </ul>`
      }
      <form class="card" method="post" action="${path}" novalidate>
        ${Page.token(visit)}
        <h2>${t("webhooks.new")}</h2>
        ${Fields.show(words, given, mistakes)}
        <p class="buttons"><button class="primary" type="submit">${t("webhooks.submit")}</button></p>
      </form>`,
  })
})

const row = (words: Words, endpoint: Endpoint): Html => {
  const { id, url, description, queued, dead } = endpoint
  const { t } = words
  return html`<li class="row">
    <div class="grow">
      <a class="whole" href="${path}/${id}"><strong>${description === "" ? url : description}</strong></a>
      <p class="meta">${description !== "" && html`<span>${url}</span> · `}${t("webhooks.counts", { queued, dead })}</p>
    </div>
    ${state(words, endpoint)}
  </li>`
}

/** How an endpoint is doing, in a word. */
export const state = ({ t }: Words, { enabled, failingSince }: Endpoint): Html => {
  if (!enabled) return html`<span class="pill Expired">${t("webhooks.state.off")}</span>`
  return failingSince === null
    ? html`<span class="pill Submitted">${t("webhooks.state.on")}</span>`
    : html`<span class="pill Returned">${t("webhooks.state.failing")}</span>`
}

/** That an endpoint was switched off by itself, which its administrators have to hear of. */
export const disabled = ({ t }: Words, { url, disabledBecause }: Endpoint): Child =>
  disabledBecause !== null &&
  html`<section class="alert">
    <h2>${t("webhooks.gone.title", { url })}</h2>
    <p>${t(disabledBecause === "gone" ? "webhooks.gone.text" : "webhooks.failing.text")}</p>
  </section>`

/** A secret that was just made: the only time that it is shown. */
export const secret = (words: Words, { endpoint, secret: made }: WithSecret): Html => {
  const { t } = words
  const { url, previousUntil } = endpoint
  return html`<section class="done" role="status">
    <h2>${t("webhooks.secret.title", { url })}</h2>
    <p>${t("webhooks.secret.text")}</p>
    <p>
      <code class="secret" tabindex="0" aria-label="${t("webhooks.secret.label")}">${Redacted.value(made)}</code>
    </p>
    ${previousUntil !== null && html`<p>${t("webhooks.secret.both", { when: moment(words, previousUntil) })}</p>`}
  </section>`
}
