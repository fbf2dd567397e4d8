/**
 * The loop that does what is due, and clears away what is over. Requests say themselves when they next need attention, and any
 * process may look: several sweepers pass one another by. One sweep that fails holds up none of the others.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AccessCodes } from "./AccessCodes.ts"
import { ClientRequests } from "./ClientRequests.ts"
import * as IdempotencyKeys from "./IdempotencyKeys.ts"
import * as Metrics from "./Observability/Metrics.ts"
import * as Heartbeats from "./Operations/Heartbeats.ts"
import * as Notes from "./Operations/Notes.ts"
import { RateLimits } from "./RateLimits.ts"
import { Record } from "./Record.ts"
import { Senders } from "./Senders.ts"
import { Uploads } from "./Uploads.ts"
import { Webhooks } from "./Webhooks.ts"

/** How often requests are looked for that have come due, in milliseconds: a look into an index. */
const interval = 1_000
/** How often the other sweeps have their turn, in milliseconds. */
const between = 10_000

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    const limits = yield* RateLimits
    const codes = yield* AccessCodes
    const keys = yield* IdempotencyKeys.make
    const senders = yield* Senders
    const webhooks = yield* Webhooks
    const record = yield* Record
    const uploads = yield* Uploads
    const notes = yield* Notes.make
    const { turn, life } = yield* Heartbeats.watch("sweeper", { turn: 120_000, rest: 60_000 })

    /** What is cleared away, by name. */
    const others: ReadonlyArray<readonly [name: string, sweep: Effect.Effect<unknown>]> = [
      ["limits", limits.sweep],
      ["codes", codes.sweep],
      ["keys", keys.sweep],
      ["senders", senders.sweep],
      ["webhooks", webhooks.sweep],
      ["record", record.sweep],
      ["uploads", uploads.sweep],
    ]

    /** One of them; gives 0 when it failed, which it may do again. */
    const tried = <A>(name: string, sweep: Effect.Effect<A>, otherwise: A): Effect.Effect<A> =>
      sweep.pipe(
        Effect.withSpan(`sweep ${name}`, { root: true }),
        Effect.catchCause((cause) =>
          Effect.as(Effect.logWarning(`the sweep of ${name} failed and will be tried again`, cause), otherwise),
        ),
      )

    let turned = -Infinity
    const once = Effect.gen(function* () {
      const began = yield* Clock.currentTimeMillis
      const looked = yield* tried("requests", requests.sweep, 0)
      yield* Metrics.requestsWoken(looked)
      if (began - turned >= between) {
        turned = began
        for (const [name, sweep] of others) yield* tried(name, sweep, undefined)
        yield* tried(
          "notes",
          Effect.orDie(notes.turned("sweeper", (yield* Clock.currentTimeMillis) - began)),
          undefined,
        )
      }
      return looked
    })

    yield* turn(once).pipe(
      Effect.tap((looked) => (looked === 0 ? Effect.sleep(interval) : Effect.void)),
      Effect.forever,
      life,
      Effect.forkScoped,
    )
  }),
)
