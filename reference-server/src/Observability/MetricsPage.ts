/**
 * `GET /metrics`: the metrics as Prometheus reads them. For whoever has METRICS_TOKEN; where none is set, for programs of this
 * machine that do not come through a proxy. To all others there is nothing at this address.
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Config, isLoopback, type ServerConfig } from "../Config.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import { PrometheusMetrics } from "../platform/Observability.ts"
import type { Load } from "../Pressure.ts"
import * as Gauges from "./Gauges.ts"

/** May whoever asks this see how the server is from the inside? */
export const isTrusted = (config: ServerConfig, request: HttpServerRequest.HttpServerRequest): boolean => {
  const { metricsToken } = config
  if (metricsToken !== undefined) {
    const given = /^Bearer +(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1] ?? ""
    return Crypto.timingSafeEqual(given, Redacted.value(metricsToken))
  }
  // a proxy on this machine speaks for strangers
  const isForwarded = ["x-forwarded-for", "forwarded", "via", "x-real-ip"].some((name) => name in request.headers)
  const isHere = (address: Option.Option<string>) =>
    Option.match(address, { onNone: () => false, onSome: (text) => isLoopback(text.replace(/^::ffff:/i, "")) })
  return !isForwarded && isHere(request.peerAddress) && isHere(request.remoteAddress)
}

/** The route; `load` is what is being worked on. */
export const layer = (load: Load) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const config = yield* Config
      const look = yield* Gauges.make(load)
      yield* router.add("GET", "/metrics", (request) =>
        Effect.gen(function* () {
          if (!isTrusted(config, request)) return HttpServerResponse.empty({ status: 404 })
          yield* look
          return HttpServerResponse.text(yield* PrometheusMetrics.format(), {
            contentType: "text/plain; version=0.0.4; charset=utf-8",
            headers: PageSecurity.headers(config),
          })
        }),
      )
    }),
  )
