/** A request as it is now, with its questionnaire and what the customer has given so far. */
import type { ClientRequest } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Current } from "../ClientRequests.ts"
import { RequestNotFound } from "../ClientRequests.ts"
import * as Filling from "../Filling.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { Workspaces } from "../Workspaces.ts"
import { withFiles } from "./Answered.ts"
import type { Door } from "./Door.ts"
import type { Draft } from "./Drafts.ts"

export const make = Effect.fnUntraced(function* ({ rows }: Door) {
  const questionnaires = yield* Questionnaires
  const workspaces = yield* Workspaces

  /** A request whose draft was read already. `known`: the firm's time zone, where it is known already. */
  const currentWith = (
    workspaceId: string,
    request: ClientRequest.State,
    draft: Draft | null,
    known?: string,
  ): Effect.Effect<Current> =>
    Effect.gen(function* () {
      const { id, version, hash } = request.details.questionnaire
      const stored = yield* questionnaires.get(workspaceId, id, version, hash)
      const submitted = request.submission === null ? null : yield* rows.submitted(workspaceId, request.id)
      // one that was opened again goes on from what was kept, or where nothing is kept from what was submitted
      const typed = draft?.answers ?? submitted ?? {}
      const timeZone = known ?? (yield* workspaces.get(workspaceId)).timeZone
      return {
        request,
        stored,
        answers:
          request.state === "Submitted" && submitted !== null
            ? submitted
            : withFiles(stored.questionnaire, typed, request.files),
        versions: draft?.versions ?? {},
        visited: draft?.visited ?? [],
        savedAt: draft?.savedAt.getTime() ?? null,
        context: Filling.contextOf(request, timeZone, yield* Clock.currentTimeMillis),
      }
    }).pipe(Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die, QuestionnaireNotFound: Effect.die }))

  /** `known`: the firm's time zone, where it is known already. `commandId`: was this one carried out before? */
  const draftAndCurrentOf = (
    workspaceId: string,
    request: ClientRequest.State,
    known?: string,
    commandId: string | null = null,
  ): Effect.Effect<{ readonly draft: (Draft & { readonly isDone: boolean }) | null; readonly current: Current }> =>
    Effect.gen(function* () {
      const draft = yield* rows.draft(workspaceId, request.id, commandId)
      return { draft, current: yield* currentWith(workspaceId, request, draft, known) }
    }).pipe(Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die }))

  const currentOf = (workspaceId: string, request: ClientRequest.State, known?: string): Effect.Effect<Current> =>
    Effect.map(draftAndCurrentOf(workspaceId, request, known), ({ current }) => current)

  const read = (workspaceId: string, id: string) =>
    rows.state(workspaceId, id).pipe(
      Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die }),
      Effect.flatMap((request) =>
        request === null ? Effect.fail(new RequestNotFound({ id })) : currentOf(workspaceId, request),
      ),
    )

  return { currentOf, currentWith, draftAndCurrentOf, read, questionnaires }
})

export type Reading = Effect.Success<ReturnType<typeof make>>
