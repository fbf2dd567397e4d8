/** Handlers of the group `workItems`. Every change answers with the work item as it is after it. */
import { Access, Api, Failure, type WorkItems as Contract } from "@requite/api"
import { ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ClientRequests } from "../ClientRequests.ts"
import * as Exports from "../Exports.ts"
import { Files } from "../Files.ts"
import type { Member } from "../Members.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { Record } from "../Record.ts"
import { Timelines } from "../Timelines.ts"
import { type Overview, type WorkItem, WorkItems, type WorkNotFound, type WorkRefused } from "../WorkItems.ts"
import * as answers from "../WorkItems/answers.ts"
import * as closing from "../WorkItems/closing.ts"
import { Workspaces } from "../Workspaces.ts"
import * as contacts from "./contacts.ts"
import * as downloads from "./downloads.ts"
import * as failures from "./failures.ts"
import { idFor } from "./ids.ts"
import * as views from "./views.ts"

type Services = WorkItems | ClientRequests | Questionnaires | Crypto.Crypto | Files | Workspaces

export const layer = HttpApiBuilder.group(
  Api,
  "workItems",
  Effect.fn(function* (handlers) {
    const work = yield* WorkItems
    const record = yield* Record
    const timelines = yield* Timelines
    const services = Context.pick(
      WorkItems,
      ClientRequests,
      Questionnaires,
      Crypto.Crypto,
      Files,
      Workspaces,
    )(yield* Effect.context<Services>())

    /** The work item after something was done to it. */
    const after = <E>(
      id: string,
      change: (member: Member) => Effect.Effect<unknown, E, Crypto.Crypto>,
    ): Effect.Effect<Contract.WorkItemView, E | WorkNotFound, Access.CurrentMember> =>
      Effect.gen(function* () {
        const member = yield* Access.CurrentMember
        yield* Effect.provideContext(change(member), services)
        return view(yield* work.overview(member.workspaceId, id), yield* Clock.currentTimeMillis)
      })

    return handlers.handleAll({
      list: Effect.fn(function* ({ query: { limit = 50, offset = 0, ...which } }) {
        const { workspaceId } = yield* Access.CurrentMember
        const found = yield* work.list(workspaceId, { ...which, limit, offset })
        return { workItems: found.workItems.map(summary), total: found.total }
      }),
      create: Effect.fn(function* ({ headers, payload }) {
        const { workspaceId } = yield* Access.CurrentMember
        const id = yield* Effect.provideContext(idFor("work-item", workspaceId, headers), services)
        return yield* after(id, () => work.create(workspaceId, id, payload))
      }, Effect.catchTags(refusals)),
      get: Effect.fn(({ params }) => after(params.id, () => Effect.void), Effect.catchTags(noWork)),
      mails: Effect.fn(function* ({ params: { id }, query: { limit = 50, offset = 0 } }) {
        const { workspaceId } = yield* Access.CurrentMember
        yield* work.get(workspaceId, id)
        return views.timeline(yield* timelines.mails(workspaceId, { kind: "work-item", id }, { limit, offset }))
      }, Effect.catchTags(noWork)),
      filesZip: Effect.fn(function* ({ params }) {
        const member = yield* Access.CurrentMember
        const { name, requests, content } = yield* Effect.provideContext(
          Exports.ofWorkItem(member.workspaceId, params.id),
          services,
        )
        for (const { id } of requests) {
          yield* record.viewed(member, id, "answers")
          yield* record.viewed(member, id, "file")
        }
        return downloads.bytes(Stream.provideContext(content, services), name, "application/zip")
      }, Effect.catchTags(noWork)),
      edit: Effect.fn(
        ({ params, payload }) => after(params.id, ({ workspaceId }) => work.edit(workspaceId, params.id, payload)),
        Effect.catchTags(refusals),
      ),
      complete: Effect.fn(function* ({ params }) {
        const command = yield* Effect.provideContext(Crypto.uuid, services)
        const completing = closing.complete(yield* Access.CurrentMember, params.id, command)
        return yield* after(params.id, () => Effect.provideContext(completing, services))
      }, Effect.catchTags(noWork)),
      reopen: Effect.fn(function* ({ params }) {
        const command = yield* Effect.provideContext(Crypto.uuid, services)
        const reopening = closing.reopen(yield* Access.CurrentMember, params.id, command)
        return yield* after(params.id, () => Effect.provideContext(reopening, services))
      }, Effect.catchTags(noWork)),
      setRole: Effect.fn(
        ({ params: { id, contact }, payload }) =>
          after(id, ({ workspaceId }) => work.setRole(workspaceId, id, contact, payload.role)),
        Effect.catchTags(noWork),
      ),
      removeContact: Effect.fn(
        ({ params: { id, contact } }) => after(id, ({ workspaceId }) => work.removeContact(workspaceId, id, contact)),
        Effect.catchTags(noWork),
      ),
      addTask: Effect.fn(
        ({ params, headers, payload: { title, questionnaires = [] } }) =>
          after(params.id, (member) =>
            Effect.flatMap(idFor(`task:${params.id}`, member.workspaceId, headers), (id) =>
              work.addTask(member, params.id, id, { title, questionnaires }),
            ),
          ),
        Effect.catchTags(refusals),
      ),
      editTask: Effect.fn(
        ({ params: { id, task }, payload }) => after(id, (member) => work.editTask(member, id, task, payload)),
        Effect.catchTags(refusals),
      ),
      answers: Effect.fn(function* ({ params: { id, task } }) {
        const { workspaceId } = yield* Access.CurrentMember
        const found = yield* work.task(workspaceId, id, task)
        const given = yield* Effect.provideContext(answers.of(workspaceId, found), services)
        if (given === null) return yield* failures.notFound("submission")
        const { questionnaire } = given
        return {
          request: given.request,
          at: iso(given.at),
          questionnaire: { id: questionnaire.id, version: questionnaire.version },
          answers: views.jsonObject(given.answers),
          checks: given.checks.map(views.requestedCheck),
        }
      }, Effect.catchTags(noWork)),
      addToBasket: Effect.fn(
        ({ params: { id }, payload: { task, questionnaire } }) =>
          after(id, ({ workspaceId }) => work.addToBasket(workspaceId, id, task, questionnaire)),
        Effect.catchTags(refusals),
      ),
      removeFromBasket: Effect.fn(
        ({ params: { id, task } }) => after(id, ({ workspaceId }) => work.removeFromBasket(workspaceId, id, task)),
        Effect.catchTags(noWork),
      ),
      clearBasket: Effect.fn(
        ({ params: { id } }) => after(id, ({ workspaceId }) => work.clearBasket(workspaceId, id)),
        Effect.catchTags(noWork),
      ),
    })
  }),
)

const noWork = { WorkNotFound: ({ what }: WorkNotFound) => Effect.fail(failures.notFound(what)) }
const refusals = {
  ...noWork,
  WorkRefused: ({ code, about }: WorkRefused) =>
    Effect.fail(new Failure.WorkRefused({ code, about, message: sentences[code] })),
}

const sentences = {
  "assignee-unknown": "There is no such member in this workspace.",
  "questionnaire-unknown": "There is no such questionnaire in this workspace.",
  "stage-unknown": "There is no such stage: count them from 0.",
  "offering-by-admins": "In this firm, administrators say what a task asks for.",
  "not-offered": "The task does not offer this questionnaire.",
  "pick-one": "The task offers several questionnaires: name the one to ask.",
  "request-out": "The task is out with a request already: cancel that one first.",
  "work-completed": "The work is completed: open it again first.",
  "basket-empty": "Nothing is in the basket.",
} satisfies { readonly [Code in WorkRefused["code"]]: string }

const iso = (at: number): string => new Date(at).toISOString()

const summary = ({ createdAt, updatedAt, ...item }: WorkItem): Contract.Summary => ({
  ...item,
  createdAt: iso(createdAt),
  updatedAt: iso(updatedAt),
})

const view = ({ workItem, tasks, participants, basket, requests }: Overview, now: number): Contract.WorkItemView => ({
  ...summary(workItem),
  tasks: tasks.map(({ id, title, status, questionnaires, out, result }) => ({
    id,
    title,
    status,
    questionnaires,
    out,
    result: result === null ? null : { request: result.request, at: iso(result.at) },
  })),
  contacts: participants.map(({ role, ...contact }) => ({ contact: contacts.view(contact), role })),
  basket: basket.map(({ task, questionnaire }) => ({ task, questionnaire })),
  requests: requests.map((request) => ({
    id: request.id,
    title: request.details.title,
    state: ClientRequest.stateAt(request, now),
    sentAt: request.sentAt === null ? null : iso(request.sentAt),
  })),
})
