/** What happens to a request, as the work it belongs to takes note of it: inside the request's own transaction. */
import type { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import { SqlClient } from "../platform/Sql.ts"
import type { WorkItems } from "../WorkItems.ts"

/** A section that needs nothing more of the customer. */
const complete: ReadonlySet<ClientRequest.ItemStatus> = new Set(["Completed", "Accepted", "Waived", "NotApplicable"])

/** Has the customer given all that was asked for this task? */
const isGiven = ({ state, items }: ClientRequest.State, { sections }: ClientRequest.TaskPart): boolean =>
  state === "Submitted" ||
  (sections.length > 0 && sections.every((id) => complete.has(items[id]?.status ?? "NotStarted")))

export const make: Effect.Effect<WorkItems["Service"]["follow"], never, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return (workspaceId, before, after, events) =>
    Effect.gen(function* () {
      const { workItem, tasks } = after.details
      const at = events.at(-1)?.at
      if (workItem === null || at === undefined) return
      const when = new Date(at)
      const has = (type: ClientRequest.Event["type"]) => events.some((event) => event.type === type)
      const own = sql`workspace_id = ${workspaceId} AND work_item_id = ${workItem}`
      yield* sql`UPDATE work_items SET updated_at = ${when} WHERE workspace_id = ${workspaceId} AND id = ${workItem}`
      for (const part of tasks) {
        if (has("RequestSent")) yield* sql`DELETE FROM basket WHERE ${own} AND task_id = ${part.task}`
        const [was, is] = [before !== null && isGiven(before, part), isGiven(after, part)]
        if (is && (!was || has("RequestSubmitted"))) {
          const result = JSON.stringify({ request: after.id, at: after.submission?.at ?? at })
          yield* sql`UPDATE tasks SET result = ${result}, done_at = ${when} WHERE ${own} AND id = ${part.task}`
        }
        // taken back, by the customer or by the firm; what is done by another request stays so
        if (was && !is) {
          yield* sql`UPDATE tasks SET done_at = NULL
            WHERE ${own} AND id = ${part.task} AND result ->> 'request' = ${after.id}`
        }
      }
      if (has("RequestSubmitted")) {
        // one statement: told twice, the second finds the row there
        yield* sql`
          WITH first AS (
            INSERT INTO work_advances (request_id, workspace_id, work_item_id, at)
            SELECT ${after.id}, workspace_id, id, ${when} FROM work_items
            WHERE workspace_id = ${workspaceId} AND id = ${workItem}
            ON CONFLICT (request_id) DO NOTHING RETURNING work_item_id)
          UPDATE work_items SET stage = LEAST(stage + 1, jsonb_array_length(stages) - 1)
          FROM first WHERE id = first.work_item_id AND auto_advance`
      }
    })
})
