/** Removing for good what was given: only of a request that has ended, and nothing is asked of it afterwards (S76). */
import type * as Command from "../Command.ts"
import type { State } from "../State.ts"
import type { Decision } from "./Decision.ts"
import { accept, guard, inState, refuse, stamp, unless } from "./Decision.ts"

export const erase = (command: Command.Erase, request: State): Decision =>
  unless(command, request, [
    ...inState(
      request,
      ["Submitted", "Expired", "Cancelled"],
      "It is open: cancel it first, and then erase it.",
      "still-open",
    ),
    ...guard(command.reason.trim() !== "", "reason-missing", "Say why it is erased: the record keeps the reason."),
  ])({ type: "RequestErased", ...stamp(command), reason: command.reason })

/** What still comes in of itself is not written down: it may name the person again. */
const passedOver: ReadonlySet<Command.Command["type"]> = new Set([
  "Wake",
  "ReportDelivery",
  "RecordAccess",
  "RecordView",
  "ReportScan",
  "QuarantineFile",
  "Erase",
])

/** What comes of a command to an erased request. */
export const afterwards = (command: Command.Command, request: State): Decision =>
  passedOver.has(command.type)
    ? accept()
    : refuse(command, request, guard(false, "erased", "What was given here has been erased for good."))
