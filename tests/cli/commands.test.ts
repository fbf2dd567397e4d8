/** What all commands have in common: what they do with a file that they cannot use, and that nothing is coloured unasked. */
import { assert, describe, it } from "@effect/vitest"
import { afterAll, beforeAll } from "vitest"
import * as Command from "../support/Command.ts"
import { company, later } from "./Company.ts"

const folder = Command.folder()
const { requite, write } = folder
afterAll(folder.remove)

beforeAll(() => {
  write("company.json", company())
  write("later.json", later())
  write("answers.json", { kind: "person" })
  write("company.tests.json", [{ name: "one", answers: {} }])
  write("broken.json", '{ "format": 1,, }')
  write("wrong.json", company({ sections: [{ id: "a", title: "A", items: [{ id: "x", type: "tekst", label: "X" }] }] }))
})

/** Every command that reads a definition, with FILE where it stands. */
const commands: ReadonlyArray<ReadonlyArray<string>> = [
  ["check", "FILE"],
  ["answers", "FILE", "answers.json"],
  ["types", "FILE"],
  ["schema", "FILE"],
  ["diff", "FILE", "later.json"],
  ["diff", "company.json", "FILE"],
  ["test", "FILE"],
]
const on = (command: ReadonlyArray<string>, file: string) =>
  requite(command.map((argument) => (argument === "FILE" ? file : argument)))

describe("a file that cannot be used", () => {
  it.each(commands.map((command) => [command.join(" "), command] as const))(
    "requite %s: there is no such file",
    async (_, command) => {
      const { status, stdout, stderr } = await on(command, "missing.json")
      assert.strictEqual(status, 1)
      assert.match(stdout + stderr, /^missing\.json:1:1 error +unreadable There is no such file\.$/m)
    },
  )

  it("not JSON: where, and status 1", async () => {
    for (const command of commands.slice(1, 3)) {
      const { status, stderr } = await on(command, "broken.json")
      assert.strictEqual(status, 1)
      assert.match(stderr, /^broken\.json:1:15 error +syntax /m)
    }
  })

  it("a definition with errors: each of them, and status 1", async () => {
    for (const command of commands.slice(3, 5)) {
      const { status, stdout, stderr } = await on(command, "wrong.json")
      assert.strictEqual(status, 1)
      assert.strictEqual(stdout, "")
      assert.match(stderr, /^wrong\.json:\d+:\d+ error +unknown-type There is no question type "tekst"/m)
    }
  })
})

it("without a terminal nothing is coloured", async () => {
  const runs = await Promise.all([
    requite(["check", "wrong.json"]),
    requite(["answers", "company.json", "answers.json"]),
    requite(["diff", "company.json", "later.json"]),
    requite(["test", "company.json"]),
  ])
  for (const { stdout, stderr } of runs) assert.notInclude(stdout + stderr, "\u001b")
})

it("--help names every command", async () => {
  const { status, stdout } = await requite(["--help"])
  assert.strictEqual(status, 0)
  for (const name of ["check", "answers", "types", "schema", "diff", "test", "import", "preview"])
    assert.match(stdout, new RegExp(`^ +${name} +\\S`, "m"))
})
