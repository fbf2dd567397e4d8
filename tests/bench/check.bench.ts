/**
 * `Questionnaire.check` of large definitions: plain ones, ones with a finding in every third question, and ones in which
 * two of three questions are asked or required by an answer before them and every tenth is in a group (performance.md:
 * 1,000 questions in at most 50 ms, 5,000 in at most 500 ms). Run it with
 * `node --conditions=requite-source tests/bench/check.bench.ts`.
 */
import * as Questionnaire from "@requite/core/Questionnaire"

const question = (index: number) => {
  const id = `q${index}`
  if (index % 3 === 0) return { id, type: "text", label: { en: "Name", sv: "Namn" }, required: true, maxLength: 200 }
  if (index % 3 === 1) return { id, type: "upload", label: "File", accept: ["application/pdf"], maxBytes: 1_000_000 }
  const options = ["a", "b", "c", "d"].map((value) => ({ value, label: `Option ${value}` }))
  return { id, type: "choice", label: "Pick", options }
}

/** The same with conditions: on the options of the two choices before it, and by a name. */
const conditional = (index: number) => {
  const one = question(index)
  if (index < 6 || index % 3 === 2) return one
  const last = index - (index % 3) - 1
  const asked = { eq: [{ answer: `q${last}` }, "b"] }
  if (index % 3 === 1) return { ...one, when: { any: [asked, { is: "first" }] } }
  const when = { any: [asked, { not: { in: [{ answer: `q${last - 3}` }, ["c", "d"]] } }] }
  return index % 10 === 0 ? { id: `g${index}`, type: "group", label: "Group", when, items: [one] } : { ...one, when }
}

const definition = (questions: number, of: (index: number) => unknown = question, change: object = {}): string => {
  const items = Array.from({ length: questions }, (_, index) => of(index))
  const sections = Array.from({ length: questions / 50 }, (_, index) => ({
    id: `section${index}`,
    title: "Section",
    items: items.slice(index * 50, index * 50 + 50),
  }))
  return JSON.stringify(
    { format: 1, id: "large", version: 1, language: "en", title: "Large", sections, ...change },
    null,
    2,
  )
}

const median = (text: string): number => {
  const times = Array.from({ length: 21 }, () => {
    const began = performance.now()
    Questionnaire.check(text)
    return performance.now() - began
  })
  return times.sort((a, b) => a - b)[10] ?? 0
}

for (const [questions, bar] of [
  [1000, 50],
  [5000, 500],
] as const) {
  const right = definition(questions)
  const named = { conditions: { first: { answered: "q0" } } }
  const texts = [right, right.replaceAll('"required"', '"requird"'), definition(questions, conditional, named)]
  for (const text of texts) {
    const { findings } = Questionnaire.check(text)
    const size = `${questions} questions, ${(text.length / 1024).toFixed(0)} KB, ${findings.length} findings`
    console.log(`${size.padEnd(45)} ${median(text).toFixed(1).padStart(6)} ms   bar ${bar} ms`)
  }
}
