/**
 * The group `requests`: a member asks a customer, sees how far it is, and reads what came back. Every change answers
 * with the request as it is after it. No answer contains a link or a code (security.md S12) but those of `copyLink` and
 * `readOutCode`, which ask for one.
 */
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Bulk from "./Requests/Bulk.ts"
import { headers, params } from "./Requests/endpoints.ts"
import { Changes, NewRequest } from "./Requests/Given.ts"
import * as Items from "./Requests/Items.ts"
import * as Keeping from "./Requests/Keeping.ts"
import * as Lifecycle from "./Requests/Lifecycle.ts"
import * as People from "./Requests/People.ts"
import * as Planning from "./Requests/Planning.ts"
import * as Taking from "./Requests/Taking.ts"
import * as Talking from "./Requests/Talking.ts"
import * as View from "./Requests/View.ts"
import * as Wire from "./Wire.ts"

export { BatchResult, BatchView, NewBatch, RowResult } from "./Requests/Bulk.ts"
export { Asked, Changes, Imagined, Knobs, NewRequest, PolicyChoice, Preset } from "./Requests/Given.ts"
export { GivenLink, ReadOutCode } from "./Requests/People.ts"
export { Comment, Conversation } from "./Requests/Talking.ts"
export { ReminderCalendar, ReminderPlan, Reminders } from "./Requests/Reminders.ts"
export {
  Action,
  Actor,
  Created,
  History,
  HistoryEntry,
  Item,
  ItemAction,
  Mail,
  MailStatus,
  Recipient,
  RecipientAction,
  RequestView,
  Submission,
  Summary,
} from "./Requests/View.ts"

const whole = (begin: number, end: number) => Schema.Int.check(Schema.isBetween({ minimum: begin, maximum: end }))

export class Requests extends HttpApiGroup.make("requests")
  .add(
    HttpApiEndpoint.post("create", "/", {
      headers,
      payload: NewRequest,
      success: View.Created.pipe(HttpApiSchema.status(201)),
      error: [
        Failure.PolicyRefused,
        Failure.QuestionnaireRefused,
        Failure.VersionTaken,
        Failure.MessageRefused,
        Failure.DuesRefused,
        Failure.NotFound,
        Failure.Refusal,
        Failure.KeyReused,
      ],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Create a request",
        description:
          "Creates a request, and with `send` sends it: each recipient gets an e-mail with their own link. Where the policy keeps recipients apart, each gets a request of their own.",
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
        Failure.DuesRefused,
        Failure.NotFound,
        Failure.Refusal,
        Failure.KeyReused,
      ],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Change a request",
        description:
          "Changes what is given, as long as the policy lets it be changed. Once it is sent, another person takes a recipient's place by `changeRecipient`.",
      }),
    ),
    HttpApiEndpoint.get("file", "/:id/files/:file", {
      params: { ...params, file: Wire.Id },
      success: HttpApiSchema.StreamUint8Array(),
      error: [Failure.NotFound, Failure.FileWithheld],
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
  .add(
    Lifecycle.send,
    Lifecycle.schedule,
    Lifecycle.unschedule,
    Lifecycle.resend,
    Lifecycle.cancel,
    Lifecycle.suspend,
    Lifecycle.resume,
    Lifecycle.reopen,
    Lifecycle.close,
    Lifecycle.changeWindow,
  )
  .add(
    People.changeRecipient,
    People.resendTo,
    People.revokeLinks,
    People.copyLink,
    People.unlockCodes,
    People.readOutCode,
  )
  .add(Items.acceptItem, Items.returnItem, Items.waiveItem, Items.completeItem, Items.reopenItem)
  .add(Bulk.bulk, Bulk.batch, Bulk.pauseBatch, Bulk.resumeBatch, Bulk.cancelBatch)
  .add(Planning.reminders, Planning.previewReminders)
  .add(Keeping.record, Keeping.erase)
  .add(Talking.comments, Talking.comment, Talking.askDocument, Talking.acceptDelegation, Talking.refuseDelegation)
  .add(Taking.exportAnswers, Taking.filesZip, Taking.preview)
  .middleware(MemberAccess)
  .prefix("/requests")
  .annotateMerge(
    OpenApi.annotations({
      title: "Requests",
      description: "One asking each: a questionnaire, a recipient, a message, and a lifecycle.",
    }),
  ) {}
