/**
 * Destroying the data keys of a workspace: at that moment nobody can read any more what its customers gave, whoever has a copy
 * of the rows. Then the record is brought to say so: what is open is cancelled, and every request is erased, as its retention
 * would do it. Where that is cut short, the sweep goes on with it.
 */
import { type ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ClientRequests, type Refused } from "../ClientRequests.ts"
import { DataKeys } from "../DataKeys.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"

/** Requests at once. */
const batch = 100
const reason = "Everything that customers gave this firm was erased, with the key to it."

type Erase = (
  workspaceId: string,
  id: string,
  intent: Extract<ClientRequest.Intent, { type: "Erase" }>,
) => Effect.Effect<ClientRequest.State, Refused>

export const make = Effect.fnUntraced(function* (erase: Erase) {
  const sql = yield* SqlClient.SqlClient
  const requests = yield* ClientRequests
  const keys = yield* DataKeys
  const events = yield* WorkspaceEvents
  const crypto = yield* Crypto.Crypto
  const uuid = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
  const by = { kind: "system" } as const

  /** Those that were sent before a key was destroyed, and any that still has something which that key sealed. */
  const left = (workspaceId: string, after: string) => sql<{ id: string; isOpen: boolean }>`
    SELECT r.id, r.lifecycle IN ('Pending', 'WaitingForCustomer') AS is_open FROM client_requests r
    WHERE r.workspace_id = ${workspaceId} AND r.erased_at IS NULL AND r.id > ${after}::uuid
      AND (r.lifecycle <> 'Pending' OR r.state ->> 'sentAt' IS NOT NULL)
      AND EXISTS (SELECT FROM data_keys k WHERE k.workspace_id = r.workspace_id AND k.destroyed_at IS NOT NULL
        AND k.erased_at IS NULL AND (r.created_at <= k.destroyed_at
          OR EXISTS (SELECT FROM answers a WHERE a.request_id = r.id AND substring(a.sealed FROM 2 FOR 16) = uuid_send(k.id))
          OR EXISTS (SELECT FROM submissions s
            WHERE s.request_id = r.id AND substring(s.sealed FROM 2 FOR 16) = uuid_send(k.id))))
    ORDER BY r.id LIMIT ${batch}`

  const one = Effect.fnUntraced(function* (workspaceId: string, { id, isOpen }: { id: string; isOpen: boolean }) {
    if (isOpen) yield* requests.handle(workspaceId, id, { type: "Cancel", id: yield* uuid, by, reason })
    yield* erase(workspaceId, id, { type: "Erase", id: yield* uuid, by, reason })
    return true
  })

  /** Erases what the destroyed keys had sealed; gives how many requests that were. */
  const finish = (workspaceId: string) =>
    Effect.gen(function* () {
      let [erased, failed] = [0, 0]
      let after = "00000000-0000-0000-0000-000000000000"
      for (;;) {
        const found = yield* left(workspaceId, after)
        for (const request of found) {
          after = request.id
          const isDone = yield* Effect.catchCause(one(workspaceId, request), (cause) =>
            Effect.as(Effect.logWarning("a request could not be erased yet", { request: request.id }, cause), false),
          )
          if (isDone) erased += 1
          else failed += 1
        }
        if (found.length < batch) break
      }
      if (failed === 0) {
        yield* sql`UPDATE data_keys SET erased_at = ${new Date(yield* Clock.currentTimeMillis)}
          WHERE workspace_id = ${workspaceId} AND destroyed_at IS NOT NULL AND erased_at IS NULL`
      }
      return { erased, failed }
    }).pipe(Effect.orDie, Tenancy.within(workspaceId))

  const destroy = Effect.fn("Record.destroyKeys")(function* (workspaceId: string) {
    const gone = yield* Effect.gen(function* () {
      const count = yield* keys.destroy(workspaceId)
      if (count > 0) {
        const data = { keys: String(count) }
        yield* events.add({ workspaceId, type: "DataKeyDestroyed", by: null, about: null, data })
      }
      return count
    }).pipe(sql.withTransaction, Effect.ensuring(keys.forget(workspaceId)), Effect.orDie, Tenancy.within(workspaceId))
    return { keys: gone, ...(yield* finish(workspaceId)) }
  })

  const rotate = (workspaceId: string) =>
    Effect.gen(function* () {
      const about = yield* keys.rotate(workspaceId)
      yield* events.add({ workspaceId, type: "DataKeyRotated", by: null, about, data: {} })
    }).pipe(sql.withTransaction, Effect.ensuring(keys.forget(workspaceId)), Effect.orDie, Tenancy.within(workspaceId))

  return { destroy, rotate, finish }
})
