/** The statements of client requests, one a name. Each takes the workspace, and sees nothing of another. */
import { AuditEntry, ClientRequest, Instant } from "@requite/core"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import type { Seal } from "../Record/Seals.ts"
import { type ListQuery, Version } from "../ClientRequests.ts"

const Json = Schema.Record(Schema.String, Schema.Unknown)
/** An instant that the database keeps as a `timestamptz`. */
const InstantOfDate = Schema.Date.pipe(
  Schema.decodeTo(Instant.Instant, {
    decode: SchemaGetter.transform((date: Date) => date.getTime()),
    encode: SchemaGetter.transform((at: number) => new Date(at)),
  }),
)
const StateRow = Schema.Struct({ state: ClientRequest.State })
const Draft = Schema.Struct({
  answers: Json,
  visited: Schema.Array(Schema.String),
  versions: Schema.Record(Schema.String, Version),
  /** Ids of the latest commands that saved. */
  saves: Schema.Array(Schema.String),
  savedAt: Schema.Date,
})
export type Draft = typeof Draft.Type

/** An audit entry as its row holds it. */
export const Entry = AuditEntry.AuditEntry.mapFields((fields) => ({ ...fields, at: InstantOfDate }))
/** The columns of one. */
export const entryColumns = "request_id, index, type, at, by, command_id, event, context, salt, commitment, hash"

/** One value of a shared record, as somebody gave it; not `kept`: somebody else had written meanwhile. */
export interface Change {
  readonly question: string
  readonly version: number
  readonly value: unknown
  readonly kept: boolean
  readonly recipient: string
  readonly linkId: string
}

/** A request that is due. Its state is not looked into yet: one that cannot be read must not hold up the others. */
const Due = Schema.Struct({
  id: Schema.String,
  workspaceId: Schema.String,
  state: Schema.Unknown,
  /** To wake it locks no other row: it is for no work item, and waits for no hour to be sent. */
  isAlone: Schema.Boolean,
})
export type Due = typeof Due.Type

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const lockedState = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
    Result: StateRow,
    execute: ({ workspaceId, id }) =>
      sql`SELECT state FROM client_requests WHERE workspace_id = ${workspaceId} AND id = ${id} FOR UPDATE`,
  })
  const state = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
    Result: StateRow,
    execute: ({ workspaceId, id }) =>
      sql`SELECT state FROM client_requests WHERE workspace_id = ${workspaceId} AND id = ${id}`,
  })
  const lastEntry = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: AuditEntry.AuditEntry.mapFields(({ index, hash }) => ({ index, hash })),
    execute: (id) => sql`SELECT index, hash FROM audit_entries WHERE request_id = ${id} ORDER BY index DESC LIMIT 1`,
  })
  const entries = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
    Result: Entry,
    execute: ({ workspaceId, id }) => sql`
      SELECT ${sql.literal(entryColumns)} FROM audit_entries
      WHERE workspace_id = ${workspaceId} AND request_id = ${id} ORDER BY index`,
  })
  const draft = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: Draft,
    execute: (id) => sql`SELECT answers, visited, versions, saves, saved_at FROM answers WHERE request_id = ${id}`,
  })
  const submitted = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: Schema.Struct({ answers: Json }),
    execute: (id) =>
      sql`SELECT answers FROM submissions WHERE request_id = ${id} ORDER BY submitted_at DESC, id LIMIT 1`,
  })
  const due = SqlSchema.findAll({
    Request: Schema.Struct({ now: Schema.Date, limit: Schema.Int }),
    Result: Due,
    execute: ({ now, limit }) => sql`
      SELECT id, workspace_id, state,
        work_item_id IS NULL AND coalesce(state -> 'scheduled', 'null') = 'null' AS is_alone
      FROM client_requests WHERE next_due_at <= ${now}
      ORDER BY next_due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
  })

  /** A request whose window has passed is listed as Expired, whether or not the sweeper has been there. */
  const conditions = (workspaceId: string, { state, search }: ListQuery, now: Date) =>
    sql.and([
      sql`workspace_id = ${workspaceId}`,
      ...(state === undefined
        ? []
        : [sql`(CASE WHEN is_out AND expires_at <= ${now} THEN 'Expired' ELSE lifecycle END) = ${state}`]),
      ...(search === undefined || search.trim() === ""
        ? []
        : [sql`search LIKE ${containing(search.trim().toLowerCase())}`]),
    ])

  return {
    lockedState: (workspaceId: string, id: string) =>
      Effect.map(isUuid(id) ? lockedState({ workspaceId, id }) : none, stateOf),
    state: (workspaceId: string, id: string) => Effect.map(isUuid(id) ? state({ workspaceId, id }) : none, stateOf),
    lastEntry: (id: string) => Effect.map(lastEntry(id), Option.getOrNull),
    entries: (workspaceId: string, id: string) => entries({ workspaceId, id }),
    draft: (id: string) => Effect.map(draft(id), Option.getOrNull),
    submitted: (id: string) => Effect.map(submitted(id), (row) => Option.getOrNull(row)?.answers ?? null),
    /** Those that have been due the longest, locked, that nobody else is at. */
    due: (now: number, limit: number) => due({ now: new Date(now), limit }),
    /** The state of a row that was read without looking into it. */
    decodeState: Schema.decodeUnknownEffect(ClientRequest.State),

    list: Effect.fnUntraced(function* (workspaceId: string, query: ListQuery, now: number) {
      const where = conditions(workspaceId, query, new Date(now))
      const rows = yield* sql`
        SELECT state FROM client_requests WHERE ${where}
        ORDER BY updated_at DESC, id LIMIT ${query.limit} OFFSET ${query.offset}`
      const decoded = yield* Schema.decodeUnknownEffect(Schema.Array(StateRow))(rows)
      const [count] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM client_requests WHERE ${where}`
      return { requests: decoded.map((row) => row.state), total: count?.n ?? 0 }
    }),

    /** The other open requests of the same subject and tasks; holds back sends of those until this transaction ends. */
    outstanding: Effect.fnUntraced(function* (workspaceId: string, { id, details }: ClientRequest.State, now: number) {
      const subject = subjectOf(details)
      const tasks = [...new Set(details.tasks.map(({ task }) => task))]
      // in one order for all, so that two sends never wait for each other
      const keys = [...(subject === "" ? [] : [`subject:${subject}`]), ...tasks.map((task) => `task:${task}`)].sort()
      for (const key of keys) {
        yield* sql`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${`${workspaceId}:${key}`}, 0))`
      }
      if (keys.length === 0) return { subject: [], tasks: {} }
      // a task's requests are those of its work item, which is their subject
      const astray = details.workItem === null ? tasks : []
      const found = yield* sql<{ id: string; subject: string; taskIds: ReadonlyArray<string> }>`
        SELECT id, subject, task_ids FROM client_requests
        WHERE workspace_id = ${workspaceId} AND id <> ${id} AND is_out
          AND (expires_at IS NULL OR expires_at > ${new Date(now)})
          AND ${sql.or([sql`subject = ${subject}`, ...astray.map((task) => sql`task_ids @> ${JSON.stringify([task])}::jsonb`)])}
        ORDER BY created_at, id`
      return {
        subject: subject === "" ? [] : found.filter((one) => one.subject === subject).map((one) => one.id),
        tasks: Object.fromEntries(
          tasks.map((task) => [task, found.filter((one) => one.taskIds.includes(task)).map((one) => one.id)]),
        ),
      }
    }),

    /** Is the work that a request is for completed? Held until this transaction ends: who completes it meanwhile waits. */
    isWorkDone: Effect.fnUntraced(function* (workspaceId: string, workItem: string | null) {
      if (workItem === null || !isUuid(workItem)) return false
      const rows = yield* sql<{ completed: boolean }>`
        SELECT completed_at IS NOT NULL AS completed FROM work_items
        WHERE workspace_id = ${workspaceId} AND id = ${workItem} FOR SHARE`
      return rows[0]?.completed === true
    }),

    isDone: Effect.fnUntraced(function* (id: string, commandId: string) {
      const rows =
        yield* sql`SELECT 1 FROM audit_entries WHERE request_id = ${id} AND command_id = ${commandId} LIMIT 1`
      return rows.length > 0
    }),

    /** Writes a new request; gives no row where its id is taken. */
    insertState: (workspaceId: string, request: ClientRequest.State, now: number) => {
      const row = { id: request.id, workspaceId, createdAt: new Date(request.createdAt), ...columnsOf(request, now) }
      return sql`INSERT INTO client_requests ${sql.insert(row)} ON CONFLICT (id) DO NOTHING RETURNING id`
    },

    updateState: (workspaceId: string, request: ClientRequest.State, now: number) =>
      sql`UPDATE client_requests SET ${sql.update(columnsOf(request, now))}
        WHERE workspace_id = ${workspaceId} AND id = ${request.id} RETURNING id`,

    appendEntries: (workspaceId: string, added: ReadonlyArray<AuditEntry.AuditEntry>, seal: Seal) => {
      const rows: ReadonlyArray<Record<string, unknown>> = added.map(({ by, event, context, at, ...entry }) => ({
        ...entry,
        seal: seal(entry.hash),
        workspaceId,
        by: JSON.stringify(by),
        event: JSON.stringify(event),
        context: JSON.stringify(context),
        at: new Date(at),
      }))
      return Arr.isReadonlyArrayNonEmpty(rows) ? sql`INSERT INTO audit_entries ${sql.insert(rows)}` : Effect.void
    },

    /** When it is to be looked at again; null: not by itself. */
    dueAgain: (workspaceId: string, id: string, at: number | null) => sql`
      UPDATE client_requests SET next_due_at = ${dateOf(at)}
      WHERE workspace_id = ${workspaceId} AND id = ${id}`,

    writeDraft: (workspaceId: string, id: string, { savedAt, ...draft }: Draft) =>
      sql`INSERT INTO answers ${sql.insert({
        requestId: id,
        workspaceId,
        answers: JSON.stringify(draft.answers),
        visited: JSON.stringify(draft.visited),
        versions: JSON.stringify(draft.versions),
        saves: JSON.stringify(draft.saves),
        savedAt,
      })} ON CONFLICT (request_id) DO UPDATE SET answers = excluded.answers, visited = excluded.visited,
        versions = excluded.versions, saves = excluded.saves, saved_at = excluded.saved_at`,

    writeChanges: (workspaceId: string, id: string, changes: ReadonlyArray<Change>, now: number) =>
      Effect.forEach(
        changes,
        ({ value, ...change }) =>
          sql`INSERT INTO answer_changes ${sql.insert({
            ...change,
            value: JSON.stringify(value),
            workspaceId,
            requestId: id,
            at: new Date(now),
          })}`,
        { discard: true },
      ),

    writeSubmission: (workspaceId: string, id: string, submission: ClientRequest.Submission, answers: object) =>
      sql`INSERT INTO submissions ${sql.insert({
        id: submission.id,
        requestId: id,
        workspaceId,
        answers: JSON.stringify(answers),
        digest: submission.digest,
        submittedAt: new Date(submission.at),
      })}`,

    endSession: (workspaceId: string, handle: string, submissionId: string) => sql`
      UPDATE customer_sessions SET submission_id = ${submissionId}
      WHERE workspace_id = ${workspaceId} AND handle = ${handle}`,
  }
})

/** A text that is no UUID names no request; Postgres would refuse to compare it. */
const isUuid = Schema.is(Schema.String.check(Schema.isUUID()))
const none = Effect.succeed(Option.none<typeof StateRow.Type>())
const stateOf = (row: Option.Option<typeof StateRow.Type>) => Option.getOrNull(row)?.state ?? null

/** The pattern of LIKE for any text with this in it. No stored text has a NUL, and no parameter may. */
const containing = (text: string) => `%${text.replaceAll("\u0000", "\ufffd").replace(/[\\%_]/g, "\\$&")}%`

/** Whom or what only so many open requests may be about (P8): the work item, else whoever is asked. */
const subjectOf = (details: ClientRequest.Details): string =>
  details.workItem ?? ClientRequest.primary(details).email.toLowerCase()

/** What is found by, beside the state itself. */
const columnsOf = (request: ClientRequest.State, now: number) => {
  const { recipients, title, workItem, tasks } = request.details
  const isOut = request.state === "WaitingForCustomer" || (request.state === "Pending" && request.sentAt !== null)
  const people = recipients.map(({ name, email }) => `${name} ${email}`)
  return {
    state: JSON.stringify(request),
    lifecycle: request.state,
    workItemId: workItem !== null && isUuid(workItem) ? workItem : null,
    taskIds: JSON.stringify(tasks.map(({ task }) => task)),
    subject: subjectOf(request.details),
    isOut,
    expiresAt: dateOf(isOut ? request.expiresAt : null),
    search: [title, ...people].join(" ").toLowerCase(),
    nextDueAt: dateOf(ClientRequest.nextDueAt(request)),
    endedAt: dateOf(request.endedAt),
    erasedAt: dateOf(request.erased?.at ?? null),
    updatedAt: new Date(now),
  }
}

const dateOf = (at: number | null) => (at === null ? null : new Date(at))
