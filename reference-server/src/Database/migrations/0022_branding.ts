/** How a firm looks to its customers: what is live, and the draft that only the firm sees. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // what customers see beside the accent and the logo; null: the standard look
  `ALTER TABLE workspaces ADD COLUMN look jsonb`,
  // one draft, and the latest that were published
  `CREATE TABLE brandings (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    position bigint GENERATED ALWAYS AS IDENTITY,
    is_draft boolean NOT NULL,
    branding jsonb NOT NULL,
    sheet text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES members
  )`,
  `CREATE UNIQUE INDEX brandings_draft ON brandings (workspace_id) WHERE is_draft`,
  `CREATE INDEX brandings_workspace ON brandings (workspace_id, position)`,
  `CREATE INDEX brandings_sheet ON brandings (sheet)`,
  // pictures that a branding shows, for whoever has the address
  `CREATE TABLE logos (
    id text PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    type text NOT NULL,
    created_at timestamptz NOT NULL
  )`,
  `CREATE INDEX logos_workspace ON logos (workspace_id)`,
  `INSERT INTO logos (id, workspace_id, type, created_at)
    SELECT logo->>'id', id, logo->>'type', now() FROM workspaces WHERE logo IS NOT NULL`,
  // it was found by this; now by the table
  `ALTER TABLE workspaces DROP COLUMN logo_id`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
