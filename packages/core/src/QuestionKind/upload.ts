/**
 * The kind `upload`: documents. Its answer is the list of files attached to it, each known by the id that the server
 * gave it, with the size, the type found in its content and its digest. Files come one by one, not with the other
 * answers.
 */
import * as Schema from "effect/Schema"
import type { Problem, Question, QuestionFinding, QuestionKind } from "./Kind.ts"
import { commonFields, whole } from "./common.ts"

export interface UploadQuestion extends Question {
  readonly type: "upload"
  /** Media types that are allowed: `application/pdf`, or a family, `image/*`. */
  readonly accept: ReadonlyArray<string>
  /** Of one file, in bytes. */
  readonly maxBytes: number
  readonly maxFiles?: number
  readonly minFiles?: number
}

/** A file that arrived whole: its id, the customer's name for it, bytes, media type and SHA-256 as hex. */
export const FileRef = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  bytes: Schema.Int,
  type: Schema.String,
  sha256: Schema.String,
})
export type FileRef = typeof FileRef.Type

/** For code that is about uploads by its nature, such as a server that takes files in. */
export const isUpload = (question: Question): question is UploadQuestion => question.type === "upload"

export const maxFiles = (question: UploadQuestion) => question.maxFiles ?? 1

/** Does a media type fall under one of the allowed ones? */
export const accepts = (question: UploadQuestion, type: string): boolean =>
  question.accept.some(
    (allowed) => allowed === type || (allowed.endsWith("/*") && type.startsWith(allowed.slice(0, -1))),
  )

export const schema = () =>
  Schema.Struct({
    ...commonFields,
    type: Schema.Literal("upload"),
    accept: Schema.Array(
      Schema.String.check(
        Schema.isPattern(/^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/u, {
          message: 'Expected a media type such as "application/pdf" or "image/*"',
        }),
      ),
    ).check(
      Schema.isMinLength(1, { message: "Expected at least one media type" }),
      Schema.isMaxLength(50, { message: "Expected at most 50 media types" }),
    ),
    maxBytes: whole(1, 1_000_000_000),
    maxFiles: Schema.optionalKey(whole(1, 100)),
    minFiles: Schema.optionalKey(whole(0, 100)),
  })

const check = (question: UploadQuestion): ReadonlyArray<QuestionFinding> =>
  (question.minFiles ?? 0) > maxFiles(question)
    ? [
        {
          code: "min-above-max",
          path: ["minFiles"],
          message: `minFiles ${question.minFiles} is above maxFiles ${maxFiles(question)}, so no answer fits.`,
        },
      ]
    : []

const isFiles = Schema.is(Schema.Array(FileRef))

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

export const kind: QuestionKind<UploadQuestion> = {
  type: "upload",
  givenAs: "files",
  schema,
  check,
  isAnswered: (_question, answer) => Array.isArray(answer) && answer.length > 0,
  validate,
  describe: (_question, answer) => (isFiles(answer) ? answer.map((file) => file.name) : []),
  answerSchema: (question) => ({
    type: "array",
    minItems: question.minFiles ?? 0,
    maxItems: maxFiles(question),
    items: {
      type: "object",
      properties: {
        id: { type: "string" },
        name: { type: "string" },
        bytes: { type: "integer", minimum: 1, maximum: question.maxBytes },
        type: { type: "string" },
        sha256: { type: "string" },
      },
      required: ["id", "name", "bytes", "type", "sha256"],
      additionalProperties: false,
    },
  }),
}
