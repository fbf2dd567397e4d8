// docs/lifecycle.md and docs/policies.md say what the core does: their tables are printed from it.
import { assert, describe, it } from "@effect/vitest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import { readFileSync } from "node:fs"
import * as Lifecycle from "./Lifecycle.ts"
import * as PolicyTables from "./PolicyTables.ts"

const pages = [
  { name: "lifecycle", path: Lifecycle.page, tables: Lifecycle.tables(), script: "Lifecycle" },
  { name: "policies", path: PolicyTables.page, tables: PolicyTables.tables(), script: "PolicyTables" },
]

describe.each(pages)("docs/$name.md", ({ path, tables, script }) => {
  const page = readFileSync(path, "utf8")
  it(`is what \`node --conditions=requite-source tests/docs/${script}.ts\` writes`, () => {
    assert.strictEqual(Lifecycle.renewed(page, tables), page)
  })
  it("has every table, and none that there is not", () => {
    const named = [...page.matchAll(/<!-- table: ([a-z-]+) -->/g)].map(([, name]) => name)
    assert.sameMembers(named, [...tables.keys()])
  })
  it("a page that says otherwise is found out", () => {
    const [name = ""] = tables.keys()
    const lie = page.replace(`<!-- table: ${name} -->\n`, `<!-- table: ${name} -->\nNot true.\n`)
    assert.notStrictEqual(Lifecycle.renewed(lie, tables), lie)
  })
})

describe("the tables", () => {
  it("explain every knob, show each of every preset, and tell each command in each state", () => {
    const policies = PolicyTables.tables()
    for (const field of Object.keys(RequestPolicy.RequestPolicy.fields)) {
      const meaning = new RegExp(`\\| \`${field}\` \\| [A-Z]`)
      assert.match(policies.get("knobs") ?? "", meaning)
      if (field !== "name") assert.include(policies.get("presets") ?? "", `\`${field}`)
    }
    const standard = Lifecycle.tables().get("standard") ?? ""
    assert.lengthOf(standard.split("\n"), Object.keys(Lifecycle.rows).length + 2)
    assert.notInclude(standard, "|  |")
  })
})
