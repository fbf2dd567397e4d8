/**
 * The whole lifecycle: what requests are found by beside their state, shared records with a version for each answer, links
 * that belong to a recipient's family, and sessions of a device, which may wait for a second factor.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"
import { DatabaseUnavailable } from "../DatabaseUnavailable.ts"

const statements = [
  // `subject`: the work item, else the first recipient's address in lower case; `is_out`: sent, and not known to have ended
  `ALTER TABLE client_requests
    DROP COLUMN recipient_email,
    ADD COLUMN work_item_id uuid,
    ADD COLUMN task_ids jsonb NOT NULL,
    ADD COLUMN subject text NOT NULL,
    ADD COLUMN is_out boolean NOT NULL,
    ADD COLUMN expires_at timestamptz`,
  `CREATE INDEX client_requests_subject ON client_requests (workspace_id, subject) WHERE is_out`,
  `CREATE INDEX client_requests_tasks ON client_requests USING gin (task_ids jsonb_path_ops) WHERE is_out`,

  // by question: the version, who wrote it and when (shared records only); `saves`: the last commands, so that each is once
  `ALTER TABLE answers
    ADD COLUMN versions jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN saves jsonb NOT NULL DEFAULT '[]'`,
  // what was written on a shared record, and with `kept` false what was not, because somebody else had written meanwhile
  `CREATE TABLE answer_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid NOT NULL REFERENCES client_requests,
    question text NOT NULL,
    version int NOT NULL,
    value jsonb NOT NULL,
    kept boolean NOT NULL,
    recipient text NOT NULL,
    link_id uuid NOT NULL,
    at timestamptz NOT NULL
  )`,
  `CREATE INDEX answer_changes_request ON answer_changes (request_id, question)`,

  // a request that was opened again is submitted again: the latest counts
  `ALTER TABLE submissions DROP CONSTRAINT submissions_request_id_key`,
  `CREATE INDEX submissions_request ON submissions (request_id, submitted_at)`,

  // `key_epoch`: of a derived link, which key its token comes from; null: the token was random
  `ALTER TABLE access_links
    DROP COLUMN send_no,
    ALTER COLUMN mail_id DROP NOT NULL,
    ADD COLUMN recipient text NOT NULL,
    ADD COLUMN generation int NOT NULL,
    ADD COLUMN rebinds boolean NOT NULL,
    ADD COLUMN key_epoch text`,
  `CREATE INDEX access_links_family ON access_links (request_id, recipient, generation)`,
  `CREATE UNIQUE INDEX access_links_derived ON access_links (request_id, recipient, generation, key_epoch)
    WHERE key_epoch IS NOT NULL`,

  // `member_id`: in whose name a mail to a customer goes out, or whom a notice goes to; `held_until`: not queued before
  `ALTER TABLE mails ADD COLUMN member_id uuid REFERENCES members, ADD COLUMN held_until timestamptz`,
  `CREATE INDEX mails_held ON mails (held_until) WHERE held_until IS NOT NULL`,

  // `verified_at` null: a pre-session, which opens nothing until its second factor is passed
  `ALTER TABLE customer_sessions
    ADD COLUMN recipient text NOT NULL,
    ADD COLUMN device text NOT NULL,
    ADD COLUMN assurance text NOT NULL,
    ADD COLUMN verified_at timestamptz,
    ADD COLUMN last_used_at timestamptz NOT NULL`,
  `CREATE INDEX customer_sessions_request ON customer_sessions (request_id)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [first] = yield* sql`SELECT 1 FROM client_requests LIMIT 1`
  if (first !== undefined) {
    return yield* new DatabaseUnavailable({
      reason: "migration-failed",
      message:
        "The database holds requests of a version of requite from before the first release, which this one cannot read: set another DATABASE_URL or DATA_DIR, or empty this database. It was left as it was.",
    })
  }
  for (const statement of statements) yield* sql.unsafe(statement)
})
