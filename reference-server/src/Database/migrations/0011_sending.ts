/** What a workspace sends with: its sender's domain, its keys for DKIM, its own words for mails by language. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // `records` is what the last look at the DNS found; a domain counts as verified between `verified_at` and `lost_at`
  `CREATE TABLE senders (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces,
    domain text NOT NULL,
    local_part text NOT NULL,
    own_addresses boolean NOT NULL,
    token text NOT NULL,
    records jsonb NOT NULL DEFAULT '[]',
    misses integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    check_at timestamptz NOT NULL,
    checked_at timestamptz,
    verified_at timestamptz,
    lost_at timestamptz,
    told_at timestamptz
  )`,
  `CREATE INDEX senders_to_check ON senders (check_at)`,
  `CREATE TABLE sender_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    domain text NOT NULL,
    selector text NOT NULL,
    public_key text NOT NULL,
    private_key text NOT NULL,
    created_at timestamptz NOT NULL,
    found_at timestamptz,
    PRIMARY KEY (workspace_id, domain, selector)
  )`,
  // every version stays; the newest counts, and one without words means the standard text
  `CREATE TABLE mail_templates (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    kind text NOT NULL,
    language text NOT NULL,
    version integer NOT NULL,
    subject text,
    lead text,
    body text,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL REFERENCES members,
    PRIMARY KEY (workspace_id, kind, language, version)
  )`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
