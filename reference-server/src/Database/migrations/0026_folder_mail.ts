/** Addresses by which folders take what is attached to mails, the mails that came, and that a document came so (F15). */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // found by the digest of what is secret in it, and shown again from what the vault sealed
  `CREATE TABLE folder_addresses (
    folder_id uuid PRIMARY KEY REFERENCES folders ON DELETE CASCADE,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    digest text NOT NULL UNIQUE,
    sealed text NOT NULL,
    dropped int NOT NULL DEFAULT 0,
    dropped_at timestamptz,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL REFERENCES members
  )`,
  `CREATE INDEX folder_addresses_workspace ON folder_addresses (workspace_id)`,
  // each mail once, however often it is handed over; kept for a while, for the notice and for that
  `CREATE TABLE folder_mails (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    folder_id uuid NOT NULL REFERENCES folders ON DELETE CASCADE,
    message text NOT NULL,
    contact_id uuid REFERENCES contacts,
    member_id uuid REFERENCES members,
    taken jsonb NOT NULL,
    refused jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (folder_id, message),
    CHECK (num_nonnulls(contact_id, member_id) = 1)
  )`,
  `CREATE INDEX folder_mails_day ON folder_mails (folder_id, created_at)`,
  `CREATE INDEX folder_mails_workspace ON folder_mails (workspace_id, created_at)`,
  // its contact or member is who the mail said that it was from, which nobody proved
  `ALTER TABLE documents ADD COLUMN by_mail boolean NOT NULL DEFAULT false`,
  // the notice of a mail
  `ALTER TABLE member_letters ADD COLUMN folder_mail_id uuid REFERENCES folder_mails ON DELETE CASCADE`,
  `CREATE INDEX member_letters_folder_mail ON member_letters (folder_mail_id)`,
  `ALTER TABLE member_letters DROP CONSTRAINT member_letters_kind_check, ADD CONSTRAINT member_letters_kind_check
    CHECK (kind IN ('invitation', 'password', 'webhook-disabled', 'sender-lost', 'folder-mail'))`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
