/**
 * The group `operations`: how delivery is doing in the workspace, for administrators: what waits, what failed and why, and trying
 * again. Of the server it tells what belongs to everybody: when its loops last turned, its versions.
 */
import * as Schema from "effect/Schema"
import { AdminAccess, MemberAccess } from "./Access.ts"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "./HttpApi.ts"
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
  )
  .middleware(AdminAccess)
  .middleware(MemberAccess)
  .prefix("/operations")
  .annotateMerge(
    OpenApi.annotations({ title: "Operations", description: "What waits and what failed, for administrators." }),
  ) {}
