/** Sums are not written out; a model is made to add up, or refuted by the limits of what is added. */
import type { Encoding } from "./Encoding.ts"
import type { Sum } from "./Place.ts"
import type { Ordered } from "./Logic.ts"
import { type Literal, not } from "./Literal.ts"

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

/**
 * Clauses that the model breaks: a sum lies between the sums of the limits of what it adds. They hold always, and say no
 * more of what is added than the sum needs to be out of reach, so that few of them are enough.
 */
export const lemmas = (encoding: Encoding): ReadonlyArray<() => void> => {
  const { logic } = encoding
  return encoding.sums.flatMap((sum) => {
    if (!logic.solver.holds(sum.defined)) return []
    const { least, most } = logic.cell(sum.x)
    return [
      ...(sum.open ? [] : beyond(encoding, sum, least, 1)),
      ...(sum.open && !sum.inputs.every(({ x, plus }) => x.least + plus >= 0) ? [] : beyond(encoding, sum, -most, -1)),
    ]
  })
}

/** With `sign` 1: the sum cannot reach `aim` from below; with -1 the same of its negative. */
const beyond = (encoding: Encoding, sum: Sum, aim: number, sign: 1 | -1): ReadonlyArray<() => void> => {
  const { logic } = encoding
  const inputs = sum.inputs.map(({ x, plus, defined }) => {
    const isGiven = logic.solver.holds(defined)
    const cell = logic.cell(x)
    const now = sign === 1 ? cell.most + plus : -(cell.least + plus)
    const ever = Math.max(0, sign === 1 ? x.most + plus : -(x.least + plus))
    return { x, plus, defined, isGiven, cell, now: isGiven ? now : 0, ever }
  })
  let reached = inputs.reduce((all, { now }) => all + now, 0)
  if (!(reached < aim)) return []
  const needed = inputs.filter(({ now, ever }) => {
    // what it can ever add may be left open as long as the sum stays out of reach
    if (!(reached - now + ever < aim)) return true
    reached += ever - now
    return false
  })
  return [
    () => {
      const clause = needed.flatMap(({ x, defined, isGiven, cell }): ReadonlyArray<Literal> => {
        if (!isGiven) return [defined]
        const limit = sign === 1 ? not(logic.atMost(x, cell.most)) : not(logic.atLeast(x, cell.least))
        return [not(defined), limit]
      })
      logic.add(not(sum.defined), ...clause, sign === 1 ? logic.atMost(sum.x, reached) : logic.atLeast(sum.x, -reached))
    },
  ]
}

/** Values for what is added up, within its limits, so that the sums come out as the model says (where they can). Values that are compared with others stay as they are, unless it `bends`. */
export const choose = (encoding: Encoding, bends = false): Map<Ordered, number> => {
  const { logic } = encoding
  const chosen = new Map<Ordered, number>()
  for (const sum of encoding.sums) {
    if (sum.isOfSums || !logic.solver.holds(sum.defined)) continue
    const inputs = inputsOf(encoding, sum)
    for (const { x } of inputs) if (!chosen.has(x)) chosen.set(x, roundest(encoding, x, 0))
    const { least, most } = logic.cell(sum.x)
    const now = total(inputs, ({ x }) => chosen.get(x) ?? 0)
    let missing = now < least ? least - now : now > most ? most - now : 0
    if (sum.x.node > 0) missing = logic.valueOf(sum.x) - now
    for (const input of inputs) {
      if (missing === 0) break
      if (input.x.node > 0 && !bends) continue
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

/** What holds the values that make the sums come out right, so that all others have to go with them. */
export const pins = (encoding: Encoding): (() => ReadonlyArray<Literal>) => {
  const { logic } = encoding
  const given = encoding.sums.filter(({ defined, isOfSums }) => !isOfSums && logic.solver.holds(defined))
  const chosen = choose(encoding, true)
  const totals = given.map((sum) => ({
    x: sum.x,
    value: total(inputsOf(encoding, sum), ({ x }) => chosen.get(x) ?? 0),
  }))
  const all = [...[...chosen].map(([x, value]) => ({ x, value })), ...totals]
  return () => all.map(({ x, value }) => logic.equals(x, value))
}
