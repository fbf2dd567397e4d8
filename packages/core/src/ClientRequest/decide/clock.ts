/** What happens by itself: what is due by the clock, what mail servers report, what is only written down. */
import { plusDays } from "../../Instant.ts"
import * as Reminder from "../../Reminder.ts"
import type * as Command from "../Command.ts"
import type { Event } from "../Event.ts"
import { reminderInput } from "../reminding.ts"
import type { State } from "../State.ts"
import { isOpenAt, stateAt } from "../views.ts"
import type { Decision } from "./Decision.ts"
import { accept, guard, stamp, unless } from "./Decision.ts"
import { sendingGuards, sent } from "./sending.ts"

/** Decides what is due now, and nothing else: a stale wake-up gives no events. */
export const wake = (command: Command.Wake, request: State): Decision => {
  const { scheduled } = request
  if (scheduled !== null && command.at >= scheduled.at && request.state === "Pending" && request.sentAt === null) {
    return accept(sendScheduled(command, request))
  }
  if (stateAt(request, command.at) !== request.state) return accept({ type: "RequestExpired", ...stamp(command) })
  if (!isOpenAt(request, command.at)) return accept()
  const plan = Reminder.next(reminderInput(request, command.at), command.at)
  return plan.type === "at" && plan.at <= command.at ? accept(remind(command, request)) : accept()
}

const sendScheduled = (command: Command.Wake, request: State): Event => {
  const reasons = sendingGuards(command.outstanding, request)
  return reasons.length > 0
    ? { type: "ScheduledSendRefused", ...stamp(command), reasons }
    : sent(
        "RequestSent",
        command,
        request,
        request.details.recipients.map(({ id }) => id),
      )
}

/** A reminder keeps the window open at least so long (K40). */
const remind = (command: Command.Wake, request: State): Event => {
  const days = request.policy.reminderExtendsDays
  const { expiresAt, reminders } = request
  return {
    type: "ReminderSent",
    ...stamp(command),
    count: reminders.count + 1,
    expiresAt: days === null || expiresAt === null ? expiresAt : Math.max(expiresAt, plusDays(command.at, days)),
  }
}

/** Recorded in every state: mail servers take their time. */
export const reportDelivery = (command: Command.ReportDelivery): Decision => {
  const { recipient, mail, outcome, detail, reminder } = command
  return accept({
    type: "DeliveryReported",
    ...stamp(command),
    recipient,
    mail,
    outcome,
    detail,
    ...(reminder === undefined ? {} : { reminder }),
  })
}

export const recordAccess = (command: Command.RecordAccess, request: State): Decision => {
  const { what, recipient, channel } = command
  return unless(
    command,
    request,
    guard(
      // the firm may look at what nobody has been sent yet
      request.sentAt !== null || what === "viewed-as-customer",
      "not-sent",
      "It has not been sent: nobody can have tried to get in.",
    ),
  )({ type: "AccessRecorded", ...stamp(command), what, recipient, channel })
}
