/**
 * The door of the portal: logging in by password or passkey, and the one way to a login and to a new password: an address is
 * typed, and if it is a contact's, a mail proves it. Whoever types, the answer is the same page (L27). Opening a mailed link
 * changes nothing, since mail scanners do it too; sending its form does, once.
 */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as PasswordField from "../FirmPages/PasswordField.ts"
import { html } from "../Html.ts"
import type { LinkGone } from "../Members/Links.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import { Portal, type Invited } from "../Portal.ts"
import { Passkeys, Used } from "../Portal/Passkeys.ts"
import * as Ends from "./Ends.ts"
import * as Page from "./Page.ts"
import * as Visit from "./Visit.ts"

type Stranger = Visit.Stranger

export const routes = [
  Visit.strangersPage("/log-in", (stranger) =>
    Effect.succeed(logIn(stranger, { email: "", next: stranger.query("next") })),
  ),
  Visit.strangersAction("/log-in", (stranger, form) =>
    Effect.gen(function* () {
      const { words, workspace, from } = stranger
      const given = { email: form.text("email").trim(), next: form.text("next") }
      const password = Redacted.make(form.exact("password"))
      return yield* (yield* Portal).logIn(workspace.id, { email: given.email, password, from }).pipe(
        Effect.map((secret) => Visit.opened(stranger, secret, given.next)),
        Effect.catchTags({
          SignInRefused: () => Effect.succeed(logIn(stranger, given, words.t("portal.logIn.refused"))),
          TooManyAttempts: (refusal) =>
            Effect.succeed(later(refusal, logIn(stranger, given, tooMany(stranger, refusal), 429))),
        }),
      )
    }),
  ),
  Visit.strangersPage("/start", (stranger) => Effect.succeed(start(stranger, "")), { inside: true }),
  Visit.strangersAction("/start", (stranger, form) =>
    Effect.gen(function* () {
      const email = LocalText.oneLine(form.text("email"))
      return yield* (yield* Portal).askForLink(stranger.workspace.id, email, stranger.from).pipe(
        Effect.as(asked(stranger)),
        Effect.catchTag("TooManyAttempts", (refusal) =>
          Effect.succeed(later(refusal, start(stranger, email, tooMany(stranger, refusal)))),
        ),
      )
    }),
  ),
  Visit.strangersPage(
    "/password/:token",
    (stranger) =>
      gone(
        stranger,
        Effect.gen(function* () {
          return choose(stranger, yield* (yield* Portal).look(stranger.workspace.id, tokenOf(stranger)))
        }),
      ),
    { inside: true },
  ),
  Visit.strangersAction("/password/:token", (stranger, form) =>
    gone(
      stranger,
      Effect.gen(function* () {
        const portal = yield* Portal
        const whose = yield* portal.look(stranger.workspace.id, tokenOf(stranger))
        const password = form.exact("password")
        const mistakes = mistakesIn(stranger, password)
        if (mistakes.length > 0) return choose(stranger, whose, mistakes)
        const secret = yield* portal.setPassword(stranger.workspace.id, tokenOf(stranger), Redacted.make(password))
        return Visit.opened(stranger, secret, stranger.base)
      }),
    ),
  ),
  Visit.strangersScript("/passkeys/log-in/options", Schema.Struct({}), ({ workspace, from }) =>
    Effect.gen(function* () {
      return yield* (yield* Passkeys).toLogIn(workspace.id, from).pipe(
        Effect.map((body): { readonly body: object; readonly status?: number } => ({ body })),
        Effect.catchTag("TooManyAttempts", () => Effect.succeed({ status: 429, body: {} })),
      )
    }),
  ),
  Visit.strangersScript(
    "/passkeys/log-in",
    Schema.Struct({ answer: Used, next: Schema.String }),
    ({ base, workspace, from }, { answer, next }) =>
      Effect.gen(function* () {
        return yield* (yield* Passkeys).logIn(workspace.id, answer, from).pipe(
          Effect.map((session): Opened => ({ session, body: { to: Visit.ownPath(base, next) } })),
          Effect.catchTags({
            PasskeyRefused: () => Effect.succeed<Opened>({ status: 422, body: {} }),
            TooManyAttempts: () => Effect.succeed<Opened>({ status: 429, body: {} }),
          }),
        )
      }),
  ),
]

interface Opened {
  readonly status?: number
  readonly body: object
  readonly session?: Redacted.Redacted
}

interface Refused {
  readonly retryAfterSeconds: number
}

const tooMany = ({ words: { t } }: Stranger, { retryAfterSeconds }: Refused) =>
  t("portal.tooMany", { minutes: Math.ceil(retryAfterSeconds / 60) })

const later = ({ retryAfterSeconds }: Refused, response: HttpServerResponse.HttpServerResponse) =>
  HttpServerResponse.setHeader(response, "retry-after", String(retryAfterSeconds))

const tokenOf = (stranger: Stranger) => Redacted.make(stranger.part("token"))

const gone = <R>(
  { config, request }: Stranger,
  answer: Effect.Effect<HttpServerResponse.HttpServerResponse, LinkGone, R>,
) => Effect.catchTag(answer, "LinkGone", () => Effect.succeed(Ends.linkGone(config, request)))

/** What has to be mended of a password that is to be set: of a member's, too (NIST SP 800-63B). */
export const mistakesIn = ({ words: { t } }: Stranger, password: string): ReadonlyArray<Page.Mistake> => {
  const length = [...password].length
  const { min, max } = PasswordField
  if (length < min) return [{ field: "password", sentence: t("portal.password.short", { min, length }) }]
  return length > max ? [{ field: "password", sentence: t("portal.password.long", { max }) }] : []
}

/** The field for one. */
export const newPassword = ({ words: { t } }: Stranger, mistakes: ReadonlyArray<Page.Mistake>) =>
  Page.field({
    name: "password",
    label: t("portal.password.new"),
    help: t("portal.password.help", { min: PasswordField.min }),
    type: "password",
    autocomplete: "new-password",
    mistakes,
  })

const logIn = (
  stranger: Stranger,
  given: { readonly email: string; readonly next: string },
  refusal?: string,
  status = 422,
) => {
  const { base, words, workspace } = stranger
  const { t } = words
  const title = t("portal.logIn.title", { firm: workspace.name })
  const mistakes = refusal === undefined ? [] : [{ field: "email", sentence: refusal }]
  return Page.open(stranger, {
    title,
    status: refusal === undefined ? 200 : status,
    wrong: refusal !== undefined,
    main: html`${stranger.query("done") === "out" && Page.done(t("portal.loggedOut"))} ${Page.summary(words, mistakes)}
      <h1>${title}</h1>
      <p class="lead">${t("portal.logIn.lead", { firm: workspace.name })}</p>
      <form method="post" action="${base}/log-in" novalidate>
        ${Visit.token(stranger)}
        <input type="hidden" name="next" value="${given.next}" />
        ${Page.field({ name: "email", label: t("portal.email"), type: "email", autocomplete: "username", value: given.email, mistakes })}
        ${Page.field({ name: "password", label: t("portal.password"), type: "password", autocomplete: "current-password" })}
        <div class="buttons"><button class="primary">${t("portal.logIn.submit")}</button></div>
      </form>
      ${Page.passkeys(
        stranger,
        html`<div class="buttons">
          <button class="secondary" type="button" data-log-in data-next="${given.next}">
            ${t("portal.passkey.use")}
          </button>
        </div>`,
      )}
      <section class="aside">
        <h2>${t("portal.start.none")}</h2>
        <p>${t("portal.start.lead", { firm: workspace.name })}</p>
        <p><a href="${base}/start">${t("portal.start.link")}</a></p>
      </section>`,
  })
}

const start = (stranger: Stranger, email: string, refusal?: string) => {
  const { base, words, workspace } = stranger
  const { t } = words
  const mistakes = refusal === undefined ? [] : [{ field: "email", sentence: refusal }]
  return Page.open(stranger, {
    title: t("portal.start.title"),
    status: refusal === undefined ? 200 : 429,
    wrong: refusal !== undefined,
    main: html`<nav aria-label="${t("portal.logIn.back")}">
        <a class="back" href="${base}/log-in">${t("portal.logIn.back")}</a>
      </nav>
      ${Page.summary(words, mistakes)}
      <h1>${t("portal.start.title")}</h1>
      <p class="lead">${t("portal.start.how", { firm: workspace.name })}</p>
      <form method="post" action="${base}/start" novalidate>
        ${Visit.token(stranger)}
        ${Page.field({ name: "email", label: t("portal.email"), type: "email", autocomplete: "username", value: email, mistakes })}
        <div class="buttons"><button class="primary">${t("portal.start.submit")}</button></div>
      </form>`,
  })
}

/** The one answer, whoever asked. */
const asked = (stranger: Stranger) => {
  const { base, words, workspace } = stranger
  const { t } = words
  return Page.open(stranger, {
    title: t("portal.asked.title"),
    main: html`<div class="end">
      <h1>${t("portal.asked.title")}</h1>
      <p>${t("portal.asked.text", { firm: workspace.name })}</p>
      <p><a href="${base}/log-in">${t("portal.logIn.back")}</a></p>
    </div>`,
  })
}

const choose = (stranger: Stranger, whose: Invited, mistakes: ReadonlyArray<Page.Mistake> = []) => {
  const { words, workspace } = stranger
  const { t } = words
  const title = t(whose.hasPassword ? "portal.choose.again" : "portal.choose.title")
  return Page.open(stranger, {
    title,
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    main: html`${Page.summary(words, mistakes)}
      <h1>${title}</h1>
      <p class="lead">${t("portal.choose.lead", { firm: workspace.name })}</p>
      <form method="post" novalidate>
        ${Visit.token(stranger)}
        ${Page.field({ name: "email", label: t("portal.email"), type: "email", autocomplete: "username", value: whose.email, readonly: true })}
        ${newPassword(stranger, mistakes)}
        <div class="buttons"><button class="primary">${t("portal.choose.submit")}</button></div>
      </form>`,
  })
}
