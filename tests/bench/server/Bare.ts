/**
 * The ceiling of autosaving: a bare node:http server that does the same SQL through the same driver, statement by statement,
 * and nothing else that it can leave out. No routes, no contract, no judging, no layers.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { createServer, type IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Str from "effect/String"
import { PgClient, SqlClient } from "../../../reference-server/src/platform/Sql.ts"
import * as Context from "effect/Context"

const sha = (given: string) => createHash("sha256").update(given).digest("hex")

const handle = (sql: SqlClient.SqlClient, request: IncomingMessage, body: string) =>
  Effect.gen(function* () {
    const name = /^\/api\/customer\/([^/]+)\/answers$/.exec(request.url ?? "")?.[1] ?? ""
    const now = new Date()
    const limit = (...keys: ReadonlyArray<string>) => {
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
    // whose rows are seen is told to a session when it changes: for every workspace to find the customer's, then for theirs
    const tell = (workspace: string) => sql`SELECT set_config('requite.workspace', ${workspace}, false)`
    yield* limit(`bare ${request.socket.remoteAddress ?? ""}`)
    yield* tell("*")
    const [session] = yield* sql<{ workspaceId: string; requestId: string; sessionDigest: string }>`
      SELECT l.id, l.recipient, l.generation, l.mail_id, l.rebinds, l.digest, l.key_epoch, l.issued_at, l.expires_at,
        s.workspace_id, s.request_id, r.state, s.device, s.assurance, s.digest AS session_digest, s.submission_id,
        s.verified_at, s.last_used_at, s.expires_at AS ends_at, jsonb_build_object('id', w.id, 'name', w.name,
          'accent', w.accent, 'language', w.language, 'timeZone', w.time_zone, 'logo', w.logo) AS workspace
      FROM customer_sessions s JOIN access_links l ON l.id = s.link_id JOIN client_requests r ON r.id = s.request_id
        JOIN workspaces w ON w.id = s.workspace_id
      WHERE s.handle = ${name}`
    if (session === undefined) return 404
    const secret = new RegExp(`rq-${name}=([^;]+)`).exec(request.headers.cookie ?? "")?.[1] ?? ""
    const [presented, kept] = [Buffer.from(sha(secret)), Buffer.from(session.sessionDigest)]
    if (presented.length !== kept.length || !timingSafeEqual(presented, kept)) return 403
    const { workspaceId, requestId } = session
    yield* limit(`bare w ${workspaceId}`, `bare r ${requestId}`, `bare f ${requestId}`)
    const given: unknown = JSON.parse(body)
    const answers = typeof given === "object" && given !== null && "answers" in given ? given.answers : {}
    const draft = sql<{ answers: object; visited: object; versions: object; saves: ReadonlyArray<string> }>`
      SELECT answers, visited, versions, saves, saved_at FROM answers WHERE request_id = ${requestId}`
    const command = crypto.randomUUID()
    yield* sql.withTransaction(
      Effect.gen(function* () {
        yield* tell(workspaceId)
        yield* sql`SELECT state FROM client_requests WHERE workspace_id = ${workspaceId} AND id = ${requestId} FOR UPDATE`
        const [before] = yield* draft
        yield* sql`SELECT 1 FROM audit_entries WHERE request_id = ${requestId} AND command_id = ${command} LIMIT 1`
        yield* sql`INSERT INTO answers ${sql.insert({
          requestId,
          workspaceId,
          answers: JSON.stringify({ ...before?.answers, ...Object(answers) }),
          visited: JSON.stringify(before?.visited ?? []),
          versions: JSON.stringify(before?.versions ?? {}),
          saves: JSON.stringify([...(before?.saves ?? []), command].slice(-50)),
          savedAt: now,
        })} ON CONFLICT (request_id) DO UPDATE SET answers = excluded.answers, visited = excluded.visited,
          versions = excluded.versions, saves = excluded.saves, saved_at = excluded.saved_at`
      }),
    )
    return 200
  })

const client = PgClient.layer({
  url: Redacted.make(process.env["DATABASE_URL"] ?? ""),
  maxConnections: 10,
  transformQueryNames: Str.camelToSnake,
  transformResultNames: Str.snakeToCamel,
  transformJson: false,
})
const sql = Context.get(
  await Effect.runPromise(Scope.provide(Layer.build(client), Scope.makeUnsafe())),
  SqlClient.SqlClient,
)
createServer((request, response) => {
  text(request)
    .then((body) => Effect.runPromise(handle(sql, request, body)))
    .then((status) =>
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(status === 200 ? '{"conflicts":[]}' : "{}"),
    )
    .catch(() => response.writeHead(500).end())
}).listen(Number(process.env["PORT"]), "127.0.0.1", () => process.send?.("ready"))
