/**
 * Before the pool of connections: whoever finds all of them taken waits, but not for ever. Once the patience is over the statement
 * fails as a lost connection does, and the request is answered 503 instead of hanging (back-pressure). The gate also knows how
 * many connections are at work and how many wait for one.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { type PgConnection, type PgPool, SqlError } from "../platform/Sql.ts"

export interface Usage {
  readonly max: number
  inUse: number
  waiting: number
}

/** The gates of this process, to be read when somebody measures. */
export const Usages = Context.Reference<Set<Usage>>("@requite/reference-server/Database/PoolGate/Usages", {
  defaultValue: () => new Set(),
})

/** How long a statement waits for a connection, in milliseconds, unless it is said. */
export const patience = 10_000

export interface Gate {
  readonly get: Effect.Effect<PgConnection.PgConnection, SqlError.SqlError, Scope.Scope>
  readonly use: <A, E, R>(
    run: (connection: PgConnection.PgConnection) => Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | SqlError.SqlError, R>
}

/** One place among those that may use the pool at once. */
interface Place {
  isTaken: boolean
}

/** The same pool behind a gate. */
export const before = Effect.fnUntraced(function* (
  pool: Pick<PgPool.PgPool, "get" | "use">,
  max: number,
  patienceMillis: number = patience,
): Effect.fn.Return<Gate, never, Scope.Scope> {
  const usage: Usage = { max, inUse: 0, waiting: 0 }
  const usages = yield* Usages
  yield* Effect.acquireRelease(
    Effect.sync(() => usages.add(usage)),
    () => Effect.sync(() => usages.delete(usage)),
  )
  const queue = new Set<() => void>()

  /** Takes a place if one is free. */
  const isIn = (place: Place): boolean => {
    if (usage.inUse >= max) return false
    usage.inUse++
    place.isTaken = true
    return true
  }
  const wait = (place: Place) =>
    Effect.callback<void, SqlError.SqlError>((resume) => {
      const stop = () => {
        if (!queue.delete(admit)) return
        clearTimeout(timer)
        usage.waiting--
      }
      const admit = () => {
        stop()
        usage.inUse++
        place.isTaken = true
        resume(Effect.void)
      }
      // not `Effect.timeout`: it could end a wait that was just admitted, and its place would be lost
      // @effect-diagnostics-next-line globalTimersInEffect:off
      const timer = setTimeout(() => {
        stop()
        resume(Effect.fail(noneFree(patienceMillis)))
      }, patienceMillis)
      usage.waiting++
      queue.add(admit)
      return Effect.sync(stop)
    })
  const leave = ({ isTaken }: Place) => {
    if (!isTaken) return
    usage.inUse--
    const [next] = queue
    next?.()
  }

  /** Goes in, then on. Every statement comes by here: where a place is free, nothing is waited for. */
  const through = <A, E, R>(place: Place, then: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.suspend(() => (isIn(place) ? then : Effect.andThen(wait(place), then)))

  // that a place is left again is said before it is taken: whatever ends it in between, none is lost
  return {
    get: Effect.flatMap(Effect.scope, (scope) => {
      const place: Place = { isTaken: false }
      const leaving = Scope.addFinalizer(
        scope,
        Effect.sync(() => leave(place)),
      )
      return Effect.andThen(leaving, through(place, pool.get))
    }),
    use: (run) =>
      Effect.suspend(() => {
        const place: Place = { isTaken: false }
        return Effect.onExit(through(place, pool.use(run)), () => {
          leave(place)
          return Effect.void
        })
      }),
  }
})

const noneFree = (millis: number) => {
  const message = `No connection to the database was free within ${millis / 1000} seconds.`
  return new SqlError.SqlError({
    reason: new SqlError.LockTimeoutError({ cause: new Error(message), message, operation: "acquireConnection" }),
  })
}
