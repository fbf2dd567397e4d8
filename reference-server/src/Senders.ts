/**
 * Senders: the address that a workspace's mails come from. Until its own domain is verified that is the server's, with the
 * firm's name; from then on one of the domain, signed with a key of the domain's own (DKIM). Nobody is impersonated: an
 * address of a domain goes into `From` only while its records in the DNS say that the workspace may (delivery.md M2).
 *
 * Words: a *record* is what has to be published in the DNS for the domain, each with the sentence that says what was found; a
 * *selector* names one of the domain's keys; a domain is *lost* when records that it had are gone twice in a row.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { DkimKey } from "./Mailer.ts"
import type { MailAddress } from "./Mailer/MailAddress.ts"
import type { Record } from "./Senders/records.ts"
import type { Standing } from "./Senders/WarmUp.ts"

export type { Judged, Record } from "./Senders/records.ts"

/** The domain that a workspace sends with, as its page shows it. */
export interface Sender {
  /** In ASCII and lower case. */
  readonly domain: string
  /** What stands before the `@` of the common address. */
  readonly localPart: string
  /** Members whose own address is of the domain send from that. */
  readonly ownAddresses: boolean
  /** `pending`: never verified; `lost`: no longer. Only `verified` is sent with. */
  readonly state: "pending" | "verified" | "lost"
  /** What to publish, with what the last look found; unlooked at, every one is `unknown`. */
  readonly records: ReadonlyArray<Record>
  /** The selector that mails are signed with now, and one that waits until its record is found. */
  readonly selector: string | null
  readonly nextSelector: string | null
  /** Milliseconds since the epoch. */
  readonly checkedAt: number | null
  readonly verifiedAt: number | null
  readonly lostAt: number | null
  /** How many mails to many may go while the domain is new; null: as many as there are. */
  readonly warmUp: (Standing & { readonly waiting: number }) | null
}

/** What a workspace may choose of its sender. */
export interface Choice {
  readonly domain: string
  readonly localPart: string
  readonly ownAddresses: boolean
}

/** The domain or the address is none that mail can come from. */
export class SenderRefused extends Schema.TaggedError<SenderRefused>()("SenderRefused", {
  reason: Schema.Literals(["domain", "address", "public"]),
}) {}

/** The workspace sends from the server's address. */
export class NoSender extends Schema.TaggedError<NoSender>()("NoSender", {}) {}

/** Who a mail is from, and what vouches for it. */
export interface From {
  readonly from: MailAddress
  /** The workspace's own; left out: the server's address, whose key the mailer knows. */
  readonly dkim?: DkimKey
}

export class Senders extends Context.Service<
  Senders,
  {
    /** The one way to a `From`: of the workspace's domain while it is verified, else of the server. `email`: the member's. */
    from(workspaceId: string, who: { readonly name: string; readonly email?: string }): Effect.Effect<From>
    /** The server's own address, for mails that speak for no firm. */
    readonly own: (name: string) => From
    /** What the workspace set up; null: nothing. */
    find(workspaceId: string): Effect.Effect<Sender | null>
    /** Sets the domain up, with a key and a token of its own; another domain than before starts from the beginning. */
    choose(workspaceId: string, choice: Choice): Effect.Effect<Sender, SenderRefused>
    /** Asks the DNS now. */
    check(workspaceId: string): Effect.Effect<Sender, NoSender>
    /** Makes the next key. It signs as soon as its record is found; until then the old one does. */
    rotate(workspaceId: string): Effect.Effect<Sender, NoSender>
    /** Back to the server's address; the keys are forgotten. */
    remove(workspaceId: string): Effect.Effect<void>
    /** Looks again at the domains that are due (every night), and tells administrators of those that were lost. */
    readonly sweep: Effect.Effect<void>
  }
>()("@requite/reference-server/Senders") {}
