/** What each part stands on: a database of its own, somebody who looks at it as its owner, and processes of the server. */
import { fork } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { PgClient, SqlClient } from "../../../reference-server/src/platform/Sql.ts"
import * as TestDatabase from "../../support/TestDatabase.ts"

export type Row = Readonly<Record<string, unknown>>

export interface Ground {
  readonly environment: { readonly DATABASE_URL: string; readonly DATA_DIR: string }
  /** As whoever owns the tables: sees all rows. */
  readonly sql: (text: string, parameters?: ReadonlyArray<unknown>) => Promise<ReadonlyArray<Row>>
  /** These, one after another, without looking up what they refer to: rows by the ten thousand. */
  readonly fill: (texts: ReadonlyArray<string>) => Promise<void>
  readonly close: () => Promise<void>
}

/** A fresh database on the Postgres of TEST_DATABASE_URL. */
export const make = async (): Promise<Ground> => {
  const scope = Scope.makeUnsafe()
  const { DATA_DIR, DATABASE_URL } = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
  if (DATABASE_URL === undefined) throw new Error("set TEST_DATABASE_URL to a Postgres that databases may be made on")
  const layer = PgClient.layer({ url: Redacted.make(DATABASE_URL), maxConnections: 2 })
  const client = Context.get(await Effect.runPromise(Scope.provide(Layer.build(layer), scope)), SqlClient.SqlClient)
  return {
    environment: { DATA_DIR, DATABASE_URL },
    sql: (text, parameters = []) => Effect.runPromise(client.unsafe<Row>(text, parameters)),
    fill: (texts) =>
      Effect.runPromise(
        Effect.gen(function* () {
          const [row] = yield* client<{ super: string }>`SELECT current_setting('is_superuser') AS super`
          if (row?.super === "on") yield* client.unsafe(`SET LOCAL session_replication_role = replica`)
          for (const text of texts) yield* client.unsafe(text)
        }).pipe(client.withTransaction),
      ),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

/** Whom a request that was made asks. */
const address = "'carl.' || made.id || '@customer.example'"

/** What is multiplied beside the request, by table: how a row says which request it is of, and what is its own of each. */
const tables = {
  // from several transactions, as they come, and none that is still to come
  audit_entries: { of: "request_id", own: "jsonb_build_object('transaction', (3 + made.n % 700)::text)" },
  answers: { of: "request_id", own: "'{}'" },
  submissions: { of: "request_id", own: "jsonb_build_object('id', gen_random_uuid())" },
  mails: {
    of: "request_id",
    own: `jsonb_build_object('id', md5(made.id::text || a.id::text)::uuid, 'key', md5(made.id::text || a.key),
      'message_id', '<' || md5(made.id::text || a.id::text) || '@firm.example>',
      'recipient', ${address}, 'address', ${address})`,
  },
  access_links: {
    of: "request_id",
    own: "jsonb_build_object('id', md5(made.id::text || a.id::text)::uuid, 'digest', md5(made.id::text || a.digest))",
  },
  customer_sessions: {
    of: "request_id",
    own: "jsonb_build_object('handle', md5(made.id::text || a.handle), 'link_id', md5(made.id::text || a.link_id::text)::uuid)",
  },
} as const

/**
 * So many more requests like this one, each with an id and a customer of its own, and with the rows of these tables that it
 * has, whatever their columns are. `change`: SQL over `n`, a number from 1, that gives what is different as a jsonb object of
 * columns. `most`: only so many of them have the rows of the other tables.
 */
export const multiply = async (
  { sql, fill }: Ground,
  id: string,
  count: number,
  change = "'{}'::jsonb",
  also: ReadonlyArray<keyof typeof tables> = ["audit_entries"],
  most = count,
): Promise<void> => {
  await sql(`CREATE SCHEMA IF NOT EXISTS proof`)
  await sql(`DROP TABLE IF EXISTS proof.made`)
  await sql(`CREATE TABLE proof.made AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, ${count}) n`)
  // what the table makes itself goes on being made by it
  const rows = await sql(
    `SELECT table_name, string_agg(quote_ident(column_name), ', ') AS names,
       string_agg('(made).' || quote_ident(column_name), ', ') AS values
     FROM information_schema.columns
     WHERE table_schema = 'public' AND is_generated = 'NEVER' AND coalesce(identity_generation, '') <> 'ALWAYS'
     GROUP BY 1`,
  )
  const columns = (table: string) => {
    const found = rows.find((row) => row["table_name"] === table)
    return { into: `${table} (${String(found?.["names"])})`, values: String(found?.["values"]) }
  }
  await fill([
    `INSERT INTO ${columns("client_requests").into} SELECT ${columns("client_requests").values} FROM (SELECT jsonb_populate_record(r, jsonb_build_object(
       'id', made.id,
       'state', jsonb_set(jsonb_set(r.state, '{id}', to_jsonb(made.id::text)),
         '{details,recipients,0,email}', to_jsonb(${address})),
       'subject', ${address},
       'search', 'company check ' || n || ' carl customer ' || ${address}
     ) || ${change}) AS made FROM client_requests r, proof.made WHERE r.id = '${id}' OFFSET 0) rows`,
    ...also.map(
      (table) =>
        `INSERT INTO ${columns(table).into} SELECT ${columns(table).values} FROM (SELECT jsonb_populate_record(a,
           jsonb_build_object('${tables[table].of}', made.id, 'workspace_id', r.workspace_id) || ${tables[table].own}) AS made
         FROM ${table} a, proof.made JOIN client_requests r USING (id)
         WHERE a.${tables[table].of} = '${id}' AND made.n <= ${most} OFFSET 0) rows`,
    ),
    ...(also.includes("mails")
      ? [
          `INSERT INTO queue (id, queue_name, element, state, attempts, visible_at, created_at, updated_at)
           SELECT m.id::text, 'mail', '{}', 'completed', 1, now(), now(), now()
           FROM mails m JOIN proof.made ON made.id = m.request_id`,
        ]
      : []),
  ])
}

/** Milliseconds of processor that a process has had so far, as Linux counts them; elsewhere NaN. */
export const processor = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? []
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return NaN
  }
}

/** A process of this folder, once it said that it is ready. `told`: what it says after that. */
export const child = async (file: string, environment: Readonly<Record<string, string>>) => {
  const process_ = fork(join(import.meta.dirname, file), {
    env: { PATH: process.env["PATH"], ...environment },
    execArgv: ["--conditions=requite-source"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  await once(process_, "message")
  return {
    pid: process_.pid ?? NaN,
    /** Asks, and gives what it answers. */
    ask: async (question: string): Promise<unknown> => {
      const answer = once(process_, "message")
      process_.send(question)
      return (await answer)[0]
    },
    stop: async () => {
      const ended = once(process_, "exit")
      process_.kill("SIGTERM")
      await ended
    },
  }
}
