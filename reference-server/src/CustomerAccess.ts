/**
 * How a customer gets in. A link's GET shows who asks and for what, and changes nothing (S15); its claim, a POST behind
 * the Start button, opens a *session*: a handle that stands in the address and a secret that stands in a cookie, kept as
 * a digest. Each later call enters through the session, and every time the link behind it and the request itself are
 * asked again, so that a revocation ends open sessions at once (S7, S8). Whatever does not hold is `LinkDead`.
 */
import type { AccessLink, ClientRequest } from "@requite/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Current } from "./ClientRequests.ts"
import type { Customer } from "./Customer.ts"
import type { Workspace } from "./Workspaces.ts"

export type { Customer } from "./Customer.ts"

/** What the arrival page may show before anything is claimed: never an answer (S19). */
export interface Arrival {
  readonly workspace: Workspace
  readonly current: Pick<Current, "request" | "stored">
}

/** What the page after submission shows, in the submitting session only (S50). */
export interface Receipt {
  readonly workspace: Workspace
  readonly request: ClientRequest.State
  readonly current: Current
}

export class CustomerAccess extends Context.Service<
  CustomerAccess,
  {
    arrive(token: Redacted.Redacted): Effect.Effect<Arrival, AccessLink.LinkDead>
    claim(
      token: Redacted.Redacted,
    ): Effect.Effect<{ readonly handle: string; readonly secret: Redacted.Redacted }, AccessLink.LinkDead>
    enter(handle: string, secret: Redacted.Redacted): Effect.Effect<Customer, AccessLink.LinkDead>
    receipt(handle: string, secret: Redacted.Redacted): Effect.Effect<Receipt, AccessLink.LinkDead>
  }
>()("@requite/reference-server/CustomerAccess") {}
