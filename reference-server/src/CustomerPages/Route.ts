/**
 * A page of the customer, and every way in which it can end otherwise. The dead end comes from here alone, and so does
 * what counts against guessing (S41).
 */
import type { AccessLink, ClientRequest } from "@requite/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { RequestNotFound } from "../ClientRequests.ts"
import { Config, type ServerConfig } from "../Config.ts"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import * as Outage from "../Pressure/Outage.ts"
import { CustomerAccess, type EnterAgain, type OtherDevice } from "../CustomerAccess.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpMiddleware, HttpRouter, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import { CustomerLimits } from "../RateLimits/Customers.ts"
import type { RateLimited } from "../RateLimits.ts"
import * as Tenancy from "../Tenancy.ts"
import * as CodePage from "./CodePage.ts"
import * as DeadEnd from "./DeadEnd.ts"
import * as Entry from "./Entry.ts"
import * as Framing from "./Framing.ts"
import * as Language from "./Language.ts"
import * as OtherDevicePage from "./OtherDevicePage.ts"
import type { NotOurs, TooMuch } from "./SectionForm.ts"
import { paths } from "./Session.ts"

/** How a page ends that cannot be shown. */
export type Ends =
  | AccessLink.LinkDead
  | RequestNotFound
  | ClientRequest.Refusal
  | NotOurs
  | TooMuch
  | OtherDevice
  | EnterAgain
  | RateLimited

/** What the switch of languages asked for is kept by whatever answers, but not by a dead end. */
const remembered = (answer: (config: ServerConfig) => HttpServerResponse.HttpServerResponse) =>
  Effect.gen(function* () {
    const config = yield* Config
    const { framed } = yield* Framing.here
    const response = Language.remember(config, yield* HttpServerRequest.HttpServerRequest, answer(config))
    return framed ? Framing.kept(response) : response
  })

export const page = (html: string, status = 200) =>
  Effect.flatMap(Framing.here, ({ framers, framed }) =>
    remembered((config) =>
      PageSecurity.page(config, framed ? Framing.dressed(html, framers) : html, { status, framers }),
    ),
  )
export const seeOther = (path: string) => remembered((config) => PageSecurity.seeOther(config, path))

const endWith = (end: DeadEnd.Page) =>
  Effect.gen(function* () {
    return end(yield* Config, yield* HttpServerRequest.HttpServerRequest)
  })

export const notOurs = endWith(DeadEnd.notOurs)

/** Counted for more than one try, whatever the cause, and answered with the one page (S47). */
export const expired = Effect.gen(function* () {
  const limits = yield* CustomerLimits
  yield* limits.wasDead(Entry.addressOf(yield* HttpServerRequest.HttpServerRequest))
  return yield* endWith(DeadEnd.expired)
})

export const tooOften = ({ retryAfterSeconds }: RateLimited) =>
  Effect.map(endWith(DeadEnd.tooOften), HttpServerResponse.setHeader("retry-after", String(retryAfterSeconds)))

const elsewhere = Effect.fnUntraced(function* (end: OtherDevice) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const chosen = Language.chosen(yield* Config, request)
  const [link = null] = /^\/r\/[^/?]+/.exec(request.url) ?? []
  return yield* page(OtherDevicePage.render(end, request.headers["accept-language"], chosen, link), 403)
})

/** A session that waits for a code goes to its page; one that is over is told what to do, in place of the page (S11). */
const again = Effect.fnUntraced(function* ({ by, lapsed }: EnterAgain) {
  const challenge = HttpServerResponse.setHeader("www-authenticate", by)
  if (by === "link") return challenge(yield* endWith(DeadEnd.openAgain))
  const { handle, secret } = yield* Entry.presented
  if (!lapsed) return yield* seeOther(paths.code(handle))
  const access = yield* CustomerAccess
  const request = yield* HttpServerRequest.HttpServerRequest
  const step = yield* access.codeStep(handle, secret)
  const chosen = Language.chosen(yield* Config, request)
  const shown = { path: paths.code(handle), accepted: request.headers["accept-language"], chosen, notice: null }
  return challenge(yield* Framing.by(step.workspace)(page(CodePage.render(step, shown), 401)))
})

/** Another device took the request over between this session's entry and its change. */
const taken = ({ reasons }: ClientRequest.Refusal) =>
  reasons.some(({ code }) => code === "other-device")
    ? Entry.presented.pipe(
        Effect.flatMap(({ handle, secret }) =>
          Effect.flatMap(CustomerAccess, (access) => access.enter(handle, secret)),
        ),
        Effect.flatMap(() => expired),
        Effect.catchTag("OtherDevice", elsewhere),
      )
    : expired

/** On a phone's line a page's length is its time. The session's token reads differently each time (PageSecurity), and so the
 * length tells nothing of it. */
export const compressed = HttpMiddleware.compression({ compressible: (type) => type.startsWith("text/html") })

type Needs = Config | CustomerAccess | CustomerLimits | HttpServerRequest.HttpServerRequest | HttpRouter.RouteContext

const ended = (
  end: Ends,
): Effect.Effect<HttpServerResponse.HttpServerResponse, AccessLink.LinkDead | OtherDevice | EnterAgain, Needs> => {
  switch (end._tag) {
    case "NotOurs":
      return notOurs
    case "TooMuch":
      return endWith(DeadEnd.tooMuch)
    case "RateLimited":
      return tooOften(end)
    case "OtherDevice":
      return elsewhere(end)
    case "EnterAgain":
      return again(end)
    case "Refusal":
      return taken(end)
    case "LinkDead":
    case "RequestNotFound":
      return expired
  }
}

/** Our fault: told in the log, and with a page that says so. An outage is answered where all of them are (`Pressure.ts`). */
export const troubled = (defect: unknown) =>
  Outage.ofError(defect) !== null
    ? Effect.die(defect)
    : Effect.andThen(
        Effect.logError("a customer's page failed", Cause.die(defect)),
        Effect.flatMap(CurrentRequest.number, (number) => endWith(DeadEnd.trouble(number))),
      )

/** A page at its address. Whatever goes wrong while an end is being told is the dead end. */
export const route = <E extends Ends, R>(
  method: "GET" | "POST",
  path: `/${string}`,
  handler: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
) =>
  HttpRouter.route(
    method,
    path,
    handler.pipe(
      Effect.catch((end: Ends) => ended(end).pipe(Effect.catch(() => expired))),
      Effect.catchDefect(troubled),
      compressed,
      Tenancy.none,
    ),
  )
