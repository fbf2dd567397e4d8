// Logging in to the portal over real HTTP: who can, who cannot, and what nobody is told.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import { Contacts } from "../../reference-server/src/Contacts.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Portal } from "../../reference-server/src/Portal.ts"
import { Record } from "../../reference-server/src/Record.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as P from "./PortalWorld.ts"
import * as World from "./SecurityWorld.ts"

const isDoor = (answer: World.Answer) => answer.status === 303 && (answer.headers["location"] ?? "").includes("/log-in")

/** What differs between two answers to strangers, but for what is theirs alone. */
const shape = ({ status, headers, body }: World.Answer, ...typed: ReadonlyArray<string>) =>
  typed.reduce(
    (text, word) => text.replaceAll(word, "<typed>"),
    JSON.stringify([status, { ...headers, "set-cookie": "" }, body]).replaceAll(/[0-9a-f]{64}/g, "<csrf>"),
  )

layer(P.layer, { excludeTestServices: true, timeout: "300 seconds" })("the portal's door", (it) => {
  it.effect(
    "K29 K30 K48 K49 L27: a login is made by a mail to the contact's own address, and everybody is told the same",
    () =>
      Effect.gen(function* () {
        const firm = yield* P.firm
        const { base, contact } = firm
        yield* P.send(firm)
        const before = TestFirm.post.mails.length
        const strangers = { other: `other.${contact.email}`, nobody: "nobody at all", bare: "" }
        const own = P.browser()
        const told = yield* own.submit(`${base}/start`, { email: contact.email })
        assert.strictEqual(told.status, 200)
        for (const email of Object.values(strangers)) {
          const answer = yield* P.browser().submit(`${base}/start`, { email })
          assert.strictEqual(shape(answer), shape(told), email)
        }
        // the link: looking at it changes nothing, a short password is refused, and it works once
        const path = yield* P.linkTo(base, contact.email)
        for (let look = 0; look < 3; look++) assert.strictEqual((yield* P.browser().get(path)).status, 200)
        const short = yield* own.submit(path, { password: "short" })
        assert.strictEqual(short.status, 422)
        assert.include(P.said(short), "it has 5 characters and needs 12")
        const made = yield* own.submit(path, { password: P.password })
        assert.strictEqual(made.headers["location"], base)
        const home = yield* own.get(base)
        assert.include(P.said(home), "1 request waits for you")
        const again = yield* P.browser().get(path)
        assert.strictEqual(again.status, 410)
        assert.include(P.said(again), "This link does not work any more")
        const guessed = yield* P.browser().get(`${base}/password/${"x".repeat(43)}`)
        assert.strictEqual(shape(guessed), shape(again))
        // nobody else got a mail
        const mails = TestFirm.post.mails.slice(before).filter(({ text }) => text.includes(`${base}/password/`))
        assert.deepStrictEqual(
          mails.map(({ to }) => to.address),
          [contact.email],
        )
        assert.include(mails[0]?.subject ?? "", "Create your login")
      }),
  )

  it.effect(
    "L27 S10 S39: a wrong password is like an unknown address; sessions are new, kept as digests, and forms are ours",
    () =>
      Effect.gen(function* () {
        const { base, contact } = yield* P.firm
        const own = yield* P.loggedIn(base, contact.email)
        const out = yield* own.submit(base, {}, `${base}/log-out`)
        assert.isTrue(isDoor(out))
        assert.isTrue(isDoor(yield* own.get(`${base}/account`)))
        const unknown = `x${contact.email.slice(1)}`
        const wrong = yield* P.browser().submit(`${base}/log-in`, {
          email: contact.email,
          password: "not the password",
        })
        const nobody = yield* P.browser().submit(`${base}/log-in`, { email: unknown, password: "not the password" })
        assert.strictEqual(wrong.status, 422)
        assert.strictEqual(shape(wrong, unknown, contact.email), shape(nobody, unknown, contact.email))
        // back to where one wanted to go, and never elsewhere (S44)
        const there = `${base}/account`
        const back = yield* own.submit(`${base}/log-in`, { email: contact.email, password: P.password, next: there })
        assert.strictEqual(back.headers["location"], there)
        for (const next of [
          "//evil.example",
          "https://evil.example",
          "/requests",
          `${base}/../../requests`,
          "/portal/x",
        ]) {
          const led = yield* P.browser().submit(`${base}/log-in`, { email: contact.email, password: P.password, next })
          assert.strictEqual(led.headers["location"], base, next)
        }
        const [name = ""] = [...own.jar.keys()].filter((cookie) => cookie.startsWith("rq-portal-"))
        const secret = own.jar.get(name) ?? ""
        const rows = JSON.stringify(yield* TestFirm.dump)
        assert.notInclude(rows, secret)
        assert.include(rows, yield* Crypto.sha256Hex(secret))
        assert.notInclude(rows, P.password)
        // a form of another site, and one without the session's token, change nothing
        const csrf = P.csrfIn((yield* own.get(base)).body)
        const form = new URLSearchParams({ csrf })
        const foreign = yield* own.send(`${base}/log-out`, form, { "sec-fetch-site": "cross-site" })
        const stale = yield* own.send(`${base}/log-out`, new URLSearchParams({ csrf: "0".repeat(64) }))
        assert.deepStrictEqual([foreign.status, stale.status], [403, 403])
        assert.strictEqual((yield* own.get(base)).status, 200)
        // a session of a member or of a customer is none
        const guise = yield* World.call("GET", base, { headers: { cookie: `${name}=${secret}x` } })
        assert.isTrue(isDoor(guise))
        assert.isTrue(isDoor(yield* World.call("GET", base, { headers: { cookie: `rq-member=${secret}` } })))
      }),
  )

  it.effect("S41: guessing passwords and asking for mails ends", () =>
    Effect.gen(function* () {
      const { base, contact } = yield* P.firm
      yield* P.loggedIn(base, contact.email)
      const own = P.browser()
      const tries = yield* Effect.forEach(
        Array.from({ length: 11 }),
        () => own.submit(`${base}/log-in`, { email: contact.email, password: "guess" }),
        { concurrency: 1 },
      )
      assert.deepStrictEqual(
        tries.map(({ status }) => status),
        [...Array.from({ length: 10 }, () => 422), 429],
      )
      assert.isAbove(Number(tries.at(-1)?.headers["retry-after"]), 0)
      // the right one waits as well
      const right = yield* own.submit(`${base}/log-in`, { email: contact.email, password: P.password })
      assert.strictEqual(right.status, 429)
      // a fourth mail in an hour is not sent, and nobody can tell
      const asked = yield* Effect.forEach(Array.from({ length: 4 }), () =>
        own.submit(`${base}/start`, { email: contact.email }),
      )
      assert.isTrue(asked.every(({ status }) => status === 200))
      yield* P.linkTo(base, contact.email, 3)
      yield* Effect.sleep("300 millis")
      const mails = World.mailsTo(contact.email).filter(({ text }) => text.includes(`${base}/password/`))
      assert.strictEqual(mails.length, 3)
      assert.include(mails[1]?.subject ?? "", "Choose a new password")
    }),
  )

  it.effect(
    "K50 L27: deleting a contact turns the login off at once, restoring turns it on; so does the firm by hand",
    () =>
      Effect.gen(function* () {
        const firm = yield* P.firm
        const { base, contact, api, member } = firm
        const request = yield* P.send(firm)
        const own = yield* P.loggedIn(base, contact.email)
        const entered = yield* own.submit(base, {}, `${base}/requests/${request.id}/enter`)
        const inside = entered.headers["location"] ?? ""
        assert.strictEqual((yield* own.get(inside)).status, 200)

        const params = { id: contact.id }
        yield* api.contacts.remove({ params })
        assert.isTrue(isDoor(yield* own.get(base)))
        // what the log-in opened is closed with it
        assert.strictEqual((yield* own.get(inside)).status, 410)
        const logIn = (who: P.Browser) => who.submit(`${base}/log-in`, { email: contact.email, password: P.password })
        assert.strictEqual((yield* logIn(own)).status, 422)
        yield* api.contacts.restore({ params })
        assert.isTrue(isDoor(yield* own.get(base)), "an old session does not come back")
        assert.strictEqual((yield* logIn(own)).headers["location"], base)

        // by the firm, on the contact's page and by the API
        const on = yield* api.contacts.login({ params })
        assert.deepInclude(on, { state: "on", passkeys: 0, sessions: 1 })
        assert.isNotNull(on.lastLoginAt)
        assert.deepInclude(yield* api.contacts.turnOffLogin({ params }), { state: "off", sessions: 0 })
        assert.isTrue(isDoor(yield* own.get(base)))
        assert.strictEqual((yield* logIn(own)).status, 422)
        const mails = World.mailsTo(contact.email).length
        yield* P.browser().submit(`${base}/start`, { email: contact.email })
        yield* Effect.sleep("300 millis")
        assert.strictEqual(World.mailsTo(contact.email).length, mails)
        assert.deepInclude(yield* api.contacts.turnOnLogin({ params }), { state: "on" })
        assert.strictEqual((yield* logIn(own)).status, 303)

        // another address of the contact has to be proved anew
        yield* api.contacts.edit({ params, payload: { email: `new.${contact.email}` } })
        assert.isTrue(isDoor(yield* own.get(base)))
        assert.strictEqual((yield* logIn(own)).status, 422)
        assert.deepInclude(yield* api.contacts.login({ params }), { state: "none" })

        const events = yield* (yield* WorkspaceEvents).list(member.workspaceId, { limit: 50 })
        const types = events.filter(({ about }) => about === contact.id).map(({ type }) => type)
        for (const type of ["PortalLoginMade", "PortalLoggedIn", "PortalLoginTurnedOff", "PortalLoginTurnedOn"]) {
          assert.include(types, type)
        }
      }),
  )

  it.effect("K49: two contacts with one address have none to prove, and a deleted one is nobody", () =>
    Effect.gen(function* () {
      const { base, contact, member } = yield* P.firm
      yield* P.person(member.workspaceId, "Carla Customer", contact.email.toUpperCase())
      yield* P.browser().submit(`${base}/start`, { email: contact.email })
      const gone = yield* P.person(member.workspaceId, "Gone", `gone.${contact.email}`)
      yield* (yield* Contacts).remove(member.workspaceId, gone.id)
      yield* P.browser().submit(`${base}/start`, { email: gone.email })
      const last = yield* P.person(member.workspaceId, "Last", `last.${contact.email}`)
      yield* P.browser().submit(`${base}/start`, { email: last.email })
      yield* P.linkTo(base, last.email)
      assert.isEmpty([...World.mailsTo(contact.email), ...World.mailsTo(gone.email)])
    }),
  )

  it.effect("K29: a closed portal, and that of no firm, are addresses that lead nowhere; opened, it goes on", () =>
    Effect.gen(function* () {
      const { base, contact, member } = yield* P.firm
      const own = yield* P.loggedIn(base, contact.email)
      const portal = yield* Portal
      yield* portal.setOpen(member, false)
      const nobodys = `/portal/${yield* Crypto.uuid}`
      for (const path of ["", "/log-in", "/start", "/account"]) {
        const [closed, none] = [yield* own.get(`${base}${path}`), yield* own.get(`${nobodys}${path}`)]
        assert.strictEqual(closed.status, 404)
        assert.strictEqual(shape(closed), shape(none), path)
      }
      assert.strictEqual((yield* own.get("/portal/nonsense")).status, 404)
      yield* portal.setOpen(member, true)
      // whoever was in was out at once, and stays out
      assert.strictEqual((yield* own.get(base)).status, 303)
      yield* own.submit(`${base}/log-in`, { email: contact.email, password: P.password })
      assert.strictEqual((yield* own.get(base)).status, 200)
    }),
  )

  it.effect("S76: of a contact who is erased no login is left, and no event of the portal tells who they were", () =>
    Effect.gen(function* () {
      const { api, base, contact, member } = yield* P.firm
      const own = yield* P.loggedIn(base, contact.email)
      const [, folder = ""] = /\/folders\/([0-9a-f-]{36})/.exec((yield* own.get(`${base}/documents`)).body) ?? []
      const form = new FormData()
      form.append("csrf", P.csrfIn((yield* own.get(`${base}/folders/${folder}`)).body))
      form.append("files", new File(["%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"], `${contact.name}.pdf`))
      assert.strictEqual((yield* own.send(`${base}/folders/${folder}`, form)).status, 303)
      yield* api.contacts.turnOffLogin({ params: { id: contact.id } })
      yield* api.contacts.turnOnLogin({ params: { id: contact.id } })
      yield* own.submit(`${base}/log-in`, { email: contact.email, password: P.password })
      const events = Effect.map((yield* WorkspaceEvents).list(member.workspaceId, { limit: 50 }), (all) =>
        all.filter(({ type }) => type.startsWith("Portal")),
      )
      const happened = yield* events
      assert.sameMembers(
        happened.map(({ type }) => type),
        [
          "PortalLoginMade",
          "PortalLoggedIn",
          "PortalDocumentBrought",
          "PortalLoginTurnedOff",
          "PortalLoginTurnedOn",
          "PortalLoggedIn",
        ],
      )
      // the firm sees whom each is about, as long as there is anybody to see
      assert.deepStrictEqual([...new Set(happened.map(({ aboutName }) => aboutName))], [contact.name])
      const sql = yield* SqlClient.SqlClient
      const passkey = { id: contact.id, workspaceId: member.workspaceId, contactId: contact.id, name: "mine" }
      yield* sql`INSERT INTO portal_passkeys ${sql.insert({ ...passkey, publicKey: "", counter: 0, transports: "[]", createdAt: new Date() })}`
      const left = Effect.map(TestFirm.dump, (tables) =>
        Object.entries(tables)
          .filter(([name, rows]) => name.startsWith("portal_") && rows.some((row) => row.includes(contact.id)))
          .map(([name]) => name),
      )
      assert.sameMembers(yield* left, ["portal_accounts", "portal_passkeys", "portal_sessions"])
      yield* (yield* Record).eraseContact(member, contact.id, "They asked for it.")
      assert.isEmpty(yield* left)
      assert.deepStrictEqual([...new Set((yield* events).map(({ aboutName }) => aboutName))], [null])
      const rows = ((yield* TestFirm.dump)["workspace_events"] ?? []).filter((row) => row.includes(contact.id))
      assert.strictEqual(rows.length, happened.length)
      for (const told of [contact.name, contact.email]) assert.notInclude(rows.join(), told)
    }),
  )

  it.effect("S11: a session ends an hour after its last use, and twelve after it began", () =>
    Effect.gen(function* () {
      const { base, contact } = yield* P.firm
      const sql = yield* SqlClient.SqlClient
      const own = yield* P.loggedIn(base, contact.email)
      const age = (column: "last_used_at" | "created_at", minutes: number) => sql`
        UPDATE portal_sessions SET ${sql(column)} = ${sql(column)} - ${minutes} * interval '1 minute'
        WHERE contact_id = ${contact.id}`
      yield* age("last_used_at", 59)
      assert.strictEqual((yield* own.get(base)).status, 200)
      yield* age("created_at", 12 * 60)
      assert.isTrue(isDoor(yield* own.get(base)))
      yield* own.submit(`${base}/log-in`, { email: contact.email, password: P.password })
      yield* age("last_used_at", 60)
      assert.isTrue(isDoor(yield* own.get(base)))
    }),
  )

  it.effect(
    "K30: a password is changed with the old one, and everywhere else one is logged out; everywhere means here too",
    () =>
      Effect.gen(function* () {
        const { base, contact } = yield* P.firm
        const own = yield* P.loggedIn(base, contact.email)
        const other = P.browser()
        yield* other.submit(`${base}/log-in`, { email: contact.email, password: P.password })
        assert.include(P.said(yield* own.get(`${base}/account`)), "In 2 browsers, this one among them.")
        const change = (old: string) =>
          own.submit(`${base}/account`, { old, password: "another good password" }, `${base}/account/password`)
        assert.strictEqual((yield* change("wrong")).status, 422)
        assert.strictEqual((yield* change(P.password)).status, 303)
        assert.isTrue(isDoor(yield* other.get(base)))
        assert.strictEqual((yield* own.get(base)).status, 200)
        yield* other.submit(`${base}/log-in`, { email: contact.email, password: "another good password" })
        yield* own.submit(`${base}/account`, {}, `${base}/account/sessions`)
        assert.isTrue(isDoor(yield* other.get(base)))
        assert.isTrue(isDoor(yield* own.get(base)))
      }),
  )
})
