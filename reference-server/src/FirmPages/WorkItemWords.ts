/** What there is to say of work in a few words, and what the pages of work share. */
import * as Effect from "effect/Effect"
import { type Html, html } from "../Html.ts"
import type { WorkItem, WorkNotFound, WorkRefused, Task } from "../WorkItems.ts"
import { NotHere } from "./Visit.ts"
import type { Words } from "./Words.ts"

/** What is not in this workspace is not there. */
export function here<A, R>(found: Effect.Effect<A, WorkNotFound, R>): Effect.Effect<A, NotHere, R>
export function here<A, R>(
  found: Effect.Effect<A, WorkNotFound | WorkRefused, R>,
): Effect.Effect<A, NotHere | WorkRefused, R>
export function here<A, R>(found: Effect.Effect<A, WorkNotFound | WorkRefused, R>) {
  return Effect.catchTag(found, "WorkNotFound", () => Effect.fail(new NotHere()))
}

/** The status as a mark, in the colours of the requests' states. */
export const pill = ({ t }: Words, { status }: Pick<WorkItem, "status">): Html =>
  html`<span class="pill ${status === "Completed" ? "Submitted" : status}">${t(`work.status.${status}`)}</span>`

export const taskPill = ({ t }: Words, { status }: Pick<Task, "status">): Html =>
  html`<span class="pill ${status === "Done" ? "Submitted" : status}">${t(`work.task.status.${status}`)}</span>`

export const stage = ({ t }: Words, { stages, stage: index }: Pick<WorkItem, "stages" | "stage">): string =>
  t("work.stage.of", { name: stages[index] ?? "", number: index + 1, count: stages.length })

export const refusal = ({ t }: Words, { code }: WorkRefused): string => t(`work.refused.${code}`)
