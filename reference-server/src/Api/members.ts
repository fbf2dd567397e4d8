/** Handlers of the group `members`. */
import { Access, Api, Failure, type Members as Contract } from "@requite/api"
import * as Effect from "effect/Effect"
import { isAddress } from "../Mailer/MailAddress.ts"
import { type Listed, Members } from "../Members.ts"
import { type Invitation, Invitations } from "../Members/Invitations.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import * as failures from "./failures.ts"

const sentences = {
  "last-admin": "This is the last administrator: make somebody else one first.",
  "not-admin": "You are not an administrator any more.",
  deactivated: "The member is deactivated: activate them first.",
  "already-member": "This address is a member already.",
  left: "This address is that of a deactivated member: activate them again.",
  "already-invited": "This address is invited already: send the invitation again.",
  "no-address": "This is not an address that mail can be sent to.",
} satisfies Record<Failure.MemberRefused["code"], string>

const refused = (code: Failure.MemberRefused["code"]) => new Failure.MemberRefused({ code, message: sentences[code] })

const noMember = {
  MemberNotFound: () => Effect.fail(failures.notFound("member")),
  MemberRefused: ({ code }: { readonly code: Failure.MemberRefused["code"] }) => Effect.fail(refused(code)),
}

const noInvitation = {
  InvitationNotFound: () => Effect.fail(failures.notFound("invitation")),
  TooManyAttempts: ({ retryAfterSeconds }: { readonly retryAfterSeconds: number }) =>
    Effect.fail(new Failure.TooOften({ retryAfterSeconds })),
}

export const layer = HttpApiBuilder.group(
  Api,
  "members",
  Effect.fn(function* (handlers) {
    const members = yield* Members
    const invitations = yield* Invitations
    const events = yield* WorkspaceEvents

    /** A member as they are now. */
    const one = Effect.fnUntraced(function* (workspaceId: string, id: string) {
      const found = (yield* members.list(workspaceId)).find((member) => member.id === id)
      return found === undefined ? yield* failures.notFound("member") : view(found)
    })

    return handlers.handleAll({
      list: Effect.fn(function* () {
        const { workspaceId } = yield* Access.CurrentMember
        return { members: (yield* members.list(workspaceId)).map(view) }
      }),
      invitations: Effect.fn(function* () {
        const { workspaceId } = yield* Access.CurrentMember
        return { invitations: (yield* invitations.waiting(workspaceId)).map(invitationView) }
      }),
      invite: Effect.fn(
        function* ({ payload }) {
          const by = yield* Access.CurrentMember
          // stricter than the schema, which says what an address looks like: mail must be able to go there
          if (!isAddress(payload.email)) return yield* refused("no-address")
          return invitationView(yield* invitations.invite(by, payload))
        },
        Effect.catchTags({
          TooManyAttempts: noInvitation.TooManyAttempts,
          InvitationRefused: ({ code }) => Effect.fail(refused(code)),
        }),
      ),
      resend: Effect.fn(function* ({ params }) {
        return invitationView(yield* invitations.resend(yield* Access.CurrentMember, params.id))
      }, Effect.catchTags(noInvitation)),
      withdraw: Effect.fn(
        function* ({ params }) {
          yield* invitations.revoke(yield* Access.CurrentMember, params.id)
        },
        Effect.catchTags({ InvitationNotFound: noInvitation.InvitationNotFound }),
      ),
      events: Effect.fn(function* ({ query: { limit = 100, before } }) {
        const { workspaceId } = yield* Access.CurrentMember
        const found = yield* events.list(workspaceId, before === undefined ? { limit } : { limit, before })
        return { events: found.map(({ at, ...event }) => ({ ...event, at: new Date(at).toISOString() })) }
      }),
      changeRole: Effect.fn(function* ({ params, payload }) {
        const by = yield* Access.CurrentMember
        yield* members.changeRole(by, params.id, payload.role)
        return yield* one(by.workspaceId, params.id)
      }, Effect.catchTags(noMember)),
      deactivate: Effect.fn(function* ({ params }) {
        const by = yield* Access.CurrentMember
        yield* members.deactivate(by, params.id)
        return yield* one(by.workspaceId, params.id)
      }, Effect.catchTags(noMember)),
      reactivate: Effect.fn(function* ({ params }) {
        const by = yield* Access.CurrentMember
        yield* members.reactivate(by, params.id)
        return yield* one(by.workspaceId, params.id)
      }, Effect.catchTags(noMember)),
    })
  }),
)

const iso = (at: number): string => new Date(at).toISOString()

const view = ({ id, name, email, role, createdAt, deactivatedAt }: Listed): Contract.MemberView => ({
  id,
  name,
  email,
  role,
  createdAt: iso(createdAt),
  deactivatedAt: deactivatedAt === null ? null : iso(deactivatedAt),
})

const invitationView = ({ createdAt, expiresAt, ...invitation }: Invitation): Contract.InvitationView => ({
  ...invitation,
  createdAt: iso(createdAt),
  expiresAt: iso(expiresAt),
})
