/** What becomes of link families, and of the reminders' beginning, when something happens to a request. */
import type { Instant } from "../../Instant.ts"
import * as Reminder from "../../Reminder.ts"
import { reminderInput } from "../reminding.ts"
import type { Family, State } from "../State.ts"

export const rebased = (before: State, at: Instant): State["reminders"] => ({
  ...before.reminders,
  from: Reminder.rebase(reminderInput(before, at), at),
})

export const none: Family = { generation: 0, binding: null, sendNo: 0 }

export const withFamily = (
  request: State,
  recipient: string,
  change: (family: Family) => Family,
): State["families"] => ({
  ...request.families,
  [recipient]: change(request.families[recipient] ?? none),
})

export const revoked = (family: Family): Family => ({ ...family, generation: family.generation + 1, binding: null })

/** Older links die; the device that the family belongs to stays known (L21). */
export const renewed = (family: Family): Family => ({ ...family, generation: family.generation + 1 })

export const allRenewed = (request: State): State["families"] =>
  Object.fromEntries(Object.entries(request.families).map(([id, family]) => [id, renewed(family)]))
