// A source file as the architecture rules see it: what it imports and which globals of its surroundings it touches. Read from
// the syntax tree (the parser that comes with vitest), so that a string or a comment never counts.
import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { identifier, literal, nodes, parse as parseText, walk, type Node } from "./Syntax.ts"

export interface Use {
  /** The module specifier as written, or the global's name: `Date.now`, `new Date()`, `new Date(…)`, `process`. */
  readonly name: string
  readonly line: number
}

export interface Source {
  /** Relative to the repository, with forward slashes. */
  readonly path: string
  /** Static, re-exporting, dynamic and type imports alike: all of them couple. */
  readonly imports: ReadonlyArray<Use>
  /** Free names: not declared or imported anywhere in the file. */
  readonly globals: ReadonlyArray<Use>
}

/** The module named by a node, if it names one. */
const specifier = (node: Node): string | undefined => {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return literal(node.source)
    case "TSExternalModuleReference":
      return literal(node.expression)
    default:
      return undefined
  }
}

/** The names a binding pattern brings in: `a`, `{ a, b: c = 1 }`, `[a, ...b]`. */
const bound = (pattern: unknown): ReadonlyArray<string> =>
  nodes(pattern).flatMap((node) => {
    const name = identifier(node)
    if (name !== undefined) return [name]
    const inside = {
      ObjectPattern: "properties",
      ArrayPattern: "elements",
      Property: "value",
      AssignmentPattern: "left",
      RestElement: "argument",
    }[node.type]
    return inside === undefined ? [] : bound(node[inside])
  })

const bindings = (node: Node): ReadonlyArray<string> => {
  if (node.type === "VariableDeclarator") return bound(node.id)
  if (node.type === "CatchClause") return bound(node.param)
  if (node.type.startsWith("Import")) return bound(node.local)
  if (node.type.startsWith("Class")) return bound(node.id)
  if (node.type.includes("Function")) return [...bound(node.id), ...bound(node.params)]
  return []
}

/** Is this identifier a value, and not a label: `x.process`, `{ process: … }`, a member of an interface, a type? */
const isValue = (parent: Node | undefined, key: string): boolean => {
  if (parent === undefined) return false
  if (parent.type === "MemberExpression" && key === "property") return parent.computed === true
  if (key === "key") return parent.computed === true
  if (parent.type.startsWith("TS")) return key === "expression"
  return !parent.type.startsWith("Import") && !parent.type.startsWith("Export")
}

const written = (name: string, parent: Node | undefined, key: string): string => {
  if (parent?.type === "NewExpression" && key === "callee") {
    return `new ${name}(${nodes(parent.arguments).length === 0 ? "" : "…"})`
  }
  const member = parent?.type === "MemberExpression" && key === "object" ? identifier(parent.property) : undefined
  return member === undefined ? name : `${name}.${member}`
}

/** Reads one file's text. */
export const parse = (path: string, text: string): Source => {
  const line = (node: Node): number => text.slice(0, node.start).split("\n").length
  const imports: Array<Use> = []
  const values: Array<Use> = []
  const local = new Set<string>()
  walk(parseText(text), (node, parent, key) => {
    for (const name of bindings(node)) local.add(name)
    const module = specifier(node)
    if (module !== undefined) imports.push({ name: module, line: line(node) })
    const name = identifier(node)
    if (name === undefined || !isValue(parent, key)) return
    values.push({ name: written(name, parent, key), line: line(node) })
  })
  const root = (use: Use): string => use.name.replace(/^new /, "").replace(/[.(].*$/, "")
  return { path, imports, globals: values.filter((use) => !local.has(root(use))) }
}

/** The paths of every TypeScript source below `folders`, leaving out what is built, installed or recorded. */
export const paths = (root: string, folders: ReadonlyArray<string>): ReadonlyArray<string> =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
      .filter((path) => !/(^|\/)(dist|node_modules|artefacts)\//.test(path))
      .toSorted(),
  )

export const readAll = (root: string, folders: ReadonlyArray<string>): ReadonlyArray<Source> =>
  paths(root, folders).map((path) => parse(path, readFileSync(join(root, path), "utf8")))
