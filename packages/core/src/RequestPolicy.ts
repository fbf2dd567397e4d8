/**
 * A request's policy: how it behaves, as data. A request keeps the policy that it was created with, whatever the firm
 * changes afterwards (lifecycle.md L46). The knobs and the presets are those of features.md; a knob stands here from
 * the day it has an effect.
 */
import * as Schema from "effect/Schema"

export const RequestPolicy = Schema.Struct({
  /** The preset it came from. */
  name: Schema.String,
  /** When the ball is with the customer: once the mail is sent, or once the first answer is given (X1). */
  waitingBegins: Schema.Literals(["on-send", "on-start"]),
  /** How long a request stays open after each send, in days; null: for ever (X4). */
  windowDays: Schema.NullOr(Schema.Int),
  /** How long one link works after its mail is sent, in days; never longer than the window (X4). */
  linkDays: Schema.NullOr(Schema.Int),
  /** Whether sending again renews this request or takes a new one, and what becomes of the older links (X5). */
  resend: Schema.Struct({
    mode: Schema.Literals(["renew", "new-request"]),
    otherLinks: Schema.Literals(["revoke", "keep"]),
  }),
  /** How many open requests one recipient may have at once; null: any number (X7, P8). */
  outstanding: Schema.Struct({ perSubject: Schema.NullOr(Schema.Int) }),
})
export type RequestPolicy = typeof RequestPolicy.Type

/** requite's own default: the customer may take their time, the firm may send again, old links die. */
export const standard: RequestPolicy = {
  name: "standard",
  waitingBegins: "on-start",
  windowDays: 30,
  linkDays: 30,
  resend: { mode: "renew", otherLinks: "revoke" },
  outstanding: { perSubject: null },
}

/** PassFort's "Request from customer": one e-mail out at a time, waiting from the moment it is sent (P8, P15, P20, P29). */
export const passfort: RequestPolicy = {
  name: "passfort",
  waitingBegins: "on-send",
  windowDays: 30,
  linkDays: 30,
  resend: { mode: "new-request", otherLinks: "revoke" },
  outstanding: { perSubject: 1 },
}

/** The presets by name. */
export const presets: Readonly<Record<"standard" | "passfort", RequestPolicy>> = { standard, passfort }
