/**
 * How a customer gets in. A link's GET shows who asks and for what, and changes nothing (S15). Its claim, a POST behind
 * the Start button, opens a *session*: a handle that stands in the address and a secret that stands in a cookie, kept as
 * a digest. Where the policy asks for a second factor, the claim opens a *pre-session* only, which can do nothing but
 * present codes; a right code closes it and opens a session of another name (S10). Each later call enters through the
 * session, and every time the link behind it, the request and the device are asked again, so that a revocation ends
 * open sessions at once (S7, S8).
 *
 *   LinkDead      whatever does not hold, and never says what (S47)
 *   OtherDevice   the link is alive and belongs to another device: a new one can be had by mail (K43, S17)
 *   EnterAgain    the session is over, or waits for its code; what was saved is there (S11)
 *   RateLimited   too often (S41)
 */
import type { AccessCode, AccessLink, ClientRequest } from "@requite/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Current, RequestNotFound } from "./ClientRequests.ts"
import type { Customer, LinkHolder } from "./Customer.ts"
import type { LinkLine } from "./CustomerAccess/Links.ts"
import type { Member } from "./Members.ts"
import type * as Portal from "./Portal.ts"
import type { RateLimited } from "./RateLimits.ts"
import type { Action } from "./RateLimits/Customers.ts"
import { Workspace } from "./Workspaces.ts"

export type { Customer } from "./Customer.ts"
export type { LinkLine } from "./CustomerAccess/Links.ts"

/** The link belongs to another device. Names the firm and how to get a link, and nothing of the request (L17). */
export class OtherDevice extends Schema.TaggedError<OtherDevice>()("OtherDevice", {
  workspace: Workspace,
  /** The recipient's, BCP 47. */
  language: Schema.String,
  /** Where an access link goes, masked: `a***@d***`. */
  address: Schema.String,
  /** May one be asked for? If not, only the firm sends links. */
  canSend: Schema.Boolean,
  /** Where to log in instead: the request is for who does (T8), whatever the device. Left out: it is not. */
  portal: Schema.optionalKey(Schema.String),
}) {}

/** The session is over, or not begun: by a code, or by opening the link once more. */
export class EnterAgain extends Schema.TaggedError<EnterAgain>()("EnterAgain", {
  by: Schema.Literals(["code", "link"]),
  /** There was a session once: nothing that was saved is lost. */
  lapsed: Schema.Boolean,
}) {}

/** A code that is not right, for whatever reason (S30). */
export class CodeRefused extends Schema.TaggedError<CodeRefused>()("CodeRefused", { locked: Schema.Boolean }) {}

/** No new code now: one was sent just before, or codes are locked. */
export class CodeNotSent extends Schema.TaggedError<CodeNotSent>()("CodeNotSent", {
  locked: Schema.Boolean,
  retryAfterSeconds: Schema.Int,
}) {}

/** The firm cannot hand out a link of this recipient: the policy has none to hand out, or the request is not open. */
export class LinkNotCopied extends Schema.TaggedError<LinkNotCopied>()(
  "LinkNotCopied",
  { reason: Schema.Literals(["not-allowed", "not-open", "recipient-unknown"]) },
  { httpApiStatus: 409 },
) {}

/** What the arrival page may show before anything is claimed: never an answer (S19). */
export interface Arrival {
  readonly workspace: Workspace
  readonly recipient: ClientRequest.Recipient
  readonly current: Pick<Current, "request" | "stored">
}

/** Who has a link that opens in this browser, and has claimed nothing by it now. */
export interface Holder {
  readonly workspace: Workspace
  /** The recipient's, BCP 47. */
  readonly language: string
  readonly request: ClientRequest.State
  readonly customer: LinkHolder
}

/** What a claim or a right code gives: the secrets for the browser's two cookies, and how long the session's is kept. */
export interface Claimed {
  readonly workspaceId: string
  readonly handle: string
  readonly secret: Redacted.Redacted
  readonly deviceSecret: Redacted.Redacted
  readonly seconds: number
  /** It is a pre-session: a code has gone out, and is wanted next. */
  readonly needsCode: boolean
  /** A code went out so shortly before that no other did: what to do is wait so long and ask for one. 0: it did. */
  readonly retryAfterSeconds: number
}

/** What the page shows that asks for a code. */
export interface CodeStep {
  readonly workspace: Workspace
  readonly language: string
  readonly csrf: string
  readonly channel: AccessCode.Channel
  /** The end of the number, or the masked address; empty: nothing is known. */
  readonly to: string
  /** Which code of how many. */
  readonly step: number
  readonly steps: number
  /** Nothing has been sent: the session is over, and a code is sent when the customer asks for one. */
  readonly lapsed: boolean
}

/** What the page after submission shows, in the submitting session only (S50). */
export interface Receipt {
  readonly workspace: Workspace
  readonly customer: Customer
  readonly request: ClientRequest.State
  readonly current: Current
}

export class CustomerAccess extends Context.Service<
  CustomerAccess,
  {
    /** What a link shows to this browser. `device`: the secret of its device cookie. */
    arrive(
      token: Redacted.Redacted,
      device: Redacted.Redacted | null,
    ): Effect.Effect<Arrival, AccessLink.LinkDead | OtherDevice | RateLimited>
    /**
     * Who has it: all that they may do without a claim is to say that it is not for them, also where a link opens nothing by
     * itself (T8). `action`: what it counts as.
     */
    hold(
      token: Redacted.Redacted,
      device: Redacted.Redacted | null,
      action: Action,
    ): Effect.Effect<Holder, AccessLink.LinkDead | OtherDevice | RateLimited>
    claim(
      token: Redacted.Redacted,
      device: Redacted.Redacted | null,
    ): Effect.Effect<Claimed, AccessLink.LinkDead | OtherDevice | RateLimited>
    /**
     * Claims for who has logged in to the portal, in place of a link that was mailed: by a link of their own that nobody gets to
     * see. What the policy asks of a claim is asked of this one: the device, unless a new link could be had for it (K43), and
     * the second factor. Written into the request's history.
     */
    claimFromPortal(
      session: Portal.Session,
      request: { readonly id: string; readonly recipient: string },
      device: Redacted.Redacted | null,
    ): Effect.Effect<Claimed, AccessLink.LinkDead | OtherDevice | RateLimited>
    /** What is asked of a pre-session, or of a session that is over. Fails with `EnterAgain` where no code helps. */
    codeStep(
      handle: string,
      secret: Redacted.Redacted,
    ): Effect.Effect<CodeStep, AccessLink.LinkDead | OtherDevice | EnterAgain>
    /** Sends another code. */
    sendCode(
      handle: string,
      secret: Redacted.Redacted,
    ): Effect.Effect<void, AccessLink.LinkDead | OtherDevice | EnterAgain | CodeNotSent | RateLimited>
    /** Judges a code as it was typed; when it was the last that is wanted, claims. */
    enterCode(
      handle: string,
      secret: Redacted.Redacted,
      presented: { readonly code: string; readonly device: Redacted.Redacted | null },
    ): Effect.Effect<Claimed, AccessLink.LinkDead | OtherDevice | EnterAgain | CodeRefused | RateLimited>
    enter(
      handle: string,
      secret: Redacted.Redacted,
    ): Effect.Effect<Customer, AccessLink.LinkDead | OtherDevice | EnterAgain>
    /** Where `afterSubmit` is `uniform`, for a minute after the submission; otherwise as long as the session lasts. */
    receipt(handle: string, secret: Redacted.Redacted): Effect.Effect<Receipt, AccessLink.LinkDead>
    /**
     * Mails another link to whom this one, or this session, was for, if the policy and the limits allow. Returns at once
     * and says nothing: what comes of it happens beside the caller, and does not show in time either (S21).
     */
    sendAccessLink(by: { readonly token: Redacted.Redacted } | { readonly handle: string }): Effect.Effect<void>
    /** All links of a request, newest first, for the firm. Fails where the workspace has no such request. */
    links(workspaceId: string, requestId: string): Effect.Effect<ReadonlyArray<LinkLine>, RequestNotFound>
    /**
     * The address of a link to hand out: of a derived one the same each time (F6); of others, where the policy lets the
     * firm hand links out, a fresh one (C9). It is written into the request's history.
     */
    copyLink(
      member: Member,
      requestId: string,
      recipient: string,
    ): Effect.Effect<Redacted.Redacted, LinkNotCopied | RequestNotFound>
  }
>()("@requite/reference-server/CustomerAccess") {}
