/** The group `session`: who the caller is. */
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "./HttpApi.ts"

/** The caller, and the workspace that everything else is about. */
export const Whoami = Schema.Struct({
  member: Schema.Struct({
    id: Schema.String,
    name: Schema.String,
    email: Schema.String,
    role: Schema.Literals(["admin", "member"]).annotate({
      description: "`admin` configures the workspace, `member` works in it.",
    }),
  }),
  workspace: Schema.Struct({
    id: Schema.String,
    name: Schema.String,
    accent: Schema.String.annotate({ examples: ["#1f6f50"] }),
    language: Schema.String,
    timeZone: Schema.String,
  }),
}).annotate({ identifier: "Whoami", description: "The caller, and their workspace." })
export type Whoami = typeof Whoami.Type

export class Session extends HttpApiGroup.make("session")
  .add(
    HttpApiEndpoint.get("whoami", "/", { success: Whoami }).annotateMerge(
      OpenApi.annotations({ summary: "Who am I", description: "The member whose key or session this is." }),
    ),
  )
  .middleware(MemberAccess)
  .prefix("/session")
  .annotateMerge(OpenApi.annotations({ title: "Session", description: "Who the caller is." })) {}
