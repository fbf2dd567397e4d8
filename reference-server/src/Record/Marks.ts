/**
 * Marks: of each workspace the last checkpoint that was made, noted in the data directory, where who has the database in their
 * hands does not reach. A database in which that checkpoint is not there, or is another one, went back to an older state, as a
 * whole or in a part: then no checkpoint is made, until an operator says that a backup was restored.
 */
import type { AuditRecord } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import { SecureRandom } from "../platform/Crypto.ts"
import { FileSystem, Path } from "../platform/Files.ts"
import { SqlClient } from "../platform/Sql.ts"
import type { Made } from "../Record.ts"

const Mark = Schema.fromJsonString(Schema.Struct({ number: Schema.Int, hash: Schema.String }))
type Mark = Pick<Made, "number" | "hash">

export const make = Effect.gen(function* () {
  const { dataDir } = yield* Config
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const random = yield* SecureRandom.SecureRandom
  const sql = yield* SqlClient.SqlClient
  const folder = path.join(dataDir, "record-marks")
  const fileOf = (workspaceId: string) => path.join(folder, `${workspaceId}.json`)

  /** None where there is none yet, or none that can be read: what a stopped machine left half is made anew. */
  const read = (workspaceId: string) =>
    fs.readFileString(fileOf(workspaceId)).pipe(Effect.flatMap(Schema.decodeUnknownEffect(Mark)), Effect.option)

  return {
    /** Notes a checkpoint that was committed, unless a later one is noted. Only one that is none stops nothing. */
    note: Effect.fnUntraced(
      function* (workspaceId: string, mark: Mark) {
        const before = Option.getOrNull(yield* read(workspaceId))
        if (before !== null && before.number >= mark.number) return
        const part = `${fileOf(workspaceId)}.${yield* random.uuidV4()}.part`
        yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
        yield* fs.writeFileString(part, JSON.stringify({ number: mark.number, hash: mark.hash }), { mode: 0o600 })
        yield* fs.rename(part, fileOf(workspaceId))
      },
      Effect.catchCause((cause) => Effect.logWarning("a checkpoint could not be noted in the data directory", cause)),
    ),

    /** What is wrong with the database by the mark; null: nothing. */
    fault: Effect.fnUntraced(function* (workspaceId: string) {
      const mark = Option.getOrNull(yield* read(workspaceId))
      if (mark === null) return null
      const rows = yield* sql`
        SELECT 1 FROM audit_checkpoints
        WHERE workspace_id = ${workspaceId} AND number = ${mark.number} AND hash = ${mark.hash}`
      if (rows.length > 0) return null
      const fault: AuditRecord.Fault = {
        what: "checkpoint",
        request: null,
        index: null,
        checkpoint: mark.number,
        message: `Checkpoint ${mark.number}, which this server made, is not in the database any more: it went back to an older state. If that was a backup of yours, say so: operate.ts record restored.`,
      }
      return fault
    }),

    /** The operator says that the database was restored: what it has now is what there is. */
    forget: Effect.fnUntraced(function* () {
      yield* Effect.orDie(fs.remove(folder, { recursive: true, force: true }))
    }),
  }
})

export type Marks = Effect.Success<typeof make>
