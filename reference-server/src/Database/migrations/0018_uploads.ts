/** Files on their way in: what has come so far, and the room that is kept for them. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  `CREATE TABLE uploads (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid NOT NULL REFERENCES client_requests,
    handle text NOT NULL,
    recipient text NOT NULL,
    question text NOT NULL,
    revision int NOT NULL,
    name text NOT NULL,
    bytes bigint NOT NULL,
    is_resumable boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('arriving', 'attached', 'checking', 'refused')),
    is_whole boolean NOT NULL DEFAULT false,
    outcome jsonb,
    holder uuid,
    held_until timestamptz,
    wanted boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    touched_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  // what a request and a workspace have room for, and what is over
  `CREATE INDEX uploads_request ON uploads (request_id)`,
  `CREATE INDEX uploads_day ON uploads (workspace_id, created_at)`,
  `CREATE INDEX uploads_over ON uploads (expires_at)`,
  `CREATE INDEX uploads_arriving ON uploads (request_id) WHERE state = 'arriving'`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
