/**
 * File requests: a request under the rules "File request" whose files go into one folder (F3). The message says why on the
 * page and in the e-mail (F5); it goes to a contact or to any address (F7), or there is only its link, to be copied (F6).
 * Whoever has the link sees nothing of the folder (F4, S67), and it stays open until it is revoked (F9).
 */
import { type ClientRequest, LocalText, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../ClientRequests.ts"
import { Documents } from "../Documents.ts"
import * as DocumentList from "../FirmPages/DocumentList.ts"
import * as Invitation from "../Invitation.ts"
import { MailTemplates } from "../MailTemplates.ts"
import type { Member } from "../Members.ts"
import { translator } from "../Messages.ts"
import * as Recipients from "../Recipients.ts"
import { Workspaces } from "../Workspaces.ts"

export interface NewFileRequest {
  readonly folder: string
  /** What is asked for; empty: "Documents". */
  readonly title: string
  /** Why, in the firm's words. */
  readonly message: string
  /** To whom an e-mail goes; null: to nobody, there is only the link. `language`: BCP 47; left out: the firm's. */
  readonly recipient: {
    readonly name: string
    readonly email: string
    readonly language?: string
    readonly contact: string | null
  } | null
}

export const limits = { title: 200, message: 4000 } as const

const nobody: NonNullable<NewFileRequest["recipient"]> = { name: "", email: "", contact: null }

/** The firm's own mail with the message in it, where that can be: behind the greeting. */
const withMessage = (body: string, message: string): string => {
  const [greeting = "", ...rest] = body.split("\n\n")
  const whole = message === "" || rest.length === 0 ? body : [greeting, message, ...rest].join("\n\n")
  return Invitation.check(whole).length === 0 ? whole : body
}

/** Makes the request and opens it, under this id; the same id again makes nothing more. */
export const make = Effect.fn("FileRequests.make")(function* (member: Member, input: NewFileRequest, id: string) {
  const { workspaceId } = member
  const requests = yield* ClientRequests
  const folder = yield* (yield* Documents).folder(workspaceId, input.folder)
  const workspace = yield* (yield* Workspaces).get(workspaceId)
  const { language = workspace.language, ...person } = input.recipient ?? nobody
  const recipients = yield* Recipients.recognised(
    workspaceId,
    [{ id: "r1", mobile: "", role: "", language, ...person }],
    null,
  )
  const given = LocalText.oneLine(input.title).trim()
  const title = given === "" ? translator("firm", [language]).t("documents.section") : given
  const policy = RequestPolicy.presets["file-request"]
  const { ref } = yield* DocumentList.store(workspaceId, id, { title, language, lines: [title] })
  const own = yield* (yield* MailTemplates).find(workspaceId, "invitation", language)
  const message = input.message.trim()
  const details: ClientRequest.Details = {
    title,
    description: message,
    questionnaire: ref,
    attachments: [],
    due: null,
    dues: {},
    message: withMessage(Invitation.defaultMessage(language, own), message),
    recipients,
    reminders: { rule: policy.reminders.rule, enabled: true },
    timeZone: workspace.timeZone,
    sensitivity: "normal",
    // the work would wait for the customer for as long as the link is open, which is for ever
    workItem: null,
    tasks: [],
    folder: folder.id,
  }
  yield* requests.create(member, { details, policy }, id)
  return yield* requests.send(member, id, `${id}:send`)
})
