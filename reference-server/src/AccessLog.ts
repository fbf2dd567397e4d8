/** One line for every request that was answered, without what nobody may read there: link tokens and query strings. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { HttpMiddleware, HttpServerRequest } from "./platform/Http.ts"

/** The path as it may be logged: `/r/…` is a secret, and what follows `?` may be. */
export const loggable = (url: string): string => {
  const path = url.split(/[?#]/)[0] ?? ""
  return path.startsWith("/r/") ? "/r/…" : path
}

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
