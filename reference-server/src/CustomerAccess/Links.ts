/**
 * Links, made and kept. Each has a row with the digest of its token; the token itself is in the address that is handed
 * out, and nowhere else (security.md S1, S2, S5). Where the policy says `derived`, a family has one link for each of its
 * generations, and issuing it again gives the same address (S4, L38).
 */
import { AccessLink, type ClientRequest, Crypto } from "@requite/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import * as Together from "../Database/Together.ts"
import { SqlClient, type SqlError, SqlSchema } from "../platform/Sql.ts"
import * as LinkKey from "./LinkKey.ts"

/** A link whose address can be handed out, this once. */
export interface Made {
  readonly url: Redacted.Redacted
  readonly link: AccessLink.AccessLink
}

/** A link as the firm may see it: never its secret. */
export interface LinkLine {
  readonly id: string
  readonly recipient: string
  /** `derived`: the one that can be copied again. */
  readonly kind: "mail" | "copied" | "derived"
  readonly mailId: string | null
  /** Milliseconds since the epoch. */
  readonly issuedAt: number
  readonly expiresAt: number | null
  /** Of the family's living generation and, if derived, of the key in use. Its own end and the request's are not asked. */
  readonly isCurrent: boolean
}

export class Links extends Context.Service<
  Links,
  {
    /** Names the key that derived links come from now; those of another one are dead. */
    readonly epoch: string
    /** Makes a link of a recipient's living generation, inside the caller's transaction if there is one. */
    issue(
      workspaceId: string,
      request: ClientRequest.State,
      purpose: AccessLink.Purpose,
    ): Effect.Effect<Made, SqlError.SqlError>
    /** All links of a request, newest first. */
    list(workspaceId: string, request: ClientRequest.State): Effect.Effect<ReadonlyArray<LinkLine>>
  }
>()("@requite/reference-server/CustomerAccess/Links") {}

const Line = Schema.Struct({
  id: Schema.String,
  recipient: Schema.String,
  generation: Schema.Int,
  mailId: Schema.NullOr(Schema.String),
  keyEpoch: Schema.NullOr(Schema.String),
  issuedAt: Schema.Date,
  expiresAt: Schema.NullOr(Schema.Date),
})

export const layer = Layer.effect(
  Links,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const config = yield* Config
    const { publicUrl } = config
    const { key, epoch } = yield* LinkKey.read(config)

    const rowOf = (workspaceId: string, link: AccessLink.AccessLink, keyEpoch: string | null) => ({
      ...link,
      workspaceId,
      keyEpoch,
      issuedAt: new Date(link.issuedAt),
      expiresAt: link.expiresAt === null ? null : new Date(link.expiresAt),
    })
    const insert = yield* Together.make((rows: ReadonlyArray<ReturnType<typeof rowOf>>) =>
      Effect.as(sql`INSERT INTO ${Together.inserted(sql, "access_links", rows)}`, rows),
    )

    const random = Effect.fnUntraced(function* (
      workspaceId: string,
      request: ClientRequest.State,
      purpose: AccessLink.Purpose,
    ) {
      const made = yield* AccessLink.issue(request, purpose)
      yield* insert(rowOf(workspaceId, made.link, null))
      return made
    })

    /** One for the generation, whoever asks first. Issued again its time begins anew, and a reminder moves no device. */
    const derived = Effect.fnUntraced(function* (
      workspaceId: string,
      request: ClientRequest.State,
      purpose: AccessLink.Purpose,
    ) {
      const made = yield* AccessLink.derive(request, { ...purpose, linkId: yield* Crypto.uuid }, { key })
      const [row] = yield* sql<{ id: string }>`
        INSERT INTO access_links ${sql.insert(rowOf(workspaceId, made.link, epoch))}
        ON CONFLICT (request_id, recipient, generation, key_epoch) WHERE key_epoch IS NOT NULL DO UPDATE SET
          expires_at = excluded.expires_at,
          issued_at = CASE WHEN excluded.rebinds THEN excluded.issued_at ELSE access_links.issued_at END,
          rebinds = access_links.rebinds OR excluded.rebinds
        RETURNING id`
      return row === undefined || row.id === made.link.id
        ? made
        : yield* AccessLink.derive(request, { ...purpose, linkId: row.id }, { key })
    })

    const lines = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, requestId: Schema.String }),
      Result: Line,
      execute: ({ workspaceId, requestId }) => sql`
        SELECT id, recipient, generation, mail_id, key_epoch, issued_at, expires_at FROM access_links
        WHERE workspace_id = ${workspaceId} AND request_id = ${requestId}
          -- one that a log-in to the portal made was handed to nobody
          AND NOT EXISTS (SELECT FROM portal_entries e WHERE e.link_id = access_links.id)
        ORDER BY issued_at DESC, id`,
    })

    return Links.of({
      epoch,
      issue: (workspaceId, request, purpose) =>
        Effect.map(
          (request.policy.token === "derived" ? derived : random)(workspaceId, request, purpose),
          ({ token, link }) => ({ url: Redacted.make(`${publicUrl}/r/${Redacted.value(token)}`), link }),
        ).pipe(Effect.provideService(Crypto.Crypto, crypto)),
      list: (workspaceId, request) =>
        Effect.map(lines({ workspaceId, requestId: request.id }), (found) =>
          found.map(({ generation, keyEpoch, issuedAt, expiresAt, ...line }): LinkLine => ({
            ...line,
            kind: keyEpoch !== null ? "derived" : line.mailId === null ? "copied" : "mail",
            issuedAt: issuedAt.getTime(),
            expiresAt: expiresAt?.getTime() ?? null,
            isCurrent:
              generation === request.families[line.recipient]?.generation && (keyEpoch === null || keyEpoch === epoch),
          })),
        ).pipe(Effect.orDie),
    })
  }),
)
