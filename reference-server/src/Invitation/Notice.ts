/**
 * A *notice*: an e-mail to a member about a request of theirs: it was submitted (T12, K3), an item is complete (K31),
 * files came in (F2), a scheduled send could not be (K19), reminders are unwanted (M13), an address does not work (M16), a number that
 * codes should go to is missing (S35), a file was infected (S55), something was said, or somebody else should answer. It never
 * holds an answer, nor what was said.
 */
import { ClientRequest } from "@requite/core"
import type { Current } from "../ClientRequests.ts"
import * as Conversation from "../Conversations/Comment.ts"
import { formatDateTime, isKey, type Translator, translator } from "../Messages.ts"
import * as PhoneNumber from "../SmsSender/PhoneNumber.ts"
import type { Workspace } from "../Workspaces.ts"
import { type Composed, inSentences } from "./Letter.ts"
import * as Standing from "./Standing.ts"

export type Noticed = Exclude<ClientRequest.Delivery, ClientRequest.ToCustomer>

export interface Notice {
  readonly workspace: Workspace
  readonly current: Current
  readonly delivery: Noticed
  /** Where the member sees the request. */
  readonly link: string
  readonly now: number
}

interface Said {
  readonly subject: string
  readonly preheader: string
  readonly sentences: ReadonlyArray<string>
  readonly rows: ReadonlyArray<{ readonly label: string; readonly value: string }>
}

export const compose = (notice: Notice): Composed => {
  const { workspace, link } = notice
  const words = translator("mail", [workspace.language])
  const { t, language } = words
  const { subject, preheader, sentences, rows } = say(notice, words)
  return inSentences({
    workspace,
    language,
    subject,
    preheader,
    says: sentences,
    details: rows,
    link,
    button: t(notice.delivery.kind === "submitted-notice" ? "submitted.button" : "notice.button"),
    hint: t("submitted.hint"),
    footer: t(notice.delivery.kind === "item-notice" ? "notice.footerWork" : "submitted.footer"),
  })
}

const say = (notice: Notice, { t, locale }: Translator<"mail">): Said => {
  const { workspace, current, delivery, now } = notice
  const { request } = current
  const { title } = request.details
  const at = (instant: number) => formatDateTime(instant, locale, workspace.timeZone)
  const from = (recipient: ClientRequest.Recipient) => ({
    label: t("submitted.from"),
    value: [recipient.name, recipient.email].filter((part) => part !== "").join(", "),
  })
  switch (delivery.kind) {
    case "submitted-notice": {
      const { submission } = request
      const recipient = ClientRequest.primary(request.details)
      const values = { title, name: nameOf(recipient) }
      return {
        subject: t("submitted.subject", values),
        preheader: t("submitted.preheader"),
        sentences: [t("submitted.lead", values)],
        rows: [
          from(recipient),
          ...(submission === null ? [] : [{ label: t("submitted.when"), value: at(submission.at) }]),
        ],
      }
    }
    case "item-notice": {
      const recipient = ClientRequest.primary(request.details)
      const item = Standing.titleOf(current, delivery.item, [workspace.language])
      const { done, total } = Standing.of(current, [workspace.language], now)
      const { status, reason } = request.items[delivery.item] ?? { status: "NotStarted", reason: null }
      const values = { title, item, name: nameOf(recipient) }
      const declined = status === "NotApplicable"
      return {
        subject: t(declined ? "itemNotice.subjectDeclined" : "itemNotice.subject", values),
        preheader: t("itemNotice.done", { done, total }),
        sentences: [t(declined ? "itemNotice.leadDeclined" : "itemNotice.lead", values)],
        rows: [
          from(recipient),
          ...(declined && reason !== null ? [{ label: t("returned.reason"), value: reason }] : []),
          { label: t("reminder.done"), value: t("reminder.doneOf", { done, total }) },
        ],
      }
    }
    case "upload-notice": {
      const { at: from, last } = delivery
      const count = request.files.filter((file) => file.at >= from && file.at <= last).length
      const recipient = ClientRequest.primary(request.details)
      return {
        subject: t("uploadNotice.subject", { title, count }),
        preheader: t("uploadNotice.preheader"),
        sentences: [t("uploadNotice.lead", { title, count, name: nameOf(recipient) })],
        rows: [{ label: t("uploadNotice.when"), value: at(from) }],
      }
    }
    case "schedule-notice":
      return {
        subject: t("scheduleNotice.subject", { title }),
        preheader: t("scheduleNotice.preheader"),
        sentences: [
          t("scheduleNotice.lead", { title }),
          ...delivery.reasons.map((reason) => sentenceOf(reason, request, workspace)),
        ],
        rows: [{ label: t("scheduleNotice.when"), value: at(delivery.at) }],
      }
    case "reminders-notice": {
      const recipient = ClientRequest.recipientOf(request, delivery.recipient)
      const name = recipient === undefined ? "" : nameOf(recipient)
      return {
        subject: t("remindersNotice.subject", { title, name }),
        preheader: t("remindersNotice.preheader"),
        sentences: [t("remindersNotice.lead", { title, name }), t("remindersNotice.ask")],
        rows: [{ label: t("remindersNotice.when"), value: at(delivery.at) }],
      }
    }
    case "bounce-notice": {
      const recipient = ClientRequest.recipientOf(request, delivery.recipient)
      const name = recipient === undefined ? "" : nameOf(recipient)
      return {
        subject: t("bounceNotice.subject", { title, name }),
        preheader: t("bounceNotice.preheader"),
        sentences: [t("bounceNotice.lead", { title, name }), t("bounceNotice.ask")],
        rows: recipient === undefined ? [] : [{ label: t("bounceNotice.address"), value: recipient.email }],
      }
    }
    case "comments-notice": {
      const name = nameOf(ClientRequest.primary(request.details))
      return {
        subject: t("commentsNotice.subject", { title, name, number: Conversation.countOf(request) }),
        preheader: t("commentsNotice.preheader"),
        sentences: [t("commentsNotice.lead", { title, name })],
        rows: [{ label: t("commentsNotice.when"), value: at(request.comments?.at ?? delivery.at) }],
      }
    }
    case "proposal-notice": {
      const { proposal } = request
      const asking = proposal === undefined || proposal === null ? undefined : recipientOf(request, proposal.recipient)
      const name = asking === undefined ? nameOf(ClientRequest.primary(request.details)) : nameOf(asking)
      return {
        subject: t("proposalNotice.subject", { title, name }),
        preheader: t("proposalNotice.preheader"),
        sentences: [t("proposalNotice.lead", { title, name }), t("proposalNotice.ask")],
        rows:
          proposal === undefined || proposal === null
            ? []
            : [{ label: t("proposalNotice.who"), value: `${proposal.to.name}, ${proposal.to.email}` }],
      }
    }
    case "delegated-notice": {
      const to = recipientOf(request, delivery.recipient)
      const from = request.delegated?.findLast((one) => one.to === delivery.recipient)?.from
      const name = from === undefined ? "" : nameOf(from)
      return {
        subject: t("delegatedNotice.subject", { title, name }),
        preheader: t("delegatedNotice.preheader"),
        sentences: [t("delegatedNotice.lead", { title, name, to: to === undefined ? "" : nameOf(to) })],
        rows: to === undefined ? [] : [{ label: t("proposalNotice.who"), value: `${to.name}, ${to.email}` }],
      }
    }
    case "disowned-notice": {
      const recipient = recipientOf(request, delivery.recipient)
      const name = recipient === undefined ? "" : nameOf(recipient)
      return {
        subject: t("disownedNotice.subject", { title, name }),
        preheader: t("disownedNotice.preheader"),
        sentences: [t("disownedNotice.lead", { title, name }), t("disownedNotice.ask")],
        rows: recipient === undefined ? [] : [{ label: t("bounceNotice.address"), value: recipient.email }],
      }
    }
    case "number-notice": {
      const recipient = ClientRequest.recipientOf(request, delivery.recipient)
      const name = recipient === undefined ? "" : nameOf(recipient)
      const mobile = recipient?.mobile ?? ""
      return {
        subject: t("numberNotice.subject", { title, name }),
        preheader: t("numberNotice.preheader"),
        sentences: [t("numberNotice.lead", { title, name }), t("numberNotice.ask")],
        rows: mobile === "" ? [] : [{ label: t("numberNotice.number"), value: PhoneNumber.mask(mobile) }],
      }
    }
    case "file-notice": {
      const file = request.quarantined.find(({ id }) => id === delivery.file)
      const isOpen = ClientRequest.isOpenAt(request, now)
      return {
        subject: t("fileNotice.subject", { title }),
        preheader: t(isOpen ? "fileNotice.preheader" : "fileNotice.preheaderClosed"),
        sentences: [t("fileNotice.lead", { title }), t(isOpen ? "fileNotice.asked" : "fileNotice.closed")],
        rows:
          file === undefined
            ? []
            : [
                { label: t("fileNotice.file"), value: file.name },
                { label: t("fileNotice.found"), value: file.signature },
              ],
      }
    }
  }
}

const { recipientOf } = ClientRequest

/** In the member's language where the catalogue has a sentence that needs nothing but the state. */
const sentenceOf = (
  { code, message }: ClientRequest.Reason,
  { state, policy }: ClientRequest.State,
  { language }: Workspace,
): string => {
  const key = `refusal.${code}`
  if (!isKey("firm", key)) return message
  try {
    return translator("firm", [language]).t(key, { state, roles: (policy.roles ?? []).join(", ") })
  } catch {
    // it wants to be told more than is known here
    return message
  }
}

const nameOf = ({ name, email }: ClientRequest.Recipient): string => (name === "" ? email : name)
