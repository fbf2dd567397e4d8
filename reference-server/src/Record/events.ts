/**
 * Events of the workspace under checkpoints: whoever makes a checkpoint chains on what was committed since the last one, in an
 * order that nothing is put into afterwards, and covers the end of that chain under the workspace's id. So that writing an
 * event waits for nobody.
 */
import { AuditRecord } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Seals from "./Seals.ts"

/** Taken up at once, at most. */
const most = 10_000

/** How far they were covered: the end of the chain, and which event that was. */
const Covered = Schema.Struct({
  index: Schema.Int,
  hash: Schema.String,
  transaction: Schema.String,
  position: Schema.String,
})
const EventRow = Schema.Struct({
  hash: Schema.String,
  seal: Schema.String,
  transaction: Schema.String,
  position: Schema.String,
})

export const make = Effect.fnUntraced(function* (seals: Seals.Checking) {
  const sql = yield* SqlClient.SqlClient

  const covered = SqlSchema.findOne({
    Request: Schema.String,
    Result: Covered,
    execute: (workspaceId) => sql`
      SELECT events AS index, events_hash AS hash, events_transaction::text AS transaction,
        events_position::text AS position FROM records WHERE workspace_id = ${workspaceId}`,
  })
  const after = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, ...Covered.fields }),
    Result: EventRow,
    execute: ({ workspaceId, transaction, position }) => sql`
      SELECT hash, seal, transaction::text, position::text FROM workspace_events
      WHERE workspace_id = ${workspaceId} AND transaction < audit_horizon()
        AND (transaction, position) > (${transaction}::xid8, ${position}::bigint)
      ORDER BY workspace_events.transaction, workspace_events.position LIMIT ${most}`,
  })

  return {
    /** The end of the chain with what can be covered now; null: nothing new. Whatever has no right seal ends it. */
    next: Effect.fnUntraced(function* (workspaceId: string) {
      const before = yield* covered(workspaceId)
      const rows = yield* after({ workspaceId, ...before })
      const wrong = rows.findIndex((row) => !seals.isRight(row))
      if (wrong >= 0) {
        const index = before.index + wrong + 1
        yield* Effect.logError(Seals.eventMessage(index), { workspace: workspaceId, index })
      }
      const right = wrong < 0 ? rows : rows.slice(0, wrong)
      const last = right.at(-1)
      if (last === undefined) return null
      let end: AuditRecord.WorkspaceEvent.End = before.index === 0 ? AuditRecord.WorkspaceEvent.start : before
      for (const row of right) end = yield* AuditRecord.WorkspaceEvent.chained(end, row)
      const { transaction, position } = last
      return { ...end, transaction, position }
    }),
    /** Notes that a checkpoint covers them up to there. */
    note: (workspaceId: string, { index, hash, transaction, position }: typeof Covered.Type) =>
      sql`UPDATE records SET events = ${index}, events_hash = ${hash}, events_transaction = ${transaction}::xid8,
        events_position = ${position}::bigint WHERE workspace_id = ${workspaceId}`,
  }
})
