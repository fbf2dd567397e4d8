/** The group `keys`: API keys for scripts. A key acts for the member who made it. */
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

/** A key without its secret part. */
export const ApiKey = Schema.Struct({
  id: Schema.String.annotate({ description: "The public part of the key.", examples: ["rq_1a2b3c4d"] }),
  name: Schema.String,
  createdAt: Wire.Timestamp,
  lastUsedAt: Schema.NullOr(Wire.Timestamp),
}).annotate({ identifier: "ApiKey", description: "A key without its secret part, which nobody can read again." })
export type ApiKey = typeof ApiKey.Type

export class Keys extends HttpApiGroup.make("keys")
  .add(
    HttpApiEndpoint.get("list", "/", { success: Schema.Struct({ keys: Schema.Array(ApiKey) }) }).annotateMerge(
      OpenApi.annotations({ summary: "List your keys", description: "Your keys that were not revoked." }),
    ),
    HttpApiEndpoint.post("create", "/", {
      payload: Schema.Struct({ name: Wire.filledLine(100).annotate({ examples: ["Nightly import"] }) }),
      success: Schema.Struct({
        key: ApiKey,
        secret: Schema.RedactedFromValue(
          Schema.String.annotate({
            description: "The whole key. Shown this once: keep it.",
            examples: ["rq_1a2b3c4d_…"],
          }),
        ),
      }).pipe(HttpApiSchema.status(201)),
    }).annotateMerge(
      OpenApi.annotations({ summary: "Make a key", description: "Makes a key. Its secret is in this answer only." }),
    ),
    HttpApiEndpoint.delete("revoke", "/:id", {
      params: {
        id: Schema.String.check(
          Schema.isPattern(/^rq_[A-Za-z0-9]{8}$/, {
            message: "Expected the id of a key: rq_ and eight letters or digits",
          }),
        ),
      },
      success: HttpApiSchema.NoContent,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Revoke a key",
        description: "The key stops working at once. One that is not there, or not yours, is passed over.",
      }),
    ),
  )
  .middleware(MemberAccess)
  .prefix("/keys")
  .annotateMerge(
    OpenApi.annotations({ title: "API keys", description: "Keys for scripts; each acts for its member." }),
  ) {}
