/**
 * Passkeys of the portal (S36, WebAuthn): a key pair that the contact's device keeps and uses only after it has recognised them,
 * by finger, face or PIN, and nothing that can be given to a wrong page. It is worth what the session was that it was made in:
 * a second factor only if that had given one (`Portal.Factor`), because otherwise whoever reads somebody's mails could make one
 * for themselves. Of it we keep the public half, a name that they gave it, how it was made, and how often it was used.
 *
 * A *challenge* is what a device is asked to sign, once, within five minutes. One for a new passkey is its contact's; one to
 * log in with is nobody's, because whose passkey it is comes back with the answer: so nobody has to type an address, and nobody
 * can ask which have a login.
 */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/server"
import { Crypto, LocalText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isUuid } from "../Database/Uuid.ts"
import { Config } from "../Config.ts"
import type { SignInRefused, TooManyAttempts } from "../Members.ts"
import * as attempts from "../Members/attempts.ts"
import { SqlSchema } from "../platform/Sql.ts"
import { type Account, mostPasskeys, Portal, type Session } from "../Portal.ts"
import { RateLimits } from "../RateLimits.ts"
import { CustomerLimits } from "../RateLimits/Customers.ts"
import * as Place from "../RateLimits/Place.ts"
import * as Tenancy from "../Tenancy.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import * as Letters from "./Letters.ts"
import * as statements from "./sql.ts"

export const Passkey = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  /** It is a second factor. */
  isStrong: Schema.Boolean,
  createdAt: Schema.Date,
  lastUsedAt: Schema.NullOr(Schema.Date),
})
export type Passkey = typeof Passkey.Type

/** Loaded when the first passkey is met: its parsers of certificates are a third of all modules of the server. */
const webAuthn = () => import("@simplewebauthn/server")

/** It does not prove what it should, for whatever reason: another key, another site, a challenge that is over, used twice. */
export class PasskeyRefused extends Schema.TaggedError<PasskeyRefused>()("PasskeyRefused", {
  /** `full`: there are as many as there may be. */
  code: Schema.Literals(["not-proved", "full"]),
}) {}

const Text = Schema.String.check(Schema.isMaxLength(20_000))
// as devices write them: anything else names no passkey, and a NUL not even to the database
const Word = Text.check(Schema.isPattern(/^[A-Za-z0-9_-]*$/))
const isWord = Schema.is(Word)
const common = { id: Word, rawId: Word, type: Schema.Literal("public-key") }
/** What a device answers to a challenge for a new passkey, as browsers write it. */
export const Made = Schema.Struct({
  ...common,
  response: Schema.Struct({
    clientDataJSON: Text,
    attestationObject: Text,
    transports: Schema.optionalKey(Schema.Array(Word.check(Schema.isMaxLength(40)))),
  }),
})
export type Made = typeof Made.Type
/** What it answers to one to log in with. */
export const Used = Schema.Struct({
  ...common,
  response: Schema.Struct({
    clientDataJSON: Text,
    authenticatorData: Text,
    signature: Text,
    userHandle: Schema.optionalKey(Schema.NullOr(Text)),
  }),
})
export type Used = typeof Used.Type

export class Passkeys extends Context.Service<
  Passkeys,
  {
    /** Those of the account, the first one first. */
    list(account: Account): Effect.Effect<ReadonlyArray<Passkey>>
    /**
     * What a device is asked to make a passkey by, for who gives the password once more: a browser that was left open must not
     * be a login for good.
     */
    toMake(
      session: Session,
      password: Redacted.Redacted,
    ): Effect.Effect<PublicKeyCredentialCreationOptionsJSON, PasskeyRefused | SignInRefused | TooManyAttempts>
    /** Keeps the passkey that a device made, under a name. */
    keep(session: Session, made: Made, name: string): Effect.Effect<void, PasskeyRefused>
    /** One that is not there is passed over. */
    rename(session: Session, id: string, name: string): Effect.Effect<void>
    remove(session: Session, id: string): Effect.Effect<void>
    /** What a device is asked to log in by, whoever it is. */
    toLogIn(workspaceId: string, from: string): Effect.Effect<PublicKeyCredentialRequestOptionsJSON, TooManyAttempts>
    /** Opens a session for whose passkey it is. */
    logIn(
      workspaceId: string,
      used: Used,
      from: string,
    ): Effect.Effect<Redacted.Redacted, PasskeyRefused | TooManyAttempts>
  }
>()("@requite/reference-server/Portal/Passkeys") {}

const challengeMillis = 300_000
/** Ed25519, ES256, RS256: what devices make. */
const algorithms = [-8, -7, -257]

const Row = Schema.Struct({
  id: Schema.String,
  contact: Schema.String,
  workspaceId: Schema.String,
  name: Schema.String,
  email: Schema.String,
  language: Schema.String,
  publicKey: Schema.String,
  counter: Schema.Finite,
  passkey: Schema.String,
  isStrong: Schema.Boolean,
})
const decodeClientData = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ challenge: Text })))

/** Which challenge an answer says it is to. Nothing is proved by that. */
const challengeIn = (clientDataJSON: string): string =>
  Option.match(Option.flatMap(Result.getSuccess(Base64Url.decodeString(clientDataJSON)), decodeClientData), {
    onNone: () => "",
    onSome: ({ challenge }) => challenge,
  })

const named = (given: string) => LocalText.oneLine(given).trim().slice(0, 60)

export const layer = Layer.effect(
  Passkeys,
  Effect.gen(function* () {
    const rows = yield* statements.make
    const { sql } = rows
    const crypto = yield* Crypto.Crypto
    const portal = yield* Portal
    const limits = yield* RateLimits
    const customers = yield* CustomerLimits
    const events = yield* WorkspaceEvents
    const letters = yield* Letters.queue
    const { publicUrl } = yield* Config
    const rpID = new URL(publicUrl).hostname
    const digestOf = (text: string) => Effect.provideService(Crypto.sha256Hex(text), Crypto.Crypto, crypto)
    const refused = new PasskeyRefused({ code: "not-proved" })

    const listed = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, contact: Schema.String }),
      Result: Passkey,
      execute: ({ workspaceId, contact }) => sql`
        SELECT id, name, enrolled_by <> 'password' AS is_strong, created_at, last_used_at FROM portal_passkeys
        WHERE workspace_id = ${workspaceId} AND contact_id = ${contact} ORDER BY created_at, id`,
    })
    const byId = SqlSchema.findOneOption({
      Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, id }) => sql`
        SELECT p.id, c.id AS contact, c.workspace_id, c.name, c.email, c.language, p.public_key, p.counter::float8 AS counter,
          p.name AS passkey, p.enrolled_by <> 'password' AS is_strong
        FROM portal_passkeys p JOIN contacts c ON c.id = p.contact_id
        WHERE p.workspace_id = ${workspaceId} AND p.id = ${id}`,
    })
    const list = ({ workspaceId, contact }: Account) => Effect.orDie(listed({ workspaceId, contact }))

    const challenge = Effect.fnUntraced(function* (workspaceId: string, contactId: string | null, text: string) {
      const now = yield* Clock.currentTimeMillis
      const digest = yield* digestOf(text)
      yield* sql`DELETE FROM portal_challenges WHERE workspace_id = ${workspaceId} AND expires_at <= ${new Date(now)}`
      const expiresAt = new Date(now + challengeMillis)
      yield* sql`INSERT INTO portal_challenges ${sql.insert({ digest, workspaceId, contactId, expiresAt })}`
    }, Effect.orDie)
    /** Uses a challenge up: for one of those who come at once. */
    const use = Effect.fnUntraced(function* (workspaceId: string, contactId: string | null, text: string) {
      const now = new Date(yield* Clock.currentTimeMillis)
      const whose = contactId === null ? sql`contact_id IS NULL` : sql`contact_id = ${contactId}`
      const used = yield* Effect.orDie(sql`DELETE FROM portal_challenges
        WHERE workspace_id = ${workspaceId} AND digest = ${yield* digestOf(text)} AND ${whose} AND expires_at > ${now}
        RETURNING digest`)
      if (used.length === 0) return yield* refused
    })

    const note = (type: string, { workspaceId, contact }: Account, passkey: string) =>
      events.add({ workspaceId, type, by: null, about: contact, data: { passkey } })
    const together = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.catchTag(sql.withTransaction(effect), "SqlError", Effect.die)

    return Passkeys.of({
      list,
      toMake: (session, password) =>
        Effect.gen(function* () {
          const { account } = session
          yield* portal.confirm(session, password)
          const known = yield* list(account)
          if (known.length >= mostPasskeys) return yield* new PasskeyRefused({ code: "full" })
          const options = yield* Effect.promise(async () =>
            (await webAuthn()).generateRegistrationOptions({
              rpName: "requite",
              rpID,
              userName: account.email,
              userDisplayName: account.name,
              userID: new TextEncoder().encode(account.contact),
              attestationType: "none",
              excludeCredentials: known.map(({ id }) => ({ id })),
              // found by the device without an address, and used only after it has recognised its owner
              authenticatorSelection: { residentKey: "required", userVerification: "required" },
              supportedAlgorithmIDs: algorithms,
              timeout: challengeMillis,
            }),
          )
          yield* challenge(account.workspaceId, account.contact, options.challenge)
          return options
        }),
      keep: (session, made, name) =>
        Effect.gen(function* () {
          const { account, factor } = session
          const { workspaceId, contact } = account
          const expectedChallenge = challengeIn(made.response.clientDataJSON)
          yield* use(workspaceId, contact, expectedChallenge)
          const { transports, ...rest } = made.response
          const { verified, registrationInfo } = yield* Effect.tryPromise({
            try: async () =>
              (await webAuthn()).verifyRegistrationResponse({
                response: { ...made, response: rest, clientExtensionResults: {} },
                expectedChallenge,
                expectedOrigin: publicUrl,
                expectedRPID: rpID,
                requireUserVerification: true,
                supportedAlgorithmIDs: algorithms,
              }),
            catch: () => refused,
          })
          if (!verified) return yield* refused
          const { id, publicKey, counter } = registrationInfo.credential
          const createdAt = new Date(yield* Clock.currentTimeMillis)
          yield* Effect.gen(function* () {
            // one at a time, so that there are never more than there may be; and none for a session that ended meanwhile
            if (!(yield* rows.held(session))) return yield* refused
            const known = yield* list(account)
            if (known.length >= mostPasskeys) return yield* new PasskeyRefused({ code: "full" })
            const own = named(name) || `${known.length + 1}`
            const row = {
              id,
              workspaceId,
              contactId: contact,
              name: own,
              publicKey: Base64Url.encode(publicKey),
              counter,
              enrolledBy: factor ?? "password",
            }
            const kept = yield* sql`
              INSERT INTO portal_passkeys ${sql.insert({ ...row, transports: JSON.stringify(transports ?? []), createdAt })}
              ON CONFLICT DO NOTHING RETURNING id`
            if (kept.length === 0) return yield* refused
            yield* note("PortalPasskeyAdded", account, id)
            const letter = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
            yield* Effect.orDie(letters.offer({ workspaceId, email: account.email, notice: "passkey" }, { id: letter }))
          }).pipe(together)
        }),
      rename: ({ account: { workspaceId, contact } }, id, name) =>
        isWord(id)
          ? Effect.asVoid(
              Effect.orDie(sql`UPDATE portal_passkeys SET name = coalesce(nullif(${named(name)}, ''), name)
                WHERE workspace_id = ${workspaceId} AND contact_id = ${contact} AND id = ${id}`),
            )
          : Effect.void,
      remove: ({ account }, id) =>
        Effect.gen(function* () {
          if (!isWord(id)) return
          const gone = yield* sql`DELETE FROM portal_passkeys
            WHERE workspace_id = ${account.workspaceId} AND contact_id = ${account.contact} AND id = ${id} RETURNING id`
          if (gone.length > 0) yield* note("PortalPasskeyRemoved", account, id)
        }).pipe(together),
      toLogIn: (workspaceId, from) =>
        Effect.gen(function* () {
          yield* attempts.countAll(limits, [
            { key: `portal passkey from ${Place.ofAddress(from)}`, limit: { times: 100, seconds: 900 } },
            ...customers.atDoor("passkey", workspaceId),
          ])
          const options = yield* Effect.promise(async () =>
            (await webAuthn()).generateAuthenticationOptions({
              rpID,
              userVerification: "required",
              timeout: challengeMillis,
            }),
          )
          yield* challenge(workspaceId, null, options.challenge)
          return options
        }).pipe(Tenancy.within(workspaceId)),
      logIn: (workspaceId, given, from) =>
        Effect.gen(function* () {
          const place = `portal passkey used from ${Place.ofAddress(from)}`
          yield* attempts.count(limits, place, { times: 50, seconds: 900 })
          const expectedChallenge = challengeIn(given.response.clientDataJSON)
          yield* use(workspaceId, null, expectedChallenge)
          const row = Option.getOrNull(yield* Effect.orDie(byId({ workspaceId, id: given.id })))
          if (row === null || !isUuid(row.contact)) return yield* refused
          const publicKey = Result.getOrThrow(Base64Url.decode(row.publicKey))
          const { userHandle: _, ...response } = given.response
          const { verified, authenticationInfo } = yield* Effect.tryPromise({
            try: async () =>
              (await webAuthn()).verifyAuthenticationResponse({
                response: { ...given, response, clientExtensionResults: {} },
                expectedChallenge,
                expectedOrigin: publicUrl,
                expectedRPID: rpID,
                requireUserVerification: true,
                credential: { id: row.id, publicKey: new Uint8Array(publicKey), counter: row.counter },
              }),
            catch: () => refused,
          })
          if (!verified) return yield* refused
          const at = new Date(yield* Clock.currentTimeMillis)
          yield* Effect.orDie(sql`
            UPDATE portal_passkeys SET counter = ${authenticationInfo.newCounter}, last_used_at = ${at}
            WHERE workspace_id = ${workspaceId} AND id = ${row.id}`)
          yield* limits.giveBack(place)
          const { contact, name, email, language, isStrong } = row
          return yield* Effect.mapError(
            portal.openSession(
              { workspaceId, contact, name, email, language },
              { proof: "passkey", id: row.id, isStrong },
            ),
            () => refused,
          )
        }).pipe(Tenancy.within(workspaceId)),
    })
  }),
)
