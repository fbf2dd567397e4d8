/**
 * How long a mail is held before it may go, decided when it is written (null: it goes at once). A reminder waits for the
 * others that the same address gets on the same day, so that they become one mail (M27). A workspace that has its share of
 * the queue already waits for its turn, and where the operator limits the rate everything does (M30). What a customer asked
 * for themselves never waits.
 */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"

/** Mails of one workspace that stand in the queue at once, so that another one's mail is never behind more. */
export const share = 200

/** What is due at the same time is woken one after the other: so long they wait for each other, in milliseconds. */
const grace = 60_000

/** How many of an address's other requests are looked at: those that remind the latest. */
const most = 5

/** From the latest mails that the address got: the way there must not grow with all that was ever sent to it. */
const recent = 200

/** What a mail finds when it is written: one question, because every mail asks it. */
const Found = Schema.Struct({
  isFull: Schema.Boolean,
  digest: Schema.Boolean,
  /** Until when reminders to this address are held already. */
  gatheredUntil: Schema.NullOr(Schema.Date),
  /** Other requests to this address that are due within a day. */
  others: Schema.Array(ClientRequest.State),
})

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { mailRatePerMinute } = yield* Config

  const fresh = (workspaceId: string) => sql`(SELECT count(*) FROM (
    SELECT 1 FROM mails WHERE workspace_id = ${workspaceId} AND status = 'queued' AND attempts = 0
      AND held_until IS NULL AND digest_id IS NULL LIMIT ${share}) AS fresh) >= ${share}`

  const isFull = (workspaceId: string) =>
    Effect.map(sql<{ full: boolean }>`SELECT ${fresh(workspaceId)} AS full`, ([row]) => row?.full === true)

  const forReminder = SqlSchema.findOneOption({
    Request: Schema.Struct({
      workspaceId: Schema.String,
      address: Schema.String,
      requestId: Schema.String,
      before: Schema.Date,
    }),
    Result: Found,
    execute: ({ workspaceId, address, requestId, before }) => sql`
      SELECT w.reminder_digest AS digest, ${fresh(workspaceId)} AS is_full,
        (SELECT max(held_until) FROM mails WHERE workspace_id = ${workspaceId} AND address = ${address}
          AND kind = 'reminder' AND status = 'queued' AND held_until IS NOT NULL) AS gathered_until,
        coalesce((SELECT jsonb_agg(o.state) FROM (
          SELECT r.state FROM (
            SELECT DISTINCT request_id FROM (
              SELECT request_id FROM mails
              WHERE workspace_id = ${workspaceId} AND address = ${address} AND request_id <> ${requestId}
              ORDER BY created_at DESC LIMIT ${recent}) AS latest OFFSET 0
          ) AS asked CROSS JOIN LATERAL (
            SELECT state, next_due_at FROM client_requests
            WHERE id = asked.request_id AND workspace_id = ${workspaceId} AND is_out AND next_due_at < ${before} OFFSET 0
          ) AS r ORDER BY r.next_due_at DESC LIMIT ${most}) AS o), '[]') AS others
      FROM workspaces w WHERE w.id = ${workspaceId}`,
  })

  const turn = (full: boolean, now: number) => (mailRatePerMinute !== undefined || full ? now : null)

  return {
    until: Effect.fnUntraced(function* (
      workspaceId: string,
      request: ClientRequest.State,
      delivery: ClientRequest.Delivery,
      address: string,
      now: number,
    ) {
      if (delivery.kind === "access-link") return null
      if (delivery.kind !== "reminder" || address === "") return turn(yield* isFull(workspaceId), now)
      const before = new Date(now + 86_400_000)
      const found = Option.getOrNull(yield* forReminder({ workspaceId, address, requestId: request.id, before }))
      if (found === null) return null
      const { digest, others, gatheredUntil } = found
      const { timeZone } = request.details
      const instants = others.flatMap((state) => {
        const plan = ClientRequest.nextReminder(state, now)
        return plan.type === "at" && dayIn(timeZone, plan.at) === dayIn(timeZone, now) ? plan.at + grace : []
      })
      const all = gatheredUntil === null ? instants : [...instants, gatheredUntil.getTime()]
      return digest && all.length > 0 ? Math.max(...all) : turn(found.isFull, now)
    }),
  }
})

/** The day of the calendar there, as text. */
const dayIn = (timeZone: string, at: number): string => new Date(at).toLocaleDateString("sv", { timeZone })
