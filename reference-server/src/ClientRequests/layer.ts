/**
 * The layer of `ClientRequests`: the door (`handle`) and what goes through it. A failing database is a defect here: no
 * caller can do anything about it, and the transaction has left nothing behind.
 */
import {
  Answers,
  AuditEntry,
  ClientRequest,
  Crypto,
  LocalText,
  Questionnaire,
  QuestionKind,
  Submission,
} from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Current, NewRequest } from "../ClientRequests.ts"
import { AnswersRefused, ClientRequests, RequestNotFound } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import * as Filling from "../Filling.ts"
import type { Member } from "../Members.ts"
import { Outbox } from "../Outbox.ts"
import { SqlClient } from "../platform/Sql.ts"
import type { SqlError } from "../platform/Sql.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { Workspaces } from "../Workspaces.ts"
import * as statements from "./sql.ts"

type IntentFor = (
  request: ClientRequest.State | null,
) => Effect.Effect<ClientRequest.Intent, SqlError.SqlError, Crypto.Crypto>
type Write = (state: ClientRequest.State) => Effect.Effect<unknown, SqlError.SqlError>

export const layer = Layer.effect(
  ClientRequests,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* statements.make
    const questionnaires = yield* Questionnaires
    const workspaces = yield* Workspaces
    const outbox = yield* Outbox
    const crypto = yield* Crypto.Crypto

    /** One way down: lock, decide, evolve, write the row, append the events, queue what must be delivered. */
    const transact = (workspaceId: string, id: string, intentFor: IntentFor, write?: Write) =>
      Effect.gen(function* () {
        const before = yield* rows.lockedState(workspaceId, id)
        const intent = yield* intentFor(before)
        if (intent.type === "Create" ? before !== null : before === null) {
          return yield* before === null ? new RequestNotFound({ id }) : Effect.succeed(before)
        }
        const repeats = intent.type !== "Save" && before !== null && (yield* rows.isDone(id, intent.id))
        if (repeats) return before
        const { state, events } = yield* ClientRequest.handle(intent, before)
        const now = yield* Clock.currentTimeMillis
        if (events.length > 0) {
          const place = before === null ? rows.insertState : rows.updateState
          const written = yield* place(workspaceId, state, now)
          // the id is taken: by the same command at the same moment, or in a workspace that is not shown
          if (written.length === 0) return (yield* rows.state(workspaceId, id)) ?? (yield* new RequestNotFound({ id }))
          const entries = yield* AuditEntry.append(id, yield* rows.lastEntry(id), events)
          yield* rows.appendEntries(workspaceId, intent.id, entries)
          yield* outbox.add(workspaceId, state, events.flatMap(ClientRequest.deliveries))
        }
        if (write !== undefined) yield* write(state)
        return state
      }).pipe(
        sql.withTransaction,
        Effect.provideService(Crypto.Crypto, crypto),
        Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die }),
        Effect.withSpan("ClientRequests.handle", { attributes: { requestId: id } }),
      )

    const handle = (workspaceId: string, id: string, intent: ClientRequest.Intent, write?: Write) =>
      transact(workspaceId, id, () => Effect.succeed(intent), write)

    const by = (member: Member) => ({ kind: "member", id: member.id }) as const

    const send = (member: Member, id: string, commandId: string) =>
      transact(member.workspaceId, id, (request) =>
        Effect.gen(function* () {
          const email = request?.details.recipient.email ?? ""
          const now = yield* Clock.currentTimeMillis
          const outstanding = email === "" ? [] : yield* rows.outstanding(member.workspaceId, email, now)
          return { type: "Send", id: commandId, by: by(member), outstanding } as const
        }),
      )

    const customerIntent = (customer: Customer, revision: number, commandId: string) => ({
      id: commandId,
      by: { kind: "customer", link: customer.linkId } as const,
      sendNo: customer.sendNo,
      revision,
    })

    const currentOf = (workspaceId: string, request: ClientRequest.State): Effect.Effect<Current> =>
      Effect.gen(function* () {
        const { id, version } = request.details.questionnaire
        const stored = yield* questionnaires.get(workspaceId, id, version)
        const draft = yield* rows.draft(request.id)
        const submitted = request.submission === null ? null : yield* rows.submitted(request.id)
        const { timeZone } = yield* workspaces.get(workspaceId)
        return {
          request,
          stored,
          answers: submitted ?? withFiles(stored.questionnaire, draft?.answers ?? {}, request),
          visited: draft?.visited ?? [],
          savedAt: draft?.savedAt.getTime() ?? null,
          context: Filling.contextOf(request, timeZone, yield* Clock.currentTimeMillis),
        }
      }).pipe(Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die, QuestionnaireNotFound: Effect.die }))

    const current = (workspaceId: string, id: string) =>
      rows.state(workspaceId, id).pipe(
        Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die }),
        Effect.flatMap((request) =>
          request === null ? Effect.fail(new RequestNotFound({ id })) : currentOf(workspaceId, request),
        ),
      )

    const save: ClientRequests["Service"]["save"] = Effect.fn("ClientRequests.save")(function* (
      customer,
      { revision, answers, visited },
      commandId,
    ) {
      const { request, stored, context, answers: before } = yield* current(customer.workspace.id, customer.requestId)
      const kept = withoutCleared(answers)
      // a page of an older revision asked something else: the door tells it so
      const malformed = revision < request.revision ? [] : malformedIn(stored.questionnaire, kept)
      if (malformed.length > 0) return yield* new AnswersRefused({ issues: malformed })
      // whether these are asked may hang on the others
      const given = Answers.given(stored.questionnaire, { ...before, ...kept }, { context })
      const answered = Object.keys(kept).some((id) => Object.hasOwn(given, id))
      const intent = { type: "Save", ...customerIntent(customer, revision, commandId), answered } as const
      yield* handle(customer.workspace.id, customer.requestId, intent, () =>
        Effect.gen(function* () {
          const draft = yield* rows.draft(customer.requestId)
          const places = stored.questionnaire.sections
            .map((section) => section.id)
            .filter((id) => id === visited || draft?.visited.includes(id) === true)
          const now = yield* Clock.currentTimeMillis
          const merged = withoutCleared({ ...draft?.answers, ...answers })
          yield* rows.writeDraft(customer.workspace.id, customer.requestId, merged, places, now)
        }).pipe(Effect.catchTag("SchemaError", Effect.die)),
      )
    })

    const submit: ClientRequests["Service"]["submit"] = (customer, revision, commandId) => {
      const { workspace, requestId } = customer
      return Effect.suspend(() => {
        // what is judged is what is frozen: both happen under the request's lock
        let frozen: Answers.Answers = {}
        const intentFor: IntentFor = (request) =>
          Effect.gen(function* () {
            const { answers, stored, context } =
              request === null ? { answers: {}, stored: null, context: {} } : yield* currentOf(workspace.id, request)
            frozen = stored === null ? {} : Answers.given(stored.questionnaire, answers, { context })
            const issues = stored === null ? [] : Answers.validate(stored.questionnaire, frozen, { context })
            return {
              type: "Submit",
              ...customerIntent(customer, revision, commandId),
              submissionId: commandId,
              digest: yield* Submission.digest(stored?.ref.hash ?? "", frozen),
              missing: [...new Set(issues.map(({ question }) => question))],
            } as const
          })
        return transact(workspace.id, requestId, intentFor, ({ submission }) =>
          Effect.gen(function* () {
            if (submission === null || submission.id !== commandId) return
            yield* rows.writeSubmission(workspace.id, requestId, submission, frozen)
            yield* rows.endSession(workspace.id, customer.handle, submission.id)
          }),
        )
      })
    }

    return ClientRequests.of({
      handle,
      create: (member: Member, { details, policy }: NewRequest, commandId: string) =>
        handle(member.workspaceId, commandId, {
          type: "Create",
          id: commandId,
          by: by(member),
          requestId: commandId,
          details,
          policy,
        }),
      edit: (member, id, details, commandId) =>
        handle(member.workspaceId, id, { type: "Edit", id: commandId, by: by(member), details }),
      send,
      resend: (member, id, commandId) =>
        handle(member.workspaceId, id, { type: "Resend", id: commandId, by: by(member) }),
      cancel: (member, id, reason, commandId) =>
        handle(member.workspaceId, id, { type: "Cancel", id: commandId, by: by(member), reason }),
      list: (workspaceId, query) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => rows.list(workspaceId, query, now)).pipe(Effect.orDie),
      overview: Effect.fn("ClientRequests.overview")(function* (workspaceId, id) {
        const now = yield* current(workspaceId, id)
        const entries = yield* rows.entries(workspaceId, id).pipe(Effect.orDie)
        return { current: now, history: entries, mails: yield* outbox.mailsOf(workspaceId, id) }
      }),
      current: (customer) => current(customer.workspace.id, customer.requestId),
      save,
      attachFile: (customer, { revision, question, file, limit }, commandId) =>
        handle(customer.workspace.id, customer.requestId, {
          type: "AttachFile",
          ...customerIntent(customer, revision, commandId),
          question,
          file,
          limit,
        }),
      removeFile: (customer, { revision, file }, commandId) =>
        handle(customer.workspace.id, customer.requestId, {
          type: "RemoveFile",
          ...customerIntent(customer, revision, commandId),
          file,
        }),
      submit,
      sweep: Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const due = yield* rows.due(now, 100)
        yield* Effect.forEach(due, ({ id, workspaceId }) =>
          handle(workspaceId, id, { type: "Expire", id: `expire:${now}`, by: { kind: "system" } }).pipe(
            // a stale wake-up decides nothing: a request that has moved on refuses, and that is all right
            Effect.ignore,
            Effect.catchDefect((defect) => Effect.logError("a request could not be expired", { request: id }, defect)),
          ),
        )
        return due.length
      }).pipe(sql.withTransaction, Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die })),
    })
  }),
)

/** Answers as everybody else sees them: files stand under their question, however they arrived. */
const withFiles = (
  questionnaire: Questionnaire.Questionnaire,
  typed: Answers.Answers,
  request: ClientRequest.State,
): Answers.Answers => {
  const files = Questionnaire.questions(questionnaire)
    .filter((question) => QuestionKind.isGivenAsFiles(question))
    .map((question): readonly [string, unknown] => [
      question.id,
      request.files
        .filter((file) => file.question === question.id)
        .map(({ id, name, bytes, type, sha256 }) => ({ id, name, bytes, type, sha256 })),
    ])
  return { ...typed, ...Object.fromEntries(files) }
}

/** Null stands for an answer that is taken back. */
const withoutCleared = (answers: Answers.Answers): Answers.Answers =>
  Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== null))

/** What no page of ours sends: unknown questions, values of another shape, files by value, text that cannot be kept. */
const malformedIn = (
  questionnaire: Questionnaire.Questionnaire,
  answers: Answers.Answers,
): ReadonlyArray<Answers.Issue> => [
  ...Answers.validate(questionnaire, answers, { draft: true }).filter((issue) => issue.malformed),
  ...Questionnaire.questions(questionnaire)
    .filter(({ id }) => Object.hasOwn(answers, id))
    .flatMap((question) => [
      ...(QuestionKind.isGivenAsFiles(question) ? [malformed("upload-by-value", question)] : []),
      ...(isStorable(answers[question.id]) ? [] : [malformed("text-control-characters", question)]),
    ]),
]

const malformed = (code: string, { id }: QuestionKind.Question): Answers.Issue => ({
  code,
  question: id,
  pointer: `/${id}`,
  values: {},
  malformed: true,
})

/** Postgres keeps neither NUL nor half a surrogate pair, which is what a script leaves that cuts an emoji in two. */
const isStorable = (value: unknown): boolean => {
  // a list that grows, not recursion: JSON may be nested as deep as its sender likes
  const waiting = [value]
  for (const one of waiting) {
    if (typeof one === "string" && !LocalText.isStorable(one)) return false
    if (typeof one === "object" && one !== null) for (const pair of Object.entries(one)) waiting.push(...pair)
  }
  return true
}
