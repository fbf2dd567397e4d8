/** Endpoints that explain reminders, of a request and of one that is only thought of. */
import * as Failure from "../Failure.ts"
import { HttpApiEndpoint } from "../HttpApi.ts"
import { params, said } from "./endpoints.ts"
import { Imagined } from "./Given.ts"
import { ReminderCalendar, ReminderPlan } from "./Reminders.ts"

export const reminders = HttpApiEndpoint.get("reminders", "/:id/reminders", {
  params,
  success: ReminderPlan,
  error: Failure.NotFound,
}).annotateMerge(
  said(
    "Explain the reminders",
    "The next reminder, or the reason why there is none; the rest of the cycle if nothing changes; and what was sent.",
  ),
)

export const previewReminders = HttpApiEndpoint.post("previewReminders", "/preview-reminders", {
  payload: Imagined,
  success: ReminderCalendar,
  error: Failure.PolicyRefused,
}).annotateMerge(
  said("Preview the reminders of a cycle", "What would be sent, before anything is (K13–K15). Changes nothing."),
)
