/** Endpoints of what firm and customer say to one another, and of a wish that somebody else answers. */
import * as Schema from "effect/Schema"
import * as Failure from "../Failure.ts"
import { HttpApiEndpoint } from "../HttpApi.ts"
import * as Wire from "../Wire.ts"
import { headers, params, refusable, said } from "./endpoints.ts"
import { RequestView } from "./View.ts"

const text = Wire.lines(2000)
  .check(Schema.isPattern(/\S/u, { message: "Expected some text" }))
  .annotate({ description: "Plain text, shown as it is and never as HTML." })
const item = Schema.NullOr(Schema.String).annotate({ description: "The id of a section; null: the whole request." })

/** One comment. */
export const Comment = Schema.Struct({
  id: Schema.String,
  item,
  text: Schema.String.annotate({ description: "Plain text, whatever it looks like." }),
  at: Wire.Timestamp,
  by: Schema.Struct({
    side: Schema.Literals(["firm", "customer"]),
    name: Schema.String.annotate({ description: "A member's name, a recipient's name or address; empty: not known." }),
  }),
  mine: Schema.Boolean.annotate({ description: "Written by the side that reads." }),
  new: Schema.Boolean.annotate({ description: "Not seen before: by anybody of the firm, or by this customer." }),
}).annotate({ identifier: "Comment", description: "Something that the firm or a customer said of a request." })
export type Comment = typeof Comment.Type

/** What was said, and what waits for the firm. */
export const Conversation = Schema.Struct({
  comments: Schema.Array(Comment).annotate({ description: "Oldest first." }),
  proposal: Schema.NullOr(
    Schema.Struct({
      id: Schema.String,
      recipient: Schema.String.annotate({ description: "Whose wish it is." }),
      name: Schema.String,
      email: Schema.String,
      word: Schema.String.annotate({ description: "What they want to say to that person; may be empty." }),
      at: Wire.Timestamp,
    }),
  ).annotate({ description: "A wish that somebody else answers, which waits for the firm." }),
  disowned: Schema.Array(
    Schema.Struct({ recipient: Schema.String, reason: Schema.String, at: Wire.Timestamp }),
  ).annotate({ description: "Recipients who said that it is not for them, until it is sent to them again." }),
}).annotate({ identifier: "Conversation", description: "What firm and customer said, and what waits for the firm." })
export type Conversation = typeof Conversation.Type

export const comments = HttpApiEndpoint.get("comments", "/:id/comments", {
  params,
  success: Conversation,
  error: Failure.NotFound,
}).annotateMerge(
  said(
    "Read the conversation",
    "What firm and customer said, oldest first. Reading by a program marks nothing as seen.",
  ),
)

export const comment = HttpApiEndpoint.post("comment", "/:id/comments", {
  params,
  headers,
  payload: Schema.Struct({ item: Schema.optionalKey(item), text }),
  success: Conversation,
  error: refusable,
}).annotateMerge(
  said(
    "Say something to the customer",
    "They read it on their pages, and get one e-mail for a quarter of an hour, unless they have read it by then. Refused once the request is over.",
  ),
)

export const askDocument = HttpApiEndpoint.post("askDocument", "/:id/documents", {
  params,
  headers,
  payload: Schema.Struct({
    label: Wire.filledLine(300).annotate({ description: "What the document is called." }),
    text: Schema.optionalKey(Wire.lines(2000).annotate({ description: "What to say with it." })),
  }),
  success: RequestView,
  error: refusable,
}).annotateMerge(
  said(
    "Ask for one document more",
    "Adds a section with an upload to what is asked, and says so in the conversation. Refused as `structure-frozen` where the policy lets nothing be added any more.",
  ),
)

const proposal = {
  ...params,
  proposal: Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_.:-]{1,100}$/)).annotate({
    description: "The `id` of the proposal.",
  }),
}

export const acceptDelegation = HttpApiEndpoint.post("acceptDelegation", "/:id/delegations/:proposal/accept", {
  params: proposal,
  headers,
  success: RequestView,
  error: refusable,
}).annotateMerge(
  said("Let somebody else answer", "Whom the customer named gets a link of their own, in the customer's place."),
)

export const refuseDelegation = HttpApiEndpoint.post("refuseDelegation", "/:id/delegations/:proposal/refuse", {
  params: proposal,
  headers,
  payload: Schema.Struct({
    reason: Schema.optionalKey(
      Wire.lines(2000).annotate({ description: "Becomes a comment that the customer reads." }),
    ),
  }),
  success: RequestView,
  error: refusable,
}).annotateMerge(said("Let nobody else answer", "The customer goes on as before."))
