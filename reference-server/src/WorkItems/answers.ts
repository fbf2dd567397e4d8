/** The answers that came back to a task (P16): of those to its request its own, by the ids of the questionnaire it asked. */
import { Answers, type ClientRequest, type Questionnaire } from "@requite/core"
import * as Combination from "@requite/core/Questionnaire/Combination"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ClientRequests } from "../ClientRequests.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { type Task, WorkItems } from "../WorkItems.ts"

export interface TaskAnswers {
  /** The request they came with. */
  readonly request: string
  readonly at: number
  readonly questionnaire: Questionnaire.Questionnaire
  readonly answers: Answers.Answers
  /** What is known of the files among them. */
  readonly files: ClientRequest.State["files"]
  /** The checks that its documents led to, the first one first (P17). */
  readonly checks: ReadonlyArray<ClientRequest.RequestedCheck>
}

/** Null while nothing came back. */
export const of = Effect.fnUntraced(function* (
  workspaceId: string,
  task: Task,
): Effect.fn.Return<TaskAnswers | null, never, ClientRequests | Questionnaires | WorkItems> {
  if (task.result === null) return null
  const overview = yield* Effect.option((yield* ClientRequests).overview(workspaceId, task.result.request))
  if (Option.isNone(overview)) return null
  const { current } = overview.value
  const { request, stored, context } = current
  const asked = yield* (yield* WorkItems).partOf(workspaceId, stored.ref.id, task.id)
  const sections = new Set(request.details.tasks.find((part) => part.task === task.id)?.sections)
  // what somebody else put together: the sections that they said are the task's
  const questionnaire =
    asked === null
      ? { ...stored.questionnaire, sections: stored.questionnaire.sections.filter(({ id }) => sections.has(id)) }
      : (yield* Effect.orDie((yield* Questionnaires).get(workspaceId, asked.questionnaire, asked.version)))
          .questionnaire
  const given = Answers.given(stored.questionnaire, current.answers, { context })
  const answers = Combination.answersOf({ names: asked?.names ?? {} }, questionnaire, given)
  const checks = request.checks.filter(({ item }) => sections.has(item))
  return { request: request.id, at: task.result.at, questionnaire, answers, files: request.files, checks }
})
