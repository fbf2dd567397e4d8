/** `requite import --from SOURCE FILE`: how the command prints what an importer gives. The importers have tests of their own. */
import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import { afterAll, beforeAll } from "vitest"
import type { Import } from "requite"
import * as Command from "../support/Command.ts"

const folder = Command.folder()
const { requite, write } = folder
afterAll(folder.remove)

const survey = {
  title: "Hello",
  elements: [
    { type: "text", name: "first_name", title: "First name", isRequired: true },
    { type: "signaturepad", name: "sign", title: "Sign here" },
  ],
}
beforeAll(() => {
  write("survey.json", survey)
  write("broken.json", "{")
})

describe("requite import", () => {
  it("the definition to the standard output, what there is to know to the standard error", async () => {
    const { status, stdout, stderr } = await requite(["import", "--from", "surveyjs", "survey.json"])
    assert.strictEqual(status, 0, stderr)
    assert.isNotNull(Questionnaire.check(stdout).questionnaire)
    assert.match(stderr, /^\/elements\/1 {2}\S/m)
    assert.match(stderr, /^\d+ things? without a counterpart, \d+ warnings?$/m)
  })

  it("--json: definition, ids, warnings and what is unsupported, each with its pointer", async () => {
    const { status, stdout, stderr } = await requite(
      ["import", "--json", "--from", "surveyjs", "-"],
      JSON.stringify(survey),
    )
    assert.strictEqual(status, 0)
    assert.strictEqual(stderr, "")
    const { definition, ids, unsupported } = JSON.parse(stdout) as Import.Imported
    assert.isNotNull(Questionnaire.check(JSON.stringify(definition)).questionnaire)
    assert.property(ids, "first_name")
    assert.deepStrictEqual(
      unsupported.map(({ pointer }) => pointer),
      ["/elements/1"],
    )
  })

  it("what it printed can be checked at once", async () => {
    const { stdout } = await requite(["import", "--from", "surveyjs", "survey.json"])
    assert.strictEqual((await requite(["check", "-"], stdout)).status, 0)
  })

  it("what cannot be read: why, no definition, and status 1", async () => {
    for (const name of ["broken.json", "missing.json"]) {
      const { status, stdout, stderr } = await requite(["import", "--from", "surveyjs", name])
      assert.strictEqual(status, 1)
      assert.strictEqual(stdout, "")
      assert.isNotEmpty(stderr)
    }
  })

  it("a source that there is not, and none: which there are", async () => {
    const other = await requite(["import", "--from", "typeform", "survey.json"])
    assert.strictEqual(other.status, 1)
    assert.include(other.stderr, "surveyjs")
    assert.strictEqual((await requite(["import", "survey.json"])).status, 1)
  })
})
