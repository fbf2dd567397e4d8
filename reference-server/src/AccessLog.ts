/**
 * Around every request: its number, one line of the log when it was answered, and its part in the metrics; without what nobody
 * may read there: link tokens and query strings.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as CurrentRequest from "./Observability/CurrentRequest.ts"
import * as Metrics from "./Observability/Metrics.ts"
import { HttpEffect, HttpServerError, HttpServerRequest, HttpServerResponse, type IpNetwork } from "./platform/Http.ts"

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
    .replace(/\/s\/.*/i, "/s/…")
    .replace(/[\w-]{40,}/g, "…")
}

const decoded = (path: string): string | null => {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

/** What is asked for every few seconds by machines: told only when it is bad. */
const isRoutine = (route: string | null): boolean => route === "/health" || route === "/ready" || route === "/metrics"

/**
 * Numbers the request, and logs its answer; one that failed by a fault of ours with its cause, as an error. Behind one of
 * `trustedProxies` the number may be the proxy's, in `X-Request-Id`; the answer says which it is.
 */
export const middleware =
  (trustedProxies: ReadonlyArray<IpNetwork.IpNetwork>) =>
  <E, R>(
    app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const facts = yield* CurrentRequest.begin(request, trustedProxies)
      yield* HttpEffect.appendPreResponseHandler((_request, response) =>
        Effect.succeed(HttpServerResponse.setHeader(response, "x-request-id", facts.id)),
      )
      const began = yield* Clock.currentTimeMillis
      const exit = yield* Effect.exit(Effect.provideService(app, CurrentRequest.CurrentRequest, facts)).pipe(
        Effect.annotateLogs({ requestId: facts.id }),
      )
      const durationMs = Math.max(0, (yield* Clock.currentTimeMillis) - began)
      const { status } = HttpServerError.exitResponse(exit)
      const { route, workspaceId, memberId } = facts
      const { method } = request
      yield* Metrics.request({ route, method, status }, durationMs / 1000)
      const line = `${method} ${loggable(request.originalUrl)} ${status} ${durationMs}ms`
      const log =
        Exit.isFailure(exit) && status >= 500
          ? Effect.logError(line, exit.cause)
          : isRoutine(route) && status < 400
            ? Effect.logDebug(line)
            : Effect.logInfo(line)
      yield* Effect.annotateLogs(log, {
        requestId: facts.id,
        method,
        ...(route === null ? {} : { route }),
        status,
        durationMs,
        ...(workspaceId === null ? {} : { workspaceId }),
        ...(memberId === null ? {} : { memberId }),
      })
      return yield* exit
    })
