/**
 * What can be said about the pattern of a text before anybody answers: does it compile, and is every answer matched
 * against it in bounded time? Browser and server match with the engine's own backtracking matcher, which some patterns
 * keep busy for years (`(a+)+`). A pattern that may, or about which it cannot be decided, is refused.
 */
import { compile } from "../../AnswerKind/text.ts"
import type { Budget } from "../Kind.ts"
import * as Ambiguity from "./Pattern/Ambiguity.ts"
import { type Automaton, build } from "./Pattern/Automaton.ts"
import { parse } from "./Pattern/parse.ts"
import { texts } from "./Pattern/Sample.ts"

export type Verdict =
  | { readonly verdict: "safe" }
  /** It does not compile. */
  | { readonly verdict: "invalid"; readonly reason: string }
  /** Each repetition of `pump` in a text at least doubles the steps. */
  | { readonly verdict: "exponential"; readonly pump: string }
  /** `text` is one of up to the longest length that takes too many steps. */
  | { readonly verdict: "slow"; readonly text: string }
  | { readonly verdict: "undecided"; readonly reason: string }

/** What matching one answer may cost: well under a second on any machine of today. */
export const mostSteps = 200_000_000

/** What deciding about one pattern may cost, in steps of the analysis: some hundredths of a second. */
const mostWork = 1_000_000

/** Judges a pattern for answers of up to `longest` code points; what that costs is taken from `budget`. */
export const judge = (regex: string, longest: number, budget: Budget = { left: mostWork }): Verdict => {
  const reason = whyInvalid(regex)
  if (reason !== null) return { verdict: "invalid", reason }
  if (budget.left < 0) return { verdict: "undecided", reason: "there are too many patterns that take long to analyse" }
  const parsed = parse(regex)
  if ("reason" in parsed) return { verdict: "undecided", reason: parsed.reason }
  const automaton = build(parsed.expression)
  const own = { left: Math.min(budget.left, mostWork) }
  const verdict = automaton === null ? tooLarge : judgeAutomaton(automaton, longest, own)
  budget.left -= Math.min(budget.left, mostWork) - own.left + regex.length
  return verdict
}

const tooLarge: Verdict = { verdict: "undecided", reason: "it is too large" }

const judgeAutomaton = (automaton: Automaton, longest: number, budget: Budget): Verdict => {
  const overlaps = Ambiguity.overlapsOf(automaton)
  const limits = { longest, enough: mostSteps }
  const oneWay = Ambiguity.isDeterministic(automaton, overlaps, budget)
  if (oneWay && Ambiguity.stepsOfOneWay(automaton, longest) <= mostSteps) return { verdict: "safe" }
  const pump = Ambiguity.exponential(automaton, overlaps, budget)
  if (pump !== null)
    return automaton.isWidened
      ? { verdict: "undecided", reason: "it counts too far" }
      : { verdict: "exponential", pump }
  if (budget.left < 0) return tooLarge
  const most = Ambiguity.mostSteps(automaton, overlaps, limits, budget)
  if (most === null) return tooLarge
  if (most <= mostSteps) return { verdict: "safe" }
  const worst = Ambiguity.worstText(automaton, limits, budget)
  // a text that comes near is proof enough: the most steps are counted generously
  return worst.steps * 10 > mostSteps && !automaton.isWidened
    ? { verdict: "slow", text: worst.text }
    : { verdict: "undecided", reason: "its parts overlap in too many ways" }
}

/** Some texts that a pattern is likely to match, of these lengths. Looks ahead and anchors are not minded: try them. */
export const samples = (regex: string, shortest: number, longest: number): ReadonlyArray<string> => {
  if (whyInvalid(regex) !== null) return []
  const parsed = parse(regex)
  const automaton = "reason" in parsed ? null : build(parsed.expression)
  return automaton === null ? [] : texts(automaton, shortest, longest)
}

const whyInvalid = (regex: string): string | null => {
  try {
    // some are found too large only when they are first used
    compile(regex).test("")
    return null
  } catch (error) {
    const message = error instanceof Error ? error.message : ""
    // the engine repeats the expression and says the reason last
    return message.slice(message.lastIndexOf(": ") + 1).trim()
  }
}
