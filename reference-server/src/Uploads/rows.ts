/** The statements of `uploads`: each takes the customer, and sees nothing of another session (S63). */
import * as upload from "@requite/core/QuestionKind/upload"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Customer } from "../Customer.ts"
import type { Bringer } from "./Room.ts"
import { BlobKey } from "../BlobStore.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"

const Code = Schema.Struct({
  code: Schema.String,
  values: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite])),
})

/** What became of a file that was all there. */
export const Outcome = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("taken"),
    file: upload.FileRef,
    duplicateOf: Schema.NullOr(Schema.String),
  }),
  Schema.Struct({ type: Schema.Literal("refused"), problem: Schema.Struct({ codes: Schema.Array(Code) }) }),
])
export type Outcome = typeof Outcome.Type

const Read = Schema.Struct({
  id: Schema.String,
  question: Schema.String,
  revision: Schema.Int,
  name: Schema.String,
  bytes: Schema.Finite,
  state: Schema.Literals(["arriving", "attached", "checking", "refused"]),
  isWhole: Schema.Boolean,
  outcome: Schema.NullOr(Outcome),
  createdAt: Schema.Date,
  expiresAt: Schema.Date,
})

/** A file on its way in, or that came in within the last day. */
export interface Row extends Omit<typeof Read.Type, "createdAt" | "expiresAt"> {
  readonly createdAt: number
  readonly expiresAt: number
}

/** One that is over. */
export interface Over {
  readonly id: string
  readonly workspaceId: string
  readonly isArriving: boolean
  readonly isKept: boolean
}

const isKey = Schema.is(BlobKey)
/** How many are swept at a time. */
const batch = 100

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const read = SqlSchema.findAll({
    Request: Schema.Struct({
      workspaceId: Schema.String,
      requestId: Schema.String,
      handle: Schema.String,
      id: Schema.String,
    }),
    Result: Read,
    execute: ({ workspaceId, requestId, handle, id }) => sql`
      SELECT id, question, revision, name, bytes::float8 AS bytes, state, is_whole, outcome, created_at, expires_at FROM uploads
      WHERE workspace_id = ${workspaceId} AND id = ${id} AND request_id = ${requestId} AND handle = ${handle}
        AND is_resumable`,
  })

  const whose = ({ workspace, requestId, handle }: Bringer, id: string) =>
    sql`workspace_id = ${workspace.id} AND id = ${id} AND handle = ${handle}
      AND ${requestId === null ? sql`request_id IS NULL` : sql`request_id = ${requestId}`}`

  return {
    /** Null: there is none of this session's. */
    of: ({ workspace, requestId, handle }: Customer, id: string): Effect.Effect<Row | null> =>
      !isKey(id)
        ? Effect.succeed(null)
        : Effect.map(Effect.orDie(read({ workspaceId: workspace.id, requestId, handle, id })), ([row]) =>
            row === undefined
              ? null
              : { ...row, createdAt: row.createdAt.getTime(), expiresAt: row.expiresAt.getTime() },
          ),

    /** Takes the lease, if nobody has it; leases go by the database's clock, which all processes share. */
    hold: (customer: Customer, id: string, holder: string, seconds: number) =>
      !isKey(id)
        ? Effect.succeed(false)
        : Effect.flatMap(
            Clock.currentTimeMillis,
            (now) => sql`UPDATE uploads SET holder = ${holder}, wanted = false, touched_at = ${new Date(now)},
              held_until = clock_timestamp() + make_interval(secs => ${seconds})
              WHERE ${whose(customer, id)} AND (holder IS NULL OR held_until < clock_timestamp()) RETURNING 1`,
          ).pipe(
            Effect.map((rows) => rows.length > 0),
            Effect.orDie,
          ),
    /** Tells who holds it that somebody waits; false: there is no such arrival. */
    want: (customer: Customer, id: string) =>
      !isKey(id)
        ? Effect.succeed(false)
        : sql`UPDATE uploads SET wanted = true WHERE ${whose(customer, id)} RETURNING 1`.pipe(
            Effect.map((rows) => rows.length > 0),
            Effect.orDie,
          ),
    /** Goes on holding. `wanted`: somebody waits. `lost`: somebody else has it. */
    renew: (customer: Customer, id: string, holder: string, seconds: number) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql<{ wanted: boolean }>`UPDATE uploads SET touched_at = ${new Date(now)},
          held_until = clock_timestamp() + make_interval(secs => ${seconds})
          WHERE ${whose(customer, id)} AND holder = ${holder} RETURNING wanted`,
      ).pipe(Effect.map(([row]) => (row === undefined ? "lost" : row.wanted ? "wanted" : "held"))),
    release: (customer: Customer, id: string, holder: string) =>
      sql`UPDATE uploads SET holder = NULL, held_until = NULL WHERE ${whose(customer, id)} AND holder = ${holder}`,

    /** All of it is there: from now on nobody adds to it. */
    whole: (customer: Customer, id: string) =>
      Effect.orDie(sql`UPDATE uploads SET is_whole = true WHERE ${whose(customer, id)}`),
    settle: (
      customer: Bringer,
      id: string,
      {
        state,
        bytes,
        outcome,
      }: { readonly state: Row["state"]; readonly bytes: number; readonly outcome: Outcome | null },
    ) =>
      sql`UPDATE uploads SET state = ${state}, bytes = ${bytes}, is_whole = true,
        outcome = ${outcome === null ? null : JSON.stringify(outcome)}
        WHERE ${whose(customer, id)}`.pipe(Effect.orDie, Effect.asVoid),

    /** Some of those that are over, or on their way to a request that takes nothing more, and that nobody holds. */
    over: (now: number) =>
      sql<Over>`
        SELECT u.id::text AS id, u.workspace_id::text AS workspace_id, u.state = 'arriving' AS is_arriving,
          (EXISTS (SELECT FROM session_files s WHERE s.id = u.id)
            OR EXISTS (SELECT FROM files f WHERE f.id = u.id AND f.noted IS NOT NULL)) AS is_kept
        FROM uploads u WHERE id IN (
            SELECT id FROM uploads WHERE expires_at <= ${new Date(now)}
            UNION ALL SELECT c.id FROM uploads c JOIN client_requests r ON r.id = c.request_id
              WHERE c.state = 'arriving' AND r.lifecycle NOT IN ('Pending', 'WaitingForCustomer'))
          AND coalesce(u.held_until < clock_timestamp(), true)
        LIMIT ${batch}`.pipe(Effect.orDie, Tenancy.across),
    forget: (id: string) => Effect.orDie(sql`DELETE FROM uploads WHERE id = ${id}`),
  }
})
