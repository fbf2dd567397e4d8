/**
 * Findings that the author has looked at and silenced in place, with a reason: those of one code, at the item, section
 * or end that says so or below it. Errors are never silenced, and what silences nothing is told.
 */
import * as Findings from "./Findings.ts"
import type { Outline, SuppressionSite } from "./Outline.ts"
import { pathOf } from "./Outline.ts"

/** The problems that are left, and what is wrong with the suppressions themselves. */
export const apply = (
  { suppressions }: Outline,
  problems: ReadonlyArray<Findings.Problem>,
): ReadonlyArray<Findings.Problem> => {
  if (suppressions.length === 0) return problems
  const byCode = new Map<string, Array<Silence>>()
  for (const site of suppressions) {
    const { code } = site.suppression
    const silence: Silence = { site, holder: pathOf(site.holder), silenced: 0, errors: 0 }
    const others = byCode.get(code)
    if (others === undefined) byCode.set(code, [silence])
    else others.push(silence)
  }
  const left = problems.filter((problem) => !isSilenced(problem, byCode.get(problem.code) ?? []))
  const refused = problems.some(({ severity }) => severity === "error")
  return [...left, ...[...byCode.values()].flat().flatMap((silence) => wrongWith(silence, refused))]
}

interface Silence {
  readonly site: SuppressionSite
  readonly holder: ReadonlyArray<string | number>
  silenced: number
  errors: number
}

/** All that cover it count as used: the inner one could be all that is left tomorrow. */
const isSilenced = (problem: Findings.Problem, silences: ReadonlyArray<Silence>): boolean => {
  let silenced = false
  for (const silence of silences) {
    if (!silence.holder.every((step, index) => problem.path[index] === step)) continue
    if (problem.severity === "error") silence.errors += 1
    else {
      silence.silenced += 1
      silenced = true
    }
  }
  return silenced
}

const wrongWith = ({ site, silenced, errors }: Silence, refused: boolean): ReadonlyArray<Findings.Problem> => {
  const { code } = site.suppression
  const path = pathOf(site.trail)
  if (errors > 0) {
    return [Findings.problem("cannot-suppress", path, `"${code}" is an error here, and errors cannot be suppressed.`)]
  }
  // with errors not everything was looked for, so nobody knows yet
  return silenced > 0 || refused
    ? []
    : [
        Findings.warning("unused-suppression", path, `There is no finding "${code}" here that this would suppress.`, {
          fix: [{ op: "remove", path: Findings.pointer(path) }],
        }),
      ]
}
