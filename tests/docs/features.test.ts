// docs/features.md cannot lie: every row of the reference systems, of security, of the lifecycle, its invariants and delivery stands there
// once; a row that says "done" names a test that exists and carries the row's number in its title, and one that is open says what
// it waits for.
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Source from "../architecture/Source.ts"
import * as Syntax from "../architecture/Syntax.ts"

const root = join(import.meta.dirname, "../..")
const groups = { P: 31, T: 20, K: 50, C: 11, F: 15, S: 78, I: 15, L: 50, M: 34 }

interface Row {
  readonly id: string
  readonly state: string
  /** What stands in the last column: the titles of tests, or what an open row waits for. */
  readonly proof: string
  readonly tests: ReadonlyArray<string>
}

const rows = (markdown: string): ReadonlyArray<Row> =>
  [...markdown.matchAll(/^\| ([A-Z]\d+) \|(?:[^|]*)\| ([a-z]+) \|(.*)\|$/gm)].map(
    ([, id = "", state = "", proof = ""]) => ({
      id,
      state,
      proof: proof.trim(),
      tests: [...proof.matchAll(/`([^`]+)`/g)].map(([, title = ""]) => title),
    }),
  )

/**
 * The titles of the tests in a source: the first argument of `it(…)`, `it.effect(…)`, `it.each([…])(…)`, of other names of
 * these, and of functions of that source whose first parameter is the title of a test that they make.
 */
const titles = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  const program = Syntax.parse(text)
  const makers = new Set(["it", "test"])
  const isTest = (callee: unknown): boolean =>
    Syntax.nodes(callee).some((node) => {
      const name = Syntax.identifier(node)
      return name === undefined ? isTest(node.callee ?? node.object) : makers.has(name)
    })
  const titleOf = (node: Syntax.Node) =>
    node.type === "CallExpression" && isTest(node.callee) ? Syntax.nodes(node.arguments)[0] : undefined
  Syntax.walk(program, (node) => {
    const [name] = Syntax.nodes(node.id).flatMap((id) => Syntax.identifier(id) ?? [])
    const [init] = Syntax.nodes(node.init)
    const [imported, local] = [node.imported, node.local].map((one) => Syntax.identifier(one))
    if (imported === "it" && local !== undefined) makers.add(local)
    if (name !== undefined && isTest(init)) makers.add(name)
    const [parameter] = Syntax.nodes(init?.params).flatMap((one) => Syntax.identifier(one) ?? [])
    if (init === undefined || name === undefined || parameter === undefined) return
    Syntax.walk(init, (inner) => {
      const first = titleOf(inner)
      if (first !== undefined && Syntax.identifier(first) === parameter) makers.add(name)
    })
  })
  Syntax.walk(program, (node) => {
    const first = titleOf(node)
    if (first === undefined) return
    const quasi = Syntax.nodes(first?.quasis)[0]?.value // a template's text up to its first ${…}
    const template = typeof quasi === "object" && quasi !== null && "cooked" in quasi ? quasi.cooked : undefined
    const title = Syntax.literal(first) ?? template
    if (typeof title === "string") found.push(title)
  })
  return found
}

/** What is wrong with the done rows, one sentence each. */
const lies = (table: ReadonlyArray<Row>, known: ReadonlyArray<string>): ReadonlyArray<string> =>
  table
    .filter(({ state }) => state === "done")
    .flatMap(({ id, tests }) => [
      ...(tests.some((title) => new RegExp(`\\b${id}\\b`).test(title)) ? [] : [`${id}: no named test carries ${id}`]),
      ...tests
        .filter((title) => !known.some((other) => other.startsWith(title)))
        .map((title) => `${id}: no test is called "${title}"`),
    ])

const table = rows(readFileSync(join(root, "docs/features.md"), "utf8"))

describe("docs/features.md", () => {
  it("has every row of the five systems, of security, of the lifecycle and of delivery once", () => {
    const expected = Object.entries(groups).flatMap(([group, count]) =>
      Array.from({ length: count }, (_, index) => `${group}${String(index + 1).padStart(group === "L" ? 2 : 1, "0")}`),
    )
    assert.deepStrictEqual(
      table.map(({ id }) => id),
      expected,
    )
  })

  it("knows two states, and says what open rows wait for", () => {
    for (const { id, state, proof } of table) {
      assert.include(["open", "done"], state, id)
      if (state === "open") assert.match(proof, /^[a-z]/, `${id} waits for nothing`)
    }
  })

  it("names for each done row a test that exists", () => {
    const known = Source.paths(root, ["tests"]).flatMap((path) => titles(readFileSync(join(root, path), "utf8")))
    assert.deepStrictEqual([...lies(table, known)], [])
  })

  it("would be caught lying", () => {
    const known = titles(`
      it("P1: one", () => {})
      it.effect.each([1])("S7, L3: %s", () => {})
      layer(App)("x", (it) => { it.effect(\`K2: \${name} goes\`, () => {}) })
      describe("P3: no test", () => { notATest("P3: nor this") })
      const always = (name, property) => it.prop(name, { property })
      const never = (name) => it("P3: other", () => name)
      always("I1: always", () => {})
      never("P3: not its title")
      const here = it.effect.skipIf(true)
      here("P5: by another name", () => {})
    `)
    assert.deepStrictEqual(known, ["P1: one", "S7, L3: %s", "K2: ", "P3: other", "I1: always", "P5: by another name"])
    const planted = rows(
      ["| P1 | one | done | `P1: o` |", "| P2 | two | done | `P1: one` |", "| P3 | three | done | `P3: no test` |"]
        .concat("| P4 | four | done | |", "| P5 | five | open | |", "| L3 | three | done | `S7, L3` |")
        .join("\n"),
    )
    assert.deepStrictEqual(lies(planted, known), [
      "P2: no named test carries P2",
      `P3: no test is called "P3: no test"`,
      "P4: no named test carries P4",
    ])
  })
})
