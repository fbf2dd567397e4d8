/**
 * The worker that delivers the outbox: it takes a mail from the queue, asks once more whether it is still wanted (M8),
 * words it, hands it to the `Mailer`, and says in the mail's row what became of it. Killed anywhere, it starts over with
 * the same Message-ID: at most the same mail twice, never none (M4, M5). Several workers, in several processes, share
 * the queue. What must not wait in the queue it lets in, in turn (`Outbox/Release.ts`).
 */
import { ClientRequest } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { MessageRefused } from "../Invitation.ts"
import { Mailer, MailFailed, type OutgoingMail } from "../Mailer.ts"
import { Outbox } from "../Outbox.ts"
import * as Metrics from "../Observability/Metrics.ts"
import * as Heartbeats from "../Operations/Heartbeats.ts"
import * as Together from "../Database/Together.ts"
import { SqlClient, type SqlError, SqlSchema } from "../platform/Sql.ts"
import { Returns } from "../Returns.ts"
import * as Tenancy from "../Tenancy.ts"
import * as Composing from "./Composing.ts"
import * as Digest from "./Digest.ts"
import * as Eligibility from "./Eligibility.ts"
import * as MailQueue from "./MailQueue.ts"

/** How many mails are on their way at once, from this process. */
const concurrency = 32

/** So often held mails are looked for in quick turns after some went into the queue. */
const busy = 40

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

/** `leads`: other reminders go out in it. */
const Row = Schema.Struct({ ...Eligibility.Row.fields, leads: Schema.Boolean })
type Row = typeof Row.Type
const decodeRow = Schema.decodeUnknownEffect(Row)

/** The worker, running as long as its layer. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const mailer = yield* Mailer
    const outbox = yield* Outbox
    const returns = yield* Returns
    const compose = yield* Composing.make
    const digest = yield* Digest.make
    const eligibility = yield* Eligibility.make
    const queue = yield* MailQueue.make

    const columns = sql.literal(`${Composing.columns},
      EXISTS (SELECT 1 FROM mails d WHERE d.digest_id = m.id) AS leads,
      EXISTS (SELECT 1 FROM suppressions s WHERE s.workspace_id = m.workspace_id AND s.address = m.address
        AND s.lifted_at IS NULL) AS suppressed`)
    const byId = yield* Together.make((elements: ReadonlyArray<MailQueue.Element>) =>
      Effect.map(
        sql<{ readonly id: string }>`
          SELECT ${columns} FROM ${Together.rows(sql, `"mailId" uuid, "workspaceId" uuid`, elements)} asked
          JOIN mails m ON m.id = asked."mailId" AND m.workspace_id = asked."workspaceId"
          JOIN client_requests r ON r.id = m.request_id`,
        (rows) => {
          const by = new Map(rows.map((row) => [row.id, row]))
          return elements.map(({ mailId }) => by.get(mailId))
        },
      ),
    )
    const carriedBy = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, mailId: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, mailId }) => sql`
        SELECT ${columns} FROM mails m JOIN client_requests r ON r.id = m.request_id
        WHERE m.workspace_id = ${workspaceId} AND m.digest_id = ${mailId} AND m.status = 'queued'
        ORDER BY m.created_at, m.id`,
    })

    /** What was reported of it meanwhile stands (M17). */
    const note = yield* Together.make((outcomes: ReadonlyArray<ReadonlyArray<object>>) =>
      Effect.as(
        sql`UPDATE mails m SET
            status = CASE WHEN m.status = 'queued' THEN o.status ELSE m.status END,
            reason = CASE WHEN m.status = 'queued' THEN o.reason ELSE m.reason END,
            attempts = m.attempts + 1,
            trail = CASE WHEN jsonb_array_length(m.trail) < 100 THEN m.trail || o.step ELSE m.trail END,
            recipient = coalesce(o.recipient, m.recipient),
            address = coalesce(lower(o.recipient), m.address),
            handed_over_at = CASE WHEN o.status = 'handed-over' THEN o.at ELSE m.handed_over_at END
          FROM ${Together.rows(
            sql,
            "id uuid, workspace uuid, status text, reason text, recipient text, step jsonb, at timestamptz",
            outcomes.flat(),
          )} o WHERE m.id = o.id AND m.workspace_id = o.workspace`,
        outcomes,
      ),
    )
    const record = (rows: ReadonlyArray<Row>, workspace: string, { status, reason, recipient }: Outcome) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const step = [{ at: now, status, reason }]
        return note(rows.map(({ id }) => ({ id, workspace, status, reason, recipient, step, at: new Date(now) })))
      })

    const handOver = Effect.fnUntraced(function* (row: Row, mail: OutgoingMail) {
      const recipient = mail.to.address
      if (recipient === "") return { status: "dropped", reason: "there is no address", recipient: null } as const
      const envelopeFrom = yield* returns.returnPath(row.id)
      const outgoing = envelopeFrom === undefined ? mail : { ...mail, envelopeFrom }
      return yield* Effect.match(mailer.send(outgoing), {
        onSuccess: (): Outcome => ({ status: "handed-over", reason: null, recipient }),
        onFailure: ({ reason, retryable, rejectsRecipient }): Outcome => ({
          status: retryable ? "queued" : "failed",
          reason,
          recipient,
          rejected: !retryable && rejectsRecipient === true,
        }),
      })
    })

    /** One attempt, and what came of it, for the mails that are still wanted; those of a digest are one message. */
    const deliver = Effect.fn("Outbox.deliver")(
      function* (row: Row, wanted: ReadonlyArray<Row>): Effect.fn.Return<Outcome, MessageRefused | SqlError.SqlError> {
        const [first = row, ...others] = wanted
        const mail = yield* others.length === 0 ? compose(first) : digest([first, ...others])
        // whichever of them it says, every attempt is the same message (M5)
        return yield* handOver(row, { ...mail, messageId: row.messageId })
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

    /** An address that is refused for good: no more mail there, and the firm is told (M16). */
    const bounced = (rows: ReadonlyArray<Row>, detail: string) =>
      Effect.forEach(
        rows,
        ({ id, delivery }) =>
          ClientRequest.carriesLink(delivery)
            ? returns
                .report(id, { outcome: "bounced-hard", detail })
                .pipe(
                  Effect.catchCause((cause) => Effect.logWarning("a bounce could not be noted", { mail: id }, cause)),
                )
            : Effect.void,
        { discard: true },
      )

    /** Those that are still wanted; the others are dropped, each for its reason, and counted for no cap (M8). */
    const stillWanted = Effect.fnUntraced(function* (rows: ReadonlyArray<Row>, isFirstAttempt: boolean) {
      const wanted: Array<Row> = []
      for (const row of rows) {
        // a mail counts once, however many reminders it carries and however often it is tried
        const dropped = yield* eligibility.dropped(row, isFirstAttempt && wanted.length === 0)
        if (dropped === null) wanted.push(row)
        else {
          yield* record([row], row.workspaceId, { status: "dropped", reason: dropped, recipient: null })
          yield* Metrics.mail(row.delivery.kind, "dropped")
        }
      }
      return wanted
    })

    /** Fails only when it is to be tried again; what can never work, or has been tried long enough, ends here. */
    const handle = Effect.fnUntraced(function* (
      element: { readonly mailId: string; readonly workspaceId: string },
      { attempts }: { readonly attempts: number },
    ) {
      const found = yield* byId(element)
      if (found === undefined) return
      const row = yield* decodeRow(found)
      const carried = row.leads ? yield* carriedBy(element) : []
      const waiting = row.status === "queued" ? [row, ...carried] : carried
      if (waiting.length === 0) return
      const wanted = yield* stillWanted(waiting, attempts === 1)
      if (wanted.length === 0) return
      const made = yield* deliver(row, wanted)
      const isOver = made.status === "queued" && attempts >= MailQueue.maxAttempts
      const outcome: Outcome = isOver
        ? { ...made, status: "failed", reason: `${made.reason} Tried ${attempts} times and given up.` }
        : made
      const { status, reason } = outcome
      yield* record(wanted, row.workspaceId, outcome)
      yield* Effect.forEach(wanted, ({ delivery }) => Metrics.mail(delivery.kind, status), { discard: true })
      if (outcome.rejected === true) yield* bounced(wanted, reason ?? "")
      if (status === "handed-over" || status === "dropped") return
      yield* Effect.logWarning("a mail was not handed over", { mail: row.id, status, reason })
      if (status === "queued") return yield* new MailFailed({ retryable: true, reason: reason ?? "" })
    })

    const work = Effect.gen(function* () {
      const { turn, life } = yield* Heartbeats.watch("mail worker", { turn: 300_000, rest: null })
      return yield* queue
        .take((element, take) =>
          // told to stop, it ends the mail that it has begun: one that was handed over is noted as such
          Effect.uninterruptible(turn(Tenancy.within(element.workspaceId)(handle(element, take)))),
        )
        .pipe(
          // the queue knows what to try again; a lost database connection must not spin
          Effect.catchCause((cause) =>
            Effect.delay(Effect.logDebug("a delivery will be tried again", cause), "200 millis"),
          ),
          Effect.forever,
          life,
          // the queue itself is no firm's
          Tenancy.indifferent,
        )
    })
    // where some went in there may be more, for whom there is room as soon as those are out
    let turns = 0
    const letIn = outbox.release.pipe(
      Effect.catchCause((cause) => Effect.as(Effect.logDebug("held mails will be let in later", cause), 0)),
      Effect.flatMap((released) => {
        turns = released > 0 ? busy : Math.max(0, turns - 1)
        return Effect.sleep(turns > 0 ? "50 millis" : "1 second")
      }),
      Effect.forever,
    )
    yield* Effect.forkScoped(letIn)
    yield* Effect.forEach(Array.from({ length: concurrency }), () => Effect.forkScoped(work), { discard: true })
  }),
)
