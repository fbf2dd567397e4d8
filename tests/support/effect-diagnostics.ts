// Effect's own diagnostics over every project of the workspace: the mistakes that types alone let through, such as an Effect
// that nobody runs (`floatingEffect`) or a `yield` without its star. Prints how many files of each project were checked, and
// fails on a finding or on a project that was not looked at (a check that checks nothing is green for ever).
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, relative, resolve, sep } from "node:path"

interface Diagnostic {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly severity: string
  readonly name: string
  readonly message: string
}
interface Report {
  readonly diagnostics: ReadonlyArray<Diagnostic>
  readonly files: ReadonlyArray<{ readonly file: string }>
}

/** Rules that the tool only suggests or leaves off, and that hide real faults: raised, so that they fail. */
const raised = [
  "catchUnfailableEffect",
  "globalConsoleInEffect",
  "globalRandomInEffect",
  "globalTimersInEffect",
  "returnEffectInGen",
  "runEffectInsideEffect",
  "schemaSyncInEffect",
  "tryCatchInEffectGen",
  "unnecessaryEffectGen",
  "unnecessaryPipe",
  "unsafeEffectTypeAssertion",
]

const root = resolve(import.meta.dirname, "../..")
const tool = join(dirname(createRequire(import.meta.url).resolve("@effect/tsgo/package.json")), "dist/effect-tsgo.cjs")
const flags = {
  // The root project references all others; the tool follows the references, so one run reads each file once.
  project: join(root, "tsconfig.json"),
  format: "json",
  lspconfig: JSON.stringify({ diagnosticSeverity: Object.fromEntries(raised.map((rule) => [rule, "error"])) }),
}

const run = spawnSync(
  process.execPath,
  [tool, "diagnostics", ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]), "--list-files"],
  { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 },
)
if (!run.stdout.startsWith("{")) {
  console.error(run.stdout + run.stderr)
  process.exit(1)
}
const report = JSON.parse(run.stdout) as Report
const tsconfig = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")) as {
  readonly references: ReadonlyArray<{ readonly path: string }>
}

let failed = false
for (const { path } of tsconfig.references) {
  const count = report.files.filter(({ file }) => relative(root, file).startsWith(path + sep)).length
  console.log(`${path.padEnd(20)} ${String(count).padStart(4)} files`)
  if (count === 0) {
    console.error(`${path}: not one file was checked`)
    failed = true
  }
}
const findings = report.diagnostics.filter(({ severity }) => severity === "error" || severity === "warning")
for (const { file, line, column, name, message } of findings) {
  console.error(`${relative(root, file)}:${line}:${column} ${name}: ${message}`)
}
const suggestions = report.diagnostics.length - findings.length
console.log(`Effect diagnostics: ${findings.length} findings, ${suggestions} suggestions (not printed)`)
process.exit(failed || findings.length > 0 ? 1 : 0)
