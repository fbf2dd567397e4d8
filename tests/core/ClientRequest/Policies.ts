/** Policies for random stories: every preset, and knobs turned at random as far as they do not contradict each other. */
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** One of these, as often as it stands there; the first and the last come up more often, as edges do. */
export const among = <const A>(...values: ReadonlyArray<A>) =>
  Arbitrary.filterMap(
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: values.length - 1 }))),
    (index) => Result.fromNullishOr(values[index], () => index),
  )
/** As `among`, for knobs that may be null. */
export const knob = <const A>(...values: ReadonlyArray<A>) =>
  Arbitrary.map(among(...values.map((value) => ({ value }))), ({ value }) => value)
const flag = Arbitrary.schema(Schema.Boolean)

const editable = among("unsent", "pending", "open")
export const knobs = Arbitrary.all({
  preset: among(...Object.values(RequestPolicy.presets)),
  /** Half of the stories are of a preset as it is. */
  turned: flag,
  waitingBegins: among("on-send", "on-start"),
  structureEditable: among("pending", "append-until-submitted"),
  settings: Arbitrary.all({
    message: editable,
    due: editable,
    reminders: editable,
    recipients: editable,
    security: editable,
  }),
  windowDays: knob(30, 1, null, 7),
  linkDays: knob(null, 3, 30),
  clock: among("sent", "first-claim", "sent"),
  reminderExtendsDays: knob(null, 2, 60),
  mode: among("renew", "new-link", "new-request", "renew"),
  resetsCount: flag,
  otherLinks: among("revoke", "keep"),
  selfService: among("none", "other-device", "other-device-and-expired"),
  binding: among("none", "on-open", "on-first-write"),
  saving: among("none", "autosave", "per-item", "live", "immediate"),
  completion: among("explicit-all", "explicit", "auto-when-all", "never"),
  mayReopen: flag,
  mayDecline: flag,
  perSubject: knob(null, 1, null),
  cap: knob(5, 1, 3, null),
  quiet: flag,
})
type Knobs = typeof knobs extends Arbitrary.Arbitrary<infer A> ? A : never

/** The preset with its knobs turned, as far as they do not contradict each other then. */
export const policyOf = (knobs: Knobs): RequestPolicy.RequestPolicy => {
  const { preset, turned, settings, mode, resetsCount, otherLinks, mayReopen, mayDecline, perSubject, cap, quiet } =
    knobs
  if (!turned) return preset
  const { waitingBegins, structureEditable, windowDays, linkDays, clock, reminderExtendsDays, selfService } = knobs
  const { binding, saving, completion } = knobs
  const timing = {
    sendTime: "09:00",
    quietHours: quiet ? (["20:00", "08:00"] as const) : null,
    businessDays: quiet ? { weekend: [6, 7], holidays: ["2027-01-06"] } : null,
  }
  const turns: ReadonlyArray<Partial<RequestPolicy.RequestPolicy>> = [
    { waitingBegins, structureEditable, windowDays, linkDays, clock, reminderExtendsDays },
    { settingsEditable: settings },
    { resend: { mode, resetsCount, otherLinks } },
    { selfService },
    { binding },
    { saving, completion },
    { customerMayReopenItem: mayReopen, customerMayDeclineItem: mayDecline },
    { outstanding: { perSubject, perTask: null } },
    { reminders: { rule: preset.reminders.rule, cap, timing } },
  ]
  const isSound = (policy: RequestPolicy.RequestPolicy) =>
    RequestPolicy.lint(policy).every(({ severity }) => severity === "warning")
  return turns.reduce<RequestPolicy.RequestPolicy>(
    (policy, turn) => (isSound({ ...policy, ...turn }) ? { ...policy, ...turn } : policy),
    preset,
  )
}
