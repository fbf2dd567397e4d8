/** What a log-in to the portal opened belongs to that log-in, and goes with it, whatever happens at the same moment. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // the session of the portal that it was entered from; null: it was opened by a link
  `ALTER TABLE customer_sessions ADD COLUMN entered_from text REFERENCES portal_sessions ON DELETE CASCADE`,
  `UPDATE customer_sessions u SET entered_from = s.digest
    FROM portal_entries e JOIN portal_sessions s ON s.digest = e.session WHERE e.link_id = u.link_id`,
  // what outlived its log-in
  `DELETE FROM customer_sessions u USING portal_entries e WHERE e.link_id = u.link_id AND u.entered_from IS NULL`,
  `CREATE INDEX customer_sessions_entered ON customer_sessions (entered_from) WHERE entered_from IS NOT NULL`,
  `ALTER TABLE portal_entries DROP COLUMN session`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
