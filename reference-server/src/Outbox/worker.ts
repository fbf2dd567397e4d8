/**
 * The worker that delivers the outbox: it takes a mail from the queue, asks once more whether it is still wanted (M8),
 * words it, hands it to the `Mailer`, and says in the mail's row what became of it. Killed anywhere, it starts over with
 * the same Message-ID: at most the same mail twice, never none (M4, M5). Several workers, in several processes, share
 * the queue.
 */
import { AccessLink, ClientRequest, Crypto, LocalText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import * as Invitation from "../Invitation.ts"
import type { MessageRefused } from "../Invitation.ts"
import { Mailer, MailFailed, type OutgoingMail } from "../Mailer.ts"
import type { Member } from "../Members.ts"
import { Members } from "../Members.ts"
import { SqlClient, type SqlError, SqlSchema } from "../platform/Sql.ts"
import { Workspaces } from "../Workspaces.ts"
import * as MailQueue from "./MailQueue.ts"

/** How many mails are on their way at once, from this process. */
const concurrency = 4

const Row = Schema.Struct({
  id: Schema.String,
  workspaceId: Schema.String,
  delivery: ClientRequest.Delivery,
  messageId: Schema.String,
  status: Schema.String,
  state: ClientRequest.State,
})
type Row = typeof Row.Type

/** `queued`: to be tried again. */
interface Outcome {
  readonly status: "handed-over" | "failed" | "dropped" | "queued"
  readonly reason: string | null
  /** Null: as the row has it. */
  readonly recipient: string | null
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
    const { publicUrl, mailFrom } = yield* Config
    const mailer = yield* Mailer
    const members = yield* Members
    const workspaces = yield* Workspaces
    const crypto = yield* Crypto.Crypto
    const queue = yield* MailQueue.make

    const byId = SqlSchema.findOneOption({
      Request: Schema.Struct({ workspaceId: Schema.String, mailId: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, mailId }) => sql`
        SELECT m.id, m.workspace_id, m.delivery, m.message_id, m.status, r.state
        FROM mails m JOIN client_requests r ON r.id = m.request_id
        WHERE m.workspace_id = ${workspaceId} AND m.id = ${mailId}`,
    })
    const record = ({ id, workspaceId }: Row, { status, reason, recipient }: Outcome) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`UPDATE mails SET
          status = ${status}, reason = ${reason}, attempts = attempts + 1,
          recipient = coalesce(${recipient}::text, recipient),
          handed_over_at = CASE WHEN ${status} = 'handed-over' THEN ${new Date(now)}::timestamptz ELSE handed_over_at END
        WHERE workspace_id = ${workspaceId} AND id = ${id}`,
      )

    /** A link of this mail's own, kept as a digest before the mail leaves (S5). */
    const issueLink = Effect.fnUntraced(function* ({ id, workspaceId, state }: Row) {
      const { token, link } = yield* AccessLink.issue(state, id)
      yield* sql`INSERT INTO access_links ${sql.insert({
        ...link,
        workspaceId,
        issuedAt: new Date(link.issuedAt),
        expiresAt: link.expiresAt === null ? null : new Date(link.expiresAt),
      })}`
      const ends = [link.expiresAt, state.expiresAt].filter((end) => end !== null)
      const worksUntil = ends.length === 0 ? null : Math.min(...ends)
      return { url: Redacted.make(`${publicUrl}/r/${Redacted.value(token)}`), worksUntil }
    })

    const senderOf = (row: Row): Effect.Effect<Member | null> => {
      const actor = row.state.sentBy ?? row.state.createdBy
      return actor.kind === "member" ? members.find(row.workspaceId, actor.id) : Effect.succeed(null)
    }

    const compose = Effect.fnUntraced(function* (row: Row) {
      const workspace = yield* workspaces.get(row.workspaceId)
      const member = yield* senderOf(row)
      if (member === null) return yield* Effect.die(new Error("the member who sent this is gone"))
      const { details, sendNo } = row.state
      if (row.delivery.kind === "submitted-notice") {
        const link = `${publicUrl}/requests/${row.state.id}`
        const composed = yield* Effect.fromResult(Invitation.composeNotice({ workspace, request: row.state, link }))
        return {
          composed,
          from: "requite",
          to: { name: LocalText.oneLine(member.name), address: member.email },
          replyTo: null,
        }
      }
      const { url, worksUntil } = yield* issueLink(row)
      const invitation = { workspace, member, details, sendNo, link: url, worksUntil }
      const composed = yield* Effect.fromResult(Invitation.compose(invitation))
      const { name, email } = details.recipient
      const replyTo = { name: member.name, address: member.email }
      // what is kept may be older than the rule that a name is one line: no header takes another
      return { composed, from: workspace.name, to: { name: LocalText.oneLine(name), address: email }, replyTo }
    })

    /** One attempt, and what came of it. */
    const deliver = Effect.fn("Outbox.deliver")(
      function* (row: Row): Effect.fn.Return<Outcome, MessageRefused | SqlError.SqlError, Crypto.Crypto> {
        const now = yield* Clock.currentTimeMillis
        const dropped = ClientRequest.dropReason(row.delivery, row.state, now)
        if (dropped !== null) return { status: "dropped", reason: dropped, recipient: null }
        const { composed, from, to, replyTo } = yield* compose(row)
        const mail: OutgoingMail = {
          messageId: row.messageId,
          from: { name: from, address: mailFrom },
          to,
          ...(replyTo === null ? {} : { replyTo }),
          ...composed,
        }
        const recipient = to.address
        return yield* Effect.match(mailer.send(mail), {
          onSuccess: (): Outcome => ({ status: "handed-over", reason: null, recipient }),
          onFailure: ({ reason, retryable }): Outcome => ({
            status: retryable ? "queued" : "failed",
            reason,
            recipient,
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

    /** Fails only when it is to be tried again; what can never work, or has been tried long enough, ends here. */
    const handle = Effect.fnUntraced(function* (
      element: { readonly mailId: string; readonly workspaceId: string },
      { attempts }: { readonly attempts: number },
    ) {
      const row = Option.getOrNull(yield* byId(element))
      if (row === null || row.status !== "queued") return
      const made = yield* Effect.provideService(deliver(row), Crypto.Crypto, crypto)
      const isOver = made.status === "queued" && attempts >= MailQueue.maxAttempts
      const outcome: Outcome = isOver
        ? { ...made, status: "failed", reason: `${made.reason} Tried ${attempts} times and given up.` }
        : made
      const { status, reason } = outcome
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
