/**
 * The one way in for a file, however it came: by pieces, in a form, from a customer or from the firm. It is judged when it lies
 * whole in the store: what it is, whether that is asked for, what is hidden in it, whether a scanner finds something. Then, and
 * not before, the request is asked whether it still takes it (S64). What is refused leaves nothing behind.
 */
import { createHash } from "node:crypto"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import { Crypto } from "@requite/core"
import type { ClientRequest } from "@requite/core"
import * as upload from "@requite/core/QuestionKind/upload"
import type { FileRef } from "@requite/core/QuestionKind/upload"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { BlobKey, type BlobReceipt, BlobStore } from "../BlobStore.ts"
import * as Child from "../Child.ts"
import { ClientRequests, RequestNotFound } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import { Files, type Inspected, type Origin } from "../Files.ts"
import { NodeStream } from "../platform/Node.ts"
import { UploadRefused } from "./UploadRefused.ts"
import * as Archives from "./Archives.ts"
import * as Location from "./Location.ts"
import * as MediaType from "./MediaType.ts"
import type { NoRoom } from "./Room.ts"
import * as Pictures from "./Pictures.ts"
import type { SessionFiles } from "./SessionFiles.ts"

/** A file that lies whole in the store. `name` is safe. */
export interface Whole extends BlobReceipt {
  readonly id: string
  readonly name: string
}

/** A file that was taken in. */
export interface Taken {
  readonly file: FileRef
  /** If not, nobody knows yet whether it is clean: it is in the request, and read by nobody. */
  readonly isChecked: boolean
  /** The file of this request that has the same content (S68). */
  readonly duplicateOf: FileRef | null
}

/** Where a customer's file shall go. */
export interface Place {
  readonly question: upload.UploadQuestion
  /** What the firm's questions were when the customer saw them. */
  readonly revision: number
  /** It waits for the end of the request, which keeps nothing before that. */
  readonly staged: boolean
}

/** A file without what its request says of it. */
const refOf = ({ id, name, bytes, type, sha256 }: FileRef): FileRef => ({ id, name, bytes, type, sha256 })

export const refused = (
  { id }: Pick<upload.UploadQuestion, "id">,
  name: string,
  code: string,
  values: Readonly<Record<string, string | number>> = {},
): UploadRefused => new UploadRefused({ name, question: id, problems: [{ code, values: { name, ...values } }] })

/** There is no room for it, said so that a person can do something about it. */
export const noRoom = (question: Pick<upload.UploadQuestion, "id">, name: string, { of, limit }: NoRoom) => {
  if (of === "file") return refused(question, name, "upload-too-large", { max: limit })
  return refused(question, name, of === "question" ? "upload-too-many" : `upload-no-room-${of}`, { max: limit })
}

/** What an archive is refused as. */
const faults: Readonly<Record<Archives.Fault, string>> = {
  damaged: "upload-damaged",
  encrypted: "upload-encrypted",
  "not-office": "upload-wrong-type",
  "too-much": "upload-archive",
  nested: "upload-archive",
  "unsafe-names": "upload-archive",
}

/** The id of the command that attaches this file, the same each time; the record keeps it, and says nothing of the file by it. */
const commandOf = (id: string): string => {
  const hex = createHash("sha256").update(`attach ${id}`).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const script = fileURLToPath(new URL(`./locationless${extname(import.meta.url)}`, import.meta.url))

/** Files that are looked into at a time: each takes some megabytes, and a thread. */
const lookingAtOnce = 4

export const make = Effect.fnUntraced(function* (sessionFiles: SessionFiles) {
  const blobs = yield* BlobStore
  const files = yield* Files
  const requests = yield* ClientRequests
  const crypto = yield* Crypto.Crypto
  const looking = yield* Semaphore.make(lookingAtOnce)

  const contentOf = (id: string, range?: { readonly offset: number; readonly length: number }) =>
    Stream.unwrap(Effect.map(blobs.get(BlobKey.make(id), range), ({ stream }) => stream))

  /** A part of it, in one piece. */
  const part = (id: string, offset: number, length: number) =>
    Effect.map(Stream.runCollect(contentOf(id, { offset, length })), (chunks) => Buffer.concat(chunks))

  const holdsPage = (content: Stream.Stream<Uint8Array, unknown>) =>
    Effect.promise(() => MediaType.holdsPage(Stream.toAsyncIterable(content)))

  /** Is it something else besides what it is? A picture is read whole, a PDF where browsers and archivers look (S52). */
  const isTwoThings = Effect.fnUntraced(function* (type: string, { id, bytes }: Whole) {
    const isPicture = type.startsWith("image/")
    if (!isPicture && type !== "application/pdf") return false
    const tail = yield* part(id, Math.max(0, bytes - MediaType.tailBytes), MediaType.tailBytes)
    if (MediaType.endsAsArchive(tail)) return true
    if (isPicture) return yield* holdsPage(contentOf(id))
    const end = tail.lastIndexOf("%%EOF")
    const head = yield* part(id, 0, 2_048)
    return yield* holdsPage(Stream.make(head, end < 0 ? new Uint8Array() : tail.subarray(end)))
  })

  const fault = Effect.fnUntraced(function* (type: string, { id, bytes }: Whole) {
    const context = yield* Effect.context()
    const read = (start: number, end: number) =>
      NodeStream.toReadableNever(
        Stream.orDie(contentOf(id, { offset: start, length: end - start })).pipe(Stream.provideContext(context)),
      )
    return yield* Effect.promise(() => Archives.fault({ bytes, read }, Archives.isOfficeType(type)))
  })

  const look = Effect.fnUntraced(function* (question: upload.UploadQuestion, whole: Whole) {
    const { id, name, bytes, sha256 } = whole
    if (bytes === 0) return yield* refused(question, name, "upload-empty")
    if (bytes > question.maxBytes) return yield* refused(question, name, "upload-too-large", { max: question.maxBytes })
    const content = () => Stream.toReadableStream(contentOf(id))
    const type = (yield* Effect.promise(() => MediaType.find(name, content))) ?? "application/octet-stream"
    const file: FileRef = { id, name, bytes, type, sha256 }
    const problems = upload.validateFile(question, file)
    if (problems.length > 0) {
      return yield* new UploadRefused({
        name,
        question: question.id,
        problems: problems.map(({ code, values = {} }) => ({ code, values })),
      })
    }
    if (Archives.isArchive({ mime: type })) {
      // of others nobody knows what is in them, and a family of types names none of them
      const isAsked = Archives.isOfficeType(type) || (type === "application/zip" && question.accept.includes(type))
      if (!isAsked) return yield* refused(question, name, "upload-archive")
      const found = yield* fault(type, whole)
      if (found !== null) return yield* refused(question, name, faults[found], { accept: question.accept.join(", ") })
    }
    if (yield* isTwoThings(type, whole)) {
      return yield* refused(question, name, "upload-wrong-type", { accept: question.accept.join(", ") })
    }
    if (type.startsWith("image/")) {
      const head = yield* part(id, 0, Pictures.headBytes)
      const points = yield* Effect.promise(() => Pictures.pixels(type, head))
      if (points !== null && points > Pictures.maxPixels)
        return yield* refused(question, name, "upload-picture-too-large")
    }
    return file
  })

  /** The picture as it is kept where the question wants none of its notes (S58): in the store in the place of what came. */
  const withoutLocation = Effect.fnUntraced(function* (question: upload.UploadQuestion, file: FileRef) {
    const { id, name, type } = file
    if (question.withoutLocation !== true || !type.startsWith("image/")) return { file, isStripped: false }
    if (!Location.isOf(type)) return yield* refused(question, name, "upload-location")
    if (file.bytes > Location.maxBytes) {
      return yield* refused(question, name, "upload-too-large", { max: Location.maxBytes })
    }
    const content = Child.through(
      { script, args: [type], heap: 256, patience: "30 seconds" },
      Stream.orDie(contentOf(id)),
    )
    const kept = yield* blobs.put(BlobKey.make(id), content, { maxBytes: file.bytes + Location.mostAdded }).pipe(
      Effect.catchTags({
        ChildFailed: () => Effect.fail(refused(question, name, "upload-damaged")),
        BlobTooLarge: Effect.die,
      }),
    )
    return { file: { ...file, ...kept }, isStripped: true }
  })

  /**
   * Says what a file is, or why it is not taken; `inspected`: what the scanner made of it; `isStripped`: it is not as it came.
   * Removes nothing.
   */
  const judge = Effect.fn("Uploads.judge")(function* (question: upload.UploadQuestion, whole: Whole) {
    const { file, isStripped } = yield* Effect.flatMap(look(question, whole), (file) =>
      withoutLocation(question, file),
    ).pipe(
      // what it stands on is away: an outage, and no word on the file
      Effect.catchTags({ BlobMissing: Effect.die, BlobStoreUnavailable: Effect.die }),
      looking.withPermit,
    )
    const inspected = yield* files.inspect(file.id)
    if (inspected.verdict === "infected") return yield* refused(question, whole.name, "upload-infected")
    return { file, inspected, isStripped }
  })

  const isKnown = ({ verdict }: Inspected) => verdict === "clean" || verdict === "unscanned"

  /** Nothing of it is left. */
  const discard = (workspaceId: string, id: string) => files.remove(workspaceId, [id])

  /** Judges a file, and writes it down as the firm's. */
  const ofFirm = Effect.fnUntraced(function* (
    workspaceId: string,
    question: upload.UploadQuestion,
    whole: Whole,
    origin: Origin = "firm",
  ) {
    const { file, inspected } = yield* judge(question, whole)
    yield* files.register({ workspaceId, origin, file, inspected })
    return file
  })

  /**
   * Judges a file and puts it where the request's policy says: into the request, or among those that wait for its end (L06).
   * Carrying it out again does nothing twice: the command goes by the file.
   */
  const ofCustomer = Effect.fnUntraced(function* (
    customer: Customer,
    { question, revision, staged }: Place,
    whole: Whole,
  ): Effect.fn.Return<Taken, UploadRefused | ClientRequest.Refusal | RequestNotFound> {
    const { workspace, requestId } = customer
    const { file, inspected, isStripped } = yield* judge(question, whole)
    const { request } = yield* requests.current(customer)
    const isOver = request.state !== "Pending" && request.state !== "WaitingForCustomer"
    if (staged && isOver) return yield* new RequestNotFound({ id: requestId })
    const isOpen = request.policy.saving === "immediate"
    const own = yield* sessionFiles.of(customer)
    const seen = isOpen ? own.map((one) => one.file) : [...request.files, ...own.map((one) => one.file)]
    const duplicateOf = seen.find((one) => one.sha256 === file.sha256 && one.id !== file.id) ?? null
    yield* files.register({
      workspaceId: workspace.id,
      requestId,
      question: question.id,
      origin: "customer",
      file,
      inspected,
      isStripped,
    })
    const add = (staged: boolean) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        sessionFiles.add(customer, { question: question.id, file, staged }, now),
      )
    if (staged) yield* add(true)
    else {
      const limit = isOpen ? Number.MAX_SAFE_INTEGER : upload.maxFiles(question)
      yield* requests
        .attachFile(customer, { revision, question: question.id, file, limit }, commandOf(file.id))
        .pipe(Effect.provideService(Crypto.Crypto, crypto))
      if (isOpen) yield* add(false)
    }
    return { file, isChecked: isKnown(inspected), duplicateOf: duplicateOf === null ? null : refOf(duplicateOf) }
  })

  return { judge, ofFirm, ofCustomer, discard }
})

export type Intake = Effect.Success<ReturnType<typeof make>>
