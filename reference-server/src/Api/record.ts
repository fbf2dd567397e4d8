/** Handlers of the group `record`. */
import { Access, Api } from "@requite/api"
import * as Effect from "effect/Effect"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { Record } from "../Record.ts"
import * as downloads from "./downloads.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "record",
  Effect.fn(function* (handlers) {
    const record = yield* Record
    const standing = Effect.fnUntraced(function* () {
      const { workspaceId } = yield* Access.CurrentMember
      const { last, keepDays, erased } = yield* record.standing(workspaceId)
      return {
        lastCheckpoint: last === null ? null : { ...last, at: new Date(last.at).toISOString() },
        keepDays,
        erased,
        publicKeys: record.keys.all,
      }
    })
    return handlers.handleAll({
      standing,
      keep: Effect.fn(function* ({ payload }) {
        yield* record.keepFor(yield* Access.CurrentMember, payload.keepDays)
        return yield* standing()
      }),
      export: Effect.fn(function* ({ query }) {
        const { workspaceId } = yield* Access.CurrentMember
        return downloads.lines(record.ofWorkspace(workspaceId, query.after), "record.ndjson")
      }),
      verify: Effect.fn(function* () {
        const { workspaceId } = yield* Access.CurrentMember
        const { faults, faultCount, requests, entries, covered, tombstones, checkpoints } =
          yield* record.verify(workspaceId)
        const holds = faultCount === 0
        return { holds, faults, faultCount, requests, entries, covered, tombstones, checkpoints }
      }),
      archive: Effect.fn(function* () {
        const { workspaceId } = yield* Access.CurrentMember
        return downloads.bytes(record.archive(workspaceId), "workspace.zip", "application/zip")
      }),
    })
  }),
)
