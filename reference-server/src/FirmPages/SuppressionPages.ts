/** The addresses that get no mail of the firm: the list, what puts one there by hand, and what lets mail go there again. */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import { type Html, html } from "../Html.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { type Suppression, Suppressions } from "../Suppressions.ts"
import * as Field from "./Field.ts"
import * as Lifting from "./Lifting.ts"
import * as Page from "./Page.ts"
import { exact } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import type { Visit } from "./Visit.ts"
import { ago } from "./Words.ts"

export const routes = [
  Routes.page("/contacts/suppressed", (visit) => list(visit)),
  Routes.action("/contacts/suppressed", (visit, form) =>
    Effect.gen(function* () {
      const { t } = visit.words
      const given = {
        address: LocalText.oneLine(form.text("address")).trim(),
        reason: form.text("reason").trim().slice(0, 500),
      }
      const mistakes: ReadonlyArray<Field.Mistake> = [
        ...(isAddress(given.address) ? [] : [{ field: "address", sentence: t("form.email") }]),
        ...(given.reason === "" ? [{ field: "reason", sentence: t("returns.reason.missing") }] : []),
      ]
      if (mistakes.length > 0) return yield* list(visit, { mistakes, given })
      yield* (yield* Suppressions).note(visit.workspace.id, given.address, {
        cause: "by-hand",
        detail: given.reason,
        memberId: visit.member.id,
      })
      return PageSecurity.seeOther(visit.config, "/contacts/suppressed?done=added")
    }),
  ),
  Routes.adminAction("/contacts/suppressed/digest", (visit, form) =>
    Effect.gen(function* () {
      yield* (yield* Suppressions).setDigests(visit.workspace.id, form.text("on") === "yes")
      return PageSecurity.seeOther(visit.config, "/contacts/suppressed")
    }),
  ),
  Routes.action("/contacts/suppressed/lift", (visit, form) =>
    Effect.gen(function* () {
      const problem = yield* Lifting.carryOut(visit, form, form.text("address"))
      return problem === null
        ? PageSecurity.seeOther(visit.config, "/contacts/suppressed?done=lifted")
        : yield* list(visit, { problem })
    }),
  ),
]

interface Shown {
  readonly mistakes?: ReadonlyArray<Field.Mistake>
  readonly given?: { readonly address: string; readonly reason: string }
  readonly problem?: string
}

const list = Effect.fnUntraced(function* (
  visit: Visit,
  { mistakes = [], given = { address: "", reason: "" }, problem }: Shown = {},
) {
  const { words } = visit
  const { t } = words
  const suppressions = yield* Suppressions
  const found = yield* suppressions.list(visit.workspace.id)
  const digests = yield* suppressions.digests(visit.workspace.id)
  const done = (["added", "lifted"] as const).find((one) => one === visit.query("done"))
  const wrong = mistakes.length > 0 || problem !== undefined
  return Page.member(visit, {
    title: t("returns.title"),
    place: "contacts",
    status: wrong ? 422 : 200,
    wrong,
    body: html`<div class="narrow">
      ${Field.summary(words, mistakes)} ${problem !== undefined && Page.alert(t("refusal.title"), [problem])}
      ${done !== undefined && !wrong && Page.done(t(`returns.${done}`))}
      <p class="trail"><a href="/contacts">${t("contacts.title")}</a></p>
      <h1>${t("returns.title")}</h1>
      <p class="lead">${t("returns.lead")}</p>
      ${
        found.length === 0
          ? html`<p class="empty">${t("returns.none")}</p>`
          : html`<section class="card">
              <ul class="lines">
                ${found.map((one, place) => line(visit, one, place))}
              </ul>
            </section>`
      }
      <details class="confirm" ${mistakes.length > 0 && html` open`}>
        <summary>${t("returns.add")}</summary>
        <form method="post" action="/contacts/suppressed" novalidate>
          ${Page.tokens(visit)}
          <p>${t("returns.add.text")}</p>
          ${Field.input({ name: "address", label: t("returns.add.address"), type: "email", value: given.address, autocomplete: "off", mistakes })}
          ${Field.input({ name: "reason", label: t("returns.add.reason"), value: given.reason, autocomplete: "off", mistakes })}
          <button class="primary" type="submit">${t("returns.add.submit")}</button>
        </form>
      </details>
      <section class="card">
        <h2>${t("returns.digest")}</h2>
        <p>${t(digests ? "returns.digest.on" : "returns.digest.off")}</p>
        ${
          visit.member.role === "admin" &&
          html`<form method="post" action="/contacts/suppressed/digest">
            ${Page.tokens(visit)} <input type="hidden" name="on" value="${digests ? "no" : "yes"}" />
            <button type="submit">${t(digests ? "returns.digest.turnOff" : "returns.digest.turnOn")}</button>
          </form>`
        }
      </section>
    </div>`,
  })
})

const line = (visit: Visit, { address, cause, detail, at }: Suppression, place: number): Html => {
  const { words } = visit
  const { t } = words
  return html`<li>
    <p><strong>${address}</strong></p>
    <p class="meta">
      ${t(`returns.cause.${cause}`)} ${exact(at, ago(words, at))}
      ${cause === "by-hand" ? html`<br />${detail}` : html`<br /><span lang="en">${detail}</span>`}
    </p>
    ${Lifting.form(visit, { action: "/contacts/suppressed/lift", id: String(place), address })}
  </li>`
}

/** On a contact's own page: that their address gets no mail. */
export const notice = (visit: Visit, address: string) =>
  Effect.map(
    Effect.flatMap(Suppressions, (suppressions) => suppressions.among(visit.workspace.id, [address])),
    (found): Html | false =>
      found.size > 0 &&
      html`<section class="card">
        <p class="bad">${visit.words.t("returns.contact")}</p>
        ${Lifting.form(visit, { action: "/contacts/suppressed/lift", id: "contact", address })}
      </section>`,
  )
