/**
 * Held mails, let into the queue: those that are due, one of each workspace in turn, so that whoever has ten thousand holds
 * up nobody (M30). Where there is a rate to keep, tokens drip into a bucket that all processes share, and each mail takes
 * one. Reminders that go to one address in one name leave together: the first of them carries the others (M27).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Config } from "../Config.ts"
import * as Together from "../Database/Together.ts"
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
  readonly isBulk: boolean
  /** Others go with it. */
  readonly isAccompanied: boolean
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

  const these = (ids: ReadonlyArray<string>) =>
    Together.rows(
      sql,
      "id uuid",
      ids.map((id) => ({ id })),
    )

  /**
   * The other reminders that wait for the address of a mail `m`, in the same name. They are found by the address, the latest first,
   * and only then is it asked which of them wait: Postgres may remember a time when none did, and would read all that wait now.
   */
  const others = sql.literal(`
    SELECT o.id FROM (
      SELECT id, member_id, held_until FROM mails
      WHERE workspace_id = m.workspace_id AND address = m.address AND kind = 'reminder' AND status = 'queued'
      ORDER BY created_at DESC OFFSET 0
    ) AS o
    WHERE o.held_until IS NOT NULL AND o.member_id IS NOT DISTINCT FROM m.member_id AND o.id <> m.id`)
  const othersOf = (id: string) => sql<{ id: string }>`
    SELECT o.id FROM mails m CROSS JOIN LATERAL (${others}) AS o WHERE m.id = ${id} ORDER BY o.id`

  /** One of each workspace, then the second of each, up to the room that each has left in the queue. */
  const due = (now: number, limit: number) => sql<Held>`
    WITH RECURSIVE firms AS (
      (SELECT workspace_id AS id FROM mails WHERE held_until IS NOT NULL ORDER BY workspace_id LIMIT 1)
      UNION ALL
      SELECT (SELECT workspace_id FROM mails WHERE held_until IS NOT NULL AND workspace_id > firms.id
        ORDER BY workspace_id LIMIT 1) FROM firms WHERE firms.id IS NOT NULL
    )
    SELECT m.id, m.workspace_id, m.is_bulk,
      m.kind = 'reminder' AND m.address <> '' AND w.reminder_digest AND EXISTS (${others}) AS is_accompanied
    FROM firms JOIN workspaces w ON w.id = firms.id
    LEFT JOIN mail_tokens served ON served.name = firms.id::text CROSS JOIN LATERAL (
      SELECT count(*)::int AS n FROM (
        SELECT 1 FROM mails f WHERE f.workspace_id = firms.id AND f.status = 'queued' AND f.attempts = 0
          AND f.held_until IS NULL AND f.digest_id IS NULL LIMIT ${share}) AS one
    ) AS fresh CROSS JOIN LATERAL (
      SELECT h.*, row_number() OVER (ORDER BY h.held_until, h.id) AS turn FROM (
        SELECT id, workspace_id, member_id, address, kind, held_until, is_bulk FROM mails
        WHERE workspace_id = firms.id AND held_until <= ${new Date(now)}
        ORDER BY held_until LIMIT ${share}) AS h
    ) AS m
    WHERE m.turn <= ${share} - fresh.n
    ORDER BY m.turn, served.filled_at NULLS FIRST, m.held_until, m.id LIMIT ${limit}`

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
      yield* sql`UPDATE mails SET held_until = ${until} FROM ${these(ids)} these WHERE mails.id = these.id`
    }
    return { going: held.filter(({ id }) => !later.has(id)), standings: found }
  })

  const release = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    // one process at a time: those that leave together must not be shared out
    const [lock] = yield* sql<{ mine: boolean }>`
      SELECT pg_try_advisory_xact_lock(hashtextextended('requite:mails', 0)) AS mine`
    if (lock?.mine !== true) return 0
    const [first] = yield* sql<{ at: Date }>`
      SELECT held_until AS at FROM mails WHERE held_until IS NOT NULL ORDER BY held_until LIMIT 1`
    if (first === undefined || first.at.getTime() > now) return 0
    const allowed = yield* allowance(now)
    const { going: held, standings } = yield* warm(allowed === 0 ? [] : yield* due(now, allowed), now)
    const carried = new Set<string>()
    const leaders: Array<Held> = []
    for (const mail of held) {
      if (carried.has(mail.id)) continue
      leaders.push(mail)
      if (!mail.isAccompanied) continue
      const companions = (yield* othersOf(mail.id)).map(({ id }) => id).filter((id) => !carried.has(id))
      if (companions.length === 0) continue
      yield* sql`UPDATE mails SET held_until = NULL, digest_id = ${mail.id}
        FROM ${these(companions)} these WHERE mails.id = these.id`
      for (const id of companions) carried.add(id)
    }
    if (leaders.length === 0) return 0
    const ids = leaders.map(({ id }) => id)
    yield* sql`UPDATE mails SET held_until = NULL FROM ${these(ids)} these WHERE mails.id = these.id`
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
