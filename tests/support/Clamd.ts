// A real clamd for tests, as Debian packages it: on a free port of loopback, with a database of one signature, EICAR's, and
// configuration of its own in a temporary directory.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { createConnection } from "node:net"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { freePort } from "./Exim.ts"
import * as TestDatabase from "./TestDatabase.ts"

const binary = "/usr/sbin/clamd"

/** Is there one? Debian's package clamav-daemon has it. */
export const isInstalled = existsSync(binary)

/** What to say where there is none. */
export const skipped = "SKIPPED: the tests with a real virus scanner (no clamd: see tests/support/Clamd.ts)"

/** What every scanner takes for a virus, and none is. In two halves, or scanners would take this file for one. */
export const eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("")

/** Bytes that clamd takes: its StreamMaxLength, MaxFileSize and MaxScanSize. */
export const maxBytes = 25 * 1024 * 1024

const configuration = (directory: string, port: number, alerts: boolean): string => `
DatabaseDirectory ${directory}/database
TemporaryDirectory ${directory}/temporary
TCPSocket ${port}
TCPAddr 127.0.0.1
LocalSocket ${directory}/clamd.ctl
Foreground yes
StreamMaxLength ${maxBytes}
MaxFileSize ${maxBytes}
MaxScanSize ${maxBytes}
AlertExceedsMax ${alerts ? "yes" : "no"}
AlertEncrypted ${alerts ? "yes" : "no"}
ConcurrentDatabaseReload no
`

/** Runs one until the scope ends, or `kill`ed before. Without `alerts` it keeps to itself what it did not look at. */
export const started = Effect.fnUntraced(function* ({ alerts }: { readonly alerts: boolean }) {
  const directory = yield* TestDatabase.temporaryDirectory
  const port = yield* Effect.promise(freePort)
  // as root it becomes nobody else, but it wants its folders open to whoever it is
  for (const folder of ["database", "temporary"]) {
    mkdirSync(join(directory, folder))
    chmodSync(join(directory, folder), 0o777)
  }
  writeFileSync(
    join(directory, "database", "eicar.ndb"),
    `Eicar-Test-Signature:0:*:${Buffer.from(eicar).toString("hex")}\n`,
  )
  writeFileSync(join(directory, "clamd.conf"), configuration(directory, port, alerts))
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => spawn(binary, ["-c", join(directory, "clamd.conf")], { stdio: "ignore" })),
    (running) => Effect.promise(() => killed(running)),
  )
  yield* Effect.promise(() => answers(port))
  return {
    url: `tcp://127.0.0.1:${port}`,
    unix: `unix:${directory}/clamd.ctl`,
    kill: Effect.promise(() => killed(child)),
  }
})

export const scoped = started({ alerts: true })

const killed = async (child: ReturnType<typeof spawn>): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, "exit")
  child.kill("SIGKILL")
  await exited
}

/** Waits until something answers PING there. */
const answers = async (port: number): Promise<void> => {
  for (let tries = 0; tries < 300; tries++) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: "127.0.0.1", port })
      socket.once("connect", () => socket.write("zPING\0"))
      socket.once("data", () => (socket.destroy(), resolve(true)))
      socket.once("error", () => resolve(false))
      socket.once("end", () => resolve(false))
    })
    if (isThere) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error("clamd does not answer")
}
