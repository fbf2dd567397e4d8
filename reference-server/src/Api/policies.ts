/** Handlers of the group `policies`: presets and the linter. Nothing is stored, nothing changes. */
import { Api } from "@requite/api"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { Config } from "../Config.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import * as given from "./given.ts"

const names = ["standard", "passfort", "taxdome", "karbon", "customer-centre", "file-request"] as const

export const layer = HttpApiBuilder.group(
  Api,
  "policies",
  Effect.fn(function* (handlers) {
    const { clamd } = yield* Config
    const here: RequestPolicy.Surroundings = { scanner: clamd === undefined ? "none" : "clamd" }
    const linted = (policy: RequestPolicy.RequestPolicy) => ({ policy, warnings: RequestPolicy.lint(policy, here) })
    return handlers.handleAll({
      list: () =>
        Effect.succeed({ policies: names.map((preset) => ({ preset, ...linted(RequestPolicy.presets[preset]) })) }),
      lint: ({ payload: { policy } }) =>
        Effect.succeed(linted(typeof policy === "object" && "name" in policy ? policy : given.policy(policy))),
    })
  }),
)
