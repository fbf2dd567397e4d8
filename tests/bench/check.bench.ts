/**
 * `Questionnaire.check` of large definitions, right ones and ones with a finding in every third question (performance.md:
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

const definition = (questions: number): string => {
  const items = Array.from({ length: questions }, (_, index) => question(index))
  const sections = Array.from({ length: questions / 50 }, (_, index) => ({
    id: `section${index}`,
    title: "Section",
    items: items.slice(index * 50, index * 50 + 50),
  }))
  return JSON.stringify({ format: 1, id: "large", version: 1, language: "en", title: "Large", sections }, null, 2)
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
  for (const text of [right, right.replaceAll('"required"', '"requird"')]) {
    const { findings } = Questionnaire.check(text)
    const size = `${questions} questions, ${(text.length / 1024).toFixed(0)} KB, ${findings.length} findings`
    console.log(`${size.padEnd(45)} ${median(text).toFixed(1).padStart(6)} ms   bar ${bar} ms`)
  }
}
