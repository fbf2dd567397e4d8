/** The layer of `WorkItems` over the database. It knows nothing of the door of requests, which tells it what happened. */
import { Crypto, JsonText } from "@requite/core"
import * as Combination from "@requite/core/Questionnaire/Combination"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { isUuid } from "../Database/Uuid.ts"
import type { Member } from "../Members.ts"
import { SqlClient } from "../platform/Sql.ts"
import { Questionnaires } from "../Questionnaires.ts"
import {
  defaultStages,
  mayOffer,
  type Offering,
  type RefusalCode,
  type Task,
  type WorkItem,
  WorkItems,
  WorkNotFound,
  WorkRefused,
} from "../WorkItems.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import * as following from "./following.ts"
import * as statements from "./sql.ts"

const missing = (what: WorkNotFound["what"], id: string) => new WorkNotFound({ what, id })
const refused = (code: typeof RefusalCode.Type, ...about: ReadonlyArray<string>) => new WorkRefused({ code, about })
/** What of an object is given, JSON values as text. */
const given = (columns: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(columns)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, Array.isArray(value) ? JSON.stringify(value) : value]),
  )

export const layer = Layer.effect(
  WorkItems,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* statements.make
    const follow = yield* following.make
    const questionnaires = yield* Questionnaires
    const events = yield* WorkspaceEvents
    const crypto = yield* Crypto.Crypto

    const get = Effect.fnUntraced(function* (workspaceId: string, id: string) {
      const found = yield* Effect.orDie(rows.item(workspaceId, id, yield* Clock.currentTimeMillis))
      return found ?? (yield* missing("work-item", id))
    })
    const task = Effect.fnUntraced(function* (workspaceId: string, workItemId: string, id: string) {
      const found = yield* Effect.orDie(rows.task(workspaceId, id, yield* Clock.currentTimeMillis))
      return found === null || found.workItem !== workItemId ? yield* missing("task", id) : found
    })
    const touch = (workspaceId: string, id: string) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.orDie(rows.touch(workspaceId, id, now)))

    const checkAssignee = Effect.fnUntraced(function* (workspaceId: string, id: string | null | undefined) {
      if (id === null || id === undefined) return
      const found = isUuid(id)
        ? yield* Effect.orDie(sql`SELECT 1 FROM members WHERE workspace_id = ${workspaceId} AND id = ${id}`)
        : []
      if (found.length === 0) return yield* refused("assignee-unknown", id)
    })
    const checkOffered = Effect.fnUntraced(function* (workspaceId: string, ids: ReadonlyArray<string> = []) {
      const found = yield* Effect.forEach(ids, (id) => Effect.option(questionnaires.get(workspaceId, id)))
      const unknown = ids.filter((_, index) => found[index]?._tag !== "Some")
      if (unknown.length > 0) return yield* refused("questionnaire-unknown", ...unknown)
    })

    const offering = (workspaceId: string) =>
      sql<{ offering: Offering }>`SELECT offering FROM workspaces WHERE id = ${workspaceId}`.pipe(
        Effect.orDie,
        Effect.map(([row]) => row?.offering ?? "admins"),
      )
    /** That a member may change what is offered, where it is changed. */
    const checkOffering = Effect.fnUntraced(function* (
      by: Member,
      before: ReadonlyArray<string>,
      after: ReadonlyArray<string> = before,
    ) {
      const isSame = after.every((id) => before.includes(id)) && before.every((id) => after.includes(id))
      if (!isSame && !mayOffer(by, yield* offering(by.workspaceId))) return yield* refused("offering-by-admins")
    })

    const rolesOf = Effect.fnUntraced(function* (workspaceId: string, id: string) {
      yield* get(workspaceId, id)
      return yield* Effect.orDie(rows.participants(workspaceId, id))
    })
    const basket = Effect.fnUntraced(function* (workspaceId: string, id: string) {
      yield* get(workspaceId, id)
      return yield* Effect.orDie(rows.basket(workspaceId, id))
    })

    return WorkItems.of({
      list: (workspaceId, query) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.orDie(rows.list(workspaceId, query, now))),
      get,
      overview: Effect.fn("WorkItems.overview")(function* (workspaceId, id) {
        const workItem = yield* get(workspaceId, id)
        return yield* Effect.all({
          workItem: Effect.succeed(workItem),
          tasks: rows.tasks(workspaceId, workItem.id, yield* Clock.currentTimeMillis),
          participants: rows.participants(workspaceId, workItem.id),
          basket: rows.basket(workspaceId, workItem.id),
          requests: rows.requests(workspaceId, workItem.id),
        }).pipe(Effect.orDie)
      }),
      create: Effect.fn("WorkItems.create")(function* (workspaceId, id, input) {
        const { title, externalName, stages, autoAdvance, assignee } = input
        yield* checkAssignee(workspaceId, assignee)
        const now = new Date(yield* Clock.currentTimeMillis)
        const row = {
          id,
          workspaceId,
          title,
          externalName: externalName ?? "",
          stages: JSON.stringify(stages ?? defaultStages),
          stage: 0,
          autoAdvance: autoAdvance ?? false,
          assignee: assignee ?? null,
          createdAt: now,
          updatedAt: now,
        }
        yield* Effect.orDie(sql`INSERT INTO work_items ${sql.insert(row)} ON CONFLICT (id) DO NOTHING`)
        return yield* get(workspaceId, id)
      }),
      edit: Effect.fn("WorkItems.edit")(function* (workspaceId, id, changes) {
        const before = yield* get(workspaceId, id)
        yield* checkAssignee(workspaceId, changes.assignee)
        const stages = changes.stages ?? before.stages
        // fewer stages than before: it stays in the last one
        const stage = changes.stage ?? Math.min(before.stage, stages.length - 1)
        if (stage < 0 || stage >= stages.length) return yield* refused("stage-unknown")
        const { title, externalName, autoAdvance, assignee } = changes
        const updatedAt = new Date(yield* Clock.currentTimeMillis)
        const columns = given({
          title,
          externalName,
          stages: changes.stages,
          autoAdvance,
          assignee,
          updatedAt,
          ...(stage === before.stage ? {} : { stage }),
        })
        yield* Effect.orDie(
          sql`UPDATE work_items SET ${sql.update(columns)} WHERE workspace_id = ${workspaceId} AND id = ${id}`,
        )
        return yield* get(workspaceId, id)
      }),
      mark: Effect.fn("WorkItems.mark")(function* (workspaceId, id, completed) {
        yield* get(workspaceId, id)
        const now = new Date(yield* Clock.currentTimeMillis)
        yield* Effect.orDie(sql`
          UPDATE work_items SET completed_at = ${completed ? now : null}, updated_at = ${now}
          WHERE workspace_id = ${workspaceId} AND id = ${id} AND (completed_at IS NULL) = ${completed}`)
      }),
      assignees: (workspaceId) =>
        Effect.orDie(sql<{ id: string; name: string }>`
          SELECT id, name FROM members WHERE workspace_id = ${workspaceId} ORDER BY lower(name), id`),

      task,
      offering,
      setOffering: Effect.fn("WorkItems.setOffering")(
        function* ({ id, workspaceId }, to) {
          const changed = yield* sql`
            UPDATE workspaces SET offering = ${to} WHERE id = ${workspaceId} AND offering <> ${to} RETURNING 1`
          if (changed.length === 0) return
          const type = to === "admins" ? "OfferingRestricted" : "OfferingOpened"
          yield* events.add({ workspaceId, type, by: id, about: null, data: {} })
        },
        sql.withTransaction,
        Effect.orDie,
      ),
      addTask: Effect.fn("WorkItems.addTask")(function* (by, workItemId, id, input) {
        const { workspaceId } = by
        yield* get(workspaceId, workItemId)
        yield* checkOffering(by, [], input.questionnaires)
        yield* checkOffered(workspaceId, input.questionnaires)
        const createdAt = new Date(yield* Clock.currentTimeMillis)
        const row = given({ id, workspaceId, workItemId, ...input, createdAt })
        yield* Effect.orDie(sql`INSERT INTO tasks ${sql.insert(row)} ON CONFLICT (id) DO NOTHING`)
        yield* touch(workspaceId, workItemId)
        return yield* task(workspaceId, workItemId, id)
      }),
      editTask: Effect.fn("WorkItems.editTask")(function* (
        by,
        workItemId,
        id,
        { done, title, questionnaires: offered },
      ) {
        const { workspaceId } = by
        const before = yield* task(workspaceId, workItemId, id)
        yield* checkOffering(by, before.questionnaires, offered)
        yield* checkOffered(workspaceId, offered)
        const now = new Date(yield* Clock.currentTimeMillis)
        const doneAt = done === undefined ? undefined : done ? now : null
        const columns = given({ title, questionnaires: offered, doneAt })
        if (Object.keys(columns).length > 0) {
          yield* Effect.orDie(
            sql`UPDATE tasks SET ${sql.update(columns)} WHERE workspace_id = ${workspaceId} AND id = ${id}`,
          )
        }
        // what it no longer offers is not asked for either
        if (offered !== undefined) {
          yield* Effect.orDie(sql`
            DELETE FROM basket WHERE workspace_id = ${workspaceId} AND task_id = ${id}
              AND NOT (${JSON.stringify(offered)}::jsonb @> to_jsonb(questionnaire))`)
        }
        yield* touch(workspaceId, workItemId)
        return yield* task(workspaceId, workItemId, id)
      }),

      rolesOf,
      setRole: Effect.fn("WorkItems.setRole")(function* (workspaceId, workItemId, contactId, role) {
        yield* get(workspaceId, workItemId)
        const found = isUuid(contactId)
          ? yield* Effect.orDie(sql`
              INSERT INTO work_item_contacts (work_item_id, contact_id, workspace_id, role)
              SELECT ${workItemId}, id, workspace_id, ${role} FROM contacts
              WHERE workspace_id = ${workspaceId} AND id = ${contactId} AND deleted_at IS NULL
              ON CONFLICT (work_item_id, contact_id) DO UPDATE SET role = excluded.role RETURNING contact_id`)
          : []
        if (found.length === 0) return yield* missing("contact", contactId)
        yield* touch(workspaceId, workItemId)
      }),
      removeContact: Effect.fn("WorkItems.removeContact")(function* (workspaceId, workItemId, contactId) {
        yield* get(workspaceId, workItemId)
        if (!isUuid(contactId)) return
        yield* Effect.orDie(sql`
          DELETE FROM work_item_contacts
          WHERE workspace_id = ${workspaceId} AND work_item_id = ${workItemId} AND contact_id = ${contactId}`)
      }),

      basket,
      addToBasket: Effect.fn("WorkItems.addToBasket")(function* (workspaceId, workItemId, id, chosen) {
        const workItem = yield* get(workspaceId, workItemId)
        const found = yield* task(workspaceId, workItemId, id)
        const questionnaire = yield* choiceOf(workItem, found, chosen)
        const addedAt = new Date(yield* Clock.currentTimeMillis)
        const row = { taskId: id, workspaceId, workItemId, questionnaire, addedAt }
        yield* Effect.orDie(sql`
          INSERT INTO basket ${sql.insert(row)}
          ON CONFLICT (task_id) DO UPDATE SET questionnaire = excluded.questionnaire`)
      }),
      removeFromBasket: Effect.fn("WorkItems.removeFromBasket")(function* (workspaceId, workItemId, id) {
        yield* get(workspaceId, workItemId)
        if (!isUuid(id)) return
        yield* Effect.orDie(sql`
          DELETE FROM basket WHERE workspace_id = ${workspaceId} AND work_item_id = ${workItemId} AND task_id = ${id}`)
      }),
      clearBasket: Effect.fn("WorkItems.clearBasket")(function* (workspaceId, workItemId) {
        yield* get(workspaceId, workItemId)
        yield* Effect.orDie(
          sql`DELETE FROM basket WHERE workspace_id = ${workspaceId} AND work_item_id = ${workItemId}`,
        )
      }),
      combine: Effect.fn("WorkItems.combine")(function* (workspaceId, workItemId, options) {
        const entries = yield* basket(workspaceId, workItemId)
        const parts = yield* Effect.forEach(entries, (entry) =>
          Effect.map(questionnaires.get(workspaceId, entry.questionnaire), (stored) => ({ ...entry, stored })),
        )
        const [first] = parts
        if (first === undefined) return yield* refused("basket-empty")
        if (parts.length === 1) {
          const { questionnaire, source } = first.stored
          const sections = questionnaire.sections.map(({ id }) => id)
          return { source, questionnaire, tasks: [{ task: first.task, sections }] }
        }
        const named = parts.map(({ title, stored }) => ({ key: keyOf(title), questionnaire: stored.questionnaire }))
        const { questionnaire: combined, parts: found } = Combination.combine(named, { ...options, id: "combined" })
        const digest = yield* Effect.provideService(
          Crypto.sha256Hex(JsonText.canonical(combined)),
          Crypto.Crypto,
          crypto,
        )
        const questionnaire = { ...combined, id: `combined-${digest.slice(0, 32)}` }
        for (const [index, { task: taskId, stored }] of parts.entries()) {
          const row = {
            workspaceId,
            combination: questionnaire.id,
            taskId,
            questionnaire: stored.ref.id,
            version: stored.ref.version,
            names: JSON.stringify(found[index]?.names ?? {}),
          }
          yield* Effect.orDie(sql`INSERT INTO work_parts ${sql.insert(row)}
            ON CONFLICT (workspace_id, combination, task_id) DO UPDATE SET
              questionnaire = excluded.questionnaire, version = excluded.version, names = excluded.names`)
        }
        return {
          source: `${JSON.stringify(questionnaire, null, 2)}\n`,
          questionnaire,
          tasks: parts.map((entry, index) => ({ task: entry.task, sections: found[index]?.sections ?? [] })),
        }
      }),
      partOf: rows.part,
      follow,
    })
  }),
)

/** Which of its requests a task asks for next: the one named, or the only one (P3); none while it is out (P4). */
const choiceOf = (
  workItem: WorkItem,
  { out, questionnaires }: Task,
  chosen: string | undefined,
): Effect.Effect<string, WorkRefused> => {
  if (workItem.status === "Completed") return Effect.fail(refused("work-completed"))
  if (out !== null) return Effect.fail(refused("request-out", out))
  const [only, ...others] = questionnaires
  if (chosen === undefined && others.length > 0) return Effect.fail(refused("pick-one", ...questionnaires))
  const picked = chosen ?? only
  return picked !== undefined && questionnaires.includes(picked)
    ? Effect.succeed(picked)
    : Effect.fail(refused("not-offered", ...(picked === undefined ? [] : [picked])))
}

/** A task's title as what goes before names that clash: "Identity check" → `identityCheck`. */
const keyOf = (title: string): string => {
  const [first = "", ...rest] = title.match(/[A-Za-z0-9]+/g) ?? []
  const capital = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}${rest.map(capital).join("")}`.slice(0, 24)
}
