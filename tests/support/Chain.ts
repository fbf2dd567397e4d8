// The audit entries of a request, as the database holds them.
import type { AuditEntry } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as rows from "../../reference-server/src/ClientRequests/sql.ts"
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
  return yield* Effect.orDie(decode(found))
})
