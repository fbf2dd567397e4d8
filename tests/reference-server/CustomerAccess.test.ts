import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import * as Invitation from "../../reference-server/src/Invitation.ts"
import { Members } from "../../reference-server/src/Members.ts"
import { Workspaces } from "../../reference-server/src/Workspaces.ts"
import * as TestFirm from "../support/TestFirm.ts"

const uuid = TestFirm.uuid

/** A firm that has sent a request, and the customer who has opened its mail. */
const opened = Effect.gen(function* () {
  const firm = yield* TestFirm.firm
  const sent = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, {
    recipients: [TestFirm.recipient(firm.address)],
  })
  const mail = yield* TestFirm.mailTo(firm.address)
  return { ...firm, sent, mail, token: TestFirm.tokenIn(mail), ...(yield* TestFirm.claim(mail)) }
})

type Opened = Effect.Success<typeof opened>

/** Everything that is stored, but for how often something was tried lately (S41). */
const rows = Effect.map(TestFirm.dump, (tables) => ({ ...tables, rate_limits: [] }))

/** Everything that can be asked of a dead link or session says the same, and no more. */
const dead = <A, E extends object>(call: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(call), (error) => assert.deepStrictEqual(TestFirm.said(error), { _tag: "LinkDead" }))

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("customer access", (it) => {
  it.effect("S15: arriving fifty times changes no row, and the link still works", () =>
    Effect.gen(function* () {
      const access = yield* CustomerAccess
      const { token, sent } = yield* opened
      const before = yield* rows
      const arrivals = yield* Effect.forEach(Array.from({ length: 50 }), () => access.arrive(token, null), {
        concurrency: 10,
      })
      assert.deepStrictEqual([...new Set(arrivals.map(({ current }) => current.request.id))], [sent.id])
      assert.deepStrictEqual(yield* rows, before)
      // S19: what arrives has no answers in it
      assert.deepStrictEqual(Object.keys(arrivals[0]?.current ?? {}), ["request", "stored"])
      yield* access.claim(token, null)
    }),
  )

  const endings = {
    "the firm cancels": ({ member, sent }: Opened) =>
      Effect.gen(function* () {
        yield* (yield* ClientRequests).cancel(member, sent.id, "", yield* uuid)
      }),
    "the firm sends it again": ({ member, sent }: Opened) =>
      Effect.gen(function* () {
        yield* (yield* ClientRequests).resend(member, sent.id, yield* uuid)
      }),
    "it is submitted in another window": ({ sent, customer: { device } }: Opened) =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const customer = yield* TestFirm.customerOf(sent, { device })
        yield* requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* uuid)
        yield* requests.submit(customer, 1, yield* uuid)
      }),
  }
  for (const [ending, end] of Object.entries(endings)) {
    it.effect(`S8 S47: ${ending}, and the open session ends with its next call`, () =>
      Effect.gen(function* () {
        const access = yield* CustomerAccess
        const session = yield* opened
        const { token, handle, secret, sent } = session
        assert.strictEqual((yield* access.enter(handle, secret)).requestId, sent.id)
        yield* end(session)
        yield* dead(access.enter(handle, secret))
        yield* dead(access.receipt(handle, secret))
        yield* dead(access.arrive(token, null))
        yield* dead(access.claim(token, null))
      }),
    )
  }

  it.effect("S3: no other secret, handle or token opens anything", () =>
    Effect.gen(function* () {
      const access = yield* CustomerAccess
      const [one, two] = [yield* opened, yield* opened]
      const text = Redacted.value(one.secret)
      const wrong = ["", "x", text.slice(0, -1), `${text}A`, text.toLowerCase(), Redacted.value(two.secret)]
      for (const secret of wrong) {
        yield* dead(access.enter(one.handle, Redacted.make(secret)))
        yield* dead(access.receipt(one.handle, Redacted.make(secret)))
      }
      for (const handle of ["", "x", "\u0000", two.handle, one.handle.toLowerCase(), `${one.handle}%`]) {
        yield* dead(access.enter(handle, one.secret))
      }
      const token = Redacted.value(one.token)
      for (const other of ["", "x", "\u0000", token.slice(0, -1), `${token}A`, token.toLowerCase(), "A".repeat(9999)]) {
        yield* dead(access.arrive(Redacted.make(other), null))
        yield* dead(access.claim(Redacted.make(other), null))
      }
    }),
  )

  it.effect("S9: a link's token opens its own request, and neither a session nor the firm's side", () =>
    Effect.gen(function* () {
      const access = yield* CustomerAccess
      const members = yield* Members
      const requests = yield* ClientRequests
      const [one, two] = [yield* opened, yield* opened]
      yield* dead(access.enter(one.handle, one.token))
      yield* dead(access.arrive(one.secret, null))
      assert.strictEqual((yield* Effect.flip(members.bySession(one.token)))._tag, "NotSignedIn")
      assert.strictEqual((yield* Effect.flip(members.bySession(one.secret)))._tag, "NotSignedIn")
      assert.strictEqual((yield* Effect.flip(members.byKey(one.token)))._tag, "NotSignedIn")

      // two customers of two firms, each with what they wrote
      yield* requests.save(one.customer, { revision: 1, answers: { name: "One" } }, yield* uuid)
      yield* requests.save(two.customer, { revision: 1, answers: { name: "Two" } }, yield* uuid)
      assert.strictEqual((yield* requests.current(one.customer)).answers["name"], "One")
      assert.strictEqual((yield* requests.current(two.customer)).answers["name"], "Two")
    }),
  )

  it.effect("S11: a session ends at the hour that the policy says, and the mail opens another", () =>
    Effect.gen(function* () {
      const access = yield* CustomerAccess
      const requests = yield* ClientRequests
      const { handle, secret, deviceSecret, mail, customer } = yield* opened
      const claimed = (yield* requests.current(customer)).request.claimedAt ?? 0
      const day = 86_400_000
      yield* TestFirm.at(claimed + day - 1000)(access.enter(handle, secret))
      const over = yield* TestFirm.at(claimed + day + 1000)(Effect.flip(access.enter(handle, secret)))
      assert.deepStrictEqual(TestFirm.said(over), { _tag: "EnterAgain", by: "link", lapsed: true })
      yield* TestFirm.at(claimed + day + 1000)(TestFirm.claim(mail, deviceSecret))
    }),
  )

  it.effect("S10: every claim opens a session with a handle and a secret of its own", () =>
    Effect.gen(function* () {
      const access = yield* CustomerAccess
      const { token, deviceSecret } = yield* opened
      const sessions = yield* Effect.forEach(Array.from({ length: 5 }), () => access.claim(token, deviceSecret))
      const handles = sessions.map(({ handle }) => handle)
      const secrets = sessions.map(({ secret }) => Redacted.value(secret))
      assert.strictEqual(new Set([...handles, ...secrets, Redacted.value(token)]).size, 11)
      for (const secret of secrets) assert.match(secret, /^[A-Za-z0-9_-]{43}$/)
      for (const [index, { handle, secret }] of sessions.entries()) {
        const { csrf } = yield* access.enter(handle, secret)
        assert.notInclude(csrf, secrets[index] ?? "")
      }
    }),
  )

  it.effect("S50: what was submitted shows once more in the submitting session, and nowhere else", () =>
    Effect.gen(function* () {
      const access = yield* CustomerAccess
      const requests = yield* ClientRequests
      const { customer, handle, secret, deviceSecret, mail } = yield* opened
      const other = yield* TestFirm.claim(mail, deviceSecret)
      yield* requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* uuid)
      yield* dead(access.receipt(handle, secret))
      yield* requests.submit(customer, 1, yield* uuid)
      const receipt = yield* access.receipt(handle, secret)
      assert.strictEqual(receipt.current.answers["name"], "Carl")
      assert.strictEqual(receipt.request.submission?.digest.length, 64)
      yield* dead(access.receipt(other.handle, other.secret))
    }),
  )

  it.effect("S50 P22: where the page after submission is the same for all, the receipt shows for a minute only", () =>
    Effect.gen(function* () {
      const access = yield* CustomerAccess
      const requests = yield* ClientRequests
      for (const afterSubmit of ["uniform", "receipt-in-session"] as const) {
        const { member, stored, address } = yield* TestFirm.firm
        const policy = { ...RequestPolicy.standard, afterSubmit }
        const recipients = [TestFirm.recipient(address)]
        yield* TestFirm.sendRequest(member, stored.ref, { recipients }, policy)
        const { customer, handle, secret } = yield* TestFirm.claim(yield* TestFirm.mailTo(address, 1))
        yield* requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* uuid)
        const { submission } = yield* requests.submit(customer, 1, yield* uuid)
        const at = submission?.at ?? 0
        const receipt = access.receipt(handle, secret)
        const soon = yield* TestFirm.at(at + 59_999)(receipt)
        assert.strictEqual(soon.request.submission?.digest, submission?.digest)
        const later = TestFirm.at(at + 60_000)(receipt)
        if (afterSubmit === "uniform") yield* dead(later)
        else assert.strictEqual((yield* later).request.submission?.digest, submission?.digest)
      }
    }),
  )

  it.effect("M34: the link of a previewed mail opens nothing", () =>
    Effect.gen(function* () {
      const access = yield* CustomerAccess
      const workspaces = yield* Workspaces
      const { member, stored } = yield* TestFirm.firm
      const preview = yield* Invitation.preview({
        workspace: yield* workspaces.get(member.workspaceId),
        member,
        details: TestFirm.details(stored.ref),
        worksUntil: null,
        publicUrl: "http://localhost:3000",
      })
      const [, token = ""] = /\/r\/(\S+)/.exec(preview.text) ?? []
      assert.notStrictEqual(token, "")
      yield* dead(access.arrive(Redacted.make(token), null))
      yield* dead(access.claim(Redacted.make(token), null))
    }),
  )
})
