/** Templates of requests: what a firm asks again and again, by name (T19). */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE request_templates (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    name text NOT NULL,
    name_key text NOT NULL,
    content jsonb NOT NULL,
    saved_by uuid NOT NULL REFERENCES members,
    saved_at timestamptz NOT NULL,
    UNIQUE (workspace_id, name_key)
  )`
})
