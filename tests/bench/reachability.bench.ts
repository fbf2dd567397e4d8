/**
 * Reachability of large definitions, its share of a load with all checks (performance.md: 1,000 questions in at most
 * 50 ms, 5,000 in at most 500 ms, of which it may take half). Run it with
 * `node --conditions=requite-source tests/bench/reachability.bench.ts`.
 */
import * as QuestionKind from "@requite/core/QuestionKind"
import type { Condition } from "@requite/core/Condition/Ast"
import type { Question, Questionnaire } from "@requite/core/Questionnaire/Definition"
import * as Reachability from "@requite/core/Questionnaire/Reachability"

const definition = (items: ReadonlyArray<Question>): Questionnaire => ({
  format: 1,
  id: "large",
  version: 1,
  language: "en",
  title: "Large",
  sections: Array.from({ length: Math.ceil(items.length / 50) }, (_, index) => ({
    id: `s${index}`,
    title: "Section",
    items: items.slice(index * 50, index * 50 + 50),
  })),
})

const many = (count: number, question: (index: number) => Question & Record<string, unknown>) =>
  definition(Array.from({ length: count }, (_, index) => question(index)))

const options = (...values: ReadonlyArray<string>) => values.map((value) => ({ value, label: value }))
const yesNo = options("yes", "no")
const eq = (id: number, value: string): Condition => ({ eq: [{ answer: `q${id}` }, value] })

/** Tens of questions that belong together, of all kinds. */
const mixed = (count: number) =>
  many(count, (index) => {
    const first = index - (index % 10)
    const base = { id: `q${index}`, label: "Question" }
    switch (index % 10) {
      case 0:
        return { ...base, type: "choice", options: options("a", "b", "c", "d"), required: true }
      case 1:
        return { ...base, type: "number", min: 0, max: 100, decimals: 0, when: eq(first, "a") }
      case 2:
        return { ...base, type: "text", when: { any: [eq(first, "a"), eq(first, "b")] } }
      case 3:
        return {
          ...base,
          type: "date",
          when: { all: [{ in: [{ answer: `q${first}` }, ["a", "b"]] }, { gt: [{ answer: `q${index - 2}` }, 50] }] },
        }
      case 4:
        return {
          ...base,
          type: "choice",
          multiple: true,
          options: options("a", "b", "c", "d", "e"),
          when: { not: eq(first, "c") },
        }
      case 5:
        return { ...base, type: "text", when: { gte: [{ count: { answer: `q${index - 1}` } }, 2] } }
      case 6:
        return { ...base, type: "confirm", when: { answered: { answer: `q${index - 1}` } } }
      default:
        return { ...base, type: "text", maxLength: 200 }
    }
  })

const chain = (count: number) =>
  many(count, (index) => ({
    id: `q${index}`,
    type: "choice",
    label: "Question",
    options: yesNo,
    ...(index === 0 ? {} : { when: eq(index - 1, "yes") }),
  }))

/** The last question of the chain needs the first one answered otherwise. */
const brokenChain = (count: number) => {
  const { sections, ...rest } = chain(count)
  const last: Question = { id: "end", type: "text", label: "End", when: { all: [eq(count - 1, "yes"), eq(0, "no")] } }
  return { ...rest, sections: [...sections, { id: "last", title: "Last", items: [last] }] }
}

/** Each question only after another number than the one before: an order through all answers. */
const order = (count: number) =>
  many(count, (index) => ({
    id: `q${index}`,
    type: "number",
    label: "Number",
    ...(index < 2 ? {} : { when: { gt: [{ answer: `q${index - 1}` }, { answer: `q${index - 2}` }] } }),
  }))

const median = (times: ReadonlyArray<number>) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0

for (const [name, make] of Object.entries({ mixed, chain, "broken chain": brokenChain, order })) {
  for (const [count, bar] of [
    [1000, 25],
    [5000, 250],
  ] as const) {
    let found = 0
    const times = Array.from({ length: count === 1000 ? 21 : 9 }, () => {
      // a definition that was never seen before: nothing of it is compiled
      const questionnaire = make(count)
      const began = performance.now()
      found = Reachability.findings(questionnaire, QuestionKind.standard).length
      return performance.now() - began
    })
    const what = `${name}, ${count} questions, ${found} findings`
    console.log(`${what.padEnd(45)} ${median(times).toFixed(1).padStart(7)} ms   bar ${bar} ms`)
  }
}
