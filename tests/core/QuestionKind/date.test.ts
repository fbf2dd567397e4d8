import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Questionnaire from "@requite/core/Questionnaire"
import { isDate, kind } from "@requite/core/QuestionKind/date"
import { asking, definition, section } from "../../support/Questionnaires.ts"

const question = (change: object = {}) => ({ id: "q", type: "date", label: "Question", ...change })
const issues = (change: object, answer: unknown) => Answers.validate(asking(question(change)), { q: answer })
const codes = (change: object, answer: unknown) => issues(change, answer).map(({ code }) => code)
const found = (change: object) =>
  Questionnaire.check(JSON.stringify(definition([section("s", question(change))]))).findings.map(
    ({ code, pointer }) => `${code} ${pointer.replace("/sections/0/items/0", "")}`,
  )

describe("days that exist", () => {
  it.each(["2027-03-27", "2024-02-29", "2000-02-29", "0000-01-01", "0004-02-29", "9999-12-31", "2027-04-30"])(
    "%s",
    (date) => assert.deepStrictEqual(codes({}, date), []),
  )
  it("are those of the engine's own calendar, over four centuries and its first year", () => {
    for (const year of [0, 1, 4, 99, 100, 1900, 1999, 2000, 2023, 2024, 2100, 2400, 9999])
      for (let month = 0; month <= 13; month++)
        for (let day = 0; day <= 32; day++) {
          const text = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`
          const parsed = new Date(`${text}T00:00:00Z`)
          const exists = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text)
          assert.strictEqual(isDate(text), exists, text)
        }
  })
  it.each([
    "",
    "2027-3-27",
    "27-03-2027",
    "2027-02-29",
    "2100-02-29",
    "2027-04-31",
    "2027-13-01",
    "2027-00-10",
    "2027-01-00",
    "+002027-01-01",
    "2027-01-01T00:00:00Z",
    " 2027-01-01",
    "2027-01-01\n",
    "٢٠٢٧-٠١-٠١",
  ])("%j is none: it was typed, so a draft may keep it", (answer) => {
    if (answer === "") assert.deepStrictEqual(codes({}, answer), [])
    else assert.deepInclude(issues({}, answer)[0], { code: "date-type", malformed: false })
  })
  it.each([[null], [20270327], [true], [{}], [["2027-03-27"]], ["2027-03-27".repeat(1000)]])(
    "%j no form sends",
    (answer) => assert.deepInclude(issues({}, answer)[0], { code: "date-type", malformed: true }),
  )
})

describe("limits are allowed themselves", () => {
  const year = { min: "2027-01-01", max: "2027-12-31" }
  it.each([
    ["2026-12-31", [{ code: "date-too-early", values: { min: "2027-01-01" } }]],
    ["2027-01-01", []],
    ["2027-12-31", []],
    ["2028-01-01", [{ code: "date-too-late", values: { max: "2027-12-31" } }]],
  ])("%s: %j", (answer, expected) =>
    assert.deepStrictEqual(
      issues(year, answer).map(({ code, values }) => ({ code, values })),
      expected,
    ),
  )
  it("from the day that the caller says it is", () => {
    const grown = asking(question({ max: { date: { context: "today" }, offset: { years: -18 } } }))
    const of = (q: string, today?: string) =>
      Answers.validate(grown, { q }, today === undefined ? {} : { context: { today } }).map(({ code, values }) => ({
        code,
        values,
      }))
    assert.deepStrictEqual(of("2009-03-27", "2027-03-27"), [])
    assert.deepStrictEqual(of("2009-03-28", "2027-03-27"), [{ code: "date-too-late", values: { max: "2009-03-27" } }])
    // nobody says it, nothing limits
    assert.deepStrictEqual(of("2030-01-01"), [])
  })
})

describe("in words", () => {
  const lines = (answer: unknown, ...languages: ReadonlyArray<string>) =>
    Answers.describe(asking(question()), { q: answer }, "q", languages)
  it.each([
    ["2027-03-27", ["en-GB"], "27 March 2027"],
    ["2027-03-27", ["sv"], "27 mars 2027"],
    ["2027-03-27", ["-", "es"], "27 de marzo de 2027"],
    ["0001-02-03", ["sv"], "3 februari 1"],
  ])("%s in %j is %s", (answer, languages, expected) => assert.deepStrictEqual(lines(answer, ...languages), [expected]))
  it("a day that does not exist has none", () => assert.deepStrictEqual(lines("2027-02-30", "en"), []))
})

describe("what is wrong with the question", () => {
  it.each([
    [{ min: "2027-01-02", max: "2027-01-01" }, ["min-above-max /min"]],
    [{ min: "2027-02-30" }, ["type-mismatch /min"]],
    [{ max: 2027 }, ["type-mismatch /max"]],
    [{ min: "2027-01-01", max: "2027-01-01" }, []],
  ])("%j: %j", (change, expected) => assert.deepStrictEqual(found(change), expected))
})

describe("an example", () => {
  const example = (change: object, value?: string | number) =>
    kind.example({ ...question(change), type: "date", label: "Q" }, value)
  it.each([
    [{}, "2027-03-27"],
    [{ min: "2030-01-01" }, "2030-01-01"],
    [{ max: "1999-01-01" }, "1999-01-01"],
    [{ min: "2030-01-02", max: "2030-01-01" }, undefined],
  ])("%j: %s", (change, expected) => assert.strictEqual(example(change), expected))
  it("of a wanted day, if it fits", () => {
    assert.strictEqual(example({ min: "2030-01-01" }, "2031-01-01"), "2031-01-01")
    assert.isUndefined(example({ min: "2030-01-01" }, "2029-12-31"))
    assert.isUndefined(example({}, "2030-02-30"))
    assert.isUndefined(example({}, 5))
  })
})
