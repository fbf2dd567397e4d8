/** Texts from strangers: whatever they are, an import ends soon, throws nothing, and its definition has no errors. */
import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Import from "requite/Import"
import * as Corpora from "../../support/Corpora.ts"

/** The same random numbers in every run (mulberry32). */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const nasty: ReadonlyArray<unknown> = [
  null,
  true,
  0,
  -1,
  1e308,
  2.5,
  "",
  " ",
  "__proto__",
  "constructor",
  "\ud800",
  "{{x}}",
  "{x} = {y}",
  "<b>".repeat(50),
  "\u0000",
  [],
  {},
  [[]],
  [null],
  { default: "x", "en-": "y", sv: null },
  "x".repeat(5000),
]

type Step = { readonly holder: Record<string, unknown>; readonly key: string }

/** Every place of a JSON value. */
const places = (root: unknown): ReadonlyArray<Step> => {
  const found: Array<Step> = []
  const pending = [root]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value !== "object" || value === null) continue
    for (const [key, inner] of Object.entries(value)) {
      found.push({ holder: value as Record<string, unknown>, key })
      pending.push(inner)
    }
  }
  return found
}

const mutated = (source: string, next: () => number): string => {
  const root: unknown = JSON.parse(source)
  for (let times = 1 + Math.floor(next() * 4); times > 0; times--) {
    const all = places(root)
    const pick = () => all[Math.floor(next() * all.length)]
    const [place, other] = [pick(), pick()]
    if (place === undefined || other === undefined) break
    const how = next()
    if (how < 0.2) Reflect.deleteProperty(place.holder, place.key)
    else if (how < 0.5) place.holder[place.key] = structuredClone(other.holder[other.key])
    else place.holder[place.key] = structuredClone(nasty[Math.floor(next() * nasty.length)])
  }
  return JSON.stringify(root)
}

const errors = (definition: unknown) =>
  Questionnaire.check(JSON.stringify(definition)).findings.filter(({ severity }) => severity === "error")

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
    it("imports changed files of the corpus without throwing or making an error", () => {
      const next = random(7)
      const texts = sources[source]
      for (let run = 0; run < 600; run++) {
        const text = mutated(texts[run % texts.length] ?? "{}", next)
        const { definition } = Import.from(source, text)
        if (definition !== null) assert.deepStrictEqual(errors(definition), [], text)
      }
    })

    it("says of a text that is cut off that it is no JSON", () => {
      for (const text of sources[source]) {
        const cut = Import.from(source, text.slice(0, text.length >> 1))
        assert.isNull(cut.definition)
        assert.deepInclude(cut.unsupported[0], { pointer: "", what: "text" })
      }
    })

    it("takes any nesting, length and breadth in bounded time", () => {
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
        const began = performance.now()
        const { unsupported } = Import.from(source, text)
        assert.isBelow(performance.now() - began, 5000)
        if (text.length > 1000) assert.isAbove(unsupported.length, 0)
      }
    })
  })
}

describe("expressions from strangers", () => {
  it("reads none that is too long, too deep or too large once it is filled in, and none for long", () => {
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
      const began = performance.now()
      const { definition } = Import.from(
        "surveyjs",
        JSON.stringify({
          calculatedValues,
          elements: [
            { type: "text", name: "q" },
            { type: "text", name: "x", visibleIf },
          ],
        }),
      )
      assert.deepStrictEqual(errors(definition), [])
      assert.isBelow(performance.now() - began, 5000, visibleIf.slice(0, 40))
    }
  })
})
