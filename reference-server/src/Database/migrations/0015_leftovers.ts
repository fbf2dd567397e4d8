/** Events of the workspace come under the record's checkpoints; a new domain is warmed up; a lost one is told of by letter. */
import { AuditRecord, Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { SqlClient } from "../../platform/Sql.ts"

const columns = [
  // where the owner runs the program, a trigger keeps them as they are
  `ALTER TABLE workspace_events DISABLE TRIGGER USER`,
  `ALTER TABLE workspace_events
    ADD COLUMN hash text NOT NULL DEFAULT '',
    ADD COLUMN seal text NOT NULL DEFAULT '',
    ADD COLUMN transaction xid8 NOT NULL DEFAULT audit_transaction()`,
]

const after = [
  `ALTER TABLE workspace_events ENABLE TRIGGER USER`,
  `ALTER TABLE workspace_events ALTER COLUMN hash DROP DEFAULT, ALTER COLUMN seal DROP DEFAULT`,
  `CREATE INDEX workspace_events_covered ON workspace_events (workspace_id, transaction, position)`,
  // how many of its events checkpoints cover, the hash over them, and which was the last
  `ALTER TABLE records
    ADD COLUMN events int NOT NULL DEFAULT 0,
    ADD COLUMN events_hash text NOT NULL DEFAULT '',
    ADD COLUMN events_transaction xid8 NOT NULL DEFAULT '0',
    ADD COLUMN events_position bigint NOT NULL DEFAULT 0`,
  // as it was, and with the events of workspaces
  `CREATE OR REPLACE FUNCTION audit_settle() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE
    told text := coalesce(current_setting('requite.workspace', true), '');
    latest xid8;
    ahead numeric;
  BEGIN
    PERFORM set_config('requite.workspace', '*', true);
    SELECT greatest(max(e.transaction), max(v.transaction)) INTO latest FROM workspaces w
      LEFT JOIN LATERAL (SELECT transaction FROM audit_entries
        WHERE workspace_id = w.id ORDER BY transaction DESC, position DESC LIMIT 1) e ON true
      LEFT JOIN LATERAL (SELECT transaction FROM workspace_events
        WHERE workspace_id = w.id ORDER BY transaction DESC, position DESC LIMIT 1) v ON true;
    PERFORM set_config('requite.workspace', told, true);
    IF latest IS NULL OR latest < audit_transaction() THEN RETURN false; END IF;
    ahead := latest::text::numeric + 1;
    EXECUTE format('CREATE OR REPLACE FUNCTION audit_transaction() RETURNS xid8 LANGUAGE sql VOLATILE AS %L',
      format('SELECT (pg_current_xact_id()::text::numeric + %s)::text::xid8', ahead));
    EXECUTE format('CREATE OR REPLACE FUNCTION audit_horizon() RETURNS xid8 LANGUAGE sql STABLE AS %L',
      format('SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::numeric + %s)::text::xid8', ahead));
    RETURN true;
  END $$`,
  // a new domain begins with few mails: which day of its plan it is, when that began, how many went on it
  `ALTER TABLE senders
    ADD COLUMN warm_step int NOT NULL DEFAULT 0,
    ADD COLUMN warm_from timestamptz,
    ADD COLUMN warm_sent int NOT NULL DEFAULT 0`,
  `ALTER TABLE mails ADD COLUMN is_bulk boolean NOT NULL DEFAULT false`,
  `CREATE INDEX batch_rows_request ON batch_rows (workspace_id, request_id)`,
  `ALTER TABLE member_letters DROP CONSTRAINT member_letters_kind_check, ADD CONSTRAINT member_letters_kind_check
    CHECK (kind IN ('invitation', 'password', 'webhook-disabled', 'sender-lost'))`,
  // every call counts here: its flush to the disk is not waited for, and after a crash of the database counting begins anew
  `ALTER TABLE rate_limits SET UNLOGGED`,
  // replacing a function takes its settings away
  `DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION audit_settle() SET search_path = %I, pg_temp', current_schema());
  END $$`,
]

const Old = Schema.Array(
  Schema.Struct({ workspaceId: Schema.String, ...AuditRecord.WorkspaceEvent.WorkspaceEvent.fields, at: Schema.Date }),
)

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of columns) yield* sql.unsafe(statement)
  const old = yield* Schema.decodeUnknownEffect(Old)(
    yield* sql`SELECT workspace_id, id, at, type, by_member AS by, about, data, ip, user_agent, hash FROM workspace_events`,
  )
  for (const { workspaceId, at, ...event } of old) {
    const hash = yield* AuditRecord.WorkspaceEvent.hashOf(workspaceId, { ...event, at: at.getTime() }).pipe(
      Effect.provide(Crypto.layer(globalThis.crypto)),
    )
    yield* sql`UPDATE workspace_events SET hash = ${hash} WHERE id = ${event.id}`
  }
  for (const statement of after) yield* sql.unsafe(statement)
})
