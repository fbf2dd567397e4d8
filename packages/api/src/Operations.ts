/**
 * The group `operations`: how delivery is doing in the workspace, for administrators: what waits, what failed and why, and trying
 * again; and which files are withheld. Of the server it tells what belongs to everybody: when its loops last turned, its versions.
 */
import * as Schema from "effect/Schema"
import { AdminAccess, MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

const count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** Mails of one kind that wait. */
export const Waiting = Schema.Struct({
  kind: Schema.String.annotate({ examples: ["reminder"] }),
  count,
  oldest: Wire.Timestamp.annotate({ description: "When the one that waits longest was written." }),
}).annotate({ identifier: "WaitingMails", description: "Mails of one kind that wait to be handed over." })
export type Waiting = typeof Waiting.Type

/** Mails that did not go out, for the same reason. */
export const Failed = Schema.Struct({
  status: Schema.Literals(["failed", "dropped"]),
  reason: Schema.String,
  count,
  latest: Wire.Timestamp,
}).annotate({
  identifier: "FailedMails",
  description: "Mails of the last seven days that did not go out, for the same reason.",
})
export type Failed = typeof Failed.Type

/** One mail that did not go out. */
export const FailedMail = Schema.Struct({
  id: Wire.Id,
  request: Wire.Id,
  title: Schema.String.annotate({ description: "Of the request." }),
  kind: Schema.String,
  recipient: Schema.String.annotate({ description: "Its address." }),
  status: Schema.Literals(["failed", "dropped"]),
  reason: Schema.String,
  createdAt: Wire.Timestamp,
}).annotate({ identifier: "FailedMail", description: "A mail that did not go out, and why." })
export type FailedMail = typeof FailedMail.Type

export const Day = Schema.Struct({
  day: Schema.String.annotate({ description: "In the workspace's time zone.", examples: ["2027-03-27"] }),
  sent: count,
  failed: count,
  dropped: count,
}).annotate({ identifier: "DayOfMails", description: "What became of the mails that were written on a day." })
export type Day = typeof Day.Type

export const Overview = Schema.Struct({
  at: Wire.Timestamp,
  waiting: Schema.Array(Waiting),
  held: count.annotate({ description: "Mails that are gathered until a batch or a day is over." }),
  days: Schema.Array(Day).annotate({ description: "The last seven days, oldest first." }),
  failures: Schema.Array(Failed),
  mails: Schema.Array(FailedMail).annotate({ description: "The latest fifty of them." }),
  due: Schema.Struct({
    count,
    oldest: Schema.NullOr(Wire.Timestamp).annotate({ description: "Since when the oldest is due." }),
  }).annotate({ description: "Requests of the workspace that are due to be looked at: to send, remind, expire." }),
  stuck: Schema.Array(
    Schema.Struct({
      request: Wire.Id,
      title: Schema.String,
      reason: Schema.String,
      times: count,
      failedAt: Wire.Timestamp,
    }),
  ).annotate({ description: "Requests that could not be woken; they are tried again every five minutes." }),
  webhooks: Schema.Struct({ queued: count, dead: count }),
  lastSweep: Schema.NullOr(Wire.Timestamp).annotate({ description: "When any process last looked for what is due." }),
  lastCheckpoint: Schema.NullOr(Wire.Timestamp).annotate({ description: "The workspace's last one in the record." }),
  server: Schema.Struct({
    requite: Schema.String,
    node: Schema.String,
    postgres: Schema.String,
    tables: Schema.String.annotate({ description: "The last step of the tables.", examples: ["0013_operations"] }),
  }),
}).annotate({ identifier: "OperationsOverview", description: "How delivery is doing in the workspace." })
export type Overview = typeof Overview.Type

const WithheldFile = Schema.Struct({
  id: Wire.Id,
  request: Schema.NullOr(Wire.Id).annotate({
    description: "The request that it came with; null: a member brought it.",
  }),
  name: Schema.String,
  bytes: count,
  type: Schema.String,
  sha256: Schema.String,
  scan: Schema.Literals(["pending", "unscannable"]),
  reason: Schema.String.annotate({ description: "What the scanner said, or why it could not be asked; may be empty." }),
  since: Wire.Timestamp,
}).annotate({ identifier: "WithheldFile", description: "A file that nobody can open, and why." })

const file = Schema.Struct({ file: Schema.String })

export class Operations extends HttpApiGroup.make("operations")
  .add(
    HttpApiEndpoint.get("overview", "/", { success: Overview }).annotateMerge(
      OpenApi.annotations({
        summary: "How delivery is doing",
        description: "What waits, what failed and why, in your workspace; and whether the server's loops turn.",
      }),
    ),
    HttpApiEndpoint.post("retry", "/mails/retry", {
      payload: Schema.Union([
        Schema.Struct({ mails: Schema.Array(Wire.Id).check(Schema.isMinLength(1), Schema.isMaxLength(1000)) }),
        Schema.Struct({ status: Schema.Literals(["failed", "dropped"]), reason: Schema.String }),
      ]),
      success: Schema.Struct({ retried: count }),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Try mails again",
        description:
          "Puts mails of the last seven days that failed or were dropped back into the queue: those named, or all of one reason (a thousand at most). Each keeps its Message-ID, and is sent only if it is still wanted. Mails that went out meanwhile are passed over.",
      }),
    ),
    HttpApiEndpoint.get("files", "/files", {
      success: Schema.Struct({ files: Schema.Array(WithheldFile) }),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "List withheld files",
        description:
          "Files that nobody can open, the oldest first, at most 100: not scanned yet, or not to be scanned.",
      }),
    ),
    HttpApiEndpoint.post("scanFile", "/files/:file/scan", {
      params: file,
      success: HttpApiSchema.NoContent,
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Scan a withheld file again",
        description:
          "Has the scanner look at once, as if it had not been tried before. What comes of it, the list says.",
      }),
    ),
    HttpApiEndpoint.post("removeFile", "/files/:file/remove", {
      params: file,
      payload: Schema.Struct({
        reason: Wire.lines(1000)
          .check(Schema.isPattern(/\S/u, { message: "Expected some text" }))
          .annotate({ description: "For the customer.", examples: ["Please send it without a password."] }),
      }),
      success: HttpApiSchema.NoContent,
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Remove a withheld file",
        description:
          "Deletes its bytes. Of a file that came with a request, its part opens again and the customer is told the reason; a document of a member is removed with a line in the workspace's record.",
      }),
    ),
  )
  .middleware(AdminAccess)
  .middleware(MemberAccess)
  .prefix("/operations")
  .annotateMerge(
    OpenApi.annotations({ title: "Operations", description: "What waits and what failed, for administrators." }),
  ) {}
