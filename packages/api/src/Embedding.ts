/** The group `embedding`: the sites that may show a workspace's requests in a frame. */
import * as Schema from "effect/Schema"
import { AdminAccess, MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "./HttpApi.ts"

const origins = Schema.Array(Schema.String.check(Schema.isMaxLength(300))).annotate({
  examples: [["https://www.example.com"]],
})

/** The list, as it is kept. */
export const Origins = Schema.Struct({
  origins: origins.annotate({ description: "Exact origins; none: requests are shown in no frame." }),
}).annotate({ identifier: "Embedding", description: "The sites that may show requests in a frame." })
export type Origins = typeof Origins.Type

export class Embedding extends HttpApiGroup.make("embedding")
  .add(
    HttpApiEndpoint.get("get", "/", { success: Origins }).annotateMerge(
      OpenApi.annotations({ summary: "Read the list", description: "The sites that may show requests in a frame." }),
    ),
    HttpApiEndpoint.put("list", "/", {
      payload: Schema.Struct({ origins: origins.check(Schema.isMaxLength(1000)) }),
      success: Origins,
      error: Failure.EmbeddingRefused,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Replace the list",
        description:
          "Lists these sites and no others: exact origins by https, twenty at most. A customer's page can then be shown in a frame there, and nowhere else; `/embed.js` does it. There is no way to list everybody.",
      }),
    ),
  )
  .middleware(AdminAccess)
  .middleware(MemberAccess)
  .prefix("/embedding")
  .annotateMerge(
    OpenApi.annotations({ title: "Embedding", description: "Requests inside pages of your own, for administrators." }),
  ) {}
