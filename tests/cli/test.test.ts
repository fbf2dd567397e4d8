/** `requite test FILE…`: the tests beside definitions; and the tests beside our own examples. */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { DefinitionTest } from "requite"
import * as Command from "../support/Command.ts"
import { checked } from "../support/Questionnaires.ts"
import { company } from "./Company.ts"

const folder = Command.folder()
const { requite, write } = folder
afterAll(folder.remove)

const right = { name: "A company has owners", answers: { kind: "company" }, asked: { owners: true } }
const wrong = { name: "Nobody is asked", answers: {}, asked: ["kind"], required: { birth: true } }
beforeAll(() => {
  for (const name of ["right", "wrong", "untested", "odd"]) write(`${name}.json`, company())
  write("right.tests.json", [right])
  write("wrong.tests.json", { tests: [right, wrong] })
  write("odd.tests.json", [{ name: "x", answers: {}, aked: [] }])
})

describe("requite test", () => {
  it("all pass: status 0; the file may be the definition or its tests", async () => {
    const passed = { status: 0, stdout: "ok   A company has owners\n1 test: 0 failed\n", stderr: "" }
    assert.deepStrictEqual(await requite(["test", "right.json"]), passed)
    assert.deepStrictEqual(await requite(["test", "right.tests.json"]), passed)
  })

  it("one fails: what is not as it says, and status 1", async () => {
    const { status, stdout } = await requite(["test", "wrong.json", "right.json"])
    assert.strictEqual(status, 1)
    assert.include(stdout, 'FAIL Nobody is asked\n       "birth" is asked, which the test does not expect.')
    assert.include(stdout, '"birth" is not required.')
    assert.include(stdout, "3 tests: 1 failed")
  })

  it("--json: each test with its failures", async () => {
    const { status, stdout } = await requite(["test", "wrong.json", "--json"])
    assert.strictEqual(status, 1)
    const { tests } = JSON.parse(stdout) as { tests: ReadonlyArray<DefinitionTest.Outcome & { file: string }> }
    assert.deepStrictEqual(
      tests.map(({ file, name, failures }) => [file, name, failures.length]),
      [
        ["wrong.json", right.name, 0],
        ["wrong.json", wrong.name, 2],
      ],
    )
  })

  it("no tests beside it, and tests that cannot be read: a sentence and status 1", async () => {
    const none = await requite(["test", "untested.json"])
    assert.strictEqual(none.status, 1)
    assert.match(none.stderr, /^untested\.tests\.json:1:1 error +unreadable There is no such file\.$/m)
    const odd = await requite(["test", "odd.json"])
    assert.strictEqual(odd.status, 1)
    assert.match(odd.stderr, /^odd\.tests\.json: [\s\S]*aked/)
  })
})

describe("a definition test", () => {
  const run = (test: object) => DefinitionTest.run(checked(company()), { name: "t", answers: {}, ...test }).failures
  it.each([
    [{ asked: ["kind", "birth"] }, 0],
    [{ asked: ["kind"] }, 1],
    [{ asked: ["kind", "birth", "owners"] }, 1],
    [{ asked: { owners: false, kind: true } }, 0],
    [{ context: { risk: "high" }, asked: { risk: true } }, 0],
    [{ required: { kind: false } }, 1],
    [{ issues: [] }, 1],
    [{ issues: ["/kind required"] }, 0],
    [{ end: null }, 0],
    [{ end: "thanks" }, 1],
  ])("%j has %i failures", (test, failures) => assert.lengthOf(run(test), failures))
})

describe("the examples", () => {
  const examples = join(Command.root, "examples/questionnaires")
  const files = readdirSync(examples)
  it("their tests pass", async () => {
    const tested = files.filter((name) => name.endsWith(".tests.json"))
    assert.isAbove(tested.length, 4)
    const { status, stdout, stderr } = await requite(["test", ...tested.map((name) => join(examples, name))])
    assert.strictEqual(status, 0, stdout + stderr)
  })

  it("nothing is found in them", async () => {
    const definitions = files.filter((name) => !name.endsWith(".tests.json")).map((name) => join(examples, name))
    const { stdout } = await requite(["check", ...definitions])
    assert.match(stdout, /^\d+ definitions checked, nothing found\n$/)
  })
})
