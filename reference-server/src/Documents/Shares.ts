/**
 * Shares: links that show one document to whoever has them, for people who are nobody to the firm's server (F11). Each is made
 * by a member, ends at its day, can be taken back at any time, and counts how often it was opened; making, taking back and
 * opening are written down. Only the digest of its token is kept: it is shown once. Dead links are all alike (S47).
 */
import { AccessLink, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import { type Document, DocumentNotFound, DocumentRefused, Documents } from "../Documents.ts"
import { type Download, isReadable } from "../Files.ts"
import type { Member } from "../Members.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { CustomerLimits } from "../RateLimits/Customers.ts"
import type { RateLimited } from "../RateLimits.ts"
import * as Tenancy from "../Tenancy.ts"
import { type Workspace, Workspaces } from "../Workspaces.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"

export const Share = Schema.Struct({
  id: Schema.String,
  document: Schema.String,
  /** For whom, in the member's words. */
  note: Schema.String,
  /** Instants in milliseconds since 1970. */
  expiresAt: Schema.Int,
  revokedAt: Schema.NullOr(Schema.Int),
  openings: Schema.Int,
  lastOpenedAt: Schema.NullOr(Schema.Int),
  createdAt: Schema.Int,
})
export type Share = typeof Share.Type

/** What a living link shows. */
export interface Shared {
  readonly workspace: Workspace
  readonly document: Document
  readonly share: Share
}

/** In days: how long a link lives if nothing else is said, and at most. */
export const days = { usual: 14, most: 365 } as const

export const isAliveAt = ({ revokedAt, expiresAt }: Share, now: number): boolean =>
  revokedAt === null && now < expiresAt

export class Shares extends Context.Service<
  Shares,
  {
    of(workspaceId: string, documentId: string): Effect.Effect<ReadonlyArray<Share>, DocumentNotFound>
    /** Makes one; its address is in this answer and nowhere afterwards. Only of a file that was found to be clean. */
    make(
      member: Member,
      documentId: string,
      input: { readonly note: string; readonly days: number },
    ): Effect.Effect<{ readonly share: Share; readonly url: Redacted.Redacted }, DocumentNotFound | DocumentRefused>
    /** From now on it is dead; once more changes nothing. */
    revoke(member: Member, documentId: string, id: string): Effect.Effect<void, DocumentNotFound>
    /** Looks, and changes nothing: scanners open it too. */
    look(token: Redacted.Redacted): Effect.Effect<Shared, AccessLink.LinkDead | RateLimited>
    /** The file and whose it is, counted and written down. */
    open(
      token: Redacted.Redacted,
    ): Effect.Effect<Shared & { readonly download: Download }, AccessLink.LinkDead | RateLimited>
  }
>()("@requite/reference-server/Documents/Shares") {}

const Row = Schema.Struct({
  ...Share.fields,
  expiresAt: Schema.Date,
  revokedAt: Schema.NullOr(Schema.Date),
  lastOpenedAt: Schema.NullOr(Schema.Date),
  createdAt: Schema.Date,
})
const shareOf = ({ expiresAt, revokedAt, lastOpenedAt, createdAt, ...row }: typeof Row.Type): Share => ({
  ...row,
  expiresAt: expiresAt.getTime(),
  revokedAt: revokedAt?.getTime() ?? null,
  lastOpenedAt: lastOpenedAt?.getTime() ?? null,
  createdAt: createdAt.getTime(),
})

export const layer = Layer.effect(
  Shares,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const config = yield* Config
    const documents = yield* Documents
    const workspaces = yield* Workspaces
    const limits = yield* CustomerLimits
    const events = yield* WorkspaceEvents
    const withCrypto = Effect.provideService(Crypto.Crypto, crypto)

    const columns = sql.literal(
      `s.id, s.document_id AS document, s.note, s.expires_at, s.revoked_at, s.openings, s.last_opened_at, s.created_at`,
    )
    const ofDocument = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, id }) => sql`
        SELECT ${columns} FROM shares s WHERE s.workspace_id = ${workspaceId} AND s.document_id = ${id}
        ORDER BY s.created_at DESC, s.id LIMIT 200`,
    })
    const byDigest = SqlSchema.findAll({
      Request: Schema.String,
      Result: Schema.Struct({ ...Row.fields, workspaceId: Schema.String, digest: Schema.String }),
      execute: (digest) => sql`SELECT ${columns}, s.workspace_id, s.digest FROM shares s WHERE s.digest = ${digest}`,
    })
    const of = Effect.fnUntraced(function* (workspaceId: string, documentId: string) {
      const { id } = yield* documents.document(workspaceId, documentId)
      return (yield* Effect.orDie(ofDocument({ workspaceId, id }))).map(shareOf)
    })

    const find = Effect.fnUntraced(function* (token: Redacted.Redacted) {
      if (!AccessLink.isToken(Redacted.value(token))) return yield* new AccessLink.LinkDead()
      const digest = yield* AccessLink.digest(token)
      const [row] = yield* Tenancy.across(Effect.orDie(byDigest(digest)))
      const now = yield* Clock.currentTimeMillis
      if (row === undefined || !Crypto.timingSafeEqual(digest, row.digest)) return yield* new AccessLink.LinkDead()
      const share = shareOf(row)
      if (!isAliveAt(share, now)) return yield* new AccessLink.LinkDead()
      const { workspaceId } = row
      // a share is counted like the link of one recipient
      yield* limits.ofFamily("link", { workspaceId, requestId: share.document, recipient: share.id })
      return yield* Effect.gen(function* () {
        const workspace = yield* workspaces.get(workspaceId)
        const document = yield* documents.document(workspaceId, share.document)
        // it may have been found to be infected since
        if (!isReadable(document.scan)) return yield* new AccessLink.LinkDead()
        return { workspace, document, share } satisfies Shared
      }).pipe(
        Tenancy.within(workspaceId),
        Effect.catchTag("DocumentNotFound", () => new AccessLink.LinkDead()),
      )
    }, withCrypto)

    return Shares.of({
      of,
      make: Effect.fn("Shares.make")(function* (member, documentId, input) {
        const { workspaceId } = member
        const { id: document, scan, name, sha256 } = yield* documents.document(workspaceId, documentId)
        if (!isReadable(scan)) return yield* new DocumentRefused({ code: "file-withheld" })
        const isWhole = Number.isInteger(input.days) && input.days >= 1 && input.days <= days.most
        if (!isWhole) return yield* new DocumentRefused({ code: "expiry-wrong" })
        const token = yield* Crypto.secret
        const now = yield* Clock.currentTimeMillis
        const share: Share = {
          id: yield* Crypto.uuid,
          document,
          note: input.note.trim().slice(0, 200),
          expiresAt: now + input.days * 86_400_000,
          revokedAt: null,
          openings: 0,
          lastOpenedAt: null,
          createdAt: now,
        }
        yield* sql
          .withTransaction(
            Effect.gen(function* () {
              yield* sql`INSERT INTO shares ${sql.insert({
                id: share.id,
                workspaceId,
                documentId: document,
                digest: yield* AccessLink.digest(Redacted.make(token)),
                note: share.note,
                expiresAt: new Date(share.expiresAt),
                createdAt: new Date(now),
                createdBy: member.id,
              })}`
              const until = new Date(share.expiresAt).toISOString()
              const data = { share: share.id, name, sha256, note: share.note, until }
              yield* events.add({ workspaceId, type: "DocumentShared", by: member.id, about: document, data })
            }),
          )
          .pipe(Effect.orDie)
        return { share, url: Redacted.make(`${config.publicUrl}/s/${token}`) }
      }, withCrypto),
      revoke: Effect.fn("Shares.revoke")(function* (member, documentId, id) {
        const { workspaceId } = member
        const share = (yield* of(workspaceId, documentId)).find((one) => one.id === id)
        if (share === undefined) return yield* new DocumentNotFound({ what: "share", id })
        if (share.revokedAt !== null) return
        const revokedAt = new Date(yield* Clock.currentTimeMillis)
        yield* sql
          .withTransaction(
            Effect.gen(function* () {
              yield* sql`UPDATE shares SET revoked_at = ${revokedAt} WHERE workspace_id = ${workspaceId} AND id = ${id}`
              const data = { share: id, note: share.note }
              yield* events.add({ workspaceId, type: "ShareRevoked", by: member.id, about: share.document, data })
            }),
          )
          .pipe(Effect.orDie)
      }),
      look: find,
      open: Effect.fn("Shares.open")(function* (token) {
        const { workspace, document, share } = yield* find(token)
        const { id: workspaceId } = workspace
        return yield* Effect.gen(function* () {
          const download = yield* documents.download(workspaceId, document.id)
          const at = new Date(yield* Clock.currentTimeMillis)
          yield* sql
            .withTransaction(
              Effect.gen(function* () {
                yield* sql`UPDATE shares SET openings = openings + 1, last_opened_at = ${at}
                  WHERE workspace_id = ${workspaceId} AND id = ${share.id}`
                const data = { share: share.id, name: document.name, sha256: document.sha256 }
                yield* events.add({ workspaceId, type: "SharedDocumentOpened", by: null, about: document.id, data })
              }),
            )
            .pipe(Effect.orDie)
          return { workspace, document, share, download }
        }).pipe(
          Tenancy.within(workspaceId),
          // withheld, or gone, since the look
          Effect.catch(() => new AccessLink.LinkDead()),
        )
      }),
    })
  }),
)
