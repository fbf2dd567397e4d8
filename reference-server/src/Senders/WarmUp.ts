/**
 * Warming a new domain up (M30): receivers distrust much mail from a domain that they do not know, so what a firm sends to
 * many (invitations of a batch, reminders) begins with so many a day and doubles on each day on which any goes, until after
 * two weeks of them there is no ceiling. Above it they wait for the next day. Only who lets held mails go counts
 * (`Outbox/Release.ts`), one process at a time, so that nobody waits for a lock to write a mail.
 */
import * as Effect from "effect/Effect"
import { Config } from "../Config.ts"
import { SqlClient } from "../platform/Sql.ts"

/** Days on which mail goes, until there is no ceiling. */
export const days = 14
const day = 86_400_000

/** How many may go on which day (from 0) of a plan that begins with so many. */
export const ceiling = (first: number, step: number): number => first * 2 ** step

export interface Standing {
  /** Which day of the plan it is, from 0. */
  readonly step: number
  /** How many may go on it, and how many have. */
  readonly perDay: number
  readonly sent: number
  /** When the day began, and when the next one may; milliseconds since the epoch. Null: with the next mail. */
  readonly from: number | null
  readonly until: number | null
}

interface Row {
  readonly warmStep: number
  readonly warmFrom: Date | null
  readonly warmSent: number
}

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { warmUpPerDay } = yield* Config

  const standing = (first: number, { warmStep, warmFrom, warmSent }: Row, now: number): Standing | null => {
    const from = warmFrom?.getTime() ?? null
    const isOver = from !== null && now >= from + day
    const step = isOver ? warmStep + 1 : warmStep
    if (step >= days) return null
    const perDay = ceiling(first, step)
    return from === null || isOver
      ? { step, perDay, sent: 0, from: null, until: null }
      : { step, perDay, sent: warmSent, from, until: from + day }
  }

  /** How a workspace's domain stands; null: no ceiling, because nobody wants one, there is no domain, or it is warm. */
  const of = Effect.fnUntraced(function* (workspaceId: string, now: number) {
    if (warmUpPerDay === undefined) return null
    const [row] = yield* sql<Row>`
      SELECT warm_step, warm_from, warm_sent FROM senders
      WHERE workspace_id = ${workspaceId} AND verified_at IS NOT NULL AND lost_at IS NULL`
    return row === undefined ? null : standing(warmUpPerDay, row, now)
  })

  return {
    of,
    /** From when a mail to many may go: now, or the next day where this one is full; null: no ceiling holds it. */
    heldUntil: Effect.fnUntraced(function* (workspaceId: string, now: number) {
      const found = yield* of(workspaceId, now)
      if (found === null) return null
      return found.sent < found.perDay ? now : (found.until ?? now)
    }),
    /** Is the request one of many that were made together? */
    isOfBatch: Effect.fnUntraced(function* (workspaceId: string, requestId: string) {
      if (warmUpPerDay === undefined) return false
      const rows = yield* sql`
        SELECT 1 FROM batch_rows WHERE workspace_id = ${workspaceId} AND request_id = ${requestId} LIMIT 1`
      return rows.length > 0
    }),
    /** Counts so many more that go now. */
    spend: (workspaceId: string, { step, sent, from }: Standing, count: number, now: number) =>
      sql`UPDATE senders SET warm_step = ${step}, warm_from = ${new Date(from ?? now)}, warm_sent = ${sent + count}
        WHERE workspace_id = ${workspaceId}`,
    /** How many wait for a later day. */
    waiting: Effect.fnUntraced(function* (workspaceId: string) {
      const [row] = yield* sql<{ n: number }>`
        SELECT count(*)::int AS n FROM mails
        WHERE workspace_id = ${workspaceId} AND held_until IS NOT NULL AND is_bulk AND status = 'queued'`
      return row?.n ?? 0
    }),
  }
})
