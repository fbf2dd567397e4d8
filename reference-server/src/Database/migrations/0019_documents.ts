/** Documents of the firm: folders of contacts, of work and of guests, what lies in them, and the links that show one file. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // a folder of neither a contact nor of work is one of the firm's own, for guests
  `CREATE TABLE folders (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    parent_id uuid REFERENCES folders,
    contact_id uuid REFERENCES contacts,
    work_item_id uuid REFERENCES work_items,
    standard text CHECK (standard IN ('uploads', 'private')),
    name text NOT NULL,
    visibility text NOT NULL CHECK (visibility IN ('private', 'customer-can-view', 'customer-can-edit')),
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES members,
    CHECK (num_nonnulls(contact_id, work_item_id) <= 1)
  )`,
  // made on first use, once, whoever is first
  `CREATE UNIQUE INDEX folders_contact_standard ON folders (contact_id, standard) WHERE standard IS NOT NULL AND contact_id IS NOT NULL`,
  `CREATE UNIQUE INDEX folders_work_standard ON folders (work_item_id, standard) WHERE standard IS NOT NULL AND work_item_id IS NOT NULL`,
  `CREATE INDEX folders_contact ON folders (contact_id)`,
  `CREATE INDEX folders_work_item ON folders (work_item_id)`,
  `CREATE INDEX folders_parent ON folders (parent_id)`,
  `CREATE INDEX folders_workspace ON folders (workspace_id)`,
  // a file lies in one folder; when its bytes go, whatever the reason, so does its document
  `CREATE TABLE documents (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    folder_id uuid NOT NULL REFERENCES folders,
    file_id uuid NOT NULL UNIQUE REFERENCES files ON DELETE CASCADE,
    name text NOT NULL,
    request_id uuid REFERENCES client_requests,
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES members
  )`,
  `CREATE INDEX documents_folder ON documents (folder_id, created_at)`,
  `CREATE INDEX documents_request ON documents (request_id)`,
  // the folder that a request's files go into
  `CREATE TABLE file_requests (
    request_id uuid PRIMARY KEY REFERENCES client_requests,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    folder_id uuid NOT NULL REFERENCES folders
  )`,
  `CREATE INDEX file_requests_folder ON file_requests (folder_id)`,
  `CREATE INDEX file_requests_workspace ON file_requests (workspace_id)`,
  `CREATE TABLE shares (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    digest text NOT NULL UNIQUE,
    note text NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    openings int NOT NULL DEFAULT 0,
    last_opened_at timestamptz,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL REFERENCES members
  )`,
  `CREATE INDEX shares_document ON shares (document_id)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
