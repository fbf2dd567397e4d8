/** Endpoints of the customer beside the answers: comments, and whom else it is for. */
import * as Schema from "effect/Schema"
import * as Failure from "../Failure.ts"
import { HttpApiEndpoint, HttpApiSchema, OpenApi } from "../HttpApi.ts"
import { Comment } from "../Requests/Talking.ts"
import * as Wire from "../Wire.ts"

const params = { handle: Schema.String.annotate({ description: "From claiming the link." }) }
const headers = { "x-csrf-token": Schema.String.annotate({ description: "`csrf` of the request." }) }
const said = (summary: string, description: string) => OpenApi.annotations({ summary, description })

const Comments = Schema.Struct({ comments: Schema.Array(Comment) })

export const comments = HttpApiEndpoint.get("comments", "/:handle/comments", {
  params,
  success: Comments,
}).annotateMerge(said("Read the conversation", "What this customer and the firm said, oldest first."))

export const comment = HttpApiEndpoint.post("comment", "/:handle/comments", {
  params,
  headers,
  payload: Schema.Struct({
    item: Schema.optionalKey(
      Schema.NullOr(Schema.String).annotate({ description: "The id of a section; null: the whole request." }),
    ),
    text: Wire.lines(2000).check(Schema.isPattern(/\S/u, { message: "Expected some text" })),
  }),
  success: Comments,
  error: Failure.Refusal,
}).annotateMerge(said("Say something to the firm", "On an item, or on the whole request, as long as it is open."))

export const delegate = HttpApiEndpoint.post("delegate", "/:handle/delegate", {
  params,
  headers,
  payload: Schema.Struct({
    name: Wire.filledLine(80).annotate({ description: "A person's name, in letters." }),
    email: Wire.filledLine(254),
    word: Schema.optionalKey(Wire.lines(2000).annotate({ description: "A word to them, shown on the page." })),
  }),
  success: Schema.Struct({
    done: Schema.Boolean.annotate({
      description: "Somebody else was asked; false: the firm has to agree first.",
    }),
  }),
  error: [Failure.Refusal, Failure.TooOften],
}).annotateMerge(
  said(
    "Name somebody else who should answer",
    "As the policy says: they get a link at once, the firm is asked first, or it is refused. Where they take over, this session is over.",
  ),
)

export const disown = HttpApiEndpoint.post("disown", "/:handle/disown", {
  params,
  headers,
  payload: Schema.Struct({
    reason: Schema.optionalKey(Wire.lines(2000).annotate({ description: "Why, for the firm." })),
  }),
  success: HttpApiSchema.NoContent,
  error: Failure.Refusal,
}).annotateMerge(
  said("Say that it is not for them", "The links of this customer die, reminders to them stop, and the firm is told."),
)
