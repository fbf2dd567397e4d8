import { assert, layer } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Secret from "../../reference-server/src/Secret.ts"
import * as TestFirm from "../support/TestFirm.ts"

const password = "correct horse battery"
const day = 86_400_000
const now = 1_800_000_000_000

let callers = 0
/** A member with that password, and a place from which nobody else signs in. */
const member = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const made = yield* TestFirm.firm
  const passwordHash = yield* Secret.hashPassword(Redacted.make(password))
  yield* sql`UPDATE members SET password_hash = ${passwordHash} WHERE id = ${made.member.id}`
  return { member: made.member, passwordHash, from: `192.0.2.${(callers += 1)}` }
})

const signIn = (email: string, given: string, from: string) =>
  Effect.flatMap(Members, (members) => members.signIn(email, Redacted.make(given), from))

const who = (secret: Redacted.Redacted) => Effect.flatMap(Members, (members) => members.bySession(secret))

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("members", (it) => {
  it.effect("the right password opens a session, however the address is written", () =>
    Effect.gen(function* () {
      const { member: fia, from } = yield* member
      for (const email of [fia.email, fia.email.toUpperCase()]) {
        const secret = yield* signIn(email, password, from)
        assert.match(Redacted.value(secret), /^[A-Za-z0-9_-]{43}$/)
        assert.deepStrictEqual(yield* who(secret), fia)
      }
      // the same letters, typed in another way (RFC 8265)
      const sql = yield* SqlClient.SqlClient
      const composed = yield* Secret.hashPassword(Redacted.make("caf\u00e9 au lait"))
      yield* sql`UPDATE members SET password_hash = ${composed} WHERE id = ${fia.id}`
      yield* signIn(fia.email, "cafe\u0301 au lait", from)
    }),
  )

  it.effect("a wrong password, a wrong address and no address are answered alike, and take as long", () =>
    Effect.gen(function* () {
      const { member: fia, from } = yield* member
      const sql = yield* SqlClient.SqlClient
      const { member: unset } = yield* TestFirm.firm
      const attempts = [
        [fia.email, "wrong horse battery"],
        [fia.email, ""],
        [fia.email, `${password} `],
        ["nobody@firm.example", password],
        [`${fia.email}\u0000`, password],
        ["", ""],
        [unset.email, ""],
      ] as const
      const times = yield* Effect.forEach(attempts, ([email, given]) =>
        Effect.gen(function* () {
          const [took, error] = yield* Effect.timed(Effect.flip(signIn(email, given, from)))
          assert.deepStrictEqual(TestFirm.said(error), { _tag: "SignInRefused" }, email)
          return Duration.toMillis(took)
        }),
      )
      const [theirs, nobodys] = [Math.min(...times.slice(0, 3)), Math.min(...times.slice(3))]
      assert.isAbove(nobodys, theirs / 4, "an address that nobody has must cost a derivation, too")
      assert.deepStrictEqual(yield* sql`SELECT 1 FROM member_sessions WHERE member_id = ${fia.id}`, [])
    }),
  )

  it.effect("after ten wrong passwords an address waits, the right one too, and then may try again", () =>
    Effect.gen(function* () {
      const { member: fia, from } = yield* member
      const { member: otto, from: elsewhere } = yield* member
      const at = TestFirm.at(now)
      for (let attempt = 0; attempt < 10; attempt++) {
        assert.strictEqual((yield* Effect.flip(at(signIn(fia.email, "wrong", from))))._tag, "SignInRefused")
      }
      for (const email of [fia.email, fia.email.toUpperCase()]) {
        const error = yield* Effect.flip(at(signIn(email, password, elsewhere)))
        assert.deepStrictEqual(TestFirm.said(error), { _tag: "TooManyAttempts", retryAfterSeconds: 900 })
      }
      const later = yield* Effect.flip(TestFirm.at(now + 600_000)(signIn(fia.email, password, elsewhere)))
      assert.deepStrictEqual(TestFirm.said(later), { _tag: "TooManyAttempts", retryAfterSeconds: 300 })
      // others are not held up, and it ends
      yield* at(signIn(otto.email, password, elsewhere))
      yield* TestFirm.at(now + 900_000)(signIn(fia.email, password, from))
    }),
  )

  it.effect("a place waits after fifty wrong passwords, and right ones hold nobody up", () =>
    Effect.gen(function* () {
      const { member: fia, from } = yield* member
      const at = TestFirm.at(now + day)
      const { from: office } = yield* member
      yield* Effect.forEach(Array.from({ length: 12 }), () => at(signIn(fia.email, password, office)))

      yield* Effect.forEach(
        Array.from({ length: 50 }).keys(),
        (index) => Effect.flip(at(signIn(`guess.${index}@firm.example`, "wrong", from))),
        { concurrency: 4 },
      )
      const error = yield* Effect.flip(at(signIn("guess.51@firm.example", "wrong", from)))
      assert.strictEqual(error._tag, "TooManyAttempts")
      // and cannot lock anybody else out meanwhile
      for (let attempt = 0; attempt < 12; attempt++) yield* Effect.flip(at(signIn(fia.email, "wrong", from)))
      yield* at(signIn(fia.email, password, office))
    }),
  )

  it.effect("a session ends after fourteen days, or when its member signs out", () =>
    Effect.gen(function* () {
      const members = yield* Members
      const { member: fia } = yield* member
      const at = TestFirm.at(now)
      const [one, two] = [yield* at(members.openSession(fia)), yield* at(members.openSession(fia))]
      assert.deepStrictEqual(yield* TestFirm.at(now + 14 * day - 1)(who(one)), fia)
      assert.strictEqual((yield* Effect.flip(TestFirm.at(now + 14 * day)(who(one))))._tag, "NotSignedIn")

      yield* members.signOut(two)
      yield* members.signOut(two)
      assert.strictEqual((yield* Effect.flip(at(who(two))))._tag, "NotSignedIn")
      assert.deepStrictEqual(yield* at(who(one)), fia)
      for (const other of ["", "x", "\u0000", Redacted.value(one).toLowerCase()]) {
        assert.strictEqual((yield* Effect.flip(at(who(Redacted.make(other)))))._tag, "NotSignedIn")
      }
    }),
  )

  it.effect("S14: a key is shown once, works until it is revoked, and says when it was last used", () =>
    Effect.gen(function* () {
      const members = yield* Members
      const { member: fia } = yield* member
      const { member: otto } = yield* member
      const { key, secret } = yield* TestFirm.at(now)(members.createKey(fia, "nightly import"))
      const whole = Redacted.value(secret)
      assert.match(whole, /^rq_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$/)
      assert.isTrue(whole.startsWith(`${key.id}_`))
      assert.deepStrictEqual(yield* members.keys(fia), [
        { id: key.id, name: "nightly import", createdAt: now, lastUsedAt: null, expiresAt: null, oldSecretUntil: null },
      ])
      assert.deepStrictEqual(yield* TestFirm.at(now + 5)(members.byKey(secret)), fia)
      assert.strictEqual((yield* members.keys(fia))[0]?.lastUsedAt, now + 5)

      const other = yield* members.createKey(fia, "second")
      const crossed = `${key.id}_${Redacted.value(other.secret).slice(12)}`
      for (const wrong of [
        "",
        "rq_",
        whole.slice(0, -1),
        `${whole}A`,
        whole.toUpperCase(),
        crossed,
        `${whole}\u0000`,
      ]) {
        assert.strictEqual((yield* Effect.flip(members.byKey(Redacted.make(wrong))))._tag, "NotSignedIn", wrong)
      }
      yield* members.revokeKey(otto, key.id)
      yield* members.byKey(secret)
      yield* members.revokeKey(fia, key.id)
      assert.strictEqual((yield* Effect.flip(members.byKey(secret)))._tag, "NotSignedIn")
      assert.deepStrictEqual(
        (yield* members.keys(fia)).map(({ name }) => name),
        ["second"],
      )
    }),
  )

  it.effect("S2 S14: what is kept of passwords, sessions and keys opens nothing", () =>
    Effect.gen(function* () {
      const members = yield* Members
      const { member: fia, from, passwordHash } = yield* member
      const session = yield* signIn(fia.email, password, from)
      const { secret: key } = yield* members.createKey(fia, "script")
      // Argon2id with OWASP's parameters, as a PHC string: $id$v=version$parameters$salt$hash
      assert.match(passwordHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
      const again = yield* Secret.hashPassword(Redacted.make(password))
      assert.notStrictEqual(again, passwordHash)

      const written = JSON.stringify(yield* TestFirm.dump) + TestFirm.logs.join("\n")
      for (const hidden of [password, Redacted.value(session), Redacted.value(key).slice(12)]) {
        assert.notInclude(written, hidden)
      }
      const stolen = yield* Effect.forEach([session, key], (secret) => Secret.digest(secret))
      for (const digest of stolen) {
        assert.strictEqual((yield* Effect.flip(who(Redacted.make(digest))))._tag, "NotSignedIn")
      }
      assert.strictEqual((yield* Effect.flip(signIn(fia.email, passwordHash, from)))._tag, "SignInRefused")
    }),
  )

  it.effect("a member is found in their own workspace only", () =>
    Effect.gen(function* () {
      const members = yield* Members
      const [one, two]: [Member, Member] = [(yield* member).member, (yield* member).member]
      assert.deepStrictEqual(yield* members.find(one.workspaceId, one.id), one)
      assert.isNull(yield* members.find(two.workspaceId, one.id))
    }),
  )
})
