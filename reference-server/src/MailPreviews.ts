/**
 * Previews: a mail to a customer as it would be now, with a link that opens nothing (M34); of a template with made-up people,
 * or of a request with its own. A template that is still being written can stand in for the firm's.
 */
import { ClientRequest, Instant } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Conversation from "./Conversations/Comment.ts"
import * as codes from "./AccessCodes/words.ts"
import { ClientRequests, type Current, type RequestNotFound } from "./ClientRequests.ts"
import { Config } from "./Config.ts"
import * as Invitation from "./Invitation.ts"
import type * as Letter from "./Invitation/Letter.ts"
import * as NewLink from "./Invitation/NewLink.ts"
import * as Reminder from "./Invitation/Reminder.ts"
import * as sample from "./MailPreviews/sample.ts"
import { type Kind, MailTemplates, TemplateRefused, type Wording } from "./MailTemplates.ts"
import { check, type Own } from "./MailTemplates/wording.ts"
import type { Member } from "./Members.ts"
import { Workspaces } from "./Workspaces.ts"

export interface Draft {
  readonly kind: Kind
  /** BCP 47: the reader's. */
  readonly language: string
  /** Null: the words that would be used now. */
  readonly wording: Wording | null
}

/** The words that a draft stands for. */
const ownOf = Effect.fnUntraced(function* (workspaceId: string, { kind, language, wording }: Draft) {
  if (wording === null) return yield* (yield* MailTemplates).find(workspaceId, kind, language)
  const findings = check(kind, wording)
  if (findings.length > 0) return yield* new TemplateRefused({ findings })
  const own: Own = { language, wording }
  return own
})

/** With made-up people. Fails only on a draft that could not be saved either. */
export const ofTemplate = Effect.fnUntraced(function* (
  member: Member,
  draft: Draft,
): Effect.fn.Return<Letter.Composed, TemplateRefused, Config | MailTemplates | Workspaces> {
  const { publicUrl } = yield* Config
  const workspace = yield* (yield* Workspaces).get(member.workspaceId)
  const own = yield* ownOf(member.workspaceId, draft)
  const { kind, language } = draft
  if (kind === "code") return codes.mail({ code: sample.code, workspace, language, own })
  const now = yield* Clock.currentTimeMillis
  return sample.letter(kind, { workspace, member, own, language, link: Invitation.deadLink(publicUrl), now })
})

/** Of a request as it is now, sent or not, for one of its recipients (the first, unless one is named). */
export const ofRequest = Effect.fnUntraced(function* (
  member: Member,
  requestId: string,
  { kind, wording, recipient: recipientId }: Omit<Draft, "language"> & { readonly recipient?: string },
): Effect.fn.Return<
  Letter.Composed,
  RequestNotFound | Invitation.MessageRefused | TemplateRefused,
  ClientRequests | Config | MailTemplates | Workspaces
> {
  const { publicUrl } = yield* Config
  const now = yield* Clock.currentTimeMillis
  const { workspaceId } = member
  const workspace = yield* (yield* Workspaces).get(workspaceId)
  const current = yield* (yield* ClientRequests).read(workspaceId, requestId)
  const { request } = current
  const recipient = recipientOf(request, recipientId)
  const own = yield* ownOf(workspaceId, { kind, language: recipient.language, wording })
  const letter: Letter.Letter = {
    workspace,
    member,
    details: request.details,
    recipient,
    link: Invitation.deadLink(publicUrl),
    worksUntil: endOf(request, now),
    isShared: request.policy.audience === "anyone-with-link",
    own,
  }
  switch (kind) {
    case "invitation":
      return yield* Invitation.preview({ ...letter, publicUrl, sendNo: request.sendNo + 1 })
    case "reminder":
      return Reminder.compose(letter, current, request.reminders.count + 1, now)
    case "access-link":
      return NewLink.asked(letter, 1)
    case "delegated":
      return NewLink.delegated(letter, request, recipient.id)
    case "comments":
      return NewLink.said(letter, Conversation.countOf(request) + 1)
    case "returned":
      return NewLink.returned(letter, current, returnedOf(current, recipient, now))
    case "code":
      return codes.mail({ code: sample.code, workspace, language: recipient.language, own })
  }
})

const recipientOf = (request: ClientRequest.State, id: string | undefined): ClientRequest.Recipient =>
  (id === undefined ? undefined : ClientRequest.recipientOf(request, id)) ?? ClientRequest.primary(request.details)

/** When the link would stop working: as it is, or counted from now where nothing was sent. */
const endOf = ({ expiresAt, policy }: ClientRequest.State, now: number): number | null =>
  expiresAt ?? (policy.windowDays === null ? null : Instant.plusDays(now, policy.windowDays))

const returnedOf = ({ request }: Current, { id }: ClientRequest.Recipient, at: number) => ({
  kind: "returned" as const,
  recipient: id,
  item: request.details.questionnaire.sections[0] ?? null,
  reason: "",
  at,
})
