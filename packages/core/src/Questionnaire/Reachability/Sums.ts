/** Sums are not written out; a model is made to add up, or refuted by the limits of what is added. */
import type { Encoding, Sum } from "./Encoding.ts"
import type { Ordered } from "./Logic.ts"
import { type Literal, never, not } from "./Solver.ts"

interface Input {
  readonly x: Ordered
  /** How often it is added. */
  readonly times: number
  readonly plus: number
  readonly least: number
  readonly most: number
}

const inputsOf = (encoding: Encoding, sum: Sum): ReadonlyArray<Input> => {
  const { logic } = encoding
  const found = new Map<Ordered, Input>()
  for (const { x, plus, defined } of sum.inputs) {
    if (!logic.solver.holds(defined)) continue
    const before = found.get(x) ?? { x, times: 0, plus: 0, ...logic.cell(x) }
    found.set(x, { ...before, times: before.times + 1, plus: before.plus + plus })
  }
  return [...found.values()]
}

const total = (inputs: ReadonlyArray<Input>, value: (input: Input) => number): number =>
  inputs.reduce((all, input) => all + value(input) * input.times + input.plus, 0)

/** Clauses that the model breaks: a sum lies between the sums of the limits of what it adds. They hold always. */
export const lemmas = (encoding: Encoding): ReadonlyArray<() => void> => {
  const { logic } = encoding
  const { solver } = logic
  return encoding.sums.flatMap((sum) => {
    if (!solver.holds(sum.defined)) return []
    const inputs = inputsOf(encoding, sum)
    const cell = logic.cell(sum.x)
    const lowest = total(inputs, ({ least }) => least)
    const highest = total(inputs, ({ most }) => most)
    const given = sum.inputs.map(({ defined }) => (solver.holds(defined) ? not(defined) : defined))
    const found: Array<() => void> = []
    const nonNegative = sum.inputs.every(({ x, plus }) => x.least + plus >= 0)
    if (lowest > cell.most && (!sum.open || nonNegative)) {
      const known = sum.inputs.filter(({ defined }) => solver.holds(defined)).map(({ x }) => x)
      const limits = known.map((x) => ({ x, least: logic.cell(x).least }))
      found.push(() => {
        const clause = limits.map(({ x, least }): Literal =>
          least <= x.least ? never : logic.atMost(x, least - x.unit),
        )
        logic.add(not(sum.defined), ...given, ...clause, logic.atLeast(sum.x, lowest))
      })
    }
    if (highest < cell.least && !sum.open) {
      const known = sum.inputs.filter(({ defined }) => solver.holds(defined)).map(({ x }) => x)
      const limits = known.map((x) => ({ x, most: logic.cell(x).most }))
      found.push(() => {
        const clause = limits.map(({ x, most }): Literal => (most >= x.most ? never : not(logic.atMost(x, most))))
        logic.add(not(sum.defined), ...given, ...clause, logic.atMost(sum.x, highest))
      })
    }
    return found
  })
}

/** Values for what is added up, within its limits, so that the sums come out as the model says (where they can). */
export const choose = (encoding: Encoding): Map<Ordered, number> => {
  const { logic } = encoding
  const chosen = new Map<Ordered, number>()
  for (const sum of encoding.sums) {
    if (!logic.solver.holds(sum.defined)) continue
    const inputs = inputsOf(encoding, sum)
    for (const { x } of inputs) if (!chosen.has(x)) chosen.set(x, roundest(encoding, x, 0))
    const { least, most } = logic.cell(sum.x)
    const now = total(inputs, ({ x }) => chosen.get(x) ?? 0)
    let missing = now < least ? least - now : now > most ? most - now : 0
    if (sum.x.node > 0) missing = logic.valueOf(sum.x) - now
    for (const input of inputs) {
      if (missing === 0) break
      if (input.x.node > 0) continue
      const value = chosen.get(input.x) ?? 0
      const step = input.x.unit * input.times
      const wanted = missing > 0 ? Math.ceil(missing / step) : Math.floor(missing / step)
      const next = Math.min(Math.max(value + wanted * input.x.unit, input.least), input.most)
      chosen.set(input.x, next)
      missing -= (next - value) * input.times
      if (Math.abs(missing) < step && least !== most) missing = 0
    }
  }
  return chosen
}

/** The value nearest to the wanted one, a whole number if there is one. */
export const roundest = (encoding: Encoding, x: Ordered, wanted: number): number => {
  const { logic, index } = encoding
  if (x.node > 0) return logic.valueOf(x)
  const { least, most } = logic.cell(x)
  const nearest = Math.min(Math.max(wanted, least), most)
  if (x.unit >= index.scale || wanted !== 0) return nearest
  const up = Math.ceil(nearest / index.scale) * index.scale
  const down = Math.floor(nearest / index.scale) * index.scale
  return up <= most ? up : down >= least ? down : nearest
}
