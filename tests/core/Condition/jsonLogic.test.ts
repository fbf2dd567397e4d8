/** JsonLogic in and out, against the public compatibility suites: what converts comes to the same. */
import { assert, describe, it } from "@effect/vitest"
import type { Condition } from "@requite/core/Condition/Ast"
import * as JsonLogic from "@requite/core/Condition/jsonLogic"
import * as Evaluation from "@requite/core/Evaluation"
import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import { checked, definition, section } from "../../support/Questionnaires.ts"
import { fitting, random } from "./Generated.ts"

interface Suite {
  readonly suite: string
  readonly tests: ReadonlyArray<{
    readonly description?: string
    readonly rule: unknown
    readonly data?: unknown
    readonly result?: unknown
    readonly error?: unknown
  }>
}

const file = new URL("../../../../shared/corpora/json-logic/suites.json", import.meta.url)
const suites = JSON.parse(readFileSync(file, "utf8")) as ReadonlyArray<Suite>
const cases = suites.flatMap(({ suite, tests }) =>
  tests.map((test) => ({ ...test, name: `${suite}: ${test.description ?? JSON.stringify(test.rule)}` })),
)

const types: Readonly<Record<string, string>> = { string: "text", number: "number", boolean: "boolean" }
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
const isId = (key: string) => /^[a-z][A-Za-z0-9]*$/.test(key)

/** The data of a test as context values, and lists of objects as repeated groups; what has no value is never answered. */
const world = (data: unknown) => {
  const context: Record<string, unknown> = {}
  const groups: Record<string, ReadonlyArray<Record<string, unknown>>> = {}
  for (const [key, value] of Object.entries(isRecord(data) ? data : {})) {
    if (!isId(key)) continue
    if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) groups[key] = value
    else if (types[typeof value] !== undefined) context[key] = value
  }
  const groupItems = Object.entries(groups).map(([group, instances]) => {
    const keys = [...new Set(instances.flatMap((one) => Object.keys(one).filter(isId)))]
    const typeOf = (key: string) => {
      const type = types[typeof instances[0]?.[key]] ?? "text"
      return type === "boolean" ? "confirm" : type
    }
    const items = keys.map((key) => ({ id: `${group}X${key}`, type: typeOf(key), label: key }))
    return { id: group, type: "group", label: group, repeat: { max: 1000 }, items }
  })
  const questionnaire = checked(
    definition([section("all0", { id: "nothing0", type: "text", label: "Nothing" }, ...groupItems)], {
      context: Object.fromEntries(Object.entries(context).map(([key, value]) => [key, { type: types[typeof value] }])),
    }),
  )
  const answers = Object.fromEntries(
    Object.entries(groups).map(([group, instances]) => [
      group,
      instances.map((one) => Object.fromEntries(Object.entries(one).map(([key, value]) => [`${group}X${key}`, value]))),
    ]),
  )
  const resolve: JsonLogic.Resolve = (path, within) => {
    if (within !== undefined) return isId(path) ? { answer: `${within}X${path}` } : undefined
    if (Object.hasOwn(context, path)) return { context: path }
    if (Object.hasOwn(groups, path)) return { answer: path }
    return isRecord(data) && Object.hasOwn(data, path.split(".")[0] ?? "") ? undefined : { answer: "nothing0" }
  }
  return { resolve, evaluation: Evaluation.start(Evaluation.compile(questionnaire), answers, context) }
}

/** What JsonLogic takes for true. */
const isTrue = (value: unknown) => (Array.isArray(value) ? value.length > 0 : Boolean(value))

describe("the public suites", () => {
  const outcomes = cases.map(({ name, rule, data, result, error }) => {
    const { resolve, evaluation } = world(data)
    const read = JsonLogic.fromJsonLogic(rule, resolve)
    if (Result.isFailure(read)) return { name, is: "unsupported", remarks: read.failure } as const
    const holds = Evaluation.holds(evaluation, read.success.condition)
    const is = error !== undefined ? "error" : holds === isTrue(result) ? "same" : "different"
    return { name, is, remarks: read.success.differences } as const
  })
  it("are 1,138, and each converts or says at which place it does not", () => {
    assert.strictEqual(outcomes.length, 1138)
    for (const { name, is, remarks } of outcomes) {
      if (is === "unsupported") assert.isNotEmpty(remarks, name)
      for (const { pointer, message } of remarks) {
        assert.match(pointer, /^(\/.*)?$/u)
        assert.match(message, /^[^a-z].*\.$/u)
      }
    }
  })
  it("what converts comes to the same, unless a difference was told", () => {
    const different = outcomes.filter(({ is, remarks }) => is === "different" && remarks.length === 0)
    assert.deepStrictEqual(
      different.map(({ name }) => name),
      [],
    )
    assert.isAbove(outcomes.filter(({ is, remarks }) => is === "same" && remarks.length === 0).length, 150)
  })
})

describe("in", () => {
  const read = (rule: unknown) => Result.getOrThrow(JsonLogic.fromJsonLogic(rule)).condition
  const refused = (rule: unknown) => {
    const result = JsonLogic.fromJsonLogic(rule)
    return Result.isFailure(result) ? result.failure.map(({ pointer }) => pointer) : ["converted"]
  }
  const x = { var: "x" }
  it.each<readonly [string, unknown, Condition]>([
    ["===", { "===": [x, "a"] }, { eq: [{ answer: "x" }, "a"] }],
    ["!== is also true of what is not answered", { "!==": [x, 1] }, { not: { eq: [{ answer: "x" }, 1] } }],
    ["null", { "==": [x, null] }, { not: { answered: { answer: "x" } } }],
    ["between", { "<": [1, x, 5] }, { all: [{ lt: [1, { answer: "x" }] }, { lt: [{ answer: "x" }, 5] }] }],
    ["in a list", { in: [x, ["a", "b"]] }, { in: [{ answer: "x" }, ["a", "b"]] }],
    ["in several options", { in: ["a", x] }, { anyOf: [{ answer: "x" }, ["a"]] }],
    [
      "none",
      { none: [x, { "===": [{ var: "y" }, 1] }] },
      { not: { some: [{ answer: "x" }, { eq: [{ answer: "y" }, 1] }] } },
    ],
    [
      "if",
      { if: [x, false, true] },
      {
        any: [
          { all: [{ answered: { answer: "x" } }, { any: [] }] },
          { all: [{ not: { answered: { answer: "x" } } }, { all: [] }] },
        ],
      },
    ],
  ])("%s", (_, rule, condition) => assert.deepStrictEqual(read(rule), condition))
  it.each([
    ["arithmetic", { "<": [{ "+": [x, 1] }, 5] }, ["/</0/+"]],
    ["two at once", { and: [{ "===": [{ var: "a-b" }, 1] }, { cat: [] }] }, ["/and/0/===/0/var", "/and/1/cat"]],
    ["texts in order", { "<": [x, "abc"] }, ["/<"]],
    ["a fallback", { "===": [{ var: ["x", 1] }, 1] }, ["/===/0/var"]],
    ["no rule", [1], [""]],
    ["no finite number", { "===": [x, Infinity] }, ["/===/1"]],
  ])("%s is named by its place", (_, rule, pointers) => assert.deepStrictEqual(refused(rule), pointers))
  it("nesting without end, and tests that would be written out without end", () => {
    let deep: unknown = x
    for (let level = 0; level < 100_000; level++) deep = { "!": [deep] }
    assert.lengthOf(refused(deep), 1)
    let doubled: unknown = x
    for (let level = 0; level < 90; level++) doubled = { if: [doubled, true, false] }
    assert.include(refused(doubled)[0], "/if")
  })
})

describe("out", () => {
  const written = (condition: Condition, named: Record<string, Condition> = {}) => {
    const result = JsonLogic.toJsonLogic(condition, named)
    return Result.isSuccess(result) ? result.success : result.failure.message
  }
  it("guards what is not answered, and writes named conditions out", () => {
    assert.deepStrictEqual(written({ lt: [{ answer: "x" }, 5] }), {
      and: [{ "!=": [{ var: "x" }, null] }, { "<": [{ var: "x" }, 5] }],
    })
    assert.deepStrictEqual(written({ is: "a" }, { a: { not: { answered: { answer: "x" } } } }), {
      "!": [{ "!=": [{ var: "x" }, null] }],
    })
    assert.deepStrictEqual(written({ every: [{ answer: "g" }, { eq: [{ answer: "x" }, true] }] }), {
      none: [{ var: "g" }, { "!": [{ and: [{ "!=": [{ var: "x" }, null] }, { "===": [{ var: "x" }, true] }] }] }],
    })
  })
  it("says what it cannot say", () => {
    assert.strictEqual(written({ gt: [{ count: { answer: "x" } }, 1] }), "JsonLogic does not count.")
    assert.strictEqual(written({ is: "a" }, { a: { is: "a" } }), "This is too deep or too long.")
  })
  it("what comes back in holds where the condition holds", () => {
    const ids = ["kind", "share", "due"]
    const questions = ids.map((id) => ({
      id,
      type: id === "kind" ? "text" : id === "share" ? "number" : "date",
      label: id,
    }))
    const program = Evaluation.compile(checked(definition([section("s", ...questions)])))
    const given = [{}, { kind: "company" }, { kind: "", share: 1 }, { kind: "company", share: 0, due: "2027-03-27" }]
    let compared = 0
    for (let seed = 0; seed < 5000; seed++) {
      const one = fitting(random(seed))
      const rule = JsonLogic.toJsonLogic(one)
      if (Result.isFailure(rule)) continue
      const back = JsonLogic.fromJsonLogic(rule.success)
      if (Result.isFailure(back)) continue
      for (const answers of given) {
        const evaluation = Evaluation.start(program, answers)
        const { condition } = back.success
        assert.strictEqual(
          Evaluation.holds(evaluation, condition),
          Evaluation.holds(evaluation, one),
          JSON.stringify(one),
        )
        compared += 1
      }
    }
    assert.isAbove(compared, 5000)
  })
})
