/**
 * The group `members`: who belongs to the workspace. Everybody sees who is there; administrators invite, change roles and
 * let people go. What happened there is a list of its own, since no request has it in its audit.
 */
import * as Schema from "effect/Schema"
import { AdminAccess, MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

const Role = Schema.Literals(["admin", "member"]).annotate({
  description: "`admin` configures the workspace, `member` works in it.",
})

const fields = {
  name: Wire.filledLine(200).annotate({ examples: ["Maja Berg"] }),
  email: Wire.line(254)
    .check(Schema.isPattern(/^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/u, { message: "Expected one e-mail address" }))
    .annotate({ description: "One e-mail address.", examples: ["maja@example.com"] }),
}

export const MemberView = Schema.Struct({
  id: Wire.Id,
  name: Schema.String,
  email: Schema.String,
  role: Role,
  createdAt: Wire.Timestamp,
  deactivatedAt: Schema.NullOr(Wire.Timestamp),
}).annotate({ identifier: "Member", description: "A person of the firm. One who is deactivated cannot sign in." })
export type MemberView = typeof MemberView.Type

export const NewInvitation = Schema.Struct({ ...fields, role: Role }).annotate({
  identifier: "NewInvitation",
  examples: [{ name: "Maja Berg", email: "maja@example.com", role: "member" }],
})
export type NewInvitation = typeof NewInvitation.Type

export const InvitationView = Schema.Struct({
  id: Wire.Id,
  name: Schema.String,
  email: Schema.String,
  role: Role,
  createdAt: Wire.Timestamp,
  expiresAt: Wire.Timestamp,
  mail: Schema.String.annotate({ description: "What became of its latest e-mail.", examples: ["handed-over"] }),
}).annotate({ identifier: "Invitation", description: "Somebody who was invited, and has not come yet." })
export type InvitationView = typeof InvitationView.Type

/** One thing that happened in the workspace. */
export const EventView = Schema.Struct({
  id: Wire.Id,
  position: Schema.Int.annotate({ description: "Later ones are greater. To page on, give the last one as `before`." }),
  at: Wire.Timestamp,
  type: Schema.String.annotate({ examples: ["MemberInvited"] }),
  by: Schema.NullOr(Schema.String).annotate({
    description: "The member who did it; null: the operator of the server, or somebody with a link.",
  }),
  byName: Schema.NullOr(Schema.String),
  about: Schema.NullOr(Schema.String).annotate({ description: "The id of what or whom it is about." }),
  aboutName: Schema.NullOr(Schema.String).annotate({
    description: "What the contact that it is about is called now; null: it is about none, or they were erased.",
  }),
  data: Schema.Record(Schema.String, Schema.String),
  ip: Schema.NullOr(Schema.String),
}).annotate({ identifier: "WorkspaceEvent", description: "One thing that happened in the workspace, as it was then." })
export type EventView = typeof EventView.Type

const params = { id: Wire.Id }
const changed = { params, success: MemberView, error: [Failure.NotFound, Failure.MemberRefused] as const }

export class Members extends HttpApiGroup.make("members")
  .add(
    HttpApiEndpoint.get("list", "/", { success: Schema.Struct({ members: Schema.Array(MemberView) }) }).annotateMerge(
      OpenApi.annotations({
        summary: "List members",
        description: "Everybody of the firm, those too who were deactivated; longest there first.",
      }),
    ),
    HttpApiEndpoint.get("invitations", "/invitations", {
      success: Schema.Struct({ invitations: Schema.Array(InvitationView) }),
    })
      .annotateMerge(
        OpenApi.annotations({
          summary: "List invitations",
          description: "Those that were neither used nor withdrawn, newest first. For administrators.",
        }),
      )
      .middleware(AdminAccess),
    HttpApiEndpoint.post("invite", "/invitations", {
      payload: NewInvitation,
      success: InvitationView.pipe(HttpApiSchema.status(201)),
      error: [Failure.MemberRefused, Failure.TooOften],
    })
      .annotateMerge(
        OpenApi.annotations({
          summary: "Invite somebody",
          description:
            "They get an e-mail with a link that works once, for seven days, and sets their password. For administrators.",
        }),
      )
      .middleware(AdminAccess),
    HttpApiEndpoint.post("resend", "/invitations/:id/resend", {
      params,
      success: InvitationView,
      error: [Failure.NotFound, Failure.TooOften],
    })
      .annotateMerge(
        OpenApi.annotations({
          summary: "Send an invitation again",
          description: "With another link, for seven days from now; the links before it end. For administrators.",
        }),
      )
      .middleware(AdminAccess),
    HttpApiEndpoint.delete("withdraw", "/invitations/:id", {
      params,
      success: HttpApiSchema.NoContent,
      error: Failure.NotFound,
    })
      .annotateMerge(
        OpenApi.annotations({
          summary: "Withdraw an invitation",
          description: "Its links stop working at once. For administrators.",
        }),
      )
      .middleware(AdminAccess),
    HttpApiEndpoint.get("events", "/events", {
      query: {
        limit: Schema.optionalKey(
          Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 500 })).annotate({
            description: "How many; 100 without it.",
          }),
        ),
        before: Schema.optionalKey(
          Schema.FiniteFromString.check(
            Schema.isInt(),
            Schema.isBetween({ minimum: 0, maximum: 2_147_483_647 }),
          ).annotate({
            description: "Only those before this position.",
          }),
        ),
      },
      success: Schema.Struct({ events: Schema.Array(EventView) }),
    })
      .annotateMerge(
        OpenApi.annotations({
          summary: "What happened in the workspace",
          description: "Members, roles, passwords and keys, newest first. For administrators.",
        }),
      )
      .middleware(AdminAccess),
    HttpApiEndpoint.patch("changeRole", "/:id", { ...changed, payload: Schema.Struct({ role: Role }) })
      .annotateMerge(
        OpenApi.annotations({
          summary: "Change a role",
          description: "The last administrator stays one. For administrators.",
        }),
      )
      .middleware(AdminAccess),
    HttpApiEndpoint.post("deactivate", "/:id/deactivate", changed)
      .annotateMerge(
        OpenApi.annotations({
          summary: "Deactivate a member",
          description:
            "Their sessions and keys end at once; what they made stays, and an administrator gets their notices. For administrators.",
        }),
      )
      .middleware(AdminAccess),
    HttpApiEndpoint.post("reactivate", "/:id/reactivate", changed)
      .annotateMerge(
        OpenApi.annotations({
          summary: "Activate a member again",
          description: "They can sign in again; keys that ended stay so. For administrators.",
        }),
      )
      .middleware(AdminAccess),
  )
  .middleware(MemberAccess)
  .prefix("/members")
  .annotateMerge(OpenApi.annotations({ title: "Members", description: "Who belongs to the workspace." })) {}
