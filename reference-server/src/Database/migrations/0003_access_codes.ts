/**
 * Codes of the second factor: the open challenges, of which only an HMAC of the code is kept and which go when they are
 * used, and the ledgers that say what a link family, and what an address, may still do.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements = [
  // its lock is what makes tries count one by one
  `CREATE TABLE access_code_families (
    request_id uuid NOT NULL REFERENCES client_requests,
    recipient text NOT NULL,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    ledger jsonb NOT NULL,
    is_locked boolean NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (request_id, recipient)
  )`,
  // of no workspace: a number is not to be sent more because several firms ask
  `CREATE TABLE access_code_addresses (
    digest text PRIMARY KEY,
    ledger jsonb NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE access_codes (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid NOT NULL,
    recipient text NOT NULL,
    channel text NOT NULL,
    pre_session text NOT NULL,
    digest text NOT NULL,
    sent_to text NOT NULL,
    issued_at timestamptz NOT NULL,
    tries_left int NOT NULL,
    UNIQUE (request_id, recipient, channel),
    FOREIGN KEY (request_id, recipient) REFERENCES access_code_families
  )`,
  `CREATE INDEX access_codes_pre_session ON access_codes (pre_session)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
