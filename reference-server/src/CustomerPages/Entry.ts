/** Who is at the door: the checks that every handler begins with, and what it needs to answer. */
import { AccessLink } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Current } from "../ClientRequests.ts"
import { ClientRequests } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import { type Customer, sessionCookie } from "../Customer.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import * as Filling from "../Filling.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpRouter, HttpServerRequest } from "../platform/Http.ts"
import type { Workspace } from "../Workspaces.ts"
import * as Reader from "./Reader.ts"
import { NotOurs } from "./SectionForm.ts"
import type { Session } from "./Session.ts"

/** S39, before anything is looked up: a stranger's form gets the same answer whether the link lives or not. */
export const sameOrigin = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  if (!PageSecurity.isSameOrigin(yield* Config, request)) return yield* new NotOurs()
})

/** The session that the address and the cookie name together, with what is there to see now. */
export const enter = Effect.gen(function* () {
  const access = yield* CustomerAccess
  const { handle, secret } = yield* presented
  return yield* sessionOf(yield* access.enter(handle, secret))
})

/** What a customer who is in sees now. */
export const sessionOf = Effect.fnUntraced(function* (customer: Customer) {
  const requests = yield* ClientRequests
  return yield* showing(customer, yield* requests.current(customer))
})

/** What they would see of these answers. */
export const showing = Effect.fnUntraced(function* (customer: Customer, current: Current) {
  const filling = Filling.of(current)
  const reader = yield* readerOf(customer.workspace, current.request, filling)
  const session: Session = { customer, current, filling, reader, now: yield* Clock.currentTimeMillis }
  return session
})

/** The receipt of the session that submitted; there is none for anybody else (S50). */
export const receipt = Effect.gen(function* () {
  const access = yield* CustomerAccess
  const { handle, secret } = yield* presented
  const found = yield* access.receipt(handle, secret)
  const filling = Filling.of(found.current)
  const reader = yield* readerOf(found.workspace, found.request, filling)
  return { ...found, handle, filling, reader }
})

const presented = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const { handle = "" } = yield* HttpRouter.params
  const secret = PageSecurity.readCookie(yield* Config, request, sessionCookie(handle).name)
  return secret === null ? yield* new AccessLink.LinkDead() : { handle, secret }
})

/** The reader of the HTTP request at hand. */
export const readerOf = Effect.fnUntraced(function* (
  workspace: Workspace,
  { details }: Current["request"],
  filling: Filling.Filling,
) {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  return Reader.make({
    workspace,
    recipient: details.recipient.language,
    accepted: headers["accept-language"],
    filling,
  })
})
