/** Who is at the door: the checks that every handler begins with, and what it needs to answer. */
import { AccessLink, type ClientRequest } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Current } from "../ClientRequests.ts"
import { ClientRequests } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import { type Customer, sessionCookie } from "../Customer.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import * as Device from "../CustomerAccess/Device.ts"
import * as Filling from "../Filling.ts"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpRouter, HttpServerRequest } from "../platform/Http.ts"
import { type Action, CustomerLimits } from "../RateLimits/Customers.ts"
import * as Tenancy from "../Tenancy.ts"
import type { Workspace } from "../Workspaces.ts"
import * as Reader from "./Reader.ts"
import { NotOurs } from "./SectionForm.ts"
import type { Session } from "./Session.ts"

/** S39, before anything is looked up: a stranger's form gets the same answer whether the link lives or not. */
export const sameOrigin = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  if (!PageSecurity.isSameOrigin(yield* Config, request)) return yield* new NotOurs()
})

/** Where the caller is, as limits count it. */
export const addressOf = ({ remoteAddress }: HttpServerRequest.HttpServerRequest): string =>
  remoteAddress._tag === "Some" ? remoteAddress.value : ""

/** S41, before anything is looked up: one more try from this place. */
export const fromHere = Effect.fnUntraced(function* (action: Action) {
  const limits = yield* CustomerLimits
  yield* limits.ofPlace(action, addressOf(yield* HttpServerRequest.HttpServerRequest))
})

/** The secret of the browser's device cookie. */
export const device = Effect.gen(function* () {
  return PageSecurity.readCookie(yield* Config, yield* HttpServerRequest.HttpServerRequest, Device.cookie.name)
})

/** Goes on in the session that the address and the cookie name together, with what is there to see now: for its workspace. */
export const enter = <A, E, R>(then: (session: Session) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(admitted, (customer) =>
    Tenancy.within(customer.workspace.id)(Effect.flatMap(sessionOf(customer), then)),
  )

const admitted = Effect.gen(function* () {
  const access = yield* CustomerAccess
  const action = yield* changing
  if (action !== null) yield* fromHere(action)
  const { handle, secret } = yield* presented
  const customer = yield* access.enter(handle, secret)
  yield* CurrentRequest.know({ workspaceId: customer.workspace.id })
  if (action !== null) {
    const { workspace, requestId, recipient } = customer
    yield* (yield* CustomerLimits).ofFamily(action, { workspaceId: workspace.id, requestId, recipient })
  }
  return customer
})

/** What the call counts as where it may change something; null: it only looks. */
const changing = Effect.map(HttpServerRequest.HttpServerRequest, ({ method, url }): Action | null =>
  method !== "POST" ? null : /^\/q\/[^/?]*(\?|$)/.test(url) ? "upload" : "save",
)

/** What a customer who is in sees now. */
export const sessionOf = Effect.fnUntraced(function* (customer: Customer) {
  const requests = yield* ClientRequests
  return yield* showing(customer, yield* requests.current(customer))
})

/** What they would see of these answers. */
export const showing = Effect.fnUntraced(function* (customer: Customer, current: Current) {
  const filling = Filling.of(current)
  const reader = yield* readerOf(customer.workspace, languageOf(current.request, customer.recipient), filling)
  const session: Session = { customer, current, filling, reader, now: yield* Clock.currentTimeMillis }
  return session
})

const languageOf = (request: ClientRequest.State, recipient: string): string =>
  request.details.recipients.find(({ id }) => id === recipient)?.language ?? ""

/** The receipt of the session that submitted; there is none for anybody else (S50). */
export const receipt = Effect.gen(function* () {
  const access = yield* CustomerAccess
  const { handle, secret } = yield* presented
  const found = yield* access.receipt(handle, secret)
  const filling = Filling.of(found.current)
  const reader = yield* readerOf(found.workspace, languageOf(found.request, found.customer.recipient), filling)
  return { ...found, handle, filling, reader }
})

/** The handle of the address with the secret of its cookie. */
export const presented = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const { handle = "" } = yield* HttpRouter.params
  const secret = PageSecurity.readCookie(yield* Config, request, sessionCookie(handle))
  return secret === null ? yield* new AccessLink.LinkDead() : { handle, secret }
})

/** The reader of the HTTP request at hand; `language` is what the firm said of the recipient. */
export const readerOf = Effect.fnUntraced(function* (workspace: Workspace, language: string, filling: Filling.Filling) {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  return Reader.make({ workspace, recipient: language, accepted: headers["accept-language"], filling })
})
