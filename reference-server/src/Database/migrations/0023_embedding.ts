/** The origins on which a firm shows its requests in a frame. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // origins as a browser writes them; none: nobody may
  `ALTER TABLE workspaces ADD COLUMN frame_origins jsonb NOT NULL DEFAULT '[]'`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
