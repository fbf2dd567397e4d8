/**
 * The group `webhooks`: where the events of a workspace are sent, signed by the Standard Webhooks specification, and what
 * became of each. For administrators.
 *
 * Words: an *endpoint* is an address of the firm's own that takes events; a *delivery* is one event for one endpoint, made
 * of *attempts*; a *dead letter* is a delivery that was given up, until it is *replayed*. What is sent: `Events.Event`.
 */
import * as Schema from "effect/Schema"
import { AdminAccess, MemberAccess } from "./Access.ts"
import { Type } from "./Events.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

const types = Schema.NullOr(Schema.Array(Type).check(Schema.isMinLength(1), Schema.isMaxLength(100))).annotate({
  description: "Only events of these types; null: all, also types that will come.",
})
const include = Schema.Array(Schema.Literal("answers")).check(Schema.isMaxLength(1)).annotate({
  description:
    '`["answers"]`: `request.submitted` carries the answers. Otherwise events carry ids and states only, and the answers are read by `GET /api/requests/{id}/submission`.',
})
const url = Wire.filledLine(2000).annotate({
  description:
    "https, without user or password, on port 443 or one from 1024; its name must lead to public addresses alone. Redirects are not followed.",
  examples: ["https://hooks.example.com/requite"],
})
const description = Wire.line(200).annotate({ description: "For people.", examples: ["Our CRM"] })

/** Where events are sent. */
export const Endpoint = Schema.Struct({
  id: Wire.Id,
  url,
  description,
  types,
  include,
  enabled: Schema.Boolean,
  disabledBecause: Schema.NullOr(Schema.Literals(["gone", "failing"])).annotate({
    description: "It was disabled by itself: it answered 410, or every attempt of five days failed.",
  }),
  failingSince: Schema.NullOr(Wire.Timestamp).annotate({ description: "No attempt has succeeded since." }),
  previousSecretUntil: Schema.NullOr(Wire.Timestamp).annotate({
    description: "Until then the secret before the last rotation signs too.",
  }),
  queued: Schema.Int.annotate({ description: "Deliveries that wait for an attempt." }),
  dead: Schema.Int.annotate({ description: "Dead letters: deliveries that were given up." }),
  createdAt: Wire.Timestamp,
}).annotate({ identifier: "WebhookEndpoint", description: "Where events are sent. Its secret is not shown again." })
export type Endpoint = typeof Endpoint.Type

/** One try to hand an event over. */
export const Attempt = Schema.Struct({
  number: Schema.Int,
  at: Wire.Timestamp,
  status: Schema.NullOr(Schema.Int).annotate({ description: "The HTTP status that came back; null: none did." }),
  error: Schema.NullOr(Schema.String).annotate({ description: "Why it failed, in a sentence." }),
  millis: Schema.Int.annotate({ description: "How long it took." }),
  answer: Schema.String.annotate({ description: "The beginning of the answer's body, at most 1,000 characters." }),
}).annotate({ identifier: "WebhookAttempt", description: "One try to hand an event over, and what came back." })
export type Attempt = typeof Attempt.Type

const status = Schema.Literals(["queued", "delivered", "dead"])

const summary = {
  id: Wire.Id,
  webhookId: Schema.String.annotate({ description: "The header `webhook-id` of every attempt: the id of the event." }),
  type: Schema.String,
  requestId: Schema.NullOr(Schema.String),
  status,
  attempts: Schema.Int,
  nextAttemptAt: Schema.NullOr(Wire.Timestamp),
  createdAt: Wire.Timestamp,
}

/** A delivery in a list. */
export const Delivery = Schema.Struct(summary).annotate({
  identifier: "WebhookDelivery",
  description: "One event for one endpoint: queued, delivered, or dead (given up).",
})
export type Delivery = typeof Delivery.Type

/** A delivery with its attempts. */
export const DeliveryView = Schema.Struct({
  ...summary,
  body: Schema.String.annotate({ description: "What is sent, without answers: those are put in when it is sent." }),
  history: Schema.Array(Attempt).annotate({ description: "Its attempts, the latest first; at most fifty." }),
}).annotate({ identifier: "WebhookDeliveryView", description: "A delivery with its body and its attempts." })
export type DeliveryView = typeof DeliveryView.Type

const secret = Schema.RedactedFromValue(
  Schema.String.annotate({
    description: "The signing secret, `whsec_` and 32 bytes in base64. Shown this once: keep it.",
    examples: ["whsec_…"],
  }),
)
const given = { url, description: Schema.optionalKey(description), types: Schema.optionalKey(types) }
const params = { id: Wire.Id }
const deliveryParams = { ...params, delivery: Wire.Id }
const said = (summary: string, description: string) => OpenApi.annotations({ summary, description })
const Replayed = Schema.Struct({
  replayed: Schema.Int.annotate({ description: "So many deliveries were queued again." }),
  more: Schema.Boolean.annotate({ description: "There were more than one call replays: read the feed instead." }),
})

export class Webhooks extends HttpApiGroup.make("webhooks")
  .add(
    HttpApiEndpoint.get("list", "/", {
      success: Schema.Struct({ endpoints: Schema.Array(Endpoint) }),
    }).annotateMerge(said("List endpoints", "The endpoints of the workspace, oldest first.")),
    HttpApiEndpoint.post("create", "/", {
      payload: Schema.Struct({ ...given, include: Schema.optionalKey(include) }),
      success: Schema.Struct({ endpoint: Endpoint, secret }).pipe(HttpApiSchema.status(201)),
      error: Failure.WebhookRefused,
    }).annotateMerge(
      said("Add an endpoint", "From now on events are sent there. Its secret is in this answer only. At most twenty."),
    ),
    HttpApiEndpoint.get("get", "/:id", { params, success: Endpoint, error: Failure.NotFound }).annotateMerge(
      said("Read an endpoint", "An endpoint, and how much waits for it."),
    ),
    HttpApiEndpoint.patch("edit", "/:id", {
      params,
      payload: Schema.Struct({
        url: Schema.optionalKey(url),
        description: Schema.optionalKey(description),
        types: Schema.optionalKey(types),
        include: Schema.optionalKey(include),
        enabled: Schema.optionalKey(Schema.Boolean),
      }),
      success: Endpoint,
      error: [Failure.NotFound, Failure.WebhookRefused],
    }).annotateMerge(
      said(
        "Change an endpoint",
        "What is left out stays. While it is disabled nothing is queued; what waits goes on when it is enabled again.",
      ),
    ),
    HttpApiEndpoint.delete("remove", "/:id", {
      params,
      success: HttpApiSchema.NoContent,
      error: Failure.NotFound,
    }).annotateMerge(said("Remove an endpoint", "With its deliveries, also those that wait.")),
    HttpApiEndpoint.post("rotate", "/:id/rotate", {
      params,
      payload: Schema.Struct({
        now: Schema.optionalKey(
          Schema.Boolean.annotate({ description: "The old secret ends at once: somebody else may know it." }),
        ),
      }),
      success: Schema.Struct({ endpoint: Endpoint, secret }),
      error: Failure.NotFound,
    }).annotateMerge(
      said(
        "Rotate the secret",
        "Makes a new secret. For 24 hours every webhook carries a signature by each of both, unless `now`.",
      ),
    ),
    HttpApiEndpoint.post("test", "/:id/test", { params, success: Attempt, error: Failure.NotFound }).annotateMerge(
      said("Send a test event", "Sends `webhook.test` at once, enabled or not, and says what came back."),
    ),
    HttpApiEndpoint.get("deliveries", "/:id/deliveries", {
      params,
      query: {
        status: Schema.optionalKey(status),
        limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))),
        offset: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))),
      },
      success: Schema.Struct({ deliveries: Schema.Array(Delivery) }),
      error: Failure.NotFound,
    }).annotateMerge(said("List deliveries", "Newest first. They are kept for 30 days.")),
    HttpApiEndpoint.get("delivery", "/:id/deliveries/:delivery", {
      params: deliveryParams,
      success: DeliveryView,
      error: Failure.NotFound,
    }).annotateMerge(said("Read a delivery", "What is sent, and every attempt with what came back.")),
    HttpApiEndpoint.post("replayDelivery", "/:id/deliveries/:delivery/replay", {
      params: deliveryParams,
      success: DeliveryView,
      error: Failure.NotFound,
    }).annotateMerge(said("Replay a delivery", "Queues it again, whatever became of it, under the same `webhook-id`.")),
    HttpApiEndpoint.post("replay", "/:id/replay", {
      params,
      payload: Schema.Struct({
        since: Schema.optionalKey(
          Wire.GivenInstant.annotate({
            description: "Everything since then, also what the endpoint was not told; left out: all dead letters.",
          }),
        ),
      }),
      success: Replayed,
      error: Failure.NotFound,
    }).annotateMerge(
      said(
        "Replay dead letters, or a time",
        "Queues all dead letters again, or every event since an instant: the newest 2,000 at most. `webhook-id`s stay the same.",
      ),
    ),
  )
  .middleware(AdminAccess)
  .middleware(MemberAccess)
  .prefix("/webhooks")
  .annotateMerge(
    OpenApi.annotations({
      title: "Webhooks",
      description: "Where events are sent, signed by the Standard Webhooks specification. For administrators.",
    }),
  ) {}
