/** Endpoints of one recipient of a request: who it is, and their links. */
import * as Schema from "effect/Schema"
import * as Failure from "../Failure.ts"
import { HttpApiEndpoint } from "../HttpApi.ts"
import * as Wire from "../Wire.ts"
import { headers, recipientParams, refusable, said } from "./endpoints.ts"
import { RequestView } from "./View.ts"

const endpoint = { params: recipientParams, headers, success: RequestView, error: refusable }

export const changeRecipient = HttpApiEndpoint.post("changeRecipient", "/:id/recipients/:recipient", {
  ...endpoint,
  payload: Wire.NewRecipient,
}).annotateMerge(
  said(
    "Put another person in a recipient's place",
    "The links of the one before die at once; the request has to be sent again to reach the new one.",
  ),
)

export const resendTo = HttpApiEndpoint.post("resendTo", "/:id/recipients/:recipient/resend", endpoint).annotateMerge(
  said("Send it again to one recipient", "A new invitation to this one alone; the links of the others stay (L33)."),
)

export const revokeLinks = HttpApiEndpoint.post(
  "revokeLinks",
  "/:id/recipients/:recipient/revoke-links",
  endpoint,
).annotateMerge(
  said("Revoke a recipient's links", "Every link of theirs stops working at once, and open pages with it."),
)

/** A link that a member was given to hand on themselves. The only answer of the whole contract that holds one. */
export const GivenLink = Schema.Struct({
  url: Schema.String.annotate({ examples: ["https://requests.example.com/r/…"] }),
}).annotate({
  identifier: "GivenLink",
  description: "The link of one recipient, to be handed on by the member. Whoever has it is let in as that recipient.",
})
export type GivenLink = typeof GivenLink.Type

export const copyLink = HttpApiEndpoint.post("copyLink", "/:id/recipients/:recipient/link", {
  params: recipientParams,
  headers,
  success: GivenLink,
  error: [Failure.NotFound, Failure.LinkNotCopied],
}).annotateMerge(
  said(
    "Copy a recipient's link",
    "For an e-mail of one's own (C9, C11) or for whoever is to upload (F6). It is written to the history that it was given.",
  ),
)

export const unlockCodes = HttpApiEndpoint.post(
  "unlockCodes",
  "/:id/recipients/:recipient/unlock-codes",
  endpoint,
).annotateMerge(said("Unlock a recipient's codes", "After too many wrong codes: they can have a new one sent."))
