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
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ClientRequests } from "./ClientRequests.ts"
import { Config } from "./Config.ts"
import * as LinkKey from "./CustomerAccess/LinkKey.ts"
import { SqlClient, type SqlError, SqlSchema } from "./platform/Sql.ts"
import { CustomerLimits } from "./RateLimits/Customers.ts"
import type { RateLimited } from "./RateLimits.ts"
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

    const byDigest = SqlSchema.findOneOption({
      Request: Schema.String,
      Result: Row,
      execute: (digest) => sql`
        SELECT u.digest, u.workspace_id, u.recipient, r.state
        FROM unsubscribe_links u JOIN client_requests r ON r.id = u.request_id WHERE u.digest = ${digest}`,
    })

    const find = Effect.fnUntraced(function* (token: Redacted.Redacted) {
      if (!AccessLink.isToken(Redacted.value(token))) return yield* new AccessLink.LinkDead()
      const digest = yield* AccessLink.digest(token)
      const row = Option.getOrNull(yield* Effect.orDie(byDigest(digest)))
      if (row === null || !Crypto.timingSafeEqual(digest, row.digest)) return yield* new AccessLink.LinkDead()
      const { workspaceId, state: request } = row
      const recipient = ClientRequest.recipientOf(request, row.recipient)
      const intent = stopping(yield* Crypto.uuid, row.recipient)
      const decision = ClientRequest.decide({ ...intent, at: yield* Clock.currentTimeMillis }, request)
      if (recipient === undefined || Result.isFailure(decision)) return yield* new AccessLink.LinkDead()
      yield* limits.ofFamily("link", { workspaceId, requestId: request.id, recipient: recipient.id })
      const found: Subscribed = { workspace: yield* workspaces.get(workspaceId), request, recipient }
      return { found, intent }
    })

    return UnsubscribeLinks.of({
      addressOf: Effect.fnUntraced(function* (workspaceId, requestId, recipient) {
        const named = `unsubscribe:${workspaceId}:${requestId}:${recipient}`
        const token = yield* Crypto.hmacSha256Base64Url(Redacted.value(key), named)
        const digest = yield* Crypto.sha256Hex(token)
        const row = { digest, workspaceId, requestId, recipient }
        yield* sql`INSERT INTO unsubscribe_links ${sql.insert(row)} ON CONFLICT (digest) DO NOTHING`
        return Redacted.make(`${config.publicUrl}/u/${token}`)
      }, withCrypto),
      look: (token) => Effect.map(find(token), ({ found }) => found).pipe(withCrypto),
      stop: (token) =>
        Effect.gen(function* () {
          const { found, intent } = yield* find(token)
          return { ...found, request: yield* requests.handle(found.workspace.id, found.request.id, intent) }
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
