/** From what the core knows to what stands on the wire: plain functions that decide nothing. */
import type { Customer, Keys, Questionnaires, Requests, Wire } from "@requite/api"
import { Answers, ClientRequest, type Reminder } from "@requite/core"
import type { Handout, Named } from "../Documents/Handouts.ts"
import * as Filling from "../Filling.ts"
import * as upload from "@requite/core/AnswerKind/upload"
import * as Schema from "effect/Schema"
import type { Conflict, Current, MailLine, Overview } from "../ClientRequests.ts"
import type * as CustomerAccess from "../CustomerAccess.ts"
import * as Items from "../CustomerPages/Items.ts"
import * as Versions from "../CustomerPages/Versions.ts"
import type { ApiKey } from "../Members.ts"
import type * as Stored from "../Questionnaires.ts"
import * as RequestActions from "../RequestActions.ts"
import * as RequestReminders from "../RequestReminders.ts"
import type { TimelineMail } from "../Timelines.ts"

const iso = (at: number): string => new Date(at).toISOString()
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))

// What was once read as JSON is JSON: the types of the core say less about it.
export const jsonObject = Schema.decodeUnknownSync(Schema.Record(Schema.String, Schema.Json))

/** Names of members, by id. */
export type Names = ReadonlyMap<string, string>

export const actor = (by: ClientRequest.Actor, names: Names): Requests.Actor => {
  if (by.kind === "system") return { kind: by.kind, id: null, name: null }
  return by.kind === "member"
    ? { kind: by.kind, id: by.id, name: names.get(by.id) ?? null }
    : { kind: by.kind, id: by.link, name: null }
}

const suspended = (standing: ClientRequest.State["suspended"]) =>
  standing === null ? null : { reason: standing.reason, since: iso(standing.at) }

const shared = (request: ClientRequest.State, now: number) => ({
  id: request.id,
  state: ClientRequest.stateAt(request, now),
  title: request.details.title,
  due: request.details.due,
  questionnaire: request.details.questionnaire,
  policy: request.policy.name,
  workItem: request.details.workItem,
  createdAt: iso(request.createdAt),
  scheduledFor: isoOrNull(request.scheduled?.at ?? null),
  sentAt: isoOrNull(request.sentAt),
  startedAt: isoOrNull(request.startedAt),
  expiresAt: isoOrNull(request.expiresAt),
  endedAt: isoOrNull(request.endedAt),
  suspended: suspended(request.suspended),
})

const nextReminder = (request: ClientRequest.State, now: number) => {
  const { next, reason } = RequestReminders.next(request, now)
  return { next: isoOrNull(next), reason }
}

const reminders = (request: ClientRequest.State, now: number): Requests.Reminders => ({
  rule: request.details.reminders.rule,
  enabled: request.details.reminders.enabled,
  count: request.reminders.count,
  cap: request.policy.reminders.cap,
  ...nextReminder(request, now),
})

export const reminderPlan = ({ current, history }: Overview, now: number): Requests.ReminderPlan => {
  const { request } = current
  const events = history.flatMap(({ event }) => event ?? [])
  const { instants, then, sent } = RequestReminders.plan(request, events, now)
  // oxlint-disable-next-line unicorn/no-thenable -- a word that says why, never a function
  return { ...reminders(request, now), calendar: instants.map(iso), then, sent: sent.map(iso) }
}

export const reminderCalendar = ({ instants, then }: Reminder.Calendar): Requests.ReminderCalendar => ({
  calendar: instants.map(iso),
  // oxlint-disable-next-line unicorn/no-thenable -- a word that says why, never a function
  then,
})

export const summary = (request: ClientRequest.State, now: number): Requests.Summary => {
  const items = request.details.questionnaire.sections
  return {
    ...shared(request, now),
    recipients: request.details.recipients,
    progress: { done: items.filter((item) => ClientRequest.isItemDone(request, item)).length, items: items.length },
    nextReminder: nextReminder(request, now),
  }
}

const recipient = (request: ClientRequest.State, now: number) => (one: ClientRequest.Recipient) => {
  const { generation = 0, binding = null, sendNo = 0 } = request.families[one.id] ?? {}
  return {
    ...one,
    links: { generation, bound: binding !== null, boundAt: isoOrNull(binding?.at ?? null), lastSend: sendNo },
    undeliverable: request.suppressed.includes(one.id),
    actions: RequestActions.ofRecipient(request, one, now),
  }
}

const item =
  (request: ClientRequest.State, sections: ReadonlyArray<Wire.SectionProgress>, now: number) => (id: string) => {
    const { status = "NotStarted", reason = null, at = null, infected = null } = request.items[id] ?? {}
    return {
      id,
      status,
      reason,
      infected,
      changedAt: isoOrNull(at),
      due: ClientRequest.dueOf(request.details, id),
      progress: sections.find((section) => section.id === id) ?? null,
      actions: RequestActions.ofItem(request, id, now),
    }
  }

const attached = ({ at, ...file }: ClientRequest.AttachedFile): Wire.AttachedFile => ({ ...file, attachedAt: iso(at) })

export const requestedCheck = ({ at, ...check }: ClientRequest.RequestedCheck) => ({ ...check, at: iso(at) })

const mail = ({ createdAt, handedOverAt, trail, ...line }: MailLine): Requests.Mail => ({
  ...line,
  trail: trail.map((step) => ({ ...step, at: iso(step.at) })),
  createdAt: iso(createdAt),
  handedOverAt: isoOrNull(handedOverAt),
})

export const timeline = ({
  mails,
  total,
}: {
  readonly mails: ReadonlyArray<TimelineMail>
  readonly total: number
}) => ({
  mails: mails.map(({ request: about, title, from, ...line }) => ({ ...mail(line), request: about, title, from })),
  total,
})

export const request = ({ current, mails }: Overview, now: number, names: Names): Requests.RequestView => {
  const { request: state, stored, visited, savedAt, context } = current
  const { submission } = state
  // what was typed before its question went away is the customer's alone
  const answers = Answers.given(stored.questionnaire, current.answers, { context })
  const isGiven = ({ id, question }: ClientRequest.AttachedFile) => {
    const files = answers[question]
    return upload.isFiles(files) && files.some((file) => file.id === id)
  }
  const sections = Answers.progress(stored.questionnaire, answers, visited, { context })
  return {
    ...shared(state, now),
    recipients: state.details.recipients.map(recipient(state, now)),
    items: state.details.questionnaire.sections.map(item(state, sections, now)),
    openItems: state.openItems,
    reminders: reminders(state, now),
    rules: state.policy,
    dues: state.details.dues,
    timeZone: state.details.timeZone,
    sensitivity: state.details.sensitivity,
    portalOnly: state.details.portalOnly ?? false,
    tasks: state.details.tasks,
    description: state.details.description,
    message: state.details.message,
    attachments: state.details.attachments,
    revision: state.revision,
    createdBy: actor(state.createdBy, names),
    sentBy: state.sentBy === null ? null : actor(state.sentBy, names),
    sends: state.sendNo,
    claimedAt: isoOrNull(state.claimedAt),
    answers: jsonObject(answers),
    savedAt: isoOrNull(savedAt),
    files: state.files.filter(isGiven).map(attached),
    checks: state.checks.map(requestedCheck),
    submission:
      submission === null ? null : { id: submission.id, digest: submission.digest, submittedAt: iso(submission.at) },
    mails: mails.map(mail),
    actions: RequestActions.of(state, now),
  }
}

/** Audit entries are of kind "Forms" (P14); an instant inside one is ISO too. */
export const historyEntry = (entry: Overview["history"][number], names: Names): Requests.HistoryEntry => {
  const { index, type, at, by, event } = entry
  const { type: _type, at: _at, by: _by, ...rest } = event ?? entry
  const data =
    event === null
      ? {}
      : {
          ...rest,
          ...("expiresAt" in rest ? { expiresAt: isoOrNull(rest.expiresAt) } : {}),
          ...("sendAt" in rest ? { sendAt: iso(rest.sendAt) } : {}),
        }
  const erased = event === null
  return { index, kind: "Forms", at: iso(at), by: actor(by, names), type, erased, data: jsonObject(data) }
}

/** Null: nothing has been submitted. */
export const submission = ({ request: state, answers }: Current): Requests.Submission | null =>
  state.submission === null || state.erased !== null
    ? null
    : {
        id: state.submission.id,
        submittedAt: iso(state.submission.at),
        questionnaire: state.details.questionnaire,
        answers: jsonObject(answers),
        digest: state.submission.digest,
      }

export const listing = ({ createdAt, ...rest }: Stored.Listing): Questionnaires.Listing => ({
  ...rest,
  createdAt: iso(createdAt),
})

export const key = ({ createdAt, lastUsedAt, expiresAt, oldSecretUntil, ...rest }: ApiKey): Keys.ApiKey => ({
  ...rest,
  createdAt: iso(createdAt),
  lastUsedAt: isoOrNull(lastUsedAt),
  expiresAt: isoOrNull(expiresAt),
  oldSecretUntil: isoOrNull(oldSecretUntil),
})

/** What the customer's page needs; of the firm only what customers may know. */
export const fill = (
  { workspace, csrf, recipient: recipientId }: CustomerAccess.Customer,
  { request: state, stored, answers, versions, visited, context }: Current,
  handouts: ReadonlyArray<Handout>,
  named: ReadonlyArray<Named>,
): Customer.Fill => ({
  workspace: { name: workspace.name, accent: workspace.accent },
  title: state.details.title,
  description: state.details.description,
  due: state.details.due,
  expiresAt: isoOrNull(state.expiresAt),
  language: (ClientRequest.recipientOf(state, recipientId) ?? ClientRequest.primary(state.details)).language,
  attachments: state.details.attachments,
  handouts: [
    ...handouts.map(({ file, name, bytes, item }) => ({ file, name, bytes, item, question: null })),
    ...named.map(({ file, name, bytes, question }) => ({
      file,
      name,
      bytes,
      item: Filling.sectionOf(stored.questionnaire, question) ?? null,
      question,
    })),
  ],
  questionnaire: jsonObject(stored.questionnaire),
  revision: state.revision,
  answers: jsonObject(answers),
  files: state.files.map(attached),
  progress: Answers.progress(stored.questionnaire, answers, visited, { context }),
  items: state.details.questionnaire.sections.map((id) => {
    const { status = "NotStarted", reason = null, infected = null } = state.items[id] ?? {}
    return { id, status, reason, infected, open: Items.isOpen(state, id) }
  }),
  versions: versionsOf(versions),
  csrf,
})

/** Nobody else writes where the record is not shared: there the page knows its answers best. */
export const latest = ({ request, answers, versions }: Current): Customer.Latest => ({
  revision: request.revision,
  versions: versionsOf(versions),
  writers: Versions.writers({ request, versions }),
  answers: request.policy.saving === "live" ? jsonObject(answers) : null,
})

const versionsOf = (versions: Current["versions"]): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(versions).map(([question, { n }]) => [question, n]))

export const saved = (current: Current, conflicts: ReadonlyArray<Conflict>): Customer.Saved => ({
  ...standing(current),
  conflicts: conflicts.map(({ at, ...conflict }) => ({ ...conflict, at: iso(at) })),
  latest: latest(current),
})

const standing = ({ stored, answers, visited, context }: Current): Pick<Customer.Saved, "issues" | "progress"> => ({
  issues: Answers.validate(stored.questionnaire, answers, { draft: true, context }).map(issue),
  progress: Answers.progress(stored.questionnaire, answers, visited, { context }),
})

/** Whether an issue is `malformed` is between the core and the server: such answers are never kept. */
export const issue = ({ code, question, pointer, values, message }: Omit<Answers.Issue, "malformed">): Wire.Issue => ({
  code,
  question,
  pointer,
  values,
  ...(message === undefined ? {} : { message }),
})

export const receipt = ({ submission: made }: ClientRequest.State): Customer.Receipt | null =>
  made === null ? null : { submittedAt: iso(made.at), digest: made.digest }
