/**
 * Who is calling: the guards of the contract. A cookie comes along with whatever a browser sends, so changes that
 * rely on one must come from a page of ours, and a customer's must name the session's token besides (S39). An API key
 * is put there by a program, and proves both.
 */
import { Access, Failure } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../Config.ts"
import { sessionCookie as customerCookie } from "../Customer.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import { type Member, Members, sessionCookie as memberCookie } from "../Members.ts"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { ByteSize } from "../platform/Files.ts"
import { HttpIncomingMessage, HttpRouter, HttpServerRequest } from "../platform/Http.ts"
import { type Action, CustomerLimits } from "../RateLimits/Customers.ts"
import * as Tenancy from "../Tenancy.ts"
import * as Entrance from "./entrance.ts"

const changes = (request: HttpServerRequest.HttpServerRequest): boolean =>
  request.method !== "GET" && request.method !== "HEAD" && request.method !== "OPTIONS"

/** Carries out what a member asked for: for their workspace, and for no other. */
const as = <A, E, R>(member: Member, http: Effect.Effect<A, E, R>) =>
  CurrentRequest.know({ workspaceId: member.workspaceId, memberId: member.id }).pipe(
    Effect.andThen(http),
    Effect.provideService(Access.CurrentMember, member),
    known({ workspaceId: member.workspaceId, memberId: member.id }),
    Tenancy.within(member.workspaceId),
  )

/** Says in the log whose call it is. */
const known =
  (found: Parameters<typeof CurrentRequest.know>[0]) =>
  <A, E, R>(http: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.andThen(CurrentRequest.know(found), http)

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
          Effect.flatMap((member) => as(member, http)),
        ),
      // the contract knows one name for the cookie; on plain http it has another, so it is read here
      memberSession: Effect.fnUntraced(function* (http) {
        const request = yield* HttpServerRequest.HttpServerRequest
        const secret = PageSecurity.readCookie(config, request, memberCookie.name)
        if (secret === null) return yield* new Failure.Unauthorized()
        if (changes(request) && !PageSecurity.isSameOrigin(config, request)) return yield* new Failure.NotFromHere()
        const member = yield* Effect.mapError(people.bySession(secret), () => new Failure.Unauthorized())
        return yield* as(member, http)
      }),
    })
  }),
)

/** Administrators, among members. */
const administrators = Layer.succeed(
  Access.AdminAccess,
  Access.AdminAccess.of(
    Effect.fnUntraced(function* (http) {
      const { role } = yield* Access.CurrentMember
      if (role !== "admin") return yield* new Failure.AdministratorsOnly()
      return yield* http
    }),
  ),
)

/** What a customer may send at once, uploads aside. */
const maxAnswers = ByteSize.mebibytes(1)

/** The address of a submission, and not that of a question called "submit". */
const submission = /\/customer\/[^/]+\/submit$/

/** What a change counts as: a file, a piece of one, or anything else. */
const actionOf = (path: string): Action => {
  if (/\/uploads\/[^/]*$/.test(path)) return "piece"
  return /(\/files\/[^/]*|\/uploads)$/.test(path) ? "upload" : "save"
}

/** Customers, by the session that their link opened. Whatever does not hold is `LinkDead` (S47). */
const customers = Layer.effect(
  Access.CustomerAccess,
  Effect.gen(function* () {
    const config = yield* Config
    const access = yield* CustomerAccess
    const limits = yield* CustomerLimits
    const { count, counted } = yield* Entrance.make

    const enter = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
      const action = actionOf(request.url.split("?")[0] ?? "")
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
          return yield* new Failure.NotFromHere({ message: Failure.notFromHere.token })
        }
        return yield* http.pipe(
          Effect.provideService(Access.CurrentCustomer, customer),
          known({ workspaceId: customer.workspace.id }),
          Tenancy.within(customer.workspace.id),
          Effect.provideService(HttpIncomingMessage.MaxBodySize, maxAnswers),
        )
      }),
    })
  }),
)

/** All guards. */
export const layer = Layer.mergeAll(members, administrators, customers)
