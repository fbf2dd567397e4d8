/** Files come and go by the script of uploads (uploads.ts), which tells the page of each. */
import type { FileRef } from "@requite/core/AnswerKind/upload"
import { at, list } from "@requite/core/FillSession/Place"
import type { Filling } from "./Filling.ts"

const isFile = (file: unknown): file is FileRef => typeof file === "object" && file !== null && "id" in file
const isTold = (
  detail: unknown,
): detail is { readonly question: string; readonly file: unknown; readonly isThere: boolean } =>
  typeof detail === "object" && detail !== null && "question" in detail && "isThere" in detail

/** A file is there by now, or no longer: the server knows of it already. */
export const follow = ({ detail }: CustomEvent<unknown>, { session, state, send }: Filling): void => {
  if (!isTold(detail) || !isFile(detail.file)) return
  const { question, file, isThere } = detail
  const { saved, revision } = state()
  const others = list(session.answerAt(state(), [question])).filter((one) => at(one, ["id"]) !== file.id)
  const files = isThere ? [...others, file] : others
  // a little later than what is known, and before what others save
  send({ type: "AnswersArrived", revision: revision + 0.001, answers: { ...saved, [question]: files } })
}
