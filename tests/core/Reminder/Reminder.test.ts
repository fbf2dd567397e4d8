/** The reminder planner: what stops it, clocks that change, quiet hours, business days, what is missed, and the calendar. */
import { assert, describe, it } from "@effect/vitest"
import { Reminder } from "@requite/core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Processor from "../../support/Processor.ts"

const at = (iso: string) => Date.parse(iso)
const iso = (instant: number) => new Date(instant).toISOString().replace(":00.000Z", "Z")

const timing = (change: Partial<Reminder.Timing> = {}): Reminder.Timing => ({
  sendTime: "09:00",
  quietHours: null,
  businessDays: null,
  ...change,
})

/** An urgent request, sent on Monday 1 February 2027 at ten. */
const input = (change: Partial<Reminder.Input> = {}): Reminder.Input => {
  const sentAt = change.sentAt ?? at("2027-02-01T10:00Z")
  return {
    rule: { kind: "urgent" },
    timing: timing(),
    timeZone: "UTC",
    cap: 5,
    items: [{ due: "2027-02-15", done: false }],
    sentAt,
    count: 0,
    lastAt: null,
    from: sentAt,
    standing: "open",
    suspended: false,
    suppressed: false,
    enabled: true,
    ...change,
  }
}

const next = (change: Partial<Reminder.Input>, now?: string): string => {
  const given = input(change)
  const plan = Reminder.next(given, now === undefined ? given.from : at(now))
  return plan.type === "at" ? iso(plan.at) : plan.reason
}

describe("what forbids reminders", () => {
  const done = { due: null, done: true }
  const dated = { due: "2027-02-15", done: true }
  const open = { due: null, done: false }
  // each stands before the next, so each case has the fault of all that follow
  const all: Partial<Reminder.Input> = { suspended: true, suppressed: true, enabled: false, items: [], count: 5 }
  it.each<[Reminder.Reason, Partial<Reminder.Input>]>([
    ["not-sent", { ...all, sentAt: null, standing: "expired" }],
    ["not-sent", { ...all, standing: "Pending" }],
    ["expired", { ...all, standing: "expired" }],
    ["state:Submitted", { ...all, standing: "Submitted" }],
    ["state:Cancelled", { ...all, standing: "Cancelled" }],
    ["suspended", all],
    ["recipient-suppressed", { ...all, suspended: false }],
    ["disabled", { enabled: false, items: [], count: 5 }],
    ["disabled", { rule: { kind: "none" }, items: [], count: 5 }],
    ["no-items", { items: [], count: 5 }],
    ["all-complete", { items: [dated, done], count: 5 }],
    ["cap-reached", { rule: { kind: "gentle" }, items: [dated, open], count: 5 }],
    ["gentle-has-completed-dated-item", { rule: { kind: "gentle" }, items: [dated, open] }],
    ["no-due-date", { items: [dated, open] }],
  ])("K10 K33 K37 K38: %s", (reason, change) => {
    const given = { ...input(change), sentAt: change.sentAt === null ? null : input().sentAt }
    assert.strictEqual(Reminder.blocked(given), reason)
    assert.deepStrictEqual(Reminder.next(given, given.from), { type: "none", reason })
  })

  it("K33 K37 K38: nothing does without a cap, with dated items done under another rule, with undated ones under gentle", () => {
    const undated = [{ due: null, done: true }, ...input().items]
    assert.isNull(Reminder.blocked(input({ cap: null, count: 1000 })))
    assert.isNull(Reminder.blocked(input({ items: [dated, ...input().items] })))
    assert.isNull(Reminder.blocked(input({ rule: { kind: "gentle" }, items: undated })))
  })
})

describe("clocks that change", () => {
  it.each([
    ["Europe/London", "01:30", "2027-03-27T12:00Z", "2027-03-28T01:30Z", "jumped over: as much later, 02:30"],
    ["Europe/London", "01:30", "2027-10-30T12:00Z", "2027-10-31T00:30Z", "twice: the first"],
    ["America/New_York", "02:30", "2027-03-13T12:00Z", "2027-03-14T07:30Z", "jumped over: 03:30"],
    ["America/New_York", "01:30", "2027-11-06T12:00Z", "2027-11-07T05:30Z", "twice: the first"],
    ["Australia/Lord_Howe", "02:15", "2027-10-02T00:00Z", "2027-10-02T15:45Z", "jumped over by half an hour: 02:45"],
    ["Australia/Lord_Howe", "01:45", "2027-04-03T00:00Z", "2027-04-03T14:45Z", "half an hour twice: the first"],
    ["America/Havana", "00:30", "2027-03-13T12:00Z", "2027-03-14T05:30Z", "midnight jumped over: 01:30"],
    ["Africa/Cairo", "23:30", "2027-10-27T12:00Z", "2027-10-28T20:30Z", "the last hour of a day twice: the first"],
    ["Antarctica/Troll", "02:30", "2027-03-27T12:00Z", "2027-03-28T02:30Z", "jumped over by two hours: 04:30"],
    ["Pacific/Apia", "09:00", "2011-12-29T10:00Z", "2011-12-30T19:00Z", "30 December 2011 was left out there"],
    [
      "Pacific/Kiritimati",
      "09:00",
      "2027-02-01T10:00Z",
      "2027-02-02T19:00Z",
      "14 hours ahead: it is 2 February already",
    ],
    ["Asia/Kathmandu", "09:00", "2027-02-01T10:00Z", "2027-02-02T03:15Z", "quarters of an hour"],
  ])("K14: %s at %s, sent %s: %s (%s)", (timeZone, sendTime, sent, expected) => {
    const sentAt = at(sent)
    assert.strictEqual(next({ timeZone, timing: timing({ sendTime }), sentAt, cap: null }), expected)
  })

  it("K14 M23: days of 23 and of 25 hours have one reminder each, at the same local time", () => {
    const days = (sent: string) =>
      Reminder.calendar(input({ timeZone: "Europe/London", sentAt: at(sent), cap: 3 }), {
        now: at(sent),
        expiresAt: null,
        extendsDays: null,
        limit: 10,
      }).instants.map(iso)
    assert.deepStrictEqual(days("2027-03-26T12:00Z"), ["2027-03-27T09:00Z", "2027-03-28T08:00Z", "2027-03-29T08:00Z"])
    assert.deepStrictEqual(days("2027-10-29T12:00Z"), ["2027-10-30T08:00Z", "2027-10-31T09:00Z", "2027-11-01T09:00Z"])
  })

  it("K14: the days of the zone count, not those of UTC", () => {
    const sentAt = at("2027-02-01T10:30Z")
    // 2 February, half past midnight, and 31 January, half past eleven in the evening
    assert.strictEqual(
      next({ timeZone: "Pacific/Kiritimati", sentAt, timing: timing({ sendTime: "23:00" }) }),
      "2027-02-03T09:00Z",
    )
    assert.strictEqual(next({ timeZone: "Pacific/Pago_Pago", sentAt }), "2027-02-01T20:00Z")
  })

  it("isTimeZone knows zones, and what are none", () => {
    for (const name of ["Europe/London", "UTC", "Etc/GMT+12", "America/Argentina/Buenos_Aires", "Asia/Calcutta"])
      assert.isTrue(Reminder.isTimeZone(name), name)
    for (const name of ["", "Europe", "Europe/Lundon", "Mars/Olympus", "Europe/London ", "__proto__", "\u0000"])
      assert.isFalse(Reminder.isTimeZone(name), name)
  })

  it("dates and times are those of Intl in every zone that the runtime knows", () => {
    const format = (zone: string) =>
      new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" })
    for (const timeZone of Intl.supportedValuesOf("timeZone")) {
      const shown = format(timeZone)
      for (let month = 1; month < 24; month++) {
        const sentAt = Date.UTC(2026, month, 3 * month, 7 * month)
        const plan = Reminder.next(input({ timeZone, sentAt, rule: { kind: "custom", everyDays: 2 } }), sentAt)
        if (plan.type === "none") assert.fail(plan.reason)
        const base = Date.parse(shown.format(sentAt).slice(0, 10))
        const day = new Date(base + 2 * 86_400_000).toISOString().slice(0, 10)
        assert.strictEqual(shown.format(plan.at), `${day} 09:00:00`, timeZone)
      }
    }
  })
})

describe("quiet hours", () => {
  const quiet = (sendTime: string, from: string, to: string) => ({
    timing: timing({ sendTime, quietHours: [from, to] }),
  })
  it.each([
    ["07:00", "20:00", "08:00", "2027-02-02T08:00Z", "in the morning of the same day"],
    ["21:00", "20:00", "08:00", "2027-02-03T08:00Z", "over midnight, in the morning after"],
    ["20:00", "20:00", "08:00", "2027-02-03T08:00Z", "they hold from their first minute"],
    ["08:00", "20:00", "08:00", "2027-02-02T08:00Z", "and no longer at their last"],
    ["12:30", "12:00", "14:00", "2027-02-02T14:00Z", "at noon"],
    ["12:00", "12:00", "12:00", "2027-02-02T12:00Z", "from and to the same time: none"],
  ])("K14 M25: %s, quiet from %s to %s: %s (%s)", (sendTime, from, to, expected) =>
    assert.strictEqual(next(quiet(sendTime, from, to)), expected),
  )

  it("K14: an end that the clocks show twice, late in the second hour: its second time", () => {
    // London, 31 October 2027: 01:10 GMT is 01:10Z; the first 01:30 was at 00:30Z
    const missed = { ...quiet("00:00", "00:30", "01:30"), timeZone: "Europe/London", sentAt: at("2027-10-29T12:00Z") }
    assert.strictEqual(next(missed, "2027-10-31T01:10Z"), "2027-10-31T01:30Z")
    assert.strictEqual(next(missed, "2027-10-31T00:10Z"), "2027-10-31T00:30Z")
  })
})

describe("business days", () => {
  const business = (weekend: ReadonlyArray<number>, ...holidays: ReadonlyArray<string>) => ({
    timing: timing({ businessDays: { weekend, holidays } }),
  })
  it("K14 M26: Saturday, Sunday, and the holiday after them go out on Tuesday, once", () => {
    const friday = at("2027-02-05T09:00Z")
    const plan = { ...business([6, 7], "2027-02-08"), from: friday, lastAt: friday }
    assert.strictEqual(next(plan), "2027-02-09T09:00Z")
    assert.strictEqual(
      next({ ...plan, from: at("2027-02-09T09:00Z"), lastAt: at("2027-02-09T09:00Z") }),
      "2027-02-10T09:00Z",
    )
  })

  it("K15 M26: an occurrence in a long closure is still owed when it ends", () => {
    const holidays = Array.from({ length: 60 }, (_, day) =>
      new Date(Date.UTC(2027, 1, 2 + day)).toISOString().slice(0, 10),
    )
    const closed = { ...business([6, 7], ...holidays), rule: { kind: "custom", everyDays: 20 } as const }
    assert.strictEqual(next(closed), "2027-04-05T09:00Z")
    assert.strictEqual(next({ ...closed, from: at("2027-04-04T23:59Z") }), "2027-04-05T09:00Z")
  })

  it("K14: without any business day: the day itself, and no endless search", () =>
    assert.strictEqual(next(business([1, 2, 3, 4, 5, 6, 7])), "2027-02-02T09:00Z"))

  it("a century of holidays is planned in no time", () => {
    const holidays = Array.from({ length: 36_500 }, (_, day) =>
      new Date(Date.UTC(2027, 1, 2 + day)).toISOString().slice(0, 10),
    )
    const began = Processor.worked()
    assert.strictEqual(next({ ...business([], ...holidays), cap: null }), "2127-01-09T09:00Z")
    assert.isBelow(Processor.worked() - began, 1000)
  })
})

describe("gentle", () => {
  const gentle = (change: Partial<Reminder.Input>) => next({ rule: { kind: "gentle" }, ...change })
  const due = (...dates: ReadonlyArray<string>) => ({ items: dates.map((due) => ({ due, done: false })) })
  it.each([
    ["2027-02-15", "2027-02-01T10:00Z", "2027-02-08T09:00Z"],
    ["2027-02-15", "2027-02-08T09:00Z", "2027-02-15T09:00Z"],
    ["2027-02-15", "2027-02-15T09:00Z", "2027-02-16T09:00Z"],
    ["2027-02-08", "2027-02-01T10:00Z", "2027-02-08T09:00Z"],
    ["2027-01-01", "2027-02-01T10:00Z", "2027-02-02T09:00Z"],
    ["2028-03-07", "2027-02-01T10:00Z", "2028-02-29T09:00Z"],
    ["9999-12-31", "2027-02-01T10:00Z", "9999-12-24T09:00Z"],
  ])("K13: due %s, after %s: %s", (date, from, expected) =>
    assert.strictEqual(gentle({ ...due(date), from: at(from) }), expected),
  )

  it("K13: the union of the days of all open items", () => {
    const two = due("2027-02-15", "2027-02-20")
    assert.strictEqual(gentle({ ...two, from: at("2027-02-08T09:00Z") }), "2027-02-13T09:00Z")
    assert.strictEqual(gentle({ ...two, from: at("2027-02-13T09:00Z") }), "2027-02-15T09:00Z")
  })
})

describe("what is missed", () => {
  it("K14: is made up for once, at once", () => {
    assert.strictEqual(next({}, "2027-02-05T12:00Z"), "2027-02-05T12:00Z")
    const after = { from: at("2027-02-05T12:00Z"), lastAt: at("2027-02-05T12:00Z") }
    assert.strictEqual(next(after), "2027-02-06T09:00Z")
  })

  it("K14: early on a day, it is that day's", () => {
    const early = at("2027-02-05T06:00Z")
    assert.strictEqual(next({}, "2027-02-05T06:00Z"), "2027-02-05T06:00Z")
    assert.strictEqual(next({ from: early, lastAt: early }), "2027-02-06T09:00Z")
  })

  it.each([
    ["2027-02-04T22:00Z", "2027-02-05T08:00Z", "at night: in the morning"],
    ["2027-02-06T12:00Z", "2027-02-08T09:00Z", "on a Saturday: Monday, at the ordinary time"],
    ["2027-02-05T21:00Z", "2027-02-08T09:00Z", "on Friday night, before a Saturday: Monday"],
    ["2027-02-08T03:00Z", "2027-02-08T08:00Z", "in the night before Monday: when it ends"],
  ])("K14: noticed %s: %s (%s)", (now, expected) => {
    const both = timing({ quietHours: ["20:00", "08:00"], businessDays: { weekend: [6, 7], holidays: [] } })
    assert.strictEqual(next({ timing: both }, now), expected)
  })
})

describe("rebase", () => {
  const rebase = (change: Partial<Reminder.Input>, now: string) => iso(Reminder.rebase(input(change), at(now)))
  const before = (instant: string) => iso(at(instant) - 1)

  it("K38: what came due while something forbade it is not owed", () =>
    assert.strictEqual(rebase({ enabled: false }, "2027-02-05T12:00Z"), before("2027-02-05T12:00Z")))

  it("K38: what was missed stays owed", () => assert.strictEqual(rebase({}, "2027-02-05T12:00Z"), "2027-02-01T10:00Z"))

  it("K38: nothing missed: it counts from now on, and what is due at this instant still counts", () => {
    const from = rebase({}, "2027-02-02T09:00Z")
    assert.strictEqual(from, before("2027-02-02T09:00Z"))
    assert.strictEqual(next({ from: at(from) }, "2027-02-02T09:00Z"), "2027-02-02T09:00Z")
    assert.strictEqual(next({ from: at(rebase({ enabled: false }, "2027-02-04T09:00Z")) }), "2027-02-04T09:00Z")
  })

  it("never goes back: a reminder of the same instant is over", () => {
    const now = at("2027-02-02T09:00Z")
    assert.strictEqual(Reminder.rebase(input({ from: now, lastAt: now }), now), now)
  })
})

describe("the calendar of a cycle", () => {
  const calendar = (
    change: Partial<Reminder.Input>,
    expires: string | null,
    extendsDays: number | null,
    limit = 20,
  ) => {
    const given = input(change)
    const { instants, then } = Reminder.calendar(given, {
      now: given.from,
      expiresAt: expires === null ? null : at(expires),
      extendsDays,
      limit,
    })
    return [...instants.map((instant) => iso(instant).slice(0, 10)), then]
  }
  const every10 = { rule: { kind: "custom", everyDays: 10 } } as const

  it("K33: until the cap", () =>
    assert.deepStrictEqual(calendar({ cap: 2 }, null, null), ["2027-02-02", "2027-02-03", "cap-reached"]))
  it("K40: until the window ends, which reminders may put off", () => {
    assert.deepStrictEqual(calendar(every10, "2027-03-03T10:00Z", null), [
      "2027-02-11",
      "2027-02-21",
      "2027-03-03",
      "window-ends",
    ])
    assert.deepStrictEqual(calendar(every10, "2027-02-11T09:00Z", 60), ["window-ends"])
    assert.deepStrictEqual(calendar({ ...every10, cap: 3 }, "2027-02-12T10:00Z", 60).at(-1), "cap-reached")
  })
  it("K33: as many as are asked for", () => {
    assert.deepStrictEqual(calendar({ cap: null }, null, null, 2), ["2027-02-02", "2027-02-03", "more"])
    assert.deepStrictEqual(calendar({ cap: 2 }, null, null, 2).at(-1), "cap-reached")
  })
  it("K10: none, and why", () =>
    assert.deepStrictEqual(calendar({ items: [{ due: null, done: false }] }, null, null), ["no-due-date"]))
})

describe("the schemas refuse", () => {
  const refuses = (schema: typeof Reminder.Rule | typeof Reminder.Timing, value: unknown) =>
    Result.isFailure(Schema.decodeUnknownResult(schema)(value))
  it.each([
    { kind: "daily" },
    { kind: "custom" },
    { kind: "custom", everyDays: 0 },
    { kind: "custom", everyDays: 1.5 },
  ])("the rule %j", (rule) => assert.isTrue(refuses(Reminder.Rule, rule)))
  it.each([
    { sendTime: "24:00" },
    { sendTime: "9:00" },
    { quietHours: ["20:00"] },
    { businessDays: { weekend: [0], holidays: [] } },
    { businessDays: { weekend: [1, 2, 3, 4, 5, 6, 7], holidays: [] } },
    { businessDays: { weekend: [], holidays: ["2027-02-29"] } },
  ])("the timing %j", (change) => {
    assert.isFalse(refuses(Reminder.Timing, timing()))
    assert.isTrue(refuses(Reminder.Timing, { ...timing(), ...change }))
  })
})
