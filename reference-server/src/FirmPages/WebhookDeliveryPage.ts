/** One delivery of a webhook: what is sent, and every attempt with what came back. */
import * as Effect from "effect/Effect"
import { type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { type Attempt, Webhooks } from "../Webhooks.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import { idPart, NotHere, type Visit } from "./Visit.ts"
import * as WebhookPage from "./WebhookPage.ts"
import * as WebhookPages from "./WebhookPages.ts"
import { moment, type Words } from "./Words.ts"

const path = `${WebhookPages.path}/:id/deliveries/:delivery` as const
const missing = { WebhookNotFound: () => Effect.fail(new NotHere()) }
const named = (visit: Visit) => Effect.all([idPart(visit, "id"), idPart(visit, "delivery")])

export const routes = [
  Routes.adminPage(path, (visit) =>
    Effect.flatMap(named(visit), ([id, delivery]) => show(visit, id, delivery)).pipe(Effect.catchTags(missing)),
  ),
  Routes.adminAction(path, (visit) =>
    Effect.gen(function* () {
      const [id, delivery] = yield* named(visit)
      yield* (yield* Webhooks).replay(visit.workspace.id, id, { delivery })
      return PageSecurity.seeOther(visit.config, `${WebhookPages.path}/${id}/deliveries/${delivery}?done=replayed`)
    }).pipe(Effect.catchTags(missing)),
  ),
]

const show = Effect.fnUntraced(function* (visit: Visit, id: string, deliveryId: string) {
  const webhooks = yield* Webhooks
  const endpoint = yield* webhooks.get(visit.workspace.id, id)
  const delivery = yield* webhooks.delivery(visit.workspace.id, id, deliveryId)
  const { words } = visit
  const { t } = words
  const { type, status, webhookId, requestId, body, history, createdAt } = delivery
  const hasAnswers = endpoint.answers && type === "request.submitted"
  return Page.member(visit, {
    title: `${t("webhooks.delivery")}: ${type}`,
    place: "settings",
    body: html`${SettingsTabs.show(visit, "webhooks")}
      ${visit.query("done") === "replayed" && Page.done(t("webhooks.replayed", { count: 1 }))}
      <p class="trail">
        <a href="${WebhookPages.path}/${id}">${endpoint.description === "" ? endpoint.url : endpoint.description}</a>
      </p>
      <h1>${type}</h1>
      <p>${WebhookPage.pill(words, status)} ${moment(words, createdAt)}</p>
      <p><code>webhook-id: ${webhookId}</code></p>
      <div class="buttons">
        <form method="post">${Page.token(visit)}<button type="submit">${t("webhooks.replay.submit")}</button></form>
        ${requestId !== null && html`<a href="/requests/${requestId}">${t("webhooks.delivery.request")}</a>`}
      </div>
      <h2>${t("webhooks.delivery.body")}</h2>
      ${hasAnswers && html`<p class="help">${t("webhooks.delivery.body.answers")}</p>`}
      <pre class="source" tabindex="0" aria-label="${t("webhooks.delivery.body")}">${pretty(body)}</pre>
      <h2>${t("webhooks.delivery.attempts")}</h2>
      ${
        history.length === 0
          ? html`<p class="empty">${t("webhooks.attempts", { count: 0 })}</p>`
          : html`<ol class="rows" reversed start="${history[0]?.number}">
              ${history.map((attempt) => tried(words, attempt))}
            </ol>`
      }`,
  })
})

const tried = (words: Words, { at, status, error, millis, answer }: Attempt): Html => {
  const { t } = words
  return html`<li class="row">
    <div class="grow">
      <strong>${status ?? t("webhooks.attempt.none")}</strong>
      <p class="meta">${moment(words, at)} · ${t("webhooks.delivery.millis", { millis })}</p>
      ${error !== null && html`<p class="bad">${error}</p>`}
      ${answer !== "" && html`<p class="meta">${t("webhooks.delivery.answer")}: <code>${answer}</code></p>`}
    </div>
  </li>`
}

/** The body with line breaks; it is JSON, for we wrote it. */
const pretty = (body: string): string => JSON.stringify(JSON.parse(body), null, 2)
