/** How far each side has read what firm and customer say to one another; what they say is in the audit chain. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // reader: empty for the firm, else the id of a recipient; seen: the entry of the latest comment that they have seen
  `CREATE TABLE conversation_reads (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid NOT NULL REFERENCES client_requests ON DELETE CASCADE,
    reader text NOT NULL,
    seen int NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (request_id, reader)
  )`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
