/** Items one by one: what the customer ticks or declines, and what the firm accepts, sends back or waives. */
import type * as Command from "../Command.ts"
import type { Event } from "../Event.ts"
import type { Reason } from "../Reason.ts"
import type { ItemStatus, LifecycleState, State } from "../State.ts"
import { ticksItems } from "./allowed.ts"
import { atWork, beginning, writable } from "./answering.ts"
import type { Decision } from "./Decision.ts"
import { accept, guard, inState, knownItem, stamp, unless, windowFrom } from "./Decision.ts"

const statusOf = (request: State, item: string): ItemStatus => request.items[item]?.status ?? "NotStarted"

/** Ticking or declining an item; the last one ends a request that ends by itself (X3). */
export const end = (command: Command.CompleteItem | Command.DeclineItem, request: State): Decision => {
  const { item, submissionId } = command
  const isTick = command.type === "CompleteItem"
  if (request.state === "Submitted" && request.submission?.id === submissionId) return accept()
  const done = isTick && statusOf(request, item) === "Completed" && atWork(command, request).length === 0
  if (done) return accept()
  return unless(command, request, [
    ...atWork(command, request),
    ...knownItem(request, item),
    ...writable(request, item),
    ...(isTick ? tickGuards(command, request) : declineGuards(command, request)),
  ])(
    ...beginning(command, request, []),
    isTick
      ? { type: "ItemCompleted", ...stamp(command), item }
      : { type: "ItemDeclined", ...stamp(command), item, reason: command.reason },
    ...endingWith(command, request, command),
  )
}

/** The last item ends a request that ends by itself, whoever said the last word (K24). */
const endingWith = (
  command: Command.CompleteItem | Command.DeclineItem | Command.WaiveItem | Command.MarkItem,
  request: State,
  { left, submissionId, digest }: Command.Ending,
): ReadonlyArray<Event> => {
  const isOver = request.policy.completion === "auto-when-all" && left.length === 0
  return isOver ? [{ type: "RequestSubmitted", ...stamp(command), submissionId, digest }] : []
}

const tickGuards = ({ item, missing, files }: Command.CompleteItem, request: State): ReadonlyArray<Reason> => [
  ...guard(ticksItems(request), "item-not-allowed", "Under this policy items are not ticked one by one.", [item]),
  ...guard(files.length === 0, "file-required", "Attach the file first.", files),
  ...guard(missing.length === 0, "item-incomplete", "Some questions of this item still need an answer.", missing),
]

const declineGuards = ({ item, reason }: Command.DeclineItem, request: State): ReadonlyArray<Reason> => [
  ...guard(
    request.policy.customerMayDeclineItem,
    "item-not-allowed",
    "Under this policy the customer cannot say that an item does not apply.",
    [item],
  ),
  ...reasonGiven(reason),
]

const reasonGiven = (text: string): ReadonlyArray<Reason> =>
  guard(text.trim() !== "", "reason-missing", "Say why, in a sentence.")

/** The customer takes back that an item is complete. */
export const reopen = (command: Command.ReopenItem, request: State): Decision => {
  const { item } = command
  const { openItems, policy } = request
  return unless(command, request, [
    ...atWork(command, request),
    ...knownItem(request, item),
    ...guard(
      policy.customerMayReopenItem && (openItems === null || openItems.includes(item)),
      "item-not-allowed",
      "Only the firm can open this item again.",
      [item],
    ),
    ...guard(
      ["Completed", "NotApplicable"].includes(statusOf(request, item)),
      "item-status",
      "This item is open already.",
      [item],
    ),
  ])({ type: "ItemReopened", ...stamp(command), item })
}

type Review = Command.AcceptItem | Command.ReturnItem | Command.WaiveItem | Command.MarkItem

/** What the firm says of an item. Saying the same again changes nothing. */
export const review = (command: Review, request: State): Decision => {
  const rule = rules(command, request)
  const guards = [
    ...inState(request, rule.states, rule.message),
    ...knownItem(request, command.item),
    ...(command.type === "ReturnItem" || command.type === "WaiveItem" ? reasonGiven(command.reason) : []),
  ]
  if (guards.length === 0 && rule.isThere) return accept()
  return unless(command, request, [
    ...guards,
    ...guard(guards.length > 0 || rule.from.includes(statusOf(request, command.item)), "item-status", rule.otherwise, [
      command.item,
    ]),
  ])(rule.event, ...lastWord(command, request))
}

const lastWord = (command: Review, request: State): ReadonlyArray<Event> => {
  const ends = command.type === "WaiveItem" || (command.type === "MarkItem" && command.complete)
  if (!ends || command.ending === undefined || request.state !== "WaitingForCustomer") return []
  return endingWith(command, request, command.ending)
}

interface Rule {
  readonly states: ReadonlyArray<LifecycleState>
  readonly message: string
  /** It is so already. */
  readonly isThere: boolean
  readonly from: ReadonlyArray<ItemStatus>
  readonly otherwise: string
  readonly event: Event
}

const open: ReadonlyArray<ItemStatus> = ["NotStarted", "InProgress", "Returned"]

const rules = (command: Review, request: State): Rule => {
  const { item } = command
  const status = statusOf(request, item)
  switch (command.type) {
    case "AcceptItem":
      return {
        states: ["Submitted"],
        message: "Items are accepted once the request is submitted.",
        isThere: status === "Accepted",
        // what the firm closed for the customer it may accept as it is, given or not
        from: ["Completed", "NotStarted"],
        otherwise: "Only an item that is complete can be accepted.",
        event: { type: "ItemAccepted", ...stamp(command), item },
      }
    case "ReturnItem":
      return {
        states: ["WaitingForCustomer", "Submitted"],
        message: "Items are sent back while the request waits, or once it is submitted.",
        isThere: false,
        from: [
          "InProgress",
          "Completed",
          "Accepted",
          "NotApplicable",
          // closed by the firm without it
          ...(request.state === "Submitted" ? (["NotStarted"] as const) : []),
        ],
        otherwise: "There is nothing to send back: nothing was given for this item.",
        event: {
          type: "ItemReturned",
          ...stamp(command),
          item,
          reason: command.reason,
          expiresAt: request.state === "Submitted" ? windowFrom(request, command.at) : request.expiresAt,
        },
      }
    case "WaiveItem":
      return {
        states: ["WaitingForCustomer"],
        message: "Items are waived while the request waits for the customer.",
        isThere: status === "Waived",
        from: [...open, "Completed", "NotApplicable"],
        otherwise: "This item was accepted already.",
        event: { type: "ItemWaived", ...stamp(command), item, reason: command.reason },
      }
    case "MarkItem":
      return {
        states: ["Pending", "WaitingForCustomer", "Expired"],
        message: "Items are marked until the request is submitted or cancelled.",
        isThere: (status === "Completed") === command.complete && (command.complete || open.includes(status)),
        from: command.complete ? open : ["Completed", "Accepted", "NotApplicable", "Waived"],
        otherwise: "This item cannot be marked like that now.",
        event: { type: command.complete ? "ItemCompleted" : "ItemReopened", ...stamp(command), item },
      }
  }
}
