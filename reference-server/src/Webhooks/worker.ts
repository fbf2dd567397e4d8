/**
 * The worker that hands webhooks over. It takes what is due, of each endpoint a few at a time, so that one that hangs holds
 * up nobody else; whoever is killed with a delivery in hand holds it until its lease ends, and then it is made again under
 * the same `webhook-id`. Several workers, in several processes, share the deliveries.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Heartbeats from "../Operations/Heartbeats.ts"
import * as Tenancy from "../Tenancy.ts"
import * as Attempting from "./Attempting.ts"
import * as statements from "./sql.ts"

/** How many deliveries are on their way at once, from this process. */
const concurrency = 32
/** How often it is looked, where nothing was due. */
const interval = "500 millis"
/** Longer than an attempt can take, in milliseconds. */
const lease = 30_000

/** The worker, running as long as its layer. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const rows = yield* statements.make
    const attempt = yield* Attempting.make
    const finished = yield* Latch.make(false)
    let underway = 0

    const deliver = (job: statements.Job) =>
      attempt(job).pipe(
        Tenancy.within(job.workspaceId),
        // the database is gone, or something is broken: it is due again when its lease ends
        Effect.catchCause((cause) =>
          Effect.logWarning("a webhook could not be sent or noted", { delivery: job.id }, cause),
        ),
        Effect.ensuring(
          Effect.suspend(() => {
            underway -= 1
            return finished.open
          }),
        ),
      )

    const look = Effect.gen(function* () {
      yield* finished.close
      const now = yield* Clock.currentTimeMillis
      const room = concurrency - underway
      const jobs = room === 0 ? [] : yield* Tenancy.across(rows.claim(new Date(now), new Date(now + lease), room))
      for (const job of jobs) {
        underway += 1
        yield* Effect.forkScoped(deliver(job))
      }
      // what has just ended may have made room for what is due
      if (jobs.length === 0) yield* Effect.raceFirst(Effect.sleep(interval), finished.await)
    })

    const { turn, life } = yield* Heartbeats.watch("webhook worker", { turn: 60_000, rest: 60_000 })
    yield* turn(look).pipe(
      Effect.catchCause((cause) => Effect.delay(Effect.logDebug("webhooks will be looked for again", cause), interval)),
      Effect.forever,
      life,
      Effect.forkScoped,
    )
  }),
)
