/** What an asking takes: how many questions and documents, and about how long. */
import type { QuestionKind } from "@requite/core"
import { viewOf } from "./kinds.ts"
import type { Reader } from "./Reader.ts"

/** "6 questions and 2 documents", of questions that take an answer. */
export const counts = (questions: ReadonlyArray<QuestionKind.Question>, { t }: Reader): string => {
  const documents = questions.filter((question) => viewOf(question).asksFor === "document").length
  const answers = questions.length - documents
  if (documents === 0) return t("effort.answers", { answers })
  return answers === 0 ? t("effort.documents", { documents }) : t("effort.both", { answers, documents })
}

/** Minutes, as a person would say them: 1 to 5, then in steps of five, from an hour on in quarters of one. */
export const minutes = (questions: ReadonlyArray<QuestionKind.Question>): number => {
  const needed = questions.reduce((sum, question) => sum + viewOf(question).seconds(question), 0) / 60
  const step = needed <= 5 ? 1 : needed <= 60 ? 5 : 15
  return Math.max(1, Math.ceil(needed / step) * step)
}
