/** `requite diff OLD NEW`: what a new version changes. */
import { assert, describe, it } from "@effect/vitest"
import type { Difference } from "@requite/core"
import { afterAll, beforeAll } from "vitest"
import * as Command from "../support/Command.ts"
import { company, later } from "./Company.ts"

const folder = Command.folder()
const { requite, write } = folder
afterAll(folder.remove)

beforeAll(() => {
  write("one.json", company())
  write("retitled.json", company({ version: 2, title: "Another title" }))
  write("two.json", later())
  write("migrated.json", later({ migrations: [{ from: 1, steps: [{ drop: ["birth"] }, { set: ["town", "?"] }] }] }))
  write("same-number.json", company({ title: "Another title" }))
})

describe("requite diff", () => {
  it("safe changes: status 0", async () => {
    const { status, stdout } = await requite(["diff", "one.json", "retitled.json"])
    assert.strictEqual(status, 0)
    assert.match(stdout, /^safe +"title" of the questionnaire changed\.\n1 change: may be published/)
  })

  it("breaking ones first, and why it may not be published; status 1", async () => {
    const { status, stdout } = await requite(["diff", "one.json", "two.json"])
    assert.strictEqual(status, 1)
    assert.match(stdout, /^breaking +.*"town"/)
    assert.match(stdout, /^migratable +.*"birth"/m)
    assert.match(stdout, /not while requests on the old version are open\n$/)
  })

  it("with a migration: covered, and status 0", async () => {
    const { status, stdout } = await requite(["diff", "one.json", "migrated.json"])
    assert.strictEqual(status, 0, stdout)
    assert.match(stdout, /^migratable, migrated +/m)
  })

  it("the same version number: refused", async () => {
    const { status, stdout } = await requite(["diff", "one.json", "same-number.json"])
    assert.strictEqual(status, 1)
    assert.include(stdout, "The new version must have a higher version number.")
  })

  it("--json: the verdict, for programs", async () => {
    const { status, stdout } = await requite(["diff", "one.json", "two.json", "--json"])
    assert.strictEqual(status, 1)
    const verdict = JSON.parse(stdout) as Difference.Verdict
    assert.isFalse(verdict.publishable)
    assert.includeMembers(
      verdict.changes.map(({ kind, code, id }) => `${kind} ${code} ${id}`),
      ["breaking required-added town", "migratable question-removed birth"],
    )
  })

  it("one side from the standard input", async () =>
    assert.strictEqual((await requite(["diff", "-", "retitled.json"], JSON.stringify(company()))).status, 0))
})
