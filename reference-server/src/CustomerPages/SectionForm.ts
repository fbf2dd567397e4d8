/**
 * A section's form as it arrives: multipart, part by part. The session's token comes first, and nothing is taken in
 * before it; text is collected within limits; each file streams on to `Uploads` as it comes and is never held here.
 */
import type { ClientRequest } from "@requite/core"
import { QuestionKind } from "@requite/core"
import type { Questionnaire } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { RequestNotFound } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { ByteSize } from "../platform/Files.ts"
import { HttpIncomingMessage, HttpServerRequest, Multipart } from "../platform/Http.ts"
import { Uploads } from "../Uploads.ts"
import type { Fields } from "./kinds.ts"
import { fileField } from "./kinds.ts"
import type { Issue } from "./Problems.ts"

/** Not a form of this session: no token, a wrong one, or nothing that can be read. */
export class NotOurs extends Schema.TaggedError<NotOurs>()("NotOurs", {}) {}
/** More than a page of ours sends. */
export class TooMuch extends Schema.TaggedError<TooMuch>()("TooMuch", {}) {}

export interface Sent {
  /** What the firm's questions were when the form was loaded. */
  readonly revision: number
  readonly fields: Fields
  /** Files that were not taken, and why. */
  readonly refused: ReadonlyArray<Issue>
  /** The request itself no longer takes files from this form. */
  readonly refusal: ClientRequest.Refusal | null
}

/** A text of 100 000 characters is the longest that a question may ask for. */
const maxFieldBytes = 500_000
/** Every option of a long list may be ticked. */
const maxParts = 3_000
/** What is still read of files that nobody wants, so that the rest of the form arrives. */
const maxWasted = 250_000_000

export const receive = (
  customer: Customer,
  section: Questionnaire.Section,
): Effect.Effect<Sent, NotOurs | TooMuch | RequestNotFound, Uploads | HttpServerRequest.HttpServerRequest> =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const uploads = yield* Uploads
    const fields = new Map<string, Array<string>>()
    const refused: Array<Issue> = []
    let refusal: ClientRequest.Refusal | null = null
    let wasted = 0
    const revision = () => Number.parseInt(fields.get("revision")?.[0] ?? "", 10)

    /** The rest of a file is read and dropped, or the next part of the form would never come. */
    const drop = (file: Multipart.File, onBytes: (bytes: number) => void) =>
      file.content.pipe(
        Stream.runForEach(({ length }) => {
          onBytes(length)
          wasted += length
          return wasted > maxWasted ? Effect.fail(new TooMuch()) : Effect.void
        }),
        Effect.catchTag("MultipartError", () => Effect.void),
      )

    const take = Effect.fnUntraced(function* (file: Multipart.File, question: QuestionKind.Question) {
      let bytes = 0
      const count = (length: number) => void (bytes += length)
      const content = Stream.tap(file.content, ({ length }) => Effect.sync(() => count(length)))
      const taken = yield* Effect.result(
        uploads.receive(customer, { question, revision: revision(), name: file.name, content }),
      )
      yield* drop(file, count)
      if (Result.isSuccess(taken)) return
      const { failure } = taken
      switch (failure._tag) {
        case "UploadRefused":
          return void refused.push(
            ...failure.problems.map(({ code, values }) => ({
              code,
              question: question.id,
              values: { ...values, name: failure.name, bytes },
            })),
          )
        case "Refusal":
          if (failure.reasons.every(({ code }) => code === "file-limit")) {
            return void refused.push({ code: "file-limit", question: question.id, values: { name: file.name } })
          }
          refusal = failure
          return
        case "RequestNotFound":
          return yield* failure
      }
    })

    const onPart = (part: Multipart.Part): Effect.Effect<void, NotOurs | TooMuch | RequestNotFound> => {
      if (!fields.has("csrf")) {
        const isOurs = Multipart.isField(part) && part.key === "csrf" && PageSecurity.isCsrf(part.value, customer.csrf)
        if (!isOurs) return Effect.fail(new NotOurs())
      }
      if (Multipart.isField(part)) {
        return Effect.sync(() => void fields.set(part.key, [...(fields.get(part.key) ?? []), part.value]))
      }
      const question = section.items.find(({ id }) => fileField(id) === part.key)
      // an empty file field comes as a file without a name
      const unwanted = part.name === "" || question === undefined || !isGivenAsFiles(question) || refusal !== null
      return unwanted ? drop(part, () => {}) : take(part, question)
    }

    yield* request.multipartStream.pipe(
      Stream.runForEach(onPart),
      Effect.catchTag("MultipartError", ({ reason }) =>
        Effect.fail(reason._tag === "Parse" || reason._tag === "InternalError" ? new NotOurs() : new TooMuch()),
      ),
      // the whole has no limit, because a limit met in the middle of a file would end it as if it were complete: each
      // file is held to its question's, by Uploads
      Effect.provideService(HttpIncomingMessage.MaxBodySize, undefined),
      Effect.provideService(Multipart.MaxFileSize, undefined),
      Effect.provideService(Multipart.MaxFieldSize, ByteSize.bytes(maxFieldBytes)),
      Effect.provideService(Multipart.MaxParts, maxParts),
      // whatever has a file name is a file, JSON too
      Effect.provideService(Multipart.FieldMimeTypes, []),
    )
    if (Number.isNaN(revision())) return yield* new NotOurs()
    return { revision: revision(), fields, refused, refusal }
  })

const isGivenAsFiles = ({ type }: QuestionKind.Question): boolean =>
  QuestionKind.standard.get(type)?.givenAs === "files"
