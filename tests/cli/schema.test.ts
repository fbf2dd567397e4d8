/** `requite schema FILE`: JSON Schema of the answers. That of the format is in requite.test.ts. */
import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import { afterAll, beforeAll } from "vitest"
import * as Command from "../support/Command.ts"
import { company } from "./Company.ts"

const folder = Command.folder()
const { requite, write } = folder
afterAll(folder.remove)
beforeAll(() => write("company.json", company()))

describe("requite schema FILE", () => {
  it("a validator takes what customers may submit, and refuses what they may not", async () => {
    const { status, stdout } = await requite(["schema", "company.json"])
    assert.strictEqual(status, 0)
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(stdout) as object)
    assert.isTrue(validate({ kind: "person" }))
    assert.isTrue(validate({ kind: "company", owners: [{ name: "Eva" }] }))
    assert.isFalse(validate({ kind: "company" }))
    assert.isFalse(validate({ kind: "person", owners: [{ name: "Eva" }] }))
    assert.isFalse(validate({ kind: "person", other: 1 }))
  })

  it("from the standard input", async () =>
    assert.deepStrictEqual(
      await requite(["schema", "-"], JSON.stringify(company())),
      await requite(["schema", "company.json"]),
    ))
})

describe("requite types", () => {
  it("a module with the type of the answers, from a file or the standard input", async () => {
    const ran = await requite(["types", "company.json"])
    assert.strictEqual(ran.status, 0)
    assert.match(ran.stdout, /^\/\/ The answers to the questionnaire "company", version 1\./)
    assert.match(ran.stdout, /export (type|interface) Company\b/)
    assert.deepStrictEqual(await requite(["types", "-"], JSON.stringify(company())), ran)
  })
})
