/** What comes back of mails: bounces, complaints, addresses that get no more, and the limits on how much goes out. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // `address`: the recipient's in lower case; `trail`: attempts and reports, oldest first, a hundred at most;
  // `digest_id`: it goes out in that mail, with others of the same day
  `ALTER TABLE mails
    ADD COLUMN kind text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN trail jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN digest_id uuid REFERENCES mails`,
  `UPDATE mails SET kind = delivery ->> 'kind', address = lower(recipient)`,
  `CREATE INDEX mails_address ON mails (workspace_id, address, created_at)`,
  `CREATE INDEX mails_digest ON mails (digest_id) WHERE digest_id IS NOT NULL`,
  `CREATE INDEX mails_waiting ON mails (workspace_id, held_until) WHERE held_until IS NOT NULL`,
  `CREATE INDEX mails_gathering ON mails (workspace_id, address, held_until) WHERE held_until IS NOT NULL`,
  `CREATE INDEX mails_fresh ON mails (workspace_id)
    WHERE status = 'queued' AND attempts = 0 AND held_until IS NULL AND digest_id IS NULL`,

  // what was reported of a mail, each outcome once, however often it is told and in whatever order
  `CREATE TABLE mail_reports (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mail_id uuid NOT NULL REFERENCES mails,
    outcome text NOT NULL,
    address text NOT NULL,
    detail text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (mail_id, outcome)
  )`,
  `CREATE INDEX mail_reports_address ON mail_reports (workspace_id, address, at)`,

  // one that was lifted stays, to know the next time that it was
  `CREATE TABLE suppressions (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    address text NOT NULL,
    cause text NOT NULL,
    detail text NOT NULL,
    mail_id uuid,
    member_id uuid REFERENCES members,
    at timestamptz NOT NULL,
    lifts int NOT NULL DEFAULT 0,
    lifted_at timestamptz,
    lifted_by uuid REFERENCES members,
    lift_reason text,
    PRIMARY KEY (workspace_id, address)
  )`,

  // of a mail that carried the reminders of several requests: that mail
  `ALTER TABLE unsubscribe_links ADD COLUMN mail_id uuid REFERENCES mails`,

  `ALTER TABLE workspaces ADD COLUMN reminder_digest boolean NOT NULL DEFAULT true`,

  // the bucket of the throttle ('all'): of no workspace, because the provider's limit is everybody's; and by the id of a
  // workspace, when it last had a turn
  `CREATE TABLE mail_tokens (
    name text PRIMARY KEY,
    tokens double precision NOT NULL,
    filled_at timestamptz NOT NULL
  )`,

  // requests that were made together; a row's outside id leads to one request, for ever. `fingerprint`: of what was asked
  // for under that name; `done`: it was made, and scheduled where it was to be
  // the caller chooses an id: the same one in another firm is another batch, and neither knows of the other
  `CREATE TABLE batches (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    id uuid NOT NULL,
    member_id uuid NOT NULL REFERENCES members,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
  )`,
  `CREATE TABLE batch_rows (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    external_id text NOT NULL,
    batch_id uuid NOT NULL,
    request_id uuid NOT NULL,
    fingerprint text NOT NULL,
    done boolean NOT NULL,
    PRIMARY KEY (workspace_id, external_id),
    FOREIGN KEY (workspace_id, batch_id) REFERENCES batches
  )`,
  `CREATE INDEX batch_rows_batch ON batch_rows (workspace_id, batch_id, request_id)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
