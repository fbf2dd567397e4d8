/**
 * The group `requests`: a member asks a customer, sees how far it is, and reads what came back. Every change answers
 * with the request as it is after it. No answer ever contains a link (security.md S12).
 */
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as View from "./Requests/View.ts"
import * as Wire from "./Wire.ts"

export { Action, Actor, History, HistoryEntry, Mail, RequestView, Submission, Summary } from "./Requests/View.ts"

/** Which questionnaire: one that is stored, or one that is written for this request alone. */
export const Asked = Schema.Union([
  Schema.Struct({
    id: Schema.String.annotate({ examples: ["kyc"] }),
    version: Schema.optionalKey(Schema.Int.annotate({ description: "Without it, the newest version." })),
  }),
  Schema.Struct({
    source: Schema.String.annotate({ description: "A definition as JSON text; stored, but not listed." }),
  }),
]).annotate({ description: "A stored questionnaire, or the definition of one that is written for this request alone." })

const title = Wire.filledLine(200).annotate({
  description: "What it is called, for both sides.",
  examples: ["Yearly company check"],
})
const description = Wire.lines(10_000).annotate({
  description: "What the customer reads before they begin.",
})
const due = Schema.NullOr(Wire.CalendarDate).annotate({ description: "Until when it is wished; it closes nothing." })
const message = Wire.lines(10_000).annotate({
  description:
    "The text of the e-mail around its button: Markdown with tags such as `{{recipientName}}`, `{{firmName}}`, `{{requestTitle}}`.",
})

/** A request to create. */
export const NewRequest = Schema.Struct({
  questionnaire: Asked,
  title,
  description: Schema.optionalKey(description),
  due: Schema.optionalKey(due),
  message: Schema.optionalKey(message.annotate({ description: "Without it, the default text of the language." })),
  recipient: Wire.NewRecipient,
  policy: Schema.optionalKey(
    Schema.Literals(["standard", "passfort"]).annotate({ description: "How it behaves. Without it, `standard`." }),
  ),
  send: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "Send it at once. If sending is refused, the request stays, unsent: `Refusal.request` names it.",
    }),
  ),
}).annotate({
  identifier: "NewRequest",
  examples: [
    {
      questionnaire: { id: "kyc" },
      title: "Yearly company check",
      due: "2027-03-27",
      recipient: { name: "Astrid Lind", email: "astrid@example.com", language: "sv" },
      send: true,
    },
  ],
})
export type NewRequest = typeof NewRequest.Type

/** What of a request is to change; properties that are left out stay. */
export const Changes = Schema.Struct({
  questionnaire: Schema.optionalKey(Asked),
  title: Schema.optionalKey(title),
  description: Schema.optionalKey(description),
  due: Schema.optionalKey(due),
  message: Schema.optionalKey(message),
  recipient: Schema.optionalKey(Wire.NewRecipient),
}).annotate({ identifier: "RequestChanges", examples: [{ due: "2027-04-03" }] })
export type Changes = typeof Changes.Type

const params = { id: Wire.Id }

/** A UUID of the caller's choice: the same call again with the same key is carried out once (S46). */
const headers = {
  "idempotency-key": Schema.optionalKey(
    Wire.Id.annotate({
      description:
        "A UUID of your choice. The same call again with the same key is carried out once: repeat after a broken connection.",
    }),
  ),
}

const whole = (begin: number, end: number) => Schema.Int.check(Schema.isBetween({ minimum: begin, maximum: end }))

export class Requests extends HttpApiGroup.make("requests")
  .add(
    HttpApiEndpoint.post("create", "/", {
      headers,
      payload: NewRequest,
      success: View.RequestView.pipe(HttpApiSchema.status(201)),
      error: [
        Failure.QuestionnaireRefused,
        Failure.VersionTaken,
        Failure.MessageRefused,
        Failure.NotFound,
        Failure.Refusal,
        Failure.KeyReused,
      ],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Create a request",
        description: "Creates a request, and with `send` sends it: the recipient gets an e-mail with their own link.",
      }),
    ),
    HttpApiEndpoint.get("list", "/", {
      query: {
        state: Schema.optionalKey(Wire.LifecycleState),
        search: Schema.optionalKey(
          Wire.line(200).annotate({ description: "Part of a title, a name or an e-mail address." }),
        ),
        limit: Schema.optionalKey(whole(1, 100)),
        offset: Schema.optionalKey(whole(0, 1_000_000)),
      },
      success: Schema.Struct({ requests: Schema.Array(View.Summary), total: Schema.Int }),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "List requests",
        description: "The workspace's requests, those that changed last first, and how many match in all.",
      }),
    ),
    HttpApiEndpoint.get("get", "/:id", { params, success: View.RequestView, error: Failure.NotFound }).annotateMerge(
      OpenApi.annotations({
        summary: "Read a request",
        description:
          "Everything about a request as of now: its state, what was asked and answered, its files and e-mails, and what can be done with it.",
      }),
    ),
    HttpApiEndpoint.get("history", "/:id/history", {
      params,
      success: View.History,
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Read a request's history",
        description: "What happened, by whom and when: the entries of the audit log, oldest first.",
      }),
    ),
    HttpApiEndpoint.patch("edit", "/:id", {
      params,
      headers,
      payload: Changes,
      success: View.RequestView,
      error: [
        Failure.QuestionnaireRefused,
        Failure.VersionTaken,
        Failure.MessageRefused,
        Failure.NotFound,
        Failure.Refusal,
      ],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Change a request",
        description: "Changes what is given, until the customer begins. Once it is sent, the address stays.",
      }),
    ),
    HttpApiEndpoint.post("send", "/:id/send", {
      params,
      headers,
      success: View.RequestView,
      error: [Failure.NotFound, Failure.Refusal],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Send a request",
        description: "Sends it for the first time. The e-mail goes out shortly after.",
      }),
    ),
    HttpApiEndpoint.post("resend", "/:id/resend", {
      params,
      headers,
      success: View.RequestView,
      error: [Failure.NotFound, Failure.Refusal],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Send a request again",
        description: "Another e-mail with a new link and a new window; what becomes of older links is the policy's.",
      }),
    ),
    HttpApiEndpoint.post("cancel", "/:id/cancel", {
      params,
      headers,
      payload: Schema.Struct({
        reason: Schema.optionalKey(Wire.lines(1000).annotate({ description: "For the history. Never shown." })),
      }).annotate({ examples: [{ reason: "Asked the wrong person" }] }),
      success: View.RequestView,
      error: [Failure.NotFound, Failure.Refusal],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Cancel a request",
        description: "Ends it: its links stop working at once. Send `{}` without a reason.",
      }),
    ),
    HttpApiEndpoint.get("file", "/:id/files/:file", {
      params: { ...params, file: Wire.Id },
      success: HttpApiSchema.StreamUint8Array(),
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Download a file",
        description: "The bytes of a file that was attached to the request, by the customer or by the firm.",
      }),
    ),
    HttpApiEndpoint.get("submission", "/:id/submission", {
      params,
      success: View.Submission,
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Read the submission",
        description:
          "The answers as they were submitted, with the digest over them: SHA-256 of the canonical JSON (RFC 8785) of `{ questionnaire: hash, answers }`.",
      }),
    ),
  )
  .middleware(MemberAccess)
  .prefix("/requests")
  .annotateMerge(
    OpenApi.annotations({
      title: "Requests",
      description: "One asking each: a questionnaire, a recipient, a message, and a lifecycle.",
    }),
  ) {}
