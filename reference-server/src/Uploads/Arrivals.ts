/**
 * Files that come in pieces: begun with their length, gone on with after whatever cut them off, finished when all of it is there.
 * The protocols that say so over HTTP stand above (`Uploads/Tus.ts`).
 *
 * Words: an *arrival* is such a file on its way. It belongs to the session that began it and is unknown to every other (S63). How
 * much of it has come, the storage says (S61). Whoever writes *holds* it, by a lease in its row that every process sees, and gives
 * way to a newer request of the same session: the older one hangs on a connection that has died. It is over after a day (S66).
 */
import { type ClientRequest, Crypto, Questionnaire } from "@requite/core"
import * as upload from "@requite/core/QuestionKind/upload"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { BlobKey, type BlobOffsetMismatch, BlobStore, type BlobTooLarge } from "../BlobStore.ts"
import { ClientRequests, type RequestNotFound } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import { Files } from "../Files.ts"
import type { UploadRefused } from "./UploadRefused.ts"
import * as FileName from "./FileName.ts"
import * as Gathered from "./Gathered.ts"
import { type Intake, noRoom, refused } from "./Intake.ts"
import * as Pace from "./Pace.ts"
import type { Room } from "./Room.ts"
import * as rowsOf from "./rows.ts"
import type { Outcome, Row } from "./rows.ts"

/** What the session has no arrival of: never there, another session's, over, or given up. All the same to who asks (S63). */
export class ArrivalGone extends Schema.TaggedError<ArrivalGone>()("ArrivalGone", {}) {}
/** Somebody else writes to it and does not let go. */
export class ArrivalBusy extends Schema.TaggedError<ArrivalBusy>()("ArrivalBusy", {}) {}

/** A file on its way. `arrived`: bytes that the storage has. */
export interface Arrival extends Row {
  readonly arrived: number
}

/** Why a file that is all there is not taken in. */
export type Refused = UploadRefused | ClientRequest.Refusal | RequestNotFound

/** A hold on an arrival, until the scope ends; `wanted` comes when a newer request asks for it. */
export interface Hold {
  readonly wanted: Effect.Effect<void>
}

export interface Beginning {
  /** Chosen by us. */
  readonly id: string
  readonly question: string
  readonly revision: number
  /** As the browser says it. */
  readonly name: string
  readonly bytes: number
}

/** A hold of this process: that somebody else wants it, and that it is over. */
interface Holding {
  readonly wanted: Deferred.Deferred<void>
  readonly over: Deferred.Deferred<void>
}

/** For so long whoever wants to write waits for who writes. */
const patienceMillis = 15_000
const leaseSeconds = 10

export const make = Effect.fnUntraced(function* (intake: Intake, room: Room) {
  const blobs = yield* BlobStore
  const files = yield* Files
  const requests = yield* ClientRequests
  const crypto = yield* Crypto.Crypto
  const rows = yield* rowsOf.make
  const uuid = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)

  /** Holds of this process by arrival, to give way at once; those of others look into the row. */
  const here = new Map<string, Holding>()

  const drop = (id: string) => Effect.ignore(blobs.drop(BlobKey.make(id)))

  const found = Effect.fnUntraced(function* (customer: Customer, id: string) {
    const row = yield* rows.of(customer, id)
    if (row === null || row.expiresAt <= (yield* Clock.currentTimeMillis)) return yield* new ArrivalGone()
    return row
  })

  const of = Effect.fnUntraced(function* (customer: Customer, id: string) {
    const row = yield* found(customer, id)
    if (row.state === "refused") return yield* new ArrivalGone()
    const isThere = row.isWhole || row.state !== "arriving"
    const arrived = isThere ? row.bytes : yield* Effect.orDie(blobs.arrived(BlobKey.make(id)))
    return { ...row, arrived } satisfies Arrival
  })

  const begin = Effect.fn("Uploads.begin")(function* (
    customer: Customer,
    { id, question: asked, revision, name: given, bytes }: Beginning,
  ) {
    const name = FileName.safe(given)
    const { request, stored } = yield* requests.current(customer)
    const question = Questionnaire.question(stored.questionnaire, asked)
    if (question === undefined || !upload.isUpload(question))
      return yield* refused({ id: asked }, name, "unknown-question")
    if (bytes === 0) return yield* refused(question, name, "upload-empty")
    if (bytes > question.maxBytes) return yield* refused(question, name, "upload-too-large", { max: question.maxBytes })
    const isOpen = request.policy.saving === "immediate"
    const coming = { id, question: asked, revision, name, bytes, isResumable: true, isOpen }
    const gone = yield* room
      .reserve(customer, { ...coming, most: isOpen ? null : upload.maxFiles(question) })
      .pipe(Effect.catchTag("NoRoom", (none) => Effect.fail(noRoom(question, name, none))))
    yield* Effect.forEach(gone, drop, { discard: true })
  })

  const hold = Effect.fnUntraced(function* (customer: Customer, id: string) {
    const holder = yield* uuid
    const wanted = yield* Deferred.make<void>()
    const give = Effect.asVoid(Deferred.succeed(wanted, undefined))
    const began = yield* Clock.currentTimeMillis
    for (;;) {
      if (yield* rows.hold(customer, id, holder, leaseSeconds)) break
      if (!(yield* rows.want(customer, id))) return yield* new ArrivalGone()
      const other = here.get(id)
      if (other !== undefined) yield* Deferred.succeed(other.wanted, undefined)
      if ((yield* Clock.currentTimeMillis) - began > patienceMillis) return yield* new ArrivalBusy()
      // one of this process says when it has let go, which is most often at once
      yield* Effect.raceFirst(
        Effect.sleep("50 millis"),
        other === undefined ? Effect.never : Deferred.await(other.over),
      )
    }
    const own: Holding = { wanted, over: yield* Deferred.make<void>() }
    here.set(id, own)
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        if (here.get(id) === own) here.delete(id)
        return Effect.ensuring(Effect.ignore(rows.release(customer, id, holder)), Deferred.succeed(own.over, undefined))
      }),
    )
    // the lease goes on as long as this process does; without it somebody else writes, and this one must not
    yield* Effect.sleep("1 second").pipe(
      Effect.andThen(rows.renew(customer, id, holder, leaseSeconds)),
      Effect.flatMap((state) => (state === "held" ? Effect.void : give)),
      Effect.catchCause(() => Effect.void),
      Effect.forever,
      Effect.forkScoped,
    )
    return { wanted: Deferred.await(wanted) } satisfies Hold
  })

  /**
   * Adds what comes, from exactly where the storage ends; whoever calls holds it, and has no more use for the chunks. Gives how
   * much there is then.
   */
  const write = Effect.fnUntraced(function* (
    { id, bytes, state, isWhole }: Row,
    { wanted }: Hold,
    offset: number,
    content: Stream.Stream<Uint8Array, unknown>,
  ): Effect.fn.Return<{ readonly arrived: number; readonly isSlow: boolean }, BlobOffsetMismatch | BlobTooLarge> {
    if (state !== "arriving" || isWhole) return { arrived: bytes, isSlow: false }
    const key = BlobKey.make(id)
    const pace = Pace.watched(content)
    const adding = yield* blobs
      .append(key, offset, Gathered.of(pace.content, { isOurs: true }), { maxBytes: bytes })
      .pipe(
        Effect.catchTag("BlobStoreUnavailable", (error) => Effect.die(error)),
        Effect.forkChild,
      )
    // once for all of it: a race for each of its chunks would cost more than writing them
    const ended = yield* Fiber.join(adding).pipe(
      Effect.map(({ bytes: arrived }) => ({ arrived, isSlow: false })),
      Effect.raceFirst(Effect.as(wanted, null)),
      Effect.raceFirst(Effect.as(Effect.ignore(pace.watch), "slow" as const)),
      Effect.ensuring(Fiber.interrupt(adding)),
    )
    if (ended !== null && ended !== "slow") return ended
    return { arrived: yield* Effect.orDie(blobs.arrived(key)), isSlow: ended === "slow" }
  })

  const questionOf = Effect.fnUntraced(function* (customer: Customer, { question: id, name }: Row) {
    const { request, stored } = yield* requests.current(customer)
    const question = Questionnaire.question(stored.questionnaire, id)
    if (question === undefined || !upload.isUpload(question)) return yield* refused({ id }, name, "unknown-question")
    return { question, staged: request.policy.saving === "none" }
  })

  const sealed = (question: Pick<upload.UploadQuestion, "id">, { id, name, bytes }: Row) =>
    blobs.seal(BlobKey.make(id)).pipe(
      Effect.catchTags({
        BlobMissing: () => Effect.fail(refused(question, name, "upload-broken")),
        BlobStoreUnavailable: Effect.die,
      }),
      Effect.filterOrFail(
        (receipt) => receipt.bytes === bytes,
        () => refused(question, name, "upload-broken"),
      ),
    )

  /**
   * Takes in a file that is all there; whoever calls holds it. Done already gives what came of it, and one that a killed process
   * left is gone on with. May somebody who may no longer upload find nothing of theirs here: then it is gone (L39).
   */
  const finish = Effect.fn("Uploads.finish")(function* (customer: Customer, id: string) {
    const row = yield* found(customer, id)
    if (row.outcome !== null) return row.outcome
    if (!row.isWhole) yield* rows.whole(customer, id)
    return yield* Effect.gen(function* () {
      const { question, staged } = yield* questionOf(customer, row)
      const { bytes, sha256 } = yield* sealed(question, row)
      const place = { question, revision: row.revision, staged }
      const { file, isChecked, duplicateOf } = yield* intake.ofCustomer(customer, place, {
        id,
        name: row.name,
        bytes,
        sha256,
      })
      const outcome: Outcome = { type: "taken", file, duplicateOf: duplicateOf?.id ?? null }
      yield* rows.settle(customer, id, { state: isChecked ? "attached" : "checking", bytes, outcome })
      return outcome
    }).pipe(
      // only what was refused is surely in no request
      Effect.tapError((error) =>
        Effect.all([
          intake.discard(customer.workspace.id, id),
          drop(id),
          rows.settle(customer, id, { state: "refused", bytes: 0, outcome: outcomeOf(error) }),
        ]),
      ),
    )
  })

  /** What has come of it; a file whose last piece was the last that was heard of its process is taken in now. */
  const result = Effect.fnUntraced(function* (customer: Customer, id: string) {
    const row = yield* found(customer, id)
    if (row.outcome === null) {
      const arrived = row.isWhole ? row.bytes : yield* Effect.orDie(blobs.arrived(BlobKey.make(id)))
      if (arrived < row.bytes) return { state: "arriving", arrived, bytes: row.bytes } as const
      yield* hold(customer, id)
      const outcome = yield* finish(customer, id).pipe(
        Effect.catch((error) => (error._tag === "ArrivalGone" ? Effect.fail(error) : Effect.succeed(outcomeOf(error)))),
      )
      return yield* told(customer, row, outcome)
    }
    return yield* told(customer, row, row.outcome)
  }, Effect.scoped)

  /** What the scanner has said by now counts. */
  const told = Effect.fnUntraced(function* ({ workspace }: Customer, { question }: Row, outcome: Outcome) {
    if (outcome.type === "refused") return { state: "refused", question, problem: outcome.problem } as const
    const [known] = yield* files.of(workspace.id, [outcome.file.id])
    if (known?.scan === "infected") {
      const codes = [{ code: "upload-infected", values: { name: outcome.file.name } }]
      return { state: "refused", question, problem: { codes } } as const
    }
    const isKnown = known?.scan === "clean" || known?.scan === "unscanned"
    const { file, duplicateOf } = outcome
    return { state: isKnown || known === undefined ? "attached" : "checking", file, duplicateOf } as const
  })

  /** Gives it up; whoever calls holds it. What is in the request is taken out of that, not here. */
  const abandon = Effect.fnUntraced(function* (customer: Customer, id: string) {
    const row = yield* of(customer, id)
    if (row.outcome !== null) return
    yield* drop(id)
    yield* intake.discard(customer.workspace.id, id)
    yield* room.release(customer, id)
  })

  return { begin, of, hold, write, finish, result, abandon, drop, rows }
})

export type Arrivals = Effect.Success<ReturnType<typeof make>>

/** The arrivals of this server, for the protocols that speak of them. */
export class InPieces extends Context.Service<InPieces, Arrivals>()("@requite/reference-server/Uploads/InPieces") {}

/** As it is kept, for who asks later. */
const outcomeOf = (error: Refused): Outcome => ({
  type: "refused",
  problem:
    error._tag === "UploadRefused"
      ? { codes: error.problems.map(({ code, values }) => ({ code, values: { ...values, name: error.name } })) }
      : error._tag === "Refusal"
        ? { codes: error.reasons.map(({ code }) => ({ code, values: {} })) }
        : { codes: [{ code: "expired", values: {} }] },
})
