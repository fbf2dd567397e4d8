import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Evaluation from "@requite/core/Evaluation"
import { answers as text } from "@requite/core/AnswerKind/text"
import { registry, standard } from "@requite/core/AnswerKind/standard"
import type { AnswerKind } from "@requite/core/AnswerKind"
import type { Condition } from "@requite/core/Condition/Ast"
import type { Question, Questionnaire, Section } from "@requite/core/Questionnaire/Definition"

const item = (id: string, type: string, rest: object = {}): Question => ({ id, type, label: id, ...rest })
const choice = (id: string, values: ReadonlyArray<string | object>, rest: object = {}): Question =>
  item(id, "choice", {
    options: values.map((value) => (typeof value === "string" ? { value, label: value } : { label: "x", ...value })),
    ...rest,
  })
const section = (id: string, items: ReadonlyArray<Question>, rest: object = {}): Section => ({
  id,
  title: id,
  items,
  ...rest,
})
const of = (sections: ReadonlyArray<Section>, rest: object = {}): Questionnaire => ({
  format: 1,
  id: "test",
  version: 1,
  language: "en",
  title: "Test",
  sections,
  ...rest,
})
const asking = (...items: ReadonlyArray<Question>) => of([section("only", items)])
const start = (questionnaire: Questionnaire, answers = {}, context = {}) =>
  Evaluation.start(Evaluation.compile(questionnaire), answers, context)
const asked = (evaluation: Evaluation.Evaluation) => Evaluation.asked(evaluation).map((place) => place.join("/"))
const is = (id: string, value: string | number | boolean): Condition => ({ eq: [{ answer: id }, value] })

describe("semantics 1: an item that is not asked has no answer anywhere", () => {
  const questionnaire = of(
    [
      section("one", [
        choice("kind", ["person", "company"]),
        item("size", "number", { when: is("kind", "company") }),
        item("large", "text", { when: { gt: [{ answer: "size" }, 10] } }),
      ]),
      section("two", [item("more", "text")], {
        when: { answered: { answer: "size" } },
        calculated: { twice: { sum: [{ answer: "size" }, { answer: "size" }] } },
      }),
    ],
    {
      ends: [
        { id: "big", title: "Big", when: { gt: [{ answer: "twice" }, 0] } },
        { id: "small", title: "Small" },
      ],
    },
  )
  const draft = { kind: "company", size: 11, large: "x", more: "y" }

  it("not in conditions, in calculations, in what is submitted; but what was typed is kept", () => {
    const evaluation = start(questionnaire, draft)
    assert.deepStrictEqual(asked(evaluation), ["kind", "size", "large", "more"])
    assert.strictEqual(Evaluation.valueOf(evaluation, ["twice"]), 22)
    assert.strictEqual(Evaluation.end(evaluation)?.id, "big")
    Evaluation.set(evaluation, ["kind"], "person")
    assert.deepStrictEqual(asked(evaluation), ["kind"])
    assert.strictEqual(Evaluation.countAsked(evaluation), 1)
    assert.deepStrictEqual(Evaluation.answers(evaluation), { kind: "person" })
    assert.isUndefined(Evaluation.valueOf(evaluation, ["size"]))
    assert.isUndefined(Evaluation.valueOf(evaluation, ["twice"]))
    assert.isFalse(Evaluation.isSectionAsked(evaluation, "two"))
    assert.strictEqual(Evaluation.end(evaluation)?.id, "small")
    Evaluation.set(evaluation, ["kind"], "company")
    assert.deepStrictEqual(Evaluation.answers(evaluation), draft)
  })
  it("an option that is not offered counts as not picked, and is not submitted", () => {
    const options = [{ value: "a" }, { value: "b", when: is("kind", "company") }]
    const evaluation = start(
      asking(
        choice("kind", ["person", "company"]),
        choice("one", options),
        choice("many", options, { multiple: true, other: true }),
        item("asks", "text", { when: { anyOf: [{ answer: "many" }, ["b"]] } }),
      ),
      { kind: "company", one: "b", many: ["a", "b", { other: "c" }] },
    )
    assert.isTrue(Evaluation.isOffered(evaluation, ["one"], "b"))
    assert.deepStrictEqual(Evaluation.valueOf(evaluation, ["many"]), ["a", "b", "other"])
    assert.isTrue(Evaluation.isAsked(evaluation, ["asks"]))
    Evaluation.set(evaluation, ["kind"], "person")
    assert.isFalse(Evaluation.isOffered(evaluation, ["one"], "b"))
    assert.isFalse(Evaluation.isOffered(evaluation, ["one"], "z"))
    assert.isTrue(Evaluation.isOffered(evaluation, ["many"], "other"))
    assert.isUndefined(Evaluation.valueOf(evaluation, ["one"]))
    assert.isFalse(Evaluation.isAsked(evaluation, ["asks"]))
    assert.deepStrictEqual(
      Evaluation.why(evaluation, ["asks"], "asked").because.map(({ of, holds }) => `${of} ${holds}`),
      ["asked false", "compares false", "answer true", "compares false", "answer true"],
      "not asked, as b is not picked, as it is not offered, as the kind is a person",
    )
    assert.deepStrictEqual(Evaluation.answers(evaluation), { kind: "person", many: ["a", { other: "c" }] })
  })
  it("an emptied field is no answer", () => {
    const evaluation = start(
      asking(item("t", "text"), item("yes", "confirm"), choice("c", ["a"], { multiple: true })),
      {
        t: "  ",
        yes: false,
        c: [],
      },
    )
    for (const id of ["t", "yes", "c"]) assert.isFalse(Evaluation.holds(evaluation, { answered: { answer: id } }))
    assert.deepStrictEqual(Evaluation.answers(evaluation), {})
  })
})

describe("semantics 2: a comparison with an unanswered operand is false", () => {
  const evaluation = start(
    asking(item("n", "number"), item("m", "number"), choice("c", ["a", "b"], { multiple: true })),
    { m: 2 },
  )
  const n = { answer: "n" }
  it.each<[Condition, boolean]>([
    ...[[n, 1] as const, [1, n] as const, [n, n] as const, [n, { context: "today" }] as const].flatMap((sides) =>
      [{ eq: sides }, { ne: sides }, { lt: sides }, { lte: sides }, { gt: sides }, { gte: sides }].map(
        (condition): [Condition, boolean] => [condition, false],
      ),
    ),
    [{ in: [n, [1, 2]] }, false],
    [{ anyOf: [{ answer: "c" }, ["a"]] }, false],
    [{ allOf: [{ answer: "c" }, []] }, false],
    [{ answered: n }, false],
    [{ not: { ne: [n, 1] } }, true],
    [{ not: { answered: n } }, true],
    [{ eq: [{ count: { answer: "c" } }, 0] }, true],
    [{ ne: [{ answer: "m" }, 1] }, true],
    [{ all: [] }, true],
    [{ any: [] }, false],
    [{ any: [{ all: [] }, { answered: n }] }, true],
    [{ not: { all: [{ any: [] }, { answered: n }] } }, true],
  ])("%j is %s", (condition, expected) => {
    assert.strictEqual(Evaluation.holds(evaluation, condition), expected)
    const compiled = start(
      asking(
        item("n", "number"),
        item("m", "number"),
        choice("c", ["a"], { multiple: true }),
        item("x", "text", { when: condition }),
      ),
      { m: 2 },
    )
    assert.strictEqual(Evaluation.isAsked(compiled, ["x"]), expected)
  })
})

describe("semantics 3: no coercion", () => {
  const evaluation = start(
    asking(item("n", "number"), item("t", "text"), item("yes", "confirm"), choice("c", ["a", "b"], { multiple: true })),
    {
      n: 1,
      t: "1",
      yes: true,
      c: ["a"],
    },
  )
  it.each<[Condition, boolean]>([
    [{ eq: [{ answer: "n" }, "1"] }, false],
    [{ ne: [{ answer: "n" }, "1"] }, false],
    [{ eq: [{ answer: "n" }, { answer: "t" }] }, false],
    [{ lt: [{ answer: "t" }, 2] }, false],
    [{ eq: [{ answer: "yes" }, 1] }, false],
    [{ gt: [{ answer: "yes" }, false] }, false],
    [{ eq: [{ answer: "c" }, "a"] }, false],
    [{ in: [{ answer: "n" }, ["1", true]] }, false],
    [{ eq: [{ answer: "n" }, 1] }, true],
    [{ eq: [{ answer: "t" }, "1 "] }, false],
    [{ allOf: [{ answer: "c" }, ["a"]] }, true],
    [{ allOf: [{ answer: "c" }, ["a", "b"]] }, false],
  ])("%j is %s", (condition, expected) => assert.strictEqual(Evaluation.holds(evaluation, condition), expected))
  it("an answer of another type than its question's is none to conditions", () => {
    const wrong = start(asking(item("n", "number"), item("d", "date")), { n: "1", d: "2025-02-29" })
    assert.isFalse(Evaluation.holds(wrong, { any: [{ answered: { answer: "n" } }, { answered: { answer: "d" } }] }))
  })
  it("context values of another type than declared, or not declared, are unanswered", () => {
    const declared = {
      a: { type: "number" },
      b: { type: "choice", options: ["x"] },
      c: { type: "boolean" },
      d: { type: "date" },
      e: { type: "text" },
    }
    const given = { a: "1", b: "y", c: 0, d: "soon", e: 1, f: "x", today: "2026-02-30" }
    const context = start(of([], { context: declared }), {}, given)
    for (const key of [...Object.keys(given), "__proto__", "constructor"])
      assert.isUndefined(Evaluation.scopeAt(context, []).value({ context: key }), key)
    const right = { a: 1, b: "x", c: false, d: "2026-02-28", e: "", today: "2026-02-28" }
    for (const [key, value] of Object.entries(right)) {
      Evaluation.setContext(context, key, value)
      assert.strictEqual(Evaluation.scopeAt(context, []).value({ context: key }), value)
    }
  })
})

describe("semantics 4: the listing order never matters, and a cycle is not asked", () => {
  it("forward references", () => {
    const questionnaire = asking(
      item("last", "text", { when: is("middle", "x") }),
      item("middle", "text", { when: is("first", "x") }),
      item("first", "text"),
    )
    const evaluation = start(questionnaire, { first: "x", middle: "x" })
    assert.deepStrictEqual(asked(evaluation), ["last", "middle", "first"])
    Evaluation.set(evaluation, ["first"], undefined)
    assert.deepStrictEqual(asked(evaluation), ["first"])
  })
  it("what needs itself has no answer, and what needs that goes on without it", () => {
    const questionnaire = of(
      [
        section(
          "s",
          [
            item("a", "text", { when: { not: is("b", "x") } }),
            item("b", "text", { when: { not: is("a", "x") } }),
            item("self", "text", { when: { not: { answered: { answer: "self" } } } }),
            item("after", "text", { when: { not: { answered: { answer: "a" } } } }),
            item("named", "text", { when: { not: { is: "n" } } }),
          ],
          { calculated: { k: { sum: [1, { answer: "k" }] } } },
        ),
      ],
      { conditions: { n: { not: { is: "m" } }, m: { not: { is: "n" } } } },
    )
    const evaluation = start(questionnaire, { a: "y", b: "y", self: "y" })
    assert.deepStrictEqual(asked(evaluation), ["after", "named"])
    assert.isUndefined(Evaluation.valueOf(evaluation, ["k"]))
    Evaluation.set(evaluation, ["a"], "x")
    assert.deepStrictEqual(asked(evaluation), ["after", "named"])
    assert.isFalse(Evaluation.why(evaluation, ["a"], "asked").holds)
  })
})

describe("semantics 5: iterative and incremental", () => {
  const many = 10_000
  const ids = Array.from({ length: many }, (_, index) => `q${index}`)
  const chain = ids.map((id, index) =>
    choice(id, ["yes", "no"], index === 0 ? {} : { when: is(`q${index - 1}`, "yes") }),
  )
  it.each([
    ["in order", chain],
    ["in reverse", chain.toReversed()],
  ])("10,000 in a chain, %s", (_, items) => {
    const evaluation = start(asking(...items), Object.fromEntries(ids.map((id) => [id, "yes"])))
    assert.strictEqual(Evaluation.countAsked(evaluation), many)
    Evaluation.set(evaluation, ["q0"], "no")
    assert.deepStrictEqual(asked(evaluation), ["q0"])
    const reason = Evaluation.why(evaluation, ["q3000"], "asked")
    assert.isTrue(reason.complete)
    assert.deepStrictEqual(reason.because.at(-1), {
      of: "answer",
      place: ["q0"],
      holds: true,
      value: "no",
      because: [],
    })
    assert.deepStrictEqual<unknown>(JSON.parse(JSON.stringify(reason)), reason)
    assert.isFalse(Evaluation.why(evaluation, ["q9999"], "asked").complete)
  })
  it.each([
    ["", false],
    [" repeated", true],
  ])("10,000 nested%s groups", (_, repeated) => {
    let inner = item("leaf", "text")
    let answers: unknown = { leaf: "x" }
    const place: Array<string | number> = ["leaf"]
    for (let depth = many - 1; depth >= 0; depth--) {
      inner = item(`g${depth}`, "group", { items: [inner], ...(repeated ? { repeat: {} } : {}) })
      if (repeated) {
        answers = { [`g${depth}`]: [answers] }
        place.unshift(`g${depth}`, 0)
      }
    }
    const evaluation = start(asking(choice("top", ["a"]), { ...inner, when: is("top", "a") }), {
      top: "a",
      ...(answers as object),
    })
    assert.strictEqual(Evaluation.countAsked(evaluation), many + 2)
    assert.isTrue(Evaluation.isAsked(evaluation, place))
    assert.strictEqual(Evaluation.valueOf(evaluation, place), "x")
    Evaluation.answers(evaluation)
    Evaluation.set(evaluation, ["top"], undefined)
    assert.strictEqual(Evaluation.countAsked(evaluation), 1)
    const { because } = Evaluation.why(evaluation, place, "asked")
    assert.strictEqual(because[0]?.holds, false)
  })
  it("conditions 10,000 deep, in the definition and out of it", () => {
    let condition: Condition = is("a", "x")
    for (let depth = 0; depth < many; depth++) {
      condition =
        depth % 3 === 0
          ? { all: [condition, { not: is("a", "y") }] }
          : depth % 3 === 1
            ? { not: { not: condition } }
            : { any: [condition] }
    }
    const evaluation = start(asking(item("a", "text"), item("b", "text", { when: condition })), { a: "x" })
    assert.isTrue(Evaluation.isAsked(evaluation, ["b"]))
    assert.isTrue(Evaluation.holds(evaluation, { all: [condition] }))
    assert.isTrue(Evaluation.why(evaluation, ["b"], "asked").holds)
    Evaluation.set(evaluation, ["a"], "y")
    assert.isFalse(Evaluation.isAsked(evaluation, ["b"]))
    assert.isFalse(Evaluation.holds(evaluation, { all: [condition] }))
  })
  it("10,000 named conditions, each of the one before", () => {
    const conditions = Object.fromEntries(
      ids.map((id, index) => [id, index === 0 ? is("a", "x") : { is: `q${index - 1}` }]),
    )
    const evaluation = start(
      of(
        [
          section("s", [
            item("a", "text"),
            item("b", "text", { when: { is: "q9999" } }),
            item("c", "text", { when: { is: "q3000" } }),
          ]),
        ],
        { conditions },
      ),
      { a: "x" },
    )
    assert.isTrue(Evaluation.isAsked(evaluation, ["b"]))
    assert.deepStrictEqual(Evaluation.why(evaluation, ["c"], "asked").because.at(-1)?.value, "x")
  })
  it("a change decides only what depends on it", () => {
    let decided = 0
    const counting: AnswerKind = {
      ...text,
      value: (question, answer, scope) => (decided++, text.value({ ...question, type: "text" }, answer, scope)),
    }
    const kinds = registry(...standard.values(), { ...counting, type: "counted" })
    const inside = [item("a", "counted"), item("b", "counted", { when: is("a", "x") })]
    const questionnaire = asking(
      item("people", "group", { items: inside, repeat: {} }),
      ...ids.slice(0, 1000).map((id) => item(id, "counted")),
    )
    const people = Array.from({ length: 100 }, () => ({ a: "x", b: "y" }))
    const evaluation = Evaluation.start(Evaluation.compile(questionnaire, kinds), {
      people,
      ...Object.fromEntries(ids.slice(0, 1000).map((id) => [id, "x"])),
    })
    decided = 0
    Evaluation.set(evaluation, ["people", 50, "a"], "y")
    assert.strictEqual(decided, 1)
    assert.strictEqual(Evaluation.countAsked(evaluation), 1 + 1000 + 199)
  })
})

describe("semantics 6: why", () => {
  const questionnaire = of(
    [
      section("first", [
        choice("kind", ["person", "company"]),
        item("owners", "group", {
          when: { is: "isCompany" },
          repeat: {},
          items: [item("share", "number"), item("reason", "text", { when: { lt: [{ answer: "share" }, 50] } })],
        }),
      ]),
      section(
        "second",
        [item("group", "group", { items: [item("note", "text", { required: { answered: { answer: "kind" } } })] })],
        { when: { some: [{ answer: "owners" }, { gt: [{ answer: "share" }, 50] }] } },
      ),
    ],
    { conditions: { isCompany: is("kind", "company") } },
  )
  it("is hidden: through the section, the quantifier, the group and the named condition, to the answer", () => {
    const evaluation = start(questionnaire, { kind: "person", owners: [{ share: 60 }] })
    assert.deepStrictEqual(Evaluation.why(evaluation, ["note"], "asked"), {
      holds: false,
      complete: true,
      because: [
        { of: "asked", place: ["note"], holds: false, because: [1] },
        { of: "asked", place: ["group"], holds: false, because: [2] },
        { of: "section", id: "second", holds: false, because: [3] },
        { of: "some", id: "owners", holds: false, because: [4] },
        { of: "answer", place: ["owners"], holds: false, because: [5] },
        { of: "asked", place: ["owners"], holds: false, because: [6] },
        { of: "is", id: "isCompany", holds: false, because: [7] },
        { of: "compares", condition: is("kind", "company"), holds: false, because: [8] },
        { of: "answer", place: ["kind"], holds: true, value: "person", because: [] },
      ],
    })
  })
  it("is required, and is asked in an instance", () => {
    const evaluation = start(questionnaire, { kind: "company", owners: [{ share: 60 }, { share: 40 }] })
    assert.deepStrictEqual(Evaluation.why(evaluation, ["note"], "required"), {
      holds: true,
      complete: true,
      because: [
        { of: "required", place: ["note"], holds: true, because: [1] },
        { of: "compares", condition: { answered: { answer: "kind" } }, holds: true, because: [2] },
        { of: "answer", place: ["kind"], holds: true, value: "company", because: [] },
      ],
    })
    const { because } = Evaluation.why(evaluation, ["owners", 1, "reason"], "asked")
    assert.deepInclude(because, { of: "answer", place: ["owners", 1, "share"], holds: true, value: 40, because: [] })
    assert.deepStrictEqual(Evaluation.why(evaluation, ["nowhere"], "asked"), {
      holds: false,
      because: [],
      complete: true,
    })
  })
})

describe("repeated groups", () => {
  const inner = item("pets", "group", {
    repeat: {},
    items: [item("age", "number"), item("old", "text", { when: { gt: [{ answer: "age" }, { answer: "limit" }] } })],
  })
  const questionnaire = of([
    section(
      "s",
      [
        item("limit", "number"),
        item("people", "group", {
          repeat: { min: 1 },
          items: [item("name", "text"), inner],
          calculated: { ages: { sum: [{ answer: "age" }] } },
        }),
        item("allNamed", "note", { when: { every: [{ answer: "people" }, { answered: { answer: "name" } }] } }),
        item("anyOld", "note", {
          when: { some: [{ answer: "people" }, { some: [{ answer: "pets" }, { answered: { answer: "old" } }] }] },
        }),
        item("outside", "note", { when: is("name", "A") }),
      ],
      {
        calculated: {
          total: { sum: [{ answer: "age" }] },
          eldest: { max: [{ answer: "ages" }] },
          petCount: { count: { answer: "age" } },
        },
      },
    ),
  ])
  const draft = {
    limit: 5,
    people: [
      { name: "A", pets: [{ age: 3 }, { age: 7, old: "x" }] },
      { name: "B", pets: [{ age: 1 }] },
    ],
  }

  it("references go to the own instance, then outwards; calculations outside take them all", () => {
    const evaluation = start(questionnaire, draft)
    assert.deepStrictEqual(asked(evaluation), [
      "limit",
      "people",
      "people/0/name",
      "people/0/pets",
      "people/0/pets/0/age",
      "people/0/pets/1/age",
      "people/0/pets/1/old",
      "people/1/name",
      "people/1/pets",
      "people/1/pets/0/age",
      "allNamed",
      "anyOld",
    ])
    assert.strictEqual(Evaluation.valueOf(evaluation, ["total"]), 11)
    assert.strictEqual(Evaluation.valueOf(evaluation, ["people", 0, "ages"]), 10)
    assert.strictEqual(Evaluation.valueOf(evaluation, ["eldest"]), 10)
    assert.strictEqual(Evaluation.valueOf(evaluation, ["petCount"]), 3)
    assert.strictEqual(Evaluation.valueOf(evaluation, ["people"]), 2)
    assert.isTrue(Evaluation.scopeAt(evaluation, ["people", 0, "name"]).holds(is("name", "A")))
    assert.strictEqual(Evaluation.scopeAt(evaluation, ["people", 1]).value({ answer: "name" }), "B")
    assert.deepStrictEqual(Evaluation.answers(evaluation), draft)
  })
  it("instances come and go", () => {
    const evaluation = start(questionnaire, draft)
    assert.deepStrictEqual(Evaluation.addInstance(evaluation, ["people"]), ["people", 2])
    assert.isFalse(Evaluation.isAsked(evaluation, ["allNamed"]))
    Evaluation.removeInstance(evaluation, ["people", 0])
    assert.isFalse(Evaluation.isAsked(evaluation, ["anyOld"]))
    assert.strictEqual(Evaluation.valueOf(evaluation, ["people", 0, "name"]), "B")
    assert.strictEqual(Evaluation.valueOf(evaluation, ["total"]), 1)
    Evaluation.set(evaluation, ["people", 1, "name"], "C")
    assert.isTrue(Evaluation.isAsked(evaluation, ["allNamed"]))
    Evaluation.removeInstance(evaluation, ["people", 0])
    Evaluation.removeInstance(evaluation, ["people", 0])
    assert.isUndefined(Evaluation.valueOf(evaluation, ["people"]))
    assert.isTrue(Evaluation.isAsked(evaluation, ["allNamed"]), "of none, each is named")
    assert.isTrue(Evaluation.isRequired(evaluation, ["people"]), "at least one")
  })
  it("a list of instances given anew counts as if it had been given first", () => {
    const evaluation = start(questionnaire, draft)
    for (const people of [
      [{ name: "A", pets: [{ age: 4 }] }, { name: "B" }, { name: "C", pets: [{ age: 2 }, {}] }],
      [{ pets: [{ age: 9, old: "y" }] }],
      [],
      "nobody",
      draft.people,
    ]) {
      Evaluation.set(evaluation, ["people"], people)
      const anew = start(questionnaire, { limit: 5, people })
      assert.deepStrictEqual(asked(evaluation), asked(anew))
      assert.deepStrictEqual(Evaluation.answers(evaluation), Evaluation.answers(anew))
      assert.strictEqual(Evaluation.countAsked(evaluation), Evaluation.countAsked(anew))
      for (const id of ["total", "eldest", "petCount", "people"])
        assert.strictEqual(Evaluation.valueOf(evaluation, [id]), Evaluation.valueOf(anew, [id]))
    }
  })
  it("what is no place changes nothing", () => {
    const evaluation = start(questionnaire, draft)
    for (const place of [
      [],
      ["nope"],
      ["people", 9, "name"],
      ["people", 0],
      ["people", 0, "limit"],
      ["name"],
      ["total"],
      ["__proto__"],
      ["people", "x", "name"],
      ["people", -1, "name"],
    ]) {
      Evaluation.set(evaluation, place, "x")
      Evaluation.addInstance(evaluation, place)
      assert.isFalse(Evaluation.isAsked(evaluation, place))
      assert.isFalse(Evaluation.isRequired(evaluation, place))
    }
    Evaluation.removeInstance(evaluation, ["people", 9])
    Evaluation.removeInstance(evaluation, [])
    Evaluation.removeInstance(evaluation, ["people"])
    assert.deepStrictEqual(Evaluation.answers(evaluation), draft)
  })
})

describe("calculated values", () => {
  const calculated = (calculation: object, answers: object = {}) =>
    Evaluation.valueOf(
      start(
        of([
          section(
            "s",
            [
              item("n", "number"),
              item("m", "number"),
              item("t", "text"),
              item("d", "date"),
              choice("c", ["a", "b"], { multiple: true }),
            ],
            { calculated: { k: calculation } },
          ),
        ]),
        answers,
        { today: "2026-03-01" },
      ),
      ["k"],
    )
  it.each<[object, object, unknown]>([
    [{ sum: [{ answer: "n" }, { answer: "m" }] }, {}, undefined],
    [{ sum: [{ answer: "n" }, { answer: "m" }] }, { n: 0.1, m: 0.2 }, 0.3],
    [{ sum: [{ answer: "n" }, { answer: "m" }] }, { m: 2 }, 2],
    [{ min: [{ answer: "n" }, 5, { answer: "m" }] }, { n: 7, m: 3 }, 3],
    [{ max: [{ answer: "d" }, { context: "today" }] }, { d: "2026-02-28" }, "2026-03-01"],
    [{ count: { answer: "c" } }, { c: ["a", "b"] }, 2],
    [{ count: { answer: "c" } }, {}, 0],
    [{ concat: [{ answer: "t" }, " ", { answer: "n" }] }, { t: "a", n: 1 }, "a 1"],
    [{ dateDiff: [{ answer: "d" }, { context: "today" }, "years"] }, { d: "2008-03-01" }, 18],
    [{ dateDiff: [{ answer: "d" }, { context: "today" }, "years"] }, { d: "2008-03-02" }, 17],
    [{ dateDiff: [{ answer: "d" }, { context: "today" }, "months"] }, { d: "2025-12-31" }, 2],
    [{ dateDiff: [{ context: "today" }, { answer: "d" }, "days"] }, { d: "2024-02-29" }, -731],
    [{ dateDiff: [{ answer: "d" }, { date: "2025-02-28" }, "years"] }, { d: "2024-02-29" }, 1],
    [{ dateDiff: [{ answer: "d" }, { context: "today" }, "days"] }, {}, undefined],
  ])("%j of %j is %j", (calculation, answers, expected) =>
    assert.deepStrictEqual(calculated(calculation, answers), expected),
  )
  it.each<[object, string | undefined]>([
    [{ date: "2024-02-29", offset: { years: 1 } }, "2025-02-28"],
    [{ date: "2024-01-31", offset: { months: 1, days: 1 } }, "2024-03-01"],
    [{ date: { context: "today" }, offset: { years: -18 } }, "2008-03-01"],
    [{ date: { context: "today" } }, "2026-03-01"],
    [{ date: "0050-01-01", offset: { days: -1 } }, "0049-12-31"],
    [{ date: "9999-12-31", offset: { days: 1 } }, undefined],
    [{ date: "2024-01-31", offset: { months: 1e9 } }, undefined],
    [{ date: "2024-01-31", offset: { years: -1e300 } }, undefined],
    [{ date: "never" }, undefined],
  ])("the date %j is %s", (operand, expected) =>
    assert.strictEqual(
      Evaluation.scopeAt(start(of([]), {}, { today: "2026-03-01" }), []).value(operand as never),
      expected,
    ),
  )
})

describe("whatever the answers are", () => {
  const questionnaire = of([
    section("s", [
      item("t", "text"),
      item("n", "number"),
      item("g", "group", {
        repeat: {},
        items: [item("i", "text"), item("h", "group", { repeat: {}, items: [item("j", "text")] })],
      }),
    ]),
  ])
  it.each([
    '{"__proto__": {"t": "x"}, "constructor": 1, "toString": "y"}',
    '{"t": {"__proto__": 1}, "n": [[]], "g": {"length": 5}}',
    '{"g": [null, 7, "x", [], {"i": "x", "h": [null, {"j": 3}], "__proto__": {}}]}',
    '{"t": "\\ud800", "g": [{"i": "\\udfff"}]}',
    "[]",
    "null",
    `{"t": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    `{"g": [${'{"h": ['.repeat(1)}${"[".repeat(100_000)}${"]".repeat(100_000)}]}]}`,
  ])("%.40s", (json) => {
    const answers = JSON.parse(json) as {}
    const evaluation = start(questionnaire, answers)
    assert.isArray(Evaluation.asked(evaluation))
    Evaluation.answers(evaluation)
    assert.isTrue(Evaluation.isAsked(evaluation, ["t"]))
    assert.isUndefined(Reflect.get({}, "t"))
  })
  it("a million instances cost bounded memory", () => {
    const evaluation = start(questionnaire, { g: Array.from({ length: 1_000_000 }, () => ({})) })
    assert.isBelow(Evaluation.countAsked(evaluation), 1_000_000)
  })
})

describe("a kind with conditions of its own", () => {
  const strict = is("kind", "company")
  const code: AnswerKind = {
    ...text,
    type: "code",
    conditions: () => [strict],
    validate: (_question, _answer, scope) => [
      ...(scope.holds(strict) ? [{ code: "strict" }] : []),
      ...(scope.holds({ all: [] }) ? [{ code: "not-declared" }] : []),
    ],
  }
  const kinds = registry(...standard.values(), code)
  const questionnaire = of([section("only", [choice("kind", ["person", "company"]), item("code", "code")])])
  it.each([
    ["company", ["strict"]],
    ["person", []],
  ])("asks about those that it declares, and others do not hold: %s", (kind, expected) =>
    assert.deepStrictEqual(
      Answers.validate(questionnaire, { kind, code: "x" }, { kinds }).map(({ code }) => code),
      expected,
    ),
  )
})
