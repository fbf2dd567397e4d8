/** The group `sender`: the domain that a workspace's mails come from, and what its DNS has to say (M2). */
import * as Schema from "effect/Schema"
import { AdminAccess, MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

/** One record of the DNS. */
export const SenderRecord = Schema.Struct({
  kind: Schema.Literals(["ownership", "dkim", "spf", "dmarc"]),
  isRequired: Schema.Boolean.annotate({ description: "Without it nothing is sent in the domain's name." }),
  type: Schema.Literal("TXT"),
  name: Schema.String.annotate({ examples: ["_requite.example.com"] }),
  value: Schema.String.annotate({ description: "The text to publish." }),
  judgement: Schema.Literals(["right", "wrong", "missing", "unknown"]),
  code: Schema.String.annotate({ description: "Why it was judged so.", examples: ["not-there"] }),
  seen: Schema.NullOr(Schema.String).annotate({ description: "What stands there now, where it is something else." }),
}).annotate({ identifier: "SenderRecord", description: "A record to publish, and what the last look found." })

/** The sender's domain. */
export const Domain = Schema.Struct({
  name: Schema.String.annotate({ examples: ["example.com"] }),
  localPart: Schema.String.annotate({ examples: ["requests"] }),
  ownAddresses: Schema.Boolean.annotate({
    description: "Members whose own address is of the domain send from that.",
  }),
  state: Schema.Literals(["pending", "verified", "lost"]).annotate({
    description: "Only a verified domain is sent with; otherwise mail comes from the server's address.",
  }),
  records: Schema.Array(SenderRecord),
  selector: Schema.NullOr(Schema.String).annotate({ description: "The DKIM key that signs now." }),
  nextSelector: Schema.NullOr(Schema.String).annotate({ description: "A key that signs once its record is found." }),
  checkedAt: Schema.NullOr(Wire.Timestamp),
  verifiedAt: Schema.NullOr(Wire.Timestamp),
  lostAt: Schema.NullOr(Wire.Timestamp),
  warmUp: Schema.NullOr(
    Schema.Struct({
      day: Schema.Int.annotate({ description: "Of the plan, from 1 to 14; days on which nothing goes do not count." }),
      perDay: Schema.Int.annotate({ description: "Invitations of batches and reminders that may go on this day." }),
      sent: Schema.Int.annotate({ description: "How many of them have." }),
      waiting: Schema.Int.annotate({ description: "How many wait." }),
      until: Schema.NullOr(Wire.Timestamp).annotate({
        description: "When the next day begins, with twice as many; null: with the next mail.",
      }),
    }),
  ).annotate({ description: "The ceiling while the domain is new; null: there is none." }),
}).annotate({ identifier: "SenderDomain", description: "The domain that a workspace's mails come from." })

export const SenderView = Schema.Struct({
  address: Schema.String.annotate({
    description: "The address that mails come from now.",
    examples: ["requests@example.com"],
  }),
  domain: Schema.NullOr(Domain),
}).annotate({ identifier: "Sender", description: "Where a workspace's mails come from." })
export type SenderView = typeof SenderView.Type

export class Senders extends HttpApiGroup.make("sender")
  .add(
    HttpApiEndpoint.get("get", "/", { success: SenderView }).annotateMerge(
      OpenApi.annotations({
        summary: "Read the sender",
        description: "Where mails come from now, and the domain that was set up, with its records.",
      }),
    ),
    HttpApiEndpoint.put("choose", "/", {
      payload: Schema.Struct({
        domain: Wire.filledLine(253).annotate({ examples: ["example.com"] }),
        localPart: Wire.filledLine(64).annotate({ examples: ["requests"] }),
        ownAddresses: Schema.optionalKey(Schema.Boolean),
      }),
      success: SenderView,
      error: Failure.SenderRefused,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Set a domain up",
        description:
          "Gives the domain a token and a key, and the records to publish. Another domain than before starts from the beginning; until it is verified, mails come from the server's address.",
      }),
    ),
    HttpApiEndpoint.post("check", "/check", { success: SenderView, error: Failure.NotFound }).annotateMerge(
      OpenApi.annotations({
        summary: "Check the records",
        description: "Asks the DNS now, and answers with what it says.",
      }),
    ),
    HttpApiEndpoint.post("rotate", "/rotate", { success: SenderView, error: Failure.NotFound }).annotateMerge(
      OpenApi.annotations({
        summary: "Change the key",
        description: "Makes the next DKIM key. It signs as soon as its record is found; until then the old one does.",
      }),
    ),
    HttpApiEndpoint.delete("remove", "/", { success: HttpApiSchema.NoContent }).annotateMerge(
      OpenApi.annotations({
        summary: "Give the domain up",
        description: "Mails come from the server's address again. The keys are forgotten.",
      }),
    ),
  )
  .middleware(AdminAccess)
  .middleware(MemberAccess)
  .prefix("/sender")
  .annotateMerge(
    OpenApi.annotations({ title: "Sender", description: "The address and the domain that mails come from." }),
  ) {}
