/**
 * The record as lines of a file. Rows go out as they stand in the database, whatever they mean to this program, so that
 * whatever was done to them is there to be found. A page at a time: a workspace of any size needs little memory.
 */
import { AuditRecord, type Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { RequestNotFound } from "../ClientRequests.ts"
import * as Given from "../DataKeys/Given.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import { Workspaces } from "../Workspaces.ts"
import * as checkpoints from "./checkpoints.ts"
import type { Signer } from "./Signer.ts"

/** Requests a page, and checkpoints a page: these may cover many. */
const page = 50
const checkpointPage = 10

const InWorkspace = Schema.Struct({ workspaceId: Schema.String, ids: Schema.Array(Schema.String) })
const LineRow = Schema.Struct({ line: Schema.String })

/** An instant to the microsecond, in milliseconds: what was changed by less than one must not look unchanged. */
const instant = (column: string) => `trim_scale(extract(epoch FROM ${column}) * 1000)`

const entry = `jsonb_build_object('requestId', e.request_id, 'index', e.index, 'type', e.type, 'at', ${instant("e.at")},
  'by', e.by, 'commandId', e.command_id, 'event', e.event, 'context', e.context, 'salt', e.salt,
  'commitment', e.commitment, 'hash', e.hash)`

const submission = `jsonb_build_object('id', s.id, 'digest', s.digest, 'submittedAt', ${instant("s.submitted_at")})`

const idsOfHeads = `jsonb_path_query_array(c.heads, '$[*].requestId')`
const noIds = `'[]'::jsonb`

/** One statement sees one moment: an entry more than the state knows of would look like a forged one. */
const requestLine = `jsonb_build_object('kind', 'request', 'requestId', r.id, 'state', r.state,
  'entries', coalesce((SELECT jsonb_agg(${entry} ORDER BY e.index) FROM audit_entries e
    WHERE e.workspace_id = r.workspace_id AND e.request_id = r.id), '[]'))::text AS line,
  coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'line', ${submission}::text, 'clear', s.answers,
      'sealed', encode(s.sealed, 'hex')) ORDER BY s.submitted_at, s.id) FROM submissions s
    WHERE s.workspace_id = r.workspace_id AND s.request_id = r.id), '[]') AS submissions`
const RequestRow = Schema.Struct({
  id: Schema.String,
  line: Schema.String,
  submissions: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      line: Schema.String,
      clear: Schema.Unknown,
      sealed: Schema.NullOr(Schema.Uint8ArrayFromHex),
    }),
  ),
})

/** A JSON object as text, with one more member at its end. */
const withMember = (object: string, name: string, json: string) => `${object.slice(0, -1)}, "${name}": ${json}}`

const checkpointLine = `jsonb_build_object('kind', 'checkpoint', 'proof', NULL, 'heads', c.heads,
  'checkpoint', jsonb_build_object('workspaceId', c.workspace_id, 'number', c.number, 'previous', c.previous,
    'at', ${instant("c.at")}, 'upTo', jsonb_build_object('transaction', c.transaction::text, 'position', c.position),
    'size', CASE jsonb_typeof(c.heads) WHEN 'array' THEN jsonb_array_length(c.heads) ELSE 0 END,
    'root', c.root, 'hash', c.hash, 'key', c.key, 'signature', c.signature))::text AS line`

const eventLine = `jsonb_build_object('kind', 'event', 'event', jsonb_build_object('id', e.id, 'at', ${instant("e.at")},
  'type', e.type, 'by', e.by_member, 'about', e.about, 'data', e.data, 'ip', e.ip, 'userAgent', e.user_agent,
  'hash', e.hash))::text AS line`
const eventPage = 1000

export const make = Effect.fnUntraced(function* (signer: Signer) {
  const sql = yield* SqlClient.SqlClient
  const given = yield* Given.make
  const workspaces = yield* Workspaces

  const requestLines = SqlSchema.findAll({
    Request: InWorkspace,
    Result: RequestRow,
    execute: ({ workspaceId, ids }) => sql`
      SELECT r.id, ${sql.literal(requestLine)} FROM client_requests r
      WHERE r.workspace_id = ${workspaceId} AND r.id IN ${sql.in(ids)} ORDER BY r.id`,
  })
  const checkpointsAfter = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, after: Schema.Int }),
    Result: Schema.Struct({ ...LineRow.fields, number: Schema.Int, ids: Schema.Array(Schema.String) }),
    execute: ({ workspaceId, after }) => sql`
      SELECT ${sql.literal(checkpointLine)}, c.number, ${after > 0 ? sql.literal(idsOfHeads) : sql.literal(noIds)} AS ids
      FROM audit_checkpoints c
      WHERE c.workspace_id = ${workspaceId} AND c.number > ${after} ORDER BY c.number LIMIT ${checkpointPage}`,
  })
  /** Events of the workspace in the order of their chain, after that place. */
  const eventsAfter = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, transaction: Schema.String, position: Schema.String }),
    Result: Schema.Struct({ line: Schema.String, transaction: Schema.String, position: Schema.String }),
    execute: ({ workspaceId, transaction, position }) => sql`
      SELECT ${sql.literal(eventLine)}, e.transaction::text, e.position::text FROM workspace_events e
      WHERE e.workspace_id = ${workspaceId} AND (e.transaction, e.position) > (${transaction}::xid8, ${position}::bigint)
      ORDER BY e.transaction, e.position LIMIT ${eventPage}`,
  })
  const lastOf = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, requestId: Schema.String }),
    Result: checkpoints.Row,
    // the one that the latest entry which is covered came under covers all before it too
    execute: ({ workspaceId, requestId }) => sql`
      SELECT ${sql.literal(checkpoints.columns)} FROM audit_checkpoints WHERE workspace_id = ${workspaceId} AND number = (
        SELECT max(c.number) FROM audit_entries e CROSS JOIN LATERAL (
          SELECT number, heads FROM audit_checkpoints k WHERE k.workspace_id = e.workspace_id
            AND (k.transaction, k.position) >= (e.transaction, e.position)
          ORDER BY k.transaction, k.position LIMIT 1) c
        WHERE e.workspace_id = ${workspaceId} AND e.request_id = ${requestId}
          AND c.heads @> jsonb_build_array(jsonb_build_object('requestId', e.request_id)))`,
  })
  const made = Effect.fnUntraced(function* (workspaceId: string, number?: number) {
    const rows =
      number === undefined
        ? yield* sql<{ number: number; hash: string }>`
            SELECT checkpoint AS number, checkpoint_hash AS hash FROM records
            WHERE workspace_id = ${workspaceId} AND checkpoint > 0`
        : yield* sql<{ number: number; hash: string }>`
            SELECT number, hash FROM audit_checkpoints WHERE workspace_id = ${workspaceId} AND number = ${number}`
    return rows[0] ?? null
  })

  const head = Effect.fnUntraced(function* (workspaceId: string, request: string | null, after?: number) {
    const { name } = yield* workspaces.get(workspaceId)
    return AuditRecord.printLine({
      kind: "record",
      format: 1,
      firm: name,
      workspaceId,
      request,
      exportedAt: yield* Clock.currentTimeMillis,
      after: after === undefined || after === 0 ? null : yield* made(workspaceId, after),
      last: yield* made(workspaceId),
      keys: signer.keys,
    })
  })

  /** The line of a request, with what is sealed in its rows opened; of what nobody can open any more null stands there. */
  const lineOf = Effect.fnUntraced(function* (workspaceId: string, { id, line, submissions }: typeof RequestRow.Type) {
    const made = yield* Effect.forEach(submissions, (one) =>
      Effect.map(given.open(workspaceId, Given.places.submission(one.id), one), (answers) =>
        withMember(one.line, "answers", JSON.stringify(answers ?? null)),
      ),
    )
    return withMember(yield* given.openJson(workspaceId, id, line), "submissions", `[${made.join(", ")}]`)
  })

  const linesOf = (workspaceId: string, ids: ReadonlyArray<string>) =>
    Effect.flatMap(
      requestLines({ workspaceId, ids }),
      Effect.forEach((row) => lineOf(workspaceId, row)),
    )

  const lastCheckpoint = (workspaceId: string, requestId: string) =>
    Effect.map(lastOf({ workspaceId, requestId }), (row) => Option.getOrNull(Option.map(row, checkpoints.ofRow)))

  /** A checkpoint with the proof that it covers a request. */
  const proofLine = Effect.fnUntraced(function* (
    { checkpoint, heads }: ReturnType<typeof checkpoints.ofRow>,
    requestId: string,
  ) {
    const sorted = AuditRecord.Checkpoint.sorted(heads)
    const place = sorted.findIndex((one) => one.requestId === requestId)
    const found = sorted[place]
    const proof =
      found === undefined
        ? null
        : {
            head: found,
            place,
            path: yield* AuditRecord.Tree.path(yield* AuditRecord.Checkpoint.leaves(sorted), place),
          }
    return AuditRecord.printLine({ kind: "checkpoint", checkpoint, heads: null, proof })
  })

  /** The record of one request. */
  const ofRequest = (workspaceId: string, requestId: string) =>
    Effect.gen(function* () {
      const [line] = yield* linesOf(workspaceId, [requestId])
      if (line === undefined) return yield* new RequestNotFound({ id: requestId })
      const last = yield* lastCheckpoint(workspaceId, requestId)
      return [
        yield* head(workspaceId, requestId),
        ...(last === null ? [] : [yield* proofLine(last, requestId)]),
        line,
        AuditRecord.printLine({ kind: "end", checkpoints: last === null ? 0 : 1, events: 0, requests: 1 }),
      ]
    }).pipe(Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die }), Tenancy.within(workspaceId))

  /** The record of the workspace; with `after`, of the requests that changed since that checkpoint. */
  const ofWorkspace = (workspaceId: string, after = 0): Stream.Stream<string, never, Crypto.Crypto> =>
    Stream.suspend(() => {
      const counts = { checkpoints: 0, events: 0, requests: 0 }
      const changed = new Set<string>()
      const covering = Stream.paginate(after, (from: number) =>
        Effect.map(checkpointsAfter({ workspaceId, after: from }), (rows) => {
          counts.checkpoints += rows.length
          for (const id of rows.flatMap((row) => row.ids)) changed.add(id)
          const next = rows.length < checkpointPage ? Option.none() : Option.fromNullishOr(rows.at(-1)?.number)
          return [rows.map(({ line }) => line), next] as const
        }),
      )
      // all of them, or none where none came after that checkpoint
      const events = Stream.paginate({ transaction: "0", position: "0" }, (from) =>
        Effect.map(
          after > 0 && !changed.has(workspaceId) ? Effect.succeed([]) : eventsAfter({ workspaceId, ...from }),
          (rows) => {
            counts.events += rows.length
            const next = rows.length < eventPage ? Option.none() : Option.fromNullishOr(rows.at(-1))
            return [rows.map(({ line }) => line), next] as const
          },
        ),
      )
      const ids = Effect.suspend(() =>
        after > 0
          ? Effect.succeed([...changed].sort())
          : Effect.map(
              sql<{ id: string }>`SELECT id FROM client_requests WHERE workspace_id = ${workspaceId} ORDER BY id`,
              (rows) => rows.map(({ id }) => id),
            ),
      )
      const requests = Stream.unwrap(
        Effect.map(ids, (all) =>
          Stream.paginate(0, (from: number) =>
            Effect.map(
              from < all.length ? linesOf(workspaceId, all.slice(from, from + page)) : Effect.succeed([]),
              (lines) => {
                counts.requests += lines.length
                return [lines, from + page < all.length ? Option.some(from + page) : Option.none()] as const
              },
            ),
          ),
        ),
      )
      return Stream.fromEffect(head(workspaceId, null, after)).pipe(
        Stream.concat(covering),
        Stream.concat(events),
        Stream.concat(requests),
        Stream.concat(Stream.sync(() => AuditRecord.printLine({ kind: "end", ...counts }))),
        Stream.orDie,
        // read by whoever sends it, elsewhere than where it was asked for
        Stream.provideService(Tenancy.CurrentWorkspace, workspaceId),
      )
    })

  return { ofRequest, ofWorkspace, lastCheckpoint, made }
})
