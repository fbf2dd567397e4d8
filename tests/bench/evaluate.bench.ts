/**
 * The evaluation and the validation of answers (performance.md, rows two to four), requite alone: run it with
 * `node --conditions=requite-source tests/bench/evaluate.bench.ts`. `peers.bench.ts` puts the peers beside it.
 */
import * as Requite from "./adapters/requite.ts"

type Definition = Parameters<typeof Requite.prepare>[0]
type Asked = Definition["questions"][number]

const mixed = ["text", "number", "choice", "multi", "date", "text", "number", "choice", "text"] as const

/** Tens of questions: a yes or no, and nine that are asked after a yes. */
const tens = (count: number): Definition => ({
  questions: Array.from({ length: count }, (_, index): Asked => {
    const id = `q${index}`
    const at = index % 10
    const type = mixed[at - 1]
    return type === undefined
      ? { id, type: "yesno", required: true, when: null }
      : { id, type, required: at % 2 === 1, when: { q: `q${index - at}`, eq: "yes" } }
  }),
})

/** Each is asked after a yes to the one before. */
const chain = (count: number, isReversed: boolean): Definition => {
  const questions = Array.from({ length: count }, (_, index): Asked => ({
    id: `q${index}`,
    type: "yesno",
    required: true,
    when: index === 0 ? null : { q: `q${index - 1}`, eq: "yes" },
  }))
  return { questions: isReversed ? questions.toReversed() : questions }
}

const right = { yesno: "yes", text: "an answer", number: 7, choice: "a", multi: ["a", "b"], date: "2026-01-11" }
const wrong = { yesno: "maybe", text: "x".repeat(300), number: 1000, choice: "zz", multi: ["zz"], date: "not-a-date" }

/** Right answers; with `bad`, every so many of those that are no yes or no is wrong. */
const answersTo = ({ questions }: Definition, bad = 0) => {
  const isBad = ({ type }: Asked, index: number) => bad > 0 && type !== "yesno" && index % bad === 1
  return {
    answers: Object.fromEntries(questions.map((one, index) => [one.id, (isBad(one, index) ? wrong : right)[one.type]])),
    planted: questions.filter(isBad).length,
  }
}

const median = (runs: number, measured: () => unknown, before: () => void = () => {}): number => {
  const times = Array.from({ length: runs }, () => {
    before()
    const began = performance.now()
    measured()
    return performance.now() - began
  })
  // the first half warms up
  return times.slice(runs / 2).sort((a, b) => a - b)[runs >> 2] ?? 0
}

const row = (what: string, time: number, bar: number, verdict: string) =>
  console.log(`${what.padEnd(50)} ${time.toFixed(4).padStart(9)} ms   bar ${bar} ms   ${verdict}`)

for (const count of [1000, 5000]) {
  const definition = tens(count)
  const model = Requite.loadOnly(Requite.prepare(definition))
  Requite.setAll(model, answersTo(definition).answers)
  const head = `q${Math.floor(count / 20) * 10}`
  let isYes = true
  let asked = 0
  const time = median(2000, () => {
    isYes = !isYes
    asked = Requite.change(model, head, isYes ? "yes" : "no")
  })
  row(`change one of ${count}, 9 dependents`, time, 0.05, `${asked} asked`)
}

for (const [count, bar] of [
  [1000, 0.1],
  [5000, 0.5],
] as const) {
  for (const isReversed of [false, true]) {
    const definition = chain(count, isReversed)
    const { answers } = answersTo(definition)
    const model = Requite.loadOnly(Requite.prepare(definition))
    let asked = 0
    const time = median(
      400,
      () => (asked = Requite.change(model, "q0", "no")),
      () => Requite.setAll(model, answers),
    )
    row(`chain of ${count}${isReversed ? " in reverse" : ""}, flip the first`, time, bar, `${asked} left`)
  }
}

for (const count of [1000, 5000]) {
  const definition = tens(count)
  const model = Requite.loadOnly(Requite.prepare(definition))
  const { answers } = answersTo(definition)
  const bad = answersTo(definition, 7)
  const time = median(400, () => Requite.validate(model, answers))
  const found = Requite.validate(model, bad.answers)
  row(`validate ${count} answers`, time, count / 1000, `finds ${found} of ${bad.planted} wrong ones`)
}
