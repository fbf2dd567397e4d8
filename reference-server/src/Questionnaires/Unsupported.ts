/**
 * What a questionnaire may ask and this server cannot take in yet: files inside a repeated group, which would have to be
 * attached to one of its instances. Such a definition is refused when it is imported, rather than failing a customer.
 */
import { JsonText, type Questionnaire, QuestionKind } from "@requite/core"
import * as Findings from "@requite/core/Questionnaire/Findings"
import * as Result from "effect/Result"
import type { Finding } from "../Questionnaires.ts"

/** A finding for each, at its place in the text that the questionnaire was checked from. */
export const find = (questionnaire: Questionnaire.Questionnaire, source: string): ReadonlyArray<Finding> => {
  const problems = questionnaire.sections.flatMap(({ items }, index) =>
    inItems(items, ["sections", index, "items"], false),
  )
  const text = JsonText.parse(source)
  return problems.length === 0 || Result.isFailure(text) ? [] : Findings.inOrder(text.success, problems)
}

/** Groups nest at most 32 deep in a questionnaire that was checked. */
const inItems = (
  items: ReadonlyArray<QuestionKind.Question>,
  path: ReadonlyArray<string | number>,
  isRepeated: boolean,
): ReadonlyArray<Findings.Problem> =>
  items.flatMap((item, index): ReadonlyArray<Findings.Problem> => {
    const here = [...path, index]
    const problem = Findings.problem(
      "upload-in-repeat",
      [...here, "type"],
      `"${item.id}" asks for files inside a repeated group, which this server cannot take in yet. Ask for them outside the group.`,
    )
    return [
      ...(isRepeated && QuestionKind.isGivenAsFiles(item) ? [problem] : []),
      ...inItems(item.items ?? [], [...here, "items"], isRepeated || item.repeat !== undefined),
    ]
  })
