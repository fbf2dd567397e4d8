/**
 * Everything that a workspace owns, as a ZIP: `tables/NAME.ndjson` with a row a line, found in the catalogue so that a new table
 * cannot be forgotten, and every file. A page at a time, straight to whoever reads. What only opens doors is left out.
 */
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Files as FileStore } from "../Files.ts"
import * as Given from "../DataKeys/Given.ts"
import { SqlClient } from "../platform/Sql.ts"
import { Zip } from "../platform/Zip.ts"
import * as Tenancy from "../Tenancy.ts"

const page = 500

/** Tables of sessions, open codes and what is on its way in: of no use to anybody but who comes with a secret. */
const left: ReadonlySet<string> = new Set([
  "access_code_families",
  "access_codes",
  "customer_sessions",
  "idempotency_keys",
  "member_sessions",
  "portal_challenges",
  "portal_links",
  "portal_sessions",
  "session_files",
  "uploads",
])

/** Columns that hold a secret, sealed or as a digest. */
const isSecret = (table: string, column: string): boolean =>
  /secret|password|private|token|sealed|credential/.test(column) ||
  (/digest/.test(column) && !(table === "submissions" && column === "digest"))

interface Table {
  readonly name: string
  readonly columns: ReadonlyArray<string>
  /** The primary key: its columns, quoted, with their types. */
  readonly key: ReadonlyArray<{ readonly name: string; readonly type: string }>
}

const Row = Schema.Struct({ row: Schema.Record(Schema.String, Schema.Unknown), at: Schema.Array(Schema.String) })
const Known = Schema.Struct({ id: Schema.String, name: Schema.String })
type Known = typeof Known.Type

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const store = yield* FileStore
  const given = yield* Given.make

  const tables = sql<Table>`
    SELECT c.relname AS name,
      (SELECT jsonb_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
      (SELECT jsonb_agg(jsonb_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod))
          ORDER BY array_position(i.indkey::int2[], a.attnum))
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = c.oid AND i.indisprimary) AS key
    FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped)
    ORDER BY c.relname`

  const rows = (workspaceId: string, { name, key, columns }: Table) => {
    const hidden = columns.filter((column) => isSecret(name, column))
    const names = key.map((one) => one.name).join(", ")
    return Stream.paginate<ReadonlyArray<string> | null, Record<string, unknown>, unknown>(null, (after) =>
      Effect.gen(function* () {
        const further =
          after === null ? "" : `AND (${names}) > (${key.map(({ type }, at) => `$${at + 2}::${type}`).join(", ")})`
        const found = yield* sql.unsafe(
          `SELECT to_jsonb(t) AS row, jsonb_build_array(${key.map((one) => `t.${one.name}::text`).join(", ")}) AS at
            FROM "${name}" t WHERE workspace_id = $1 ${further} ORDER BY ${names} LIMIT ${page}`,
          [workspaceId, ...(after ?? [])],
        )
        const read = yield* Schema.decodeUnknownEffect(Schema.Array(Row))(found)
        const opened = yield* Effect.forEach(read, ({ row }) => given.openRow(workspaceId, name, row))
        const shown = opened.map((row) =>
          Object.fromEntries(Object.entries(row).filter(([column]) => !hidden.includes(column))),
        )
        return [shown, read.length < page ? Option.none() : Option.fromNullishOr(read.at(-1)?.at)] as const
      }),
    )
  }

  const entryOf = (workspaceId: string, table: Table) =>
    Zip.fileStream(
      `tables/${table.name}.ndjson`,
      rows(workspaceId, table).pipe(
        Stream.map((row) => `${JSON.stringify(row)}\n`),
        Stream.encodeText,
      ),
    )

  /** Every file that may be read; of one that is withheld only that it is, and why (S55). */
  const files = (workspaceId: string) =>
    Stream.paginate<string | null, Known, unknown>(null, (after) =>
      Effect.gen(function* () {
        // what waits for a customer to finish is theirs until then (L06)
        const found = yield* sql`SELECT id, name FROM files WHERE workspace_id = ${workspaceId}
          AND NOT EXISTS (SELECT FROM session_files s WHERE s.id = files.id AND s.staged)
          ${after === null ? sql`` : sql`AND id > ${after}`} ORDER BY id LIMIT ${page}`
        const read = yield* Schema.decodeUnknownEffect(Schema.Array(Known))(found)
        return [read, read.length < page ? Option.none() : Option.fromNullishOr(read.at(-1)?.id)] as const
      }),
    ).pipe(
      Stream.mapEffect(({ id, name }) =>
        store.open(workspaceId, id).pipe(
          Effect.map(({ file, content }) =>
            Zip.fileStream(`files/${id}-${name.replace(/[/\\]/g, "_")}`, content, {
              // what is stored as it is has no end of its own in a ZIP that is streamed
              method: "Deflate",
              size: file.bytes,
            }),
          ),
          Effect.catchTags({
            FileMissing: () => Effect.succeed(Zip.file(`files/${id}.missing`, "This file is not in the store.\n")),
            FileWithheld: ({ scan }) =>
              Effect.succeed(Zip.file(`files/${id}.withheld`, `This file is not given out: ${scan}.\n`)),
          }),
        ),
      ),
    )

  /** The bytes of the ZIP. */
  const ofWorkspace = (workspaceId: string): Stream.Stream<Uint8Array> => {
    const entries = Stream.unwrap(
      Effect.map(tables, (found) =>
        Stream.fromIterable(found.filter(({ name, key }) => !left.has(name) && key !== null)),
      ),
    ).pipe(Stream.map((table) => entryOf(workspaceId, table)))
    return Stream.toChannel(Stream.concat(entries, files(workspaceId))).pipe(
      Channel.pipeTo(Zip.encode()),
      Stream.fromChannel,
      Stream.orDie,
      Stream.provideService(Tenancy.CurrentWorkspace, workspaceId),
    )
  }

  return { ofWorkspace }
})
