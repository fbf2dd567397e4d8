/** The statements of client requests, one a name. Each takes the workspace, and sees nothing of another. */
import { AuditEntry, ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import type { ListQuery } from "../ClientRequests.ts"

const Json = Schema.Record(Schema.String, Schema.Unknown)
const StateRow = Schema.Struct({ state: ClientRequest.State })
const Draft = Schema.Struct({ answers: Json, visited: Schema.Array(Schema.String), savedAt: Schema.Date })

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
    Result: AuditEntry.AuditEntry,
    execute: ({ workspaceId, id }) => sql`
      SELECT request_id, index, event, hash FROM audit_entries
      WHERE workspace_id = ${workspaceId} AND request_id = ${id} ORDER BY index`,
  })
  const draft = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: Draft,
    execute: (id) => sql`SELECT answers, visited, saved_at FROM answers WHERE request_id = ${id}`,
  })
  const submitted = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: Schema.Struct({ answers: Json }),
    execute: (id) => sql`SELECT answers FROM submissions WHERE request_id = ${id}`,
  })
  const due = SqlSchema.findAll({
    Request: Schema.Struct({ now: Schema.Date, limit: Schema.Int }),
    Result: Schema.Struct({ id: Schema.String, workspaceId: Schema.String }),
    execute: ({ now, limit }) => sql`
      SELECT id, workspace_id FROM client_requests WHERE next_due_at <= ${now}
      ORDER BY next_due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
  })

  /** A request whose window has passed is listed as Expired, whether or not the sweeper has been there. */
  const conditions = (workspaceId: string, { state, search }: ListQuery, now: Date) =>
    sql.and([
      sql`workspace_id = ${workspaceId}`,
      ...(state === undefined
        ? []
        : [sql`(CASE WHEN next_due_at <= ${now} THEN 'Expired' ELSE lifecycle END) = ${state}`]),
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
    due: (now: number, limit: number) => due({ now: new Date(now), limit }),

    list: Effect.fnUntraced(function* (workspaceId: string, query: ListQuery, now: number) {
      const where = conditions(workspaceId, query, new Date(now))
      const rows = yield* sql`
        SELECT state FROM client_requests WHERE ${where}
        ORDER BY updated_at DESC, id LIMIT ${query.limit} OFFSET ${query.offset}`
      const decoded = yield* Schema.decodeUnknownEffect(Schema.Array(StateRow))(rows)
      const [count] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM client_requests WHERE ${where}`
      return { requests: decoded.map((row) => row.state), total: count?.n ?? 0 }
    }),

    /** Ids of the open requests to an address; holds back other sends to it until this transaction ends. */
    outstanding: Effect.fnUntraced(function* (workspaceId: string, email: string, now: number) {
      yield* sql`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${`${workspaceId}:`} || lower(${email}), 0))`
      const rows = yield* sql<{ id: string }>`
        SELECT id FROM client_requests
        WHERE workspace_id = ${workspaceId} AND lower(recipient_email) = lower(${email})
          AND lifecycle IN ('Pending', 'WaitingForCustomer') AND state ->> 'sentAt' IS NOT NULL
          AND (next_due_at IS NULL OR next_due_at > ${new Date(now)})`
      return rows.map(({ id }) => id)
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

    appendEntries: (workspaceId: string, commandId: string, added: ReadonlyArray<AuditEntry.AuditEntry>) =>
      Effect.forEach(
        added,
        ({ requestId, index, event, hash }) =>
          sql`INSERT INTO audit_entries ${sql.insert({
            requestId,
            index,
            workspaceId,
            commandId,
            event: JSON.stringify(event),
            hash,
            at: new Date(event.at),
          })}`,
        { discard: true },
      ),

    writeDraft: (workspaceId: string, id: string, answers: object, visited: ReadonlyArray<string>, now: number) =>
      sql`INSERT INTO answers ${sql.insert({
        requestId: id,
        workspaceId,
        answers: JSON.stringify(answers),
        visited: JSON.stringify(visited),
        savedAt: new Date(now),
      })} ON CONFLICT (request_id) DO UPDATE SET
        answers = excluded.answers, visited = excluded.visited, saved_at = excluded.saved_at`,

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

/** What is found by, beside the state itself. */
const columnsOf = (request: ClientRequest.State, now: number) => {
  const { recipient, title } = request.details
  const due = ClientRequest.nextDueAt(request)
  return {
    state: JSON.stringify(request),
    lifecycle: request.state,
    recipientEmail: recipient.email,
    search: `${title} ${recipient.name} ${recipient.email}`.toLowerCase(),
    nextDueAt: due === null ? null : new Date(due),
    updatedAt: new Date(now),
  }
}
