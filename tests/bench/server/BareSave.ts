/**
 * What an autosave asks of the database, statement by statement, through the same driver, and sealed by the same code; and nothing
 * else that can be left out: no judging, no session rules, no record. The bare servers stand on it. Of one firm, no session has
 * to be told another workspace once it knows that one; nor is any here.
 *
 * The ceiling is the plain way: limits are counted, the session is looked up, a transaction locks, reads and writes. With
 * SAVE=unheld it is the server's own way of writing: a look that holds nothing, and one write over what was read. What the
 * server does besides, to ask one statement for many customers at once (`Database/Together.ts`), neither does.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Str from "effect/String"
import { parse } from "../../../reference-server/src/Config.ts"
import * as dataKeys from "../../../reference-server/src/DataKeys/layer.ts"
import * as Given from "../../../reference-server/src/DataKeys/Given.ts"
import * as Domain from "../../../reference-server/src/Domain.ts"
import { PgClient, SqlClient } from "../../../reference-server/src/platform/Sql.ts"
import * as Vault from "../../../reference-server/src/Vault.ts"

export interface Save {
  readonly handle: string
  readonly cookie: string
  readonly from: string
  /** Read only once it is known who saves. */
  readonly answers: Effect.Effect<object, unknown>
}

interface Draft {
  readonly answers: object | null
  readonly sealed: Uint8Array | null
  readonly visited: object
  readonly versions: object
  readonly saves: ReadonlyArray<string>
}

const sha = (given: string) => createHash("sha256").update(given).digest("hex")
const isUnheld = process.env["SAVE"] === "unheld"
const isObject = Schema.is(Schema.Record(Schema.String, Schema.Unknown))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const given = yield* Given.make

  const limit = (now: Date, ...keys: ReadonlyArray<string>) => {
    const until = new Date(now.getTime() + 60_000)
    const parts = keys.map(
      (key, at) => sql`${sql.literal(`part_${at}`)} AS (
        INSERT INTO rate_limits AS held (key, count, ends_at)
        SELECT ${sha(key)}::text, ${1}::int, ${until}::timestamptz
        ${at === 0 ? sql`` : sql`FROM ${sql.literal(`part_${at - 1}`)} WHERE count <= ${1_000_000}::int`}
        ON CONFLICT (key) DO UPDATE SET
          count = CASE WHEN held.ends_at <= ${now} THEN excluded.count ELSE held.count + excluded.count END,
          ends_at = CASE WHEN held.ends_at <= ${now} THEN excluded.ends_at ELSE held.ends_at END
        RETURNING count, ends_at)`,
    )
    const rows = keys.map((_, at) => sql.literal(`SELECT ${at} AS at, count, ends_at FROM part_${at}`))
    return sql`WITH ${sql.csv(parts)} ${rows.reduce((all, one) => sql`${all} UNION ALL ${one}`)} ORDER BY at`
  }

  /** Gives the status of the answer. */
  const save = Effect.fnUntraced(function* ({ handle, cookie, from, answers }: Save) {
    const now = new Date()
    yield* limit(now, `bare ${from}`)
    const [session] = yield* sql<{ workspaceId: string; requestId: string; sessionDigest: string }>`
      SELECT l.id, l.recipient, l.generation, l.mail_id, l.rebinds, l.digest, l.key_epoch, l.issued_at, l.expires_at,
        s.workspace_id, s.request_id, r.state::text, s.device, s.assurance, s.digest AS session_digest, s.submission_id,
        s.verified_at, s.last_used_at, s.expires_at AS ends_at, jsonb_build_object('id', w.id, 'name', w.name,
          'accent', w.accent, 'language', w.language, 'timeZone', w.time_zone, 'logo', w.logo, 'look', w.look,
          'frameOrigins', w.frame_origins) AS workspace
      FROM customer_sessions s JOIN access_links l ON l.id = s.link_id JOIN client_requests r ON r.id = s.request_id
        JOIN workspaces w ON w.id = s.workspace_id
      WHERE s.handle = ${handle}`
    if (session === undefined) return 404
    const secret = new RegExp(`rq-${handle}=([^;]+)`).exec(cookie)?.[1] ?? ""
    const [presented, kept] = [Buffer.from(sha(secret)), Buffer.from(session.sessionDigest)]
    if (presented.length !== kept.length || !timingSafeEqual(presented, kept)) return 403
    const { workspaceId, requestId } = session
    yield* limit(now, `bare f ${requestId}`, `bare w ${workspaceId}`, "bare")
    const added = yield* answers
    const command = crypto.randomUUID()
    const place = Given.places.draft(requestId)
    const written = Effect.fnUntraced(function* (before: Draft | undefined) {
      const there =
        before === undefined
          ? {}
          : yield* given.open(workspaceId, place, { sealed: before.sealed, clear: before.answers })
      const sealed = yield* given.seal(workspaceId, place, { ...(isObject(there) ? there : {}), ...added })
      return {
        sealed: given.alive(sealed),
        visited: JSON.stringify(before?.visited ?? []),
        versions: JSON.stringify(before?.versions ?? {}),
        saves: JSON.stringify([...(before?.saves ?? []), command].slice(-50)),
      }
    })
    const [standing] = isUnheld
      ? yield* sql<Draft & { stateVersion: string; draftVersion: string }>`
          SELECT r.state::text, r.xmin::text AS state_version, a.xmin::text AS draft_version,
            a.answers, a.sealed, a.visited, a.versions, a.saves, a.saved_at,
            EXISTS (SELECT FROM audit_entries WHERE request_id = ${requestId} AND command_id = ${command}) AS is_done
          FROM client_requests r JOIN answers a ON a.request_id = r.id
          WHERE r.workspace_id = ${workspaceId} AND r.id = ${requestId}`
      : []
    if (standing !== undefined) {
      const { sealed, visited, versions, saves } = yield* written(standing)
      const rows = yield* sql`WITH held AS (
          SELECT id FROM client_requests
          WHERE workspace_id = ${workspaceId} AND id = ${requestId} AND xmin::text = ${standing.stateVersion} FOR UPDATE)
        UPDATE answers a SET sealed = ${sealed}, answers = NULL, visited = ${visited}, versions = ${versions},
          saves = ${saves}, saved_at = ${now}
        FROM held WHERE a.request_id = held.id AND a.xmin::text = ${standing.draftVersion} RETURNING 1`
      return rows.length === 1 ? 200 : 409
    }
    yield* sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`SELECT state::text FROM client_requests WHERE workspace_id = ${workspaceId} AND id = ${requestId} FOR UPDATE`
        const [before] = yield* sql<Draft>`
          SELECT answers, sealed, visited, versions, saves, saved_at,
            EXISTS (SELECT FROM audit_entries WHERE request_id = ${requestId} AND command_id = ${command}) AS is_done
          FROM answers WHERE request_id = ${requestId}`
        const { sealed, visited, versions, saves } = yield* written(before)
        yield* sql`INSERT INTO answers (request_id, workspace_id, sealed, visited, versions, saves, saved_at)
          VALUES (${requestId}, ${workspaceId}, ${sealed}, ${visited}, ${versions}, ${saves}, ${now})
          ON CONFLICT (request_id) DO UPDATE SET sealed = excluded.sealed, answers = NULL, visited = excluded.visited,
            versions = excluded.versions, saves = excluded.saves, saved_at = excluded.saved_at`
      }),
    )
    return 200
  })
  return save
})

/** By the settings of the server that it stands beside, whose keys open what is there. */
export const start = async (): Promise<Effect.Success<typeof make>> => {
  const { config } = parse(process.env)
  if (config === null) throw new Error("these settings start no server")
  const client = PgClient.layer({
    url: Redacted.make(process.env["DATABASE_URL"] ?? ""),
    maxConnections: 10,
    transformQueryNames: Str.camelToSnake,
    transformResultNames: Str.snakeToCamel,
    transformJson: false,
  })
  const services = dataKeys.layer.pipe(
    Layer.provide(Vault.layer),
    Layer.provideMerge(client),
    Layer.provide(Domain.platform(config)),
  )
  const layer = Layer.provideMerge(services, Domain.platform(config))
  const scope = Scope.makeUnsafe()
  return Effect.runPromise(
    Effect.flatMap(Scope.provide(Layer.build(layer), scope), (context) => Effect.provideContext(make, context)),
  )
}

/** What the body says. */
export const answersOf = (body: unknown): object => (isObject(body) && isObject(body["answers"]) ? body["answers"] : {})
