/**
 * The statements of *drafts*: what a customer has given so far, sealed, and the *changes* that led there where several write. A
 * draft is written under its request's lock, or over what was read where nobody has written since.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Version } from "../ClientRequests.ts"
import * as Given from "../DataKeys/Given.ts"
import * as Sealed from "../DataKeys/Sealed.ts"
import * as Together from "../Database/Together.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as States from "./States.ts"

const Json = Schema.Record(Schema.String, Schema.Unknown)
const decodeAnswers = Schema.decodeUnknownEffect(Json)
const Draft = Schema.Struct({
  answers: Json,
  visited: Schema.Array(Schema.String),
  versions: Schema.Record(Schema.String, Version),
  /** Ids of the latest commands that saved. */
  saves: Schema.Array(Schema.String),
  savedAt: Schema.Date,
})
export type Draft = typeof Draft.Type
const DraftRow = Schema.Struct({
  ...Draft.fields,
  answers: Schema.Unknown,
  sealed: Given.Columns.sealed,
  /** Was the command that is asked about carried out before? */
  isDone: Schema.Boolean,
})
/** A request and its draft, read in one look that holds neither, and how often each had been written by then, as Postgres tells it. */
const StandingRow = Schema.Struct({
  ...DraftRow.fields,
  n: Schema.Int,
  state: Schema.String,
  stateVersion: Schema.String,
  draftVersion: Schema.String,
})
/** The rows that something was decided on, as they were then. */
export type Versions = Pick<typeof StandingRow.Type, "stateVersion" | "draftVersion">
/** One value of a shared record, as somebody gave it; not `kept`: somebody else had written meanwhile. */
export interface Change {
  readonly question: string
  readonly version: number
  readonly value: unknown
  readonly kept: boolean
  readonly recipient: string
  readonly linkId: string
}

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const given = yield* Given.make

  const draft = SqlSchema.findOneOption({
    Request: Schema.Struct({ id: Schema.String, commandId: Schema.NullOr(Schema.String) }),
    Result: DraftRow,
    execute: ({ id, commandId }) => sql`
      SELECT answers, sealed, visited, versions, saves, saved_at,
        EXISTS (SELECT FROM audit_entries WHERE request_id = ${id} AND command_id = ${commandId}) AS is_done
      FROM answers WHERE request_id = ${id}`,
  })
  const standings = SqlSchema.findAll({
    Request: Schema.Array(Schema.Struct({ workspaceId: Schema.String, id: Schema.String, commandId: Schema.String })),
    Result: StandingRow,
    execute: (asked) => sql`
      SELECT asked.n, r.state::text, r.xmin::text AS state_version, a.xmin::text AS draft_version,
        a.answers, a.sealed, a.visited, a.versions, a.saves, a.saved_at, EXISTS (
          SELECT FROM audit_entries WHERE request_id = asked.id AND command_id = asked.command_id) AS is_done
      FROM ${Together.rows(
        sql,
        "n int, workspace_id uuid, id uuid, command_id text",
        asked.map(({ workspaceId, id, commandId }, n) => ({ n, workspace_id: workspaceId, id, command_id: commandId })),
      )} asked JOIN client_requests r ON r.workspace_id = asked.workspace_id AND r.id = asked.id
        JOIN answers a ON a.request_id = r.id`,
  })
  const standing = yield* Together.make((asked: Parameters<typeof standings>[0]) =>
    Effect.map(standings(asked), (found) => {
      const by = new Map(found.map((row) => [row.n, row]))
      return asked.map((_, n) => by.get(n) ?? null)
    }),
  )
  /** Which of these could be written, over the very rows that they were made from. Whose request is held is left alone. */
  const rewrite = yield* Together.make((drafts: ReadonlyArray<Record<string, unknown>>) =>
    Effect.map(
      sql<{ readonly n: number }>`
        WITH given AS (SELECT * FROM ${Together.rows(
          sql,
          `n int, workspace_id uuid, id uuid, state_version text, draft_version text, key_id uuid, sealed text, visited jsonb,
            versions jsonb, saves jsonb, saved_at timestamptz`,
          drafts.map((draft, n) => ({ ...draft, n })),
        )} rows),
        held AS (
          SELECT given.n, r.id FROM given JOIN client_requests r
            ON r.workspace_id = given.workspace_id AND r.id = given.id AND r.xmin::text = given.state_version
          FOR NO KEY UPDATE OF r SKIP LOCKED)
        UPDATE answers a SET sealed = ${given.aliveOf(sql`given.key_id`, sql`decode(given.sealed, 'base64')`)}, answers = NULL,
          visited = given.visited, versions = given.versions, saves = given.saves, saved_at = given.saved_at
        FROM held JOIN given USING (n)
        WHERE a.request_id = held.id AND a.xmin::text = given.draft_version RETURNING given.n`,
      (rows) => {
        const done = new Set(rows.map(({ n }) => n))
        return drafts.map((_, n) => done.has(n))
      },
    ),
  )
  const drafts = SqlSchema.findAll({
    Request: Schema.Array(Schema.String),
    Result: Schema.Struct({ requestId: Schema.String, ...DraftRow.fields }),
    execute: (ids) => sql`
      SELECT a.request_id, a.answers, a.sealed, a.visited, a.versions, a.saves, a.saved_at, false AS is_done
      FROM ${Together.rows(
        sql,
        "id uuid",
        ids.map((id) => ({ id })),
      )} asked JOIN answers a ON a.request_id = asked.id`,
  })
  const draftOf = yield* Together.make((ids: ReadonlyArray<string>) =>
    Effect.map(drafts(ids), (found) => {
      const by = new Map(found.map(({ requestId, ...one }) => [requestId, one]))
      return ids.map((id) => by.get(id) ?? null)
    }),
  )
  const opened = Effect.fnUntraced(function* (workspaceId: string, id: string, row: typeof DraftRow.Type) {
    const { sealed, answers: clear, ...rest } = row
    const answers = yield* given.open(workspaceId, Given.places.draft(id), { sealed, clear })
    return answers === undefined ? null : { ...rest, answers: yield* decodeAnswers(answers) }
  })

  /** Writes what is sealed; where its key was destroyed meanwhile, the next one is looked for when it is tried again. */
  const written = <A, E>(workspaceId: string, writing: Effect.Effect<A, E>) =>
    Effect.tapError(writing, () => given.forget(workspaceId))

  return {
    written,
    draft: Effect.fnUntraced(function* (workspaceId: string, id: string, commandId: string | null) {
      const row = commandId === null ? yield* draftOf(id) : Option.getOrNull(yield* draft({ id, commandId }))
      return row === null ? null : yield* opened(workspaceId, id, row)
    }),
    /** A request with its draft, of which nothing is held; null where there is no draft. `rewriteDraft` writes on it. */
    standing: Effect.fnUntraced(function* (workspaceId: string, id: string, commandId: string) {
      const row = yield* standing({ workspaceId, id, commandId })
      if (row === null) return null
      const { state: text, stateVersion, draftVersion, ...rest } = row
      const draft = yield* opened(workspaceId, id, rest)
      if (draft === null) return null
      const request = yield* given.openState(workspaceId, yield* States.read(text))
      return { request, draft, versions: { stateVersion, draftVersion } }
    }),
    writeDraft: (workspaceId: string, id: string, { savedAt, ...draft }: Draft) =>
      written(
        workspaceId,
        Effect.flatMap(
          given.seal(workspaceId, Given.places.draft(id), draft.answers),
          (sealed) => sql`INSERT INTO answers (request_id, workspace_id, sealed, visited, versions, saves, saved_at)
            VALUES (${id}, ${workspaceId}, ${given.alive(sealed)}, ${JSON.stringify(draft.visited)},
              ${JSON.stringify(draft.versions)}, ${JSON.stringify(draft.saves)}, ${savedAt})
            ON CONFLICT (request_id) DO UPDATE SET sealed = excluded.sealed, answers = NULL, visited = excluded.visited,
              versions = excluded.versions, saves = excluded.saves, saved_at = excluded.saved_at`,
        ),
      ),

    /** Writes a draft over the one that was read with its request, if nobody holds or has written either since; did it? */
    rewriteDraft: (workspaceId: string, id: string, draft: Draft, { stateVersion, draftVersion }: Versions) =>
      written(
        workspaceId,
        Effect.flatMap(given.seal(workspaceId, Given.places.draft(id), draft.answers), (sealed) =>
          rewrite({
            workspace_id: workspaceId,
            id,
            state_version: stateVersion,
            draft_version: draftVersion,
            key_id: Sealed.keyIdOf(sealed),
            sealed: Buffer.from(sealed).toString("base64"),
            visited: draft.visited,
            versions: draft.versions,
            saves: draft.saves,
            saved_at: draft.savedAt,
          }),
        ),
      ),

    writeChanges: (workspaceId: string, id: string, changes: ReadonlyArray<Change>, now: number) =>
      Effect.forEach(
        changes,
        ({ question, version, value, kept, recipient, linkId }) =>
          written(
            workspaceId,
            Effect.flatMap(
              given.seal(workspaceId, Given.places.change(id, question, version), value),
              (sealed) => sql`INSERT INTO answer_changes
                  (workspace_id, request_id, question, version, sealed, kept, recipient, link_id, at)
                VALUES (${workspaceId}, ${id}, ${question}, ${version}, ${given.alive(sealed)}, ${kept}, ${recipient},
                  ${linkId}, ${new Date(now)})`,
            ),
          ),
        { discard: true },
      ),
  }
})
