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
