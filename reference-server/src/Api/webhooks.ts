/** Handlers of the group `webhooks`. */
import { Access, Api, Failure, type Webhooks as Contract } from "@requite/api"
import * as Effect from "effect/Effect"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import {
  type Attempt,
  type Delivery,
  type DeliveryView,
  type Endpoint,
  type WebhookNotFound,
  type WebhookRefused,
  Webhooks,
} from "../Webhooks.ts"
import * as failures from "./failures.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "webhooks",
  Effect.fn(function* (handlers) {
    const webhooks = yield* Webhooks
    const workspace = Effect.map(Access.CurrentMember, ({ workspaceId }) => workspaceId)

    return handlers.handleAll({
      list: Effect.fn(function* () {
        return { endpoints: (yield* webhooks.list(yield* workspace)).map(view) }
      }),
      create: Effect.fn(function* ({ payload: { url, description = "", types = null, include = [] } }) {
        const settings = { url, description, types, answers: include.length > 0 }
        const { endpoint, secret } = yield* webhooks.create(yield* workspace, settings)
        return { endpoint: view(endpoint), secret }
      }, Effect.catchTags(refused)),
      get: Effect.fn(function* ({ params }) {
        return view(yield* webhooks.get(yield* workspace, params.id))
      }, Effect.catchTags(missing)),
      edit: Effect.fn(
        function* ({ params, payload: { include, ...changes } }) {
          const answers = include === undefined ? {} : { answers: include.length > 0 }
          return view(yield* webhooks.edit(yield* workspace, params.id, { ...changes, ...answers }))
        },
        Effect.catchTags({ ...missing, ...refused }),
      ),
      remove: Effect.fn(function* ({ params }) {
        yield* webhooks.remove(yield* workspace, params.id)
      }, Effect.catchTags(missing)),
      rotate: Effect.fn(function* ({ params, payload }) {
        const { endpoint, secret } = yield* webhooks.rotate(yield* workspace, params.id, payload.now === true)
        return { endpoint: view(endpoint), secret }
      }, Effect.catchTags(missing)),
      test: Effect.fn(function* ({ params }) {
        return attemptView(yield* webhooks.test(yield* workspace, params.id))
      }, Effect.catchTags(missing)),
      deliveries: Effect.fn(function* ({ params, query: { status, limit = 50, offset = 0 } }) {
        const found = yield* webhooks.deliveries(yield* workspace, params.id, { status, limit, offset })
        return { deliveries: found.map(deliveryView) }
      }, Effect.catchTags(missing)),
      delivery: Effect.fn(function* ({ params }) {
        return whole(yield* webhooks.delivery(yield* workspace, params.id, params.delivery))
      }, Effect.catchTags(missing)),
      replayDelivery: Effect.fn(function* ({ params: { id, delivery } }) {
        yield* webhooks.replay(yield* workspace, id, { delivery })
        return whole(yield* webhooks.delivery(yield* workspace, id, delivery))
      }, Effect.catchTags(missing)),
      replay: Effect.fn(function* ({ params, payload: { since } }) {
        const what = since === undefined ? "dead" : { since: Date.parse(since) }
        return yield* webhooks.replay(yield* workspace, params.id, what)
      }, Effect.catchTags(missing)),
    })
  }),
)

const missing = { WebhookNotFound: ({ what }: WebhookNotFound) => Effect.fail(failures.notFound(what)) }
const refused = {
  WebhookRefused: ({ reason, message }: WebhookRefused) => Effect.fail(new Failure.WebhookRefused({ reason, message })),
}

const instant = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

const view = ({ answers, createdAt, failingSince, previousUntil, ...endpoint }: Endpoint): Contract.Endpoint => ({
  ...endpoint,
  include: answers ? ["answers"] : [],
  failingSince: instant(failingSince),
  previousSecretUntil: instant(previousUntil),
  createdAt: new Date(createdAt).toISOString(),
})

const deliveryView = ({ nextAttemptAt, createdAt, ...delivery }: Delivery): Contract.Delivery => ({
  ...delivery,
  nextAttemptAt: instant(nextAttemptAt),
  createdAt: new Date(createdAt).toISOString(),
})

const attemptView = ({ at, ...attempt }: Attempt): Contract.Attempt => ({ ...attempt, at: new Date(at).toISOString() })

const whole = ({ body, history, ...delivery }: DeliveryView): Contract.DeliveryView => ({
  ...deliveryView(delivery),
  body,
  history: history.map(attemptView),
})
