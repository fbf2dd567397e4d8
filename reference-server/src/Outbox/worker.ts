/**
 * The worker that delivers the outbox: it takes a mail from the queue, asks once more whether it is still wanted (M8),
 * words it, hands it to the `Mailer`, and says in the mail's row what became of it. Killed anywhere, it starts over with
 * the same Message-ID: at most the same mail twice, never none (M4, M5). Several workers, in several processes, share
 * the queue.
 */
import { ClientRequest } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ClientRequests } from "../ClientRequests.ts"
import type { MessageRefused } from "../Invitation.ts"
import { Mailer, MailFailed } from "../Mailer.ts"
import { SqlClient, type SqlError, SqlSchema } from "../platform/Sql.ts"
import * as Composing from "./Composing.ts"
import * as MailQueue from "./MailQueue.ts"

/** How many mails are on their way at once, from this process. */
const concurrency = 4

/** `queued`: to be tried again. */
interface Outcome {
  readonly status: "handed-over" | "failed" | "dropped" | "queued"
  readonly reason: string | null
  /** Null: as the row has it. */
  readonly recipient: string | null
  /** Nobody can be reached at that address. */
  readonly rejected?: boolean
}

const unexpected: Outcome = {
  status: "queued",
  reason: "Something went wrong on this server; its log says what.",
  recipient: null,
}

/** The worker, running as long as its layer. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const mailer = yield* Mailer
    const requests = yield* ClientRequests
    const compose = yield* Composing.make
    const queue = yield* MailQueue.make

    const byId = SqlSchema.findOneOption({
      Request: Schema.Struct({ workspaceId: Schema.String, mailId: Schema.String }),
      Result: Composing.Row,
      execute: ({ workspaceId, mailId }) => sql`
        SELECT m.id, m.workspace_id, m.member_id, m.delivery, m.message_id, m.status, r.state
        FROM mails m JOIN client_requests r ON r.id = m.request_id
        WHERE m.workspace_id = ${workspaceId} AND m.id = ${mailId}`,
    })
    const record = ({ id, workspaceId }: Composing.Row, { status, reason, recipient }: Outcome) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`UPDATE mails SET
          status = ${status}, reason = ${reason}, attempts = attempts + 1,
          recipient = coalesce(${recipient}::text, recipient),
          handed_over_at = CASE WHEN ${status} = 'handed-over' THEN ${new Date(now)}::timestamptz ELSE handed_over_at END
        WHERE workspace_id = ${workspaceId} AND id = ${id}`,
      )

    /** One attempt, and what came of it. */
    const deliver = Effect.fn("Outbox.deliver")(
      function* (row: Composing.Row): Effect.fn.Return<Outcome, MessageRefused | SqlError.SqlError> {
        const now = yield* Clock.currentTimeMillis
        const dropped = ClientRequest.dropReason(row.delivery, row.state, now)
        if (dropped !== null) return { status: "dropped", reason: dropped, recipient: null }
        const mail = yield* compose(row)
        const recipient = mail.to.address
        if (recipient === "") return { status: "dropped", reason: "there is no address", recipient: null }
        return yield* Effect.match(mailer.send(mail), {
          onSuccess: (): Outcome => ({ status: "handed-over", reason: null, recipient }),
          onFailure: ({ reason, retryable, rejectsRecipient }): Outcome => ({
            status: retryable ? "queued" : "failed",
            reason,
            recipient,
            rejected: !retryable && rejectsRecipient === true,
          }),
        })
      },
      Effect.catchTag("MessageRefused", ({ message }) =>
        Effect.succeed<Outcome>({ status: "failed", reason: message, recipient: null }),
      ),
      // the database is gone, or something is broken, also in an adapter: this mail waits, and the others go on
      (attempt, { id }) =>
        Effect.catchCause(attempt, (cause) =>
          Effect.as(Effect.logWarning("a mail could not be made or handed over", { mail: id }, cause), unexpected),
        ),
    )

    /** An address that is refused for good goes back through the door: no more mail there, and the firm is told (M16). */
    const reportBounce = Effect.fnUntraced(function* (
      { id, workspaceId, state, delivery }: Composing.Row,
      reason: string,
    ) {
      if (!ClientRequest.carriesLink(delivery)) return
      const { recipient } = delivery
      yield* requests
        .handle(workspaceId, state.id, {
          type: "ReportDelivery",
          // of this mail there is one such report, however often it is made
          id: `bounce:${id}`,
          by: { kind: "system" },
          recipient,
          mail: id,
          outcome: "bounced-hard",
          detail: reason,
        })
        .pipe(Effect.catchCause((cause) => Effect.logWarning("a bounce could not be noted", { mail: id }, cause)))
    })

    /** Fails only when it is to be tried again; what can never work, or has been tried long enough, ends here. */
    const handle = Effect.fnUntraced(function* (
      element: { readonly mailId: string; readonly workspaceId: string },
      { attempts }: { readonly attempts: number },
    ) {
      const row = Option.getOrNull(yield* byId(element))
      if (row === null || row.status !== "queued") return
      const made = yield* deliver(row)
      const isOver = made.status === "queued" && attempts >= MailQueue.maxAttempts
      const outcome: Outcome = isOver
        ? { ...made, status: "failed", reason: `${made.reason} Tried ${attempts} times and given up.` }
        : made
      const { status, reason } = outcome
      if (outcome.rejected === true) yield* reportBounce(row, reason ?? "")
      yield* record(row, outcome)
      if (status === "handed-over" || status === "dropped") return
      yield* Effect.logWarning("a mail was not handed over", { mail: row.id, status, reason })
      if (status === "queued") return yield* new MailFailed({ retryable: true, reason: reason ?? "" })
    })

    const work = queue.take(handle).pipe(
      // the queue knows what to try again; a lost database connection must not spin
      Effect.catchCause((cause) =>
        Effect.delay(Effect.logDebug("a delivery will be tried again", cause), "200 millis"),
      ),
      Effect.forever,
    )
    yield* Effect.forEach(Array.from({ length: concurrency }), () => Effect.forkScoped(work), { discard: true })
  }),
)
