// What an author's editor makes of packages/core/questionnaire.schema.json: completion, hover and underlining by the JSON
// language service that VS Code has, driven here without an editor. `|` in a text is where the cursor stands.
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type CompletionItem, getLanguageService, type JSONSchema, TextDocument } from "vscode-json-languageservice"

const path = join(import.meta.dirname, "../../packages/core/questionnaire.schema.json")
const schema = JSON.parse(readFileSync(path, "utf8")) as JSONSchema
const uri = "file:///questionnaire.schema.json"

const service = getLanguageService({
  // what a definition names as its $schema is read from where it lies
  workspaceContext: { resolveRelativePath: (relative, resource) => new URL(relative, resource).href },
  schemaRequestService: async (address) => readFileSync(new URL(address), "utf8"),
})
service.configure({ schemas: [{ uri, fileMatch: ["*.json"], schema }] })

const opened = (text: string, at = "file:///kyc.json") => {
  const document = TextDocument.create(at, "json", 1, text.replace("|", ""))
  return { document, json: service.parseJSONDocument(document), position: document.positionAt(text.indexOf("|")) }
}

const completions = async (text: string): Promise<ReadonlyArray<CompletionItem>> => {
  const { document, json, position } = opened(text)
  return (await service.doComplete(document, position, json))?.items ?? []
}

const labels = async (text: string) => (await completions(text)).map(({ label }) => label)

const hover = async (text: string): Promise<string> => {
  const { document, json, position } = opened(text)
  return JSON.stringify((await service.doHover(document, position, json))?.contents ?? null)
}

/** Each text that is underlined, with what is said about it. */
const underlined = async (text: string, at?: string): Promise<ReadonlyArray<string>> => {
  const { document, json } = opened(text, at)
  const found = await service.doValidation(document, json, {})
  return found.map(({ range, message }) => {
    const said = typeof message === "string" ? message : message.value
    return `${document.getText(range)}: ${said}`
  })
}

/** A definition around one item. */
const around = (item: string) =>
  `{ "format": 1, "id": "a", "version": 1, "language": "en", "title": "A",
     "sections": [{ "id": "s", "title": "S", "items": [${item}] }] }`

const kinds = ["text", "choice", "number", "date", "confirm", "note", "upload", "group"]
const operators = ["all", "any", "not", "is", "answered", "eq", "ne", "lt", "lte", "gt", "gte"]
const others = ["in", "anyOf", "allOf", "some", "every"]

describe("completion", () => {
  it("of the properties at the top", async () => {
    const found = await labels("{ | }")
    assert.includeMembers(found, ["format", "id", "version", "language", "title", "sections"])
    assert.includeMembers(found, ["description", "context", "conditions", "ends", "migrations", "suppress"])
  })

  it("leaves out what is there already", async () => {
    const found = await labels(`{ "format": 1, "id": "a", | }`)
    assert.notInclude(found, "id")
    assert.include(found, "title")
  })

  it("of every kind after type, each with what it is", async () => {
    const found = await completions(around(`{ "id": "q", "type": | }`))
    assert.sameMembers(
      found.map(({ label }) => label),
      kinds.map((kind) => `"${kind}"`),
    )
    for (const { label, documentation } of found) assert.isNotEmpty(documentation, label)
  })

  it.each([
    ["text", ["format", "maxLength", "pattern", "long"], ["options", "decimals", "accept"]],
    ["choice", ["options", "multiple", "other"], ["maxLength", "accept"]],
    ["number", ["min", "max", "decimals", "unit"], ["pattern", "options"]],
    ["date", ["min", "max"], ["decimals", "unit"]],
    ["upload", ["accept", "maxBytes", "maxFiles"], ["options", "min"]],
    ["group", ["items", "repeat", "calculated"], ["options", "maxLength"]],
    ["note", ["help", "when"], ["required", "options"]],
  ] as const)("of the properties of %s, and not of other kinds", async (kind, own, not) => {
    const found = await labels(around(`{ "id": "q", "type": "${kind}", "label": "Q", | }`))
    assert.includeMembers(found, ["help", "when", "attachments", ...own])
    for (const name of not) assert.notInclude(found, name)
  })

  it("inside groups in groups", async () => {
    const nested = (item: string) => `{ "id": "g", "type": "group", "label": "G", "items": [${item}] }`
    const found = await labels(around(nested(nested(`{ "id": "q", "type": "number", "label": "Q", | }`))))
    assert.includeMembers(found, ["min", "max", "decimals", "unit"])
    assert.sameMembers(
      await labels(around(nested(nested(`{ "id": "q", "type": "|" }`)))),
      kinds.map((kind) => `"${kind}"`),
    )
  })

  it("of the operators of a condition, each with what it does; also inside other conditions", async () => {
    const item = (when: string) => around(`{ "id": "q", "type": "text", "label": "Q", "when": ${when} }`)
    for (const text of [item("{ | }"), item(`{ "all": [{ | }] }`), item(`{ "not": { | } }`)]) {
      const found = await completions(text)
      assert.sameMembers(
        found.map(({ label }) => label),
        [...operators, ...others],
      )
      for (const { label, documentation } of found) assert.isNotEmpty(documentation, label)
    }
  })

  it("of what is compared", async () => {
    const item = `{ "id": "q", "type": "text", "label": "Q", "when": { "eq": [{ | }, 1] } }`
    assert.sameMembers(await labels(around(item)), ["answer", "context", "count", "date", "offset"])
  })

  it("of the steps of a migration", async () => {
    const found = await labels(`{ "migrations": [{ "from": 1, "steps": [{ | }] }] }`)
    assert.sameMembers(found, ["rename", "mapOptions", "drop", "convert", "set"])
  })
})

describe("hover", () => {
  it.each([
    ["a property at the top", `{ "ver|sion": 1 }`, "Counts up"],
    ["a kind", around(`{ "id": "q", "type": "upl|oad", "label": "Q" }`), "Files that the customer hands in"],
    ["a property of a kind", around(`{ "id": "q", "type": "number", "deci|mals": 2 }`), "Digits after the point"],
    [
      "a condition",
      around(`{ "id": "q", "type": "text", "wh|en": { "answered": "a" } }`),
      "Asked only when this holds",
    ],
    ["a label", around(`{ "id": "q", "type": "text", "la|bel": "Q" }`), "What is asked"],
    ["an operator", `{ "conditions": { "x": { "any|Of": ["q", ["a"]] } } }`, "at least one of these"],
    ["what repeats", around(`{ "type": "group", "rep|eat": {} }`), "the answer is a list"],
  ])("says what %s is", async (_, text, sentence) => assert.include(await hover(text), sentence))

  it("there is a description of every property of every kind, and at the top", async () => {
    // read anew: the service writes what is referred to in its place
    const missing: Array<string> = []
    const look = (at: unknown, name: string): void => {
      if (typeof at !== "object" || at === null) return
      if ("properties" in at && typeof at.properties === "object" && at.properties !== null)
        for (const [key, value] of Object.entries(at.properties))
          if (!("description" in value)) missing.push(`${name}/${key}`)
      for (const [key, value] of Object.entries(at)) look(value, `${name}/${key}`)
    }
    look(JSON.parse(readFileSync(path, "utf8")), "")
    assert.deepStrictEqual(missing, [])
  })
})

describe("validation", () => {
  it("finds nothing in the examples, which name the schema they are of", async () => {
    const folder = join(import.meta.dirname, "../../examples/questionnaires")
    const names = readdirSync(folder).filter((name) => name.endsWith(".json") && !name.endsWith(".tests.json"))
    assert.isAbove(names.length, 3)
    for (const name of names) {
      const text = readFileSync(join(folder, name), "utf8")
      assert.include(text, '"$schema"')
      const at = pathToFileURL(join(folder, name)).href
      assert.deepStrictEqual(await underlined(text, at), [], name)
      assert.include((await underlined(text.replace('"label"', '"lable"'), at)).join("\n"), '"lable": ', name)
    }
  })

  it("underlines a property that the kind does not have, and only that", async () =>
    assert.deepStrictEqual(await underlined(around(`{ "id": "q", "type": "text", "label": "Q", "maxlength": 5 }`)), [
      `"maxlength": Property maxlength is not allowed.`,
    ]))

  it("underlines it inside a group too", async () => {
    const item = `{ "id": "q", "type": "number", "label": "Q", "decimal": 2 }`
    const group = `{ "id": "g", "type": "group", "label": "G", "items": [${item}] }`
    assert.deepStrictEqual(await underlined(around(group)), [`"decimal": Property decimal is not allowed.`])
  })

  it("underlines a kind that there is not, and says which there are", async () => {
    const [first = ""] = await underlined(around(`{ "id": "q", "type": "tekst", "label": "Q" }`))
    assert.match(first, /^"tekst": Value is not accepted\. Valid values: "text"/)
  })

  it("underlines an operator that there is not", async () => {
    const found = await underlined(`{ "conditions": { "x": { "equals": [1, 1] } } }`)
    assert.include(found.join("\n"), `"equals": Property equals is not allowed.`)
  })

  it("says what is missing", async () => {
    const found = await underlined(around(`{ "id": "q", "type": "choice", "label": "Q" }`))
    assert.include(found.join("\n"), `Missing property "options".`)
  })
})
