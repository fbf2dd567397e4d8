/**
 * requite beside its peers on the same work, in one run (performance.md, the first rows): loading a definition with all its
 * checks, changing one answer, a chain of conditions in both listing orders, validating. Each cell runs in a process of its
 * own; every result is checked, and a wrong one says so. The peers are installed beside this file when they are not there.
 *
 *   node --conditions=requite-source tests/bench/peers.bench.ts [adapters] [sizes] [operations], each a list with commas
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"

const peers = join(import.meta.dirname, "peers")

const [
  adapters = "requite,survey-core,formio-core,formily-core,xforms-engine,ajv,zod,effect-schema",
  sizes = "1000,5000",
  operations = "load,change,chain,chain-reversed,validate",
] = process.argv.slice(2)

/** Milliseconds that requite must stay under, by operation and size. */
const bars: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  load: { 1000: 50, 5000: 500 },
  change: { 1000: 0.05, 5000: 0.05 },
  chain: { 1000: 0.1, 5000: 0.5 },
  "chain-reversed": { 1000: 0.1, 5000: 0.5 },
  validate: { 1000: 1 },
}

const words: Readonly<Record<string, string>> = {
  load: "load a definition, with all checks that it has",
  change: "change one answer that 9 questions depend on",
  chain: "chain, each question shown by the one before: flip the first",
  "chain-reversed": "the same chain, listed in reverse",
  validate: "validate all answers",
}

interface Cell {
  readonly name?: string
  readonly version?: string
  readonly medianMs?: number
  readonly correct?: boolean | null
  readonly visible?: number
  readonly errorsOnBad?: number
  readonly expectedOnBad?: number
  readonly error?: string
  readonly skipped?: boolean
}

const limit = 120_000

const measure = (adapter: string, operation: string, size: string): Cell => {
  const child = spawnSync(
    process.execPath,
    ["--conditions=requite-source", "--stack-size=4000", "child.mjs", adapter, operation, size],
    { cwd: peers, timeout: limit, encoding: "utf8", maxBuffer: 1 << 26 },
  )
  const line = child.stdout.split("\n").find((one) => one.startsWith("RESULT "))
  return line === undefined
    ? {
        error:
          child.signal === "SIGTERM" ? `over ${limit / 1000} s` : `exit ${child.status}: ${child.stderr.slice(-200)}`,
      }
    : (JSON.parse(line.slice(7)) as Cell)
}

const milliseconds = (cell: Cell, requite: number | undefined): string => {
  if (cell.medianMs === undefined) return cell.skipped === true ? "–" : (cell.error ?? "?").slice(0, 40)
  const time = cell.medianMs < 1 ? cell.medianMs.toFixed(4) : cell.medianMs.toFixed(1)
  return requite === undefined || requite === 0 ? time : `${time} (×${(cell.medianMs / requite).toFixed(1)})`
}

const verdict = ({ correct, visible, errorsOnBad, expectedOnBad }: Cell): string => {
  if (correct === undefined || correct === null) return ""
  if (correct) return expectedOnBad === undefined ? "right" : `finds ${errorsOnBad} of ${expectedOnBad}`
  return expectedOnBad === undefined ? `WRONG: ${visible} visible` : `finds ${errorsOnBad} of ${expectedOnBad}`
}

if (!existsSync(join(peers, "node_modules"))) {
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: peers, stdio: "inherit" })
}

for (const operation of operations.split(",")) {
  console.log(`\n${words[operation] ?? operation} (median ms, ×: times requite's)`)
  const ours = new Map<string, number>()
  for (const adapter of adapters.split(",")) {
    const cells = sizes.split(",").map((size) => {
      const cell = measure(adapter, operation, size)
      const mine = ours.get(size)
      if (adapter === "requite" && cell.medianMs !== undefined) ours.set(size, cell.medianMs)
      const bar = adapter === "requite" ? bars[operation]?.[size] : undefined
      return {
        cell,
        text: `${size}: ${milliseconds(cell, mine)}${bar === undefined ? "" : ` bar ${bar}`} ${verdict(cell)}`,
      }
    })
    if (cells.every(({ cell }) => cell.skipped === true)) continue
    const { name = adapter, version = "" } = cells[0]?.cell ?? {}
    console.log(`  ${`${name} ${version}`.padEnd(36)} ${cells.map(({ text }) => text.padEnd(42)).join(" ")}`)
  }
}

const run = (...args: ReadonlyArray<string>) =>
  execFileSync(process.execPath, ["--conditions=requite-source", ...args], { stdio: "inherit" })

if (process.argv.length < 3) {
  console.log("\nthe lifecycle: one command decided and its events applied")
  run(join(import.meta.dirname, "decide.bench.ts"))
  run(join(peers, "machines.mjs"))
  console.log("\nbrowser weight of the fill runtime")
  run(join(import.meta.dirname, "weight.ts"))
}
