/**
 * Completing work, and opening it again (K39, L25): access to its requests ends with it, and comes back with a new send.
 * Stands above both the work and the door of requests, which knows the work.
 */
import type { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../ClientRequests.ts"
import type { Member } from "../Members.ts"
import { WorkItems, type WorkNotFound } from "../WorkItems.ts"

/** Why a request was suspended that its work's completion suspended. */
export const reason = "work-completed"

/** Marks it completed and suspends its requests, those not sent yet too, so that none is sent meanwhile. */
export const complete = (member: Member, id: string, commandId: string) =>
  closing(member, id, true, ({ state, suspended }) =>
    suspended !== null || state === "Submitted" || state === "Cancelled"
      ? null
      : { type: "Suspend", id: `${commandId}:suspend`, by: { kind: "member", id: member.id }, reason },
  )

/** Opens it again; the requests that its completion had suspended go on, and can be sent again. */
export const reopen = (member: Member, id: string, commandId: string) =>
  closing(member, id, false, ({ suspended }) =>
    suspended?.reason !== reason
      ? null
      : { type: "Resume", id: `${commandId}:resume`, by: { kind: "member", id: member.id } },
  )

const closing = Effect.fnUntraced(function* (
  { workspaceId }: Member,
  id: string,
  completed: boolean,
  intentFor: (request: ClientRequest.State) => ClientRequest.Intent | null,
): Effect.fn.Return<void, WorkNotFound, WorkItems | ClientRequests> {
  const work = yield* WorkItems
  const requests = yield* ClientRequests
  // first the mark: what breaks off between the two is made good by pressing the button once more
  yield* work.mark(workspaceId, id, completed)
  const overview = yield* work.overview(workspaceId, id)
  for (const request of overview.requests) {
    const intent = intentFor(request)
    // one that has ended meanwhile refuses, and that is all right
    if (intent !== null) yield* Effect.ignore(requests.handle(workspaceId, request.id, intent))
  }
})
