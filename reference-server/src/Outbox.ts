/**
 * The outbox: what must be delivered, written in the transaction that made it necessary, and delivered by a worker
 * afterwards (delivery.md M1). A mail's row says what became of it; its place in the durable queue makes sure that
 * somebody tries. `Outbox/worker.ts` is that somebody.
 *
 * Words: a *delivery* of the core becomes one mail to a recipient, or a *notice* to each member whom it is for; what is
 * told in batches is *held* until the batch is over (M31), and then released into the queue. So are a workspace's mails above
 * its share of the queue, and all mails where there is a rate to keep (`Outbox/Release.ts`).
 */
import { ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { MailLine } from "./ClientRequests.ts"
import { Config } from "./Config.ts"
import * as Addressee from "./Outbox/Addressee.ts"
import * as Holding from "./Outbox/Holding.ts"
import * as MailQueue from "./Outbox/MailQueue.ts"
import { MailStatus, Step as TrailStep } from "./Outbox/MailStatus.ts"
import * as Release from "./Outbox/Release.ts"
import type { Step } from "./Outbox/Step.ts"
import * as Together from "./Database/Together.ts"
import { isUuid } from "./Database/Uuid.ts"
import { SqlClient, SqlSchema } from "./platform/Sql.ts"
import * as Suppressions from "./Suppressions.ts"

export type { Step } from "./Outbox/Step.ts"

export class Outbox extends Context.Service<
  Outbox,
  {
    /** Writes what events give rise to, inside the caller's transaction. One key leads to one mail, for ever (M3). */
    add(workspaceId: string, steps: ReadonlyArray<Step>): Effect.Effect<void>
    /** Puts the mails into the queue that were held until now, in turn, as many as may go; gives how many. */
    readonly release: Effect.Effect<number>
    /** The mails of a request, oldest first. */
    mailsOf(workspaceId: string, requestId: string): Effect.Effect<ReadonlyArray<MailLine>>
  }
>()("@requite/reference-server/Outbox") {}

const Row = Schema.Struct({
  id: Schema.String,
  delivery: ClientRequest.Delivery,
  recipient: Schema.String,
  status: MailStatus,
  reason: Schema.NullOr(Schema.String),
  createdAt: Schema.Date,
  handedOverAt: Schema.NullOr(Schema.Date),
  trail: Schema.Array(TrailStep),
  /** Until when it waits because the domain is new; null: for no such reason. */
  warmUntil: Schema.NullOr(Schema.Date),
})

/** The contact whom it is for; null: none, or a member. What stands there may be another system's name of them. */
const contactOf = (request: ClientRequest.State, delivery: ClientRequest.Delivery): string | null => {
  if (!ClientRequest.carriesLink(delivery)) return null
  const contact = ClientRequest.recipientOf(request, delivery.recipient)?.contact ?? null
  return contact !== null && isUuid(contact) ? contact : null
}

/** Why a mail that goes to many has not gone yet. */
const warming = (until: Date) =>
  `The domain is new, and today's share of mails to many has gone: it waits until ${until.toISOString()}.`

/** How long comments are gathered before they are told of, counted from the quarter of an hour that they fall in. */
const batchMillis = 900_000
const gathered: ReadonlySet<ClientRequest.Delivery["kind"]> = new Set(["comments-notice", "comments"])
/** A visit is over, and its uploads are told of, when nothing came for this long; or when it took as long as that (F2, L36). */
const visitMillis = { quiet: 900_000, longest: 3_600_000 }

export const layer = Layer.effect(
  Outbox,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const { mailFrom } = yield* Config
    const queue = yield* MailQueue.make
    const addresseesOf = yield* Addressee.make
    const holding = yield* Holding.make
    const { release } = yield* Release.make
    const domain = mailFrom.slice(mailFrom.indexOf("@") + 1)

    const rows = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, requestId: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, requestId }) => sql`
        SELECT id, delivery, recipient, status, reason, created_at, handed_over_at, trail,
          CASE WHEN is_bulk AND status = 'queued' AND held_until = (
            SELECT warm_from + interval '24 hours' FROM senders s WHERE s.workspace_id = mails.workspace_id
          ) THEN held_until END AS warm_until
        FROM mails
        WHERE workspace_id = ${workspaceId} AND request_id = ${requestId} ORDER BY created_at, id`,
    })

    const insert = yield* Together.make((mails: ReadonlyArray<{ readonly id: string } & Record<string, unknown>>) =>
      Effect.map(
        sql<{
          id: string
        }>`INSERT INTO ${Together.inserted(sql, "mails", mails)} ON CONFLICT (key) DO NOTHING RETURNING id`,
        (rows) => {
          const added = new Set(rows.map(({ id }) => id))
          return mails.map(({ id }) => added.has(id))
        },
      ),
    )

    /**
     * Adds an upload to the notice of its visit; false: there is none that waits, and it begins one. The row is locked until this
     * commits: either what leaves has it in it, or what has left is not found here.
     */
    const prolong = (
      { workspaceId, requestId, memberId }: { workspaceId: string; requestId: string; memberId: string | null },
      last: number,
    ) =>
      Effect.map(
        sql`UPDATE mails SET delivery = jsonb_set(delivery, '{last}', to_jsonb(${last}::bigint)),
            held_until = least(
              ${new Date(last + visitMillis.quiet)}::timestamptz,
              to_timestamp(((delivery ->> 'at')::bigint + ${visitMillis.longest}::bigint) / 1000.0))
          WHERE workspace_id = ${workspaceId} AND request_id = ${requestId} AND kind = 'upload-notice'
            AND member_id IS NOT DISTINCT FROM ${memberId}::uuid AND status = 'queued' AND held_until IS NOT NULL
          RETURNING 1`,
        (found) => found.length > 0,
      )

    const put = Effect.fnUntraced(function* (
      workspaceId: string,
      request: ClientRequest.State,
      delivery: ClientRequest.Delivery,
      { key, memberId, address }: Addressee.Addressee,
    ) {
      const id = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
      const now = yield* Clock.currentTimeMillis
      if (delivery.kind === "upload-notice") {
        if (yield* prolong({ workspaceId, requestId: request.id, memberId }, delivery.last)) return
      }
      const { until, isBulk } =
        gathered.has(delivery.kind) && "at" in delivery
          ? { until: delivery.at + batchMillis, isBulk: false }
          : delivery.kind === "upload-notice"
            ? { until: delivery.last + visitMillis.quiet, isBulk: false }
            : yield* holding.until(workspaceId, request, delivery, Suppressions.normal(address), now)
      const heldUntil = until === null ? null : new Date(until)
      const isAdded = yield* insert({
        id,
        key,
        workspaceId,
        requestId: request.id,
        memberId,
        delivery,
        kind: delivery.kind,
        // looked up again at hand-over; here it is only for the list
        recipient: address,
        address: Suppressions.normal(address),
        contactId: contactOf(request, delivery),
        // fixed here, so that every attempt is the same message (M5)
        messageId: `<${id}@${domain}>`,
        status: "queued",
        attempts: 0,
        createdAt: new Date(now),
        heldUntil,
        isBulk,
      })
      if (isAdded && heldUntil === null) yield* queue.offer({ mailId: id, workspaceId })
    })

    return Outbox.of({
      add: (workspaceId, steps) =>
        Effect.forEach(
          steps,
          Effect.fnUntraced(function* (step) {
            for (const delivery of ClientRequest.deliveries(step.event, step.after, step.before)) {
              for (const addressee of yield* addresseesOf(workspaceId, delivery, step)) {
                yield* put(workspaceId, step.after, delivery, addressee)
              }
            }
          }),
          { discard: true },
        ).pipe(Effect.orDie),
      release,
      mailsOf: (workspaceId, requestId) =>
        Effect.map(rows({ workspaceId, requestId }), (mails) =>
          mails.map(({ delivery, createdAt, handedOverAt, warmUntil, ...mail }): MailLine => ({
            ...mail,
            reason: mail.reason ?? (warmUntil === null ? null : warming(warmUntil)),
            kind: delivery.kind,
            createdAt: createdAt.getTime(),
            handedOverAt: handedOverAt?.getTime() ?? null,
          })),
        ).pipe(Effect.orDie),
    })
  }),
)
