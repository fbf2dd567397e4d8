/** What those who run the server see: failures, what was tried again, and when the loops in the background last turned. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  `CREATE INDEX mails_recent ON mails (workspace_id, created_at)`,

  // a request that could not be woken stays due; it is shown until it was woken or changed
  `CREATE TABLE wake_failures (
    request_id uuid PRIMARY KEY REFERENCES client_requests ON DELETE CASCADE,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    reason text NOT NULL,
    times int NOT NULL,
    failed_at timestamptz NOT NULL
  )`,
  `CREATE INDEX wake_failures_workspace ON wake_failures (workspace_id, failed_at)`,

  // of no workspace: the loops work for all
  `CREATE TABLE loop_runs (
    name text PRIMARY KEY,
    finished_at timestamptz NOT NULL,
    millis int NOT NULL
  )`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
