/** Webhooks over Postgres. */
import type { Events as Contract } from "@requite/api"
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Events } from "../Events.ts"
import * as Together from "../Database/Together.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import { Vault } from "../Vault.ts"
import {
  type Attempt,
  type Delivery,
  type Endpoint,
  keptFor,
  maxEndpoints,
  maxReplayed,
  type Settings,
  WebhookNotFound,
  WebhookRefused,
  Webhooks,
} from "../Webhooks.ts"
import * as Attempting from "./Attempting.ts"
import { Guard } from "./Guard.ts"
import * as statements from "./sql.ts"

/** How long the old secret signs too, in milliseconds. */
const overlap = 86_400_000

export const layer = Layer.effect(
  Webhooks,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const rows = yield* statements.make
    const vault = yield* Vault
    const guard = yield* Guard
    const events = yield* Events
    const attempt = yield* Attempting.make
    const uuid = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)

    const get = Effect.fnUntraced(function* (workspaceId: string, id: string) {
      const row = yield* Effect.orDie(rows.endpoint(workspaceId, id))
      return row === null ? yield* new WebhookNotFound({ what: "webhook" }) : endpointOf(row)
    })
    const judge = (url: string) =>
      Effect.mapError(guard.target(url), ({ reason, message }) => new WebhookRefused({ reason, message }))

    /** A fresh secret, and what is kept of it. */
    const makeSecret = Effect.fnUntraced(function* (endpointId: string) {
      const secret = Redacted.make(`whsec_${Base64.encode(yield* crypto.randomBytes(32))}`)
      return { secret, sealed: yield* vault.seal(secret, Attempting.placeOf(endpointId)) }
    })

    /** The letter of an event for an endpoint. */
    const letter = Effect.fnUntraced(function* (endpointId: string, event: Contract.Listed) {
      const { id: messageId, requestId } = event.data
      return { id: yield* uuid, endpointId, requestId, messageId, type: event.type, body: JSON.stringify(event) }
    })

    const listening = yield* Together.make((workspaces: ReadonlyArray<string>) =>
      Effect.map(
        Effect.forEach(new Set(workspaces), (id) => Effect.map(rows.listening(id), (found) => [id, found] as const)),
        (found) => {
          const by = new Map(found)
          return workspaces.map((id) => by.get(id) ?? [])
        },
      ),
    )

    const add = Effect.fnUntraced(function* (workspaceId: string, requestId: string, commandId: string) {
      const endpoints = yield* listening(workspaceId)
      if (endpoints.length === 0) return
      const happened = yield* events.ofCommand(workspaceId, requestId, commandId)
      const letters = yield* Effect.forEach(endpoints, ({ id, types }) =>
        Effect.forEach(
          happened.filter((event) => isWanted(types, event)),
          (event) => letter(id, event),
        ),
      )
      yield* rows.insertLetters(workspaceId, letters.flat(), new Date(yield* Clock.currentTimeMillis), false)
    }, Effect.orDie)

    const replaySince = Effect.fnUntraced(function* (workspaceId: string, endpoint: Endpoint, since: number) {
      const found = yield* events.since(workspaceId, since, maxReplayed)
      const wanted = found.events.filter((event) => isWanted(endpoint.types, event))
      const letters = yield* Effect.forEach(wanted, (event) => letter(endpoint.id, event))
      const now = new Date(yield* Clock.currentTimeMillis)
      for (let begin = 0; begin < letters.length; begin += 500) {
        yield* rows.insertLetters(workspaceId, letters.slice(begin, begin + 500), now, true)
      }
      return { replayed: letters.length, more: found.more }
    })

    return Webhooks.of({
      add,
      get,
      list: (workspaceId) => Effect.orDie(Effect.map(rows.endpoints(workspaceId), (found) => found.map(endpointOf))),

      create: (workspaceId, { types, ...settings }) =>
        Effect.gen(function* () {
          yield* judge(settings.url)
          const id = yield* uuid
          const { secret, sealed } = yield* makeSecret(id)
          yield* Effect.gen(function* () {
            // one after another, so that two at once do not both become the last one
            yield* sql`SELECT pg_advisory_xact_lock(hashtextextended(${`webhooks:${workspaceId}`}, 0))`
            if ((yield* rows.endpoints(workspaceId)).length >= maxEndpoints) {
              return yield* new WebhookRefused({
                reason: "too-many",
                message: `There are ${maxEndpoints} endpoints already: remove one first.`,
              })
            }
            yield* rows.insertEndpoint({
              id,
              workspaceId,
              ...settings,
              types: typesOf(types),
              enabled: true,
              secret: sealed,
              createdAt: new Date(yield* Clock.currentTimeMillis),
            })
          }).pipe(sql.withTransaction, Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die }))
          return { endpoint: yield* Effect.orDie(get(workspaceId, id)), secret }
        }),

      edit: (workspaceId, id, { types, ...changes }) =>
        Effect.gen(function* () {
          const before = yield* get(workspaceId, id)
          if (changes.url !== undefined) yield* judge(changes.url)
          const revives = changes.enabled === true && !before.enabled
          const set = {
            ...changes,
            ...(types === undefined ? {} : { types: typesOf(types) }),
            // it begins anew: what failed before counts no more
            ...(revives ? { disabledBecause: null, failures: 0, failingSince: null, pausedUntil: null } : {}),
            ...(changes.enabled === false ? { disabledBecause: null } : {}),
          }
          if (Object.keys(set).length > 0) yield* Effect.orDie(rows.updateEndpoint(workspaceId, id, set))
          return yield* get(workspaceId, id)
        }),

      remove: Effect.fnUntraced(function* (workspaceId, id) {
        const removed = yield* Effect.orDie(rows.deleteEndpoint(workspaceId, id))
        if (removed.length === 0) return yield* new WebhookNotFound({ what: "webhook" })
      }),

      rotate: Effect.fnUntraced(function* (workspaceId, id, now) {
        const { secret, sealed } = yield* makeSecret(id)
        const until = now ? null : new Date((yield* Clock.currentTimeMillis) + overlap)
        yield* Effect.orDie(rows.rotate(workspaceId, id, sealed, until))
        return { endpoint: yield* get(workspaceId, id), secret }
      }),

      test: Effect.fnUntraced(function* (workspaceId, id) {
        yield* get(workspaceId, id)
        const [deliveryId, now] = [yield* uuid, yield* Clock.currentTimeMillis]
        const messageId = `evt_test_${deliveryId.replaceAll("-", "")}`
        const data = { id: messageId, endpoint: id }
        const body = JSON.stringify({ type: "webhook.test", timestamp: new Date(now).toISOString(), data })
        const job = yield* Effect.gen(function* () {
          const test = { id: deliveryId, endpointId: id, requestId: null, messageId, type: "webhook.test", body }
          yield* rows.insertTest(workspaceId, test, new Date(now))
          return yield* rows.job(workspaceId, deliveryId)
        }).pipe(Effect.orDie)
        if (job === null) return yield* new WebhookNotFound({ what: "webhook" })
        return yield* Effect.orDie(attempt(job))
      }),

      deliveries: (workspaceId, id, { status, limit, offset }) =>
        Effect.andThen(
          get(workspaceId, id),
          rows.deliveries(workspaceId, id, status, limit, offset).pipe(
            Effect.map((found) => found.map(deliveryOf)),
            Effect.orDie,
          ),
        ),

      delivery: Effect.fnUntraced(function* (workspaceId, id, deliveryId) {
        yield* get(workspaceId, id)
        const row = yield* Effect.orDie(rows.delivery(workspaceId, id, deliveryId))
        if (row === null) return yield* new WebhookNotFound({ what: "delivery" })
        const history = yield* Effect.orDie(rows.attempts(workspaceId, deliveryId))
        return { ...deliveryOf(row), body: row.body, history: history.map(attemptOf) }
      }),

      replay: Effect.fnUntraced(function* (workspaceId, id, what) {
        const endpoint = yield* get(workspaceId, id)
        // somebody asks for it because the receiver works again: it is not left alone any longer
        yield* Effect.orDie(rows.updateEndpoint(workspaceId, id, { pausedUntil: null }))
        if (typeof what === "object" && "since" in what) {
          return yield* Effect.orDie(replaySince(workspaceId, endpoint, what.since))
        }
        const now = new Date(yield* Clock.currentTimeMillis)
        const queued = yield* Effect.orDie(rows.requeue(workspaceId, id, what, now, maxReplayed))
        if (what !== "dead" && queued.length === 0) return yield* new WebhookNotFound({ what: "delivery" })
        return { replayed: queued.length, more: queued.length === maxReplayed && what === "dead" }
      }),

      sweep: Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        yield* rows.forget(new Date(now - keptFor))
      }).pipe(Tenancy.across, Effect.orDie),
    })
  }),
)

const typesOf = (types: Settings["types"]): string | null => (types === null ? null : JSON.stringify(types))

const isWanted = (types: Settings["types"], event: Contract.Listed): boolean =>
  types === null || types.some((type) => type === (event.type === "event.erased" ? event.data.was : event.type))

const endpointOf = ({ createdAt, failingSince, previousUntil, ...row }: statements.EndpointRow): Endpoint => ({
  ...row,
  createdAt: createdAt.getTime(),
  failingSince: failingSince?.getTime() ?? null,
  previousUntil: previousUntil?.getTime() ?? null,
})

const deliveryOf = (row: statements.DeliveryRow): Delivery => ({
  id: row.id,
  webhookId: row.messageId,
  type: row.type,
  requestId: row.requestId,
  status: row.status,
  attempts: row.attempts,
  nextAttemptAt: row.status === "queued" ? row.dueAt.getTime() : null,
  createdAt: row.createdAt.getTime(),
})

const attemptOf = (row: statements.AttemptRow): Attempt => ({ ...row, at: row.at.getTime() })
