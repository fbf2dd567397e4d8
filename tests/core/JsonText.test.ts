import { assert, describe, it } from "@effect/vitest"
import * as JsonText from "@requite/core/JsonText"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Processor from "../support/Processor.ts"

/** The parsed document; a text that is refused fails the test. */
const parsed = (text: string): JsonText.JsonText => Result.getOrThrow(JsonText.parse(text))

/** The syntax problem as `line:column sentence`. */
const refused = (text: string): string => {
  const { line, column, message } = Result.getOrThrow(Result.flip(JsonText.parse(text)))
  return `${line}:${column} ${message}`
}

const accepts = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe("parse: a syntax error has its place and a sentence", () => {
  it.each([
    ["", "1:1 There is nothing here."],
    [" \n\t", "2:2 There is nothing here."],
    ["\ufeff", "1:1 There is nothing here."],
    ['{"a": 1', "1:8 The text ends before everything is closed."],
    ["[1,", "1:4 The text ends before everything is closed."],
    ['{"a"', "1:5 The text ends before everything is closed."],
    ["{} {}", "1:4 There is more text after the end of the JSON value."],
    ["1 2", "1:3 There is more text after the end of the JSON value."],
    ["{}]", "1:3 There is more text after the end of the JSON value."],
    ["]", '1:1 This "]" closes nothing that is open here.'],
    ["[1}", '1:3 This "}" closes nothing that is open here.'],
    ['{"a": 1]', '1:8 This "]" closes nothing that is open here.'],
    ['{\n  "a": 1,\n}', '3:1 Remove the comma before this "}".'],
    ["[1,]", '1:4 Remove the comma before this "]".'],
    ["[,1]", '1:2 A value is expected here, not ",".'],
    ["[1,,2]", '1:4 A value is expected here, not ",".'],
    ["[:]", '1:2 A value is expected here, not ":".'],
    ['{"a":}', '1:6 A value is expected here, not "}".'],
    ['{"a":1,"b":}', '1:12 A value is expected here, not "}".'],
    ['{"a":,}', '1:6 A value is expected here, not ",".'],
    ['{"a"}', "1:5 A colon is missing after the property name."],
    ['{"a" 1}', "1:6 A colon is missing after the property name."],
    ['{"a", "b"}', "1:5 A colon is missing after the property name."],
    ["[1 2]", "1:4 A comma is missing before this."],
    ['{\r\n  "a": 1\r\n  "b": 2\r\n}', "3:3 A comma is missing before this."],
    ["{1: 2}", "1:2 A property name in double quotes is expected here."],
    ["{a: 1}", "1:2 A property name in double quotes is expected here."],
    ["{,}", "1:2 A property name in double quotes is expected here."],
    ["{'a': 1}", "1:2 Strings stand in double quotes in JSON, not in single quotes."],
    ["[1, // one\n2]", "1:5 JSON has no comments: remove this one."],
    ["/* one */ 1", "1:1 JSON has no comments: remove this one."],
    ['["abc]', "1:2 This string is not closed, or holds a line break or a wrong escape."],
    ['["a\nb"]', "1:2 This string is not closed, or holds a line break or a wrong escape."],
    ['["\\x41"]', "1:2 This string is not closed, or holds a line break or a wrong escape."],
    ['["\\u12g4"]', "1:2 This string is not closed, or holds a line break or a wrong escape."],
    ...["01", "+1", ".5", "1.", "1.e5", "-", "1e", "0x1F", "1_000"].map((number) => [
      `[${number}]`,
      "1:2 This is no JSON number: those have no plus sign, no leading zero, and digits on both sides of the point.",
    ]),
    ["[True]", '1:2 This is not JSON: "True]".'],
    ["undefined", '1:1 This is not JSON: "undefined".'],
    ["nullify", '1:1 This is not JSON: "nullify".'],
    ["[😀😀😀😀😀😀😀😀😀😀😀😀😀😀]", '1:2 This is not JSON: "😀😀😀😀😀😀😀😀😀😀😀😀".'],
    [`${" ".repeat(5000)}\n\u00a01`, '2:1 This is not JSON: "\u00a01".'],
  ])("%j", (text, expected) => {
    assert.strictEqual(refused(text), expected)
    assert.isFalse(accepts(text))
  })

  it("a text that is too long is not looked at", () =>
    assert.strictEqual(
      refused(`\ufeff"${"a".repeat(JsonText.maxLength)}"`),
      `1:1 The text is longer than ${JsonText.maxLength} characters.`,
    ))
})

describe("parse: what JSON.parse accepts, with the same value", () => {
  it.each([
    "null",
    ' \r\n\t{ "a" : [ ] , "b" : { } } ',
    "[-0, 0, 1.50, 1e5, 1E+5, 1e-5, -12.5e-3, 1e999, 123456789012345678901234567890]",
    String.raw`["\"\\\/\b\f\n\r\t\u0041\ud83d\ude00\ud800"]`,
    '"\u2028\u007f\u00a0"',
    '{"": 1, "a": {"": 2}}',
  ])("%j", (text) => assert.deepStrictEqual(parsed(text).value, JSON.parse(text)))

  it("a byte order mark is no part of the text, nor of its columns", () => {
    const document = parsed('\ufeff{"a": 1}')
    assert.deepStrictEqual(document.value, { a: 1 })
    assert.deepStrictEqual(JsonText.locate(document, []), { line: 1, column: 1 })
    assert.deepStrictEqual(JsonText.locate(document, ["a"]), { line: 1, column: 7 })
    assert.strictEqual(refused("\ufeff[1,]"), '1:4 Remove the comma before this "]".')
  })

  it('"__proto__" is an ordinary property', () => {
    const document = parsed('{"__proto__": {"polluted": true}, "constructor": 1, "toString": 2}')
    assert.deepStrictEqual(Object.keys(document.value as object), ["__proto__", "constructor", "toString"])
    assert.strictEqual(Object.getPrototypeOf(document.value), Object.prototype)
    assert.isUndefined(Reflect.get({}, "polluted"))
    assert.deepStrictEqual(JsonText.locate(document, ["__proto__", "polluted"]), { line: 1, column: 28 })
  })

  it.prop(
    "any JSON, however it is laid out",
    { value: Schema.Json, indent: Schema.Literals([0, 1, 4, "\t", "\r\n"]) },
    ({ value, indent }) => {
      const text = JSON.stringify(value, null, indent === "\r\n" ? 2 : indent)
      assert.deepStrictEqual(parsed(indent === "\r\n" ? text.replaceAll("\n", indent) : text).value, JSON.parse(text))
    },
    { arbitrary: { runs: 300 } },
  )

  const edit = Schema.Struct({
    at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 })),
    remove: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 })),
    insert: Schema.Literals(["", ...Array.from("{}[]\",:\\ \n\r\t0123456789-+.eEtrufalsn/*'_\u0000\u2028\ufeff")]),
  })
  const mutated = Arbitrary.map(
    Arbitrary.all({
      value: Arbitrary.array(Arbitrary.schema(Schema.Json), { minLength: 1, maxLength: 5 }),
      edits: Arbitrary.array(Arbitrary.schema(edit), { maxLength: 4 }),
    }),
    ({ value, edits }) =>
      edits.reduce((text, { at, remove, insert }) => {
        const from = at % (text.length + 1)
        return text.slice(0, from) + insert + text.slice(from + remove)
      }, JSON.stringify(value)),
  )
  it.prop(
    "of texts with random mistakes, exactly those",
    { text: mutated },
    ({ text }) => {
      // JSON.parse knows no byte order mark
      const expected = accepts(text.startsWith("\ufeff") ? text.slice(1) : text)
      const result = JsonText.parse(text)
      assert.strictEqual(Result.isSuccess(result), expected, JSON.stringify(text))
      if (Result.isFailure(result)) {
        const lines = text.split("\n")
        assert.isAtLeast(result.failure.column, 1)
        assert.isAtMost(result.failure.column, (lines[result.failure.line - 1]?.length ?? -1) + 1)
      }
    },
    { arbitrary: { runs: 3000 } },
  )
})

describe("parse: large and deep texts", () => {
  const depth = 100_000
  it("100,000 levels do not overflow", () => {
    const text = "[".repeat(depth) + "]".repeat(depth)
    assert.isTrue(Result.isSuccess(JsonText.parse(text)))
    assert.strictEqual(refused("[".repeat(depth)), `1:${depth + 1} The text ends before everything is closed.`)
    const objects = '{"a":'.repeat(depth)
    assert.isTrue(Result.isSuccess(JsonText.parse(`${objects}1${"}".repeat(depth)}`)))
  })
  it("duplicates at every one of 100,000 levels do not fill the memory", () => {
    const document = parsed(`${'{"a":1,"a":'.repeat(depth)}1${"}".repeat(depth)}`)
    assert.lengthOf(document.duplicates, 320)
  })
  it("a string of a million characters, escaped or not", () => {
    assert.strictEqual(parsed(`"${"a".repeat(1e6)}"`).value, "a".repeat(1e6))
    assert.strictEqual(parsed(`"${String.raw`\n`.repeat(1e6)}"`).value, "\n".repeat(1e6))
  })
  it("1 MB in a second, and 10,000 positions in it in another", () => {
    const text = JSON.stringify(
      Array.from({ length: 20_000 }, (_, index) => ({ id: `q${index}`, label: "some text of a question" })),
      null,
      1,
    )
    assert.isAbove(text.length, 1e6)
    const start = Processor.worked()
    const document = parsed(text)
    const located = Processor.worked()
    assert.isBelow(located - start, 1000)
    for (let index = 0; index < 20_000; index += 2) {
      assert.deepStrictEqual(JsonText.locate(document, [index, "label"]), { line: 4 + index * 4, column: 12 })
    }
    assert.isBelow(Processor.worked() - located, 1000)
  })
})

describe("locate", () => {
  const document = parsed('\n{\r\n  "a": [1, {"b":\n "x"}],\n "😀": 5 }')
  it.each([
    [[], "value", 2, 1],
    [["a"], "key", 3, 3],
    [["a"], "value", 3, 8],
    [["a", 0], "value", 3, 9],
    [["a", 1, "b"], "key", 3, 13],
    [["a", 1, "b"], "value", 4, 2],
    [["😀"], "value", 5, 8],
    // what is not there is reported at the nearest container that is
    [["a", 1, "c"], "value", 3, 12],
    [["a", 7, "c"], "key", 3, 8],
    [["a", 0, "c"], "key", 3, 9],
    [["toString"], "value", 2, 1],
  ] as const)("%j, its %s", (path, what, line, column) =>
    assert.deepStrictEqual(JsonText.locate(document, path, what), { line, column }),
  )
})

describe("duplicates", () => {
  it("every repetition, with its own place", () => {
    const document = parsed('{"a": {"x": 1, "x": 2},\n "a": 3,\n "a": [{"b": 1, "b": 1}]}')
    assert.deepStrictEqual(
      document.duplicates.map(({ path, offset }) => ({ path, ...JsonText.positionAt(document, offset) })),
      [
        { path: ["a", "x"], line: 1, column: 16 },
        { path: ["a"], line: 2, column: 2 },
        { path: ["a"], line: 3, column: 2 },
        { path: ["a", 0, "b"], line: 3, column: 17 },
      ],
    )
    assert.deepStrictEqual(document.value, { a: [{ b: 1 }] })
  })
  it("keys that differ only in their escapes are the same key", () => {
    const document = parsed(String.raw`{"a": 1, "\u0061": 2}`)
    assert.deepStrictEqual(document.duplicates, [{ path: ["a"], offset: 9 }])
  })
  it("equal keys of different objects are none", () =>
    assert.deepStrictEqual(parsed('{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}').duplicates, []))
})

describe("pointer (RFC 6901)", () => {
  it.each([
    [[], ""],
    [["foo", 0], "/foo/0"],
    [[""], "/"],
    [["a/b"], "/a~1b"],
    [["m~n"], "/m~0n"],
    [["~1"], "/~01"],
    [["c%d", " ", 'k"l'], '/c%d/ /k"l'],
  ] as const)("%j", (path, expected) => assert.strictEqual(JsonText.pointer(path), expected))
})

describe("canonical (RFC 8785)", () => {
  it("3.2.2: numbers, strings and literals", () =>
    assert.strictEqual(
      JsonText.canonical(
        JSON.parse(String.raw`{
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }`),
      ),
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    ))
  it("3.2.3: keys by UTF-16 code units", () =>
    assert.deepStrictEqual(
      Object.values(
        JSON.parse(
          JsonText.canonical({
            "\u20ac": "Euro Sign",
            "\r": "Carriage Return",
            "\ufb33": "Hebrew Letter Dalet With Dagesh",
            "\ud83d\ude00": "Emoji: Grinning Face",
            "\u0080": "Control",
            "\u00f6": "Latin Small Letter O With Diaeresis",
          }),
        ) as object,
      ),
      [
        "Carriage Return",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
      ],
    ))
  it.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("appendix B: %s is %s", (hex, expected) =>
    assert.strictEqual(JsonText.canonical(Buffer.from(hex, "hex").readDoubleBE()), expected),
  )

  const shuffled = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shuffled)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .map(([key, member]) => [key, shuffled(member)] as const)
              .toReversed(),
          )
        : value
  it.prop("the order of keys does not matter, and nothing is lost", { value: Schema.Json }, ({ value }) => {
    assert.strictEqual(JsonText.canonical(shuffled(value)), JsonText.canonical(value))
    assert.deepStrictEqual(JSON.parse(JsonText.canonical(value)), JSON.parse(JSON.stringify(value)))
  })
  it("what is undefined is left out", () =>
    assert.strictEqual(JsonText.canonical({ b: undefined, a: [undefined] }), '{"a":[null]}'))
})
