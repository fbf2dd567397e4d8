import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Questionnaire from "@requite/core/Questionnaire"
import { judge } from "@requite/core/QuestionKind/text/Pattern"
import { asking, definition, section } from "../../../support/Questionnaires.ts"
import * as Processor from "../../../support/Processor.ts"

const verdict = (regex: string, longest = 500) => judge(regex, longest).verdict

/** How long the engine takes to refuse a text that a pattern has no end for; it is stopped by nothing, so keep n small. */
const milliseconds = (regex: string, text: string): number => {
  const expression = new RegExp(`^(?:${regex})$`, "u")
  const start = Processor.worked()
  expression.test(text)
  return Processor.worked() - start
}

describe("patterns that take ever longer, each repetition twice as long", () => {
  it.each([
    "(a+)+$",
    "(a|a)*$",
    "(a|aa)+$",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(a*)*",
    "(a*)*b",
    "(a|b|ab)*c",
    "(x+x+)+y",
    "(\\w+\\s?)*",
    "^(\\w+\\.?)+@",
    "^(([a-zA-Z0-9])+([-._]?[a-zA-Z0-9]+)*)+@b$",
    "(.*)*x",
    "(a?b?)*c",
    "(?:a|\\p{L})+!",
    "(?:[a-m]|[k-z])+!",
    "(?:\\d+|[0-9a-f]+)*g",
    "(?=(a+)+b).*",
    "(?!(a+)+b).*",
    "(([^\\n]|.)*)*x",
    // only the third round is ambiguous: ab·ab or abab
    "(?:ab|abab)+c",
  ])("%s", (regex) => {
    const judged = judge(regex, 500)
    assert.strictEqual(judged.verdict, "exponential")
    if (judged.verdict !== "exponential") return
    assert.isNotEmpty(judged.pump)
  })

  it("and what they repeat really does that: a few repetitions are enough to notice", () => {
    for (const regex of ["(a|a)*$", "(a|b|ab)*c", "(?:ab|abab)+c", "^(\\w+\\.?)+@", "(x+x+)+y"]) {
      const judged = judge(regex, 500)
      const pump = judged.verdict === "exponential" ? judged.pump : ""
      // twice, so that a pause of something else is not taken for it
      const isSlow = (count: number) => [1, 2].every(() => milliseconds(regex, `${pump.repeat(count)}!`) > 50)
      let count = 2
      while (count < 60 && !isSlow(count)) count++
      assert.isBelow(count, 60, `${regex} is not slow on ${pump}`)
    }
  })
})

describe("patterns whose work grows with a power of the length", () => {
  it.each([
    ["(.*a){20}", 500, "slow"],
    ["(.*a){20}", 20, "safe"],
    ["(?:.*,){11}P", 500, "slow"],
    ["\\d*\\d*\\d*x", 500, "safe"],
    ["\\d*\\d*\\d*x", 2000, "slow"],
    ["\\d*\\d*x", 10_000, "safe"],
    ["\\d*\\d*x", 100_000, "slow"],
    ["[^]*a[^]*b[^]*c", 10_000, "slow"],
    ["(ab)*(ab)*(ab)*(ab)*(ab)*x", 500, "slow"],
    // no repetition at all: thirty times one way or the other
    ["(a?){30}a{30}", 500, "slow"],
    ["(a|a){40}", 500, "slow"],
    ["(|){40}x", 500, "slow"],
    ["((|){40})*", 500, "slow"],
  ] as const)("%s, for up to %d characters: %s", (regex, longest, expected) =>
    assert.strictEqual(verdict(regex, longest), expected),
  )
})

const safe = [
  // postcodes: the Netherlands, Britain, Sweden, Germany, Canada, the United States, Poland, Portugal, Brazil, Japan
  "[1-9][0-9]{3} ?[A-Z]{2}",
  "(GIR ?0AA|[A-PR-UWYZ]([0-9]{1,2}|([A-HK-Y][0-9]([0-9ABEHMNPRV-Y])?)|[0-9][A-HJKPS-UW]) ?[0-9][ABD-HJLNP-UW-Z]{2})",
  "\\d{3} ?\\d{2}",
  "0[1-9]\\d{3}|[1-9]\\d{4}",
  "[ABCEGHJ-NPRSTVXY]\\d[ABCEGHJ-NPRSTV-Z][ -]?\\d[ABCEGHJ-NPRSTV-Z]\\d",
  "\\d{5}(-\\d{4})?",
  "\\d{2}-\\d{3}",
  "\\d{4}-\\d{3}( [\\w ]+)?",
  "\\d{5}-?\\d{3}",
  "〒?\\d{3}-\\d{4}",
  // accounts and taxes
  "[A-Z]{2}\\d{2}[A-Z0-9]{11,30}",
  "[A-Z]{2}\\d{2}( ?[A-Z0-9]{4}){2,7}( ?[A-Z0-9]{1,4})?",
  "[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?",
  "GB(\\d{9}|\\d{12}|(GD|HA)\\d{3})",
  "(AT)?U\\d{8}|(BE)?0\\d{9}|(BG)?\\d{9,10}|(DE)?\\d{9}|(FR)?[0-9A-Z]{2}\\d{9}|(NL)?\\d{9}B\\d{2}|(SE)?\\d{12}",
  "ES([A-Z]\\d{7}[A-Z0-9]|\\d{8}[A-Z])",
  "\\d{2}-\\d{7}",
  "(?!000|666|9\\d\\d)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}",
  "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]( ?\\d{2}){3} ?[A-D]",
  "\\d{6}[-+]\\d{4}|\\d{8}-?\\d{4}",
  "\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}",
  // telephone, cars, cards, colours, coordinates
  "\\+[1-9]\\d{6,14}",
  "(\\+44\\s?7\\d{3}|\\(?07\\d{3}\\)?)\\s?\\d{3}\\s?\\d{3}",
  "\\(?\\d{3}\\)?[-. ]?\\d{3}[-. ]?\\d{4}",
  "[A-HJ-NPR-Z0-9]{17}",
  "[A-Z]{3} ?\\d{2}[0-9A-Z]",
  "4\\d{12}(\\d{3})?|5[1-5]\\d{14}|3[47]\\d{13}",
  "#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})",
  "-?(90(\\.0+)?|[1-8]?\\d(\\.\\d+)?)",
  "((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)",
  "(\\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])",
  "([01]?\\d|2[0-3]):[0-5]\\d",
  "[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}",
  "97[89][- ]?\\d{1,5}[- ]?\\d{1,7}[- ]?\\d{1,6}[- ]?\\d",
  "[0-9]{20}",
  // names and passwords, money, words
  "\\p{L}[\\p{L}\\p{M}'’ .-]{1,99}",
  "[\\p{Script=Latin}\\s'-]+",
  "(?=.*[a-z])(?=.*[A-Z])(?=.*\\d).{8,64}",
  "-?\\d{1,3}(,\\d{3})*(\\.\\d{1,2})?",
  "[a-z0-9]+(-[a-z0-9]+)*",
  "\\s+$",
  "^\\s*\\S+\\s*$",
  "[^<>]*",
  "(foo|bar|baz)*",
  "(foo|boo){50}",
  "(yes|no|maybe)(, (yes|no|maybe))*",
]

describe("patterns of real forms are safe", () => {
  it.each(safe)("%s", (regex) => {
    assert.strictEqual(verdict(regex), "safe")
    // even the longest text that does not match is soon refused
    for (const text of ["0".repeat(500), "a".repeat(500), "A1 ".repeat(166), " ".repeat(500), "1-".repeat(250)]) {
      assert.isBelow(milliseconds(regex, `${text.slice(0, 499)}\n`), 100)
    }
  })
  it("up to the longest answer there is, where they are a single way through", () => {
    for (const regex of ["[^<>]*", "[a-z0-9]+(-[a-z0-9]+)*", "(foo|bar|baz)*"])
      assert.strictEqual(verdict(regex, 100_000), "safe", regex)
  })
  it("a list of countries", () => {
    const codes = Array.from({ length: 250 }, (_, index) =>
      String.fromCharCode(65 + (index % 26), 65 + ((index * 7) % 26)),
    )
    const list = [...new Set(codes)].join("|")
    assert.strictEqual(verdict(list), "safe")
    assert.strictEqual(verdict(`(?:${list})(,(?:${list}))*`), "safe")
    // one of them twice, and each stands for two
    assert.strictEqual(verdict(`(?:(?:${list}|AA),)*`), "exponential")
  })
})

describe("every way to write a character", () => {
  // a repetition of two sets is ambiguous exactly when they have a character in common
  const overlap = (a: string, b: string) => verdict(`(?:${a}|${b})+!`) === "exponential"
  it.each([
    ["a", "a"],
    ["\\x61", "a"],
    ["\\u0061", "a"],
    ["\\u{61}", "[a-c]"],
    ["\\ud83d\\ude00", "😀"],
    ["\\u{1F600}", "[😀-😎]"],
    ["\\cJ", "\\n"],
    ["\\t", "\\s"],
    ["\\0", "[^a]"],
    ["[\\b]", "\\x08"],
    ["\\.", "[.]"],
    ["\\/", "/"],
    ["[a-]", "-"],
    ["[\\-a]", "-"],
    ["[\\]]", "\\]"],
    ["[\\w-]", "-"],
    ["\\W", "å"],
    ["\\D", "a"],
    ["\\S", "a"],
    ["\\p{Lu}", "Å"],
    ["\\P{Lu}", "å"],
    ["[^\\d]", "[\\D]"],
    ["\\p{Cs}", "\\ud800"],
    [".", "\\u0085"],
    ["(?<name>a)", "a"],
    ["(?:a)", "[^b]"],
    ["a\\b", "a"],
    ["^a", "a"],
    ["a{1}", "a"],
    ["a{1,}", "b?"],
    ["a+?", "b"],
  ])("%s and %s have one in common", (a, b) => assert.isTrue(overlap(a, b)))
  it.each([
    ["a", "b"],
    [".", "\\n"],
    ["\\u2028", "."],
    ["\\w", "\\W"],
    ["[^]", "[]"],
    ["[^a-z]", "[a-z]"],
    ["\\d", "٣"],
    ["\\p{Lu}", "\\p{Ll}"],
    ["\\p{L}", "\\P{L}"],
    ["\\ud83d", "😀"],
    ["[a-c]", "[d-f]"],
    ["\\u{1F600}", "\\u{1F601}"],
    ["\\s", "\\S"],
    ["[\\s\\S]", "[]"],
  ])("%s and %s have none", (a, b) => assert.isFalse(overlap(a, b)))
})

describe("what cannot be decided is refused", () => {
  const found = (regex: string, change: object = {}) => {
    const question = { id: "q", type: "text", label: "Q", pattern: { regex, message: "No." }, ...change }
    return Questionnaire.check(JSON.stringify(definition([section("s", question)]))).findings.map(
      ({ code, severity, pointer }) => `${severity} ${code} ${pointer.replace("/sections/0/items/0", "")}`,
    )
  }
  it.each([
    ["(a)\\1", "error pattern-not-decided /pattern/regex"],
    ["(?<x>a)\\k<x>", "error pattern-not-decided /pattern/regex"],
    ["(?<=a)b", "error pattern-not-decided /pattern/regex"],
    ["(?i:a)", "error pattern-not-decided /pattern/regex"],
    ["((a{100}){100}){100}", "error pattern-not-decided /pattern/regex"],
    ["(a?){0,5000}", "error pattern-not-decided /pattern/regex"],
    ["(", "error invalid-pattern /pattern/regex"],
    ["a)(?:b", "error invalid-pattern /pattern/regex"],
    ["[b-a]", "error invalid-pattern /pattern/regex"],
    ["\\-", "error invalid-pattern /pattern/regex"],
    ["a{2,1}", "error invalid-pattern /pattern/regex"],
    ["\\p{Nonsense}", "error invalid-pattern /pattern/regex"],
    ["(a+)+", "error catastrophic-pattern /pattern/regex"],
    ["", "error invalid-value /pattern/regex"],
    ["a".repeat(2001), "error invalid-value /pattern/regex"],
  ])("%s: %s", (regex, expected) => assert.deepStrictEqual(found(regex), [expected]))

  it("length counts: what is too slow for long answers is fast enough for short ones", () => {
    assert.deepStrictEqual(found("(.*,){5}x"), ["error catastrophic-pattern /pattern/regex"])
    assert.deepStrictEqual(found("(.*,){5}x", { maxLength: 40 }), [])
  })

  it("in bounded time, however it is nested", () => {
    const start = Processor.worked()
    const hostile = [
      "((((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9}){9})",
      "((((){999}){999}){999})",
      `${"(".repeat(900)}a${")".repeat(900)}`,
      `${"(".repeat(600)}a${")*".repeat(600)}`,
      `${"(?=".repeat(400)}a${")".repeat(400)}`,
      "a?".repeat(900),
      ".*".repeat(900),
      `(${"a|".repeat(900)}b)*`,
      `(?:${"[a-z]?".repeat(100)}){20}`,
      `[ab]*a${"[ab]".repeat(400)}`,
      `(${"\\w".repeat(900)})*x`,
      `(?:${"a*b*".repeat(200)})x`,
      `[${"\\u{1F600}-\\u{1F640}".repeat(100)}]*`,
      "[\\p{L}\\p{N}\\p{P}\\p{S}\\p{Z}]+".repeat(30),
    ]
    for (const regex of hostile) for (const longest of [1, 500, 100_000]) judge(regex, longest)
    assert.isBelow(Processor.worked() - start, 60_000)
  })

  it("and no more for a thousand of them than for a few, when they share a budget", () => {
    const budget = { left: 3_000_000 }
    const start = Processor.worked()
    const verdicts = Array.from(
      { length: 2000 },
      (_, index) => judge(`(?:a?b?c?d?e?f?g?${index}?){12}`, 500, budget).verdict,
    )
    assert.isBelow(Processor.worked() - start, 20_000)
    assert.notInclude(verdicts, "safe")
  })
})

describe("an answer", () => {
  const codes = (regex: string, answer: string, change: object = {}) =>
    Answers.validate(
      asking({ id: "q", type: "text", label: "Q", pattern: { regex, message: { en: "Like 123 45." } }, ...change }),
      { q: answer },
    ).map(({ code }) => code)
  it("matches as a whole, letter by letter of what it has", () => {
    assert.deepStrictEqual(codes("\\d{3} ?\\d{2}", "123 45"), [])
    assert.deepStrictEqual(codes("\\d{3} ?\\d{2}", "123 456"), ["text-pattern"])
    assert.deepStrictEqual(codes("\\d{3} ?\\d{2}", " 123 45"), ["text-pattern"])
    assert.deepStrictEqual(codes("a|b", "ab"), ["text-pattern"])
    assert.deepStrictEqual(codes("..", "😀😀"), [])
    assert.deepStrictEqual(codes("^a$", "a"), [])
  })
  it("that is too long is not matched at all", () => {
    assert.deepStrictEqual(codes("a*", "b".repeat(501)), ["text-too-long"])
    assert.deepStrictEqual(codes("(.*,){5}x", ",".repeat(1_000_000), { maxLength: 40 }), ["text-too-long"])
  })
})
