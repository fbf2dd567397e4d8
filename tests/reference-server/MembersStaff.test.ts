// What administrators do that members do not, the last of them, leaving, sessions, keys with two secrets, and what is noted.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import { Passwords } from "../../reference-server/src/Members/Passwords.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as People from "./MembersWorld.ts"
import * as World from "./SecurityWorld.ts"

const bearer = (key: Redacted.Redacted) => ({ authorization: `Bearer ${Redacted.value(key)}` })

/** The types of what was noted of a workspace, oldest first. */
const noted = ({ workspaceId }: Member) =>
  Effect.gen(function* () {
    const events = yield* (yield* WorkspaceEvents).list(workspaceId, { limit: 100 })
    return events.map(({ type }) => type).toReversed()
  })

layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("members and roles", (it) => {
  it.effect("P2: what administrators configure, a member neither sees nor changes, and is told whom to ask", () =>
    Effect.gen(function* () {
      const { member: fia } = yield* World.firm
      const moa = yield* People.colleague(fia, "member")
      const [admin, tab] = [yield* People.signedIn(fia), yield* People.signedIn(moa)]
      const key = yield* (yield* Members).createKey(moa, "script")
      const before = yield* TestFirm.dump
      for (const path of ["/settings", "/settings/members", "/settings/members/events.json"]) {
        const page = yield* tab.get(path)
        assert.strictEqual(page.status, 403, path)
        assert.include(page.body, fia.email)
        assert.strictEqual((yield* admin.get(path)).status, 200, path)
      }
      const sent = yield* tab.post(
        "/settings/members",
        { action: "invite", name: "Eve", email: "eve@firm.example", role: "admin" },
        "/keys",
      )
      assert.strictEqual(sent.status, 403)
      const promoted = yield* tab.post("/settings/members", { action: "admin", id: moa.id }, "/keys")
      assert.strictEqual(promoted.status, 403)
      const called = yield* World.call("PATCH", `/api/members/${moa.id}`, {
        headers: bearer(key.secret),
        body: JSON.stringify({ role: "admin" }),
      })
      assert.deepStrictEqual([called.status, /"_tag":"AdministratorsOnly"/.test(called.body)], [403, true])
      const after = yield* TestFirm.dump
      for (const table of ["members", "member_invitations", "workspaces", "workspace_events"]) {
        assert.deepStrictEqual(after[table], before[table], table)
      }
      // what members work with is theirs as before
      for (const path of ["/requests", "/work-items", "/contacts", "/questionnaires", "/keys", "/account"]) {
        assert.strictEqual((yield* tab.get(path)).status, 200, path)
      }
      assert.notInclude((yield* tab.get("/requests")).body, 'href="/settings"')
    }),
  )

  it.effect("an administrator invites, promotes and deactivates by the page, and each is noted with who did it", () =>
    Effect.gen(function* () {
      const { member: fia } = yield* World.firm
      const moa = yield* People.colleague(fia, "member")
      const tab = yield* People.signedIn(fia)
      const press = (action: string, fields: Readonly<Record<string, string>>) =>
        tab.post("/settings/members", { action, ...fields })
      const wrong = yield* press("invite", { name: "", email: "nobody", role: "member" })
      assert.strictEqual(wrong.status, 422)
      const email = `nea.${moa.id}@firm.example`
      const invite = yield* press("invite", { name: "Nea", email, role: "member" })
      assert.deepStrictEqual([invite.status, invite.headers["location"]], [303, "/settings/members?done=invite"])
      yield* People.letterTo(email)
      assert.strictEqual((yield* press("admin", { id: moa.id })).status, 303)
      assert.strictEqual((yield* press("deactivate", { id: moa.id })).status, 303)
      const page = yield* tab.get("/settings/members")
      for (const sentence of [email, "Fia Firm deactivated Moa Member", "Fia Firm invited Nea"]) {
        assert.include(page.body, sentence)
      }
      assert.strictEqual((yield* press("reactivate", { id: moa.id })).status, 303)
      for (const id of [yield* Crypto.uuid, "x", ""]) {
        assert.strictEqual((yield* press("deactivate", { id })).status, 404)
      }
      assert.deepStrictEqual(yield* noted(fia), [
        "KeyMade",
        "MemberInvited",
        "MemberRoleChanged",
        "MemberDeactivated",
        "MemberReactivated",
      ])
      const all = JSON.parse((yield* tab.get("/settings/members/events.json")).body) as ReadonlyArray<{
        readonly by: string
      }>
      assert.deepStrictEqual([all.length, ...new Set(all.map(({ by }) => by))], [5, fia.id])
    }),
  )

  it.effect("the last administrator can be neither demoted nor deactivated, however many try at once", () =>
    Effect.gen(function* () {
      const members = yield* Members
      for (let round = 0; round < 8; round++) {
        const { member: fia } = yield* TestFirm.firm
        const others = yield* Effect.forEach(["a", "b", "c"], (name) => People.colleague(fia, "admin", name))
        const all = [fia, ...others]
        // everybody lets the next one go, in a circle
        const outcomes = yield* Effect.forEach(
          all,
          (by, at) => {
            const { id } = all[(at + 1) % all.length] ?? by
            const done = round % 2 === 0 ? members.deactivate(by, id) : members.changeRole(by, id, "member")
            return Effect.match(done, { onSuccess: () => "done", onFailure: ({ _tag }) => _tag })
          },
          { concurrency: "unbounded" },
        )
        assert.include(outcomes, "done")
        assert.include(outcomes, "MemberRefused")
        const left = yield* members.administrators(fia.workspaceId)
        assert.isAbove(left.length, 0, String(round))
        const [last] = left
        if (left.length > 1 || last === undefined) continue
        for (const attempt of [members.deactivate(last, last.id), members.changeRole(last, last.id, "member")]) {
          const refused = yield* Effect.flip(attempt)
          assert.deepStrictEqual(TestFirm.said(refused), { _tag: "MemberRefused", code: "last-admin" })
        }
      }
    }),
  )

  it.effect(
    "S8: deactivated, a member's sessions, keys and links end at once; their work stays, an administrator is told",
    () =>
      Effect.gen(function* () {
        const members = yield* Members
        const made = yield* World.firm
        const { member: fia, stored, address } = made
        const moa = yield* People.colleague(fia, "member")
        yield* People.withPassword(moa)
        const tab = yield* People.signedIn(moa)
        const { secret } = yield* members.createKey(moa, "script")
        const reset = yield* (yield* Passwords).linkFor(moa.email, 3_600_000)
        const out = yield* World.sent({ member: moa, stored, address })
        yield* members.deactivate(fia, moa.id)
        assert.strictEqual((yield* tab.get("/requests")).status, 303)
        assert.strictEqual((yield* World.call("GET", "/api/session", { headers: bearer(secret) })).status, 401)
        assert.strictEqual((yield* World.call("GET", `/password/${Redacted.value(reset)}`)).status, 410)
        const refused = yield* Effect.flip(members.signIn(moa.email, Redacted.make(People.password), "192.0.2.210"))
        assert.strictEqual(refused._tag, "SignInRefused")
        // nobody opens a session for who is gone, not even a sign-in that had begun before
        const late = yield* members.openSession(moa)
        assert.strictEqual((yield* Effect.flip(members.bySession(late)))._tag, "NotSignedIn")

        const { request } = yield* Effect.map(made.api.requests.get({ params: { id: out.id } }), (request) => ({
          request,
        }))
        assert.strictEqual(request.createdBy.name, moa.name)
        const customer = yield* World.enter(out.token)
        const form = new FormData()
        form.append("file", new File(["%PDF-1.7\n%%EOF\n"], "p.pdf", { type: "application/pdf" }))
        const { "content-type": _, ...headers } = customer.headers
        yield* World.call("POST", `${customer.at}/files/passport?revision=1`, { headers, body: form })
        const current = yield* made.api.requests.get({ params: { id: out.id } })
        yield* World.call("POST", `${customer.at}/finish`, {
          headers: customer.headers,
          body: JSON.stringify({ revision: current.revision, answers: { name: "Carl" } }),
        })
        const notice = yield* TestFirm.mailTo(fia.email)
        assert.include(notice.subject, "Company check 2027")
        assert.lengthOf(World.mailsTo(moa.email), 0)

        yield* members.reactivate(fia, moa.id)
        yield* members.signIn(moa.email, Redacted.make(People.password), "192.0.2.210")
        assert.strictEqual((yield* World.call("GET", "/api/session", { headers: bearer(secret) })).status, 401)
      }),
  )

  it.effect("S8: one's own password is changed with the old one, and every other session ends", () =>
    Effect.gen(function* () {
      const members = yield* Members
      const { member: fia } = yield* World.firm
      yield* People.withPassword(fia)
      const [here, there] = [yield* People.signedIn(fia), yield* People.signedIn(fia)]
      const change = (old: string, password: string) => here.post("/account/password", { old, password }, "/account")
      assert.strictEqual((yield* change("wrong horse battery", "a fresh and long one")).status, 422)
      assert.strictEqual((yield* change(People.password, "short")).status, 422)
      assert.strictEqual((yield* there.get("/account")).status, 200)
      const done = yield* change(People.password, "a fresh and long one")
      assert.deepStrictEqual([done.status, done.headers["location"]], [303, "/account?done=password"])
      assert.strictEqual((yield* here.get("/account")).status, 200)
      assert.strictEqual((yield* there.get("/account")).status, 303)
      yield* members.signIn(fia.email, Redacted.make("a fresh and long one"), "192.0.2.211")

      const other = yield* People.signedIn(fia)
      assert.lengthOf([...(yield* here.get("/account")).body.matchAll(/Signed in /g)], 3)
      assert.strictEqual((yield* here.post("/account/sessions", {}, "/account")).status, 303)
      assert.strictEqual((yield* other.get("/account")).status, 303)
      assert.lengthOf([...(yield* here.get("/account")).body.matchAll(/Signed in /g)], 1)
      // guessing the old one is slow
      for (let n = 0; n < 11; n++) yield* change("wrong horse battery", "a fresh and long one")
      assert.include((yield* change("a fresh and long one", "another long one")).body, "Too many tries")
    }),
  )

  it.effect("S14: a key has two valid secrets during the overlap, one after it, and never three", () =>
    Effect.gen(function* () {
      const members = yield* Members
      const { member: fia, api } = yield* World.firm
      const works = (secret: Redacted.Redacted, at: number) =>
        TestFirm.at(at)(Effect.match(members.byKey(secret), { onSuccess: () => true, onFailure: () => false }))
      const now = 1_900_000_000_000
      const first = yield* TestFirm.at(now)(members.createKey(fia, "nightly"))
      const rotate = (at: number, seconds: number) => TestFirm.at(at)(members.rotateKey(fia, first.key.id, seconds))
      const second = yield* rotate(now, 86_400)
      assert.strictEqual(second.key.id, first.key.id)
      assert.strictEqual(second.key.oldSecretUntil, now + 86_400_000)
      assert.notStrictEqual(Redacted.value(second.secret), Redacted.value(first.secret))
      for (const { secret } of [first, second]) assert.isTrue(yield* works(secret, now + 86_399_999))
      assert.isFalse(yield* works(first.secret, now + 86_400_000))
      assert.isTrue(yield* works(second.secret, now + 86_400_000))
      // again, before the overlap is over: the one before the last ends
      const third = yield* rotate(now + 1000, 3600)
      assert.deepStrictEqual(yield* Effect.forEach([first, second, third], ({ secret }) => works(secret, now + 2000)), [
        false,
        true,
        true,
      ])
      const fourth = yield* rotate(now + 3000, 0)
      assert.deepStrictEqual(
        yield* Effect.forEach([second, third, fourth], ({ secret }) => works(secret, now + 3000)),
        [false, false, true],
      )
      // over HTTP, a day by default; another's key is none
      const made = yield* api.keys.create({ payload: { name: "by the API" } })
      const rotated = yield* api.keys.rotate({ params: { id: made.key.id }, payload: {} })
      const until = Date.parse(rotated.key.oldSecretUntil ?? "") - Date.now()
      assert.isAbove(until, 86_000_000)
      for (const { secret } of [made, rotated]) {
        assert.strictEqual((yield* World.call("GET", "/api/session", { headers: bearer(secret) })).status, 200)
      }
      const other = yield* World.firm
      const stolen = yield* Effect.flip(other.api.keys.rotate({ params: { id: made.key.id }, payload: {} }))
      assert.strictEqual(stolen._tag, "NotFound")
      yield* api.keys.revoke({ params: { id: made.key.id } })
      for (const { secret } of [made, rotated]) {
        assert.strictEqual((yield* World.call("GET", "/api/session", { headers: bearer(secret) })).status, 401)
      }
      const written = JSON.stringify(yield* TestFirm.dump) + TestFirm.logs.join("\n")
      for (const { secret } of [first, second, third, fourth, made, rotated]) {
        assert.notInclude(written, Redacted.value(secret).slice(12))
      }
    }),
  )

  it.effect("S14: a key ends when it was said to", () =>
    Effect.gen(function* () {
      const members = yield* Members
      const { member: fia } = yield* World.firm
      const now = 1_900_000_000_000
      const { key, secret } = yield* TestFirm.at(now)(members.createKey(fia, "for a week", { expiresAt: now + 1000 }))
      yield* TestFirm.at(now + 999)(members.byKey(secret))
      assert.strictEqual((yield* Effect.flip(TestFirm.at(now + 1000)(members.byKey(secret))))._tag, "NotSignedIn")
      assert.strictEqual(
        (yield* Effect.flip(TestFirm.at(now + 1000)(members.rotateKey(fia, key.id, 60))))._tag,
        "KeyNotFound",
      )
    }),
  )

  it.effect("the log's line of an answer and what is noted name the member, and no secret", () =>
    Effect.gen(function* () {
      const { member: fia, headers } = yield* World.firm
      const from = TestFirm.logs.length
      yield* World.call("GET", "/api/session", { headers })
      const tab = yield* People.signedIn(fia)
      yield* tab.get("/keys")
      const lines = TestFirm.logs.slice(from).filter((line) => line.includes("GET /"))
      assert.lengthOf(lines, 2)
      for (const line of lines) assert.include(line, fia.id)
      const sql = yield* SqlClient.SqlClient
      const [event] = yield* sql<{ byMember: string }>`
        SELECT by_member FROM workspace_events WHERE workspace_id = ${fia.workspaceId}`
      assert.strictEqual(event?.byMember, fia.id)
    }),
  )
})
