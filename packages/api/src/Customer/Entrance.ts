/** Endpoints of getting in: claiming a link, the codes of the second factor, and the access links of K43. */
import * as Schema from "effect/Schema"
import * as Failure from "../Failure.ts"
import { HttpApiEndpoint, HttpApiSchema, OpenApi } from "../HttpApi.ts"

/** Which code is wanted. */
export const CodeStep = Schema.Struct({
  channel: Schema.Literals(["sms", "email"]),
  to: Schema.String.annotate({
    description: "The end of the number, or the masked address; empty: nothing is known.",
    examples: ["67"],
  }),
  step: Schema.Int.annotate({ description: "Which code of how many, from 1." }),
  steps: Schema.Int,
  lapsed: Schema.Boolean.annotate({ description: "The session is over: no code goes out before one is asked for." }),
  csrf: Schema.String.annotate({ description: "To be sent back as `X-CSRF-Token` with the code." }),
}).annotate({ identifier: "CodeStep", description: "Which code is wanted, and where it goes." })
export type CodeStep = typeof CodeStep.Type

/** What a claim gives. */
export const Claimed = Schema.Struct({
  handle: Schema.String.annotate({ description: "Stands in all later addresses." }),
  code: Schema.NullOr(CodeStep).annotate({
    description: "Null: the session is open. Else it opens nothing before this code is presented.",
  }),
  retryAfterSeconds: Schema.Int.annotate({
    description: "Not 0: a code went out just before, to another visit; ask for one after so many seconds.",
  }),
}).annotate({ identifier: "Claimed", description: "A session, or what it still needs." })
export type Claimed = typeof Claimed.Type

const params = { handle: Schema.String.annotate({ description: "From claiming the link." }) }
const headers = { "x-csrf-token": Schema.String.annotate({ description: "`csrf` of the code's step." }) }
const shut = [Failure.LinkDead, Failure.NotFromHere, Failure.OtherDevice, Failure.TooOften] as const

export const claim = HttpApiEndpoint.post("claim", "/claim", {
  payload: Schema.Struct({
    token: Schema.RedactedFromValue(Schema.String.annotate({ description: "The secret at the end of the link." })),
  }),
  success: Claimed,
  error: [...shut],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Claim a link",
    description:
      "Opens a session: sets its cookie and the device's, and gives the handle that stands in all later addresses. Where a second factor is asked for, a code goes out and the session waits for it.",
  }),
)

export const code = HttpApiEndpoint.get("code", "/:handle/code", {
  params,
  success: CodeStep,
  error: [Failure.LinkDead, Failure.OtherDevice, Failure.EnterAgain],
}).annotateMerge(
  OpenApi.annotations({ summary: "Read which code is wanted", description: "Of a session that waits or is over." }),
)

export const enterCode = HttpApiEndpoint.post("enterCode", "/:handle/code", {
  params,
  headers,
  payload: Schema.Struct({
    code: Schema.RedactedFromValue(Schema.String.annotate({ description: "As typed; spaces do not matter." })),
  }),
  success: Claimed,
  error: [...shut, Failure.EnterAgain, Failure.CodeRefused],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Present a code",
    description: "Opens a session of another handle, with a cookie of its own; or asks for the next code.",
  }),
)

export const sendCode = HttpApiEndpoint.post("sendCode", "/:handle/code/send", {
  params,
  headers,
  success: HttpApiSchema.Empty(202),
  error: [...shut, Failure.EnterAgain, Failure.CodeRefused],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Send another code",
    description: "The code before it stops working. Answers the same where there is nothing to send it to.",
  }),
)

export const accessLink = HttpApiEndpoint.post("accessLink", "/access-link", {
  payload: Schema.Union([
    Schema.Struct({ token: Schema.RedactedFromValue(Schema.String) }),
    Schema.Struct({ handle: Schema.String }),
  ]).annotate({ description: "A link, or a session, dead or alive." }),
  success: HttpApiSchema.Empty(202),
  error: [Failure.NotFromHere, Failure.TooOften],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Send an access link",
    description:
      "Mails a new link to the address that this one was sent to, if the request can still be answered and its policy allows. Always answers the same.",
  }),
)
