import { assert, describe, it } from "@effect/vitest"
import { decimalsOf } from "@requite/core/AnswerKind/number"
import * as Answers from "@requite/core/Answers"
import * as Questionnaire from "@requite/core/Questionnaire"
import { kind } from "@requite/core/QuestionKind/number"
import { asking, definition, section } from "../../support/Questionnaires.ts"

const question = (change: object = {}) => ({ id: "q", type: "number", label: "Question", ...change })
const issues = (change: object, answer: unknown) => Answers.validate(asking(question(change)), { q: answer })
const codes = (change: object, answer: unknown) => issues(change, answer).map(({ code }) => code)
const found = (change: object) =>
  Questionnaire.check(JSON.stringify(definition([section("s", question(change))]))).findings.map(
    ({ code, pointer }) => `${code} ${pointer.replace("/sections/0/items/0", "")}`,
  )

describe("what is a number", () => {
  it.each([0, -1, 1.5, 1e21, -1e-7, Number.MAX_VALUE])("%d is one", (answer) =>
    assert.deepStrictEqual(codes({}, answer), []),
  )
  it.each([[Number.NaN], [Infinity], [-Infinity], [null], [true], [{}], [[1]], [{ valueOf: 1 }], ["1".repeat(101)]])(
    "%j is none, and no form sends it",
    (answer) => {
      const [issue, ...more] = issues({}, answer)
      assert.deepInclude(issue, { code: "number-type", malformed: true })
      assert.deepStrictEqual(more, [])
    },
  )
  it.each(["5", "5 km", "12,5", "0x10", "NaN"])(
    "%j was typed: it may stand in a draft, and is not taken for a number",
    (answer) => assert.deepInclude(issues({}, answer)[0], { code: "number-type", malformed: false }),
  )
})

describe("limits are allowed themselves", () => {
  it.each([
    [{ min: 0 }, -0.1, "number-too-small", { min: 0 }],
    [{ min: -2.5 }, -2.6, "number-too-small", { min: -2.5 }],
    [{ max: 100 }, 100.000001, "number-too-large", { max: 100 }],
    [{ min: 1, max: 2 }, 3, "number-too-large", { max: 2 }],
    [{ decimals: 0 }, 0.5, "number-decimals", { max: 0 }],
    [{ decimals: 2 }, 0.125, "number-decimals", { max: 2 }],
    [{ decimals: 2 }, 1e-7, "number-decimals", { max: 2 }],
  ] as const)("%j: %d is %s", (change, answer, code, values) => {
    const [issue, ...more] = issues(change, answer)
    assert.deepInclude(issue, { code, values, malformed: false })
    assert.deepStrictEqual(more, [])
  })
  it.each([
    [{ min: 0, max: 0 }, 0],
    [{ min: 0 }, -0],
    [{ decimals: 0 }, 1e21],
    [{ decimals: 0 }, 5],
    // 0.1 + 0.2 is not 0.3, and 1.005 is a little less than it says: the digits that are written count
    [{ decimals: 1 }, 0.3],
    [{ decimals: 3 }, 1.005],
    [{ decimals: 2 }, 8.41],
    [{ decimals: 7 }, 1e-7],
  ])("%j: %d", (change, answer) => assert.deepStrictEqual(codes(change, answer), []))

  it("from another answer: none, while that has none", () => {
    const two = asking(question({ id: "first" }), question({ id: "second", min: { answer: "first" } }))
    const second = (answers: Answers.Answers) =>
      Answers.validate(two, answers).map(({ code, values }) => ({ code, values }))
    assert.deepStrictEqual(second({ second: -5 }), [])
    assert.deepStrictEqual(second({ first: 3, second: 3 }), [])
    assert.deepStrictEqual(second({ first: 3, second: 2 }), [{ code: "number-too-small", values: { min: 3 } }])
  })
})

describe("decimals are those of the shortest way to write it", () => {
  it.each([
    [0, 0],
    [-0, 0],
    [10, 0],
    [1.5, 1],
    [-1.25, 2],
    [0.1, 1],
    [1e-7, 7],
    [1.5e-7, 8],
    [123456789012345680000, 0],
    [1.5e300, 0],
    [5e-324, 324],
  ])("%d has %d", (number, decimals) => assert.strictEqual(decimalsOf(number), decimals))
})

describe("in words", () => {
  const lines = (change: object, answer: unknown, ...languages: ReadonlyArray<string>) =>
    Answers.describe(asking(question(change)), { q: answer }, "q", languages)
  const km = { unit: { en: "km", sv: "km/h" } }
  it.each([
    [{}, 1234.5, ["en"], "1,234.5"],
    [{}, 1234.5, ["sv"], "1 234,5"],
    [{}, 0.1, ["en"], "0.1"],
    [{}, 1e-7, ["en"], "0.0000001"],
    [{}, -3, ["en"], "-3"],
    [km, 5, ["en"], "5 km"],
    [km, 5, ["sv-FI"], "5 km/h"],
    // tags that Intl does not know are passed over
    [{}, 1.5, ["", "-", "__proto__", "toString", "de"], "1,5"],
  ] as const)("%j: %d in %j is %s", (change, answer, languages, expected) =>
    assert.deepStrictEqual(
      lines(change, answer, ...languages).map((line) => line.replace(/\p{Zs}/gu, " ").replace("−", "-")),
      [expected],
    ),
  )
  it("what is no number has no words", () => assert.deepStrictEqual(lines({}, "5", "en"), []))
})

describe("what is wrong with the question", () => {
  it.each([
    [{ min: 2, max: 1 }, ["min-above-max /min"]],
    [{ min: 0.1, max: 0.9, decimals: 0 }, ["min-above-max /min"]],
    [{ min: "1" }, ["type-mismatch /min"]],
    [{ max: true }, ["type-mismatch /max"]],
    [{ decimals: 16 }, ["invalid-value /decimals"]],
    [{ decimals: 0.5 }, ["invalid-value /decimals"]],
    [{ unit: "" }, ["invalid-value /unit"]],
  ])("%j: %j", (change, expected) => assert.deepStrictEqual(found(change), expected))
  it.each([
    { min: 0.1, max: 0.9 },
    { min: 1, max: 1 },
    { min: 0.1, max: 0.9, decimals: 1 },
    { min: -1.5, max: -1, decimals: 0 },
  ])("%j is right", (change) => assert.deepStrictEqual(found(change), []))
})

describe("an example", () => {
  const example = (change: object, value?: number | string) =>
    kind.example({ ...question(change), type: "number", label: "Q" }, value)
  it.each([
    [{}, 0],
    [{ min: 5 }, 5],
    [{ max: -5 }, -5],
    [{ min: 0.25, decimals: 1 }, 0.3],
    [{ max: -0.25, decimals: 1 }, -0.3],
    [{ min: 0.1, decimals: 0 }, 1],
    [{ min: 1.005, decimals: 2 }, 1.01],
    [{ min: 2, max: 1 }, undefined],
    [{ min: 0.1, max: 0.9, decimals: 0 }, undefined],
  ])("%j: %d", (change, expected) => assert.strictEqual(example(change), expected))
  it("of a wanted value, if it fits", () => {
    assert.strictEqual(example({ min: 1, max: 3 }, 2), 2)
    assert.isUndefined(example({ min: 1, max: 3 }, 4))
    assert.isUndefined(example({ decimals: 0 }, 2.5))
    assert.isUndefined(example({}, Number.NaN))
    assert.isUndefined(example({}, "2"))
  })
})
