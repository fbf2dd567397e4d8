/** Starting on the embedded database, as `npm start` does, up to the first page: the very first time (bar 8 s), and later (2 s). */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as ServerProcess from "../../support/ServerProcess.ts"
import { row } from "./Table.ts"

const later = 5

export const run = async (): Promise<void> => {
  const DATA_DIR = mkdtempSync(join(tmpdir(), "requite-bench-"))
  const times: Array<number> = []
  for (let n = 0; n <= later; n++) {
    const began = performance.now()
    const server = await ServerProcess.start({ DATA_DIR })
    const page = await fetch(`${server.url}/setup`)
    await page.text()
    if (!page.ok) throw new Error(`the first page: ${page.status}`)
    times.push(performance.now() - began)
    await server.stop()
  }
  const [first = NaN, ...rest] = times
  row("start, embedded: the very first", `${(first / 1000).toFixed(1)} s`, "bar 8 s")
  const middle = rest.toSorted((a, b) => a - b)[Math.floor(later / 2)] ?? NaN
  row(
    "start, embedded: later",
    `${(middle / 1000).toFixed(1)} s`,
    `bar 2 s; ${rest.map((ms) => (ms / 1000).toFixed(1)).join(", ")}`,
  )
  rmSync(DATA_DIR, { recursive: true, force: true })
}
