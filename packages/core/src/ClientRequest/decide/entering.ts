/** How the customer gets in: claims, access links, and the firm's revoking of them (X6, X8). */
import type * as Command from "../Command.ts"
import type { Event } from "../Event.ts"
import type { Reason } from "../Reason.ts"
import { isInvited } from "../reminding.ts"
import type { State } from "../State.ts"
import type { Decision } from "./Decision.ts"
import { guard, inState, stamp, unless, windowFrom } from "./Decision.ts"

/** The request is open, and the link is of the family's living generation (I2). One reason: the first that shuts. */
export const reachable = (
  { recipient, generation }: { readonly recipient: string; readonly generation: number },
  request: State,
): ReadonlyArray<Reason> => {
  if (request.state === "Expired") return guard(false, "expired", "This request has expired.")
  const states = inState(request, ["Pending", "WaitingForCustomer"], "This request is closed.")
  if (states.length > 0) return states
  if (request.sentAt === null) return guard(false, "not-sent", "This request has not been sent.")
  if (request.suspended !== null) return guard(false, "suspended", "This request is suspended.")
  const family = Object.hasOwn(request.families, recipient) ? request.families[recipient] : undefined
  return guard(family?.generation === generation, "link-replaced", "A newer link has replaced this one.")
}

/** The family belongs to no other device. */
export const bound = (
  { recipient, device }: { readonly recipient: string; readonly device: string },
  request: State,
): ReadonlyArray<Reason> => {
  const binding = request.families[recipient]?.binding ?? null
  return guard(
    request.policy.binding === "none" || binding === null || binding.device === device,
    "other-device",
    "It was opened on another device: ask for an access link.",
  )
}

export const claim = (command: Command.Claim, request: State): Decision => {
  const { recipient, device, rebinds, issuedAt, assurance = "link" } = command
  const { policy } = request
  const binding = request.families[recipient]?.binding ?? null
  const isOther = policy.binding !== "none" && binding !== null && binding.device !== device
  const mayMove = binding === null || !binding.fixed || (rebinds && issuedAt > binding.at)
  const begins = policy.clock === "first-claim" && request.claimedAt === null
  const event: Event = {
    type: "LinkClaimed",
    ...stamp(command),
    recipient,
    device,
    // a device that it belongs to already stays as fixed as it is
    binds: policy.binding !== "none" && (binding === null || isOther),
    fixed: policy.binding === "on-open",
    assurance,
    expiresAt: begins ? windowFrom(request, command.at) : request.expiresAt,
  }
  return unless(command, request, [
    ...reachable(command, request),
    ...guard(!isOther || mayMove, "other-device", "It was opened on another device: ask for an access link."),
  ])(event)
}

/** Nobody is told whether it worked (S21); the refusal is for the log. */
export const requestAccessLink = (command: Command.RequestAccessLink, request: State): Decision => {
  const { recipient } = command
  const { selfService } = request.policy
  const isExpired = request.state === "Expired"
  const isAllowed = selfService === "other-device-and-expired" || (selfService === "other-device" && !isExpired)
  return unless(command, request, [
    ...inState(request, ["Pending", "WaitingForCustomer", "Expired"], "This request is closed."),
    ...guard(request.sentAt !== null, "not-sent", "This request has not been sent."),
    ...guard(request.suspended === null, "suspended", "This request is suspended."),
    ...guard(isAllowed, "access-link-not-allowed", "Under this policy only the firm sends links."),
    ...guard(isInvited(request, recipient), "recipient-unknown", "There is no such recipient.", [recipient]),
    ...guard(!request.suppressed.includes(recipient), "recipient-suppressed", "The address does not work.", [
      recipient,
    ]),
  ])({
    type: "AccessLinkSent",
    ...stamp(command),
    recipient,
    accessNo: request.accessNo + 1,
    expiresAt: isExpired ? windowFrom(request, command.at) : request.expiresAt,
  })
}

export const revokeLinks = (command: Command.RevokeLinks, request: State): Decision =>
  unless(command, request, [
    ...inState(
      request,
      ["Pending", "WaitingForCustomer", "Submitted", "Expired"],
      "A cancelled request has no links that work.",
    ),
    ...guard(request.sentAt !== null, "not-sent", "It has not been sent: there are no links."),
    ...guard(
      request.details.recipients.some(({ id }) => id === command.recipient),
      "recipient-unknown",
      "There is no such recipient.",
      [command.recipient],
    ),
  ])({ type: "LinksRevoked", ...stamp(command), recipient: command.recipient })
