/**
 * Webhooks: the events of a workspace, sent to addresses of the firm's own, signed by the Standard Webhooks specification
 * (security.md S69). A delivery is written in the transaction of its event, and is its own place in the queue;
 * `Webhooks/worker.ts` hands it over, at least once.
 *
 * Words: an *endpoint* is an address that takes events; a *delivery* is one event for one endpoint, made of *attempts*; a
 * *dead letter* is a delivery that was given up; *replaying* queues deliveries again, under the same `webhook-id`.
 */
import type { Events } from "@requite/api"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** There is no such endpoint, or no such delivery of it, in this workspace. */
export class WebhookNotFound extends Schema.TaggedError<WebhookNotFound>()("WebhookNotFound", {
  what: Schema.Literals(["webhook", "delivery"]),
}) {}

/** An endpoint that is not taken: webhooks do not go there, or there are enough. `message` is a sentence. */
export class WebhookRefused extends Schema.TaggedError<WebhookRefused>()("WebhookRefused", {
  reason: Schema.Literals(["no-url", "scheme", "credentials", "port", "address", "unresolved", "too-many"]),
  message: Schema.String,
}) {}

/** What an administrator says of an endpoint. */
export interface Settings {
  readonly url: string
  readonly description: string
  /** Null: all. */
  readonly types: ReadonlyArray<Events.Type> | null
  /** Does `request.submitted` carry the answers? */
  readonly answers: boolean
  readonly enabled: boolean
}

export interface Endpoint extends Settings {
  readonly id: string
  /** Disabled by itself: it answered 410, or failed for too long. */
  readonly disabledBecause: "gone" | "failing" | null
  readonly failingSince: number | null
  /** Until then the secret before the last rotation signs too. */
  readonly previousUntil: number | null
  readonly createdAt: number
  readonly queued: number
  readonly dead: number
}

export const Status = Schema.Literals(["queued", "delivered", "dead"])
export type Status = typeof Status.Type

export interface Delivery {
  readonly id: string
  readonly webhookId: string
  readonly type: string
  readonly requestId: string | null
  readonly status: Status
  readonly attempts: number
  /** Null: none is planned. */
  readonly nextAttemptAt: number | null
  readonly createdAt: number
}

export interface Attempt {
  readonly number: number
  readonly at: number
  /** Null: no answer came. */
  readonly status: number | null
  readonly error: string | null
  readonly millis: number
  readonly answer: string
}

export interface DeliveryView extends Delivery {
  readonly body: string
  /** The latest first, at most fifty. */
  readonly history: ReadonlyArray<Attempt>
}

/** What is queued again: a delivery, all dead letters, or everything since an instant in milliseconds. */
export type Replay = { readonly delivery: string } | { readonly since: number } | "dead"

/** An endpoint with the secret that was just made: shown once. */
export interface WithSecret {
  readonly endpoint: Endpoint
  readonly secret: Redacted.Redacted
}

/** How many endpoints a workspace has at most. */
export const maxEndpoints = 20
/** How many events one call replays at most. */
export const maxReplayed = 2_000
/** How long deliveries are kept, in milliseconds. */
export const keptFor = 30 * 86_400_000

export class Webhooks extends Context.Service<
  Webhooks,
  {
    /** Writes the deliveries of what a command has just done, inside its transaction. */
    add(workspaceId: string, requestId: string, commandId: string): Effect.Effect<void>
    list(workspaceId: string): Effect.Effect<ReadonlyArray<Endpoint>>
    get(workspaceId: string, id: string): Effect.Effect<Endpoint, WebhookNotFound>
    create(workspaceId: string, settings: Omit<Settings, "enabled">): Effect.Effect<WithSecret, WebhookRefused>
    edit(
      workspaceId: string,
      id: string,
      changes: Partial<Settings>,
    ): Effect.Effect<Endpoint, WebhookNotFound | WebhookRefused>
    remove(workspaceId: string, id: string): Effect.Effect<void, WebhookNotFound>
    /** A new secret; the old one signs too for 24 hours, or ends `now`. */
    rotate(workspaceId: string, id: string, now: boolean): Effect.Effect<WithSecret, WebhookNotFound>
    /** Sends a test event, enabled or not, and says what came back. */
    test(workspaceId: string, id: string): Effect.Effect<Attempt, WebhookNotFound>
    /** The deliveries of an endpoint, newest first. */
    deliveries(
      workspaceId: string,
      id: string,
      query: { readonly status?: Status | undefined; readonly limit: number; readonly offset: number },
    ): Effect.Effect<ReadonlyArray<Delivery>, WebhookNotFound>
    delivery(workspaceId: string, id: string, deliveryId: string): Effect.Effect<DeliveryView, WebhookNotFound>
    replay(
      workspaceId: string,
      id: string,
      what: Replay,
    ): Effect.Effect<{ readonly replayed: number; readonly more: boolean }, WebhookNotFound>
    /** Removes deliveries that were kept long enough; as nobody in particular. */
    readonly sweep: Effect.Effect<void>
  }
>()("@requite/reference-server/Webhooks") {}
