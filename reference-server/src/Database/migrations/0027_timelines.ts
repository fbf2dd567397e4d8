/** To which contact a mail went, so that their timeline has it whatever their address, or the request's recipients, become (K23). */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements = [
  `ALTER TABLE mails ADD COLUMN contact_id uuid`,
  `UPDATE mails m SET contact_id = p.contact_id FROM portal_requests p
    WHERE p.request_id = m.request_id AND p.recipient = m.delivery ->> 'recipient' AND m.address = p.email_key
      AND m.address <> '' AND p.contact_id IS NOT NULL`,
  `CREATE INDEX mails_contact ON mails (workspace_id, contact_id, created_at) WHERE contact_id IS NOT NULL`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
