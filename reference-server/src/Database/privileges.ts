/**
 * What the program may do to its own database while it runs, and whose rows it sees: set after the migrations, by who may set
 * it. The *role* of the program (`requite_app`) reads and writes rows and nothing else: it owns no table, makes none, drops
 * none, and of the audit it only reads and adds (S73, S74). Row-level security shows it the rows of one workspace, the one
 * that its session was told (`TenantClient.ts`).
 *
 * Words: the *administrator* is who migrates, the *user* is who the program signs in as; the user becomes the role.
 */
import * as Effect from "effect/Effect"
import { SqlClient, type SqlError } from "../platform/Sql.ts"

/** Of these, what was written stays as it was written. */
export const appendOnly: ReadonlyArray<string> = ["audit_entries", "audit_checkpoints", "workspace_events"]

/**
 * Sets on the administrator's connection what is not yet so, and nothing twice: every start calls it. Gives the role that
 * `user` is to become, or undefined where the administrator may not make one: then row-level security holds all the same,
 * because it is forced on the owner too, and a trigger keeps the audit, which an owner could drop.
 */
export const settle = Effect.fnUntraced(function* (
  role: string,
  user: string | undefined,
): Effect.fn.Return<string | undefined, SqlError.SqlError, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  return yield* Effect.gen(function* () {
    // of several servers that start together one at a time looks and sets
    yield* sql`SELECT pg_advisory_xact_lock(hashtext('requite privileges'))`
    yield* sql`SELECT set_config('requite.role', ${role}, true), set_config('requite.user', ${user ?? ""}, true),
      set_config('requite.append_only', ${appendOnly.join(",")}, true)`
    yield* sql.unsafe(roles)
    yield* sql.unsafe(rows)
    const [found] = yield* sql<{ is: boolean }>`SELECT ${sql.literal(mayBecome)} AS is`
    yield* sql.unsafe(found?.is === true ? grants : withoutRole)
    return found?.is === true ? role : undefined
  }).pipe(sql.withTransaction)
})

/** The user of the program: the administrator, unless another one was named. */
const named = `coalesce(nullif(current_setting('requite.user'), ''), current_user)`

/** May the user become the role? Postgres 16 tells being a member from that. */
const mayBecome = `(SELECT count(*) > 0 FROM pg_roles r, pg_roles u
  WHERE r.rolname = current_setting('requite.role') AND u.rolname = ${named} AND (
    r.oid = u.oid OR pg_has_role(u.oid, r.oid,
      CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)))`

/** Makes the role and lets the user become it, where that is missing and the administrator may. Roles are the whole server's. */
const roles = `DO $$
DECLARE
  role_name text := current_setting('requite.role');
  user_name text := ${named};
  me record;
BEGIN
  SELECT rolsuper, rolcreaterole INTO me FROM pg_roles WHERE rolname = current_user;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) AND (me.rolsuper OR me.rolcreaterole) THEN
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', role_name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- by a server of another database
    END;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) AND NOT ${mayBecome} THEN
    BEGIN
      EXECUTE format('GRANT %I TO %I', role_name, user_name);
    EXCEPTION WHEN insufficient_privilege OR unique_violation THEN NULL;
    END;
  END IF;
END $$`

/** What the policies read is read once a statement, not once a row: that is what the brackets around SELECT are for. */
const told = `(SELECT current_setting(''requite.workspace'', true))`
const isOf = (column: string) =>
  `${told} = ''*'' OR ${column} = (SELECT nullif(nullif(current_setting(''requite.workspace'', true), ''''), ''*'')::uuid)`

/** Every table of ours that has a workspace, found in the catalogue, so that a new one cannot be forgotten. */
const rows = `DO $$
DECLARE
  t record;
BEGIN
  FOR t IN
    SELECT c.oid::regclass AS name, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.oid
    FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND (
      c.relname = 'workspaces' OR EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped))
  LOOP
    IF NOT t.relrowsecurity THEN EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t.name); END IF;
    IF NOT t.relforcerowsecurity THEN EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t.name); END IF;
    IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polname = 'workspace') THEN
      IF t.relname = 'workspaces' THEN
        EXECUTE format('CREATE POLICY workspace ON %s USING (${isOf("id")})', t.name);
      ELSE
        EXECUTE format('CREATE POLICY workspace ON %s USING (${isOf("workspace_id")})', t.name);
      END IF;
    END IF;
  END LOOP;
END $$`

/**
 * Rows of every table, and no more: of the append-only ones to read and to add, of the steps of migrations to read. The queue's
 * own layer locks the table of its steps, for which Postgres asks for more than reading: no policy lets that change a row.
 */
const grants = `DO $$
DECLARE
  role_name text := current_setting('requite.role');
  schema_name text := current_schema();
  t record;
  f record;
  wanted text;
  may text[];
BEGIN
  IF NOT has_schema_privilege(role_name, schema_name, 'USAGE') THEN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', schema_name, role_name);
  END IF;
  IF has_schema_privilege(role_name, schema_name, 'CREATE') THEN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %I', schema_name, role_name);
  END IF;
  FOR t IN
    SELECT c.oid, c.oid::regclass AS name, c.relname, c.relkind, c.relrowsecurity FROM pg_class c
    WHERE c.relnamespace = schema_name::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
  LOOP
    IF t.relkind = 'S' THEN
      IF NOT has_sequence_privilege(role_name, t.oid, 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', t.name, role_name);
      END IF;
      CONTINUE;
    END IF;
    may := CASE
      WHEN t.relname = 'schema_migrations' THEN ARRAY['SELECT']
      WHEN t.relname = 'queue_migrations' THEN ARRAY['SELECT', 'UPDATE']
      WHEN t.relname = ANY (string_to_array(current_setting('requite.append_only'), ',')) THEN ARRAY['SELECT', 'INSERT']
      ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] END;
    FOREACH wanted IN ARRAY ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'] LOOP
      IF wanted = ANY (may) AND NOT has_table_privilege(role_name, t.oid, wanted) THEN
        EXECUTE format('GRANT %s ON %s TO %I', wanted, t.name, role_name);
      ELSIF NOT wanted = ANY (may) AND has_table_privilege(role_name, t.oid, wanted) THEN
        EXECUTE format('REVOKE %s ON %s FROM PUBLIC, %I', wanted, t.name, role_name);
      END IF;
    END LOOP;
    IF t.relname = 'queue_migrations' AND NOT t.relrowsecurity THEN
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t.name);
      EXECUTE format('CREATE POLICY reading ON %s FOR SELECT USING (true)', t.name);
    END IF;
  END LOOP;
  FOR f IN SELECT p.oid::regprocedure AS name FROM pg_proc p
    WHERE p.pronamespace = schema_name::regnamespace AND NOT has_function_privilege(role_name, p.oid, 'EXECUTE')
  LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', f.name, role_name);
  END LOOP;
END $$`

/**
 * The owner itself runs the program: it is told no, though it could take the trigger away. Erasing is what an update may do:
 * it takes the content out of an entry, and leaves everything else.
 */
const withoutRole = `DO $$
DECLARE
  t record;
BEGIN
  FOR t IN
    SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
      AND c.relname = ANY (string_to_array(current_setting('requite.append_only'), ','))
      AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname = 'append_only')
  LOOP
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $refuse$
    DECLARE
      content text[] := ARRAY['salt', 'event', 'context'];
    BEGIN
      IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_entries' THEN
        IF to_jsonb(NEW) - content = to_jsonb(OLD) - content
          AND num_nonnulls(to_jsonb(OLD)->>'salt', to_jsonb(OLD)->>'event', to_jsonb(OLD)->>'context') > 0
          AND num_nonnulls(to_jsonb(NEW)->>'salt', to_jsonb(NEW)->>'event', to_jsonb(NEW)->>'context') = 0
        THEN RETURN NEW; END IF;
      END IF;
      RAISE insufficient_privilege USING MESSAGE = format('%I is only added to', TG_TABLE_NAME);
    END $refuse$;
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION refuse_change()', t.name);
    EXECUTE format('CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON %s EXECUTE FUNCTION refuse_change()', t.name);
  END LOOP;
END $$`
