/** The layer of `ClientRequests`: what the firm and the customer do, each a few lines over the door. */
import { type ClientRequest, Difference } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ClientRequests } from "../ClientRequests.ts"
import type { Member } from "../Members.ts"
import { Outbox } from "../Outbox.ts"
import * as answering from "./answering.ts"
import * as Door from "./Door.ts"
import * as Reading from "./Reading.ts"
import * as Sweep from "./Sweep.ts"

export const layer = Layer.effect(
  ClientRequests,
  Effect.gen(function* () {
    const door = yield* Door.make
    const reading = yield* Reading.make(door)
    const { sweep: wakeAll } = yield* Sweep.make(door)
    const outbox = yield* Outbox
    const { rows, handle, transact, outstanding } = door

    const stamp = (member: Member, commandId: string) => ({
      id: commandId,
      by: { kind: "member", id: member.id } as const,
    })
    /** A command of the firm that says all there is to say. */
    const ask = (member: Member, id: string, intent: ClientRequest.Intent) => handle(member.workspaceId, id, intent)

    /** Does the new questionnaire only ask more, and leave alone what the customer is done with? */
    const appends = Effect.fnUntraced(function* (
      workspaceId: string,
      { details, items }: ClientRequest.State,
      to: ClientRequest.Details["questionnaire"],
    ) {
      const [before, after] = yield* Effect.forEach([details.questionnaire, to], ({ id, version, hash }) =>
        Effect.option(reading.questionnaires.get(workspaceId, id, version, hash)),
      )
      if (before?._tag !== "Some" || after?._tag !== "Some") return false
      const [from, next] = [before.value.questionnaire, after.value.questionnaire]
      const added = new Set(["section-added", "question-added", "required-added"])
      const begun = from.sections.filter(({ id }) => (items[id]?.status ?? "NotStarted") !== "NotStarted")
      const isAsItWas = begun.every((section) => {
        const later = next.sections.find(({ id }) => id === section.id)
        return later !== undefined && JSON.stringify(later.items) === JSON.stringify(section.items)
      })
      return isAsItWas && Difference.diff(from, next).every(({ code }) => added.has(code))
    })

    return ClientRequests.of({
      handle,
      create: (member, { details, policy }, commandId) =>
        ask(member, commandId, { type: "Create", ...stamp(member, commandId), requestId: commandId, details, policy }),
      edit: (member, id, details, commandId) =>
        transact<never>(member.workspaceId, id, (request) =>
          Effect.gen(function* () {
            const { questionnaire } = details
            const isFree = questionnaire === undefined || request.state === "Pending"
            const more = isFree ? false : yield* appends(member.workspaceId, request, questionnaire)
            return { type: "Edit", ...stamp(member, commandId), details, appends: more } as const
          }),
        ),
      changeRecipient: (member, id, recipient, to, commandId) =>
        ask(member, id, { type: "ChangeRecipient", ...stamp(member, commandId), recipient, to }),
      changeWindow: (member, id, windowDays, commandId) =>
        ask(member, id, { type: "ChangeWindow", ...stamp(member, commandId), windowDays }),
      schedule: (member, id, sendAt, commandId) =>
        ask(member, id, { type: "Schedule", ...stamp(member, commandId), sendAt }),
      unschedule: (member, id, commandId) => ask(member, id, { type: "Unschedule", ...stamp(member, commandId) }),
      send: (member, id, commandId) =>
        transact<never>(member.workspaceId, id, (request) =>
          Effect.map(
            outstanding(member.workspaceId, request),
            (others) => ({ type: "Send", ...stamp(member, commandId), outstanding: others }) as const,
          ),
        ),
      resend: (member, id, commandId, recipients) =>
        transact<never>(member.workspaceId, id, (request) =>
          Effect.map(
            outstanding(member.workspaceId, request),
            (others) =>
              ({
                type: "Resend",
                ...stamp(member, commandId),
                outstanding: others,
                ...(recipients === undefined ? {} : { recipients }),
              }) as const,
          ),
        ),
      revokeLinks: (member, id, recipient, commandId) =>
        ask(member, id, { type: "RevokeLinks", ...stamp(member, commandId), recipient }),
      cancel: (member, id, reason, commandId) =>
        ask(member, id, { type: "Cancel", ...stamp(member, commandId), reason }),
      suspend: (member, id, reason, commandId) =>
        ask(member, id, { type: "Suspend", ...stamp(member, commandId), reason }),
      resume: (member, id, commandId) => ask(member, id, { type: "Resume", ...stamp(member, commandId) }),
      reopen: (member, id, commandId) => ask(member, id, { type: "Reopen", ...stamp(member, commandId) }),
      acceptItem: (member, id, item, commandId) =>
        ask(member, id, { type: "AcceptItem", ...stamp(member, commandId), item }),
      returnItem: (member, id, item, reason, commandId) =>
        ask(member, id, { type: "ReturnItem", ...stamp(member, commandId), item, reason }),
      list: (workspaceId, query) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => rows.list(workspaceId, query, now)).pipe(Effect.orDie),
      read: reading.read,
      // whoever read the row of a mail has it as it lies there
      currentOf: ({ id, timeZone }, request) =>
        Effect.flatMap(rows.opened(id, request), (opened) => reading.currentOf(id, opened, timeZone)),
      overview: Effect.fn("ClientRequests.overview")(function* (workspaceId, id) {
        const now = yield* reading.read(workspaceId, id)
        const entries = yield* rows.entries(workspaceId, id).pipe(Effect.orDie)
        return { current: now, history: entries, mails: yield* outbox.mailsOf(workspaceId, id) }
      }),
      current: (customer) => reading.read(customer.workspace.id, customer.requestId),
      requestAccessLink: (workspaceId, id, recipient, commandId) =>
        handle(workspaceId, id, {
          type: "RequestAccessLink",
          id: commandId,
          by: { kind: "customer", link: "" },
          recipient,
        }),
      ...answering.make(door, reading),
      sweep: Effect.tap(wakeAll, () => outbox.release),
    })
  }),
)
