/**
 * The first tables. Every row belongs to a workspace, and every query names it. Secrets are here as digests only. What
 * happened to a request (`audit_entries`) stands beside what it is now (`client_requests`), written in one transaction.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements = [
  `CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    accent text NOT NULL,
    language text NOT NULL,
    time_zone text NOT NULL,
    logo jsonb,
    created_at timestamptz NOT NULL
  )`,
  `CREATE TABLE members (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    name text NOT NULL,
    email text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL
  )`,
  `CREATE UNIQUE INDEX members_email ON members (lower(email))`,
  `CREATE TABLE member_sessions (
    digest text PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    member_id uuid NOT NULL REFERENCES members,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  `CREATE TABLE api_keys (
    id text PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    member_id uuid NOT NULL REFERENCES members,
    name text NOT NULL,
    digest text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
  )`,
  // the author's own text is kept: it is what they get back, and what is checked again when it is read
  `CREATE TABLE questionnaires (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id text NOT NULL,
    version int NOT NULL,
    hash text NOT NULL,
    title text NOT NULL,
    questions int NOT NULL,
    source text NOT NULL,
    listed boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id, version)
  )`,
  `CREATE TABLE client_requests (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    state jsonb NOT NULL,
    lifecycle text NOT NULL,
    recipient_email text NOT NULL,
    search text NOT NULL,
    next_due_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE INDEX client_requests_list ON client_requests (workspace_id, updated_at DESC)`,
  `CREATE INDEX client_requests_due ON client_requests (next_due_at) WHERE next_due_at IS NOT NULL`,
  `CREATE INDEX client_requests_recipient ON client_requests (workspace_id, lower(recipient_email))`,
  `CREATE TABLE audit_entries (
    request_id uuid NOT NULL REFERENCES client_requests,
    index int NOT NULL,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    command_id text NOT NULL,
    event jsonb NOT NULL,
    hash text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (request_id, index)
  )`,
  `CREATE INDEX audit_entries_command ON audit_entries (request_id, command_id)`,
  `CREATE TABLE answers (
    request_id uuid PRIMARY KEY REFERENCES client_requests,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    answers jsonb NOT NULL,
    visited jsonb NOT NULL,
    saved_at timestamptz NOT NULL
  )`,
  `CREATE TABLE submissions (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL UNIQUE REFERENCES client_requests,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    answers jsonb NOT NULL,
    digest text NOT NULL,
    submitted_at timestamptz NOT NULL
  )`,
  `CREATE TABLE access_links (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid NOT NULL REFERENCES client_requests,
    send_no int NOT NULL,
    mail_id uuid NOT NULL,
    digest text NOT NULL UNIQUE,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz
  )`,
  `CREATE TABLE customer_sessions (
    handle text PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid NOT NULL REFERENCES client_requests,
    link_id uuid NOT NULL REFERENCES access_links,
    digest text NOT NULL,
    submission_id uuid,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  // documents of the firm, from when they arrive: a request may only carry those of its own workspace
  `CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    file jsonb NOT NULL,
    created_at timestamptz NOT NULL
  )`,
  `CREATE TABLE rate_limits (
    key text PRIMARY KEY,
    count int NOT NULL,
    ends_at timestamptz NOT NULL
  )`,
  `CREATE INDEX rate_limits_over ON rate_limits (ends_at)`,
  `CREATE TABLE mails (
    id uuid PRIMARY KEY,
    key text NOT NULL UNIQUE,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid NOT NULL REFERENCES client_requests,
    delivery jsonb NOT NULL,
    recipient text NOT NULL,
    message_id text NOT NULL,
    status text NOT NULL,
    reason text,
    attempts int NOT NULL,
    created_at timestamptz NOT NULL,
    handed_over_at timestamptz
  )`,
  `CREATE INDEX mails_request ON mails (request_id, created_at)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
