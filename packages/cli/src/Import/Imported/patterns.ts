/** Regular expressions of other software as patterns of ours, which match a whole answer and never take long. */
import { judge } from "@requite/core/QuestionKind/text/Pattern"

/**
 * The pattern of ours that an expression is; undefined when it is none. Only what is anchored at both ends says of a
 * whole answer what ours say.
 */
export const pattern = (regex: string, longest: number): string | undefined => {
  if (regex.length > 1000) return undefined
  const inner = /^\^([\s\S]*)\$$/.exec(regex)?.[1]
  if (inner === undefined || /(?:^|[^\\])(?:\\\\)*\\$/.test(inner) || hasAlternatives(inner)) return undefined
  return inner !== "" && judge(inner, longest).verdict === "safe" ? inner : undefined
}

/** `^a|b$` is anchored at one end of each alternative only. */
const hasAlternatives = (regex: string): boolean => {
  let depth = 0
  let inClass = false
  for (let i = 0; i < regex.length; i++) {
    const character = regex[i]
    if (character === "\\") i++
    else if (inClass) inClass = character !== "]"
    else if (character === "[") inClass = true
    else if (character === "(") depth++
    else if (character === ")") depth--
    else if (character === "|" && depth === 0) return true
  }
  return false
}
