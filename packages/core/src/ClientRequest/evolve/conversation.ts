/** The state after something was said, passed on, or given back. Of what was said only the number stays: the events have it. */
import type { EventOf } from "../Event.ts"
import type { State } from "../State.ts"
import { none, rebased, renewed, revoked, withFamily } from "./families.ts"

type Said = EventOf<
  "CommentAdded" | "DelegationProposed" | "DelegationRefused" | "RequestDelegated" | "RequestDisowned"
>

export const after = (request: State, event: Said): Partial<State> => {
  switch (event.type) {
    case "CommentAdded": {
      const { customer, firm } = request.comments ?? { customer: 0, firm: 0 }
      const isFirm = event.by.kind === "member"
      return { comments: { customer: customer + (isFirm ? 0 : 1), firm: firm + (isFirm ? 1 : 0), at: event.at } }
    }
    case "DelegationProposed": {
      const { proposal: id, recipient, to, word, at } = event
      return { proposal: { id, recipient, to, word, at }, passed: [...(request.passed ?? []), at] }
    }
    case "DelegationRefused":
      return { proposal: null }
    case "RequestDelegated":
      return delegated(request, event)
    case "RequestDisowned":
      return disowned(request, event)
  }
}

/** Their link is of a family of its own; no send went to them, and yet they are invited as by the latest one. */
const delegated = (request: State, { recipient, to, word, joins, by, at }: EventOf<"RequestDelegated">) => {
  const { recipients } = request.details
  const from = recipients.find(({ id }) => id === recipient)
  const families = joins ? request.families : withFamily(request, recipient, (one) => ({ ...revoked(one), sendNo: 0 }))
  return {
    details: {
      ...request.details,
      recipients: joins ? [...recipients, to] : recipients.map((one) => (one.id === recipient ? to : one)),
    },
    families: { ...families, [to.id]: { ...renewed(families[to.id] ?? none), binding: null, sendNo: request.sendNo } },
    suppressed: joins ? request.suppressed : request.suppressed.filter((id) => id !== recipient),
    proposal: null,
    // what the firm agreed to was counted when it was proposed
    passed: by.kind === "member" ? (request.passed ?? []) : [...(request.passed ?? []), at],
    delegated: [...(request.delegated ?? []), ...(from === undefined ? [] : [{ to: to.id, from, word, at }])],
    reminders: rebased(request, at),
  }
}

/** No send counts for them any more, so that they are neither reminded nor given another link. */
const disowned = (request: State, { recipient, reason, at }: EventOf<"RequestDisowned">) => ({
  families: withFamily(request, recipient, (family) => ({ ...revoked(family), sendNo: 0 })),
  proposal: request.proposal?.recipient === recipient ? null : (request.proposal ?? null),
  disowned: [...others(request, [recipient]), { recipient, reason, at }],
  reminders: rebased(request, at),
})

const others = (request: State, recipients: ReadonlyArray<string>) =>
  (request.disowned ?? []).filter((one) => !recipients.includes(one.recipient))

/** Whom it is sent to again may say once more that it is not for them. */
export const afterSending = (request: State, recipients: ReadonlyArray<string>): Partial<State> =>
  request.disowned === undefined ? {} : { disowned: others(request, recipients) }

/** Somebody else is asked: what the one before wished is no matter any more. */
export const afterRecipientChange = (request: State, recipient: string): Partial<State> => ({
  ...(request.disowned === undefined ? {} : { disowned: others(request, [recipient]) }),
  ...(request.proposal?.recipient === recipient ? { proposal: null } : {}),
})

/** Without names and words. */
export const blank = (request: State): Partial<State> => ({
  ...(request.proposal === undefined ? {} : { proposal: null }),
  ...(request.delegated === undefined ? {} : { delegated: [] }),
  ...(request.disowned === undefined ? {} : { disowned: request.disowned.map((one) => ({ ...one, reason: "" })) }),
})
