/**
 * What conditions, calculations, limits and placeholders refer to: does it exist, is it in reach of where it is used, is
 * it asked before; and is everything that is declared used.
 *
 * In reach: an item of a repeated group is in the same instance for the items beside it, is the instance meant for what
 * stands in `some` and `every`, and is all instances for a calculated value. From anywhere else nobody could tell which.
 */
import type { Reference } from "../Condition/Ast.ts"
import type { Dependencies } from "./Dependencies.ts"
import { targetOf } from "./Dependencies.ts"
import * as Findings from "./Findings.ts"
import * as Nearest from "./Nearest.ts"
import type { Use } from "./Nodes.ts"
import type { Outline, Owner } from "./Outline.ts"
import { pathOf } from "./Outline.ts"
import * as Texts from "./Texts.ts"
import type { Types } from "./Types.ts"

export const check = (
  outline: Outline,
  uses: ReadonlyArray<Use>,
  dependencies: Dependencies,
  types: Types,
): ReadonlyArray<Findings.Problem> => {
  const { questionnaire, answers, named } = outline
  const context = new Set([...Object.keys(questionnaire.context ?? {}), "today"])
  const nearAnswer = Nearest.among(answers.keys())
  const nearCondition = Nearest.among(named.keys())
  const nearContext = Nearest.among(context)
  const known = knownOf(outline, uses, dependencies)
  const problems = uses.flatMap((use): ReadonlyArray<Findings.Problem> => {
    const path = pathOf(use.trail)
    if (use.to === "context") {
      if (context.has(use.id)) return []
      const near = nearContext(use.id)
      const message = `There is no "${use.id}" under context${didYouMean(near)}`
      return [{ ...Findings.problem("unknown-context", path, message), ...withAnswer(path, near, "context") }]
    }
    const target = targetOf(outline, use)
    if (target !== undefined) return reach(use, target, known, dependencies)
    if (use.to === "condition") {
      const near = nearCondition(use.id)
      const message = `There is no condition "${use.id}" under conditions${didYouMean(near)}`
      return [{ ...Findings.problem("unknown-condition", path, message), ...Findings.replacing(path, near) }]
    }
    const near = nearAnswer(use.id)
    const message = `There is no question or calculated value "${use.id}"${didYouMean(near)}`
    return [{ ...Findings.problem("dangling-reference", path, message), ...withAnswer(path, near, "answer") }]
  })
  return [...problems, ...placeholders(outline, types, nearAnswer), ...unused(outline, uses)]
}

const didYouMean = (near: string | undefined): string => (near === undefined ? "." : `. Did you mean "${near}"?`)

/** A reference is written as an object here also where the author left the bare id. */
const withAnswer = (path: ReadonlyArray<string | number>, near: string | undefined, key: "answer" | "context") =>
  Findings.replacing(path, near === undefined ? undefined : { [key]: near })

/** Of a named condition: what it reads, itself or through others. */
interface Known {
  /** The last item in reading order, and the last section that anything of it stands in. */
  readonly order: number
  readonly section: number
  readonly calculatedSection: number
  /** The repeated groups that it must be used in. */
  readonly needs: ReadonlySet<string>
}

const knownOf = (outline: Outline, uses: ReadonlyArray<Use>, { order }: Dependencies): ReadonlyMap<Owner, Known> => {
  const usesOf = new Map<Owner, Array<Use>>()
  for (const use of uses) {
    if (use.purpose !== "named") continue
    const others = usesOf.get(use.owner)
    if (others === undefined) usesOf.set(use.owner, [use])
    else others.push(use)
  }
  const known = new Map<Owner, Known>()
  for (const owner of order) {
    if (owner.is !== "condition") continue
    let own: Known = { order: -1, section: -1, calculatedSection: -1, needs: new Set() }
    for (const use of usesOf.get(owner) ?? []) {
      const target = targetOf(outline, use)
      const read = target === undefined ? undefined : readOf(target, known)
      if (read === undefined) continue
      const needs = [...read.needs].filter((group) => !use.bound.includes(group) && !own.needs.has(group))
      own = {
        order: Math.max(own.order, read.order),
        section: Math.max(own.section, read.section),
        calculatedSection: Math.max(own.calculatedSection, read.calculatedSection),
        needs: needs.length > 0 ? new Set([...own.needs, ...needs]) : own.needs,
      }
    }
    known.set(owner, own)
  }
  return known
}

const readOf = (target: Owner, known: ReadonlyMap<Owner, Known>): Known | undefined =>
  target.is === "condition"
    ? known.get(target)
    : target.is === "calculated"
      ? { order: -1, section: target.section, calculatedSection: target.section, needs: new Set(target.repeats) }
      : { order: target.order, section: target.section, calculatedSection: -1, needs: new Set(target.repeats) }

const reach = (
  use: Use,
  target: Owner,
  known: ReadonlyMap<Owner, Known>,
  { component }: Dependencies,
): ReadonlyArray<Findings.Problem> => {
  const { owner, purpose, bound } = use
  const read = readOf(target, known)
  if (read === undefined) return []
  const path = pathOf(use.trail)
  const outside =
    purpose === "calculation" || purpose === "named"
      ? undefined
      : [...read.needs].find((group) => !owner.repeats.includes(group) && !bound.includes(group))
  if (outside !== undefined) {
    const message = `"${use.id}" is ${target.is === "condition" ? "about" : "in"} the repeated group "${outside}": which instance is meant? Ask with some or every, or use a calculated value.`
    return [Findings.problem("repeat-reference", path, message)]
  }
  const circular = component.get(owner) === component.get(target)
  if (circular || !isForward(use, read)) return []
  const message = `"${use.id}" is ${target.is === "condition" ? "about something" : ""} asked later than this. It works, but whoever fills in sees this change behind them.`
  return [Findings.warning("forward-reference", path, message.replace("  ", " "))]
}

const isForward = ({ owner, purpose }: Pick<Use, "owner" | "purpose">, read: Known): boolean => {
  if (owner.is === "end" || owner.is === "condition") return false
  if (purpose === "required" || purpose === "calculation") return read.section > owner.section
  const before = owner.is === "section" ? read.order < owner.order : read.order <= owner.order
  return !before || read.calculatedSection > owner.section
}

const placeholders = (
  outline: Outline,
  types: Types,
  nearAnswer: (id: string) => string | undefined,
): ReadonlyArray<Findings.Problem> =>
  Texts.placeholders(outline).flatMap((placeholder): ReadonlyArray<Findings.Problem> => {
    const { id, path, site, text, written, exact } = placeholder
    const target = outline.answers.get(id)
    const instead = (id: string) => Findings.replacing(path, text.replaceAll(written, `{{${id}}}`))
    if (!exact) {
      const message =
        target === undefined
          ? `${written} is no placeholder, it is shown as it stands. A placeholder is {{id}}, of a question.`
          : `${written} is shown as it stands. Did you mean {{${id}}}?`
      return [Findings.warning("placeholder-look-alike", path, message, target === undefined ? {} : instead(id))]
    }
    if (target === undefined) {
      const near = nearAnswer(id)
      const message = `There is no question or calculated value "${id}" that {{${id}}} could stand for${didYouMean(near)}`
      return [
        { ...Findings.problem("missing-placeholder", path, message), ...(near === undefined ? {} : instead(near)) },
      ]
    }
    if (types.answers.get(id)?.type === "nothing") {
      return [Findings.problem("missing-placeholder", path, `"${id}" has no answer that {{${id}}} could stand for.`)]
    }
    const outside = target.repeats.find((group) => !site.owner.repeats.includes(group))
    if (outside !== undefined) {
      const message = `"${id}" is in the repeated group "${outside}": {{${id}}} can stand only in the texts of that group's items.`
      return [Findings.problem("repeat-reference", path, message)]
    }
    const read = readOf(target, new Map())
    const forward =
      target === site.owner || (read !== undefined && isForward({ owner: site.owner, purpose: "when" }, read))
    return forward
      ? [
          Findings.warning(
            "forward-reference",
            path,
            `{{${id}}} is asked later than this text is read, which is empty there.`,
          ),
        ]
      : []
  })

const unused = (outline: Outline, uses: ReadonlyArray<Use>): ReadonlyArray<Findings.Problem> => {
  const used = { answer: new Set<Reference["answer"]>(), condition: new Set<string>(), context: new Set<string>() }
  for (const { to, id, owner } of uses)
    if (to !== "condition" || owner.id !== id || owner.is !== "condition") used[to].add(id)
  const one = (code: string, path: ReadonlyArray<string>, what: string) =>
    Findings.warning(code, path, `${what} "${path[1]}" is used nowhere.`, {
      fix: [{ op: "remove", path: Findings.pointer(path) }],
    })
  return [
    ...[...outline.named.keys()]
      .filter((name) => !used.condition.has(name))
      .map((name) => one("unused-condition", ["conditions", name], "The condition")),
    ...Object.keys(outline.questionnaire.context ?? {})
      .filter((key) => !used.context.has(key))
      .map((key) => one("unused-context", ["context", key], "The context value")),
  ]
}
