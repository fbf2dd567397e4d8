/** The group `keys`: API keys for scripts. A key acts for the member who made it, with their role. */
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

/** A key without its secret part. */
export const ApiKey = Schema.Struct({
  id: Schema.String.annotate({ description: "The public part of the key.", examples: ["rq_1a2b3c4d"] }),
  name: Schema.String,
  createdAt: Wire.Timestamp,
  lastUsedAt: Schema.NullOr(Wire.Timestamp),
  expiresAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "It stops working then; null: it does not." }),
  oldSecretUntil: Schema.NullOr(Wire.Timestamp).annotate({
    description: "Until then the secret before the latest one works too; null: only the latest one does.",
  }),
}).annotate({ identifier: "ApiKey", description: "A key without its secret part, which nobody can read again." })
export type ApiKey = typeof ApiKey.Type

/** A key with its secret: in the answer that makes it, and never again. */
export const FreshKey = Schema.Struct({
  key: ApiKey,
  secret: Schema.RedactedFromValue(
    Schema.String.annotate({
      description: "The whole key. Shown this once: keep it.",
      examples: ["rq_1a2b3c4d_…"],
    }),
  ),
}).annotate({ identifier: "FreshKey", description: "A key with its secret, which is shown this once." })
export type FreshKey = typeof FreshKey.Type

const params = {
  id: Schema.String.check(
    Schema.isPattern(/^rq_[A-Za-z0-9]{8}$/, {
      message: "Expected the id of a key: rq_ and eight letters or digits",
    }),
  ),
}

/** The longest that two secrets may work side by side: 30 days. */
const maxOverlap = 30 * 86_400

export class Keys extends HttpApiGroup.make("keys")
  .add(
    HttpApiEndpoint.get("list", "/", { success: Schema.Struct({ keys: Schema.Array(ApiKey) }) }).annotateMerge(
      OpenApi.annotations({ summary: "List your keys", description: "Your keys that were not revoked." }),
    ),
    HttpApiEndpoint.post("create", "/", {
      payload: Schema.Struct({
        name: Wire.filledLine(100).annotate({ examples: ["Nightly import"] }),
        expiresAt: Schema.optionalKey(
          Schema.NullOr(Wire.GivenInstant).annotate({ description: "It stops working then. Without it, it does not." }),
        ),
      }),
      success: FreshKey.pipe(HttpApiSchema.status(201)),
    }).annotateMerge(
      OpenApi.annotations({ summary: "Make a key", description: "Makes a key. Its secret is in this answer only." }),
    ),
    HttpApiEndpoint.post("rotate", "/:id/rotate", {
      params,
      payload: Schema.Struct({
        overlapSeconds: Schema.optionalKey(
          Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: maxOverlap })).annotate({
            description: "How long the secret until now still works. Without it, 24 hours; 0: it ends now.",
            examples: [86_400],
          }),
        ),
      }),
      success: FreshKey,
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Give a key a new secret",
        description:
          "The key keeps its id and name. The secret until now works for a while beside the new one, so that scripts can change over; one from before that ends.",
      }),
    ),
    HttpApiEndpoint.delete("revoke", "/:id", {
      params,
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
    OpenApi.annotations({
      title: "API keys",
      description: "Keys for scripts; each acts for its member, with their role.",
    }),
  ) {}
