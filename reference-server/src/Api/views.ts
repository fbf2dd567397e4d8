/** From what the core knows to what stands on the wire: plain functions, no decisions but `actions`. */
import type { Customer, Keys, Questionnaires, Requests, Wire } from "@requite/api"
import { Answers, ClientRequest } from "@requite/core"
import * as upload from "@requite/core/AnswerKind/upload"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Current, MailLine, Overview } from "../ClientRequests.ts"
import type * as CustomerAccess from "../CustomerAccess.ts"
import type { ApiKey } from "../Members.ts"
import type * as Stored from "../Questionnaires.ts"

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

const intents = {
  edit: { type: "Edit", details: {} },
  send: { type: "Send", outstanding: [] },
  resend: { type: "Resend" },
  cancel: { type: "Cancel", reason: "" },
} as const

/** What a member can do now, as far as this request alone decides: those commands that would bring something about. */
const actions = (request: ClientRequest.State, now: number): ReadonlyArray<Requests.Action> => {
  const attempt = { id: "", at: now, by: { kind: "system" } } as const
  const works = (action: Requests.Action) => {
    const decision = ClientRequest.decide({ ...attempt, ...intents[action] }, request)
    return Result.isSuccess(decision) && decision.success.length > 0
  }
  return (["edit", "send", "resend", "cancel"] as const).filter(works)
}

export const summary = (request: ClientRequest.State, now: number): Requests.Summary => ({
  id: request.id,
  state: ClientRequest.stateAt(request, now),
  title: request.details.title,
  recipient: request.details.recipient,
  due: request.details.due,
  questionnaire: request.details.questionnaire,
  policy: request.policy.name,
  createdAt: iso(request.createdAt),
  sentAt: isoOrNull(request.sentAt),
  startedAt: isoOrNull(request.startedAt),
  expiresAt: isoOrNull(request.expiresAt),
  endedAt: isoOrNull(request.endedAt),
})

const attached = ({ at, ...file }: ClientRequest.AttachedFile): Wire.AttachedFile => ({ ...file, attachedAt: iso(at) })

const mail = ({ createdAt, handedOverAt, ...line }: MailLine): Requests.Mail => ({
  ...line,
  createdAt: iso(createdAt),
  handedOverAt: isoOrNull(handedOverAt),
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
  return {
    ...summary(state, now),
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
    sections: Answers.progress(stored.questionnaire, answers, visited, { context }),
    submission:
      submission === null ? null : { id: submission.id, digest: submission.digest, submittedAt: iso(submission.at) },
    mails: mails.map(mail),
    actions: actions(state, now),
  }
}

/** Audit entries are of kind "Forms" (P14); an instant inside one is ISO too. */
export const historyEntry = ({ index, event }: Overview["history"][number], names: Names): Requests.HistoryEntry => {
  const { type, at, by, ...rest } = event
  const data = "expiresAt" in rest ? { ...rest, expiresAt: isoOrNull(rest.expiresAt) } : rest
  return { index, kind: "Forms", at: iso(at), by: actor(by, names), type, data: jsonObject(data) }
}

/** Null: nothing has been submitted. */
export const submission = ({ request: state, answers }: Current): Requests.Submission | null =>
  state.submission === null
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

export const key = ({ createdAt, lastUsedAt, ...rest }: ApiKey): Keys.ApiKey => ({
  ...rest,
  createdAt: iso(createdAt),
  lastUsedAt: isoOrNull(lastUsedAt),
})

/** What the customer's page needs; of the firm only what customers may know. */
export const fill = (
  { workspace, csrf }: CustomerAccess.Customer,
  { request: state, stored, answers, visited, context }: Current,
): Customer.Fill => ({
  workspace: { name: workspace.name, accent: workspace.accent },
  title: state.details.title,
  description: state.details.description,
  due: state.details.due,
  expiresAt: isoOrNull(state.expiresAt),
  language: state.details.recipient.language,
  attachments: state.details.attachments,
  questionnaire: jsonObject(stored.questionnaire),
  revision: state.revision,
  answers: jsonObject(answers),
  files: state.files.map(attached),
  progress: Answers.progress(stored.questionnaire, answers, visited, { context }),
  csrf,
})

export const saved = ({ stored, answers, visited, context }: Current): Customer.Saved => ({
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
