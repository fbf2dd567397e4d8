/**
 * Whether a new version may be published while customers answer requests on earlier ones (format.md, "Identity and versions"): not
 * when it breaks the answers that people have given so far, and no migration carries them over.
 */
import { Difference, JsonText, type Questionnaire } from "@requite/core"
import * as Findings from "@requite/core/Questionnaire/Findings"
import * as Result from "effect/Result"
import type { Finding } from "../Questionnaires.ts"

/** A finding in the new version's text for each change that forbids it; `open` counts the requests on the earlier one. */
export const find = (
  earlier: Questionnaire.Questionnaire,
  later: Questionnaire.Questionnaire,
  source: string,
  open: number,
): ReadonlyArray<Finding> => {
  const { blocking, problems } = Difference.verdict(earlier, later)
  const on = open === 1 ? "1 request on version" : `${open} requests on version`
  const because = `${on} ${earlier.version} ${open === 1 ? "is" : "are"} being answered`
  const breaking = blocking.map(({ to, message }) =>
    Findings.problem(
      "breaking-change",
      pathOf(to ?? ""),
      `${message} ${because}: write a migration for those answers, or end ${open === 1 ? "that request" : "those requests"} first.`,
    ),
  )
  const text = JsonText.parse(source)
  const all = [...breaking, ...problems.filter(({ severity }) => severity === "error")]
  return all.length === 0 || Result.isFailure(text) ? [] : Findings.inOrder(text.success, all)
}

/** A pointer (RFC 6901) into a definition as a path; only lists have numbers for keys there. */
const pathOf = (pointer: string): ReadonlyArray<string | number> =>
  pointer
    .split("/")
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll("~1", "/").replaceAll("~0", "~")))
