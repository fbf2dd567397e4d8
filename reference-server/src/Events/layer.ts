/** Events over Postgres. */
import { Events as Contract } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Events, type Query } from "../Events.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Cursor from "./Cursor.ts"
import * as Payload from "./Payload.ts"

/** A list by type looks at so many entries at once, however rare the type is. */
const scanned = 5_000

const decode = Schema.decodeUnknownEffect(Schema.Array(Payload.Row))

/** The core's name of each type. */
const coreNames = new Map<string, string>(Object.entries(Contract.names).map(([core, wire]) => [wire, core]))

export const layer = Layer.effect(
  Events,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const columns = sql.literal(`e.request_id, e.index, e.type, e.at, e.by, e.event, e.context,
      e.transaction::text AS transaction, e.position::text AS position, r.work_item_id AS work_item`)
    const inOrder = sql.literal("e.transaction, e.position")
    const payloads = (rows: ReadonlyArray<object>) => Effect.map(decode(rows), (found) => found.map(Payload.of))

    const list = Effect.fnUntraced(function* (workspaceId: string, { after, limit, type, request }: Query) {
      const { transaction, position } = Cursor.read(after ?? Cursor.beginning)
      // asked for once: the statements below have to agree on where the end is
      const [now] = yield* sql<{ horizon: string }>`SELECT audit_horizon()::text AS horizon`
      const horizon = now?.horizon ?? "0"
      const where = sql`e.workspace_id = ${workspaceId}
        AND (e.transaction, e.position) > (${transaction}::xid8, ${position}::bigint)
        AND e.transaction < ${horizon}::xid8`
      const wanted = request === undefined ? where : sql`${where} AND e.request_id = ${request}`
      const name = type === undefined ? undefined : coreNames.get(type)
      const rows = yield* name === undefined
        ? // the page first, and only its requests: else all requests are read for it
          sql`SELECT ${columns} FROM (
              SELECT * FROM audit_entries e WHERE ${wanted} ORDER BY ${inOrder} LIMIT ${limit + 1}
            ) e JOIN client_requests r ON r.id = e.request_id ORDER BY ${inOrder}`
        : sql`SELECT ${columns} FROM (
              SELECT * FROM audit_entries e WHERE ${wanted} ORDER BY ${inOrder} LIMIT ${scanned}
            ) e JOIN client_requests r ON r.id = e.request_id
            WHERE e.type = ${name} ORDER BY ${inOrder} LIMIT ${limit + 1}`
      const events = yield* payloads(rows.slice(0, limit))
      const next = events.at(-1)?.data.cursor ?? after ?? Cursor.beginning
      if (rows.length > limit) return { events, next, more: true }
      if (name === undefined) return { events, next, more: false }
      const [end] = yield* sql<Cursor.Place>`
        SELECT e.transaction::text AS transaction, e.position::text AS position FROM audit_entries e
        WHERE ${wanted} ORDER BY ${inOrder} LIMIT 1 OFFSET ${scanned - 1}`
      return end === undefined ? { events, next, more: false } : { events, next: Cursor.print(end), more: true }
    })

    return Events.of({
      list: (workspaceId, query) => Effect.orDie(list(workspaceId, query)),
      ofCommand: (workspaceId, requestId, commandId) =>
        sql`SELECT ${columns} FROM audit_entries e JOIN client_requests r ON r.id = e.request_id
          WHERE e.workspace_id = ${workspaceId} AND e.request_id = ${requestId} AND e.command_id = ${commandId}
          ORDER BY e.index`.pipe(Effect.flatMap(payloads), Effect.orDie),
      // from the end, so that a long history costs nothing; what is not committed yet is not asked for
      since: (workspaceId, instant, limit) =>
        sql`SELECT * FROM (
            SELECT ${columns} FROM audit_entries e JOIN client_requests r ON r.id = e.request_id
            WHERE e.workspace_id = ${workspaceId}
            ORDER BY e.transaction DESC, e.position DESC LIMIT ${limit + 1}
          ) newest WHERE at >= ${new Date(instant)}`.pipe(
          Effect.flatMap((rows) =>
            Effect.map(payloads(rows.slice(0, limit)), (events) => ({
              events: events.toSorted((one, other) => (one.data.cursor < other.data.cursor ? -1 : 1)),
              more: rows.length > limit,
            })),
          ),
          Effect.orDie,
        ),
    })
  }),
)
