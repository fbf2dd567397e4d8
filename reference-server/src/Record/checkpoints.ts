/**
 * Checkpoints, made: one process at a time for each workspace takes what was committed since the last one. Nothing that
 * commits late is passed over, because only entries below `audit_horizon()` are taken, in an order that nothing is put into
 * afterwards. What has no right seal is told and never covered. The hash of each goes to the log too: a copy that who can
 * write to the database cannot reach; and the last one is marked in the data directory (`Marks`).
 */
import { AuditRecord } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import * as events from "./events.ts"
import type { Marks } from "./Marks.ts"
import * as Seals from "./Seals.ts"
import type { Signer } from "./Signer.ts"

/** How many entries one covers at most: what a process holds in memory. */
const most = 20_000
/** How long a workspace goes without one while things happen, in milliseconds. */
const interval = 60_000

const Last = Schema.Struct({ number: Schema.Int, hash: Schema.String })
const Place = Schema.Struct({ transaction: Schema.String, position: Schema.NumberFromString })
const EntryRow = Schema.Struct({ ...AuditRecord.Checkpoint.Head.fields, ...Place.fields })

export const Row = Schema.Struct({
  workspaceId: Schema.String,
  number: Schema.Int,
  previous: Schema.String,
  at: Schema.Date,
  transaction: Schema.String,
  position: Schema.NumberFromString,
  heads: Schema.Array(AuditRecord.Checkpoint.Head),
  root: Schema.String,
  hash: Schema.String,
  key: Schema.String,
  signature: Schema.String,
})
export const columns =
  "workspace_id, number, previous, at, transaction::text, position::text, heads, root, hash, key, signature"

/** A checkpoint as its row says it, with what it covers. */
export const ofRow = ({ at, transaction, position, heads, ...rest }: typeof Row.Type) => ({
  checkpoint: { ...rest, at: at.getTime(), upTo: { transaction, position }, size: heads.length },
  heads,
})

export const make = Effect.fnUntraced(function* (signer: Signer, seals: Seals.Checking, marks: Marks) {
  const sql = yield* SqlClient.SqlClient
  const ofWorkspace = yield* events.make(seals)

  const state = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: Last,
    execute: (workspaceId) => sql`
      SELECT checkpoint AS number, checkpoint_hash AS hash FROM records
      WHERE workspace_id = ${workspaceId} FOR UPDATE SKIP LOCKED`,
  })
  const place = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: Place,
    execute: (workspaceId) => sql`
      SELECT transaction::text, position::text FROM audit_checkpoints
      WHERE workspace_id = ${workspaceId} ORDER BY number DESC LIMIT 1`,
  })
  const entries = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, after: Place }),
    Result: EntryRow,
    execute: ({ workspaceId, after }) => sql`
      SELECT request_id, index, hash, transaction::text, position::text FROM audit_entries
      WHERE workspace_id = ${workspaceId} AND transaction < audit_horizon()
        AND (transaction, position) > (${after.transaction}::xid8, ${after.position}::bigint)
      ORDER BY audit_entries.transaction, audit_entries.position LIMIT ${most}`,
  })

  /** Makes one; false where there is nothing to cover, or somebody else is at it. */
  const one = (workspaceId: string) =>
    Effect.gen(function* () {
      const last = Option.getOrNull(yield* state(workspaceId))
      if (last === null) return false
      const after = Option.getOrElse(yield* place(workspaceId), () => ({ transaction: "0", position: 0 }))
      const found = yield* entries({ workspaceId, after })
      const happened = yield* ofWorkspace.next(workspaceId)
      // where only the workspace itself had something happen, as far as the one before
      const upTo = found.at(-1) ?? after
      if (found.length === 0 && happened === null) return false
      const fault = yield* marks.fault(workspaceId)
      if (fault !== null) {
        yield* Effect.logError(fault.message, { workspace: workspaceId })
        return false
      }
      const at = yield* Clock.currentTimeMillis
      const unsealed = yield* seals.ofRequests(workspaceId, [...new Set(found.map(({ requestId }) => requestId))])
      for (const [request, index] of unsealed) {
        yield* Effect.logError(Seals.message({ request, index }), { request, index })
      }
      const latest = new Map<string, AuditRecord.Checkpoint.Head>()
      for (const { requestId, index, hash } of found) {
        // whatever follows on it is chained to it
        if (index >= (unsealed.get(requestId) ?? Infinity)) continue
        if (index > (latest.get(requestId)?.index ?? 0)) latest.set(requestId, { requestId, index, hash })
      }
      const heads = [
        ...latest.values(),
        ...(happened === null ? [] : [{ requestId: workspaceId, index: happened.index, hash: happened.hash }]),
      ]
      if (heads.length === 0) return false
      const made = yield* AuditRecord.Checkpoint.make(
        last.number === 0 ? null : last,
        { workspaceId, at, upTo: { transaction: upTo.transaction, position: upTo.position } },
        heads,
      )
      const { number, previous, root, hash } = made
      const signature = yield* signer.sign(AuditRecord.Checkpoint.signedText(made))
      yield* sql`INSERT INTO audit_checkpoints ${sql.insert({
        workspaceId,
        number,
        previous,
        at: new Date(at),
        transaction: upTo.transaction,
        position: upTo.position,
        heads: JSON.stringify(heads),
        root,
        hash,
        key: signer.key,
        signature,
      })}`
      yield* sql`UPDATE records SET checkpoint = ${number}, checkpoint_hash = ${hash}
        WHERE workspace_id = ${workspaceId}`
      if (happened !== null) yield* ofWorkspace.note(workspaceId, happened)
      // only what was committed is told
      yield* sql.afterCommit(
        Effect.andThen(
          Effect.logInfo(`audit checkpoint ${number} of workspace ${workspaceId}: ${hash}`),
          marks.note(workspaceId, { number, hash }),
        ),
      )
      return true
    }).pipe(sql.withTransaction)

  /** Makes what can be made now; gives how many. */
  const checkpoint = (workspaceId: string) =>
    Effect.gen(function* () {
      yield* sql`INSERT INTO records (workspace_id, checkpoint, checkpoint_hash)
        SELECT ${workspaceId}::uuid, 0, '' WHERE NOT EXISTS (SELECT FROM records WHERE workspace_id = ${workspaceId})
        ON CONFLICT DO NOTHING`
      let made = 0
      while (yield* one(workspaceId)) made++
      return made
    }).pipe(Tenancy.within(workspaceId), Effect.withSpan("Record.checkpoint"), Effect.orDie)

  /** Workspaces in which something happened since their last checkpoint, and that was a while ago. */
  const due = Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => sql<{ id: string }>`
      SELECT w.id FROM workspaces w
      LEFT JOIN LATERAL (SELECT transaction, position, at FROM audit_checkpoints c
        WHERE c.workspace_id = w.id ORDER BY number DESC LIMIT 1) c ON true
      LEFT JOIN records r ON r.workspace_id = w.id
      WHERE (c.at IS NULL OR c.at <= ${new Date(now - interval)}) AND (EXISTS (
        SELECT FROM audit_entries e WHERE e.workspace_id = w.id AND e.transaction < audit_horizon()
          AND (e.transaction, e.position) > (coalesce(c.transaction, '0'::xid8), coalesce(c.position, 0)))
      OR EXISTS (
        SELECT FROM workspace_events v WHERE v.workspace_id = w.id AND v.transaction < audit_horizon()
          AND (v.transaction, v.position) > (coalesce(r.events_transaction, '0'::xid8), coalesce(r.events_position, 0))))`,
  ).pipe(Tenancy.across, Effect.orDie)

  return { checkpoint, due }
})
