/** A step in the life of a request: what the outbox works out mails from. */
import type { ClientRequest } from "@requite/core"

/** An event, with its request before (null: there was none) and after it. */
export interface Step {
  readonly event: ClientRequest.Event
  readonly before: ClientRequest.State | null
  readonly after: ClientRequest.State
}
