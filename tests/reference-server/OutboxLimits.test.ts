// How much goes out: one mail a day for several reminders, so many to one address, each firm in its turn, and no more in a
// minute than the operator says; what was dropped counts for no cap.
import { assert, layer } from "@effect/vitest"
import { ClientRequest, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import { Outbox } from "../../reference-server/src/Outbox.ts"
import { share } from "../../reference-server/src/Outbox/Holding.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { UnsubscribeLinks } from "../../reference-server/src/UnsubscribeLinks.ts"
import * as TestFirm from "../support/TestFirm.ts"

const uuid = TestFirm.uuid
const { standard } = RequestPolicy
const day = 86_400_000
const urgent = { reminders: { rule: { kind: "urgent" }, enabled: true }, due: "2030-01-01" } as const

const sweepAt = (instant: number) =>
  Effect.flatMap(ClientRequests, (requests) =>
    Effect.repeat(requests.sweep, { while: (looked) => looked > 0 }).pipe(TestFirm.at(instant)),
  )
const dueAt = (id: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ at: Date | null }>`SELECT next_due_at AS at FROM client_requests WHERE id = ${id}`
    return row?.at?.getTime() ?? 0
  })
const overviewOf = (member: Member, id: string) =>
  Effect.flatMap(ClientRequests, (requests) => requests.overview(member.workspaceId, id))

/** Waits until a request has so many reminders of that status, and gives it as it is then. */
const reminded = (member: Member, id: string, status: string, nth = 1) =>
  TestFirm.eventually(
    Effect.map(overviewOf(member, id), ({ mails }) =>
      mails.filter((mail) => mail.kind === "reminder" && mail.status === status).length >= nth ? true : undefined,
    ),
  ).pipe(
    Effect.andThen(overviewOf(member, id)),
    Effect.map(({ current }) => current.request),
  )

const mailsTo = (address: string) => TestFirm.post.mails.filter(({ to }) => to.address === address)

/** So many requests to one address, and when they remind. */
const several = Effect.fnUntraced(function* (count: number, changes: Partial<ClientRequest.Details> = {}) {
  const firm = yield* TestFirm.firm
  const requests = yield* Effect.forEach(Array.from({ length: count }).keys(), (n) =>
    TestFirm.sendRequest(firm.member, firm.stored.ref, {
      recipients: [TestFirm.recipient(firm.address)],
      title: `Request ${n + 1}`,
      ...urgent,
      ...changes,
    }),
  )
  const ids = requests.map(({ id }) => id)
  yield* TestFirm.mailTo(firm.address, count)
  return { ...firm, ids, at: yield* dueAt(ids[0] ?? "") }
})

/** Every link in a mail's text. */
const linksIn = ({ text }: { readonly text: string }) => text.match(/http\S+\/r\/\S+/g) ?? []

layer(TestFirm.layerOf({ REMINDERS_PER_DAY: "2" }), { excludeTestServices: true, timeout: "180 seconds" })(
  "how much goes out",
  (it) => {
    it.effect(
      "M27: three requests that remind the same address on the same day are one mail, with a link of each",
      () =>
        Effect.gen(function* () {
          const one = yield* several(3)
          yield* sweepAt(one.at)
          yield* sweepAt(one.at + 120_000)
          const mail = yield* TestFirm.mailTo(one.address, 4)
          assert.include(mail.subject, "3 requests")
          for (const title of ["Request 1", "Request 2", "Request 3"]) assert.include(mail.text, title)
          assert.strictEqual(new Set(linksIn(mail)).size, 3, "S5")
          for (const id of one.ids) {
            const state = yield* reminded(one.member, id, "handed-over")
            assert.strictEqual(ClientRequest.remindersSent(state), 1)
          }
          assert.strictEqual(mailsTo(one.address).length, 4)

          // the next day again one, and to end them ends all of them
          const next = yield* dueAt(one.ids[0] ?? "")
          yield* sweepAt(next)
          yield* sweepAt(next + 120_000)
          const second = yield* TestFirm.mailTo(one.address, 5)
          assert.notStrictEqual(second.messageId, mail.messageId)
          const links = yield* UnsubscribeLinks
          const token = /\/u\/([\w-]+)>/.exec(second.headers?.["List-Unsubscribe"] ?? "")?.[1] ?? ""
          yield* links.look(Redacted.make(token))
          yield* links.stop(Redacted.make(token))
          for (const id of one.ids) {
            const { current } = yield* overviewOf(one.member, id)
            assert.isFalse(current.request.details.reminders.enabled, "M13")
          }
          yield* links.stop(Redacted.make(token))
        }),
    )

    it.effect(
      "M8 M27: what is not wanted any more when the digest goes out is left out of it, and counts for nothing",
      () =>
        Effect.gen(function* () {
          const requests = yield* ClientRequests
          const one = yield* several(3)
          yield* sweepAt(one.at)
          const [first = "", second = "", third = ""] = one.ids
          yield* requests.suspend(one.member, first, "", yield* uuid)
          yield* requests.cancel(one.member, third, "", yield* uuid)
          yield* sweepAt(one.at + 120_000)
          const mail = yield* TestFirm.mailTo(one.address, 4)
          assert.include(mail.subject, "Still open:", "the one that is left is a reminder like any other")
          assert.strictEqual(linksIn(mail).length, 1)
          assert.strictEqual(ClientRequest.remindersSent(yield* reminded(one.member, first, "dropped")), 0)
          assert.strictEqual(ClientRequest.remindersSent(yield* reminded(one.member, second, "handed-over")), 1)
          assert.strictEqual(ClientRequest.remindersSent(yield* reminded(one.member, third, "dropped")), 0)
        }),
    )

    it.effect(
      "M27: a firm that does not want it sends each on its own; M29: so many to one address, and the rest wait",
      () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const one = yield* several(3)
          yield* sql`UPDATE workspaces SET reminder_digest = false WHERE id = ${one.member.workspaceId}`
          yield* sweepAt(one.at)
          const statuses = yield* TestFirm.eventually(
            Effect.map(
              Effect.forEach(one.ids, (id) => overviewOf(one.member, id)),
              (all) => {
                const found = all.flatMap(({ mails }) => mails.filter(({ kind }) => kind === "reminder"))
                return found.every(({ status }) => status !== "queued") ? found : undefined
              },
            ),
          )
          assert.deepStrictEqual(statuses.map(({ status }) => status).sort(), ["dropped", "handed-over", "handed-over"])
          const dropped = statuses.find(({ status }) => status === "dropped")
          assert.strictEqual(dropped?.reason, "the address has had 2 reminders within a day")
          const counts = yield* Effect.forEach(one.ids, (id) =>
            Effect.map(overviewOf(one.member, id), ({ current }) => ClientRequest.remindersSent(current.request)),
          )
          assert.deepStrictEqual(
            counts.toSorted((a, b) => a - b),
            [0, 1, 1],
            "M8",
          )
          // an access link that the customer asks for is no reminder
          const requests = yield* ClientRequests
          yield* requests.requestAccessLink(one.member.workspaceId, one.ids[0] ?? "", "carl", yield* uuid)
          yield* TestFirm.mailTo(one.address, 6)
        }),
    )

    it.effect(
      "M8 M29: a reminder that was dropped takes no place under the cap, and the next one has a number of its own",
      () =>
        Effect.gen(function* () {
          const requests = yield* ClientRequests
          const sql = yield* SqlClient.SqlClient
          const firm = yield* TestFirm.firm
          const policy = { ...standard, reminders: { ...standard.reminders, cap: 2 } }
          const recipients = [TestFirm.recipient(firm.address)]
          const { id } = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, { recipients, ...urgent }, policy)
          yield* TestFirm.mailTo(firm.address)
          // its delivery waits until the request is suspended
          const first = yield* dueAt(id)
          yield* sweepAt(first).pipe(
            Effect.andThen(requests.suspend(firm.member, id, "", yield* uuid)),
            sql.withTransaction,
          )
          const state = yield* reminded(firm.member, id, "dropped")
          assert.deepStrictEqual([state.reminders.count, ClientRequest.remindersSent(state)], [1, 0])
          yield* TestFirm.at(first + 1000)(requests.resume(firm.member, id, yield* uuid))
          for (let n = 1; n <= 3; n++) yield* sweepAt(first + n * day + 3_600_000)
          const last = yield* reminded(firm.member, id, "handed-over", 2)
          assert.deepStrictEqual([last.reminders.count, ClientRequest.remindersSent(last)], [3, 2])
          assert.strictEqual(mailsTo(firm.address).length, 3, "the invitation and the cap")
        }),
    )

    it.effect("M29: where sending again does not begin anew, the cap is that of the request's whole life", () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const firm = yield* TestFirm.firm
        const policy = {
          ...standard,
          reminders: { ...standard.reminders, cap: 2 },
          resend: { ...standard.resend, resetsCount: false },
        }
        const recipients = [TestFirm.recipient(firm.address)]
        const { id } = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, { recipients, ...urgent }, policy)
        const first = yield* dueAt(id)
        yield* sweepAt(first)
        yield* sweepAt(first + day)
        yield* TestFirm.at(first + day + 1000)(requests.resend(firm.member, id, yield* uuid))
        yield* sweepAt(first + 3 * day)
        const { history } = yield* overviewOf(firm.member, id)
        assert.strictEqual(history.filter(({ event }) => event?.type === "ReminderSent").length, 2)
      }),
    )
  },
)

layer(TestFirm.withoutWorker, { excludeTestServices: true, timeout: "300 seconds" })("the queue", (it) => {
  it.effect("M30: whoever has more than a share of the queue waits for their turn, and holds up nobody", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const outbox = yield* Outbox
      const [big, small] = [yield* TestFirm.firm, yield* TestFirm.firm]
      const one = yield* TestFirm.sendRequest(big.member, big.stored.ref)
      // as a bulk would: one event's deliveries, again and again
      const event = (sendNo: number): ClientRequest.Event => ({
        type: "RequestResent",
        at: Date.now(),
        by: { kind: "system" },
        sendNo,
        expiresAt: null,
        recipients: ["carl"],
        revokes: false,
        resetsCount: false,
      })
      for (let n = 2; n <= share + 50; n++) {
        yield* outbox.add(big.member.workspaceId, [{ event: event(n), before: one, after: one }])
      }
      yield* TestFirm.sendRequest(small.member, small.stored.ref)
      const states = yield* sql<{ workspaceId: string; queued: number; held: number }>`
        SELECT workspace_id, count(*) FILTER (WHERE held_until IS NULL)::int AS queued,
          count(*) FILTER (WHERE held_until IS NOT NULL)::int AS held
        FROM mails WHERE workspace_id IN (${big.member.workspaceId}, ${small.member.workspaceId})
        GROUP BY workspace_id`
      const of = (id: string) => states.find(({ workspaceId }) => workspaceId === id)
      assert.deepInclude(of(big.member.workspaceId), { queued: share, held: 50 })
      assert.deepInclude(of(small.member.workspaceId), { queued: 1, held: 0 })
      assert.strictEqual(yield* outbox.release, 0, "there is no room yet")
      yield* sql`UPDATE mails SET status = 'handed-over' WHERE id IN (
        SELECT id FROM mails WHERE workspace_id = ${big.member.workspaceId} AND held_until IS NULL LIMIT 30)`
      assert.strictEqual(yield* outbox.release, 30)
      const [queued] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM queue WHERE queue_name = 'mail'`
      assert.strictEqual(queued?.n, share + 1 + 30, "each is in the queue once")
    }),
  )
})

layer(TestFirm.layerOf({ MAIL_RATE_PER_MINUTE: "60" }), { excludeTestServices: true, timeout: "180 seconds" })(
  "a rate to keep",
  (it) => {
    it.effect("M30: no more go out in a minute than the operator says, one of each firm in turn", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const [big, small] = [yield* TestFirm.firm, yield* TestFirm.firm]
        // the bucket is empty at first, so that the order can be seen
        yield* sql`INSERT INTO mail_tokens VALUES ('all', 0, ${new Date(Date.now() + day)})`
        const to = (address: string) => ({ recipients: [TestFirm.recipient(address)] })
        for (let n = 0; n < 6; n++) yield* TestFirm.sendRequest(big.member, big.stored.ref, to(`${n}.${big.address}`))
        yield* TestFirm.sendRequest(small.member, small.stored.ref, to(small.address))
        const began = Date.now()
        yield* sql`UPDATE mail_tokens SET filled_at = ${new Date(began)}`
        yield* TestFirm.mailTo(small.address)
        const before = TestFirm.post.mails.filter(({ to: { address } }) => address.endsWith(big.address)).length
        assert.isAtMost(before, 3, "another firm's mail does not wait for all of them")
        yield* TestFirm.mailTo(`3.${big.address}`)
        assert.isAtLeast(Date.now() - began, 4000, "one a second")
      }),
    )
  },
)
