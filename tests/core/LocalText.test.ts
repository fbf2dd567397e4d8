import { assert, describe, it } from "@effect/vitest"
import * as LocalText from "@requite/core/LocalText"
import { LanguageTag, schema } from "@requite/core/LocalText/schema"
import * as Schema from "effect/Schema"

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

describe("what is text", () => {
  const isTag = Schema.is(LanguageTag)
  it.each(["en", "pt-BR", "zh-Hant-TW", "sgn", "sv-1234", "en-aaaaa"])("%s is a language tag", (tag) => {
    assert.isTrue(isTag(tag))
    assert.strictEqual(Intl.getCanonicalLocales(tag).length, 1)
  })

  it.each(["en-Latn-Latn", "sv-1234-1234", "en-aaaaa-aaaaa", "en-aaaaaaaaa", "english", "EN", ""])(
    "%j is none, as Intl refuses it or we do",
    (tag) => {
      assert.isFalse(isTag(tag))
      assert.isFalse(Schema.is(schema)({ [tag]: "Tax" }))
    },
  )

  it.each(["\u0000", "a\ud800b", "\udc00"])("%j is no text that a database keeps", (text) => {
    assert.isFalse(Schema.is(schema)(text))
    assert.isFalse(Schema.is(schema)({ en: text }))
  })

  it("one line is what is left of several", () => {
    assert.strictEqual(LocalText.oneLine(" a\r\n\tb\u2028\u2029c\u0085d\u0000 👍 \n"), "a b c d 👍")
  })
})
