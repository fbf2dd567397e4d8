/** The statements of portal accounts, one a name. Each takes the workspace, and sees nothing of another. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isUuid } from "../Database/Uuid.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { absoluteMillis, Account, Factor, idleMillis, Proof, type Session } from "../Portal.ts"

const WithPassword = Schema.Struct({ ...Account.fields, passwordHash: Schema.String })
const Locked = Schema.Struct({ ...WithPassword.fields, lastLoginAt: Schema.NullOr(Schema.Date) })
const SessionRow = Schema.Struct({
  ...Account.fields,
  digest: Schema.String,
  proof: Proof,
  factor: Schema.NullOr(Factor),
  lastUsedAt: Schema.Date,
  beforeAt: Schema.NullOr(Schema.Date),
})
const LinkRow = Schema.Struct({ ...Account.fields, hasPassword: Schema.Boolean })
const LoginRow = Schema.Struct({
  isProved: Schema.Boolean,
  hasPassword: Schema.Boolean,
  createdAt: Schema.Date,
  lastLoginAt: Schema.NullOr(Schema.Date),
  turnedOffAt: Schema.NullOr(Schema.Date),
  passkeys: Schema.Int,
  sessions: Schema.Int,
})

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const person = sql.literal("c.workspace_id, c.id AS contact, c.name, c.email, c.language")
  /** Of an account `a` and its contact `c`: it may log in. */
  const counts = sql.literal(
    "c.deleted_at IS NULL AND a.turned_off_at IS NULL AND a.email_key = c.email_key AND a.password_hash <> ''",
  )

  /**
   * From a portal session `s` a request was entered that was sent to this contact, and the code to their mobile was given. A code
   * by mail is none: whoever reads the mails has the password as well.
   */
  const gaveCode = sql.literal(`EXISTS (
    SELECT 1 FROM customer_sessions u JOIN client_requests r ON r.id = u.request_id
      JOIN portal_requests p ON p.request_id = u.request_id AND p.recipient = u.recipient
    WHERE u.workspace_id = s.workspace_id AND u.entered_from = s.digest AND p.contact_id = s.contact_id
      AND u.verified_at IS NOT NULL AND CASE r.state->'policy'->>'secondFactor'
        WHEN 'sms-code' THEN u.assurance <> 'link' WHEN 'both' THEN u.assurance = 'two-channel' ELSE false END)`)

  const byEmail = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, email: Schema.String }),
    Result: WithPassword,
    execute: ({ workspaceId, email }) => sql`
      SELECT ${person}, a.password_hash FROM portal_accounts a JOIN contacts c ON c.id = a.contact_id
      WHERE a.workspace_id = ${workspaceId} AND a.email_key = lower(${email}) AND ${counts} LIMIT 1`,
  })
  const byContact = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, contact: Schema.String }),
    Result: WithPassword,
    execute: ({ workspaceId, contact }) => sql`
      SELECT ${person}, a.password_hash FROM portal_accounts a JOIN contacts c ON c.id = a.contact_id
      WHERE a.workspace_id = ${workspaceId} AND a.contact_id = ${contact} AND ${counts}`,
  })
  // waits for whoever turns it off, sets another password or deletes the contact, and sees what they did
  const locked = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, contact: Schema.String }),
    Result: Locked,
    execute: ({ workspaceId, contact }) => sql`
      SELECT ${person}, a.password_hash, a.last_login_at FROM portal_accounts a JOIN contacts c ON c.id = a.contact_id
      WHERE a.workspace_id = ${workspaceId} AND a.contact_id = ${contact} AND ${counts}
      FOR NO KEY UPDATE OF a FOR SHARE OF c`,
  })
  const bySession = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, digest: Schema.String, now: Schema.Date }),
    Result: SessionRow,
    execute: ({ workspaceId, digest, now }) => sql`
      SELECT ${person}, s.digest, s.proof, s.last_used_at, s.before_at,
        CASE WHEN s.is_strong THEN 'passkey' WHEN ${gaveCode} THEN 'code' END AS factor
      FROM portal_sessions s JOIN portal_accounts a ON a.contact_id = s.contact_id JOIN contacts c ON c.id = s.contact_id
      WHERE s.workspace_id = ${workspaceId} AND s.digest = ${digest} AND ${counts}
        AND s.created_at > ${new Date(now.getTime() - absoluteMillis)}
        AND s.last_used_at > ${new Date(now.getTime() - idleMillis)}`,
  })
  // turned off, no link works; nor does one for an address that is not the contact's any more
  const byLink = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, digest: Schema.String, now: Schema.Date }),
    Result: LinkRow,
    execute: ({ workspaceId, digest, now }) => sql`
      SELECT ${person}, coalesce(a.password_hash, '') <> '' AND a.email_key = c.email_key AS has_password
      FROM portal_links l JOIN contacts c ON c.id = l.contact_id LEFT JOIN portal_accounts a ON a.contact_id = c.id
      WHERE l.workspace_id = ${workspaceId} AND l.digest = ${digest} AND l.expires_at > ${now}
        AND l.email_key = c.email_key AND c.deleted_at IS NULL AND a.turned_off_at IS NULL`,
  })
  const login = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, contact: Schema.String, now: Schema.Date }),
    Result: LoginRow,
    execute: ({ workspaceId, contact, now }) => sql`
      SELECT a.email_key = c.email_key AS is_proved, a.password_hash <> '' AS has_password,
        a.created_at, a.last_login_at, a.turned_off_at,
        (SELECT count(*)::int FROM portal_passkeys p WHERE p.contact_id = a.contact_id) AS passkeys,
        (SELECT count(*)::int FROM portal_sessions s WHERE s.contact_id = a.contact_id
          AND s.created_at > ${new Date(now.getTime() - absoluteMillis)}
          AND s.last_used_at > ${new Date(now.getTime() - idleMillis)}) AS sessions
      FROM portal_accounts a JOIN contacts c ON c.id = a.contact_id
      WHERE a.workspace_id = ${workspaceId} AND a.contact_id = ${contact}`,
  })

  /** Keeps the account as it is until the transaction ends, and says whether the session is there still. */
  const held = Effect.fnUntraced(function* ({ account: { workspaceId, contact }, digest }: Session) {
    yield* sql`SELECT 1 FROM portal_accounts
      WHERE workspace_id = ${workspaceId} AND contact_id = ${contact} FOR NO KEY UPDATE`
    const there = yield* sql`SELECT 1 FROM portal_sessions WHERE workspace_id = ${workspaceId} AND digest = ${digest}`
    return there.length > 0
  })

  /** Ends sessions: of a contact, or of the firm's (null); one, or all (null). What they opened goes with them, in the database. */
  const close = Effect.fnUntraced(function* (workspaceId: string, contact: string | null, session: string | null) {
    yield* sql`DELETE FROM portal_sessions WHERE workspace_id = ${workspaceId}
      AND ${contact === null ? sql`TRUE` : sql`contact_id = ${contact}`}
      AND ${session === null ? sql`TRUE` : sql`digest = ${session}`}`
  })

  return {
    sql,
    byEmail: (by: { readonly workspaceId: string; readonly email: string }) =>
      Effect.map(Effect.orDie(byEmail(by)), Option.getOrNull),
    byContact: (by: { readonly workspaceId: string; readonly contact: string }) =>
      Effect.map(Effect.orDie(byContact(by)), Option.getOrNull),
    /** The account as it is and stays until the transaction ends. */
    locked: (by: { readonly workspaceId: string; readonly contact: string }) =>
      Effect.map(Effect.orDie(locked(by)), Option.getOrNull),
    bySession: (by: { readonly workspaceId: string; readonly digest: string; readonly now: Date }) =>
      Effect.map(Effect.orDie(bySession(by)), Option.getOrNull),
    byLink: (by: { readonly workspaceId: string; readonly digest: string; readonly now: Date }) =>
      Effect.map(Effect.orDie(byLink(by)), Option.getOrNull),
    login: (by: { readonly workspaceId: string; readonly contact: string; readonly now: Date }) =>
      isUuid(by.contact) ? Effect.map(Effect.orDie(login(by)), Option.getOrNull) : Effect.succeed(null),
    held,
    close,
  }
})
export type Rows = Effect.Success<typeof make>
