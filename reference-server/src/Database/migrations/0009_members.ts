/** Members with roles, invitations to become one, and API keys that are replaced with an overlap. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // whoever was there before there were roles could do everything
  `ALTER TABLE members ADD COLUMN role text NOT NULL DEFAULT 'admin' CHECK (role IN ('admin', 'member'))`,
  `ALTER TABLE members ALTER COLUMN role SET DEFAULT 'member'`,
  `ALTER TABLE members ADD COLUMN deactivated_at timestamptz`,
  // under row-level security an index over an expression is not used: the address as it is looked up is a column
  `ALTER TABLE members ADD COLUMN email_key text NOT NULL GENERATED ALWAYS AS (lower(email)) STORED`,
  `DROP INDEX members_email`,
  `CREATE UNIQUE INDEX members_email ON members (email_key)`,
  `CREATE INDEX members_workspace ON members (workspace_id, created_at)`,
  `CREATE INDEX member_sessions_member ON member_sessions (member_id)`,
  // the old secret of a key holds until a moment after it was replaced (S14)
  `ALTER TABLE api_keys ADD COLUMN previous_digest text`,
  `ALTER TABLE api_keys ADD COLUMN previous_until timestamptz`,
  `ALTER TABLE api_keys ADD COLUMN expires_at timestamptz`,
  `CREATE INDEX api_keys_member ON api_keys (member_id)`,
  `CREATE TABLE member_invitations (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    name text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL GENERATED ALWAYS AS (lower(email)) STORED,
    role text NOT NULL CHECK (role IN ('admin', 'member')),
    invited_by uuid NOT NULL REFERENCES members,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
  )`,
  // of those that wait there is one for an address
  `CREATE UNIQUE INDEX member_invitations_open ON member_invitations (workspace_id, email_key) WHERE ended_at IS NULL`,
  // letters to members, or to who is to become one: each a mail of its own, with a link that is made when it goes out
  `CREATE TABLE member_letters (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    kind text NOT NULL CHECK (kind IN ('invitation', 'password', 'webhook-disabled')),
    invitation_id uuid REFERENCES member_invitations,
    member_id uuid REFERENCES members,
    recipient text NOT NULL,
    status text NOT NULL,
    reason text,
    attempts int NOT NULL,
    created_at timestamptz NOT NULL,
    handed_over_at timestamptz,
    CHECK ((kind = 'invitation') = (invitation_id IS NOT NULL) AND (kind <> 'invitation') = (member_id IS NOT NULL))
  )`,
  `CREATE INDEX member_letters_invitation ON member_letters (invitation_id, created_at)`,
  `CREATE INDEX member_letters_member ON member_letters (member_id, created_at)`,
  // one-time links to become a member, or to set a password: digests only
  `CREATE TABLE member_links (
    digest text PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    invitation_id uuid REFERENCES member_invitations,
    member_id uuid REFERENCES members,
    expires_at timestamptz NOT NULL,
    CHECK ((invitation_id IS NULL) <> (member_id IS NULL))
  )`,
  `CREATE INDEX member_links_invitation ON member_links (invitation_id)`,
  `CREATE INDEX member_links_member ON member_links (member_id)`,
  // what happened in a workspace where there is no request to note it at
  `CREATE TABLE workspace_events (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    type text NOT NULL,
    by_member uuid REFERENCES members,
    about text,
    data jsonb NOT NULL,
    ip text,
    user_agent text
  )`,
  `CREATE INDEX workspace_events_order ON workspace_events (workspace_id, position)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
