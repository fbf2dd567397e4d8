/** Defra and X-Gov forms: what becomes of each construct, and the journeys that Defra's own tests take through real ones. */
import { assert, describe, it } from "@effect/vitest"
import * as Import from "requite/Import"
import * as Corpora from "../../support/Corpora.ts"
import * as Strangers from "./Strangers.ts"

interface Journeys {
  readonly journeys: Readonly<
    Record<
      string,
      ReadonlyArray<{
        readonly page: string
        readonly next?: string
        readonly fields: ReadonlyArray<{ readonly valid: Readonly<Record<string, unknown>> }>
      }>
    >
  >
}

const definitions = "defra-forms/definitions"
const folders = [definitions, "xgov-forms"]
const files = folders.flatMap((folder) => Corpora.names(folder, ".json").map((name) => `${folder}/${name}`))
const print = (line: string) => process.stdout.write(`${line}\n`)
const imported = (text: string) => Import.from("defra", text)
const { errors } = Strangers

describe("the corpus of Defra and X-Gov forms", () => {
  it("imports every form, without an error in the definition", () => {
    for (const file of files) assert.deepStrictEqual(errors(imported(Corpora.text(file)).definition), [], file)
  })

  it("asks next for the page that Defra's engine goes to", () => {
    const { journeys } = Corpora.json("defra-forms/expected-journeys.json") as Journeys
    const here = new Set(Corpora.names(definitions, ".json"))
    let [same, all] = [0, 0]
    for (const [name, steps] of Object.entries(journeys)) {
      if (!here.has(`${name}.json`)) continue
      const { definition, ids, values } = imported(Corpora.text(`${definitions}/${name}.json`))
      if (definition === null) throw new Error(name)
      const where = Corpora.placed(definition)
      const decide = Corpora.decider(definition, where)
      const order = definition.sections.flatMap(({ items }) => items.map(({ id }) => id))
      const given = new Map<string, unknown>()
      for (const { page, next, fields } of steps) {
        for (const [field, value] of fields.flatMap(({ valid }) => Object.entries(valid))) {
          const own = values[field]
          const one = (text: unknown) => own?.[String(text)] ?? text
          const id = ids[field]
          if (id !== undefined) given.set(id, Array.isArray(value) ? value.map(one) : one(value))
        }
        if (next === undefined) continue
        const { asked } = decide(Corpora.answers(where, [...given]))
        const at = order.indexOf(ids[page] ?? assert.fail(`${name}: ${page} has no id`))
        assert.isTrue(asked(order[at] ?? ""), `${name}: ${page} is asked`)
        const found = order.slice(at + 1).find(asked)
        all++
        assert.strictEqual(found, ids[next], `${name}: after ${page}`)
        same++
      }
    }
    print(`Defra: ${same} of ${all} recorded steps hold`)
    assert.isAtLeast(all, 1)
  })

  it(
    "takes whatever a form was made into",
    () => {
      const random = Strangers.random(13)
      for (const file of files)
        for (const text of Strangers.variations(Corpora.text(file), random, Strangers.times(4)))
          Strangers.imports("defra", text)
    },
    Strangers.patience,
  )
})

const field = (name: string, type: string, more: object = {}) => ({ name, type, title: name, ...more })
const lists = [
  {
    name: "letters",
    title: "Letters",
    type: "string",
    items: [
      { text: "A", value: "a" },
      { text: "B", value: "b" },
    ],
  },
]
const page = (path: string, components: ReadonlyArray<unknown>, next: ReadonlyArray<unknown>, more: object = {}) => ({
  path,
  title: path,
  components,
  next,
  ...more,
})
const form = (pages: ReadonlyArray<unknown>, conditions: ReadonlyArray<unknown> = [], more: object = {}) =>
  JSON.stringify({ name: "A form", startPage: "/one", pages, lists, sections: [], conditions, ...more })

/** The pages that are asked, by their paths. */
const asked = (text: string, answers: Readonly<Record<string, unknown>>): ReadonlyArray<string> => {
  const { definition, ids } = imported(text)
  if (definition === null) throw new Error("nothing was imported")
  const where = Corpora.placed(definition)
  const given = Object.entries(answers).map(([name, value]): readonly [string, unknown] => [ids[name] ?? name, value])
  const decide = Corpora.decider(definition, where)(Corpora.answers(where, given))
  return Object.entries(ids).flatMap(([path, id]) => (path.startsWith("/") && decide.asked(id) ? [path] : []))
}

const written = (name: string, value: string) => ({ name, displayName: name, value })

describe("ways between pages", () => {
  const conditions = [written("isA", "letter == 'a'"), written("many", "age >= 18 and not (letter == 'b')")]
  const ways = form(
    [
      page(
        "/one",
        [field("letter", "RadiosField", { list: "letters" })],
        [{ path: "/two" }, { path: "/three", condition: "isA" }],
      ),
      page("/two", [field("age", "NumberField")], [{ path: "/four", condition: "many" }, { path: "/three" }]),
      page("/three", [field("why", "TextField")], [{ path: "/four" }]),
      page("/four", [field("end", "TextField")], [{ path: "/one" }]),
    ],
    conditions,
  )

  it("takes the first way whose condition holds, else the last without one", () => {
    assert.deepStrictEqual(asked(ways, { letter: "a" }), ["/one", "/three", "/four"])
    assert.deepStrictEqual(asked(ways, { letter: "b" }), ["/one", "/two", "/three", "/four"])
    assert.deepStrictEqual(asked(ways, { age: 20 }), ["/one", "/two", "/four"])
  })

  it("counts no number as 0 where it is ordered, as the engine does", () => {
    const small = form(
      [
        page(
          "/one",
          [field("age", "NumberField", { options: { required: false } })],
          [{ path: "/two", condition: "c" }],
        ),
        page("/two", [], []),
      ],
      [written("c", "age < 5")],
    )
    assert.deepStrictEqual(asked(small, {}), ["/one", "/two"])
    assert.deepStrictEqual(asked(small, { age: 7 }), ["/one"])
  })

  it("never leads back", () => {
    const { warnings } = imported(ways)
    assert.include(
      warnings.map(({ code }) => code),
      "leads-back",
    )
  })

  it("shows what a condition decides about that cannot be translated", () => {
    const text = form(
      [
        page("/one", [field("letter", "TextField")], [{ path: "/two", condition: "c" }, { path: "/three" }]),
        page("/two", [], []),
        page("/three", [], []),
      ],
      [written("c", "length(letter) > 3")],
    )
    assert.deepStrictEqual(asked(text, {}), ["/one", "/two", "/three"])
    const { unsupported } = imported(text)
    assert.deepStrictEqual(
      unsupported.map(({ pointer, what }) => [pointer, what]),
      [["/conditions/0", "condition"]],
    )
  })

  it("asks in version 2 for each page whose condition holds, up to a terminal one", () => {
    const item = (componentId: string, operator: string, value: unknown, type = "StringValue") => ({
      items: [{ id: "i", componentId, operator, value, type }],
      id: `${componentId} ${operator}`,
      displayName: operator,
    })
    const text = form(
      [
        page("/one", [field("day", "DatePartsField", { id: "d" })], []),
        page("/two", [field("x", "TextField")], [], { condition: "d is more than" }),
        page("/out", [], [], { condition: "d is before", controller: "TerminalPageController" }),
        page("/last", [field("y", "TextField")], []),
      ],
      [
        item("d", "is more than", { period: 2, unit: "years", direction: "in the past" }, "RelativeDate"),
        item("d", "is before", "2000-01-01"),
      ],
      { engine: "V2", schema: 2 },
    )
    // today is 2026-01-01
    assert.deepStrictEqual(asked(text, { day: "2024-01-01" }), ["/one", "/last"])
    assert.deepStrictEqual(asked(text, { day: "2023-12-31" }), ["/one", "/two", "/last"])
    assert.deepStrictEqual(asked(text, { day: "1999-12-31" }), ["/one", "/two", "/out"])
  })

  it("binds and closer than or in a condition that was put together", () => {
    const part = (value: string, coordinator?: string) => ({
      ...(coordinator === undefined ? {} : { coordinator }),
      field: { name: "letters", type: "CheckboxesField" },
      operator: "contains",
      value: { type: "Value", value },
    })
    const c = {
      name: "c",
      displayName: "c",
      value: { name: "c", conditions: [part("a"), part("b", "or"), part("a", "and")] },
    }
    const { definition } = imported(
      form(
        [
          page("/one", [field("letters", "CheckboxesField", { list: "letters" })], [{ path: "/two", condition: "c" }]),
          page("/two", [], []),
        ],
        [c],
      ),
    )
    const has = (value: string) => ({ anyOf: [{ answer: "letters" }, [value]] })
    // (a) or (b and a) is a
    assert.strictEqual(JSON.stringify(definition?.conditions), JSON.stringify({ c: has("a") }))
  })
})

describe("hostile forms", () => {
  it("reads expressions as data, whatever they are", () => {
    const random = Strangers.random(3)
    const parts = [
      "a",
      "==",
      "'x'",
      "(",
      ")",
      "and",
      "or",
      "not",
      "!",
      "3",
      "process.exit(1)",
      "a.b",
      "in",
      "\\",
      "'",
      "=",
      "constructor",
    ]
    for (let i = 0; i < Strangers.times(500); i++) {
      const value = Array.from({ length: Math.floor(random() * 12) }, () => Strangers.pick(parts, random)).join(" ")
      const { definition } = imported(
        form(
          [page("/one", [field("a", "TextField")], [{ path: "/two", condition: "c" }]), page("/two", [], [])],
          [written("c", value)],
        ),
      )
      assert.deepStrictEqual(errors(definition), [], value)
    }
  })

  it(
    "is bounded on forms of any size",
    () => {
      const chain = Array.from({ length: 20_000 }, (_, i) => ({
        id: `c${i}`,
        displayName: "c",
        items: [{ id: "i", conditionId: `c${i + 1}` }],
      }))
      const wide = Array.from({ length: 4000 }, (_, i) =>
        page(
          `/p${i}`,
          [field(`f${i}`, "RadiosField", { list: "letters" })],
          [{ path: `/p${i + 2}`, condition: "c0" }, { path: `/p${i + 1}` }],
        ),
      )
      Strangers.soon("defra", form(wide, chain, { startPage: "/p0" }), 15_000)
      Strangers.soon("defra", "[".repeat(1_000_000))
    },
    Strangers.patience,
  )

  it("refuses what is no form, and says why", () => {
    for (const text of ["", "null", "{}", '{"pages":[]}', '{"pages":[1]}']) {
      const { definition, unsupported } = imported(text)
      assert.isNull(definition)
      assert.lengthOf(unsupported, 1)
    }
  })
})
