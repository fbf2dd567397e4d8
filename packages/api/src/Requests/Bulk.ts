/**
 * Many requests at once (M30): rows that are checked, made and sent one by one, each under the id that the caller's own
 * system knows it by, so that a call that is repeated makes nothing twice. A *batch* is what belongs together: it can be
 * looked at, paused, gone on with, and cancelled. What was sent stays sent.
 */
import * as Schema from "effect/Schema"
import * as Failure from "../Failure.ts"
import { HttpApiEndpoint } from "../HttpApi.ts"
import * as Wire from "../Wire.ts"
import { said } from "./endpoints.ts"

export const most = 1000

const Row = Schema.Struct({
  externalId: Wire.filledLine(200).annotate({
    description: "What your system calls it. The same again, in whatever batch, is the same request.",
    examples: ["customer-4711"],
  }),
  request: Schema.Record(Schema.String, Schema.Json).annotate({
    description:
      "As for `POST /api/requests`, without `send`. What is wrong with it is said in the answer, row by row.",
  }),
}).annotate({ identifier: "BulkRow" })

export const NewBatch = Schema.Struct({
  batch: Schema.optionalKey(Wire.Id.annotate({ description: "A batch to add to, or a new one's id, of your choice." })),
  dryRun: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Only say what would come of it. Nothing is made, nothing is sent." }),
  ),
  sendAt: Schema.optionalKey(Wire.GivenInstant.annotate({ description: "When to send. Without it, at once." })),
  rows: Schema.Array(Row).check(
    Schema.makeFilter((rows) =>
      rows.length >= 1 && rows.length <= most ? undefined : `Expected one row or several, at most ${most}`,
    ),
  ),
}).annotate({
  identifier: "NewBatch",
  examples: [
    {
      rows: [
        {
          externalId: "customer-4711",
          request: {
            questionnaire: { id: "kyc" },
            title: "Yearly company check",
            recipient: { name: "Astrid Lind", email: "astrid@example.com", language: "sv" },
          },
        },
      ],
    },
  ],
})

export const RowResult = Schema.Struct({
  externalId: Schema.String,
  outcome: Schema.Literals(["made", "known", "fine", "refused"]).annotate({
    description:
      "made: now; known: by an earlier call; fine: it would be made (dry run); refused: the problems say why.",
  }),
  request: Schema.NullOr(Schema.String).annotate({ description: "The id of its request." }),
  problems: Schema.Array(Schema.Struct({ code: Schema.String, message: Schema.String })),
}).annotate({ identifier: "BulkRowResult" })
export type RowResult = typeof RowResult.Type

export const BatchResult = Schema.Struct({
  batch: Schema.NullOr(Schema.String).annotate({ description: "Null: it was a dry run." }),
  made: Schema.Int,
  known: Schema.Int,
  refused: Schema.Int,
  rows: Schema.Array(RowResult),
}).annotate({ identifier: "BatchResult", description: "What came of each row, in the order they were given." })
export type BatchResult = typeof BatchResult.Type

export const BatchView = Schema.Struct({
  id: Schema.String,
  status: Schema.Literals(["running", "paused", "cancelled"]),
  requests: Schema.Int,
  waiting: Schema.Int.annotate({ description: "Not sent yet." }),
  sent: Schema.Int,
  mails: Schema.Record(Schema.String, Schema.Int).annotate({
    description: "How many of the invitations have which status.",
    examples: [{ queued: 12, "handed-over": 488 }],
  }),
  heldUntil: Schema.NullOr(Wire.Timestamp).annotate({
    description: "Until when queued ones wait because the firm's domain is new; null: none does.",
  }),
}).annotate({ identifier: "Batch", description: "How far a batch is." })
export type BatchView = typeof BatchView.Type

const one = { params: { batch: Wire.Id }, success: BatchView, error: Failure.NotFound }

export const bulk = HttpApiEndpoint.post("bulk", "/bulk", {
  payload: NewBatch,
  success: BatchResult,
}).annotateMerge(
  said(
    "Make and send many requests",
    "Up to 1,000 rows a call. A row that is wrong is refused by itself; the others go on. Rows are sent by the server's own clock, each firm in its turn: look at the batch to see how far it is. For more than a thousand, call again with the same `batch`.",
  ),
)
export const batch = HttpApiEndpoint.get("batch", "/bulk/:batch", one).annotateMerge(
  said("Look at a batch", "How many of its requests were sent, and what has become of their e-mails."),
)
export const pauseBatch = HttpApiEndpoint.post("pauseBatch", "/bulk/:batch/pause", one).annotateMerge(
  said("Pause a batch", "What was not sent yet is not sent until the batch is resumed."),
)
export const resumeBatch = HttpApiEndpoint.post("resumeBatch", "/bulk/:batch/resume", one).annotateMerge(
  said("Go on with a batch", "What was not sent yet is sent."),
)
export const cancelBatch = HttpApiEndpoint.post("cancelBatch", "/bulk/:batch/cancel", one).annotateMerge(
  said("Cancel a batch", "What was not sent yet is cancelled. What was sent stays."),
)
