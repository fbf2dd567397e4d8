/** The customer, as the server knows one: nobody registered, only a session that a link has opened. */
import type { Assurance } from "@requite/core/AccessCode"
import type { Workspace } from "./Workspaces.ts"

/** A customer who has got in: what their session may touch. */
export interface Customer {
  readonly workspace: Workspace
  readonly requestId: string
  /** Who of the request's recipients they are, by id. */
  readonly recipient: string
  readonly linkId: string
  /** Of the link: it lives as long as the recipient's family is of this generation. */
  readonly generation: number
  /** The id of the device that they came in from; not its secret. */
  readonly device: string
  /** How sure we are that it is them (S31). */
  readonly assurance: Assurance
  readonly handle: string
  /** The token of the session's forms (S39). */
  readonly csrf: string
}

/** Whoever has a link, whether or not they have opened it. */
export type LinkHolder = Pick<Customer, "workspace" | "requestId" | "recipient" | "linkId" | "generation" | "device">

/** The cookie of a customer's session. Each request that a customer has open has its own. */
export const sessionCookie = (handle: string): string => `rq-${handle}`
