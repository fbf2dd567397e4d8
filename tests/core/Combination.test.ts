import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Evaluation from "@requite/core/Evaluation"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Combination from "@requite/core/Questionnaire/Combination"
import type { Question } from "@requite/core/Questionnaire/Definition"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { checked, definition, section } from "../support/Questionnaires.ts"
import * as Generated from "./Evaluation/generated.ts"

const options = { id: "all", language: "en", title: "All of it" }

/** Two guarantors, asked with the same words. */
const person = (change: Readonly<Record<string, unknown>> = {}) =>
  checked(
    definition(
      [
        {
          ...section(
            "about",
            { id: "name", type: "text", label: "Name", required: true },
            { id: "married", type: "confirm", label: "I am married" },
            { id: "spouse", type: "text", label: "Who is {{name}} married to?", when: { is: "isMarried" } },
            {
              id: "children",
              type: "group",
              label: "Children of {{name}}",
              repeat: { max: 3 },
              items: [{ id: "age", type: "number", label: "Age", max: 17 }],
            },
          ),
          calculated: { oldest: { max: [{ answer: "age" }] } },
        },
        {
          ...section("school", { id: "pupil", type: "text", label: "School" }),
          when: { gt: [{ answer: "oldest" }, 6] },
        },
      ],
      {
        id: "person",
        title: "A person",
        description: "Who you are.",
        conditions: { isMarried: { eq: [{ answer: "married" }, true] } },
        ends: [{ id: "end", title: "Thanks, {{name}}" }],
        ...change,
      },
    ),
  )

const twice = () => {
  const questionnaire = person()
  const combined = Combination.combine(
    [
      { key: "applicant", questionnaire },
      { key: "guarantor", questionnaire },
    ],
    options,
  )
  return { part: questionnaire, ...combined }
}

describe("several questionnaires as one", () => {
  it("P6 P8 P21: the sections of every part stand one after the other, with their titles", () => {
    const { questionnaire, parts } = twice()
    assert.deepStrictEqual(
      questionnaire.sections.map(({ id, title }) => [id, title]),
      [
        ["about", "Section about"],
        ["school", "Section school"],
        ["guarantorAbout", "Section about"],
        ["guarantorSchool", "Section school"],
      ],
    )
    assert.deepStrictEqual(
      parts.map(({ key, sections }) => [key, sections]),
      [
        ["applicant", ["about", "school"]],
        ["guarantor", ["guarantorAbout", "guarantorSchool"]],
      ],
    )
    assert.deepStrictEqual(questionnaire.sections[2]?.description, "Who you are.")
    assert.notProperty(questionnaire, "ends")
    const { findings } = Questionnaire.check(JSON.stringify(questionnaire))
    assert.deepStrictEqual(findings, [])
  })

  it("only what would clash has another name, everywhere that it is spoken of", () => {
    const { questionnaire, parts } = twice()
    assert.deepStrictEqual(parts[0]?.names, {})
    assert.deepStrictEqual(
      new Set(Object.keys(parts[1]?.names ?? {})),
      new Set(["isMarried", "about", "school", "name", "married", "spouse", "children", "age", "oldest", "pupil"]),
    )
    const second = questionnaire.sections[2]
    assert.strictEqual(second?.items[2]?.label, "Who is {{guarantorName}} married to?")
    assert.deepStrictEqual(second?.items[2]?.when, { is: "guarantorIsMarried" })
    assert.deepStrictEqual(second?.calculated, { guarantorOldest: { max: [{ answer: "guarantorAge" }] } })
    const other = checked(
      definition([
        section(
          "papers",
          { id: "passport", type: "text", label: "{{name}}" },
          { id: "name", type: "text", label: "Name" },
        ),
      ]),
    )
    const both = Combination.combine(
      [
        { key: "a", questionnaire: person() },
        { key: "b", questionnaire: other },
      ],
      options,
    )
    assert.deepStrictEqual(both.parts[1]?.names, { name: "bName" })
    assert.strictEqual(both.questionnaire.sections[2]?.items[0]?.label, "{{bName}}")
  })

  it("a new name is none that anything has, nor one that every object answers to", () => {
    const one = (id: string, ...ids: ReadonlyArray<string>) =>
      checked(definition([section(id, ...ids.map((own) => ({ id: own, type: "text", label: own })))]))
    const { parts, questionnaire } = Combination.combine(
      [
        { key: "first", questionnaire: one("s", "name", "bName", "string") },
        { key: "b", questionnaire: one("t", "name", "bName2") },
        { key: "to", questionnaire: one("u", "string") },
        { key: "4f2a-no-id", questionnaire: one("v", "name") },
      ],
      options,
    )
    assert.deepStrictEqual(
      parts.map(({ names }) => names),
      [{}, { name: "bName3" }, { string: "toString2" }, { name: "part4Name" }],
    )
    assert.isNotNull(Questionnaire.check(JSON.stringify(questionnaire)).questionnaire)
  })

  it("context values that are declared alike are one, others are told apart", () => {
    const about = (plan: object) =>
      checked(
        definition(
          [
            section(
              "s",
              { id: "q", type: "text", label: "Q", when: { answered: { answer: "p" } } },
              { id: "p", type: "text", label: "P", when: { eq: [{ context: "plan" }, "a"] } },
            ),
          ],
          {
            context: { plan },
          },
        ),
      )
    const choice = { type: "choice", options: ["a", "b"] }
    const { parts, questionnaire } = Combination.combine(
      [
        { key: "one", questionnaire: about(choice) },
        { key: "two", questionnaire: about(choice) },
        { key: "three", questionnaire: about({ type: "text" }) },
      ],
      options,
    )
    assert.deepStrictEqual(questionnaire.context, { plan: choice, threePlan: { type: "text" } } as never)
    assert.deepStrictEqual(
      parts.map(({ context }) => context),
      [{}, {}, { plan: "threePlan" }],
    )
    assert.deepStrictEqual(questionnaire.sections[2]?.items[1]?.when, { eq: [{ context: "threePlan" }, "a"] })
  })

  it("P16: the answers to each part are handed back by its own ids, those in repeated groups too", () => {
    const { part, parts } = twice()
    const given = {
      name: "Ann",
      guarantorName: "Gus",
      guarantorMarried: true,
      children: [{ age: 3 }],
      guarantorChildren: [{ guarantorAge: 7 }, {}],
    }
    const [first, second] = parts.map((one) => Combination.answersOf(one, part, given))
    assert.deepStrictEqual(first, { name: "Ann", children: [{ age: 3 }] })
    assert.deepStrictEqual(second, { name: "Gus", married: true, children: [{ age: 7 }, {}] })
    assert.deepStrictEqual(
      Object.assign(
        {},
        ...parts.map((one, at) => Combination.answersFor(one, part, (at === 0 ? first : second) ?? {})),
      ),
      given,
    )
  })
})

describe("meaning", () => {
  const context = { today: "2026-01-31", plan: "a" }
  const itemsOf = (questionnaire: Questionnaire.Questionnaire): ReadonlyArray<Question> =>
    questionnaire.sections.flatMap(({ items }) => items)

  /** What there is to know of a questionnaire's own ids under these answers; `name` says what they are called there. */
  const seen = (
    evaluation: Evaluation.Evaluation,
    part: Questionnaire.Questionnaire,
    draft: Record<string, unknown>,
    name: (id: string) => string,
  ) => ({
    sections: part.sections.map(({ id }) => Evaluation.isSectionAsked(evaluation, name(id))),
    conditions: Object.keys(part.conditions ?? {}).map((id) => Evaluation.holds(evaluation, { is: name(id) })),
    calculated: part.sections
      .flatMap(({ calculated }) => Object.keys(calculated ?? {}))
      .map((id) => Evaluation.valueOf(evaluation, [name(id)])),
    items: Generated.containers(part, draft).flatMap(({ place, items }) =>
      Generated.beside(items).map((item) => {
        const there = [...place, item.id].map((step) => (typeof step === "string" ? name(step) : step))
        return {
          asked: Evaluation.isAsked(evaluation, there),
          required: Evaluation.isRequired(evaluation, there),
          value: Evaluation.valueOf(evaluation, there),
          offered: ["a", "b", "c", "other"].filter((option) => Evaluation.isOffered(evaluation, there, option)),
        }
      }),
    ),
  })

  it("of 300 generated pairs, everything that is asked, required, offered or worked out is what it was alone", () => {
    let renamed = 0
    for (let seed = 1; seed <= 300; seed++) {
      const drafts = [seed, seed + (seed % 3)].map((one, at) => {
        const questionnaire = Generated.questionnaire(one)
        const draft = Generated.instance(Generated.random(seed * 31 + at), itemsOf(questionnaire))
        return { key: at === 0 ? "a" : "b", questionnaire, draft }
      })
      const { questionnaire, parts } = Combination.combine(drafts, options)
      const answers = Object.assign(
        {},
        ...drafts.map(({ questionnaire, draft }, at) =>
          Combination.answersFor(parts[at] ?? { names: {} }, questionnaire, draft),
        ),
      ) as Record<string, unknown>
      const together = Evaluation.start(Evaluation.compile(questionnaire), structuredClone(answers), context)
      const issues = Answers.validate(questionnaire, answers, { context })
      for (const [at, { questionnaire: part, draft }] of drafts.entries()) {
        const { names = {}, questions = [] } = parts[at] ?? {}
        renamed += Object.keys(names).length
        const alone = Evaluation.start(Evaluation.compile(part), structuredClone(draft), context)
        assert.deepStrictEqual(
          seen(together, part, draft, (id) => names[id] ?? id),
          seen(alone, part, draft, (id) => id),
          `seed ${seed}`,
        )
        assert.deepStrictEqual(
          Combination.answersOf({ names }, part, Evaluation.answers(together)),
          Evaluation.answers(alone),
        )
        // the same mistakes, at the same questions, and no others
        assert.deepStrictEqual(
          issues.filter((issue) => questions.includes(issue.question)).map(({ code, question }) => [code, question]),
          Answers.validate(part, draft, { context }).map(({ code, question }) => [code, names[question] ?? question]),
        )
      }
    }
    assert.isAbove(renamed, 1000)
  })

  const folder = join(import.meta.dirname, "../../examples/questionnaires")
  const examples = readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !name.endsWith(".tests.json"))
    .map((name) => ({ key: name.replace(".json", ""), source: readFileSync(join(folder, name), "utf8") }))

  it.each(examples)(
    "$key combined with a second of its kind is right as well, and loses no question",
    ({ key, source }) => {
      const questionnaire = Questionnaire.check(source).questionnaire
      assert(questionnaire !== null)
      const combined = Combination.combine(
        [
          { key, questionnaire },
          { key: "second", questionnaire },
        ],
        options,
      ).questionnaire
      const { findings } = Questionnaire.check(JSON.stringify(combined))
      assert.deepStrictEqual(
        findings.filter(({ severity }) => severity === "error"),
        [],
      )
      assert.strictEqual(Questionnaire.questions(combined).length, 2 * Questionnaire.questions(questionnaire).length)
      assert.strictEqual(
        new Set(Questionnaire.questions(combined).map(({ id }) => id)).size,
        Questionnaire.questions(combined).length,
      )
    },
  )
})
