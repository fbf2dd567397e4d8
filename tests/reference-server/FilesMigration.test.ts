// The step that made files rows of their own, on a database that holds files of before.
import { assert, it } from "@effect/vitest"
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { migrations } from "../../reference-server/src/Database/migrations.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as Decider from "../support/Decider.ts"
import { day } from "../support/Decider.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`
const [workspaceId, request, given, staged, document] = [id(1), id(2), id(3), id(4), id(5)]

it.live(
  "S55: files of before are there, and wait for the scanner; their requests say so",
  () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE SCHEMA before_files`
      yield* sql`SET LOCAL search_path = before_files`
      for (const [name, step] of Object.entries(migrations)) if (name < "0017") yield* step
      const at = new Date(day(0))
      yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, name: "Firm", accent: "#123456", language: "en", timeZone: "UTC", logo: JSON.stringify({ id: given, type: "image/png" }), createdAt: at })}`
      const file = { ...Decider.pdf, id: given }
      const now = Decider.after(Decider.created(), Decider.sent(), Decider.started(), Decider.attached(day(2), file))
      const { quarantined: _, checks: __, ...before } = now
      const state = { ...before, id: request, files: [{ ...file, question: "payslip", at: day(2) }] }
      yield* sql`INSERT INTO client_requests ${sql.insert({ id: request, workspaceId, state: JSON.stringify(state), lifecycle: "WaitingForCustomer", search: "", taskIds: "[]", subject: "", isOut: true, createdAt: at, updatedAt: at })}`
      yield* sql`INSERT INTO session_files ${sql.insert({ id: staged, workspaceId, requestId: request, handle: "h", question: "payslip", file: JSON.stringify({ ...Decider.pdf, id: staged }), staged: true, createdAt: at })}`
      yield* sql`INSERT INTO attachments ${sql.insert({ id: document, workspaceId, file: JSON.stringify({ ...Decider.pdf, id: document }), createdAt: at })}`
      yield* migrations["0017_files"]
      const rows =
        yield* sql`SELECT id::text AS id, request_id::text AS request, origin, scan, noted, next_scan_at IS NOT NULL AS due
        FROM files ORDER BY id`
      assert.deepStrictEqual(rows, [
        { id: given, request, origin: "customer", scan: "pending", noted: "pending", due: true },
        { id: staged, request, origin: "customer", scan: "pending", noted: null, due: true },
        { id: document, request: null, origin: "firm", scan: "pending", noted: null, due: true },
      ])
      const [row] = yield* sql<{ state: unknown }>`SELECT state FROM client_requests`
      const decoded = yield* Schema.decodeUnknownEffect(ClientRequest.State)(row?.state)
      assert.deepStrictEqual(
        [decoded.files.map(({ id, scan }) => ({ id, scan })), decoded.quarantined, decoded.checks],
        [[{ id: given, scan: "pending" }], [], []],
      )
      yield* sql`DROP SCHEMA before_files CASCADE`
    }).pipe(
      (effect) => Effect.flatMap(SqlClient.SqlClient, (sql) => sql.withTransaction(effect)),
      Tenancy.across,
      Effect.provide(TestDatabase.administration),
    ),
  180_000,
)
