/** The kind `upload`: documents, of allowed types and sizes. */
import * as Schema from "effect/Schema"
import { answers, maxFiles, type UploadQuestion } from "../AnswerKind/upload.ts"
import type { Value } from "../Condition/Ast.ts"
import type { QuestionFinding, QuestionKind } from "./Kind.ts"
import { commonFields, whole } from "./common.ts"

export { accepts, isUpload, maxFiles, validateFile } from "../AnswerKind/upload.ts"
export type { UploadQuestion } from "../AnswerKind/upload.ts"

/** A file that arrived whole: its id, the customer's name for it, bytes, media type and SHA-256 as hex. */
export const FileRef = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  bytes: Schema.Int,
  type: Schema.String,
  sha256: Schema.String,
})
export type FileRef = typeof FileRef.Type

export const schema = () =>
  Schema.Struct({
    ...commonFields,
    type: Schema.Literal("upload").annotateKey({ description: "Files that the customer hands in." }),
    accept: Schema.Array(
      Schema.String.check(
        Schema.isPattern(/^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/u, {
          message: 'Expected a media type such as "application/pdf" or "image/*"',
        }),
      ),
    )
      .check(
        Schema.isMinLength(1, { message: "Expected at least one media type" }),
        Schema.isMaxLength(50, { message: "Expected at most 50 media types" }),
      )
      .annotateKey({ description: "Media types that are allowed: application/pdf, or a family, image/*." }),
    maxBytes: whole(1, 1_000_000_000).annotateKey({
      description: "The largest size of one file, in bytes: 10000000 is 10 MB.",
    }),
    maxFiles: Schema.optionalKey(whole(1, 100)).annotateKey({ description: "At most so many files; left out: one." }),
    minFiles: Schema.optionalKey(whole(0, 100)).annotateKey({
      description: "At least so many files, once there is one.",
    }),
    withoutLocation: Schema.optionalKey(Schema.Boolean).annotateKey({
      description:
        "Pictures are kept without what their camera wrote into them, the place among it; of JPEG, PNG and WebP, others are refused.",
    }),
    check: Schema.optionalKey(
      Schema.String.check(
        Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,63}$/u, {
          message: 'Expected the name of a check such as "identity": small letters, digits and "-", at most 64',
        }),
      ),
    ).annotateKey({
      description: "What is handed in is for this check: once it is there, complete and clean, the check is asked for.",
    }),
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

/** `value` is how many files. */
const example = (question: UploadQuestion, value?: Value): unknown => {
  const least = Math.max(1, question.minFiles ?? 0)
  const count = value ?? least
  if (typeof count !== "number" || !Number.isInteger(count) || count < least || count > maxFiles(question))
    return undefined
  const type = (question.accept[0] ?? "").replace("*", "x-example")
  return Array.from({ length: count }, (_, index): FileRef => ({
    id: `example${index + 1}`,
    name: `example-${index + 1}`,
    bytes: 1,
    type,
    sha256: (index + 1).toString(16).padStart(64, "0"),
  }))
}

export const kind: QuestionKind<UploadQuestion> = {
  ...answers,
  schema,
  check,
  example,
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
        sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
      },
      required: ["id", "name", "bytes", "type", "sha256"],
      additionalProperties: false,
    },
  }),
}
