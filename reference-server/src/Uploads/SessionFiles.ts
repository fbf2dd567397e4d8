/**
 * The statements of *session files*: files by the session that brought them. A *staged* one waits for a Finish and belongs
 * to no request yet; the others say whose an uploaded file is (S67). Each takes the customer, and sees nothing of another.
 */
import * as upload from "@requite/core/QuestionKind/upload"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Customer } from "../Customer.ts"
import { Scan } from "../Files.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"

export interface SessionFile {
  readonly question: string
  readonly file: upload.FileRef
  readonly staged: boolean
  /** What the scanner made of it so far. */
  readonly scan: Scan
}

/** Staged files wait this long for their Finish (L06). */
const patience = 86_400_000
/** No session lasts longer than this. */
const memory = 30 * 86_400_000

const Row = Schema.Struct({ question: Schema.String, file: upload.FileRef, staged: Schema.Boolean, scan: Scan })

export type SessionFiles = Effect.Success<typeof make>

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const ofSession = SqlSchema.findAll({
    Request: Schema.Struct({ requestId: Schema.String, handle: Schema.String }),
    Result: Row,
    execute: ({ requestId, handle }) => sql`
      SELECT s.question, s.file, s.staged, coalesce(f.scan, 'pending') AS scan
      FROM session_files s LEFT JOIN files f ON f.id = s.id
      WHERE s.request_id = ${requestId} AND s.handle = ${handle} ORDER BY s.created_at, s.id`,
  })
  const old = SqlSchema.findAll({
    Request: Schema.Struct({ staged: Schema.Date, others: Schema.Date }),
    Result: Schema.Struct({ id: Schema.String, workspaceId: Schema.String, isLeft: Schema.Boolean }),
    // one that a request has taken in is no longer ours to throw away, whatever its row says
    execute: ({ staged, others }) => sql`
      DELETE FROM session_files s
      WHERE s.created_at < CASE WHEN s.staged THEN ${staged}::timestamptz ELSE ${others} END
      RETURNING s.id::text AS id, s.workspace_id, s.staged AND NOT EXISTS (
        SELECT 1 FROM client_requests r WHERE r.id = s.request_id
        AND r.state -> 'files' @> jsonb_build_array(jsonb_build_object('id', s.id::text))) AS is_left`,
  })

  return {
    of: ({ requestId, handle }: Customer) => Effect.orDie(ofSession({ requestId, handle })),

    add: (
      { workspace, requestId, handle }: Customer,
      { question, file, staged }: Omit<SessionFile, "scan">,
      now: number,
    ) =>
      sql`INSERT INTO session_files ${sql.insert({
        id: file.id,
        workspaceId: workspace.id,
        requestId,
        handle,
        question,
        file: JSON.stringify(file),
        staged,
        createdAt: new Date(now),
      })} ON CONFLICT (id) DO NOTHING`.pipe(Effect.orDie),

    /** Takes staged files off the list; gives the ids of those that were on it. */
    take: ({ requestId, handle }: Customer, ids: ReadonlyArray<string>) =>
      ids.length === 0
        ? Effect.succeed([])
        : sql<{ id: string }>`
            DELETE FROM session_files WHERE request_id = ${requestId} AND handle = ${handle} AND staged
            AND id::text IN ${sql.in(ids)} RETURNING id::text AS id`.pipe(
            Effect.map((rows) => rows.map(({ id }) => id)),
            Effect.orDie,
          ),

    /** Forgets what is too old; gives the files that nobody has taken in. */
    sweep: (now: number) =>
      Effect.map(Effect.orDie(old({ staged: new Date(now - patience), others: new Date(now - memory) })), (rows) =>
        rows.filter(({ isLeft }) => isLeft).map(({ id, workspaceId }) => ({ id, workspaceId })),
      ).pipe(Tenancy.across),
  }
})
