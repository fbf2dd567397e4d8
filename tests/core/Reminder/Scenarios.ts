// Random scenarios for the oracle: seeded, every time on a quarter of an hour, near the clock changes of 2027, and often
// at the very instant at which a reminder is due.
import type { Clocks, Scenario } from "./Oracle.ts"

export const quarter = 900_000

/** Halves, quarters and jumps at midnight, by two hours, for Ramadan and by half an hour among them. */
export const zones = [
  "UTC",
  "Europe/London",
  "Europe/Dublin",
  "Atlantic/Azores",
  "America/New_York",
  "America/St_Johns",
  "America/Havana",
  "America/Santiago",
  "America/Nuuk",
  "Africa/Cairo",
  "Africa/Casablanca",
  "Asia/Beirut",
  "Asia/Jerusalem",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Australia/Eucla",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
  "Antarctica/Troll",
]

export const seasons = [
  [Date.UTC(2027, 1, 20), Date.UTC(2027, 5, 20)],
  [Date.UTC(2027, 7, 25), Date.UTC(2027, 11, 31)],
] as const

/** Mulberry32. */
export const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

/** The minute of the day at which the clocks jump from, or to when they go back. */
const minuteBefore = (wall: number, jump: number) => (wall + 15 + Math.min(jump, 0) + 1440) % 1440

const types = [
  "resend",
  "complete",
  "uncomplete",
  "due",
  "disable",
  "enable",
  "suspend",
  "resume",
  "bounce",
  "recipient-changed",
  "policy",
]

export const scenario = (next: () => number, tz: string, { start, walls }: Clocks): Scenario => {
  const whole = (below: number) => Math.floor(next() * below)
  const chance = (share: number) => next() < share
  const one = <A>(list: ReadonlyArray<A>): A => list[whole(list.length)] as A
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`
  // a third of them around a change of the clocks, with times that come twice or not at all then
  const changes = walls.flatMap((wall, step) => {
    const jump = (walls[step + 1] ?? wall + 15) - wall - 15
    return jump === 0 || step < 2000
      ? []
      : [{ step, minutes: [0, 15, 30, 45].map((more) => minuteBefore(wall, jump) + more) }]
  })
  const change = changes.length > 0 && chance(0.35) ? one(changes) : undefined
  const time = () => {
    if (change !== undefined && chance(0.6)) return clock(one(change.minutes) % 1440)
    return clock(chance(0.6) ? one([0, 30, 60, 90, 135, 150, 540, 540, 540, 1260, 1425]) : whole(96) * 15)
  }
  const first = change === undefined ? 192 + whole(4000) : change.step - 96 - whole(96 * 8)
  const length = 96 * (3 + whole(45))
  const iso = (step: number) => new Date(start + step * quarter).toISOString().replace(".000", "")
  const date = () => iso(first + whole(length) - 96).slice(0, 10)
  const rule = () =>
    chance(0.35)
      ? { kind: "custom", everyDays: 1 + whole(6) }
      : { kind: one(["gentle", "gentle", "urgent", "urgent", "urgent", "none"]) }
  const quiet = () => (chance(0.5) ? null : chance(0.5) ? (["20:00", "08:00"] as const) : ([time(), time()] as const))
  const business = () =>
    chance(0.5)
      ? null
      : {
          weekend: chance(0.6) ? [6, 7] : [1, 2, 3, 4, 5, 6, 7].filter(() => chance(0.3)).slice(0, 6),
          holidays: Array.from({ length: whole(5) }, date),
        }
  const sendTime = time()
  // the steps at which reminders go out when nothing puts them off
  const sendMinute = Number(sendTime.slice(0, 2)) * 60 + Number(sendTime.slice(3))
  const moment = () => {
    let step = first + whole(length)
    if (chance(0.4)) while ((walls[step] ?? sendMinute) % 1440 !== sendMinute && step < first + length) step++
    return step
  }
  const items = Array.from({ length: one([0, 1, 1, 1, 2, 3]) }, (_, index) => ({
    id: `i${index}`,
    ...(chance(0.85) ? { due: date() } : {}),
  }))
  const policy = () => ({
    ...(chance(0.4) ? { reminders: rule() } : {}),
    ...(chance(0.3) ? { cap: chance(0.3) ? null : whole(8) } : {}),
    ...(chance(0.3) ? { sendTime: time() } : {}),
    ...(chance(0.2) ? { windowDays: chance(0.3) ? null : 2 + whole(20) } : {}),
    ...(chance(0.2) ? { reminderExtendsDays: chance(0.3) ? null : whole(40) } : {}),
    ...(chance(0.3) ? { quietHours: quiet() } : {}),
    ...(chance(0.3) ? { businessDays: business() } : {}),
  })
  const event = (step: number) => {
    const type = chance(0.04) ? one(["submit", "cancel", "send"]) : one(types)
    const item = items.length > 0 ? one(items).id : null
    const needsItem = type === "complete" || type === "uncomplete" || type === "due"
    if (needsItem && item === null) return { type: "enable", at: iso(step) }
    if (type === "due") return { type, at: iso(step), item, ...(chance(0.85) ? { due: date() } : { due: null }) }
    return { type, at: iso(step), ...(needsItem ? { item } : {}), ...(type === "policy" ? policy() : {}) }
  }
  const steps = Array.from({ length: whole(9) }, moment)
  return {
    tz,
    sendTime,
    cap: chance(0.3) ? null : whole(9),
    windowDays: chance(0.3) ? null : 1 + whole(40),
    reminderExtendsDays: chance(0.4) ? null : whole(60),
    reminders: rule(),
    quietHours: quiet(),
    businessDays: business(),
    items,
    workerDown: Array.from({ length: one([0, 0, 1, 1, 2, 3]) }, () => {
      const from = moment()
      return [iso(from), iso(from + 1 + whole(96 * 4))] as const
    }),
    events: [
      ...(chance(0.1) ? [event(first - 8)] : []),
      ...(chance(0.97) ? [{ type: "send", at: iso(first) }] : []),
      ...steps.sort((a, b) => a - b).map(event),
    ],
    until: iso(chance(0.2) ? moment() : first + length),
  }
}
