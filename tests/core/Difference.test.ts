import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Difference from "@requite/core/Difference"
import * as Migration from "@requite/core/Migration"
import type { Questionnaire } from "@requite/core/Questionnaire"
import * as Result from "effect/Result"
import { checked, definition, section } from "../support/Questionnaires.ts"
import { choice, first, group, number, option, second, steps, text, upload, version } from "./versions/company.ts"
import * as Generated from "./versions/Generated.ts"

const said = (from: Questionnaire, to: Questionnaire) =>
  Difference.diff(from, to).map(({ kind, code, id, covered }) =>
    `${kind}${covered === undefined ? "" : covered ? " (covered)" : " (not covered)"} ${code} ${id}`.trim(),
  )

/** What changed from one list of questions to another. */
const between = (before: ReadonlyArray<unknown>, after: ReadonlyArray<unknown>, more = {}) =>
  said(version(1, before), version(2, after, more))

const is = (id: string, value: string) => ({ eq: [{ answer: id }, value] })
const kind = choice("kind", ["a", "b", "c"], { required: true })
const confirm = (label: unknown) => ({ id: "q", type: "confirm", label })

describe("Difference.diff", () => {
  it("of a version with itself: nothing", () => {
    assert.deepStrictEqual(Difference.diff(first, first), [])
    for (let seed = 1; seed <= 50; seed++) {
      const one = Generated.questionnaire(seed)
      assert.deepStrictEqual(said(one, { ...one, version: 2 }), [])
    }
  })

  it.each<[string, ReadonlyArray<unknown>, ReadonlyArray<unknown>, ReadonlyArray<string>]>([
    [
      "labels and help",
      [text("q")],
      [text("q", { label: "New", help: "Help" })],
      ["safe presentation-changed q", "safe label-changed q"],
    ],
    ["another order", [text("q"), text("r")], [text("r"), text("q")], ["safe reordered only"]],
    ["an optional question more", [text("q")], [text("q"), text("r")], ["safe question-added r"]],
    [
      "a required question more",
      [text("q")],
      [text("q"), text("r", { required: true })],
      ["breaking required-added r"],
    ],
    [
      "a note more, a note less",
      [text("q"), { id: "n", type: "note", label: "N" }],
      [text("q"), { id: "m", type: "note", label: "M" }],
      ["safe question-removed n", "safe question-added m"],
    ],
    ["a question less", [text("q"), text("r")], [text("q")], ["migratable (not covered) question-removed r"]],
    [
      "a question becomes a note",
      [text("q"), text("r")],
      [text("q"), { id: "r", type: "note", label: "Label of r" }],
      ["migratable (not covered) question-removed r"],
    ],
    ["no longer required", [text("q", { required: true })], [text("q")], ["safe required-less q"]],
    ["required", [text("q")], [text("q", { required: true })], ["breaking required-more q"]],
    ["a longer text", [text("q", { maxLength: 5 })], [text("q", { maxLength: 6 })], ["safe limit-loosened q"]],
    ["a shorter text", [text("q", { maxLength: 5 })], [text("q", { maxLength: 4 })], ["breaking limit-tightened q"]],
    [
      "no limit, but the usual one is lower",
      [text("q", { maxLength: 9000 })],
      [text("q")],
      ["breaking limit-tightened q"],
    ],
    ["no limit, and the usual one is higher", [text("q", { maxLength: 9 })], [text("q")], ["safe limit-loosened q"]],
    ["one line instead of several", [text("q", { long: true })], [text("q")], ["breaking limit-tightened q"]],
    ["a format", [text("q")], [text("q", { format: "email" })], ["breaking limit-tightened q"]],
    ["no format", [text("q", { format: "email" })], [text("q")], ["safe limit-loosened q"]],
    [
      "another format",
      [text("q", { format: "email" })],
      [text("q", { format: "url" })],
      ["breaking limit-tightened q"],
    ],
    [
      "a wider range",
      [number("q", { min: 0, max: 9 })],
      [number("q", { min: -1 })],
      ["safe limit-loosened q", "safe limit-loosened q"],
    ],
    ["a range", [number("q")], [number("q", { min: 0 })], ["breaking limit-tightened q"]],
    ["fewer decimals", [number("q")], [number("q", { decimals: 0 })], ["breaking limit-tightened q"]],
    ["more decimals", [number("q", { decimals: 0 })], [number("q", { decimals: 2 })], ["safe limit-loosened q"]],
    [
      "a limit by another answer",
      [number("p"), number("q")],
      [number("p"), number("q", { max: { answer: "p" } })],
      ["breaking limit-tightened q"],
    ],
    ["another unit", [number("q", { unit: "km" })], [number("q", { unit: "m" })], ["breaking meaning-changed q"]],
    [
      "a unit in one language more",
      [number("q", { unit: { en: "miles" } })],
      [number("q", { unit: { en: "miles", es: "millas" } })],
      ["safe presentation-changed q"],
    ],
    ["other words to agree to", [confirm("I am 18")], [confirm("I owe you")], ["breaking statement-changed q"]],
    [
      "the words to agree to in one language more",
      [confirm({ en: "I am 18" })],
      [confirm({ en: "I am 18", sv: "Jag är 18" })],
      ["safe label-changed q"],
    ],
    [
      "an earlier date",
      [{ id: "q", type: "date", label: "q", min: "2027-02-01" }],
      [{ id: "q", type: "date", label: "q", min: "2027-01-01" }],
      ["safe limit-loosened q"],
    ],
    [
      "a later date",
      [{ id: "q", type: "date", label: "q", min: "2027-01-01" }],
      [{ id: "q", type: "date", label: "q", min: "2027-02-01" }],
      ["breaking limit-tightened q"],
    ],
    [
      "more media types",
      [upload("q")],
      [upload("q", { accept: ["application/*", "image/png"] })],
      ["safe limit-loosened q"],
    ],
    [
      "fewer media types",
      [upload("q", { accept: ["image/*"] })],
      [upload("q", { accept: ["image/png"] })],
      ["breaking limit-tightened q"],
    ],
    ["smaller files", [upload("q")], [upload("q", { maxBytes: 10 })], ["breaking limit-tightened q"]],
    ["fewer files", [upload("q", { maxFiles: 3 })], [upload("q")], ["breaking limit-tightened q"]],
    ["an option more", [choice("q", ["a"])], [choice("q", ["a", "b"])], ["safe option-added q"]],
    ["an option less", [choice("q", ["a", "b"])], [choice("q", ["a"])], ["migratable (not covered) option-removed q"]],
    [
      "no own words",
      [choice("q", ["a"], { other: true })],
      [choice("q", ["a"])],
      ["migratable (not covered) option-removed q"],
    ],
    [
      "one to many",
      [choice("q", ["a"])],
      [choice("q", ["a"], { multiple: true })],
      ["migratable (not covered) type-changed q"],
    ],
    [
      "at most fewer picked",
      [choice("q", ["a", "b"], { multiple: true })],
      [choice("q", ["a", "b"], { multiple: true, maxPicked: 1 })],
      ["breaking limit-tightened q"],
    ],
    ["a number to text", [number("q")], [text("q")], ["migratable (not covered) type-changed q"]],
    ["text to files", [text("q")], [upload("q", { label: "Label of q" })], ["breaking type-changed q"]],
    ["text to a date", [text("q")], [{ id: "q", type: "date", label: "Label of q" }], ["breaking type-changed q"]],
    [
      "more instances",
      [group("q", [text("r")], { repeat: { min: 1, max: 2 } })],
      [group("q", [text("r")], { repeat: { max: 3 } })],
      ["safe required-less q", "safe limit-loosened q", "safe limit-loosened q"],
    ],
    [
      "fewer instances",
      [group("q", [text("r")], { repeat: { max: 2 } })],
      [group("q", [text("r")], { repeat: { max: 1 } })],
      ["breaking limit-tightened q"],
    ],
    ["into a group", [text("q")], [group("g", [text("q")])], ["safe question-moved q", "safe question-added g"]],
    [
      "into a repeated group",
      [text("q")],
      [group("g", [text("q")], { repeat: {} })],
      ["breaking repeat-changed q", "safe question-added g"],
    ],
    [
      "a group is repeated",
      [group("g", [text("q")])],
      [group("g", [text("q")], { repeat: {} })],
      ["safe question-added g", "breaking repeat-changed q"],
    ],
    [
      "a repeated group with all in it",
      [text("a"), group("g", [text("q")], { repeat: {} })],
      [text("a")],
      ["migratable (not covered) question-removed g"],
    ],
    [
      "a new repeated group with a required question",
      [text("a")],
      [text("a"), group("g", [text("q", { required: true })], { repeat: {} })],
      ["safe question-added g", "safe question-added q"],
    ],
    [
      "a new repeated group that demands an instance",
      [text("a")],
      [text("a"), group("g", [text("q")], { repeat: { min: 1 } })],
      ["breaking required-added g", "safe question-added q"],
    ],
    [
      "a required question in an old repeated group",
      [group("g", [text("q")], { repeat: {} })],
      [group("g", [text("q"), text("r", { required: true })], { repeat: {} })],
      ["breaking required-added r"],
    ],
  ])("%s", (_, before, after, expected) => assert.deepStrictEqual(between(before, after), expected))

  describe("conditions", () => {
    const asked = (when: unknown, more = {}) => [kind, text("q", { ...(when === undefined ? {} : { when }), ...more })]

    it.each<[string, ReadonlyArray<unknown>, ReadonlyArray<unknown>, ReadonlyArray<string>]>([
      ["none any more", asked(is("kind", "a")), asked(undefined), ["safe asked-more q"]],
      [
        "none any more, and required",
        asked(is("kind", "a"), { required: true }),
        asked(undefined, { required: true }),
        ["breaking asked-more q"],
      ],
      ["a new one", asked(undefined), asked(is("kind", "a")), ["breaking condition-changed q"]],
      [
        "for another option too",
        asked(is("kind", "a")),
        asked({ in: [{ answer: "kind" }, ["a", "b"]] }),
        ["safe asked-more q"],
      ],
      ["or another", asked(is("kind", "a")), asked({ any: [is("kind", "b"), is("kind", "a")] }), ["safe asked-more q"]],
      [
        "and another",
        asked(is("kind", "a")),
        asked({ all: [is("kind", "b"), is("kind", "a")] }),
        ["breaking condition-changed q"],
      ],
      [
        "not any more both",
        asked({ all: [is("kind", "b"), is("kind", "a")] }),
        asked(is("kind", "a")),
        ["safe asked-more q"],
      ],
      ["another option", asked(is("kind", "a")), asked(is("kind", "b")), ["breaking condition-changed q"]],
      [
        "said in another way",
        asked({ all: [is("kind", "a"), { not: { not: { all: [] } } }] }),
        asked({ eq: ["a", { answer: "kind" }] }),
        [],
      ],
      [
        "less excluded",
        asked({ not: { in: [{ answer: "kind" }, ["a", "b"]] } }),
        asked({ not: is("kind", "a") }),
        ["safe asked-more q"],
      ],
      [
        "required in fewer cases",
        asked(undefined, { required: true }),
        asked(undefined, { required: is("kind", "a") }),
        ["safe required-less q"],
      ],
      [
        "required in other cases",
        asked(undefined, { required: is("kind", "b") }),
        asked(undefined, { required: is("kind", "a") }),
        ["breaking required-more q"],
      ],
    ])("%s", (_, before, after, expected) => assert.deepStrictEqual(between(before, after), expected))

    it("names and calculated values are what they stand for", () => {
      const named = (when: unknown) => ({ conditions: { isA: when } })
      const from = version(1, asked({ is: "isA" }), named(is("kind", "a")))
      assert.deepStrictEqual(said(from, version(2, asked(is("kind", "a")))), [])
      assert.deepStrictEqual(said(from, version(2, asked({ is: "isA" }), named(is("kind", "b")))), [
        "breaking condition-changed q",
      ])
      const total = (sum: ReadonlyArray<unknown>) => (v: number) =>
        checked(
          definition(
            [
              {
                ...section("s", number("a"), number("b"), text("q", { when: { gt: [{ answer: "total" }, 3] } })),
                calculated: { total: { sum } },
              },
            ],
            { version: v },
          ),
        )
      assert.deepStrictEqual(said(total([{ answer: "a" }])(1), total([{ answer: "a" }, { answer: "b" }])(2)), [
        "breaking condition-changed q",
        "safe calculation-changed total",
      ])
    })
    it("a section or group says once that its condition changed", () => {
      const from = (when: unknown, v: number) =>
        checked(definition([section("s", kind), { ...section("t", text("q"), text("r")), when }], { version: v }))
      const changes = Difference.diff(from(is("kind", "a"), 1), from(is("kind", "b"), 2))
      assert.deepStrictEqual(
        changes.map(({ code, id, from, to }) => ({ code, id, from, to })),
        [{ code: "condition-changed", id: "t", from: "/sections/1/when", to: "/sections/1/when" }],
      )
    })
    it("a question moved to another section is the same, unless that is asked in other cases", () => {
      const from = checked(definition([section("s", kind, text("q")), section("t", text("r"))]))
      const to = (when: object) =>
        checked(definition([section("s", kind), { ...section("t", text("r"), text("q")), ...when }], { version: 2 }))
      assert.deepStrictEqual(said(from, to({})), ["safe question-moved q"])
      assert.include(said(from, to({ when: is("kind", "a") })), "breaking condition-changed q")
    })
    it("what nobody could answer before demands nothing of those who did", () => {
      const to = [
        choice("kind", ["a", "b", "c", "new"], { required: true }),
        text("more", { required: true, when: is("kind", "new") }),
        text("q", { required: true, when: { in: [{ answer: "kind" }, ["a", "new"]] } }),
        choice("extra", ["x"]),
        text("why", { required: { answered: { answer: "extra" } } }),
      ]
      assert.deepStrictEqual(between(asked(is("kind", "a"), { required: true }), to), [
        "safe option-added kind",
        "safe question-added more",
        "safe question-added extra",
        "safe question-added why",
      ])
    })
    it("an option offered in fewer cases", () => {
      const offer = (when: object) => ({
        id: "q",
        type: "choice",
        label: "q",
        options: [{ ...option("x"), ...when }, option("y")],
      })
      assert.deepStrictEqual(between([kind, offer({})], [kind, offer({ when: is("kind", "a") })]), [
        "breaking condition-changed q",
      ])
      assert.deepStrictEqual(between([kind, offer({ when: is("kind", "a") })], [kind, offer({})]), [
        "safe option-offered-more q",
      ])
    })
    it("one that says the same of renamed questions and options is the same", () => {
      const to = version(
        2,
        [choice("sort", ["first", "b", "c"], { required: true }), text("q", { when: is("sort", "first") })],
        steps(1, { rename: ["kind", "sort"] }, { mapOptions: ["sort", { a: "first" }] }),
      )
      assert.deepStrictEqual(said(version(1, asked(is("kind", "a"))), to), [
        "migratable (covered) question-renamed sort",
        "migratable (covered) option-renamed sort",
        "safe label-changed sort",
      ])
    })
    it("one of an option that two became one of is not", () => {
      const to = version(
        2,
        [choice("kind", ["a", "c"], { required: true }), text("q", { when: is("kind", "a"), required: true })],
        steps(1, { mapOptions: ["kind", { b: "a" }] }),
      )
      assert.include(said(version(1, asked(is("kind", "a"), { required: true })), to), "breaking asked-more q")
    })
    it("ten thousand that stand on one another", () => {
      const conditions = Object.fromEntries(
        Array.from({ length: 10_000 }, (_, i) => [
          `c${i}`,
          i === 0 ? is("kind", "a") : { all: [{ is: `c${i - 1}` }, { is: `c${i - 1}` }] },
        ]),
      )
      const from = {
        ...version(1, [kind, text("q")]),
        conditions: conditions as NonNullable<Questionnaire["conditions"]>,
      }
      assert.deepStrictEqual(said(from, { ...from, version: 2 }), [])
    })
  })

  it("context values: more or fewer are safe, another type is not", () => {
    const withContext = (v: number, context: object) => version(v, [text("q")], { context })
    assert.deepStrictEqual(said(withContext(1, { a: { type: "text" } }), withContext(2, { b: { type: "text" } })), [
      "safe context-removed a",
      "safe context-added b",
    ])
    assert.deepStrictEqual(said(withContext(1, { a: { type: "text" } }), withContext(2, { a: { type: "number" } })), [
      "breaking context-changed a",
    ])
  })
  it("texts, sections and ends around the questions are safe; another questionnaire is not", () => {
    const from = checked(definition([section("s", text("q"))]))
    const to = checked(
      definition([{ ...section("t", text("q")), title: "T" }], {
        version: 2,
        title: "Other",
        ends: [{ id: "e", title: "E" }],
      }),
    )
    assert.deepStrictEqual(said(from, to), [
      "safe text-changed",
      "safe text-changed",
      "safe section-removed s",
      "safe section-added t",
      "safe question-moved q",
    ])
    assert.include(said(from, { ...to, id: "another" }), "breaking other-questionnaire")
  })

  describe("suggests", () => {
    const suggested = (before: ReadonlyArray<unknown>, after: ReadonlyArray<unknown>) =>
      Difference.diff(version(1, before), version(2, after)).flatMap(({ suggestion }) => suggestion ?? [])

    it("a rename, where something new looks the same", () => {
      assert.deepStrictEqual(suggested([text("q", { label: "Name" })], [text("r", { label: "Name" })]), [
        { rename: ["q", "r"] },
      ])
      assert.deepStrictEqual(suggested([choice("q", ["a", "b"])], [choice("r", ["b", "a"])]), [{ rename: ["q", "r"] }])
      assert.deepStrictEqual(suggested([text("q", { label: "Name" })], [number("r", { label: "Name" })]), [
        { drop: ["q"] },
      ])
    })
    it("each new question once", () =>
      assert.deepStrictEqual(
        suggested([text("q", { label: "N" }), text("p", { label: "N" })], [text("r", { label: "N" })]),
        [{ rename: ["q", "r"] }, { drop: ["p"] }],
      ))
    it("an option of the same label, or the only one that is new", () => {
      const options = (...list: ReadonlyArray<object>) => [{ id: "q", type: "choice", label: "q", options: list }]
      assert.deepStrictEqual(
        suggested(
          options(option("co", "Company"), option("b")),
          options(option("b"), option("x"), option("company", "Company")),
        ),
        [{ mapOptions: ["q", { co: "company" }] }],
      )
      assert.deepStrictEqual(suggested(options(option("a"), option("b")), options(option("b"), option("c"))), [
        { mapOptions: ["q", { a: "c" }] },
      ])
    })
    it("a conversion", () =>
      assert.deepStrictEqual(suggested([number("q")], [text("q")]), [{ convert: ["q", "text"] }]))
  })
})

describe("Difference.verdict", () => {
  it("a later version whose migrations cover what changed may be published", () => {
    const { publishable, blocking, problems } = Difference.verdict(first, second)
    assert.deepStrictEqual({ publishable, blocking, problems }, { publishable: true, blocking: [], problems: [] })
    assert.isTrue(Difference.publishable(first, second))
    const kinds = new Set(said(first, second))
    for (const line of [
      "migratable (covered) question-renamed name",
      "migratable (covered) option-renamed kind",
      "migratable (covered) type-changed employees",
      "migratable (covered) question-removed fax",
      "migratable (covered) question-renamed holders",
      "migratable (covered) question-renamed holder",
      "migratable (covered) option-renamed rights",
      "migratable (covered) required-added source",
    ])
      assert.isTrue(kinds.has(line), line)
  })
  it("not without the migrations, and not with one step less", () => {
    const { migrations, ...without } = second
    assert.isFalse(Difference.publishable(first, without))
    const all = migrations?.[0]?.steps ?? []
    assert.isAbove(all.length, 7)
    for (const [i] of all.entries()) {
      const less = { ...second, migrations: [{ from: 1, steps: all.toSpliced(i, 1) }] }
      assert.isFalse(Difference.publishable(first, less), `without step ${i}`)
    }
  })
  it("not with a migration that is wrong, or a version that is not later", () => {
    const wrong = version(2, [text("q")], steps(1, { drop: ["zz"] }))
    assert.deepStrictEqual(
      Difference.verdict(version(1, [text("q")]), wrong).problems.map(({ code }) => code),
      ["migration-unknown-id"],
    )
    assert.isFalse(Difference.publishable(version(1, [text("q")]), wrong))
    assert.isFalse(Difference.publishable(version(2, [text("q")]), version(2, [text("q"), text("r")])))
    assert.isTrue(Difference.publishable(version(2, [text("q")]), version(2, [text("q")])))
  })

  it("what it lets through leaves every submission right, and every draft too: changes at random", () => {
    let published = 0
    let refused = 0
    for (let seed = 1; seed <= 400; seed++) {
      const from = Generated.questionnaire(seed)
      const to = Generated.changed(from, seed)
      if (to === undefined) continue
      if (!Difference.publishable(from, to)) {
        refused++
        continue
      }
      published++
      for (const submission of Generated.submissions(from, seed, 20)) {
        const migrated = Migration.migrate(to, from.version, submission)
        const answers = Result.isSuccess(migrated) ? migrated.success.answers : {}
        // what a migration sets may not be asked of everybody: a submission leaves it out
        const issues = Answers.validate(to, answers).filter(
          ({ code, question }) =>
            code !== "not-asked" || !JSON.stringify(to.migrations).includes(`"set":["${question}"`),
        )
        assert.deepStrictEqual(issues, [], JSON.stringify({ seed, submission, from, to }))
      }
      assert.isNull(Migration.prove(from, to, { samples: 20 }).failure, `seed ${seed}`)
    }
    assert.isAbove(published, 50)
    assert.isAbove(refused, 50)
  })
})
