import type { ClientRequest, QuestionKind } from "@requite/core"
import { Crypto } from "@requite/core"
import * as upload from "@requite/core/QuestionKind/upload"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BlobKey, BlobStore } from "../BlobStore.ts"
import { ClientRequests, type Current, RequestNotFound } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import { Handouts } from "../Documents/Handouts.ts"
import { Files, type Origin } from "../Files.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import type { Arriving, FileRef, PartOf } from "../Uploads.ts"
import { UploadRefused, Uploads } from "../Uploads.ts"
import * as Tenancy from "../Tenancy.ts"
import { Logo } from "../Workspaces.ts"
import * as Arrivals from "./Arrivals.ts"
import * as FileName from "./FileName.ts"
import * as Gathered from "./Gathered.ts"
import * as Intake from "./Intake.ts"
import { noRoom, type Place, refused, type Whole } from "./Intake.ts"
import * as Room from "./Room.ts"
import type { NoRoom } from "./Room.ts"
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

/** What a member may put into a folder. */
const documents: upload.UploadQuestion = {
  id: "documents",
  type: "upload",
  label: "documents",
  accept: [...attachments.accept, "application/msword", "application/vnd.ms-excel"],
  maxBytes: 100_000_000,
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

/** How much room is kept at a time for a file of unknown length, in bytes: a little at first, for most are small. */
const firstStep = 65_536
const lastStep = 16_777_216

/** Ids come from forms; what is none of ours need not reach the database. */
const isKey = Schema.is(BlobKey)

/** The layer of `Uploads`, and of files in pieces, over the blob store. */
export const layer = Layer.effectContext(
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const allFiles = yield* Files
    const handouts = yield* Handouts
    const crypto = yield* Crypto.Crypto
    const requests = yield* ClientRequests
    const sql = yield* SqlClient.SqlClient
    const sessionFiles = yield* SessionFiles.make
    const intake = yield* Intake.make(sessionFiles)
    const room = yield* Room.make
    const arrivals = yield* Arrivals.make(intake, room)

    const attachmentsOf = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, ids: Schema.Array(Schema.String) }),
      Result: Schema.Struct({ file: upload.FileRef }),
      execute: ({ workspaceId, ids }) => sql`
        SELECT file FROM attachments WHERE workspace_id = ${workspaceId} AND id::text IN ${sql.in(ids)}`,
    })

    /**
     * Streams a file into the store and has it judged; what is refused leaves nothing behind. `grow` keeps room for what comes,
     * before it is written.
     */
    const take = <A, E>(
      workspaceId: string,
      question: upload.UploadQuestion,
      { id: key, name, content, isOurs = false }: Arriving & { readonly id: BlobKey },
      grow: (bytes: number) => Effect.Effect<void, UploadRefused>,
      keep: (whole: Whole) => Effect.Effect<A, E>,
    ) => {
      const tooLarge = refused(question, name, "upload-too-large", { max: question.maxBytes })
      let [arrived, gathered, kept, step] = [0, 0, 0, firstStep]
      const within = content.pipe(
        Stream.takeWhile(({ length }) => (arrived += length) <= question.maxBytes + patience),
        Stream.filter(() => arrived <= question.maxBytes),
        // only then: what is asked of each piece costs more than a socket's chunk is worth
        (arriving) => Gathered.of(arriving, { isOurs }),
        Stream.mapError(() => refused(question, name, "upload-broken")),
        Stream.tap(({ length }): Effect.Effect<void, UploadRefused> => {
          gathered += length
          if (gathered <= kept) return Effect.void
          const needed = gathered - kept
          const more = Math.max(needed, Math.min(step, question.maxBytes - kept))
          kept += more
          step = Math.min(step * 2, lastStep)
          // what fits gets in, even where there is no room for what may follow it
          return grow(more).pipe(
            Effect.catch((full) => {
              if (needed === more) return Effect.fail(full)
              kept += needed - more
              return grow(needed)
            }),
          )
        }),
      )
      return Effect.gen(function* () {
        const receipt = yield* blobs.put(key, within, { maxBytes: question.maxBytes }).pipe(
          Effect.catchTags({
            BlobTooLarge: () => Effect.fail(tooLarge),
            BlobStoreUnavailable: Effect.die,
          }),
        )
        if (arrived > question.maxBytes) return yield* tooLarge
        return yield* keep({ ...receipt, id: key, name })
      }).pipe(
        // an interruption or a defect may come after the commit: only what was refused is surely in no request
        Effect.tapError(() => discard(workspaceId, key)),
      )
    }

    const uuid = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
    const discard = (workspaceId: string, id: string) => allFiles.remove(workspaceId, [id])

    /** Takes a file of the firm's: nobody keeps count of those. */
    const ofFirm = Effect.fnUntraced(function* (
      workspaceId: string,
      question: upload.UploadQuestion,
      { name, ...arriving }: Arriving,
      origin: Origin = "firm",
    ) {
      const id = BlobKey.make(yield* uuid)
      const file = { id, name: FileName.safe(name), ...arriving }
      return yield* take(
        workspaceId,
        question,
        file,
        () => Effect.void,
        (whole) => intake.ofFirm(workspaceId, question, whole, origin),
      )
    })

    /** Takes a contact's: into the firm's files like a member's, with room kept for it like a customer's (S59). */
    const ofContact = Effect.fnUntraced(function* (workspaceId: string, contact: string, arriving: Arriving) {
      const bringer = { workspace: { id: workspaceId }, requestId: null, recipient: contact, handle: contact }
      const question = { ...documents, maxBytes: Math.min(documents.maxBytes, room.limits.fileBytes) }
      const id = BlobKey.make(yield* uuid)
      const name = FileName.safe(arriving.name)
      const about = { id, question: question.id, isOpen: true }
      const full = <A>(reserving: Effect.Effect<A, NoRoom>) =>
        Effect.mapError(reserving, (none) => noRoom(question, name, none))
      const coming = { ...about, revision: 0, name, bytes: 0, isResumable: false, most: null }
      const gone = yield* full(room.reserve(bringer, coming))
      yield* Effect.forEach(gone, arrivals.drop, { discard: true })
      return yield* take(
        workspaceId,
        question,
        { ...arriving, id, name },
        (bytes) => full(room.grow(bringer, { ...about, bytes })),
        (whole) => intake.ofFirm(workspaceId, question, whole, "document"),
      ).pipe(
        Effect.tap(({ bytes }) => arrivals.rows.settle(bringer, id, { state: "attached", bytes, outcome: null })),
        Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : room.release(bringer, id))),
      )
    })

    /** Takes a customer's, of which nobody knows how large it is before it is here. */
    const ofCustomer = Effect.fnUntraced(function* (
      customer: Customer,
      { question: given, revision, staged }: Omit<Place, "question"> & { readonly question: QuestionKind.Question },
      arriving: Arriving,
    ) {
      const question = yield* asked(given, arriving)
      const { request } = yield* requests.current(customer)
      const isOpen = request.policy.saving === "immediate"
      const id = BlobKey.make(yield* uuid)
      const name = FileName.safe(arriving.name)
      const full = <A>(reserving: Effect.Effect<A, NoRoom>) =>
        Effect.mapError(reserving, (none) => noRoom(question, name, none))
      const about = { id, question: question.id, isOpen }
      const coming = { ...about, revision, name, bytes: 0, isResumable: false, most: null }
      const gone = yield* full(room.reserve(customer, coming))
      yield* Effect.forEach(gone, arrivals.drop, { discard: true })
      const limits = { ...question, maxBytes: Math.min(question.maxBytes, room.limits.fileBytes) }
      return yield* take(
        customer.workspace.id,
        limits,
        { ...arriving, id, name },
        (bytes) => full(room.grow(customer, { ...about, bytes })),
        (whole) => intake.ofCustomer(customer, { question: limits, revision, staged }, whole),
      ).pipe(
        Effect.tap(({ file, isChecked }) =>
          arrivals.rows.settle(customer, id, {
            state: isChecked ? "attached" : "checking",
            bytes: file.bytes,
            outcome: null,
          }),
        ),
        Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : room.release(customer, id))),
      )
    })

    /** A file that a request knows, by its id; the request's state is what says so, not the store. */
    const open = (workspaceId: string, id: string, files: ReadonlyArray<FileRef>, part?: PartOf) => {
      const file = files.find((one) => one.id === id)
      return file === undefined
        ? Effect.fail(new RequestNotFound({ id }))
        : Effect.catchTag(allFiles.open(workspaceId, id, part?.(file)), "FileMissing", () =>
            Effect.fail(new RequestNotFound({ id })),
          )
    }

    /** A document that the firm gave with a request, or that a question of it names (K9), under the name that it has there. */
    const openGiven = Effect.fnUntraced(function* (
      workspaceId: string,
      { request, stored }: Current,
      id: string,
      part?: PartOf,
    ) {
      const given =
        (yield* handouts.forCustomer(workspaceId, request.id)).find(({ file }) => file === id) ??
        (yield* handouts.named(workspaceId, stored.questionnaire)).find(({ file }) => file === id)
      if (given === undefined) return yield* new RequestNotFound({ id })
      const found = yield* open(workspaceId, id, [{ ...given, id }], part)
      return { ...found, file: { ...found.file, name: FileName.safe(given.name) } }
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

    /** Gives up what is on its way to nowhere; what a request has taken in stays. Of several servers each does it once. */
    const sweepArrivals = Effect.fnUntraced(function* (now: number) {
      const over = yield* arrivals.rows.over(now)
      for (const { id, workspaceId, isArriving, isKept } of over) {
        yield* Effect.gen(function* () {
          if (isArriving && !isKept) {
            yield* arrivals.drop(id)
            yield* discard(workspaceId, id)
          }
          yield* arrivals.rows.forget(id)
        }).pipe(Tenancy.within(workspaceId))
      }
      return over.filter(({ isArriving }) => isArriving).length
    })

    const sweep = Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const gone = yield* sessionFiles.sweep(now)
      yield* Effect.forEach(gone, ({ workspaceId, id }) => discard(workspaceId, id).pipe(Tenancy.within(workspaceId)), {
        discard: true,
      })
      return gone.length + (yield* sweepArrivals(now))
    })

    const service = Uploads.of({
      receive: Effect.fn("Uploads.receive")(function* (customer, { question, revision, ...arriving }) {
        return (yield* ofCustomer(customer, { question, revision, staged: false }, arriving)).file
      }),
      stage: Effect.fn("Uploads.stage")(function* (customer, { question, ...arriving }) {
        return yield* ofCustomer(customer, { question, revision: 0, staged: true }, arriving).pipe(
          Effect.map(({ file }) => file),
          // a file that waits asks its request for nothing but that it is open
          Effect.catchTag("Refusal", Effect.die),
        )
      }),
      ofSession: sessionFiles.of,
      unstage: (customer, ids) =>
        Effect.flatMap(sessionFiles.take(customer, ids), (gone) => allFiles.remove(customer.workspace.id, gone)),
      taken: (customer, ids) => Effect.asVoid(sessionFiles.take(customer, ids)),
      sweep,
      receiveAttachment: Effect.fn("Uploads.receiveAttachment")(function* ({ workspaceId }, arriving) {
        const file = yield* ofFirm(workspaceId, attachments, arriving)
        const createdAt = new Date(yield* Clock.currentTimeMillis)
        // a failure leaves the blob: the row may be there all the same, and a file without one harms nobody
        yield* sql`INSERT INTO attachments ${sql.insert({ id: file.id, workspaceId, file: JSON.stringify(file), createdAt })}`.pipe(
          Effect.orDie,
        )
        return file
      }),
      receiveDocument: (member, arriving) => ofFirm(member.workspaceId, documents, arriving, "document"),
      receiveFrom: ofContact,
      receiveLogo: Effect.fn("Uploads.receiveLogo")(function* (workspaceId, arriving) {
        const file = yield* ofFirm(workspaceId, logos, arriving)
        return yield* Effect.orDie(Schema.decodeUnknownEffect(Logo)(file))
      }),
      attachments: ({ workspaceId }, given) => {
        const ids = given.filter(isKey)
        return Effect.map(
          Effect.orDie(ids.length === 0 ? Effect.succeed([]) : attachmentsOf({ workspaceId, ids })),
          (rows) => ids.flatMap((id) => rows.filter(({ file }) => file.id === id).map(({ file }) => file)),
        )
      },
      download: (workspaceId, requestId, fileId, part) =>
        Effect.gen(function* () {
          const { current } = yield* requests.overview(workspaceId, requestId)
          const known = [...current.request.files, ...current.request.details.attachments]
          return known.some(({ id }) => id === fileId)
            ? yield* open(workspaceId, fileId, known, part)
            : yield* openGiven(workspaceId, current, fileId, part)
        }),
      downloadFor: (customer, fileId, part) =>
        Effect.gen(function* () {
          const current = yield* requests.current(customer)
          const { request } = current
          const own = yield* sessionFiles.of(customer)
          const files = request.policy.saving === "immediate" ? [] : request.files
          const { id: workspaceId } = customer.workspace
          const known = [...files, ...own.map(({ file }) => file), ...request.details.attachments]
          return known.some(({ id }) => id === fileId)
            ? yield* open(workspaceId, fileId, known, part)
            : yield* openGiven(workspaceId, current, fileId, part)
        }),
      remove: Effect.fn("Uploads.remove")(function* (customer, { revision, file }) {
        const { request } = yield* requests.current(customer)
        if (!(yield* isOwn(customer, request, file))) return yield* new RequestNotFound({ id: file })
        const commandId = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
        yield* requests.removeFile(customer, { revision, file }, commandId)
        yield* discard(customer.workspace.id, file)
      }),
    })
    return Context.make(Uploads, service).pipe(Context.add(Arrivals.InPieces, arrivals))
  }),
)
