/** The group `system`: for whoever runs the server. No key is needed, and nothing private is told. */
import * as Schema from "effect/Schema"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

/** The process answers. */
export const Health = Schema.Struct({ status: Schema.Literal("ok") }).annotate({
  identifier: "Health",
  description: "The process answers.",
})
export type Health = typeof Health.Type

/** The server can do its work. */
export const Ready = Schema.Struct({
  status: Schema.Literal("ready"),
  checks: Schema.Record(Schema.String, Wire.Check),
}).annotate({ identifier: "Ready", description: "The server can do its work." })
export type Ready = typeof Ready.Type

export class System extends HttpApiGroup.make("system", { topLevel: true })
  .add(
    HttpApiEndpoint.get("health", "/health", { success: Health }).annotateMerge(
      OpenApi.annotations({
        summary: "Health",
        description:
          "200 while the process answers, whatever else is away. For supervisors: who does not answer here is to be started again.",
      }),
    ),
    HttpApiEndpoint.get("ready", "/ready", { success: Ready, error: Failure.NotReady }).annotateMerge(
      OpenApi.annotations({
        summary: "Readiness",
        description:
          "200 while the server can do its work, else 503: its database answers within two seconds, the tables are those of this version, its loops turn, files can be written, and it was not told to stop. For load balancers: who says 503 gets no requests for now. Who may read `/metrics` is told details.",
      }),
    ),
  )
  .annotateMerge(OpenApi.annotations({ title: "System", description: "For whoever runs the server." })) {}
