// The rules of the architecture as functions from sources to sentences; no sentence means that the rule holds.
//
// A *workspace* is a folder with a package.json; its *floor* says which other workspaces it may import. Imports go down only,
// none sideways, and nowhere in a circle, neither of packages nor of files. Each *unstable* module of Effect (its .d.ts says
// `@stability unstable` or `experimental`, so this list writes itself) is reached through one file of ours: a minor release of
// Effect that moves it is then met in one place. In the server these files are `reference-server/src/platform/`.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, posix } from "node:path"
import type { Source, Use } from "./Source.ts"

/** What each workspace may import of the others, from the ground up. */
export const floors: Record<string, ReadonlyArray<string>> = {
  "packages/core": [],
  "packages/content": ["packages/core"],
  "packages/cli": ["packages/core"],
  "packages/api": ["packages/core"],
  "packages/react": ["packages/core"],
  "reference-server": ["packages/api", "packages/content", "packages/core", "packages/react"],
  tests: ["packages/core", "packages/content", "packages/cli", "packages/api", "packages/react", "reference-server"],
  docs: ["packages/core", "packages/content", "packages/cli", "packages/api", "packages/react"],
  examples: ["packages/core", "packages/content", "packages/cli", "packages/api", "packages/react"],
}

const packages: Record<string, string> = {
  "@requite/core": "packages/core",
  "@requite/content": "packages/content",
  requite: "packages/cli",
  "@requite/api": "packages/api",
  "@requite/react": "packages/react",
  "@requite/reference-server": "reference-server",
}

/** `packages/core/src/a.ts` → `packages/core`; `tests/x/y.ts` → `tests`. */
export const workspaceOf = (path: string): string =>
  path
    .split("/")
    .slice(0, path.startsWith("packages/") ? 2 : 1)
    .join("/")

/** `effect/http/HttpRouter` → `effect`; `@requite/core/Answers` → `@requite/core`. */
const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")

/** The file of ours that an import leads to, or undefined where it leads out of the repository. */
const target = (source: Source, specifier: string): string | undefined => {
  if (specifier.startsWith(".")) return posix.normalize(posix.join(posix.dirname(source.path), specifier))
  const workspace = packages[packageOf(specifier)]
  if (workspace === undefined) return undefined
  return `${workspace}/src/${specifier.slice(packageOf(specifier).length + 1) || "index"}.ts`
}

const at = (source: Source, use: Use): string => `${source.path}:${use.line}`

/** Arrows that do not go down, and ways round a package's front door. */
export const upward = (sources: ReadonlyArray<Source>): ReadonlyArray<string> =>
  sources.flatMap((source) =>
    source.imports.flatMap((use) => {
      const from = workspaceOf(source.path)
      const file = target(source, use.name)
      if (file === undefined) return []
      const to = workspaceOf(file)
      const relative = use.name.startsWith(".")
      if (floors[from] === undefined) return [`${at(source, use)}: ${from} stands on no floor; give it one`]
      if (from === to) return relative ? [] : [`${at(source, use)}: ${from} imports itself by its own name`]
      if (!floors[from].includes(to)) return [`${at(source, use)}: ${from} must not import ${to}`]
      // The server has no name to be imported by: it is a program, not a library.
      return relative && to !== "reference-server" ? [`${at(source, use)}: import ${to} by its name`] : []
    }),
  )

/** The circles of a graph, each once, as the way round: `["a", "b", "a"]`. */
const circles = (graph: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyArray<ReadonlyArray<string>> => {
  const found = new Map<string, ReadonlyArray<string>>()
  const done = new Set<string>()
  const visit = (node: string, way: ReadonlyArray<string>): void => {
    const start = way.indexOf(node)
    if (start >= 0) {
      const circle = way.slice(start)
      found.set(circle.toSorted().join(), [...circle, node])
    } else if (!done.has(node)) {
      for (const next of graph.get(node) ?? []) visit(next, [...way, node])
      done.add(node)
    }
  }
  for (const node of graph.keys()) visit(node, [])
  return [...found.values()]
}

const graphBy = (sources: ReadonlyArray<Source>, name: (path: string) => string): Map<string, Set<string>> => {
  const graph = new Map<string, Set<string>>()
  for (const source of sources) {
    const from = name(source.path)
    const edges = graph.get(from) ?? new Set()
    for (const use of source.imports) {
      const file = target(source, use.name)
      if (file !== undefined) edges.add(name(file))
    }
    graph.set(from, edges)
  }
  return graph
}

/** Circles of files, type imports included: two files that need each other's types are one file or want a third. */
export const fileCircles = (sources: ReadonlyArray<Source>): ReadonlyArray<string> =>
  circles(graphBy(sources, (path) => path)).map((way) => `circle of files: ${way.join(" → ")}`)

export const packageCircles = (sources: ReadonlyArray<Source>): ReadonlyArray<string> => {
  const graph = graphBy(sources, workspaceOf)
  for (const [name, edges] of graph) edges.delete(name)
  return circles(graph).map((way) => `circle of packages: ${way.join(" → ")}`)
}

const resolver = createRequire(import.meta.url)
const stabilities = new Map<string, boolean>()

/** Does the head of the module's .d.ts call it unstable or experimental? Only Effect's own modules can be. */
export const isUnstable = (specifier: string): boolean => {
  if (packageOf(specifier) !== "effect" && !specifier.startsWith("@effect/")) return false
  const known = stabilities.get(specifier)
  if (known !== undefined) return known
  const types = resolver.resolve(specifier).replace(/\.js$/, ".d.ts")
  const unstable = /@stability (\w+)/.exec(readFileSync(types, "utf8"))?.[1] !== "stable"
  stabilities.set(specifier, unstable)
  return unstable
}

/** `effect/http/HttpRouter` → `effect/http`, `effect/FileSystem` → itself, `@effect/sql-pg/PgClient` → `@effect/sql-pg`. */
const unstableModule = (specifier: string): string => specifier.split("/").slice(0, 2).join("/")

/** Unstable modules of Effect that are reached through more than one file of a workspace, or from the wrong place. */
export const scattered = (sources: ReadonlyArray<Source>): ReadonlyArray<string> => {
  const doors = new Map<string, Set<string>>()
  const misplaced: Array<string> = []
  for (const source of sources) {
    const workspace = workspaceOf(source.path)
    if (workspace === "tests" || workspace === "docs" || workspace === "examples") continue
    for (const use of source.imports.filter(({ name }) => isUnstable(name))) {
      if (workspace === "packages/core") misplaced.push(`${at(source, use)}: core must not import unstable ${use.name}`)
      if (workspace === "reference-server" && !source.path.startsWith("reference-server/src/platform/")) {
        misplaced.push(`${at(source, use)}: import ${use.name} through reference-server/src/platform/`)
      }
      const key = `${workspace} reaches ${unstableModule(use.name)}`
      doors.set(key, (doors.get(key) ?? new Set()).add(source.path))
    }
  }
  const many = [...doors].filter(([, files]) => files.size > 1)
  return [...misplaced, ...many.map(([key, files]) => `${key} through ${files.size} files: ${[...files].join(", ")}`)]
}

/** Time and chance that no test can set. An instant that is given (`new Date(millis)`) is none. */
const uncontrolled = ["Date.now", "new Date()", "Date", "Math.random", "DateTime.nowUnsafe", "crypto.randomUUID"]

/** A program's surroundings: Node's, the browser's. */
const surroundings = new Set(
  "process crypto performance globalThis window document navigator localStorage sessionStorage fetch setTimeout setInterval queueMicrotask console Buffer require".split(
    " ",
  ),
)

/** Where shipped code takes time or chance past Effect's Clock and Random. */
export const clocks = (sources: ReadonlyArray<Source>): ReadonlyArray<string> =>
  sources.flatMap((source) =>
    source.globals
      .filter(({ name }) => uncontrolled.includes(name))
      .map((use) => `${at(source, use)}: ${use.name} is not the Clock's or the Random's`),
  )

/** Where core takes time, chance or its surroundings by itself. Date.UTC and Date.parse are sums, and allowed. */
export const impurities = (sources: ReadonlyArray<Source>): ReadonlyArray<string> =>
  sources
    .filter(({ path }) => workspaceOf(path) === "packages/core")
    .flatMap((source) => [
      ...source.globals
        .filter(({ name }) => {
          const root = name.replace(/^new /, "").replace(/[.(].*$/, "")
          return uncontrolled.includes(name) || name.startsWith("new Date") || surroundings.has(root)
        })
        .map((use) => `${at(source, use)}: core must not use ${use.name}`),
      ...source.imports
        .filter(({ name }) => name.startsWith("node:") || (!name.startsWith(".") && packageOf(name) !== "effect"))
        .map((use) => `${at(source, use)}: core must not import ${use.name}`),
    ])

/** Imports that the workspace's package.json does not declare: they work here by hoisting and fail where it is installed. */
export const undeclared = (
  sources: ReadonlyArray<Source>,
  declared: (workspace: string) => ReadonlySet<string>,
): ReadonlyArray<string> =>
  sources.flatMap((source) =>
    source.imports
      .filter(({ name }) => !name.startsWith(".") && !name.startsWith("node:"))
      .filter(({ name }) => !declared(workspaceOf(source.path)).has(packageOf(name)))
      .filter(({ name }) => !declared(workspaceOf(source.path)).has(`@types/${packageOf(name)}`))
      .map(
        (use) =>
          `${at(source, use)}: package.json of ${workspaceOf(source.path)} does not declare ${packageOf(use.name)}`,
      ),
  )

/** What a workspace's users get with it (`dependencies` and `peerDependencies`). */
export const declaredIn =
  (root: string) =>
  (workspace: string): ReadonlySet<string> => {
    const text = readFileSync(join(root, workspace, "package.json"), "utf8")
    const json = JSON.parse(text) as Partial<Record<"dependencies" | "peerDependencies", Record<string, string>>>
    return new Set([...Object.keys(json.dependencies ?? {}), ...Object.keys(json.peerDependencies ?? {})])
  }

export const repository = dirname(dirname(import.meta.dirname))
