/** The group `suppressions`: addresses that get no mail of the firm (M16). For members. */
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

const address = Wire.line(254)
  .check(Schema.isPattern(/^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/u, { message: "Expected one e-mail address" }))
  .annotate({ description: "One e-mail address, in whatever case.", examples: ["astrid@example.com"] })

const reason = Wire.lines(500).check(Schema.isPattern(/\S/u, { message: "Expected some text" }))

/** An address that gets no mail, and why. */
export const SuppressionView = Schema.Struct({
  address: Schema.String,
  cause: Schema.Literals(["hard-bounce", "complaint", "soft-bounces", "by-hand"]),
  detail: Schema.String,
  since: Wire.Timestamp,
  lifts: Schema.Int.annotate({
    description: "How often it was lifted before; from the first on only an administrator lifts it.",
  }),
}).annotate({
  identifier: "Suppression",
  description:
    "An address that gets no mail of the firm: mail came back from it (hard-bounce, soft-bounces), its reader called it unwanted (complaint), or a member said so (by-hand).",
})
export type SuppressionView = typeof SuppressionView.Type

/** An address, and why. */
export const Given = Schema.Struct({
  address,
  reason: reason.annotate({ description: "Why, for the record.", examples: ["They told us by phone."] }),
}).annotate({ identifier: "SuppressionGiven" })

const List = Schema.Struct({ suppressions: Schema.Array(SuppressionView) })

export class Suppressions extends HttpApiGroup.make("suppressions")
  .add(
    HttpApiEndpoint.get("list", "/", { success: List }).annotateMerge(
      OpenApi.annotations({
        summary: "List addresses without mail",
        description: "The addresses that get no mail of the firm, the newest first, at most 500.",
      }),
    ),
    HttpApiEndpoint.post("add", "/", { payload: Given, success: List }).annotateMerge(
      OpenApi.annotations({
        summary: "Send nothing to an address",
        description: "Invitations and reminders to it stop, in all requests. Once more changes nothing.",
      }),
    ),
    HttpApiEndpoint.post("lift", "/lift", {
      payload: Given,
      success: List,
      error: [Failure.NotFound, Failure.LiftRefused],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Let mail go to an address again",
        description:
          "With the reason, which the record of each request keeps. A member does it once; when mail comes back again, an administrator does.",
      }),
    ),
  )
  .middleware(MemberAccess)
  .prefix("/suppressions")
  .annotateMerge(
    OpenApi.annotations({ title: "Suppressions", description: "Addresses that get no mail of the firm." }),
  ) {}
