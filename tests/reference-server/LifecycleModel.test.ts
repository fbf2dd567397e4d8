// I1–I10 and I12 on the server: random stories are told to the services, over a real database, and to the pure model at
// the same time. After every step both have the same state or the same refusal; at the end the row is what its events
// replay to, the chain verifies, and the outbox holds the mails that the model expects.
import { assert, layer } from "@effect/vitest"
import { AuditEntry, ClientRequest } from "@requite/core"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import type { Customer } from "../../reference-server/src/Customer.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Model from "./LifecycleModel.ts"
import { entriesOf } from "../support/Chain.ts"

const uuid = TestFirm.uuid
const start = Date.UTC(2027, 0, 4, 9)

const person = (id: string) =>
  TestFirm.recipient(`${id}@customer.example`, { id, mobile: "+46701234567", role: "Applicant", contact: id })

/** What came of a step: the codes of its refusal, or null. */
const outcome = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.match(effect, {
    onSuccess: () => null,
    onFailure: (error) => (error instanceof ClientRequest.Refusal ? Model.codesOf(error) : [String(error)]),
  })

/** One firm for all stories, so that they only make requests. */
const arrange = Effect.gen(function* () {
  const questionnaires = yield* Questionnaires
  const work = yield* WorkItems
  const { member } = yield* TestFirm.firm
  const { stored } = yield* questionnaires.add(member.workspaceId, Model.questionnaire)
  const workItem = Effect.gen(function* () {
    const id = yield* uuid
    yield* work.create(member.workspaceId, id, { title: "Work" })
    return id
  })
  return { member, stored, workItem }
})
type Arranged = Effect.Success<typeof arrange>

/** A step, asked of both; gives the model after it, and what each of the two said. */
const take = Effect.fnUntraced(function* (
  { member, stored }: Arranged,
  base: Customer,
  model: Model.Model,
  step: Model.Step,
  at: number,
) {
  const requests = yield* ClientRequests
  const { state } = model
  const { id, policy } = state
  const { item, form } = step
  const commandId = yield* uuid
  const [recipient = "eva"] = state.details.recipients.map((one) => one.id)
  const generation = (state.families[recipient]?.generation ?? 0) - step.behind
  const revision = state.revision - step.stale
  const customer: Customer = { ...base, recipient, generation, device: step.device }
  const stamp = { id: commandId, at, by: { kind: "member", id: member.id } as const }
  const page = {
    id: commandId,
    at,
    by: { kind: "customer", link: base.linkId } as const,
    recipient,
    generation,
    device: step.device,
    revision,
  }
  const outstanding = { subject: [], tasks: {} }
  const reason = form === 0 ? "" : "Because."
  const file = { id: yield* uuid, name: "p.pdf", bytes: 1, type: "application/pdf", sha256: "0".repeat(64) }
  const answers = Model.counting(model)
  const digest = yield* Model.digestOf(stored.ref.hash, answers)
  const ending = { item, left: Model.left(state, item), submissionId: commandId, digest }
  const system = { id: commandId, by: { kind: "system" } as const }

  /** What both are asked. */
  const ask = (): readonly [ClientRequest.Command, Effect.Effect<unknown, unknown>] => {
    switch (step.type) {
      case "Send":
        return [{ type: "Send", ...stamp, outstanding }, requests.send(member, id, commandId)]
      case "Resend":
        return [{ type: "Resend", ...stamp, outstanding }, requests.resend(member, id, commandId)]
      case "Schedule": {
        const sendAt = at + (form - 1) * 7_200_000
        return [{ type: "Schedule", ...stamp, sendAt }, requests.schedule(member, id, sendAt, commandId)]
      }
      case "Unschedule":
        return [{ type: "Unschedule", ...stamp }, requests.unschedule(member, id, commandId)]
      case "Edit": {
        const due = new Date(at + form * 5 * 86_400_000).toISOString().slice(0, 10)
        const details = form === 0 ? { title: `Model ${at}` } : form === 1 ? { due } : { due, message: `By ${due}.` }
        const command = { type: "Edit", ...stamp, details, appends: false } as const
        return [command, requests.edit(member, id, details, commandId)]
      }
      case "ChangeRecipient": {
        const to = person(form === 0 ? "eva" : `other-${at}`)
        const command = { type: "ChangeRecipient", ...stamp, recipient, to } as const
        return [command, requests.changeRecipient(member, id, recipient, to, commandId)]
      }
      case "ChangeWindow": {
        const windowDays = [null, 5, 90][form] ?? null
        return [
          { type: "ChangeWindow", ...stamp, windowDays },
          requests.changeWindow(member, id, windowDays, commandId),
        ]
      }
      case "RevokeLinks":
        return [{ type: "RevokeLinks", ...stamp, recipient }, requests.revokeLinks(member, id, recipient, commandId)]
      case "Cancel":
        return [{ type: "Cancel", ...stamp, reason }, requests.cancel(member, id, reason, commandId)]
      case "Suspend":
        return [{ type: "Suspend", ...stamp, reason }, requests.suspend(member, id, reason, commandId)]
      case "Resume":
        return [{ type: "Resume", ...stamp }, requests.resume(member, id, commandId)]
      case "Reopen":
        return [{ type: "Reopen", ...stamp }, requests.reopen(member, id, commandId)]
      case "AcceptItem":
        return [{ type: "AcceptItem", ...stamp, item }, requests.acceptItem(member, id, item, commandId)]
      case "ReturnItem":
        return [
          { type: "ReturnItem", ...stamp, item, reason },
          requests.returnItem(member, id, item, reason, commandId),
        ]
      case "WaiveItem":
        return [
          { type: "WaiveItem", ...stamp, item, reason, ending },
          requests.waiveItem(member, id, item, reason, commandId),
        ]
      case "MarkItem": {
        const complete = form !== 0
        const command = { type: "MarkItem", ...stamp, item, complete, ending } as const
        return [command, requests.markItem(member, id, item, complete, commandId)]
      }
      case "CloseOnBehalf": {
        const command = { type: "CloseOnBehalf", ...stamp, submissionId: commandId, digest } as const
        return [command, requests.closeOnBehalf(member, id, commandId)]
      }
      case "Claim": {
        const { at: _, revision: __, ...rest } = page
        const intent = { type: "Claim", ...rest, rebinds: form !== 0, issuedAt: at } as const
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "RequestAccessLink": {
        const by = { kind: "customer", link: "" } as const
        const command = { type: "RequestAccessLink", id: commandId, at, by, recipient } as const
        return [command, requests.requestAccessLink(member.workspaceId, id, recipient, commandId)]
      }
      case "StopReminders": {
        const intent = { ...system, type: "StopReminders", by: { kind: "customer", link: "" }, recipient } as const
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "ChooseLanguage": {
        const by = { kind: "customer", link: "" } as const
        const intent = { ...system, type: "ChooseLanguage", by, recipient, language: form === 0 ? "es" : "sv" } as const
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "Comment":
      case "Reply": {
        const said = { comment: commandId, item: form === 0 ? null : item, text: reason }
        const { at: _, revision: __, ...link } = page
        const intent =
          step.type === "Comment"
            ? ({ type: "Comment", ...link, ...said } as const)
            : ({ type: "Reply", id: commandId, by: stamp.by, ...said } as const)
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "Delegate": {
        const { at: _, revision: __, ...link } = page
        const to = person(`cy-${at}`)
        const named = { ...to, name: "Cy Lund", email: `cy${form}@customer.example` }
        const wish = { proposal: commandId, to: named, word: reason, suppressed: form === 2 }
        const intent = { type: "Delegate", ...link, ...wish } as const
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "RefuseDelegation": {
        const proposal = state.proposal?.id ?? "none"
        const intent = {
          type: "RefuseDelegation",
          id: commandId,
          by: stamp.by,
          proposal,
          reason,
          comment: "c",
        } as const
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "Disown": {
        const { at: _, revision: __, ...link } = page
        const intent = { type: "Disown", ...link, reason } as const
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "ReportDelivery": {
        const outcome = form === 2 ? "bounced-hard" : "delivered"
        const intent = { type: "ReportDelivery", ...system, recipient, mail: "m", outcome, detail: "" } as const
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "LiftSuppression": {
        const intent = { type: "LiftSuppression", ...stamp, recipient, reason } as const
        return [intent, requests.handle(member.workspaceId, id, intent)]
      }
      case "RecordAccess": {
        const intent = { type: "RecordAccess", ...system, what: "codes-locked", recipient, channel: "sms" } as const
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "ReportScan": {
        const there = state.files.find(({ scan }) => scan === "pending")?.id ?? "none"
        const intent = { type: "ReportScan", ...system, file: there, scan: "clean", detail: "" } as const
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "QuarantineFile": {
        const there = state.files[0]?.id ?? "none"
        const what = { file: there, item: form === 0 ? "gone" : "papers", signature: "Eicar-Signature" }
        const intent = { type: "QuarantineFile", ...system, ...what } as const
        return [{ ...intent, at }, requests.handle(member.workspaceId, id, intent)]
      }
      case "RecordView": {
        const intent = { type: "RecordView", ...stamp, what: "answers" } as const
        return [intent, requests.handle(member.workspaceId, id, intent)]
      }
      case "Save": {
        const isChanged = (model.draft?.name ?? model.submitted?.name ?? "") !== step.name
        const isLive = policy.saving === "live"
        const isConflict = isLive && isChanged && form === 0 && model.version > 0
        const seen = { name: form === 0 ? 0 : model.version }
        const command = {
          type: "Save",
          ...page,
          answered: step.name !== "",
          items: isChanged && !isConflict ? ["about"] : [],
          questions: isLive && isChanged && !isConflict ? ["name"] : [],
          conflicts: isConflict ? ["name"] : [],
        } as const
        return [command, requests.save(customer, { revision, answers: { name: step.name }, seen }, commandId)]
      }
      case "AttachFile": {
        const what = { item: "papers", question: "passport", file, scan: "pending", limit: 3 } as const
        const command = { type: "AttachFile", ...page, ...what } as const
        return [command, requests.attachFile(customer, { revision, question: "passport", file, limit: 3 }, commandId)]
      }
      case "RemoveFile": {
        const there = state.files[0]?.id ?? "none"
        const command = { type: "RemoveFile", ...page, item: there === "none" ? "" : "papers", file: there } as const
        return [command, requests.removeFile(customer, { revision, file: there }, commandId)]
      }
      case "CompleteItem": {
        const lacks = { missing: item === "about" && answers.name === undefined ? ["name"] : [] }
        const files = item === "papers" && answers.passport === undefined ? ["passport"] : []
        const command = { type: "CompleteItem", ...page, ...ending, ...lacks, files } as const
        return [command, requests.completeItem(customer, { revision, item }, commandId)]
      }
      case "ReopenItem":
        return [{ type: "ReopenItem", ...page, item }, requests.reopenItem(customer, { revision, item }, commandId)]
      case "DeclineItem": {
        const command = { type: "DeclineItem", ...page, ...ending, reason } as const
        return [command, requests.declineItem(customer, { revision, item, reason }, commandId)]
      }
      case "Wake":
        return [{ type: "Wake", ...system, at, outstanding }, requests.sweep]
      default:
        return [
          { type: "Submit", ...page, submissionId: commandId, digest, missing: Model.missing(state, answers) },
          requests.submit(customer, revision, commandId),
        ]
    }
  }

  /** Where nothing is kept before the end, everything comes at once. */
  const finish = Effect.gen(function* () {
    const [name, files] = [
      Model.isOpen(state, "about") ? step.name : undefined,
      Model.isOpen(state, "papers") && form > 0 ? [file] : [],
    ]
    const all = Model.counting(model, { ...(name === undefined ? {} : { name }), files })
    const given = { name: step.name }
    const command: ClientRequest.Command = {
      type: "Submit",
      ...page,
      submissionId: commandId,
      digest: yield* Model.digestOf(stored.ref.hash, all),
      missing: Model.missing(state, all),
      files: files.map((one) => ({ question: "passport", file: one, scan: "pending" })),
    }
    const sent = form > 0 ? [{ question: "passport", file }] : []
    return [command, requests.finish(customer, { revision, answers: given, files: sent }, commandId), all] as const
  })

  const finishes = step.type === "Submit" && policy.saving === "none" && state.state !== "Submitted"
  const [command, call, frozen] = finishes ? yield* finish : [...ask(), answers]
  const decided = Model.decide(model, command)
  const said = yield* outcome(TestFirm.at(at)(call))
  // I9: twice is once
  if (step.again && step.type !== "Wake") yield* outcome(TestFirm.at(at)(call))
  const ended = decided.model.state.submission?.id === commandId
  const wrote = command.type === "Save" && decided.codes === null
  const kept = command.type === "Save" && command.conflicts.length === 0
  const next: Model.Model = {
    ...decided.model,
    submitted: ended ? frozen : model.submitted,
    draft: wrote && kept ? { name: step.name } : wrote && model.draft === null ? { name: "" } : model.draft,
    version: model.version + (wrote && command.questions.length > 0 ? 1 : 0),
  }
  return { model: next, expected: step.type === "Wake" ? null : decided.codes, said, command }
})

const tell = Effect.fnUntraced(function* (arranged: Arranged, story: Model.Story) {
  const requests = yield* ClientRequests
  const sql = yield* SqlClient.SqlClient
  const { member, stored, workItem } = arranged
  const details = TestFirm.details(stored.ref, {
    recipients: [person("eva")],
    workItem: yield* workItem,
    due: "2027-01-20",
    reminders: { rule: { kind: story.rule }, enabled: true },
  })
  const created = yield* TestFirm.at(start)(requests.create(member, { details, policy: story.policy }, yield* uuid))
  const { id } = created
  const by = { kind: "member", id: member.id } as const
  const event = { type: "RequestCreated", at: start, by, requestId: id, details, policy: story.policy } as const
  let model = Model.begin(event)
  const customer = yield* TestFirm.customerOf(created)
  const [first = assert.fail("no steps")] = story.steps
  const begin = { ...first, type: story.begins, wait: "none", form: 2, guided: false }
  const path: Array<string> = []
  let at = start
  for (const one of story.begins === "nothing" ? story.steps : [begin, ...story.steps]) {
    const step = Model.guided(one, model.state)
    at = Model.instantAfter(model, at, step.wait)
    const taken = yield* take(arranged, customer, model, step, at)
    path.push(`${step.type}${taken.expected === null ? "" : ` refused (${taken.expected.join(", ")})`}`)
    const where = `${story.policy.name}: ${path.join(" > ")}`
    assert.deepStrictEqual(taken.said, taken.expected, where)
    model = taken.model
    const { current } = yield* TestFirm.at(at)(requests.overview(member.workspaceId, id))
    assert.deepStrictEqual(current.request, model.state, where)
  }

  const where = `${story.policy.name}: ${path.join(" > ")}`
  const { history } = yield* requests.overview(member.workspaceId, id)
  assert.deepStrictEqual(
    history.flatMap(({ event }) => event ?? []),
    model.events,
    where,
  )
  assert.deepStrictEqual(ClientRequest.replay(history.flatMap(({ event }) => event ?? [])), model.state, where)
  assert.isNull(yield* AuditEntry.firstBroken(yield* entriesOf(id)), where)
  const letters = yield* sql<{ key: string }>`SELECT key FROM mails WHERE request_id = ${id} AND recipient <> ''`
  assert.deepStrictEqual(letters.map(({ key }) => key).sort(), [...model.letters].sort(), where)
  // I12: listed as what it is at this moment, whether or not a sweeper was there
  const query = { state: ClientRequest.stateAt(model.state, at), limit: 1000, offset: 0 }
  const listed = yield* TestFirm.at(at)(requests.list(member.workspaceId, query))
  assert.include(
    listed.requests.map((one) => one.id),
    id,
    where,
  )
  // nothing of this story is due in the next
  yield* sql`UPDATE client_requests SET next_due_at = NULL WHERE id = ${id}`
  return { states: model.state.state, events: history.map(({ type }) => type), path }
})

layer(TestFirm.withoutWorker, { excludeTestServices: true, timeout: "180 seconds" })(
  "the server and its model",
  (it) => {
    it.effect(
      "I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I12: the same commands lead to the same states, refusals, events and mails",
      () =>
        Effect.gen(function* () {
          const arranged = yield* arrange
          const stories = yield* Arbitrary.sampleEffect(Model.story, { count: 60, size: 50, seed: "server" })
          const told = yield* Effect.forEach(stories, (story) => tell(arranged, story))
          // the stories tell something
          const events = new Set(told.flatMap((one) => one.events))
          const all = ClientRequest.Event.members.map((member) => member.fields.type.literal)
          // what is erased is taken out of more than the model has: Record.test.ts
          const untold = all.filter((type) => !events.has(type) && type !== "RequestErased")
          assert.isAtMost(untold.length, 2, untold.join(", "))
          assert.deepStrictEqual([...new Set(told.map(({ states }) => states))].sort(), [
            "Cancelled",
            "Expired",
            "Pending",
            "Submitted",
            "WaitingForCustomer",
          ])
        }),
      240_000,
    )
  },
)
