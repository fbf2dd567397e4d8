/** The statements of getting in, one a name. */
import { type AccessLink, ClientRequest } from "@requite/core"
import type * as AccessCode from "@requite/core/AccessCode"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as States from "../ClientRequests/States.ts"
import * as Together from "../Database/Together.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import { Workspace } from "../Workspaces.ts"

const link = {
  id: Schema.String,
  recipient: Schema.String,
  generation: Schema.Int,
  mailId: Schema.NullOr(Schema.String),
  rebinds: Schema.Boolean,
  digest: Schema.String,
  keyEpoch: Schema.NullOr(Schema.String),
  issuedAt: Schema.Date,
  expiresAt: Schema.NullOr(Schema.Date),
}

const Found = Schema.Struct({
  ...link,
  workspaceId: Schema.String,
  requestId: Schema.String,
  state: ClientRequest.State,
})

const SessionRow = Schema.Struct({
  ...link,
  handle: Schema.String,
  workspaceId: Schema.String,
  requestId: Schema.String,
  /** As it lies there, to be read by `States`. */
  state: Schema.String,
  device: Schema.String,
  assurance: Schema.Literals(["link", "single-channel", "two-channel"]),
  enteredFrom: Schema.NullOr(Schema.String),
  sessionDigest: Schema.String,
  submissionId: Schema.NullOr(Schema.String),
  verifiedAt: Schema.NullOr(Schema.Date),
  lastUsedAt: Schema.Date,
  endsAt: Schema.Date,
  workspace: Workspace,
})
export type Session = Omit<typeof SessionRow.Type, "state"> & { readonly state: ClientRequest.State }

/** A session as it is written. */
export interface NewSession {
  readonly handle: string
  readonly workspaceId: string
  readonly requestId: string
  readonly linkId: string
  readonly recipient: string
  readonly device: string
  readonly assurance: AccessCode.Assurance
  /** The session of the portal that it was opened from, and ends with; null: a link opened it. */
  readonly enteredFrom: string | null
  readonly digest: string
  readonly createdAt: Date
  readonly lastUsedAt: Date
  /** Null: a pre-session. */
  readonly verifiedAt: Date | null
  readonly expiresAt: Date
}

/** A handle is part of an address, where anybody may write anything; what cannot be one is not looked up. */
const isHandle = (text: string) => /^[A-Za-z0-9_-]{16}$/.test(text)

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  /** See `byDigest`: the link that is read where there is none. */
  let decoy: string | null = null

  /** The workspaces of sessions seen lately: a session stays where it is, so only the first look-up is across all of them. */
  const homes = new Map<string, string>()
  const remember = (handle: string, row: Session) => {
    if (homes.size >= 10_000) homes.delete(homes.keys().next().value ?? "")
    homes.set(handle, row.workspaceId)
    return row
  }
  const atHome = (handle: string) => {
    const home = homes.get(handle)
    return home === undefined ? Tenancy.across : Tenancy.within(home)
  }

  // the SELECT around coalesce: under row-level security only a plain value is looked up in the index
  const found = SqlSchema.findOneOption({
    Request: Schema.Struct({ digest: Schema.String, decoy: Schema.NullOr(Schema.String) }),
    Result: Found,
    execute: ({ digest, decoy }) => sql`
      SELECT l.id, l.recipient, l.generation, l.mail_id, l.rebinds, l.digest, l.key_epoch, l.issued_at, l.expires_at,
        l.workspace_id, l.request_id, r.state
      FROM access_links l JOIN client_requests r ON r.id = l.request_id
      WHERE l.id = (SELECT coalesce((SELECT id FROM access_links WHERE digest = ${digest}), ${decoy}::uuid))`,
  })
  const byHandles = SqlSchema.findAll({
    Request: Schema.Array(Schema.String),
    Result: SessionRow,
    execute: (handles) => sql`
      SELECT l.id, l.recipient, l.generation, l.mail_id, l.rebinds, l.digest, l.key_epoch, l.issued_at, l.expires_at,
        s.handle, s.workspace_id, s.request_id, r.state::text, s.device, s.assurance, s.entered_from,
        s.digest AS session_digest, s.submission_id, s.verified_at, s.last_used_at, s.expires_at AS ends_at, jsonb_build_object('id', w.id, 'name', w.name,
          'accent', w.accent, 'language', w.language, 'timeZone', w.time_zone, 'logo', w.logo, 'look', w.look,
          'frameOrigins', w.frame_origins) AS workspace
      FROM ${Together.rows(
        sql,
        "handle text",
        handles.map((handle) => ({ handle })),
      )} asked JOIN customer_sessions s ON s.handle = asked.handle JOIN access_links l ON l.id = s.link_id
        JOIN client_requests r ON r.id = s.request_id JOIN workspaces w ON w.id = s.workspace_id`,
  })
  const byHandle = yield* Together.make((handles: ReadonlyArray<string>) =>
    Effect.map(byHandles(handles), (found) => {
      const by = new Map(found.map((row) => [row.handle, row]))
      return handles.map((handle) => by.get(handle) ?? null)
    }),
  )
  const family = SqlSchema.findOneOption({
    Request: Schema.Struct({ digest: Schema.String, handle: Schema.String }),
    Result: Schema.Struct({ workspaceId: Schema.String, requestId: Schema.String, recipient: Schema.String }),
    execute: ({ digest, handle }) => sql`
      SELECT workspace_id, request_id, recipient FROM access_links WHERE digest = ${digest}
      UNION ALL SELECT workspace_id, request_id, recipient FROM customer_sessions WHERE handle = ${handle}`,
  })
  const state = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, requestId: Schema.String }),
    Result: Schema.Struct({ state: ClientRequest.State }),
    execute: ({ workspaceId, requestId }) =>
      sql`SELECT state FROM client_requests WHERE workspace_id = ${workspaceId} AND id::text = ${requestId}`,
  })

  return {
    /**
     * The link of a digest with its request; another one where there is none, the last that was found, so that an
     * unknown link takes as long as one that is dead (S3, S47). `AccessLink.verify` tells them apart by the digest.
     */
    byDigest: (digest: string) =>
      found({ digest, decoy }).pipe(
        Effect.map(Option.getOrNull),
        Effect.map((row) => {
          if (row === null) return null
          decoy = row.id
          return { workspaceId: row.workspaceId, request: row.state, link: linkOf(row), keyEpoch: row.keyEpoch }
        }),
        Effect.orDie,
        Tenancy.across,
      ),

    byHandle: (handle: string) =>
      isHandle(handle)
        ? byHandle(handle).pipe(
            Effect.flatMap((row) =>
              row === null
                ? Effect.succeed(null)
                : Effect.map(States.read(row.state), (request) => remember(handle, { ...row, state: request })),
            ),
            Effect.orDie,
            atHome(handle),
          )
        : Effect.succeed(null),

    /** Whose a link or a session is, dead or alive; null: nobody's. */
    familyOf: (by: { readonly digest: string; readonly handle: string }) =>
      family(by).pipe(Effect.map(Option.getOrNull), Effect.orDie, Tenancy.across),

    stateOf: (workspaceId: string, requestId: string) =>
      state({ workspaceId, requestId }).pipe(
        Effect.map((row) => Option.getOrNull(row)?.state ?? null),
        Effect.orDie,
      ),

    /**
     * Opens it, and says whether it could: what is entered from the portal opens only while that session lasts, which is held
     * until both are written. So whoever logs out at the same moment either is out before, or closes this one too.
     */
    openSession: (session: NewSession) => {
      const opened = Effect.as(sql`INSERT INTO customer_sessions ${sql.insert({ ...session })}`, true)
      const { workspaceId, enteredFrom } = session
      if (enteredFrom === null) return opened
      const held = sql`SELECT 1 FROM portal_sessions
        WHERE workspace_id = ${workspaceId} AND digest = ${enteredFrom} FOR KEY SHARE`
      return sql.withTransaction(Effect.flatMap(held, (rows) => (rows.length > 0 ? opened : Effect.succeed(false))))
    },

    /** Says that a log-in to the portal made a link: it was handed to nobody. */
    enteredBy: (entry: { linkId: string; workspaceId: string; contactId: string }) =>
      sql`INSERT INTO portal_entries ${sql.insert(entry)} ON CONFLICT (link_id) DO NOTHING`,

    /** Gives the pre-session that waits for this link and device another secret; null: none waits. */
    renewWaiting: (by: {
      linkId: string
      device: string
      enteredFrom: string | null
      now: number
      digest: string
      expiresAt: Date
    }) =>
      sql<{ handle: string; assurance: AccessCode.Assurance }>`
        UPDATE customer_sessions SET digest = ${by.digest}, expires_at = ${by.expiresAt}
        WHERE handle = (
          SELECT handle FROM customer_sessions
          WHERE link_id = ${by.linkId} AND device = ${by.device} AND verified_at IS NULL
            AND entered_from IS NOT DISTINCT FROM ${by.enteredFrom} AND expires_at > ${new Date(by.now)}
          ORDER BY created_at DESC LIMIT 1)
        RETURNING handle, assurance`.pipe(
        Effect.map(([row]) => row ?? null),
        Effect.orDie,
      ),

    closeSession: (handle: string) => Effect.asVoid(sql`DELETE FROM customer_sessions WHERE handle = ${handle}`),

    touch: (handle: string, now: number) =>
      sql`UPDATE customer_sessions SET last_used_at = ${new Date(now)} WHERE handle = ${handle}`.pipe(
        Effect.orDie,
        Effect.asVoid,
      ),

    /** Makes a session wait for a code again, as a fresh pre-session. */
    suspendSession: (handle: string, expiresAt: number, assurance: AccessCode.Assurance = "link") =>
      sql`UPDATE customer_sessions SET verified_at = NULL, assurance = ${assurance}, expires_at = ${new Date(expiresAt)}
        WHERE handle = ${handle}`.pipe(Effect.orDie, Effect.asVoid),
  }
})

/** The link of a row. */
export const linkOf = (row: typeof Found.Type | Session): AccessLink.AccessLink => ({
  id: row.id,
  requestId: row.requestId,
  recipient: row.recipient,
  generation: row.generation,
  mailId: row.mailId,
  rebinds: row.rebinds,
  digest: row.digest,
  issuedAt: row.issuedAt.getTime(),
  expiresAt: row.expiresAt?.getTime() ?? null,
})
