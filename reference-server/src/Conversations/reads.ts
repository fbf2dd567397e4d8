/** How far each side has read, and what is still to be read: statements alone, because the mails ask them too. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../platform/Sql.ts"
import * as Clock from "effect/Clock"

/** The reader that the firm is, whoever of it looks. */
export const firm = ""

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  /** Of comments, those that this recipient reads and did not write; or for the firm, those of customers. */
  const meant = (reader: string) =>
    reader === firm
      ? sql`e.by ->> 'kind' = 'customer'`
      : sql`coalesce(e.event ->> 'recipient', ${reader}) = ${reader} AND coalesce(e.event ->> 'author', '') <> ${reader}`

  return {
    /** Is anything new for them? */
    isUnread: (workspaceId: string, requestId: string, reader: string) =>
      Effect.map(
        sql`SELECT 1 FROM audit_entries e
          WHERE e.workspace_id = ${workspaceId} AND e.request_id = ${requestId} AND e.type = 'CommentAdded'
            AND e.index > coalesce((SELECT seen FROM conversation_reads
              WHERE workspace_id = ${workspaceId} AND request_id = ${requestId} AND reader = ${reader}), 0)
            AND ${meant(reader)} LIMIT 1`,
        (rows) => rows.length > 0,
      ),

    /** The entry of the latest comment that they have seen. */
    seen: (workspaceId: string, requestId: string, reader: string) =>
      Effect.map(
        sql<{ seen: number }>`SELECT seen FROM conversation_reads
          WHERE workspace_id = ${workspaceId} AND request_id = ${requestId} AND reader = ${reader}`,
        ([row]) => row?.seen ?? 0,
      ),

    read: Effect.fnUntraced(function* (workspaceId: string, requestId: string, reader: string) {
      const now = new Date(yield* Clock.currentTimeMillis)
      yield* sql`INSERT INTO conversation_reads AS known (workspace_id, request_id, reader, seen, read_at)
        SELECT ${workspaceId}, ${requestId}, ${reader}, max(e.index), ${now} FROM audit_entries e
          WHERE e.workspace_id = ${workspaceId} AND e.request_id = ${requestId} AND e.type = 'CommentAdded'
          HAVING max(e.index) IS NOT NULL
        ON CONFLICT (request_id, reader) DO UPDATE SET seen = excluded.seen, read_at = excluded.read_at
          WHERE known.seen < excluded.seen`
    }),

    /** By request, what is new for the firm. */
    unread: Effect.fnUntraced(function* (workspaceId: string, requestIds: ReadonlyArray<string>) {
      if (requestIds.length === 0) return []
      return yield* sql<{ requestId: string; n: number }>`
        SELECT e.request_id, count(*)::int AS n FROM audit_entries e
        LEFT JOIN conversation_reads r ON r.request_id = e.request_id AND r.reader = ${firm}
        WHERE e.workspace_id = ${workspaceId} AND ${sql.in("e.request_id", requestIds)} AND e.type = 'CommentAdded'
          AND e.index > coalesce(r.seen, 0) AND ${meant(firm)}
        GROUP BY e.request_id`
    }),
  }
})
