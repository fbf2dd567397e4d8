/** The customer, as the server knows one: nobody registered, only a session that a link has opened. */
import type { Workspace } from "./Workspaces.ts"

/** A customer who has got in: what their session may touch. */
export interface Customer {
  readonly workspace: Workspace
  readonly requestId: string
  readonly linkId: string
  readonly sendNo: number
  readonly handle: string
  /** The token of the session's forms (S39). */
  readonly csrf: string
}

/** The cookie of a customer's session, and how long it is kept: as long as the session itself. Each request that a
 * customer has open has its own. */
export const sessionCookie = (handle: string) => ({ name: `rq-${handle}`, seconds: sessionSeconds })

/** A session ends this long after its claim; the mail's link opens another one. */
export const sessionSeconds = 86_400
