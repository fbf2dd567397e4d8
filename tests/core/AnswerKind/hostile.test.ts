/** What holds for every kind, whatever it is given: answers that no form sends, texts of a million characters, depth. */
import { assert, describe, it } from "@effect/vitest"
import type { Scope } from "@requite/core/Condition/Ast"
import type { Question } from "@requite/core/QuestionKind"
import * as QuestionKind from "@requite/core/QuestionKind"
import * as Processor from "../../support/Processor.ts"

/** The questions of each kind that are tried, with few properties and with many. */
const questions: ReadonlyArray<Question & Readonly<Record<string, unknown>>> = [
  { id: "q", type: "text", label: "Q" },
  { id: "q", type: "text", label: "Q", long: true, minLength: 3, maxLength: 50 },
  { id: "q", type: "text", label: "Q", pattern: { regex: "[A-Z]{2}\\d+", message: "No." } },
  ...["email", "phone", "url"].map((format) => ({ id: "q", type: "text", label: "Q", format })),
  { id: "q", type: "choice", label: "Q", options: [{ value: "a", label: "A" }] },
  {
    id: "q",
    type: "choice",
    label: { en: "Q", sv: "F" },
    multiple: true,
    other: true,
    minPicked: 2,
    maxPicked: 2,
    options: [
      { value: "a", label: "A" },
      { value: "b", label: "B", when: { is: "never" } },
      { value: "c", label: { sv: "C" } },
    ],
  },
  { id: "q", type: "number", label: "Q" },
  { id: "q", type: "number", label: "Q", min: { answer: "other" }, max: 10, decimals: 2, unit: { en: "km" } },
  { id: "q", type: "date", label: "Q" },
  { id: "q", type: "date", label: "Q", min: "2027-01-01", max: { context: "today" } },
  { id: "q", type: "confirm", label: "Q" },
  { id: "q", type: "note", label: "Q" },
  { id: "q", type: "upload", label: "Q", accept: ["image/*"], maxBytes: 100 },
  { id: "q", type: "upload", label: "Q", accept: ["application/pdf"], maxBytes: 1, minFiles: 2, maxFiles: 3 },
  { id: "q", type: "group", label: "Q", items: [{ id: "i", type: "text", label: "I" }] },
  { id: "q", type: "group", label: "Q", items: [{ id: "i", type: "text", label: "I" }], repeat: { min: 2, max: 3 } },
]

const deep: unknown = JSON.parse("[".repeat(100_000) + "]".repeat(100_000))
const names = ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty", "length", "other", "then"]
const million = "x".repeat(1_000_000)

const hostile: ReadonlyArray<unknown> = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.1,
  5e-324,
  1e308,
  Number.NaN,
  Infinity,
  -Infinity,
  10n,
  Symbol("s"),
  () => "a",
  "",
  " ",
  "a",
  "\u0000",
  "\ud800",
  "2027-03-27",
  "9999-99-99",
  million,
  `${million}@example.com`,
  "😀".repeat(100_000),
  [],
  {},
  [[]],
  [{}],
  [null],
  [undefined],
  Array(1000),
  Array(100_000).fill("a"),
  Array.from({ length: 100_000 }, (_, index) => ({ other: String(index) })),
  deep,
  [deep],
  { other: deep },
  { other: million },
  [{ id: "f", name: "f", bytes: Number.NaN, type: "image/png", sha256: "" }],
  [{ id: "f", name: million, bytes: 1, type: million, sha256: "" }],
  Object.create(null),
  Object.create({ other: "a", id: "a", name: "a", bytes: 1, type: "image/png", sha256: "a" }),
  new Map([["other", "a"]]),
  new Date(0),
  ...names,
  ...names.map((name) => JSON.parse(`{"${name}": "a"}`) as unknown),
  ...names.map((name) => [JSON.parse(`{"${name}": {"${name}": 1}}`) as unknown]),
]

const scopes: ReadonlyArray<Scope> = [
  { value: () => undefined, holds: () => false },
  { value: () => 5, holds: () => true },
  { value: () => "2027-03-27", holds: () => true },
  { value: () => ["a"], holds: () => true },
]

const languages = [[], ["en"], ["sv-FI", "en"], ["", "-", "__proto__", "x".repeat(1000), "en-Latn-Latn"]]

const kindOf = (question: Question): QuestionKind.QuestionKind => {
  const kind = QuestionKind.standard.get(question.type)
  if (kind === undefined) throw new Error(question.type)
  return kind
}
const show = (question: Question): string => JSON.stringify({ ...question, id: undefined, label: undefined })

it("every kind is among the questions that are tried", () =>
  assert.deepStrictEqual(
    [...new Set(questions.map(({ type }) => type))].sort(),
    [...QuestionKind.standard.keys()].sort(),
  ))

describe.each(questions.map((question) => [show(question), question] as const))("%s", (_, question) => {
  const kind = kindOf(question)
  it("never throws at an answer, takes none for valid that conditions cannot see, and is soon done", () => {
    const start = Processor.worked()
    for (const answer of hostile)
      for (const scope of scopes) {
        const problems = kind.validate(question, answer, scope)
        const value = kind.value(question, answer, scope)
        const answered = kind.isAnswered(question, answer)
        if (!answered) assert.isUndefined(value)
        if (answered && problems.length === 0) assert.isDefined(value)
        for (const { code, values } of problems) {
          assert.match(code, /^[a-z]+(-[a-z]+)+$/)
          for (const one of Object.values(values ?? {})) assert.include(["string", "number"], typeof one)
        }
        if (answer === undefined || answer === null || typeof answer === "symbol") assert.isNotEmpty(problems)
      }
    for (const answer of hostile)
      for (const tags of languages)
        assert.isTrue(kind.describe(question, answer, tags).every((line) => typeof line === "string"))
    assert.isBelow(Processor.worked() - start, 10_000)
  })

  it("has an example that is valid, unless it has no answer", () => {
    const scope: Scope = { value: () => undefined, holds: () => true }
    const example = kind.example(question)
    const { type } = kind.valueType(question)
    if (type === "nothing") return assert.isUndefined(example)
    assert.deepStrictEqual(kind.validate(question, example, scope), [])
    assert.isTrue(kind.isAnswered(question, example))
    assert.isNotEmpty(kind.describe(question, example, ["en"]))
    // what conditions see of it can be wanted, and gives the same again
    const value = kind.value(question, example, scope)
    assert.deepStrictEqual(kind.value(question, kind.example(question, value), scope), value)
  })

  it("has an example of a wanted value only if that is valid and seen as wanted", () => {
    const scope: Scope = { value: () => undefined, holds: () => true }
    for (const wanted of [
      "a",
      "c",
      "other",
      "ann@example.com",
      "AB12",
      "",
      "2027-03-27",
      "1999-12-31",
      0,
      1,
      2,
      3,
      2.5,
      0.125,
      -1,
      true,
      false,
      [],
      ["a"],
      ["a", "c"],
      ["c", "a"],
      ["a", "a"],
      ["a", "other"],
      ["nope"],
    ]) {
      const example = kind.example(question, wanted)
      if (example === undefined) continue
      assert.deepStrictEqual(kind.validate(question, example, scope), [], JSON.stringify(wanted))
      assert.deepStrictEqual(kind.value(question, example, scope), wanted)
    }
  })
})
