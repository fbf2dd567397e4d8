/**
 * A policy in words: what its knobs mean for the customer and for the firm, as short phrases that make one sentence
 * ("Opens on one device, by link; until 21 December; reminded on …"), and what the linter says of it.
 */
import { Instant, Questionnaire, type Reminder, RequestPolicy } from "@requite/core"
import * as upload from "@requite/core/QuestionKind/upload"
import type { ServerConfig } from "../Config.ts"
import { type Child, html } from "../Html.ts"
import { day, list, lookUp, type Words } from "./Words.ts"

type Policy = RequestPolicy.RequestPolicy

export const presetNames = ["standard", "passfort", "taxdome", "karbon", "customer-centre", "file-request"] as const
export type PresetName = (typeof presetNames)[number]

/** The preset of that name; the standard one where there is none. */
export const presetOf = (name: string): PresetName => presetNames.find((one) => one === name) ?? "standard"

/** What a policy is called. One that the firm named itself keeps its name. */
export const nameOf = ({ t }: Words, name: string): string => {
  const preset = presetNames.find((one) => one === name)
  return preset === undefined ? name : t(`policy.${preset}`)
}

/** What is known beyond the policy itself. */
export interface Known {
  /** The end of the window; left out: as if it were sent now. Null: never. */
  readonly until?: Instant.Instant | null
  readonly rule?: Reminder.Rule
  /** The reminders of the cycle, where they are known. */
  readonly reminders?: ReadonlyArray<Instant.Instant>
}

/** The policy as one sentence: who gets in and how, until when, and when they are reminded. */
export const sentence = (words: Words, policy: Policy, known: Known = {}): string => {
  const phrases = [access(words, policy), window(words, policy, known), reminding(words, policy, known)]
  const text = phrases.join("; ")
  return `${text.charAt(0).toLocaleUpperCase(words.locale)}${text.slice(1)}.`
}

/** Everything else that a member should know of it, a phrase each. */
export const facts = ({ t }: Words, policy: Policy): ReadonlyArray<string> => {
  const { outstanding, resend, saving, selfService, completion, audience, settingsEditable, roles } = policy
  return [
    t(`rules.saving.${saving}`),
    t(`rules.completion.${completion}`),
    ...(audience === "one" ? [] : [t(`rules.audience.${audience}`)]),
    ...(roles === null ? [] : [t("rules.roles", { roles: roles.join(", ") })]),
    t(`rules.resend.${resend.mode}`),
    ...(selfService === "none" ? [] : [t(`rules.self.${selfService}`)]),
    ...(policy.customerMayDelegate === "yes" || policy.customerMayDelegate === "ask-firm"
      ? [t(`rules.delegate.${policy.customerMayDelegate}`)]
      : []),
    ...(outstanding.perSubject === null ? [] : [t("rules.limit", { count: outstanding.perSubject })]),
    t(settingsEditable.due === "unsent" ? "rules.change.unsent" : `rules.change.${policy.structureEditable}`),
  ]
}

const access = ({ t }: Words, { audience, binding, secondFactor, secondFactorWhen }: Policy): string => {
  const how = t(audience === "anyone-with-link" ? "rules.access.anyone" : `rules.access.${binding}`)
  if (secondFactor === "none") return how
  const factor = t(`rules.factor.${secondFactor}`)
  return `${how}, ${secondFactorWhen === "always" ? factor : t("rules.factor.sensitive", { factor })}`
}

const window = (words: Words, { clock, windowDays }: Policy, { until }: Known): string => {
  const { t, now } = words
  if (until === null || (until === undefined && windowDays === null)) return t("rules.window.never")
  if (until === undefined && clock === "first-claim") return t("rules.window.claim", { days: windowDays ?? 0 })
  return t("rules.window.until", { day: day(words, until ?? Instant.plusDays(now, windowDays ?? 0)) })
}

const most = 3

const reminding = (
  words: Words,
  { reminders: { rule: own, cap } }: Policy,
  { rule = own, reminders }: Known,
): string => {
  const { t } = words
  if (rule.kind === "none") return t("rules.reminds.none")
  if (reminders !== undefined && reminders.length > 0) {
    const days = reminders.slice(0, most).map((instant) => day(words, instant))
    const rest = reminders.length - days.length
    return t("rules.reminds.on", {
      days: list(words, rest > 0 ? [...days, t("rules.reminds.more", { count: rest })] : days),
    })
  }
  const often =
    rule.kind === "custom" ? t("rules.reminds.custom", { days: rule.everyDays }) : t(`rules.reminds.${rule.kind}`)
  return cap === null ? often : t("rules.reminds.capped", { often, count: cap })
}

/** Where a policy is in force: on this server, for these questions; null: it is not known yet what is asked. */
export const surroundings = (
  { clamd }: ServerConfig,
  questionnaire: Questionnaire.Questionnaire | null,
): RequestPolicy.Surroundings => ({
  scanner: clamd === undefined ? "none" : "clamd",
  accepts:
    questionnaire === null
      ? []
      : Questionnaire.questions(questionnaire).flatMap((one) => (upload.isUpload(one) ? one.accept : [])),
})

/** What the linter says: errors, which stop sending, before warnings. Null: nothing. */
export const warnings = (words: Words, policy: Policy, where?: RequestPolicy.Surroundings): Child => {
  const found = RequestPolicy.lint(policy, where)
  return (
    found.length > 0 &&
    html`<ul class="warnings">
      ${found.map(
        ({ code, severity, message }) =>
          html`<li class="${severity}">
            <strong>${words.t(`rules.${severity}`)}</strong> ${warning(words, code, message)}
          </li>`,
      )}
    </ul>`
  )
}

/** One finding of the linter in the reader's language. */
export const warning = (words: Words, code: string, message: string): string =>
  lookUp(words, `lint.${code}`, {}, message)
