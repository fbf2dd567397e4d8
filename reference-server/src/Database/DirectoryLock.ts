// One process per data directory: two of them on one embedded database destroy it. The lock must go away with its process
// however that dies, and must not be fooled by a number that another process got later (in a container it is always 1). So the
// operating system keeps it: Node's only file lock is the one of its SQLite, a transaction open on the empty file `.lock`. That
// file stays for ever: deleted and made anew it could be locked twice. `.pid` beside it decides nothing, it names the holder.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { DatabaseUnavailable } from "./DatabaseUnavailable.ts"

/**
 * Locks `path` (a directory, which need not exist yet; its parent is made) for this process until the scope closes, with the
 * files `<path>.lock` (with SQLite's `-journal`) and `<path>.pid`. Fails at once with `directory-in-use` or `directory-not-writable`.
 */
export const acquire = (path: string): Effect.Effect<void, DatabaseUnavailable, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => {
        makeDirectory(dirname(path))
        const lock = new DatabaseSync(`${path}.lock`)
        try {
          lock.exec("BEGIN IMMEDIATE")
          writeFileSync(`${path}.pid`, `${process.pid}\n`)
        } catch (cause) {
          lock.close()
          throw cause
        }
        return lock
      },
      catch: (cause) => refused(path, cause),
    }),
    (lock) =>
      Effect.sync(() => {
        rmSync(`${path}.pid`, { force: true })
        lock.close()
      }),
  )

/** Level by level: Node's own recursive way never ends where a level exists and yet takes no directory, as in /proc. */
const makeDirectory = (path: string): void => {
  if (existsSync(path)) return
  makeDirectory(dirname(path))
  mkdirSync(path)
}

const sqliteBusy = 5

const refused = (path: string, cause: unknown): DatabaseUnavailable =>
  Predicate.hasProperty(cause, "errcode") && cause.errcode === sqliteBusy
    ? new DatabaseUnavailable({
        reason: "directory-in-use",
        message: `The embedded database in ${path} is in use by ${holder(path)}: stop that one first, or set another DATA_DIR, or a DATABASE_URL, which several processes can share.`,
      })
    : new DatabaseUnavailable({
        reason: "directory-not-writable",
        message: `The data directory ${dirname(path)} cannot be written (${cause instanceof Error ? cause.message : String(cause)}): make it writable for this user, or set another DATA_DIR.`,
      })

const holder = (path: string): string => {
  try {
    return `process ${Number.parseInt(readFileSync(`${path}.pid`, "utf8"), 10)}`
  } catch {
    return "another process"
  }
}
