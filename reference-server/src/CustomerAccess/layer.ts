import { AccessLink, ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { ClientRequests } from "../ClientRequests.ts"
import { sessionSeconds } from "../Customer.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import { csrfToken } from "../PageSecurity.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { Questionnaires } from "../Questionnaires.ts"
import * as Secret from "../Secret.ts"
import { Workspaces } from "../Workspaces.ts"

/** A handle is part of an address, where anybody may write anything; what cannot be one is not looked up. */
const isHandle = (text: string) => /^[A-Za-z0-9_-]{16}$/.test(text)

const LinkRow = Schema.Struct({
  id: Schema.String,
  workspaceId: Schema.String,
  requestId: Schema.String,
  sendNo: Schema.Int,
  mailId: Schema.String,
  digest: Schema.String,
  issuedAt: Schema.Date,
  expiresAt: Schema.NullOr(Schema.Date),
  state: ClientRequest.State,
})

const SessionRow = Schema.Struct({
  ...LinkRow.fields,
  sessionDigest: Schema.String,
  submissionId: Schema.NullOr(Schema.String),
})

const linkOf = (row: typeof LinkRow.Type): AccessLink.AccessLink => ({
  id: row.id,
  requestId: row.requestId,
  sendNo: row.sendNo,
  mailId: row.mailId,
  digest: row.digest,
  issuedAt: row.issuedAt.getTime(),
  expiresAt: row.expiresAt?.getTime() ?? null,
})

/** The layer of `CustomerAccess` over the database. */
export const layer = Layer.effect(
  CustomerAccess,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const requests = yield* ClientRequests
    const questionnaires = yield* Questionnaires
    const workspaces = yield* Workspaces

    const columns = sql.literal(
      "l.id, l.workspace_id, l.request_id, l.send_no, l.mail_id, l.digest, l.issued_at, l.expires_at, r.state",
    )
    const byDigest = SqlSchema.findOneOption({
      Request: Schema.String,
      Result: LinkRow,
      execute: (digest) => sql`
        SELECT ${columns} FROM access_links l JOIN client_requests r ON r.id = l.request_id
        WHERE l.digest = ${digest}`,
    })
    const byHandle = SqlSchema.findOneOption({
      Request: Schema.Struct({ handle: Schema.String, now: Schema.Date }),
      Result: SessionRow,
      execute: ({ handle, now }) => sql`
        SELECT ${columns}, s.digest AS session_digest, s.submission_id
        FROM customer_sessions s JOIN access_links l ON l.id = s.link_id JOIN client_requests r ON r.id = s.request_id
        WHERE s.handle = ${handle} AND s.expires_at > ${now}`,
    })

    /** The link that a token opens now, with its request. */
    const open = Effect.fnUntraced(function* (token: Redacted.Redacted) {
      const digest = yield* AccessLink.digest(token)
      const row = Option.getOrNull(yield* Effect.orDie(byDigest(digest)))
      const found = row === null ? null : { link: linkOf(row), request: row.state }
      const link = yield* AccessLink.verify(token, found)
      return row === null
        ? yield* new AccessLink.LinkDead()
        : { link, request: row.state, workspaceId: row.workspaceId }
    })

    /** The session that a handle and its secret name, whatever became of its link. */
    const session = Effect.fnUntraced(function* (handle: string, secret: Redacted.Redacted) {
      const now = yield* Clock.currentTimeMillis
      const presented = yield* Secret.digest(secret)
      const row = isHandle(handle)
        ? Option.getOrNull(yield* Effect.orDie(byHandle({ handle, now: new Date(now) })))
        : null
      if (row === null || !Crypto.timingSafeEqual(presented, row.sessionDigest)) return yield* new AccessLink.LinkDead()
      return { row, now }
    })

    return CustomerAccess.of({
      arrive: (token) =>
        Effect.gen(function* () {
          const { request, workspaceId } = yield* open(token)
          const { id, version } = request.details.questionnaire
          const stored = yield* questionnaires.get(workspaceId, id, version)
          return { workspace: yield* workspaces.get(workspaceId), current: { request, stored } }
        }).pipe(Effect.catchTag("QuestionnaireNotFound", Effect.die), Effect.provideService(Crypto.Crypto, crypto)),

      claim: (token) =>
        Effect.gen(function* () {
          const { link, request, workspaceId } = yield* open(token)
          const { secret, digest } = yield* Secret.make
          const handle = (yield* Crypto.secret).slice(0, 16)
          const now = yield* Clock.currentTimeMillis
          const session = {
            handle,
            workspaceId,
            requestId: request.id,
            linkId: link.id,
            digest,
            createdAt: new Date(now),
            expiresAt: new Date(now + sessionSeconds * 1000),
          }
          const by = { kind: "customer", link: link.id } as const
          const intent = { type: "Claim", id: handle, by, sendNo: link.sendNo } as const
          // the core decides once more, under the request's lock: a cancel in between wins
          yield* requests
            .handle(workspaceId, request.id, intent, () =>
              Effect.asVoid(sql`INSERT INTO customer_sessions ${sql.insert(session)}`),
            )
            .pipe(
              Effect.catchTags({
                Refusal: () => Effect.fail(new AccessLink.LinkDead()),
                RequestNotFound: () => Effect.fail(new AccessLink.LinkDead()),
              }),
            )
          return { handle, secret }
        }).pipe(Effect.provideService(Crypto.Crypto, crypto)),

      enter: (handle, secret) =>
        Effect.gen(function* () {
          const { row, now } = yield* session(handle, secret)
          const link = linkOf(row)
          if (!AccessLink.isAliveAt(link, row.state, now)) return yield* new AccessLink.LinkDead()
          return {
            workspace: yield* workspaces.get(row.workspaceId),
            requestId: row.requestId,
            linkId: link.id,
            sendNo: link.sendNo,
            handle,
            csrf: yield* csrfToken(secret),
          }
        }).pipe(Effect.provideService(Crypto.Crypto, crypto)),

      receipt: (handle, secret) =>
        Effect.gen(function* () {
          const { row } = yield* session(handle, secret)
          const mine = row.submissionId !== null && row.submissionId === row.state.submission?.id
          if (row.state.state !== "Submitted" || !mine) return yield* new AccessLink.LinkDead()
          const workspace = yield* workspaces.get(row.workspaceId)
          const customer = { workspace, requestId: row.requestId, linkId: row.id, sendNo: row.sendNo, handle, csrf: "" }
          const current = yield* requests.current(customer).pipe(Effect.mapError(() => new AccessLink.LinkDead()))
          return { workspace, request: row.state, current }
        }).pipe(Effect.provideService(Crypto.Crypto, crypto)),
    })
  }),
)
