// docs/features.md cannot lie: every row of the reference systems stands there once, and a row that says "done" names a test that
// exists and carries the row's number in its title.
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Source from "../architecture/Source.ts"
import * as Syntax from "../architecture/Syntax.ts"

const root = join(import.meta.dirname, "../..")
const groups = { P: 31, T: 20, K: 50, C: 11, F: 15 }

interface Row {
  readonly id: string
  readonly state: string
  readonly tests: ReadonlyArray<string>
}

const rows = (markdown: string): ReadonlyArray<Row> =>
  [...markdown.matchAll(/^\| ([A-Z]\d+) \|(?:[^|]*)\| ([a-z]+) \|(.*)\|$/gm)].map(
    ([, id = "", state = "", proof = ""]) => ({
      id,
      state,
      tests: [...proof.matchAll(/`([^`]+)`/g)].map(([, title = ""]) => title),
    }),
  )

/** The titles of the tests in a source: the first argument of `it(…)`, `it.effect(…)`, `it.each([…])(…)`. */
const titles = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  const isTest = (callee: unknown): boolean =>
    Syntax.nodes(callee).some((node) => {
      const name = Syntax.identifier(node)
      return name === undefined ? isTest(node.callee ?? node.object) : name === "it" || name === "test"
    })
  Syntax.walk(Syntax.parse(text), (node) => {
    if (node.type !== "CallExpression" || !isTest(node.callee)) return
    const [first] = Syntax.nodes(node.arguments)
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
  it("has every row of the five systems once", () => {
    const expected = Object.entries(groups).flatMap(([group, count]) =>
      Array.from({ length: count }, (_, index) => `${group}${index + 1}`),
    )
    const listed = table.map(({ id }) => id).filter((id) => /^[PTKCF]/.test(id))
    assert.deepStrictEqual(listed, expected)
  })

  it("knows two states, and lists of security, delivery and lifecycle only what is done, once", () => {
    for (const { id, state } of table) assert.include(/^[SML]/.test(id) ? ["done"] : ["open", "done"], state, id)
    assert.strictEqual(new Set(table.map(({ id }) => id)).size, table.length)
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
    `)
    assert.deepStrictEqual(known, ["P1: one", "S7, L3: %s", "K2: "])
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
