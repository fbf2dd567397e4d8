/**
 * Addresses that get no mail of a firm: those that mail came back from for good, whose reader called it spam, that failed
 * again and again, or that a member named (delivery.md M15, M16). A *suppression* is of one workspace and one address, in
 * lower case; what it is about is customers, never members. *Lifted*, it is kept: a member lifts one once, with a reason,
 * and when mail comes back again only an administrator does. `Returns` is who notes and lifts them.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Member } from "./Members.ts"
import * as Together from "./Database/Together.ts"
import { SqlClient, SqlSchema } from "./platform/Sql.ts"

export const Cause = Schema.Literals(["hard-bounce", "complaint", "soft-bounces", "by-hand"])
export type Cause = typeof Cause.Type

export interface Suppression {
  readonly address: string
  readonly cause: Cause
  /** A sentence in English, or the member's reason. */
  readonly detail: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** How often it was lifted before. */
  readonly lifts: number
}

/** There is none of that address in this workspace, or it was lifted already. */
export class SuppressionNotFound extends Schema.TaggedError<SuppressionNotFound>()("SuppressionNotFound", {}) {}

/** A member has lifted it before, and mail came back again: an administrator may. */
export class LiftRefused extends Schema.TaggedError<LiftRefused>()("LiftRefused", {}) {}

export class Suppressions extends Context.Service<
  Suppressions,
  {
    /** Those of these addresses that get no mail, in lower case. */
    among(workspaceId: string, addresses: ReadonlyArray<string>): Effect.Effect<ReadonlySet<string>>
    /** The newest first, at most 500. */
    list(workspaceId: string): Effect.Effect<ReadonlyArray<Suppression>>
    /** Suppresses an address. `sentAt`: of the mail that came back; one from before a lift tells nothing new. */
    note(
      workspaceId: string,
      address: string,
      why: {
        readonly cause: Cause
        readonly detail: string
        readonly mailId?: string
        readonly memberId?: string
        readonly sentAt?: number
      },
    ): Effect.Effect<boolean>
    /** Are the reminders that an address gets on one day one mail (M27)? */
    digests(workspaceId: string): Effect.Effect<boolean>
    setDigests(workspaceId: string, on: boolean): Effect.Effect<void>
    /** Lifts it. Where nothing is suppressed or the member may not, nothing changes. */
    lift(member: Member, address: string, reason: string): Effect.Effect<void, SuppressionNotFound | LiftRefused>
  }
>()("@requite/reference-server/Suppressions") {}

/** An address as it is compared: in lower case, as every provider of note does. */
export const normal = (address: string): string => address.trim().toLowerCase()

const Row = Schema.Struct({
  address: Schema.String,
  cause: Cause,
  detail: Schema.String,
  at: Schema.Date,
  lifts: Schema.Int,
})

export const layer = Layer.effect(
  Suppressions,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const listed = SqlSchema.findAll({
      Request: Schema.String,
      Result: Row,
      execute: (workspaceId) => sql`
        SELECT address, cause, detail, at, lifts FROM suppressions
        WHERE workspace_id = ${workspaceId} AND lifted_at IS NULL ORDER BY at DESC, address LIMIT 500`,
    })
    const locked = SqlSchema.findOneOption({
      Request: Schema.Struct({ workspaceId: Schema.String, address: Schema.String }),
      Result: Schema.Struct({ lifts: Schema.Int }),
      execute: ({ workspaceId, address }) => sql`
        SELECT lifts FROM suppressions
        WHERE workspace_id = ${workspaceId} AND address = ${address} AND lifted_at IS NULL FOR UPDATE`,
    })

    const among = yield* Together.make(
      (asked: ReadonlyArray<ReadonlyArray<{ workspace: string; address: string }>>) => {
        const key = ({ workspace, address }: { workspace: string; address: string }) => `${workspace} ${address}`
        const all = new Map(asked.flat().map((one) => [key(one), one]))
        return Effect.map(
          sql<{ workspace: string; address: string }>`
          SELECT asked.workspace, asked.address
          FROM ${Together.rows(sql, "workspace uuid, address text", [...all.values()])} asked
          JOIN suppressions s ON s.workspace_id = asked.workspace AND s.address = asked.address
          WHERE s.lifted_at IS NULL`,
          (rows) => {
            const dead = new Set(rows.map(key))
            return asked.map((own) => new Set(own.flatMap((one) => (dead.has(key(one)) ? [one.address] : []))))
          },
        )
      },
    )

    return Suppressions.of({
      among: (workspaceId, addresses) => {
        const asked = [...new Set(addresses.map(normal))].filter((address) => address !== "")
        if (asked.length === 0) return Effect.succeed(new Set())
        return Effect.orDie(among(asked.map((address) => ({ workspace: workspaceId, address }))))
      },
      list: (workspaceId) =>
        Effect.map(listed(workspaceId), (rows) => rows.map((row) => ({ ...row, at: row.at.getTime() }))).pipe(
          Effect.orDie,
        ),
      note: Effect.fn("Suppressions.note")(function* (workspaceId, address, { cause, detail, sentAt, ...by }) {
        const now = yield* Clock.currentTimeMillis
        const row = {
          workspaceId,
          address: normal(address),
          cause,
          detail,
          mailId: by.mailId ?? null,
          memberId: by.memberId ?? null,
          at: new Date(now),
        }
        const written = yield* sql`INSERT INTO suppressions AS there ${sql.insert(row)}
          ON CONFLICT (workspace_id, address) DO UPDATE SET cause = excluded.cause, detail = excluded.detail,
            mail_id = excluded.mail_id, member_id = excluded.member_id, at = excluded.at, lifted_at = NULL
          WHERE there.lifted_at IS NOT NULL AND there.lifted_at < ${new Date(sentAt ?? now + 1)} RETURNING address`
        return written.length > 0
      }, Effect.orDie),
      digests: (workspaceId) =>
        Effect.map(
          sql<{ on: boolean }>`SELECT reminder_digest AS "on" FROM workspaces WHERE id = ${workspaceId}`,
          ([row]) => row?.on !== false,
        ).pipe(Effect.orDie),
      setDigests: (workspaceId, on) =>
        sql`UPDATE workspaces SET reminder_digest = ${on} WHERE id = ${workspaceId}`.pipe(Effect.orDie, Effect.asVoid),
      lift: (member, given, reason) =>
        Effect.gen(function* () {
          const address = normal(given)
          const there = Option.getOrNull(yield* locked({ workspaceId: member.workspaceId, address }))
          if (there === null) return yield* new SuppressionNotFound()
          if (there.lifts > 0 && member.role !== "admin") return yield* new LiftRefused()
          const now = new Date(yield* Clock.currentTimeMillis)
          yield* sql`UPDATE suppressions
            SET lifted_at = ${now}, lifted_by = ${member.id}, lift_reason = ${reason}, lifts = lifts + 1
            WHERE workspace_id = ${member.workspaceId} AND address = ${address}`
        }).pipe(sql.withTransaction, Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die })),
    })
  }),
)
