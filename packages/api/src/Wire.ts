/**
 * What several groups of the contract share on the wire. Instants are ISO 8601 strings in UTC, calendar dates have no
 * time and no zone, sizes are in bytes, digests are SHA-256 as 64 hex digits. Unknown properties of a request's body
 * are refused, so that a misspelt one is never lost in silence.
 */
import * as LocalText from "@requite/core/LocalText/schema"
import * as CoreQuestionnaire from "@requite/core/Questionnaire"
import * as upload from "@requite/core/QuestionKind/upload"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Reminder from "@requite/core/Reminder"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Schema from "effect/Schema"

/** A UUID. Ids of other workspaces are answered like ids that do not exist. */
export const Id = Schema.String.check(Schema.isUUID()).annotate({ examples: ["0198c1f2-6f0a-4d39-9e55-2f1f0a5c7d10"] })

/** An instant, ISO 8601 in UTC: `2027-03-27T09:00:00.000Z`. */
export const Timestamp = Schema.String.annotate({
  description: "An instant, ISO 8601 in UTC.",
  format: "date-time",
  examples: ["2027-03-27T09:00:00.000Z"],
})

const isDate = (text: string): boolean => {
  const millis = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN
  // a day that a month does not have becomes one of the next month
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(text)
}

/** A day of the calendar, `2027-03-27`: no time, no zone. */
export const Day = Schema.String.annotate({
  description: "A day of the calendar, without time or zone.",
  format: "date",
  examples: ["2027-03-27"],
})

/** A day that the calendar has: what is asked of those who send one. */
export const CalendarDate = Day.check(
  Schema.makeFilter((text) => (isDate(text) ? undefined : "Expected a date of the calendar such as 2027-03-27")),
)

/** An instant as members give one: with the time and the zone, so that it is the same everywhere. */
export const GivenInstant = Timestamp.check(
  Schema.makeFilter((text) =>
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text) &&
    isDate(text.slice(0, 10)) &&
    !Number.isNaN(Date.parse(text))
      ? undefined
      : "Expected an instant with its zone such as 2027-03-27T09:00:00Z",
  ),
)

/** What a script leaves that cuts an emoji in two has no UTF-8. JSON can carry it, no database keeps it. */
const wellFormed = Schema.makeFilter((text: string) =>
  text.isWellFormed() ? undefined : "Expected well-formed text: a surrogate stands alone",
)

/** Text on one line: no control characters, so that it can stand in a mail's header too. */
export const line = (maxLength: number) =>
  Schema.String.check(
    Schema.isPattern(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, { message: "Expected text on one line" }),
    Schema.isMaxLength(maxLength),
    wellFormed,
  )

/** Text of several lines. NUL is refused: no database keeps it. */
export const lines = (maxLength: number) =>
  Schema.String.check(
    Schema.isPattern(/^[^\u0000]*$/u, { message: "Expected text without NUL" }),
    Schema.isMaxLength(maxLength),
    wellFormed,
  )

/** Text on one line that says something. */
export const filledLine = (maxLength: number) =>
  line(maxLength).check(Schema.isPattern(/\S/u, { message: "Expected some text" }))

/** One who is asked. `email` may be empty until the request is sent, and later where the policy does not want one. */
export const Recipient = ClientRequest.Recipient.annotate({
  identifier: "Recipient",
  description:
    "One who is asked. `id` names them inside the request; the language is a BCP 47 tag, the mobile number E.164 or empty, the contact one of the firm's or null.",
})
export type Recipient = typeof Recipient.Type

/** A zone that calendars know. */
export const TimeZone = line(100)
  .check(
    Schema.makeFilter((name) =>
      Reminder.isTimeZone(name) ? undefined : "Expected a time zone such as Europe/Stockholm",
    ),
  )
  .annotate({ description: "A time zone, by its IANA name.", examples: ["Europe/Stockholm"] })

/** A recipient as members give one. */
export const NewRecipient = Schema.Struct({
  name: filledLine(200).annotate({ description: "The name that the e-mail greets.", examples: ["Astrid Lind"] }),
  email: line(254)
    .check(Schema.isPattern(/^$|^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/u, { message: "Expected one e-mail address" }))
    .annotate({ description: "One e-mail address; empty: not known yet.", examples: ["astrid@example.com"] }),
  language: LocalText.LanguageTag.annotate({
    description: "BCP 47; of the e-mail and the page, as far as they are translated.",
    examples: ["sv"],
  }),
  mobile: Schema.optionalKey(
    line(20)
      .check(Schema.isPattern(/^$|^\+[1-9]\d{5,14}$/, { message: "Expected a number such as +46701234567" }))
      .annotate({ description: "E.164, for codes by SMS; empty: not known.", examples: ["+46701234567"] }),
  ),
  role: Schema.optionalKey(
    line(100).annotate({ description: "Their role in the work item.", examples: ["Primary Applicant"] }),
  ),
  contact: Schema.optionalKey(
    Schema.NullOr(Id).annotate({
      description: "The contact of the firm that they are; null: the one whose address it is, if one contact has it.",
    }),
  ),
}).annotate({ identifier: "NewRecipient", description: "A person to ask." })
export type NewRecipient = typeof NewRecipient.Type

/** How often to remind. */
export const ReminderRule = Reminder.Rule.annotate({
  identifier: "ReminderRule",
  description:
    "none; gentle: seven days before a due date, on it, and daily after it; urgent: daily; custom: every so many days.",
})

/** Every knob of a request's behaviour. */
export const Policy = RequestPolicy.RequestPolicy.annotate({
  identifier: "RequestPolicy",
  description: "Every knob of a request's behaviour. A request keeps the policy that it was created with.",
})

/** One setting of a policy that is weak, or contradicts another. */
export const PolicyWarning = Schema.Struct({
  code: Schema.String.annotate({ examples: ["never-expires"] }),
  severity: Schema.Literals(["error", "warning"]),
  knobs: Schema.Array(Schema.String).annotate({ description: "The knobs that it is about." }),
  message: Schema.String,
}).annotate({
  identifier: "PolicyWarning",
  description: "One setting that is weak (a warning), or contradicts another (an error: nothing is sent with it).",
})
export type PolicyWarning = typeof PolicyWarning.Type

/** Exactly one version of a questionnaire, pinned by the SHA-256 of its canonical form (RFC 8785). */
export const QuestionnaireRef = CoreQuestionnaire.QuestionnaireRef.annotate({
  identifier: "QuestionnaireRef",
  description:
    "Exactly one version of a questionnaire: its id, its version, the SHA-256 of its canonical form (RFC 8785), and how many questions it has.",
})
export type QuestionnaireRef = typeof QuestionnaireRef.Type

/** A file that arrived whole. `type` was found in its content; `name` is the sender's, made safe. */
export const FileRef = upload.FileRef.annotate({
  identifier: "FileRef",
  description:
    "A file that arrived whole: the media type that its content has, its size in bytes and its SHA-256. The name is the sender's, made safe.",
})
export type FileRef = typeof FileRef.Type

/** What is known of a file. One that is infected is in no request. */
export const FileScan = ClientRequest.FileScan.annotate({
  identifier: "FileScan",
  description:
    "What is known of the file: only one that is `clean`, or `unscanned` where the server has no scanner, can be downloaded.",
})

/** Why an item came back by itself. */
export const Infected = Schema.NullOr(Schema.String).annotate({
  description: "The name of the file that it came back for by itself, because it had a virus; null: it did not.",
})

/** A check that was asked for, once its documents were there, complete and clean. */
export const RequestedCheck = Schema.Struct({
  ...ClientRequest.RequestedCheck.fields,
  at: Timestamp,
}).annotate({
  identifier: "RequestedCheck",
  description: "A check that was asked for when its documents were there, complete and clean: `files` are their ids.",
})

/** A file that the customer attached to a question. */
export const AttachedFile = Schema.Struct({
  ...upload.FileRef.fields,
  question: Schema.String,
  scan: FileScan,
  attachedAt: Timestamp,
}).annotate({ identifier: "AttachedFile", description: "A file that the customer attached to a question." })
export type AttachedFile = typeof AttachedFile.Type

/** The five states; a request whose window has passed is Expired at that moment. */
export const LifecycleState = ClientRequest.LifecycleState.annotate({
  identifier: "LifecycleState",
  description:
    "Pending: not sent, or sent and not begun. WaitingForCustomer: the customer has begun, or the policy counts from sending. Expired: the window has passed. Submitted and Cancelled end a request.",
})

/** Answers by question id: text, an option's value, a list of those, `{ "other": … }`, or the list of files. */
export const Answers = Schema.Record(Schema.String, Schema.Json).annotate({
  identifier: "Answers",
  description:
    'Answers by question id: a text; an option\'s value, or `{ "other": … }`, or a list of those; for uploads the list of files. `GET /api/questionnaires/{id}/answers-schema` has their exact shape.',
  examples: [{ companyName: "Lind & Co AB", kind: "company" }],
})
export type Answers = typeof Answers.Type

/** One thing wrong with an answer; the sentence for people goes by `code` and `values`. */
export const Issue = Schema.Struct({
  code: Schema.String.annotate({ examples: ["text-too-long"] }),
  question: Schema.String,
  pointer: Schema.String.annotate({ description: "RFC 6901, into the answers." }),
  values: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite])),
  message: Schema.optionalKey(
    Schema.Union([Schema.String, Schema.Record(Schema.String, Schema.String)]).annotate({
      description: "The author's own sentence, one text or one for each language: it goes before any other.",
    }),
  ),
}).annotate({ identifier: "Issue", description: "One thing wrong with an answer, under a stable code." })
export type Issue = typeof Issue.Type

/** How far a section is. */
export const SectionProgress = Schema.Struct({
  id: Schema.String,
  state: Schema.Literals(["to-do", "started", "done"]),
  answered: Schema.Int,
  questions: Schema.Int,
}).annotate({
  identifier: "SectionProgress",
  description: "How far a section is: done when nothing is missing or wrong.",
})
export type SectionProgress = typeof SectionProgress.Type

/** One of the things that a server stands on, as `/ready` tells it. */
export const Check = Schema.Struct({
  ok: Schema.Boolean,
  reason: Schema.NullOr(Schema.String).annotate({
    description: "In a word, why not.",
    examples: ["no-answer", "stuck", "disk-full", "stopping"],
  }),
  detail: Schema.optionalKey(Schema.String).annotateKey({
    description: "In a sentence; only for who may read `/metrics`.",
  }),
}).annotate({ identifier: "Check", description: "One of the things that a server stands on." })
export type Check = typeof Check.Type
