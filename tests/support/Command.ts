// The real command `requite`, as an author runs it: a child process from the sources, without a build, in a folder of the
// test's own.
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { mkdirSync } from "node:fs"
import * as ServerProcess from "./ServerProcess.ts"

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Folder {
  readonly path: string
  /** Writes a file, as JSON unless it is a text. */
  readonly write: (name: string, content: unknown) => void
  /** Runs `requite …` here to its end. */
  readonly requite: (args: ReadonlyArray<string>, stdin?: string) => Promise<Ran>
  readonly remove: () => void
}

export const root = resolve(import.meta.dirname, "../..")
const bin = join(root, "packages/cli/src/bin.ts")

/** Starts `requite …`; colours are asked for in no way but by a terminal. */
export const start = (args: ReadonlyArray<string>, cwd: string) => {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env
  const command = ["--conditions=requite-source", bin, ...args]
  return spawn(process.execPath, command, { cwd, env: { NODE_COMPILE_CACHE: ServerProcess.compiled, ...env } })
}

export const folder = (): Folder => {
  const path = mkdtempSync(join(tmpdir(), "requite-"))
  return {
    path,
    write: (name, content) => {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), typeof content === "string" ? content : JSON.stringify(content, null, 2))
    },
    requite: (args, stdin = "") =>
      new Promise<Ran>((done, fail) => {
        const child = start(args, path)
        let stdout = ""
        let stderr = ""
        child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
        child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
        child.on("error", fail).on("close", (status) => done({ status, stdout, stderr }))
        child.stdin.on("error", () => {}).end(stdin)
      }),
    remove: () => rmSync(path, { recursive: true }),
  }
}
