/** Handlers of getting in: claims, codes and access links. Their failures, and the place that a caller comes from, are the
 * guard's too. */
import { Failure } from "@requite/api"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Config } from "../Config.ts"
import { sessionCookie } from "../Customer.ts"
import type { Claimed, CodeNotSent, CodeRefused, CodeStep, EnterAgain, OtherDevice } from "../CustomerAccess.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import * as Device from "../CustomerAccess/Device.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpEffect, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import { type Action, CustomerLimits } from "../RateLimits/Customers.ts"
import type { RateLimited } from "../RateLimits.ts"

/** A failure that says when to try again, in its header too. */
export const tooOften = (retryAfterSeconds: number) =>
  Effect.andThen(
    HttpEffect.appendPreResponseHandler((_request, response) =>
      Effect.succeed(HttpServerResponse.setHeader(response, "retry-after", String(retryAfterSeconds))),
    ),
    Effect.fail(new Failure.TooOften({ retryAfterSeconds })),
  )

/** What `CustomerAccess` fails with, as the contract says it. */
const closed = {
  LinkDead: () => Effect.fail(new Failure.LinkDead()),
  OtherDevice: ({ address, canSend }: OtherDevice) => Effect.fail(new Failure.OtherDevice({ address, canSend })),
}
export const failures = {
  ...closed,
  RateLimited: ({ retryAfterSeconds }: RateLimited) => tooOften(retryAfterSeconds),
}
export const again = { EnterAgain: ({ by }: EnterAgain) => Effect.fail(new Failure.EnterAgain({ by })) }
const code = { CodeRefused: ({ locked }: CodeRefused) => Effect.fail(new Failure.CodeRefused({ locked })) }
const notSent = {
  CodeNotSent: ({ locked, retryAfterSeconds }: CodeNotSent) =>
    locked ? Effect.fail(new Failure.CodeRefused({ locked })) : tooOften(retryAfterSeconds),
}

export const make = Effect.gen(function* () {
  const access = yield* CustomerAccess
  const config = yield* Config
  const crypto = yield* Crypto.Crypto
  const limits = yield* CustomerLimits

  const from = Effect.map(HttpServerRequest.HttpServerRequest, ({ remoteAddress }) =>
    remoteAddress._tag === "Some" ? remoteAddress.value : "",
  )
  /** One more try from this place, before anything is looked up (S41). */
  const count = (action: Action) => Effect.flatMap(from, (address) => limits.ofPlace(action, address))
  /** Guessing counts for more, whatever was guessed. */
  const counted = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.tapError(effect, ({ _tag }) =>
      _tag === "LinkDead" ? Effect.flatMap(from, (address) => limits.wasDead(address)) : Effect.void,
    )

  const cookie = (name: string) =>
    Effect.map(HttpServerRequest.HttpServerRequest, (request) => PageSecurity.readCookie(config, request, name))
  const fromOurPage = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (!PageSecurity.isSameOrigin(config, request)) return yield* new Failure.NotFromHere()
  })
  /** The secret of a handle's cookie. */
  const secretOf = Effect.fnUntraced(function* (handle: string) {
    return (yield* cookie(sessionCookie(handle))) ?? (yield* new Failure.LinkDead())
  })
  const checked = Effect.fnUntraced(function* (secret: Redacted.Redacted, token: string) {
    const expected = yield* Effect.provideService(PageSecurity.csrfToken(secret), Crypto.Crypto, crypto)
    if (!PageSecurity.isCsrf(token, expected)) {
      return yield* new Failure.NotFromHere({ message: Failure.notFromHere.token })
    }
  })

  const stepOf = ({ channel, to, step, steps, lapsed, csrf }: CodeStep) => ({ channel, to, step, steps, lapsed, csrf })

  /** Sets the cookies, and says what is next. */
  const claimed = Effect.fnUntraced(function* ({ handle, secret, deviceSecret, seconds, ...next }: Claimed) {
    // outlives the session: one that is over still says whose it was (S11)
    const session = { name: sessionCookie(handle), seconds: seconds + 7 * 86_400 }
    yield* HttpEffect.appendPreResponseHandler((_request, response) =>
      Effect.succeed(
        PageSecurity.setCookie(
          config,
          PageSecurity.setCookie(config, response, session, secret),
          Device.cookie,
          deviceSecret,
        ),
      ),
    )
    const step = next.needsCode ? stepOf(yield* access.codeStep(handle, secret)) : null
    return { handle, code: step, retryAfterSeconds: next.retryAfterSeconds }
  })

  return {
    from,
    count,
    counted,
    /** What the session of this handle submitted. */
    receipt: Effect.fnUntraced(function* (handle: string) {
      const secret = yield* secretOf(handle)
      return yield* Effect.mapError(access.receipt(handle, secret), () => new Failure.LinkDead())
    }),
    handlers: {
      claim: ({ payload }: { readonly payload: { readonly token: Redacted.Redacted } }) =>
        Effect.gen(function* () {
          yield* fromOurPage
          yield* count("claim")
          const made = yield* access.claim(payload.token, yield* cookie(Device.cookie.name))
          return yield* claimed(made)
        }).pipe(counted, Effect.catchTags({ ...failures, EnterAgain: () => Effect.fail(new Failure.LinkDead()) })),
      code: ({ params }: { readonly params: { readonly handle: string } }) =>
        Effect.gen(function* () {
          return stepOf(yield* access.codeStep(params.handle, yield* secretOf(params.handle)))
        }).pipe(counted, Effect.catchTags({ ...closed, ...again })),
      enterCode: ({ params, headers, payload }: Presented) =>
        Effect.gen(function* () {
          yield* fromOurPage
          yield* count("code")
          const secret = yield* secretOf(params.handle)
          yield* checked(secret, headers["x-csrf-token"])
          const presented = { code: Redacted.value(payload.code), device: yield* cookie(Device.cookie.name) }
          return yield* claimed(yield* access.enterCode(params.handle, secret, presented))
        }).pipe(counted, Effect.catchTags({ ...failures, ...again, ...code })),
      sendCode: ({ params, headers }: Omit<Presented, "payload">) =>
        Effect.gen(function* () {
          yield* fromOurPage
          yield* count("code")
          const secret = yield* secretOf(params.handle)
          yield* checked(secret, headers["x-csrf-token"])
          yield* access.sendCode(params.handle, secret)
        }).pipe(counted, Effect.catchTags({ ...failures, ...again, ...notSent })),
      accessLink: ({
        payload,
      }: {
        readonly payload: { readonly token: Redacted.Redacted } | { readonly handle: string }
      }) =>
        Effect.gen(function* () {
          yield* fromOurPage
          yield* count("access-link")
          yield* access.sendAccessLink(payload)
        }).pipe(Effect.catchTags({ RateLimited: failures.RateLimited })),
    },
  }
})

interface Presented {
  readonly params: { readonly handle: string }
  readonly headers: { readonly "x-csrf-token": string }
  readonly payload: { readonly code: Redacted.Redacted }
}
