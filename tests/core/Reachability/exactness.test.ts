/** Random small definitions: every verdict is compared with that of trying all answers on the evaluator. */
import * as Evaluation from "@requite/core/Evaluation"
import * as QuestionKind from "@requite/core/QuestionKind"
import type { Condition } from "@requite/core/Condition/Ast"
import { type Question, type Questionnaire, questions, walk } from "@requite/core/Questionnaire/Definition"
import * as Reachability from "@requite/core/Questionnaire/Reachability"
import { assert, describe, it } from "@effect/vitest"
import { answerSets, generate, type Generated } from "./Definitions.ts"

/** More by hand: `DEFINITIONS=50000`. */
const definitions = Number(process.env["DEFINITIONS"] ?? 2400)

const isValidAt = (evaluation: Evaluation.Evaluation, question: Question, place: Evaluation.Place, answer: unknown) => {
  const kind = QuestionKind.standard.get(question.type)
  return kind !== undefined && kind.validate(question, answer, Evaluation.scopeAt(evaluation, place)).length === 0
}

/** Evaluates all answer sets in which every answer is to something asked, and valid. */
const eachState = (
  { questionnaire, domains }: Generated,
  look: (evaluation: Evaluation.Evaluation, answers: Readonly<Record<string, unknown>>) => void,
): void => {
  const byId = new Map(questions(questionnaire).map((question) => [question.id, question]))
  const evaluation = Evaluation.start(Evaluation.compile(questionnaire, QuestionKind.standard), {})
  let before: Readonly<Record<string, unknown>> = {}
  for (const answers of answerSets({ questionnaire, domains })) {
    for (const id of domains.keys()) {
      if (before[id] === answers[id]) continue
      if (id.startsWith("@")) Evaluation.setContext(evaluation, id.slice(1), answers[id])
      else Evaluation.set(evaluation, [id], answers[id])
    }
    before = answers
    // the caller always supplies what is declared
    if ([...domains.keys()].some((id) => id.startsWith("@") && answers[id] === undefined)) continue
    const isState = Object.entries(answers).every(([id, answer]) => {
      if (id.startsWith("@")) return true
      const question = byId.get(id)
      if (question === undefined || !Evaluation.isAsked(evaluation, [id])) return false
      if (!isValidAt(evaluation, question, [], answer)) return false
      if (question.items === undefined || !Array.isArray(answer)) return true
      return answer.every((instance: Record<string, unknown>, index) =>
        walk(question.items ?? []).every((inner) => {
          const place = [id, index, inner.id]
          if (instance[inner.id] === undefined || !Evaluation.isAsked(evaluation, place)) return true
          return isValidAt(evaluation, inner, [id, index], instance[inner.id])
        }),
      )
    })
    if (isState) look(evaluation, answers)
  }
}

/** What each kind of verdict claims, as the evaluator sees it. */
const claim = (questionnaire: Questionnaire, verdict: Reachability.Verdict) => {
  const { role, id, option = "" } = verdict
  const all = questions(questionnaire)
  const question = all.find((one) => one.id === id)
  const repeated = all.find((one) => one.repeat !== undefined && one.items?.some((inner) => inner.id === id) === true)
  const group = repeated === undefined ? [] : [repeated.id, 0]
  const place = [...group, id]
  const steps = verdict.pointer.split("/").slice(1)
  const section = questionnaire.sections[Number(steps[1])]
  const condition = steps.reduce<unknown>(
    (value, step) => (typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined),
    questionnaire,
  ) as Condition
  const isThere = (evaluation: Evaluation.Evaluation) =>
    repeated === undefined || Evaluation.valueOf(evaluation, [repeated.id]) !== undefined
  const around = (evaluation: Evaluation.Evaluation): boolean => {
    if (steps[0] === "conditions" || steps[0] === "ends" || question === undefined || steps.length === 3) return true
    const ownWhen = steps.at(-1) === "when" && steps.at(-3) !== "options"
    if (!ownWhen) return Evaluation.isAsked(evaluation, place)
    return isThere(evaluation) && Evaluation.isSectionAsked(evaluation, section?.id ?? "")
  }
  return (evaluation: Evaluation.Evaluation): boolean => {
    switch (role) {
      case "item":
        return Evaluation.isAsked(evaluation, place)
      case "section":
        return Evaluation.isSectionAsked(evaluation, id)
      case "option":
        return Evaluation.isAsked(evaluation, place) && Evaluation.isOffered(evaluation, place, option)
      case "end":
        return Evaluation.end(evaluation)?.id === id
      case "holds":
        return around(evaluation) && Evaluation.holds(evaluation, condition, group)
      case "fails":
        return around(evaluation) && !Evaluation.holds(evaluation, condition, group)
    }
  }
}

describe("every verdict is that of trying all answers", () => {
  const batches = 8
  const undecided: Array<string> = []
  for (let batch = 0; batch < batches; batch++) {
    it(`of random definitions, batch ${batch + 1}`, { timeout: 3_600_000 }, () => {
      for (let seed = batch; seed < definitions; seed += batches) {
        const generated = generate(seed)
        const { questionnaire } = generated
        const verdicts = Reachability.analyse(questionnaire, QuestionKind.standard)
        const open = new Map(verdicts.map((verdict) => [verdict, claim(questionnaire, verdict)]))
        const shown = new Set<Reachability.Verdict>()
        eachState(generated, (evaluation) => {
          for (const [verdict, isSo] of open) {
            if (!isSo(evaluation)) continue
            shown.add(verdict)
            open.delete(verdict)
          }
        })
        for (const verdict of verdicts) {
          const where = `${seed}: ${verdict.role} ${verdict.pointer} ${JSON.stringify(questionnaire)}`
          if (verdict.decision.verdict === "not decided") undecided.push(where)
          else assert.strictEqual(verdict.decision.verdict === "reachable", shown.has(verdict), where)
          if (verdict.decision.verdict !== "reachable") continue
          const { answers, context } = verdict.decision.witness
          const evaluation = Evaluation.start(
            Evaluation.compile(questionnaire, QuestionKind.standard),
            answers,
            context,
          )
          assert.isTrue(claim(questionnaire, verdict)(evaluation), `${where} ${JSON.stringify(answers)}`)
        }
      }
    })
  }

  it("and hardly any is not decided", () => {
    assert.isBelow(undecided.length, definitions / 50, undecided[0])
  })
})

/** The same questionnaire with everything asked and offered. */
const freed = (questionnaire: Questionnaire): Questionnaire => {
  const without = <A extends object>(one: A): A =>
    Object.fromEntries(
      Object.entries(one).flatMap(([key, value]) => {
        if (key === "when") return []
        const isList = (key === "items" || key === "options") && Array.isArray(value)
        return [[key, isList ? value.map((inner: object) => without(inner)) : (value as unknown)]]
      }),
    ) as A
  return { ...questionnaire, sections: questionnaire.sections.map(without) }
}

describe("what is said of parts of a condition is so when everything is asked", () => {
  it("a redundant part changes nothing when it is left out, and every other part does", { timeout: 3_600_000 }, () => {
    for (let seed = 0; seed < definitions / 4; seed++) {
      const generated = generate(seed, 400)
      const found = Reachability.findings(generated.questionnaire, QuestionKind.standard)
      const verdicts = Reachability.analyse(generated.questionnaire, QuestionKind.standard)
      const at = new Map(found.map(({ code, path }) => [path.join("/"), code]))
      const free = { ...generated, questionnaire: freed(generated.questionnaire) }
      for (const [position, section] of generated.questionnaire.sections.entries()) {
        for (const [index, { when }] of section.items.entries()) {
          if (when === undefined || !("all" in when || "any" in when)) continue
          const path = `sections/${position}/items/${index}`
          const whole = `${path}/when`
          if (at.has(whole) || at.has(path) || found.some(({ code }) => code === "not-decided")) continue
          // nothing is said of the parts of what nobody gets to
          const fails = verdicts.find(({ role, pointer }) => role === "fails" && pointer === `/${whole}`)
          if (fails?.decision.verdict !== "reachable") continue
          const list = "all" in when ? when.all : when.any
          const key = "all" in when ? "all" : "any"
          const dropped = (part: number) => at.has(`${whole}/${key}/${part}`)
          // redundant parts are left out one after the other, the last one first
          const needed = new Set<number>()
          const wrong = new Set<number>()
          let holds = 0
          let failed = 0
          eachState(free, (evaluation) => {
            const values = list.map((part) => Evaluation.holds(evaluation, part))
            const kept = values.filter((_, part) => !dropped(part))
            const value = (of: ReadonlyArray<boolean>) => (key === "all" ? of.every(Boolean) : of.some(Boolean))
            if (value(values)) holds++
            else failed++
            if (value(values) !== value(kept)) wrong.add(-1)
            for (const part of list.keys()) {
              if (dropped(part)) continue
              const others = values.filter((_, other) => other !== part && !dropped(other))
              if (value(others) !== value(kept)) needed.add(part)
            }
          })
          // a list that is always so, or never, is found as a whole where that can come about
          if (list.length < 2 || holds === 0 || failed === 0) continue
          const where = `${seed} ${whole} ${JSON.stringify(when)}`
          assert.strictEqual(wrong.size, 0, where)
          // what is calculated is taken as any number, so nothing wrong is said of it, but not all there is
          if (/"[vd]q/.test(JSON.stringify([when, generated.questionnaire.conditions]))) continue
          for (const [part, condition] of list.entries()) {
            // a guard beside a comparison of the same answer may stay
            if ("answered" in condition || ("not" in condition && "answered" in condition.not)) continue
            assert.isTrue(dropped(part) || needed.has(part), `${where} part ${part}`)
          }
        }
      }
    }
  })
})
