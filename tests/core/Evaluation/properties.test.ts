import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Evaluation from "@requite/core/Evaluation"
import type { Question, Questionnaire } from "@requite/core/Questionnaire/Definition"
import * as Generated from "./generated.ts"
import { oracle } from "./oracle.ts"

const seeds = Array.from({ length: 300 }, (_, seed) => seed + 1)

const calculatedIn = (items: ReadonlyArray<Question>): ReadonlyArray<string> =>
  Generated.beside(items).flatMap((item) => (item.repeat === undefined ? Object.keys(item.calculated ?? {}) : []))

/** Everything there is to ask of an evaluation, by place. */
const everything = (
  evaluation: Evaluation.Evaluation,
  questionnaire: Questionnaire,
  draft: Record<string, unknown>,
) => ({
  asked: Evaluation.asked(evaluation),
  count: Evaluation.countAsked(evaluation),
  answers: Evaluation.answers(evaluation),
  sections: questionnaire.sections.map(({ id }) => Evaluation.isSectionAsked(evaluation, id)),
  end: Evaluation.end(evaluation)?.id,
  items: placesIn(questionnaire, draft).map((place) => ({
    place,
    asked: Evaluation.isAsked(evaluation, place),
    required: Evaluation.isRequired(evaluation, place),
    value: Evaluation.valueOf(evaluation, place),
    offered: ["a", "b", "c", "other"].filter((option) => Evaluation.isOffered(evaluation, place, option)),
  })),
})

const placesIn = (questionnaire: Questionnaire, draft: Record<string, unknown>): ReadonlyArray<Evaluation.Place> =>
  Generated.containers(questionnaire, draft).flatMap(({ place, items }) => {
    const group = place.length === 0 ? undefined : String(place.at(-2))
    const around = questionnaire.sections.flatMap((section) =>
      group === undefined ? Object.keys(section.calculated ?? {}) : calculatedOf(section.items, group),
    )
    return [...Generated.beside(items).map(({ id }) => id), ...calculatedIn(items), ...around].map((id) => [
      ...place,
      id,
    ])
  })

const calculatedOf = (items: ReadonlyArray<Question>, group: string): ReadonlyArray<string> =>
  items.flatMap((item) => [
    ...(item.id === group ? Object.keys(item.calculated ?? {}) : []),
    ...calculatedOf(item.items ?? [], group),
  ])

/** One change to the draft and the same to the evaluation. */
const edit = (
  next: Generated.Random,
  questionnaire: Questionnaire,
  draft: Record<string, unknown>,
  context: Record<string, unknown>,
  evaluation: Evaluation.Evaluation,
) => {
  if (next(10) === 0) {
    const [key, value] = Generated.pick<[string, unknown]>(next, [
      ["today", "2025-02-28"],
      ["today", "nonsense"],
      ["plan", "a"],
      ["plan", "x"],
    ])
    context[key] = value
    return Evaluation.setContext(evaluation, key, value)
  }
  const { place, items, answers } = Generated.pick(next, Generated.containers(questionnaire, draft))
  const item = Generated.pick(next, Generated.beside(items))
  const list = answers[item.id]
  if (item.repeat !== undefined && Generated.isList(list) && next(3) > 0) {
    if (next(2) === 0 || list.length === 0) {
      list.push({})
      assert.deepStrictEqual(Evaluation.addInstance(evaluation, [...place, item.id]), [
        ...place,
        item.id,
        list.length - 1,
      ])
    } else {
      const index = next(list.length)
      list.splice(index, 1)
      Evaluation.removeInstance(evaluation, [...place, item.id, index])
    }
    return
  }
  const answer = Generated.answer(next, item)
  if (answer === undefined) delete answers[item.id]
  else answers[item.id] = structuredClone(answer)
  Evaluation.set(evaluation, [...place, item.id], answer)
}

const edited = (seed: number, questionnaire: Questionnaire, edits: number) => {
  const next = Generated.random(seed * 7919)
  const draft = Generated.instance(
    next,
    questionnaire.sections.flatMap(({ items }) => items),
  )
  const context: Record<string, unknown> = { today: "2026-01-31" }
  const evaluation = Evaluation.start(Evaluation.compile(questionnaire), structuredClone(draft), context)
  const step = () => edit(next, questionnaire, draft, context, evaluation)
  for (let i = 0; i < edits; i++) step()
  return { draft, context, evaluation, step }
}

describe("over generated questionnaires", () => {
  it.each([false, true])("incremental evaluation equals evaluation from nothing (cycles: %s)", (cyclic) => {
    for (const seed of seeds) {
      const questionnaire = Generated.questionnaire(seed, { cyclic })
      const { draft, context, evaluation, step } = edited(seed, questionnaire, 0)
      for (let edits = 0; edits < 20; edits++) {
        step()
        const anew = Evaluation.start(Evaluation.compile(questionnaire), structuredClone(draft), context)
        assert.deepStrictEqual(
          everything(evaluation, questionnaire, draft),
          everything(anew, questionnaire, draft),
          `seed ${seed}, edit ${edits}`,
        )
      }
    }
  })

  it("is what the semantics say", () => {
    for (const seed of seeds) {
      const questionnaire = Generated.questionnaire(seed)
      const { draft, context, evaluation } = edited(seed, questionnaire, 10)
      const expected = oracle(questionnaire, draft, context)
      for (const place of placesIn(questionnaire, draft)) {
        const at = `seed ${seed}, ${JSON.stringify(place)}`
        assert.deepStrictEqual(Evaluation.valueOf(evaluation, place), expected.valueOf(place), at)
        if (!String(place.at(-1)).startsWith("k"))
          assert.strictEqual(Evaluation.isAsked(evaluation, place), expected.isAsked(place), at)
      }
    }
  })

  it("a condition that is not in the definition means the same, in any instance", () => {
    for (const seed of seeds) {
      const questionnaire = Generated.questionnaire(seed)
      const { draft, context, evaluation } = edited(seed, questionnaire, 5)
      const expected = oracle(questionnaire, draft, context)
      const next = Generated.random(seed)
      const ids = placesIn(questionnaire, draft).map((place) => String(place.at(-1)))
      const groups = Generated.containers(questionnaire, draft).flatMap(({ place }) =>
        place.length > 0 ? [String(place.at(-2))] : [],
      )
      for (const { place } of Generated.containers(questionnaire, draft)) {
        const condition = Generated.condition(next, { ids, groups, names: Object.keys(questionnaire.conditions ?? {}) })
        const inside = [...place, "x"]
        assert.strictEqual(
          Evaluation.holds(evaluation, condition, place),
          expected.holds(condition, inside),
          `seed ${seed}, ${JSON.stringify(place)}: ${JSON.stringify(condition)}`,
        )
      }
    }
  })

  it("the listing order never changes the result", () => {
    const reversed = (items: ReadonlyArray<Question>): ReadonlyArray<Question> =>
      items.map((item) => (item.items === undefined ? item : { ...item, items: reversed(item.items) })).toReversed()
    for (const cyclic of [false, true]) {
      for (const seed of seeds) {
        const questionnaire = Generated.questionnaire(seed, { cyclic })
        const { draft, context, evaluation } = edited(seed, questionnaire, 3)
        const sections = questionnaire.sections
          .map((section) => ({ ...section, items: reversed(section.items) }))
          .toReversed()
        const conditions = Object.fromEntries(Object.entries(questionnaire.conditions ?? {}).toReversed())
        const other = Evaluation.start(Evaluation.compile({ ...questionnaire, sections, conditions }), draft, context)
        assert.deepStrictEqual(
          everything(other, questionnaire, draft).items,
          everything(evaluation, questionnaire, draft).items,
          `seed ${seed}`,
        )
        assert.deepStrictEqual(Evaluation.answers(other), Evaluation.answers(evaluation))
      }
    }
  })

  it("why agrees with the verdict, step by step", () => {
    for (const cyclic of [false, true]) {
      for (const seed of seeds) {
        const questionnaire = Generated.questionnaire(seed, { cyclic })
        const { draft, evaluation } = edited(seed, questionnaire, 3)
        for (const place of placesIn(questionnaire, draft)) {
          for (const verdict of ["asked", "required"] as const) {
            const reason = Evaluation.why(evaluation, place, verdict)
            const expected =
              verdict === "asked" ? Evaluation.isAsked(evaluation, place) : Evaluation.isRequired(evaluation, place)
            assert.strictEqual(reason.holds, expected)
            assert.deepStrictEqual(JSON.parse(JSON.stringify(reason)), reason)
            for (const step of reason.because) {
              const because = step.because.map((index) => reason.because[index] ?? assert.fail("no such step"))
              const at = `seed ${seed} ${JSON.stringify(place)} ${JSON.stringify(step)}`
              if (step.of === "not")
                assert.isTrue(
                  because.every(({ holds }) => holds !== step.holds),
                  at,
                )
              if ((step.of === "all" || step.of === "any") && because.length > 0)
                assert.isTrue(
                  because.every(({ holds }) => holds === step.holds),
                  at,
                )
              if (step.of === "asked" && !cyclic)
                assert.isTrue(
                  because.every(({ holds }) => holds === step.holds),
                  at,
                )
              if (step.of === "asked") assert.strictEqual(step.holds, Evaluation.isAsked(evaluation, step.place ?? []))
              if (step.of === "answer")
                assert.deepStrictEqual(step.value, Evaluation.valueOf(evaluation, step.place ?? []))
            }
          }
        }
      }
    }
  })

  it("what is given is given again, and only what is wrong with it is wrong with a submission", () => {
    for (const seed of seeds) {
      const questionnaire = Generated.questionnaire(seed)
      const { draft, context, evaluation } = edited(seed, questionnaire, 3)
      const given = Answers.given(questionnaire, draft, { context })
      assert.deepStrictEqual(given, Evaluation.answers(evaluation))
      assert.deepStrictEqual(Answers.given(questionnaire, given, { context }), given, `seed ${seed}`)
      const issues = Answers.validate(questionnaire, given, { context })
      assert.deepStrictEqual(Answers.issues(evaluation), issues)
      assert.isFalse(issues.some(({ code }) => code === "not-asked" || code === "unknown-question"))
      assert.deepStrictEqual(
        Answers.examine(questionnaire, given, { context }).submission,
        issues.length === 0 ? given : null,
      )
      const one = issues.filter(({ pointer }) => pointer.length > 0)
      for (const issue of one) {
        const place = issue.pointer
          .slice(1)
          .split("/")
          .map((step) => (/^\d/.test(step) ? Number(step) : step))
        assert.deepInclude(Answers.issuesAt(evaluation, place), issue)
      }
    }
  })
})
