// Due work on the server: what is scheduled is sent, what is due is reminded of, what has passed expires, each once, by
// whichever sweeper comes by; and a wake-up that is stale decides nothing.
import { assert, layer } from "@effect/vitest"
import { type ClientRequest, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"

const uuid = TestFirm.uuid
const day = 86_400_000
const { standard } = RequestPolicy

/** Sweeps at that instant until nothing is due. */
const sweepAt = (instant: number) =>
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    yield* Effect.repeat(requests.sweep, { while: (looked) => looked > 0 })
  }).pipe(TestFirm.at(instant))

/** When a request is next looked at, as its row says. */
const dueAt = (id: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ at: Date | null }>`SELECT next_due_at AS at FROM client_requests WHERE id = ${id}`
    return row?.at?.getTime() ?? null
  })

const overviewOf = (member: Member, id: string) =>
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    const { current, history, mails } = yield* requests.overview(member.workspaceId, id)
    return {
      request: current.request,
      events: history.map(({ type }) => type),
      reminders: history.flatMap(({ event }) => (event?.type === "ReminderSent" ? [event.at] : [])),
      mails,
    }
  })

const urgent = { rule: { kind: "urgent" }, enabled: true } as const
const gentle = { rule: { kind: "gentle" }, enabled: true } as const
/** The date so many days from now. */
const dateIn = (days: number) => new Date(Date.now() + days * day).toISOString().slice(0, 10)

/** A request that is out, with these settings, to a firm and a customer of its own. */
const sent = Effect.fnUntraced(function* (
  changes: Partial<ClientRequest.Details>,
  policy: RequestPolicy.RequestPolicy = standard,
) {
  const firm = yield* TestFirm.firm
  const recipients = [TestFirm.recipient(firm.address)]
  const request = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, { recipients, ...changes }, policy)
  return { ...firm, request, overview: overviewOf(firm.member, request.id) }
})

/** Takes every occasion until a request has nothing more due of itself, or so many passed; gives the instants. */
const live = Effect.fnUntraced(function* (id: string, occasions: number) {
  const instants: Array<number> = []
  for (let n = 0; n < occasions; n++) {
    const at = yield* dueAt(id)
    if (at === null) break
    instants.push(at)
    yield* sweepAt(at)
  }
  return instants
})

layer(TestFirm.layer, { excludeTestServices: true, timeout: "300 seconds" })("due work", (it) => {
  it.effect("K12 K18 K19: scheduled, it is sent when it is time and not a millisecond before, by nobody's hand", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const draft = { recipients: [TestFirm.recipient(address)], title: "Before the meeting" }
      const { id } = yield* TestFirm.createRequest(member, stored.ref, draft)
      const sendAt = Date.now() + 3_600_000
      const scheduled = yield* requests.schedule(member, id, sendAt, yield* uuid)
      assert.strictEqual(scheduled.scheduled?.at, sendAt)
      // it may still be changed, and moved
      yield* requests.edit(member, id, { title: "Before the review" }, yield* uuid)
      yield* requests.schedule(member, id, sendAt + 1000, yield* uuid)

      yield* sweepAt(sendAt + 999)
      assert.isNull((yield* overviewOf(member, id)).request.sentAt)
      yield* sweepAt(sendAt + 1000)
      const { request, events } = yield* overviewOf(member, id)
      assert.deepStrictEqual([request.sentAt, request.sendNo, request.scheduled], [sendAt + 1000, 1, null])
      assert.deepStrictEqual(request.sentBy, { kind: "member", id: member.id })
      assert.deepStrictEqual(events.slice(-1), ["RequestSent"])
      assert.include((yield* TestFirm.mailTo(address)).subject, "Before the review")
    }),
  )

  it.effect("K12: what is unscheduled, cancelled or sent by hand meanwhile is not sent by the clock", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored } = yield* TestFirm.firm
      const at = Date.now() + 3_600_000
      const plan = Effect.gen(function* () {
        const { id } = yield* TestFirm.createRequest(member, stored.ref)
        yield* requests.schedule(member, id, at, yield* uuid)
        return id
      })
      const [taken, cancelled, byHand] = [yield* plan, yield* plan, yield* plan]
      yield* requests.unschedule(member, taken, yield* uuid)
      yield* requests.cancel(member, cancelled, "", yield* uuid)
      yield* requests.send(member, byHand, yield* uuid)
      yield* sweepAt(at)
      const counts = yield* Effect.forEach([taken, cancelled, byHand], (id) =>
        Effect.map(overviewOf(member, id), ({ events }) => events.filter((type) => type === "RequestSent").length),
      )
      assert.deepStrictEqual(counts, [0, 0, 1])
    }),
  )

  it.effect("K19 L04 P8: a scheduled send that cannot be is told to who scheduled it, with every reason", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const to = { recipients: [TestFirm.recipient(address)] }
      const out = yield* TestFirm.sendRequest(member, stored.ref, to, RequestPolicy.passfort)
      const { id } = yield* TestFirm.createRequest(member, stored.ref, to, RequestPolicy.passfort)
      const at = Date.now() + 3_600_000
      yield* requests.schedule(member, id, at, yield* uuid)
      yield* sweepAt(at)
      const { request, events, mails } = yield* overviewOf(member, id)
      assert.deepStrictEqual([request.state, request.sentAt, request.scheduled], ["Pending", null, null])
      assert.deepStrictEqual(events.slice(-1), ["ScheduledSendRefused"])
      assert.deepStrictEqual(
        mails.map(({ kind }) => kind),
        ["schedule-notice"],
      )
      const notice = yield* TestFirm.mailTo(member.email)
      assert.match(notice.subject, /^Not sent:/)
      assert.include(notice.text.replace(/\s+/g, " "), "Another request is out to this customer")
      assert.isNull(yield* dueAt(id), "it is not tried again by itself")

      yield* requests.cancel(member, out.id, "", yield* uuid)
      assert.strictEqual((yield* requests.send(member, id, yield* uuid)).sendNo, 1)
    }),
  )

  it.effect("K14 K33 K34 I5: urgent: every day, five in a cycle, and sent again it counts from the start", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const one = yield* sent({ reminders: urgent, due: dateIn(20) })
      const expiry = one.request.expiresAt ?? 0
      const instants = yield* live(one.request.id, 5)
      const first = yield* one.overview
      assert.deepStrictEqual(first.reminders, instants)
      for (const [index, at] of instants.entries()) {
        // a day on the calendar of Stockholm, where the clock may change by an hour
        if (index > 0) assert.closeTo(at - (instants[index - 1] ?? 0), day, 3_600_000)
        assert.match(new Date(at).toLocaleTimeString("sv", { timeZone: "Europe/Stockholm" }), /^09:00/)
      }
      // K40: what was reminded of stays open for 60 days more
      const last = instants.at(-1) ?? 0
      assert.strictEqual(first.request.expiresAt, Math.max(expiry, last + 60 * day))
      assert.strictEqual(
        yield* dueAt(one.request.id),
        first.request.expiresAt,
        "the cap is reached: only the end is due",
      )

      yield* TestFirm.at(last + day)(requests.resend(one.member, one.request.id, yield* uuid))
      yield* live(one.request.id, 2)
      const second = yield* one.overview
      assert.deepStrictEqual([second.request.reminders.count, second.reminders.length], [2, 7])
      const kinds = second.mails.map(({ kind }) => kind)
      assert.strictEqual(kinds.filter((kind) => kind === "reminder").length, 7)
    }),
  )

  it.effect("K13 K36 M11 M12 S5: gentle: a week before, on the day and after; a date that moves moves them along", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const one = yield* sent({ reminders: gentle, due: dateIn(10) })
      // reminders follow a mail that has gone out
      yield* TestFirm.eventually(
        Effect.map(one.overview, ({ mails }) => mails.find(({ status }) => status === "handed-over")),
      )
      yield* live(one.request.id, 1)
      const due = dateIn(16)
      yield* requests.edit(one.member, one.request.id, { due }, yield* uuid)
      yield* live(one.request.id, 3)
      const { reminders, mails } = yield* one.overview
      const dates = reminders.map((at) => new Date(at).toISOString().slice(0, 10))
      assert.deepStrictEqual(dates, [dateIn(3), dateIn(9), dateIn(16), dateIn(17)])

      const letters = yield* Effect.forEach([1, 2, 3, 4, 5], (nth) => TestFirm.mailTo(one.address, nth))
      const invitation = letters.find(({ subject }) => subject.includes("asks you for"))
      const nudges = letters.filter((letter) => letter !== invitation)
      const tokens = letters.map(TestFirm.tokenIn).map(Redacted.value)
      assert.strictEqual(new Set(tokens).size, 5, "S5: each has a link of its own")
      for (const nudge of nudges) {
        assert.include(nudge.subject, "Still open: About you, Papers")
        assert.strictEqual(nudge.inReplyTo, invitation?.messageId)
        assert.strictEqual(nudge.from.name, "Fia Firm (Fresh Ltd)")
        assert.strictEqual(nudge.replyTo?.address, one.member.email)
      }
      assert.strictEqual(mails.length, 5)
    }),
  )

  it.effect("K38 R30 M28: a worker that was away for days makes up for them with one, and then keeps time", () =>
    Effect.gen(function* () {
      const one = yield* sent({ reminders: urgent, due: dateIn(20) })
      const first = (yield* dueAt(one.request.id)) ?? 0
      const back = first + 4 * day + 2 * 3_600_000
      yield* sweepAt(back)
      yield* sweepAt(back + 60_000)
      assert.deepStrictEqual((yield* one.overview).reminders, [back])
      const next = (yield* dueAt(one.request.id)) ?? 0
      assert.closeTo(next, first + 5 * day, 3_600_000)
      yield* sweepAt(next)
      assert.deepStrictEqual((yield* one.overview).reminders, [back, next])
    }),
  )

  it.effect("K32 K38 K39 I6: none once it is submitted, cancelled, suspended, turned off, or all is complete", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const make = sent({ reminders: urgent, due: dateIn(20) })
      const [submitted, cancelled, suspended, off] = [yield* make, yield* make, yield* make, yield* make]
      const complete = yield* make
      const customer = yield* TestFirm.customerOf(submitted.request)
      yield* requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* uuid)
      yield* requests.submit(customer, 1, yield* uuid)
      yield* requests.cancel(cancelled.member, cancelled.request.id, "", yield* uuid)
      yield* requests.suspend(suspended.member, suspended.request.id, "the work is done", yield* uuid)
      yield* requests.edit(off.member, off.request.id, { reminders: { ...urgent, enabled: false } }, yield* uuid)
      for (const item of ["about", "papers"]) {
        yield* requests.markItem(complete.member, complete.request.id, item, true, yield* uuid)
      }
      const all = [submitted, cancelled, suspended, off, complete]
      for (let n = 1; n <= 4; n++) yield* sweepAt(Date.now() + n * day)
      for (const { overview } of all) assert.deepStrictEqual((yield* overview).reminders, [])

      // resumed, nothing is owed for the days in between
      const at = Date.now() + 5 * day
      yield* TestFirm.at(at)(requests.resume(suspended.member, suspended.request.id, yield* uuid))
      const next = (yield* dueAt(suspended.request.id)) ?? 0
      assert.isAbove(next, at)
      yield* sweepAt(next)
      assert.deepStrictEqual((yield* suspended.overview).reminders, [next])
    }),
  )

  it.effect("M8: a reminder whose reason is gone when it is handed over is dropped, and says why", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const one = yield* sent({ reminders: urgent, due: dateIn(20) })
      yield* TestFirm.mailTo(one.address)
      // its delivery waits until the request is suspended
      const sql = yield* SqlClient.SqlClient
      const [wakeAt] = [(yield* dueAt(one.request.id)) ?? 0]
      yield* sweepAt(wakeAt).pipe(
        Effect.andThen(requests.suspend(one.member, one.request.id, "", yield* uuid)),
        sql.withTransaction,
      )
      const dropped = yield* TestFirm.eventually(
        Effect.map(one.overview, ({ mails }) => mails.find(({ status }) => status === "dropped")),
      )
      assert.deepStrictEqual([dropped.kind, dropped.reason], ["reminder", "the request is suspended"])
    }),
  )

  it.effect("I12: swept or not, an expired request is the same; stale wake-ups and broken rows stop nobody", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const sql = yield* SqlClient.SqlClient
      const [broken, stale, whole] = [yield* sent({}), yield* sent({}), yield* sent({})]
      const end = whole.request.expiresAt ?? 0
      yield* sql`UPDATE client_requests SET state = '{}' WHERE id = ${broken.request.id}`
      yield* requests.cancel(stale.member, stale.request.id, "", yield* uuid)
      // but for its mails, of which the worker is told at the same time
      const state = Effect.map(stale.overview, (found) => ({ ...found, mails: [] }))
      const before = yield* state
      yield* sql`UPDATE client_requests SET next_due_at = '2001-01-01' WHERE id = ${stale.request.id}`
      yield* sweepAt(end)
      assert.strictEqual((yield* whole.overview).request.state, "Expired")
      assert.isNull(yield* dueAt(whole.request.id))
      // rewritten, so that it is not looked at again and again
      assert.isNull(yield* dueAt(stale.request.id))
      assert.deepStrictEqual(yield* state, before)
      // put off, and told of
      assert.isAbove((yield* dueAt(broken.request.id)) ?? 0, end)
      assert.isTrue(TestFirm.logs.some((line) => line.includes("woken") && line.includes(broken.request.id)))
      yield* sql`UPDATE client_requests SET next_due_at = NULL WHERE id = ${broken.request.id}`
    }),
  )

  it.effect("L45: from 30 days to never on an expired request, and sent again: it waits, and never ends", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const one = yield* sent({})
      const end = one.request.expiresAt ?? 0
      yield* sweepAt(end)
      assert.strictEqual((yield* one.overview).request.state, "Expired")
      const later = TestFirm.at(end + day)
      yield* later(requests.changeWindow(one.member, one.request.id, null, yield* uuid))
      const again = yield* later(requests.resend(one.member, one.request.id, yield* uuid))
      assert.deepStrictEqual([again.state, again.expiresAt], ["WaitingForCustomer", null])
      yield* sweepAt(end + 1000 * day)
      assert.strictEqual((yield* one.overview).request.state, "WaitingForCustomer")
    }),
  )

  it.effect(
    "L43 M3: a hundred and fifty due at once, two sweepers: as many reminders, none twice",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const sql = yield* SqlClient.SqlClient
        const { member, stored } = yield* TestFirm.firm
        const to = { recipients: [TestFirm.recipient("many@customer.example")], reminders: urgent, due: dateIn(20) }
        const ids = yield* Effect.forEach(Array.from({ length: 150 }), () =>
          Effect.map(TestFirm.sendRequest(member, stored.ref, to), ({ id }) => id),
        )
        const at = Math.max(...(yield* Effect.forEach(ids.slice(-1), dueAt)).map((instant) => instant ?? 0))
        const sweeper = Effect.repeat(requests.sweep, { while: (looked) => looked > 0 })
        yield* TestFirm.at(at)(Effect.all([sweeper, sweeper], { concurrency: "unbounded" }))
        const [counts] = yield* sql<{ mails: number; events: number; requests: number }>`
        SELECT (SELECT count(*)::int FROM mails WHERE workspace_id = ${member.workspaceId}
            AND delivery ->> 'kind' = 'reminder') AS mails,
          (SELECT count(*)::int FROM audit_entries WHERE workspace_id = ${member.workspaceId}
            AND event ->> 'type' = 'ReminderSent') AS events,
          (SELECT count(DISTINCT request_id)::int FROM audit_entries WHERE workspace_id = ${member.workspaceId}
            AND event ->> 'type' = 'ReminderSent') AS requests`
        assert.deepStrictEqual(counts, { mails: 150, events: 150, requests: 150 })
      }),
    300_000,
  )
})
