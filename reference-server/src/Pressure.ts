/**
 * What keeps the server on its feet when there is too much to do, or when what it stands on is away. Three rings around every
 * route: so many requests at once and no more (`inFlight`); a deadline, and an answer for outages (`routed`); and below them
 * the limits of the database (`Database/PoolGate.ts`, statement and lock time-outs) and of the listening socket (`socket`).
 */
import type { IncomingMessage, Server } from "node:http"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { Config, type ServerConfig } from "./Config.ts"
import * as CurrentRequest from "./Observability/CurrentRequest.ts"
import * as Metrics from "./Observability/Metrics.ts"
import * as Tracing from "./Observability/Tracing.ts"
import * as Stopping from "./Operations/Stopping.ts"
import { HttpEffect, HttpRouter, HttpServerRequest, HttpServerResponse, HttpTraceContext } from "./platform/Http.ts"
import * as Outage from "./Pressure/Outage.ts"
import * as OutagePage from "./CustomerPages/OutagePage.ts"

/**
 * The options of Node's server. A head has to come within 15 seconds and is 16 KiB at most (Node's own limit, 431). A whole
 * request may take an hour, which a large file on a slow line needs; what must come faster has `deadline`. An idle connection
 * is kept for longer than proxies keep theirs (nginx: 60 s), or they would meet closed ones.
 */
export const socket = {
  requestTimeout: 3_600_000,
  headersTimeout: 15_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
} as const

/**
 * Nobody sends more headers than this, and no connection stays without a byte in either direction for longer. Nor does one that
 * brings a body a byte at a time, whatever reads it (S60): below a kilobyte a second over two minutes it is cut off, so that
 * whoever watches an upload (`Uploads/Pace.ts`) has had the time to say why. Once it is answered it has ten seconds to end.
 */
export const settled = <S extends Server>(server: S, { everyMillis = 120_000, endMillis = 10_000 } = {}): S => {
  server.maxHeadersCount = 100
  server.setTimeout(120_000)
  server.on("request", (request, response) => {
    const { headers, socket: line } = request
    if (headers["transfer-encoding"] === undefined && (headers["content-length"] ?? "0") === "0") return
    let before = line.bytesRead
    const watch = setInterval(() => {
      if (request.complete || line.destroyed) return clearInterval(watch)
      const came = line.bytesRead - before
      before = line.bytesRead
      // what waits to be read is held up by us
      if (came < everyMillis && request.readableLength === 0) line.destroy()
    }, everyMillis).unref()
    response.once("finish", () => setTimeout(() => endOf(request), endMillis).unref())
  })
  return server
}

const endOf = ({ complete, socket: line }: IncomingMessage): void => {
  if (!complete) line.destroy()
}

/** How long a request may take that brings no file, in milliseconds. Half of it may go by waiting for the database. */
const deadline = 60_000

/** Those that say how the server is are answered however much there is to do. */
const isExempt = (url: string): boolean => /^\/(health|ready|metrics)(\?|$)/.test(url)

export interface Load {
  inFlight: number
  readonly max: number
}

/** How much is being worked on. */
export const load = (max: number): Load => ({ inFlight: 0, max })

/**
 * The outermost ring, outside the sending of the answer: counts who is being served, and sends away who is too many. While the
 * process stops, every answer closes its connection.
 */
export const inFlight =
  (config: ServerConfig, state: Load) =>
  <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (yield* Stopping.isStopping) {
        yield* HttpEffect.appendPreResponseHandler((_request, response) =>
          Effect.succeed(HttpServerResponse.setHeader(response, "connection", "close")),
        )
      }
      if (isExempt(request.url)) return yield* app
      if (state.inFlight >= state.max) {
        yield* Metrics.refused("busy")
        return yield* OutagePage.answer(config, request, "busy")
      }
      state.inFlight++
      return yield* Effect.ensuring(
        app,
        Effect.sync(() => void state.inFlight--),
      )
    })

/** Uploads take as long as they take. */
const bringsFile = ({ method, headers }: HttpServerRequest.HttpServerRequest): boolean =>
  method !== "GET" &&
  method !== "HEAD" &&
  headers["content-type"] !== undefined &&
  !/^application\/(json|x-www-form-urlencoded|problem\+json)\b/.test(headers["content-type"])

/** The deadline has passed. */
class TooSlow extends Error {}

/** Dies of `TooSlow` once it took so long, when it has been ended. Every request comes by here: `Effect.timeoutOrElse` would run
 * two fibers for it. */
export const inTime = <A, E, R>(app: Effect.Effect<A, E, R>, millis = deadline): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.context<R>(), (context) =>
    Effect.callback((resume) => {
      const fiber = Effect.runForkWith(context)(app)
      // @effect-diagnostics-next-line globalTimersInEffect:off
      const timer = setTimeout(() => resume(Effect.andThen(Fiber.interrupt(fiber), Effect.die(new TooSlow()))), millis)
      fiber.addObserver((exit) => {
        clearTimeout(timer)
        resume(exit)
      })
      return Effect.suspend(() => {
        clearTimeout(timer)
        return Fiber.interrupt(fiber)
      })
    }),
  )

/**
 * Around each route, where its template is known: the span of the request, its deadline, and an answer when what the server
 * stands on is away. Any other fault goes on to those who tell of it.
 */
export const routed = HttpRouter.middleware(
  Effect.gen(function* () {
    const config = yield* Config
    return (app) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const { route } = yield* HttpRouter.RouteContext
        yield* CurrentRequest.know({ route: route.path })
        const within = bringsFile(request) ? app : inTime(app)
        return yield* within.pipe(
          Effect.catchCause((cause) => {
            const outage = isTooSlow(cause) ? "slow" : Outage.of(cause)
            if (outage === null || Cause.hasInterrupts(cause)) return Effect.failCause(cause)
            return Effect.andThen(
              Effect.all([
                Metrics.refused(outage),
                Effect.logWarning(`answered 503: ${Outage.sentences[outage]}`, cause),
              ]),
              OutagePage.answer(config, request, outage),
            )
          }),
          Effect.tap(({ status }) => Effect.annotateCurrentSpan("http.response.status_code", status)),
          spanned(config, request, route.path),
        )
      })
  }),
)

const isTooSlow = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some((reason) => reason._tag === "Die" && reason.defect instanceof TooSlow)

/** A span that names the route, and belongs to the trace of the proxy in front where that is a trusted one. */
const spanned =
  ({ trustedProxies }: ServerConfig, request: HttpServerRequest.HttpServerRequest, route: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(CurrentRequest.number, (id) =>
      Tracing.span(`${request.method} ${route}`, () => {
        const parent = CurrentRequest.isFrom(request, trustedProxies)
          ? Option.getOrUndefined(HttpTraceContext.fromHeaders(request.headers))
          : undefined
        return {
          kind: "server",
          ...(parent === undefined ? { root: true } : { parent }),
          attributes: {
            "http.request.method": request.method,
            "http.route": route,
            ...(id === null ? {} : { "requite.request.id": id }),
          },
        }
      })(effect),
    )
