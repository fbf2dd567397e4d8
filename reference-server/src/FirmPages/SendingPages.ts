/**
 * Where the firm's mails come from: the domain of its own, the records that its DNS needs, and how this server is set up to
 * send. For administrators.
 */
import * as Effect from "effect/Effect"
import { Doctor, type Finding } from "../Doctor.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { type Choice, type Record, type Sender, type SenderRefused, Senders } from "../Senders.ts"
import * as WarmUp from "../Senders/WarmUp.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import type { Visit } from "./Visit.ts"
import { ago, type Key, lookUp, moment, type Words } from "./Words.ts"

const path = "/settings/sending"

export const routes = [
  Routes.adminPage(path, (visit) =>
    Effect.gen(function* () {
      const examined = visit.query("examine") === "server" ? yield* (yield* Doctor).examine : null
      return yield* show(visit, { examined })
    }),
  ),
  Routes.adminAction(path, (visit, form) =>
    Effect.gen(function* () {
      const senders = yield* Senders
      const { id } = visit.workspace
      const done = (what: string) => PageSecurity.seeOther(visit.config, `${path}?done=${what}`)
      switch (form.text("action")) {
        case "check":
          return yield* Effect.as(Effect.ignore(senders.check(id)), done("checked"))
        case "rotate":
          return yield* Effect.as(Effect.ignore(senders.rotate(id)), done("rotated"))
        case "remove":
          return yield* Effect.as(senders.remove(id), done("removed"))
        default: {
          const given = filled(form)
          return yield* senders.choose(id, given).pipe(
            Effect.as(done("saved")),
            Effect.catchTag("SenderRefused", (refusal) =>
              show(visit, { given, mistakes: [mistakeOf(visit.words, refusal)] }),
            ),
          )
        }
      }
    }),
  ),
]

const filled = (form: Form): Choice => ({
  domain: form.text("domain"),
  localPart: form.text("localPart"),
  ownAddresses: form.text("ownAddresses") === "yes",
})

const mistakeOf = ({ t }: Words, { reason }: SenderRefused): Field.Mistake =>
  reason === "address"
    ? { field: "localPart", sentence: t("sending.local.wrong") }
    : { field: "domain", sentence: t(reason === "public" ? "sending.domain.public" : "sending.domain.wrong") }

interface Shown {
  readonly given?: Choice
  readonly mistakes?: ReadonlyArray<Field.Mistake>
  readonly examined?: ReadonlyArray<Finding> | null
}

const doneWords: Readonly<{ [what: string]: Key }> = {
  checked: "sending.done.checked",
  saved: "sending.done.saved",
  rotated: "sending.done.rotated",
  removed: "sending.done.removed",
}

const show = Effect.fnUntraced(function* (visit: Visit, { given, mistakes = [], examined = null }: Shown) {
  const senders = yield* Senders
  const { words, workspace } = visit
  const { t } = words
  const sender = yield* senders.find(workspace.id)
  const { from } = yield* senders.from(workspace.id, { name: workspace.name })
  const done = doneWords[visit.query("done")]
  return Page.member(visit, {
    title: t("sending.title"),
    place: "settings",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`${SettingsTabs.show(visit, "sending")}
      <div class="narrow">
        ${Field.summary(words, mistakes)} ${done !== undefined && Page.done(t(done))}
        <h1>${t("sending.title")}</h1>
        <p class="lead">${t("sending.lead")}</p>
        <section class="card">
          <dl class="facts">
            <div>
              <dt>${t("sending.now")}</dt>
              <dd><strong>${from.address}</strong></dd>
            </div>
          </dl>
          <p class="help">${t("sending.answers")}</p>
        </section>
        ${sender !== null && domainCard(visit, sender)}
        ${addressForm(visit, given ?? sender, sender === null, mistakes)} ${sender !== null && keyCard(visit, sender)}
        ${doctorCard(visit, examined)}
      </div>`,
  })
})

const stateTone = { pending: "WaitingForCustomer", verified: "Submitted", lost: "Expired" } as const

const domainCard = (visit: Visit, sender: Sender): Html => {
  const { words } = visit
  const { t } = words
  const { domain, state, records, checkedAt, lostAt } = sender
  return html`<section class="card" id="records">
    <div class="titled">
      <h2>${t("sending.records", { domain })}</h2>
      <span class="pill ${stateTone[state]}">${t(`sending.state.${state}`)}</span>
    </div>
    ${state === "pending" && html`<p>${t("sending.pending")}</p>`}
    ${state === "lost" && lostAt !== null && html`<p class="notes">${t("sending.lost", { when: moment(words, lostAt) })}</p>`}
    ${warmUpLine(words, sender)}
    <p class="help">${t("sending.records.help")}</p>
    <ul class="lines">
      ${records.map((record) => recordLine(words, sender, record))}
    </ul>
    <form method="post" action="${path}" class="entry">
      ${Page.token(visit)}<input type="hidden" name="action" value="check" />
      <button class="primary" type="submit">${t("sending.check")}</button>
      ${checkedAt !== null && html`<p class="meta" title="${moment(words, checkedAt)}">${t("sending.checked", { when: ago(words, checkedAt) })}</p>`}
    </form>
  </section>`
}

/** What may go on this day, while the domain is new. */
const warmUpLine = (words: Words, { warmUp }: Sender): Child => {
  if (warmUp === null) return null
  const { step, perDay, sent, until, waiting } = warmUp
  const said = words.t("sending.warmUp", { day: step + 1, days: WarmUp.days, perDay, sent })
  const rest =
    waiting > 0 && until !== null
      ? words.t("sending.warmUp.waiting", { count: waiting, when: moment(words, until) })
      : ""
  return html`<p class="notes">${said} ${rest}</p>`
}

const tone = { right: "Submitted", wrong: "Expired", missing: "Expired", unknown: "Suspended" } as const
/** A recommended record that is not there stops nothing. */
const mildTone = { ...tone, wrong: "WaitingForCustomer", missing: "WaitingForCustomer" } as const

const recordLine = ({ t }: Words, { nextSelector }: Sender, record: Record): Html => {
  const { kind, isRequired, name, value, judgement, code, seen = "", selector } = record
  const title = kind === "dkim" && selector !== null && selector === nextSelector ? "dkim.next" : kind
  return html`<li>
    <div class="titled">
      <h3>${t(`sending.record.${title}`)}</h3>
      <span class="pill ${(isRequired ? tone : mildTone)[judgement]}">${t(`sending.judged.${judgement}`)}</span>
      <span class="meta">${t(isRequired ? "sending.required" : "sending.recommended")}</span>
    </div>
    <p>${t(`sending.found.${code}`, { seen })}</p>
    <dl class="facts">
      <div>
        <dt>${t("sending.name")}</dt>
        <dd>${copyable(t("sending.name"), name)}</dd>
      </div>
      <div>
        <dt>${t("sending.text")}</dt>
        <dd>${copyable(t("sending.text"), value)}</dd>
      </div>
    </dl>
  </li>`
}

/** Selected whole by one press. */
const copyable = (label: string, text: string): Html =>
  html`<code class="secret slight" tabindex="0" aria-label="${label}">${text}</code>`

const addressForm = (
  visit: Visit,
  given: Choice | null,
  isNew: boolean,
  mistakes: ReadonlyArray<Field.Mistake>,
): Html => {
  const { t } = visit.words
  return html`<form class="card" method="post" action="${path}" novalidate>
    ${Page.token(visit)}<input type="hidden" name="action" value="choose" />
    <h2>${t(isNew ? "sending.form.new" : "sending.form.change")}</h2>
    <div>
      ${Field.input({ name: "domain", label: t("sending.domain"), help: t("sending.domain.help"), value: given?.domain ?? "", spellcheck: false, autocomplete: "off", mistakes })}
      ${Field.input({ name: "localPart", label: t("sending.local"), help: t("sending.local.help"), value: given?.localPart ?? "", spellcheck: false, autocomplete: "off", narrow: true, mistakes })}
    </div>
    <label class="choice"
      ><input type="checkbox" name="ownAddresses" value="yes" ${given?.ownAddresses === true && html` checked`} />
      <span>${t("sending.own")} <span class="help">${t("sending.own.help")}</span></span></label
    >
    <p class="buttons">
      <button ${isNew && html`class="primary"`} type="submit">
        ${t(isNew ? "sending.submit.new" : "sending.submit.change")}
      </button>
    </p>
  </form>`
}

const keyCard = (visit: Visit, { selector, nextSelector }: Sender): Html => {
  const { t } = visit.words
  const confirm = (action: "rotate" | "remove", danger: Child): Html =>
    html`<details class="confirm">
      <summary>${t(`sending.${action}`)}</summary>
      <form method="post" action="${path}">
        ${Page.token(visit)}<input type="hidden" name="action" value="${action}" />
        <p>${t(`sending.${action}.help`)}</p>
        <button ${danger} type="submit">${t(`sending.${action}`)}</button>
      </form>
    </details>`
  return html`<div class="buttons">
    ${selector !== null && nextSelector === null && confirm("rotate", null)} ${confirm("remove", html`class="danger"`)}
  </div>`
}

const levelTone = { ok: "Submitted", warning: "WaitingForCustomer", error: "Expired" } as const

const doctorCard = (visit: Visit, examined: ReadonlyArray<Finding> | null): Html => {
  const { words } = visit
  const { t } = words
  return html`<section class="card" id="server">
    <h2>${t("sending.doctor")}</h2>
    <p class="help">${t("sending.doctor.help")}</p>
    ${
      examined !== null &&
      html`<ul class="lines">
        ${examined.map(
          ({ level, code, values = {} }) =>
            html`<li>
              <span class="pill ${levelTone[level]}">${t(`doctor.level.${level}`)}</span>
              ${lookUp(words, `doctor.${code}`, values, code)}
            </li>`,
        )}
      </ul>`
    }
    <p class="buttons"><a class="button" href="${path}?examine=server#server">${t("sending.doctor.run")}</a></p>
  </section>`
}
