/**
 * The group `customer`: what the person who was asked can do, each through the session that their link opened. Claiming
 * a link sets the session's cookie and gives a *handle*, which stands in every later address; where a second factor is
 * asked for, a right code gives another one (`Customer/Entrance.ts`). Whatever does not work, for whatever reason, is
 * answered with the same bytes: `LinkDead`.
 */
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Schema from "effect/Schema"
import { CustomerAccess } from "./Access.ts"
import * as Entrance from "./Customer/Entrance.ts"
import * as Talking from "./Customer/Talking.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

export { Claimed, CodeStep } from "./Customer/Entrance.ts"

/** How an item, which is a section, stands with the customer and the firm. */
export const FillItem = Schema.Struct({
  id: Schema.String.annotate({ description: "The id of the section." }),
  status: ClientRequest.ItemStatus,
  reason: Schema.NullOr(Schema.String).annotate({ description: "Why it was sent back, waived, or does not apply." }),
  infected: Wire.Infected,
  open: Schema.Boolean.annotate({ description: "May its answers be written now?" }),
}).annotate({
  identifier: "FillItem",
  description: "How a section stands: ticked, sent back, waived; and whether it is open.",
})
export type FillItem = typeof FillItem.Type

/** What a customer's page needs to know. */
export const Fill = Schema.Struct({
  workspace: Schema.Struct({ name: Schema.String, accent: Schema.String }).annotate({ description: "Who asks." }),
  title: Schema.String,
  description: Schema.String,
  due: Schema.NullOr(Wire.Day),
  expiresAt: Schema.NullOr(Wire.Timestamp),
  language: Schema.String.annotate({ description: "The recipient's, BCP 47." }),
  attachments: Schema.Array(Wire.FileRef).annotate({ description: "Documents of the firm, to read." }),
  handouts: Schema.Array(
    Schema.Struct({
      file: Wire.Id,
      name: Schema.String,
      bytes: Schema.Finite,
      item: Schema.NullOr(Schema.String).annotate({ description: "The section that it goes with; null: all of them." }),
      question: Schema.NullOr(Schema.String).annotate({
        description: "The question that names it among its attachments; null: the firm gave it.",
      }),
    }),
  ).annotate({
    description: "Documents that the firm gave with the request, or that its questions name, to read like any file.",
  }),
  questionnaire: Schema.Record(Schema.String, Schema.Json).annotate({ description: "The definition, checked." }),
  revision: Schema.Int.annotate({
    description: "To be sent back with every change: another one means the firm changed the questions.",
  }),
  answers: Wire.Answers,
  files: Schema.Array(Wire.AttachedFile),
  progress: Schema.Array(Wire.SectionProgress),
  items: Schema.Array(FillItem),
  versions: Schema.Record(Schema.String, Schema.Int).annotate({
    description: "On a shared record: how often each question was written. Comes back as `seen`.",
  }),
  csrf: Schema.String.annotate({ description: "To be sent back as `X-CSRF-Token` with every change." }),
}).annotate({ identifier: "Fill", description: "What the customer is asked, and what they have given so far." })
export type Fill = typeof Fill.Type

/** On a shared record: a question that somebody else wrote since the page was loaded; theirs stands (C4, L32). */
export const Conflict = Schema.Struct({
  question: Schema.String,
  mine: Schema.Unknown.annotate({ description: "What was not written; null: it was to be taken back." }),
  theirs: Schema.Unknown.annotate({ description: "What is there; null: nothing." }),
  by: Schema.String.annotate({ description: "The id of the recipient who wrote it." }),
  at: Wire.Timestamp,
}).annotate({ identifier: "Conflict", description: "A question that somebody else wrote meanwhile: theirs stands." })
export type Conflict = typeof Conflict.Type

/** What the server has: for a page that stays open. */
export const Latest = Schema.Struct({
  revision: Schema.Int.annotate({ description: "Another one than the page's: the firm changed the questions." }),
  versions: Schema.Record(Schema.String, Schema.Int).annotate({
    description: "On a shared record: how often each question was written.",
  }),
  writers: Schema.Record(Schema.String, Schema.String).annotate({
    description: "On a shared record: the name of the recipient who wrote what stands, by question.",
  }),
  answers: Schema.NullOr(Wire.Answers).annotate({
    description: "On a shared record: all of them. Null elsewhere: nobody else writes.",
  }),
}).annotate({ identifier: "Latest", description: "What has become of the answers since the page was loaded." })
export type Latest = typeof Latest.Type

/** What is wrong with the saved answers, how far each section is, and what was not saved because of somebody else. */
export const Saved = Schema.Struct({
  issues: Schema.Array(Wire.Issue),
  progress: Schema.Array(Wire.SectionProgress),
  conflicts: Schema.Array(Conflict),
  latest: Latest,
}).annotate({ identifier: "Saved", description: "What is wrong with the answers so far, and how far each section is." })
export type Saved = typeof Saved.Type

/** Proof of a submission. */
export const Receipt = Schema.Struct({ submittedAt: Wire.Timestamp, digest: Schema.String }).annotate({
  identifier: "Receipt",
  description: "When it was submitted, and the digest over the questionnaire, the answers and the files.",
})
export type Receipt = typeof Receipt.Type

const params = { handle: Schema.String.annotate({ description: "From claiming the link." }) }
const item = { ...params, item: Schema.String.annotate({ description: "The id of a section." }) }
const headers = { "x-csrf-token": Schema.String.annotate({ description: "`csrf` of the request." }) }
const revision = Schema.Int.annotate({ description: "`revision` of what the customer saw." })

/** A multipart body is limited here; each file by its own question. */
const limits = { maxParts: 20, maxFieldSize: "64 KiB", maxTotalSize: "1100 MB" } as const

const get = HttpApiEndpoint.get("get", "/:handle", { params, success: Fill }).annotateMerge(
  OpenApi.annotations({ summary: "Read what is asked", description: "What is asked, and what was given so far." }),
)

const latest = HttpApiEndpoint.get("latest", "/:handle/answers", { params, success: Latest }).annotateMerge(
  OpenApi.annotations({
    summary: "Read what is new",
    description: "What others have written on a shared record since, and whether the firm has changed the questions.",
  }),
)

const save = HttpApiEndpoint.put("save", "/:handle/answers", {
  params,
  headers,
  payload: Schema.Struct({
    revision,
    answers: Wire.Answers.annotateKey({
      description: "Those of some questions; others stay as they are. Files come apart.",
    }),
    visited: Schema.optionalKey(Schema.String.annotate({ description: "The id of the section that was filled in." })),
    seen: Schema.optionalKey(
      Schema.Record(Schema.String, Schema.Int).annotate({
        description: "On a shared record: the version of each question that the customer saw; 0 for none.",
      }),
    ),
  }),
  success: Saved,
  error: [Failure.Refusal, Failure.AnswersRefused],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Save answers",
    description:
      "Saves a draft. Answers that break a rule are kept and listed as issues; answers of an impossible shape are refused, and then nothing is saved.",
  }),
)

const upload = HttpApiEndpoint.post("upload", "/:handle/files/:question", {
  params: { ...params, question: Schema.String.annotate({ description: "The id of a question of kind upload." }) },
  headers,
  query: { revision },
  payload: Schema.Struct({}).pipe(HttpApiSchema.asMultipartStream(limits)),
  success: Schema.Struct({ files: Schema.Array(Wire.FileRef) }).pipe(HttpApiSchema.status(201)),
  error: [Failure.NotFound, Failure.Refusal, Failure.UploadRefused],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Upload files",
    description:
      "Attaches the files of a multipart form to a question, one after another. A refused file ends it; those before it stay.",
    // the schema cannot say that parts are files
    transform: (operation) => ({
      ...operation,
      requestBody: {
        required: true,
        content: {
          "multipart/form-data": {
            schema: {
              type: "object",
              properties: { file: { type: "array", items: { type: "string", format: "binary" } } },
            },
          },
        },
      },
    }),
  }),
)

const file = HttpApiEndpoint.get("file", "/:handle/files/:file", {
  params: { ...params, file: Wire.Id },
  success: HttpApiSchema.StreamUint8Array(),
  error: [Failure.NotFound, Failure.FileWithheld],
}).annotateMerge(
  OpenApi.annotations({ summary: "Download a file", description: "One of the customer's files, or of the firm's." }),
)

const remove = HttpApiEndpoint.delete("remove", "/:handle/files/:file", {
  params: { ...params, file: Wire.Id },
  headers,
  query: { revision },
  success: HttpApiSchema.NoContent,
  error: Failure.Refusal,
}).annotateMerge(OpenApi.annotations({ summary: "Remove a file", description: "Takes a file back, and deletes it." }))

const completeItem = HttpApiEndpoint.post("completeItem", "/:handle/items/:item/complete", {
  params: item,
  headers,
  payload: Schema.Struct({ revision }),
  success: Saved,
  error: Failure.Refusal,
}).annotateMerge(
  OpenApi.annotations({
    summary: "Complete an item",
    description: "Says that a section is complete, as it is saved. May end the request, and the session with it.",
  }),
)

const reopenItem = HttpApiEndpoint.post("reopenItem", "/:handle/items/:item/reopen", {
  params: item,
  headers,
  payload: Schema.Struct({ revision }),
  success: Saved,
  error: Failure.Refusal,
}).annotateMerge(
  OpenApi.annotations({
    summary: "Take back that an item is complete",
    description: "The section can be written again, where the request's policy lets the customer do that.",
  }),
)

const declineItem = HttpApiEndpoint.post("declineItem", "/:handle/items/:item/decline", {
  params: item,
  headers,
  payload: Schema.Struct({ revision, reason: Wire.filledLine(500).annotate({ description: "Why, for the firm." }) }),
  success: Saved,
  error: Failure.Refusal,
}).annotateMerge(
  OpenApi.annotations({
    summary: "Say that an item does not apply",
    description: "With a reason, where the request's policy allows it. May end the request.",
  }),
)

const submit = HttpApiEndpoint.post("submit", "/:handle/submit", {
  params,
  headers,
  payload: Schema.Struct({ revision }),
  success: Receipt,
  error: Failure.Refusal,
}).annotateMerge(
  OpenApi.annotations({
    summary: "Submit",
    description:
      "Submits what is saved. Refused as `incomplete` with the questions that stop it. Afterwards the session is over; the same call again, in the session that submitted, gives the same receipt as long as it is shown.",
  }),
)

const finish = HttpApiEndpoint.post("finish", "/:handle/finish", {
  params,
  headers,
  payload: Schema.Struct({ revision, answers: Wire.Answers.annotateKey({ description: "All of them." }) }),
  success: Receipt,
  error: [Failure.Refusal, Failure.AnswersRefused],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Submit all at once",
    description:
      "For requests that keep nothing before the end: takes all answers and submits them. What is refused leaves nothing behind.",
  }),
)

export class Customer extends HttpApiGroup.make("customer")
  .add(get, latest, save, upload, file, remove, completeItem, reopenItem, declineItem, submit, finish)
  .add(Talking.comments, Talking.comment, Talking.delegate, Talking.disown)
  .middleware(CustomerAccess)
  // added after the guard: these are what opens the session that the others need
  .add(Entrance.claim, Entrance.code, Entrance.enterCode, Entrance.sendCode, Entrance.accessLink)
  .prefix("/customer")
  .annotateMerge(
    OpenApi.annotations({
      title: "Customer",
      description:
        "For pages that customers fill in: served from this server's own origin, with the session that the link opened.",
    }),
  ) {}
