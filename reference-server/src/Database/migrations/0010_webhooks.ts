/** Webhooks: where events of a workspace are sent, and what became of each delivery. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // `types` null: every type. The secrets are sealed by the Vault; the previous one signs too until `previous_until`
  `CREATE TABLE webhook_endpoints (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    url text NOT NULL,
    description text NOT NULL,
    types jsonb,
    answers boolean NOT NULL,
    enabled boolean NOT NULL,
    disabled_because text,
    secret text NOT NULL,
    previous_secret text,
    previous_until timestamptz,
    failures int NOT NULL DEFAULT 0,
    failing_since timestamptz,
    paused_until timestamptz,
    created_at timestamptz NOT NULL
  )`,
  `CREATE INDEX webhook_endpoints_of_workspace ON webhook_endpoints (workspace_id)`,
  // one row for an endpoint and an event: it is its own place in the queue. `tries` counts since it was last queued,
  // `attempts` in all; whoever works on it has moved `due_at` to the end of the lease
  `CREATE TABLE webhook_deliveries (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
    request_id uuid REFERENCES client_requests ON DELETE CASCADE,
    message_id text NOT NULL,
    type text NOT NULL,
    body text NOT NULL,
    status text NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    tries int NOT NULL DEFAULT 0,
    queued_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    leased_until timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (endpoint_id, message_id)
  )`,
  `CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) WHERE status = 'queued'`,
  `CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (endpoint_id, created_at, id) WHERE status = 'dead'`,
  `CREATE INDEX webhook_deliveries_leased ON webhook_deliveries (endpoint_id, leased_until) WHERE leased_until IS NOT NULL`,
  `CREATE INDEX webhook_deliveries_list ON webhook_deliveries (endpoint_id, created_at DESC, id)`,
  `CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at)`,
  `CREATE INDEX webhook_deliveries_of_request ON webhook_deliveries (request_id)`,
  `CREATE TABLE webhook_attempts (
    delivery_id uuid NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
    number int NOT NULL,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    at timestamptz NOT NULL,
    status int,
    error text,
    millis int NOT NULL,
    answer text NOT NULL,
    PRIMARY KEY (delivery_id, number)
  )`,
  // what a letter to an administrator is about
  `ALTER TABLE member_letters ADD COLUMN endpoint_id uuid REFERENCES webhook_endpoints ON DELETE CASCADE`,
  `CREATE INDEX member_letters_endpoint ON member_letters (endpoint_id)`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
