/**
 * Held mails, let into the queue: those that are due, one of each workspace in turn, so that whoever has ten thousand holds
 * up nobody (M30). Where there is a rate to keep, tokens drip into a bucket that all processes share, and each mail takes
 * one. Reminders that go to one address in one name leave together: the first of them carries the others (M27).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Config } from "../Config.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as WarmUp from "../Senders/WarmUp.ts"
import * as Tenancy from "../Tenancy.ts"
import { share } from "./Holding.ts"
import * as MailQueue from "./MailQueue.ts"

/** At once, at most. */
const most = 500

interface Held {
  readonly id: string
  readonly workspaceId: string
  readonly memberId: string | null
  readonly address: string
  readonly kind: string
  readonly digest: boolean
  readonly isBulk: boolean
}

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const queue = yield* MailQueue.make
  const { mailRatePerMinute } = yield* Config
  const warmUp = yield* WarmUp.make

  /** How many may go now. The bucket holds what drips into it in ten seconds. */
  const allowance = Effect.fnUntraced(function* (now: number) {
    if (mailRatePerMinute === undefined) return most
    const full = Math.max(1, mailRatePerMinute / 6)
    const [bucket] = yield* sql<{ tokens: number }>`
      INSERT INTO mail_tokens AS bucket ${sql.insert({ name: "all", tokens: full, filledAt: new Date(now) })}
      ON CONFLICT (name) DO UPDATE SET filled_at = greatest(bucket.filled_at, excluded.filled_at), tokens = least(
        ${full}::float8,
        bucket.tokens + greatest(0, extract(epoch FROM excluded.filled_at - bucket.filled_at)) * ${mailRatePerMinute / 60}::float8)
      RETURNING tokens`
    return Math.min(most, Math.floor(bucket?.tokens ?? 0))
  })
  /** Takes the tokens, and remembers who had a turn: next time the others come first. */
  const spend = Effect.fnUntraced(function* (leaders: ReadonlyArray<Held>, now: number) {
    if (mailRatePerMinute === undefined) return
    yield* sql`UPDATE mail_tokens SET tokens = tokens - ${leaders.length} WHERE name = 'all'`
    for (const name of new Set(leaders.map(({ workspaceId }) => workspaceId))) {
      yield* sql`INSERT INTO mail_tokens ${sql.insert({ name, tokens: 0, filledAt: new Date(now) })}
        ON CONFLICT (name) DO UPDATE SET filled_at = excluded.filled_at`
    }
  })

  /** One of each workspace, then the second of each, up to the room that each has left in the queue. */
  const due = (now: number, limit: number) => sql<Held>`
    WITH RECURSIVE firms AS (
      (SELECT workspace_id AS id FROM mails WHERE held_until IS NOT NULL ORDER BY workspace_id LIMIT 1)
      UNION ALL
      SELECT (SELECT workspace_id FROM mails WHERE held_until IS NOT NULL AND workspace_id > firms.id
        ORDER BY workspace_id LIMIT 1) FROM firms WHERE firms.id IS NOT NULL
    )
    SELECT m.id, m.workspace_id, m.member_id, m.address, m.kind, w.reminder_digest AS digest, m.is_bulk
    FROM firms JOIN workspaces w ON w.id = firms.id
    LEFT JOIN mail_tokens served ON served.name = firms.id::text CROSS JOIN LATERAL (
      SELECT count(*)::int AS n FROM (
        SELECT 1 FROM mails f WHERE f.workspace_id = firms.id AND f.status = 'queued' AND f.attempts = 0
          AND f.held_until IS NULL AND f.digest_id IS NULL LIMIT ${share}) AS one
    ) AS fresh CROSS JOIN LATERAL (
      SELECT h.*, row_number() OVER (ORDER BY h.held_until, h.id) AS turn FROM (
        SELECT id, workspace_id, member_id, address, kind, held_until, is_bulk FROM mails
        WHERE workspace_id = firms.id AND held_until <= ${new Date(now)}
        ORDER BY held_until, id LIMIT ${share}) AS h
    ) AS m
    WHERE m.turn <= ${share} - fresh.n
    ORDER BY m.turn, served.filled_at NULLS FIRST, m.held_until, m.id LIMIT ${limit}`

  /** Which of these have others that go with them: one question, because most have none. */
  const together = Effect.fnUntraced(function* (held: ReadonlyArray<Held>) {
    const ids = held.flatMap(({ id, kind, digest, address }) =>
      kind === "reminder" && digest && address !== "" ? [id] : [],
    )
    if (ids.length === 0) return new Set<string>()
    const found = yield* sql<{ id: string }>`
      SELECT l.id FROM mails l WHERE ${sql.in("l.id", ids)} AND EXISTS (
        SELECT 1 FROM mails o WHERE o.workspace_id = l.workspace_id AND o.address = l.address AND o.kind = 'reminder'
          AND o.status = 'queued' AND o.held_until IS NOT NULL AND o.member_id IS NOT DISTINCT FROM l.member_id
          AND o.id <> l.id)`
    return new Set(found.map(({ id }) => id))
  })

  /** The other reminders that wait for the same address, in the same name. */
  const companions = ({ id, workspaceId, address, memberId }: Held) => sql<{ id: string }>`
    SELECT id FROM mails WHERE workspace_id = ${workspaceId} AND address = ${address} AND kind = 'reminder'
      AND status = 'queued' AND held_until IS NOT NULL AND member_id IS NOT DISTINCT FROM ${memberId}::uuid AND id <> ${id}
    ORDER BY id`

  /** Those that may go today; the others wait for the next day of their new domain. */
  const warm = Effect.fnUntraced(function* (held: ReadonlyArray<Held>, now: number) {
    const later = new Set<string>()
    const found = new Map<string, WarmUp.Standing>()
    for (const workspaceId of new Set(held.flatMap((mail) => (mail.isBulk ? [mail.workspaceId] : [])))) {
      const standing = yield* warmUp.of(workspaceId, now)
      if (standing === null) continue
      found.set(workspaceId, standing)
      const bulk = held.filter((mail) => mail.isBulk && mail.workspaceId === workspaceId)
      const ids = bulk.slice(Math.max(0, standing.perDay - standing.sent)).map(({ id }) => id)
      if (ids.length === 0) continue
      for (const id of ids) later.add(id)
      const until = new Date(standing.until ?? now + 86_400_000)
      yield* sql`UPDATE mails SET held_until = ${until} WHERE ${sql.in("id", ids)}`
    }
    return { going: held.filter(({ id }) => !later.has(id)), standings: found }
  })

  const release = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    // one process at a time: those that leave together must not be shared out
    const [lock] = yield* sql<{ mine: boolean }>`
      SELECT pg_try_advisory_xact_lock(hashtextextended('requite:mails', 0)) AS mine`
    if (lock?.mine !== true) return 0
    const [any] = yield* sql`SELECT 1 FROM mails WHERE held_until <= ${new Date(now)} LIMIT 1`
    if (any === undefined) return 0
    const allowed = yield* allowance(now)
    const { going: held, standings } = yield* warm(allowed === 0 ? [] : yield* due(now, allowed), now)
    const accompanied = yield* together(held)
    const carried = new Set<string>()
    const leaders: Array<Held> = []
    for (const mail of held) {
      if (carried.has(mail.id)) continue
      leaders.push(mail)
      if (!accompanied.has(mail.id)) continue
      const others = (yield* companions(mail)).map(({ id }) => id).filter((id) => !carried.has(id))
      if (others.length === 0) continue
      yield* sql`UPDATE mails SET held_until = NULL, digest_id = ${mail.id} WHERE ${sql.in("id", others)}`
      for (const id of others) carried.add(id)
    }
    if (leaders.length === 0) return 0
    const ids = leaders.map(({ id }) => id)
    yield* sql`UPDATE mails SET held_until = NULL WHERE ${sql.in("id", ids)}`
    const offers = leaders.map(({ id, workspaceId }) => queue.offer({ mailId: id, workspaceId }))
    yield* Effect.all(offers, { concurrency: "unbounded", discard: true })
    yield* spend(leaders, now)
    for (const [workspaceId, standing] of standings) {
      const count = leaders.filter((mail) => mail.isBulk && mail.workspaceId === workspaceId).length
      if (count > 0) yield* warmUp.spend(workspaceId, standing, count, now)
    }
    return leaders.length
  }).pipe(sql.withTransaction, Effect.orDie, Tenancy.across)
  return { release }
})
