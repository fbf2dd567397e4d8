import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import { asking } from "../../support/Questionnaires.ts"

const question = (change: object = {}) => ({
  id: "q",
  type: "choice",
  label: "Question",
  options: [
    { value: "a", label: { en: "Apple", sv: "Äpple" } },
    { value: "b", label: "Banana" },
    { value: "other", label: "The other one" },
  ],
  ...change,
})
const issues = (change: object, answer: unknown) => Answers.validate(asking(question(change)), { q: answer })
const codes = (change: object, answer: unknown) => issues(change, answer).map(({ code }) => code)
const one = {}
const many = { multiple: true }
const oneOrOther = { other: true }
const manyOrOther = { multiple: true, other: true }

describe("answers that fit", () => {
  it.each([
    [one, "a"],
    [one, "other"],
    [many, ["a"]],
    [many, ["b", "a", "other"]],
    [oneOrOther, { other: "a" }],
    [oneOrOther, { other: "😀".repeat(500) }],
    [manyOrOther, ["a", { other: "Cherry" }]],
    [manyOrOther, ["other", { other: "other" }]],
  ])("%j: %j", (change, answer) => assert.deepStrictEqual(codes(change, answer), []))
})

describe("answers that do not", () => {
  it.each([
    [one, "A", ["choice-unknown"]],
    [one, "toString", ["choice-unknown"]],
    [one, "__proto__", ["choice-unknown"]],
    [many, ["a", "c", "d"], ["choice-unknown", "choice-unknown"]],
    [many, [""], ["choice-unknown"]],
    // a list where one is asked for, and one where a list is
    [one, ["a"], ["choice-type"]],
    [many, "a", ["choice-type"]],
    [manyOrOther, { other: "x" }, ["choice-type"]],
    // no string
    [one, null, ["choice-type"]],
    [one, 0, ["choice-type"]],
    [one, true, ["choice-type"]],
    [one, {}, ["choice-type"]],
    [many, [null, 1], ["choice-type", "choice-type"]],
    [many, [["a"]], ["choice-type"]],
    // other
    [one, { other: "x" }, ["choice-type"]],
    [many, [{ other: "x" }], ["choice-type"]],
    [oneOrOther, { other: 5 }, ["choice-type"]],
    [oneOrOther, { other: "x", more: 1 }, ["choice-type"]],
    [oneOrOther, { Other: "x" }, ["choice-type"]],
    [oneOrOther, { other: "" }, ["choice-other-empty"]],
    [oneOrOther, { other: " \n" }, ["choice-other-empty"]],
    [oneOrOther, { other: "😀".repeat(501) }, ["text-too-long"]],
    // twice
    [many, ["a", "b", "a"], ["choice-twice"]],
    [manyOrOther, [{ other: "x" }, { other: "y" }], ["choice-twice"]],
    [many, ["c", "c"], ["choice-unknown", "choice-unknown", "choice-twice"]],
  ])("%j: %j is %j", (change, answer, expected) => assert.deepStrictEqual(codes(change, answer), expected))

  it("what no form can send is malformed, what a person can type is not", () => {
    assert.isTrue(issues(one, "c")[0]?.malformed)
    assert.isTrue(issues(one, 1)[0]?.malformed)
    assert.deepInclude(issues(oneOrOther, { other: "x".repeat(501) })[0], {
      malformed: false,
      values: { max: 500, length: 501 },
    })
  })
  it("a `__proto__` that brings an `other` along is no other", () =>
    assert.deepStrictEqual(codes(oneOrOther, JSON.parse('{"__proto__": {"other": "x"}}')), ["choice-type"]))
  it("100,000 levels deep, and 100,000 picks", () => {
    const deep: unknown = JSON.parse("[".repeat(100_000) + "]".repeat(100_000))
    assert.deepStrictEqual(codes(one, deep), ["choice-type"])
    assert.deepStrictEqual(codes(many, [deep]), ["choice-type"])
    assert.deepStrictEqual(codes(many, Array(100_000).fill("a")), ["choice-twice"])
  })
})

describe("in words", () => {
  const lines = (change: object, answer: unknown, ...languages: ReadonlyArray<string>) =>
    Answers.describe(asking(question(change)), { q: answer }, "q", languages)
  it.each([
    [one, "a", ["sv-FI"], ["Äpple"]],
    [one, "a", ["de", "en"], ["Apple"]],
    [one, "b", ["sv"], ["Banana"]],
    [many, ["b", "a"], ["sv"], ["Banana", "Äpple"]],
    [manyOrOther, ["a", { other: "Cherry" }], ["en"], ["Apple", "Cherry"]],
    [one, "", ["en"], []],
    [many, [], ["en"], []],
  ] as const)("%j: %j in %j is %j", (change, answer, languages, expected) =>
    assert.deepStrictEqual(lines(change, answer, ...languages), expected),
  )
})
