/** Handlers of the group `requests`. Every change answers with the request as it is after it. */
import { Access, Api, Failure, type Requests } from "@requite/api"
import { type ClientRequest, Crypto, JsonText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { AccessCodes } from "../AccessCodes.ts"
import { ClientRequests, type Handled, type NewRequest, type Overview } from "../ClientRequests.ts"
import { Conversations } from "../Conversations.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import { Downloads } from "../Downloads.ts"
import * as Exports from "../Exports.ts"
import { Files } from "../Files.ts"
import * as IdempotencyKeys from "../IdempotencyKeys.ts"
import { type Member, Members } from "../Members.ts"
import { type HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { Previews } from "../Previews.ts"
import * as Recipients from "../Recipients.ts"
import { Record } from "../Record.ts"
import * as RequestReminders from "../RequestReminders.ts"
import { Uploads } from "../Uploads.ts"
import { Workspaces } from "../Workspaces.ts"
import * as bulk from "./bulk.ts"
import * as Asking from "./Asking.ts"
import * as conversation from "./conversations.ts"
import * as downloads from "./downloads.ts"
import { tooOften } from "./entrance.ts"
import * as failures from "./failures.ts"
import * as given from "./given.ts"
import { idFor } from "./ids.ts"
import * as views from "./views.ts"

interface Keyed {
  readonly "idempotency-key"?: string
}

interface Call {
  readonly headers: Keyed
  readonly request: HttpServerRequest.HttpServerRequest
}

interface Called extends Call {
  readonly params: { readonly id: string }
}

export const layer = HttpApiBuilder.group(
  Api,
  "requests",
  Effect.fn(function* (handlers) {
    const requests = yield* ClientRequests
    const members = yield* Members
    const uploads = yield* Uploads
    const saved = yield* Downloads
    const previews = yield* Previews
    const services = Context.pick(Files, Workspaces)(yield* Effect.context<Files | Workspaces>())
    const workspaces = yield* Workspaces
    const access = yield* CustomerAccess
    const codes = yield* AccessCodes
    const conversations = yield* Conversations
    const conversationOf = yield* conversation.ofRequest
    const { refOf, checkMessage, known, recognised, reachable, checkDues, newRequest } = yield* Asking.make
    const keys = yield* IdempotencyKeys.make
    const crypto = yield* Crypto.Crypto
    const fresh = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
    const record = yield* Record
    /** The member saw what the customer gave. */
    const seen = (id: string, what: Parameters<typeof record.viewed>[2]) =>
      Effect.flatMap(Access.CurrentMember, (member) => record.viewed(member, id, what))

    /** Refuses a key that was used for another call, before anything is done or stored. */
    const claimKey = Effect.fnUntraced(function* ({ headers: { "idempotency-key": key }, request }: Call) {
      const { workspaceId } = yield* Access.CurrentMember
      if (key !== undefined && !(yield* keys.claim(workspaceId, key, request))) return yield* new Failure.KeyReused()
    })

    /**
     * What the caller calls the command; without a key of theirs, a name that never comes again. The same key on another
     * command is another name: nothing that was asked for is taken for something that was done (S46).
     */
    const commandId = Effect.fnUntraced(function* (command: string, headers: Keyed) {
      const { workspaceId } = yield* Access.CurrentMember
      return yield* Effect.provideService(idFor(command, workspaceId, headers), Crypto.Crypto, crypto)
    })

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

    const viewOf = Effect.fnUntraced(function* (id: string) {
      const seen = yield* overview(id)
      const { createdBy, sentBy } = seen.current.request
      return views.request(seen, yield* Clock.currentTimeMillis, yield* namesOf([createdBy, sentBy]))
    })

    /** A command on a request that is there: carried out, refused, or the request is not there. */
    const command = (name: string, run: (member: Member, id: string, commandId: string) => Handled) =>
      Effect.fnUntraced(function* ({ params, headers, request }: Called) {
        yield* claimKey({ headers, request })
        yield* run(yield* Access.CurrentMember, params.id, yield* commandId(name, headers)).pipe(
          Effect.catchTags({ ...failures.refusal(params.id), ...failures.noRequest }),
        )
        return yield* viewOf(params.id)
      })

    const sending = (
      name: "Send" | "Schedule",
      run: (member: Member, id: string, commandId: string) => Handled,
    ): typeof run =>
      Effect.fnUntraced(function* (member, id, commandId) {
        yield* reachable(name, yield* requests.read(member.workspaceId, id))
        return yield* run(member, id, commandId)
      })
    const sendNow = sending("Send", requests.send)
    const schedule = (at: number) =>
      sending("Schedule", (member, id, commandId) => requests.schedule(member, id, at, commandId))

    /** Makes one request, and sends or schedules it, each step once under the same key. */
    const make = Effect.fnUntraced(function* (input: NewRequest, id: string, { send, sendAt }: Requests.NewRequest) {
      const member = yield* Access.CurrentMember
      const refusable = { ...failures.refusal(id), ...failures.noRequest }
      yield* requests.create(member, input, id).pipe(Effect.catchTags(refusable))
      if (!isMadeOf(yield* overview(id), input)) return yield* new Failure.KeyReused()
      if (send === true) yield* sendNow(member, id, `${id}:send`).pipe(Effect.catchTags(refusable))
      if (sendAt !== undefined) {
        const at = Date.parse(sendAt)
        yield* schedule(at)(member, id, `${id}:schedule`).pipe(Effect.catchTags(refusable))
      }
    })

    const many = yield* bulk.make({
      fresh,
      withCrypto: Effect.provideService(Crypto.Crypto, crypto),
      newRequest,
      schedule,
    })

    return handlers.handleAll({
      ...many,
      create: Effect.fn(function* ({ headers, payload, request: call }) {
        yield* claimKey({ headers, request: call })
        const inputs = yield* newRequest(payload)
        const first = yield* commandId("request", headers)
        const ids = yield* Effect.forEach(inputs, (_input, index) =>
          index === 0 ? Effect.succeed(first) : commandId(`request ${index}`, { "idempotency-key": first }),
        )
        yield* Effect.forEach(inputs, (input, index) => make(input, ids[index] ?? first, payload))
        const now = yield* Clock.currentTimeMillis
        const others = yield* Effect.forEach(ids.slice(1), (id) =>
          Effect.map(overview(id), ({ current }) => views.summary(current.request, now)),
        )
        return { ...(yield* viewOf(first)), others }
      }),
      list: Effect.fn(function* ({ query: { limit = 50, offset = 0, ...which } }) {
        const { workspaceId } = yield* Access.CurrentMember
        const found = yield* requests.list(workspaceId, { ...which, limit, offset })
        const now = yield* Clock.currentTimeMillis
        return { requests: found.requests.map((request) => views.summary(request, now)), total: found.total }
      }),
      get: Effect.fn(function* ({ params }) {
        const view = yield* viewOf(params.id)
        if (Object.keys(view.answers).length > 0) yield* seen(params.id, "answers")
        return view
      }),
      history: Effect.fn(function* ({ params }) {
        const { history } = yield* overview(params.id)
        const names = yield* namesOf(history.map(({ by }) => by))
        return { entries: history.map((entry) => views.historyEntry(entry, names)) }
      }),
      edit: Effect.fn(function* ({ params, headers, payload, request: call }) {
        yield* claimKey({ headers, request: call })
        const { questionnaire, recipient: _recipient, recipients: _recipients, reminders, ...changes } = payload
        const { request } = (yield* overview(params.id)).current
        const people = given.people(payload)
        const ids = yield* Effect.forEach(people ?? [], () => fresh)
        const details: Partial<ClientRequest.Details> = {
          ...changes,
          ...(people === undefined
            ? {}
            : { recipients: yield* recognised(given.changedRecipients(people, request, ids), request) }),
          ...(reminders === undefined ? {} : { reminders: { ...request.details.reminders, ...reminders } }),
        }
        // what the message speaks of may be changed, or taken away, without a word about the message
        yield* checkMessage({ ...request.details, ...details })
        yield* known({ workItem: null, recipients: details.recipients ?? [] })
        const all = questionnaire === undefined ? details : { ...details, questionnaire: yield* refOf(questionnaire) }
        yield* checkDues(changes.dues ?? {}, all.questionnaire ?? request.details.questionnaire)
        const added = Recipients.changed(details.recipients ?? [], request)
        const edit = Effect.fnUntraced(function* (member: Member, id: string, commandId: string) {
          // nobody gets a code before it is sent
          if (request.sentAt !== null) yield* reachable("Edit", { request }, added)
          return yield* requests.edit(member, id, all, commandId)
        })
        return yield* command(
          "edit",
          edit,
        )({
          params,
          headers,
          request: call,
        })
      }),
      send: command("send", sendNow),
      schedule: ({ payload, ...called }) => command("schedule", schedule(Date.parse(payload.sendAt)))(called),
      unschedule: command("unschedule", requests.unschedule),
      resend: command("resend", (member, id, commandId) => requests.resend(member, id, commandId)),
      cancel: ({ payload: { reason = "" }, ...called }) =>
        command("cancel", (member, id, commandId) => requests.cancel(member, id, reason, commandId))(called),
      suspend: ({ payload: { reason = "" }, ...called }) =>
        command("suspend", (member, id, commandId) => requests.suspend(member, id, reason, commandId))(called),
      resume: command("resume", requests.resume),
      reopen: command("reopen", requests.reopen),
      close: command("close", requests.closeOnBehalf),
      changeWindow: ({ payload: { windowDays }, ...called }) =>
        command("window", (member, id, commandId) => requests.changeWindow(member, id, windowDays, commandId))(called),

      acceptItem: (called) =>
        command(`accept ${called.params.item}`, (member, id, commandId) =>
          requests.acceptItem(member, id, called.params.item, commandId),
        )(called),
      returnItem: (called) =>
        command(`return ${called.params.item}`, (member, id, commandId) =>
          requests.returnItem(member, id, called.params.item, called.payload.reason, commandId),
        )(called),
      waiveItem: (called) =>
        command(`waive ${called.params.item}`, (member, id, commandId) =>
          requests.waiveItem(member, id, called.params.item, called.payload.reason, commandId),
        )(called),
      completeItem: (called) =>
        command(`complete ${called.params.item}`, (member, id, commandId) =>
          requests.markItem(member, id, called.params.item, true, commandId),
        )(called),
      reopenItem: (called) =>
        command(`reopen ${called.params.item}`, (member, id, commandId) =>
          requests.markItem(member, id, called.params.item, false, commandId),
        )(called),

      changeRecipient: Effect.fn(function* (called) {
        yield* claimKey(called)
        const stated = given.recipient(yield* fresh, called.payload)
        const { current } = yield* overview(called.params.id)
        const [to = stated] = yield* recognised([stated], null)
        yield* known({ workItem: null, recipients: [to] })
        const change = Effect.fnUntraced(function* (member: Member, id: string, commandId: string) {
          yield* reachable("ChangeRecipient", current, [to])
          return yield* requests.changeRecipient(member, id, called.params.recipient, to, commandId)
        })
        return yield* command(`recipient ${called.params.recipient}`, change)(called)
      }),
      comments: Effect.fn(function* ({ params }) {
        return yield* conversationOf((yield* Access.CurrentMember).workspaceId, params.id)
      }),
      comment: Effect.fn(function* ({ payload: { item = null, text }, ...called }) {
        yield* command("comment", (member, id, commandId) =>
          conversations.reply(member, id, { item, text }, commandId),
        )(called)
        return yield* conversationOf((yield* Access.CurrentMember).workspaceId, called.params.id)
      }),
      askDocument: (called) =>
        command("document", (member, id, commandId) =>
          conversations.ask(member, id, { label: called.payload.label, text: called.payload.text ?? "" }, commandId),
        )(called),
      acceptDelegation: (called) =>
        command(`accept ${called.params.proposal}`, (member, id, commandId) =>
          conversations.accept(member, id, called.params.proposal, commandId),
        )(called),
      refuseDelegation: (called) =>
        command(`refuse ${called.params.proposal}`, (member, id, commandId) =>
          conversations.refuse(member, id, called.params.proposal, called.payload.reason ?? "", commandId),
        )(called),
      resendTo: (called) =>
        command(`resend ${called.params.recipient}`, (member, id, commandId) =>
          requests.resend(member, id, commandId, [called.params.recipient]),
        )(called),
      revokeLinks: (called) =>
        command(`revoke ${called.params.recipient}`, (member, id, commandId) =>
          requests.revokeLinks(member, id, called.params.recipient, commandId),
        )(called),
      copyLink: Effect.fn(function* ({ params, ...call }) {
        yield* claimKey(call)
        const url = yield* access
          .copyLink(yield* Access.CurrentMember, params.id, params.recipient)
          .pipe(Effect.catchTags({ ...failures.noLink, ...failures.noRequest }))
        return { url: Redacted.value(url) }
      }),
      unlockCodes: Effect.fn(function* ({ params, ...call }) {
        yield* claimKey(call)
        yield* overview(params.id)
        yield* codes.unlock(yield* Access.CurrentMember, params.id, params.recipient)
        return yield* viewOf(params.id)
      }),
      readOutCode: Effect.fn(function* ({ params }) {
        yield* overview(params.id)
        const made = yield* codes.readOut(yield* Access.CurrentMember, params.id, params.recipient)
        if (made.outcome === "made") return { code: Redacted.value(made.code) }
        return yield* made.outcome === "too-soon" ? tooOften(made.retryAfterSeconds) : failures.noCode(made)
      }),

      reminders: Effect.fn(function* ({ params }) {
        return views.reminderPlan(yield* overview(params.id), yield* Clock.currentTimeMillis)
      }),
      previewReminders: Effect.fn(function* ({ payload }) {
        const { due = null, dues = {}, sendAt } = payload
        const policy = yield* Effect.fromResult(given.soundPolicy(payload.policy ?? "standard"))
        const { timeZone } = yield* workspaces.get((yield* Access.CurrentMember).workspaceId)
        const now = yield* Clock.currentTimeMillis
        const sections = payload.items ?? (Object.keys(dues).length === 0 ? ["all"] : Object.keys(dues))
        return views.reminderCalendar(
          RequestReminders.imagined(
            {
              rule: payload.rule ?? policy.reminders.rule,
              policy,
              due,
              dues,
              timeZone: payload.timeZone ?? timeZone,
              questionnaire: { sections },
            },
            sendAt === undefined ? now : Date.parse(sendAt),
          ),
        )
      }),
      file: Effect.fn(function* ({ params }) {
        const { workspaceId, id: reader } = yield* Access.CurrentMember
        const answer = yield* saved.answer({
          workspaceId,
          reader,
          find: (part) => uploads.download(workspaceId, params.id, params.file, part),
        })
        yield* seen(params.id, "file")
        return answer
      }, Effect.catchTags(failures.noFile)),
      preview: Effect.fn(
        function* ({ params, query: { size = "large" } }) {
          const { workspaceId } = yield* Access.CurrentMember
          const made = yield* previews.of(size, uploads.download(workspaceId, params.id, params.file))
          yield* seen(params.id, "file")
          return HttpServerResponse.uint8Array(made, { contentType: "image/webp", headers: downloads.harmless })
        },
        Effect.catchTags({ ...failures.noFile, NoPreview: () => Effect.fail(failures.notFound("preview")) }),
      ),
      exportAnswers: Effect.fn(function* ({ params, query: { format = "json", bom } }) {
        const { workspaceId } = yield* Access.CurrentMember
        const { current } = yield* overview(params.id)
        yield* seen(params.id, "answers")
        const made = yield* Effect.provideContext(
          Exports.answers(workspaceId, current, format, { bom: bom === "true" }),
          services,
        )
        return downloads.made(made)
      }),
      filesZip: Effect.fn(function* ({ params }) {
        const { workspaceId } = yield* Access.CurrentMember
        const { current } = yield* overview(params.id)
        yield* seen(params.id, "answers")
        yield* seen(params.id, "file")
        const { name, content } = yield* Effect.provideContext(Exports.ofRequest(workspaceId, current), services)
        return downloads.bytes(Stream.provideContext(content, services), name, "application/zip")
      }),
      submission: Effect.fn(function* ({ params }) {
        const { current } = yield* overview(params.id)
        const found = views.submission(current) ?? (yield* failures.notFound("submission"))
        yield* seen(params.id, "answers")
        return found
      }),
      record: Effect.fn(function* ({ params }) {
        const { workspaceId } = yield* Access.CurrentMember
        // of what is not there nobody has seen anything
        const lines = yield* record.ofRequest(workspaceId, params.id)
        yield* seen(params.id, "record")
        return downloads.lines(Stream.fromIterable(lines), `record-${params.id}.ndjson`)
      }, Effect.catchTags(failures.noRequest)),
      erase: ({ payload: { reason }, ...called }) =>
        command("erase", (member, id, commandId) => record.erase(member, id, reason, commandId))(called),
    })
  }),
)

/** Was the request made of just this? When its key came before with something else, it was not (S46). */
const isMadeOf = ({ history: [first] }: Overview, { details, policy }: NewRequest): boolean =>
  first?.event?.type === "RequestCreated" &&
  JsonText.canonical({ details: first.event.details, policy: first.event.policy }) ===
    JsonText.canonical({ details, policy })
