/** The JSON Schema that editors complete definitions with: it takes what `check` takes, as far as a schema can tell. */
import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import { readdirSync, readFileSync } from "node:fs"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import { definition, section } from "../support/Questionnaires.ts"

const { $schema: _, ...schema } = Questionnaire.jsonSchema()
const imported = SchemaRepresentation.fromJsonSchemaDocument(
  { dialect: "draft-2020-12", schema, definitions: {} },
  { patterns: "apply" },
)
// what comes out of a JSON Schema needs no services; its type cannot say so
const decode = Schema.decodeUnknownResult(imported as Schema.Codec<unknown, unknown>, { onExcessProperty: "error" })
const accepts = (value: unknown) => Result.isSuccess(decode(value))

describe("the examples", () => {
  const folder = new URL("../../examples/questionnaires/", import.meta.url)
  it.each(readdirSync(folder).filter((name) => name.endsWith(".json")))("%s fits, and names the schema", (name) => {
    const example = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Record<string, unknown>
    assert.isTrue(accepts(example))
    assert.deepStrictEqual<unknown>(
      JSON.parse(readFileSync(new URL(String(example["$schema"]), folder), "utf8")),
      Questionnaire.jsonSchema(),
      "run `requite schema > packages/core/questionnaire.schema.json`, then oxfmt",
    )
  })
})

describe("one mistake each", () => {
  const text = { id: "q", type: "text", label: "Q" }
  const ask = (item: object) => definition([section("a", item)])
  it("none fits", () => assert.isTrue(accepts(ask(text))))
  it.each([
    ["another format", { ...ask(text), format: 2 }],
    ["an id with capitals", { ...ask(text), id: "Test" }],
    ["half a version", { ...ask(text), version: 0.5 }],
    ["no language tag", { ...ask(text), language: "english" }],
    ["no language tag in a text", { ...ask(text), title: { english: "Test" } }],
    ["an empty text", { ...ask(text), title: " " }],
    ["an unknown property", { ...ask(text), colour: "red" }],
    ["no sections", { ...ask(text), sections: [] }],
    ["no id", ask({ type: "text", label: "Q" })],
    ["an id with a hyphen", ask({ ...text, id: "a-b" })],
    ["an unknown type", ask({ ...text, type: "number" })],
    ["a property of another kind", ask({ ...text, options: [] })],
    ["no options", ask({ ...text, type: "choice", options: [] })],
    ["no media type", ask({ ...text, type: "upload", maxBytes: 1, accept: ["pdf"] })],
  ])("%s", (_, value) => {
    assert.isFalse(accepts(value))
    assert.isNull(Questionnaire.check(JSON.stringify(value)).questionnaire)
  })
})
