/**
 * A file that nobody can open, in an administrator's hands: on the page of operations and by the API it is scanned again, or removed
 * with a word to the customer (S55).
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests, type RequestNotFound } from "../ClientRequests.ts"
import { type File, FileMissing, Files } from "../Files.ts"
import * as Filling from "../Filling.ts"
import type { Member } from "../Members.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"

/** The file, where it is this firm's and withheld. */
export const find = Effect.fnUntraced(function* (workspaceId: string, id: string) {
  const [file] = yield* (yield* Files).of(workspaceId, [id])
  const isWithheld = file?.scan === "pending" || file?.scan === "unscannable"
  return file !== undefined && isWithheld ? file : yield* new FileMissing({ id })
})

/** Takes a file out of its request in the member's words, and then out of the store. */
export const remove = Effect.fnUntraced(function* (
  { id: member, workspaceId }: Pick<Member, "id" | "workspaceId">,
  file: File,
  reason: string,
): Effect.fn.Return<void, RequestNotFound, ClientRequests | Crypto.Crypto | Files | WorkspaceEvents> {
  const { id, name, sha256, bytes, requestId } = file
  if (requestId === null) {
    // what came with a request is in its record; a member's own has only this trace
    const data = { name, sha256, bytes: String(bytes), file: id }
    yield* (yield* WorkspaceEvents).add({ workspaceId, type: "DocumentDeleted", by: member, about: id, data })
  } else {
    const requests = yield* ClientRequests
    const { stored } = yield* requests.read(workspaceId, requestId)
    const command = {
      type: "QuarantineFile",
      id: yield* Crypto.uuid,
      by: { kind: "member", id: member },
      file: id,
      item: Filling.sectionOf(stored.questionnaire, file.question ?? "") ?? "",
      signature: "",
      reason,
    } as const
    // in no state is it refused
    yield* Effect.catchTag(requests.handle(workspaceId, requestId, command), "Refusal", Effect.die)
  }
  yield* (yield* Files).remove(workspaceId, [id])
  yield* Effect.logInfo("a file that could not be scanned was removed", { file: id, member })
})
