/** ONS eQ schemas: what becomes of each construct, and what the ONS's own runner and validator decided about real ones. */
import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import type * as Definition from "@requite/core/Questionnaire/Definition"
import * as Import from "requite/Import"
import * as Corpora from "../../support/Corpora.ts"
import * as Runner from "./ons/Runner.ts"
import * as Strangers from "./Strangers.ts"

interface Recorded {
  readonly cases: Readonly<
    Record<
      string,
      ReadonlyArray<{
        readonly answers: Readonly<Record<string, unknown>>
        readonly paths: Readonly<Record<string, ReadonlyArray<string> | null>>
      }>
    >
  >
}
interface Errors {
  readonly errors: Readonly<Record<string, ReadonlyArray<{ readonly message: string }>>>
}

const schemas = "ons-eq/schemas"
const folders = [schemas, "ons-eq/validator/valid", "ons-eq/validator/invalid"]
const files = (folder: string) => Corpora.names(folder, ".json").map((name) => `${folder}/${name}`)
const print = (line: string) => process.stdout.write(`${line}\n`)
const imported = (text: string) => Import.from("ons", text)

const findings = (definition: unknown) => Questionnaire.check(JSON.stringify(definition)).findings
const { errors } = Strangers

const definitionOf = (text: string): Definition.Questionnaire => {
  const { definition } = imported(text)
  if (definition === null) throw new Error("nothing was imported")
  return definition
}

/** An answer as the runner has it, as ours: options by their values, a month by its first day, a year as a number. */
const answer = (item: Definition.Question | undefined, values: Readonly<Record<string, string>>, given: unknown) => {
  if (item?.type === "choice") {
    const one = (value: unknown) => values[String(value)] ?? String(value)
    return Array.isArray(given) ? given.map(one) : one(given)
  }
  if (item?.type === "number") return Number(given)
  return item?.type === "date" ? `${String(given)}-01-01`.slice(0, 10) : given
}

describe("the corpus of ONS eQ schemas", () => {
  it("imports every schema, right or wrong", () => {
    for (const file of folders.flatMap(files)) assert.isNotNull(imported(Corpora.text(file)).definition, file)
  })

  it("finds no error in a schema that the ONS's validator finds right", () => {
    for (const file of folders.slice(0, 2).flatMap(files))
      assert.deepStrictEqual(errors(imported(Corpora.text(file)).definition), [], file)
  })

  it("asks for the pages that the runner asked for, but where the report says what differs", () => {
    const { cases } = Corpora.json("ons-eq/expected-paths.json") as Recorded
    const here = new Set(Corpora.names(schemas, ".json"))
    const exceptions = new Map<string, number>()
    let [same, all] = [0, 0]
    for (const [name, list] of Object.entries(cases)) {
      if (!here.has(`${name}.json`)) continue
      const text = Corpora.text(`${schemas}/${name}.json`)
      const { definition, ids, values, warnings, unsupported } = imported(text)
      if (definition === null) throw new Error(name)
      const where = Corpora.placed(definition)
      const decide = Corpora.decider(definition, where)
      for (const { answers, paths } of list) {
        const given = Object.entries(answers).map(([theirs, value]): readonly [string, unknown] => {
          const id = ids[theirs] ?? assert.fail(`${name}: "${theirs}" has no id`)
          return [id, answer(where.get(id)?.item, values[theirs] ?? {}, value)]
        })
        const { asked } = decide(Corpora.answers(where, given))
        const differing = Runner.blocksOf(JSON.parse(text)).filter(({ id, section }) => {
          const ours = ids[id] ?? assert.fail(`${name}: "${id}" has no id`)
          return asked(ours) !== (paths[section]?.includes(id) ?? false)
        })
        all++
        if (differing.length === 0) {
          same++
          continue
        }
        const reason =
          unsupported.find(({ what }) => what === "when")?.message ??
          warnings.find(({ code }) => reasons.has(code))?.message ??
          assert.fail(`${name}: ${JSON.stringify(answers)}: ${differing.map(({ id }) => id).join(", ")}`)
        exceptions.set(`${name}: ${reason}`, (exceptions.get(`${name}: ${reason}`) ?? 0) + 1)
      }
    }
    print(`ONS: ${same} of ${all} recorded paths hold (${((100 * same) / all).toFixed(1)} %)`)
    for (const [reason, times] of exceptions) print(`  ${times} × ${reason}`)
    assert.isAtLeast(same / all, 0.9)
  })

  it("says something about what the validator finds wrong, wherever ours have the like of it", () => {
    const { errors } = Corpora.json("ons-eq/expected-definition-errors.json") as Errors
    const here = new Set(Corpora.names("ons-eq/validator/invalid", ".json"))
    const kinds = new Map<string, { found: number; all: number; of: string }>()
    for (const [file, list] of Object.entries(errors)) {
      if (!here.has(file.replace("invalid/", ""))) continue
      const { definition, warnings, unsupported } = imported(Corpora.text(`ons-eq/validator/${file}`))
      const said = new Set([
        ...warnings.map(({ code }) => code),
        ...unsupported.map(({ what }) => what),
        ...findings(definition).map(({ code }) => code),
      ])
      for (const { message } of list) {
        const [, codes] = counterparts.find(([pattern]) => pattern.test(message)) ?? []
        const kind = message.replace(/'[^']*'/g, "…")
        const counted = kinds.get(kind) ?? {
          found: 0,
          all: 0,
          of: codes?.join(", ") ?? "none: the runner's own matter",
        }
        kinds.set(kind, counted)
        counted.all++
        if (codes?.some((code) => said.has(code)) === true) counted.found++
      }
    }
    let [found, all, like] = [0, 0, 0]
    for (const [kind, counted] of [...kinds].sort(([, a], [, b]) => b.all - a.all)) {
      print(`  ${counted.found} of ${counted.all}: ${kind} (${counted.of})`)
      found += counted.found
      all += counted.all
      if (!counted.of.startsWith("none")) like += counted.all
    }
    print(`ONS: of ${all} recorded errors ${like} have a counterpart, of which ${found} are found`)
    assert.isAtLeast(found / like, 0.85)
  })

  it(
    "takes whatever a schema was made into",
    () => {
      const random = Strangers.random(7)
      const strange = [{ source: "answers", identifier: "toString" }, { when: { "==": [] } }]
      for (const file of folders.flatMap(files))
        for (const text of Strangers.variations(Corpora.text(file), random, Strangers.times(2), strange))
          Strangers.imports("ons", text)
    },
    Strangers.patience,
  )
})

/** Warnings that say that ours decide otherwise. */
const reasons = new Set(["letter-case", "progress", "forward-reference", "other-type", "whole-date"])

/** What ours call the errors of the validator. */
const counterparts: ReadonlyArray<readonly [RegExp, ReadonlyArray<string>]> = [
  [/^Duplicate id/, ["duplicate-id"]],
  [/^Different list collectors populate/, ["duplicate-id"]],
  [/^Answer '.*' referenced as source before/, ["forward-reference", "placeholder"]],
  [/^List referenced as source before/, ["forward-reference", "when", "placeholder"]],
  [/^Value doesn't exist in answer options/, ["no-such-option"]],
  [/^for_list is not populated/, ["no-such-list", "repeat"]],
  [/^Invalid (answers|metadata|calculated_summary|grand_calculated_summary) source/, ["placeholder", "when"]],
  [/^Invalid progress source/, ["when"]],
  [/^Routing rule routes to invalid block/, ["leads-outside"]],
  [/^Answer ids for calculated summary must be set before/, ["forward-reference"]],
  [/^All answers in block's answers_to_calculate must be of the same/, ["mixed-units"]],
  [/^Invalid answer id in block's answers_to_calculate/, ["calculation"]],
  [/^Cannot have a non-repeating grand calculated summary/, ["calculation"]],
  [/repeating calculated summary in a different repeating section/, ["calculation"]],
  [/^(Invalid argument type|Argument types)/, ["when", "other-type", "letter-case"]],
  [/^Placeholder references an answer in the same block/, ["forward-reference", "placeholder"]],
]

describe("routing", () => {
  it(
    "asks for what the runner asks for, on random schemas and answers",
    () => {
      const random = Strangers.random(11)
      for (let round = 0; round < Strangers.times(60); round++) {
        const schema = Runner.randomSchema(random)
        const text = JSON.stringify(schema)
        const { definition, ids, values, unsupported } = imported(text)
        if (definition === null) throw new Error(text)
        assert.deepStrictEqual(
          unsupported.filter(({ what }) => what === "when"),
          [],
        )
        assert.deepStrictEqual(errors(definition), [], text)
        const where = Corpora.placed(definition)
        const decide = Corpora.decider(definition, where)
        for (let turn = 0; turn < 12; turn++) {
          const answers = Runner.randomAnswers(schema, random)
          const path = new Set(Runner.path(schema, answers))
          const given = Object.entries(answers).map(([theirs, value]): readonly [string, unknown] => {
            const id = ids[theirs] ?? assert.fail(theirs)
            return [id, answer(where.get(id)?.item, values[theirs] ?? {}, value)]
          })
          const { asked } = decide(Corpora.answers(where, given))
          const ours = Runner.blocksOf(schema).filter(({ id }) => asked(ids[id] ?? ""))
          assert.deepStrictEqual(
            ours.map(({ id }) => id),
            Runner.blocksOf(schema).flatMap(({ id }) => (path.has(id) ? [id] : [])),
            `${text} ${JSON.stringify(answers)}`,
          )
        }
      }
    },
    Strangers.patience,
  )

  it("says nothing about pages where two ways meet again", () => {
    const radio = (id: string, routing?: unknown) => Runner.question(id, "Radio", ["a", "b"], routing)
    const when = { "==": [{ source: "answers", identifier: "one-answer" }, "a"] }
    const definition = definitionOf(
      JSON.stringify(
        Runner.schemaOf([
          radio("one", { routing_rules: [{ block: "three", when }, { block: "two" }] }),
          radio("two"),
          radio("three"),
        ]),
      ),
    )
    assert.deepStrictEqual(
      definition.sections[0]?.items.map(({ when }) => when),
      [undefined, { not: { eq: [{ answer: "oneAnswer" }, "a"] } }, undefined],
    )
  })

  it("stays small where many ways part and meet", () => {
    const blocks = Array.from({ length: 200 }, (_, i) => {
      const when = { "==": [{ source: "answers", identifier: `b${i}-answer` }, "a"] }
      const routing = i > 197 ? [] : [{ block: `b${i + 2}`, when }, { block: `b${i + 1}` }]
      return Runner.question(`b${i}`, "Radio", ["a", "b"], routing.length === 0 ? {} : { routing_rules: routing })
    })
    const text = JSON.stringify(Runner.schemaOf(blocks))
    const { definition } = imported(text)
    assert.isBelow(JSON.stringify(definition).length, 3 * text.length)
    assert.deepStrictEqual(errors(definition), [])
  })
})

describe("dates", () => {
  const blocks = (type: string, when: unknown) =>
    JSON.stringify(
      Runner.schemaOf([
        Runner.question("one", type, [], { routing_rules: [{ block: "two", when }, { section: "End" }] }),
        Runner.question("two", "Number", []),
      ]),
    )
  const whenOf = (type: string, when: unknown) => definitionOf(blocks(type, when)).sections[0]?.items[1]?.when
  const answer = { date: [{ source: "answers", identifier: "one-answer" }] }

  it("are moved from today, and at once where they are written down", () => {
    assert.strictEqual(
      JSON.stringify(whenOf("Date", { "<=": [{ date: ["now", { years: -16 }] }, answer] })),
      JSON.stringify({ lte: [{ date: { context: "today" }, offset: { years: -16 } }, { answer: "oneAnswer" }] }),
    )
    assert.strictEqual(
      JSON.stringify(whenOf("Date", { ">": [answer, { date: ["2020-03-31", { months: -1, days: 1 }] }] })),
      JSON.stringify({ gt: [{ answer: "oneAnswer" }, "2020-03-01"] }),
    )
  })

  it("of a year alone are its first day", () => {
    const decided = (operator: string, day: string, turned = false) => {
      const sides = [answer, { date: [day] }]
      const definition = definitionOf(blocks("YearDate", { [operator]: turned ? sides.toReversed() : sides }))
      const decide = Corpora.decider(definition)
      return [2017, 2018, 2019].filter((year) => decide({ oneAnswer: year }).asked("twoAnswer"))
    }
    const first = (year: number) => `${year}-01-01`
    const compared: Readonly<Record<string, (a: string, b: string) => boolean>> = {
      "==": (a, b) => a === b,
      "!=": (a, b) => a !== b,
      "<": (a, b) => a < b,
      "<=": (a, b) => a <= b,
      ">": (a, b) => a > b,
      ">=": (a, b) => a >= b,
    }
    for (const [operator, holds] of Object.entries(compared)) {
      for (const day of ["2018-01-01", "2018-02-01", "2017-12-31"]) {
        const years = [2017, 2018, 2019]
        assert.deepStrictEqual(
          decided(operator, day),
          years.filter((year) => holds(first(year), day)),
          `${operator} ${day}`,
        )
        assert.deepStrictEqual(
          decided(operator, day, true),
          years.filter((year) => holds(day, first(year))),
          `${day} ${operator}`,
        )
      }
    }
  })
})

describe("what is kept", () => {
  const household = JSON.parse(Corpora.text(`${schemas}/test_list_collector.json`)) as unknown

  it("makes a list a repeated group of what is asked for each item, and keeps the ids", () => {
    const { definition, ids } = imported(JSON.stringify(household))
    if (definition === null) throw new Error("nothing was imported")
    const people = Corpora.placed(definition).get(ids["people"] ?? "")?.item
    assert.deepStrictEqual(people?.repeat, {})
    assert.deepStrictEqual(
      people?.items?.map(({ id, required }) => [id, required]),
      [
        ["firstName", true],
        ["lastName", true],
      ],
    )
    assert.strictEqual(ids["add-person"], ids["people"])
  })

  it("leaves out a limit that closes a circle with the pages that are asked, and says so", () => {
    const answer = (identifier: string) => ({ source: "answers", identifier: `${identifier}-answer` })
    const number = (id: string, minimum: unknown, more: object = {}) => ({
      id,
      type: "Question",
      ...more,
      question: { id: `${id}-q`, title: id, answers: [{ id: `${id}-answer`, type: "Number", label: id, minimum }] },
    })
    const skip_conditions = { when: { ">": [answer("one"), 3] } }
    const blocks = [
      number("one", { value: answer("two") }),
      number("two", { value: 1 }, { skip_conditions }),
      number("three", { value: answer("one") }),
    ]
    const { definition, unsupported } = imported(JSON.stringify(Runner.schemaOf(blocks)))
    assert.deepStrictEqual(errors(definition), [])
    assert.deepStrictEqual(
      definition?.sections[0]?.items.map((item): unknown => Reflect.get(item, "min")),
      [undefined, 1, { answer: "oneAnswer" }],
    )
    assert.deepStrictEqual(
      unsupported.map(({ pointer, what }) => [pointer, what]),
      [["/sections/0/groups/0/blocks/0/question/answers/0", "limit"]],
    )
  })

  it("sums up what is answered, from 0, and names the sum where the page tells it", () => {
    const { definition, ids } = imported(
      Corpora.text(`${schemas}/test_routing_and_skipping_section_dependencies_new_calculated_summary.json`),
    )
    const note = definition?.sections[0]?.items.find(({ id }) => id === ids["currency-total-playback"])
    const [[total, sum] = []] = Object.entries(definition?.sections[0]?.calculated ?? {})
    assert.strictEqual(note?.type, "note")
    assert.include(JSON.stringify(note), `{{${total}}}`)
    assert.include(JSON.stringify(sum), '{"sum":[0,{"answer":"milkAnswer"}')
  })

  it("reports what has no counterpart, and shows what a rule that it cannot translate would hide", () => {
    const when = { "==": [{ source: "supplementary_data", identifier: "x" }, "a"] }
    const { definition, unsupported } = imported(
      JSON.stringify(Runner.schemaOf([Runner.question("one", "Radio", ["a"], { skip_conditions: { when } })])),
    )
    assert.isUndefined(definition?.sections[0]?.items[0]?.when)
    assert.include(
      unsupported.map(({ pointer }) => pointer),
      "/sections/0/groups/0/blocks/0/skip_conditions/when",
    )
  })

  it("refuses what is no schema, and says why", () => {
    for (const text of ["", "[1]", "{}", '{"sections":[]}', "[".repeat(100_000)]) {
      const { definition, unsupported } = imported(text)
      assert.isNull(definition)
      assert.lengthOf(unsupported, 1)
    }
  })

  it(
    "is bounded on schemas of any size and depth",
    () => {
      const deep = (open: string, inner: string, close: string) => open.repeat(20_000) + inner + close.repeat(20_000)
      const rule = deep('{"not":[', '{"==":[1,1]}', "]}")
      const block = `{"id":"b","type":"Question","skip_conditions":{"when":${rule}},"question":{"title":${deep("[", "1", "]")}}}`
      const wide = Array.from({ length: 20_000 }, (_, i) =>
        Runner.question(`b${i}`, "Radio", ["a"], {
          routing_rules: [{ section: "End", when: answered(i) }, { block: `b${i + 1}` }],
        }),
      )
      Strangers.soon("ons", `{"sections":[{"id":"s","groups":[{"blocks":[${block}]}]}]}`)
      Strangers.soon("ons", JSON.stringify(Runner.schemaOf(wide)))
    },
    Strangers.patience,
  )
})

const answered = (i: number) => ({ "!=": [{ source: "answers", identifier: `b${i}-answer` }, null] })
