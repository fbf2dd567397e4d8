/** Handlers of the group `suppressions`. */
import { Access, Api, Failure } from "@requite/api"
import * as Effect from "effect/Effect"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { Returns } from "../Returns.ts"
import { Suppressions } from "../Suppressions.ts"
import * as failures from "./failures.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "suppressions",
  Effect.fn(function* (handlers) {
    const suppressions = yield* Suppressions
    const returns = yield* Returns

    const all = Effect.gen(function* () {
      const { workspaceId } = yield* Access.CurrentMember
      const found = yield* suppressions.list(workspaceId)
      return { suppressions: found.map(({ at, ...one }) => ({ ...one, since: new Date(at).toISOString() })) }
    })

    return handlers.handleAll({
      list: () => all,
      add: Effect.fn(function* ({ payload: { address, reason } }) {
        const { id: memberId, workspaceId } = yield* Access.CurrentMember
        yield* suppressions.note(workspaceId, address, { cause: "by-hand", detail: reason, memberId })
        return yield* all
      }),
      lift: Effect.fn(
        function* ({ payload: { address, reason } }) {
          yield* returns.lift(yield* Access.CurrentMember, address, reason)
          return yield* all
        },
        Effect.catchTags({
          SuppressionNotFound: () => Effect.fail(failures.notFound("suppression")),
          LiftRefused: () => Effect.fail(new Failure.LiftRefused()),
        }),
      ),
    })
  }),
)
