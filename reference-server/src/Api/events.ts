/** The handler of the group `events`: the feed, read at once or waited for. */
import { Access, Api } from "@requite/api"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Events } from "../Events.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"

/** How often it is looked while somebody waits. */
const interval = "500 millis"

export const layer = HttpApiBuilder.group(
  Api,
  "events",
  Effect.fn(function* (handlers) {
    const events = yield* Events
    return handlers.handle(
      "list",
      Effect.fn(function* ({ query: { after = null, limit = 100, type, request, wait = 0 } }) {
        const { workspaceId } = yield* Access.CurrentMember
        const until = (yield* Clock.currentTimeMillis) + wait * 1_000
        const look = events.list(workspaceId, { after, limit, type, request })
        let page = yield* look
        while (page.events.length === 0 && !page.more && (yield* Clock.currentTimeMillis) < until) {
          yield* Effect.sleep(interval)
          page = yield* look
        }
        return page
      }),
    )
  }),
)
