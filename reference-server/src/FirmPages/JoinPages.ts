/**
 * The ways in by a mailed link: becoming a member, and setting a new password. Opening a link changes nothing, since mail
 * scanners do it too; sending the form does, once. A link that does not work is one page, whatever the reason.
 */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { html } from "../Html.ts"
import { Members } from "../Members.ts"
import { Invitations } from "../Members/Invitations.ts"
import { type Forgetful, type Invited, type LinkGone, paths } from "../Members/Links.ts"
import { Passwords } from "../Members/Passwords.ts"
import { HttpRouter, HttpServerResponse } from "../platform/Http.ts"
import * as Tenancy from "../Tenancy.ts"
import { Workspaces } from "../Workspaces.ts"
import * as Field from "./Field.ts"
import * as Notice from "./Notice.ts"
import * as Page from "./Page.ts"
import * as PasswordField from "./PasswordField.ts"
import * as SignIn from "./SignIn.ts"
import * as Visitor from "./Visitor.ts"

const maxName = 200

export const routes = [
  Visitor.page(`${paths.invitation}/:token`, (visitor) =>
    gone(
      visitor,
      Effect.gen(function* () {
        const invited = yield* (yield* Invitations).look((yield* secret).token)
        return yield* join(visitor, invited, { name: invited.name })
      }),
    ),
  ),
  Visitor.action(`${paths.invitation}/:token`, (visitor, form) =>
    gone(
      visitor,
      Effect.gen(function* () {
        const invitations = yield* Invitations
        const { token } = yield* secret
        const invited = yield* invitations.look(token)
        const { t } = visitor.words
        const name = LocalText.oneLine(form.text("name"))
        const password = form.exact("password")
        const mistakes = [
          ...(name === "" ? [{ field: "name", sentence: t("setup.name.missing") }] : []),
          ...(name.length > maxName ? [{ field: "name", sentence: t("form.tooLong", { max: maxName }) }] : []),
          ...PasswordField.mistakesIn(visitor.words, "password", password),
        ]
        if (mistakes.length > 0) return yield* join(visitor, invited, { name, mistakes })
        return yield* invitations.accept(token, { name, password: Redacted.make(password) }).pipe(
          Effect.flatMap((member) => Effect.flatMap(Members, (members) => members.openSession(member))),
          Effect.map((session) => SignIn.opened(visitor.config, session, "/requests")),
          // only who has the mailbox is told
          Effect.catchTag("AddressTaken", () =>
            join(visitor, invited, { name, mistakes: [{ field: "name", sentence: t("members.join.taken") }] }),
          ),
        )
      }),
    ),
  ),
  Visitor.page("/forgotten", (visitor) => Effect.succeed(ask(visitor, ""))),
  Visitor.action("/forgotten", (visitor, form) =>
    Effect.gen(function* () {
      const email = LocalText.oneLine(form.text("email"))
      return yield* (yield* Passwords).forgotten(email, visitor.from).pipe(
        Effect.as(asked(visitor)),
        Effect.catchTag("TooManyAttempts", ({ retryAfterSeconds }) => {
          const minutes = Math.ceil(retryAfterSeconds / 60)
          const page = ask(visitor, email, visitor.words.t("signIn.tooMany", { minutes }))
          return Effect.succeed(HttpServerResponse.setHeader(page, "retry-after", String(retryAfterSeconds)))
        }),
      )
    }),
  ),
  Visitor.page(`${paths.password}/:token`, (visitor) =>
    gone(
      visitor,
      Effect.gen(function* () {
        return reset(visitor, yield* (yield* Passwords).look((yield* secret).token))
      }),
    ),
  ),
  Visitor.action(`${paths.password}/:token`, (visitor, form) =>
    gone(
      visitor,
      Effect.gen(function* () {
        const passwords = yield* Passwords
        const { token } = yield* secret
        const whose = yield* passwords.look(token)
        const password = form.exact("password")
        const mistakes = PasswordField.mistakesIn(visitor.words, "password", password)
        if (mistakes.length > 0) return reset(visitor, whose, mistakes)
        const member = yield* passwords.reset(token, Redacted.make(password))
        return SignIn.opened(visitor.config, yield* (yield* Members).openSession(member), "/requests")
      }),
    ),
  ),
]

/** The secret in the address. */
const secret = Effect.map(HttpRouter.params, ({ token = "" }) => ({ token: Redacted.make(token) }))

const gone = <R>(visitor: Visitor.Visitor, answer: Effect.Effect<HttpServerResponse.HttpServerResponse, LinkGone, R>) =>
  Effect.catchTag(answer, "LinkGone", () => Effect.succeed(Notice.linkGone(visitor.config, visitor.words)))

/** The slim page of a visitor with one form. */
const slim = (
  visitor: Visitor.Visitor,
  title: string,
  body: Parameters<typeof html>[1],
  mistakes: ReadonlyArray<Field.Mistake> = [],
  status = 422,
) =>
  Page.open(visitor.config, visitor.words, {
    title,
    status: mistakes.length > 0 ? status : 200,
    wrong: mistakes.length > 0,
    body: html`<div class="slim">
      ${Field.summary(visitor.words, mistakes)}
      <h1>${title}</h1>
      ${body}
    </div>`,
  })

const join = Effect.fnUntraced(function* (
  visitor: Visitor.Visitor,
  invited: Invited,
  { name, mistakes = [] }: { readonly name: string; readonly mistakes?: ReadonlyArray<Field.Mistake> },
) {
  const { t } = visitor.words
  const workspaces = yield* Workspaces
  const firm = yield* Tenancy.within(invited.workspaceId)(workspaces.get(invited.workspaceId))
  return slim(
    visitor,
    t("members.join.title", { firm: firm.name }),
    html`<p class="lead">${t("members.join.lead", { email: invited.email })}</p>
      <form class="card" method="post" novalidate>
        ${visitor.token}
        ${Field.input({ name: "email", label: t("signIn.email"), type: "email", value: invited.email, autocomplete: "username", readonly: true })}
        ${Field.input({ name: "name", label: t("setup.name"), help: t("setup.name.help"), value: name, autocomplete: "name", mistakes })}
        ${PasswordField.show(visitor.words, { name: "password", label: t("setup.password"), mistakes })}
        <p class="buttons"><button class="primary" type="submit">${t("members.join.submit")}</button></p>
      </form>`,
    mistakes,
  )
})

const ask = (visitor: Visitor.Visitor, email: string, refusal?: string) => {
  const { t } = visitor.words
  const mistakes = refusal === undefined ? [] : [{ field: "email", sentence: refusal }]
  return slim(
    visitor,
    t("members.forgotten.title"),
    html`<p class="lead">${t("members.forgotten.lead")}</p>
      <form class="card" method="post" action="/forgotten" novalidate>
        ${visitor.token}
        ${Field.input({ name: "email", label: t("signIn.email"), type: "email", value: email, autocomplete: "username", mistakes })}
        <p class="buttons"><button class="primary" type="submit">${t("members.forgotten.submit")}</button></p>
      </form>`,
    mistakes,
    429,
  )
}

/** The one answer, whoever asked. */
const asked = (visitor: Visitor.Visitor) => {
  const { t } = visitor.words
  return slim(
    visitor,
    t("members.forgotten.done"),
    html`<p>${t("members.forgotten.text")}</p>
      <p><a href="/sign-in">${t("signIn.title")}</a></p>`,
  )
}

const reset = (visitor: Visitor.Visitor, whose: Forgetful, mistakes: ReadonlyArray<Field.Mistake> = []) => {
  const { t } = visitor.words
  return slim(
    visitor,
    t("members.reset.title"),
    html`<p class="lead">${t("members.reset.lead")}</p>
      <form class="card" method="post" novalidate>
        ${visitor.token}
        ${Field.input({ name: "email", label: t("signIn.email"), type: "email", value: whose.email, autocomplete: "username", readonly: true })}
        ${PasswordField.show(visitor.words, { name: "password", label: t("members.reset.password"), mistakes })}
        <p class="buttons"><button class="primary" type="submit">${t("members.reset.submit")}</button></p>
      </form>`,
    mistakes,
  )
}
