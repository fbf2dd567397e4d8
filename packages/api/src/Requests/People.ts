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

/** A link that a member was given to hand on themselves. The only answer of the whole contract that holds one (S12). */
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
  error: [Failure.NotFound, Failure.LinkNotCopied, Failure.KeyReused],
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

/** A code that a member reads to a recipient by phone. The only answer of the whole contract that holds one (S12). */
export const ReadOutCode = Schema.Struct({
  code: Schema.String.annotate({ examples: ["012345"] }),
}).annotate({
  identifier: "ReadOutCode",
  description:
    "Six digits, for the recipient's open page alone. They work once, for ten minutes, and are not shown again.",
})
export type ReadOutCode = typeof ReadOutCode.Type

// without an idempotency key: a code that was shown is nowhere kept, so that no call could give it once more
export const readOutCode = HttpApiEndpoint.post("readOutCode", "/:id/recipients/:recipient/code", {
  params: recipientParams,
  success: ReadOutCode,
  error: [Failure.NotFound, Failure.CodeNotMade, Failure.TooOften],
}).annotateMerge(
  said(
    "Make a code to read out",
    "For a recipient who waits for a code, and gets no SMS or wants none (S32): read it to them by phone, and make sure that it is them. It takes the place of the code that was sent; the history says that it was made, and by whom.",
  ),
)
