/** The statements of access codes, one a name. `locked…` hold their row until the transaction ends. */
import { AccessCode, ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"

/** One recipient of one request: whose links and codes count together. */
export interface Family {
  readonly workspaceId: string
  readonly requestId: string
  readonly recipient: string
}

const Family = Schema.Struct({ workspaceId: Schema.String, requestId: Schema.String, recipient: Schema.String })
const LedgerRow = Schema.Struct({ ledger: AccessCode.Ledger })
const ChallengeRow = AccessCode.Challenge.mapFields((fields) => ({ ...fields, issuedAt: Schema.Date }))

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const familyLedger = SqlSchema.findOne({
    Request: Family,
    Result: LedgerRow,
    execute: ({ requestId, recipient }) => sql`
      SELECT ledger FROM access_code_families
      WHERE request_id = ${requestId} AND recipient = ${recipient} FOR UPDATE`,
  })
  const addressLedger = SqlSchema.findOne({
    Request: Schema.String,
    Result: LedgerRow,
    execute: (digest) => sql`SELECT ledger FROM access_code_addresses WHERE digest = ${digest} FOR UPDATE`,
  })
  const visited = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: Schema.Struct({ ...Family.fields, id: Schema.String }),
    execute: (preSession) => sql`
      SELECT workspace_id, request_id, recipient, id FROM access_codes
      WHERE pre_session = ${preSession} ORDER BY issued_at DESC, id LIMIT 1`,
  })
  const challenge = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: ChallengeRow,
    execute: (id) => sql`
      SELECT id, request_id, recipient, pre_session, channel, digest, sent_to, issued_at, tries_left
      FROM access_codes WHERE id = ${id}`,
  })
  const waiting = SqlSchema.findOneOption({
    Request: Schema.Struct({ ...Family.fields, after: Schema.Date }),
    Result: Schema.Struct({ preSession: Schema.String, channel: AccessCode.Channel }),
    execute: ({ workspaceId, requestId, recipient, after }) => sql`
      SELECT pre_session, channel FROM access_codes
      WHERE workspace_id = ${workspaceId} AND request_id = ${requestId} AND recipient = ${recipient}
        AND issued_at > ${after}
      ORDER BY issued_at DESC, id LIMIT 1`,
  })
  const state = SqlSchema.findOneOption({
    Request: Family,
    Result: Schema.Struct({ state: ClientRequest.State }),
    execute: ({ workspaceId, requestId }) =>
      sql`SELECT state FROM client_requests WHERE workspace_id = ${workspaceId} AND id = ${requestId}`,
  })
  const lockedFamilies = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, requestId: Schema.String }),
    Result: Schema.Struct({ recipient: Schema.String }),
    execute: ({ workspaceId, requestId }) => sql`
      SELECT recipient FROM access_code_families
      WHERE workspace_id = ${workspaceId} AND request_id = ${requestId} AND is_locked ORDER BY recipient`,
  })

  const fresh = JSON.stringify(AccessCode.fresh)

  return {
    /** The request of a family; null: there is none in this workspace. */
    request: (family: Family) => Effect.map(state(family), (row) => Option.getOrNull(row)?.state ?? null),

    lockedFamily: Effect.fnUntraced(function* ({ workspaceId, requestId, recipient }: Family, now: number) {
      const row = { workspaceId, requestId, recipient, ledger: fresh, isLocked: false, updatedAt: new Date(now) }
      yield* sql`INSERT INTO access_code_families ${sql.insert(row)} ON CONFLICT DO NOTHING`
      return (yield* familyLedger({ workspaceId, requestId, recipient })).ledger
    }),
    writeFamily: ({ requestId, recipient }: Family, ledger: AccessCode.Ledger, now: number) => sql`
      UPDATE access_code_families SET
        ledger = ${JSON.stringify(ledger)}, is_locked = ${ledger.lockedAt !== null}, updated_at = ${new Date(now)}
      WHERE request_id = ${requestId} AND recipient = ${recipient}`,

    lockedAddress: Effect.fnUntraced(function* (digest: string, now: number) {
      const row = { digest, ledger: fresh, updatedAt: new Date(now) }
      yield* sql`INSERT INTO access_code_addresses ${sql.insert(row)} ON CONFLICT DO NOTHING`
      return (yield* addressLedger(digest)).ledger
    }),
    writeAddress: (digest: string, ledger: AccessCode.Ledger, now: number) => sql`
      UPDATE access_code_addresses SET ledger = ${JSON.stringify(ledger)}, updated_at = ${new Date(now)}
      WHERE digest = ${digest}`,

    /** The newest challenge of a visit, by its id, with the family whose lock it needs. */
    visited: (preSession: string) => Effect.map(visited(preSession), Option.getOrNull),
    /** The newest visit of a family that was asked for a code which could still be right; null: there is none. */
    waiting: (family: Family, now: number) =>
      Effect.map(waiting({ ...family, after: new Date(now - AccessCode.lifeMillis) }), Option.getOrNull),
    challenge: (id: string) =>
      Effect.map(challenge(id), (found) =>
        Option.getOrNull(Option.map(found, (row) => ({ ...row, issuedAt: row.issuedAt.getTime() }))),
      ),
    /** Takes the place of the older challenge of its family and channel. */
    replaceChallenge: Effect.fnUntraced(function* (workspaceId: string, made: AccessCode.Challenge) {
      const { requestId, recipient, channel } = made
      yield* sql`DELETE FROM access_codes
        WHERE request_id = ${requestId} AND recipient = ${recipient} AND channel = ${channel}`
      yield* sql`INSERT INTO access_codes ${sql.insert({ ...made, workspaceId, issuedAt: new Date(made.issuedAt) })}`
    }),
    useChallenge: (id: string) => sql`DELETE FROM access_codes WHERE id = ${id}`,
    writeTries: (id: string, left: number) => sql`UPDATE access_codes SET tries_left = ${left} WHERE id = ${id}`,
    voidChallenges: ({ requestId, recipient }: Family) =>
      sql`DELETE FROM access_codes WHERE request_id = ${requestId} AND recipient = ${recipient}`,

    lockedFamilies: (workspaceId: string, requestId: string) => lockedFamilies({ workspaceId, requestId }),

    sweep: Effect.fnUntraced(function* (now: number) {
      const over = new Date(now - AccessCode.lifeMillis)
      const dayAgo = new Date(now - 86_400_000)
      yield* sql`DELETE FROM access_codes WHERE issued_at <= ${over}`
      yield* sql`DELETE FROM access_code_addresses WHERE updated_at <= ${dayAgo}`
      yield* sql`DELETE FROM access_code_families WHERE updated_at <= ${dayAgo} AND NOT is_locked`
    }),
  }
})
