/**
 * A mail of the outbox, made at hand-over from the request as it is then: its words, in whose name, to whom, after which
 * mail of its thread. A customer's mail gets a link of its own here, kept as a digest before it leaves (S5).
 */
import { ClientRequest, LocalText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { ClientRequests } from "../ClientRequests.ts"
import * as Conversation from "../Conversations/Comment.ts"
import { Config } from "../Config.ts"
import { Links } from "../CustomerAccess/Links.ts"
import * as Invitation from "../Invitation.ts"
import type * as Letter from "../Invitation/Letter.ts"
import * as NewLink from "../Invitation/NewLink.ts"
import * as Notice from "../Invitation/Notice.ts"
import * as Reminder from "../Invitation/Reminder.ts"
import type { OutgoingMail } from "../Mailer.ts"
import { type Kind, MailTemplates } from "../MailTemplates.ts"
import { Member, Members } from "../Members.ts"
import { Senders } from "../Senders.ts"
import { UnsubscribeLinks } from "../UnsubscribeLinks.ts"
import { Workspace } from "../Workspaces.ts"

export const Row = Schema.Struct({
  id: Schema.String,
  workspaceId: Schema.String,
  memberId: Schema.NullOr(Schema.String),
  delivery: ClientRequest.Delivery,
  messageId: Schema.String,
  status: Schema.String,
  state: ClientRequest.State,
  workspace: Workspace,
  /** Whom `memberId` names, while they are in service. */
  member: Schema.NullOr(Member),
  /** Message-IDs of the request's invitations that were handed over, by key. */
  threads: Schema.Record(Schema.String, Schema.String),
  /** The firm has words, or an address, of its own. */
  hasTemplates: Schema.Boolean,
  hasSender: Schema.Boolean,
})
export type Row = typeof Row.Type

/** The columns of a `Row`, of a mail `m` and its request `r`: one question, because every mail asks it. */
export const columns = `m.id, m.workspace_id, m.member_id, m.delivery, m.message_id, m.status, r.state,
  (SELECT jsonb_build_object('id', w.id, 'name', w.name, 'accent', w.accent, 'language', w.language,
    'timeZone', w.time_zone, 'logo', w.logo, 'look', w.look) FROM workspaces w WHERE w.id = m.workspace_id) AS workspace,
  (SELECT jsonb_build_object('id', p.id, 'workspaceId', p.workspace_id, 'name', p.name, 'email', p.email, 'role', p.role)
    FROM members p WHERE p.workspace_id = m.workspace_id AND p.id = m.member_id AND p.deactivated_at IS NULL) AS member,
  coalesce((SELECT jsonb_object_agg(i.key, i.message_id) FROM mails i
    WHERE i.request_id = m.request_id AND i.workspace_id = m.workspace_id AND i.kind = 'invitation'
      AND i.handed_over_at IS NOT NULL), '{}') AS threads,
  EXISTS (SELECT 1 FROM mail_templates t WHERE t.workspace_id = m.workspace_id) AS has_templates,
  EXISTS (SELECT 1 FROM senders a WHERE a.workspace_id = m.workspace_id) AS has_sender`

type ToCustomer = ClientRequest.ToCustomer

export const make = Effect.gen(function* () {
  const { publicUrl } = yield* Config
  const members = yield* Members
  const requests = yield* ClientRequests
  const links = yield* Links
  const unsubscribeLinks = yield* UnsubscribeLinks
  const senders = yield* Senders
  const templates = yield* MailTemplates

  /** In whose name, or to whom: as the row says, else whoever sent it or made it; who has left, an administrator is there for. */
  const memberOf = Effect.fnUntraced(function* ({ workspaceId, memberId, member, state }: Row) {
    if (member !== null) return member
    const ids = [memberId, idOf(state.sentBy), idOf(state.createdBy)].filter((id) => id !== null)
    for (const id of ids) {
      const found = yield* members.inService(workspaceId, id)
      if (found !== null) return found
    }
    return yield* Effect.die(new Error("the member who sent this is gone"))
  })

  /** The Message-ID of the invitation that a reminder follows (M11). */
  const threadOf = ({ state, delivery, threads }: Row) => {
    if (delivery.kind !== "reminder") return null
    const { recipient } = delivery
    // a later send may have gone to others only
    const sendNo = state.families[recipient]?.sendNo ?? delivery.sendNo
    return threads[ClientRequest.deliveryKey(state.id, { kind: "invitation", recipient, sendNo })] ?? null
  }

  const letterFor = Effect.fnUntraced(function* (row: Row, delivery: ToCustomer, member: Member) {
    const { state, workspaceId, id: mailId } = row
    const purpose = { recipient: delivery.recipient, mailId, rebinds: ClientRequest.rebinds(delivery) }
    const { url, link } = yield* links.issue(workspaceId, state, purpose)
    const ends = [link.expiresAt, state.expiresAt].filter((end) => end !== null)
    const recipient = ClientRequest.recipientOf(state, delivery.recipient)
    const letter: Letter.Letter = {
      workspace: row.workspace,
      member,
      details: state.details,
      ...(recipient === undefined ? {} : { recipient }),
      link: url,
      worksUntil: ends.length === 0 ? null : Math.min(...ends),
      isShared: state.policy.audience === "anyone-with-link",
      own: row.hasTemplates
        ? yield* templates.find(workspaceId, kindOf(delivery), languageOf(state, delivery.recipient))
        : undefined,
    }
    return { letter, recipient }
  })

  /** What a mail program ends reminders by (RFC 8058); what was asked for, or sent by hand, has no such thing (M13). */
  const listHeaders = Effect.fnUntraced(function* ({ workspaceId, state }: Row, delivery: ToCustomer) {
    if (delivery.kind !== "reminder") return {}
    const url = yield* unsubscribeLinks.addressOf(workspaceId, state.id, delivery.recipient)
    return {
      headers: {
        "List-Unsubscribe": `<${Redacted.value(url)}>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      },
    }
  })

  const compose = Effect.fnUntraced(function* (row: Row, delivery: ToCustomer, letter: Letter.Letter) {
    if (delivery.kind === "invitation") {
      return yield* Effect.fromResult(Invitation.compose({ ...letter, sendNo: delivery.sendNo }))
    }
    if (delivery.kind === "access-link") return NewLink.asked(letter, delivery.accessNo)
    if (delivery.kind === "comments") return NewLink.said(letter, Conversation.countOf(row.state))
    if (delivery.kind === "delegated") return NewLink.delegated(letter, row.state, delivery.recipient)
    const current = yield* requests.currentOf(row.workspace, row.state)
    return delivery.kind === "reminder"
      ? Reminder.compose(letter, current, delivery.count, yield* Clock.currentTimeMillis)
      : NewLink.returned(letter, current, delivery)
  })

  /** Fails with `MessageRefused` where the firm's own message cannot be printed. */
  return Effect.fnUntraced(function* (row: Row) {
    const { delivery, messageId, state, workspace } = row
    const member = yield* memberOf(row)
    if (!isToCustomer(delivery)) {
      const mail: OutgoingMail = {
        messageId,
        ...senders.own("requite"),
        to: { name: LocalText.oneLine(member.name), address: member.email },
        ...Notice.compose({
          workspace,
          delivery,
          current: yield* requests.currentOf(workspace, state),
          link: `${publicUrl}/requests/${state.id}`,
          now: yield* Clock.currentTimeMillis,
        }),
      }
      return mail
    }
    const { letter, recipient } = yield* letterFor(row, delivery, member)
    const thread = threadOf(row)
    // the firm's domain, the person's name, and answers to the person (K23, M2)
    const sender =
      state.policy.from === "configured"
        ? { name: workspace.name }
        : { name: `${member.name} (${workspace.name})`, email: member.email }
    const mail: OutgoingMail = {
      messageId,
      ...(row.hasSender ? yield* senders.from(row.workspaceId, sender) : senders.own(sender.name)),
      // what is kept may be older than the rule that a name is one line: no header takes another
      to: { name: LocalText.oneLine(recipient?.name ?? ""), address: recipient?.email.trim() ?? "" },
      replyTo: { name: LocalText.oneLine(member.name), address: member.email },
      ...(thread === null ? {} : { inReplyTo: thread, references: [thread] }),
      ...(yield* listHeaders(row, delivery)),
      ...(yield* compose(row, delivery, letter)),
    }
    return mail
  })
})

const kindOf = ({ kind }: ToCustomer): Kind => kind

const languageOf = (state: ClientRequest.State, recipient: string): string =>
  (ClientRequest.recipientOf(state, recipient) ?? ClientRequest.primary(state.details)).language

const isToCustomer = (delivery: ClientRequest.Delivery): delivery is ToCustomer => ClientRequest.carriesLink(delivery)

const idOf = (actor: ClientRequest.Actor | null): string | null => (actor?.kind === "member" ? actor.id : null)
