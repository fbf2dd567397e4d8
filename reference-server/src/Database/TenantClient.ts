/**
 * The client that tells Postgres whose rows are to be seen. A pool of the driver's connections; before a statement runs, its
 * connection is told the workspace of the fiber (`Tenancy.CurrentWorkspace`), unless that is what it was told last. So a
 * statement costs one round trip more where the workspace changes, and none where it stays.
 *
 * Told is a setting of the session, `requite.workspace`, which the policies read (`privileges.ts`): a pooler between this
 * program and Postgres must keep sessions apart (PgBouncer: `pool_mode = session`).
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import {
  PgClient,
  type PgConnection,
  PgPool,
  Reactivity,
  SqlClient,
  type SqlConnection,
  SqlError,
  Statement,
} from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import * as PoolGate from "./PoolGate.ts"

/** A client over a pool of its own, which closes with the scope. `patience`: see `PoolGate`, in milliseconds. */
export const make = Effect.fnUntraced(function* (options: PgClient.PgPoolConfig, patience: number = PoolGate.patience) {
  const pool = yield* PoolGate.before(yield* PgPool.make(options), options.maxConnections ?? 10, patience)
  const memory = new WeakMap<PgConnection.PgConnection, Told>()
  const toldOf = (session: PgConnection.PgConnection): Told => {
    const known = memory.get(session)
    if (known !== undefined) return known
    const told: Told = { workspace: undefined, turn: Semaphore.makeUnsafe(1) }
    memory.set(session, told)
    return told
  }
  const over = (connection: PgConnection.PgConnection, session = connection) =>
    new TenantConnection(connection, toldOf(session), true)
  const { transformResultNames, transformJson } = options
  return yield* SqlClient.make({
    driver: "pg",
    acquirer: Effect.map(pool.get, (connection) => over(connection)),
    borrower: (run) => pool.use((connection) => run(new TenantConnection(connection, toldOf(connection), false))),
    // pinned, it is another object over the same session
    transactionAcquirer: Effect.flatMap(pool.get, (connection) =>
      Effect.map(connection.pin, (pinned) => over(pinned, connection)),
    ),
    prepareTransactionControls: true,
    commit,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    compiler: PgClient.makeCompiler(options.transformQueryNames, transformJson),
    spanAttributes: [["db.system.name", "postgresql"]],
    ...(transformResultNames === undefined
      ? {}
      : { transformRows: Statement.defaultTransforms(transformResultNames, transformJson).array }),
  })
}, Effect.provide(Reactivity.layer))

/** What is known of a session. */
interface Told {
  /** What it was told last; undefined: unknown, so it is told again. */
  workspace: string | undefined
  /** Telling and the statement after it are one: nobody else's comes between, in a transaction that several fibers use. */
  readonly turn: Semaphore.Semaphore
}

type Transform = (<A extends object>(rows: ReadonlyArray<A>) => ReadonlyArray<A>) | undefined
type Parameters = ReadonlyArray<unknown>

class TenantConnection implements SqlConnection.Connection {
  readonly #connection: PgConnection.PgConnection
  readonly #told: Told
  readonly #isShared: boolean

  /** `isShared`: several fibers may use it at once, as in a transaction; one that is borrowed for a statement has one user. */
  constructor(connection: PgConnection.PgConnection, told: Told, isShared: boolean) {
    this.#connection = connection
    this.#told = told
    this.#isShared = isShared
  }

  execute(sql: string, parameters: Parameters, transform: Transform) {
    return this.#rows(sql, parameters, transform, true)
  }
  executeUnprepared(sql: string, parameters: Parameters, transform: Transform) {
    return this.#rows(sql, parameters, transform, false)
  }
  executeRaw(sql: string, parameters: Parameters) {
    return this.#query(sql, parameters, true)
  }
  executeValues(sql: string, parameters: Parameters) {
    return this.#telling(this.#connection.queryValues(sql, parameters))
  }
  executeValuesUnprepared(sql: string, parameters: Parameters) {
    return this.#telling(this.#connection.queryValues(sql, parameters, false))
  }
  executeStream(sql: string, parameters: Parameters, transform: Transform) {
    const rows = Stream.unwrap(this.#telling(Effect.succeed(this.#connection.stream(sql, parameters))))
    return transform === undefined ? rows : Stream.map(rows, (row) => transform([row])[0])
  }

  #rows(sql: string, parameters: Parameters, transform: Transform, prepare: boolean) {
    return Effect.map(this.#query(sql, parameters, prepare), ({ rows }) =>
      transform === undefined ? rows : transform(rows),
    )
  }

  #query(sql: string, parameters: Parameters, prepare: boolean) {
    const statement = this.#connection.query(sql, parameters, prepare)
    if (!controls.test(sql)) return this.#telling(statement)
    // What controls a transaction sees no rows, and has to run where nothing can be told: in one that has failed. What was
    // told inside is undone with it, also by a COMMIT that Postgres answers with ROLLBACK.
    return Effect.suspend(() => {
      if (sql.startsWith("ROLLBACK")) this.#told.workspace = undefined
      return Effect.tap(statement, ({ command }) =>
        Effect.sync(() => {
          if (command === "ROLLBACK") this.#told.workspace = undefined
        }),
      )
    })
  }

  #telling<A>(statement: Effect.Effect<A, SqlError.SqlError>): Effect.Effect<A, SqlError.SqlError> {
    return Effect.withFiber((fiber) => {
      const workspace = fiber.getRef(Tenancy.CurrentWorkspace)
      if (workspace === Tenancy.anyWorkspace) return statement
      const inItsPlace = () =>
        this.#told.workspace === workspace ? statement : Effect.andThen(this.#tell(workspace), statement)
      return this.#isShared ? this.#told.turn.withPermit(Effect.suspend(inItsPlace)) : inItsPlace()
    })
  }

  #tell(workspace: string): Effect.Effect<void, SqlError.SqlError> {
    // interrupted or refused, it is not known which of the two it sees
    this.#told.workspace = undefined
    return Effect.map(this.#connection.query(tell, [workspace]), () => {
      this.#told.workspace = workspace
    })
  }
}

const tell = `SELECT set_config('requite.workspace', $1, false)`
const controls = /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/

/** Postgres answers a COMMIT with ROLLBACK when a statement of the transaction failed: then nothing was written. */
const commit = (connection: SqlConnection.Connection): Effect.Effect<void, SqlError.SqlError> =>
  Effect.flatMap(connection.executeRaw("COMMIT", []), (result) => {
    if (!Predicate.hasProperty(result, "command") || result.command !== "ROLLBACK") return Effect.void
    const message = "COMMIT rolled back an aborted transaction"
    const reason = new SqlError.UnknownError({ cause: new Error(message), message, operation: "commit" })
    return Effect.fail(new SqlError.SqlError({ reason }))
  })
