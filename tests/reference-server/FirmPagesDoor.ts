// The door of the firm in memory (FirmPagesWorld): every command goes through the core's own `ClientRequest.handle`, and what
// follows is kept in maps.
import { type Answers, type AuditEntry, ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { randomUUID } from "node:crypto"
import { ClientRequests, type MailLine, RequestNotFound } from "../../reference-server/src/ClientRequests.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import type { Stored } from "../../reference-server/src/Questionnaires.ts"

/** What the door keeps. */
export interface Kept {
  readonly questionnaires: Array<Stored & { readonly listed: boolean; readonly createdAt: number }>
  readonly requests: Map<string, ClientRequest.State>
  readonly history: Map<string, Array<ClientRequest.Event>>
  readonly mails: Map<string, Array<MailLine>>
  readonly answers: Map<string, Answers.Answers>
  /** Commands carried out, by id. */
  readonly commands: Set<string>
}

/** An entry that nobody will check the chain of. */
const entryOf = (requestId: string, index: number, event: ClientRequest.Event): AuditEntry.AuditEntry => ({
  requestId,
  index,
  type: event.type,
  at: event.at,
  by: event.by,
  commandId: "",
  event,
  context: { ip: null, userAgent: null, before: null, after: "Pending", policy: "" },
  salt: "",
  commitment: "",
  hash: "",
})

export const requests = (world: Kept) => {
  const handle = (id: string, intent: ClientRequest.Intent) =>
    Effect.gen(function* () {
      const before = world.requests.get(id) ?? null
      if (before === null && intent.type !== "Create") return yield* new RequestNotFound({ id })
      if (before !== null && world.commands.has(`${id} ${intent.id}`)) return before
      const { state, events } = yield* ClientRequest.handle(intent, before)
      world.requests.set(id, state)
      world.commands.add(`${id} ${intent.id}`)
      world.history.set(id, [...(world.history.get(id) ?? []), ...events])
      const sent = events
        .flatMap((event) => ClientRequest.deliveries(event, state))
        .map((delivery): MailLine => ({
          id: randomUUID(),
          kind: delivery.kind,
          recipient: "recipient" in delivery ? (ClientRequest.recipientOf(state, delivery.recipient)?.email ?? "") : "",
          status: "queued",
          reason: null,
          createdAt: Date.now(),
          handedOverAt: null,
          trail: [],
        }))
      world.mails.set(id, [...(world.mails.get(id) ?? []), ...sent])
      return state
    })
  const by = (member: Member) => ({ kind: "member", id: member.id }) as const
  const emailOf = (request: ClientRequest.State | undefined) => request?.details.recipients[0]?.email
  const outstanding = (id: string) => {
    const email = emailOf(world.requests.get(id))
    const out = [...world.requests.values()].filter(
      (one) => emailOf(one) === email && ClientRequest.isOpenAt(one, Date.now()),
    )
    return { subject: out.map((one) => one.id), tasks: {} }
  }
  return Layer.mock(ClientRequests, {
    create: (member, input, id) => handle(id, { type: "Create", id, by: by(member), requestId: id, ...input }),
    edit: (member, id, details, commandId) => handle(id, { type: "Edit", id: commandId, by: by(member), details }),
    changeRecipient: (member, id, recipient, to, commandId) =>
      handle(id, { type: "ChangeRecipient", id: commandId, by: by(member), recipient, to }),
    changeWindow: (member, id, windowDays, commandId) =>
      handle(id, { type: "ChangeWindow", id: commandId, by: by(member), windowDays }),
    schedule: (member, id, sendAt, commandId) =>
      handle(id, { type: "Schedule", id: commandId, by: by(member), sendAt }),
    unschedule: (member, id, commandId) => handle(id, { type: "Unschedule", id: commandId, by: by(member) }),
    send: (member, id, commandId) =>
      handle(id, { type: "Send", id: commandId, by: by(member), outstanding: outstanding(id) }),
    resend: (member, id, commandId, recipients) =>
      handle(id, {
        type: "Resend",
        id: commandId,
        by: by(member),
        outstanding: outstanding(id),
        ...(recipients === undefined ? {} : { recipients }),
      }),
    revokeLinks: (member, id, recipient, commandId) =>
      handle(id, { type: "RevokeLinks", id: commandId, by: by(member), recipient }),
    cancel: (member, id, reason, commandId) => handle(id, { type: "Cancel", id: commandId, by: by(member), reason }),
    suspend: (member, id, reason, commandId) => handle(id, { type: "Suspend", id: commandId, by: by(member), reason }),
    resume: (member, id, commandId) => handle(id, { type: "Resume", id: commandId, by: by(member) }),
    reopen: (member, id, commandId) => handle(id, { type: "Reopen", id: commandId, by: by(member) }),
    acceptItem: (member, id, item, commandId) =>
      handle(id, { type: "AcceptItem", id: commandId, by: by(member), item }),
    returnItem: (member, id, item, reason, commandId) =>
      handle(id, { type: "ReturnItem", id: commandId, by: by(member), item, reason }),
    waiveItem: (member, id, item, reason, commandId) =>
      handle(id, { type: "WaiveItem", id: commandId, by: by(member), item, reason }),
    markItem: (member, id, item, complete, commandId) =>
      handle(id, { type: "MarkItem", id: commandId, by: by(member), item, complete }),
    closeOnBehalf: (member, id, commandId) =>
      handle(id, { type: "CloseOnBehalf", id: commandId, by: by(member), submissionId: commandId, digest: "" }),
    list: (_workspaceId, { state, search = "", limit, offset }) =>
      Effect.sync(() => {
        const found = [...world.requests.values()]
          .filter((one) => state === undefined || ClientRequest.stateAt(one, Date.now()) === state)
          .filter(({ details: { title, recipients } }) =>
            `${title} ${recipients.map(({ name, email }) => `${name} ${email}`).join(" ")}`
              .toLowerCase()
              .includes(search.toLowerCase()),
          )
          .toReversed()
        return { requests: found.slice(offset, offset + limit), total: found.length }
      }),
    overview: (_workspaceId, id) => {
      const request = world.requests.get(id)
      const stored = world.questionnaires.find(
        ({ ref }) =>
          ref.id === request?.details.questionnaire.id && ref.version === request.details.questionnaire.version,
      )
      if (request === undefined || stored === undefined) return Effect.fail(new RequestNotFound({ id }))
      const answers = { ...world.answers.get(id) }
      for (const file of request.files) {
        answers[file.question] = request.files.filter(({ question }) => question === file.question)
      }
      return Effect.succeed({
        current: { request, stored, answers, versions: {}, visited: [], savedAt: null, context: {} },
        history: (world.history.get(id) ?? []).map((event, index) => entryOf(id, index + 1, event)),
        mails: world.mails.get(id) ?? [],
      })
    },
    handle: (_workspaceId, id, intent) => handle(id, intent),
  })
}
