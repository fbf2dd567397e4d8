import { assert, describe, it } from "@effect/vitest"
import * as LocalText from "@requite/core/LocalText"

describe("resolve", () => {
  const text = { en: "Tax", sv: "Skatt", "pt-BR": "Imposto", "zh-Hant-TW": "稅" }
  it.each([
    [["sv"], "Skatt"],
    [["sv-FI"], "Skatt"],
    [["pt-BR"], "Imposto"],
    [["zh-Hant-TW"], "稅"],
    [["de", "sv"], "Skatt"],
    [["de-AT", "de", "sv-SE", "en"], "Skatt"],
    // a region is not taken for the language, and what is not there falls back to what is
    [["pt"], "Tax"],
    [["zh-Hant-HK"], "Tax"],
    [["de"], "Tax"],
    [[], "Tax"],
    [["", "-", "toString", "__proto__", "constructor"], "Tax"],
  ] as const)("%j is %j", (languages, expected) => assert.strictEqual(LocalText.resolve(text, languages), expected))

  it("plain text stands for every language", () => {
    assert.strictEqual(LocalText.resolve("Tax", ["sv"]), "Tax")
    assert.deepStrictEqual(LocalText.languagesOf("Tax"), [])
    assert.deepStrictEqual(LocalText.languagesOf(text), ["en", "sv", "pt-BR", "zh-Hant-TW"])
  })
})
