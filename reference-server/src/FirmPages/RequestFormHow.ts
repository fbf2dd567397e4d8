/**
 * The last part of the request's form: its rules as sentences with what the linter says of them, how often it reminds
 * with the days on which it would, how careful it is, and the message.
 */
import { type ClientRequest, RequestPolicy } from "@requite/core"
import { type Child, type Html, html } from "../Html.ts"
import type { Aspect } from "../RequestActions.ts"
import * as Field from "./Field.ts"
import * as PolicyWords from "./PolicyWords.ts"
import { type Filled, remindings } from "./RequestForm.ts"
import type { Judged } from "./RequestJudged.ts"
import { exact, whyNoReminder } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import { soon, type Words } from "./Words.ts"

interface Shown {
  readonly before: ClientRequest.State | null
  readonly filled: Filled
  readonly judged: Judged
  readonly mistakes: ReadonlyArray<Field.Mistake>
  readonly editable: ReadonlySet<Aspect>
}

export const show = (visit: Visit, shown: Shown): Html => {
  const { words } = visit
  const { t } = words
  const { before, filled, judged, mistakes, editable } = shown
  return html`<section class="card">
    <h2>${t("request.how")}</h2>
    ${before === null ? choice(visit, filled, judged, mistakes) : fixedPolicy(visit, judged)}
    ${editable.has("reminders") && reminding(words, filled, mistakes)} ${calendar(words, judged)}
    ${editable.has("security") && careful(words, filled, judged)}
    ${
      editable.has("message") &&
      html`${Field.area({ name: "message", label: t("request.message"), help: t("request.message.help"), value: filled.message, rows: 9, mistakes })}
        ${mailFacts(visit, judged)}
        <p class="help">${t("request.fixed")}</p>`
    }
  </section>`
}

/** Each preset as the sentence that it is; what is weak in the chosen one stands under it. */
const choice = (visit: Visit, filled: Filled, judged: Judged, mistakes: ReadonlyArray<Field.Mistake>): Html => {
  const { words, config } = visit
  const { t } = words
  const where = PolicyWords.surroundings(config, judged.questionnaire)
  const wrong = mistakes.find(({ field }) => field === "policy")
  return html`<fieldset class="field policies${wrong !== undefined && " wrong"}" id="policy">
    <legend>${t("request.policy")}</legend>
    ${wrong !== undefined && html`<p class="mistake">${wrong.sentence}</p>`}
    ${PolicyWords.presetNames.map((name) => {
      const policy = RequestPolicy.presets[name]
      const known = name === filled.policy ? knownOf(judged) : {}
      const found = RequestPolicy.lint(policy, where)
      return html`<div class="policy">
        <label class="choice">
          <input
            type="radio"
            name="policy"
            id="policy-${name}"
            value="${name}"
            ${name === filled.policy && html` checked`}
          />
          <span
            ><strong>${t(`policy.${name}`)}</strong>
            <span class="help">${PolicyWords.sentence(words, policy, known)}</span></span
          >
        </label>
        <details class="about" ${found.some(({ severity }) => severity === "error") && html` open`}>
          <summary>${t("rules.about", { count: found.length })}</summary>
          <ul class="phrases">
            ${PolicyWords.facts(words, policy).map((fact) => html`<li>${fact}</li>`)}
          </ul>
          ${PolicyWords.warnings(words, policy, where)}
        </details>
      </div>`
    })}
  </fieldset>`
}

/** What the form says beyond the policy: its own rule, and the days that follow from it. */
const knownOf = ({ details, calendar: planned }: Judged): PolicyWords.Known => ({
  rule: details.reminders.enabled ? details.reminders.rule : { kind: "none" },
  ...(planned === null ? {} : { reminders: planned.instants }),
})

const fixedPolicy = ({ words, config }: Visit, judged: Judged): Html =>
  html`<div class="field">
    <p class="label">${words.t("request.policy")}</p>
    <p>
      <strong>${PolicyWords.nameOf(words, judged.policy.name)}.</strong>
      ${PolicyWords.sentence(words, judged.policy, knownOf(judged))}
    </p>
    ${PolicyWords.warnings(words, judged.policy, PolicyWords.surroundings(config, judged.questionnaire))}
  </div>`

const reminding = ({ t }: Words, filled: Filled, mistakes: ReadonlyArray<Field.Mistake>): Html =>
  html`<div class="pair">
    ${Field.select({
      name: "reminding",
      label: t("reminders.rule"),
      help: t("reminders.rule.help"),
      value: filled.reminding,
      options: remindings.map((value) => ({ value, label: t(`reminders.rule.${value}`) })),
      mistakes,
    })}
    ${Field.input({ name: "everyDays", label: t("reminders.every"), help: t("reminders.every.help"), value: filled.everyDays, narrow: true, mistakes })}
  </div>`

/** Every reminder of the cycle if nothing is answered, from the send that is meant. */
const calendar = (words: Words, { calendar: planned, policy }: Judged): Child => {
  const { t } = words
  if (planned === null) return false
  const end = t("reminders.then", { why: whyNoReminder(words, planned.then, policy.reminders.cap) })
  return html`<div class="field calendar" id="calendar">
    <p class="label">${t("reminders.calendar")}</p>
    ${
      planned.instants.length === 0
        ? html`<p class="help">
            ${t("reminders.noneAtAll", { why: whyNoReminder(words, planned.then, policy.reminders.cap) })}
          </p>`
        : html`<p class="help">${t("reminders.calendar.help")}</p>
            <ol class="days">
              ${planned.instants.slice(0, 12).map((instant) => html`<li>${exact(instant, soon(words, instant))}</li>`)}
            </ol>
            <p class="help">
              ${planned.instants.length > 12 && `${t("rules.reminds.more", { count: planned.instants.length - 12 })}. `}${end}
            </p>`
    }
  </div>`
}

const careful = ({ t }: Words, { sensitive, portalOnly }: Filled, { policy }: Judged): Html =>
  html`<fieldset class="field">
    <legend>${t("sensitive.title")}</legend>
    <input type="hidden" name="sensitivity" value="asked" />
    <label class="choice"
      ><input type="checkbox" name="sensitive" value="yes" ${sensitive && html` checked`} />
      <span
        ><strong>${t("sensitive.label")}</strong>
        <span class="help"
          >${policy.secondFactor === "none" ? t("sensitive.none") : t("sensitive.help", { factor: t(`rules.factor.${policy.secondFactor}`) })}</span
        ></span
      ></label
    >
    <label class="choice"
      ><input type="checkbox" name="portalOnly" value="yes" ${portalOnly && html` checked`} />
      <span><strong>${t("portal.only.label")}</strong> <span class="help">${t("portal.only.help")}</span></span></label
    >
  </fieldset>`

/** What configuration decides (P12). */
const mailFacts = ({ config, member, workspace, words: { t } }: Visit, { mail }: Judged): Html =>
  html`<dl class="facts">
    <div>
      <dt>${t("mail.from")}</dt>
      <dd>${workspace.name} &lt;${config.mailFrom}&gt;</dd>
    </div>
    <div>
      <dt>${t("mail.replyTo")}</dt>
      <dd>${member.name} &lt;${member.email}&gt;</dd>
    </div>
    ${
      mail !== null &&
      html`<div>
        <dt>${t("mail.subject")}</dt>
        <dd>${mail.subject}</dd>
      </div>`
    }
  </dl>`
