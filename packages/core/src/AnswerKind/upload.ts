/**
 * Answers of the kind `upload`: documents. An answer is the list of files attached to the question, each known by the
 * id that the server gave it, with the size, the type found in its content and its digest. Files come one by one, not
 * with the other answers.
 */
import type { AnswerKind, FillKind, Problem } from "../AnswerKind.ts"
import { own } from "../Evaluation/frames.ts"
import type { Question } from "../Questionnaire/Definition.ts"
import { described } from "./described.ts"

export interface UploadQuestion extends Question {
  readonly type: "upload"
  /** Media types that are allowed: `application/pdf`, or a family, `image/*`. */
  readonly accept: ReadonlyArray<string>
  /** Of one file, in bytes. */
  readonly maxBytes: number
  readonly maxFiles?: number
  readonly minFiles?: number
  /** Pictures are kept without what their camera wrote into them, the place among it. */
  readonly withoutLocation?: boolean
}

/** A file that arrived whole: its id, the customer's name for it, bytes, media type and SHA-256 as hex. */
export interface FileRef {
  readonly id: string
  readonly name: string
  readonly bytes: number
  readonly type: string
  readonly sha256: string
}

/** For code that is about uploads by its nature, such as a server that takes files in. */
export const isUpload = (question: Question): question is UploadQuestion => question.type === "upload"

export const maxFiles = (question: UploadQuestion): number => question.maxFiles ?? 1

/** Does a media type fall under one of the allowed ones? */
export const accepts = (question: UploadQuestion, type: string): boolean =>
  question.accept.some(
    (allowed) => allowed === type || (allowed.endsWith("/*") && type.startsWith(allowed.slice(0, -1))),
  )

const texts = ["id", "name", "type", "sha256"] as const

/** With these and nothing beside them: what else somebody puts there would be kept, and shown to nobody. One that was only
 * chosen has no digest yet. */
const isFile = (file: unknown): file is FileRef =>
  typeof file === "object" &&
  file !== null &&
  texts.every((key) => typeof own(file, key) === "string") &&
  Number.isSafeInteger(own(file, "bytes")) &&
  /^([0-9a-f]{64})?$/.test(String(own(file, "sha256"))) &&
  Object.keys(file).length === texts.length + 1

/** Is this a list of files? A list with holes is none; `every` would pass over them. */
export const isFiles = (answer: unknown): answer is ReadonlyArray<FileRef> =>
  Array.isArray(answer) && !answer.includes(undefined) && answer.every(isFile)

const validate = (question: UploadQuestion, answer: unknown): ReadonlyArray<Problem> => {
  if (!isFiles(answer)) return [{ code: "upload-type", malformed: true }]
  const problems: Array<Problem> = answer.flatMap((file) => validateFile(question, file))
  const min = question.minFiles ?? 0
  if (answer.length > maxFiles(question))
    problems.push({ code: "upload-too-many", values: { max: maxFiles(question) } })
  if (answer.length < min) problems.push({ code: "upload-too-few", values: { min, count: answer.length } })
  return problems
}

/** What is wrong with one file, before or after it is attached. */
export const validateFile = (
  question: UploadQuestion,
  file: Omit<FileRef, "id" | "sha256">,
): ReadonlyArray<Problem> => [
  ...(file.bytes > question.maxBytes
    ? [{ code: "upload-too-large", values: { name: file.name, max: question.maxBytes } }]
    : []),
  ...(file.bytes < 1 ? [{ code: "upload-empty", values: { name: file.name } }] : []),
  ...(accepts(question, file.type)
    ? []
    : [{ code: "upload-wrong-type", values: { name: file.name, accept: question.accept.join(", ") } }]),
]

export const filling: FillKind<UploadQuestion> = {
  type: "upload",
  givenAs: "files",
  valueType: (question) => ({ type: "count", min: question.minFiles ?? 0, max: maxFiles(question) }),
  // how many files
  value: (_question, answer) => (isFiles(answer) && answer.length > 0 ? answer.length : undefined),
  isAnswered: (_question, answer) => Array.isArray(answer) && answer.length > 0,
  validate,
}

export const answers: AnswerKind<UploadQuestion> = /* @__PURE__ */ described(filling, (_question, answer) =>
  isFiles(answer) ? answer.map((file) => file.name) : [],
)
