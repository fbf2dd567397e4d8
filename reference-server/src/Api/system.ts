/** Handlers of the group `system`. */
import { Api, Failure, type Wire } from "@requite/api"
import * as Effect from "effect/Effect"
import { Config } from "../Config.ts"
import * as MetricsPage from "../Observability/MetricsPage.ts"
import { Readiness } from "../Operations/Readiness.ts"
import { HttpServerRequest } from "../platform/Http.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "system",
  Effect.fn(function* (handlers) {
    const config = yield* Config
    const readiness = yield* Readiness
    return handlers.handleAll({
      health: () => Effect.succeed({ status: "ok" } as const),
      ready: Effect.fn(function* () {
        const isTrusted = MetricsPage.isTrusted(config, yield* HttpServerRequest.HttpServerRequest)
        const all = yield* readiness.checks
        const checks = Object.fromEntries(
          all.map(({ name, ok, reason, detail }): readonly [string, Wire.Check] => [
            name,
            { ok, reason, ...(isTrusted ? { detail } : {}) },
          ]),
        )
        if (all.some(({ ok }) => !ok)) return yield* new Failure.NotReady({ checks })
        return { status: "ready", checks } as const
      }),
    })
  }),
)
