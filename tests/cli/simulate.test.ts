/**
 * `requite simulate FILE`: the worked cases of lifecycle.md (reminders.json; the rows they prove stand before their titles),
 * what events do, and what is no scenario.
 */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Result from "effect/Result"
import { afterAll } from "vitest"
import { Simulate } from "requite"
import * as Command from "../support/Command.ts"

const folder = Command.folder()
const { requite, write } = folder
afterAll(folder.remove)

interface Case {
  readonly id: string
  readonly title: string
  readonly expect: Partial<Simulate.Outcome>
}
const text = readFileSync(join(import.meta.dirname, "reminders.json"), "utf8")
const cases = JSON.parse(text) as ReadonlyArray<Case>
const rows: Record<string, string> = {
  R01: "K13 K33 K40",
  R02: "K13",
  R04: "K14 K33",
  R05: "K15 K33",
  R07: "K15 K40",
  R08: "K34 K40",
  R09: "K36",
  R12: "K37",
  R13: "K37",
  R16: "K32 K38",
  R17: "K10",
  R18: "K38",
  R19: "K38",
  R21: "K38",
  R22: "K13",
  R23: "K13",
  R27: "K14",
  R28: "K14",
  R30: "K14",
  R33: "K40",
  R35: "K34 K40",
  R38: "K40",
  R41: "K13 K33",
  R46: "K38",
}

const simulated = (scenario: unknown): Simulate.Outcome => {
  // as it would be read: what is undefined is left out
  const decoded = Simulate.decode(JSON.parse(JSON.stringify(scenario)))
  if (Result.isFailure(decoded)) assert.fail(JSON.stringify(decoded.failure))
  return "timeZone" in decoded.success ? Simulate.run(decoded.success) : assert.fail("a list")
}

describe("the worked cases", () => {
  it.each(cases.map((one) => [`${rows[one.id]} ${one.id}: ${one.title}`, one] as const))("%s", (_, one) => {
    const outcome: Partial<Simulate.Outcome> = simulated(one)
    const told = Object.fromEntries(Object.entries(outcome).filter(([key]) => key in one.expect))
    assert.deepStrictEqual(told, one.expect)
  })

  it("K13 K14 K15: --json answers them in their order, from a file and from the standard input", async () => {
    write("all.json", text)
    const [file, stdin] = await Promise.all([
      requite(["simulate", "--json", "all.json"]),
      requite(["simulate", "--json", "-"], text),
    ])
    assert.deepStrictEqual(file, stdin)
    assert.strictEqual(file.stderr, "")
    assert.strictEqual(file.status, 0)
    assert.deepStrictEqual(
      JSON.parse(file.stdout),
      cases.map((one) => simulated(one)),
    )
  })
})

const send = { type: "send", at: "2027-02-01T10:00:00Z" }
const base = {
  tz: "UTC",
  reminders: { kind: "urgent" },
  items: [{ id: "a", due: "2027-02-15" }],
  until: "2027-02-05T12:00:00Z",
}
/** The days of the reminders, and how it stands. */
const told = (change: object, ...events: ReadonlyArray<object>) => {
  const { reminders, state, expiresAt, count, reason } = simulated({ ...base, events: [send, ...events], ...change })
  return { days: reminders.map((at) => at.slice(8, 16)), state, expiresAt, count, reason }
}
type Told = ReturnType<typeof told>
const waiting = { state: "WaitingForCustomer", expiresAt: null, reason: null } as const

describe("what is left out", () => {
  it("only the zone and the end must be there: nothing was sent", () =>
    assert.deepStrictEqual(simulated({ tz: "UTC", until: base.until }), {
      reminders: [],
      state: "Pending",
      expiresAt: null,
      count: 0,
      reason: "not-sent",
    }))

  it("no rule: no reminders; no time: nine; no cap: any number; no window: no end", () => {
    assert.deepStrictEqual(told({ reminders: undefined }), { ...waiting, days: [], count: 0, reason: "disabled" })
    assert.deepStrictEqual(told({ until: "2027-02-02T08:59:59Z" }), { ...waiting, days: [], count: 0 })
    assert.deepStrictEqual(told({ until: "2027-02-02T09:00:00Z" }), { ...waiting, days: ["02T09:00"], count: 1 })
    assert.lengthOf(told({ until: "2027-12-31T00:00:00Z" }).days, 332)
  })

  it("business days without a weekend have that of most", () =>
    assert.deepStrictEqual(told({ businessDays: {}, until: "2027-02-09T00:00:00Z" }).days, [
      "02T09:00",
      "03T09:00",
      "04T09:00",
      "05T09:00",
      "08T09:00",
    ]))
})

describe("events", () => {
  const on = (type: string, at: string, more: object = {}) => ({ type, at: `2027-02-${at}:00Z`, ...more })

  it("K38: suspended, bounced or disabled for two days: those are not owed; at the instant of a tick the event is first", () => {
    for (const [off, back, reason] of [
      ["suspend", "resume", "suspended"],
      ["bounce", "recipient-changed", "recipient-suppressed"],
      ["disable", "enable", "disabled"],
    ] as const) {
      assert.deepStrictEqual(told({}, on(off, "03T09:00")), { ...waiting, days: ["02T09:00"], count: 1, reason })
      const resumed = { ...waiting, days: ["02T09:00", "05T09:00"], count: 2 }
      assert.deepStrictEqual(told({}, on(off, "03T09:00"), on(back, "04T09:01")), resumed)
      assert.deepStrictEqual(told({}, on(off, "03T08:59"), on(back, "05T09:00")), resumed)
    }
  })

  it("K14: while only the worker is down, they are made up for once, whatever else happens meanwhile", () => {
    const workerDown = [["2027-02-03T00:00:00Z", "2027-02-05T12:00:00Z"]]
    const caughtUp = { ...waiting, days: ["02T09:00", "05T12:00"], count: 2 }
    assert.deepStrictEqual(told({ workerDown }), caughtUp)
    assert.deepStrictEqual(told({ workerDown }, on("due", "04T10:00", { item: "a", due: "2027-02-20" })), caughtUp)
    const off = [on("disable", "04T10:00"), on("enable", "05T10:00")]
    assert.deepStrictEqual(told({ workerDown }, ...off), { ...waiting, days: ["02T09:00"], count: 1 })
  })

  it("K34 K40: a second send, a resend before the send, and all after the end change nothing", () => {
    assert.deepStrictEqual(told({}, on("send", "03T10:00")).days, told({}).days)
    assert.deepStrictEqual(told({ events: [on("resend", "01T10:00")] }).state, "Pending")
    const cancelled: Told = { ...waiting, days: ["02T09:00"], count: 1, state: "Cancelled", reason: "state:Cancelled" }
    const after = [on("submit", "03T00:00"), on("resend", "03T00:00"), on("enable", "03T00:00")]
    assert.deepStrictEqual(told({}, on("cancel", "02T12:00"), ...after), cancelled)
    const submitted: Told = { ...cancelled, state: "Submitted", reason: "state:Submitted" }
    assert.deepStrictEqual(told({}, on("submit", "02T12:00"), on("cancel", "02T12:00")), submitted)
  })

  it("K40: at the end of the window it is Expired before anything of that instant; cancelling and renewing still work", () => {
    const expired: Told = {
      days: ["02T09:00", "03T09:00"],
      count: 2,
      state: "Expired",
      expiresAt: "2027-02-03T10:00:00Z",
      reason: "expired",
    }
    const windowDays = 2
    assert.deepStrictEqual(told({ windowDays }), expired)
    assert.deepStrictEqual(told({ windowDays }, on("submit", "03T10:00")), expired)
    assert.strictEqual(told({ windowDays }, on("submit", "03T09:59")).state, "Submitted")
    assert.strictEqual(told({ windowDays }, on("cancel", "04T10:00")).state, "Cancelled")
    const { state, count, expiresAt, days } = told({ windowDays }, on("resend", "04T08:00"))
    assert.deepStrictEqual([state, count, expiresAt], ["WaitingForCustomer", 1, "2027-02-06T08:00:00Z"])
    assert.deepStrictEqual(days, ["02T09:00", "03T09:00", "05T09:00"])
  })

  it("K40: a window that never ends stays so, and one that is longer is not cut", () => {
    const never = [on("policy", "02T10:00", { windowDays: null }), on("resend", "02T10:00")]
    assert.isNull(told({ windowDays: 2 }, ...never).expiresAt)
    assert.isNull(told({}, on("policy", "02T10:00", { windowDays: 1 }), on("resend", "02T11:00")).expiresAt)
    const shorter = [on("policy", "02T10:00", { windowDays: 1 }), on("resend", "02T11:00")]
    assert.strictEqual(told({ windowDays: 9 }, ...shorter).expiresAt, "2027-02-10T10:00:00Z")
    assert.strictEqual(told({ windowDays: 9, reminderExtendsDays: 1 }).expiresAt, "2027-02-10T10:00:00Z")
  })

  it("K33 K36: a policy changes what it names, from then on", () => {
    const later = told({}, on("policy", "03T10:00", { sendTime: "11:00", cap: 3 }))
    assert.deepStrictEqual(later, {
      ...waiting,
      days: ["02T09:00", "03T09:00", "04T11:00"],
      count: 3,
      reason: "cap-reached",
    })
    const quiet = told({}, on("policy", "03T10:00", { quietHours: ["08:00", "09:30"], businessDays: { weekend: [4] } }))
    assert.deepStrictEqual(quiet.days, ["02T09:00", "03T09:00", "05T09:30"])
  })

  it("K32 K36: completing everything submits nothing; taking it back goes on; without a date there is none", () => {
    const done = told({}, on("complete", "02T10:00", { item: "a" }))
    assert.deepStrictEqual(done, { ...waiting, days: ["02T09:00"], count: 1, reason: "all-complete" })
    const undone = [on("complete", "02T10:00", { item: "a" }), on("uncomplete", "04T10:00", { item: "a" })]
    assert.deepStrictEqual(told({}, ...undone).days, ["02T09:00", "05T09:00"])
    assert.strictEqual(told({}, on("due", "02T10:00", { item: "a" })).reason, "no-due-date")
  })

  it("are taken in the order of their instants, and none after the end", () => {
    const events = [on("cancel", "05T12:01"), on("enable", "04T10:00"), on("disable", "03T00:00"), send]
    assert.deepStrictEqual(told({ events }).days, ["02T09:00", "05T09:00"])
  })
})

describe("for people", () => {
  it("how it ends, and each reminder in UTC and as the customer's clocks show it", async () => {
    write("one.json", { ...base, id: "A1", title: "Tax", tz: "Asia/Kathmandu", windowDays: 30, cap: 2, events: [send] })
    assert.deepStrictEqual(await requite(["simulate", "one.json"]), {
      status: 0,
      stderr: "",
      stdout: `A1  Tax
WaitingForCustomer, ends 2027-03-03T10:00:00Z, 2 reminders in this cycle
no further reminder: cap-reached
  1  2027-02-02T03:15:00Z  Tue, 2 Feb 2027, 09:00 Asia/Kathmandu
  2  2027-02-03T03:15:00Z  Wed, 3 Feb 2027, 09:00 Asia/Kathmandu
`,
    })
  })
})

describe("what is no scenario", () => {
  it.each([
    ["/tz", { tz: "Mars/Olympus" }],
    ["/tz", { tz: "" }],
    ["/tz", { tz: undefined }],
    ["/until", { until: undefined }],
    ["/until", { until: "2027-02-30T10:00:00Z" }],
    ["/until", { until: "2027-02-03" }],
    ["/until", { until: "2027-02-03T10:00:00" }],
    ["/sendTime", { sendTime: "24:00" }],
    ["/cap", { cap: -1 }],
    ["/windowDays", { windowDays: "30" }],
    ["/reminderExtendsDays", { reminderExtendsDays: 1.5 }],
    ["/windowDays", { windowDays: 3651 }],
    ["/windowDays", { windowDays: 9_007_199_254_740_991 }],
    ["/reminderExtendsDays", { reminderExtendsDays: 100_000_000 }],
    ["/events/0/windowDays", { events: [{ ...send, type: "policy", windowDays: 100_000_000 }] }],
    ["/until", { until: "9999-12-31T23:59:59Z" }],
    ["/reminders/kind", { reminders: { kind: "hourly" } }],
    ["/reminders/everyDays", { reminders: { kind: "custom" } }],
    ["/reminders/everyDays", { reminders: { kind: "custom", everyDays: 0 } }],
    ["/quietHours/1", { quietHours: ["20:00"] }],
    ["/businessDays/weekend/0", { businessDays: { weekend: [8] } }],
    ["/businessDays/weekend", { businessDays: { weekend: [1, 2, 3, 4, 5, 6, 7] } }],
    ["/businessDays/holidays/0", { businessDays: { holidays: ["2027-02-29"] } }],
    ["/workerDown/0", { workerDown: [["2027-02-03T00:00:00Z", "2027-02-02T00:00:00Z"]] }],
    ["/items/0/due", { items: [{ id: "a", due: "tomorrow" }] }],
    ["/items/1/id", { items: [{ id: "a" }, { id: "a" }] }],
    ["/events/0/type", { events: [{ ...send, type: "sned" }] }],
    ["/events/0/at", { events: [{ type: "send" }] }],
    ["/events/0/item", { events: [{ ...send, type: "complete" }] }],
    ["/events/0/item", { events: [{ ...send, type: "due", item: "b" }] }],
    ["/events/0/due", { events: [{ ...send, type: "due", item: "a", due: "2027-13-01" }] }],
    ["/events/0/reminders/kind", { events: [{ ...send, type: "policy", reminders: { kind: "x" } }] }],
  ])("%s of %j", (pointer, change) => {
    const bad = JSON.parse(JSON.stringify({ id: "B", ...base, events: [send], ...change })) as unknown
    const found = Result.match(Simulate.decode(bad), { onSuccess: () => [], onFailure: (problems) => problems })
    assert.deepStrictEqual(
      found.map(({ index, id, pointer }) => ({ index, id, pointer })),
      [{ index: null, id: "B", pointer }],
    )
  })

  it("status 2, a sentence for each thing that is wrong, and nothing on the standard output", async () => {
    const bad = [base, { ...base, id: "R99", tz: "Mars", events: [{ ...send, type: "sned" }] }, null]
    const listed = await requite(["simulate", "--json", "-"], JSON.stringify(bad))
    assert.strictEqual(listed.status, 2)
    assert.strictEqual(listed.stdout, "")
    assert.deepStrictEqual(
      listed.stderr
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/: Expected .*/, "")),
      [
        '<stdin>: scenario 2 (R99) cannot be simulated, at "/1/tz"',
        '<stdin>: scenario 2 (R99) cannot be simulated, at "/1/events/0/type"',
        '<stdin>: scenario 3 cannot be simulated, at "/2"',
      ],
    )
  })

  it("days and years beyond any request: status 2 and a sentence; the longest that there are end", async () => {
    const days = await requite(["simulate", "-"], JSON.stringify({ ...base, windowDays: 100_000_000, events: [send] }))
    assert.deepStrictEqual(days, {
      status: 2,
      stdout: "",
      stderr:
        '<stdin>: the scenario cannot be simulated, at "/windowDays": Expected a number of days from 0 to 3650.\n',
    })
    const years = await requite(
      ["simulate", "-"],
      JSON.stringify({ ...base, until: "9999-01-01T00:00:00Z", events: [send] }),
    )
    assert.deepStrictEqual(years, {
      status: 2,
      stdout: "",
      stderr:
        '<stdin>: the scenario cannot be simulated, at "/until": It is more than 100 years after the first event.\n',
    })
    const longest = { windowDays: 3650, reminderExtendsDays: 3650, until: "2127-02-01T10:00:00Z", events: [send] }
    assert.strictEqual(simulated({ ...base, ...longest }).count, 36_524)
    const last = { ...send, at: "9999-12-30T10:00:00Z" }
    assert.strictEqual(told({ ...longest, until: "9999-12-31T23:59:59Z", events: [last] }).state, "WaitingForCustomer")
  })

  it("no JSON, and no file: status 2 too", async () => {
    const broken = await requite(["simulate", "-"], '{ "tz":')
    assert.deepStrictEqual([broken.status, broken.stdout], [2, ""])
    assert.match(broken.stderr, /^<stdin>:1:8: The text ends/)
    const none = await requite(["simulate", "missing.json", "--json"])
    assert.deepStrictEqual(none, { status: 2, stdout: "", stderr: "missing.json: There is no such file.\n" })
  })

  it("what would act on a terminal is shown, not done", async () => {
    const { stderr } = await requite(["simulate", "-"], JSON.stringify({ ...base, id: "\u001b[31m", tz: "x" }))
    assert.include(stderr, "\\u001b[31m")
    assert.notInclude(stderr, "\u001b")
  })
})
