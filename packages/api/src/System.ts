/** The group `system`: for whoever runs the server. No key is needed, and nothing private is told. */
import * as Schema from "effect/Schema"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "./HttpApi.ts"

/** The server can do its work. */
export const Health = Schema.Struct({ status: Schema.Literal("ok"), database: Schema.Literal("up") }).annotate({
  identifier: "Health",
  description: "The server and its database answer.",
})
export type Health = typeof Health.Type

export class System extends HttpApiGroup.make("system", { topLevel: true })
  .add(
    HttpApiEndpoint.get("health", "/health", { success: Health, error: Failure.Unhealthy }).annotateMerge(
      OpenApi.annotations({
        summary: "Health",
        description: "200 while the database answers within two seconds, else 503. For load balancers and supervisors.",
      }),
    ),
  )
  .annotateMerge(OpenApi.annotations({ title: "System", description: "For whoever runs the server." })) {}
