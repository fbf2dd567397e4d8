// The audit entries of a request, as the database holds them; opened where the server has the keys to what is sealed.
import type { AuditEntry } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as rows from "../../reference-server/src/ClientRequests/sql.ts"
import * as Given from "../../reference-server/src/DataKeys/Given.ts"
import { DataKeys } from "../../reference-server/src/DataKeys.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"

const decode = Schema.decodeUnknownEffect(Schema.Array(rows.Entry))

/** In their order, whatever workspace they are of. */
export const entriesOf = Effect.fnUntraced(function* (
  id: string,
): Effect.fn.Return<ReadonlyArray<AuditEntry.AuditEntry>, never, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const found = yield* sql`
    SELECT ${sql.literal(rows.entryColumns)} FROM audit_entries WHERE request_id = ${id} ORDER BY index`.pipe(
    Effect.orDie,
  )
  const entries = yield* Effect.orDie(decode(found))
  const keys = yield* Effect.serviceOption(DataKeys)
  const [row] = yield* Effect.orDie(
    sql<{ workspaceId: string }>`SELECT workspace_id FROM client_requests WHERE id = ${id}`,
  )
  if (Option.isNone(keys) || row === undefined) return entries
  const given = yield* Effect.provideService(Given.make, DataKeys, keys.value)
  return yield* Effect.forEach(entries, (entry) => given.openEntry(row.workspaceId, entry))
})
