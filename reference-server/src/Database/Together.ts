/**
 * One statement for many: what several fibers ask of the database at the same moment goes there in one round trip, and each gets
 * its own answer. While one such statement is under way, what is asked meanwhile gathers for the next. It costs whoever is alone
 * a turn of the scheduler, and no waiting.
 *
 * Only what is asked for one workspace goes together, and in a transaction only what is asked in that transaction.
 */
import type * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Str from "effect/String"
import { SqlClient } from "../platform/Sql.ts"
import * as Outage from "../Pressure/Outage.ts"
import * as Tenancy from "../Tenancy.ts"

/** One that asks, and is told the answer; or that it `leads`: those before it are done, and it asks for all who wait now. */
interface Asking<A, B, E> {
  readonly item: A
  readonly told: Deferred.Deferred<Exit.Exit<B, E> | "lead">
  leads: boolean
}

/** At once, at most. */
const most = 200

/**
 * `ask` answers many at once, in their order; it runs in the workspace, and in the transaction if there is one, of those who
 * ask. Outside a transaction what fails for many is asked for each alone, so that one that cannot be answered is in nobody's way;
 * unless it is the database that failed.
 */
export const make = <A, B, E>(
  ask: (items: Arr.NonEmptyReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, E>,
): Effect.Effect<(item: A) => Effect.Effect<B, E>, never, SqlClient.SqlClient> =>
  Effect.map(SqlClient.SqlClient, (sql) => {
    /** Those who wait, by transaction (`pool`: none) and workspace. */
    const waiting = new WeakMap<object, Map<string, Array<Asking<A, B, E>>>>()
    const pool = {}

    const answered = (
      items: Arr.NonEmptyReadonlyArray<A>,
      isAlone: boolean,
    ): Effect.Effect<ReadonlyArray<Exit.Exit<B, E>>> =>
      Effect.flatMap(Effect.exit(ask(items)), (exit) => {
        if (Exit.isSuccess(exit)) {
          return exit.value.length === items.length
            ? Effect.succeed(exit.value.map((value) => Exit.succeed(value)))
            : Effect.die(new Error(`${exit.value.length} answers to ${items.length} questions`))
        }
        // what is away for all is away for each: nobody waits for that a second time
        const outage = Outage.of(exit.cause)
        const isForAll = outage !== null && outage !== "busy"
        return isAlone || isForAll || items.length === 1
          ? Effect.succeed(items.map(() => Exit.failCause(exit.cause)))
          : Effect.map(
              Effect.forEach(items, (item) => answered([item], true), { concurrency: "unbounded" }),
              (exits) => exits.flat(),
            )
      })

    return (item) =>
      Effect.withFiber((fiber) => {
        const place = Context.getOrUndefined(fiber.context, sql.transactionService)?.[0] ?? pool
        const workspace = fiber.getRef(Tenancy.CurrentWorkspace)
        const here = waiting.get(place) ?? new Map<string, Array<Asking<A, B, E>>>()
        waiting.set(place, here)

        const next = (others: Array<Asking<A, B, E>>) => {
          const one = others.shift()
          if (one === undefined) here.delete(workspace)
          else {
            one.leads = true
            Deferred.doneUnsafe(one.told, Effect.succeed("lead" as const))
          }
        }
        // what runs for others is not interrupted; in a transaction, it would go on in whatever comes after that
        const lead = (others: Array<Asking<A, B, E>>) =>
          Effect.gen(function* () {
            yield* Effect.yieldNow
            const asking = others.splice(0, most)
            const items = [item, ...asking.map((one) => one.item)] as const
            const [own, ...exits] = yield* answered(items, place !== pool)
            asking.forEach(({ told }, at) => {
              const exit = exits[at]
              if (exit !== undefined) Deferred.doneUnsafe(told, Effect.succeed(exit))
            })
            next(others)
            return yield* own ?? Effect.die(new Error("nothing was answered"))
          })

        const there = here.get(workspace)
        if (there === undefined) {
          const others: Array<Asking<A, B, E>> = []
          here.set(workspace, others)
          return Effect.uninterruptible(lead(others))
        }
        const mine: Asking<A, B, E> = { item, told: Deferred.makeUnsafe(), leads: false }
        there.push(mine)
        const leave = Effect.sync(() => {
          if (mine.leads) next(there)
          else if (there.includes(mine)) there.splice(there.indexOf(mine), 1)
        })
        return Effect.uninterruptibleMask((restore) =>
          restore(Deferred.await(mine.told)).pipe(
            Effect.onInterrupt(() => leave),
            Effect.flatMap((told) => (told === "lead" ? lead(there) : told)),
          ),
        )
      })
  })

/** Rows as a table in a statement; what it is called there follows. `columns`: names with types, `id uuid, state jsonb`. */
export const rows = (sql: SqlClient.SqlClient, columns: string, given: ReadonlyArray<object>) =>
  sql`(SELECT * FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS given(${sql.literal(columns)})
    LIMIT ${seen(sql, given)})`

type Row = Readonly<Record<string, unknown>>

/**
 * What follows `INSERT INTO`: these rows, however many, by one and the same statement. Columns are named as in code, and are those
 * of the first row; what a column of json holds is given as it is.
 */
export const inserted = (sql: SqlClient.SqlClient, table: string, given: ReadonlyArray<Row>) => {
  const columns = columnsOf(given)
    .map((name) => `"${name}"`)
    .join(", ")
  return sql`${sql.literal(table)} (${sql.literal(columns)}) SELECT ${sql.literal(columns)} FROM ${like(sql, table, given)}`
}

/** What follows `UPDATE`: each row of the table, `held`, becomes as the one of these, `given`, that the `WHERE` after it finds. */
export const updated = (sql: SqlClient.SqlClient, table: string, given: ReadonlyArray<Row>) => {
  const set = columnsOf(given)
    .filter((name) => name !== "id" && name !== "workspace_id")
    .map((name) => `"${name}" = given."${name}"`)
    .join(", ")
  return sql`${sql.literal(table)} held SET ${sql.literal(set)} FROM ${like(sql, table, given)}`
}

const columnsOf = ([first]: ReadonlyArray<Row>) => Object.keys(first ?? {}).map(Str.camelToSnake)

const like = (sql: SqlClient.SqlClient, table: string, given: ReadonlyArray<Row>) => {
  const names = Object.keys(given[0] ?? {}).map((key) => [key, Str.camelToSnake(key)] as const)
  const rows = given.map((row) => Object.fromEntries(names.map(([key, name]) => [name, row[key]])))
  return sql`(SELECT * FROM jsonb_populate_recordset(NULL::${sql.literal(table)}, ${JSON.stringify(rows)}::jsonb)
    LIMIT ${seen(sql, rows)}) given`
}

/** At least as many. Rows from json are a hundred to Postgres, for which it may read a whole table rather than look them up. */
const seen = (sql: SqlClient.SqlClient, rows: ReadonlyArray<unknown>) =>
  sql.literal(String(2 ** Math.ceil(Math.log2(Math.max(1, rows.length)))))
