/**
 * A request as a member fills it in: what is asked, of whom, and how. `judge` reads it as the request that it would make,
 * with its e-mail, and says what has to be mended first; how much that is depends on what the member wants to do.
 */
import { type ClientRequest, Instant, LocalText, type Questionnaire, RequestPolicy } from "@requite/core"
import { LanguageTag } from "@requite/core/LocalText/schema"
import type * as upload from "@requite/core/QuestionKind/upload"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ClientRequests } from "../ClientRequests.ts"
import * as Invitation from "../Invitation.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import * as Messages from "../Messages.ts"
import { Questionnaires, type Stored } from "../Questionnaires.ts"
import * as DocumentList from "./DocumentList.ts"
import type { Mistake } from "./Field.ts"
import type { Form } from "./Form.ts"
import type { Visit } from "./Visit.ts"
import { today } from "./Words.ts"

export type PolicyName = keyof typeof RequestPolicy.presets

/** The preset of that name; the standard one where there is none. */
export const policyOf = (name: string): PolicyName => (name === "passfort" ? name : "standard")

/** The fields as they stand in the form. */
export interface Filled {
  readonly what: "questionnaire" | "documents"
  /** `id@version`, or nothing chosen yet. */
  readonly questionnaire: string
  /** One a line. */
  readonly documents: string
  readonly title: string
  readonly description: string
  readonly due: string
  readonly attachments: ReadonlyArray<upload.FileRef>
  readonly name: string
  readonly email: string
  readonly language: string
  readonly policy: PolicyName
  readonly message: string
}

/** What the member pressed. Enter in a field is a preview: it changes nothing. */
export type Purpose = "show" | "preview" | "save" | "send"

export const purposeOf = (form: Form): Purpose => {
  const pressed = form.text("purpose")
  return pressed === "save" || pressed === "send" ? pressed : "preview"
}

/** A form with nothing in it but what is known. */
export const blank = (visit: Visit): Filled => {
  const { language } = Messages.translator("firm", [visit.workspace.language])
  return {
    what: "questionnaire",
    questionnaire: "",
    documents: "",
    title: "",
    description: "",
    due: "",
    attachments: [],
    name: "",
    email: "",
    language,
    policy: "standard",
    message: Invitation.defaultMessage(language),
  }
}

/** The form that an existing request would have come from. */
export const of = ({ details, policy }: ClientRequest.State, stored: Stored): Filled => {
  const isDocuments = DocumentList.isOne(stored.ref)
  return {
    what: isDocuments ? "documents" : "questionnaire",
    questionnaire: isDocuments ? "" : choice(stored.ref),
    documents: isDocuments ? DocumentList.textOf(stored.questionnaire) : "",
    title: details.title,
    description: details.description,
    due: details.due ?? "",
    attachments: details.attachments,
    ...details.recipient,
    policy: policyOf(policy.name),
    message: details.message,
  }
}

/** A questionnaire's version as the form's list names it. */
export const choice = ({ id, version }: { readonly id: string; readonly version: number }): string => `${id}@${version}`

/** What was sent, with the documents that were there and those that came with it. */
export const read = (form: Form, attachments: ReadonlyArray<upload.FileRef>): Filled => {
  const language = form.text("language")
  const message = form.text("message").trim()
  const untouched =
    message === "" || Messages.languages.some((one) => Invitation.defaultMessage(one).trim() === message)
  return {
    what: form.text("what") === "documents" ? "documents" : "questionnaire",
    questionnaire: form.text("questionnaire"),
    documents: form.text("documents"),
    title: LocalText.oneLine(form.text("title")),
    description: form.text("description"),
    due: form.text("due"),
    attachments,
    name: LocalText.oneLine(form.text("name")),
    email: LocalText.oneLine(form.text("email")),
    language,
    policy: policyOf(form.text("policy")),
    // nobody's own words: then in the recipient's language, even if that was chosen afterwards
    message: untouched ? Invitation.defaultMessage(language) : message,
  }
}

/** What the form would make. */
export interface Judged {
  readonly details: ClientRequest.Details
  /** What is asked: the chosen questionnaire or the documents; null as long as it is nothing. */
  readonly questionnaire: Questionnaire.Questionnaire | null
  /** The documents asked for. */
  readonly lines: ReadonlyArray<string>
  /** The e-mail as it would be sent; null while the message has mistakes. */
  readonly mail: Invitation.Composed | null
  readonly mistakes: ReadonlyArray<Mistake>
}

const maxTitle = 200
const maxDescription = 4000

/** Reads the form as a request. `before` is the request that is being changed. */
export const judge = Effect.fnUntraced(function* (
  visit: Visit,
  filled: Filled,
  purpose: Purpose,
  before: ClientRequest.State | null,
): Effect.fn.Return<Judged, never, Questionnaires | ClientRequests> {
  const { t, now } = visit.words
  const stored = filled.what === "questionnaire" ? yield* chosen(visit, filled.questionnaire) : null
  const lines = filled.what === "documents" ? DocumentList.linesOf(filled.documents) : []
  const email = filled.email.trim()
  const name = filled.name.trim() === "" ? LocalText.oneLine(yield* knownName(visit, email)) : filled.name.trim()
  const details = detailsOf(filled, stored, { name, email, language: filled.language })
  const days = [RequestPolicy.presets[filled.policy].windowDays, RequestPolicy.presets[filled.policy].linkDays]
  const shortest = Math.min(...days.map((count) => count ?? Number.POSITIVE_INFINITY))
  const mail = yield* Effect.result(
    Invitation.preview({
      workspace: visit.workspace,
      member: visit.member,
      details: { ...details, recipient: { ...details.recipient, name: name === "" ? t("preview.nobody") : name } },
      worksUntil: Number.isFinite(shortest) ? Instant.plusDays(now, shortest) : null,
      publicUrl: visit.config.publicUrl,
    }),
  )

  const mistake = (wrong: boolean, field: string, sentence: string) => (wrong ? [{ field, sentence }] : [])
  const making = purpose === "save" || purpose === "send"
  const due = filled.due
  const missing = [
    ...mistake(filled.what === "questionnaire" && stored === null, "questionnaire", t("request.what.missing")),
    ...mistake(filled.what === "documents" && lines.length === 0, "documents", t("request.documents.missing")),
  ]
  const recipientMissing = [
    ...mistake(name === "", "name", t("request.name.missing")),
    ...mistake(email === "", "email", t("request.email.missing")),
  ]
  const wrong = [
    ...mistake(
      lines.length > DocumentList.mostLines,
      "documents",
      t("request.documents.many", { max: DocumentList.mostLines }),
    ),
    ...mistake(
      lines.some((line) => line.length > DocumentList.longestLine),
      "documents",
      t("request.documents.long", { max: DocumentList.longestLine }),
    ),
    ...mistake(details.title.length > maxTitle, "title", t("form.tooLong", { max: maxTitle })),
    ...mistake(details.description.length > maxDescription, "description", t("form.tooLong", { max: maxDescription })),
    ...mistake(due !== "" && !isDay(due), "due", t("request.due.wrong")),
    ...mistake(isDay(due) && due !== before?.details.due && due < today(visit.words), "due", t("request.due.past")),
    ...mistake(name.length > 200, "name", t("form.tooLong", { max: 200 })),
    ...mistake(email !== "" && !isAddress(email), "email", t("form.email")),
    ...mistake(!isLanguage(filled.language), "language", t("form.choose")),
    ...(Result.isFailure(mail) ? mail.failure.sentences.map((sentence) => ({ field: "message", sentence })) : []),
  ]
  return {
    details,
    questionnaire: stored?.questionnaire ?? DocumentList.drafted({ ...details, language: filled.language, lines }),
    lines,
    mail: Result.isSuccess(mail) ? mail.success : null,
    mistakes: [...(making ? missing : []), ...(purpose === "send" ? recipientMissing : []), ...wrong],
  }
})

const detailsOf = (
  filled: Filled,
  stored: Stored | null,
  recipient: ClientRequest.Recipient,
): ClientRequest.Details => {
  const { t } = Messages.translator("firm", [recipient.language])
  const title =
    stored === null
      ? t("documents.section")
      : LocalText.oneLine(
          LocalText.resolve(stored.questionnaire.title, [recipient.language, stored.questionnaire.language]),
        )
  return {
    title: filled.title.trim() === "" ? title : filled.title.trim(),
    description: filled.description.trim(),
    due: filled.due === "" ? null : filled.due,
    message: filled.message,
    questionnaire: stored?.ref ?? { id: "", version: 0, hash: "", questions: 0 },
    recipient,
    attachments: filled.attachments,
  }
}

const chosen = Effect.fnUntraced(function* (visit: Visit, value: string) {
  const [, id = "", version = "0"] = /^([a-z][a-z0-9-]{0,63})@(\d{1,9})$/.exec(value) ?? []
  if (id === "") return null
  const found = (yield* Questionnaires).get(visit.workspace.id, id, Number(version))
  return Option.getOrNull(yield* Effect.option(found))
})

/** People that the firm has asked before, the latest first (P10). */
export const earlierRecipients = Effect.fnUntraced(function* (visit: Visit) {
  const { requests } = yield* (yield* ClientRequests).list(visit.workspace.id, { limit: 200, offset: 0 })
  const byEmail = new Map<string, ClientRequest.Recipient>()
  for (const { details } of requests) {
    const key = details.recipient.email.toLowerCase()
    if (key !== "" && !byEmail.has(key)) byEmail.set(key, details.recipient)
  }
  return [...byEmail.values()]
})

const knownName = Effect.fnUntraced(function* (visit: Visit, email: string) {
  if (email === "") return ""
  const known = yield* earlierRecipients(visit)
  return known.find((one) => one.email.toLowerCase() === email.toLowerCase())?.name ?? ""
})

const isDay = (text: string): boolean => {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text)
}

const isLanguage = Schema.is(LanguageTag)
