/** Conditions as they stand in a definition: what decodes, what every mistake is told, and the JSON Schema of the same. */
import { assert, describe, it } from "@effect/vitest"
import * as Codec from "@requite/core/Condition/schema"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { calculation, condition, operand, random } from "./Generated.ts"

const strict = { errors: "all", onExcessProperty: "error" } as const
const decode = Schema.decodeUnknownResult(Codec.Condition, strict)
const decoded = (value: unknown) => Result.getOrThrow(decode(value))
const message = (value: unknown) => {
  const result = decode(value)
  return Result.isFailure(result) ? result.failure.message : "decoded"
}
const ref = (answer: string) => ({ answer })

describe("what decodes", () => {
  it("a bare id stands for a reference, where nothing else can stand", () =>
    assert.deepStrictEqual(
      decoded({
        all: [
          { answered: "a" },
          { anyOf: ["b", ["x"]] },
          { allOf: ["b", []] },
          { some: ["g", { gt: [{ count: "c" }, 1] }] },
          { every: [ref("g"), { is: "named" }] },
        ],
      }),
      {
        all: [
          { answered: ref("a") },
          { anyOf: [ref("b"), ["x"]] },
          { allOf: [ref("b"), []] },
          { some: [ref("g"), { gt: [{ count: ref("c") }, 1] }] },
          { every: [ref("g"), { is: "named" }] },
        ],
      },
    ))
  it("a text in a comparison is that text, never a reference", () =>
    assert.deepStrictEqual(decoded({ eq: ["kind", "company"] }), { eq: ["kind", "company"] }))
  it("every condition and calculation decodes to itself", () => {
    const decodeCalculation = Schema.decodeUnknownSync(Codec.Calculation, strict)
    const decodeOperand = Schema.decodeUnknownSync(Codec.Operand, strict)
    for (let seed = 0; seed < 2000; seed++) {
      const one = condition(random(seed), 5, false)
      assert.deepStrictEqual(decoded(one), one)
      const calculated = calculation(random(seed))
      assert.deepStrictEqual(decodeCalculation(calculated), calculated)
      const value = operand(random(seed), false)
      assert.deepStrictEqual(decodeOperand(value), value)
    }
  })
})

describe("what does not, and what is told", () => {
  const one =
    "A condition is an object with one of: all, any, not, is, answered, eq, ne, lt, lte, gt, gte, in, anyOf, allOf, some, every"
  it.each<readonly [unknown, string]>([
    [5, one],
    [[], one],
    [{}, one],
    [null, one],
    [{ nosuch: 1 }, `There is no property "nosuch" here. ${one}\n  at ["nosuch"]`],
    [{ eq: [1, 1], ne: [1, 1] }, `This says eq and ne at once. ${one}`],
    [{ eq: [1, 1], when: 5 }, `There is no property "when" here. ${one}\n  at ["when"]`],
    [{ eq: [1] }, 'Expected two values: [{ "answer": id }, "value"]\n  at ["eq"]'],
    [
      { is: 5 },
      'Expected the id of a condition under conditions: a small letter, then letters and digits, at most 64\n  at ["is"]',
    ],
    [
      { answered: { answer: "__proto__" } },
      'Expected the id of a question or a calculated value: a small letter, then letters and digits, at most 64\n  at ["answered"]["answer"]',
    ],
    [{ in: [1, 2] }, 'Expected a list of values in [ ]\n  at ["in"][1]'],
    [
      { gt: [1, { date: "2027-01-01", offset: { weeks: 1 } }] },
      'There is no property "weeks" here. An offset has "years", "months" and "days"\n  at ["gt"][1]["offset"]["weeks"]',
    ],
    [
      { gt: [1, { date: 5, offset: { days: 0.5 } }] },
      'Expected a date: "2027-03-27", { "answer": id } or { "context": "today" }\n  at ["gt"][1]["date"]\nExpected a whole number from -100000 to 100000\n  at ["gt"][1]["offset"]["days"]',
    ],
    [
      { eq: [Number.POSITIVE_INFINITY, 1] },
      'Expected a value: a text, a number, true or false, { "answer": id }, { "context": key }, { "count": id } or { "date": … }\n  at ["eq"][0]',
    ],
  ])("%j", (value, expected) => assert.strictEqual(message(value), expected))

  it.each([
    ["not", (inner: unknown) => ({ not: inner })],
    ["all", (inner: unknown) => ({ all: [inner] })],
    ["some", (inner: unknown) => ({ some: ["g", inner] })],
  ])("100 deep is allowed, more is too deep: %s", (_, around) => {
    const nested = (depth: number) => {
      let inner: unknown = { is: "x" }
      for (let level = 1; level < depth; level++) inner = around(inner)
      return inner
    }
    assert.isTrue(Result.isSuccess(decode(nested(100))))
    for (const depth of [101, 100_000]) assert.include(message(nested(depth)), "Conditions stand at most 100 deep")
  })
})

describe("the JSON Schema", () => {
  const document = Schema.toJsonSchemaDocument(Schema.Struct({ when: Codec.Condition, value: Codec.Calculation }), {
    onExcessProperty: "error",
  })
  const validate = new Ajv2020({ strict: false }).compile({ ...document.schema, $defs: document.definitions })
  const count = { count: "x" }
  it("takes what decodes", () => {
    for (let seed = 0; seed < 1000; seed++) {
      const value = { when: condition(random(seed), 4, false), value: calculation(random(seed)) }
      assert.isTrue(validate(value), JSON.stringify(validate.errors?.slice(0, 3)))
    }
    assert.isTrue(validate({ when: { answered: "bare" }, value: count }))
  })
  it.each<readonly [unknown]>([
    [5],
    [{}],
    [{ nosuch: 1 }],
    [{ eq: [1] }],
    [{ eq: [1, 1], ne: [1, 1] }],
    [{ all: [{ is: 5 }] }],
    [{ in: [1, 2] }],
  ])("refuses %j", (when) => {
    assert.isFalse(validate({ when, value: count }))
    assert.notStrictEqual(message(when), "decoded")
  })
})
