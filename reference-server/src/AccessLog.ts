/** One line for every request that was answered, without what nobody may read there: link tokens and query strings. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { HttpServerError, HttpServerRequest, type HttpServerResponse } from "./platform/Http.ts"

/**
 * The path as it may be logged: what follows `/r/` or `/u/` is a secret, so is anything that looks like one, and so may a query
 * be. It is told decoded and without regard to case, as the router reads it; what cannot be read is not told at all.
 */
export const loggable = (url: string): string => {
  // relative or whole: the server hands out both
  const path = decoded(url.replace(/^[a-z]+:\/\/[^/]*/i, "").split(/[?#]/)[0] ?? "")
  // encoded twice, it is nobody's address and may hide anything
  if (path === null || path.includes("%")) return "…"
  return (path.split(/[?#]/)[0] ?? "")
    .replace(/[^\x21-\x7e]+/g, "…") // line breaks would forge lines
    .replace(/\/r\/.*/i, "/r/…")
    .replace(/\/u\/.*/i, "/u/…")
    .replace(/[\w-]{40,}/g, "…")
}

const decoded = (path: string): string | null => {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

/** Logs every answer; one that failed by a fault of ours with its cause, as an error. */
export const middleware = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const began = yield* Clock.currentTimeMillis
    const exit = yield* Effect.exit(app)
    const took = (yield* Clock.currentTimeMillis) - began
    const { status } = HttpServerError.exitResponse(exit)
    const line = `${request.method} ${loggable(request.originalUrl)} ${status} ${took}ms`
    yield* Exit.isFailure(exit) && status >= 500 ? Effect.logError(line, exit.cause) : Effect.logInfo(line)
    return yield* exit
  })
