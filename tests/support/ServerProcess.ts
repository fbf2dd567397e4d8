/**
 * The real server as a process of its own, started as `npm start` starts it, on a free loopback port: for journeys, and
 * for tests that kill it. Its environment lasts across restarts, its log is kept for a test to read.
 */
import { spawn, type ChildProcess } from "node:child_process"
import { createServer } from "node:net"
import { join } from "node:path"

const repository = join(import.meta.dirname, "../..")

/** Node keeps here what it made of the sources; processes of the tests start in two thirds of the time with it. */
export const compiled = join(repository, "node_modules/.cache/requite-compiled")

export interface ServerProcess {
  /** Where it listens: `http://localhost:PORT`. */
  readonly url: string
  /** Of the life at hand. */
  readonly pid: () => number
  /** Everything it has written so far, over all its lives. */
  readonly log: () => string
  /** `kill -9`: it gets no chance to tidy up. */
  readonly kill: () => Promise<void>
  /** Resolves when its life at hand has ended, whatever of. */
  readonly death: () => Promise<void>
  /** SIGTERM, and the exit code it ends with. */
  readonly stop: () => Promise<number | null>
  /** Starts it again, on the same port and data, and waits until it answers. */
  readonly start: () => Promise<void>
}

/** Starts a server and waits until it answers. */
export const start = async (environment: Readonly<Record<string, string>>): Promise<ServerProcess> => {
  const port = environment["PORT"] ?? String(await freePort())
  // the embedded database is of WebAssembly, and these servers do not live long enough to gain by compiling it twice
  const engine = environment["DATABASE_URL"] === undefined ? ["--liftoff-only"] : []
  const url = `http://localhost:${port}`
  let log = ""
  let child: ChildProcess | null = null

  const run = async () => {
    const started = spawn(
      process.execPath,
      [...engine, "--conditions=requite-source", "reference-server/src/main.ts"],
      {
        cwd: repository,
        env: {
          PATH: process.env["PATH"],
          HOME: process.env["HOME"],
          NODE_COMPILE_CACHE: compiled,
          PORT: port,
          ...environment,
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    )
    child = started
    started.stdout.on("data", (chunk: Buffer) => void (log += chunk.toString()))
    started.stderr.on("data", (chunk: Buffer) => void (log += chunk.toString()))
    await answering(
      url,
      () => started.exitCode,
      () => log,
    )
  }
  const end = (signal: "SIGKILL" | "SIGTERM") =>
    new Promise<number | null>((resolve) => {
      if (child === null || child.exitCode !== null || child.signalCode !== null)
        return resolve(child?.exitCode ?? null)
      child.once("exit", (code) => resolve(code))
      child.kill(signal)
    })
  await run()
  return {
    url,
    pid: () => child?.pid ?? NaN,
    log: () => log,
    kill: async () => void (await end("SIGKILL")),
    death: () =>
      new Promise((resolve) => {
        if (child === null || child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once("exit", () => resolve())
      }),
    stop: () => end("SIGTERM"),
    start: run,
  }
}

const answering = async (url: string, exitCode: () => number | null, log: () => string): Promise<void> => {
  const deadline = performance.now() + 120_000
  for (;;) {
    const answer = await fetch(`${url}/health`).catch(() => null)
    if (answer?.ok === true) return
    if (exitCode() !== null) throw new Error(`the server ended with ${exitCode()}:\n${log()}`)
    if (performance.now() > deadline) throw new Error(`the server does not answer:\n${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A port that nobody uses at this moment. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      )
    })
  })
