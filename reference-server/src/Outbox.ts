/**
 * The outbox: what must be delivered, written in the transaction that made it necessary, and delivered by a worker
 * afterwards (delivery.md M1). A mail's row says what became of it; its place in the durable queue makes sure that
 * somebody tries. `Outbox/worker.ts` is that somebody.
 */
import { ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { MailLine } from "./ClientRequests.ts"
import { Config } from "./Config.ts"
import * as MailQueue from "./Outbox/MailQueue.ts"
import { SqlClient, SqlSchema } from "./platform/Sql.ts"

export class Outbox extends Context.Service<
  Outbox,
  {
    /** Writes deliveries of a request, inside the caller's transaction. One key leads to one mail, for ever (M3). */
    add(
      workspaceId: string,
      request: ClientRequest.State,
      deliveries: ReadonlyArray<ClientRequest.Delivery>,
    ): Effect.Effect<void>
    /** The mails of a request, oldest first. */
    mailsOf(workspaceId: string, requestId: string): Effect.Effect<ReadonlyArray<MailLine>>
  }
>()("@requite/reference-server/Outbox") {}

const Row = Schema.Struct({
  id: Schema.String,
  delivery: ClientRequest.Delivery,
  recipient: Schema.String,
  status: Schema.Literals(["queued", "handed-over", "failed", "dropped"]),
  reason: Schema.NullOr(Schema.String),
  createdAt: Schema.Date,
  handedOverAt: Schema.NullOr(Schema.Date),
})

export const layer = Layer.effect(
  Outbox,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const { mailFrom } = yield* Config
    const queue = yield* MailQueue.make
    const domain = mailFrom.slice(mailFrom.indexOf("@") + 1)

    const rows = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, requestId: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, requestId }) => sql`
        SELECT id, delivery, recipient, status, reason, created_at, handed_over_at FROM mails
        WHERE workspace_id = ${workspaceId} AND request_id = ${requestId} ORDER BY created_at, id`,
    })

    /** To whom it goes is looked up at hand-over; here it is only for the list. */
    const recipientOf = (request: ClientRequest.State, delivery: ClientRequest.Delivery) =>
      delivery.kind === "invitation" ? request.details.recipient.email : ""

    return Outbox.of({
      add: (workspaceId, request, deliveries) =>
        Effect.forEach(
          deliveries,
          Effect.fnUntraced(function* (delivery) {
            const id = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
            const now = yield* Clock.currentTimeMillis
            const added = yield* sql`INSERT INTO mails ${sql.insert({
              id,
              key: ClientRequest.deliveryKey(request.id, delivery),
              workspaceId,
              requestId: request.id,
              delivery: JSON.stringify(delivery),
              recipient: recipientOf(request, delivery),
              // fixed here, so that every attempt is the same message (M5)
              messageId: `<${id}@${domain}>`,
              status: "queued",
              attempts: 0,
              createdAt: new Date(now),
            })} ON CONFLICT (key) DO NOTHING RETURNING id`
            if (added.length > 0) yield* queue.offer({ mailId: id, workspaceId }, { id })
          }),
          { discard: true },
        ).pipe(Effect.orDie),
      mailsOf: (workspaceId, requestId) =>
        Effect.map(rows({ workspaceId, requestId }), (mails) =>
          mails.map(({ delivery, createdAt, handedOverAt, ...mail }): MailLine => ({
            ...mail,
            kind: delivery.kind,
            createdAt: createdAt.getTime(),
            handedOverAt: handedOverAt?.getTime() ?? null,
          })),
        ).pipe(Effect.orDie),
    })
  }),
)
