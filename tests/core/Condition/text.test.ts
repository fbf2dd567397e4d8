/** The text syntax: what it says, that it says it exactly, and that no text is too much for it. */
import { assert, describe, it } from "@effect/vitest"
import type { Condition } from "@requite/core/Condition/Ast"
import * as Text from "@requite/core/Condition/text"
import * as Result from "effect/Result"
import { condition, pick, random } from "./Generated.ts"

const parsed = (text: string) => Result.getOrThrow(Text.parse(text))
const problem = (text: string) => {
  const result = Text.parse(text)
  return Result.isFailure(result) ? `${result.failure.offset}: ${result.failure.message}` : "parsed"
}

const kind = { answer: "kind" }
const written: ReadonlyArray<readonly [string, Condition]> = [
  [
    'kind = "company" and count(owners) >= 2',
    { all: [{ eq: [kind, "company"] }, { gte: [{ count: { answer: "owners" } }, 2] }] },
  ],
  ["not answered(x)", { not: { answered: { answer: "x" } } }],
  ['toppings any of ("a", "b")', { anyOf: [{ answer: "toppings" }, ["a", "b"]] }],
  ['toppings all of ("a")', { allOf: [{ answer: "toppings" }, ["a"]] }],
  ['kind in ("a", 1, -2.5, true)', { in: [kind, ["a", 1, -2.5, true]] }],
  ["some(owners, share >= 25)", { some: [{ answer: "owners" }, { gte: [{ answer: "share" }, 25] }] }],
  ["every(owners, answered(name))", { every: [{ answer: "owners" }, { answered: { answer: "name" } }] }],
  ["is isCompany", { is: "isCompany" }],
  [
    "birth <= date(context.today) - 18 years",
    { lte: [{ answer: "birth" }, { date: { context: "today" }, offset: { years: -18 } }] },
  ],
  [
    'due > date("2027-01-31") + 1 month - 2 days',
    { gt: [{ answer: "due" }, { date: "2027-01-31", offset: { months: 1, days: -2 } }] },
  ],
  ["from < date(until) + 0", { lt: [{ answer: "from" }, { date: { answer: "until" }, offset: {} }] }],
  [
    "(a = 1 or b = 2) and not c = 3",
    {
      all: [
        { any: [{ eq: [{ answer: "a" }, 1] }, { eq: [{ answer: "b" }, 2] }] },
        { not: { eq: [{ answer: "c" }, 3] } },
      ],
    },
  ],
  ["all() or any(is x)", { any: [{ all: [] }, { any: [{ is: "x" }] }] }],
  ["`and` = `a b`", { eq: [{ answer: "and" }, { answer: "a b" }] }],
  ["count != date", { ne: [{ answer: "count" }, { answer: "date" }] }],
]

describe("what is written and what it means", () => {
  it.each(written)("%s", (text, condition) => {
    assert.deepStrictEqual(parsed(text), condition)
    assert.strictEqual(Text.print(condition), text)
  })
  it.each([
    ["a=1 and b=2 or c=3", "(a = 1 and b = 2) or c = 3"],
    ["((a == 1))", "a = 1"],
    ["a <> 1", "a != 1"],
    ["not(a=1 and b=2)", "not (a = 1 and b = 2)"],
    ['d = date( "2027-01-01" )+1 year-1 years', "stands twice"],
    ["a\n  = -0", "a = -0"],
  ])("other ways of writing: %s", (text, canonical) => {
    if (canonical === "stands twice") assert.include(problem(text), "years stand here twice")
    else assert.strictEqual(Text.print(parsed(text)), canonical)
  })
  it("offsets are read in any order, and printed in one", () =>
    assert.strictEqual(Text.print(parsed("a < date(b) - 2 days + 1 year")), "a < date(b) + 1 year - 2 days"))
})

describe("round trips", () => {
  it("parse(print(condition)) is the condition, of every condition", () => {
    for (let seed = 0; seed < 5000; seed++) {
      const one = condition(random(seed))
      const text = Text.print(one)
      const again = Text.parse(text)
      if (Result.isFailure(again)) assert.fail(`${text}\n${JSON.stringify(again.failure)}`)
      assert.deepStrictEqual(again.success, one, text)
      assert.strictEqual(Text.print(again.success), text)
    }
  })
})

describe("what cannot be read", () => {
  it.each([
    ["", "0: Expected a question, a value or a condition, here the text ends."],
    ["kind", "4: Expected =, !=, <, <=, >, >=, in, any of or all of, here the text ends."],
    ["kind = ", "7: Expected a question, a value or a condition, here the text ends."],
    ['kind = "a" and (', "16: Expected a question, a value or a condition, here the text ends."],
    [
      'kind = "a',
      "7: Expected a question, a value or a condition, this is not closed, or holds a line break or a wrong escape.",
    ],
    ["kind = 'a'", `7: Expected a question, a value or a condition, not "'a'".`],
    ["a = 1 b = 2", '6: Expected and, or, or the end, not "b".'],
    ["count(a) any of (1)", '9: Expected the id of a question before this, not "any".'],
    ["nosuch(a) = 1", '6: Expected =, !=, <, <=, >, >=, in, any of or all of, not "(".'],
    ["a in (1,)", '8: Expected a text in double quotes, a number, true or false, not ")".'],
    ["a = 1e999", '4: Expected a number, not "1e999".'],
    ["d = date(x) + 1 week", '16: Expected years, months or days, not "week".'],
  ])("%s", (text, message) => assert.strictEqual(problem(text), message))

  it.each([
    ["brackets", "(".repeat(100_000)],
    ["not", "not ".repeat(20_000)],
    ["some", "some(a, ".repeat(10_000)],
    ["all", "all(".repeat(20_000)],
    ["quotes", '"'.repeat(99_999)],
    ["white space", " ".repeat(99_999) + "#"],
    ["too long", "a".repeat(10_000_000)],
  ])("%s without end: a problem, quickly", (_, text) => assert.notStrictEqual(problem(text), "parsed"))

  it("conditions of any depth are printed; as deep as they may be, they are read again", () => {
    const nested = (depth: number): Condition => {
      let inner: Condition = { is: "x" }
      for (let level = 1; level < depth; level++) inner = level % 2 === 0 ? { not: inner } : { all: [inner, inner] }
      return inner
    }
    const deep = (depth: number): Condition => {
      let inner: Condition = { is: "x" }
      for (let level = 1; level < depth; level++) inner = { not: inner }
      return inner
    }
    assert.deepStrictEqual(parsed(Text.print(nested(16))), nested(16))
    assert.deepStrictEqual(parsed(Text.print(deep(100))), deep(100))
    assert.strictEqual(Text.print(deep(100_000)).length, 4 * 99_999 + 4)
    assert.include(problem(Text.print(deep(101))), "at most 100 deep")
  })

  it("any mixture of its words gives a condition or a problem inside the text", () => {
    const words = [
      "and",
      "or",
      "not",
      "(",
      ")",
      ",",
      "a",
      '"b"',
      "1",
      "-",
      "=",
      "in",
      "any",
      "of",
      "date",
      "+",
      "years",
      "`",
      "is",
      "context",
      ".",
      "count",
      "some",
    ]
    for (let seed = 0; seed < 5000; seed++) {
      const next = random(seed)
      const text = Array.from({ length: 1 + Math.floor(next() * 12) }, () => pick(next, words)).join(
        next() < 0.5 ? " " : "",
      )
      const result = Text.parse(text)
      if (Result.isSuccess(result)) assert.deepStrictEqual(parsed(Text.print(result.success)), result.success)
      else assert.isTrue(result.failure.offset >= 0 && result.failure.offset <= text.length, text)
    }
  })
})
