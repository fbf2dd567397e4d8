/** Signing in and out, and the way from `/` to where one belongs. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ServerConfig } from "../Config.ts"
import { html } from "../Html.ts"
import { Members, sessionCookie } from "../Members.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import { Workspaces } from "../Workspaces.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as Visitor from "./Visitor.ts"

export const routes = [
  Visitor.page("/", (visitor) =>
    Effect.gen(function* () {
      const isSetUp = yield* (yield* Workspaces).isSetUp
      const session = PageSecurity.readCookie(visitor.config, visitor.request, sessionCookie.name)
      const member = session === null ? null : yield* Effect.option((yield* Members).bySession(session))
      const signedIn = member !== null && member._tag === "Some"
      return PageSecurity.seeOther(visitor.config, isSetUp ? (signedIn ? "/requests" : "/sign-in") : "/setup")
    }),
  ),
  Visitor.page("/sign-in", (visitor) =>
    Effect.gen(function* () {
      if (!(yield* (yield* Workspaces).isSetUp)) return PageSecurity.seeOther(visitor.config, "/setup")
      return show(visitor, { email: "", next: visitor.query("next") })
    }),
  ),
  Visitor.action("/sign-in", (visitor, form) =>
    Effect.gen(function* () {
      const given = { email: form.text("email").trim(), next: form.text("next") }
      const password = Redacted.make(form.exact("password"))
      return yield* (yield* Members).signIn(given.email, password, visitor.from).pipe(
        Effect.map((session) => opened(visitor.config, session, ownPath(given.next))),
        Effect.catchTags({
          SignInRefused: () => Effect.succeed(show(visitor, given, visitor.words.t("signIn.refused"))),
          TooManyAttempts: ({ retryAfterSeconds }) => {
            const minutes = Math.ceil(retryAfterSeconds / 60)
            const page = show(visitor, given, visitor.words.t("signIn.tooMany", { minutes }), 429)
            return Effect.succeed(HttpServerResponse.setHeader(page, "retry-after", String(retryAfterSeconds)))
          },
        }),
      )
    }),
  ),
  Routes.action("/sign-out", (visit) =>
    Effect.gen(function* () {
      yield* (yield* Members).signOut(visit.session)
      return PageSecurity.clearCookie(visit.config, PageSecurity.seeOther(visit.config, "/sign-in"), sessionCookie.name)
    }),
  ),
]

/** The answer that opens a member's session, and leads on. */
export const opened = (config: ServerConfig, session: Redacted.Redacted, path: string) =>
  PageSecurity.setCookie(config, PageSecurity.seeOther(config, path), sessionCookie, session)

/** A path of this server, or the list of requests: never a way to somebody else's page (S44). */
const ownPath = (next: string): string => {
  const base = "http://own.invalid"
  const url = next.startsWith("/") && URL.canParse(next, base) ? new URL(next, base) : undefined
  // "/.//elsewhere" is ours when it is read, and is not any more when a browser reads what became of it
  const isOurs = url !== undefined && url.origin === base && !url.pathname.startsWith("//")
  return isOurs ? `${url.pathname}${url.search}` : "/requests"
}

const show = (
  visitor: Visitor.Visitor,
  given: { readonly email: string; readonly next: string },
  refusal?: string,
  status = 422,
) => {
  const { t } = visitor.words
  const mistakes = refusal === undefined ? [] : [{ field: "email", sentence: refusal }]
  return Page.open(visitor.config, visitor.words, {
    title: t("signIn.title"),
    status: refusal === undefined ? 200 : status,
    wrong: refusal !== undefined,
    body: html`<div class="slim">
      ${Field.summary(visitor.words, mistakes)}
      <h1>${t("signIn.title")}</h1>
      <form class="card" method="post" action="/sign-in" novalidate>
        ${visitor.token}
        <input type="hidden" name="next" value="${given.next}" />
        ${Field.input({ name: "email", label: t("signIn.email"), type: "email", value: given.email, autocomplete: "username" })}
        ${Field.input({ name: "password", label: t("signIn.password"), type: "password", value: "", autocomplete: "current-password" })}
        <p class="buttons"><button class="primary" type="submit">${t("signIn.submit")}</button></p>
      </form>
      <p><a href="/forgotten">${t("members.forgotten.link")}</a></p>
    </div>`,
  })
}
