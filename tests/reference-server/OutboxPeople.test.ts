// In whose name mail goes out, by which link, and what the server does about an address that does not work.
import { assert, layer } from "@effect/vitest"
import { ClientRequest, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { MailFailed } from "../../reference-server/src/Mailer.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import * as TestFirm from "../support/TestFirm.ts"

const uuid = TestFirm.uuid
const { standard, passfort } = RequestPolicy

const refused = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) =>
    error instanceof ClientRequest.Refusal ? error.reasons.map(({ code }) => code) : [String(error)],
  )

const rejected = new MailFailed({
  retryable: false,
  rejectsRecipient: true,
  reason: "The mail server refused the recipient (550 5.1.1).",
  responseCode: 550,
})

/** A firm with work that is Bo's, and a request in it that Fia makes. */
const arrange = Effect.fnUntraced(function* (policy: RequestPolicy.RequestPolicy) {
  const sql = yield* SqlClient.SqlClient
  const work = yield* WorkItems
  const firm = yield* TestFirm.firm
  const { workspaceId } = firm.member
  const bo: Member = {
    id: yield* uuid,
    workspaceId,
    name: "Bo Assignee",
    email: `bo.${yield* uuid}@firm.example`,
    role: "member",
  }
  yield* sql`INSERT INTO members ${sql.insert({ ...bo, passwordHash: "", createdAt: new Date() })}`
  const workItem = yield* uuid
  yield* work.create(workspaceId, workItem, { title: "Year end", assignee: bo.id })
  const changes = { recipients: [TestFirm.recipient(firm.address)], workItem }
  const request = yield* TestFirm.createRequest(firm.member, firm.stored.ref, changes, policy)
  return { ...firm, bo, request }
})

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("mails and people", (it) => {
  it.effect("P12 K21 K22 K23 M2: in the firm's name, the assignee's, or that of who pressed Send, by the policy", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const ways = [
        { policy: { ...passfort, from: "configured" }, byClock: false, name: "Fresh Ltd", answers: "member" },
        { policy: { ...standard, from: "assignee" }, byClock: false, name: "Bo Assignee (Fresh Ltd)", answers: "bo" },
        { policy: { ...standard, from: "actor" }, byClock: false, name: "Fia Firm (Fresh Ltd)", answers: "member" },
        // K21: nobody pressed anything
        { policy: { ...standard, from: "actor" }, byClock: true, name: "Bo Assignee (Fresh Ltd)", answers: "bo" },
      ] as const
      for (const { policy, byClock, name, answers } of ways) {
        const one = yield* arrange(policy)
        const at = Date.now() + 1000
        if (byClock) {
          yield* requests.schedule(one.member, one.request.id, at, yield* uuid)
          yield* TestFirm.at(at)(requests.sweep)
        } else yield* requests.send(one.member, one.request.id, yield* uuid)
        const mail = yield* TestFirm.mailTo(one.address)
        assert.strictEqual(mail.from.name, name)
        assert.strictEqual(mail.from.address, "requests@localhost.localdomain", "never the person's own address")
        assert.deepStrictEqual(mail.replyTo?.address, one[answers].email)
      }
    }),
  )

  it.effect("K22: sent again by a colleague, it comes from them; the link that the customer asks for too", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const one = yield* arrange(standard)
      yield* requests.send(one.member, one.request.id, yield* uuid)
      yield* TestFirm.mailTo(one.address)
      yield* requests.resend(one.bo, one.request.id, yield* uuid)
      assert.match((yield* TestFirm.mailTo(one.address, 2)).from.name, /^Bo Assignee/)
      yield* requests.requestAccessLink(one.member.workspaceId, one.request.id, "carl", yield* uuid)
      const link = yield* TestFirm.mailTo(one.address, 3)
      assert.match(link.subject, /^Your link to:/)
      assert.match(link.from.name, /^Bo Assignee/)
    }),
  )

  it.effect("M16 I6: an address that is refused for good gets no more mail, the firm is told, another one helps", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const one = yield* arrange({ ...standard, reminders: { ...standard.reminders, rule: { kind: "urgent" } } })
      TestFirm.post.outcomes.set(one.address, [Effect.fail(rejected)])
      yield* requests.send(one.member, one.request.id, yield* uuid)
      const notice = yield* TestFirm.mailTo(one.member.email)
      assert.match(notice.subject, /^Could not be delivered:/)
      assert.include(notice.text, one.address)
      const overview = requests.overview(one.member.workspaceId, one.request.id)
      const { current, history } = yield* overview
      assert.deepStrictEqual(current.request.suppressed, ["carl"])
      assert.strictEqual(current.request.state, "Pending", "the request itself is as it was")
      const [bounce] = history.flatMap(({ event }) => (event?.type === "DeliveryReported" ? [event] : []))
      assert.deepStrictEqual([bounce?.outcome, bounce?.detail], ["bounced-hard", rejected.reason])

      assert.deepStrictEqual(yield* refused(requests.resend(one.member, one.request.id, yield* uuid)), [
        "recipient-suppressed",
      ])
      for (let n = 1; n < 4; n++) yield* TestFirm.at(Date.now() + n * 86_400_000)(requests.sweep)
      assert.strictEqual((yield* overview).mails.filter(({ kind }) => kind === "reminder").length, 0)

      const to = TestFirm.recipient(`better.${one.address}`, { id: "carl-2" })
      yield* requests.changeRecipient(one.member, one.request.id, "carl", to, yield* uuid)
      yield* requests.resend(one.member, one.request.id, yield* uuid)
      yield* TestFirm.mailTo(to.email)
    }),
  )

  it.effect("M15: a message that is refused for what it says tells nothing of the address", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const one = yield* arrange(standard)
      const spam = new MailFailed({ retryable: false, reason: "The mail server refused the message (554)." })
      TestFirm.post.outcomes.set(one.address, [Effect.fail(spam)])
      yield* requests.send(one.member, one.request.id, yield* uuid)
      const overview = requests.overview(one.member.workspaceId, one.request.id)
      yield* TestFirm.eventually(Effect.map(overview, ({ mails }) => mails.find(({ status }) => status === "failed")))
      assert.deepStrictEqual((yield* overview).current.request.suppressed, [])
    }),
  )

  it.effect("L38 F6 S4: a file request's link is the same in every mail, and in no table", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const to = { recipients: [TestFirm.recipient(address)] }
      const { id } = yield* TestFirm.sendRequest(member, stored.ref, to, RequestPolicy.fileRequest)
      yield* TestFirm.mailTo(address)
      yield* requests.resend(member, id, yield* uuid)
      const tokens = yield* Effect.forEach([1, 2], (nth) =>
        Effect.map(TestFirm.mailTo(address, nth), (mail) => Redacted.value(TestFirm.tokenIn(mail))),
      )
      assert.match(tokens[0] ?? "", /^[\w-]{43}$/)
      assert.strictEqual(tokens[0], tokens[1])
      assert.notInclude(JSON.stringify(yield* TestFirm.dump) + TestFirm.logs.join(), tokens[0] ?? "-")
      // revoked, the next one is another
      yield* requests.revokeLinks(member, id, "carl", yield* uuid)
      yield* requests.resend(member, id, yield* uuid)
      const next = Redacted.value(TestFirm.tokenIn(yield* TestFirm.mailTo(address, 3)))
      assert.notStrictEqual(next, tokens[0])
    }),
  )
})
