import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Questionnaire from "@requite/core/Questionnaire"
import { type ChoiceQuestion, kind } from "@requite/core/QuestionKind/choice"
import { asking, definition, section } from "../../support/Questionnaires.ts"

const question = (change: object = {}) => ({
  id: "q",
  type: "choice",
  label: "Question",
  options: [
    { value: "a", label: { en: "Apple", sv: "Äpple" } },
    { value: "b", label: "Banana" },
    { value: "last", label: "The last one" },
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
    [one, "last"],
    [many, ["a"]],
    [many, ["b", "a", "last"]],
    [oneOrOther, { other: "a" }],
    [oneOrOther, { other: "😀".repeat(500) }],
    [manyOrOther, ["a", { other: "Cherry" }]],
    [manyOrOther, ["last", { other: "other" }]],
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

describe("how many are picked", () => {
  const two = { multiple: true, minPicked: 2, maxPicked: 2 }
  it.each([
    [two, ["a"], [{ code: "choice-too-few", values: { min: 2, count: 1 } }]],
    [two, ["a", "b"], []],
    [two, ["a", "b", "last"], [{ code: "choice-too-many", values: { max: 2, count: 3 } }]],
    // one thing twice is one thing
    [
      two,
      ["a", "a"],
      [
        { code: "choice-twice", values: {} },
        { code: "choice-too-few", values: { min: 2, count: 1 } },
      ],
    ],
    [{ ...two, other: true }, ["a", { other: "x" }], []],
  ])("%j: %j: %j", (change, answer, expected) =>
    assert.deepStrictEqual(
      issues(change, answer).map(({ code, values }) => ({ code, values })),
      expected,
    ),
  )
})

describe("options that are offered only sometimes", () => {
  const asked = (change: object = {}) =>
    asking(
      { id: "age", type: "number", label: "Age" },
      question({
        options: [
          { value: "tea", label: "Tea" },
          { value: "wine", label: "Wine", when: { gte: [{ answer: "age" }, 18] } },
        ],
        ...change,
      }),
    )
  const found = (answers: Answers.Answers, change: object = {}) =>
    Answers.validate(asked(change), answers).map(({ code, values }) => ({ code, values }))
  const notOffered = { code: "choice-not-offered", values: { option: "wine" } }
  it("are refused while they are not", () => {
    assert.deepStrictEqual(found({ age: 18, q: "wine" }), [])
    assert.deepStrictEqual(found({ age: 17, q: "wine" }), [notOffered])
    assert.deepStrictEqual(found({ q: ["tea", "wine"] }, many), [notOffered])
  })
  it("count as not picked in conditions", () => {
    const choice: ChoiceQuestion = {
      ...question(),
      type: "choice",
      options: [
        { value: "a", label: "A" },
        { value: "b", label: "B", when: { is: "never" } },
      ],
    }
    const scope = { value: () => undefined, holds: () => false }
    const value = (change: Partial<ChoiceQuestion>, answer: unknown) =>
      kind.value({ ...choice, ...change }, answer, scope)
    assert.strictEqual(value({}, "a"), "a")
    assert.isUndefined(value({}, "b"))
    assert.isUndefined(value({}, "c"))
    assert.isUndefined(value({}, ["a"]))
    assert.deepStrictEqual(value({ multiple: true }, ["b", "a"]), ["a"])
    assert.isUndefined(value({ multiple: true }, ["b"]))
    assert.isUndefined(value({ multiple: true }, "a"))
    // own words are the value `other`, where they may be given
    assert.strictEqual(value({ other: true }, { other: "x" }), "other")
    assert.isUndefined(value({}, { other: "x" }))
    assert.isUndefined(value({ other: true }, { other: " " }))
    assert.deepStrictEqual(value({ other: true, multiple: true }, [{ other: "x" }, "a", { other: "y" }]), [
      "other",
      "a",
    ])
  })
  it("and own words are all among what can be picked", () =>
    assert.deepStrictEqual(
      kind.valueType({
        ...question(),
        type: "choice",
        options: [{ value: "a", label: "A", when: { is: "x" } }],
        other: true,
      }),
      {
        type: "option",
        options: [{ value: "a", when: { is: "x" } }, { value: "other" }],
      },
    ))
})

describe("what is wrong with the question", () => {
  const found = (change: object) =>
    Questionnaire.check(JSON.stringify(definition([section("s", question(change))])))
      .findings.filter(({ severity }) => severity === "error")
      .map(({ code, pointer }) => `${code} ${pointer.replace("/sections/0/items/0", "")}`)
  const named = { options: [{ value: "other", label: "Other" }] }
  it.each([
    [{ ...named, other: true }, ["reserved-option /options/0/value"]],
    [named, []],
    [{ minPicked: 1 }, ["needs-multiple /minPicked"]],
    [{ minPicked: 1, maxPicked: 2 }, ["needs-multiple /minPicked", "needs-multiple /maxPicked"]],
    [{ multiple: true, minPicked: 3, maxPicked: 2 }, ["min-above-max /minPicked"]],
    [{ multiple: true, minPicked: 4 }, ["min-above-max /minPicked"]],
    [{ multiple: true, minPicked: 4, other: true }, []],
    [{ multiple: true, minPicked: 0 }, ["invalid-value /minPicked"]],
  ])("%j: %j", (change, expected) => assert.deepStrictEqual(found(change), expected))
})

describe("an example", () => {
  const example = (change: object, value?: string | ReadonlyArray<string>) =>
    kind.example({ ...question(change), type: "choice" }, value)
  it.each([
    [one, undefined, "a"],
    [many, undefined, ["a"]],
    [{ multiple: true, minPicked: 2 }, undefined, ["a", "b"]],
    [one, "b", "b"],
    [oneOrOther, "other", { other: "x" }],
    [many, ["b", "a"], ["b", "a"]],
    [manyOrOther, ["b", "other"], ["b", { other: "x" }]],
    [one, "other", undefined],
    [one, "c", undefined],
    [one, ["a", "b"], undefined],
    [many, [], undefined],
    [{ multiple: true, maxPicked: 1 }, ["a", "b"], undefined],
    [
      {
        options: [
          { value: "x", label: "X", when: { is: "rare" } },
          { value: "y", label: "Y" },
        ],
      },
      undefined,
      "y",
    ],
  ])("%j of %j is %j", (change, value, expected) => assert.deepStrictEqual(example(change, value), expected))
})
