/** Handlers of the group `operations`. */
import { Access, Api } from "@requite/api"
import * as Effect from "effect/Effect"
import { Files } from "../Files.ts"
import * as Withheld from "../Files/Withheld.ts"
import { Operations } from "../Operations.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { Workspaces } from "../Workspaces.ts"
import * as failures from "./failures.ts"

const instant = (at: number): string => new Date(at).toISOString()
const orNull = (at: number | null): string | null => (at === null ? null : instant(at))

const noFile = { FileMissing: () => Effect.fail(failures.notFound("file")) }

export const layer = HttpApiBuilder.group(
  Api,
  "operations",
  Effect.fn(function* (handlers) {
    const operations = yield* Operations
    const workspaces = yield* Workspaces
    const files = yield* Files
    return handlers.handleAll({
      overview: Effect.fn(function* () {
        const { workspaceId } = yield* Access.CurrentMember
        const found = yield* operations.overview(yield* workspaces.get(workspaceId))
        return {
          ...found,
          at: instant(found.at),
          waiting: found.waiting.map((one) => ({ ...one, oldest: instant(one.oldest) })),
          failures: found.failures.map((one) => ({ ...one, latest: instant(one.latest) })),
          mails: found.mails.map((one) => ({ ...one, createdAt: instant(one.createdAt) })),
          due: { count: found.due.count, oldest: orNull(found.due.oldest) },
          stuck: found.stuck.map((one) => ({ ...one, failedAt: instant(one.failedAt) })),
          lastSweep: orNull(found.lastSweep),
          lastCheckpoint: orNull(found.lastCheckpoint),
        }
      }),
      retry: Effect.fn(function* ({ payload }) {
        const { workspaceId, id } = yield* Access.CurrentMember
        const retried = yield* operations.retry(workspaceId, payload)
        yield* Effect.logInfo("mails are tried again", { member: id, retried })
        return { retried }
      }),
      files: Effect.fn(function* () {
        const { workspaceId } = yield* Access.CurrentMember
        const found = yield* files.withheld(workspaceId)
        return {
          files: found.flatMap(({ id, requestId, name, bytes, type, sha256, scan, detail, createdAt }) =>
            scan === "pending" || scan === "unscannable"
              ? [{ id, request: requestId, name, bytes, type, sha256, scan, reason: detail, since: instant(createdAt) }]
              : [],
          ),
        }
      }),
      scanFile: Effect.fn(function* ({ params }) {
        const { workspaceId } = yield* Access.CurrentMember
        const file = yield* Withheld.find(workspaceId, params.file)
        yield* files.scanAgain(workspaceId, [file.id])
      }, Effect.catchTags(noFile)),
      removeFile: Effect.fn(
        function* ({ params, payload }) {
          const member = yield* Access.CurrentMember
          const file = yield* Withheld.find(member.workspaceId, params.file)
          yield* Withheld.remove(member, file, payload.reason.trim())
        },
        Effect.catchTags({ ...noFile, RequestNotFound: noFile.FileMissing }),
      ),
    })
  }),
)
