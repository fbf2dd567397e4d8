/** What the scanner says of files that are attached already, and the checks that clean documents lead to (S55, P17). */
import type * as Command from "../Command.ts"
import type { Event } from "../Event.ts"
import type { State } from "../State.ts"
import { isReadable } from "../views.ts"
import type { Decision } from "./Decision.ts"
import { accept, stamp, windowFrom } from "./Decision.ts"

const fileOf = (request: State, id: string) => request.files.find((file) => file.id === id)

/** In every state: what is known of a file is not a matter of the request's. One that is gone, or known, changes nothing. */
export const report = (command: Command.ReportScan, request: State): Decision => {
  const { scan, detail } = command
  const file = fileOf(request, command.file)
  if (file === undefined || file.scan === scan) return accept()
  return accept({ type: "FileScanned", ...stamp(command), file: file.id, question: file.question, scan, detail })
}

/** The file goes in every state. Its item comes back to the customer where they can still be asked for another one. */
export const quarantine = (command: Command.QuarantineFile, request: State): Decision => {
  const file = fileOf(request, command.file)
  if (file === undefined) return accept()
  const { item, signature, reason } = command
  const gone: Event = {
    type: "FileQuarantined",
    ...stamp(command),
    file: file.id,
    question: file.question,
    signature,
  }
  if (!canComeBack(request, item)) return accept(gone)
  return accept(gone, {
    type: "ItemReturned",
    ...stamp(command),
    item,
    ...(reason === undefined ? { reason: "", infected: file.name } : { reason }),
    expiresAt: request.state === "Submitted" ? windowFrom(request, command.at) : request.expiresAt,
  })
}

const canComeBack = (request: State, item: string): boolean => {
  const { state, details, items, policy } = request
  const isAsked = details.questionnaire.sections.includes(item) && items[item]?.status !== "Waived"
  // what one person brings to a page that several can open is no business of the others (S67)
  const isTold = policy.saving !== "immediate" || details.recipients.length === 1
  return isAsked && isTold && (state === "WaitingForCustomer" || state === "Submitted")
}

/**
 * Checks that can be asked for now: their item is done, all their documents can be read, and one of these was not in an
 * earlier check. So each document leads to one, however often its item is sent back and done again.
 */
export const checksOf = (request: State, { at, by }: Pick<Event, "at" | "by">): ReadonlyArray<Event> =>
  (request.details.questionnaire.checks ?? []).flatMap(({ item, question, check }): ReadonlyArray<Event> => {
    const status = request.items[item]?.status
    const files = request.files.filter((file) => file.question === question)
    const checked = new Set(request.checks.filter((one) => one.question === question).flatMap((one) => one.files))
    // what was called off is not checked either
    const isDone = request.state !== "Cancelled" && (status === "Completed" || status === "Accepted")
    const fresh = files.filter(({ id }) => !checked.has(id)).map(({ id }) => id)
    return isDone && fresh.length > 0 && files.every(({ scan }) => isReadable(scan))
      ? [{ type: "CheckRequested", at, by, item, question, check, files: fresh }]
      : []
  })
