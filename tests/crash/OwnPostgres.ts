/** A Postgres of a test's own, to be restarted under a server's feet. `missing` says where there is none to start. */
import { execFile } from "node:child_process"
import { chownSync, chmodSync, globSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import * as ServerProcess from "../support/ServerProcess.ts"

const programs = globSync("/usr/lib/postgresql/*/bin").toSorted().at(-1)
const isRoot = userInfo().uid === 0

export const missing: string | undefined = programs === undefined ? "no Postgres is installed here" : undefined

export interface OwnPostgres {
  readonly url: string
  /** `fast`: ends all sessions and stops in order; `immediate`: as a crash would. Is up again when it resolves. */
  readonly restart: (how: "fast" | "immediate") => Promise<void>
  readonly stop: () => Promise<void>
}

export const start = async (): Promise<OwnPostgres> => {
  const folder = mkdtempSync(join(tmpdir(), "requite-postgres-"))
  const run = async (program: string, ...given: ReadonlyArray<string>) => {
    const path = join(programs ?? "", program)
    // Postgres never runs as root
    const as = isRoot ? ["runuser", "-u", "postgres", "--"] : []
    const [command = path, ...all] = [...as, path, ...given]
    await promisify(execFile)(command, all, { cwd: folder })
  }
  if (isRoot) {
    const { stdout } = await promisify(execFile)("id", ["-u", "postgres"])
    chownSync(folder, Number(stdout), -1)
  }
  chmodSync(folder, 0o700)
  const data = join(folder, "data")
  const port = await ServerProcess.freePort()
  const options = `-h 127.0.0.1 -p ${port} -k ${folder}`
  await run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
  const control = (verb: string, ...given: ReadonlyArray<string>) =>
    run("pg_ctl", "-D", data, "-l", join(folder, "log"), "-w", ...given, verb)
  await control("start", "-o", options)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    restart: (how) => control("restart", "-m", how, "-o", options),
    stop: async () => {
      await control("stop", "-m", "immediate")
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
