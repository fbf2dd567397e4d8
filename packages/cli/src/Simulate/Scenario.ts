/**
 * A scenario: a request's policy, its items and what happens to it, for `requite simulate`. docs/reminders.md describes the
 * form. Scenarios are read from JSON: instants become milliseconds, and what is left out becomes what that means.
 */
import * as JsonText from "@requite/core/JsonText"
import * as Reminder from "@requite/core/Reminder"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"

const isDate = Schema.is(Reminder.CalendarDate)
const instantPattern = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):?[0-5]\d)$/

/** An instant with its offset, as `2027-02-08T09:00:00Z`, in milliseconds. */
const Instant = Schema.String.check(
  Schema.makeFilter((text: string) =>
    isDate(instantPattern.exec(text)?.[1]) ? undefined : "Expected an instant such as 2027-02-08T09:00:00Z",
  ),
).pipe(
  Schema.decodeTo(
    Schema.Int,
    SchemaTransformation.transform({ decode: Date.parse, encode: (at) => new Date(at).toISOString() }),
  ),
)

const orNull = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))
const Amount = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** As in a policy: ten years at most, so that what is counted from an instant is one too. */
const Days = Schema.Int.check(
  Schema.isBetween({ minimum: 0, maximum: 3650 }, { message: "Expected a number of days from 0 to 3650" }),
)

/** In milliseconds; longer than any request goes on, and short enough to be played day by day. */
const longest = 100 * 365.25 * 86_400_000

const missing = "This is missing"

/** One struct and not a union, so that a mistake in it is told as one. */
const Rule = Schema.Struct({
  kind: Schema.Literals(["none", "gentle", "urgent", "custom"]),
  everyDays: orNull(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
}).check(
  Schema.makeFilter(({ kind, everyDays }: { readonly kind: string; readonly everyDays?: number | null }) =>
    kind === "custom" && typeof everyDays !== "number" ? { path: ["everyDays"], issue: missing } : undefined,
  ),
)

/** What a `policy` event may change too. */
const policy = {
  reminders: orNull(Rule),
  cap: orNull(Amount),
  sendTime: Schema.optionalKey(Reminder.Timing.fields.sendTime),
  windowDays: orNull(Days),
  reminderExtendsDays: orNull(Days),
  quietHours: Schema.optionalKey(Reminder.Timing.fields.quietHours),
  businessDays: orNull(
    Schema.Struct({
      weekend: Schema.optionalKey(Reminder.BusinessDays.fields.weekend),
      holidays: Schema.optionalKey(Reminder.BusinessDays.fields.holidays),
    }),
  ),
}

const Event = Schema.Struct({
  type: Schema.Literals([
    "send",
    "resend",
    "complete",
    "uncomplete",
    "due",
    "disable",
    "enable",
    "submit",
    "cancel",
    "suspend",
    "resume",
    "bounce",
    "recipient-changed",
    "policy",
  ]),
  at: Instant,
  /** Of `complete`, `uncomplete` and `due`. */
  item: Schema.optionalKey(Schema.String),
  /** Of `due`; left out or null: no date any more. */
  due: orNull(Reminder.CalendarDate),
  ...policy,
})
export type Event = typeof Event.Type

const Wire = Schema.Struct({
  id: Schema.optionalKey(Schema.Unknown),
  title: Schema.optionalKey(Schema.Unknown),
  tz: Schema.String.check(
    Schema.makeFilter((name: string) =>
      Reminder.isTimeZone(name) ? undefined : "Expected the name of a time zone such as Europe/London",
    ),
  ),
  ...policy,
  items: Schema.optionalKey(Schema.Array(Schema.Struct({ id: Schema.String, due: orNull(Reminder.CalendarDate) }))),
  workerDown: orNull(
    Schema.Array(
      Schema.Tuple([Instant, Instant]).check(
        Schema.makeFilter(([from, to]: readonly [number, number]) =>
          from <= to ? undefined : "Expected the end after the start",
        ),
      ),
    ),
  ),
  events: Schema.optionalKey(Schema.Array(Event)),
  until: Instant,
})

/** The knobs that the simulation knows. */
export interface Policy {
  readonly rule: Reminder.Rule
  readonly timing: Reminder.Timing
  readonly cap: number | null
  readonly windowDays: number | null
  readonly extendsDays: number | null
}

export interface Scenario {
  /** Empty when it has none. */
  readonly id: string
  readonly title: string
  readonly timeZone: string
  readonly policy: Policy
  readonly items: ReadonlyArray<{ readonly id: string; readonly due: string | null }>
  /** When nobody is there to send reminders, from each first instant to just before the second. */
  readonly workerDown: ReadonlyArray<readonly [from: number, to: number]>
  /** In the order of their instants. */
  readonly events: ReadonlyArray<Event>
  readonly until: number
}

/** No reminders, at nine, without cap or end: what a scenario says of its policy is put on top. */
const bare: Policy = {
  rule: { kind: "none" },
  timing: { sendTime: "09:00", quietHours: null, businessDays: null },
  cap: null,
  windowDays: null,
  extendsDays: null,
}

type Change = Pick<typeof Wire.Type, keyof typeof policy>

/** The policy with what a scenario or a `policy` event says of it; what it does not mention stays. */
export const changed = (from: Policy, change: Change): Policy => {
  const { reminders, sendTime, quietHours, businessDays, cap, windowDays, reminderExtendsDays } = change
  const { timing } = from
  return {
    rule: reminders === undefined ? from.rule : ruleOf(reminders),
    timing: {
      sendTime: sendTime ?? timing.sendTime,
      quietHours: quietHours === undefined ? timing.quietHours : quietHours,
      businessDays:
        businessDays === undefined
          ? timing.businessDays
          : businessDays && { weekend: businessDays.weekend ?? [6, 7], holidays: businessDays.holidays ?? [] },
    },
    cap: cap === undefined ? from.cap : cap,
    windowDays: windowDays === undefined ? from.windowDays : windowDays,
    extendsDays: reminderExtendsDays === undefined ? from.extendsDays : reminderExtendsDays,
  }
}

const ruleOf = (rule: Change["reminders"]): Reminder.Rule => {
  if (rule === undefined || rule === null) return { kind: "none" }
  if (rule.kind !== "custom") return { kind: rule.kind }
  return typeof rule.everyDays === "number" ? { kind: "custom", everyDays: rule.everyDays } : { kind: "none" }
}

const scenarioOf = (wire: typeof Wire.Type): Scenario => ({
  id: label(wire.id),
  title: label(wire.title),
  timeZone: wire.tz,
  policy: changed(bare, wire),
  items: (wire.items ?? []).map(({ id, due }) => ({ id, due: due ?? null })),
  workerDown: wire.workerDown ?? [],
  events: [...(wire.events ?? [])].sort((a, b) => a.at - b.at),
  until: wire.until,
})

const label = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : ""

/** One thing for which a scenario cannot be simulated. */
export interface Problem {
  /** The scenario's place in the list, from 0; null: it stands alone. */
  readonly index: number | null
  readonly id: string
  /** RFC 6901, into the whole document. */
  readonly pointer: string
  readonly message: string
}

/** One scenario, or a list of them in its order; or everything that is wrong with any of them. */
export const decode = (value: unknown): Result.Result<Scenario | ReadonlyArray<Scenario>, ReadonlyArray<Problem>> => {
  if (!Array.isArray(value)) return decodeOne(value, null)
  const results = value.map((one, index) => decodeOne(one, index))
  const problems = results.flatMap((result) => (Result.isFailure(result) ? result.failure : []))
  return problems.length > 0
    ? Result.fail(problems)
    : Result.succeed(results.flatMap((result) => (Result.isSuccess(result) ? [result.success] : [])))
}

const decodeWire = Schema.decodeUnknownResult(Wire, { errors: "all" })
const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

const decodeOne = (value: unknown, index: number | null): Result.Result<Scenario, ReadonlyArray<Problem>> => {
  const decoded = decodeWire(value)
  const found = Result.isSuccess(decoded)
    ? [...itemProblems(decoded.success), ...spanProblems(decoded.success)]
    : issuesOf(decoded.failure.issue).issues.map(({ path, message }) => ({
        path: (path ?? []).map(step),
        message: message === "Missing key" ? missing : message,
      }))
  if (Result.isSuccess(decoded) && found.length === 0) return Result.succeed(scenarioOf(decoded.success))
  const id = label(typeof value === "object" && value !== null && "id" in value ? value.id : undefined)
  const base = index === null ? [] : [index]
  return Result.fail(
    found.map(({ path, message }) => ({ index, id, pointer: JsonText.pointer([...base, ...path]), message })),
  )
}

/** A step of a path as the formatter of Effect gives it. */
const step = (step: unknown): string | number => {
  const key = typeof step === "object" && step !== null && "key" in step ? step.key : step
  return typeof key === "number" ? key : String(key)
}

/** Items that stand twice, and events about items that there are not. */
const itemProblems = ({ items = [], events = [] }: typeof Wire.Type) => {
  const ids = items.map(({ id }) => id)
  return [
    ...ids.flatMap((id, index) =>
      ids.indexOf(id) === index ? [] : [{ path: ["items", index, "id"], message: `There is an item "${id}" already` }],
    ),
    ...events.flatMap(({ type, item }, index) => {
      if (type !== "complete" && type !== "uncomplete" && type !== "due") return []
      const path = ["events", index, "item"]
      if (item === undefined) return [{ path, message: missing }]
      return ids.includes(item) ? [] : [{ path, message: `There is no item "${item}"` }]
    }),
  ]
}

/** A scenario that goes on for longer than anybody waits. */
const spanProblems = ({ events = [], until }: typeof Wire.Type) =>
  events.some(({ at }) => until - at > longest)
    ? [{ path: ["until"], message: "It is more than 100 years after the first event" }]
    : []
