/** Endpoints that take a request from one state to another. Each answers with the request as it is after it. */
import * as Schema from "effect/Schema"
import { HttpApiEndpoint } from "../HttpApi.ts"
import * as Wire from "../Wire.ts"
import { headers, params, refusable, said, Why } from "./endpoints.ts"
import { RequestView } from "./View.ts"

const endpoint = { params, headers, success: RequestView, error: refusable }

export const send = HttpApiEndpoint.post("send", "/:id/send", endpoint).annotateMerge(
  said("Send a request", "Sends it for the first time. The e-mail goes out shortly after."),
)

export const schedule = HttpApiEndpoint.post("schedule", "/:id/schedule", {
  ...endpoint,
  payload: Schema.Struct({ sendAt: Wire.GivenInstant }).annotate({ examples: [{ sendAt: "2027-03-27T09:00:00Z" }] }),
}).annotateMerge(
  said(
    "Schedule a request",
    "It is sent by itself at that instant (K12). Where it cannot be sent then, who scheduled it is told why.",
  ),
)

export const unschedule = HttpApiEndpoint.post("unschedule", "/:id/unschedule", endpoint).annotateMerge(
  said("Do not send by itself", "Takes the schedule back: the request waits to be sent by hand."),
)

export const resend = HttpApiEndpoint.post("resend", "/:id/resend", endpoint).annotateMerge(
  said(
    "Send a request again",
    "Another e-mail to everybody, with a new link and a new window as the policy has it; reminders count from it (K34).",
  ),
)

export const cancel = HttpApiEndpoint.post("cancel", "/:id/cancel", {
  ...endpoint,
  payload: Why.annotate({ examples: [{ reason: "Asked the wrong person" }] }),
}).annotateMerge(said("Cancel a request", "Ends it: its links stop working at once. Send `{}` without a reason."))

export const suspend = HttpApiEndpoint.post("suspend", "/:id/suspend", {
  ...endpoint,
  payload: Why.annotate({ examples: [{ reason: "The work is on hold" }] }),
}).annotateMerge(
  said(
    "Suspend a request",
    "Its links do not work and nobody is reminded until it is resumed; its window runs on. Send `{}` without a reason.",
  ),
)

export const resume = HttpApiEndpoint.post("resume", "/:id/resume", endpoint).annotateMerge(
  said("Resume a request", "Its links work again, as far as its window has not passed."),
)

export const reopen = HttpApiEndpoint.post("reopen", "/:id/reopen", endpoint).annotateMerge(
  said("Reopen a request", "Gives what was submitted back to the customer; the answers are kept."),
)

export const close = HttpApiEndpoint.post("close", "/:id/close", endpoint).annotateMerge(
  said("Close a request for the customer", "Submits what is there, in the member's name."),
)

export const changeWindow = HttpApiEndpoint.post("changeWindow", "/:id/window", {
  ...endpoint,
  payload: Schema.Struct({
    windowDays: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3650 }))).annotate({
      description: "Days from a send to the end of the window; null: it never ends.",
    }),
  }).annotate({ examples: [{ windowDays: 60 }] }),
}).annotateMerge(
  said(
    "Give a request another window",
    "Other than its policy began with. The one way to shorten it; an expired request opens again when it is sent again.",
  ),
)
