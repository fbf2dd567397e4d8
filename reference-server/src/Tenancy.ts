/**
 * Whose rows the database shows: the wall between firms that stands beneath the one in the code. Every statement runs for
 * one workspace, or for none; Postgres' row-level security hides all other rows, whatever the statement says (S73, M4).
 *
 * Words: `within` runs something for one workspace, from where it is known who is calling; `across` runs what must look at
 * all of them: signing in, finding a link, finding what is due. Where neither was said, no row of any workspace is there.
 * `indifferent` is for tables that belong to no firm, the queue and the counts of limits: it saves telling Postgres.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** The workspace whose rows statements see: its id, `*` for all, empty for none. `Database` tells it to Postgres. */
export const CurrentWorkspace = Context.Reference<string>("@requite/reference-server/Tenancy/CurrentWorkspace", {
  defaultValue: () => "",
})

/** Runs this for one workspace: only its rows are there. */
export const within =
  (workspaceId: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(effect, CurrentWorkspace, workspaceId)

/** Runs what begins with nobody known, whoever built what is around it: a request that has just come in. */
export const none = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, CurrentWorkspace, "")

/** Runs what has to look at every workspace; as little as can be, and never what an outsider's words go into unchecked. */
export const across = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, CurrentWorkspace, "*")

/** Whatever the session was told stays told. */
export const anyWorkspace = "?"

/**
 * Runs statements that only touch tables of no workspace, in whichever session. Never anything else: of a firm's table it would
 * see what the statement before it saw.
 */
export const indifferent = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, CurrentWorkspace, anyWorkspace)
