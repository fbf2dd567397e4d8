/**
 * What each idempotency key was used for (S46); and definitions that were written for one request alone stand apart from the
 * firm's own, by their hash: the same id and version may be there listed once, and unlisted with other content.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements = [
  `CREATE TABLE idempotency_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    digest text NOT NULL,
    fingerprint text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, digest)
  )`,
  `CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)`,
  `ALTER TABLE questionnaires DROP CONSTRAINT questionnaires_pkey`,
  `ALTER TABLE questionnaires ADD PRIMARY KEY (workspace_id, id, version, hash)`,
  `ALTER TABLE questionnaires ADD COLUMN alone boolean NOT NULL DEFAULT false`,
  `CREATE UNIQUE INDEX questionnaires_listed ON questionnaires (workspace_id, id, version) WHERE listed`,
  `CREATE INDEX client_requests_by_definition
    ON client_requests (workspace_id, (state->'details'->'questionnaire'->>'hash'))`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
