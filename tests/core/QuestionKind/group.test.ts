import { assert, describe, it } from "@effect/vitest"
import { answers as group } from "@requite/core/AnswerKind/group"
import * as Answers from "@requite/core/Answers"
import * as Questionnaire from "@requite/core/Questionnaire"
import { kind } from "@requite/core/QuestionKind/group"
import { asking, definition, section } from "../../support/Questionnaires.ts"

const text = { id: "name", type: "text", label: "Name" }
const question = (change: object = {}) => ({ id: "q", type: "group", label: "Owners", items: [text], ...change })
const issues = (change: object, answer: unknown) => Answers.validate(asking(question(change)), { q: answer })
const codes = (change: object, answer: unknown) => issues(change, answer).map(({ code }) => code)
const found = (change: object) =>
  Questionnaire.check(JSON.stringify(definition([section("s", question(change))]))).findings.map(
    ({ code, severity, pointer }) => `${severity} ${code} ${pointer.replace("/sections/0/items/0", "")}`,
  )
const many = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `N${index}` }))

describe("the answer to a repeated group", () => {
  it.each([
    [{}, 100, []],
    [{}, 101, [{ code: "group-too-many", values: { max: 100, count: 101 } }]],
    [{ min: 2, max: 3 }, 1, [{ code: "group-too-few", values: { min: 2, count: 1 } }]],
    [{ min: 2, max: 3 }, 2, []],
    [{ min: 2, max: 3 }, 4, [{ code: "group-too-many", values: { max: 3, count: 4 } }]],
  ])("repeat %j: %d instances: %j", (repeat, count, expected) =>
    assert.deepStrictEqual(
      issues({ repeat }, many(count)).map(({ code, values }) => ({ code, values })),
      expected,
    ),
  )
  it.each([[{}], ["x"], [7], [true], [null], [[1]], [[null]], [[[]]], [[{ name: "A" }, "B"]], [{ length: 1, 0: {} }]])(
    "%j is no list of instances",
    (answer) => {
      assert.deepStrictEqual(codes({ repeat: {} }, answer), ["group-type"])
      assert.isTrue(issues({ repeat: {} }, answer)[0]?.malformed)
    },
  )
  it("without repeat there is none of its own: its items' answers stand beside the others", () => {
    assert.isNotEmpty(issues({}, [{ name: "A" }]))
    assert.deepStrictEqual(Answers.validate(asking(question()), { name: "A" }), [])
  })
  it("is how many there are, to conditions and in words", () => {
    const scope = { value: () => undefined, holds: () => false }
    const repeated = { ...question({ repeat: {} }), type: "group" as const, repeat: {} }
    assert.strictEqual(group.value(repeated, many(3), scope), 3)
    assert.isUndefined(group.value(repeated, [], scope))
    assert.isUndefined(group.value(repeated, [1, 2], scope))
    assert.isFalse(group.isAnswered(repeated, []))
    assert.deepStrictEqual(group.describe(repeated, many(3), ["en"]), ["3"])
    assert.deepStrictEqual(group.valueType(repeated), { type: "count", min: 0, max: 100 })
    assert.deepStrictEqual(group.valueType({ ...question(), type: "group" }), { type: "nothing" })
  })
})

describe("what is wrong with the question", () => {
  it.each([
    [{ repeat: { min: 3, max: 2 } }, ["error min-above-max /repeat/min"]],
    [{ repeat: { min: 101 } }, ["error min-above-max /repeat/min"]],
    [{ repeat: { max: 0 } }, ["error invalid-value /repeat/max"]],
    [{ items: [] }, ["error invalid-value /items"]],
    [{ required: true }, ["warning required-without-answer /required"]],
    [{ repeat: {}, required: true }, []],
  ])("%j: %j", (change, expected) => assert.deepStrictEqual(found(change), expected))
})

describe("an example", () => {
  const example = (change: object, value?: number | string) =>
    kind.example({ ...question(change), type: "group" }, value)
  it("has as many instances as are wanted, or as few as there may be", () => {
    assert.deepStrictEqual(example({ repeat: {} }), [{}])
    assert.deepStrictEqual(example({ repeat: { min: 2 } }), [{}, {}])
    assert.deepStrictEqual(example({ repeat: { max: 3 } }, 3), [{}, {}, {}])
    assert.isUndefined(example({ repeat: { max: 3 } }, 4))
    assert.isUndefined(example({ repeat: { min: 2 } }, 1))
    assert.isUndefined(example({ repeat: {} }, "2"))
    assert.isUndefined(example({}))
  })
})
