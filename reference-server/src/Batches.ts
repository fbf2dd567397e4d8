/**
 * Batches: requests that were made together by the API (M30). A request is scheduled like any other, and sent by whichever
 * process comes by; what is not sent yet is paused by taking it off the schedule, and ended by cancelling it.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { ClientRequests, type Handled } from "./ClientRequests.ts"
import type { Member } from "./Members.ts"
import { SqlClient } from "./platform/Sql.ts"

/** There is none of that id in this workspace. */
export class BatchNotFound extends Schema.TaggedError<BatchNotFound>()("BatchNotFound", {}) {}

/** A row as it was given first. */
export interface Known {
  readonly requestId: string
  /** Of what was asked for. */
  readonly fingerprint: string
  /** It was carried out to its end. */
  readonly done: boolean
}

export interface Batch {
  readonly id: string
  readonly status: "running" | "paused" | "cancelled"
  readonly requests: number
  readonly waiting: number
  readonly sent: number
  /** Invitations by what has become of them. */
  readonly mails: Readonly<Record<string, number>>
  /** Until when the first of them waits that waits because the firm's domain is new; null: none does. */
  readonly heldUntil: number | null
}

export class Batches extends Context.Service<
  Batches,
  {
    /** Begins a batch, or goes on with the one of this workspace that is there; gives its status. */
    open(member: Member, id: string): Effect.Effect<Batch["status"]>
    /** What is known by these names of the caller's system, whatever batch it came in. */
    known(workspaceId: string, externalIds: ReadonlyArray<string>): Effect.Effect<ReadonlyMap<string, Known>>
    /** Notes that a request is about to be made for a row; one that is there stays. */
    add(
      workspaceId: string,
      batch: string,
      row: Omit<Known, "done"> & { readonly externalId: string },
    ): Effect.Effect<void>
    /** All of a row was carried out. */
    done(workspaceId: string, externalId: string): Effect.Effect<void>
    view(workspaceId: string, id: string): Effect.Effect<Batch, BatchNotFound>
    pause(member: Member, id: string): Effect.Effect<void, BatchNotFound>
    resume(member: Member, id: string): Effect.Effect<void, BatchNotFound>
    cancel(member: Member, id: string): Effect.Effect<void, BatchNotFound>
  }
>()("@requite/reference-server/Batches") {}

export const layer = Layer.effect(
  Batches,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const requests = yield* ClientRequests

    const statusOf = Effect.fnUntraced(function* (workspaceId: string, id: string) {
      const [row] = yield* sql<{ status: Batch["status"] }>`
        SELECT status FROM batches WHERE workspace_id = ${workspaceId} AND id = ${id}`.pipe(Effect.orDie)
      return row === undefined ? yield* new BatchNotFound() : row.status
    })

    /** Sets the status first, so that nothing more is scheduled, and then does this to all that was not sent. */
    const change = Effect.fnUntraced(
      function* (member: Member, id: string, status: Batch["status"], run: (requestId: string) => Handled) {
        const { workspaceId } = member
        if ((yield* statusOf(workspaceId, id)) === "cancelled") return
        yield* sql`UPDATE batches SET status = ${status} WHERE workspace_id = ${workspaceId} AND id = ${id}`
        const waiting = yield* sql<{ id: string }>`
        SELECT r.id FROM batch_rows b JOIN client_requests r ON r.id = b.request_id
        WHERE b.workspace_id = ${workspaceId} AND b.batch_id = ${id} AND r.lifecycle = 'Pending'
          AND r.state ->> 'sentAt' IS NULL ORDER BY r.created_at, r.id`
        yield* Effect.forEach(
          waiting,
          // one that was sent in this moment, or that somebody took away, stays as it is
          (one) =>
            run(one.id).pipe(Effect.catchTags({ Refusal: () => Effect.void, RequestNotFound: () => Effect.void })),
          { concurrency: 4, discard: true },
        )
      },
      Effect.catchTag("SqlError", Effect.die),
    )

    return Batches.of({
      open: Effect.fnUntraced(function* ({ id: memberId, workspaceId }, id) {
        const createdAt = new Date(yield* Clock.currentTimeMillis)
        yield* sql`INSERT INTO batches ${sql.insert({ id, workspaceId, memberId, status: "running", createdAt })}
          ON CONFLICT (workspace_id, id) DO NOTHING`.pipe(Effect.orDie)
        return yield* Effect.orDie(statusOf(workspaceId, id))
      }),
      known: (workspaceId, externalIds) =>
        Effect.map(
          sql<Known & { readonly externalId: string }>`
            SELECT external_id, request_id, fingerprint, done FROM batch_rows
            WHERE workspace_id = ${workspaceId} AND ${sql.in("external_id", externalIds)}`,
          (rows) => new Map(rows.map(({ externalId, ...row }) => [externalId, row])),
        ).pipe(Effect.orDie),
      add: (workspaceId, batchId, row) =>
        sql`INSERT INTO batch_rows ${sql.insert({ workspaceId, batchId, ...row, done: false })}
          ON CONFLICT (workspace_id, external_id) DO NOTHING`.pipe(Effect.orDie, Effect.asVoid),
      done: (workspaceId, externalId) =>
        sql`UPDATE batch_rows SET done = true
          WHERE workspace_id = ${workspaceId} AND external_id = ${externalId}`.pipe(Effect.orDie, Effect.asVoid),
      view: Effect.fnUntraced(function* (workspaceId, id) {
        const status = yield* statusOf(workspaceId, id)
        const [counts] = yield* sql<{ requests: number; waiting: number; sent: number }>`
          SELECT count(*)::int AS requests,
            count(*) FILTER (WHERE r.lifecycle = 'Pending' AND r.state ->> 'sentAt' IS NULL)::int AS waiting,
            count(*) FILTER (WHERE r.state ->> 'sentAt' IS NOT NULL)::int AS sent
          FROM batch_rows b JOIN client_requests r ON r.id = b.request_id
          WHERE b.workspace_id = ${workspaceId} AND b.batch_id = ${id}`.pipe(Effect.orDie)
        const now = yield* Clock.currentTimeMillis
        const [held] = yield* sql<{ until: Date | null }>`
          SELECT min(m.held_until) AS until FROM batch_rows b JOIN mails m ON m.request_id = b.request_id
          WHERE b.workspace_id = ${workspaceId} AND b.batch_id = ${id} AND m.is_bulk AND m.status = 'queued'
            AND m.held_until > ${new Date(now)}`.pipe(Effect.orDie)
        const mails = yield* sql<{ status: string; n: number }>`
          SELECT m.status, count(*)::int AS n FROM batch_rows b JOIN mails m ON m.request_id = b.request_id
          WHERE b.workspace_id = ${workspaceId} AND b.batch_id = ${id} AND m.kind = 'invitation'
          GROUP BY m.status ORDER BY m.status`.pipe(Effect.orDie)
        return {
          id,
          status,
          requests: counts?.requests ?? 0,
          waiting: counts?.waiting ?? 0,
          sent: counts?.sent ?? 0,
          mails: Object.fromEntries(mails.map((row) => [row.status, row.n])),
          heldUntil: held?.until?.getTime() ?? null,
        }
      }),
      pause: Effect.fnUntraced(function* (member, id) {
        const now = yield* Clock.currentTimeMillis
        yield* change(member, id, "paused", (request) => requests.unschedule(member, request, `pause:${id}:${now}`))
      }),
      resume: Effect.fnUntraced(function* (member, id) {
        const now = yield* Clock.currentTimeMillis
        yield* change(member, id, "running", (request) =>
          requests.schedule(member, request, now + soon, `resume:${id}:${now}`),
        )
      }),
      cancel: (member, id) =>
        change(member, id, "cancelled", (request) => requests.cancel(member, request, "", `cancel:${id}`)),
    })
  }),
)

/** What is sent at once is scheduled for so many milliseconds from now: a schedule lies in the future. */
export const soon = 4000
