/** What a member does for themselves: the password, and where they are signed in. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { html } from "../Html.ts"
import { Members, type Session } from "../Members.ts"
import { Passwords } from "../Members/Passwords.ts"
import * as PageSecurity from "../PageSecurity.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import * as PasswordField from "./PasswordField.ts"
import * as Routes from "./Routes.ts"
import type { Visit } from "./Visit.ts"
import { ago, moment } from "./Words.ts"

export const routes = [
  Routes.page("/account", (visit) => show(visit)),
  Routes.action("/account/password", (visit, form) =>
    Effect.gen(function* () {
      const { t } = visit.words
      const fresh = form.exact("password")
      const mistakes = PasswordField.mistakesIn(visit.words, "password", fresh)
      if (mistakes.length > 0) return yield* show(visit, mistakes)
      const passwords = { old: Redacted.make(form.exact("old")), fresh: Redacted.make(fresh) }
      return yield* (yield* Passwords).change(visit.member, visit.session, passwords).pipe(
        Effect.as(PageSecurity.seeOther(visit.config, "/account?done=password")),
        Effect.catchTags({
          SignInRefused: () => show(visit, [{ field: "old", sentence: t("account.old.wrong") }]),
          TooManyAttempts: ({ retryAfterSeconds }) =>
            show(visit, [
              { field: "old", sentence: t("signIn.tooMany", { minutes: Math.ceil(retryAfterSeconds / 60) }) },
            ]),
        }),
      )
    }),
  ),
  Routes.action("/account/sessions", (visit) =>
    Effect.gen(function* () {
      yield* (yield* Members).signOutEverywhere(visit.member, visit.session)
      return PageSecurity.seeOther(visit.config, "/account?done=sessions")
    }),
  ),
]

const show = Effect.fnUntraced(function* (visit: Visit, mistakes: ReadonlyArray<Field.Mistake> = []) {
  const sessions = yield* (yield* Members).sessions(visit.member, visit.session)
  const { words, member } = visit
  const { t } = words
  const done = visit.query("done")
  return Page.member(visit, {
    title: t("account.title"),
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`<div class="narrow">
      ${Field.summary(words, mistakes)} ${done === "password" && Page.done(t("account.password.done"))}
      ${done === "sessions" && Page.done(t("account.sessions.done"))}
      <h1>${t("account.title")}</h1>
      <p class="lead">${member.name} · ${member.email} · ${t(`members.role.${member.role}`)}</p>
      <form class="card" method="post" action="/account/password" novalidate>
        ${Page.token(visit)}
        <h2>${t("account.password")}</h2>
        <p class="help">${t("account.password.help")}</p>
        ${Field.input({ name: "old", label: t("account.old"), type: "password", value: "", autocomplete: "current-password", mistakes })}
        ${PasswordField.show(words, { name: "password", label: t("members.reset.password"), mistakes })}
        <p class="buttons"><button class="primary" type="submit">${t("account.password.submit")}</button></p>
      </form>
      <section class="card">
        <h2>${t("account.sessions")}</h2>
        <ul class="lines">
          ${sessions.map((session) => line(visit, session))}
        </ul>
        <form method="post" action="/account/sessions">
          ${Page.token(visit)}
          <p class="buttons"><button type="submit">${t("account.sessions.submit")}</button></p>
        </form>
      </section>
      <p><a href="/keys">${t("keys.title")}</a></p>
    </div>`,
  })
})

const line = ({ words }: Visit, { createdAt, expiresAt, isThis }: Session) =>
  html`<li>
    ${words.t("account.session", { when: ago(words, createdAt) })}
    ${isThis && html`<span class="tag">${words.t("account.session.this")}</span>`}
    <p class="meta">${words.t("account.session.until", { until: moment(words, expiresAt) })}</p>
  </li>`
