/** Texts from strangers: whatever they are, an import ends soon, throws nothing, and its definition has no errors. */
import { assert, describe, it } from "@effect/vitest"
import * as Import from "requite/Import"
import * as Corpora from "../../support/Corpora.ts"
import { imports, mutated, patience, random, soon, times } from "./Strangers.ts"

const sources = {
  fhir: Corpora.names("fhir", ".json")
    .filter((name) => !name.startsWith("expected") && Corpora.text(`fhir/${name}`).length < 15_000)
    .map((name) => Corpora.text(`fhir/${name}`)),
  surveyjs: Corpora.jsonLines("surveyjs/definitions.jsonl").map((line) =>
    JSON.stringify((line as { readonly definition: unknown }).definition),
  ),
} as const

for (const source of ["fhir", "surveyjs"] as const) {
  describe(`${source} from strangers`, () => {
    it(
      "imports changed files of the corpus without throwing or making an error",
      () => {
        const next = random(7)
        const texts = sources[source]
        const strange = ["{x} = {y}", { default: "x", "en-": "y", sv: null }]
        for (let run = 0; run < times(150); run++)
          imports(source, mutated(texts[run % texts.length] ?? "{}", next, strange))
      },
      patience,
    )

    it("says of a text that is cut off that it is no JSON", () => {
      for (const text of sources[source]) {
        const cut = Import.from(source, text.slice(0, text.length >> 1))
        assert.isNull(cut.definition)
        assert.deepInclude(cut.unsupported[0], { pointer: "", what: "text" })
      }
    })

    it(
      "takes any nesting, length and breadth in bounded time",
      () => {
        const levels = 100_000
        const item =
          source === "fhir" ? '{"linkId":"a","type":"group","item":[' : '{"name":"a","type":"panel","elements":['
        const head = source === "fhir" ? '{"resourceType":"Questionnaire","item":[' : '{"elements":['
        const wide = source === "fhir" ? '{"linkId":"a b","type":"string"}' : '{"name":"a b","type":"text"}'
        const texts = [
          "[".repeat(levels),
          `${head}${item.repeat(levels)}${"]}".repeat(levels)}]}`,
          `${head}${Array.from({ length: 60_000 }, () => wide).join(",")}]}`,
          `${head}"${"x".repeat(10_000_000)}"]}`,
          '{"__proto__":{"resourceType":"Questionnaire"}}',
          "\ufeff{}",
          "",
        ]
        for (const text of texts) {
          const { unsupported } = soon(source, text)
          if (text.length > 1000) assert.isAbove(unsupported.length, 0)
        }
      },
      patience,
    )
  })
}

describe("expressions from strangers", () => {
  it(
    "reads none that is too long, too deep or too large once it is filled in, and none for long",
    () => {
      const calculatedValues = Array.from({ length: 300 }, (_, i) => ({
        name: `v${i}`,
        expression: `iif({v${i + 1}} = {v${i + 1}} and {v${i + 1}} = 1, {v${i + 1}}, {v${i + 1}})`,
      }))
      const expressions = [
        "(".repeat(100_000),
        "!".repeat(100_000),
        "{q}+".repeat(2000),
        `{q} = 1${" or {q} = 1".repeat(900)}`,
        "{v0} = 1",
        `${"((".repeat(20)}{q} = 1${") = true)".repeat(20)}`,
        "'".repeat(9999),
        "{".repeat(9999),
        "1.".repeat(4999),
      ]
      for (const visibleIf of expressions) {
        const elements = [
          { type: "text", name: "q" },
          { type: "text", name: "x", visibleIf },
        ]
        const text = JSON.stringify({ calculatedValues, elements })
        soon("surveyjs", text)
        imports("surveyjs", text)
      }
    },
    patience,
  )
})
