/**
 * The audit chain over salted commitments, its place in one order over all requests, checkpoints, and what is to be erased
 * when.
 *
 * `audit_entries` in their order: `(transaction, position)`. Whoever pages over them goes up to `transaction <
 * audit_horizon()`: below it nothing can come in any more, whoever commits late. `position` alone is no order of commits.
 */
import { AuditEntry, ClientRequest, Crypto, JsonText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { SqlClient } from "../../platform/Sql.ts"

const columns = [
  // in a database that was restored, numbers of transactions begin anew: `audit_settle` sets these two to go on from there
  `CREATE FUNCTION audit_transaction() RETURNS xid8 LANGUAGE sql VOLATILE AS 'SELECT pg_current_xact_id()'`,
  `CREATE FUNCTION audit_horizon() RETURNS xid8 LANGUAGE sql STABLE AS 'SELECT pg_snapshot_xmin(pg_current_snapshot())'`,
  `UPDATE client_requests SET state = state || '{"erased": null}'`,
  `CREATE FUNCTION audit_settle() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE
    told text := coalesce(current_setting('requite.workspace', true), '');
    latest xid8;
    ahead numeric;
  BEGIN
    -- as SET of the function itself, which takes a superuser to write
    PERFORM set_config('requite.workspace', '*', true);
    SELECT max(e.transaction) INTO latest FROM workspaces w CROSS JOIN LATERAL (SELECT transaction FROM audit_entries
      WHERE workspace_id = w.id ORDER BY transaction DESC, position DESC LIMIT 1) e;
    PERFORM set_config('requite.workspace', told, true);
    IF latest IS NULL OR latest < audit_transaction() THEN RETURN false; END IF;
    ahead := latest::text::numeric + 1;
    EXECUTE format('CREATE OR REPLACE FUNCTION audit_transaction() RETURNS xid8 LANGUAGE sql VOLATILE AS %L',
      format('SELECT (pg_current_xact_id()::text::numeric + %s)::text::xid8', ahead));
    EXECUTE format('CREATE OR REPLACE FUNCTION audit_horizon() RETURNS xid8 LANGUAGE sql STABLE AS %L',
      format('SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::numeric + %s)::text::xid8', ahead));
    RETURN true;
  END $$`,
  // what stays of an entry for ever is in columns of its own; `event`, `context` and `salt` are null once they are erased
  `ALTER TABLE audit_entries
    ALTER COLUMN event DROP NOT NULL,
    ADD COLUMN type text,
    ADD COLUMN by jsonb,
    ADD COLUMN context jsonb,
    ADD COLUMN salt text,
    ADD COLUMN commitment text,
    ADD COLUMN seal text NOT NULL DEFAULT '',
    ADD COLUMN position bigint,
    ADD COLUMN transaction xid8 NOT NULL DEFAULT audit_transaction()`,
]

const after = [
  `UPDATE audit_entries e SET position = o.position
    FROM (SELECT request_id, index, row_number() OVER (ORDER BY at, request_id, index) AS position FROM audit_entries) o
    WHERE e.request_id = o.request_id AND e.index = o.index`,
  `ALTER TABLE audit_entries
    ALTER COLUMN type SET NOT NULL,
    ALTER COLUMN by SET NOT NULL,
    ALTER COLUMN commitment SET NOT NULL,
    ALTER COLUMN position SET NOT NULL,
    ALTER COLUMN position ADD GENERATED ALWAYS AS IDENTITY`,
  `SELECT setval(pg_get_serial_sequence('audit_entries', 'position'),
    (SELECT coalesce(max(position), 0) + 1 FROM audit_entries), false)`,
  `CREATE INDEX audit_entries_order ON audit_entries (workspace_id, transaction, position)`,

  // over which entries, is what `transaction` and `position` say: up to this one, from where the checkpoint before ended
  `CREATE TABLE audit_checkpoints (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    number int NOT NULL,
    previous text NOT NULL,
    at timestamptz NOT NULL,
    transaction xid8 NOT NULL,
    position bigint NOT NULL,
    heads jsonb NOT NULL,
    root text NOT NULL,
    hash text NOT NULL,
    key text NOT NULL,
    signature text NOT NULL,
    PRIMARY KEY (workspace_id, number)
  )`,
  `CREATE INDEX audit_checkpoints_order ON audit_checkpoints (workspace_id, transaction, position)`,
  // of a workspace: how long it keeps what was given (null: for ever), and which checkpoint was its last
  `CREATE TABLE records (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces,
    keep_days int,
    checkpoint int NOT NULL,
    checkpoint_hash text NOT NULL
  )`,

  `ALTER TABLE client_requests ADD COLUMN ended_at timestamptz, ADD COLUMN erased_at timestamptz`,
  `UPDATE client_requests SET ended_at = to_timestamp((state->>'endedAt')::bigint / 1000.0)`,
  `CREATE INDEX client_requests_kept ON client_requests (workspace_id, ended_at)
    WHERE ended_at IS NOT NULL AND erased_at IS NULL`,
  // files that no request has any more, until they are gone from the store too
  `CREATE TABLE erased_files (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    erased_at timestamptz NOT NULL
  )`,
  // the one way in which content leaves the audit: of one request of the workspace that is told, once it was erased
  `CREATE FUNCTION erase_audit_content(request uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    UPDATE audit_entries e SET salt = NULL, event = NULL, context = NULL
      WHERE e.request_id = request AND e.type <> 'RequestErased' AND e.event IS NOT NULL
        AND e.workspace_id::text = current_setting('requite.workspace', true)
        AND EXISTS (SELECT FROM client_requests r WHERE r.id = request AND r.workspace_id = e.workspace_id
          AND r.erased_at IS NOT NULL);
  END $$`,
  // whose tables the names in the functions mean is not for the caller to say
  `DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION erase_audit_content(uuid) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION audit_settle() SET search_path = %I, pg_temp', current_schema());
  END $$`,
]

const Old = Schema.Array(Schema.Struct({ index: Schema.Int, commandId: Schema.String, event: ClientRequest.Event }))

/** Writes the chain of one request again, as its entries are written now. Nobody had noted from where they came. */
const rewrite = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, requestId: string) {
  const old = yield* Schema.decodeUnknownEffect(Old)(
    yield* sql`SELECT index, command_id, event FROM audit_entries WHERE request_id = ${requestId} ORDER BY index`,
  )
  let last: AuditEntry.AuditEntry | null = null
  let state: ClientRequest.State | null = null
  for (const { commandId, event } of old) {
    const before: ClientRequest.State | null = state
    state = before === null ? ClientRequest.replay([event]) : ClientRequest.evolve(before, event)
    if (state === null) return yield* Effect.die(new Error(`request ${requestId} does not begin with its creation`))
    const context = {
      ip: null,
      userAgent: null,
      before: before?.state ?? null,
      after: state.state,
      policy: yield* Crypto.sha256Hex(JsonText.canonical(state.policy)),
    }
    const [entry]: ReadonlyArray<AuditEntry.AuditEntry> = yield* AuditEntry.append(requestId, last, commandId, [
      { event, context },
    ])
    if (entry === undefined) continue
    yield* sql`UPDATE audit_entries SET ${sql.update({
      type: entry.type,
      by: JSON.stringify(entry.by),
      context: JSON.stringify(entry.context),
      salt: entry.salt,
      commitment: entry.commitment,
      hash: entry.hash,
    })} WHERE request_id = ${requestId} AND index = ${entry.index}`
    last = entry
  }
})

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of columns) yield* sql.unsafe(statement)
  const requests = yield* sql<{ id: string }>`SELECT DISTINCT request_id AS id FROM audit_entries`
  yield* Effect.forEach(requests, ({ id }) => rewrite(sql, id), { discard: true }).pipe(
    Effect.provide(Crypto.layer(globalThis.crypto)),
  )
  for (const statement of after) yield* sql.unsafe(statement)
})
