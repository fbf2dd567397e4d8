import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import { kind, type TextQuestion } from "@requite/core/QuestionKind/text"
import { asking } from "../../support/Questionnaires.ts"
import * as Processor from "../../support/Processor.ts"

const question = (change: object = {}) => ({ id: "q", type: "text", label: "Question", ...change })
const issues = (change: object, answer: unknown) => Answers.validate(asking(question(change)), { q: answer })
const codes = (change: object, answer: unknown) => issues(change, answer).map(({ code }) => code)

describe("what is a text", () => {
  it.each([[null], [0], [7], [true], [{}], [{ other: "x" }], [["x"]], [[[]]]])("%j is none", (answer) =>
    assert.deepStrictEqual(issues({}, answer), [
      { code: "text-type", question: "q", pointer: "/q", values: {}, malformed: true },
    ]),
  )
  it.each(["x", " x ", "Ærø, 東京, 😀", "1"])("%j is one", (answer) => assert.deepStrictEqual(codes({}, answer), []))
})

describe("length, in code points", () => {
  it.each([
    [{}, 500, 501],
    [{ long: true }, 10_000, 10_001],
    [{ maxLength: 3 }, 3, 4],
    [{ long: true, maxLength: 3 }, 3, 4],
  ])("%j takes %d, not %d", (change, longest, tooLong) => {
    assert.deepStrictEqual(codes(change, "😀".repeat(longest)), [])
    const [issue, ...more] = issues(change, "😀".repeat(tooLong))
    assert.deepInclude(issue, { code: "text-too-long", values: { max: longest, length: tooLong } })
    assert.deepStrictEqual(more, [])
  })
  it("minLength", () => {
    assert.deepStrictEqual(codes({ minLength: 2 }, "😀😀"), [])
    assert.deepInclude(issues({ minLength: 2 }, "😀")[0], { code: "text-too-short", values: { min: 2, length: 1 } })
    assert.isFalse(issues({ minLength: 2 }, "😀")[0]?.malformed)
  })
})

describe("control characters", () => {
  it.each(["\u0000", "\u0007", "\u001b[31m", "\u007f"])("%j in no field", (control) => {
    for (const long of [false, true]) {
      assert.deepStrictEqual(codes({ long }, `a${control}`), ["text-control-characters"])
    }
  })
  it.each(["\n", "\r\n", "\t"])("%j only in a field of several lines", (control) => {
    assert.deepStrictEqual(codes({ long: true }, `a${control}b`), [])
    assert.deepStrictEqual(codes({}, `a${control}b`), ["text-control-characters"])
  })
})

const formats: Record<string, { readonly good: ReadonlyArray<string>; readonly bad: ReadonlyArray<string> }> = {
  email: {
    good: [
      "ann@example.com",
      " ann@example.com ",
      "ann.b+tax-2027@mail.example.co.uk",
      "o'brien_%{x}@example.museum",
      "1@2.example",
      "a@xn--exmple-cua.com",
      `${"a".repeat(64)}@example.com`,
      `a@${"b".repeat(63)}.com`,
    ],
    bad: [
      "ann",
      "ann@",
      "@example.com",
      "ann@localhost",
      "ann@example..com",
      "ann@.example.com",
      "ann@example.com.",
      "ann@-example.com",
      "ann@example-.com",
      "ann@exa_mple.com",
      "ann@@example.com",
      "ann b@example.com",
      "ann@example.com, eve@example.com",
      "Ann <ann@example.com>",
      "ann@example.com\u0000",
      "ann@[127.0.0.1]",
      `${"a".repeat(65)}@example.com`,
      `a@${"b".repeat(64)}.com`,
      `a@${"b.".repeat(130)}com`,
    ],
  },
  phone: {
    good: [
      "+46 70 123 45 67",
      "070-1234567",
      "(020) 7946 0018",
      "+1.212.555.0100",
      "112 11",
      "+34/911/23 45 67",
      "123456789012345",
    ],
    bad: [
      "1234",
      "+",
      "- - - - -",
      "070 123 45 67 ext 5",
      "1234567890123456",
      "++46701234567",
      "46+701234567",
      "0701234567;tel",
      "٠٧٠١٢٣٤٥٦٧",
      `1234567${" ".repeat(50)}8`,
    ],
  },
  url: {
    good: [
      "https://example.com",
      "http://example.com/",
      "HTTPS://Example.COM/a?b=c#d",
      "https://example.com:8443?x",
      "https://www.example.com./",
      "https://exämple.com/ö",
      "https://example.com/user@host",
    ],
    bad: [
      "example.com",
      "www.example.com",
      "ftp://example.com",
      "javascript:alert(1)",
      "https://",
      "https://localhost",
      "https://.com",
      "https://a..com",
      "https://user:secret@example.com",
      "https://example.com\\@evil.example",
      "https://exa mple.com",
      "https://example.com/a b",
      "https://example.com:port",
      "https://<b>.com",
      "https://[::1]/",
      "https://example.com:123456",
      " https:// example.com",
    ],
  },
}

describe.each(Object.entries(formats))("format %s", (format, { good, bad }) => {
  it.each(good)("takes %j", (answer) => assert.deepStrictEqual(codes({ format }, answer), []))
  it.each(bad)("refuses %j", (answer) => assert.include(codes({ format, long: true }, answer), `text-${format}`))
  it("refuses hostile texts of a million characters at once", () => {
    const million = 1_000_000
    const start = Processor.worked()
    for (const hostile of [
      "a".repeat(million),
      `https://${".".repeat(million)}@`,
      `https://${"a.".repeat(million / 2)}@`,
      `https://a.b${"/".repeat(million)} x`,
      `${"a".repeat(million)}@`,
      `a@${"a.".repeat(million / 2)}`,
      `a@${"-".repeat(million)}.b`,
      `+${"1".repeat(million)}`,
      `${" ".repeat(million)}x`,
    ]) {
      assert.include(codes({ format }, hostile), `text-${format}`)
    }
    assert.isBelow(Processor.worked() - start, 2000)
  })
})

describe("in words", () => {
  const lines = (change: object, answer: unknown) =>
    Answers.describe(asking(question(change)), { q: answer }, "q", ["en"])
  it("a line for each line", () => assert.deepStrictEqual(lines({ long: true }, "a\r\nb\n\nc"), ["a", "b", "", "c"]))
  it.each([" ", 7, null])("%j is no answer, so no lines", (answer) => assert.deepStrictEqual(lines({}, answer), []))
})

describe("an example", () => {
  const of = (change: Partial<TextQuestion>, value?: string) =>
    kind.example({ ...question(), type: "text", ...change }, value)
  const fits: ReadonlyArray<Partial<TextQuestion>> = [
    {},
    { maxLength: 1 },
    { minLength: 300 },
    { minLength: 10_000, maxLength: 10_000, long: true },
    { format: "email" },
    { format: "email", maxLength: 6 },
    { format: "email", minLength: 40 },
    { format: "email", minLength: 150 },
    { format: "phone" },
    { format: "phone", maxLength: 5 },
    { format: "phone", minLength: 30 },
    { format: "url" },
    { format: "url", maxLength: 11 },
    { format: "url", minLength: 400 },
    ...[
      "\\d{3} ?\\d{2}",
      "[A-Z]{2}\\d{2}( ?[A-Z0-9]{4}){2,7}( ?[A-Z0-9]{1,4})?",
      "GB(\\d{9}|\\d{12}|(GD|HA)\\d{3})",
      "(?=.*[a-z])(?=.*[A-Z])(?=.*\\d).{8,64}",
      "(?!000|666|9\\d\\d)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}",
      "\\p{Script=Greek}+",
      "a*b",
      "(ab|cd)*e?",
      "^x$|^y$",
    ].map((regex) => ({ pattern: { regex, message: "No." } })),
    { minLength: 20, pattern: { regex: "[a-z]+(-[a-z]+)*", message: "No." } },
    { minLength: 7, maxLength: 7, pattern: { regex: "(abc|de)+", message: "No." } },
    { format: "email", pattern: { regex: "[a-z]+@example\\.com", message: "No." } },
  ]
  it.each(fits)("of %j is valid", (change) => {
    const answer = of(change)
    assert.isString(answer)
    assert.deepStrictEqual(codes(change, answer), [])
  })
  const none: ReadonlyArray<Partial<TextQuestion>> = [
    { minLength: 5, maxLength: 4 },
    { format: "email", maxLength: 4 },
    { maxLength: 2, pattern: { regex: "[a-z]{3}", message: "No." } },
    { pattern: { regex: "[]", message: "No." } },
    { pattern: { regex: "(?!.)a", message: "No." } },
    { pattern: { regex: " *", message: "No." } },
    { pattern: { regex: "(", message: "No." } },
  ]
  it.each(none)("of %j there is none", (change) => assert.isUndefined(of(change)))
  it("of a wanted text is that text, where it is valid", () => {
    assert.strictEqual(of({}, "wanted"), "wanted")
    assert.isUndefined(of({ maxLength: 3 }, "wanted"))
    assert.isUndefined(of({ format: "email" }, "wanted"))
    assert.isUndefined(of({}, " "))
  })
})
