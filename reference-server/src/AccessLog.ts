/** One line for every request that was answered, without what nobody may read there: link tokens and query strings. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { HttpMiddleware, HttpServerRequest } from "./platform/Http.ts"

/** The path as it may be logged: what follows `/r/` is a secret, so is anything that looks like one, and so may a query be. */
export const loggable = (url: string): string =>
  // relative or whole: the server hands out both
  (url.replace(/^[a-z]+:\/\/[^/]*/, "").split(/[?#]/)[0] ?? "").replace(/\/r\/.*/, "/r/…").replace(/[\w-]{40,}/g, "…")

export const middleware = HttpMiddleware.make((app) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const began = yield* Clock.currentTimeMillis
    const response = yield* app
    const took = (yield* Clock.currentTimeMillis) - began
    yield* Effect.logInfo(`${request.method} ${loggable(request.originalUrl)} ${response.status} ${took}ms`)
    return response
  }),
)
