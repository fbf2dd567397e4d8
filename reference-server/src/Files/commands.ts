/**
 * The operator's command about files: whether what lies in the store and what the database knows is the same. Words: an
 * *orphan* lies in the store and no row knows it, as after a server that was killed, or a backup that was put back; a file
 * is *missing* when its row is there and its bytes are not, and *damaged* when they are other bytes.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BlobKey, type BlobListed, BlobStore } from "../BlobStore.ts"
import * as BlobIntake from "../BlobStore/BlobIntake.ts"
import { type Command, Mistake } from "../Operator.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"

/** What is younger may be on its way in: its row comes when it is whole and judged. */
const settledAfterMillis = 24 * 60 * 60 * 1000
const page = 500

interface Row {
  readonly id: string
  readonly workspaceId: string
  readonly sha256: string
}

export interface Findings {
  /** Blobs and partials in the store. */
  readonly listed: number
  /** Rows of files whose bytes should be there. */
  readonly files: number
  readonly orphans: ReadonlyArray<BlobListed>
  readonly missing: ReadonlyArray<Row>
  /** `why`: in a few words. Looked for only when asked. */
  readonly damaged: ReadonlyArray<Row & { readonly why: string }>
}

/** Compares; changes nothing. Keeps the key of every blob in memory, some 100 bytes each. */
export const check = Effect.fnUntraced(function* ({ digest }: { readonly digest: boolean }) {
  const sql = yield* SqlClient.SqlClient
  const blobs = yield* BlobStore
  const settled = (yield* Clock.currentTimeMillis) - settledAfterMillis

  const known = new Set<string>()
  let listed = 0
  const orphans = yield* blobs.list.pipe(
    Stream.grouped(page),
    Stream.mapEffect((some) =>
      Effect.gen(function* () {
        listed += some.length
        for (const { key, isPartial } of some) if (!isPartial) known.add(key)
        const keys = some.map(({ key }) => key)
        const rows = yield* sql<{ id: string; isPartial: boolean }>`
          SELECT id, false AS is_partial FROM files WHERE id IN ${sql.in(keys)}
          UNION ALL SELECT id, true FROM uploads WHERE id IN ${sql.in(keys)}`
        // a whole blob may be of an upload that is just being judged; a partial is of no file
        const wanted = (one: BlobListed) =>
          rows.some(({ id, isPartial }) => id === one.key && (isPartial || !one.isPartial))
        return some.filter((one) => one.modifiedAt < settled && !wanted(one))
      }),
    ),
    Stream.flattenIterable,
    Stream.runCollect,
  )

  let files = 0
  const rows = Stream.paginate("00000000-0000-0000-0000-000000000000", (after: string) =>
    Effect.map(
      sql<Row>`SELECT id, workspace_id, sha256 FROM files
        WHERE id > ${after} AND gone_at IS NULL ORDER BY id LIMIT ${page}`,
      (found) => [found, Option.map(Option.fromUndefinedOr(found.at(page - 1)), ({ id }) => id)] as const,
    ),
  ).pipe(Stream.tap(() => Effect.sync(() => files++)))
  const problems = yield* rows.pipe(
    Stream.mapEffect(
      (row) =>
        Effect.gen(function* () {
          if (known.has(row.id) && !digest) return []
          // one that came while this looked is found now
          const problem = yield* blobs.get(BlobKey.make(row.id)).pipe(
            Effect.flatMap(({ stream }) =>
              digest ? BlobIntake.measure(stream) : Effect.succeed({ sha256: row.sha256 }),
            ),
            Effect.map(({ sha256 }) => (sha256 === row.sha256 ? null : "its digest differs")),
            Effect.catchTag("BlobMissing", () => Effect.succeed("missing" as const)),
            // of one that is there, such as one that does not decrypt: the others are worth looking at all the same
            Effect.catchIf(
              () => known.has(row.id),
              ({ reason }) => Effect.succeed(reason),
            ),
          )
          return problem === null ? [] : [{ ...row, why: problem }]
        }),
      { concurrency: 4 },
    ),
    Stream.flattenIterable,
    Stream.runCollect,
  )
  const findings: Findings = {
    listed,
    files,
    orphans,
    missing: problems.filter(({ why }) => why === "missing"),
    damaged: problems.filter(({ why }) => why !== "missing"),
  }
  return findings
}, Tenancy.across)

/** Removes orphans; gives how many. */
const remove = Effect.fnUntraced(function* (orphans: ReadonlyArray<BlobListed>) {
  const blobs = yield* BlobStore
  yield* Effect.forEach(orphans, ({ key, isPartial }) => (isPartial ? blobs.drop(key) : blobs.remove(key)), {
    concurrency: 4,
    discard: true,
  })
  return orphans.length
})

const linesOf = ({ orphans, missing, damaged }: Findings): ReadonlyArray<string> => [
  ...orphans.map(
    ({ key, bytes, isPartial, modifiedAt }) =>
      `orphan   ${key}  ${isPartial ? "unfinished, " : ""}${bytes} bytes of ${new Date(modifiedAt).toISOString()}`,
  ),
  ...missing.map(({ id, workspaceId }) => `missing  ${id}  of workspace ${workspaceId}`),
  ...damaged.map(({ id, workspaceId, why }) => `damaged  ${id}  of workspace ${workspaceId}: ${why}`),
]

const checkFiles: Command = {
  name: "files check",
  usage: "[--digest] [--remove]",
  meaning:
    "Finds files that the store has and the database does not know, or the other way round; with --digest reads them all, to find damaged ones; --remove removes the first sort, once they are a day old.",
  flags: [],
  switches: ["digest", "remove"],
  run: Effect.fnUntraced(
    function* ({ has }) {
      const found = yield* check({ digest: has("digest") })
      const removed = has("remove") ? yield* remove(found.orphans) : 0
      const { orphans, missing, damaged } = found
      const text = [
        ...linesOf(found),
        `${found.files} files, ${found.listed} in the store: ${orphans.length} orphans` +
          `${removed > 0 ? " (removed)" : ""}, ${missing.length} missing, ${damaged.length} damaged` +
          `${has("digest") ? "" : " (digests were not looked at)"}.`,
      ].join("\n")
      if (orphans.length > removed || missing.length > 0 || damaged.length > 0)
        return yield* new Mistake({ message: text })
      return text
    },
    Effect.catchTag("BlobStoreUnavailable", ({ reason }) => Effect.fail(new Mistake({ message: reason }))),
    Effect.catchTag("SqlError", Effect.die),
  ),
}

export const commands: ReadonlyArray<Command> = [checkFiles]
