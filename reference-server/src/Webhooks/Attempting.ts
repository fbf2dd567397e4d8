/**
 * One attempt of a delivery: signed by every secret that holds, sent through the `Guard`, and written down with what came
 * back and what follows from it. The headers and what is signed, `id.timestamp.body`, are those of the Standard Webhooks
 * specification.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Webhook } from "standardwebhooks"
import * as Letters from "../Members/Letters.ts"
import * as Metrics from "../Observability/Metrics.ts"
import { SqlClient } from "../platform/Sql.ts"
import { Vault } from "../Vault.ts"
import type { Attempt } from "../Webhooks.ts"
import { Guard } from "./Guard.ts"
import * as Patience from "./Patience.ts"
import * as Post from "./Post.ts"
import * as statements from "./sql.ts"

/** How long a receiver may take. */
const timeout = "15 seconds"
/** The largest body, in bytes. */
const maxBody = 256 * 1024

/** Where in the vault the secrets of an endpoint lie. */
export const placeOf = (endpointId: string): string => `webhook:${endpointId}`

/** The part of a `request.submitted` that answers are put into. */
const Submitted = Schema.fromJsonString(
  Schema.Struct({
    type: Schema.Literal("request.submitted"),
    timestamp: Schema.String,
    data: Schema.StructWithRest(Schema.Struct({ submission: Schema.String }), [
      Schema.Record(Schema.String, Schema.Json),
    ]),
  }),
)

interface Came {
  readonly status: number | null
  readonly error: string | null
  readonly answer: string
  readonly retryAfter: string | undefined
}

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* statements.make
  const vault = yield* Vault
  const guard = yield* Guard
  const letters = yield* Letters.make

  /** What goes out: the body that was written with the event, and the answers where the endpoint includes them. */
  const bodyOf = Effect.fnUntraced(function* (job: statements.Job) {
    const { body, workspaceId } = job
    if (!carriesAnswers(job)) return body
    const event = yield* Schema.decodeEffect(Submitted)(body)
    const found = yield* rows.submission(workspaceId, event.data.submission)
    const withAnswers = (given: unknown) => JSON.stringify({ ...event, data: { ...event.data, answers: given } })
    const whole = withAnswers(found ?? null)
    return Buffer.byteLength(whole) > maxBody ? withAnswers(null) : whole
  })

  const headersOf = Effect.fnUntraced(function* (job: statements.Job, body: string, now: number) {
    const previous = job.previousUntil !== null && job.previousUntil.getTime() > now ? job.previousSecret : null
    const sealed = previous === null ? [job.secret] : [job.secret, previous]
    const secrets = yield* Effect.forEach(sealed, (one) => vault.open(one, placeOf(job.endpointId)))
    const signatures = secrets.map((secret) =>
      new Webhook(Redacted.value(secret)).sign(job.messageId, new Date(now), body),
    )
    return {
      "content-type": "application/json",
      "user-agent": "requite-webhooks/1",
      "webhook-id": job.messageId,
      "webhook-timestamp": String(Math.floor(now / 1000)),
      "webhook-signature": signatures.join(" "),
    }
  })

  const send = Effect.fnUntraced(function* (job: statements.Job, now: number) {
    const body = yield* bodyOf(job)
    const headers = yield* headersOf(job, body, now)
    return yield* Effect.flatMap(guard.target(job.url), (target) => Post.send(target, headers, body)).pipe(
      Effect.map(({ status, text, retryAfter }): Came => {
        const isTaken = status >= 200 && status < 300
        // a receiver may send back what it got, and answers lie nowhere but with their submission
        const answer = carriesAnswers(job) ? "" : text
        return { status, error: isTaken ? null : `It answered ${status}.`, answer, retryAfter }
      }),
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () => Effect.succeed(nothing("No answer came in 15 seconds.")),
      }),
      Effect.catch(({ message }) => Effect.succeed(nothing(message))),
    )
  })

  /** Writes down what came, and what becomes of the delivery and its endpoint. */
  const note = Effect.fnUntraced(function* (job: statements.Job, attempt: Attempt, retryAfter: number | null) {
    const { status } = attempt
    const now = yield* Clock.currentTimeMillis
    yield* rows.insertAttempt(job, { ...attempt, at: new Date(attempt.at) })
    if (attempt.error === null) {
      yield* rows.settle(job, "delivered", new Date(now), new Date(now))
      yield* rows.succeeded(job)
      return
    }
    const random = yield* Random.next
    const age = now - job.queuedAt.getTime()
    const wait = status === 410 ? null : Patience.next({ tries: job.tries, age, retryAfter, random })
    yield* rows.settle(job, wait === null ? "dead" : "queued", new Date(now + (wait ?? 0)), new Date(now))
    const [endpoint] = yield* rows.failed(job, new Date(now))
    if (endpoint === undefined) return
    const isFailing = now - endpoint.failingSince.getTime() >= Patience.disabledAfter
    const because = status === 410 ? "gone" : isFailing ? "failing" : null
    yield* rows.updateEndpoint(
      job.workspaceId,
      job.endpointId,
      because === null
        ? { pausedUntil: new Date(now + Patience.pause(endpoint.failures, retryAfter, random)) }
        : { enabled: false, disabledBecause: because, pausedUntil: null },
    )
    if (because === null) return
    yield* Effect.logWarning("a webhook endpoint was disabled", { endpoint: job.endpointId, because })
    for (const { id, email } of yield* rows.administrators(job.workspaceId)) {
      const letter = { recipient: email, memberId: id, endpointId: job.endpointId }
      yield* letters.write(job.workspaceId, { kind: "webhook-disabled", ...letter })
    }
  })

  /** One attempt of a delivery that was taken for it (`claim`), from signing to writing down. */
  return Effect.fn("Webhooks.attempt")(function* (job: statements.Job) {
    const at = yield* Clock.currentTimeMillis
    const begun = yield* Clock.monotonicTimeNanos
    const came = yield* send(job, at)
    const millis = Math.round(Number((yield* Clock.monotonicTimeNanos) - begun) / 1e6)
    const attempt: Attempt = {
      number: job.attempts,
      at,
      status: came.status,
      error: came.error,
      millis,
      answer: came.answer,
    }
    const retryAfter = Patience.retryAfter(came.retryAfter, yield* Clock.currentTimeMillis)
    yield* sql.withTransaction(note(job, attempt, retryAfter))
    yield* Metrics.webhook(attempt.error === null ? "delivered" : "failed")
    return attempt
  })
})

const carriesAnswers = ({ answers, type }: statements.Job): boolean => answers && type === "request.submitted"

const nothing = (error: string): Came => ({ status: null, error, answer: "", retryAfter: undefined })
