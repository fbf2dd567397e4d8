/** Links that end reminders (M13), each a digest; one for each recipient of a request, made with the first reminder. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements = [
  `CREATE TABLE unsubscribe_links (
    digest text PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid NOT NULL REFERENCES client_requests,
    recipient text NOT NULL
  )`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
