/** Operations over the tables. Everything is of one workspace, and of the last days: indexes hold both. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as migrations from "../Database/migrations.ts"
import * as Messages from "../Messages.ts"
import {
  type Day,
  type Failed,
  type FailedMail,
  memoryMillis,
  Operations,
  retryLimit,
  type Status,
  type Stuck,
} from "../Operations.ts"
import * as MailQueue from "../Outbox/MailQueue.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Version from "./Version.ts"

/** As `Outbox/MailQueue.ts` calls it. */
const mailQueue = "mail"
const day = 86_400_000
const millis = (at: Date | null | undefined): number | null => at?.getTime() ?? null

export const layer = Layer.effect(
  Operations,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const queue = yield* MailQueue.make

    const waiting = (workspaceId: string) => sql<{ kind: string; count: number; oldest: Date }>`
      SELECT kind, count(*)::int AS count, min(created_at) AS oldest FROM mails
      WHERE workspace_id = ${workspaceId} AND status = 'queued' AND held_until IS NULL
      GROUP BY kind ORDER BY count DESC, kind`

    const held = (workspaceId: string) => sql<{ count: number }>`
      SELECT count(*)::int AS count FROM mails WHERE workspace_id = ${workspaceId} AND held_until IS NOT NULL`

    const days = Effect.fnUntraced(function* (workspaceId: string, timeZone: string, now: number) {
      const rows = yield* sql<{ day: string; sent: number; failed: number; dropped: number }>`
        SELECT to_char(created_at AT TIME ZONE ${timeZone}, 'YYYY-MM-DD') AS day,
          count(*) FILTER (WHERE handed_over_at IS NOT NULL)::int AS sent,
          count(*) FILTER (WHERE status = 'failed')::int AS failed,
          count(*) FILTER (WHERE status = 'dropped')::int AS dropped
        FROM mails WHERE workspace_id = ${workspaceId} AND created_at > ${new Date(now - 8 * day)} GROUP BY 1`
      const found = new Map(rows.map((row) => [row.day, row]))
      return Array.from({ length: 7 }, (_, at): Day => {
        const name = Messages.calendarDay(now - (6 - at) * day, timeZone)
        return found.get(name) ?? { day: name, sent: 0, failed: 0, dropped: 0 }
      })
    })

    const failures = (workspaceId: string, since: Date) => sql<{
      status: Status
      reason: string
      count: number
      latest: Date
    }>`
      SELECT status, coalesce(reason, '') AS reason, count(*)::int AS count, max(created_at) AS latest FROM mails
      WHERE workspace_id = ${workspaceId} AND created_at > ${since} AND status IN ('failed', 'dropped')
      GROUP BY status, coalesce(reason, '') ORDER BY status DESC, count DESC, reason LIMIT 50`

    const failedMails = (workspaceId: string, since: Date) => sql<
      Omit<FailedMail, "createdAt"> & { readonly createdAt: Date }
    >`
      SELECT m.id, m.request_id AS request, r.state #>> '{details,title}' AS title, m.kind, m.recipient, m.status,
        coalesce(m.reason, '') AS reason, m.created_at
      FROM mails m JOIN client_requests r ON r.id = m.request_id
      WHERE m.workspace_id = ${workspaceId} AND m.created_at > ${since} AND m.status IN ('failed', 'dropped')
      ORDER BY m.created_at DESC LIMIT 50`

    const due = (workspaceId: string, now: Date) => sql<{ count: number; oldest: Date | null }>`
      SELECT count(*)::int AS count, min(next_due_at) AS oldest FROM client_requests
      WHERE workspace_id = ${workspaceId} AND next_due_at <= ${now}`

    // what was woken or changed since is well again
    const stuck = (workspaceId: string) => sql<Omit<Stuck, "failedAt"> & { readonly failedAt: Date }>`
      SELECT f.request_id AS request, r.state #>> '{details,title}' AS title, f.reason, f.times, f.failed_at
      FROM wake_failures f JOIN client_requests r ON r.id = f.request_id
      WHERE f.workspace_id = ${workspaceId} AND r.updated_at <= f.failed_at AND r.next_due_at IS NOT NULL
      ORDER BY f.failed_at DESC LIMIT 20`

    const webhooks = (workspaceId: string) => sql<{ queued: number; dead: number }>`
      SELECT count(*) FILTER (WHERE status = 'queued')::int AS queued, count(*) FILTER (WHERE status = 'dead')::int AS dead
      FROM webhook_deliveries WHERE workspace_id = ${workspaceId}`

    const lastSweep = sql<{ at: Date }>`SELECT finished_at AS at FROM loop_runs WHERE name = 'sweeper'`
    const lastCheckpoint = (workspaceId: string) => sql<{ at: Date | null }>`
      SELECT max(at) AS at FROM audit_checkpoints WHERE workspace_id = ${workspaceId}`
    // how large the database is says how much other firms have: that is for who runs the server (`/metrics`)
    const server = sql<{ postgres: string }>`SELECT current_setting('server_version') AS postgres`

    const overview: Operations["Service"]["overview"] = ({ id, timeZone }) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const since = new Date(now - memoryMillis)
        const [oldestDue] = yield* due(id, new Date(now))
        const [deliveries] = yield* webhooks(id)
        const [about] = yield* server
        return {
          at: now,
          waiting: (yield* waiting(id)).map(({ oldest, ...kind }) => ({ ...kind, oldest: oldest.getTime() })),
          held: (yield* held(id))[0]?.count ?? 0,
          days: yield* days(id, timeZone, now),
          failures: (yield* failures(id, since)).map(({ latest, ...failed }): Failed => ({
            ...failed,
            latest: latest.getTime(),
          })),
          mails: (yield* failedMails(id, since)).map(({ createdAt, ...mail }): FailedMail => ({
            ...mail,
            createdAt: createdAt.getTime(),
          })),
          due: { count: oldestDue?.count ?? 0, oldest: millis(oldestDue?.oldest) },
          stuck: (yield* stuck(id)).map(({ failedAt, ...one }): Stuck => ({ ...one, failedAt: failedAt.getTime() })),
          webhooks: { queued: deliveries?.queued ?? 0, dead: deliveries?.dead ?? 0 },
          lastSweep: millis((yield* lastSweep)[0]?.at),
          lastCheckpoint: millis((yield* lastCheckpoint(id))[0]?.at),
          server: {
            requite: Version.ours,
            node: process.versions.node,
            postgres: about?.postgres ?? "",
            tables: Object.keys(migrations.migrations).at(-1) ?? "",
          },
        }
      }).pipe(Effect.orDie)

    /** Its place in the queue is kept after it was given up; one that was cleared away meanwhile is made again. */
    const requeue = Effect.fnUntraced(function* (workspaceId: string, ids: ReadonlyArray<string>) {
      const put = yield* sql<{ id: string }>`
        UPDATE queue SET state = 'pending', attempts = 0, acquired_at = NULL, acquired_by = NULL, last_failure = NULL,
          visible_at = now(), updated_at = now()
        WHERE queue_name = ${mailQueue} AND state <> 'pending' AND ${sql.in("id", ids)} RETURNING id`
      const there = new Set(put.map(({ id }) => id))
      for (const id of ids) {
        if (!there.has(id)) yield* queue.offer({ mailId: id, workspaceId })
      }
    })

    const retry: Operations["Service"]["retry"] = (workspaceId, what) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const wanted =
          "mails" in what
            ? what.mails.length === 0
              ? sql`false`
              : sql.in("id", what.mails.slice(0, retryLimit))
            : sql`status = ${what.status} AND coalesce(reason, '') = ${what.reason}`
        const taken = yield* sql<{ id: string }>`
          UPDATE mails SET status = 'queued', reason = NULL, attempts = 0 WHERE id IN (
            SELECT id FROM mails
            WHERE workspace_id = ${workspaceId} AND created_at > ${new Date(now - memoryMillis)}
              AND status IN ('failed', 'dropped') AND ${wanted}
            ORDER BY created_at LIMIT ${retryLimit} FOR UPDATE SKIP LOCKED
          ) RETURNING id`
        const ids = taken.map(({ id }) => id)
        if (ids.length > 0) yield* requeue(workspaceId, ids)
        return ids.length
      }).pipe(sql.withTransaction, Effect.orDie)

    return Operations.of({ overview, retry })
  }),
)
