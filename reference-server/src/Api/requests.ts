/** Handlers of the group `requests`. Every change answers with the request as it is after it. */
import { Access, Api, Failure, type Requests } from "@requite/api"
import { type ClientRequest, Crypto, JsonText, RequestPolicy } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ClientRequests, type NewRequest, type Overview } from "../ClientRequests.ts"
import * as Invitation from "../Invitation.ts"
import { Members } from "../Members.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { Uploads } from "../Uploads.ts"
import * as downloads from "./downloads.ts"
import * as failures from "./failures.ts"
import * as views from "./views.ts"

interface Keyed {
  readonly "idempotency-key"?: string
}

export const layer = HttpApiBuilder.group(
  Api,
  "requests",
  Effect.fn(function* (handlers) {
    const requests = yield* ClientRequests
    const questionnaires = yield* Questionnaires
    const members = yield* Members
    const uploads = yield* Uploads
    const crypto = yield* Crypto.Crypto

    /**
     * What the caller calls the command; without a key of theirs, a name that never comes again. The same key on another
     * command is another name: nothing that was asked for is taken for something that was done (S46).
     */
    const commandId = (command: string, headers: Keyed): Effect.Effect<string> =>
      headers["idempotency-key"] === undefined
        ? Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
        : Effect.succeed(`${command}:${headers["idempotency-key"].toLowerCase()}`)

    const overview = Effect.fnUntraced(function* (id: string) {
      const { workspaceId } = yield* Access.CurrentMember
      return yield* requests.overview(workspaceId, id)
    }, Effect.catchTags(failures.noRequest))

    const namesOf = Effect.fnUntraced(function* (actors: ReadonlyArray<ClientRequest.Actor | null>) {
      const { workspaceId } = yield* Access.CurrentMember
      const ids = new Set(actors.flatMap((by) => (by?.kind === "member" ? [by.id] : [])))
      const found = yield* Effect.forEach(ids, (id) => members.find(workspaceId, id))
      return new Map(found.flatMap((member) => (member === null ? [] : [[member.id, member.name] as const])))
    })

    const view = Effect.fnUntraced(function* (seen: Overview) {
      const { createdBy, sentBy } = seen.current.request
      return views.request(seen, yield* Clock.currentTimeMillis, yield* namesOf([createdBy, sentBy]))
    })
    const viewOf = (id: string) => Effect.flatMap(overview(id), view)

    const refOf = Effect.fnUntraced(
      function* (asked: typeof Requests.Asked.Type) {
        const { workspaceId } = yield* Access.CurrentMember
        const stored =
          "source" in asked
            ? (yield* questionnaires.add(workspaceId, asked.source, { listed: false })).stored
            : yield* questionnaires.get(workspaceId, asked.id, asked.version)
        return stored.ref
      },
      Effect.catchTags({ ...failures.definition, ...failures.noQuestionnaire }),
    )

    const checkMessage = (
      details: Pick<ClientRequest.Details, "due" | "message" | "recipient" | "title">,
    ): Effect.Effect<void, Failure.MessageRefused> => {
      const sentences = Invitation.check(details.message, details)
      return sentences.length === 0 ? Effect.void : Effect.fail(new Failure.MessageRefused({ sentences }))
    }

    const newRequest = Effect.fnUntraced(function* (payload: Requests.NewRequest) {
      const { title, description = "", due = null, recipient, policy = "standard" } = payload
      const message = payload.message ?? Invitation.defaultMessage(recipient.language)
      yield* checkMessage({ title, due, recipient, message })
      const questionnaire = yield* refOf(payload.questionnaire)
      const details = { title, description, due, message, questionnaire, recipient, attachments: [] }
      return { details, policy: RequestPolicy.presets[policy] }
    })

    return handlers.handleAll({
      create: Effect.fn(function* ({ headers, payload }) {
        const member = yield* Access.CurrentMember
        const id = yield* Effect.provideService(
          newId(member.workspaceId, yield* commandId("create", headers)),
          Crypto.Crypto,
          crypto,
        )
        const input = yield* newRequest(payload)
        const created = yield* requests
          .create(member, input, id)
          .pipe(Effect.catchTags({ ...failures.refusal(id), ...failures.noRequest }))
        if (!isMadeOf(yield* overview(created.id), input)) return yield* new Failure.KeyReused()
        if (payload.send === true) {
          // a command of its own under the same key: a repeated call finds both carried out
          yield* requests
            .send(member, created.id, `${id}:send`)
            .pipe(Effect.catchTags({ ...failures.refusal(created.id), ...failures.noRequest }))
        }
        return yield* viewOf(created.id)
      }),
      list: Effect.fn(function* ({ query: { limit = 50, offset = 0, ...which } }) {
        const { workspaceId } = yield* Access.CurrentMember
        const found = yield* requests.list(workspaceId, { ...which, limit, offset })
        const now = yield* Clock.currentTimeMillis
        return { requests: found.requests.map((request) => views.summary(request, now)), total: found.total }
      }),
      get: ({ params }) => viewOf(params.id),
      history: Effect.fn(function* ({ params }) {
        const { history } = yield* overview(params.id)
        const names = yield* namesOf(history.map(({ event }) => event.by))
        return { entries: history.map((entry) => views.historyEntry(entry, names)) }
      }),
      edit: Effect.fn(function* ({ params, headers, payload: { questionnaire, ...changes } }) {
        const member = yield* Access.CurrentMember
        // what the message speaks of may be changed, or taken away, without a word about the message
        yield* checkMessage({ ...(yield* overview(params.id)).current.request.details, ...changes })
        const details =
          questionnaire === undefined ? changes : { ...changes, questionnaire: yield* refOf(questionnaire) }
        yield* requests
          .edit(member, params.id, details, yield* commandId("edit", headers))
          .pipe(Effect.catchTags({ ...failures.refusal(params.id), ...failures.noRequest }))
        return yield* viewOf(params.id)
      }),
      send: Effect.fn(function* ({ params, headers }) {
        yield* requests
          .send(yield* Access.CurrentMember, params.id, yield* commandId("send", headers))
          .pipe(Effect.catchTags({ ...failures.refusal(params.id), ...failures.noRequest }))
        return yield* viewOf(params.id)
      }),
      resend: Effect.fn(function* ({ params, headers }) {
        yield* requests
          .resend(yield* Access.CurrentMember, params.id, yield* commandId("resend", headers))
          .pipe(Effect.catchTags({ ...failures.refusal(params.id), ...failures.noRequest }))
        return yield* viewOf(params.id)
      }),
      cancel: Effect.fn(function* ({ params, headers, payload: { reason = "" } }) {
        yield* requests
          .cancel(yield* Access.CurrentMember, params.id, reason, yield* commandId("cancel", headers))
          .pipe(Effect.catchTags({ ...failures.refusal(params.id), ...failures.noRequest }))
        return yield* viewOf(params.id)
      }),
      file: Effect.fn(function* ({ params }) {
        const { workspaceId } = yield* Access.CurrentMember
        return downloads.response(yield* uploads.download(workspaceId, params.id, params.file))
      }, Effect.catchTags(failures.noFile)),
      submission: Effect.fn(function* ({ params }) {
        const { current } = yield* overview(params.id)
        return views.submission(current) ?? (yield* failures.notFound("submission"))
      }),
    })
  }),
)

/**
 * The id of the request that a key makes in a workspace: the same for the same call again (S46), and of no use to
 * another firm that has come by it (S43). A UUID of version 8 (RFC 9562).
 */
const newId = (workspaceId: string, key: string): Effect.Effect<string, never, Crypto.Crypto> =>
  Effect.map(Crypto.sha256Hex(`request:${workspaceId}:${key}`), (hex) =>
    hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-8$3-a$4-$5"),
  )

/** Was the request made of just this? When its key came before with something else, it was not (S46). */
const isMadeOf = ({ history: [first] }: Overview, { details, policy }: NewRequest): boolean =>
  first?.event.type === "RequestCreated" &&
  JsonText.canonical({ details: first.event.details, policy: first.event.policy }) ===
    JsonText.canonical({ details, policy })
