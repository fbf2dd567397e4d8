// The step that ties what was entered from the portal to its log-in, on a database that holds sessions of before.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { migrations } from "../../reference-server/src/Database/migrations.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`
const [workspaceId, requestId, contactId, entered, outlived, mailed] = [id(1), id(2), id(3), id(4), id(5), id(6)]

it.live(
  "S8: what was entered by a log-in that lasts ends with it; what outlived one ends; what a link opened stays",
  () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE SCHEMA before_portal_sessions`
      yield* sql`SET LOCAL search_path = before_portal_sessions`
      for (const [name, step] of Object.entries(migrations)) if (name < "0025") yield* step
      const at = new Date(0)
      const later = new Date(1)
      yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, name: "Firm", accent: "#123456", language: "en", timeZone: "UTC", createdAt: at })}`
      yield* sql`INSERT INTO contacts ${sql.insert({ id: contactId, workspaceId, name: "Eva", email: "eva@x.example", mobile: "", language: "en", createdAt: at })}`
      yield* sql`INSERT INTO client_requests ${sql.insert({ id: requestId, workspaceId, state: "{}", lifecycle: "WaitingForCustomer", search: "", taskIds: "[]", subject: "", isOut: true, createdAt: at, updatedAt: at })}`
      yield* sql`INSERT INTO portal_sessions ${sql.insert({ digest: "lasts", workspaceId, contactId, proof: "password", createdAt: at, lastUsedAt: at })}`
      for (const link of [entered, outlived, mailed]) {
        yield* sql`INSERT INTO access_links ${sql.insert({ id: link, workspaceId, requestId, recipient: "eva", generation: 1, rebinds: false, digest: link, issuedAt: at })}`
        yield* sql`INSERT INTO customer_sessions ${sql.insert({ handle: link, workspaceId, requestId, linkId: link, recipient: "eva", device: "d", assurance: "link", digest: link, createdAt: at, lastUsedAt: at, verifiedAt: at, expiresAt: later })}`
      }
      for (const [linkId, session] of [
        [entered, "lasts"],
        [outlived, "over"],
      ] as const) {
        yield* sql`INSERT INTO portal_entries ${sql.insert({ linkId, workspaceId, contactId, session })}`
      }
      yield* migrations["0025_portal_sessions"]
      const rows = sql<{ handle: string; from: string | null }>`
        SELECT handle, entered_from AS "from" FROM customer_sessions ORDER BY handle`
      assert.deepStrictEqual(yield* rows, [
        { handle: entered, from: "lasts" },
        { handle: mailed, from: null },
      ])
      yield* sql`DELETE FROM portal_sessions`
      assert.deepStrictEqual(yield* rows, [{ handle: mailed, from: null }])
      yield* sql`DROP SCHEMA before_portal_sessions CASCADE`
    }).pipe(
      (effect) => Effect.flatMap(SqlClient.SqlClient, (sql) => sql.withTransaction(effect)),
      Tenancy.across,
      Effect.provide(TestDatabase.administration),
    ),
  180_000,
)
