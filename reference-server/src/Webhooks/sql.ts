/** The statements of webhooks, one a name. Each takes the workspace, but for those of the worker, which serves all. */
import { Events } from "@requite/api"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Given from "../DataKeys/Given.ts"
import { SqlClient } from "../platform/Sql.ts"
import { Status } from "../Webhooks.ts"

const Types = Schema.NullOr(Schema.Array(Events.Type))

const EndpointRow = Schema.Struct({
  id: Schema.String,
  url: Schema.String,
  description: Schema.String,
  types: Types,
  answers: Schema.Boolean,
  enabled: Schema.Boolean,
  disabledBecause: Schema.NullOr(Schema.Literals(["gone", "failing"])),
  failingSince: Schema.NullOr(Schema.Date),
  previousUntil: Schema.NullOr(Schema.Date),
  createdAt: Schema.Date,
  queued: Schema.Int,
  dead: Schema.Int,
})
export type EndpointRow = typeof EndpointRow.Type

/** An endpoint as it signs. */
const Signing = {
  endpointId: Schema.String,
  url: Schema.String,
  answers: Schema.Boolean,
  secret: Schema.String,
  previousSecret: Schema.NullOr(Schema.String),
  previousUntil: Schema.NullOr(Schema.Date),
}

/** A delivery that somebody works on, with its endpoint. */
export const Job = Schema.Struct({
  ...Signing,
  id: Schema.String,
  workspaceId: Schema.String,
  messageId: Schema.String,
  type: Schema.String,
  body: Schema.String,
  attempts: Schema.Int,
  tries: Schema.Int,
  queuedAt: Schema.Date,
})
export type Job = typeof Job.Type

const DeliveryRow = Schema.Struct({
  id: Schema.String,
  messageId: Schema.String,
  type: Schema.String,
  requestId: Schema.NullOr(Schema.String),
  status: Status,
  attempts: Schema.Int,
  dueAt: Schema.Date,
  createdAt: Schema.Date,
  body: Schema.String,
})
export type DeliveryRow = typeof DeliveryRow.Type

const AttemptRow = Schema.Struct({
  number: Schema.Int,
  at: Schema.Date,
  status: Schema.NullOr(Schema.Int),
  error: Schema.NullOr(Schema.String),
  millis: Schema.Int,
  answer: Schema.String,
})
export type AttemptRow = typeof AttemptRow.Type

/** An event for an endpoint. */
export interface Letter {
  readonly id: string
  readonly endpointId: string
  readonly requestId: string | null
  readonly messageId: string
  readonly type: string
  readonly body: string
}

const endpoints = Schema.decodeUnknownEffect(Schema.Array(EndpointRow))
const jobs = Schema.decodeUnknownEffect(Schema.Array(Job))
const deliveries = Schema.decodeUnknownEffect(Schema.Array(DeliveryRow))
const attempts = Schema.decodeUnknownEffect(Schema.Array(AttemptRow))
const listening = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ id: Schema.String, types: Types })))

/** How many deliveries of one endpoint are on their way at once; one where the last ones failed. */
export const perEndpoint = 4

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const given = yield* Given.make
  // a test event that failed is no letter; the status stands in the text, for the indexes are of one status each
  const count = (status: "queued" | "dead") =>
    sql.literal(`(SELECT count(*)::int FROM webhook_deliveries d
      WHERE d.endpoint_id = e.id AND d.status = '${status}' AND d.request_id IS NOT NULL)`)
  const endpointColumns = sql`e.id, e.url, e.description, e.types, e.answers, e.enabled, e.disabled_because,
    e.failing_since, e.previous_until, e.created_at, ${count("queued")} AS queued, ${count("dead")} AS dead`
  const signing = sql.literal("e.id AS endpoint_id, e.url, e.answers, e.secret, e.previous_secret, e.previous_until")
  const jobColumns = sql.literal("d.id, d.workspace_id, d.message_id, d.type, d.body, d.attempts, d.tries, d.queued_at")
  const listColumns = sql.literal(
    "d.id, d.message_id, d.type, d.request_id, d.status, d.attempts, d.due_at, d.created_at, d.body",
  )

  return {
    /** Which endpoints events are written for now. */
    listening: (workspaceId: string) =>
      Effect.flatMap(
        sql`SELECT id, types FROM webhook_endpoints WHERE workspace_id = ${workspaceId} AND enabled`,
        listening,
      ),

    endpoints: (workspaceId: string) =>
      Effect.flatMap(
        sql`SELECT ${endpointColumns} FROM webhook_endpoints e
          WHERE e.workspace_id = ${workspaceId} ORDER BY e.created_at, e.id`,
        endpoints,
      ),
    endpoint: (workspaceId: string, id: string) =>
      sql`SELECT ${endpointColumns} FROM webhook_endpoints e
        WHERE e.workspace_id = ${workspaceId} AND e.id = ${id}`.pipe(
        Effect.flatMap(endpoints),
        Effect.map((rows) => rows[0] ?? null),
      ),
    insertEndpoint: (row: Readonly<Record<string, unknown>>) => sql`INSERT INTO webhook_endpoints ${sql.insert(row)}`,
    updateEndpoint: (workspaceId: string, id: string, changes: Readonly<Record<string, unknown>>) =>
      sql`UPDATE webhook_endpoints SET ${sql.update(changes)}
        WHERE workspace_id = ${workspaceId} AND id = ${id} RETURNING id`,
    deleteEndpoint: (workspaceId: string, id: string) =>
      sql`DELETE FROM webhook_endpoints WHERE workspace_id = ${workspaceId} AND id = ${id} RETURNING id`,
    /** The sealed secret becomes the previous one, until then. */
    rotate: (workspaceId: string, id: string, secret: string, until: Date | null) => sql`
      UPDATE webhook_endpoints SET
        previous_secret = CASE WHEN ${until}::timestamptz IS NULL THEN NULL ELSE secret END,
        previous_until = ${until}, secret = ${secret}
      WHERE workspace_id = ${workspaceId} AND id = ${id} RETURNING id`,

    /** Writes deliveries; those that are there already are queued again if `again`. */
    insertLetters: (workspaceId: string, letters: ReadonlyArray<Letter>, now: Date, again: boolean) =>
      !Arr.isReadonlyArrayNonEmpty(letters)
        ? Effect.succeed([])
        : sql`INSERT INTO webhook_deliveries ${sql.insert(
            Arr.map(letters, (letter) => ({
              ...letter,
              workspaceId,
              status: "queued",
              queuedAt: now,
              dueAt: now,
              createdAt: now,
            })),
          )} ON CONFLICT (endpoint_id, message_id) DO ${
            again
              ? sql`UPDATE SET status = 'queued', tries = 0, queued_at = excluded.queued_at,
                  due_at = greatest(excluded.due_at, webhook_deliveries.leased_until)`
              : sql.literal("NOTHING")
          } RETURNING id`,
    /** Writes a test event as it is while its only attempt runs: it is never queued. */
    insertTest: (workspaceId: string, letter: Letter, now: Date) =>
      sql`INSERT INTO webhook_deliveries ${sql.insert({
        ...letter,
        workspaceId,
        status: "dead",
        attempts: 1,
        tries: 1_000,
        queuedAt: now,
        dueAt: now,
        createdAt: now,
      })}`,
    /** Queues deliveries again; one that is on its way comes after that. */
    requeue: (
      workspaceId: string,
      id: string,
      which: { readonly delivery: string } | "dead",
      now: Date,
      limit: number,
    ) =>
      sql`UPDATE webhook_deliveries SET status = 'queued', tries = 0, queued_at = ${now},
          due_at = greatest(${now}::timestamptz, leased_until)
        WHERE id IN (
          SELECT id FROM webhook_deliveries
          WHERE workspace_id = ${workspaceId} AND endpoint_id = ${id}
            AND ${which === "dead" ? sql`status = 'dead' AND request_id IS NOT NULL` : sql`id = ${which.delivery}`}
          ORDER BY created_at, id LIMIT ${limit} FOR UPDATE
        ) RETURNING id`,

    deliveries: (workspaceId: string, id: string, status: Status | undefined, limit: number, offset: number) =>
      sql`SELECT ${listColumns} FROM webhook_deliveries d
        WHERE d.workspace_id = ${workspaceId} AND d.endpoint_id = ${id}
          ${status === undefined ? sql.literal("") : sql`AND d.status = ${status}`}
        ORDER BY d.created_at DESC, d.id LIMIT ${limit} OFFSET ${offset}`.pipe(Effect.flatMap(deliveries)),
    delivery: (workspaceId: string, id: string, deliveryId: string) =>
      sql`SELECT ${listColumns} FROM webhook_deliveries d
        WHERE d.workspace_id = ${workspaceId} AND d.endpoint_id = ${id} AND d.id = ${deliveryId}`.pipe(
        Effect.flatMap(deliveries),
        Effect.map((rows) => rows[0] ?? null),
      ),
    attempts: (workspaceId: string, deliveryId: string) =>
      sql`SELECT number, at, status, error, millis, answer FROM webhook_attempts
        WHERE workspace_id = ${workspaceId} AND delivery_id = ${deliveryId}
        ORDER BY number DESC LIMIT 50`.pipe(Effect.flatMap(attempts)),

    /** One delivery, taken for an attempt outside the queue. */
    job: (workspaceId: string, deliveryId: string) =>
      sql`SELECT ${jobColumns}, ${signing} FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
        WHERE d.workspace_id = ${workspaceId} AND d.id = ${deliveryId}`.pipe(
        Effect.flatMap(jobs),
        Effect.map((rows) => rows[0] ?? null),
      ),

    /**
     * Takes what is due, of every workspace: of each endpoint as many as it has room for, the longest due first. Whoever
     * takes one has until `lease`; then it is due again.
     */
    claim: (now: Date, lease: Date, limit: number) =>
      sql`
      UPDATE webhook_deliveries d SET attempts = d.attempts + 1, tries = d.tries + 1, due_at = ${lease}, leased_until = ${lease}
      FROM webhook_endpoints e
      WHERE e.id = d.endpoint_id AND d.id IN (
        SELECT due.id FROM webhook_endpoints p CROSS JOIN LATERAL (
          SELECT w.id, w.due_at FROM webhook_deliveries w
          WHERE w.endpoint_id = p.id AND w.status = 'queued' AND w.due_at <= ${now}
          ORDER BY w.due_at LIMIT greatest(0, CASE WHEN p.failures > 0 THEN 1 ELSE ${perEndpoint}::int END - (
            SELECT count(*) FROM webhook_deliveries b WHERE b.endpoint_id = p.id AND b.leased_until > ${now}
          )) FOR UPDATE SKIP LOCKED
        ) due
        WHERE p.enabled AND (p.paused_until IS NULL OR p.paused_until <= ${now})
        ORDER BY due.due_at LIMIT ${limit}
      ) RETURNING ${jobColumns}, ${signing}`.pipe(Effect.flatMap(jobs)),

    /** Who is told of what became of an endpoint. */
    administrators: (workspaceId: string) => sql<{ id: string; email: string }>`
      SELECT id, email FROM members
      WHERE workspace_id = ${workspaceId} AND role = 'admin' AND deactivated_at IS NULL ORDER BY created_at, id`,

    insertAttempt: (job: Job, attempt: AttemptRow) =>
      sql`INSERT INTO webhook_attempts ${sql.insert({
        deliveryId: job.id,
        workspaceId: job.workspaceId,
        ...attempt,
      })} ON CONFLICT (delivery_id, number) DO NOTHING`,
    /** What became of an attempt; nothing if somebody else took the delivery meanwhile. Queued again meanwhile: due now. */
    settle: (job: Job, status: Status, dueAt: Date, now: Date) =>
      sql`UPDATE webhook_deliveries SET leased_until = NULL,
          status = CASE WHEN queued_at = ${job.queuedAt} THEN ${status} ELSE status END,
          due_at = CASE WHEN queued_at = ${job.queuedAt} THEN ${dueAt}::timestamptz ELSE ${now}::timestamptz END
        WHERE workspace_id = ${job.workspaceId} AND id = ${job.id} AND attempts = ${job.attempts}`,
    /** The endpoint works. */
    succeeded: ({ workspaceId, endpointId }: Job) =>
      sql`UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, paused_until = NULL
        WHERE workspace_id = ${workspaceId} AND id = ${endpointId} AND failing_since IS NOT NULL`,
    /** The endpoint failed once more: how often in a row, and since when. */
    failed: ({ workspaceId, endpointId }: Job, now: Date) =>
      sql<{ failures: number; failingSince: Date }>`
        UPDATE webhook_endpoints SET failures = failures + 1, failing_since = coalesce(failing_since, ${now}::timestamptz)
        WHERE workspace_id = ${workspaceId} AND id = ${endpointId} RETURNING failures, failing_since`,

    /** The answers of a submission; undefined: erased. */
    submission: Effect.fnUntraced(function* (workspaceId: string, id: string) {
      const [row] = yield* sql<Given.Columns>`
        SELECT answers AS clear, sealed FROM submissions WHERE workspace_id = ${workspaceId} AND id = ${id}`
      return row === undefined ? undefined : yield* given.open(workspaceId, Given.places.submission(id), row)
    }),
    /** Removes what was made before; so many at a time. */
    forget: (before: Date) => sql`
      DELETE FROM webhook_deliveries WHERE id IN (
        SELECT id FROM webhook_deliveries WHERE created_at < ${before} ORDER BY created_at LIMIT 1000
      )`,
  }
})
