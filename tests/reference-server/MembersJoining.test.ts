// Becoming a member by an invitation, and getting a new password, by links in mails, over HTTP.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Members } from "../../reference-server/src/Members.ts"
import { Invitations } from "../../reference-server/src/Members/Invitations.ts"
import { Passwords } from "../../reference-server/src/Members/Passwords.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as People from "./MembersWorld.ts"
import * as World from "./SecurityWorld.ts"

const fresh = { name: "Nea Newcomer", password: "a fresh and long password" }
const unknown = "/join/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/** Every row of the tables of members. */
const rows = Effect.gen(function* () {
  const { members, member_invitations, member_links, workspace_events } = yield* TestFirm.dump
  return { members, member_invitations, member_links, workspace_events }
})

layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("joining", (it) => {
  it.effect("P2 S15: an invitation is opened fifty times and nothing happens; accepted, it makes a member once", () =>
    Effect.gen(function* () {
      const { member: fia } = yield* World.firm
      const { email, path } = yield* People.invited(fia)
      assert.match(path, /^\/join\/[A-Za-z0-9_-]{43}$/)
      const before = yield* rows
      const seen = yield* Effect.forEach(Array.from({ length: 50 }), () => World.call("GET", path), { concurrency: 8 })
      for (const page of seen) assert.strictEqual(page.status, 200)
      assert.include(seen[0]?.body, email)
      assert.deepStrictEqual(yield* rows, before)

      const tab = People.tab()
      const short = yield* tab.post(path, { ...fresh, password: "short" })
      assert.strictEqual(short.status, 422)
      const joined = yield* tab.post(path, fresh)
      assert.deepStrictEqual([joined.status, joined.headers["location"]], [303, "/requests"])
      assert.strictEqual((yield* tab.get("/requests")).status, 200)
      const members = yield* Members
      const session = yield* members.signIn(email, Redacted.make(fresh.password), "192.0.2.200")
      const { id: _, ...made } = yield* members.bySession(session)
      assert.deepStrictEqual(made, { workspaceId: fia.workspaceId, name: fresh.name, email, role: "member" })
      // a member is no administrator
      assert.strictEqual((yield* tab.get("/settings/members")).status, 403)
      assert.strictEqual((yield* People.tab().post(path, fresh, "/sign-in")).status, 410)
    }),
  )

  it.effect(
    "S47: a link that was used, withdrawn, replaced, is over or never was is answered with the same bytes",
    () =>
      Effect.gen(function* () {
        const invitations = yield* Invitations
        const { member: fia } = yield* World.firm
        const sql = yield* SqlClient.SqlClient
        const [used, withdrawn, replaced, over] = [
          yield* People.invited(fia),
          yield* People.invited(fia),
          yield* People.invited(fia),
          yield* People.invited(fia),
        ]
        yield* People.tab().post(used.path, fresh)
        yield* invitations.revoke(fia, withdrawn.id)
        yield* invitations.resend(fia, replaced.id)
        const again = yield* People.letterTo(replaced.email, 2)
        yield* sql`UPDATE member_links SET expires_at = now() WHERE invitation_id = ${over.id}`
        const dead = yield* World.call("GET", unknown, { headers: { cookie: "rq-visitor=x" } })
        assert.strictEqual(dead.status, 410)
        for (const { path } of [used, withdrawn, replaced, over, { path: "/join/x" }]) {
          const answer = yield* World.call("GET", path, { headers: { cookie: "rq-visitor=x" } })
          assert.deepStrictEqual(
            { ...answer, headers: { ...answer.headers, "x-request-id": "" } },
            { ...dead, headers: { ...dead.headers, "x-request-id": "" } },
          )
          // sent from a page that was opened in time
          const sent = People.tab()
          const late = yield* sent.post(path, fresh, "/sign-in")
          assert.deepStrictEqual([late.status, late.body], [410, dead.body])
        }
        assert.strictEqual((yield* World.call("GET", again)).status, 200)
        assert.strictEqual((yield* People.tab().post(again, fresh)).status, 303)
        assert.deepStrictEqual(
          (yield* invitations.waiting(fia.workspaceId)).map(({ id }) => id),
          [over.id],
        )
      }),
  )

  it.effect("of ten who come by one link at once, one is a member", () =>
    Effect.gen(function* () {
      const { member: fia } = yield* World.firm
      const { path } = yield* People.invited(fia, "admin")
      const answers = yield* Effect.forEach(
        Array.from({ length: 10 }),
        () => People.tab().post(path, fresh, "/sign-in"),
        {
          concurrency: 10,
        },
      )
      assert.deepStrictEqual(
        answers.map(({ status }) => status).toSorted((a, b) => a - b),
        [303, ...Array.from({ length: 9 }, () => 410)],
      )
      assert.lengthOf(yield* (yield* Members).list(fia.workspaceId), 2)
    }),
  )

  it.effect("S43: an address of another firm is invited like any other, and only its owner is told", () =>
    Effect.gen(function* () {
      const [ours, theirs] = [yield* World.firm, yield* World.firm]
      const { email } = theirs.member
      const invite = (address: string) =>
        World.call("POST", "/api/members/invitations", {
          headers: ours.headers,
          body: JSON.stringify({ name: "Nea", email: address, role: "member" }),
        })
      const taken = yield* invite(email)
      const free = yield* invite(`free.${email}`)
      assert.deepStrictEqual([taken.status, free.status], [201, 201])
      const told = (body: string) =>
        ({ ...JSON.parse(body), id: "", email: "", createdAt: "", expiresAt: "" }) as unknown
      assert.deepStrictEqual(told(taken.body), told(free.body))
      const path = yield* People.letterTo(email)
      const refused = yield* People.tab().post(path, fresh)
      assert.strictEqual(refused.status, 422)
      assert.include(refused.body, "another firm on this server")
      assert.lengthOf(yield* (yield* Members).list(ours.member.workspaceId), 1)
      // and in one's own firm it is said
      const own = yield* invite(ours.member.email)
      assert.deepStrictEqual([own.status, /"code":"already-member"/.test(own.body)], [409, true])
      assert.strictEqual((yield* invite(`free.${email}`)).status, 409)
    }),
  )

  it.effect(
    "S21: who forgot their password is answered alike, by an address of anybody or nobody, and gets one mail",
    () =>
      Effect.gen(function* () {
        const { member: fia } = yield* World.firm
        yield* People.withPassword(fia)
        const before = TestFirm.post.mails.length
        const ask = (email: string) => People.tab().post("/forgotten", { email })
        const [known, nobody] = [yield* ask(fia.email.toUpperCase()), yield* ask(`nobody.${fia.email}`)]
        assert.deepStrictEqual([known.status, known.body], [200, nobody.body])
        assert.strictEqual((yield* ask("no address")).body, known.body)
        const path = yield* People.letterTo(fia.email)
        assert.match(path, /^\/password\//)
        for (let again = 0; again < 4; again++) assert.strictEqual((yield* ask(fia.email)).body, known.body)
        yield* People.letterTo(fia.email, 3)
        yield* Effect.sleep("700 millis")
        assert.strictEqual(TestFirm.post.mails.length - before, 3)

        const members = yield* Members
        const old = yield* members.openSession(fia)
        const opened = yield* Effect.forEach(Array.from({ length: 20 }), () => World.call("GET", path))
        for (const page of opened) assert.strictEqual(page.status, 200)
        const answers = yield* Effect.forEach(
          Array.from({ length: 5 }),
          () => People.tab().post(path, { password: fresh.password }, "/sign-in"),
          { concurrency: 5 },
        )
        assert.deepStrictEqual(
          answers.map(({ status }) => status).toSorted((a, b) => a - b),
          [303, 410, 410, 410, 410],
        )
        assert.strictEqual((yield* Effect.flip(members.bySession(old)))._tag, "NotSignedIn")
        yield* members.signIn(fia.email, Redacted.make(fresh.password), "192.0.2.201")
        assert.strictEqual(
          (yield* Effect.flip(members.signIn(fia.email, Redacted.make(People.password), "192.0.2.201")))._tag,
          "SignInRefused",
        )
        // the other mails' links ended with it
        for (const nth of [2, 3]) {
          assert.strictEqual((yield* World.call("GET", yield* People.letterTo(fia.email, nth))).status, 410)
        }
      }),
  )

  it.effect("a link to a password works for an hour, one to join for seven days", () =>
    Effect.gen(function* () {
      const { member: fia } = yield* World.firm
      const passwords = yield* Passwords
      const invitations = yield* Invitations
      const now = Date.now()
      const secret = yield* TestFirm.at(now)(passwords.linkFor(fia.email, 3_600_000))
      yield* TestFirm.at(now + 3_599_999)(passwords.look(secret))
      assert.strictEqual((yield* Effect.flip(TestFirm.at(now + 3_600_000)(passwords.look(secret))))._tag, "LinkGone")
      const { path, expiresAt } = yield* People.invited(fia)
      const token = Redacted.make(path.slice(-43))
      yield* TestFirm.at(expiresAt - 1)(invitations.look(token))
      assert.strictEqual((yield* Effect.flip(TestFirm.at(expiresAt)(invitations.look(token))))._tag, "LinkGone")
    }),
  )

  it.effect("S2 S12: no link, password or session is in any table or log after all of it", () =>
    Effect.gen(function* () {
      const { member: fia } = yield* World.firm
      const { path, email } = yield* People.invited(fia)
      const tab = People.tab()
      yield* tab.post(path, fresh)
      yield* People.tab().post("/forgotten", { email })
      const reset = yield* People.letterTo(email, 2)
      const after = People.tab()
      yield* after.post(reset, { password: "another long password" })
      const secrets = [
        path.slice(-43),
        reset.slice(-43),
        fresh.password,
        "another long password",
        ...[tab, after].flatMap(({ jar }) => [...jar.values()]),
      ]
      assert.isAbove(secrets.length, 6)
      const written = JSON.stringify(yield* TestFirm.dump) + TestFirm.logs.join("\n")
      assert.include(written, email)
      for (const secret of secrets) assert.notInclude(written, secret)
      const stolen = yield* Crypto.sha256Hex(reset.slice(-43))
      assert.strictEqual((yield* World.call("GET", `/password/${stolen}`)).status, 410)
    }),
  )
})
