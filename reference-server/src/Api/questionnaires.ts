/** Handlers of the group `questionnaires`. */
import { Access, Api } from "@requite/api"
import { AnswerSchema, Questionnaire } from "@requite/core"
import * as Effect from "effect/Effect"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { Questionnaires } from "../Questionnaires.ts"
import * as failures from "./failures.ts"
import * as views from "./views.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "questionnaires",
  Effect.fn(function* (handlers) {
    const questionnaires = yield* Questionnaires

    const get = Effect.fnUntraced(function* (
      id: string,
      { version, hash }: { readonly version?: number; readonly hash?: string },
    ) {
      const { workspaceId } = yield* Access.CurrentMember
      return yield* questionnaires.get(workspaceId, id, version, hash)
    }, Effect.catchTags(failures.noQuestionnaire))

    return handlers.handleAll({
      check: ({ payload }) =>
        Effect.sync(() => Questionnaire.check(typeof payload === "string" ? payload : payload.source)),
      add: Effect.fn(function* ({ payload: { source, listed } }) {
        const { workspaceId } = yield* Access.CurrentMember
        const { stored, warnings } = yield* questionnaires.add(workspaceId, source, { listed: listed ?? true })
        return { questionnaire: stored.ref, warnings }
      }, Effect.catchTags(failures.definition)),
      list: Effect.fn(function* () {
        const { workspaceId } = yield* Access.CurrentMember
        return { questionnaires: (yield* questionnaires.list(workspaceId)).map(views.listing) }
      }),
      get: ({ params, query }) => Effect.map(get(params.id, query), ({ ref, source }) => ({ ...ref, source })),
      answersSchema: ({ params, query }) =>
        Effect.map(get(params.id, query), ({ questionnaire }) =>
          views.jsonObject(AnswerSchema.jsonSchema(questionnaire)),
        ),
    })
  }),
)
