/** The portal: who of the contacts may log in, with what, and the sessions they have. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // a firm that never said anything has its portal open
  `CREATE TABLE portals (workspace_id uuid PRIMARY KEY REFERENCES workspaces, is_open boolean NOT NULL)`,
  // `email_key`: the address that was proved. An account counts only while that is its contact's address
  `CREATE TABLE portal_accounts (
    contact_id uuid PRIMARY KEY REFERENCES contacts,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    email_key text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    last_login_at timestamptz,
    turned_off_at timestamptz
  )`,
  `CREATE INDEX portal_accounts_email ON portal_accounts (workspace_id, email_key)`,
  // one-time links that prove an address and set a password: digests only
  `CREATE TABLE portal_links (
    digest text PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    contact_id uuid NOT NULL REFERENCES contacts,
    email_key text NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  `CREATE INDEX portal_links_contact ON portal_links (contact_id)`,
  // "before_at": when they had logged in the time before, so that what is new since then can be told; "is_strong": opened by
  // a passkey that is a second factor
  `CREATE TABLE portal_sessions (
    digest text PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    contact_id uuid NOT NULL REFERENCES contacts,
    proof text NOT NULL CHECK (proof IN ('password', 'passkey')),
    is_strong boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    before_at timestamptz
  )`,
  `CREATE INDEX portal_sessions_contact ON portal_sessions (contact_id)`,
  // "enrolled_by": the second factor that the session had given in which it was made; 'password': none, and then it is none itself
  `CREATE TABLE portal_passkeys (
    id text NOT NULL,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    contact_id uuid NOT NULL REFERENCES contacts,
    name text NOT NULL,
    public_key text NOT NULL,
    counter bigint NOT NULL,
    transports jsonb NOT NULL,
    enrolled_by text NOT NULL DEFAULT 'password' CHECK (enrolled_by IN ('password', 'code', 'passkey')),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (workspace_id, id)
  )`,
  `CREATE INDEX portal_passkeys_contact ON portal_passkeys (contact_id)`,
  // what a passkey is asked to sign, once; of a log-in nobody knows yet whose
  `CREATE TABLE portal_challenges (
    digest text PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    contact_id uuid REFERENCES contacts,
    expires_at timestamptz NOT NULL
  )`,
  // links that a log-in opened in place of a mail, so that logging out closes what was opened
  `CREATE TABLE portal_entries (
    link_id uuid PRIMARY KEY REFERENCES access_links ON DELETE CASCADE,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    contact_id uuid NOT NULL REFERENCES contacts,
    session text NOT NULL
  )`,
  `CREATE INDEX portal_entries_contact ON portal_entries (contact_id)`,
  // whom each request asks, by plain columns: under row-level security a look into the state would read every request
  `CREATE TABLE portal_requests (
    request_id uuid NOT NULL REFERENCES client_requests ON DELETE CASCADE,
    recipient text NOT NULL,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    contact_id uuid,
    email_key text NOT NULL,
    PRIMARY KEY (request_id, recipient)
  )`,
  `CREATE INDEX portal_requests_contact ON portal_requests (workspace_id, contact_id)`,
  `CREATE INDEX portal_requests_email ON portal_requests (workspace_id, email_key)`,
  `INSERT INTO portal_requests (request_id, recipient, workspace_id, contact_id, email_key)
    SELECT r.id, p->>'id', r.workspace_id,
      CASE WHEN p->>'contact' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN (p->>'contact')::uuid END,
      lower(coalesce(p->>'email', ''))
    FROM client_requests r, jsonb_array_elements(r.state->'details'->'recipients') p
    WHERE r.erased_at IS NULL ON CONFLICT DO NOTHING`,
  // what customers read in place of the work's title (K28)
  `ALTER TABLE work_items ADD COLUMN external_name text NOT NULL DEFAULT ''`,
  // a document that a contact brought through the portal (F12)
  `ALTER TABLE documents ADD COLUMN brought_by uuid REFERENCES contacts`,
  // and while it is on its way in, it is of no request: its recipient is the contact's id
  `ALTER TABLE uploads ALTER COLUMN request_id DROP NOT NULL`,
  `CREATE INDEX uploads_contact ON uploads (workspace_id, recipient) WHERE request_id IS NULL`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
