/** What a contact does for themselves: the password, the passkeys, and where they are logged in. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { mostPasskeys, Portal } from "../Portal.ts"
import { Made, type Passkey, Passkeys } from "../Portal/Passkeys.ts"
import * as LogInPages from "./LogInPages.ts"
import * as Page from "./Page.ts"
import * as Visit from "./Visit.ts"

export const routes = [
  Visit.page("/account", (visit) => show(visit)),
  Visit.action("/account/password", (visit, form) =>
    Effect.gen(function* () {
      const { t } = visit.words
      const fresh = form.exact("password")
      const mistakes = LogInPages.mistakesIn(visit, fresh)
      if (mistakes.length > 0) return yield* show(visit, mistakes)
      const passwords = { old: Redacted.make(form.exact("old")), fresh: Redacted.make(fresh) }
      return yield* (yield* Portal).changePassword(visit.session, passwords).pipe(
        Effect.as(PageSecurity.seeOther(visit.config, `${visit.base}/account?done=password`)),
        Effect.catchTags({
          SignInRefused: () => show(visit, [{ field: "old", sentence: t("portal.password.wrong") }]),
          TooManyAttempts: ({ retryAfterSeconds }) =>
            show(visit, [
              { field: "old", sentence: t("portal.tooMany", { minutes: Math.ceil(retryAfterSeconds / 60) }) },
            ]),
        }),
      )
    }),
  ),
  Visit.action("/account/sessions", (visit) =>
    Effect.gen(function* () {
      yield* (yield* Portal).logOutEverywhere(visit.session)
      return Visit.closed(visit)
    }),
  ),
  Visit.action("/account/passkeys/:passkey", (visit, form) =>
    Effect.gen(function* () {
      const passkeys = yield* Passkeys
      const id = visit.part("passkey")
      yield* form.text("action") === "remove"
        ? passkeys.remove(visit.session, id)
        : passkeys.rename(visit.session, id, form.text("name"))
      return PageSecurity.seeOther(visit.config, `${visit.base}/account?done=passkey`)
    }),
  ),
  Visit.script("/passkeys/options", Schema.Struct({ password: Schema.String }), ({ session, words: { t } }, sent) =>
    Effect.gen(function* () {
      return yield* (yield* Passkeys).toMake(session, Redacted.make(sent.password)).pipe(
        Effect.map((body): { readonly body: object; readonly status?: number } => ({ body })),
        Effect.catchTags({
          PasskeyRefused: () => Effect.succeed({ status: 422, body: {} }),
          SignInRefused: () => Effect.succeed({ status: 422, body: { problem: t("portal.password.wrong") } }),
          TooManyAttempts: ({ retryAfterSeconds }) =>
            Effect.succeed({
              status: 429,
              body: { problem: t("portal.tooMany", { minutes: Math.ceil(retryAfterSeconds / 60) }) },
            }),
        }),
      )
    }),
  ),
  Visit.script("/passkeys", Schema.Struct({ answer: Made, name: Schema.String }), ({ base, session }, sent) =>
    Effect.gen(function* () {
      return yield* (yield* Passkeys).keep(session, sent.answer, sent.name).pipe(
        Effect.as<{ readonly body: object; readonly status?: number }>({
          body: { to: `${base}/account?done=passkey` },
        }),
        Effect.catchTag("PasskeyRefused", () => Effect.succeed({ status: 422, body: {} })),
      )
    }),
  ),
]

const show = Effect.fnUntraced(function* (visit: Visit.Visit, mistakes: ReadonlyArray<Page.Mistake> = []) {
  const { base, words, session, workspace } = visit
  const { t } = words
  const login = yield* (yield* Portal).loginOf(workspace.id, session.account.contact)
  const passkeys = yield* (yield* Passkeys).list(session.account)
  const done = visit.query("done")
  return Page.inside(visit, {
    title: t("portal.account.title"),
    place: "account",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    main: html`${Page.summary(words, mistakes)} ${done === "password" && Page.done(t("portal.account.password.done"))}
      ${done === "passkey" && Page.done(t("portal.account.saved"))}
      <h1>${t("portal.account.title")}</h1>
      <p class="lead">${session.account.name} · ${session.account.email}</p>
      <section class="part-of-account">
        <h2>${t("portal.passkeys")}</h2>
        <p>${t("portal.passkeys.lead")}</p>
        <p>${t("portal.passkeys.strong")}</p>
        ${
          passkeys.length > 0 &&
          html`<ul class="passkeys">
            ${passkeys.map((one) => line(visit, one))}
          </ul>`
        }
        ${
          passkeys.length < mostPasskeys
            ? Page.passkeys(
                visit,
                html`${Page.field({ name: "passkey", label: t("portal.passkey.name"), help: t("portal.passkey.name.help"), type: "text", autocomplete: "off" })}
                  ${Page.field({ name: "passkey-password", label: t("portal.passkey.password"), type: "password", autocomplete: "current-password" })}
                  <div class="buttons">
                    <button class="secondary" type="button" data-make>${t("portal.passkey.make")}</button>
                  </div>`,
              )
            : null
        }
        <noscript><p class="aside">${t("portal.passkey.noscript")}</p></noscript>
      </section>
      <section class="part-of-account">
        <h2>${t("portal.account.password")}</h2>
        <form method="post" action="${base}/account/password" novalidate>
          ${Visit.token(visit)}
          <input type="hidden" name="email" value="${session.account.email}" autocomplete="username" />
          ${Page.field({ name: "old", label: t("portal.password.old"), type: "password", autocomplete: "current-password", mistakes })}
          ${LogInPages.newPassword(visit, mistakes)}
          <div class="buttons"><button class="secondary">${t("portal.account.password.submit")}</button></div>
        </form>
      </section>
      <section class="part-of-account">
        <h2>${t("portal.account.sessions")}</h2>
        <p>${t("portal.account.sessions.lead", { count: login.sessions })}</p>
        <form class="buttons" method="post" action="${base}/account/sessions">
          ${Visit.token(visit)}<button class="secondary">${t("portal.account.sessions.submit")}</button>
        </form>
      </section>`,
  })
})

const line = (visit: Visit.Visit, { id, name, isStrong, createdAt, lastUsedAt }: Passkey): Html => {
  const { base, words } = visit
  const { t, date } = words
  const used = lastUsedAt === null ? "" : ` · ${t("portal.passkey.used", { date: date(lastUsedAt.getTime()) })}`
  const strong = isStrong ? ` · ${t("portal.passkey.strong")}` : ""
  return html`<li>
    <strong dir="auto">${name}</strong>
    <span class="detail">${t("portal.passkey.made", { date: date(createdAt.getTime()) })}${used}${strong}</span>
    <form method="post" action="${base}/account/passkeys/${encodeURIComponent(id)}">
      ${Visit.token(visit)}
      <label class="unseen" for="name-${id}">${t("portal.passkey.rename", { name })}</label>
      <input class="control" id="name-${id}" name="name" value="${name}" maxlength="60" autocomplete="off" />
      <button class="secondary" name="action" value="rename">
        ${t("portal.passkey.save")}<span class="unseen">: ${name}</span>
      </button>
      <button class="quiet" name="action" value="remove">
        ${t("portal.passkey.remove")}<span class="unseen">: ${name}</span>
      </button>
    </form>
  </li>`
}
