// A Postgres server of a test's own, on a free loopback port, that can be stopped, started and starved. Where the programs of
// Postgres are not installed, `missing` says so and suites skip.
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as ServerProcess from "./ServerProcess.ts"

const installed = "/usr/lib/postgresql"
/** The newest that is installed; or the one that the PATH finds. */
const folder = existsSync(installed)
  ? readdirSync(installed)
      .sort((one, other) => Number(other) - Number(one))
      .map((version) => join(installed, version, "bin"))
      .find((bin) => existsSync(join(bin, "initdb")))
  : undefined

const isInstalled = folder !== undefined || spawnSync("initdb", ["--version"]).status === 0

/** These tests are the same whatever database the others run on: they run once, beside those on a server (globalSetup.ts says so). */
export const missing: string | undefined =
  process.env["TEST_DATABASE_URL"] === undefined
    ? "TEST_DATABASE_URL is not set"
    : isInstalled
      ? undefined
      : "no initdb on this machine"

if (!isInstalled) process.stderr.write(`Tests with a Postgres of their own are skipped: ${missing}\n`)

/** A program of Postgres. */
export const program = (name: string): string => (folder === undefined ? name : join(folder, name))

// Postgres does not run as root: as nobody then
const nobody = 65_534
const isRoot = process.getuid?.() === 0
const as = isRoot ? { uid: nobody, gid: nobody } : {}

export interface OwnPostgres {
  /** For DATABASE_URL, with the name of a database. */
  readonly url: (database?: string) => string
  readonly psql: (sql: string, database?: string) => string
  readonly stop: (mode?: "fast" | "immediate") => void
  readonly start: () => void
  /** Stops it and forgets everything. */
  readonly close: () => void
}

export const start = async (): Promise<OwnPostgres> => {
  const home = mkdtempSync(join(tmpdir(), "requite-postgres-"))
  const [data, port] = [join(home, "data"), await ServerProcess.freePort()]
  mkdirSync(data, { mode: 0o700 })
  if (isRoot) for (const path of [home, data]) chownSync(path, nobody, nobody)
  const run = (name: string, args: ReadonlyArray<string>) =>
    execFileSync(program(name), args, { ...as, cwd: home, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
  run("initdb", ["-D", data, "-U", "requite", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
  const settings = `-p ${port} -k '' -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60`
  const begin = () => void run("pg_ctl", ["-D", data, "-w", "-o", settings, "-l", join(home, "log"), "start"])
  begin()
  const url = (database = "postgres") => `postgres://requite@127.0.0.1:${port}/${database}`
  return {
    url,
    psql: (sql, database) =>
      run("psql", ["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url(database), "-c", sql]).trim(),
    stop: (mode = "fast") => void run("pg_ctl", ["-D", data, "-w", "-m", mode, "stop"]),
    start: begin,
    close: () => {
      spawnSync(program("pg_ctl"), ["-D", data, "-w", "-m", "immediate", "stop"], as)
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Runs a program of Postgres while others go on; gives what it wrote, and fails with what it complained of. */
export const running = (name: string, args: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program(name), args, { stdio: ["ignore", "pipe", "pipe"] })
    let [out, complaints] = ["", ""]
    child.stdout.on("data", (chunk: Buffer) => void (out += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => void (complaints += chunk.toString()))
    child.once("error", reject)
    child.once("exit", (code) => (code === 0 ? resolve(out) : reject(new Error(`${name}: ${complaints}`))))
  })
