/** `requite answers FILE ANSWERS`: what given answers mean. */
import { assert, describe, it } from "@effect/vitest"
import { afterAll, beforeAll } from "vitest"
import { Examine } from "requite"
import * as Command from "../support/Command.ts"
import { checked } from "../support/Questionnaires.ts"
import { company } from "./Company.ts"

const folder = Command.folder()
const { requite, write } = folder
afterAll(folder.remove)

const complete = { kind: "company", owners: [{ name: "Eva", share: 60 }] }
beforeAll(() => {
  write("company.json", company())
  write("complete.json", complete)
  write("half.json", { kind: "company", owners: [{ share: 120 }], birth: "2999-01-01" })
  write("high.json", { risk: "high", today: "3000-01-01" })
  write("list.json", [])
})

describe("requite answers", () => {
  it("complete answers: what is asked, and status 0", async () =>
    assert.deepStrictEqual(await requite(["answers", "company.json", "complete.json"]), {
      status: 0,
      stdout: "asked     kind, owners, name, share, birth\nrequired  kind, owners, name\ncomplete: a submission\n",
      stderr: "",
    }))

  it("issues: the place, the code and a sentence of each; status 1", async () => {
    const { status, stdout } = await requite(["answers", "company.json", "half.json"])
    assert.strictEqual(status, 1)
    assert.match(stdout, /^\/owners\/0\/name +required +Enter an answer\.$/m)
    assert.match(stdout, /^\/owners\/0\/share +number-too-large +Enter 100 or less\.$/m)
    assert.match(stdout, /^\/birth +date-too-late /m)
    assert.match(stdout, /^3 issues: not yet a submission$/m)
  })

  it("--json: the same for programs", async () => {
    const ran = await requite(["answers", "company.json", "half.json", "--json"])
    assert.strictEqual(ran.status, 1)
    const found = JSON.parse(ran.stdout) as Examine.Examined
    assert.deepStrictEqual(Object.keys(found), ["asked", "required", "issues", "submission"])
    assert.isNull(found.submission)
    assert.deepStrictEqual(found.issues[0], {
      code: "required",
      pointer: "/owners/0/name",
      message: "Enter an answer.",
    })
    const right = JSON.parse((await requite(["answers", "--json", "company.json", "complete.json"])).stdout) as unknown
    assert.deepStrictEqual(right, {
      asked: ["kind", "owners", "name", "share", "birth"],
      required: ["kind", "owners", "name"],
      issues: [],
      submission: complete,
    })
  })

  it("answers and definition from the standard input", async () => {
    assert.strictEqual((await requite(["answers", "company.json", "-"], JSON.stringify(complete))).status, 0)
    assert.strictEqual((await requite(["answers", "-", "complete.json"], JSON.stringify(company()))).status, 0)
  })

  it("--context supplies values; today is today unless it says otherwise", async () => {
    const { stdout } = await requite(["answers", "company.json", "half.json", "--context", "high.json"])
    assert.include(stdout, "risk")
    assert.notInclude(stdout, "date-too-late")
  })

  it("--language: the sentences in another language", async () => {
    const { stdout } = await requite(["answers", "company.json", "half.json", "--language", "sv"])
    assert.notInclude(stdout, "Enter an answer.")
    assert.match(stdout, /^\/owners\/0\/name +required +\S/m)
  })

  it("answers that are no object, or not there: a sentence and status 1", async () => {
    const list = await requite(["answers", "company.json", "list.json"])
    assert.strictEqual(list.status, 1)
    assert.match(list.stdout, /answers-type +Answers are an object in \{ \}\./)
    assert.include((await requite(["answers", "company.json", "none.json"])).stderr, "There is no such file.")
    const broken = await requite(["answers", "company.json", "-"], "{")
    assert.match(broken.stdout, /syntax +Line 1, column \d+: /)
  })

  it("a key that stands twice is an issue, and programs always read JSON", async () => {
    const twice = await requite(["answers", "--json", "company.json", "-"], '{"kind":"person","kind":"company"}')
    const { issues, submission } = JSON.parse(twice.stdout) as Examine.Examined
    assert.deepStrictEqual([twice.status, submission], [1, null])
    assert.deepStrictEqual(
      issues.map(({ code, pointer }) => [code, pointer]),
      [["duplicate-key", "/kind"]],
    )
    write("wrong.json", { format: 1 })
    const wrong = await requite(["answers", "--json", "wrong.json", "complete.json"])
    const { findings } = JSON.parse(wrong.stdout) as { readonly findings: ReadonlyArray<unknown> }
    assert.isAbove(findings.length, 0)
  })

  it("for a terminal: the same text between colours, and never what acts on the terminal", () => {
    const examined = Examine.examine(checked(company()), { "\u001b[2J": 1 })
    const coloured = Examine.readable(examined, { colour: true })
    assert.include(coloured, "\u001b[1m")
    const plain = Examine.readable(examined, { colour: false })
    assert.strictEqual(coloured.replaceAll(/\u001b\[[\d;]*m/g, ""), plain)
    assert.notInclude(plain, "\u001b")
    assert.include(plain, String.raw`\u001b[2J`)
  })
})
