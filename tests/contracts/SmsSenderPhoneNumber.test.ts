import { assert, describe, it } from "@effect/vitest"
import { getExample, type PhoneNumberTypes } from "awesome-phonenumber"
import * as Result from "effect/Result"
import * as PhoneNumber from "../../reference-server/src/SmsSender/PhoneNumber.ts"

const problemOf = (text: string, country?: string) =>
  Result.match(PhoneNumber.parse(text, country), { onFailure: ({ problem }) => problem, onSuccess: ({ e164 }) => e164 })

/** A number of this type, where the country has one. */
const example = (country: string, type: PhoneNumberTypes): ReadonlyArray<string> => {
  try {
    const { valid, number } = getExample(country, type)
    return valid ? [number.e164] : []
  } catch {
    return []
  }
}

describe("PhoneNumber", () => {
  it("C1 M32: reads mobile numbers as people write them", () => {
    for (const text of [
      "+46701234567",
      "+46 70 123 45 67",
      "+46 (0)70-123 45 67",
      "0046 70 123 45 67",
      "070-123 45 67",
      "070–123 45 67",
      " 0701234567\u200b",
      "+4670123456７",
    ]) {
      const expected = { e164: "+46701234567", country: "SE" }
      assert.deepStrictEqual(Result.getOrNull(PhoneNumber.parse(text, "SE")), expected, JSON.stringify(text))
    }
    assert.strictEqual(problemOf("+34 612 34 56 78", "SE"), "+34612345678")
    assert.strictEqual(problemOf("07400 123456", "GB"), "+447400123456")
    assert.strictEqual(problemOf("(201) 555-0123", "US"), "+12015550123")
  })

  it("C1: what is no number, or none without its country, is refused", () => {
    assert.strictEqual(problemOf("0701234567"), "malformed")
    for (const text of ["", "+", "+46", "12", "+46 70 1234567890123", "+999 123 456 789", "+46701234567;ext=5"]) {
      assert.strictEqual(problemOf(text, "SE"), "malformed", text)
    }
    for (const text of [
      "+46701234567,+46701234568",
      "+46701234567 x5",
      "call me",
      "+1-800-FLOWERS",
      "9".repeat(5000),
    ]) {
      assert.strictEqual(problemOf(text, "SE"), "malformed", text.slice(0, 40))
    }
  })

  it("S28: numbers that cost extra, or that no SMS reaches, are refused in every country", () => {
    const others: ReadonlyArray<PhoneNumberTypes> = [
      ...(["premium-rate", "shared-cost", "toll-free", "uan", "pager", "personal-number"] as const),
      ...(["voip", "fixed-line"] as const),
    ]
    const refused = ["SE", "GB", "DE", "ES", "FR", "NO", "IT", "NL"].flatMap((country) =>
      others.flatMap((type) => example(country, type)),
    )
    assert.isAbove(refused.length, 40)
    for (const number of refused) assert.strictEqual(problemOf(number), "not-mobile", number)
    for (const number of [...example("US", "premium-rate"), ...example("US", "toll-free")]) {
      assert.strictEqual(problemOf(number), "not-mobile", number)
    }
  })

  it("S28: the islands that share +1 are countries of their own", () => {
    assert.strictEqual(Result.getOrNull(PhoneNumber.parse("+1 809 234 5678"))?.country, "DO")
    assert.isTrue(PhoneNumber.isCountry("SE"))
    for (const text of ["UK", "se", "", "EU", "XX"]) assert.isFalse(PhoneNumber.isCountry(text), text)
  })

  it("S35: a masked number shows its last two digits and nothing of the others", () => {
    assert.strictEqual(PhoneNumber.mask("+46701234567"), "•••• 67")
    assert.strictEqual(PhoneNumber.mask("+12015550123"), "•••• 23")
    assert.strictEqual(PhoneNumber.mask(""), "••••")
  })
})
