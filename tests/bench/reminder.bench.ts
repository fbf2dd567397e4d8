/**
 * `Reminder.next`, the planner (performance.md: at least 100,000 plans a second on one core): requests in twenty zones,
 * sent at any time of two years, with every rule, quiet hours and business days. Run it with
 * `node --conditions=requite-source tests/bench/reminder.bench.ts`.
 */
import * as Reminder from "@requite/core/Reminder"

const zones = Intl.supportedValuesOf("timeZone").filter((_, index) => index % 21 === 0)
const rules: ReadonlyArray<Reminder.Rule> = [{ kind: "gentle" }, { kind: "urgent" }, { kind: "custom", everyDays: 3 }]
const timings: ReadonlyArray<Reminder.Timing> = [
  { sendTime: "09:00", quietHours: null, businessDays: null },
  { sendTime: "07:30", quietHours: ["20:00", "08:00"], businessDays: null },
  {
    sendTime: "21:15",
    quietHours: ["22:00", "07:00"],
    businessDays: { weekend: [6, 7], holidays: ["2027-03-26", "2027-03-29", "2027-12-24", "2027-12-27"] },
  },
]

const pick = <A>(list: ReadonlyArray<A>, index: number): A => {
  const one = list[index % list.length]
  if (one === undefined) throw new Error("nothing to pick from")
  return one
}

const inputs = Array.from({ length: 20_000 }, (_, index): Reminder.Input => {
  const sentAt = Date.UTC(2026, 0, 1) + ((index * 7919) % (730 * 24 * 60)) * 60_000
  const due = (days: number) => new Date(sentAt + days * 86_400_000).toISOString().slice(0, 10)
  return {
    rule: pick(rules, index),
    timing: pick(timings, Math.floor(index / 3)),
    timeZone: pick(zones, Math.floor(index / 9)),
    cap: 5,
    items: Array.from({ length: 5 }, (_, item) => ({ due: due(7 + item + (index % 9)), done: false })),
    sentAt,
    count: index % 5,
    lastAt: null,
    from: sentAt + (index % 12) * 86_400_000,
    standing: "open",
    suspended: false,
    suppressed: false,
    enabled: true,
  }
})

/** Plans made in a second; each request is looked at a little later every time. */
const round = (times: number): number => {
  let planned = 0
  const began = performance.now()
  for (let time = 0; time < times; time++)
    for (const input of inputs) if (Reminder.next(input, input.from + time * 3_600_000).type === "at") planned++
  if (planned !== times * inputs.length) throw new Error("every one of them has a next reminder")
  return (planned * 1000) / (performance.now() - began)
}

const shown = (perSecond: number | undefined) => Math.round(perSecond ?? 0).toLocaleString("en")
const cold = round(1)
const rounds = Array.from({ length: 9 }, () => round(10)).sort((a, b) => a - b)
console.log(`Reminder.next, ${inputs.length.toLocaleString("en")} requests in ${zones.length} zones`)
console.log(`  median ${shown(rounds[4])}/s   slowest ${shown(rounds[0])}/s   bar 100,000/s`)
console.log(`  the first round, in which the zones are learnt: ${shown(cold)}/s`)
