/**
 * The lifecycle as a model of the server: the same step is asked of the services of the server and of the pure `decide`,
 * at the same instant, and everything that comes of it is compared. The model keeps of the answers only what the rules
 * about them need: a name that is required, a passport that is required, and nothing more.
 */
import { assert } from "@effect/vitest"
import { ClientRequest, Instant, RequestPolicy, Submission } from "@requite/core"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

export const questionnaire = JSON.stringify({
  format: 1,
  id: "model",
  version: 1,
  language: "en",
  title: "Model",
  sections: [
    { id: "about", title: "About", items: [{ id: "name", type: "text", label: "Name", required: true }] },
    {
      id: "papers",
      title: "Papers",
      items: [
        {
          id: "passport",
          type: "upload",
          label: "Passport",
          required: true,
          accept: ["application/pdf"],
          maxBytes: 1000,
          maxFiles: 20,
          check: "identity",
        },
      ],
    },
  ],
})

const among = <const A>(...values: ReadonlyArray<A>) =>
  Arbitrary.filterMap(
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: values.length - 1 }))),
    (index) => Result.fromNullishOr(values[index], () => index),
  )

const types = [
  "Save",
  "AttachFile",
  "RemoveFile",
  "CompleteItem",
  "DeclineItem",
  "ReopenItem",
  "Claim",
  "Submit",
  "Send",
  "Resend",
  "Edit",
  "ChangeRecipient",
  "ChangeWindow",
  "Schedule",
  "Unschedule",
  "RevokeLinks",
  "Cancel",
  "Suspend",
  "Resume",
  "Reopen",
  "AcceptItem",
  "ReturnItem",
  "WaiveItem",
  "MarkItem",
  "CloseOnBehalf",
  "RequestAccessLink",
  "StopReminders",
  "ChooseLanguage",
  "Comment",
  "Reply",
  "Delegate",
  "Disown",
  "RefuseDelegation",
  "ReportDelivery",
  "LiftSuppression",
  "RecordAccess",
  "RecordView",
  "ReportScan",
  "QuarantineFile",
  "Wake",
] as const

/** What makes sense in a state: without it most steps would be refused, and a story would get nowhere. */
const sensible = ({ state, sentAt, suspended, suppressed, proposal }: ClientRequest.State): ReadonlyArray<string> => {
  if (suspended !== null) return ["Resume"]
  if (state === "Submitted") return ["AcceptItem", "ReturnItem", "Reopen", "QuarantineFile"]
  if (state === "Expired") return ["Resend", "RequestAccessLink", "ChangeWindow", "CloseOnBehalf"]
  if (state === "Cancelled") return types
  if ((proposal ?? null) !== null) return ["RefuseDelegation", "Save", "Reply"]
  if (suppressed.length > 0) return ["LiftSuppression", "Save", "Resend"]
  if (sentAt === null) return ["Send", "Wake", "Schedule", "Edit", "Unschedule"]
  return [
    "Save",
    "AttachFile",
    "Wake",
    "Save",
    "AttachFile",
    "CompleteItem",
    "Wake",
    "RemoveFile",
    "Submit",
    "DeclineItem",
    "ReopenItem",
    "Claim",
    "ReturnItem",
    "MarkItem",
    "WaiveItem",
    "Resend",
    "Edit",
    "ReportDelivery",
    "RecordView",
    "RecordAccess",
    "ReopenItem",
    "ReportScan",
    "QuarantineFile",
    "Delegate",
    "Comment",
    "Disown",
  ]
}

/** The step as it is taken: a guided one is something sensible, by a page and a link of today. */
export const guided = (step: Step, state: ClientRequest.State): Step => {
  if (!step.guided) return step
  const choices = sensible(state)
  const item = step.item === "unknown" ? "papers" : step.item
  return {
    ...step,
    type: choices[step.pick % choices.length] ?? "Wake",
    item,
    behind: 0,
    stale: 0,
    form: step.form || 1,
  }
}

const step = Arbitrary.all({
  type: among(...types),
  guided: among(true, false, true, true),
  pick: Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))),
  wait: among("none", "hour", "due", "due", "day", "hour", "end", "week", "none"),
  /** How many generations the customer's link is behind, and how many revisions their page. */
  behind: among(0, 0, 0, 1, 0, 0),
  stale: among(0, 0, 0, 1, 0, 0),
  device: among("phone", "phone", "laptop", "phone"),
  item: among("about", "papers", "papers", "unknown", "about"),
  name: among("Carl", "", "Carla", "Carl"),
  form: among(0, 1, 2),
  /** The command arrives once more. */
  again: among(false, false, true, false),
})
export interface Step {
  readonly type: string
  readonly guided: boolean
  readonly pick: number
  readonly wait: string
  readonly behind: number
  readonly stale: number
  readonly device: string
  readonly item: string
  readonly name: string
  readonly form: number
  readonly again: boolean
}

export const story = Arbitrary.all({
  policy: among(...Object.values(RequestPolicy.presets)),
  rule: among("urgent", "gentle", "none", "urgent"),
  /** Most begin with a send, by hand or by the clock. */
  begins: among("Send", "Schedule", "nothing", "Send"),
  steps: Arbitrary.array(step, { minLength: 8, maxLength: 24 }),
})
export interface Story {
  readonly policy: RequestPolicy.RequestPolicy
  readonly rule: "urgent" | "gentle" | "none"
  readonly begins: "Send" | "Schedule" | "nothing"
  readonly steps: ReadonlyArray<Step>
}

export interface Model {
  readonly state: ClientRequest.State
  readonly events: ReadonlyArray<ClientRequest.Event>
  /** Keys of the mails to customers. */
  readonly letters: ReadonlyArray<string>
  /** The draft; null: nothing was saved yet. */
  readonly draft: { readonly name: string } | null
  readonly version: number
  /** What was submitted last. */
  readonly submitted: Answers | null
}

type File = Omit<ClientRequest.State["files"][number], "question" | "at" | "scan">
export interface Answers {
  readonly name?: string
  readonly passport?: ReadonlyArray<File>
}

const over: ReadonlyArray<string> = ["Accepted", "Waived", "NotApplicable"]
const statusOf = (state: ClientRequest.State, item: string) => state.items[item]?.status ?? "NotStarted"

/** May the customer still write this item, as far as the firm is concerned? */
export const isOpen = (state: ClientRequest.State, item: string): boolean =>
  !over.includes(statusOf(state, item)) && (state.openItems === null || state.openItems.includes(item))

/** The answers that count now, with more of both kinds beside them. */
export const counting = (
  { state, draft, submitted }: Model,
  more: { readonly name?: string; readonly files?: ReadonlyArray<File> } = {},
): Answers => {
  if (state.state === "Submitted" && submitted !== null) return submitted
  const name = more.name ?? draft?.name ?? submitted?.name ?? ""
  const files = [...state.files, ...(more.files ?? [])].map(({ id, name, bytes, type, sha256 }) => ({
    id,
    name,
    bytes,
    type,
    sha256,
  }))
  return { ...(name === "" ? {} : { name }), ...(files.length === 0 ? {} : { passport: files }) }
}

/** Which questions lack an answer, of those that the customer may write. */
export const missing = (state: ClientRequest.State, answers: Answers): ReadonlyArray<string> => [
  ...(answers.name === undefined && isOpen(state, "about") ? ["name"] : []),
  ...(answers.passport === undefined && isOpen(state, "papers") ? ["passport"] : []),
]

export const left = (state: ClientRequest.State, item: string): ReadonlyArray<string> =>
  ["about", "papers"].filter((id) => id !== item && ![...over, "Completed"].includes(statusOf(state, id)))

/** Decides; an accepted command changes the model, a refused one leaves it as it is. */
export const decide = (model: Model, command: ClientRequest.Command) => {
  const decision = ClientRequest.decide(command, model.state)
  if (Result.isFailure(decision)) return { model, codes: codesOf(decision.failure) }
  let { state } = model
  const letters: Array<string> = []
  for (const event of decision.success) {
    state = ClientRequest.evolve(state, event)
    for (const delivery of ClientRequest.deliveries(event, state)) {
      if (ClientRequest.carriesLink(delivery)) letters.push(ClientRequest.deliveryKey(state.id, delivery))
    }
  }
  const next: Model = {
    ...model,
    state,
    events: [...model.events, ...decision.success],
    letters: [...model.letters, ...letters],
  }
  return { model: next, codes: null }
}

/** What a refusal says, to be compared. */
export const codesOf = ({ reasons }: ClientRequest.Refused): ReadonlyArray<string> =>
  reasons.map(({ code, about }) => [code, ...about].join(" "))

export const begin = (event: ClientRequest.Event): Model => ({
  state: ClientRequest.replay([event]) ?? assert.fail("no creation"),
  events: [event],
  letters: [],
  draft: null,
  version: 0,
  submitted: null,
})

/** When the next step happens. */
export const instantAfter = ({ state }: Model, at: number, wait: string): number => {
  const due = ClientRequest.nextDueAt(state)
  switch (wait) {
    case "hour":
      return at + 3_600_000
    case "day":
      return Instant.plusDays(at, 1)
    case "week":
      return Instant.plusDays(at, 7)
    case "due":
      return due !== null && due > at ? due : at
    case "end":
      return state.expiresAt !== null && state.expiresAt > at ? state.expiresAt : at
    default:
      return at
  }
}

export const digestOf = (hash: string, answers: Answers) => Submission.digest(hash, { ...answers })
