// The step that made the audit what it is, on a database that holds entries of before.
import { assert, it } from "@effect/vitest"
import { AuditEntry, ClientRequest, Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { migrations } from "../../reference-server/src/Database/migrations.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import { entriesOf } from "../support/Chain.ts"
import * as Decider from "../support/Decider.ts"
import { day } from "../support/Decider.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const [workspaceId, first, second] = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`)

it.live(
  "S73: entries of before are chained anew, in the order in which they happened",
  () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      // tables of its own, that nothing else sees
      yield* sql`CREATE SCHEMA before_record`
      yield* sql`SET LOCAL search_path = before_record`
      for (const [name, step] of Object.entries(migrations)) if (name < "0008") yield* step
      const at = new Date(day(0))
      yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, name: "Firm", accent: "#123456", language: "en", timeZone: "UTC", createdAt: at })}`
      const events = [Decider.created(), Decider.sent(), Decider.cancelled()]
      for (const id of [first, second]) {
        const state = ClientRequest.replay(events)
        const { erased: _, ...old } = state ?? assert.fail("no state")
        yield* sql`INSERT INTO client_requests ${sql.insert({ id, workspaceId, state: JSON.stringify({ ...old, id }), lifecycle: "Cancelled", search: "", taskIds: "[]", subject: "", isOut: false, createdAt: at, updatedAt: at })}`
        for (const [index, event] of events.entries()) {
          yield* sql`INSERT INTO audit_entries ${sql.insert({ requestId: id, index: index + 1, workspaceId, commandId: `c${index}`, event: JSON.stringify(event), hash: "old", at: new Date(event.at) })}`
        }
      }
      yield* migrations["0008_record"]
      for (const id of [first ?? "", second ?? ""]) {
        const entries = yield* entriesOf(id)
        assert.deepStrictEqual(
          entries.map(({ event }) => event),
          events,
        )
        assert.isNull(yield* AuditEntry.firstBroken(entries))
        assert.deepStrictEqual(
          entries.map(({ context }) => context?.before),
          [null, "Pending", "Pending"],
        )
      }
      const places = yield* sql<{ requestId: string; index: number }>`
      SELECT request_id, index FROM audit_entries ORDER BY transaction, position`
      assert.deepStrictEqual(
        places.map(({ index }) => index),
        [1, 1, 2, 2, 3, 3],
      )
      const [row] = yield* sql<{ ended: boolean; erased: boolean; next: string }>`
      SELECT ended_at IS NOT NULL AS ended, state ? 'erased' AS erased,
        nextval(pg_get_serial_sequence('audit_entries', 'position'))::text AS next FROM client_requests LIMIT 1`
      assert.deepStrictEqual(row, { ended: true, erased: true, next: "7" })
      yield* sql`DROP SCHEMA before_record CASCADE`
    }).pipe(
      (effect) => Effect.flatMap(SqlClient.SqlClient, (sql) => sql.withTransaction(effect)),
      Tenancy.across,
      Effect.provide([TestDatabase.administration, Crypto.layer(globalThis.crypto)]),
    ),
  180_000,
)

it.live(
  "S73: in a database that was restored elsewhere, later entries still come after the earlier ones",
  () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const settle = Effect.map(sql<{ is: boolean }>`SELECT audit_settle() AS is`, ([row]) => row?.is)
      assert.isFalse(yield* settle)
      const at = new Date(day(0))
      yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, name: "Firm", accent: "#123456", language: "en", timeZone: "UTC", createdAt: at })}`
      yield* sql`INSERT INTO client_requests ${sql.insert({ id: first, workspaceId, state: "{}", lifecycle: "Cancelled", search: "", taskIds: "[]", subject: "", isOut: false, createdAt: at, updatedAt: at })}`
      const entry = { requestId: first, workspaceId, commandId: "c", hash: "", at, type: "", by: "{}", commitment: "" }
      // its number is of a server that had done much more
      yield* sql`INSERT INTO audit_entries ${sql.insert({ ...entry, index: 1, transaction: "9000000000" })}`
      assert.isTrue(yield* settle)
      assert.isFalse(yield* settle)
      yield* sql`INSERT INTO audit_entries ${sql.insert({ ...entry, index: 2 })}`
      // somebody else's transaction on the same server may still be open
      const found = yield* sql<{ index: number; isSafe: boolean }>`
      SELECT index, transaction < audit_horizon() AS is_safe FROM audit_entries ORDER BY transaction, position`.pipe(
        Effect.repeat({ until: (rows) => rows.every(({ isSafe }) => isSafe), schedule: Schedule.spaced("50 millis") }),
      )
      assert.deepStrictEqual(found, [
        { index: 1, isSafe: true },
        { index: 2, isSafe: true },
      ])
    }).pipe(Tenancy.across, Effect.provide(TestDatabase.administration)),
  180_000,
)
