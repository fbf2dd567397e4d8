// After the build: is what npm would publish fit to be installed? Packs each package and looks at the tarball as its user meets
// it: publint (the package.json), attw (do the types resolve), every module imported by plain Node, and nothing shipped that
// was not built from a source. Prints a table and the findings; fails when there is one.
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { createRequire } from "node:module"
import { publint } from "publint"
import { formatMessage } from "publint/utils"

const root = join(import.meta.dirname, "../..")
// Below node_modules, so that the unpacked packages find one another here and their dependencies above.
const stage = join(root, "node_modules/.cache/packed")
const modules = join(stage, "node_modules")
const attw = join(
  dirname(createRequire(import.meta.url).resolve("@arethetypeswrong/cli/package.json")),
  "dist/index.js",
)

interface Packed {
  readonly workspace: string
  readonly name: string
  readonly size: number
  readonly tarball: string
  readonly files: ReadonlyArray<string>
}

const pack = (workspace: string): Packed => {
  const options = ["pack", "--json", "--pack-destination", stage, "--loglevel=error"]
  const [packed] = JSON.parse(
    execFileSync("npm", options, { cwd: join(root, "packages", workspace), encoding: "utf8" }),
  ) as [{ name: string; filename: string; size: number; files: ReadonlyArray<{ path: string }> }]
  const folder = join(modules, packed.name)
  mkdirSync(folder, { recursive: true })
  const tarball = join(stage, packed.filename)
  execFileSync("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"])
  return { workspace, name: packed.name, size: packed.size, tarball, files: packed.files.map(({ path }) => path) }
}

const linted = async ({ name }: Packed): Promise<ReadonlyArray<string>> => {
  const pkgDir = join(modules, name)
  const pkg = JSON.parse(readFileSync(join(pkgDir, "package.json"), "utf8")) as Record<string, unknown>
  const { messages } = await publint({ pkgDir, strict: true, pack: false })
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}

/** The nouns a user may import: the modules at the top of src. */
const entries = ({ workspace }: Packed): ReadonlyArray<string> =>
  readdirSync(join(root, "packages", workspace, "src"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => (file === "index.ts" ? "." : `./${file.slice(0, -3)}`))

const typed = (packed: Packed): ReadonlyArray<string> => {
  const options = [packed.tarball, "--profile", "esm-only", "--format", "ascii", "--no-emoji", "--no-color"]
  const run = spawnSync(process.execPath, [attw, ...options, "--entrypoints", ...entries(packed)], { encoding: "utf8" })
  return run.status === 0 ? [] : [run.stdout + run.stderr]
}

const imported = (packed: Packed): ReadonlyArray<string> =>
  entries(packed).flatMap((entry) => {
    const specifier = packed.name + entry.slice(1)
    // A command is run as it is imported; asked for its version, it does no more than that.
    const script = `process.argv[1] = "${specifier}"; process.argv[2] = "--version"; await import("${specifier}")`
    const run = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: stage, encoding: "utf8" })
    return run.status === 0 ? [] : [`import "${specifier}" fails: ${run.stderr.trim()}`]
  })

/** Built files without a source (left over from before a rename), sources without a build, and files nobody asked for. */
const misplaced = ({ workspace, files }: Packed): ReadonlyArray<string> => {
  const source = (file: string) => file.replace(/^dist\//, "src/").replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts")
  const built = files.filter((file) => /^dist\/.*(\.d\.ts|\.js)(\.map)?$/.test(file))
  return [
    ...built
      .filter((file) => !existsSync(join(root, "packages", workspace, source(file))))
      .map((file) => `stale: ${file}`),
    ...files
      .filter((file) => /^src\/.*(?<!\.d)\.ts$/.test(file) && !built.some((other) => source(other) === file))
      .map((file) => `not built: ${file}`),
    ...files
      .filter((file) => file.startsWith("dist/") && !built.includes(file))
      .map((file) => `should not be published: ${file}`),
  ]
}

rmSync(stage, { recursive: true, force: true })
mkdirSync(stage, { recursive: true })
const table: Array<Record<string, unknown>> = []
const findings: Array<string> = []
for (const packed of ["core", "content", "api", "cli"].map(pack)) {
  const columns = {
    publint: await linted(packed),
    attw: typed(packed),
    imports: imported(packed),
    files: misplaced(packed),
  }
  const marks = Object.entries(columns).map(
    ([name, found]) => [name, found.length === 0 ? "ok" : found.length] as const,
  )
  table.push({ package: packed.name, KB: Math.round(packed.size / 1024), ...Object.fromEntries(marks) })
  findings.push(...Object.values(columns).flatMap((found) => found.map((finding) => `${packed.name}: ${finding}`)))
}
console.table(table)
for (const finding of findings) console.error(finding)
process.exit(findings.length === 0 ? 0 : 1)
