/** What the parts of a definition mean for one another: references, types, circles, placeholders, suppressions. */
import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as JsonPatch from "effect/JsonPatch"
import type * as Schema from "effect/Schema"
import { definition, section } from "../support/Questionnaires.ts"

const options = (...values: ReadonlyArray<string>) => values.map((value) => ({ value, label: value }))
const choice = (id: string, change: object = {}) => ({
  id,
  type: "choice",
  label: "Pick",
  required: true,
  options: options("person", "company"),
  ...change,
})
const several = (id: string) => choice(id, { options: options("ham", "egg", "olive"), multiple: true })
const text = (id: string, change: object = {}) => ({ id, type: "text", label: "Text", required: true, ...change })
const number = (id: string, change: object = {}) => ({ id, type: "number", label: "Number", required: true, ...change })
const date = (id: string, change: object = {}) => ({ id, type: "date", label: "Date", required: true, ...change })
const upload = (id: string) => ({ id, type: "upload", label: "File", accept: ["application/pdf"], maxBytes: 1000 })
const confirm = (id: string) => ({ id, type: "confirm", label: "I agree", required: true })
const note = (id: string, change: object = {}) => ({ id, type: "note", label: "Note", ...change })
const group = (id: string, items: ReadonlyArray<unknown>, change: object = {}) => ({
  id,
  type: "group",
  label: "Group",
  items,
  ...change,
})
const owners = (...items: ReadonlyArray<unknown>) => group("owners", items, { repeat: { min: 1, max: 5 } })

const ref = (answer: string) => ({ answer })
const eq = (id: string, value: unknown) => ({ eq: [ref(id), value] })
const ask = (...items: ReadonlyArray<unknown>) => definition([section("s", ...items)])
/** One question that is asked when the condition holds, after the others. */
const when = (condition: unknown, ...items: ReadonlyArray<unknown>) => ask(...items, text("last", { when: condition }))
const last = "/sections/0/items"

const findings = (value: unknown) => Questionnaire.check(JSON.stringify(value)).findings
/** What answers can reach has tests of its own: here a condition need not make sense, only be well made. */
const reached = /^(contradiction|always-|never-|redundant-|duplicate-arm|not-decided|unreachable-|required-never)/
const said = (value: unknown) =>
  findings(value)
    .filter(({ code }) => !reached.test(code))
    .map(({ code, pointer }) => `${code} ${pointer}`)
const calculated = (values: object, ...items: ReadonlyArray<unknown>) =>
  definition([{ ...section("s", ...items), calculated: values }])

type Case = readonly [definition: unknown, ...findings: ReadonlyArray<string>]

/** Each finding with a fix must be gone once the fix is applied, and the definition must still be read. */
const holds = (cases: Readonly<Record<string, Case>>) =>
  it.each(Object.entries(cases))("%s", (_, [value, ...expected]) => {
    assert.deepStrictEqual(said(value), expected)
    for (const { code, pointer, message, fix } of findings(value)) {
      assert.match(message, /^[^a-z ].*[.?]$/su)
      if (fix === undefined || code === "unknown-type") continue
      const mended = JsonPatch.apply(fix, value as Schema.Json)
      assert.notInclude(said(mended), `${code} ${pointer}`, JSON.stringify(mended))
      assert.notInclude(
        findings(mended).map(({ code }) => code),
        "invalid-value",
      )
    }
  })

describe("references", () => {
  holds({
    "a question that does not exist": [
      when(eq("knid", "person"), choice("kind")),
      `dangling-reference ${last}/1/when/eq/0`,
    ],
    "by the bare id": [when({ answered: "knid" }, choice("kind")), `dangling-reference ${last}/1/when/answered`],
    "a section is no answer": [when(eq("s", 1)), `dangling-reference ${last}/0/when/eq/0`],
    "nothing near": [when({ answered: "zzzzzz" }, choice("kind")), `dangling-reference ${last}/1/when/answered`],
    "in a calculation": [
      calculated({ total: { sum: [ref("amuont")] } }, number("amount")),
      "dangling-reference /sections/0/calculated/total/sum/0",
    ],
    "in a limit": [ask(number("low"), number("high", { min: ref("lo") })), `dangling-reference ${last}/1/min`],
    "in an option": [
      ask(
        number("n"),
        choice("c", { options: [...options("a"), { value: "b", label: "B", when: { answered: "m" } }] }),
      ),
      `dangling-reference ${last}/1/options/1/when/answered`,
    ],
    "names of every object's prototype": [
      when({ all: ["constructor", "toString", "hasOwnProperty"].map((answered) => ({ answered })) }),
      ...[0, 1, 2].map((index) => `dangling-reference ${last}/0/when/all/${index}/answered`),
    ],
    "a condition that does not exist": [
      { ...when({ is: "isComapny" }, choice("kind")), conditions: { isCompany: eq("kind", "company") } },
      `unknown-condition ${last}/1/when/is`,
      "unused-condition /conditions/isCompany",
    ],
    "a context value that does not exist": [
      { ...when({ eq: [{ context: "contry" }, "se"] }), context: { country: { type: "text" } } },
      `unknown-context ${last}/0/when/eq/0`,
      "unused-context /context/country",
    ],
    "today is always there": [when({ lt: [ref("d"), { context: "today" }] }, date("d"))],
    "one of a later section": [
      definition([section("a", text("x", { when: eq("y", "person") })), section("b", choice("y"))]),
      "forward-reference /sections/0/items/0/when/eq/0",
    ],
    "of a section to one of its own items": [
      definition([{ ...section("a", choice("x")), when: eq("x", "person") }]),
      "cycle /sections/0/when/eq/0",
    ],
    "through a named condition": [
      {
        ...ask(text("x", { when: { is: "later" } }), choice("y")),
        conditions: { later: { is: "really" }, really: eq("y", "person") },
      },
      `forward-reference ${last}/0/when/is`,
    ],
    "required by a later answer of the same section is no trouble": [
      ask(text("x", { required: { answered: "y" } }), text("y", { required: { answered: "x" } })),
    ],
    "required by an answer of a later section": [
      definition([section("a", text("x", { required: { answered: "y" } })), section("b", text("y"))]),
      "forward-reference /sections/0/items/0/required/answered",
    ],
    "a calculated value of the same section": [
      {
        ...calculated({ total: { sum: [ref("b")] } }, number("b"), text("a", { when: { gt: [ref("total"), 5] } })),
      },
    ],
    "a calculated value of a later section": [
      definition([
        section("a", text("x", { when: { gt: [ref("total"), 5] } })),
        { ...section("b", number("y")), calculated: { total: { sum: [ref("y")] } } },
      ]),
      "forward-reference /sections/0/items/0/when/gt/0",
    ],
    "ends may ask for everything": [
      { ...ask(choice("kind")), ends: [{ id: "good", title: "Thanks", when: eq("kind", "person") }] },
    ],
  })
})

describe("repeated groups", () => {
  const share = { gte: [ref("share"), 25] }
  holds({
    "in the same instance": [ask(owners(number("share"), text("name", { when: share })))],
    "from outside": [when(share, owners(number("share"))), `repeat-reference ${last}/1/when/gte/0`],
    "from outside in some and every": [
      when({ all: [{ some: ["owners", share] }, { every: ["owners", share] }] }, owners(number("share"))),
    ],
    "all instances in a calculation": [calculated({ total: { sum: [ref("share")] } }, owners(number("share")))],
    "an instance's own calculated value": [
      ask(
        group("owners", [number("share"), text("x", { when: { gt: [ref("double"), 5] } })], {
          repeat: { max: 5 },
          calculated: { double: { sum: [ref("share"), ref("share")] } },
        }),
      ),
    ],
    "the group itself is counted": [when({ gt: [{ count: "owners" }, 2] }, owners(number("share")))],
    "a named condition is judged where it is used": [
      {
        ...ask(owners(number("share"), text("a", { when: { is: "big" } })), text("b", { when: { is: "big" } })),
        conditions: { big: share },
      },
      `repeat-reference ${last}/1/when/is`,
    ],
    "and may be used in some": [
      { ...when({ some: ["owners", { is: "big" }] }, owners(number("share"))), conditions: { big: share } },
    ],
    "some of a group that is not repeated": [
      when({ some: ["g", { answered: "x" }] }, group("g", [text("x")])),
      `type-mismatch ${last}/1/when/some/0`,
    ],
    "a placeholder from outside": [
      ask(owners(text("name")), text("b", { label: "Hello {{name}}" })),
      `repeat-reference ${last}/1/label`,
    ],
  })
})

describe("types", () => {
  const mismatch = (at: string, index = 1) => `type-mismatch ${last}/${index}/when/${at}`
  holds({
    "a number and a text": [when(eq("n", "abc"), number("n")), mismatch("eq/1")],
    "a number written as text is mended": [when({ gt: [ref("n"), "5"] }, number("n")), mismatch("gt/1")],
    "a text and a number": [when(eq("t", 5), text("t")), mismatch("eq/1")],
    "a date that does not exist": [when({ lt: [ref("d"), "2027-02-30"] }, date("d")), mismatch("lt/1")],
    "a shifted date that does not exist": [
      when({ lt: [ref("d"), { date: "2027-2-3", offset: { days: 1 } }] }, date("d")),
      mismatch("lt/1/date"),
    ],
    "a shifted number": [
      when({ lt: [ref("d"), { date: ref("n") }] }, date("d"), number("n")),
      mismatch("lt/1/date", 2),
    ],
    "texts have no order": [when({ lt: [ref("a"), ref("b")] }, text("a"), text("b")), mismatch("lt", 2)],
    "nor have options": [when({ gte: [ref("c"), "person"] }, choice("c")), mismatch("gte")],
    "an option that does not exist": [when(eq("c", "compny"), choice("c")), `unknown-option ${last}/1/when/eq/1`],
    "one of a list": [when({ in: [ref("c"), ["person", "cat"]] }, choice("c")), `unknown-option ${last}/1/when/in/1/1`],
    "own words are an option": [when(eq("c", "other"), choice("c", { other: true }))],
    "an option and a text": [when({ eq: [ref("c"), ref("t")] }, choice("c"), text("t")), mismatch("eq", 2)],
    "two options": [when({ eq: [ref("c"), ref("d")] }, choice("c"), choice("d"))],
    "several options with eq are mended to anyOf": [when(eq("c", "egg"), several("c")), mismatch("eq/0")],
    "one option with anyOf is mended to in": [when({ anyOf: ["c", ["person"]] }, choice("c")), mismatch("anyOf/0")],
    "several options": [when({ all: [{ anyOf: ["c", ["egg"]] }, { allOf: ["c", ["ham", "olive"]] }] }, several("c"))],
    "several options, one unknown": [
      when({ allOf: ["c", ["eg"]] }, several("c")),
      `unknown-option ${last}/1/when/allOf/1/0`,
    ],
    "files are only counted": [when(eq("u", 1), upload("u")), mismatch("eq/0")],
    "files counted": [when({ all: [{ eq: [{ count: "u" }, 1] }, { answered: "u" }] }, upload("u"))],
    "a number is not counted": [when({ eq: [{ count: "n" }, 1] }, number("n")), mismatch("eq/0/count")],
    "a note has no answer": [when({ answered: "x" }, note("x")), mismatch("answered")],
    "nor has a group that is not repeated": [when(eq("g", 1), group("g", [text("x")])), mismatch("eq/0")],
    "true and false": [when(eq("c", true), confirm("c"))],
    "true and a text": [when(eq("c", "yes"), confirm("c")), mismatch("eq/1")],
    "context values have types": [
      {
        ...when({ all: [{ eq: [{ context: "size" }, "xl"] }, { gt: [{ context: "age" }, "x"] }] }),
        context: { size: { type: "choice", options: ["s", "m"] }, age: { type: "number" } },
      },
      `unknown-option ${last}/0/when/all/0/eq/1`,
      `type-mismatch ${last}/0/when/all/1/gt/1`,
    ],
    "today is a date": [
      { ...ask(text("x")), context: { today: { type: "text" } } },
      "unused-context /context/today",
      "type-mismatch /context/today/type",
    ],
    "calculated values have types": [
      calculated(
        {
          n: { count: "c" },
          t: { concat: [ref("c2"), "-"] },
          latest: { max: [ref("d"), "2027-01-01"] },
          age: { dateDiff: [ref("d"), { context: "today" }, "years"] },
        },
        several("c"),
        choice("c2"),
        date("d"),
        text("a", {
          when: { all: [eq("n", 1), eq("t", "x"), { lt: [ref("latest"), "2028-01-01"] }, { gt: [ref("age"), 18] }] },
        }),
        text("b", { when: { any: [eq("n", "1"), eq("latest", 5)] } }),
      ),
      `type-mismatch ${last}/4/when/any/0/eq/1`,
      `type-mismatch ${last}/4/when/any/1/eq/1`,
    ],
    "what is calculated from": [
      calculated(
        {
          a: { sum: [ref("t"), "x"] },
          b: { dateDiff: [ref("n"), "2027-01-01", "days"] },
          c: { min: [ref("d"), 5] },
          e: { count: ref("n") },
        },
        text("t"),
        number("n"),
        date("d"),
      ),
      "type-mismatch /sections/0/calculated/a/sum/0",
      "type-mismatch /sections/0/calculated/a/sum/1",
      "type-mismatch /sections/0/calculated/b/dateDiff/0",
      "type-mismatch /sections/0/calculated/c/min/1",
      "type-mismatch /sections/0/calculated/e/count",
    ],
    limits: [
      ask(
        number("n"),
        date("d"),
        number("m", { min: ref("d"), max: ref("n") }),
        date("f", { min: ref("d"), max: ref("n") }),
      ),
      `type-mismatch ${last}/2/min`,
      `type-mismatch ${last}/3/max`,
    ],
    "what is written only": [
      when({ any: [{ eq: [1, 1] }, { lt: [2, 1] }, { in: ["a", ["b"]] }, { gt: ["2027-01-02", "2027-01-01"] }] }),
      ...[0, 1, 2, 3].map((index) => `constant-condition ${last}/0/when/any/${index}`),
    ],
    "what is written only, of two types": [when({ eq: [1, "1"] }), "type-mismatch /sections/0/items/0/when/eq"],
    "ne and an optional question": [
      when({ ne: [ref("x"), "y"] }, text("x", { required: false })),
      `ne-optional ${last}/1/when/ne`,
    ],
    "ne and a question known to be answered": [
      when({ all: [{ answered: "x" }, { ne: [ref("x"), "y"] }] }, text("x", { required: false })),
    ],
  })
  it("a witness of ne-optional: answers for which the author is surprised", () =>
    assert.deepStrictEqual(
      findings(when({ ne: [ref("x"), "y"] }, text("x", { required: false }))).map(({ witness }) => witness),
      [{}],
    ))
})

describe("circles", () => {
  holds({
    itself: [ask(text("x", { when: eq("x", "y") })), `self-reference ${last}/0/when/eq/0`],
    "itself, as a limit": [ask(number("x", { min: ref("x") })), `self-reference ${last}/0/min`],
    "itself, in an option": [
      ask(choice("x", { options: [...options("a"), { value: "b", label: "B", when: eq("x", "a") }] })),
      `self-reference ${last}/0/options/1/when/eq/0`,
    ],
    "a named condition": [{ ...when({ is: "a" }), conditions: { a: { is: "a" } } }, "self-reference /conditions/a/is"],
    "named conditions": [
      { ...when({ is: "a" }), conditions: { a: { not: { is: "b" } }, b: { all: [{ is: "a" }] } } },
      "cycle /conditions/a/not/is",
    ],
    "each waits for the other": [
      ask(choice("a", { when: eq("b", "person") }), choice("b", { when: eq("a", "person") })),
      `cycle ${last}/0/when/eq/0`,
    ],
    "through a section, a named condition and a calculated value": [
      {
        ...definition([
          { ...section("one", number("n")), when: { is: "much" } },
          { ...section("two", number("m")), calculated: { total: { sum: [ref("n"), ref("m")] } } },
        ]),
        conditions: { much: { gt: [ref("total"), 5] } },
      },
      "cycle /conditions/much/gt/0",
    ],
    limits: [ask(number("low", { max: ref("high") }), number("high", { min: ref("low") })), `cycle ${last}/0/max`],
    "a group for what stands in it": [
      ask(group("g", [choice("x")], { when: eq("x", "person") })),
      `cycle ${last}/0/when/eq/0`,
    ],
  })
  it("say who waits for whom", () => {
    const circle = Array.from({ length: 10 }, (_, index) =>
      choice(`q${index}`, { when: eq(`q${(index + 1) % 10}`, "person") }),
    )
    assert.deepStrictEqual(
      findings(ask(...circle))
        .map(({ message }) => message)
        .slice(0, 1),
      [
        '"q0" waits for "q1", which waits for "q2", which waits for "q3", which waits for "q4", which waits for "q5", which waits for 4 more, which waits for "q0".',
      ],
    )
  })
  it("a chain of 10,000 in any order is none", () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => ({
      ...text(`q${index}`, index === 0 ? {} : { when: { answered: `q${index - 1}` } }),
    })).toReversed()
    const sections = Array.from({ length: 100 }, (_, index) =>
      section(`s${index}`, ...chain.slice(index * 100, index * 100 + 100)),
    )
    const found = findings(definition(sections))
    assert.isTrue(found.every(({ code }) => code === "forward-reference"))
    assert.strictEqual(found.length, 9999)
  })
})

describe("placeholders", () => {
  holds({
    "of an earlier question": [ask(text("name"), text("x", { label: "Hello {{name}}", help: { en: "{{name}}" } }))],
    "of no question": [
      ask(text("name"), text("x", { help: { en: "Hello {{nmae}}" } })),
      `missing-placeholder ${last}/1/help/en`,
    ],
    "of a later question": [
      ask(text("x", { label: "Hello {{name}}" }), text("name")),
      `forward-reference ${last}/0/label`,
    ],
    "of what has no answer": [
      ask(note("n"), group("g", [text("y")]), text("x", { label: "{{n}} {{g}}" })),
      `missing-placeholder ${last}/2/label`,
      `missing-placeholder ${last}/2/label`,
    ],
    "in a unit, where none can stand": [ask(number("n", { unit: "{{ghost}}" }))],
    "of an option": [
      ask(text("x"), choice("c", { options: [{ value: "a", label: "As {{y}}" }] })),
      `missing-placeholder ${last}/1/options/0/label`,
    ],
    "with one brace": [
      ask(text("name"), text("x", { label: "Hello {name}" })),
      `placeholder-look-alike ${last}/1/label`,
    ],
    "with one brace, of no question": [
      ask(text("x", { label: "Hello {ghost}" })),
      `placeholder-look-alike ${last}/0/label`,
    ],
    "with spaces": [
      ask(text("name"), text("x", { label: "Hello {{ name }}" })),
      `placeholder-look-alike ${last}/1/label`,
    ],
    "braces that are no placeholder": [ask(text("x", { label: "{}, {{}}, {1}, {A b}, {{A}}, a { b } c, {{{" }))],
    "in the title of an end": [{ ...ask(text("name")), ends: [{ id: "e", title: "Thanks, {{name}}" }] }],
  })
})

describe("suppressions", () => {
  const suppress = (code: string) => [{ code, reason: "Looked at" }]
  const optional = text("x", { required: false })
  const notY = { ne: [ref("x"), "y"] }
  holds({
    "at the item": [ask(optional, text("b", { when: notY, suppress: suppress("ne-optional") }))],
    "at the section": [
      definition([{ ...section("s", optional, text("b", { when: notY })), suppress: suppress("ne-optional") }]),
    ],
    "at the questionnaire": [{ ...when(notY, optional), suppress: suppress("ne-optional") }],
    "beside it": [
      ask({ ...optional, suppress: suppress("ne-optional") }, text("b", { when: notY })),
      `unused-suppression ${last}/0/suppress/0`,
      `ne-optional ${last}/1/when/ne`,
    ],
    "of another code": [
      ask(text("b", { suppress: suppress("always-true") })),
      `unused-suppression ${last}/0/suppress/0`,
    ],
    "of an error": [
      ask(text("b", { when: eq("ghost", 1), suppress: suppress("dangling-reference") })),
      `dangling-reference ${last}/0/when/eq/0`,
      `cannot-suppress ${last}/0/suppress/0`,
    ],
  })
})

describe("ids, shapes and declarations", () => {
  holds({
    "one id for everything": [
      {
        ...definition([{ ...section("s", text("a"), group("g", [text("a")])), calculated: { g: { sum: [1] } } }]),
        conditions: { s: { answered: "a" } },
        ends: [{ id: "a", title: "End" }],
      },
      "duplicate-id /sections/0/id",
      "duplicate-id /sections/0/items/1/id",
      "duplicate-id /sections/0/items/1/items/0/id",
      "unused-condition /conditions/s",
      "duplicate-id /ends/0/id",
    ],
    "what is declared and not used": [
      { ...ask(text("x")), conditions: { a: { answered: "x" } }, context: { b: { type: "text" } } },
      "unused-condition /conditions/a",
      "unused-context /context/b",
    ],
    "a note is not required": [ask(note("x", { required: true })), `unknown-property ${last}/0/required`],
    "conditions and options are no texts to translate": [
      {
        ...when(eq("kind", "person"), choice("kind", { label: { en: "You", sv: "Du" } })),
        conditions: {},
      },
    ],
    "units and messages are texts to translate": [
      ask(
        number("n", { label: { en: "N", sv: "N" }, unit: { en: "years" } }),
        text("x", { label: { en: "N", sv: "N" }, pattern: { regex: "a+", message: { sv: "Fel" } } }),
      ),
      `missing-translation ${last}/0/unit`,
      `missing-translation ${last}/1/pattern/message`,
    ],
    "groups, each item by its own kind": [
      ask(group("g", [{ id: "x", type: "text", label: "X", maxlength: 5 }, group("h", [{ type: "choise" }, 5])])),
      `unknown-property ${last}/0/items/0/maxlength`,
      `unknown-type ${last}/0/items/1/items/0/type`,
      `invalid-value ${last}/0/items/1/items/1`,
    ],
    "the shape of conditions": [
      when({
        all: [{ eq: [1] }, { nosuch: 1 }, { not: 5 }, {}, { eq: [1, 1], ne: [1, 1] }, { answered: { answer: 5 } }],
      }),
      "invalid-value /sections/0/items/0/when/all/0/eq",
      "unknown-property /sections/0/items/0/when/all/1/nosuch",
      "invalid-value /sections/0/items/0/when/all/2/not",
      "invalid-value /sections/0/items/0/when/all/3",
      "invalid-value /sections/0/items/0/when/all/4",
      "invalid-value /sections/0/items/0/when/all/5/answered/answer",
    ],
    migrations: [
      {
        ...ask(text("x")),
        version: 3,
        migrations: [
          {
            from: 2,
            steps: [
              { rename: ["a", "x"] },
              { mapOptions: ["k", { co: "company" }] },
              { drop: ["fax"] },
              { set: ["x", 1] },
              { convert: ["x", "text"] },
            ],
          },
          { from: 1, steps: [{ move: ["a", "b"] }, { rename: ["a"] }, 5] },
        ],
      },
      "invalid-value /migrations/1/steps/0",
      "missing-property /migrations/1/steps/1/rename",
      "invalid-value /migrations/1/steps/2",
    ],
    context: [
      {
        ...ask(text("x")),
        context: { a: { type: "choice" }, b: { type: "text", options: ["x"] }, C: { type: "text" } },
      },
      "invalid-value /context/a",
      "invalid-value /context/b/options",
      "unknown-property /context/C",
    ],
  })
  it("what groups hold comes out decoded, in its place", () => {
    const inner = group("h", [text("x"), owners(number("share", { when: { answered: "x" } }))])
    const { questionnaire } = Questionnaire.check(
      JSON.stringify(ask(text("first"), group("g", [inner, text("y")]), text("z"))),
    )
    assert.isNotNull(questionnaire)
    if (questionnaire === null) return
    assert.deepStrictEqual(
      Questionnaire.questions(questionnaire).map(({ id }) => id),
      ["first", "g", "h", "x", "owners", "share", "y", "z"],
    )
    assert.deepStrictEqual(Questionnaire.question(questionnaire, "share")?.when, { answered: { answer: "x" } })
  })
})
