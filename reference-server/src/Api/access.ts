/**
 * Who is calling: the two guards of the contract. A cookie comes along with whatever a browser sends, so changes that
 * rely on one must come from a page of ours, and a customer's must name the session's token besides (S39). An API key
 * is put there by a program, and proves both.
 */
import { Access, Failure } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../Config.ts"
import { sessionCookie as customerCookie } from "../Customer.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import { Members, sessionCookie as memberCookie } from "../Members.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { ByteSize } from "../platform/Files.ts"
import { HttpIncomingMessage, HttpRouter, HttpServerRequest } from "../platform/Http.ts"
import { CustomerLimits } from "../RateLimits/Customers.ts"
import * as Entrance from "./entrance.ts"

const changes = (request: HttpServerRequest.HttpServerRequest): boolean =>
  request.method !== "GET" && request.method !== "HEAD"

/** Members, by key or by the session of the firm's pages. */
const members = Layer.effect(
  Access.MemberAccess,
  Effect.gen(function* () {
    const config = yield* Config
    const people = yield* Members
    return Access.MemberAccess.of({
      apiKey: (http, { credential }) =>
        people.byKey(credential).pipe(
          Effect.mapError(() => new Failure.Unauthorized()),
          Effect.flatMap((member) => Effect.provideService(http, Access.CurrentMember, member)),
        ),
      // the contract knows one name for the cookie; on plain http it has another, so it is read here
      memberSession: Effect.fnUntraced(function* (http) {
        const request = yield* HttpServerRequest.HttpServerRequest
        const secret = PageSecurity.readCookie(config, request, memberCookie.name)
        if (secret === null) return yield* new Failure.Unauthorized()
        if (changes(request) && !PageSecurity.isSameOrigin(config, request)) return yield* new Failure.NotFromHere()
        const member = yield* Effect.mapError(people.bySession(secret), () => new Failure.Unauthorized())
        return yield* Effect.provideService(http, Access.CurrentMember, member)
      }),
    })
  }),
)

/** What a customer may send at once, uploads aside. */
const maxAnswers = ByteSize.mebibytes(1)

/** The address of a submission, and not that of a question called "submit". */
const submission = /\/customer\/[^/]+\/submit$/

/** Customers, by the session that their link opened. Whatever does not hold is `LinkDead` (S47). */
const customers = Layer.effect(
  Access.CustomerAccess,
  Effect.gen(function* () {
    const config = yield* Config
    const access = yield* CustomerAccess
    const limits = yield* CustomerLimits
    const { count, counted } = yield* Entrance.make

    const enter = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
      const action = /\/files\/[^/]*$/.test(request.url.split("?")[0] ?? "") ? "upload" : "save"
      if (changes(request)) yield* count(action)
      const { handle = "" } = yield* HttpRouter.params
      const secret = PageSecurity.readCookie(config, request, customerCookie(handle))
      if (secret === null) return yield* new Failure.LinkDead()
      // who submitted and did not hear of it asks again, and is told the same
      const submits = request.method === "POST" && submission.test(request.url.split("?")[0] ?? "")
      const customer = yield* access
        .enter(handle, secret)
        .pipe(
          Effect.catchTag("LinkDead", (dead) =>
            submits ? Effect.map(access.receipt(handle, secret), (found) => found.customer) : Effect.fail(dead),
          ),
        )
      const { workspace, requestId, recipient } = customer
      if (changes(request)) yield* limits.ofFamily(action, { workspaceId: workspace.id, requestId, recipient })
      return customer
    })

    return Access.CustomerAccess.of({
      customerSession: Effect.fnUntraced(function* (http) {
        const request = yield* HttpServerRequest.HttpServerRequest
        if (changes(request) && !PageSecurity.isSameOrigin(config, request)) return yield* new Failure.NotFromHere()
        const customer = yield* enter(request).pipe(
          counted,
          Effect.catchTags({ ...Entrance.failures, ...Entrance.again }),
        )
        if (changes(request) && !PageSecurity.isCsrf(request.headers["x-csrf-token"], customer.csrf)) {
          return yield* new Failure.NotFromHere()
        }
        return yield* http.pipe(
          Effect.provideService(Access.CurrentCustomer, customer),
          Effect.provideService(HttpIncomingMessage.MaxBodySize, maxAnswers),
        )
      }),
    })
  }),
)

/** Both guards. */
export const layer = Layer.mergeAll(members, customers)
