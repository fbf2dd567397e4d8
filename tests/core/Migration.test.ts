import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Migration from "@requite/core/Migration"
import * as Sample from "@requite/core/Migration/Sample"
import type { Questionnaire } from "@requite/core/Questionnaire"
import * as QuestionKind from "@requite/core/QuestionKind"
import * as Result from "effect/Result"
import { checked } from "../support/Questionnaires.ts"
import { choice, first, group, number, second, steps, text, upload, version } from "./versions/company.ts"
import * as Generated from "./versions/Generated.ts"

const migrate = (to: Questionnaire, from: number, answers: Answers.Answers) => {
  const result = Migration.migrate(to, from, answers)
  if (Result.isFailure(result)) assert.fail(JSON.stringify(result.failure))
  return result.success
}

const file = { id: "f1", name: "a.pdf", bytes: 1, type: "application/pdf", sha256: "1".repeat(64) }

describe("Migration.migrate", () => {
  const answers = {
    fullName: "Eva",
    kind: "co",
    employees: 12,
    fax: "1",
    owners: [{ owner: "A", rights: ["vote", "veto"], street: "S", proof: [file] }, {}],
  }
  const migrated = {
    name: "Eva",
    kind: "company",
    employees: "12",
    holders: [{ holder: "A", rights: ["vote", "block"], street: "S", proof: [file] }, {}],
    source: "paper",
  }

  it("carries answers over, those inside instances too, and says what it left out", () => {
    const before = structuredClone(answers)
    const result = migrate(second, 1, answers)
    assert.deepStrictEqual(result.answers, migrated)
    assert.deepStrictEqual(result.dropped, [{ pointer: "/fax", value: "1", reason: "dropped" }])
    assert.deepStrictEqual(answers, before)
    assert.deepStrictEqual(Answers.validate(second, result.answers), [])
  })
  it("leaves answers of the version itself as they are, and refuses those of a later one", () => {
    assert.deepStrictEqual(migrate(second, 2, migrated), { answers: migrated, dropped: [] })
    assert.deepStrictEqual(
      Migration.migrate(second, 3, migrated),
      Result.fail({ code: "from-later-version", from: 3, to: 2 }),
    )
  })
  it("takes the migrations of the versions between one after the other, however they are listed", () => {
    const to = version(5, [text("d")], {
      migrations: [
        { from: 4, steps: [{ rename: ["c", "d"] }] },
        { from: 1, steps: [{ rename: ["a", "b"] }] },
        { from: 2, steps: [{ rename: ["b", "c"] }] },
      ],
    })
    assert.deepStrictEqual(migrate(to, 1, { a: "x" }).answers, { d: "x" })
    assert.deepStrictEqual(migrate(to, 2, { b: "x" }).answers, { d: "x" })
    // version 3 needs nothing: its answers are those of version 4
    assert.deepStrictEqual(migrate(to, 3, { c: "x" }).answers, { d: "x" })
  })
  it("swaps two ids through a third", () => {
    const to = version(
      2,
      [text("a"), text("b")],
      steps(1, { rename: ["a", "c"] }, { rename: ["b", "a"] }, { rename: ["c", "b"] }),
    )
    assert.deepStrictEqual(migrate(to, 1, { a: "1", b: "2" }).answers, { b: "1", a: "2" })
  })
  it("looks into no list but the instances of repeated groups", () => {
    const to = version(
      2,
      [upload("proof"), text("title")],
      steps(1, { rename: ["name", "title"] }, { drop: ["bytes"] }),
    )
    assert.deepStrictEqual(migrate(to, 1, { proof: [file], name: "x" }).answers, { proof: [file], title: "x" })
  })
  it("sets an answer where there is none, in each instance of a repeated group", () => {
    const to = version(
      2,
      [group("rows", [text("a"), number("b")], { repeat: {} }), text("c")],
      steps(1, { set: ["b", 7] }, { set: ["c", "C"] }),
    )
    assert.deepStrictEqual(migrate(to, 1, { rows: [{ a: "x" }, { b: 1 }], c: "mine" }).answers, {
      rows: [{ a: "x", b: 7 }, { b: 1 }],
      c: "mine",
    })
  })
  it("drops a group with all that is in it", () => {
    const to = version(2, [text("a")], steps(1, { drop: ["rows"] }))
    const rows = [{ b: 1, inner: [{ c: 2 }] }]
    assert.deepStrictEqual(migrate(to, 1, { a: "x", rows }), {
      answers: { a: "x" },
      dropped: [{ pointer: "/rows", value: rows, reason: "dropped" }],
    })
  })

  describe("convert", () => {
    const converting = (to: unknown, target: string) => {
      const questionnaire = version(2, [to], steps(1, { convert: ["q", target] }))
      return (value: unknown) => migrate(questionnaire, 1, { q: value }).answers["q"]
    }
    it("to text", () => {
      const convert = converting(text("q"), "text")
      const cases = [12.5, "2027-03-27", "a", { other: "own" }, ["a", { other: "own" }], [{ id: 1 }], true].map(convert)
      assert.deepStrictEqual(cases, ["12.5", "2027-03-27", "a", "own", "a, own", undefined, undefined])
    })
    it("to a number", () => {
      const convert = converting(number("q"), "number")
      const cases = ["12.5", " -3 ", "1e3", "0x10", "Infinity", "", "1,5", "9".repeat(400), 7].map(convert)
      assert.deepStrictEqual(cases, [12.5, -3, undefined, undefined, undefined, undefined, undefined, undefined, 7])
    })
    it("to one option", () => {
      const convert = converting(choice("q", ["a", "b"]), "one")
      assert.deepStrictEqual([["a"], ["a", "b"], [], "b", "c"].map(convert), [
        "a",
        undefined,
        undefined,
        "b",
        undefined,
      ])
      const withOther = converting(choice("q", ["a"], { other: true }), "one")
      assert.deepStrictEqual(["a", "c", [{ other: "d" }]].map(withOther), ["a", { other: "c" }, { other: "d" }])
    })
    it("to many options", () => {
      const convert = converting(choice("q", ["a"], { multiple: true, other: true }), "many")
      assert.deepStrictEqual(["a", { other: "x" }].map(convert), [["a"], [{ other: "x" }]])
    })
    it("reports what it leaves out, where it was", () => {
      const to = version(
        2,
        [group("rows", [number("b")], { repeat: {} })],
        steps(1, { rename: ["a", "b"] }, { convert: ["b", "number"] }),
      )
      assert.deepStrictEqual(migrate(to, 1, { rows: [{ a: "1" }, { a: "x" }] }), {
        answers: { rows: [{ b: 1 }, {}] },
        dropped: [{ pointer: "/rows/1/a", value: "x", reason: "not-convertible" }],
      })
    })
  })

  it("maps options, own words by `other`, and joins what becomes one", () => {
    const map = { mapOptions: ["q", { a: "x", b: "x", other: "c" }] }
    const to = version(2, [choice("q", ["x", "c"], { multiple: true })], steps(1, map))
    assert.deepStrictEqual(migrate(to, 1, { q: ["a", "b", { other: "words" }] }).answers, { q: ["x", "c"] })
    assert.deepStrictEqual(migrate(to, 1, { q: "toString" }).answers, { q: "toString" })
  })

  it("keeps names of prototypes and whatever else stands in the answers apart", () => {
    const hostile = JSON.parse('{"__proto__":{"fullName":"x"},"constructor":1,"fullName":"Eva"}') as Answers.Answers
    const { answers } = migrate(second, 1, hostile)
    assert.deepStrictEqual(Object.keys(answers).toSorted(), ["__proto__", "constructor", "name", "source"])
    assert.strictEqual(Object.getPrototypeOf(answers), Object.prototype)
  })
  it("never throws on answers that are none", () => {
    const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000)) as unknown
    for (const owners of [null, 1, "x", {}, [null], [[1]], [1, { owner: null }], deep, [deep]]) {
      const result = migrate(second, 1, { owners, kind: deep, fullName: deep, employees: deep })
      assert.strictEqual(result.answers["name"], deep)
    }
  })

  describe("of any questionnaire", () => {
    const definitionOf = (questionnaire: Questionnaire, ids: (id: string) => string, more: object) =>
      checked({
        ...(JSON.parse(JSON.stringify(questionnaire), (key, value: unknown) =>
          (key === "id" || key === "answer") && typeof value === "string" ? ids(value) : value,
        ) as object),
        ...more,
      })
    const draft = (questionnaire: Questionnaire, seed: number) =>
      Sample.answers(questionnaire, QuestionKind.standard, Sample.seeded(seed))
    const idsOf = (questionnaire: Questionnaire) => [
      ...new Set(JSON.stringify(questionnaire).match(/(?<="id":")(q\d+|first)(?=")/g) ?? []),
    ]

    it("what no step touches comes through unchanged", () => {
      for (let seed = 1; seed <= 100; seed++) {
        const from = Generated.questionnaire(seed)
        const to = {
          ...from,
          version: 2,
          migrations: [{ from: 1, steps: [{ drop: ["first"] }, { set: ["gone", "x"] as const }] }],
        }
        for (let i = 0; i < 5; i++) {
          const { first: _, ...rest } = draft(from, i)
          assert.deepStrictEqual(migrate(to, 1, draft(from, i)).answers, rest)
        }
      }
    })
    it("renaming and renaming back is the identity, inside groups too", () => {
      for (let seed = 1; seed <= 100; seed++) {
        const from = Generated.questionnaire(seed)
        const ids = idsOf(from)
        const there = ids.map((id) => ({ rename: [id, `${id}New`] as const }))
        const back = ids.toReversed().map((id) => ({ rename: [`${id}New`, id] as const }))
        const to = {
          ...from,
          version: 3,
          migrations: [
            { from: 1, steps: there },
            { from: 2, steps: back },
          ],
        }
        for (let i = 0; i < 5; i++)
          assert.deepStrictEqual(migrate(to, 1, draft(from, i)), { answers: draft(from, i), dropped: [] })
        assert.deepStrictEqual(Migration.check(from, to), [])
      }
    })
    it("renamed answers are as right under the new ids as they were under the old ones", () => {
      for (let seed = 1; seed <= 60; seed++) {
        const from = Generated.questionnaire(seed)
        const renames = idsOf(from).map((id) => ({ rename: [id, `${id}New`] as const }))
        const isId = new Set(renames.map(({ rename }) => rename[0]))
        const to = definitionOf(from, (id) => (isId.has(id) ? `${id}New` : id), {
          version: 2,
          migrations: [{ from: 1, steps: renames }],
        })
        assert.deepStrictEqual(Migration.check(from, to), [])
        for (const submission of Generated.submissions(from, seed, 10))
          assert.deepStrictEqual(Answers.validate(to, migrate(to, 1, submission).answers), [])
        assert.deepStrictEqual(Migration.prove(from, to, { samples: 20 }).failure, null)
      }
    })
  })
})

const codes = (problems: ReturnType<typeof Migration.check>) =>
  problems.map(({ code, severity, path }) => `${severity} ${code} /${path.join("/")}`)

describe("Migration.check", () => {
  const from = version(1, [
    text("a"),
    choice("c", ["x", "y", "z"]),
    choice("m", ["x", "y"], { multiple: true }),
    group("rows", [text("inside")], { repeat: {} }),
    upload("file"),
    number("n"),
  ])
  const problems = (items: ReadonlyArray<unknown>, ...list: ReadonlyArray<unknown>) =>
    codes(Migration.check(from, version(2, items, steps(1, ...list))))
  const at = "/migrations/0/steps"

  it("finds nothing in migrations that fit", () => {
    assert.deepStrictEqual(Migration.check(first, second), [])
    assert.deepStrictEqual(Migration.checkAlone(second), [])
  })
  it("an id that is not there, or not any more", () => {
    assert.deepStrictEqual(problems([text("b")], { rename: ["zz", "b"] }), [
      `error migration-unknown-id ${at}/0/rename/0`,
    ])
    assert.deepStrictEqual(problems([text("b")], { rename: ["a", "b"] }, { drop: ["m", "a"] }), [
      `error migration-unknown-id ${at}/1/drop/1`,
    ])
    assert.deepStrictEqual(problems([text("b")], { drop: ["rows"] }, { rename: ["inside", "b"] }), [
      `error migration-unknown-id ${at}/1/rename/0`,
    ])
  })
  it("an id to rename to that the new version does not have, or that is taken", () => {
    assert.deepStrictEqual(problems([text("b")], { rename: ["a", "x"] }), [
      `error migration-unknown-id ${at}/0/rename/1`,
    ])
    assert.deepStrictEqual(problems([text("n")], { rename: ["a", "n"] }), [
      `error migration-target-exists ${at}/0/rename/1`,
    ])
  })
  it("dropping what is still asked", () => {
    assert.deepStrictEqual(problems([text("a")], { drop: ["c", "a"] }), [
      `error migration-drops-existing ${at}/0/drop/1`,
    ])
    assert.deepStrictEqual(
      problems([text("a")], { drop: ["a"] }, { convert: ["n", "text"] }, { rename: ["n", "a"] }),
      [],
    )
  })
  it("options that are not there before or after, and those left out", () => {
    const to = [choice("c", ["x", "w"])]
    assert.deepStrictEqual(problems(to, { mapOptions: ["c", { y: "w", z: "w" }] }), [])
    assert.deepStrictEqual(problems(to, { mapOptions: ["c", { y: "w", z: "v" }] }), [
      `error migration-unknown-option ${at}/0/mapOptions/1/z`,
    ])
    assert.deepStrictEqual(problems(to, { mapOptions: ["c", { y: "w", z: "w", q: "w" }] }), [
      `error migration-unknown-option ${at}/0/mapOptions/1/q`,
    ])
    assert.deepStrictEqual(problems(to, { mapOptions: ["c", { y: "w" }] }), [
      `error migration-options-incomplete ${at}/0/mapOptions/1`,
    ])
    assert.deepStrictEqual(
      problems(to, { mapOptions: ["c", { y: "q", z: "q" }] }, { mapOptions: ["c", { q: "w" }] }),
      [],
    )
    assert.deepStrictEqual(problems([text("a")], { mapOptions: ["a", { y: "w" }] }), [
      `error migration-no-options ${at}/0/mapOptions/1`,
    ])
  })
  it("conversions that cannot be, that lose something, or that are not what the new version wants", () => {
    assert.deepStrictEqual(problems([choice("file", ["x"])], { convert: ["file", "one"] }), [
      `error migration-cannot-convert ${at}/0/convert/1`,
    ])
    assert.deepStrictEqual(problems([number("a")], { convert: ["a", "number"] }), [
      `warning migration-may-lose ${at}/0/convert/1`,
    ])
    assert.deepStrictEqual(problems([number("m")], { convert: ["m", "text"] }), [
      `error migration-wrong-type ${at}/0/convert/1`,
    ])
    assert.deepStrictEqual(problems([text("b")], { rename: ["n", "b"] }), [
      `error migration-wrong-type ${at}/0/rename/1`,
    ])
  })
  it("moving into or out of a repeated group", () => {
    assert.deepStrictEqual(
      problems([text("b"), group("rows", [text("e")], { repeat: {} })], { rename: ["inside", "b"] }),
      [`error migration-moves-between-repeats ${at}/0/rename/1`],
    )
    assert.deepStrictEqual(
      problems(
        [group("lines", [text("b")], { repeat: {} })],
        { rename: ["inside", "b"] },
        { rename: ["rows", "lines"] },
      ),
      [],
    )
  })
  it("setting what is no answer, or not asked", () => {
    assert.deepStrictEqual(problems([choice("d", ["x"])], { set: ["d", "y"] }), [
      `error migration-invalid-value ${at}/0/set/1`,
    ])
    assert.deepStrictEqual(problems([number("d", { max: 3 })], { set: ["d", 4] }), [
      `error migration-invalid-value ${at}/0/set/1`,
    ])
    assert.deepStrictEqual(problems([text("a")], { set: ["d", "y"] }), [`error migration-unknown-id ${at}/0/set`])
  })
})

describe("Migration.checkAlone", () => {
  const alone = (items: ReadonlyArray<unknown>, migrations: ReadonlyArray<unknown>) =>
    codes(Migration.checkAlone(version(3, items, { migrations })))

  it("finds what one definition tells", () => {
    assert.deepStrictEqual(
      alone(
        [text("a"), choice("c", ["x"])],
        [
          { from: 1, steps: [{ rename: ["old", "b"] }, { mapOptions: ["c", { q: "y" }] }] },
          {
            from: 2,
            steps: [{ rename: ["b", "gone"] }, { drop: ["a"] }, { drop: ["old"] }, { convert: ["c", "text"] }],
          },
          { from: 2, steps: [] },
          { from: 3, steps: [] },
        ],
      ).toSorted(),
      [
        "error migration-drops-existing /migrations/1/steps/1/drop/0",
        "error migration-from /migrations/3/from",
        "error migration-from-twice /migrations/2/from",
        "error migration-unknown-id /migrations/1/steps/0/rename/1",
        "error migration-unknown-id /migrations/1/steps/2/drop/0",
        "error migration-wrong-type /migrations/1/steps/3/convert/1",
      ],
    )
  })
  it("says nothing about what only the other version can tell", () =>
    assert.deepStrictEqual(
      alone(
        [text("b"), number("n")],
        [{ from: 1, steps: [{ rename: ["a", "b"] }, { convert: ["n", "number"] }, { drop: ["x"] }] }],
      ),
      [],
    ))
})

describe("Migration.prove", () => {
  it("carries many different drafts over, the same ones for the same seed", () => {
    const proof = Migration.prove(first, second)
    assert.isNull(proof.failure)
    assert.isAbove(proof.samples, 100)
    assert.deepStrictEqual(Migration.prove(first, second), proof)
  })
  it("has a draft that fails, where the new version takes less than the old one", () => {
    const from = version(1, [number("n", { max: 100 }), group("rows", [text("t")], { repeat: {} })])
    const to = version(2, [number("n", { max: 50 }), group("rows", [text("t")], { repeat: {} })])
    const { failure } = Migration.prove(from, to)
    assert.deepStrictEqual(
      failure?.issues.map(({ code, pointer }) => `${code} ${pointer}`),
      ["number-too-large /n"],
    )
    assert.deepStrictEqual(Answers.validate(from, failure?.answers ?? {}, { draft: true }), [])
  })
  it("has one inside an instance", () => {
    const from = version(1, [group("rows", [text("t", { maxLength: 50 })], { repeat: {} })])
    const to = version(2, [group("rows", [text("t", { maxLength: 3 })], { repeat: {} })])
    assert.match(Migration.prove(from, to).failure?.issues[0]?.pointer ?? "", /^\/rows\/\d\/t$/)
  })
})
