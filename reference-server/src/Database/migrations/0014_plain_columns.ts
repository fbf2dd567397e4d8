/**
 * What rows are found by stands in plain columns. Under row-level security Postgres uses an index only for what cannot leak:
 * comparing a text or an id can not, while looking into json or turning letters small might.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements = [
  `DROP INDEX client_requests_by_definition`,
  `ALTER TABLE client_requests ADD COLUMN definition text
    GENERATED ALWAYS AS (state->'details'->'questionnaire'->>'hash') STORED`,
  `CREATE INDEX client_requests_definition ON client_requests (workspace_id, definition)`,
  // the requests of a task are those of its work item, which are found by their subject
  `DROP INDEX client_requests_tasks`,
  `ALTER TABLE contacts ADD COLUMN email_key text NOT NULL GENERATED ALWAYS AS (lower(email)) STORED`,
  `CREATE INDEX contacts_email ON contacts (workspace_id, email_key) WHERE deleted_at IS NULL`,
  `ALTER TABLE workspaces ADD COLUMN logo_id text GENERATED ALWAYS AS (logo->>'id') STORED`,
  `CREATE INDEX workspaces_logo ON workspaces (logo_id)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
