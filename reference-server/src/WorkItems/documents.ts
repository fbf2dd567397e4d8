/**
 * The documents of tasks, by task: what customers brought for one (K4), and what the firm gave with what it asked (K9). Whose a
 * file is goes by the section of the request that it answers; what goes with all of a request is with each of its tasks.
 */
import * as Effect from "effect/Effect"
import { Documents, type WorkDocument } from "../Documents.ts"
import * as Filling from "../Filling.ts"
import { Questionnaires } from "../Questionnaires.ts"
import type { Overview } from "../WorkItems.ts"

export const of = Effect.fnUntraced(function* (
  workspaceId: string,
  { workItem, requests }: Pick<Overview, "workItem" | "requests">,
): Effect.fn.Return<ReadonlyMap<string, ReadonlyArray<WorkDocument>>, never, Documents | Questionnaires> {
  const all = yield* (yield* Documents).ofWork(workspaceId, workItem.id)
  const questionnaires = yield* Questionnaires
  const found = new Map<string, Array<WorkDocument>>()
  for (const { id, details } of requests) {
    const own = all.filter(({ askedBy }) => askedBy === id)
    if (own.length === 0 || details.tasks.length === 0) continue
    const { questionnaire: ref } = details
    const { questionnaire } = yield* Effect.orDie(questionnaires.get(workspaceId, ref.id, ref.version))
    const sectionOf = ({ question, item }: WorkDocument) =>
      question === null ? item : (Filling.sectionOf(questionnaire, question) ?? "")
    for (const { task, sections } of details.tasks) {
      const its = own.filter((document) => {
        const section = sectionOf(document)
        return section === null || sections.includes(section)
      })
      found.set(task, [...(found.get(task) ?? []), ...its])
    }
  }
  return found
})
