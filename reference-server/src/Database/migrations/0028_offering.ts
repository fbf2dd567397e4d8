/** Who of a firm says what its tasks ask customers for: every member, or administrators alone (P2). */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE workspaces ADD COLUMN offering text NOT NULL DEFAULT 'members'
    CHECK (offering IN ('members', 'admins'))`
})
