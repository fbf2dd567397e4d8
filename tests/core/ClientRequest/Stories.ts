/**
 * Random stories: commands of the firm, of customers with links that were mailed to them, and of the clock, in any order,
 * under every preset and under policies with knobs turned at random. Time goes on, stands still on the edges of the window
 * more often than chance would have it, and sometimes goes back.
 */
import { assert } from "@effect/vitest"
import type * as AccessLink from "@requite/core/AccessLink"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Instant from "@requite/core/Instant"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import { bo, commands, day, details, eva, frozen, hours, member, pdf } from "../../support/Decider.ts"
import { among, knob, knobs, policyOf } from "./Policies.ts"

const customers = [
  "Save",
  "Claim",
  "Start",
  "AttachFile",
  "AttachFile",
  "RemoveFile",
  "CompleteItem",
  "CompleteItem",
  "ReopenItem",
  "DeclineItem",
  "RequestAccessLink",
  "Submit",
  "Claim",
  "Comment",
  "Delegate",
  "Disown",
] as const
const firms = [
  "Send",
  "Resend",
  "Resend",
  "Edit",
  "Edit",
  "ChangeRecipient",
  "ChangeRecipient",
  "ChangeWindow",
  "Schedule",
  "Unschedule",
  "RevokeLinks",
  "Cancel",
  "Suspend",
  "Resume",
  "Resume",
  "Reopen",
  "AcceptItem",
  "ReturnItem",
  "ReturnItem",
  "WaiveItem",
  "MarkItem",
  "MarkItem",
  "CloseOnBehalf",
  "Reply",
  "AcceptDelegation",
  "RefuseDelegation",
] as const
const clocks = [
  "Wake",
  "Wake",
  "Wake",
  "ReportDelivery",
  "RecordAccess",
  "StopReminders",
  "ChooseLanguage",
  "LiftSuppression",
  "ReportScan",
  "QuarantineFile",
] as const
const types = [...customers, ...clocks, ...firms, "Resend", "Send", ...customers, "Save"] as const
const waits = [
  "hour",
  "none",
  "morning",
  "morning",
  "due",
  "due",
  "week",
  "last millisecond",
  "end",
  "month",
  "back",
  "none",
  "hour",
  "hour",
] as const

const step = Arbitrary.all({
  type: among(...types),
  wait: among(...waits),
  /** Which of the links that were mailed the customer uses, from the latest on, and on which device: `own`, the bound one. */
  link: among(0, 0, 0, 1, 0, 2, 0, 5, 0),
  device: among("own", "own", "laptop", "own", "scanner", "own"),
  stale: among(0, 0, 1, 0, 0),
  item: among("income", "papers", "house"),
  /** Which of the forms that a command has. */
  form: among(0, 1, 2, 3, 4, 5),
  /** Something about the command is wrong: an answer is missing, another request is out, there is no such file. */
  twist: among(false, false, true, false, false),
})
export interface Step {
  readonly type: (typeof types)[number]
  readonly wait: (typeof waits)[number]
  readonly link: number
  readonly device: string
  readonly stale: number
  readonly item: string
  readonly form: number
  readonly twist: boolean
}

export const story = Arbitrary.all({
  knobs,
  /** Whether it begins with a send; most that do not are never sent. */
  sent: among(true, true, false, true, true, true),
  rule: among<ClientRequest.Details["reminders"]["rule"]>(
    { kind: "none" },
    { kind: "urgent" },
    { kind: "gentle" },
    { kind: "custom", everyDays: 2 },
  ),
  due: knob("2027-01-20", "2027-03-27", null, "2027-01-12"),
  steps: Arbitrary.array(step, { minLength: 1, maxLength: 50 }),
})
export type Story = typeof story extends Arbitrary.Arbitrary<infer A> ? A : never

export interface Turn {
  readonly at: number
  readonly command: ClientRequest.Command
  /** The link that a customer's command came by. */
  readonly link: AccessLink.AccessLink | null
  /** All events before. */
  readonly history: ReadonlyArray<ClientRequest.Event>
  readonly before: ClientRequest.State
  readonly decision: ReturnType<typeof ClientRequest.decide>
  /** None when it was refused. */
  readonly events: ReadonlyArray<ClientRequest.Event>
  readonly after: ClientRequest.State
  /** Every link that was mailed until then. */
  readonly links: ReadonlyArray<AccessLink.AccessLink>
}

const waited = (wait: Step["wait"], now: number, request: ClientRequest.State): number => {
  switch (wait) {
    case "none":
      return now
    case "hour":
      return now + hours(1)
    case "morning":
      return Math.floor(now / hours(24)) * hours(24) + hours(33)
    case "week":
      return now + hours(7 * 24)
    case "month":
      return now + hours(31 * 24)
    case "due":
      return Math.max(now, ClientRequest.nextDueAt(request) ?? now)
    case "end":
      return Math.max(now, request.expiresAt ?? now)
    case "last millisecond":
      return Math.max(now, (request.expiresAt ?? now) - 1)
    case "back":
      return Math.max(day(0), now - hours(30))
  }
}

const others = { subject: ["B"], tasks: {} }
const none = { subject: [], tasks: {} }
const cy = { ...eva, id: "cy" }
const people: ReadonlyArray<ClientRequest.Recipient> = [cy, eva, cy, eva, { ...bo, id: "di" }, { ...cy, email: "" }]
const done = ["Completed", "Accepted", "Waived", "NotApplicable"]

const edits = (step: Step, { details: now }: ClientRequest.State): Partial<ClientRequest.Details> => {
  const forms: ReadonlyArray<Partial<ClientRequest.Details>> = [
    { title: `Title ${step.item}` },
    { due: step.twist ? null : "2027-01-25", dues: { [step.item]: "2027-01-22" } },
    { reminders: { rule: { kind: "urgent" }, enabled: !step.twist } },
    {
      recipients: step.twist
        ? [{ ...eva, email: "other@example.com" }]
        : [...now.recipients, { ...bo, id: `bo-${now.recipients.length}` }],
    },
    { timeZone: step.twist ? "Nowhere" : "Pacific/Auckland", message: "Please." },
    { questionnaire: { ...now.questionnaire, version: 2 }, sensitivity: step.twist ? "high" : "normal" },
  ]
  return forms[step.form] ?? {}
}

/** The payslip is for a check (P17). */
const questionnaire = {
  ...details.questionnaire,
  checks: [{ item: "papers", question: "payslip", check: "income" }],
}

/** What would end or pause most stories, and is done instead. */
const rarely: Partial<Record<Step["type"], Step["type"]>> = {
  Cancel: "Resend",
  CloseOnBehalf: "Resume",
  Suspend: "Wake",
  RevokeLinks: "MarkItem",
  StopReminders: "Wake",
  Disown: "Delegate",
}

const commandOf = (
  step: Step,
  at: number,
  request: ClientRequest.State,
  link: AccessLink.AccessLink,
  number: number,
): ClientRequest.Command => {
  const { item, twist, form } = step
  const { recipient, generation } = link
  const device = step.device === "own" ? (request.families[recipient]?.binding?.device ?? "phone") : step.device
  const page = { recipient, generation, device, revision: request.revision - step.stale }
  const type = form > 0 ? (rarely[step.type] ?? step.type) : step.type
  const outstanding = twist ? others : none
  const submissionId = twist && request.submission !== null ? request.submission.id : `s${number}`
  const left = request.details.questionnaire.sections.filter(
    (id) => id !== item && !done.includes(request.items[id]?.status ?? ""),
  )
  switch (type) {
    case "Send":
      return commands.Send(at, outstanding)
    case "Resend":
      return commands.Resend(at, { outstanding, ...(form === 0 ? { recipients: [recipient] } : {}) })
    case "Edit":
      return commands.Edit(at, edits(step, request), { appends: twist })
    case "ChangeRecipient":
      return commands.ChangeRecipient(at, {
        recipient: twist ? "nobody" : (request.details.recipients[form % 2]?.id ?? "eva"),
        to: people[form] ?? eva,
      })
    case "ChangeWindow":
      return commands.ChangeWindow(at, [null, 0, 1, 30, 60, 7][form] ?? null)
    case "Schedule":
      return commands.Schedule(at, twist ? at : at + hours(24 * form + 1))
    case "RevokeLinks":
      return commands.RevokeLinks(at, twist ? "nobody" : recipient)
    case "Claim":
      return commands.Claim(at, {
        recipient,
        generation,
        device,
        rebinds: link.rebinds,
        issuedAt: link.issuedAt,
      })
    case "RequestAccessLink":
      return commands.RequestAccessLink(at, twist ? "nobody" : recipient)
    case "StopReminders":
      return commands.StopReminders(at, twist ? "nobody" : recipient)
    case "ChooseLanguage":
      return commands.ChooseLanguage(at, form === 0 ? "es" : "sv", twist ? "nobody" : recipient)
    case "Comment":
      return commands.Comment(at, { item: twist ? null : item, recipient, generation, device })
    case "Reply":
      return commands.Reply(at, { item: twist ? null : item, text: form === 0 ? "" : "Please." })
    case "Delegate":
      return commands.Delegate(at, {
        recipient,
        generation,
        device,
        proposal: `p${number}`,
        to: { ...bo, id: `to-${number}`, name: form === 5 ? "www" : "Cy Lund", email: `cy${form}@client.example` },
        suppressed: twist,
      })
    case "AcceptDelegation":
    case "RefuseDelegation":
      return commands[type](at, { proposal: twist ? "nothing" : (request.proposal?.id ?? "nothing") })
    case "Disown":
      return commands.Disown(at, { recipient, generation, device })
    case "Start":
      return commands.Start(at, page)
    case "Save":
      return commands.Save(at, { ...page, items: [item], answered: form !== 0, conflicts: twist ? ["rent"] : [] })
    case "AttachFile":
      return commands.AttachFile(at, {
        ...page,
        item,
        file: { ...pdf, id: `f${number}` },
        scan: form % 2 === 0 ? "pending" : "clean",
        limit: twist ? 0 : 3,
      })
    case "RemoveFile":
      return commands.RemoveFile(at, { ...page, item, file: twist ? "nothing" : (request.files[0]?.id ?? "nothing") })
    case "CompleteItem":
      return commands.CompleteItem(at, item, {
        ...page,
        left,
        submissionId,
        missing: twist ? ["name"] : [],
        files: form === 0 ? ["payslip"] : [],
      })
    case "ReopenItem":
      return commands.ReopenItem(at, item, page)
    case "DeclineItem":
      return commands.DeclineItem(at, item, { ...page, left, submissionId, reason: form === 0 ? "" : "We rent." })
    case "Submit":
      return commands.Submit(at, { ...page, submissionId, missing: twist ? ["name"] : [] })
    case "AcceptItem":
      return commands.AcceptItem(at, item)
    case "ReturnItem":
      return commands.ReturnItem(at, twist ? "garage" : item, form === 0 ? "" : "Wrong year.")
    case "WaiveItem":
      return commands.WaiveItem(at, item)
    case "MarkItem":
      return commands.MarkItem(at, item, !twist)
    case "CloseOnBehalf":
      return commands.CloseOnBehalf(at, { submissionId })
    case "Wake":
      return commands.Wake(at, outstanding)
    case "ReportDelivery":
      return commands.ReportDelivery(at, { recipient, outcome: twist ? "bounced-hard" : "delivered" })
    case "ReportScan":
      return commands.ReportScan(at, {
        file: request.files.find(({ scan }) => scan === "pending")?.id ?? "nothing",
        scan: form === 0 ? "unscannable" : "clean",
      })
    case "QuarantineFile":
      return commands.QuarantineFile(at, { file: twist ? "nothing" : (request.files.at(-1)?.id ?? "nothing"), item })
    case "LiftSuppression":
      return commands.LiftSuppression(at, { recipient })
    default:
      return commands[type](at)
  }
}

const fromCustomer = new Set<string>(customers)
const nobodys: AccessLink.AccessLink = {
  id: "none",
  requestId: "A",
  recipient: "eva",
  generation: 1,
  mailId: null,
  rebinds: false,
  digest: "0",
  issuedAt: day(0),
  expiresAt: null,
}

/** The links that the mails of an event carry. */
const mailed = (event: ClientRequest.Event, request: ClientRequest.State): ReadonlyArray<AccessLink.AccessLink> =>
  ClientRequest.deliveries(event, request)
    .filter(ClientRequest.carriesLink)
    .map((delivery) => {
      const { linkDays } = request.policy
      return {
        ...nobodys,
        id: ClientRequest.deliveryKey("A", delivery),
        recipient: delivery.recipient,
        generation: request.families[delivery.recipient]?.generation ?? 0,
        rebinds: ClientRequest.rebinds(delivery),
        issuedAt: event.at,
        expiresAt: linkDays === null ? null : Instant.plusDays(event.at, linkDays),
      }
    })

export interface Options {
  /** Steps that are left out. */
  readonly without?: (step: Step) => boolean
  /** Is the end of the window noticed on time? */
  readonly eager?: boolean
}

/** Plays a story. Whatever is decided upon is frozen. */
export const play = ({ knobs, sent, rule, due, steps }: Story, { without, eager = false }: Options = {}) => {
  const policy = policyOf(knobs)
  const recipients = policy.audience === "shared-record" ? [eva, bo] : [eva]
  const creation: ClientRequest.Event = {
    type: "RequestCreated",
    at: day(0),
    by: member,
    requestId: "A",
    details: { ...details, questionnaire, recipients, due, reminders: { rule, enabled: true } },
    policy,
  }
  const events: Array<ClientRequest.Event> = [creation]
  const links: Array<AccessLink.AccessLink> = []
  const turns: Array<Turn> = []
  let state = ClientRequest.replay(events) ?? assert.fail()
  let at = day(0)
  const take = (command: ClientRequest.Command, link: AccessLink.AccessLink | null): Turn => {
    const before = frozen(state)
    const decision = ClientRequest.decide(frozen(command), before)
    const news = Result.getOrElse(decision, () => [])
    const history = [...events]
    for (const event of news) {
      events.push(event)
      state = ClientRequest.evolve(state, event)
      links.push(...mailed(event, state))
    }
    return { at: command.at, command, link, history, before, decision, events: news, after: state, links: [...links] }
  }
  if (sent) turns.push(take(commands.Send(at), null))
  for (const [number, step] of steps.entries()) {
    if (without?.(step) === true) continue
    at = waited(step.wait, at, state)
    if (eager && ClientRequest.stateAt(state, at) !== state.state) take(commands.Wake(state.expiresAt ?? at), null)
    const link = links.at(-1 - step.link) ?? links.at(-1) ?? nobodys
    turns.push(take(commandOf(step, at, state, link, number), fromCustomer.has(step.type) ? link : null))
  }
  return { turns, events, links, state, end: at }
}
