/**
 * A page of the customer, and every way in which it can end otherwise. The dead end comes from here alone, and so does
 * what counts against guessing (S41).
 */
import type { AccessLink, ClientRequest } from "@requite/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { RequestNotFound } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import * as Outage from "../Pressure/Outage.ts"
import { CustomerAccess, type EnterAgain, type OtherDevice } from "../CustomerAccess.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import { CustomerLimits } from "../RateLimits/Customers.ts"
import type { RateLimited } from "../RateLimits.ts"
import * as Tenancy from "../Tenancy.ts"
import * as CodePage from "./CodePage.ts"
import * as DeadEnd from "./DeadEnd.ts"
import * as Entry from "./Entry.ts"
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

export const page = (html: string, status = 200) =>
  Effect.map(Config, (config) => PageSecurity.page(config, html, { status }))
export const seeOther = (path: string) => Effect.map(Config, (config) => PageSecurity.seeOther(config, path))

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
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  return yield* page(OtherDevicePage.render(end, headers["accept-language"]), 403)
})

/** A session that waits for a code goes to its page; one that is over is told what to do, in place of the page (S11). */
const again = Effect.fnUntraced(function* ({ by, lapsed }: EnterAgain) {
  const challenge = HttpServerResponse.setHeader("www-authenticate", by)
  if (by === "link") return challenge(yield* endWith(DeadEnd.openAgain))
  const { handle, secret } = yield* Entry.presented
  if (!lapsed) return yield* seeOther(paths.code(handle))
  const access = yield* CustomerAccess
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const step = yield* access.codeStep(handle, secret)
  const shown = { path: paths.code(handle), accepted: headers["accept-language"], notice: null }
  return challenge(yield* page(CodePage.render(step, shown), 401))
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
      Tenancy.none,
    ),
  )
