import { assert, layer } from "@effect/vitest"
import { ClientRequest, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as TestFirm from "../support/TestFirm.ts"

const pdf = new TextEncoder().encode("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
const day = 86_400_000
const uuid = TestFirm.uuid

/** The codes of a refusal; anything else is a failed test. */
const refused = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) =>
    error instanceof ClientRequest.Refusal ? error.reasons.map(({ code }) => code) : [String(error)],
  )

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("client requests", (it) => {
  it.effect("P13 P16 T9 T12 S2 S12: sent, claimed, saved, uploaded, submitted, and the member is told", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const access = yield* CustomerAccess
      const uploads = yield* Uploads
      const { member, stored } = yield* TestFirm.arrange
      const sent = yield* TestFirm.sendRequest(member, stored.ref)
      assert.strictEqual(sent.state, "Pending")

      const invitation = yield* TestFirm.mailTo("carl@customer.example")
      const arrival = yield* access.arrive(TestFirm.tokenIn(invitation), null)
      assert.strictEqual(arrival.workspace.name, "Ask & Answer Ltd")

      const { customer, handle, secret } = yield* TestFirm.claim(invitation)
      yield* requests.save(
        customer,
        { revision: 1, answers: { name: "Carl", mail: "" }, visited: "about" },
        yield* uuid,
      )
      const { request: started } = yield* requests.current(customer)
      assert.strictEqual(started.state, "WaitingForCustomer")

      const passport = stored.questionnaire.sections[1]?.items[0]
      assert.isDefined(passport)
      if (passport === undefined) return
      const file = yield* uploads.receive(customer, {
        question: passport,
        revision: 1,
        name: "../../pass\u202eport.pdf",
        content: Stream.make(pdf),
      })
      assert.strictEqual(file.name, "passport.pdf")
      assert.strictEqual(file.type, "application/pdf")

      const submitted = yield* requests.submit(customer, 1, yield* uuid)
      assert.strictEqual(submitted.state, "Submitted")
      const { current, history, mails } = yield* requests.overview(member.workspaceId, sent.id)
      assert.deepStrictEqual(current.answers, { name: "Carl", passport: [file] })
      assert.deepStrictEqual(
        history.map(({ type }) => type),
        [
          "RequestCreated",
          "RequestSent",
          "LinkClaimed",
          "DeviceFixed",
          "RequestStarted",
          "ItemStarted",
          "ItemStarted",
          "FileAttached",
          "RequestSubmitted",
        ],
      )
      assert.strictEqual(mails.length, 2)
      const notice = yield* TestFirm.mailTo("moa@firm.example")
      assert.include(notice.text, "Carl Customer has submitted")

      // S50: the receipt is for the session that submitted, and the link is dead
      const receipt = yield* access.receipt(handle, secret)
      assert.strictEqual(receipt.current.answers["name"], "Carl")
      assert.strictEqual((yield* Effect.flip(access.arrive(TestFirm.tokenIn(invitation), null)))._tag, "LinkDead")
      assert.strictEqual((yield* Effect.flip(access.enter(handle, secret)))._tag, "LinkDead")
      assert.strictEqual((yield* Effect.flip(access.receipt(handle, Redacted.make("x"))))._tag, "LinkDead")

      // no secret of the flow is in any table or line of the log, in whatever writing
      const written = JSON.stringify(yield* TestFirm.dump) + TestFirm.logs.join("\n")
      assert.include(written, "carl@customer.example")
      for (const hidden of [TestFirm.tokenIn(invitation), secret].map(Redacted.value)) {
        const bytes = Buffer.from(Result.getOrThrow(Base64Url.decode(hidden)))
        const writings = [hidden, bytes.toString("hex"), bytes.toString("base64"), btoa(hidden)]
        for (const one of writings) assert.notInclude(written, one)
      }
    }),
  )

  it.effect("P8 P22 P27 P28 P29 P30 L01 L02: one request is out; after its cancel the next can be sent", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const access = yield* CustomerAccess
      const { member, stored, address } = yield* TestFirm.firm
      const to = { recipients: [TestFirm.recipient(address)] }
      const first = yield* TestFirm.sendRequest(member, stored.ref, to, RequestPolicy.passfort)
      assert.strictEqual(first.state, "WaitingForCustomer")
      const mail = yield* TestFirm.mailTo(address)

      // the same person, however the address is written
      const shouted = { recipients: [TestFirm.recipient(address.toUpperCase())] }
      const second = yield* TestFirm.createRequest(member, stored.ref, shouted, RequestPolicy.passfort)
      const refusal = yield* Effect.flip(requests.send(member, second.id, yield* uuid))
      assert.instanceOf(refusal, ClientRequest.Refusal)
      assert.deepStrictEqual(
        "reasons" in refusal ? refusal.reasons.map(({ code, about }) => ({ code, about: [...about] })) : [],
        [{ code: "outstanding-request", about: [first.id] }],
      )
      assert.deepStrictEqual((yield* requests.overview(member.workspaceId, second.id)).mails, [])

      assert.strictEqual((yield* requests.cancel(member, first.id, "asked too much", yield* uuid)).state, "Cancelled")
      const again = yield* requests.send(member, second.id, yield* uuid)
      assert.strictEqual(again.state, "WaitingForCustomer")
      assert.strictEqual((yield* Effect.flip(access.arrive(TestFirm.tokenIn(mail), null)))._tag, "LinkDead")
      const arrived = yield* access.arrive(TestFirm.tokenIn(yield* TestFirm.mailTo(address.toUpperCase())), null)
      assert.strictEqual(arrived.current.request.id, second.id)
    }),
  )

  it.effect("P20 S7 L09: alive a millisecond before 30 days, dead at 30 days, and no sweeper was there", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const access = yield* CustomerAccess
      const { member, stored, address } = yield* TestFirm.firm
      const to = { recipients: [TestFirm.recipient(address)] }
      const policy = { ...RequestPolicy.passfort, saving: "autosave" } as const
      const sent = yield* TestFirm.sendRequest(member, stored.ref, to, policy)
      assert.strictEqual(sent.expiresAt, (sent.sentAt ?? 0) + 30 * day)
      const token = TestFirm.tokenIn(yield* TestFirm.mailTo(address))
      const { customer } = yield* TestFirm.claim(yield* TestFirm.mailTo(address))

      const [before, end] = [TestFirm.at((sent.expiresAt ?? 0) - 1), TestFirm.at(sent.expiresAt ?? 0)]
      assert.strictEqual((yield* before(access.arrive(token, null))).current.request.id, sent.id)
      const late = yield* before(access.claim(token, null))
      assert.strictEqual((yield* before(access.enter(late.handle, late.secret))).requestId, sent.id)
      yield* before(requests.save(customer, { revision: 1, answers: { name: "In time" } }, yield* uuid))

      assert.strictEqual((yield* Effect.flip(end(access.arrive(token, null))))._tag, "LinkDead")
      assert.strictEqual((yield* Effect.flip(end(access.claim(token, null))))._tag, "LinkDead")
      assert.strictEqual((yield* Effect.flip(end(access.enter(late.handle, late.secret))))._tag, "LinkDead")
      const save = requests.save(customer, { revision: 1, answers: { name: "Late" } }, yield* uuid)
      assert.deepStrictEqual(yield* refused(end(save)), ["expired"])
      assert.deepStrictEqual(yield* refused(end(requests.submit(customer, 1, yield* uuid))), ["expired"])
      const { current } = yield* requests.overview(member.workspaceId, sent.id)
      assert.strictEqual(current.request.state, "WaitingForCustomer", "nobody has written that it has expired")
      assert.deepStrictEqual(current.answers, { name: "In time", passport: [] })
    }),
  )

  it.effect("K20 S6 I4: sent again, the old link is dead, the new one works and the window is renewed", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const access = yield* CustomerAccess
      const { member, stored, address } = yield* TestFirm.firm
      const sent = yield* TestFirm.sendRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
      const old = yield* TestFirm.mailTo(address)
      const session = yield* TestFirm.claim(old)
      yield* requests.save(session.customer, { revision: 1, answers: { name: "Carl" } }, yield* uuid)

      const later = (sent.sentAt ?? 0) + 10 * day
      const resent = yield* TestFirm.at(later)(requests.resend(member, sent.id, yield* uuid))
      assert.deepStrictEqual([resent.sendNo, resent.sentAt, resent.expiresAt], [2, later, later + 30 * day])
      assert.strictEqual((yield* Effect.flip(access.arrive(TestFirm.tokenIn(old), null)))._tag, "LinkDead")
      assert.strictEqual((yield* Effect.flip(access.enter(session.handle, session.secret)))._tag, "LinkDead")
      const save = requests.save(session.customer, { revision: 1, answers: { name: "Old" } }, yield* uuid)
      assert.deepStrictEqual(yield* refused(save), ["link-replaced"])

      const fresh = yield* TestFirm.mailTo(address, 2)
      assert.notStrictEqual(fresh.messageId, old.messageId)
      assert.match(fresh.subject, /new link 2/)
      const { customer } = yield* TestFirm.claim(fresh, session.deviceSecret)
      assert.strictEqual((yield* requests.current(customer)).answers["name"], "Carl")

      // after its window has passed, too: the answers are there, and the link that died with it stays dead
      const after = TestFirm.at(later + 31 * day)
      assert.strictEqual((yield* after(requests.resend(member, sent.id, yield* uuid))).state, "WaitingForCustomer")
      assert.strictEqual((yield* Effect.flip(access.arrive(TestFirm.tokenIn(fresh), null)))._tag, "LinkDead")
      const { history } = yield* requests.overview(member.workspaceId, sent.id)
      assert.deepStrictEqual(
        history.slice(-3).map(({ type }) => type),
        ["LinkClaimed", "RequestExpired", "RequestResent"],
      )
    }),
  )

  it.effect("K20 P30: under a policy of one e-mail it is not sent again; a new request is", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const to = { recipients: [TestFirm.recipient(address)] }
      const sent = yield* TestFirm.sendRequest(member, stored.ref, to, RequestPolicy.passfort)
      const resend = requests.resend(member, sent.id, yield* uuid)
      assert.deepStrictEqual(yield* refused(resend), ["resend-not-allowed"])
      const end = TestFirm.at(sent.expiresAt ?? 0)
      const next = yield* TestFirm.createRequest(member, stored.ref, to, RequestPolicy.passfort)
      const send = requests.send(member, next.id, yield* uuid)
      assert.deepStrictEqual(yield* refused(TestFirm.at((sent.expiresAt ?? 0) - 1)(send)), ["outstanding-request"])
      assert.strictEqual((yield* end(send)).state, "WaitingForCustomer")
    }),
  )

  it.effect("T11 L10 L11 L12: changed while Pending, frozen with the first answer, and old pages cannot save", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const questionnaires = yield* Questionnaires
      const { member, stored, address } = yield* TestFirm.firm
      const sent = yield* TestFirm.sendRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
      const { customer } = yield* TestFirm.claim(yield* TestFirm.mailTo(address))

      const other = TestFirm.questionnaire
        .replace('"version":1', '"version":2')
        .replace('"id":"name"', '"id":"company"')
      const { stored: second } = yield* questionnaires.add(member.workspaceId, other)
      const changes = { title: "Company check 2028", due: null, questionnaire: second.ref }
      const edited = yield* requests.edit(member, sent.id, changes, yield* uuid)
      assert.deepStrictEqual(
        [edited.state, edited.revision, edited.details.title, edited.details.due],
        ["Pending", 2, "Company check 2028", null],
      )
      const moved = requests.edit(
        member,
        sent.id,
        { recipients: [TestFirm.recipient("else@where.example")] },
        yield* uuid,
      )
      assert.deepStrictEqual(yield* refused(moved), ["recipient-fixed"])

      // the page shows what revision 1 asked: it is told to load again, whatever it sends
      for (const answers of [{ mail: "carl@customer.example" }, { name: "Carl" }]) {
        const save = requests.save(customer, { revision: 1, answers }, yield* uuid)
        assert.deepStrictEqual(yield* refused(save), ["stale-revision"])
      }
      assert.include(yield* refused(requests.submit(customer, 1, yield* uuid)), "stale-revision")
      const { stored: shown, request } = yield* requests.current(customer)
      assert.deepStrictEqual([shown.ref, request.state], [second.ref, "Pending"])

      // a page that was opened and saved empty has started nothing
      yield* requests.save(customer, { revision: 2, answers: { company: "" }, visited: "about" }, yield* uuid)
      assert.strictEqual((yield* requests.current(customer)).request.state, "Pending")

      yield* requests.save(customer, { revision: 2, answers: { company: "Carl & Co" } }, yield* uuid)
      const edit = requests.edit(member, sent.id, { title: "Too late" }, yield* uuid)
      assert.deepStrictEqual(yield* refused(edit), ["structure-frozen"])
      const { current } = yield* requests.overview(member.workspaceId, sent.id)
      assert.deepStrictEqual(
        [current.request.state, current.request.details.title, current.answers["company"]],
        ["WaitingForCustomer", "Company check 2028", "Carl & Co"],
      )
    }),
  )

  it.effect("L05 P24: what is missing is named, and a draft is kept with its wrong answers", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const sent = yield* TestFirm.sendRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
      const customer = yield* TestFirm.customerOf(sent)
      const save = (answers: Record<string, unknown>) =>
        Effect.flatMap(uuid, (id) => requests.save(customer, { revision: 1, answers }, id))
      yield* save({ name: "", mail: "no address" })
      const refusal = yield* Effect.flip(requests.submit(customer, 1, yield* uuid))
      assert.deepStrictEqual("reasons" in refusal ? [...(refusal.reasons[0]?.about ?? [])] : [], ["name", "mail"])
      assert.strictEqual((yield* requests.current(customer)).answers["mail"], "no address")

      // what no form can send is refused at once, and nothing of it is kept
      const impossible = [
        { stranger: "x", name: "Kept?" },
        { name: ["a", "list"] },
        { name: { deep: { er: "\u0000" } } },
        { passport: [{ id: "x", name: "x", bytes: 1, type: "application/pdf", sha256: "x" }] },
        { name: "a\u0000b" },
        { name: "half an emoji: \ud83d" },
        { name: JSON.parse(`${'{"a":'.repeat(6000)}1${"}".repeat(6000)}`) as unknown },
      ]
      for (const answers of impossible) {
        const shown = JSON.stringify(answers).slice(0, 80)
        assert.strictEqual((yield* Effect.flip(save(answers)))._tag, "AnswersRefused", shown)
      }
      assert.strictEqual((yield* requests.current(customer)).answers["name"], "")
      yield* save({ name: "Carl 👍", mail: "" })
      assert.strictEqual((yield* requests.submit(customer, 1, yield* uuid)).state, "Submitted")
    }),
  )

  it.effect("I12: the sweeper and the lazy check agree, and a wake-up that is stale changes nothing", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const sql = yield* SqlClient.SqlClient
      const { member, stored, address } = yield* TestFirm.firm
      const send = TestFirm.sendRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
      const [open, lazy] = [yield* send, yield* send]
      const unsent = yield* TestFirm.createRequest(member, stored.ref)
      const cancelled = yield* requests.cancel(member, (yield* send).id, "", yield* uuid)
      const states = Effect.forEach([open, lazy, unsent, cancelled], ({ id }) =>
        Effect.map(requests.overview(member.workspaceId, id), ({ current }) => current.request.state),
      )

      const end = Math.max(open.expiresAt ?? 0, lazy.expiresAt ?? 0)
      yield* TestFirm.at((open.expiresAt ?? 0) - 1)(requests.sweep)
      assert.deepStrictEqual(yield* states, ["Pending", "Pending", "Pending", "Cancelled"])
      const listedBefore = yield* TestFirm.at(end)(
        requests.list(member.workspaceId, { state: "Expired", limit: 10, offset: 0 }),
      )
      yield* TestFirm.at(end)(requests.resend(member, lazy.id, yield* uuid))
      assert.isAbove(yield* TestFirm.at(end)(requests.sweep), 0)
      assert.deepStrictEqual(yield* states, ["Expired", "WaitingForCustomer", "Pending", "Cancelled"])
      const listed = yield* TestFirm.at(end)(
        requests.list(member.workspaceId, { state: "Expired", limit: 10, offset: 0 }),
      )
      assert.deepStrictEqual([listedBefore.total, listed.total], [2, 1])

      // woken for nothing: the row says "due", the request says "not yet"
      yield* sql`UPDATE client_requests SET next_due_at = '2000-01-01' WHERE id = ${lazy.id}`
      // its mail goes its own way meanwhile
      const seen = Effect.map(requests.overview(member.workspaceId, lazy.id), ({ current, history }) => [
        current,
        history,
      ])
      const before = yield* seen
      yield* TestFirm.at(end)(requests.sweep)
      assert.deepStrictEqual(yield* seen, before)
    }),
  )
})
