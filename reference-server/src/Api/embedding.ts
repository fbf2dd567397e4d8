/** Handlers of the group `embedding`. */
import { Access, Api, Failure } from "@requite/api"
import * as Effect from "effect/Effect"
import { Embedding } from "../Embedding.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "embedding",
  Effect.fn(function* (handlers) {
    const embedding = yield* Embedding
    return handlers.handleAll({
      get: Effect.fn(function* () {
        const { workspaceId } = yield* Access.CurrentMember
        return { origins: yield* embedding.origins(workspaceId) }
      }),
      list: Effect.fn(
        function* ({ payload }) {
          return { origins: yield* embedding.list(yield* Access.CurrentMember, payload.origins) }
        },
        Effect.catchTag("EmbeddingRefused", ({ problems }) => {
          const message = problems.map(({ origin, code }) => (origin === "" ? code : `${code}: ${origin}`)).join("; ")
          return Effect.fail(new Failure.EmbeddingRefused({ problems, message }))
        }),
      ),
    })
  }),
)
