/**
 * The pages before a session: a link's own, the codes of the second factor, and the access links that anybody may ask for
 * at any address of a link or session, dead or alive.
 *
 *   GET  /r/:token             who asks and for what; changes nothing (S15)
 *   POST /r/:token             claims: two cookies, and on to an address without the token (S37)
 *   GET  /q/:handle/code       asks for a code; POST judges it, or sends another one
 *   POST …?send-access-link    "Send access link", always with the same answer (S21)
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { ClientRequests } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import { sessionCookie } from "../Customer.ts"
import { type Claimed, CustomerAccess } from "../CustomerAccess.ts"
import * as Device from "../CustomerAccess/Device.ts"
import * as Filling from "../Filling.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import type { CustomerLimits } from "../RateLimits/Customers.ts"
import * as Tenancy from "../Tenancy.ts"
import { Workspaces } from "../Workspaces.ts"
import * as ArrivalPage from "./ArrivalPage.ts"
import * as CodePage from "./CodePage.ts"
import * as DeadEnd from "./DeadEnd.ts"
import * as Entry from "./Entry.ts"
import * as Framing from "./Framing.ts"
import * as Language from "./Language.ts"
import { compressed, expired, notOurs, page, route, seeOther, tooOften, troubled } from "./Route.ts"
import { NotOurs } from "./SectionForm.ts"
import { paths } from "./Session.ts"

/** A program that fetches ahead, or for anything but a page of its own, says so (S22). A hint, and no protection. */
const isAhead = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  /\bprefetch\b/i.test(`${headers["sec-purpose"] ?? ""} ${headers["purpose"] ?? ""} ${headers["x-moz"] ?? ""}`) ||
  !["document", "iframe"].includes(headers["sec-fetch-dest"] ?? "document")

const nothing = Effect.map(Config, (config) =>
  HttpServerResponse.empty({ status: 204, headers: PageSecurity.headers(config) }),
)

const arrive = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  if (isAhead(request)) return yield* nothing
  yield* Entry.fromHere("link")
  const { token = "" } = yield* HttpRouter.params
  const access = yield* CustomerAccess
  const arrival = yield* access.arrive(Redacted.make(token), yield* Entry.device)
  const { workspace, recipient, current } = arrival
  // a frame of nobody whom the firm lists: what fetches ahead does that
  if (Framing.isFramed(request) && (workspace.frameOrigins ?? []).length === 0) return yield* nothing
  const now = yield* Clock.currentTimeMillis
  // no answer is shown here, and none decides what is counted (S19)
  const context = Filling.contextOf(current.request, workspace.timeZone, now)
  const blank = Filling.blank(current.stored.questionnaire, context)
  const reader = yield* Entry.readerOf(workspace, current.request, recipient.id, blank)
  return yield* Framing.by(workspace)(page(ArrivalPage.render(arrival, blank, reader, `/r/${token}`, now)))
})

/** Who has just got in may have chosen a language before. */
const speaksHere = Effect.fnUntraced(
  function* (handle: string, secret: Redacted.Redacted) {
    if (Language.chosen(yield* Config, yield* HttpServerRequest.HttpServerRequest) === null) return
    const customer = yield* (yield* CustomerAccess).enter(handle, secret)
    const { id } = customer.workspace
    const { request } = yield* Tenancy.within(id)((yield* ClientRequests).read(id, customer.requestId))
    yield* Tenancy.within(id)(Entry.speaks(customer, request))
  },
  // it is no reason to keep anybody out
  (speaking) => Effect.ignore(speaking),
)

/** The cookies of who has got in, or waits for a code, and where they go on. */
export const goOn = Effect.fnUntraced(function* ({ handle, secret, deviceSecret, seconds, ...claimed }: Claimed) {
  const config = yield* Config
  const wait = claimed.retryAfterSeconds === 0 ? "" : `?wait=${claimed.retryAfterSeconds}`
  if (!claimed.needsCode) yield* speaksHere(handle, secret)
  const request = yield* HttpServerRequest.HttpServerRequest
  // asked for where it matters, and for what is known to be theirs by now
  const { workspaceId } = claimed
  const firm = Framing.isFramed(request)
    ? yield* Tenancy.within(workspaceId)((yield* Workspaces).get(workspaceId))
    : null
  const framed = firm !== null && (firm.frameOrigins ?? []).length > 0
  const response = yield* seeOther(claimed.needsCode ? `${paths.code(handle)}${wait}` : paths.list(handle))
  // a session that is over still says whose it was: its cookie outlives it by a week, and is asked for a code (S11)
  const session = { name: sessionCookie(handle), seconds: seconds + 7 * 86_400 }
  const both = PageSecurity.setCookie(
    config,
    PageSecurity.setCookie(config, response, session, secret),
    framed ? Device.framed : Device.cookie,
    deviceSecret,
  )
  return framed ? Framing.kept(both) : both
})

const claim = Effect.gen(function* () {
  yield* Entry.sameOrigin
  yield* Entry.fromHere("claim")
  const { token = "" } = yield* HttpRouter.params
  const access = yield* CustomerAccess
  return yield* goOn(yield* access.claim(Redacted.make(token), yield* Entry.device))
})

const codePage = Effect.fnUntraced(function* (notice: CodePage.Notice | null, status: number = 200) {
  const { handle, secret } = yield* Entry.presented
  const access = yield* CustomerAccess
  const request = yield* HttpServerRequest.HttpServerRequest
  const step = yield* access.codeStep(handle, secret)
  const chosen = Language.chosen(yield* Config, request)
  const shown = { path: paths.code(handle), accepted: request.headers["accept-language"], chosen, notice }
  return yield* Framing.by(step.workspace)(page(CodePage.render(step, shown), step.lapsed ? 401 : status))
})

const askCode = Effect.gen(function* () {
  const query = yield* HttpServerRequest.ParsedSearchParams
  const seconds = Number(query["wait"] ?? 0)
  if (Number.isInteger(seconds) && seconds > 0 && seconds < 86_400) return yield* codePage({ type: "wait", seconds })
  return yield* codePage(query["sent"] === undefined ? null : { type: "sent" })
})

const CodeForm = Schema.Struct({
  csrf: Schema.String,
  action: Schema.optionalKey(Schema.String),
  code: Schema.optionalKey(Schema.String),
})

const takeCode = Effect.gen(function* () {
  yield* Entry.sameOrigin
  yield* Entry.fromHere("code")
  const access = yield* CustomerAccess
  const { handle, secret } = yield* Entry.presented
  const form = yield* Effect.mapError(HttpServerRequest.schemaBodyUrlParams(CodeForm), () => new NotOurs())
  if (!PageSecurity.isCsrf(form.csrf, yield* PageSecurity.csrfToken(secret))) return yield* new NotOurs()
  if (form.action === CodePage.actions.send) {
    return yield* access.sendCode(handle, secret).pipe(
      Effect.andThen(seeOther(`${paths.code(handle)}?sent`)),
      Effect.catchTag("CodeNotSent", ({ locked, retryAfterSeconds: seconds }) =>
        codePage(locked ? { type: "locked" } : { type: "wait", seconds }, 429),
      ),
    )
  }
  const presented = { code: form.code ?? "", device: yield* Entry.device }
  return yield* access.enterCode(handle, secret, presented).pipe(
    Effect.flatMap((claimed) => goOn(claimed)),
    Effect.catchTag("CodeRefused", ({ locked }) => codePage({ type: locked ? "locked" : "wrong" }, 422)),
  )
})

/** Counted by place alone and answered before anything is looked up: neither the page nor the time tells a thing. */
const sendAccessLink = Effect.gen(function* () {
  yield* Entry.sameOrigin
  yield* Entry.fromHere("access-link")
  const access = yield* CustomerAccess
  const { url } = yield* HttpServerRequest.HttpServerRequest
  const [, kind, name = ""] = /^\/([rq])\/([^/?]*)/i.exec(url) ?? []
  if (kind !== undefined) {
    yield* access.sendAccessLink(kind.toLowerCase() === "r" ? { token: Redacted.make(name) } : { handle: name })
  }
  return DeadEnd.accessLinkSent(yield* Config, yield* HttpServerRequest.HttpServerRequest)
}).pipe(Effect.catchTags({ NotOurs: () => notOurs, RateLimited: tooOften }), Effect.catchDefect(troubled), Tenancy.none)

const isOurs = (url: string) => /^\/[rqu](\/|\?|$)/i.test(url)
const queryOf = (url: string) => url.slice(url.indexOf("?") + 1).replace(/&lang=[a-z]{2}$/, "")
const asksForLink = ({ method, url }: HttpServerRequest.HttpServerRequest) =>
  method === "POST" && isOurs(url) && queryOf(url) === DeadEnd.sendQuery
/** The answer to it again: the switch of languages leads here. Nothing is looked up. */
const readsAnswer = ({ method, url }: HttpServerRequest.HttpServerRequest) =>
  method === "GET" && isOurs(url) && url.includes("?") && queryOf(url) === DeadEnd.sentQuery

/**
 * Around all routes: access links at whatever address they are asked for; and the dead end at addresses under `/r`, `/q`
 * and `/u` that no page has, those that are not even well-formed, and methods that none takes.
 */
export const everywhere = HttpRouter.middleware(
  Effect.gen(function* () {
    const services = yield* Effect.context<Config | CustomerAccess | CustomerLimits>()
    return (app) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        if (asksForLink(request)) return yield* Effect.provideContext(sendAccessLink, services)
        if (readsAnswer(request)) return DeadEnd.accessLinkSent(yield* Effect.provideContext(Config, services), request)
        return yield* app.pipe(
          Effect.catch((error) =>
            isRouteNotFound(error) && isOurs(request.url)
              ? Effect.provideContext(compressed(expired), services)
              : Effect.fail(error),
          ),
        )
      })
  }),
  { global: true },
)

const isRouteNotFound = (error: unknown) =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

/** The routes. */
export const routes = [
  route("GET", "/r/:token", arrive),
  route("POST", "/r/:token", claim),
  route("GET", "/q/:handle/code", askCode),
  route("POST", "/q/:handle/code", takeCode),
] as const
