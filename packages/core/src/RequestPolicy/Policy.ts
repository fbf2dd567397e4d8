/** The policy record: every knob, its values and what they mean. */
import * as Schema from "effect/Schema"
import { Rule, Timing } from "../Reminder.ts"

/** How long a setting may be changed: until it is sent, until the customer begins, or until the request ends (X13). */
export const Editable = Schema.Literals(["unsent", "pending", "open"])
export type Editable = typeof Editable.Type

/** What a policy may ask to be known of a recipient before a request is sent (guard G2; C2, K16). */
export const Requirement = Schema.Literals(["email", "name", "mobile", "contact", "work-item"])
export type Requirement = typeof Requirement.Type

/** The second factor of a claim: codes that go another way than the link (S25–S35). `both`: one code of each kind. */
export const SecondFactor = Schema.Literals(["none", "sms-code", "email-code", "both"])
export type SecondFactor = typeof SecondFactor.Type

export const RequestPolicy = Schema.Struct({
  /** The preset it came from, or the firm's own name for it. */
  name: Schema.String,
  /** When the ball is with the customer: once the mail is sent, or once the first answer is given (X1). */
  waitingBegins: Schema.Literals(["on-send", "on-start"]),
  /** What is asked may change until the customer begins; then not at all, or only by asking more (X13). */
  structureEditable: Schema.Literals(["pending", "append-until-submitted"]),
  /** How long each setting may be changed. */
  settingsEditable: Schema.Struct({
    message: Editable,
    due: Editable,
    reminders: Editable,
    recipients: Editable,
    security: Editable,
  }),
  /** One recipient; several with a request each; several on one record; or whoever has the link (X9). */
  audience: Schema.Literals(["one", "separate-views", "shared-record", "anyone-with-link"]),
  requires: Schema.Array(Requirement),
  /** The roles that a recipient must have one of; null: any (C3). */
  roles: Schema.NullOr(Schema.Array(Schema.String)),
  /** How long a request stays open, in days of 24 hours; null: for ever (X4). */
  windowDays: Schema.NullOr(Schema.Int),
  /** How long one link works after it is issued, in days; never longer than the window. Null: as long as the window. */
  linkDays: Schema.NullOr(Schema.Int),
  /** Whether the window begins with each send, or with the first claim after it (X4). */
  clock: Schema.Literals(["sent", "first-claim"]),
  /** A reminder keeps the window open at least this many days more; null: reminders do not extend (K40). */
  reminderExtendsDays: Schema.NullOr(Schema.Int),
  /** What sending again means, and what becomes of the older links (X5). */
  resend: Schema.Struct({
    mode: Schema.Literals(["renew", "same-link", "new-request", "new-link"]),
    resetsCount: Schema.Boolean,
    otherLinks: Schema.Literals(["revoke", "keep"]),
  }),
  /** When the customer can have a new link sent without the firm (X6). */
  selfService: Schema.Literals(["none", "other-device", "other-device-and-expired"]),
  /** How many open requests one subject (the work item, else the address) and one task may have; null: any (X7). */
  outstanding: Schema.Struct({ perSubject: Schema.NullOr(Schema.Int), perTask: Schema.NullOr(Schema.Int) }),
  /** Whether a link family belongs to one device, and from when (X8). */
  binding: Schema.Literals(["none", "on-open", "on-first-write"]),
  secondFactor: SecondFactor,
  /** Always, or only where the request's sensitivity is high. */
  secondFactorWhen: Schema.Literals(["always", "sensitive"]),
  /** A session ends when nothing happened for so many minutes (null: does not), and so many hours after it began (S11). */
  session: Schema.Struct({ idleMinutes: Schema.NullOr(Schema.Int), hours: Schema.Int }),
  /** How answers are kept (X2): not before the end, as they are typed, item by item, on the shared record, at once. */
  saving: Schema.Literals(["none", "autosave", "per-item", "live", "immediate"]),
  /** How a request ends (X3). `explicit-all`: when every section is complete the customer finishes. */
  completion: Schema.Literals(["explicit-all", "explicit", "auto-when-all", "never"]),
  /** May the customer take back that an item is complete, while the request waits (K47)? */
  customerMayReopenItem: Schema.Boolean,
  /** May the customer say that an item does not apply, with a reason? */
  customerMayDeclineItem: Schema.Boolean,
  /**
   * May the customer say "Someone else should answer this"? Not at all, when the firm agrees, or at once. On a shared record
   * the other one joins, otherwise they take over, and the links from before are dead. Left out: `no`.
   */
  customerMayDelegate: Schema.optionalKey(Schema.Literals(["no", "ask-firm", "yes"])),
  /** Reminders: the rule that a request begins with, how many in a cycle at most (null: any number), and at what times. */
  reminders: Schema.Struct({ rule: Rule, cap: Schema.NullOr(Schema.Int), timing: Timing }),
  /** What the customer can still see after submitting (X10). */
  afterSubmit: Schema.Literals(["uniform", "receipt-in-session", "portal-read-only", "live-record"]),
  /** A link's secret: random, kept as a digest; or derived, so that the firm can copy it again (X11, S4). */
  token: Schema.Literals(["random-hashed", "derived"]),
  /** Whose name stands in the mail's From: the workspace's, the assignee's, or that of the member who sent it (X12). */
  from: Schema.Literals(["configured", "assignee", "actor"]),
})
export type RequestPolicy = typeof RequestPolicy.Type
