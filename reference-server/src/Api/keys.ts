/** Handlers of the groups `keys` and `session`: the member's own things. */
import { Access, Api } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Members } from "../Members.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { Workspaces } from "../Workspaces.ts"
import * as failures from "./failures.ts"
import * as views from "./views.ts"

const keys = HttpApiBuilder.group(
  Api,
  "keys",
  Effect.fn(function* (handlers) {
    const members = yield* Members
    return handlers.handleAll({
      list: Effect.fn(function* () {
        const keysOfMember = yield* members.keys(yield* Access.CurrentMember)
        return { keys: keysOfMember.map(views.key) }
      }),
      create: Effect.fn(function* ({ payload }) {
        const expiresAt = typeof payload.expiresAt === "string" ? Date.parse(payload.expiresAt) : null
        const { key, secret } = yield* members.createKey(yield* Access.CurrentMember, payload.name, { expiresAt })
        return { key: views.key(key), secret }
      }),
      rotate: Effect.fn(
        function* ({ params, payload: { overlapSeconds = 86_400 } }) {
          const { key, secret } = yield* members.rotateKey(yield* Access.CurrentMember, params.id, overlapSeconds)
          return { key: views.key(key), secret }
        },
        Effect.catchTags({ KeyNotFound: () => Effect.fail(failures.notFound("key")) }),
      ),
      revoke: Effect.fn(function* ({ params }) {
        yield* members.revokeKey(yield* Access.CurrentMember, params.id)
      }),
    })
  }),
)

const session = HttpApiBuilder.group(
  Api,
  "session",
  Effect.fn(function* (handlers) {
    const workspaces = yield* Workspaces
    return handlers.handleAll({
      whoami: Effect.fn(function* () {
        const { workspaceId, ...member } = yield* Access.CurrentMember
        return { member, workspace: yield* workspaces.get(workspaceId) }
      }),
    })
  }),
)

export const layer = Layer.mergeAll(keys, session)
