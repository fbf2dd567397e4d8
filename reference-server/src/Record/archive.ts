/**
 * Everything that a workspace owns, as a ZIP: `tables/NAME.ndjson` with a row a line, found in the catalogue so that a new table
 * cannot be forgotten, and every file. A page at a time, straight to whoever reads. What only opens doors is left out.
 */
import * as upload from "@requite/core/QuestionKind/upload"
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BlobKey, BlobStore } from "../BlobStore.ts"
import { SqlClient } from "../platform/Sql.ts"
import { Zip } from "../platform/Zip.ts"
import * as Tenancy from "../Tenancy.ts"

const page = 500

/** Tables of sessions and open codes: of no use to anybody but who comes with a secret. */
const left: ReadonlySet<string> = new Set([
  "access_code_families",
  "access_codes",
  "customer_sessions",
  "idempotency_keys",
  "member_sessions",
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
const Files = Schema.Array(Schema.Struct({ file: upload.FileRef }))

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const blobs = yield* BlobStore

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
        const shown = read.map(({ row }) =>
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

  /** Files that customers brought, those that wait, and documents of the firm; each once. */
  const files = (workspaceId: string) =>
    Stream.unwrap(
      Effect.map(
        sql`SELECT DISTINCT ON (file->>'id') file FROM (
            SELECT jsonb_array_elements(state->'files') AS file FROM client_requests WHERE workspace_id = ${workspaceId}
            UNION ALL SELECT file FROM session_files WHERE workspace_id = ${workspaceId}
            UNION ALL SELECT file FROM attachments WHERE workspace_id = ${workspaceId}
          ) f ORDER BY file->>'id'`.pipe(Effect.flatMap(Schema.decodeUnknownEffect(Files))),
        Stream.fromIterable,
      ),
    ).pipe(
      Stream.mapEffect(({ file }) =>
        blobs.get(BlobKey.make(file.id)).pipe(
          Effect.map(({ bytes, stream }) =>
            Zip.fileStream(`files/${file.id}-${file.name.replace(/[/\\]/g, "_")}`, stream, {
              method: "Store",
              size: bytes,
            }),
          ),
          Effect.catchTag("BlobMissing", () =>
            Effect.succeed(Zip.file(`files/${file.id}.missing`, "This file is not in the store.\n")),
          ),
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
