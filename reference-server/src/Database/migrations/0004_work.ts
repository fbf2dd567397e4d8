/**
 * Contacts, and the work that requests are about: work items with their tasks, the people in them, and the basket of what
 * is to be asked next. Which requests are out is not written here: it is read from the requests themselves.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements = [
  `CREATE TABLE contacts (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    name text NOT NULL,
    email text NOT NULL,
    mobile text NOT NULL,
    language text NOT NULL,
    time_zone text,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz
  )`,
  `CREATE INDEX contacts_list ON contacts (workspace_id, lower(name))`,
  `CREATE TABLE work_items (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    title text NOT NULL,
    stages jsonb NOT NULL,
    stage int NOT NULL,
    auto_advance boolean NOT NULL,
    assignee uuid REFERENCES members,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    completed_at timestamptz
  )`,
  `CREATE INDEX work_items_list ON work_items (workspace_id, updated_at DESC)`,
  `CREATE TABLE work_item_contacts (
    work_item_id uuid NOT NULL REFERENCES work_items,
    contact_id uuid NOT NULL REFERENCES contacts,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    role text NOT NULL,
    PRIMARY KEY (work_item_id, contact_id)
  )`,
  // `result` is the latest request that the task was done by, and when
  `CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    work_item_id uuid NOT NULL REFERENCES work_items,
    title text NOT NULL,
    questionnaires jsonb NOT NULL,
    result jsonb,
    done_at timestamptz,
    created_at timestamptz NOT NULL
  )`,
  `CREATE INDEX tasks_work_item ON tasks (work_item_id, created_at)`,
  // of a task's requests one is picked (P3)
  `CREATE TABLE basket (
    task_id uuid PRIMARY KEY REFERENCES tasks,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    work_item_id uuid NOT NULL REFERENCES work_items,
    questionnaire text NOT NULL,
    added_at timestamptz NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY
  )`,
  `CREATE INDEX basket_work_item ON basket (work_item_id, added_at)`,
  // which part of a combined questionnaire is whose, to hand the answers back (P16)
  `CREATE TABLE work_parts (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    combination text NOT NULL,
    task_id uuid NOT NULL REFERENCES tasks,
    questionnaire text NOT NULL,
    version int NOT NULL,
    names jsonb NOT NULL,
    PRIMARY KEY (workspace_id, combination, task_id)
  )`,
  // a request moves its work to the next stage once, however often it is submitted and told (T17)
  `CREATE TABLE work_advances (
    request_id uuid PRIMARY KEY REFERENCES client_requests,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    work_item_id uuid NOT NULL REFERENCES work_items,
    at timestamptz NOT NULL
  )`,
  `CREATE INDEX client_requests_work_item ON client_requests (work_item_id, created_at)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
