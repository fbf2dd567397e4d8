// What a log-in to the portal opens, and what it opens no more once it is over, whatever happens at the same moment.
import { assert, layer } from "@effect/vitest"
import { Crypto, RequestPolicy } from "@requite/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Conversations } from "../../reference-server/src/Conversations.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { cookieOf, Portal } from "../../reference-server/src/Portal.ts"
import { Made, Passkeys } from "../../reference-server/src/Portal/Passkeys.ts"
import * as Authenticator from "../support/Authenticator.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as P from "./PortalWorld.ts"
import * as World from "./SecurityWorld.ts"

/** The embedded database lets one transaction in after the other. */
const isPostgres = process.env["TEST_DATABASE_URL"] !== undefined

/** A firm's contact who is logged in, and was sent a request. */
const arranged = Effect.fnUntraced(function* (
  policy: RequestPolicy.RequestPolicy = RequestPolicy.taxdome,
  mobile: string = "",
) {
  const firm = yield* P.firm
  const { base, contact, member } = firm
  const { id } = yield* P.send(firm, { recipients: [{ ...P.asked(contact), mobile }] }, policy)
  const own = yield* P.loggedIn(base, contact.email)
  const portal = yield* Portal
  const access = yield* CustomerAccess
  const sql = yield* SqlClient.SqlClient
  const named = cookieOf(member.workspaceId).name
  const secret = [...own.jar].find(([name]) => name.endsWith(named))?.[1] ?? ""
  const session = yield* portal.bySession(member.workspaceId, Redacted.make(secret))
  return {
    ...firm,
    id,
    own,
    portal,
    access,
    sql,
    session,
    /** Goes on in the request, as the page's button does. */
    enter: access.claimFromPortal(session, { id, recipient: "carl" }, null),
    /** Sessions that are open in it. */
    open: Effect.map(
      sql<{ n: number }>`SELECT count(*)::int AS n FROM customer_sessions WHERE request_id = ${id}`,
      ([row]) => row?.n,
    ),
  }
})

layer(P.layer, { excludeTestServices: true, timeout: "300 seconds" })("entering from the portal", (it) => {
  it.effect("S8 K30: who was looked up as logged in and is out by now enters nothing, and no claim is noted", () =>
    Effect.gen(function* () {
      const { id, portal, session, enter, open } = yield* arranged()
      yield* enter
      assert.strictEqual(yield* open, 1)
      yield* portal.logOut(session)
      assert.strictEqual(yield* open, 0)
      const claims = Effect.map(
        World.history(id),
        (events) => events.filter(({ type }) => type === "LinkClaimed").length,
      )
      assert.strictEqual(yield* claims, 1)
      assert.strictEqual((yield* Effect.flip(enter))._tag, "LinkDead")
      assert.deepStrictEqual([yield* open, yield* claims], [0, 1])
    }),
  )

  it.effect("S8 S26: the code that comes after the log-out opens nothing either, derived links or not", () =>
    Effect.gen(function* () {
      // a number gets one code in half a minute
      for (const [token, mobile] of [
        ["random-hashed", "+46701740655"],
        ["derived", "+46701740656"],
      ] as const) {
        const sms = { secondFactor: "sms-code", secondFactorWhen: "always", requires: ["email", "mobile"] } as const
        const policy = { ...RequestPolicy.taxdome, ...sms, customerMayDelegate: "no", token } as const
        const { access, portal, session, enter, open } = yield* arranged(policy, mobile)
        const sent = TestFirm.sms.length
        const waiting = yield* enter
        assert.deepStrictEqual([waiting.needsCode, yield* open], [true, 1])
        const { text } = yield* TestFirm.eventually(Effect.sync(() => TestFirm.sms[sent]))
        yield* portal.logOut(session)
        const code = /\d{6}/.exec(text)?.[0] ?? ""
        const late = access.enterCode(waiting.handle, waiting.secret, { code, device: waiting.deviceSecret })
        assert.strictEqual((yield* Effect.flip(late))._tag, "LinkDead")
        assert.strictEqual((yield* Effect.flip(enter))._tag, "LinkDead")
        assert.strictEqual(yield* open, 0)
      }
    }),
  )

  it.effect("S8: logging out and entering at once, in either order: nothing stays open", () =>
    Effect.gen(function* () {
      const { portal, session, sql, enter, open } = yield* arranged()
      /** Waits until so many connections wait for another one. */
      const waiting = (count: number) =>
        TestFirm.eventually(
          Effect.map(
            sql<{ n: number }>`SELECT count(*)::int AS n FROM pg_stat_activity
              WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`,
            ([row]) => ((row?.n ?? 0) >= count ? true : undefined),
          ),
        )
      /** However long it has to wait on a busy machine. */
      const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        sql.withTransaction(
          Effect.andThen(
            sql`SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)`,
            effect,
          ),
        )
      /** Does something in a transaction that ends when it is told to. */
      const holding = Effect.fnUntraced(function* <A, E, R>(first: Effect.Effect<A, E, R>) {
        const [begun, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const steps = Effect.andThen(first, Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(end)))
        const fiber = yield* Effect.forkChild(patiently(steps))
        yield* Deferred.await(begun)
        return { release: Effect.andThen(Deferred.succeed(end, undefined), Fiber.join(fiber)) }
      })
      if (isPostgres) {
        // in first, out last: the new session is not written yet when the log-out comes
        const { release } = yield* holding(sql`LOCK TABLE customer_sessions IN SHARE MODE`)
        const entering = yield* Effect.forkChild(patiently(enter))
        yield* waiting(1)
        const leaving = yield* Effect.forkChild(patiently(portal.logOut(session)))
        yield* waiting(2)
        yield* release
        yield* Fiber.join(entering)
        yield* Fiber.join(leaving)
        assert.strictEqual(yield* open, 0)
      }
      // out first, in last: the log-out is not done yet when they go on
      const again = yield* arranged()
      const { release } = yield* holding(again.portal.logOut(again.session))
      const late = yield* Effect.forkChild(Effect.flip(patiently(again.enter)))
      if (isPostgres) yield* waiting(1)
      yield* release
      assert.strictEqual((yield* Fiber.join(late))._tag, "LinkDead")
      assert.strictEqual(yield* again.open, 0)
    }),
  )

  it.effect(
    "S9 S43: a request that went to somebody else meanwhile, or is not for them as they said, is entered by none",
    () =>
      Effect.gen(function* () {
        const { access, contact, enter, id, member, open, session, stored } = yield* arranged()
        const requests = yield* ClientRequests
        const other = yield* P.person(member.workspaceId, "Ola Other", `ola.${contact.email}`)
        const theirs = yield* P.send({ member, stored, contact: other })
        const foreign = access.claimFromPortal(session, { id: theirs.id, recipient: "carl" }, null)
        assert.strictEqual((yield* Effect.flip(foreign))._tag, "LinkDead")
        yield* requests.changeRecipient(member, id, "carl", { ...P.asked(other), id: "ola" }, yield* Crypto.uuid)
        assert.strictEqual((yield* Effect.flip(enter))._tag, "LinkDead")
        assert.strictEqual(yield* open, 0)
      }),
  )

  it.effect(
    "S36 K30: what a session began before it ended is not finished: no passkey, no password, no other session",
    () =>
      Effect.gen(function* () {
        const { base, contact, member, portal, session, sql } = yield* arranged()
        const passkeys = yield* Passkeys
        const device = Authenticator.make(World.origin)
        const given = Redacted.make(P.password)
        const { challenge } = yield* passkeys.toMake(session, given)
        yield* portal.logOut(session)
        const made = yield* Schema.decodeUnknownEffect(Made)(device.made(challenge))
        const kept = passkeys.keep(session, made, "Mine")
        assert.strictEqual((yield* Effect.flip(kept))._tag, "PasskeyRefused")
        assert.isEmpty(yield* passkeys.list(session.account))
        const passwords = { old: given, fresh: Redacted.make("another good password") }
        assert.strictEqual((yield* Effect.flip(portal.changePassword(session, passwords)))._tag, "SignInRefused")
        // a password that was right when it was compared, and a passkey that was there when it signed
        for (const stale of [
          { proof: "password", hash: "the one before" },
          { proof: "passkey", id: "gone", isStrong: true },
        ] as const) {
          assert.strictEqual((yield* Effect.flip(portal.openSession(session.account, stale)))._tag, "NotLoggedIn")
        }
        const sessions = yield* sql`SELECT 1 FROM portal_sessions WHERE workspace_id = ${member.workspaceId}`
        assert.isEmpty(sessions)
        const own = P.browser()
        const back = yield* own.submit(`${base}/log-in`, { email: contact.email, password: P.password })
        assert.strictEqual(back.status, 303)
      }),
  )

  it.effect(
    "T8 T5: for portal users only, whoever is no contact is asked of the firm, which makes them one first",
    () =>
      Effect.gen(function* () {
        const firm = yield* P.firm
        const { base, contact, member } = firm
        const talk = yield* Conversations
        const { id } = yield* P.send(firm, { title: "Only for users", portalOnly: true })
        const own = yield* P.loggedIn(base, contact.email)
        const entered = yield* own.submit(base, {}, `${base}/requests/${id}/enter`)
        const at = entered.headers["location"] ?? ""
        const email = `third.${contact.email}`
        const passed = yield* own.submit(`${at}/pass-on`, { name: "Thea Third", email, word: "" })
        assert.deepStrictEqual([passed.status, passed.headers["location"]], [303, `${at}#messages`])
        // told so, and no more than of an address that gets no mail
        assert.include(P.said(yield* own.get(at)), "You have asked Fresh Ltd whether Thea Third may answer instead.")
        assert.isEmpty(World.mailsTo(email))
        const accept = Effect.gen(function* () {
          const { request } = yield* (yield* ClientRequests).read(member.workspaceId, id)
          return yield* talk.accept(member, id, request.proposal?.id ?? "", yield* Crypto.uuid)
        })
        const refused = yield* Effect.flip(accept)
        assert.deepStrictEqual(refused._tag === "Refusal" ? refused.reasons.map(({ code }) => code) : [], [
          "recipient-not-a-contact",
        ])
        yield* P.person(member.workspaceId, "Thea Third", email)
        yield* accept
        assert.strictEqual((yield* own.get(at)).status, 410)
        // the link leads to the log-in, where they make theirs
        const token = World.tokenOf(yield* TestFirm.mailTo(email))
        const arrived = yield* P.browser().get(`/r/${token}`)
        assert.strictEqual(arrived.status, 403)
        assert.include(P.said(arrived), "Log in to answer")
        // who cannot log in says that it is not for them, and reads nothing of it
        assert.include(arrived.body, `href="/r/${token}/not-mine"`)
        const asking = yield* P.browser().get(`/r/${token}/not-mine`)
        assert.deepStrictEqual([asking.status, asking.body.includes("Only for users")], [200, false])
        const thea = yield* P.loggedIn(base, email)
        const theirs = yield* thea.submit(base, {}, `${base}/requests/${id}/enter`)
        assert.strictEqual((yield* thea.get(theirs.headers["location"] ?? "")).status, 200)
      }),
  )
})
