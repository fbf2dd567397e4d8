/** What was found missing of files and delivery. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // what a camera had written into it was taken out before it was kept (S58)
  `ALTER TABLE files ADD COLUMN is_stripped boolean NOT NULL DEFAULT false`,
  // documents that go with a request or one of its items, for its customer (K9)
  `CREATE TABLE handouts (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid NOT NULL REFERENCES client_requests,
    item text NOT NULL,
    document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES members,
    UNIQUE (request_id, item, document_id)
  )`,
  `CREATE INDEX handouts_document ON handouts (document_id)`,
  `CREATE INDEX handouts_workspace ON handouts (workspace_id)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
