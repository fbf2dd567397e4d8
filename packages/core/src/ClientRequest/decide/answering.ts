/** What the customer gives: answers and files, and the end of it (X2, X3). */
import type * as Command from "../Command.ts"
import type { Event } from "../Event.ts"
import type { Reason } from "../Reason.ts"
import type { State } from "../State.ts"
import { endsByHand } from "./allowed.ts"
import type { Decision } from "./Decision.ts"
import { accept, guard, knownItem, stamp, unless } from "./Decision.ts"
import { bound, reachable } from "./entering.ts"

type Answering = Command.Start | Command.Save | Command.AttachFile | Command.RemoveFile

/** The page that is being saved showed what is asked now. */
const current = (command: { readonly revision: number }, request: State): ReadonlyArray<Reason> =>
  guard(
    command.revision === request.revision,
    "stale-revision",
    "The firm has changed the questions: load the page again.",
  )

/** The customer can get at the request, from this device, and their page is the present one. */
export const atWork = (
  command: Pick<Command.Start, "recipient" | "generation" | "device" | "revision">,
  request: State,
): ReadonlyArray<Reason> => [...reachable(command, request), ...bound(command, request), ...current(command, request)]

export const answer = (command: Answering, request: State): Decision => {
  const items = itemsOf(command)
  return unless(command, request, [
    ...atWork(command, request),
    ...guard(
      command.type === "Start" || request.policy.saving !== "none",
      "saving-not-allowed",
      "Under this policy nothing is kept before the end.",
    ),
    ...items.flatMap((item) => [...knownItem(request, item), ...writable(request, item)]),
    ...fileGuards(command, request),
  ])(...(begins(command) ? beginning(command, request, items) : []), ...given(command, request))
}

const itemsOf = (command: Answering): ReadonlyArray<string> => {
  if (command.type === "Start") return []
  return command.type === "Save" ? command.items : [command.item]
}

/** May this item be written? Not while only others were sent back, nor once it is ticked, accepted or waived. */
export const writable = (request: State, item: string): ReadonlyArray<Reason> => {
  const { openItems, items, policy } = request
  const status = items[item]?.status ?? "NotStarted"
  const isTicked = status === "Completed" && policy.saving === "per-item"
  const isShut = isTicked || status === "Accepted" || status === "Waived"
  const isOpen = openItems === null || openItems.includes(item)
  return guard(isOpen && !isShut, "item-closed", "This part is complete and cannot be changed.", [item])
}

/** What is given begins a request; an empty page that is saved does not. */
const begins = (command: Answering): boolean => command.type !== "Save" || command.answered

/** The first answer fixes the device (S18) and starts the request; the first in an item starts the item. */
export const beginning = (
  command:
    | Command.Start
    | Command.Save
    | Command.AttachFile
    | Command.RemoveFile
    | Command.CompleteItem
    | Command.DeclineItem,
  request: State,
  items: ReadonlyArray<string>,
): ReadonlyArray<Event> => [
  ...fixing(command, request),
  ...(request.startedAt === null ? [{ type: "RequestStarted", ...stamp(command) } as const] : []),
  ...items
    .filter((item) => starts(request, item))
    .map((item) => ({ type: "ItemStarted", ...stamp(command), item }) as const),
]

const fixing = (
  command: Command.Command & { readonly recipient: string; readonly device: string },
  request: State,
): ReadonlyArray<Event> => {
  const binding = request.families[command.recipient]?.binding ?? null
  if (request.policy.binding === "none" || binding?.fixed === true) return []
  return [{ type: "DeviceFixed", ...stamp(command), recipient: command.recipient, device: command.device }]
}

const starts = (request: State, item: string): boolean => {
  const status = request.items[item]?.status ?? "NotStarted"
  return status === "NotStarted" || status === "Returned" || status === "NotApplicable"
}

const fileGuards = (command: Answering, request: State): ReadonlyArray<Reason> => {
  if (command.type === "AttachFile") {
    const there = request.files.filter(({ question }) => question === command.question).length
    return guard(there < command.limit, "file-limit", `This question takes ${command.limit} files.`, [command.question])
  }
  if (command.type !== "RemoveFile") return []
  const isThere = request.files.some(({ id }) => id === command.file)
  return guard(isThere, "file-unknown", "There is no such file here.", [command.file])
}

type Attached = Pick<Command.AttachFile, "question" | "file" | "scan" | "withoutLocation">

const fileAttached = (command: Command.Command, { question, file, scan, withoutLocation }: Attached): Event => ({
  type: "FileAttached",
  ...stamp(command),
  question,
  file,
  scan,
  ...(withoutLocation === true ? { withoutLocation } : {}),
})

const given = (command: Answering, request: State): ReadonlyArray<Event> => {
  switch (command.type) {
    case "Start":
      return []
    case "Save": {
      const { questions, conflicts } = command
      const isTold = request.policy.saving === "live" && questions.length + conflicts.length > 0
      return isTold ? [{ type: "AnswersSaved", ...stamp(command), questions, conflicts }] : []
    }
    case "AttachFile":
      return [fileAttached(command, command)]
    case "RemoveFile":
      return [{ type: "FileRemoved", ...stamp(command), file: command.file }]
  }
}

/** A request that asks nothing that is required may be submitted without a first answer. */
export const submit = (command: Command.Submit, request: State): Decision => {
  const { submissionId, digest, missing, files = [] } = command
  if (request.state === "Submitted" && request.submission?.id === submissionId) return accept()
  return unless(command, request, [
    ...atWork(command, request),
    ...guard(
      endsByHand(request),
      "completion-not-allowed",
      request.policy.completion === "never"
        ? "This request is not finished by the customer."
        : "It ends by itself when the last item is complete.",
    ),
    ...guard(missing.length === 0, "incomplete", "Some questions still need an answer.", missing),
  ])(...fixing(command, request), ...files.map((file) => fileAttached(command, file)), {
    type: "RequestSubmitted",
    ...stamp(command),
    submissionId,
    digest,
  })
}
