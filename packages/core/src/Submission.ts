/**
 * A submission: the answers, frozen, with a digest over the definition's hash, the answers and the digests of the
 * files. Whoever holds the three can compute it again, offline.
 *
 * A *receipt* says what was submitted: to which questionnaire, the digest, and each file with its own. It is given to the
 * customer and kept by the firm; either can later show that definition and answers are those it was made of.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Answers } from "./Answers.ts"
import * as Crypto from "./Crypto.ts"
import * as JsonText from "./JsonText.ts"
import type { Question, Questionnaire as Definition } from "./Questionnaire/Definition.ts"
import * as Questionnaire from "./Questionnaire.ts"
import { type Registry, standard } from "./QuestionKind.ts"

/** SHA-256 as hex over the canonical form (RFC 8785) of `{ questionnaire: hash, answers }`; files stand in the answers
 * with their own digests. */
export const digest = (questionnaireHash: string, answers: Answers): Effect.Effect<string, never, Crypto.Crypto> =>
  Crypto.sha256Hex(JsonText.canonical({ questionnaire: questionnaireHash, answers }))

/** A file of a submission; `pointer` (RFC 6901) says where in the answers it stands. */
const ReceivedFile = Schema.Struct({
  pointer: Schema.String,
  name: Schema.String,
  bytes: Schema.Int,
  sha256: Schema.String,
})

/** What was submitted. `digest` is that of `Submission.digest`; digests and hash are SHA-256 as 64 hex digits. */
export const Receipt = Schema.Struct({
  format: Schema.Literal(1),
  questionnaire: Schema.Struct({ id: Schema.String, version: Schema.Int, hash: Schema.String }),
  digest: Schema.String,
  files: Schema.Array(ReceivedFile),
})
export type Receipt = typeof Receipt.Type

/** The receipt for answers that were submitted. Files are listed as the questions are, those of instances in order. */
export const receipt = Effect.fnUntraced(function* (
  questionnaire: Definition,
  answers: Answers,
  kinds: Registry = standard,
): Effect.fn.Return<Receipt, never, Crypto.Crypto> {
  const { id, version, hash } = yield* Questionnaire.reference(questionnaire)
  return {
    format: 1,
    questionnaire: { id, version, hash },
    digest: yield* digest(hash, answers),
    files: filesOf(questionnaire, answers, kinds),
  }
})

/** One thing in which definition and answers are not what the receipt says. */
export interface Mismatch {
  /**
   * - `malformed`: this is no receipt
   * - `questionnaire-id`, `questionnaire-version`, `questionnaire-hash`: of another definition
   * - `digest`: the answers are others, or the receipt's digest is
   * - `file-missing`, `file-unexpected`: in the receipt and not in the answers, or the other way round
   * - `file-changed`: another name, size or content
   */
  readonly code:
    | "malformed"
    | "questionnaire-id"
    | "questionnaire-version"
    | "questionnaire-hash"
    | "digest"
    | "file-missing"
    | "file-unexpected"
    | "file-changed"
  /** Into the receipt; of files, into the answers. */
  readonly pointer: string
  readonly message: string
}

/**
 * Is this the receipt for exactly these answers to exactly this definition? Succeeds with the receipt, or fails with
 * everything that does not match. Needs nothing but what it is given. Whether the bytes of a file are those of its digest
 * is for whoever has the bytes.
 */
export const verify = Effect.fnUntraced(function* (
  receipt: unknown,
  questionnaire: Definition,
  answers: Answers,
  kinds: Registry = standard,
): Effect.fn.Return<Result.Result<Receipt, ReadonlyArray<Mismatch>>, never, Crypto.Crypto> {
  const decoded = decode(receipt)
  if (Result.isFailure(decoded))
    return Result.fail([{ code: "malformed", pointer: "", message: "This is no receipt." }])
  const given = decoded.success
  const { id, version, hash } = yield* Questionnaire.reference(questionnaire)
  const mismatches: Array<Mismatch> = []
  const expect = (same: boolean, code: Mismatch["code"], pointer: string, message: string) => {
    if (!same) mismatches.push({ code, pointer, message })
  }
  const of = given.questionnaire
  expect(of.id === id, "questionnaire-id", "/questionnaire/id", `The receipt is for "${of.id}", not "${id}".`)
  expect(
    of.version === version,
    "questionnaire-version",
    "/questionnaire/version",
    `The receipt is for version ${of.version}, not ${version}.`,
  )
  expect(of.hash === hash, "questionnaire-hash", "/questionnaire/hash", "The definition is not the one submitted to.")
  // over the receipt's own hash: a wrong definition says nothing about the answers
  expect(
    given.digest === (yield* digest(of.hash, answers)),
    "digest",
    "/digest",
    "The answers are not those that were submitted.",
  )
  mismatches.push(...compareFiles(given.files, filesOf(questionnaire, answers, kinds)))
  return mismatches.length === 0 ? Result.succeed(given) : Result.fail(mismatches)
})

const decode = Schema.decodeUnknownResult(Receipt, { onExcessProperty: "error" })

type ReceivedFile = typeof ReceivedFile.Type

const compareFiles = (
  expected: ReadonlyArray<ReceivedFile>,
  actual: ReadonlyArray<ReceivedFile>,
): ReadonlyArray<Mismatch> => {
  const there = new Map(actual.map((file) => [file.pointer, file]))
  const known = new Set(expected.map(({ pointer }) => pointer))
  return [
    ...expected.flatMap((file): ReadonlyArray<Mismatch> => {
      const { pointer, name, bytes, sha256 } = file
      const found = there.get(pointer)
      if (found === undefined) return [{ code: "file-missing", pointer, message: `"${name}" is not there.` }]
      const isSame = found.name === name && found.bytes === bytes && found.sha256 === sha256
      return isSame
        ? []
        : [{ code: "file-changed", pointer, message: `"${found.name}" is not "${name}" as submitted.` }]
    }),
    ...actual.flatMap(({ pointer, name }): ReadonlyArray<Mismatch> =>
      known.has(pointer) ? [] : [{ code: "file-unexpected", pointer, message: `"${name}" is not on the receipt.` }],
    ),
  ]
}

/** The files among answers, in repeated groups too. Groups nest at most 32 deep in a definition that was checked. */
const filesOf = (questionnaire: Definition, answers: Answers, kinds: Registry): ReadonlyArray<ReceivedFile> => {
  const inItems = (items: ReadonlyArray<Question>, answers: object, path: JsonText.Path): ReadonlyArray<ReceivedFile> =>
    items.flatMap((item): ReadonlyArray<ReceivedFile> => {
      const inner = item.items
      if (inner !== undefined && item.repeat === undefined) return inItems(inner, answers, path)
      const answer: unknown = Object.hasOwn(answers, item.id) ? Reflect.get(answers, item.id) : undefined
      const list: ReadonlyArray<unknown> = Array.isArray(answer) ? answer : []
      const isFiles = kinds.get(item.type)?.givenAs === "files"
      return list.flatMap((one, i) => {
        const at = [...path, item.id, i]
        if (inner !== undefined) return typeof one === "object" && one !== null ? inItems(inner, one, at) : []
        return isFiles && isFile(one)
          ? [{ pointer: JsonText.pointer(at), name: one.name, bytes: one.bytes, sha256: one.sha256 }]
          : []
      })
    })
  return questionnaire.sections.flatMap(({ items }) => inItems(items, answers, []))
}

const isFile = Schema.is(Schema.Struct({ name: Schema.String, bytes: Schema.Int, sha256: Schema.String }))
