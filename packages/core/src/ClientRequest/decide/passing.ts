/** Who else should answer, by a recipient's word: somebody whom they name, or nobody here ("this is not for me"). */
import type * as Command from "../Command.ts"
import type { Event } from "../Event.ts"
import type { Reason } from "../Reason.ts"
import type { Details, Recipient, State } from "../State.ts"
import type { Decision } from "./Decision.ts"
import { guard, inState, stamp, unless } from "./Decision.ts"
import { bound, reachable } from "./entering.ts"
import { distinct, sendable } from "./sending.ts"
import { conversationOf, isHarmless, longest } from "./talking.ts"

/** How often one request may be passed on, or be asked to be: within a day, and ever. */
export const passings = { aDay: 3, ever: 10 } as const
const day = 86_400_000

/** Is it allowed at all, as the policy has it? Anyone with the link passes that on without us. */
export const delegating = ({ policy }: Pick<State, "policy">): "no" | "ask-firm" | "yes" =>
  policy.audience === "anyone-with-link" ? "no" : (policy.customerMayDelegate ?? "no")

/**
 * What stands against the person themselves, and not against what was written of them: an address that gets no mail, no place
 * among the contacts, no number. The firm hears it when it agrees; a customer would learn from it who is known to the firm.
 */
const isOfPerson = ({ code }: Reason): boolean => code.startsWith("recipient-")

/** At once, where the policy lets them and nothing stands against it; else the firm is asked, and the customer is told no more. */
export const delegate = (command: Command.Delegate, request: State): Decision => {
  const { recipient, to, word, proposal, suppressed } = command
  const how = delegating(request)
  const joins = request.policy.audience === "shared-record"
  const naming = named(to, request)
  const against =
    how === "yes" && naming.length === 0
      ? [...mailed(suppressed), ...sendable(request, instead(request, recipient, to, joins))]
      : []
  const isAtOnce = how === "yes" && against.length === 0
  return unless(command, request, [
    ...reachable(command, request),
    ...bound(command, request),
    ...guard(how !== "no", "delegation-not-allowed", "Under this policy nobody else may be named."),
    ...guard((request.proposal ?? null) === null, "delegation-waits", "The firm has not yet answered the wish before."),
    ...rarely(command, request),
    ...naming,
    ...guard(isHarmless(word), "delegation-invalid", `A word to them is plain text of at most ${longest} characters.`),
    ...against.filter((one) => !isOfPerson(one)),
  ])(
    isAtOnce
      ? { type: "RequestDelegated", ...stamp(command), recipient, to, word, joins }
      : { type: "DelegationProposed", ...stamp(command), recipient, proposal, to, word },
  )
}

const instead = ({ details }: State, recipient: string, to: Recipient, joins: boolean): Details => ({
  ...details,
  recipients: joins ? [...details.recipients, to] : details.recipients.map((one) => (one.id === recipient ? to : one)),
})

const rarely = ({ at }: Command.Delegate, { passed = [] }: State): ReadonlyArray<Reason> => {
  const today = passed.filter((one) => one > at - day)
  return guard(
    today.length < passings.aDay && passed.length < passings.ever,
    "delegations-too-many",
    `A request is passed on at most ${passings.aDay} times a day, and ${passings.ever} times in all.`,
  )
}

/**
 * A name as people have them: it stands in a mail to somebody who knows nothing of it, so that nothing can be said by it,
 * and nothing in it becomes a link.
 */
const isName = (name: string): boolean =>
  /^[\p{L}\p{M}][\p{L}\p{M} .,'’-]{0,79}$/u.test(name) && !/[.]\p{L}{2}|www/iu.test(name)

/** Local part and domain; the shell looks closer. */
const isAddress = (email: string): boolean =>
  email.length <= 254 && /^[^\s@<>",;:]+@[^\s@<>",;:]+\.[^\s@<>",;:]+$/.test(email)

const named = (to: Recipient, request: State): ReadonlyArray<Reason> => {
  const same = ({ email }: Recipient) => email.trim().toLowerCase() === to.email.trim().toLowerCase()
  return [
    ...guard(isName(to.name) && isAddress(to.email), "delegation-invalid", "Name a person, and their e-mail address."),
    ...guard(!request.details.recipients.some(same), "delegation-same", "That address has been asked already."),
    ...distinct({ ...request.details, recipients: [...request.details.recipients, to] }),
  ]
}

const mailed = (suppressed: boolean): ReadonlyArray<Reason> =>
  guard(!suppressed, "recipient-suppressed", "No mail can go to that address.")

const proposed = ({ proposal }: State, id: string): ReadonlyArray<Reason> =>
  guard(proposal?.id === id, "delegation-unknown", "Nobody asked for that any more.", [id])

/** Whoever said yes has said so for a person of the firm: what the policy requires of a recipient must be there now. */
export const acceptDelegation = (command: Command.AcceptDelegation, request: State): Decision => {
  const { proposal: id, contact, suppressed } = command
  const wish = request.proposal ?? null
  const unknown = proposed(request, id)
  if (wish === null || unknown.length > 0) return unless(command, request, unknown)()
  const to: Recipient = { ...wish.to, contact }
  const joins = request.policy.audience === "shared-record"
  return unless(command, request, [
    ...waiting(request),
    ...named(to, request),
    ...mailed(suppressed),
    ...sendable(request, instead(request, wish.recipient, to, joins)),
  ])({ type: "RequestDelegated", ...stamp(command), recipient: wish.recipient, to, word: wish.word, joins })
}

export const refuseDelegation = (command: Command.RefuseDelegation, request: State): Decision => {
  const { proposal, reason: text, comment } = command
  const events: ReadonlyArray<Event> = [
    { type: "DelegationRefused", ...stamp(command), proposal },
    ...(text.trim() === ""
      ? []
      : [
          {
            type: "CommentAdded",
            ...stamp(command),
            comment,
            item: null,
            recipient: conversationOf(request),
            author: null,
            text,
          } as const,
        ]),
  ]
  return unless(command, request, [
    ...proposed(request, proposal),
    ...guard(isHarmless(text), "comment-invalid", `A reason is plain text of at most ${longest} characters.`),
  ])(...events)
}

const waiting = (request: State): ReadonlyArray<Reason> => {
  const states = inState(request, ["Pending", "WaitingForCustomer"], "It is over: nobody answers it any more.")
  return states.length > 0
    ? states
    : guard(request.suspended === null, "suspended", "It is suspended: resume it first.")
}

/** Whoever has the link of a file request is whom it is for. */
export const disown = (command: Command.Disown, request: State): Decision => {
  const { recipient, reason: text } = command
  return unless(command, request, [
    ...reachable(command, request),
    ...bound(command, request),
    ...guard(
      request.policy.audience !== "anyone-with-link",
      "delegation-not-allowed",
      "Whoever has this link may use it: there is nobody else it could be for.",
    ),
    ...guard(isHarmless(text), "comment-invalid", `A reason is plain text of at most ${longest} characters.`),
  ])({ type: "RequestDisowned", ...stamp(command), recipient, reason: text })
}
