// The life of a request through the API: scheduled, reminded, suspended, returned, reopened, closed, given another window.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { layer as testApi, ours, TestApi } from "../api/TestApi.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./FirmRequestsWorld.ts"

const recipient = { name: "Carl Customer", email: "carl@customer.example", language: "en" }
const asked = { questionnaire: { id: "kyc" }, title: "Company check", recipient }
const headers = {}
const day = 86_400_000
const workspace = Effect.map(TestApi, ({ ours: { member } }) => member.workspaceId)
const inDays = (days: number) =>
  Effect.map(
    Effect.clockWith((clock) => clock.currentTimeMillis),
    (now) => new Date(now + days * day).toISOString(),
  )
const dayIn = (days: number) => Effect.map(inDays(days), (instant) => instant.slice(0, 10))

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("the life of a request", (it) => {
  it.effect("K12 K19 K18: scheduled, it is sent by itself at its time, and can be taken back before", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const sendAt = yield* inDays(2)
      const made = yield* api.requests.create({ headers, payload: { ...asked, sendAt } })
      assert.strictEqual(made.scheduledFor, sendAt)
      assert.includeMembers([...made.actions], ["send", "unschedule"])
      const params = { id: made.id }
      const taken = yield* api.requests.unschedule({ params, headers })
      assert.isNull(taken.scheduledFor)
      const past = yield* Effect.flip(
        api.requests.schedule({ params, headers, payload: { sendAt: "2020-01-01T00:00:00Z" } }),
      )
      assert.strictEqual(past._tag, "Refusal")
      if (past._tag === "Refusal") {
        assert.deepStrictEqual(
          past.reasons.map(({ code }) => code),
          ["schedule-in-the-past"],
        )
        assert.include(past.allowed, "Schedule")
      }
      yield* api.requests.schedule({ params, headers, payload: { sendAt } })
      TestFirm.clock.pass(3 * day)
      yield* (yield* ClientRequests).sweep
      const sent = yield* api.requests.get({ params })
      assert.strictEqual(sent.sends, 1)
      assert.isNull(sent.scheduledFor)
      assert.isNotNull(sent.sentAt)
    }),
  )

  it.effect("K10 K13 K33 K34 K36 K38: the plan says when and why not, as the due day and the count move", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const made = yield* api.requests.create({
        headers,
        payload: { ...asked, reminders: { rule: { kind: "gentle" } }, send: true },
      })
      const params = { id: made.id }
      const dateless = yield* api.requests.reminders({ params })
      assert.deepInclude(dateless, { next: null, reason: "no-due-date", count: 0, cap: 5, sent: [] })
      assert.strictEqual(made.reminders.reason, "no-due-date")

      yield* api.requests.edit({ params, headers, payload: { due: yield* dayIn(10) } })
      const dated = yield* api.requests.reminders({ params })
      assert.isNull(dated.reason)
      assert.strictEqual(dated.calendar.length, 5)
      assert.strictEqual(dated.then, "cap-reached")
      const later = yield* dayIn(20)
      const moved = yield* api.requests.edit({ params, headers, payload: { due: later } })
      assert.strictEqual(Date.parse(moved.reminders.next ?? "") - Date.parse(dated.next ?? ""), 10 * day)

      const requests = yield* ClientRequests
      for (let sent = 1; sent <= 5; sent += 1) {
        const { next } = yield* api.requests.reminders({ params })
        const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
        TestFirm.clock.pass(Date.parse(next ?? "") - now + 1000)
        yield* requests.sweep
      }
      const capped = yield* api.requests.reminders({ params })
      assert.deepInclude(capped, { next: null, reason: "cap-reached", count: 5 })
      assert.strictEqual(capped.sent.length, 5)
      const listed = yield* api.requests.list({ query: { search: "company check" } })
      assert.strictEqual(listed.requests.find(({ id }) => id === made.id)?.nextReminder.reason, "cap-reached")

      const again = yield* api.requests.resend({ params, headers })
      assert.strictEqual(again.reminders.count, 0)
      assert.isNotNull(again.reminders.next)
    }),
  )

  it.effect("K13 K14 K15 K40: the calendar of a cycle is there before anything is sent", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const calendar = (payload: object) =>
        Effect.map(
          api.requests.previewReminders({
            payload: { timeZone: "Europe/Stockholm", sendAt: "2027-01-04T10:00:00Z", due: "2027-01-20", ...payload },
          }),
          ({ calendar: instants, then }) => [...instants.map((instant) => instant.slice(0, 10)), then],
        )
      assert.deepStrictEqual(yield* calendar({ rule: { kind: "gentle" } }), [
        "2027-01-13",
        "2027-01-20",
        "2027-01-21",
        "2027-01-22",
        "2027-01-23",
        "cap-reached",
      ])
      assert.deepStrictEqual((yield* calendar({ rule: { kind: "urgent" } })).slice(0, 2), ["2027-01-05", "2027-01-06"])
      assert.deepStrictEqual((yield* calendar({ rule: { kind: "custom", everyDays: 3 } })).slice(0, 2), [
        "2027-01-07",
        "2027-01-10",
      ])
      assert.deepStrictEqual(yield* calendar({ rule: { kind: "gentle" }, due: null }), ["no-due-date"])
      assert.deepStrictEqual(yield* calendar({ rule: { kind: "gentle" }, due: null, dues: { a: "2027-01-06" } }), [
        "2027-01-06",
        "2027-01-07",
        "2027-01-08",
        "2027-01-09",
        "2027-01-10",
        "cap-reached",
      ])
      const short = { preset: "standard", change: { windowDays: 5, linkDays: 5, reminderExtendsDays: null } } as const
      assert.deepStrictEqual(yield* calendar({ rule: { kind: "custom", everyDays: 3 }, policy: short }), [
        "2027-01-07",
        "window-ends",
      ])
    }),
  )

  it.effect("K39 X15: suspended, its reminders stop and it says why; resumed, it goes on", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id } = yield* api.requests.create({ headers, payload: { ...asked, send: true } })
      const params = { id }
      const paused = yield* api.requests.suspend({ params, headers, payload: { reason: "On hold" } })
      assert.strictEqual(paused.suspended?.reason, "On hold")
      assert.strictEqual(paused.reminders.reason, "suspended")
      assert.include(paused.actions, "resume")
      assert.notInclude(paused.actions, "resend")
      const refused = yield* Effect.flip(api.requests.resend({ params, headers }))
      assert.strictEqual(refused._tag === "Refusal" && refused.reasons[0]?.code, "suspended")
      const resumed = yield* api.requests.resume({ params, headers })
      assert.isNull(resumed.suspended)
    }),
  )

  it.effect("L44: submitted, an item is accepted and another sent back with a reason; only that one is open then", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id } = yield* api.requests.create({ headers, payload: { ...asked, send: true } })
      const params = { id }
      yield* World.answers(id, yield* workspace, { name: "Carl" })
      const going = yield* api.requests.get({ params })
      assert.deepStrictEqual(
        going.items.map(({ id: item, status }) => [item, status]),
        [
          ["about", "InProgress"],
          ["papers", "NotStarted"],
        ],
      )
      yield* World.submits(id, yield* workspace)
      const item = (name: string) => ({ ...params, item: name })
      const accepted = yield* api.requests.acceptItem({ params: item("papers"), headers })
      assert.strictEqual(accepted.items[1]?.status, "Accepted")
      const returned = yield* api.requests.returnItem({
        params: item("about"),
        headers,
        payload: { reason: "Your full name, please" },
      })
      assert.strictEqual(returned.state, "WaitingForCustomer")
      assert.deepStrictEqual(returned.openItems, ["about"])
      assert.deepInclude(returned.items[0], { status: "Returned", reason: "Your full name, please" })
      assert.isTrue(returned.mails.some(({ kind }) => kind === "returned"))
      const unknown = yield* Effect.flip(
        api.requests.waiveItem({ params: item("nope"), headers, payload: { reason: "x" } }),
      )
      assert.strictEqual(unknown._tag === "Refusal" && unknown.reasons[0]?.code, "item-unknown")
      const waived = yield* api.requests.waiveItem({
        params: item("about"),
        headers,
        payload: { reason: "We know it" },
      })
      assert.strictEqual(waived.items[0]?.status, "Waived")
      assert.include(waived.items[0]?.actions ?? [], "reopen")
    }),
  )

  it.effect("S46: the same key closes it for the customer once; reopened, it is the customer's again", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id } = yield* api.requests.create({ headers, payload: { ...asked, send: true } })
      const params = { id }
      yield* World.answers(id, yield* workspace, { name: "Carl" })
      const keyed = { "idempotency-key": yield* Crypto.uuid }
      const closed = yield* api.requests.close({ params, headers: keyed })
      const again = yield* api.requests.close({ params, headers: keyed })
      assert.strictEqual(closed.state, "Submitted")
      assert.deepStrictEqual(again.submission, closed.submission)
      assert.deepStrictEqual((yield* api.requests.submission({ params })).answers, { name: "Carl" })
      const reopened = yield* api.requests.reopen({ params, headers })
      assert.strictEqual(reopened.state, "WaitingForCustomer")
      assert.deepStrictEqual(reopened.answers, { name: "Carl" })
    }),
  )

  it.effect("K40 L45: an expired request is given another window and sent again", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id } = yield* api.requests.create({ headers, payload: { ...asked, send: true } })
      const params = { id }
      TestFirm.clock.pass(31 * day)
      const endless = yield* api.requests.changeWindow({ params, headers, payload: { windowDays: null } })
      assert.strictEqual(endless.state, "Expired")
      const renewed = yield* api.requests.resend({ params, headers })
      assert.deepInclude(renewed, { expiresAt: null })
      assert.notStrictEqual(renewed.state, "Expired")
    }),
  )
})
