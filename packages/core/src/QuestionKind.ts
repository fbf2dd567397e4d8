/**
 * A question's *kind* owns its rules. Shared code never asks "is this an upload?": it looks the kind up by the
 * question's `type` and asks it to answer for itself. Adding a kind means writing one module and putting it in a
 * registry; nothing shared changes.
 */
import { kind as choice } from "./QuestionKind/choice.ts"
import { kind as confirm } from "./QuestionKind/confirm.ts"
import { kind as date } from "./QuestionKind/date.ts"
import { kind as group } from "./QuestionKind/group.ts"
import type { Question, QuestionKind } from "./QuestionKind/Kind.ts"
import { kind as note } from "./QuestionKind/note.ts"
import { kind as number } from "./QuestionKind/number.ts"
import { kind as text } from "./QuestionKind/text.ts"
import { kind as upload } from "./QuestionKind/upload.ts"

export type { Problem, Question, QuestionFinding, QuestionKind } from "./QuestionKind/Kind.ts"

export type Registry = ReadonlyMap<string, QuestionKind>

/** A registry of kinds, by their `type`. */
export const registry = (...kinds: ReadonlyArray<QuestionKind>): Registry =>
  new Map(kinds.map((kind) => [kind.type, kind]))

/** Do the answers to this question come as files, one by one, rather than with the others? */
export const isGivenAsFiles = (question: Question, kinds: Registry = standard): boolean =>
  kinds.get(question.type)?.givenAs === "files"

/** The kinds of format.md. */
export const standard: Registry = registry(text, choice, number, date, confirm, note, upload, group)
