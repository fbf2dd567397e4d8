/** Files come and go by the script of uploads (uploads.ts), which tells the page of each. */
import type { FileRef } from "@requite/core/AnswerKind/upload"
import { at, list } from "@requite/core/FillSession/Place"
import type { Filling } from "./Filling.ts"

/** A file is there by now, or no longer. */
export interface Told {
  readonly question: string
  readonly file: Pick<FileRef, "id">
  readonly isThere: boolean
}

declare global {
  interface HTMLElementEventMap {
    readonly "requite:file": CustomEvent<Told>
  }
}

/** The server knows of it already. */
export const follow = ({ question, file, isThere }: Told, { session, state, send }: Filling): void => {
  const { saved, revision } = state()
  const others = list(session.answerAt(state(), [question])).filter((one) => at(one, ["id"]) !== file.id)
  const files = isThere ? [...others, file] : others
  // a little later than what is known, and before what others save
  send({ type: "AnswersArrived", revision: revision + 0.001, answers: { ...saved, [question]: files } })
}
