/**
 * A form with questions as it arrives: multipart, part by part. The session's token comes first, and nothing is taken in
 * before it; text is collected within limits; each file streams on to `Uploads` as it comes and is never held here. A
 * form that turns out wrong leaves nothing behind: the files that it had brought by then are taken away again.
 */
import type { ClientRequest } from "@requite/core"
import { QuestionKind } from "@requite/core"
import type { Questionnaire } from "@requite/core"
import { walk } from "@requite/core/Questionnaire/Definition"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { RequestNotFound } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import { pointer } from "../Filling.ts"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { ByteSize } from "../platform/Files.ts"
import { HttpIncomingMessage, HttpServerRequest, Multipart } from "../platform/Http.ts"
import * as MultipartFiles from "../Uploads/MultipartFiles.ts"
import type { Arriving, FileRef, UploadRefused } from "../Uploads.ts"
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
  /** Ids of the files that were taken. */
  readonly taken: ReadonlyArray<string>
}

/** What becomes of the files of a form. */
export interface Files {
  readonly take: (
    question: QuestionKind.Question,
    revision: number,
    file: Arriving,
  ) => Effect.Effect<FileRef, UploadRefused | ClientRequest.Refusal | RequestNotFound>
  /** The same backwards: what it took, it lets go. */
  readonly takeBack: (file: string, revision: number) => Effect.Effect<void>
}

/** They are the request's as soon as they are here. */
export const attached = (customer: Customer): Effect.Effect<Files, never, Uploads> =>
  Effect.map(Uploads, (uploads) => ({
    take: (question, revision, file) => uploads.receive(customer, { ...file, question, revision }),
    takeBack: (file, revision) => Effect.ignore(uploads.remove(customer, { revision, file })),
  }))

/** They wait for the end (L06). */
export const staged = (customer: Customer): Effect.Effect<Files, never, Uploads> =>
  Effect.map(Uploads, (uploads) => ({
    take: (question, _revision, file) => uploads.stage(customer, { ...file, question }),
    takeBack: (file) => uploads.unstage(customer, [file]),
  }))

/** A text of 100 000 characters is the longest that a question may ask for. */
const maxFieldBytes = 500_000
/** All names and texts of a form together, in characters. */
const maxText = 2 * 1024 * 1024
/** Every option of a long list may be ticked. */
const maxParts = 3_000
/** Where groups repeat, their fields come once for each instance. */
const maxPartsRepeated = 30_000
/** What is still read of files that nobody wants, so that the rest of the form arrives. */
const maxWasted = 250_000_000

/** `sections` are those that the form shows. */
export const receive = (
  { csrf }: Customer,
  sections: ReadonlyArray<Questionnaire.Section>,
  files: Files,
): Effect.Effect<Sent, NotOurs | TooMuch | RequestNotFound, HttpServerRequest.HttpServerRequest> =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const items = sections.flatMap((section) => walk(section.items))
    const ids = new Set(items.map(({ id }) => id))
    // what a button that stands before the form is for, which has to leave the first place to the token
    const asked = new URL(request.url, "http://page").searchParams.get("action")
    const fields = new Map<string, Array<string>>(asked === null ? [] : [["action", [asked]]])
    const taken: Array<string> = []
    const refused: Array<Issue> = []
    let refusal: ClientRequest.Refusal | null = null
    let [text, wasted] = [0, 0]
    const revision = () => Number.parseInt(fields.get("revision")?.[0] ?? "", 10)

    const collect = Effect.fnUntraced(function* ({ key, value }: Multipart.Field) {
      text += key.length + value.length
      if (text > maxText) return yield* new TooMuch()
      if (!isFieldOf(ids, key)) return
      const values = fields.get(key)
      if (values === undefined) fields.set(key, [value])
      else values.push(value)
    })

    /** The rest of a file is read and dropped, or the next part of the form would never come. */
    const drop = (content: Multipart.File["content"]) =>
      Stream.runForEach(content, ({ length }) => {
        wasted += length
        return wasted > maxWasted ? Effect.fail(new TooMuch()) : Effect.void
      })

    const take = Effect.fnUntraced(function* (file: Multipart.File, question: QuestionKind.Question) {
      if (Number.isNaN(revision())) return yield* new NotOurs()
      let bytes = 0
      const content = Stream.tap(file.content, ({ length }) => Effect.sync(() => void (bytes += length)))
      const received = yield* Effect.result(
        files.take(question, revision(), { name: file.name, content, isOurs: true }),
      )
      if (Result.isSuccess(received)) return void taken.push(received.success.id)
      yield* drop(content)
      const { failure } = received
      switch (failure._tag) {
        case "UploadRefused":
          return void refused.push(
            ...failure.problems.map(({ code, values }) => ({
              code,
              question: question.id,
              pointer: pointer([question.id]),
              values: { ...values, name: failure.name, bytes },
            })),
          )
        case "Refusal":
          if (failure.reasons.every(({ code }) => code === "file-limit")) {
            return void refused.push({
              code: "file-limit",
              question: question.id,
              pointer: pointer([question.id]),
              values: { name: file.name },
            })
          }
          refusal = failure
          return
        case "RequestNotFound":
          return yield* failure
      }
    })

    const onPart = (
      part: Multipart.Part,
    ): Effect.Effect<void, NotOurs | TooMuch | RequestNotFound | Multipart.MultipartError> => {
      if (!fields.has("csrf")) {
        const isOurs = Multipart.isField(part) && part.key === "csrf" && PageSecurity.isCsrf(part.value, csrf)
        if (!isOurs) return Effect.fail(new NotOurs())
      }
      if (Multipart.isField(part)) return Effect.andThen(CurrentRequest.typed(part.key, part.value), collect(part))
      const question = items.find(({ id }) => fileField(id) === part.key)
      // an empty file field comes as a file without a name
      const unwanted =
        part.name === "" || question === undefined || !QuestionKind.isGivenAsFiles(question) || refusal !== null
      return unwanted ? drop(part.content) : take(part, question)
    }

    /** Whoever reads that they shall send it again has nothing of it twice. Who was cut off reads nothing: files stay. */
    const takeBack = (error: { readonly _tag: string } | Multipart.MultipartError) =>
      "reason" in error && error.reason._tag === "InternalError"
        ? Effect.void
        : Effect.forEach(taken, (file) => files.takeBack(file, revision()))

    yield* MultipartFiles.forEach(request.multipartStream, onPart).pipe(
      Effect.tapError(takeBack),
      Effect.catchTag("MultipartError", ({ reason }) =>
        Effect.fail(reason._tag === "Parse" || reason._tag === "InternalError" ? new NotOurs() : new TooMuch()),
      ),
      // the whole has no limit, because a limit met in the middle of a file would end it as if it were complete: each
      // file is held to its question's, by Uploads
      Effect.provideService(HttpIncomingMessage.MaxBodySize, undefined),
      Effect.provideService(Multipart.MaxFileSize, undefined),
      Effect.provideService(Multipart.MaxFieldSize, ByteSize.bytes(maxFieldBytes)),
      Effect.provideService(
        Multipart.MaxParts,
        items.some(({ repeat }) => repeat !== undefined) ? maxPartsRepeated : maxParts,
      ),
      // whatever has a file name is a file, JSON too
      Effect.provideService(Multipart.FieldMimeTypes, []),
    )
    if (Number.isNaN(revision())) return yield* new NotOurs()
    return { revision: revision(), fields, refused, refusal, taken }
  })

/** What our pages send beside the answers: the button, a file to remove, why something does not apply; the questions that
 * were shown, files that wait, and uploads that a script says have been chosen. */
const ownNames = ["csrf", "revision", "action", "remove", "reason", "shown", "kept", "chosen"]

/** `a.<id>` and `a.<id>.<more>` are answers, `v.<id>` the version that was shown, `w.<id>` whose answer shall stand. Other
 * names are not kept. */
const isFieldOf = (ids: ReadonlySet<string>, name: string): boolean =>
  ownNames.includes(name) || (/^[avw]\./.test(name) && ids.has(name.split(".", 2)[1] ?? ""))
