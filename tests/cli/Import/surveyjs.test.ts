/** SurveyJS surveys: what becomes of each construct, and what SurveyJS decided about real ones. */
import { assert, describe, it } from "@effect/vitest"
import * as Import from "requite/Import"
import * as Corpora from "../../support/Corpora.ts"
import { errors } from "./Strangers.ts"

interface Captured {
  readonly id: string
  readonly definition: unknown
}
interface Visibility {
  readonly id: string
  readonly cases: ReadonlyArray<{
    readonly data: Record<string, unknown>
    readonly dataAfter: Record<string, unknown>
    readonly visible: ReadonlyArray<string>
    readonly hidden: ReadonlyArray<string>
  }>
}

const definitions = Corpora.jsonLines("surveyjs/definitions.jsonl") as ReadonlyArray<Captured>

const imported = (survey: unknown) => Import.from("surveyjs", JSON.stringify(survey))

/** The value that SurveyJS has for a question as an answer of ours to the item. */
const answer = (item: Record<string, unknown>, values: Readonly<Record<string, string>>, value: unknown): unknown => {
  switch (item["type"]) {
    case "choice": {
      const one = (raw: unknown) => values[String(raw)] ?? { other: String(raw) }
      return item["multiple"] === true ? (Array.isArray(value) ? value : [value]).map(one) : one(value)
    }
    case "number":
      return typeof value === "string" && value.trim() !== "" ? Number(value) : value
    case "text":
      return typeof value === "number" || typeof value === "boolean" ? String(value) : value
    default:
      return value
  }
}

/** What SurveyJS has as one value of several questions, by the names of each: `{ q: { row: 1 } }` → `q.row`. */
const flat = (data: Record<string, unknown>, prefix = ""): ReadonlyArray<readonly [string, unknown]> =>
  Object.entries(data).flatMap(([name, value]) => {
    const key = `${prefix}${name}`
    const first: unknown = Array.isArray(value) ? value[0] : value
    const inner = typeof first === "object" && first !== null ? flat(first as Record<string, unknown>, `${key}.`) : []
    return [[key, value] as const, ...inner]
  })

const print = (line: string) => process.stdout.write(`${line}\n`)

describe("the corpus of SurveyJS surveys", () => {
  it("imports every survey, without an error in the definition", () => {
    for (const { id, definition } of definitions)
      assert.deepStrictEqual(errors(imported(definition).definition), [], id)
  })

  it("decides as SurveyJS did, but where our semantics differ", () => {
    let same = 0
    const exceptions: Array<{ readonly at: string; readonly reason: string }> = []
    for (const { id, cases } of Corpora.jsonLines("surveyjs/expected-visibility.jsonl") as ReadonlyArray<Visibility>) {
      const { definition, ids, values } = imported(definitions.find((one) => one.id === id)?.definition)
      if (definition === null) return assert.fail(id)
      const where = Corpora.placed(definition)
      const decide = Corpora.decider(definition, where)
      for (const { data, visible, hidden } of cases) {
        const given = givenOf(where, ids, values, flat(data))
        const decided = decide(Corpora.answers(where, given))
        const all = [...visible.map((name) => [name, true] as const), ...hidden.map((name) => [name, false] as const)]
        for (const [name, expected] of all) {
          const ours = ids[name] ?? ""
          if (decided.asked(ours) === expected) same++
          else {
            const counted = decided.holds(ours) && decided.holdsAround(ours)
            const isWrong = given.some(([one, value]) => where.get(one)?.item.type === "number" && Number.isNaN(value))
            exceptions.push({
              at: `${id} ${name}: ${expected ? "visible" : "hidden"} there, ${JSON.stringify(data)}`,
              reason: counted === expected ? notAsked : isWrong ? notOfItsKind : unexplained,
            })
          }
        }
      }
    }
    const all = same + exceptions.length
    print(`SurveyJS: ${same} of ${all} decisions hold (${((100 * same) / all).toFixed(1)} %)`)
    for (const [why, list] of Map.groupBy(exceptions, (one) => one.reason)) print(`  ${list.length} differ: ${why}`)
    assert.deepStrictEqual(
      exceptions.filter(({ reason }) => reason === unexplained),
      [],
    )
    assert.isAtLeast(same / all, 0.965)
  })

  it("translates recorded expressions to the recorded results, or says that it does not", () => {
    let same = 0
    let untranslated = 0
    const different: Array<string> = []
    for (const recorded of Corpora.jsonLines("surveyjs/expected-expressions.jsonl") as ReadonlyArray<Expression>) {
      if (recorded.kind !== "condition") continue
      const { definition, ids, values, unsupported } = imported(surveyOf(recorded))
      if (definition === null) return assert.fail(recorded.expression)
      const where = Corpora.placed(definition)
      if (unsupported.some(({ what }) => what === "visibleIf")) untranslated++
      else {
        const given = givenOf(where, ids, values, flat(recorded.values))
        const asked = Corpora.decider(definition, where)(Corpora.answers(where, given)).asked(ids["probe"] ?? "")
        if (asked === recorded.result) same++
        else different.push(`${recorded.expression} with ${JSON.stringify(recorded.values)}`)
      }
    }
    print(
      `SurveyJS expressions: ${same} hold, ${untranslated} are reported as not translated, ${different.length} differ`,
    )
    // semantics 3: a text is no number, whatever it looks like
    assert.deepStrictEqual(different, ['{val} = 2 with {"val":"0x2"}'])
    assert.isAtLeast(same, 60)
  })
})

const notAsked = "semantics 1: a question that is not asked itself has no answer, and nothing in it is asked"
const notOfItsKind = "semantics 3: what is no number is no answer to a number"
const unexplained = "none"

interface Expression {
  readonly kind: "condition" | "value"
  readonly expression: string
  readonly values: Record<string, unknown>
  readonly result: unknown
}

/** A survey of questions that can have such values, and `probe`, visible by the expression. */
const surveyOf = ({ expression, values }: Expression) => {
  const named = [...expression.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => (name ?? "").trim())
  const names = new Set([...Object.keys(values), ...named.filter((name) => !name.includes("."))])
  const literals = [...expression.matchAll(/'([^']*)'|(\d+)/g)].map(([, words, number]) => words ?? Number(number))
  const question = (name: string, value: unknown): Record<string, unknown> => {
    if (Array.isArray(value)) {
      const listed: ReadonlyArray<unknown> = value
      const choices = [...new Set([...listed, ...literals, "z"].filter((one) => typeof one !== "object"))]
      return { type: "checkbox", name, choices }
    }
    if (typeof value === "boolean") return { type: "boolean", name }
    if (typeof value !== "object" || value === null) {
      return { type: "text", name, ...(typeof value === "number" ? { inputType: "number" } : {}) }
    }
    return { type: "multipletext", name, items: Object.entries(value).map(([key, one]) => question(key, one)) }
  }
  return {
    elements: [
      ...[...names].map((name) => question(name, values[name])),
      { type: "text", name: "probe", visibleIf: expression },
    ],
  }
}

/** The recorded values as answers of ours, by the ids of their items. */
const givenOf = (
  where: ReadonlyMap<string, Corpora.Placed>,
  ids: Import.Imported["ids"],
  values: Import.Imported["values"],
  data: ReadonlyArray<readonly [string, unknown]>,
): ReadonlyArray<readonly [string, unknown]> =>
  data.flatMap(([name, value]) => {
    const found = where.get(ids[name] ?? "")
    if (found === undefined || ["group", "note"].includes(found.item.type)) return []
    return [[found.item.id, answer({ ...found.item }, values[name] ?? {}, value)] as const]
  })

describe("what becomes of SurveyJS elements", () => {
  /** A survey of these elements, imported; its definition has no errors. */
  const survey = (elements: ReadonlyArray<unknown>, more: Record<string, unknown> = {}) => {
    const result = imported({ elements, ...more })
    assert.deepStrictEqual(errors(result.definition), [])
    if (result.definition === null) return assert.fail("no definition")
    const where = Corpora.placed(result.definition)
    const item = (name: string): Readonly<Record<string, unknown>> => ({ ...where.get(result.ids[name] ?? "")?.item })
    return { ...result, definition: result.definition, where, item }
  }
  const choices = ["a", "b", "c"]
  /** The condition of a text that is visible by the expression, after questions of every kind. */
  const when = (expression: string) =>
    survey([
      { type: "text", name: "t" },
      { type: "text", name: "n", inputType: "number" },
      { type: "text", name: "m", inputType: "number" },
      { type: "text", name: "d", inputType: "date" },
      { type: "boolean", name: "b" },
      { type: "radiogroup", name: "r", choices: [1, 2, 3] },
      { type: "checkbox", name: "c", choices },
      { type: "paneldynamic", name: "p", templateElements: [{ type: "text", name: "x" }] },
      { type: "text", name: "probe", visibleIf: expression },
    ]).item("probe")["when"]
  const [t, n, m, d, b, r, c] = ["t", "n", "m", "d", "b", "r", "c"].map((answer) => ({ answer }))

  it("translates each operator", () => {
    const translated: ReadonlyArray<readonly [string, unknown]> = [
      ["{t} = '1a'", { in: [t, ["1a", "1A"]] }],
      ["{t} <> '12'", { not: { eq: [t, "12"] } }],
      ["{n} >= 3 && {t} notempty", { all: [{ gte: [n, 3] }, { answered: t }] }],
      ["{n} less 3 or {t} empty", { any: [{ lt: [n, 3] }, { not: { answered: t } }] }],
      ["!({t} empty)", { answered: t }],
      ["{b}", { eq: [b, "true"] }],
      ["{b} = false", { eq: [b, "false"] }],
      ["{r} > 1", { in: [r, ["2", "3"]] }],
      ["{r} != 1", { not: { eq: [r, "1"] } }],
      ["{r} anyof [1, 3]", { in: [r, ["1", "3"]] }],
      ["{c} contains 'a'", { anyOf: [c, ["a"]] }],
      ["{c} allof ['a', 'b']", { allOf: [c, ["a", "b"]] }],
      ["{c} anyof ['a', 'b']", { anyOf: [c, ["a", "b"]] }],
      ["{c} notcontains 'a'", { not: { anyOf: [c, ["a"]] } }],
      ["{c} = ['a']", { all: [{ allOf: [c, ["a"]] }, { not: { anyOf: [c, ["b", "c"]] } }] }],
      ["{c.length} > 1", { gt: [{ count: c }, 1] }],
      ["{p.length} = 2", { eq: [{ count: { answer: "p" } }, 2] }],
      ["{d} < today()", { lt: [d, { context: "today" }] }],
      ["{n} > {m}", { gt: [n, m] }],
      [
        "iif({b} = true, {n}, {m}) = 1",
        {
          any: [
            { all: [{ eq: [b, "true"] }, { eq: [n, 1] }] },
            { all: [{ not: { eq: [b, "true"] } }, { eq: [m, 1] }] },
          ],
        },
      ],
      ["{nothing} = 1", { any: [] }],
    ]
    for (const [expression, condition] of translated) {
      assert.deepStrictEqual<unknown>(when(expression), condition, expression)
    }
  })

  it("shows what it cannot translate, and says so", () => {
    for (const expression of [
      "{t} contains 'x'",
      "{n} * 2 = 4",
      "age({d}) > 3",
      "{$survey.locale} = 'de'",
      "bs+{",
      "{p[0].x} = 1",
    ]) {
      const { item, unsupported } = survey([
        { type: "text", name: "t" },
        { type: "text", name: "n", inputType: "number" },
        { type: "text", name: "d", inputType: "date" },
        { type: "paneldynamic", name: "p", templateElements: [{ type: "text", name: "x" }] },
        { type: "text", name: "probe", visibleIf: expression },
      ])
      assert.isUndefined(item("probe")["when"], expression)
      assert.deepInclude(unsupported[0], { pointer: "/elements/4/visibleIf", what: "visibleIf" }, expression)
    }
  })

  it("lists the usual spellings of a text, which SurveyJS compares in any case, and says so", () => {
    const said = (expression: string) =>
      survey([
        { type: "text", name: "t" },
        { type: "comment", name: "u" },
        { type: "text", name: "probe", visibleIf: expression },
      ]).warnings.map(({ pointer, code }) => [pointer, code])
    assert.deepStrictEqual<unknown>(when("{t} = 'yes'"), { in: [t, ["yes", "YES", "Yes"]] })
    assert.deepStrictEqual(said("{t} = 'yes'"), [["/elements/2", "letter-case"]])
    assert.deepStrictEqual(said("{t} != {u}"), [["/elements/2", "letter-case"]])
    assert.deepStrictEqual(said("{t} = '17:30' or {t} notempty"), [])
  })

  it("leaves out a limit that closes a circle with a condition, and says so", () => {
    const { item, unsupported } = survey([
      { type: "text", name: "n", inputType: "number", visibleIf: "{m} > 1" },
      { type: "text", name: "m", inputType: "number", minValueExpression: "{n}" },
      { type: "text", name: "o", inputType: "number", minValueExpression: "{n}" },
    ])
    assert.isUndefined(item("m")["min"])
    assert.deepStrictEqual<unknown>(item("o")["min"], n)
    assert.deepStrictEqual<unknown>(item("n")["when"], { gt: [m, 1] })
    assert.deepStrictEqual(
      unsupported.map(({ pointer, what }) => [pointer, what]),
      [["/elements/1", "limit"]],
    )
  })

  it("sums by a calculated value", () => {
    const { definition, item } = survey([
      { type: "text", name: "n", inputType: "number" },
      { type: "text", name: "m", inputType: "number" },
      { type: "expression", name: "e", title: "Sum", expression: "{n} + {m}" },
      { type: "text", name: "probe", visibleIf: "sum({n}, {m}) > 3" },
    ])
    assert.deepStrictEqual(definition.sections[0]?.calculated, { calculated: { sum: [n ?? "", m ?? ""] } })
    assert.deepStrictEqual(item("e"), { id: "e", label: "Sum {{calculated}}", type: "note" })
    assert.deepStrictEqual(item("probe")["when"], { gt: [{ answer: "calculated" }, 3] })
  })

  it("reads calculated values, what is visible elsewhere, and triggers as the conditions that they stand for", () => {
    const { item } = survey(
      [
        { type: "radiogroup", name: "r", choices },
        { type: "text", name: "x", visibleIf: "{v} = true" },
        { type: "text", name: "y", visibleIf: "{$x.isVisible}" },
        { type: "text", name: "z", visible: false },
      ],
      {
        calculatedValues: [{ name: "v", expression: "{r} = 'a'" }],
        triggers: [{ type: "visible", name: "r", operator: "equal", value: "b", questions: ["z"] }],
      },
    )
    assert.deepStrictEqual(item("x")["when"], { eq: [r ?? "", "a"] })
    assert.deepStrictEqual(item("y")["when"], { eq: [r ?? "", "a"] })
    assert.deepStrictEqual(item("z")["when"], { eq: [r ?? "", "b"] })
  })

  it("makes groups of panels, rows and cells, repeated where there can be more of them", () => {
    const { where, ids, item } = survey([
      { type: "panel", name: "panel", visibleIf: "{panel2.length} > 0", elements: [{ type: "comment", name: "q" }] },
      {
        type: "paneldynamic",
        name: "panel2",
        minPanelCount: 1,
        maxPanelCount: 4,
        templateElements: [
          { type: "boolean", name: "a" },
          { type: "text", name: "b", visibleIf: "{panel.a} = true" },
        ],
      },
      { type: "matrix", name: "m", columns: [1, 2], rows: ["r1", "r2"] },
      { type: "matrixdropdown", name: "md", columns: [{ name: "c1" }], choices: [1, 2], rows: ["r1"] },
      { type: "multipletext", name: "mt", items: [{ name: "i", isRequired: true }] },
      { type: "matrixdynamic", name: "dyn", columns: [{ name: "c", cellType: "text" }] },
      { type: "text", name: "probe", visibleIf: "{m.r1} = 2 and {md.r1.c1} = 1 and {mt.i} notempty" },
    ])
    assert.deepInclude(item("panel2"), { type: "group", repeat: { min: 1, max: 4 } })
    assert.deepStrictEqual(item("panel2.b")["when"], { eq: [{ answer: ids["panel2.a"] ?? "" }, "true"] })
    assert.deepInclude(item("mt.i"), { type: "text", required: true })
    assert.deepStrictEqual(where.get(ids["dyn.c"] ?? "")?.repeats, [ids["dyn"] ?? ""])
    assert.deepStrictEqual(item("probe")["when"], {
      all: [
        { eq: [{ answer: ids["m.r1"] ?? "" }, "2"] },
        { eq: [{ answer: ids["md.r1.c1"] ?? "" }, "1"] },
        { answered: { answer: ids["mt.i"] ?? "" } },
      ],
    })
  })

  it("offers a choice by its own condition, that of all choices, or what was picked elsewhere", () => {
    const options = (question: Record<string, unknown>): unknown => {
      const { item } = survey([
        { type: "checkbox", name: "c", choices },
        { type: "radiogroup", name: "x", ...question },
      ])
      return item("x")["options"]
    }
    const a = { value: "a", label: "a", when: { anyOf: [c, ["a"]] } }
    assert.deepStrictEqual(options({ choices: [{ value: "a", visibleIf: "{c} contains 'a'" }] }), [a])
    assert.deepStrictEqual(options({ choices: ["a"], choicesVisibleIf: "{c} contains {item}" }), [a])
    assert.deepInclude(options({ choicesFromQuestion: "c", choicesFromQuestionMode: "selected" }) as Array<unknown>, a)
  })

  it("keeps texts without their HTML, in all languages, with the answers that they name", () => {
    const { item } = survey([
      { type: "text", name: "q", title: { default: "<b>Name</b> &amp; so on", sv: "Namn" } },
      { type: "html", name: "h", html: "<p>Dear {q}</p><script>x()</script>" },
    ])
    assert.deepStrictEqual(item("q")["label"], { en: "Name & so on", sv: "Namn" })
    assert.deepStrictEqual(item("h")["label"], "Dear {{q}}")
  })

  it("reads what is required, by a condition too, and the limits of answers", () => {
    const { item } = survey([
      { type: "radiogroup", name: "r", choices, showOtherItem: true, isRequired: true },
      {
        type: "text",
        name: "x",
        requiredIf: "{r} = 'other'",
        maxLength: 9,
        validators: [{ type: "regex", regex: "^[a-z]+$" }],
      },
      { type: "text", name: "y", inputType: "number", min: 1, max: 5 },
      { type: "checkbox", name: "z", choices, maxSelectedChoices: 2 },
      { type: "text", name: "w", inputType: "email" },
    ])
    assert.deepInclude(item("r"), { required: true, other: true })
    assert.deepStrictEqual<unknown>(item("x")["required"], { eq: [{ answer: "r" }, "other"] })
    assert.deepInclude(item("x"), {
      maxLength: 9,
      pattern: { regex: "[a-z]+", message: "This does not have the right form" },
    })
    assert.deepInclude(item("y"), { min: 1, max: 5 })
    assert.deepInclude(item("z"), { maxPicked: 2 })
    assert.deepInclude(item("w"), { format: "email" })
  })
})
