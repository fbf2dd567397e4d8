/**
 * Somebody at a page of a firm's portal: a *stranger* at its door, or a *visit* of who is logged in. Opens both, and says how
 * they end that cannot go on: what is not theirs is like what is not there, and so is the portal of a firm that has none.
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Config, type ServerConfig } from "../Config.ts"
import * as Language from "../CustomerPages/Language.ts"
import { troubled } from "../CustomerPages/Route.ts"
import * as Form from "../FirmPages/Form.ts"
import { type Html, html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import { cookieOf, pathOf, Portal, type Session } from "../Portal.ts"
import { PortalRequests } from "../Portal/Requests.ts"
import type { RateLimited } from "../RateLimits.ts"
import { CustomerLimits } from "../RateLimits/Customers.ts"
import * as Tenancy from "../Tenancy.ts"
import { type Workspace, Workspaces } from "../Workspaces.ts"
import * as Ends from "./Ends.ts"

/** What a page of the portal says, and how its reader writes days. */
export interface Words extends Messages.Translator<"customer"> {
  readonly date: (day: number | string) => string
  readonly dateTime: (instant: number) => string
  readonly bytes: (bytes: number) => string
}

/** Somebody at the door. */
export interface Stranger {
  readonly config: ServerConfig
  readonly request: HttpServerRequest.HttpServerRequest
  readonly workspace: Workspace
  /** The portal's address; everything else is below it. */
  readonly base: string
  readonly words: Words
  /** The token that this browser's forms carry. */
  readonly csrf: string
  /** A part of the path; empty when the route has none of that name. */
  readonly part: (name: string) => string
  readonly query: (name: string) => string
  /** The address that the request comes from. */
  readonly from: string
}

/** Who is logged in. */
export interface Visit extends Stranger {
  readonly session: Session
  /** How many requests wait for them (T13). */
  readonly waiting: number
}

/** There is no such thing, or it is not theirs. */
export class NotHere extends Schema.TaggedError<NotHere>()("NotHere", {}) {}
/** Nobody is logged in. */
class LoggedOut extends Schema.TaggedError<LoggedOut>()("LoggedOut", {}) {}

type Response = HttpServerResponse.HttpServerResponse

/** Ties the forms of somebody who is not logged in to their browser, and says nothing of them (login CSRF). */
const strangersCookie = { name: "rq-portal", seconds: 86_400 }

const wordsFor = (
  config: ServerConfig,
  request: HttpServerRequest.HttpServerRequest,
  workspace: Workspace,
  own: string,
): Words => {
  const others = [own, ...Messages.acceptedLanguages(request.headers["accept-language"]), workspace.language]
  const speech = Messages.translator("customer", Language.wanted(Language.chosen(config, request), others))
  const locale = Messages.regional(speech.locale)
  return {
    ...speech,
    date: (day) => Messages.formatDate(day, locale, workspace.timeZone),
    dateTime: (instant) => Messages.formatDateTime(instant, locale, workspace.timeZone),
    bytes: (bytes) => Messages.formatBytes(bytes, locale),
  }
}

/** The portal of the address, if its firm has one. */
const door = Effect.gen(function* () {
  const config = yield* Config
  const request = yield* HttpServerRequest.HttpServerRequest
  const parts = yield* HttpRouter.params
  const query = yield* HttpServerRequest.ParsedSearchParams
  const { firm = "" } = parts
  if (!(yield* (yield* Portal).isOpen(firm))) return yield* new NotHere()
  yield* CurrentRequest.know({ workspaceId: firm })
  const workspace = yield* Tenancy.within(firm)((yield* Workspaces).get(firm))
  return {
    config,
    request,
    workspace,
    base: pathOf(firm),
    part: (name: string) => parts[name] ?? "",
    query: (name: string) => [query[name] ?? ""].flat()[0] ?? "",
    from: request.remoteAddress._tag === "Some" ? request.remoteAddress.value : "",
  }
})

/** Who is logged in there; null: nobody. */
const visitor = Effect.gen(function* () {
  const at = yield* door
  const { config, request, workspace } = at
  const requests = yield* PortalRequests
  const secret = PageSecurity.readCookie(config, request, cookieOf(workspace.id).name)
  if (secret === null) return null
  const session = yield* Effect.option((yield* Portal).bySession(workspace.id, secret))
  if (session._tag === "None") return null
  const visit: Visit = {
    ...at,
    session: session.value,
    words: wordsFor(config, request, workspace, session.value.account.language),
    csrf: yield* PageSecurity.csrfToken(secret),
    waiting: request.method === "GET" ? yield* within(workspace, requests.waiting(session.value.account)) : 0,
  }
  return visit
})

const within = <A, E, R>({ id }: Workspace, effect: Effect.Effect<A, E, R>) => Tenancy.within(id)(effect)

/** Every way in which a page can end otherwise. */
type End = NotHere | LoggedOut | RateLimited | Form.FormUnreadable

const ended = <E extends End, R>(handler: Effect.Effect<Response, E, R>) =>
  handler.pipe(
    Effect.catch((error: End) =>
      Effect.gen(function* () {
        const config = yield* Config
        const request = yield* HttpServerRequest.HttpServerRequest
        if (error._tag === "FormUnreadable") return Ends.unreadable(config, request)
        if (error._tag === "NotHere") return Ends.nowhere(config, request)
        if (error._tag === "RateLimited") {
          const seconds = String(error.retryAfterSeconds)
          return HttpServerResponse.setHeader(Ends.tooOften(config, request), "retry-after", seconds)
        }
        const { firm = "" } = yield* HttpRouter.params
        const next = request.method === "GET" ? `?next=${encodeURIComponent(request.url)}` : ""
        return PageSecurity.seeOther(config, `${pathOf(firm)}/log-in${next}`)
      }),
    ),
    Effect.flatMap((response) =>
      Effect.gen(function* () {
        return Language.remember(yield* Config, yield* HttpServerRequest.HttpServerRequest, response)
      }),
    ),
    Effect.catchDefect(troubled),
    Tenancy.none,
  )

const entered = Effect.flatMap(visitor, (visit) =>
  visit === null ? Effect.fail(new LoggedOut()) : Effect.succeed(visit),
)

/** A page of who is logged in. Who is not is led to the log-in and back. */
export const page = <R>(path: string, show: (visit: Visit) => Effect.Effect<Response, NotHere, R>) =>
  HttpRouter.route(
    "GET",
    `/portal/:firm${path}`,
    ended(Effect.flatMap(entered, (visit) => within(visit.workspace, show(visit)))),
  )

/** Was it sent by a page of ours, in this session (S39)? */
const isOurs = ({ csrf }: Stranger, form: Form.Form) => PageSecurity.isCsrf(form.exact("csrf"), csrf)

const sameOrigin = Effect.gen(function* () {
  return PageSecurity.isSameOrigin(yield* Config, yield* HttpServerRequest.HttpServerRequest)
})
const foreign = Effect.gen(function* () {
  return Ends.foreign(yield* Config, yield* HttpServerRequest.HttpServerRequest)
})
/** Only for forms of our own pages, before anything is looked up. */
const guarded = <E extends End, R>(path: string, handler: Effect.Effect<Response, E, R>) =>
  HttpRouter.route(
    "POST",
    `/portal/:firm${path}`,
    ended(
      Effect.flatMap(sameOrigin, (ours): Effect.Effect<Response, E, R | Config | HttpServerRequest.HttpServerRequest> =>
        ours ? handler : foreign,
      ),
    ),
  )

/** A form that they sent. */
export const action = <R>(
  path: string,
  carryOut: (visit: Visit, form: Form.Form) => Effect.Effect<Response, NotHere, R>,
) =>
  guarded(
    path,
    Effect.gen(function* () {
      const visit = yield* entered
      const form = yield* Form.read(visit.request)
      return isOurs(visit, form) ? yield* within(visit.workspace, carryOut(visit, form)) : yield* foreign
    }),
  )

/**
 * A form with files: `take` gets each as it streams in, once the form's token was right. It counts as an upload of a customer's,
 * and of each contact as of a recipient, before any of it is read (S41).
 */
export const actionWithFiles = <R1, R2>(
  path: string,
  reader: (visit: Visit) => {
    readonly take: (
      file: Parameters<Parameters<typeof Form.readWithFiles>[1]>[0],
    ) => Effect.Effect<void, Form.FormUnreadable, R1>
    readonly carryOut: () => Effect.Effect<Response, NotHere, R2>
  },
) =>
  guarded(
    path,
    Effect.gen(function* () {
      const limits = yield* CustomerLimits
      const { remoteAddress } = yield* HttpServerRequest.HttpServerRequest
      yield* limits.ofPlace("upload", remoteAddress._tag === "Some" ? remoteAddress.value : "")
      const visit = yield* entered
      const { contact: recipient } = visit.session.account
      yield* limits.ofFamily("upload", { workspaceId: visit.workspace.id, requestId: "portal", recipient })
      const { take, carryOut } = reader(visit)
      const form = yield* within(
        visit.workspace,
        Form.readWithFiles(visit.request, (file, form): Effect.Effect<void, Form.FormUnreadable, R1> =>
          file.name !== "" && isOurs(visit, form) ? take(file) : Form.skip(file),
        ),
      )
      return isOurs(visit, form) ? yield* within(visit.workspace, carryOut()) : yield* foreign
    }),
  )

/** The stranger of an address, with the secret that their forms are tied to. */
const stranger = Effect.gen(function* () {
  const at = yield* door
  const { config, request, workspace } = at
  const secret = PageSecurity.readCookie(config, request, strangersCookie.name) ?? Redacted.make(yield* Crypto.secret)
  const made: Stranger = {
    ...at,
    words: wordsFor(config, request, workspace, ""),
    csrf: yield* PageSecurity.csrfToken(secret),
  }
  return { made, secret }
})

/** A page for whoever is at the door; who is logged in is led inside. */
export const strangersPage = <R>(
  path: string,
  show: (stranger: Stranger) => Effect.Effect<Response, NotHere, R>,
  options: { readonly inside?: boolean } = {},
) =>
  HttpRouter.route(
    "GET",
    `/portal/:firm${path}`,
    ended(
      Effect.gen(function* () {
        const { made, secret } = yield* stranger
        if (options.inside !== true && (yield* visitor) !== null) return PageSecurity.seeOther(made.config, made.base)
        return PageSecurity.setCookie(made.config, yield* within(made.workspace, show(made)), strangersCookie, secret)
      }),
    ),
  )

/** A form that somebody at the door sent. */
export const strangersAction = <R>(
  path: string,
  carryOut: (stranger: Stranger, form: Form.Form) => Effect.Effect<Response, NotHere, R>,
) =>
  guarded(
    path,
    Effect.gen(function* () {
      const { made } = yield* stranger
      const form = yield* Form.read(made.request)
      return isOurs(made, form) ? yield* within(made.workspace, carryOut(made, form)) : yield* foreign
    }),
  )

const json = (config: ServerConfig, body: object, status = 200): Response =>
  HttpServerResponse.text(JSON.stringify(body), {
    status,
    contentType: "application/json",
    headers: PageSecurity.headers(config),
  })

/** What a page's script sends, as JSON, with the page's token in a header (S39); `decode`: what it must look like. */
const scripted = <A, W extends Stranger, E1 extends NotHere | LoggedOut, R1, R2>(
  path: string,
  who: Effect.Effect<W, E1, R1>,
  schema: Schema.Codec<A, unknown>,
  answer: (
    who: W,
    sent: A,
  ) => Effect.Effect<
    { readonly status?: number; readonly body: object; readonly session?: Redacted.Redacted },
    never,
    R2
  >,
) =>
  guarded(
    path,
    Effect.gen(function* () {
      const at = yield* who
      const { config, request, csrf, workspace } = at
      const type = request.headers["content-type"] ?? ""
      if (!/^application\/json\b/i.test(type) || !PageSecurity.isCsrf(request.headers["x-csrf-token"], csrf)) {
        return yield* foreign
      }
      const sent = yield* request.json.pipe(
        Effect.flatMap(Schema.decodeUnknownEffect(schema)),
        Effect.mapError(() => new Form.FormUnreadable({ reason: "broken" })),
      )
      const { status = 200, body, session } = yield* within(workspace, answer(at, sent))
      const response = json(config, body, status)
      return session === undefined
        ? response
        : PageSecurity.setCookie(config, response, cookieOf(workspace.id), session)
    }),
  )

export const script = <A, R>(
  path: string,
  schema: Schema.Codec<A, unknown>,
  answer: (visit: Visit, sent: A) => Effect.Effect<{ readonly status?: number; readonly body: object }, never, R>,
) => scripted(path, entered, schema, answer)

export const strangersScript = <A, R>(
  path: string,
  schema: Schema.Codec<A, unknown>,
  answer: (
    stranger: Stranger,
    sent: A,
  ) => Effect.Effect<
    { readonly status?: number; readonly body: object; readonly session?: Redacted.Redacted },
    never,
    R
  >,
) =>
  scripted(
    path,
    Effect.map(stranger, ({ made }) => made),
    schema,
    answer,
  )

/** Opens the session in the browser, and leads on. */
export const opened = ({ config, workspace, base }: Stranger, secret: Redacted.Redacted, path: string): Response =>
  PageSecurity.setCookie(config, PageSecurity.seeOther(config, ownPath(base, path)), cookieOf(workspace.id), secret)

/** Ends it there. */
export const closed = ({ config, workspace, base }: Stranger): Response =>
  PageSecurity.clearCookie(
    config,
    PageSecurity.seeOther(config, `${base}/log-in?done=out`),
    cookieOf(workspace.id).name,
  )

/** An address of this portal, or its first page: never a way to somebody else's (S44). */
export const ownPath = (base: string, next: string): string => {
  const origin = "http://own.invalid"
  const url = next.startsWith("/") && URL.canParse(next, origin) ? new URL(next, origin) : undefined
  const isOwn =
    url !== undefined && url.origin === origin && (url.pathname === base || url.pathname.startsWith(`${base}/`))
  return isOwn ? `${url.pathname}${url.search}` : base
}

/** What makes a form ours. It stands first in the form, before any file. */
export const token = ({ csrf }: Stranger): Html => html`<input type="hidden" name="csrf" value="${csrf}" />`
