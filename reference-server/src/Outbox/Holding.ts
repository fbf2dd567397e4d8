/**
 * How long a mail is held before it may go, decided when it is written (null: it goes at once). A reminder waits for the
 * others that the same address gets on the same day, so that they become one mail (M27). A workspace that has its share of
 * the queue already waits for its turn, and where the operator limits the rate everything does (M30). What goes to many
 * in the name of a new domain is let go only up to the day's ceiling (`Senders/WarmUp.ts`). What a customer asked for
 * themselves never waits.
 */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import * as Together from "../Database/Together.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as WarmUp from "../Senders/WarmUp.ts"

/** Mails of one workspace that stand in the queue at once, so that another one's mail is never behind more. */
export const share = 200

/** What is due at the same time is woken one after the other: so long they wait for each other, in milliseconds. */
const grace = 60_000

/** How many of an address's other requests are looked at: those that remind the latest. */
const most = 5

/** From the latest mails that the address got: the way there must not grow with all that was ever sent to it. */
const recent = 200

/** What a reminder finds when it is written. */
const Found = Schema.Struct({
  at: Schema.Int,
  digest: Schema.Boolean,
  /** Until when reminders to this address are held already. */
  gatheredUntil: Schema.NullOr(Schema.Date),
  /** Other requests to this address that are due within a day. */
  others: Schema.Array(ClientRequest.State),
})

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { mailRatePerMinute } = yield* Config
  const warmUp = yield* WarmUp.make

  /** Has the workspace its share of the queue? Of several that are written together, each counts those before it. */
  const isFull = yield* Together.make((workspaces: ReadonlyArray<string>) =>
    Effect.map(
      sql<{ id: string; n: number }>`
        SELECT asked.id, fresh.n FROM ${Together.rows(
          sql,
          "id uuid",
          [...new Set(workspaces)].map((id) => ({ id })),
        )} asked CROSS JOIN LATERAL (
          SELECT count(*)::int AS n FROM (
            SELECT 1 FROM mails WHERE workspace_id = asked.id AND status = 'queued' AND attempts = 0
              AND held_until IS NULL AND digest_id IS NULL LIMIT ${share}) AS one) AS fresh`,
      (rows) => {
        const counts = new Map(rows.map(({ id, n }) => [id, n]))
        return workspaces.map((id) => {
          const count = counts.get(id) ?? 0
          counts.set(id, count + 1)
          return count >= share
        })
      },
    ),
  )

  const found = SqlSchema.findAll({
    Request: Schema.Array(
      Schema.Struct({ workspace: Schema.String, address: Schema.String, request: Schema.String, before: Schema.Date }),
    ),
    Result: Found,
    execute: (asked) => sql`
      SELECT asked.at, w.reminder_digest AS digest, latest.gathered_until,
        coalesce((SELECT jsonb_agg(o.state) FROM (
          SELECT r.state FROM unnest(latest.requests) AS known(id) CROSS JOIN LATERAL (
            SELECT state, next_due_at FROM client_requests
            WHERE id = known.id AND workspace_id = asked.workspace AND id <> asked.request AND is_out
              AND next_due_at < asked.before OFFSET 0
          ) AS r ORDER BY r.next_due_at DESC LIMIT ${most}) AS o), '[]') AS others
      FROM ${Together.rows(
        sql,
        "at int, workspace uuid, address text, request uuid, before timestamptz",
        asked.map((one, at) => ({ ...one, at })),
      )} asked JOIN workspaces w ON w.id = asked.workspace CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT request_id) AS requests,
          max(held_until) FILTER (WHERE kind = 'reminder' AND status = 'queued') AS gathered_until
        FROM (
          SELECT request_id, held_until, kind, status FROM mails
          WHERE workspace_id = asked.workspace AND address = asked.address ORDER BY created_at DESC LIMIT ${recent}) AS mail
      ) AS latest`,
  })
  const forReminder = yield* Together.make((asked: Parameters<typeof found>[0]) =>
    Effect.map(found(asked), (rows) => {
      const by = new Map(rows.map((row) => [row.at, row]))
      return asked.map((_, at) => by.get(at) ?? null)
    }),
  )

  const turn = (full: boolean, now: number) => (mailRatePerMinute !== undefined || full ? now : null)

  const until = Effect.fnUntraced(function* (
    workspaceId: string,
    request: ClientRequest.State,
    delivery: ClientRequest.Delivery,
    address: string,
    now: number,
  ) {
    if (delivery.kind === "access-link") return null
    if (delivery.kind !== "reminder" || address === "") return turn(yield* isFull(workspaceId), now)
    const before = new Date(now + 86_400_000)
    const found = yield* forReminder({ workspace: workspaceId, address, request: request.id, before })
    if (found === null) return null
    const { digest, others, gatheredUntil } = found
    const { timeZone } = request.details
    const instants = others.flatMap((state) => {
      const plan = ClientRequest.nextReminder(state, now)
      return plan.type === "at" && dayIn(timeZone, plan.at) === dayIn(timeZone, now) ? plan.at + grace : []
    })
    const all = gatheredUntil === null ? instants : [...instants, gatheredUntil.getTime()]
    return digest && all.length > 0 ? Math.max(...all) : turn(yield* isFull(workspaceId), now)
  })

  return {
    /** `isBulk`: it goes to many, and counts for the ceiling of a new domain. */
    until: Effect.fnUntraced(function* (
      workspaceId: string,
      request: ClientRequest.State,
      delivery: ClientRequest.Delivery,
      address: string,
      now: number,
    ) {
      const own = yield* until(workspaceId, request, delivery, address, now)
      const toMany =
        delivery.kind === "reminder" ||
        (delivery.kind === "invitation" && (yield* warmUp.isOfBatch(workspaceId, request.id)))
      const ceiling = toMany ? yield* warmUp.heldUntil(workspaceId, now) : null
      return { until: ceiling === null ? own : Math.max(ceiling, own ?? 0), isBulk: ceiling !== null }
    }),
  }
})

/** The day of the calendar there, as text. */
const dayIn = (timeZone: string, at: number): string => new Date(at).toLocaleDateString("sv", { timeZone })
