/**
 * A request as a member fills it in: what is asked, of whom, and how. What the form says is read here; `RequestJudged`
 * reads it as the request that it would make, and says what has to be mended first.
 */
import { type ClientRequest, LocalText, type Reminder } from "@requite/core"
import type * as upload from "@requite/core/QuestionKind/upload"
import { instantAt } from "@requite/core/Reminder/Zone"
import * as Invitation from "../Invitation.ts"
import * as Messages from "../Messages.ts"
import type { Stored } from "../Questionnaires.ts"
import { type Aspect, aspects } from "../RequestActions.ts"
import * as DocumentList from "./DocumentList.ts"
import type { Form } from "./Form.ts"
import { type PresetName, presetOf } from "./PolicyWords.ts"
import * as RequestPeople from "./RequestPeople.ts"
import type { Visit } from "./Visit.ts"

/** How often to remind, as the form says it: as the rules have it, or otherwise. */
export const remindings = ["policy", "none", "gentle", "urgent", "custom"] as const
export type Reminding = (typeof remindings)[number]

/** The fields as they stand in the form. */
export interface Filled {
  readonly what: "questionnaire" | "documents" | "basket"
  /** `id@version`, or nothing chosen yet. */
  readonly questionnaire: string
  /** One a line. */
  readonly documents: string
  readonly title: string
  readonly description: string
  readonly due: string
  /** Days of single sections, by section id. */
  readonly dues: Readonly<Record<string, string>>
  readonly attachments: ReadonlyArray<upload.FileRef>
  /** The work that it is for; empty: none. */
  readonly workItem: string
  /** Contacts of the work that are ticked. */
  readonly ticked: ReadonlyArray<string>
  /** Addresses for those of them who have none, by contact id (P10). */
  readonly addresses: Readonly<Record<string, string>>
  readonly rows: ReadonlyArray<RequestPeople.Row>
  readonly policy: PresetName
  readonly reminding: Reminding
  readonly everyDays: string
  readonly sensitive: boolean
  readonly portalOnly: boolean
  readonly message: string
  /** When it is to be sent by itself: a date and a time in the firm's zone. */
  readonly sendDate: string
  readonly sendTime: string
}

/** What the member pressed. Enter in a field is a preview: it changes nothing. */
export type Purpose = "show" | "preview" | "template" | "save" | "send" | "schedule"

const purposes = ["template", "save", "send", "schedule"] as const

export const purposeOf = (form: Form): Purpose => {
  const pressed = form.text("purpose")
  return purposes.find((one) => one === pressed) ?? "preview"
}

/** The task that is to be taken out of the basket; undefined: another button was pressed (P9). */
export const removedTask = (form: Form): string | undefined => /^remove-task:(.+)$/.exec(form.text("purpose"))?.[1]

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
    dues: {},
    attachments: [],
    workItem: "",
    ticked: [],
    addresses: {},
    rows: [RequestPeople.blank(language)],
    policy: "standard",
    reminding: "policy",
    everyDays: "3",
    sensitive: false,
    portalOnly: false,
    message: Invitation.defaultMessage(language),
    sendDate: "",
    sendTime: "09:00",
  }
}

/** The form that an existing request would have come from. */
export const of = ({ details, policy }: ClientRequest.State, stored: Stored): Filled => {
  const isDocuments = DocumentList.isOne(stored.ref)
  const { rule, enabled } = details.reminders
  return {
    what: isDocuments ? "documents" : "questionnaire",
    questionnaire: isDocuments ? "" : choice(stored.ref),
    documents: isDocuments ? DocumentList.textOf(stored.questionnaire) : "",
    title: details.title,
    description: details.description,
    due: details.due ?? "",
    dues: Object.fromEntries(Object.entries(details.dues).map(([section, day]) => [section, day ?? ""])),
    attachments: details.attachments,
    workItem: details.workItem ?? "",
    ticked: [],
    addresses: {},
    rows: details.recipients.map(RequestPeople.of),
    policy: presetOf(policy.name),
    reminding: enabled ? rule.kind : "none",
    everyDays: rule.kind === "custom" ? String(rule.everyDays) : "3",
    sensitive: details.sensitivity === "high",
    portalOnly: details.portalOnly === true,
    message: details.message,
    sendDate: "",
    sendTime: "09:00",
  }
}

/** A questionnaire's version as the form's list names it. */
export const choice = ({ id, version }: { readonly id: string; readonly version: number }): string => `${id}@${version}`

/** What was sent. */
export const read = (form: Form, attachments: ReadonlyArray<upload.FileRef>): Filled => {
  const rows = RequestPeople.read(form)
  const language = rows[0]?.language ?? "en"
  const message = form.text("message").trim()
  const untouched =
    message === "" || Messages.languages.some((one) => Invitation.defaultMessage(one).trim() === message)
  const what = form.text("what")
  return {
    what: what === "documents" || what === "basket" ? what : "questionnaire",
    questionnaire: form.text("questionnaire"),
    documents: form.text("documents"),
    title: LocalText.oneLine(form.text("title")),
    description: form.text("description"),
    due: form.text("due"),
    dues: duesIn(form),
    attachments,
    workItem: form.text("workItem"),
    ticked: form.all("contact"),
    addresses: Object.fromEntries(form.all("contact").map((id) => [id, LocalText.oneLine(form.text(`address.${id}`))])),
    rows,
    policy: presetOf(form.text("policy")),
    reminding: remindings.find((one) => one === form.text("reminding")) ?? "policy",
    everyDays: form.text("everyDays").trim(),
    sensitive: form.text("sensitive") === "yes",
    portalOnly: form.text("portalOnly") === "yes",
    // nobody's own words: then in the recipient's language, even if that was chosen afterwards
    message: untouched ? Invitation.defaultMessage(language) : message,
    sendDate: form.text("sendDate"),
    sendTime: form.text("sendTime"),
  }
}

const duesIn = (form: Form): Readonly<Record<string, string>> =>
  Object.fromEntries(form.all("section").map((section) => [section, form.text(`due.${section}`)]))

/** What the form speaks of: which of its parts stood on the page. Structure brings the questionnaire along. */
export const carried = (form: Form): ReadonlySet<Aspect> => {
  const names: Readonly<Record<Aspect, string>> = {
    structure: "title",
    append: "questionnaire",
    due: "due",
    message: "message",
    reminders: "reminding",
    recipients: "people",
    security: "sensitivity",
  }
  return new Set(aspects.filter((aspect) => form.all(names[aspect]).length > 0))
}

/** The rule that the form asks for; null: its number of days is none. */
export const ruleOf = ({ reminding, everyDays }: Filled, own: Reminder.Rule): Reminder.Rule | null => {
  if (reminding === "policy") return own
  if (reminding !== "custom") return { kind: reminding }
  const days = Number(everyDays)
  return Number.isInteger(days) && days >= 1 && days <= 365 ? { kind: "custom", everyDays: days } : null
}

/** The instant that a date and a time of day are in a zone; null: they are none. */
export const instantOf = (date: string, time: string, zone: string): number | null => {
  if (!isDay(date) || !/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) return null
  const minute = Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  return instantAt(zone, Date.parse(`${date}T00:00:00Z`) / 86_400_000, minute)
}

/** Is this a day of the calendar, `2027-03-27`? */
export const isDay = (text: string): boolean => {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text)
}
