/**
 * A kind with how a person reads its answers. Calls are marked as pure, so that a bundler leaves them and what they carry
 * out of a page that only fills in.
 */
import type { AnswerKind, FillKind } from "../AnswerKind.ts"
import type { Question } from "../Questionnaire/Definition.ts"

export const described = <Q extends Question>(
  filling: FillKind<Q>,
  describe: AnswerKind<Q>["describe"],
): AnswerKind<Q> => ({ ...filling, describe })
