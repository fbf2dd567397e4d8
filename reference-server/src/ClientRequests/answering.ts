/**
 * What the customer gives, and how it ends. What is judged is what is kept: both happen under the request's lock, or, where a save
 * changes the draft alone, the write holds only over the very rows that were judged.
 */
import { type Answers, ClientRequest, type Crypto, Submission } from "@requite/core"
import { equal } from "@requite/core/FillSession/Place"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ClientRequests, Conflict, Current } from "../ClientRequests.ts"
import { AnswersRefused } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import * as Filling from "../Filling.ts"
import type { Member } from "../Members.ts"
import * as Answered from "./Answered.ts"
import type { Door, IntentFor, Write } from "./Door.ts"
import type { Change, Draft } from "./Drafts.ts"
import type { Reading } from "./Reading.ts"

type Service = ClientRequests["Service"]
/** What would be submitted, by its id and digest. */
interface Frozen {
  readonly submissionId: string
  readonly digest: string
}
type Marking = { readonly type: "MarkItem"; readonly item: string; readonly complete: boolean }

/** What a save writes, and the request before it. */
interface Written {
  readonly before: Current
  readonly draft: Draft
  readonly changes: ReadonlyArray<Change>
}

/** The request as it is after that. */
const savedAs = ({ before, draft }: Written, request: ClientRequest.State): Current => ({
  ...before,
  request,
  answers: Answered.withFiles(before.stored.questionnaire, draft.answers, request.files),
  versions: draft.versions,
  visited: draft.visited,
  savedAt: draft.savedAt.getTime(),
})

/** How many of the latest saves are remembered, so that one that arrives twice is carried out once (I9). */
const remembered = 50

export const make = (
  { rows, transact, unheld, attached }: Door,
  { currentOf, currentWith, draftAndCurrentOf, read }: Reading,
) => {
  const intentOf = (customer: Customer, revision: number, commandId: string) => ({
    id: commandId,
    by: { kind: "customer", link: customer.linkId } as const,
    recipient: customer.recipient,
    generation: customer.generation,
    device: customer.device,
    revision,
  })

  type Saving = Parameters<Service["save"]>

  /** What a save asks for, and what it writes: nothing where it was carried out before. Or what of it is malformed. */
  const judged = (
    [customer, { revision, answers, visited, seen = {} }, commandId]: Saving,
    { current, draft }: { readonly current: Current; readonly draft: Draft | null },
    at: number,
  ) => {
    const { request, stored, visited: places, versions } = current
    const { recipient, linkId } = customer
    const kept = Answered.withoutCleared(answers)
    // a page of an older revision asked something else: the door tells it so
    const malformed = revision < request.revision ? [] : Answered.malformedIn(stored.questionnaire, kept)
    if (malformed.length > 0) return { malformed }
    const before = draft?.answers ?? current.answers
    const isShared = request.policy.saving === "live"
    const merge = Answered.merge({ answers: before, versions }, answers, seen, { recipient, linkId, at })
    const accepted = isShared ? merge.accepted : answers
    const conflicts = isShared ? merge.conflicts : []
    const changed = Object.keys(accepted).filter((id) => !equal(accepted[id], before[id]))
    // whether these are asked may hang on the others
    const counting = Answered.given(current, kept)
    const saves = draft?.saves ?? []
    const written: Written = {
      before: current,
      draft: {
        answers: Answered.withoutCleared({ ...before, ...accepted }),
        visited: stored.questionnaire.sections
          .map(({ id }) => id)
          .filter((id) => id === visited || places.includes(id)),
        versions: isShared ? merge.versions : versions,
        saves: [...saves, commandId].slice(-remembered),
        savedAt: new Date(at),
      },
      changes: isShared ? merge.changes : [],
    }
    const intent = {
      type: "Save",
      ...intentOf(customer, revision, commandId),
      answered: Object.keys(kept).some((id) => Object.hasOwn(counting, id)),
      items: [...new Set(changed.flatMap((id) => Filling.sectionOf(stored.questionnaire, id) ?? []))],
      questions: isShared ? changed : [],
      conflicts: conflicts.map(({ question }) => question),
    } as const
    return { malformed, intent, conflicts, written: saves.includes(commandId) ? null : written }
  }

  /** A save that changes the draft and nothing else, by a look and a write; null: it is more than that, or met another. */
  const savedUnheld = (saving: Saving) => {
    const [{ workspace, requestId }, , commandId] = saving
    return unheld(
      requestId,
      "Save",
      Effect.gen(function* () {
        const found = yield* rows.standing(workspace.id, requestId, commandId)
        // of a shared record each value is kept besides
        if (found === null || found.draft.isDone || found.request.policy.saving === "live") return null
        const { request, draft, versions } = found
        const current = yield* currentWith(workspace.id, request, draft, workspace.timeZone)
        const asked = judged(saving, { current, draft }, yield* Clock.currentTimeMillis)
        if (asked.intent === undefined || asked.written === null) return null
        const handled = yield* Effect.option(ClientRequest.handle(asked.intent, request))
        if (handled._tag === "None" || handled.value.events.length > 0) return null
        const isWritten = yield* rows.rewriteDraft(workspace.id, requestId, asked.written.draft, versions)
        return isWritten ? { conflicts: asked.conflicts, current: savedAs(asked.written, request) } : null
      }),
    )
  }

  const save: Service["save"] = Effect.fnUntraced(function* (...saving: Saving) {
    const quick = yield* savedUnheld(saving)
    if (quick !== null) return quick
    const [{ workspace, requestId }, , commandId] = saving
    let written: Written | null = null
    // was it carried out before? null: there is no draft to have read that with
    let known: boolean | null = null
    // stays empty where the command was carried out before
    const saved: Array<Written> = []
    let conflicts: ReadonlyArray<Conflict> = []
    const state = yield* transact<AnswersRefused>(
      workspace.id,
      requestId,
      (request) =>
        Effect.gen(function* () {
          const found = yield* draftAndCurrentOf(workspace.id, request, workspace.timeZone, commandId)
          known = found.draft?.isDone ?? null
          const asked = judged(saving, found, yield* Clock.currentTimeMillis)
          if (asked.intent === undefined) return yield* new AnswersRefused({ issues: asked.malformed })
          ;({ conflicts, written } = asked)
          return asked.intent
        }),
      () =>
        written === null
          ? Effect.void
          : Effect.andThen(
              rows.writeDraft(workspace.id, requestId, written.draft),
              rows.writeChanges(workspace.id, requestId, written.changes, written.draft.savedAt.getTime()),
            ).pipe(Effect.as(saved.push(written))),
      () => (known === null ? rows.isDone(requestId, commandId) : Effect.succeed(known)),
    )
    const [last] = saved
    return { conflicts, current: last === undefined ? yield* read(workspace.id, requestId) : savedAs(last, state) }
  })

  /**
   * Carries out what may end a request, and writes the submission where it did; `session` then reads the receipt.
   * `freeze` says what would be submitted, and gives its id and digest.
   */
  const ending = <E = never>(
    {
      workspaceId,
      id,
      session,
    }: { readonly workspaceId: string; readonly id: string; readonly session: string | null },
    commandId: string,
    intentFor: (
      current: Current,
      freeze: (answers: Answers.Answers) => Effect.Effect<Frozen, never, Crypto.Crypto>,
    ) => ReturnType<IntentFor<E>>,
  ) =>
    Effect.suspend(() => {
      let frozen: Answers.Answers = {}
      const write: Write = ({ submission }) =>
        Effect.gen(function* () {
          if (submission === null || submission.id !== commandId) return
          yield* rows.writeSubmission(workspaceId, id, submission, frozen)
          if (session !== null) yield* rows.endSession(workspaceId, session, submission.id)
        })
      return transact<E>(
        workspaceId,
        id,
        (request) =>
          Effect.flatMap(currentOf(workspaceId, request), (current) =>
            intentFor(current, (answers) => {
              frozen = answers
              return Effect.map(Submission.digest(current.stored.ref.hash, answers), (digest) => ({
                submissionId: commandId,
                digest,
              }))
            }),
          ),
        write,
      )
    })

  const byCustomer = ({ workspace, requestId, handle }: Customer) => ({
    workspaceId: workspace.id,
    id: requestId,
    session: handle,
  })
  const byMember = ({ workspaceId }: Member, id: string) => ({ workspaceId, id, session: null })

  const submit: Service["submit"] = (customer, revision, commandId) =>
    ending(byCustomer(customer), commandId, (current, freeze) => {
      const answers = Answered.given(current)
      return Effect.map(freeze(answers), (frozen) => ({
        type: "Submit",
        ...intentOf(customer, revision, commandId),
        ...frozen,
        missing: Answered.obstacles(current, answers),
      }))
    })

  const finish: Service["finish"] = (customer, { revision, answers, files = [] }, commandId) =>
    ending<AnswersRefused>(byCustomer(customer), commandId, (current, freeze) =>
      Effect.gen(function* () {
        const { request, stored } = current
        const { questionnaire } = stored
        const kept = Answered.withoutCleared(answers)
        const malformed = revision < request.revision ? [] : Answered.malformedIn(questionnaire, kept)
        if (malformed.length > 0) return yield* new AnswersRefused({ issues: malformed })
        // what the firm has not sent back stays as it was submitted
        const mine = Object.fromEntries(
          Object.entries(answers).filter(([question]) => Answered.isOpen(current, question)),
        )
        const more = files.filter(({ question }) => Answered.isOpen(current, question))
        const scanned = yield* Effect.forEach(more, ({ question, file }) =>
          Effect.map(attached(customer.workspace.id, request.id, question, file), (noted) => ({
            question,
            file,
            ...noted,
          })),
        )
        const added = scanned.map(({ question, file, scan }) => ({ ...file, question, at: 0, scan }))
        const all = Answered.withFiles(questionnaire, Answered.withoutCleared({ ...current.answers, ...mine }), [
          ...request.files,
          ...added,
        ])
        const counting = Answered.given({ ...current, answers: all })
        return {
          type: "Submit",
          ...intentOf(customer, revision, commandId),
          ...(yield* freeze(counting)),
          missing: Answered.obstacles(current, counting),
          files: scanned,
        } as const
      }),
    )

  /** Ticks or declines an item, which may be the last. */
  const end = (
    customer: Customer,
    { revision, item, reason }: { readonly revision: number; readonly item: string; readonly reason?: string },
    commandId: string,
  ) =>
    ending(byCustomer(customer), commandId, (current, freeze) => {
      const answers = Answered.given(current)
      return Effect.map(freeze(answers), (frozen) => {
        const common = {
          ...intentOf(customer, revision, commandId),
          ...frozen,
          item,
          left: Answered.left(current, item),
        }
        return reason === undefined
          ? ({ type: "CompleteItem", ...common, ...Answered.lacking(current, answers, item) } as const)
          : ({ type: "DeclineItem", ...common, reason } as const)
      })
    })

  /** The firm's word on an item, which may be the last too. */
  const settle = (
    member: Member,
    id: string,
    word: { readonly type: "WaiveItem"; readonly item: string; readonly reason: string } | Marking,
    commandId: string,
  ) =>
    ending(byMember(member, id), commandId, (current, freeze) =>
      Effect.map(freeze(Answered.given(current)), (frozen) => ({
        ...word,
        id: commandId,
        by: { kind: "member", id: member.id },
        ending: { ...frozen, left: Answered.left(current, word.item) },
      })),
    )

  const closeOnBehalf: Service["closeOnBehalf"] = (member, id, commandId) =>
    ending(byMember(member, id), commandId, (current, freeze) =>
      Effect.map(freeze(Answered.given(current)), (frozen) => ({
        type: "CloseOnBehalf",
        id: commandId,
        by: { kind: "member", id: member.id },
        ...frozen,
      })),
    )

  const ask = (customer: Customer, revision: number, commandId: string) => intentOf(customer, revision, commandId)

  return {
    save,
    submit,
    finish,
    closeOnBehalf,
    waiveItem: (member, id, item, reason, commandId) =>
      settle(member, id, { type: "WaiveItem", item, reason }, commandId),
    markItem: (member, id, item, complete, commandId) =>
      settle(member, id, { type: "MarkItem", item, complete }, commandId),
    completeItem: (customer, { revision, item }, commandId) => end(customer, { revision, item }, commandId),
    declineItem: end,
    reopenItem: (customer, { revision, item }, commandId) =>
      transact(customer.workspace.id, customer.requestId, () =>
        Effect.succeed({ type: "ReopenItem", ...ask(customer, revision, commandId), item }),
      ),
    attachFile: (customer, { revision, question, file, limit }, commandId) =>
      transact(customer.workspace.id, customer.requestId, (request) =>
        Effect.gen(function* () {
          const { stored } = yield* currentOf(customer.workspace.id, request)
          return {
            type: "AttachFile",
            ...ask(customer, revision, commandId),
            item: Filling.sectionOf(stored.questionnaire, question) ?? "",
            question,
            file,
            ...(yield* attached(customer.workspace.id, customer.requestId, question, file)),
            limit,
          } as const
        }),
      ),
    removeFile: (customer, { revision, file }, commandId) =>
      transact(customer.workspace.id, customer.requestId, (request) =>
        Effect.map(currentOf(customer.workspace.id, request), ({ stored }) => {
          const question = request.files.find(({ id }) => id === file)?.question ?? ""
          return {
            type: "RemoveFile",
            ...ask(customer, revision, commandId),
            item: Filling.sectionOf(stored.questionnaire, question) ?? "",
            file,
          }
        }),
      ),
  } satisfies Partial<Service>
}
