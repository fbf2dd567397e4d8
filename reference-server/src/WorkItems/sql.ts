/** The statements of work items, one a name. Each takes the workspace, and sees nothing of another. */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isUuid } from "../Database/Uuid.ts"
import * as contacts from "../Contacts/layer.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { type AskedPart, BasketEntry, type Participant, type Query, Task, WorkItem } from "../WorkItems.ts"

const Scoped = Schema.Struct({ workspaceId: Schema.String, id: Schema.String })
const AtTime = Schema.Struct({ ...Scoped.fields, now: Schema.Int })
const { status: _status, ...ofWorkItem } = WorkItem.fields
const ItemRow = Schema.Struct({
  ...ofWorkItem,
  createdAt: Schema.Date,
  updatedAt: Schema.Date,
  isCompleted: Schema.Boolean,
  isOut: Schema.Boolean,
})
const { status: _taskStatus, workItem: _workItem, ...ofTask } = Task.fields
const TaskRow = Schema.Struct({ ...ofTask, workItemId: Schema.String, isDone: Schema.Boolean })
const ParticipantRow = Schema.Struct({ ...contacts.Row.fields, role: Schema.String })
const Part = Schema.Struct({
  questionnaire: Schema.String,
  version: Schema.Int,
  names: Schema.Record(Schema.String, Schema.String),
})

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  /** Sent, not ended, and its window not passed, whether or not anybody noticed; suspended ones too. */
  const isOut = (now: number) => sql`r.is_out AND (r.expires_at IS NULL OR r.expires_at > ${new Date(now)})`
  const itemColumns = (now: number) => sql`
    w.id, w.title, w.external_name, w.stages, w.stage, w.auto_advance, w.assignee, w.created_at, w.updated_at,
    w.completed_at IS NOT NULL AS is_completed,
    EXISTS (SELECT 1 FROM client_requests r
      WHERE r.workspace_id = w.workspace_id AND r.work_item_id = w.id AND ${isOut(now)}) AS is_out`
  const taskColumns = (now: number) => sql`
    t.id, t.work_item_id, t.title, t.questionnaires, t.result, t.done_at IS NOT NULL AS is_done,
    (SELECT r.id FROM client_requests r
      WHERE r.workspace_id = t.workspace_id AND r.work_item_id = t.work_item_id AND r.task_ids @> to_jsonb(t.id::text) AND ${isOut(now)}
      ORDER BY r.created_at DESC LIMIT 1) AS out`

  const item = SqlSchema.findOneOption({
    Request: AtTime,
    Result: ItemRow,
    execute: ({ workspaceId, id, now }) => sql`
      SELECT ${itemColumns(now)} FROM work_items w WHERE w.workspace_id = ${workspaceId} AND w.id = ${id}`,
  })
  const task = SqlSchema.findOneOption({
    Request: AtTime,
    Result: TaskRow,
    execute: ({ workspaceId, id, now }) => sql`
      SELECT ${taskColumns(now)} FROM tasks t WHERE t.workspace_id = ${workspaceId} AND t.id = ${id}`,
  })
  const tasks = SqlSchema.findAll({
    Request: AtTime,
    Result: TaskRow,
    execute: ({ workspaceId, id, now }) => sql`
      SELECT ${taskColumns(now)} FROM tasks t WHERE t.workspace_id = ${workspaceId} AND t.work_item_id = ${id}
      ORDER BY t.created_at, t.id`,
  })
  const participants = SqlSchema.findAll({
    Request: Scoped,
    Result: ParticipantRow,
    execute: ({ workspaceId, id }) => sql`
      SELECT c.id, c.name, c.email, c.mobile, c.language, c.time_zone, c.deleted_at, p.role
      FROM work_item_contacts p JOIN contacts c ON c.id = p.contact_id
      WHERE p.workspace_id = ${workspaceId} AND p.work_item_id = ${id} AND c.deleted_at IS NULL
      ORDER BY lower(c.name), c.id`,
  })
  const basket = SqlSchema.findAll({
    Request: Scoped,
    Result: BasketEntry,
    execute: ({ workspaceId, id }) => sql`
      SELECT b.task_id AS task, t.title, b.questionnaire FROM basket b JOIN tasks t ON t.id = b.task_id
      WHERE b.workspace_id = ${workspaceId} AND b.work_item_id = ${id} ORDER BY b.added_at, b.position`,
  })
  const requests = SqlSchema.findAll({
    Request: Scoped,
    Result: Schema.Struct({ state: ClientRequest.State }),
    execute: ({ workspaceId, id }) => sql`
      SELECT state FROM client_requests
      WHERE workspace_id = ${workspaceId} AND work_item_id = ${id}
      ORDER BY created_at DESC, id`,
  })
  const part = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, combination: Schema.String, task: Schema.String }),
    Result: Part,
    execute: ({ workspaceId, combination, task }) => sql`
      SELECT questionnaire, version, names FROM work_parts
      WHERE workspace_id = ${workspaceId} AND combination = ${combination} AND task_id = ${task}`,
  })

  return {
    item: (workspaceId: string, id: string, now: number) =>
      Effect.map(isUuid(id) ? item({ workspaceId, id, now }) : Effect.succeedNone, (row) =>
        Option.getOrNull(Option.map(row, itemOf)),
      ),
    list: Effect.fnUntraced(function* (
      workspaceId: string,
      { status, search = "", limit, offset }: Query,
      now: number,
    ) {
      const all = sql`SELECT ${itemColumns(now)} FROM work_items w
        WHERE w.workspace_id = ${workspaceId}
          AND position(lower(${search.replaceAll("\u0000", "\ufffd").trim()}) in lower(w.title)) > 0`
      const which =
        status === undefined
          ? sql`TRUE`
          : sql`(CASE WHEN is_completed THEN 'Completed' WHEN is_out THEN 'WaitingForCustomer' ELSE 'Active' END) = ${status}`
      const rows = yield* sql`SELECT * FROM (${all}) found WHERE ${which}
        ORDER BY updated_at DESC, id LIMIT ${limit} OFFSET ${offset}`
      const [count] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM (${all}) found WHERE ${which}`
      const decoded = yield* Schema.decodeUnknownEffect(Schema.Array(ItemRow))(rows)
      return { workItems: decoded.map(itemOf), total: count?.n ?? 0 }
    }),
    task: (workspaceId: string, id: string, now: number) =>
      Effect.map(isUuid(id) ? task({ workspaceId, id, now }) : Effect.succeedNone, (row) =>
        Option.getOrNull(Option.map(row, taskOf)),
      ),
    tasks: (workspaceId: string, id: string, now: number) =>
      Effect.map(tasks({ workspaceId, id, now }), (rows) => rows.map(taskOf)),
    participants: (workspaceId: string, id: string) =>
      Effect.map(participants({ workspaceId, id }), (rows) =>
        rows.map(({ role, ...row }): Participant => ({ ...contacts.fromRow(row), role })),
      ),
    basket: (workspaceId: string, id: string) => basket({ workspaceId, id }),
    requests: (workspaceId: string, id: string) =>
      Effect.map(requests({ workspaceId, id }), (rows) => rows.map(({ state }) => state)),
    part: (workspaceId: string, combination: string, id: string): Effect.Effect<AskedPart | null> =>
      isUuid(id)
        ? Effect.map(Effect.orDie(part({ workspaceId, combination, task: id })), Option.getOrNull)
        : Effect.succeed(null),
    touch: (workspaceId: string, id: string, now: number) =>
      sql`UPDATE work_items SET updated_at = ${new Date(now)} WHERE workspace_id = ${workspaceId} AND id = ${id}`,
  }
})

const itemOf = ({ isCompleted, isOut, createdAt, updatedAt, ...row }: typeof ItemRow.Type): WorkItem => ({
  ...row,
  status: isCompleted ? "Completed" : isOut ? "WaitingForCustomer" : "Active",
  createdAt: createdAt.getTime(),
  updatedAt: updatedAt.getTime(),
})

/** A task can be done although its request is still open: the others asked for with it are not yet (K31). */
const taskOf = ({ isDone, workItemId, ...row }: typeof TaskRow.Type): Task => {
  const isWaiting = row.out !== null && !(isDone && row.result?.request === row.out)
  return { ...row, workItem: workItemId, status: isWaiting ? "WaitingForCustomer" : isDone ? "Done" : "Open" }
}
