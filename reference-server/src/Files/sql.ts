/** The rows of files: what is read and written of them, and which of them the scanner is to look at. */
import type { ClientRequest } from "@requite/core"
import type { FileRef } from "@requite/core/QuestionKind/upload"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type File, type Noted, Origin, type Registered, Scan, type Standing } from "../Files.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import type { Verdict } from "../VirusScanner.ts"

const Instant = Schema.NullOr(Schema.Date)

const Row = Schema.Struct({
  id: Schema.String,
  workspaceId: Schema.String,
  requestId: Schema.NullOr(Schema.String),
  question: Schema.NullOr(Schema.String),
  origin: Origin,
  name: Schema.String,
  bytes: Schema.Finite,
  type: Schema.String,
  sha256: Schema.String,
  scan: Scan,
  detail: Schema.String,
  attempts: Schema.Int,
  scannedAt: Instant,
  createdAt: Schema.Date,
  isGone: Schema.Boolean,
})

/** A row, with whether its bytes were removed. */
export interface Known extends File {
  readonly isGone: boolean
}

const known = ({ scannedAt, createdAt, ...row }: typeof Row.Type): Known => ({
  ...row,
  scannedAt: scannedAt?.getTime() ?? null,
  createdAt: createdAt.getTime(),
})

/** One that cannot be scanned is tried again by itself so often: its settings may have been changed meanwhile. */
const mostAttempts = 5
const hour = 3_600_000

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const columns =
    sql.literal(`id, workspace_id, request_id, question, origin, name, bytes::float8 AS bytes, type, sha256, scan,
    scan_detail AS detail, scan_attempts AS attempts, scanned_at, created_at, gone_at IS NOT NULL AS is_gone`)

  const read = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, ids: Schema.Array(Schema.String) }),
    Result: Row,
    execute: ({ workspaceId, ids }) => sql`
      SELECT ${columns} FROM files WHERE workspace_id = ${workspaceId} AND id IN ${sql.in(ids)}`,
  })
  const waiting = SqlSchema.findAll({
    Request: Schema.String,
    Result: Row,
    execute: (workspaceId) => sql`
      SELECT ${columns} FROM files WHERE workspace_id = ${workspaceId} AND scan IN ('pending', 'unscannable')
      ORDER BY created_at LIMIT 100`,
  })
  const due = SqlSchema.findAll({
    Request: Schema.Struct({ now: Schema.Date, until: Schema.Date, limit: Schema.Int }),
    Result: Row,
    execute: ({ now, until, limit }) => sql`
      UPDATE files SET next_scan_at = ${until}, scan_attempts = scan_attempts + 1 WHERE id IN (
        SELECT id FROM files WHERE next_scan_at <= ${now} ORDER BY next_scan_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
      RETURNING ${columns}`,
  })
  const behind = SqlSchema.findAll({
    Request: Schema.Int,
    Result: Row,
    execute: (limit) => sql`SELECT ${columns} FROM files WHERE is_untold LIMIT ${limit}`,
  })
  const left = SqlSchema.findAll({
    Request: Schema.Int,
    Result: Row,
    execute: (limit) => sql`
      SELECT ${columns} FROM files WHERE scan = 'infected' AND gone_at IS NULL AND NOT is_untold LIMIT ${limit}`,
  })

  const insert = (
    { workspaceId, requestId = null, question = null, origin, file, isStripped = false }: Omit<Registered, "inspected">,
    state: { readonly scan: Scan; readonly detail: string; readonly noted: Scan | null },
    now: number,
  ) => {
    const at = new Date(now)
    const isKnown = state.scan !== "pending"
    return sql`INSERT INTO files ${sql.insert({
      id: file.id,
      workspaceId,
      requestId,
      question,
      origin,
      name: file.name,
      bytes: file.bytes,
      type: file.type,
      sha256: file.sha256,
      scan: state.scan,
      scanDetail: state.detail,
      scanAttempts: isKnown ? 1 : 0,
      nextScanAt: state.scan === "unscannable" ? new Date(now + hour) : isKnown ? null : at,
      scannedAt: isKnown ? at : null,
      noted: state.noted,
      isStripped,
      createdAt: at,
    })}`
  }

  return {
    read: (workspaceId: string, ids: ReadonlyArray<string>) =>
      ids.length === 0 ? Effect.succeed([]) : Effect.map(read({ workspaceId, ids }), (rows) => rows.map(known)),
    waiting: (workspaceId: string) => Effect.map(waiting(workspaceId), (rows) => rows.map(known)),

    register: (file: Registered, now: number) => {
      const { inspected } = file
      const detail = "reason" in inspected ? inspected.reason : ""
      return sql`${insert(file, { scan: inspected.verdict, detail, noted: null }, now)} ON CONFLICT (id) DO NOTHING`
    },
    /** A file that nobody registered is written down here as one that is still to be scanned: never as a clean one. */
    attach: (workspaceId: string, requestId: string, question: string, file: FileRef, now: number) =>
      Effect.map(
        sql<{ noted: ClientRequest.FileScan; isStripped: boolean }>`
          ${insert({ workspaceId, requestId, question, origin: "customer", file }, { scan: "pending", detail: "", noted: "pending" }, now)}
          ON CONFLICT (id) DO UPDATE SET request_id = ${requestId}, question = ${question},
            noted = CASE WHEN files.scan = 'infected' THEN 'pending' ELSE files.scan END
          RETURNING noted, is_stripped`,
        ([row]): Noted => ({
          scan: row?.noted ?? "pending",
          ...(row?.isStripped === true ? { withoutLocation: true } : {}),
        }),
      ),
    forget: (workspaceId: string, ids: ReadonlyArray<string>) =>
      sql`DELETE FROM files WHERE workspace_id = ${workspaceId} AND id IN ${sql.in(ids)}`,
    again: (workspaceId: string, ids: ReadonlyArray<string>, now: number) =>
      Effect.map(
        sql`UPDATE files SET next_scan_at = ${new Date(now)}, scan_attempts = 0
          WHERE workspace_id = ${workspaceId} AND id IN ${sql.in(ids)} AND scan IN ('pending', 'unscannable') RETURNING 1`,
        (rows) => rows.length,
      ),

    isDue: (now: number) =>
      Tenancy.across(
        Effect.map(sql`SELECT 1 FROM files WHERE next_scan_at <= ${new Date(now)} LIMIT 1`, (rows) => rows.length > 0),
      ),
    /** Takes files that are due, and holds them until `until`: whoever is killed with one in hand leaves it to others. */
    claim: (now: number, until: number, limit: number) =>
      Tenancy.across(Effect.map(due({ now: new Date(now), until: new Date(until), limit }), (rows) => rows.map(known))),
    /** Those whose verdict their request does not say yet. */
    untold: (limit: number) => Tenancy.across(Effect.map(behind(limit), (rows) => rows.map(known))),
    /** Infected, told, and still in the store. */
    infected: (limit: number) => Tenancy.across(Effect.map(left(limit), (rows) => rows.map(known))),
    /** Has what was let through unscanned looked at, once there is a scanner. */
    rescan: (now: number) =>
      Tenancy.across(
        sql`UPDATE files SET next_scan_at = ${new Date(now)} WHERE scan = 'unscanned' AND next_scan_at IS NULL`,
      ),
    judge: ({ id, workspaceId, attempts }: Known, verdict: Verdict, now: number) => {
      const detail = "reason" in verdict ? verdict.reason : "signature" in verdict ? verdict.signature : ""
      const next =
        verdict.verdict === "unscannable" && attempts < mostAttempts
          ? new Date(now + hour * 4 ** Math.max(0, attempts - 1))
          : null
      return sql`UPDATE files SET scan = ${verdict.verdict}, scan_detail = ${detail}, scanned_at = ${new Date(now)},
        next_scan_at = ${next} WHERE workspace_id = ${workspaceId} AND id = ${id}`
    },
    postpone: ({ id, workspaceId }: Known, reason: string, until: number) =>
      sql`UPDATE files SET scan_detail = ${reason}, next_scan_at = ${new Date(until)}
        WHERE workspace_id = ${workspaceId} AND id = ${id}`,
    note: ({ id, workspaceId, scan }: Known) =>
      sql`UPDATE files SET noted = ${scan} WHERE workspace_id = ${workspaceId} AND id = ${id}`,
    gone: ({ id, workspaceId }: Known, now: number) =>
      sql`UPDATE files SET gone_at = ${new Date(now)} WHERE workspace_id = ${workspaceId} AND id = ${id}`,

    standing: Tenancy.across(
      Effect.map(
        sql<{ pending: number; since: Date | null; unscannable: number }>`
          SELECT count(*) FILTER (WHERE scan = 'pending')::int AS pending,
            min(created_at) FILTER (WHERE scan = 'pending') AS since,
            count(*) FILTER (WHERE scan = 'unscannable')::int AS unscannable
          FROM files WHERE scan IN ('pending', 'unscannable')`,
        ([row]): Omit<Standing, "scanner"> => ({
          pending: row?.pending ?? 0,
          pendingSince: row?.since?.getTime() ?? null,
          unscannable: row?.unscannable ?? 0,
        }),
      ),
    ),
  }
})

export type Rows = Effect.Success<typeof make>
