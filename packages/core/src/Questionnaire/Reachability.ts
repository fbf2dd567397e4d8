/**
 * What of a questionnaire nobody can ever reach, decided exactly over the whole definition: through sections, chains of
 * conditions, exhausted options, limits, orders and equalities between answers. A *target* (a question asked, a section
 * shown, an option offered, an end reached, a condition true or false) is reachable when some set of valid answers,
 * with some context values, makes it so; that set is the *witness*, and the evaluator has confirmed it. Otherwise the
 * reasons that exclude each other are named. At the limit of the budget a target is not decided; nothing is guessed.
 */
import type { Condition } from "../Condition/Ast.ts"
import { pointer } from "../JsonText/pointer.ts"
import type { Registry } from "../QuestionKind.ts"
import type { Questionnaire } from "./Definition.ts"
import { type Problem, warning } from "./Findings.ts"
import { Encoding } from "./Reachability/Encoding.ts"
import type { Reason } from "./Reachability/Place.ts"
import { explain, type Root } from "./Reachability/Explain.ts"
import * as Completion from "./Reachability/Completion.ts"
import * as Index from "./Reachability/Index.ts"
import { Parts } from "./Reachability/Parts.ts"
import { type Decision, Search } from "./Reachability/Search.ts"
import * as Sentence from "./Reachability/Sentence.ts"
import * as Target from "./Reachability/Target.ts"
import type { Witness } from "./Reachability/Witness.ts"

export interface Options {
  /** Steps of the search after which the rest is not decided; a step takes some ten nanoseconds. */
  readonly budget?: number
}

/** Answers, as a draft has them, and the context values that go with them. */
export type { Witness }

export interface Verdict {
  /** `holds` and `fails`: a condition that is true, or false, where it matters. */
  readonly role: Target.Role
  /** Of the question, section, end or named condition; `option` says which of a question. */
  readonly id: string
  readonly option?: string
  /** Where it stands in the definition (RFC 6901). */
  readonly pointer: string
  readonly decision:
    | Extract<Decision, { verdict: "reachable" | "not decided" }>
    | {
        readonly verdict: "unreachable"
        /** Sentences that exclude each other; it could be reached without any one of them. */
        readonly because: ReadonlyArray<string>
        /** Where the one stands that is the reason for this one too. */
        readonly follows?: string
      }
}

const defaultBudget = 20_000_000

interface Analysis {
  readonly index: Index.Index
  readonly sites: ReadonlyArray<Target.Site>
  readonly search: Search
  readonly decisions: ReadonlyMap<Target.Target, Decision>
  readonly roots: ReadonlyArray<Root>
  readonly budget: number
}

const run = (questionnaire: Questionnaire, kinds: Registry, { budget = defaultBudget }: Options = {}): Analysis => {
  const index = Index.make(questionnaire, kinds)
  const encoding = new Encoding(index)
  const { targets, sites } = Target.all(encoding)
  const search = new Search(encoding, kinds, budget)
  const decisions = search.decide(targets)
  const isReachable = new Map(
    [...decisions].map(([{ entry, section, role }, { verdict }]) => [
      role === "item" ? entry : role === "section" ? section : undefined,
      verdict === "reachable",
    ]),
  )
  /** A condition that nobody gets to is neither always true nor never. */
  const matters = ({ site }: Target.Target): boolean => {
    if (site?.entry === undefined) return true
    const { entry } = site
    const around = site.role === "required" || site.of === "option" ? entry : (entry.group ?? entry.section)
    return isReachable.get(around) === true
  }
  const unreachable = targets.filter((target) => decisions.get(target)?.verdict === "unreachable" && matters(target))
  return { index, sites, search, decisions, roots: explain(index, unreachable, budget), budget }
}

/**
 * A verdict for every target, of a definition without errors. Never throws.
 */
export const analyse = (
  questionnaire: Questionnaire,
  kinds: Registry,
  options: Options = {},
): ReadonlyArray<Verdict> => {
  const { index, decisions, roots } = run(questionnaire, kinds, options)
  const rootOf = new Map(
    roots.flatMap((root) => [[root.target, root], ...root.followers.map((one) => [one, root] as const)] as const),
  )
  const named = (name: string) => index.conditions.get(name)
  return [...decisions].map(([target, decision]): Verdict => {
    const { role, id, option, path } = target
    const base = { role, id, pointer: pointer(path), ...(option === undefined ? {} : { option }) }
    if (decision.verdict !== "unreachable") return { ...base, decision }
    const root = rootOf.get(target)
    const reasons = root?.reasons ?? []
    const own = reasons.filter((reason) => isOwn(reason, target))
    const because = [...own, ...reasons.filter((reason) => !own.includes(reason))].map((reason) =>
      Sentence.clauses([reason], named),
    )
    const follows = root === undefined || root.target === target ? {} : { follows: pointer(root.target.path) }
    return { ...base, decision: { verdict: "unreachable", because, ...follows } }
  })
}

/**
 * Everything that is unreachable, contradictory, always true, redundant or not decided in a definition without errors:
 * warnings, and `info` for what is not decided. Each root cause once. Never throws.
 */
export const findings = (
  questionnaire: Questionnaire,
  kinds: Registry,
  options: Options = {},
): ReadonlyArray<Problem> => {
  const analysis = run(questionnaire, kinds, options)
  const { sites, roots, index, search, decisions, budget } = analysis
  const siteAt = new Map(roots.length === 0 ? [] : sites.map((site) => [pointer(site.path), site]))
  const settled = new Set<Target.Site>()
  const problems: Array<Problem> = []
  for (const root of roots) {
    problems.push(...rootProblems(root, analysis))
    for (const path of [root.target.path, [...root.target.path, "when"]]) {
      const site = siteAt.get(pointer(path))
      if (site !== undefined) settled.add(site)
    }
  }
  const parts = new Parts(
    index,
    sites.filter((site) => !settled.has(site)),
    budget,
  )
  for (const [target, decision] of decisions) {
    const { site } = target
    if (site === undefined || target.role !== "fails" || settled.has(site)) continue
    if (decision.verdict === "unreachable") continue
    if (decision.verdict === "reachable" && parts.isTrueOnceAnswered(site))
      problems.push(onceAnswered(site, search.least(target) ?? decision.witness, parts))
    for (const useless of parts.useless(site)) problems.push(uselessProblem(useless, index))
  }
  for (const [target, { verdict }] of decisions) {
    const condition = ownCondition(target)
    if (verdict !== "reachable" || condition === undefined || !isAsking(target)) continue
    const complete = Completion.literals(search.encoding, condition)
    if (complete.length > 0 && search.isImpossible([target.literal(search.encoding), ...complete]))
      problems.push(beforeAnswered(target, condition))
  }
  return [...problems, ...notDecided(decisions)]
}

/** A question or a section: a note may well say what is still missing. */
const isAsking = ({ role, entry }: Target.Target): boolean =>
  role === "section" || (role === "item" && entry?.type.type !== "nothing")

const beforeAnswered = (target: Target.Target, condition: Condition): Problem =>
  warning(
    "only-before-answered",
    [...target.path, "when"],
    `${Sentence.subject(target)} is there only while a required question is unanswered, so no submission can hold it: ${Sentence.text(condition)}.`,
  )

const mostUndecided = 20

const notDecided = (decisions: Analysis["decisions"]): ReadonlyArray<Problem> => {
  const open = [...decisions].flatMap(([target, { verdict }]) => (verdict === "not decided" ? [target] : []))
  const shown = open.slice(0, mostUndecided).map((target): Problem => {
    const what = target.role === "fails" ? "be false" : target.role === "holds" ? "be true" : "be reached"
    const subject = Sentence.subject(target).replace(/^The/, "the")
    return {
      ...warning("not-decided", target.path, `It was not decided whether ${subject} can ever ${what}.`),
      severity: "info",
    }
  })
  const more = open.length - shown.length
  const rest = warning(
    "not-decided",
    [],
    `For ${more} more questions, options and conditions it was not decided whether they can be reached.`,
  )
  return more > 0 ? [...shown, { ...rest, severity: "info" }] : shown
}

const remove = (path: Index.Path) => ({ fix: [{ op: "remove", path: pointer(path) }] }) as const

/** Is the reason in the condition itself, and in what the questions that it reads can be answered with? */
const isOwn = (reason: Reason, { entry, section, role, option }: Target.Target): boolean =>
  reason.because === "limits" ||
  reason.because === "options" ||
  (role === "item" && reason.because === "asked" && reason.entry === entry) ||
  (role === "section" && reason.because === "section" && reason.section === section) ||
  (role === "option" && reason.because === "offered" && reason.entry === entry && reason.option === option)

const ownCondition = ({ role, entry, section, end, option, site }: Target.Target): Condition | undefined => {
  if (role === "item") return entry?.question?.when
  if (role === "section") return section?.when
  if (role === "end") return end?.when
  if (role === "option")
    return entry !== undefined && "options" in entry.type
      ? entry.type.options.find(({ value }) => value === option)?.when
      : undefined
  return site?.condition
}

const verbs: Readonly<Record<Target.Role, string>> = {
  item: "is never asked",
  section: "is never shown",
  option: "is never offered",
  end: "is never reached",
  holds: "is never true",
  fails: "is always true",
}

const rootProblems = (root: Root, { index }: Analysis): ReadonlyArray<Problem> => {
  const { target, reasons } = root
  const named = (name: string) => index.conditions.get(name)
  if (target.role === "fails" && target.site !== undefined) return [alwaysTrue(target.site, root, named)]
  const condition = ownCondition(target)
  const own = reasons.filter((reason) => isOwn(reason, target))
  const others = reasons.filter((reason) => !own.includes(reason))
  const facts = own.filter(({ because }) => because === "limits" || because === "options")
  const isContradiction =
    root.isExplained && condition !== undefined && others.every(({ because }) => because === "named")
  const subject = Sentence.subject(target)
  const tail = Sentence.following(root)
  if (target.site?.role === "required") {
    const why =
      isContradiction && others.length === 0 ? "it can never hold" : Sentence.clauses([...others, ...facts], named)
    const message = `The question "${target.id}" is never required: it would be when ${Sentence.text(target.site.condition)}, but ${why}.`
    return [warning("never-required", target.path, message, remove(target.path))]
  }
  const path = condition === undefined || target.site !== undefined ? target.path : [...target.path, "when"]
  const needs = condition === undefined ? "" : `it needs ${Sentence.text(condition)}, but `
  const why = Sentence.clauses([...others, ...facts], named)
  const itself = target.site?.role === "named" ? "it" : "its condition"
  const contradicts = isContradiction
    ? "any" in condition && condition.any.length === 0
      ? `${itself} is an "any" of nothing, which never holds`
      : `${itself} contradicts itself, ${Sentence.text(condition)}${why === "" ? "" : ` (${why})`}`
    : `${needs}${why === "" ? "no answers lead there" : why}`
  const message = `${subject} ${verbs[target.role]}: ${contradicts}.${tail}`
  const code = isContradiction
    ? "contradiction"
    : target.role === "item"
      ? "unreachable-question"
      : target.role === "holds"
        ? "never-true"
        : `unreachable-${target.role}`
  const found = [warning(code, isContradiction ? path : target.path, message)]
  const required = target.entry?.question?.required
  if (target.role === "item" && required !== undefined && required !== false) {
    const at = [...target.path, "required"]
    found.push(
      warning(
        "required-never-shown",
        at,
        `The question "${target.id}" is required, but it is never asked.`,
        remove(at),
      ),
    )
  }
  return found
}

const alwaysTrue = (site: Target.Site, { reasons }: Root, named: (name: string) => Condition | undefined): Problem => {
  const why = Sentence.clauses(
    reasons.filter(
      (reason) =>
        !(reason.because === "asked" && reason.entry === site.entry && site.role === "when" && site.of === "item"),
    ),
    named,
  )
  const what = site.role === "named" ? `The condition "${site.id}"` : "This condition"
  const message = `${what} is always true: ${Sentence.text(site.condition)}${why === "" ? "" : `, because ${why}`}.`
  const fix =
    site.role === "required"
      ? ({ fix: [{ op: "replace", path: pointer(site.path), value: true }] } as const)
      : site.role === "named"
        ? {}
        : remove(site.path)
  return warning("always-true", site.path, message, fix)
}

const onceAnswered = (site: Target.Site, witness: Witness, parts: Parts): Problem => {
  const read = parts.answersNeeded(site) ?? []
  const [only] = read
  const message = `This condition is true as soon as ${Sentence.listed(read.map((id) => `"${id}"`))} ${read.length === 1 ? "is" : "are"} answered, whatever the answer: ${Sentence.text(site.condition)}.`
  const fix =
    read.length === 1 && only !== undefined
      ? { fix: [{ op: "replace", path: pointer(site.path), value: { answered: { answer: only } } }] as const }
      : {}
  return warning("always-true-once-answered", site.path, message, {
    witness: witness.answers,
    context: witness.context,
    ...fix,
  })
}

const uselessProblem = (
  { is, part, path, from }: ReturnType<Parts["useless"]>[number],
  { conditions }: Index.Index,
): Problem => {
  const said = Sentence.text(part)
  const meanings = Sentence.meanings([part, ...from], (name) => conditions.get(name))
  if (is === "contradiction") return warning("contradiction", path, `${said} can never hold here.`, remove(path))
  const others = Sentence.listed(from.slice(0, 3).map(Sentence.text))
  const why =
    from.length === 1 && others === said
      ? `${said} stands here twice.`
      : from.length === 0
        ? `${said} says nothing: it always holds.`
        : is === "redundant"
          ? `${said} says nothing more: it follows from ${others}${meanings}.`
          : `${said} adds nothing: where it holds, ${others} ${from.length === 1 ? "does" : "do"} too${meanings}.`
  return warning(is === "redundant" ? "redundant-part" : "duplicate-arm", path, why, remove(path))
}
