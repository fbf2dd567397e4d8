/** `evolve`: the state after an event. Total and without rules: what has happened, has happened (I8). */
import type { Event, EventOf } from "./Event.ts"
import type { State } from "./State.ts"

/** The state after the first event of a request. */
export const create = (event: EventOf<"RequestCreated">): State => ({
  id: event.requestId,
  state: "Pending",
  details: event.details,
  policy: event.policy,
  revision: 1,
  createdAt: event.at,
  createdBy: event.by,
  sentAt: null,
  sentBy: null,
  sendNo: 0,
  linksFrom: 0,
  claimedAt: null,
  startedAt: null,
  expiresAt: null,
  endedAt: null,
  submission: null,
  files: [],
})

/** The state after an event of an existing request. */
export const evolve = (request: State, event: Event): State => {
  switch (event.type) {
    case "RequestCreated":
      return create(event)
    case "RequestEdited":
      return { ...request, details: event.details, revision: request.revision + 1 }
    case "RequestSent":
    case "RequestResent":
      return { ...request, ...afterSending(request, event) }
    case "LinkClaimed":
      return { ...request, claimedAt: request.claimedAt ?? event.at }
    case "RequestStarted":
      return { ...request, state: "WaitingForCustomer", startedAt: event.at }
    case "FileAttached":
      return { ...request, files: [...request.files, { ...event.file, question: event.question, at: event.at }] }
    case "FileRemoved":
      return { ...request, files: request.files.filter(({ id }) => id !== event.file) }
    case "RequestSubmitted":
      return {
        ...request,
        state: "Submitted",
        endedAt: event.at,
        submission: { id: event.submissionId, digest: event.digest, at: event.at },
      }
    case "RequestCancelled":
      return { ...request, state: "Cancelled", endedAt: event.at }
    case "RequestExpired":
      return { ...request, state: "Expired", endedAt: event.at }
  }
}

const afterSending = (request: State, event: EventOf<"RequestSent" | "RequestResent">): Partial<State> => {
  const waits = request.policy.waitingBegins === "on-send" || request.startedAt !== null || request.state === "Expired"
  // links that died with the window stay dead (I14)
  const revokes = request.policy.resend.otherLinks === "revoke" || request.state === "Expired"
  return {
    state: waits ? "WaitingForCustomer" : "Pending",
    sentAt: event.at,
    sentBy: event.by,
    sendNo: event.sendNo,
    linksFrom: revokes ? event.sendNo : request.linksFrom,
    expiresAt: event.expiresAt,
    endedAt: null,
  }
}

/** The state that a stream of events leads to; null when it does not begin with a creation. */
export const replay = (events: ReadonlyArray<Event>): State | null => {
  const [first, ...rest] = events
  return first?.type === "RequestCreated" ? rest.reduce(evolve, create(first)) : null
}
