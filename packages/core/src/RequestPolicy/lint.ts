/**
 * The linter of policies (security.md S78): settings that contradict each other, and settings that are weak. An *error* is a
 * policy that cannot work, and stops sending (guard G6); a *warning* is for a person to read and decide. Each rule is an
 * entry of `rules`: what it is called, the sentence for people, and which knobs of a policy break it.
 */
import { isDate } from "../Evaluation/dates.ts"
import type { RequestPolicy } from "./Policy.ts"

/** One setting that is weak, or contradicts another. */
export interface Warning {
  readonly code: string
  readonly severity: "error" | "warning"
  /** The knobs it is about, by their path in the policy. */
  readonly knobs: ReadonlyArray<string>
  readonly message: string
}

/** A rule: `broken` gives the knobs at fault, none when the policy keeps it. */
export interface LintRule extends Omit<Warning, "knobs"> {
  readonly broken: (policy: RequestPolicy) => ReadonlyArray<string>
}

/** Where a policy is in force, as far as that makes it weaker. */
export interface Surroundings {
  /** What looks for viruses in files. */
  readonly scanner: "clamd" | "none"
  /** The media types that are asked for; left out: not known yet, and there may be any. */
  readonly accepts?: ReadonlyArray<string>
}

/** Every finding about a policy, errors first; then what is weak about it where it is in force. */
export const lint = (policy: RequestPolicy, surroundings?: Surroundings): ReadonlyArray<Warning> => {
  const found = rules.flatMap(({ code, severity, message, broken }) => {
    const knobs = broken(policy)
    return knobs.length === 0 ? none : { code, severity, knobs, message }
  })
  return surroundings === undefined ? found : [...found, ...unscanned(surroundings)]
}

/** Formats that hold other files, which nobody sees from outside. */
const archives: ReadonlySet<string> = new Set([
  "application/zip",
  "application/gzip",
  "application/x-tar",
  "application/x-7z-compressed",
  "application/vnd.rar",
])

const unscanned = ({ scanner, accepts }: Surroundings): ReadonlyArray<Warning> => {
  if (scanner !== "none" || accepts?.length === 0) return none
  const files: Warning = {
    code: "files-not-scanned",
    severity: "warning",
    knobs: [],
    message: "Files that customers send are not scanned for viruses: the server has no scanner.",
  }
  const hidden: Warning = {
    code: "archives-not-scanned",
    severity: "warning",
    knobs: [],
    message: "Archives are taken, and nothing looks into them: ask for the files themselves.",
  }
  return accepts?.some((type) => archives.has(type)) === true ? [files, hidden] : [files]
}

// every send asks, so that keeping a rule makes nothing
const none: ReadonlyArray<never> = []

type Check = (policy: RequestPolicy) => boolean

const rule =
  (severity: Warning["severity"]) =>
  (code: string, knobs: ReadonlyArray<string>, breaks: Check, message: string): LintRule => ({
    code,
    severity,
    message,
    broken: (policy) => (breaks(policy) ? knobs : none),
  })

const error = rule("error")
const warning = rule("warning")

const asksSms = ({ secondFactor }: RequestPolicy) => secondFactor === "sms-code" || secondFactor === "both"
const asksEmailCode = ({ secondFactor }: RequestPolicy) => secondFactor === "email-code" || secondFactor === "both"
const reminds = ({ reminders }: RequestPolicy) => reminders.rule.kind !== "none"
const needs = ({ requires }: RequestPolicy, what: RequestPolicy["requires"][number]) => requires.includes(what)

/** A hundred years: more days than that is a slip of the finger, and instants have to stay whole numbers. */
const mostDays = 36_500

/** Every knob that counts something, and what it is set to; null: not limited. */
const counts = (policy: RequestPolicy): ReadonlyArray<readonly [knob: string, value: number | null]> => [
  ["windowDays", policy.windowDays],
  ["linkDays", policy.linkDays],
  ["reminderExtendsDays", policy.reminderExtendsDays],
  ["outstanding.perSubject", policy.outstanding.perSubject],
  ["outstanding.perTask", policy.outstanding.perTask],
  ["session.idleMinutes", policy.session.idleMinutes],
  ["session.hours", policy.session.hours],
  ["reminders.cap", policy.reminders.cap],
  ["reminders.rule.everyDays", policy.reminders.rule.kind === "custom" ? policy.reminders.rule.everyDays : null],
]

const isTime = (text: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text)

/** Times and dates that there are none of; the decoder refuses them too, but a policy may come another way. */
const badTimes = ({ reminders: { timing } }: RequestPolicy): ReadonlyArray<string> => {
  const weekend = timing.businessDays?.weekend ?? []
  const isWeekend = new Set(weekend).size < 7 && weekend.every((day) => Number.isInteger(day) && day >= 1 && day <= 7)
  return [
    ...(isTime(timing.sendTime) ? [] : ["reminders.timing.sendTime"]),
    ...((timing.quietHours ?? []).every(isTime) ? [] : ["reminders.timing.quietHours"]),
    ...(isWeekend ? [] : ["reminders.timing.businessDays.weekend"]),
    ...((timing.businessDays?.holidays ?? []).every(isDate) ? [] : ["reminders.timing.businessDays.holidays"]),
  ]
}

/** Is a reminder never sent at its own time, because nobody may be disturbed then? */
const sendsInQuietHours = ({ reminders: { timing } }: RequestPolicy): boolean => {
  if (timing.quietHours === null) return false
  const { sendTime } = timing
  const [from, to] = timing.quietHours
  return from <= to ? sendTime >= from && sendTime < to : sendTime >= from || sendTime < to
}

/** Every rule, errors before warnings. */
export const rules: ReadonlyArray<LintRule> = [
  {
    code: "not-positive",
    severity: "error",
    message: "A number of days, hours or pieces must be a whole number, at least 1.",
    broken: (policy) =>
      counts(policy).flatMap(([knob, value]) =>
        value === null || (Number.isInteger(value) && value >= 1) ? [] : knob,
      ),
  },
  {
    code: "too-long",
    severity: "error",
    message: "That is more than a hundred years: leave the limit out if there is to be none.",
    broken: (policy) => counts(policy).flatMap(([knob, value]) => (value !== null && value > mostDays ? knob : [])),
  },
  {
    code: "bad-time",
    severity: "error",
    message: "Times are written 09:00, dates 2027-03-27, weekdays 1 to 7, and one of these must be a working day.",
    broken: badTimes,
  },
  error(
    "nothing-kept-until-end",
    ["saving", "completion"],
    ({ saving, completion }) => saving === "none" && (completion === "auto-when-all" || completion === "never"),
    "Nothing is kept before the customer submits, but this request is never submitted by the customer as a whole.",
  ),
  error(
    "shared-but-not-kept",
    ["audience", "saving"],
    ({ audience, saving }) => audience === "shared-record" && saving === "none",
    "Several people cannot fill in one record of which nothing is kept.",
  ),
  error(
    "sms-without-mobile",
    ["secondFactor", "requires"],
    (policy) => asksSms(policy) && !needs(policy, "mobile"),
    "A code goes by SMS, but a mobile number is not required.",
  ),
  error(
    "email-code-without-email",
    ["secondFactor", "requires"],
    (policy) => asksEmailCode(policy) && !needs(policy, "email"),
    "A code goes by e-mail, but an address is not required.",
  ),
  error(
    "link-without-email",
    ["token", "requires"],
    (policy) => policy.token === "random-hashed" && !needs(policy, "email"),
    "The link exists in the e-mail only, but an address is not required: nobody would get it.",
  ),
  error(
    "derived-with-email-code",
    ["token", "secondFactor"],
    ({ token, secondFactor }) => token === "derived" && secondFactor === "email-code",
    "A link that can be shown again has as its only second factor a code that goes by the same mail as the link.",
  ),
  error(
    "same-channel-code",
    ["secondFactor", "secondFactorWhen"],
    ({ secondFactor, secondFactorWhen }) => secondFactor === "email-code" && secondFactorWhen === "always",
    "The code goes by e-mail like the link, so it is no second factor: whoever reads the mail has both.",
  ),
  error(
    "same-link-not-kept",
    ["resend.mode", "token"],
    ({ resend, token }) => resend.mode === "same-link" && token === "random-hashed",
    "The same link is to be sent again, but only its digest is kept: use a derived link.",
  ),
  error(
    "same-link-revoked",
    ["resend.mode", "resend.otherLinks"],
    ({ resend }) => resend.mode === "same-link" && resend.otherLinks === "revoke",
    "The same link is to be sent again, but sending again revokes it.",
  ),
  error(
    "self-service-without-email",
    ["selfService", "requires"],
    (policy) => policy.selfService !== "none" && !needs(policy, "email"),
    "Customers may have a new link mailed to them, but an address is not required.",
  ),
  error(
    "self-service-renews",
    ["selfService", "resend.mode"],
    ({ selfService, resend }) => selfService === "other-device-and-expired" && resend.mode === "new-request",
    "An expired request is to be asked anew, but the customer may open it again alone.",
  ),
  error(
    "new-recipient-without-link",
    ["settingsEditable.recipients", "resend.mode"],
    ({ settingsEditable, resend }) => settingsEditable.recipients !== "unsent" && resend.mode === "new-request",
    "The recipient may be changed after sending, but nothing can be sent to the new one.",
  ),
  error(
    "groups-exclude-each-other",
    ["audience", "outstanding.perSubject"],
    ({ audience, outstanding }) => audience === "separate-views" && outstanding.perSubject === 1,
    "Each group is a request of its own on one work item, but only one may be out at a time.",
  ),
  error(
    "anyone-but-one",
    ["audience", "secondFactor", "binding", "roles"],
    ({ audience, secondFactor, binding, roles }) =>
      audience === "anyone-with-link" && (secondFactor !== "none" || binding !== "none" || roles !== null),
    "Anyone with the link is let in, but a code, a device or a role lets in one person only.",
  ),
  error("roles-empty", ["roles"], ({ roles }) => roles?.length === 0, "No role at all may be asked, so nobody may be."),
  error(
    "reminders-without-email",
    ["reminders.rule", "requires"],
    (policy) => reminds(policy) && !needs(policy, "email"),
    "Reminders go by e-mail, but an address is not required.",
  ),
  error(
    "reminders-never-satisfied",
    ["reminders.rule", "completion"],
    (policy) => reminds(policy) && policy.completion === "never",
    "Reminders ask for something to be completed, but this request never is.",
  ),
  error(
    "delegation-to-nobody",
    ["customerMayDelegate", "requires", "roles"],
    (policy) =>
      policy.customerMayDelegate === "yes" &&
      (needs(policy, "contact") || needs(policy, "mobile") || policy.roles !== null),
    "Customers may pass it on at once, but whom they name has no number, role or place among the contacts: ask the firm.",
  ),
  warning(
    "never-expires",
    ["windowDays"],
    ({ windowDays }) => windowDays === null,
    "The request stays open for ever, and so does its link where that has no end of its own.",
  ),
  warning(
    "unclaimed-never-expires",
    ["clock", "linkDays"],
    ({ clock, windowDays, linkDays }) => clock === "first-claim" && windowDays !== null && linkDays === null,
    "The window begins with the first claim: a link that nobody opens stays alive for ever.",
  ),
  warning(
    "link-outlives-window",
    ["linkDays", "windowDays"],
    ({ linkDays, windowDays, reminderExtendsDays }) =>
      linkDays !== null && windowDays !== null && linkDays > Math.max(windowDays, reminderExtendsDays ?? 0),
    "The link's own end comes after the window's, where it has no effect.",
  ),
  warning(
    "extension-without-window",
    ["reminderExtendsDays", "windowDays"],
    ({ reminderExtendsDays, windowDays }) => reminderExtendsDays !== null && windowDays === null,
    "Reminders are to keep the window open longer, but it has no end.",
  ),
  warning(
    "open-to-anyone",
    ["audience"],
    ({ audience }) => audience === "anyone-with-link",
    "Whoever has the link gets in: prefill no answers, and ask nothing sensitive.",
  ),
  warning(
    "answers-open-to-anyone",
    ["audience", "saving", "afterSubmit"],
    ({ audience, saving, afterSubmit }) =>
      audience === "anyone-with-link" &&
      (saving === "autosave" || saving === "per-item" || saving === "live" || afterSubmit === "live-record"),
    "Whoever has the link reads what others have answered.",
  ),
  warning(
    "link-alone",
    ["binding", "secondFactor"],
    ({ binding, secondFactor }) => binding === "none" && secondFactor === "none",
    "The link alone lets in, from any device: whoever gets hold of the mail gets in.",
  ),
  warning(
    "same-channel-code",
    ["secondFactor", "secondFactorWhen"],
    ({ secondFactor, secondFactorWhen }) => secondFactor === "email-code" && secondFactorWhen === "sensitive",
    "The code for sensitive requests goes by e-mail like the link: it proves the mailbox again, and is labelled so.",
  ),
  warning(
    "binds-on-open",
    ["binding"],
    ({ binding }) => binding === "on-open",
    "The first device to press the button keeps the link, be it a mail scanner's: on-first-write is safer.",
  ),
  warning(
    "binds-too-late",
    ["binding", "saving"],
    ({ binding, saving }) => binding === "on-first-write" && saving === "none",
    "The device is fixed by the first write, and the only write is the last.",
  ),
  warning(
    "locked-to-device",
    ["binding", "selfService"],
    ({ binding, selfService }) => binding !== "none" && selfService === "none",
    "A customer who changes the device is locked out until the firm sends again.",
  ),
  warning(
    "delegation-weakens-factor",
    ["customerMayDelegate", "secondFactor"],
    ({ customerMayDelegate, secondFactor }) => customerMayDelegate === "yes" && secondFactor !== "none",
    "Whoever is in names the next one, whose code then goes where they said: the code proves nothing of that person.",
  ),
  warning(
    "delegation-unchecked",
    ["customerMayDelegate", "saving"],
    ({ customerMayDelegate, saving }) => customerMayDelegate === "yes" && saving !== "none",
    "Whoever a customer names sees what was answered so far, before the firm knows who that is.",
  ),
  warning(
    "derived-token",
    ["token"],
    ({ token }) => token === "derived",
    "The link can be shown again to members, and by whoever gets the server's key and its database.",
  ),
  warning(
    "old-links-kept",
    ["resend.otherLinks"],
    ({ resend }) => resend.otherLinks === "keep",
    "Sending again leaves the links of earlier mails alive.",
  ),
  warning(
    "uncapped-reminders",
    ["reminders.cap"],
    ({ reminders }) => reminders.cap === null,
    "Reminders go on without a limit, until mail providers take them for spam.",
  ),
  warning(
    "no-quiet-hours",
    ["reminders.timing.quietHours"],
    (policy) => reminds(policy) && policy.reminders.timing.quietHours === null,
    "What is late is made up for at any hour of the night.",
  ),
  warning(
    "sends-in-quiet-hours",
    ["reminders.timing.sendTime", "reminders.timing.quietHours"],
    sendsInQuietHours,
    "The time of sending lies in the quiet hours, so that every reminder waits for their end.",
  ),
]
