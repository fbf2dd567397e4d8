/**
 * Files by the session that brought them: those of a request that keeps nothing before the end wait here (`staged`), and of
 * a request that anybody may upload to, this says which files are one's own.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements = [
  `CREATE TABLE session_files (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid NOT NULL REFERENCES client_requests,
    handle text NOT NULL,
    question text NOT NULL,
    file jsonb NOT NULL,
    staged boolean NOT NULL,
    created_at timestamptz NOT NULL
  )`,
  `CREATE INDEX session_files_session ON session_files (request_id, handle)`,
  `CREATE INDEX session_files_over ON session_files (created_at)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
