/**
 * Links that end the reminders of one request and open nothing (delivery.md M13, M14; RFC 8058). Every reminder carries
 * the one of its recipient in its `List-Unsubscribe` header, for mail programs to press; no cookie and no session takes
 * part. The token is an HMAC under the server's link key, so that it is the same in each reminder, and of it only the
 * digest is kept. A link is alive while `StopReminders` would be taken; dead ones are all alike (S47).
 */
import { AccessLink, ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ClientRequests } from "./ClientRequests.ts"
import { Config } from "./Config.ts"
import * as LinkKey from "./CustomerAccess/LinkKey.ts"
import * as Together from "./Database/Together.ts"
import { SqlClient, type SqlError, SqlSchema } from "./platform/Sql.ts"
import { CustomerLimits } from "./RateLimits/Customers.ts"
import type { RateLimited } from "./RateLimits.ts"
import * as Tenancy from "./Tenancy.ts"
import { type Workspace, Workspaces } from "./Workspaces.ts"

/** What a living link is of. */
export interface Subscribed {
  readonly workspace: Workspace
  readonly request: ClientRequest.State
  readonly recipient: ClientRequest.Recipient
}

export class UnsubscribeLinks extends Context.Service<
  UnsubscribeLinks,
  {
    /** The address for the header of a recipient's reminders. */
    addressOf(
      workspaceId: string,
      requestId: string,
      recipient: string,
      /** Of a mail that carries the reminders of several requests: it ends those of all of them (M27). */
      digest?: string,
    ): Effect.Effect<Redacted.Redacted, SqlError.SqlError>
    /** Looks, and changes nothing: scanners open it too. */
    look(token: Redacted.Redacted): Effect.Effect<Subscribed, AccessLink.LinkDead | RateLimited>
    /** No more reminders of this request; once more changes nothing. */
    stop(token: Redacted.Redacted): Effect.Effect<Subscribed, AccessLink.LinkDead | RateLimited>
  }
>()("@requite/reference-server/UnsubscribeLinks") {}

const Row = Schema.Struct({
  digest: Schema.String,
  workspaceId: Schema.String,
  recipient: Schema.String,
  state: ClientRequest.State,
})

export const layer = Layer.effect(
  UnsubscribeLinks,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const config = yield* Config
    const requests = yield* ClientRequests
    const workspaces = yield* Workspaces
    const limits = yield* CustomerLimits
    const { key } = yield* LinkKey.read(config)
    const withCrypto = Effect.provideService(Crypto.Crypto, crypto)

    const byDigest = SqlSchema.findAll({
      Request: Schema.String,
      Result: Row,
      execute: (digest) => sql`
        SELECT u.digest, u.workspace_id, coalesce(m.delivery ->> 'recipient', u.recipient) AS recipient, r.state
        FROM unsubscribe_links u
        LEFT JOIN mails m ON u.mail_id IS NOT NULL AND (m.id = u.mail_id OR m.digest_id = u.mail_id)
        JOIN client_requests r ON r.id = coalesce(m.request_id, u.request_id)
        WHERE u.digest = ${digest} ORDER BY m.created_at, m.id`,
    })

    const insert = yield* Together.make(
      (rows: ReadonlyArray<{ readonly digest: string } & Record<string, unknown>>) => {
        // in one order everywhere, or two processes wait for each other
        const sorted = rows.toSorted((one, other) => (one.digest < other.digest ? -1 : 1))
        const written = sql`INSERT INTO ${Together.inserted(sql, "unsubscribe_links", sorted)} ON CONFLICT (digest) DO NOTHING`
        return Effect.as(written, rows)
      },
    )

    /** What of a link is alive: one request, or of a digest as many as have something to end. */
    const find = Effect.fnUntraced(function* (token: Redacted.Redacted) {
      if (!AccessLink.isToken(Redacted.value(token))) return yield* new AccessLink.LinkDead()
      const digest = yield* AccessLink.digest(token)
      const rows = yield* Tenancy.across(Effect.orDie(byDigest(digest)))
      const at = yield* Clock.currentTimeMillis
      const alive: Array<{
        readonly found: Omit<Subscribed, "workspace">
        readonly intent: ReturnType<typeof stopping>
      }> = []
      for (const row of rows) {
        if (!Crypto.timingSafeEqual(digest, row.digest)) continue
        const recipient = ClientRequest.recipientOf(row.state, row.recipient)
        const intent = stopping(yield* Crypto.uuid, row.recipient)
        if (recipient === undefined || Result.isFailure(ClientRequest.decide({ ...intent, at }, row.state))) continue
        alive.push({ found: { request: row.state, recipient }, intent })
      }
      const [first] = alive
      const workspaceId = rows[0]?.workspaceId
      if (first === undefined || workspaceId === undefined) return yield* new AccessLink.LinkDead()
      const { request, recipient } = first.found
      yield* limits.ofFamily("link", { workspaceId, requestId: request.id, recipient: recipient.id })
      const workspace = yield* Tenancy.within(workspaceId)(workspaces.get(workspaceId))
      const found: Subscribed = { workspace, request, recipient }
      return { found, alive }
    })

    return UnsubscribeLinks.of({
      addressOf: Effect.fnUntraced(function* (workspaceId, requestId, recipient, mailId) {
        const named = `unsubscribe:${workspaceId}:${requestId}:${recipient}${mailId === undefined ? "" : `:${mailId}`}`
        const token = yield* Crypto.hmacSha256Base64Url(Redacted.value(key), named)
        const digest = yield* Crypto.sha256Hex(token)
        yield* insert({ digest, workspaceId, requestId, recipient, mailId: mailId ?? null })
        return Redacted.make(`${config.publicUrl}/u/${token}`)
      }, withCrypto),
      look: (token) => Effect.map(find(token), ({ found }) => found).pipe(withCrypto),
      stop: (token) =>
        Effect.gen(function* () {
          const { found, alive } = yield* find(token)
          const { id } = found.workspace
          const [request = found.request] = yield* Effect.forEach(alive, (one) =>
            Tenancy.within(id)(requests.handle(id, one.found.request.id, one.intent)),
          )
          return { ...found, request }
        }).pipe(
          // it ended between the look and the lock
          Effect.catchTags({ Refusal: dead, RequestNotFound: dead }),
          withCrypto,
        ),
    })
  }),
)

const dead = () => Effect.fail(new AccessLink.LinkDead())

/** Whoever holds the mail: no access link took part, so none is named. */
const stopping = (id: string, recipient: string) =>
  ({ type: "StopReminders", id, by: { kind: "customer", link: "" }, recipient }) as const
