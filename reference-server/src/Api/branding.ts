/** Handlers of the group `branding`. */
import { Access, Api, type Branding as Contract, Failure } from "@requite/api"
import * as Effect from "effect/Effect"
import { type BrandingRefused, Brandings } from "../Branding.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import * as failures from "./failures.ts"

const iso = (at: number) => new Date(at).toISOString()

const refused = {
  BrandingRefused: ({ findings }: BrandingRefused) => Effect.fail(new Failure.BrandingRefused({ findings })),
}
const changed = { DraftChanged: () => Effect.fail(new Failure.DraftChanged({})) }
const missing = { NotPublished: () => Effect.fail(failures.notFound("branding")) }

export const layer = HttpApiBuilder.group(
  Api,
  "branding",
  Effect.fn(function* (handlers) {
    const brandings = yield* Brandings

    const view = Effect.map(
      Effect.flatMap(Access.CurrentMember, ({ workspaceId }) => brandings.standing(workspaceId)),
      ({ live, draft, published }): Contract.BrandingView => ({
        live,
        draft: draft === null ? null : { look: draft.branding, digest: draft.digest, at: iso(draft.at) },
        published: published.map(({ id, branding, at, by }) => ({ id, look: branding, at: iso(at), by })),
      }),
    )

    return handlers.handleAll({
      get: () => view,
      save: Effect.fn(function* ({ payload }) {
        yield* brandings.save(yield* Access.CurrentMember, payload)
        return yield* view
      }, Effect.catchTags(refused)),
      discard: Effect.fn(function* () {
        yield* brandings.discard(yield* Access.CurrentMember)
      }),
      publish: Effect.fn(function* ({ payload: { digest } }) {
        yield* brandings.publish(yield* Access.CurrentMember, digest)
        return yield* view
      }, Effect.catchTags(changed)),
      restore: Effect.fn(function* ({ payload: { id } }) {
        yield* brandings.restore(yield* Access.CurrentMember, id)
        return yield* view
      }, Effect.catchTags(missing)),
    })
  }),
)
