/**
 * The room that uploads take (S59): how much of it there is for a question, a request and a workspace, and what is kept free
 * for files on their way. Room is *reserved* before a byte comes and given back when the file is refused, given up or over;
 * whoever reserves waits for whoever reserves in the same workspace, in whichever process, so that two files that fit one by one
 * do not get in together.
 *
 * A row of `uploads` is one file on its way in: its `bytes` are the room it has. It stays for a day, as what that day brought.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import { SqlClient } from "../platform/Sql.ts"

/** There is no room. `limit`: how much there is at all, in bytes, or files that may come at once or in all. */
export class NoRoom extends Schema.TaggedError<NoRoom>()("NoRoom", {
  of: Schema.Literals(["file", "question", "request", "workspace", "session"]),
  limit: Schema.Finite,
}) {}

/**
 * Whose a file is: of a session of a request, by its handle; or of a contact who brings it to a folder of the firm, when it is of no
 * request, and both the handle and the recipient are the contact's id.
 */
export interface Bringer {
  readonly workspace: { readonly id: string }
  readonly requestId: string | null
  readonly recipient: string
  readonly handle: string
}

/** A file that wants to come in. */
export interface Coming {
  readonly id: string
  readonly question: string
  readonly revision: number
  readonly name: string
  /** The room that it needs to begin with. */
  readonly bytes: number
  readonly isResumable: boolean
  /** How many files its question takes; null: whoever takes it in knows, or any number (F9). */
  readonly most: number | null
  /** The request takes any number from anybody: what it holds is counted by the day, and others' files not at all (S67). */
  readonly isOpen: boolean
}

const day = 86_400_000
/** A file nobody has sent anything of for so long makes room for another one of the same customer's. */
const idleAfter = 300_000
/** Files on their way in one session. */
const atOnce = 50

export type Room = Effect.Success<typeof make>

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { uploads: limits } = yield* Config

  /** Waits for whoever reserves in this workspace, until the transaction ends. */
  const alone = (workspaceId: string) =>
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`uploads ${workspaceId}`}, 0))`

  /** Rows of `uploads` that take the room of the same request, or of the same contact. */
  const beside = ({ workspace, requestId, recipient }: Bringer) =>
    requestId === null
      ? sql`workspace_id = ${workspace.id} AND request_id IS NULL AND recipient = ${recipient}`
      : sql`workspace_id = ${workspace.id} AND request_id = ${requestId}`

  const measure = Effect.fnUntraced(function* (bringer: Bringer, question: string, isOpen: boolean, now: number) {
    const { workspace, requestId, handle } = bringer
    const since = new Date(now - day)
    const [found] = yield* sql<Record<"day" | "request" | "files" | "session", number>>`
      SELECT
        coalesce((SELECT sum(bytes) FROM uploads
          WHERE workspace_id = ${workspace.id} AND created_at > ${since}), 0)::float8 AS day,
        (CASE WHEN ${isOpen} THEN coalesce((SELECT sum(bytes) FROM uploads
            WHERE ${beside(bringer)} AND created_at > ${since}), 0)
          ELSE coalesce((SELECT sum(bytes) FROM uploads
              WHERE ${beside(bringer)} AND state = 'arriving'), 0)
            + coalesce((SELECT sum(bytes) FROM files
              WHERE workspace_id = ${workspace.id} AND request_id = ${requestId} AND origin = 'customer'
                AND gone_at IS NULL), 0)
          END)::float8 AS request,
        ((SELECT count(*) FROM uploads WHERE ${beside(bringer)}
            AND question = ${question} AND state = 'arriving' AND is_resumable)
          + (SELECT count(*) FROM files WHERE workspace_id = ${workspace.id} AND request_id = ${requestId}
            AND question = ${question} AND origin = 'customer' AND gone_at IS NULL
            AND NOT EXISTS (SELECT FROM session_files s WHERE s.id = files.id AND s.staged AND s.handle <> ${handle})))::int
          AS files,
        (SELECT count(*) FROM uploads WHERE ${beside(bringer)}
          AND handle = ${handle} AND state = 'arriving')::int AS session`
    return found ?? { day: 0, request: 0, files: 0, session: 0 }
  })

  /** What stands in the way of so much more; null: nothing. */
  const obstacle = Effect.fnUntraced(function* (
    customer: Bringer,
    { question, bytes, most, isOpen }: Pick<Coming, "question" | "bytes" | "most" | "isOpen">,
    now: number,
  ) {
    const held = yield* measure(customer, question, isOpen, now)
    if (most !== null && held.files >= most) return new NoRoom({ of: "question", limit: most })
    if (held.request + bytes > limits.requestBytes) return new NoRoom({ of: "request", limit: limits.requestBytes })
    if (held.day + bytes > limits.workspaceBytesPerDay) {
      return new NoRoom({ of: "workspace", limit: limits.workspaceBytesPerDay })
    }
    return held.session >= atOnce ? new NoRoom({ of: "session", limit: atOnce }) : null
  })

  /** Takes the room of files of the same customer that nobody sends any more; gives their ids. */
  const clearIdle = (bringer: Bringer, isOpen: boolean, now: number) =>
    sql<{ id: string }>`
      DELETE FROM uploads WHERE ${beside(bringer)} AND state = 'arriving'
        AND (handle = ${bringer.handle} OR (NOT ${isOpen} AND recipient = ${bringer.recipient}))
        AND touched_at < ${new Date(now - idleAfter)} AND coalesce(held_until < clock_timestamp(), true)
      RETURNING id::text AS id`

  return {
    limits,

    /** Keeps room for a file; gives the ids of those that had to make room for it: their partials are to be dropped. */
    reserve: (customer: Bringer, coming: Coming): Effect.Effect<ReadonlyArray<string>, NoRoom> =>
      Effect.gen(function* () {
        if (coming.bytes > limits.fileBytes) return yield* new NoRoom({ of: "file", limit: limits.fileBytes })
        const now = yield* Clock.currentTimeMillis
        const { workspace, requestId, handle, recipient } = customer
        const { id, question, revision, name, bytes, isResumable, isOpen } = coming
        yield* alone(workspace.id)
        let gone: ReadonlyArray<string> = []
        let missing = yield* obstacle(customer, coming, now)
        if (missing !== null) {
          gone = (yield* clearIdle(customer, isOpen, now)).map((row) => row.id)
          if (gone.length > 0) missing = yield* obstacle(customer, coming, now)
        }
        if (missing !== null) return yield* missing
        yield* sql`INSERT INTO uploads ${sql.insert({
          id,
          workspaceId: workspace.id,
          requestId,
          handle,
          recipient,
          question,
          revision,
          name,
          bytes,
          isResumable,
          state: "arriving",
          createdAt: new Date(now),
          touchedAt: new Date(now),
          expiresAt: new Date(now + day),
        })}`
        return gone
      }).pipe(
        sql.withTransaction,
        Effect.catchTag("SqlError", (error) => Effect.die(error)),
      ),

    /** Keeps more room for one that turns out larger. */
    grow: (customer: Bringer, coming: Pick<Coming, "id" | "question" | "bytes" | "isOpen">) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        yield* alone(customer.workspace.id)
        const missing = yield* obstacle(customer, { ...coming, most: null }, now)
        // it counts among those at once itself
        if (missing !== null && missing.of !== "session") return yield* missing
        yield* sql`UPDATE uploads SET bytes = bytes + ${coming.bytes}, touched_at = ${new Date(now)}
          WHERE workspace_id = ${customer.workspace.id} AND id = ${coming.id}`
      }).pipe(
        sql.withTransaction,
        Effect.catchTag("SqlError", (error) => Effect.die(error)),
      ),

    /** Gives the room back: the file never came in. */
    release: ({ workspace }: Pick<Bringer, "workspace">, id: string) =>
      sql`DELETE FROM uploads WHERE workspace_id = ${workspace.id} AND id = ${id}`.pipe(Effect.orDie, Effect.asVoid),
  }
})
