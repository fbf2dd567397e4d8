import type { ClientRequest, QuestionKind } from "@requite/core"
import { Crypto } from "@requite/core"
import * as upload from "@requite/core/QuestionKind/upload"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BlobKey, BlobStore } from "../BlobStore.ts"
import { ClientRequests, RequestNotFound } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import type { Arriving, FileRef } from "../Uploads.ts"
import { UploadRefused, Uploads } from "../Uploads.ts"
import { Logo } from "../Workspaces.ts"
import * as FileName from "./FileName.ts"
import * as MediaType from "./MediaType.ts"
import * as SessionFiles from "./SessionFiles.ts"

/** What a document of the firm may be (K1); the customer opens it, so it is held to a list as well. */
const attachments: upload.UploadQuestion = {
  id: "attachments",
  type: "upload",
  label: "attachments",
  accept: [
    "application/pdf",
    "image/*",
    "text/plain",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  ],
  maxBytes: 25_000_000,
}

/** What a firm's logo may be (P19): pictures that mail programs show too, small enough for every page and mail. */
const logos: upload.UploadQuestion = {
  id: "logo",
  type: "upload",
  label: "logo",
  accept: Logo.fields.type.literals,
  maxBytes: 500_000,
}

/**
 * Bytes above a question's limit that are still read (and thrown away), so that a browser without script gets to see the
 * page that says so; a sender that goes on beyond is cut off (S60).
 */
const patience = 200_000_000

/** Ids come from forms; what is none of ours need not reach the database. */
const isKey = Schema.is(BlobKey)

/** The layer of `Uploads` over the blob store. */
export const layer = Layer.effect(
  Uploads,
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const crypto = yield* Crypto.Crypto
    const requests = yield* ClientRequests
    const sql = yield* SqlClient.SqlClient
    const sessionFiles = yield* SessionFiles.make

    const attachmentsOf = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, ids: Schema.Array(Schema.String) }),
      Result: Schema.Struct({ file: upload.FileRef }),
      execute: ({ workspaceId, ids }) => sql`
        SELECT file FROM attachments WHERE workspace_id = ${workspaceId} AND id::text IN ${sql.in(ids)}`,
    })

    /** Streams a file into the store and judges it; what is refused leaves nothing behind. */
    const take = Effect.fnUntraced(function* (question: upload.UploadQuestion, { name: given, content }: Arriving) {
      const key = BlobKey.make(yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto))
      const name = FileName.safe(given)
      const refused = (code: string, values: Record<string, string | number>) =>
        new UploadRefused({ name, question: question.id, problems: [{ code, values: { name, ...values } }] })
      let arrived = 0
      const within = content.pipe(
        Stream.mapError(() => refused("upload-broken", {})),
        Stream.tap((chunk) => {
          arrived += chunk.length
          return arrived > question.maxBytes + patience
            ? Effect.fail(refused("upload-too-large", { max: question.maxBytes }))
            : Effect.void
        }),
        Stream.filter(() => arrived <= question.maxBytes),
      )
      return yield* Effect.gen(function* () {
        const { bytes, sha256 } = yield* blobs.put(key, within, { maxBytes: question.maxBytes }).pipe(
          Effect.catchTags({
            BlobTooLarge: () => Effect.fail(refused("upload-too-large", { max: question.maxBytes })),
            BlobStoreUnavailable: Effect.die,
          }),
        )
        if (arrived > question.maxBytes) return yield* refused("upload-too-large", { max: question.maxBytes })
        if (bytes === 0) return yield* refused("upload-empty", {})
        const type = (yield* typeOf(key, name)) ?? "application/octet-stream"
        const file: FileRef = { id: key, name, bytes, type, sha256 }
        const problems = upload.validateFile(question, file)
        if (problems.length === 0) return file
        return yield* new UploadRefused({
          name,
          question: question.id,
          problems: problems.map(({ code, values = {} }) => ({ code, values })),
        })
      }).pipe(Effect.onError(() => discard(key)))
    })

    const discard = (key: BlobKey) => Effect.ignore(blobs.remove(key))
    const discardId = (id: string) => discard(BlobKey.make(id))

    const typeOf = (key: BlobKey, name: string) =>
      Effect.gen(function* () {
        const { stream } = yield* blobs.get(key)
        const content = yield* Stream.toReadableStreamEffect(stream)
        return yield* Effect.promise(() => MediaType.find(name, content))
      }).pipe(Effect.orDie)

    /** A file that a request knows, by its id; the request's state is what says so, not the store. */
    const open = (id: string, files: ReadonlyArray<FileRef>) =>
      Effect.gen(function* () {
        const file = files.find((one) => one.id === id)
        if (file === undefined) return yield* new RequestNotFound({ id })
        const blob = yield* blobs.get(BlobKey.make(file.id)).pipe(
          Effect.catchTags({
            BlobMissing: () => Effect.fail(new RequestNotFound({ id })),
            BlobStoreUnavailable: Effect.die,
          }),
        )
        return { file, content: Stream.orDie(blob.stream) }
      })

    const asked = (question: QuestionKind.Question, { name }: Arriving) =>
      upload.isUpload(question)
        ? Effect.succeed(question)
        : Effect.fail(
            new UploadRefused({
              name,
              question: question.id,
              problems: [{ code: "unknown-question", values: { name } }],
            }),
          )

    /** Of an upload page nobody sees, gets or removes what somebody else brought (S67). */
    const isOwn = (customer: Customer, { policy }: ClientRequest.State, fileId: string) =>
      policy.saving === "immediate"
        ? Effect.map(sessionFiles.of(customer), (files) => files.some(({ file }) => file.id === fileId))
        : Effect.succeed(true)

    const sweep = Effect.gen(function* () {
      const gone = yield* sessionFiles.sweep(yield* Clock.currentTimeMillis)
      yield* Effect.forEach(gone, discardId, { discard: true })
      return gone.length
    })
    yield* Effect.andThen(Effect.sleep("1 minute"), sweep).pipe(
      Effect.catchCause((cause) => Effect.logWarning("files that nobody wants could not be swept", cause)),
      Effect.repeat(Schedule.spaced("1 hour")),
      Effect.forkScoped,
    )

    /** Nobody may count what others brought to an upload page: it takes any number (F9, S67). */
    const limit = (customer: Customer, question: upload.UploadQuestion) =>
      Effect.map(requests.current(customer), ({ request }) =>
        request.policy.saving === "immediate" ? Number.MAX_SAFE_INTEGER : upload.maxFiles(question),
      )

    return Uploads.of({
      receive: Effect.fn("Uploads.receive")(function* (customer, { question: given, revision, ...arriving }) {
        const question = yield* asked(given, arriving)
        const most = yield* limit(customer, question)
        const commandId = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
        const file = yield* take(question, arriving)
        // the right to attach is asked for again now: the request may have ended while the bytes came in (S64). Only where
        // it was refused is the file surely in no request: an interruption or a defect may come after the commit
        const { policy } = yield* requests
          .attachFile(customer, { revision, question: question.id, file, limit: most }, commandId)
          .pipe(Effect.tapError(() => discard(BlobKey.make(file.id))))
        if (policy.saving === "immediate") {
          const now = yield* Clock.currentTimeMillis
          yield* sessionFiles.add(customer, { question: question.id, file, staged: false }, now)
        }
        return file
      }),
      stage: Effect.fn("Uploads.stage")(function* (customer, { question: given, ...arriving }) {
        const question = yield* asked(given, arriving)
        const file = yield* take(question, arriving)
        yield* sessionFiles
          .add(customer, { question: question.id, file, staged: true }, yield* Clock.currentTimeMillis)
          .pipe(Effect.onError(() => discard(BlobKey.make(file.id))))
        return file
      }),
      ofSession: sessionFiles.of,
      unstage: (customer, ids) =>
        Effect.flatMap(sessionFiles.take(customer, ids), (gone) => Effect.forEach(gone, discardId, { discard: true })),
      taken: (customer, ids) => Effect.asVoid(sessionFiles.take(customer, ids)),
      sweep,
      receiveAttachment: Effect.fn("Uploads.receiveAttachment")(function* ({ workspaceId }, arriving) {
        const file = yield* take(attachments, arriving)
        const createdAt = new Date(yield* Clock.currentTimeMillis)
        // a failure leaves the blob: the row may be there all the same, and a file without one harms nobody
        yield* sql`INSERT INTO attachments ${sql.insert({ id: file.id, workspaceId, file: JSON.stringify(file), createdAt })}`.pipe(
          Effect.orDie,
        )
        return file
      }),
      receiveLogo: Effect.fn("Uploads.receiveLogo")(function* (arriving) {
        const file = yield* take(logos, arriving)
        return yield* Effect.orDie(Schema.decodeUnknownEffect(Logo)(file))
      }),
      attachments: ({ workspaceId }, given) => {
        const ids = given.filter(isKey)
        return Effect.map(
          Effect.orDie(ids.length === 0 ? Effect.succeed([]) : attachmentsOf({ workspaceId, ids })),
          (rows) => ids.flatMap((id) => rows.filter(({ file }) => file.id === id).map(({ file }) => file)),
        )
      },
      download: (workspaceId, requestId, fileId) =>
        Effect.gen(function* () {
          const { current } = yield* requests.overview(workspaceId, requestId)
          return yield* open(fileId, [...current.request.files, ...current.request.details.attachments])
        }),
      downloadFor: (customer, fileId) =>
        Effect.gen(function* () {
          const { request } = yield* requests.current(customer)
          const own = yield* sessionFiles.of(customer)
          const files = request.policy.saving === "immediate" ? [] : request.files
          return yield* open(fileId, [...files, ...own.map(({ file }) => file), ...request.details.attachments])
        }),
      remove: Effect.fn("Uploads.remove")(function* (customer, { revision, file }) {
        const { request } = yield* requests.current(customer)
        if (!(yield* isOwn(customer, request, file))) return yield* new RequestNotFound({ id: file })
        const commandId = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
        yield* requests.removeFile(customer, { revision, file }, commandId)
        yield* discard(BlobKey.make(file))
      }),
    })
  }),
)
