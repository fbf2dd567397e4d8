// The syntax tree of a TypeScript file, by the parser that comes with vitest: for tests that read sources, so that what stands in
// a string or a comment is never taken for code.
import { parseAst } from "vitest/node"

export interface Node {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

export const nodes = (value: unknown): ReadonlyArray<Node> => (Array.isArray(value) ? value : [value]).filter(isNode)

const children = (node: Node): ReadonlyArray<readonly [string, Node]> =>
  Object.entries(node).flatMap(([key, value]) => nodes(value).map((child) => [key, child] as const))

/** Visits the node and all below it, each with its parent and the key it hangs on there. */
export const walk = (
  node: Node,
  visit: (node: Node, parent: Node | undefined, key: string) => void,
  parent?: Node,
  key = "",
): void => {
  visit(node, parent, key)
  for (const [name, child] of children(node)) walk(child, visit, node, name)
}

export const identifier = (node: unknown): string | undefined =>
  isNode(node) && node.type === "Identifier" && typeof node.name === "string" ? node.name : undefined

export const literal = (node: unknown): string | undefined =>
  isNode(node) && typeof node.value === "string" ? node.value : undefined

/** Throws on a syntax error: what cannot be read cannot be judged. */
export const parse = (text: string): Node => {
  const program: unknown = parseAst(text, { lang: "ts" })
  if (!isNode(program)) throw new Error("no module")
  return program
}
