/**
 * The customer's pages: the face of requite. A link's page says who asks for what and has one button; behind it a
 * session shows the sections, takes the answers, lets them be looked through and sends them. All of it works without
 * JavaScript.
 *
 *   GET  /r/:token                     who asks and for what; changes nothing (S15)
 *   POST /r/:token                     claims: a cookie, and on to an address without the token (S37)
 *   GET  /q/:handle                    the list of sections
 *   GET  /q/:handle/sections/:section  its questions; POST saves them
 *   GET  /q/:handle/review             everything once more; POST /q/:handle/submit sends it
 *   GET  /q/:handle/done               the receipt, for the session that submitted (S50)
 *   GET  /q/:handle/files/:file        a document of the firm, or a file of one's own
 *
 * Whatever does not work, for whatever reason, is one page: "This request has expired." (S47).
 */
import type { ClientRequest } from "@requite/core"
import { AccessLink, Crypto, Questionnaire } from "@requite/core"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Assets from "./Assets.ts"
import type { RequestNotFound } from "./ClientRequests.ts"
import { ClientRequests } from "./ClientRequests.ts"
import { Config } from "./Config.ts"
import { sessionCookie } from "./Customer.ts"
import { CustomerAccess } from "./CustomerAccess.ts"
import * as Answering from "./CustomerPages/Answering.ts"
import * as ArrivalPage from "./CustomerPages/ArrivalPage.ts"
import * as DeadEnd from "./CustomerPages/DeadEnd.ts"
import * as DonePage from "./CustomerPages/DonePage.ts"
import * as Entry from "./CustomerPages/Entry.ts"
import * as ListPage from "./CustomerPages/ListPage.ts"
import * as News from "./CustomerPages/News.ts"
import * as ReviewPage from "./CustomerPages/ReviewPage.ts"
import type { TooMuch } from "./CustomerPages/SectionForm.ts"
import { NotOurs } from "./CustomerPages/SectionForm.ts"
import * as SectionPage from "./CustomerPages/SectionPage.ts"
import type { Session } from "./CustomerPages/Session.ts"
import { paths } from "./CustomerPages/Session.ts"
import * as Filling from "./Filling.ts"
import * as PageSecurity from "./PageSecurity.ts"
import { HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "./platform/Http.ts"
import * as FileName from "./Uploads/FileName.ts"
import { Uploads } from "./Uploads.ts"
import * as Logos from "./Workspaces/Logos.ts"

const page = (html: string, status = 200) => Effect.map(Config, (config) => PageSecurity.page(config, html, { status }))
const seeOther = (path: string) => Effect.map(Config, (config) => PageSecurity.seeOther(config, path))

const arrive = Effect.gen(function* () {
  const { token = "" } = yield* HttpRouter.params
  const access = yield* CustomerAccess
  const arrival = yield* access.arrive(Redacted.make(token))
  const { workspace, current } = arrival
  const now = yield* Clock.currentTimeMillis
  // no answer is shown here, and none decides what is counted (S19)
  const context = Filling.contextOf(current.request, workspace.timeZone, now)
  const blank = Filling.blank(current.stored.questionnaire, context)
  const reader = yield* Entry.readerOf(workspace, current.request, blank)
  return yield* page(ArrivalPage.render(arrival, blank, reader, `/r/${token}`, now))
})

const claim = Effect.gen(function* () {
  yield* Entry.sameOrigin
  const { token = "" } = yield* HttpRouter.params
  const access = yield* CustomerAccess
  const { handle, secret } = yield* access.claim(Redacted.make(token))
  const response = yield* seeOther(paths.list(handle))
  return PageSecurity.setCookie(yield* Config, response, sessionCookie(handle), secret)
})

const list = Effect.flatMap(Entry.enter, (session) => page(ListPage.render(session)))

const review = Effect.flatMap(Entry.enter, (session) => page(ReviewPage.render(session)))

const done = Effect.flatMap(Entry.receipt, (found) => page(DonePage.render(found, found.filling, found.reader)))

/** Back, a reload or a second press of Finish, after the answers went out: here is the receipt. */
const orReceipt = <E, R>(handler: Effect.Effect<HttpServerResponse.HttpServerResponse, E | AccessLink.LinkDead, R>) =>
  Effect.catchIf(
    handler,
    (error) => error instanceof AccessLink.LinkDead,
    () => Effect.flatMap(Entry.receipt, ({ handle }) => seeOther(paths.done(handle))),
  )

const sectionNamed = Effect.gen(function* () {
  const { section: id = "" } = yield* HttpRouter.params
  const session = yield* Entry.enter
  return { session, section: Questionnaire.section(session.current.stored.questionnaire, id) }
})

/** Is it there, and asked? The firm may have taken it out since, or the answers have. */
const isAsked = ({ filling: { session, state } }: Session, section: Questionnaire.Section | undefined) =>
  section !== undefined && session.isSectionAsked(state, section.id)

const section = Effect.gen(function* () {
  const { session, section } = yield* sectionNamed
  if (section === undefined || !isAsked(session, section)) return yield* seeOther(paths.list(session.customer.handle))
  const { url } = yield* HttpServerRequest.HttpServerRequest
  return yield* page(
    SectionPage.render(session, {
      section,
      draft: Filling.issuesOf(session.filling, section, { draft: true }),
      news: News.ofQuery(new URL(url, "http://page").searchParams, Filling.padded(session.filling)),
    }),
  )
})

const answer = Effect.gen(function* () {
  yield* Entry.sameOrigin
  const { session, section } = yield* sectionNamed
  if (section === undefined) return yield* seeOther(paths.list(session.customer.handle))
  const outcome = yield* Answering.post(session, section)
  if (outcome.type === "go") return yield* seeOther(outcome.to)
  const now = yield* Entry.sessionOf(session.customer)
  const { current } = now
  const typed = yield* Entry.showing(session.customer, {
    ...current,
    answers: { ...current.answers, ...outcome.typed },
  })
  const there = Questionnaire.section(current.stored.questionnaire, section.id)
  if (there === undefined || !isAsked(typed, there)) return yield* page(ListPage.render(now, { stale: true }), 409)
  return outcome.type === "stale"
    ? yield* page(SectionPage.render(typed, { section: there, stale: true }), 409)
    : yield* page(
        SectionPage.render(typed, { section: there, issues: outcome.issues, news: News.told(outcome.news) }),
        422,
      )
})

const FinishForm = Schema.Struct({ csrf: Schema.String, revision: Schema.NumberFromString })

const submit = Effect.gen(function* () {
  yield* Entry.sameOrigin
  const { customer } = yield* Entry.enter
  const form = yield* Effect.mapError(HttpServerRequest.schemaBodyUrlParams(FinishForm), () => new NotOurs())
  if (!PageSecurity.isCsrf(form.csrf, customer.csrf)) return yield* new NotOurs()
  const requests = yield* ClientRequests
  return yield* requests.submit(customer, form.revision, yield* Crypto.uuid).pipe(
    Effect.flatMap(() => seeOther(paths.done(customer.handle))),
    Effect.catchTag("Refusal", (refusal) =>
      Effect.gen(function* () {
        const because = ReviewPage.becauseOf(refusal)
        if (because === null) return yield* new AccessLink.LinkDead()
        return yield* page(
          ReviewPage.render(yield* Entry.sessionOf(customer), because),
          because === "stale" ? 409 : 422,
        )
      }),
    ),
  )
})

/** What browsers show without running anything in it; everything else is bytes. Either way it is saved, not shown. */
const safeTypes = new Set(["application/pdf", "image/jpeg", "image/png"])

const file = Effect.gen(function* () {
  const { file: id = "" } = yield* HttpRouter.params
  const uploads = yield* Uploads
  const { customer } = yield* Entry.enter
  const { file, content } = yield* uploads.downloadFor(customer, id)
  return HttpServerResponse.stream(content, {
    contentType: safeTypes.has(file.type) ? file.type : "application/octet-stream",
    contentLength: file.bytes,
    headers: {
      ...PageSecurity.headers(yield* Config),
      "content-disposition": FileName.attachment(file.name),
      "content-security-policy": "default-src 'none'; sandbox",
    },
  })
})

type Ends = AccessLink.LinkDead | RequestNotFound | ClientRequest.Refusal | NotOurs | TooMuch

const endWith = (end: DeadEnd.Page) =>
  Effect.gen(function* () {
    return end(yield* Config, yield* HttpServerRequest.HttpServerRequest)
  })

const expired = endWith(DeadEnd.expired)

/** A page, and every way in which it can end otherwise. */
const route = <E extends Ends, R>(
  method: "GET" | "POST",
  path: `/${string}`,
  handler: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
) =>
  HttpRouter.route(
    method,
    path,
    handler.pipe(
      Effect.catch((end: Ends) =>
        end._tag === "NotOurs" ? endWith(DeadEnd.notOurs) : end._tag === "TooMuch" ? endWith(DeadEnd.tooMuch) : expired,
      ),
      Effect.catchDefect((defect) =>
        Effect.andThen(Effect.logError("a customer's page failed", Cause.die(defect)), endWith(DeadEnd.trouble)),
      ),
    ),
  )

/** Addresses under `/r` and `/q` that no page has, those that are not even well-formed, and methods that none takes. */
const nowhere = HttpRouter.middleware(
  Effect.map(
    Config,
    (config) => (app) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        app.pipe(
          Effect.catch((error) =>
            isRouteNotFound(error) && /^\/[rq](\/|\?|$)/.test(request.url)
              ? Effect.succeed(DeadEnd.expired(config, request))
              : Effect.fail(error),
          ),
        ),
      ),
  ),
  { global: true },
)

const isRouteNotFound = (error: unknown) =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

const pages = HttpRouter.addAll([
  route("GET", "/r/:token", arrive),
  route("POST", "/r/:token", claim),
  route("GET", "/q/:handle", orReceipt(list)),
  route("GET", "/q/:handle/sections/:section", orReceipt(section)),
  route("POST", "/q/:handle/sections/:section", answer),
  route("GET", "/q/:handle/review", orReceipt(review)),
  route("POST", "/q/:handle/submit", orReceipt(submit)),
  route("GET", "/q/:handle/done", done),
  route("GET", "/q/:handle/files/:file", file),
])

/** The pages of the customer, and what they and the firm's pages are dressed in. */
export const layer = Layer.mergeAll(pages, nowhere, Assets.layer, Logos.layer)
