/** The statements of client requests, one a name. Each takes the workspace, and sees nothing of another. */
import { AuditEntry, ClientRequest, Instant } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as Given from "../DataKeys/Given.ts"
import * as Together from "../Database/Together.ts"
import { isUuid } from "../Database/Uuid.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import type { Seal } from "../Record/Seals.ts"
import * as Drafts from "./Drafts.ts"
import * as States from "./States.ts"
import type { ListQuery } from "../ClientRequests.ts"

/** An instant that the database keeps as a `timestamptz`. */
const InstantOfDate = Schema.Date.pipe(
  Schema.decodeTo(Instant.Instant, {
    decode: SchemaGetter.transform((date: Date) => date.getTime()),
    encode: SchemaGetter.transform((at: number) => new Date(at)),
  }),
)
const decodeAnswers = Schema.decodeUnknownEffect(Schema.Record(Schema.String, Schema.Unknown))
const StateRow = Schema.Struct({ state: ClientRequest.State })
/** The state as it lies there, to be read by `States`. */
const StateText = Schema.Struct({ state: Schema.String })
/** An audit entry as its row holds it. */
export const Entry = AuditEntry.AuditEntry.mapFields((fields) => ({ ...fields, at: InstantOfDate }))
/** The columns of one. */
export const entryColumns = "request_id, index, type, at, by, command_id, event, context, salt, commitment, hash"

/** A request that is due. Its state is not looked into yet: one that cannot be read must not hold up the others. */
const Due = Schema.Struct({
  id: Schema.String,
  workspaceId: Schema.String,
  state: Schema.Unknown,
  /** To wake it locks no other row: it is for no work item, and waits for no hour to be sent. */
  isAlone: Schema.Boolean,
  /** Whom it asks. */
  addresses: Schema.Array(Schema.String),
})
export type Due = typeof Due.Type

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const given = yield* Given.make
  const { written, ...drafts } = yield* Drafts.make

  const lockedState = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
    Result: StateText,
    execute: ({ workspaceId, id }) =>
      sql`SELECT state::text FROM client_requests WHERE workspace_id = ${workspaceId} AND id = ${id} FOR UPDATE`,
  })
  const state = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
    Result: StateText,
    execute: ({ workspaceId, id }) =>
      sql`SELECT state::text FROM client_requests WHERE workspace_id = ${workspaceId} AND id = ${id}`,
  })
  const lastEntries = SqlSchema.findAll({
    Request: Schema.Array(Schema.String),
    Result: AuditEntry.AuditEntry.mapFields(({ requestId, index, hash }) => ({ requestId, index, hash })),
    execute: (ids) => sql`
      SELECT last.request_id, last.index, last.hash
      FROM ${Together.rows(
        sql,
        "id uuid",
        ids.map((id) => ({ id })),
      )} asked CROSS JOIN LATERAL (
        SELECT request_id, index, hash FROM audit_entries WHERE request_id = asked.id ORDER BY index DESC LIMIT 1) last`,
  })
  const lastEntry = yield* Together.make((ids: ReadonlyArray<string>) =>
    Effect.map(lastEntries(ids), (found) => {
      const by = new Map(found.map((entry) => [entry.requestId, entry]))
      return ids.map((id) => by.get(id) ?? null)
    }),
  )
  const update = yield* Together.make((rows: ReadonlyArray<{ readonly id: string } & Record<string, unknown>>) =>
    Effect.map(
      sql<{ id: string }>`UPDATE ${Together.updated(sql, "client_requests", rows)}
        WHERE held.workspace_id = given.workspace_id AND held.id = given.id RETURNING held.id`,
      (found) => {
        const there = new Set(found.map(({ id }) => id))
        return rows.map(({ id }) => there.has(id))
      },
    ),
  )
  const append = yield* Together.make((rows: ReadonlyArray<ReadonlyArray<Record<string, unknown>>>) =>
    Effect.as(sql`INSERT INTO ${Together.inserted(sql, "audit_entries", rows.flat())}`, rows),
  )
  const entries = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
    Result: Entry,
    execute: ({ workspaceId, id }) => sql`
      SELECT ${sql.literal(entryColumns)} FROM audit_entries
      WHERE workspace_id = ${workspaceId} AND request_id = ${id} ORDER BY index`,
  })
  const submitted = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: Schema.Struct({ id: Schema.String, ...Given.Columns }),
    execute: (id) => sql`
      SELECT id, answers AS clear, sealed FROM submissions WHERE request_id = ${id}
      ORDER BY submitted_at DESC, submissions.id LIMIT 1`,
  })
  const due = SqlSchema.findAll({
    Request: Schema.Struct({ now: Schema.Date, limit: Schema.Int }),
    Result: Due,
    // taken first: to look into a state is dear, and most of those that are passed by are somebody else's
    execute: ({ now, limit }) => sql`
      SELECT id, workspace_id, state,
        work_item_id IS NULL AND coalesce(state -> 'scheduled', 'null') = 'null' AS is_alone,
        coalesce(jsonb_path_query_array(state, '$.details.recipients[*].email'), '[]') AS addresses
      FROM (
        SELECT id, workspace_id, state, work_item_id, next_due_at FROM client_requests WHERE next_due_at <= ${now}
        ORDER BY next_due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) AS taken
      ORDER BY next_due_at`,
  })

  const stateOf = (workspaceId: string, row: Option.Option<typeof StateText.Type>) =>
    Option.isNone(row)
      ? Effect.succeed(null)
      : Effect.flatMap(States.read(row.value.state), (request) => given.openState(workspaceId, request))

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
    ...drafts,
    lockedState: (workspaceId: string, id: string) =>
      Effect.flatMap(isUuid(id) ? lockedState({ workspaceId, id }) : none, (row) => stateOf(workspaceId, row)),
    state: (workspaceId: string, id: string) =>
      Effect.flatMap(isUuid(id) ? state({ workspaceId, id }) : none, (row) => stateOf(workspaceId, row)),
    lastEntry,
    entries: (workspaceId: string, id: string) =>
      Effect.flatMap(
        entries({ workspaceId, id }),
        Effect.forEach((entry) => given.openEntry(workspaceId, entry)),
      ),
    submitted: Effect.fnUntraced(function* (workspaceId: string, id: string) {
      const row = Option.getOrNull(yield* submitted(id))
      if (row === null) return null
      const answers = yield* given.open(workspaceId, Given.places.submission(row.id), row)
      return answers === undefined ? null : yield* decodeAnswers(answers)
    }),
    /** A state as its row holds it, opened. */
    opened: given.openState,
    /** Those that have been due the longest, locked, that nobody else is at. */
    due: (now: number, limit: number) => due({ now: new Date(now), limit }),
    /** The state of a row that was read without looking into it. */
    decodeState: (workspaceId: string, state: unknown) =>
      Effect.flatMap(decodeState(state), (request) => given.openState(workspaceId, request)),

    list: Effect.fnUntraced(function* (workspaceId: string, query: ListQuery, now: number) {
      const where = conditions(workspaceId, query, new Date(now))
      const rows = yield* sql`
        SELECT state FROM client_requests WHERE ${where}
        ORDER BY updated_at DESC, id LIMIT ${query.limit} OFFSET ${query.offset}`
      const decoded = yield* Schema.decodeUnknownEffect(Schema.Array(StateRow))(rows)
      const [count] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM client_requests WHERE ${where}`
      return {
        requests: yield* Effect.forEach(decoded, (row) => given.openState(workspaceId, row.state)),
        total: count?.n ?? 0,
      }
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

    /** Writes a new request; not where its id is taken. */
    insertState: (workspaceId: string, request: ClientRequest.State, now: number) => {
      const row = { id: request.id, workspaceId, createdAt: new Date(request.createdAt), ...columnsOf(request, now) }
      return Effect.map(
        sql`INSERT INTO ${Together.inserted(sql, "client_requests", [row])} ON CONFLICT (id) DO NOTHING RETURNING id`,
        (rows) => rows.length > 0,
      )
    },

    /** Says whether it is there. */
    updateState: (workspaceId: string, request: ClientRequest.State, now: number) =>
      Effect.flatMap(given.sealState(workspaceId, request), (sealed) =>
        update({ id: request.id, workspaceId, ...columnsOf(sealed, now) }),
      ),

    appendEntries: Effect.fnUntraced(function* (
      workspaceId: string,
      added: ReadonlyArray<AuditEntry.AuditEntry>,
      seal: Seal,
    ) {
      const kept = yield* Effect.forEach(added, (entry) => given.sealEntry(workspaceId, entry))
      const rows = kept.map(({ at, ...entry }) => ({
        ...entry,
        seal: seal(entry.hash),
        workspaceId,
        at: new Date(at),
      }))
      if (rows.length > 0) yield* append(rows)
    }),

    /** When it is to be looked at again; null: not by itself. */
    dueAgain: (workspaceId: string, id: string, at: number | null) => sql`
      UPDATE client_requests SET next_due_at = ${dateOf(at)}
      WHERE workspace_id = ${workspaceId} AND id = ${id}`,

    writeSubmission: (workspaceId: string, id: string, submission: ClientRequest.Submission, answers: object) =>
      written(
        workspaceId,
        Effect.flatMap(
          given.seal(workspaceId, Given.places.submission(submission.id), answers),
          (sealed) => sql`INSERT INTO submissions (id, request_id, workspace_id, sealed, digest, submitted_at)
            VALUES (${submission.id}, ${id}, ${workspaceId}, ${given.alive(sealed)}, ${submission.digest},
              ${new Date(submission.at)})`,
        ),
      ),

    endSession: (workspaceId: string, handle: string, submissionId: string) => sql`
      UPDATE customer_sessions SET submission_id = ${submissionId}
      WHERE workspace_id = ${workspaceId} AND handle = ${handle}`,
  }
})

const none = Effect.succeed(Option.none<typeof StateText.Type>())
const decodeState = Schema.decodeUnknownEffect(ClientRequest.State)

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
    state: request,
    lifecycle: request.state,
    workItemId: workItem !== null && isUuid(workItem) ? workItem : null,
    taskIds: tasks.map(({ task }) => task),
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
