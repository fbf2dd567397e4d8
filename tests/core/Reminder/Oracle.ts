// The reminder rules of lifecycle.md again, by brute force and with nothing of the core: time goes by in steps of a quarter
// of an hour, and at each step the oracle asks whether something goes out. What clocks show at a step stands in a table
// that Intl filled, step by step; every time in a scenario must lie on a step.
//
// Words: a *wall* is what the clocks show, in minutes since 1970-01-01 00:00 local; a *day* is a date in days since then.

const quarter = 900_000
const dayMinutes = 1440

export interface Scenario {
  readonly tz: string
  readonly sendTime: string
  readonly cap: number | null
  readonly windowDays: number | null
  readonly reminderExtendsDays: number | null
  readonly reminders: { readonly kind: string; readonly everyDays?: number }
  readonly quietHours: readonly [string, string] | null
  readonly businessDays: { readonly weekend: ReadonlyArray<number>; readonly holidays: ReadonlyArray<string> } | null
  readonly items: ReadonlyArray<{ readonly id: string; readonly due?: string }>
  readonly workerDown: ReadonlyArray<readonly [string, string]>
  readonly events: ReadonlyArray<{ readonly type: string; readonly at: string; readonly [more: string]: unknown }>
  readonly until: string
}

/** What the clocks of a zone show at each step of a stretch of time. */
export interface Clocks {
  readonly start: number
  readonly walls: ReadonlyArray<number>
  /** The first step at which they show a wall. */
  readonly firstAt: ReadonlyMap<number, number>
}

export const clocks = (tz: string, from: number, to: number): Clocks => {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: tz, dateStyle: "short", timeStyle: "short" })
  const walls: Array<number> = []
  const firstAt = new Map<number, number>()
  for (let at = from; at <= to; at += quarter) {
    const wall = Date.parse(`${format.format(at).replace(" ", "T")}:00Z`) / 60_000
    if (!firstAt.has(wall)) firstAt.set(wall, walls.length)
    walls.push(wall)
  }
  return { start: from, walls, firstAt }
}

const dayOf = (date: string) => Date.parse(date) / 86_400_000
const minuteOf = (time: string) => Number(time.split(":")[0]) * 60 + Number(time.split(":")[1])

export const oracle = (scenario: Scenario, { start, walls, firstAt }: Clocks) => {
  const stepOf = (at: string) => {
    const step = (Date.parse(at) - start) / quarter
    if (!Number.isInteger(step)) throw new Error(`${at} is between two steps`)
    return step
  }
  const wallAt = (step: number) => {
    const wall = walls[step]
    if (wall === undefined) throw new Error("the table is too short")
    return wall
  }
  const dateAt = (step: number) => Math.floor(wallAt(step) / dayMinutes)

  /** When the clocks show it first; when they jump over it, counted on by the clock of before the jump. */
  const stepFor = (wall: number, notBefore = 0): number => {
    const first = firstAt.get(wall)
    if (first === undefined) {
      let last = walls.length - 1
      while (wallAt(last) > wall) last--
      return last + (wall - wallAt(last)) / 15
    }
    let step = first
    while (step < notBefore) step++
    while (wallAt(step) !== wall) step++
    return step
  }

  // the request, as it is at the step that is looked at
  let { cap, windowDays, reminderExtendsDays, reminders: rule, sendTime, quietHours, businessDays } = scenario
  const items = new Map(scenario.items.map(({ id, due }) => [id, { due: due ?? null, done: false }]))
  let state = "Pending" as "Pending" | "Waiting" | "Submitted" | "Cancelled"
  let sentAt = -1
  let expires = Infinity
  let count = 0
  const isOff = { suspended: false, suppressed: false, disabled: false }
  const sent: Array<number> = []

  const isQuiet = (step: number): boolean => {
    if (quietHours === null) return false
    const [from, to] = [minuteOf(quietHours[0]), minuteOf(quietHours[1])]
    const minute = wallAt(step) - dateAt(step) * dayMinutes
    return from < to ? minute >= from && minute < to : from > to && (minute >= from || minute < to)
  }
  const afterQuiet = (step: number): number => {
    if (quietHours === null || !isQuiet(step)) return step
    const end = minuteOf(quietHours[1])
    const today = dateAt(step) * dayMinutes + end
    return stepFor(today > wallAt(step) ? today : today + dayMinutes, step)
  }
  const isBusiness = (day: number): boolean => {
    if (businessDays === null) return true
    const date = new Date(day * 86_400_000)
    const weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay()
    return !businessDays.weekend.includes(weekday) && !businessDays.holidays.includes(date.toISOString().slice(0, 10))
  }
  const goesOut = (day: number): number => {
    let business = day
    while (!isBusiness(business)) business++
    return afterQuiet(stepFor(business * dayMinutes + minuteOf(sendTime)))
  }
  const isOccurrence = (day: number): boolean => {
    const base = dateAt(sentAt)
    if (day <= base) return false
    if (rule.kind === "urgent") return true
    if (rule.kind === "custom") return (day - base) % (rule.everyDays ?? 0) === 0
    const open = [...items.values()].flatMap(({ due, done }) => (due === null || done ? [] : [dayOf(due)]))
    return rule.kind === "gentle" && open.some((due) => day === due - 7 || day >= due)
  }
  /** Every step at which the data as they are now want something to go out, in order. */
  const schedule = (): ReadonlyArray<number> => {
    if (sentAt === -1 || rule.kind === "none") return []
    const steps: Array<number> = []
    const [first, last] = [dateAt(sentAt), Math.floor(wallAt(stepOf(scenario.until)) / dayMinutes) + 1]
    for (let day = first; day <= last; day++) if (isOccurrence(day)) steps.push(goesOut(day))
    return steps
  }
  const reasonAt = (step: number): string | null => {
    const all = [...items.values()]
    if (sentAt === -1) return "not-sent"
    if (state === "Waiting" && step >= expires) return "expired"
    if (state !== "Waiting") return `state:${state}`
    if (isOff.suspended) return "suspended"
    if (isOff.suppressed) return "recipient-suppressed"
    if (isOff.disabled || rule.kind === "none") return "disabled"
    if (all.length === 0) return "no-items"
    if (all.filter(({ done }) => !done).length === 0) return "all-complete"
    if (cap !== null && count >= cap) return "cap-reached"
    if (rule.kind === "gentle" && all.some(({ due, done }) => due !== null && done))
      return "gentle-has-completed-dated-item"
    return all.some(({ due, done }) => due !== null && !done) ? null : "no-due-date"
  }

  const apply = (event: Scenario["events"][number], step: number) => {
    if (state === "Submitted" || state === "Cancelled") return
    const isOpen = state === "Waiting" && step < expires
    const item = items.get(String(event["item"]))
    const flags: Record<string, [keyof typeof isOff, boolean]> = {
      suspend: ["suspended", true],
      resume: ["suspended", false],
      bounce: ["suppressed", true],
      "recipient-changed": ["suppressed", false],
      disable: ["disabled", true],
      enable: ["disabled", false],
    }
    const flag = flags[event.type]
    if (flag !== undefined) isOff[flag[0]] = flag[1]
    if (event.type === "submit" && isOpen) state = "Submitted"
    if (event.type === "cancel") state = "Cancelled"
    if (event.type === "send" ? state === "Pending" : event.type === "resend" && state === "Waiting") {
      const end = windowDays === null ? Infinity : step + windowDays * 96
      expires = state === "Pending" ? end : Math.max(expires, end)
      state = "Waiting"
      sentAt = step
      count = 0
    }
    if (item !== undefined && event.type === "complete") item.done = true
    if (item !== undefined && event.type === "uncomplete") item.done = false
    if (item !== undefined && event.type === "due") item.due = (event["due"] as string | null | undefined) ?? null
    if (event.type === "policy") {
      const given = { ...event } as Partial<Scenario>
      if (given.cap !== undefined) cap = given.cap
      if (given.windowDays !== undefined) windowDays = given.windowDays
      if (given.reminderExtendsDays !== undefined) reminderExtendsDays = given.reminderExtendsDays
      if (given.reminders !== undefined) rule = given.reminders
      if (given.sendTime !== undefined) sendTime = given.sendTime
      if (given.quietHours !== undefined) quietHours = given.quietHours
      if (given.businessDays !== undefined) businessDays = given.businessDays
    }
  }

  // `over`: what wanted to go out up to this step is not owed. `late`: when what is owed may go out.
  let over = -1
  let late: number | null = null
  let wanted = schedule()
  const last = sent.at.bind(sent, -1)
  const firstWanted = () => {
    const previous = last()
    return wanted.find((step) => step > over && (previous === undefined || dateAt(step) > dateAt(previous)))
  }
  const down = scenario.workerDown.map(([from, to]) => [stepOf(from), stepOf(to)] as const)
  const events = scenario.events.map((event) => [stepOf(event.at), event] as const)
  const until = stepOf(scenario.until)
  let nextEvent = 0
  for (let step = events[0]?.[0] ?? until; step <= until; step++) {
    for (let entry = events[nextEvent]; entry !== undefined && entry[0] === step; entry = events[nextEvent]) {
      const owed = firstWanted()
      if (reasonAt(step) !== null || owed === undefined || owed >= step) over = Math.max(over, step - 1)
      apply(entry[1], step)
      wanted = schedule()
      late = null
      nextEvent++
    }
    const due = firstWanted()
    if (due === undefined || due > step) continue
    if (reasonAt(step) !== null) {
      over = step
      late = null
      continue
    }
    if (down.some(([from, to]) => step >= from && step < to)) continue
    if (due < step && (late === null || step > late)) {
      const isToday = isBusiness(dateAt(step))
      const awake = isToday ? afterQuiet(step) : step
      late = isBusiness(dateAt(awake)) ? awake : goesOut(dateAt(awake))
    }
    if (due === step || late === step) {
      sent.push(step)
      count++
      over = step
      late = null
      if (reminderExtendsDays !== null && expires !== Infinity)
        expires = Math.max(expires, step + reminderExtendsDays * 96)
    }
  }
  const iso = (step: number) => new Date(start + step * quarter).toISOString().replace(".000", "")
  const isExpired = state === "Waiting" && until >= expires
  const waiting = isExpired ? ("Expired" as const) : ("WaitingForCustomer" as const)
  return {
    reminders: sent.map(iso),
    state: state === "Waiting" ? waiting : state,
    expiresAt: expires === Infinity ? null : iso(expires),
    count,
    reason: reasonAt(until),
  }
}
