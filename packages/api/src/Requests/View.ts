/** A client request as members see it. */
import * as Schema from "effect/Schema"
import * as Wire from "../Wire.ts"

/** Who did something. `id` is a member's, or that of the link that the customer came by; the system has none. */
export const Actor = Schema.Struct({
  kind: Schema.Literals(["member", "customer", "system"]),
  id: Schema.NullOr(Schema.String),
  name: Schema.NullOr(Schema.String).annotate({ description: "A member's name." }),
}).annotate({
  identifier: "Actor",
  description:
    "A member, the customer by the id (not the secret) of the link they came by, or the system by the clock.",
})
export type Actor = typeof Actor.Type

/** What a member can do with a request. */
export const Action = Schema.Literals(["edit", "send", "resend", "cancel"])
export type Action = typeof Action.Type

/** One e-mail about a request. */
export const Mail = Schema.Struct({
  id: Schema.String,
  kind: Schema.Literals(["invitation", "submitted-notice"]),
  recipient: Schema.String,
  status: Schema.Literals(["queued", "handed-over", "failed", "dropped"]),
  reason: Schema.NullOr(Schema.String).annotate({ description: "Why it waits, failed or was dropped." }),
  createdAt: Wire.Timestamp,
  handedOverAt: Schema.NullOr(Wire.Timestamp),
}).annotate({
  identifier: "Mail",
  description:
    "One e-mail about the request, and whether the mail server has taken it. Its link is not shown to anybody.",
})
export type Mail = typeof Mail.Type

const shared = {
  id: Schema.String,
  state: Wire.LifecycleState,
  title: Schema.String,
  recipient: Wire.Recipient,
  due: Schema.NullOr(Wire.Day),
  questionnaire: Wire.QuestionnaireRef,
  policy: Schema.String.annotate({ description: "The preset that it was created with." }),
  createdAt: Wire.Timestamp,
  sentAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "The latest send." }),
  startedAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "The first answer." }),
  expiresAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "The end of its window; null: never." }),
  endedAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "When it was submitted, cancelled or expired." }),
}

/** A request in a list. */
export const Summary = Schema.Struct(shared).annotate({
  identifier: "RequestSummary",
  description: "A request in a list, with its state as of now.",
})
export type Summary = typeof Summary.Type

/** A request with everything that belongs to it. */
export const RequestView = Schema.Struct({
  ...shared,
  description: Schema.String,
  message: Schema.String,
  attachments: Schema.Array(Wire.FileRef).annotate({ description: "Documents of the firm for the customer." }),
  revision: Schema.Int.annotate({ description: "Counts the changes of what is asked." }),
  createdBy: Actor,
  sentBy: Schema.NullOr(Actor),
  sends: Schema.Int.annotate({ description: "How many times it was sent." }),
  claimedAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "When somebody first pressed Start." }),
  answers: Wire.Answers.annotateKey({ description: "What is saved so far; once submitted, what was submitted." }),
  savedAt: Schema.NullOr(Wire.Timestamp),
  files: Schema.Array(Wire.AttachedFile),
  sections: Schema.Array(Wire.SectionProgress),
  submission: Schema.NullOr(Schema.Struct({ id: Schema.String, digest: Schema.String, submittedAt: Wire.Timestamp })),
  mails: Schema.Array(Mail),
  actions: Schema.Array(Action).annotate({ description: "What its state and policy allow now." }),
}).annotate({ identifier: "Request", description: "A request with everything that belongs to it, as of now." })
export type RequestView = typeof RequestView.Type

/** One entry of the audit log. */
export const HistoryEntry = Schema.Struct({
  index: Schema.Int.annotate({ description: "From 1, without gaps." }),
  kind: Schema.Literal("Forms"),
  at: Wire.Timestamp,
  by: Actor,
  type: Schema.String.annotate({ examples: ["RequestSent"] }),
  data: Schema.Record(Schema.String, Schema.Json).annotate({ description: "What else the event says." }),
}).annotate({ identifier: "HistoryEntry", description: "One thing that happened to the request." })
export type HistoryEntry = typeof HistoryEntry.Type

export const History = Schema.Struct({ entries: Schema.Array(HistoryEntry) })

/** The answers, frozen. */
export const Submission = Schema.Struct({
  id: Schema.String,
  submittedAt: Wire.Timestamp,
  questionnaire: Wire.QuestionnaireRef,
  answers: Wire.Answers,
  digest: Schema.String,
}).annotate({ identifier: "Submission", description: "The answers as they were submitted, and their digest." })
export type Submission = typeof Submission.Type
