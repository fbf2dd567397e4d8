/** The JSON Schema that editors complete definitions with: it takes what `check` takes, as far as a schema can tell. */
import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import { readdirSync, readFileSync } from "node:fs"
import type * as JsonSchema from "effect/JsonSchema"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import { getLanguageService, TextDocument } from "vscode-json-languageservice"
import { definition, section } from "../support/Questionnaires.ts"

const { $schema: _, $defs, ...schema } = Questionnaire.jsonSchema()
const imported = SchemaRepresentation.fromJsonSchemaDocument(
  { dialect: "draft-2020-12", schema, definitions: $defs as JsonSchema.Definitions },
  { patterns: "apply" },
)
// what comes out of a JSON Schema needs no services; its type cannot say so
const decode = Schema.decodeUnknownResult(imported as Schema.Codec<unknown, unknown>, { onExcessProperty: "error" })
const accepts = (value: unknown) => Result.isSuccess(decode(value))

describe("the examples", () => {
  const folder = new URL("../../examples/questionnaires/", import.meta.url)
  it.each(readdirSync(folder).filter((name) => name.endsWith(".json") && !name.endsWith(".tests.json")))(
    "%s fits, and names the schema",
    (name) => {
      const example = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Record<string, unknown>
      assert.isTrue(accepts(example))
      assert.deepStrictEqual<unknown>(
        JSON.parse(readFileSync(new URL(String(example["$schema"]), folder), "utf8")),
        Questionnaire.jsonSchema(),
        "run `requite schema > packages/core/questionnaire.schema.json`, then oxfmt",
      )
    },
  )
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
    ["an unknown type", ask({ ...text, type: "numeric" })],
    ["a property of another kind", ask({ ...text, options: [] })],
    ["no options", ask({ ...text, type: "choice", options: [] })],
    ["no media type", ask({ ...text, type: "upload", maxBytes: 1, accept: ["pdf"] })],
  ])("%s", (_, value) => {
    assert.isFalse(accepts(value))
    assert.isNull(Questionnaire.check(JSON.stringify(value)).questionnaire)
  })
})

describe("an editor that knows the schema", () => {
  const service = getLanguageService({})
  service.configure({ schemas: [{ uri: "requite://schema", fileMatch: ["*"], schema: Questionnaire.jsonSchema() }] })

  /** What is offered at the `|` in a definition. */
  const offered = async (text: string) => {
    const offset = text.indexOf("|")
    const document = TextDocument.create("requite://one.json", "json", 1, text.replace("|", ""))
    const found = await service.doComplete(document, document.positionAt(offset), service.parseJSONDocument(document))
    return (found?.items ?? []).map(({ label }) => label)
  }
  const around = (item: string) =>
    `{ "format": 1, "id": "t", "version": 1, "language": "en", "title": "T", "sections": [{ "id": "s", "title": "S", "items": [${item}] }] }`

  it("offers the operators of a condition, in groups too", async () => {
    const operators = ["all", "any", "not", "is", "answered", "eq", "in", "some"]
    assert.includeMembers(
      await offered(around('{ "id": "a", "type": "text", "label": "A", "when": { | } }')),
      operators,
    )
    assert.includeMembers(
      await offered(
        around(
          '{ "id": "g", "type": "group", "label": "G", "items": [{ "id": "a", "type": "text", "label": "A", "when": { "all": [{ | }] } }] }',
        ),
      ),
      operators,
    )
  })
  it("offers the kinds, and the properties of a section", async () => {
    assert.includeMembers(await offered(around('{ "id": "a", "type": | }')), ['"text"', '"group"', '"number"'])
    assert.includeMembers(await offered(around("").replace('"title": "S"', '"title": "S", |')), ["when", "calculated"])
  })
  it("underlines what check refuses", async () => {
    const text = around('{ "id": "a", "type": "text", "label": "A", "when": { "eq": [1] } }')
    const document = TextDocument.create("requite://one.json", "json", 1, text)
    assert.isNotEmpty(await service.doValidation(document, service.parseJSONDocument(document)))
  })
})
