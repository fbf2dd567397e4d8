/**
 * tus 1.0 over arrivals: `@tus/server` speaks the protocol, and each of its ports ends in `Uploads/Arrivals.ts`. The server is
 * made anew for each request, because its store and its locks know whose request it is.
 *
 * The bytes do not go through the library, which would turn them from one kind of stream into another four times: its store
 * reads them from the request. It does not know checksums either; they are checked there too. What it refuses by itself has a
 * status and a line of text; what we refuse has a cause, which is kept beside and answered as the contract says.
 */
import { createHash, randomUUID } from "node:crypto"
import { DataStore, type Lock, Server, Upload } from "@tus/server"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { BlobKey, BlobStore } from "../BlobStore.ts"
import { Config } from "../Config.ts"
import type { Customer } from "../Customer.ts"
import { HttpIncomingMessage, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import type { Arrival, ArrivalBusy, ArrivalGone, Arrivals, Hold, Refused } from "./Arrivals.ts"
import * as Pace from "./Pace.ts"

export type Failed = Refused | ArrivalGone

/** What the protocol calls an error: its status, and a line. */
class Protocol extends Error {
  readonly status_code: number
  readonly body: string
  constructor(status: number, body: string) {
    super(body)
    this.status_code = status
    this.body = body
  }
}

/** What happens in one request, beside what tus makes of it. */
interface Story {
  /** Why we refused, or what broke. */
  cause: Cause.Cause<Failed> | null
  hold: Hold | null
  arrival: Arrival | null
  /** Somebody has begun to read the body. */
  isRead: boolean
}

const version = "1.0.0"
const lifetimeMillis = 86_400_000
const algorithms: ReadonlySet<string> = new Set(["sha1", "sha256"])
/** A piece up to this size is read to its end though it is refused, so that its sender hears why and not a broken line. */
const patience = 16_777_216

export const make = Effect.fnUntraced(function* (arrivals: Arrivals) {
  const blobs = yield* BlobStore
  const { uploads: limits } = yield* Config

  /** Answers one request of the protocol; `id`: the arrival that its address names. */
  return Effect.fnUntraced(function* (
    customer: Customer,
    id: string | null,
  ): Effect.fn.Return<HttpServerResponse.HttpServerResponse, Failed, HttpServerRequest.HttpServerRequest> {
    const request = yield* HttpServerRequest.HttpServerRequest
    const told = request.headers["tus-resumable"]
    if (request.method !== "OPTIONS" && told !== version) {
      return HttpServerResponse.setHeader(protocol(412, "Tus-Resumable: 1.0.0 is required"), "tus-version", version)
    }
    const context = yield* Effect.context()
    const scope = yield* Scope.make()
    const story: Story = { cause: null, hold: null, arrival: null, isRead: false }
    const content = request.stream.pipe(
      Stream.onStart(Effect.sync(() => void (story.isRead = true))),
      Stream.provideService(HttpIncomingMessage.MaxBodySize, undefined),
    )

    /** Runs ours inside of theirs. */
    const run = async <A>(effect: Effect.Effect<A, Failed | ArrivalBusy | Protocol>): Promise<A> => {
      const exit = await Effect.runPromiseExitWith(context)(effect)
      if (Exit.isSuccess(exit)) return exit.value
      for (const reason of exit.cause.reasons) {
        if (!Cause.isFailReason(reason)) continue
        if (reason.error instanceof Protocol) throw reason.error
        if (reason.error._tag === "ArrivalBusy") throw new Protocol(423, "Another request writes to this upload")
        story.cause = Cause.fail(reason.error)
      }
      story.cause ??= Cause.die(Cause.squash(exit.cause))
      throw new Protocol(500, "")
    }

    /** What comes is written, and the file taken in when that was the last of it. */
    const add = Effect.fnUntraced(function* (of: string, offset: number) {
      const { hold } = story
      if (hold === null) return yield* Effect.die(new Error("tus writes to an upload that nobody holds"))
      // what tus has asked for just before, under the same hold
      const arrival = story.arrival ?? (yield* arrivals.of(customer, of))
      const write = (bytes: Stream.Stream<Uint8Array, unknown>) =>
        arrivals.write(arrival, hold, offset, bytes).pipe(
          Effect.catchTags({
            BlobOffsetMismatch: () => Effect.fail(new Protocol(409, "Upload-Offset conflict")),
            BlobTooLarge: () => Effect.fail(new Protocol(413, "This is more than Upload-Length said")),
          }),
        )
      const checksum = request.headers["upload-checksum"]
      const { arrived, isSlow } = yield* checksum === undefined
        ? write(content)
        : checked(checksum, arrival, offset, content, hold, write)
      if (isSlow) return yield* Effect.fail(new Protocol(408, "The upload came too slowly"))
      if (arrived === arrival.bytes) yield* arrivals.finish(customer, of)
      return arrived
    })

    /** A piece that says what it is made of lies apart until that is so: nothing of a wrong one counts. */
    const checked = <A, E>(
      said: string,
      { bytes }: Arrival,
      offset: number,
      piece: Stream.Stream<Uint8Array, unknown>,
      hold: Hold,
      write: (content: Stream.Stream<Uint8Array, unknown>) => Effect.Effect<A, E>,
    ) => {
      const key = BlobKey.make(randomUUID())
      return Effect.gen(function* () {
        const [algorithm = "", wanted = ""] = said.split(" ")
        if (!algorithms.has(algorithm)) return yield* Effect.fail(new Protocol(400, "Unknown checksum algorithm"))
        const hash = createHash(algorithm)
        const coming = Pace.kept(piece).pipe(
          Stream.tap((chunk) => Effect.sync(() => void hash.update(chunk))),
          Stream.interruptWhen(hold.wanted),
        )
        yield* blobs.put(key, coming, { maxBytes: bytes - offset }).pipe(
          Effect.mapError((error) => {
            if (isTagged(error, "BlobTooLarge")) return new Protocol(413, "This is more than Upload-Length said")
            if (isTagged(error, "BlobStoreUnavailable")) return error
            return new Protocol(400, "The piece did not arrive whole")
          }),
          Effect.catch((error) => (error instanceof Protocol ? Effect.fail(error) : Effect.die(error))),
        )
        if (hash.digest("base64") !== wanted) return yield* Effect.fail(new Protocol(460, "Checksum Mismatch"))
        const { stream } = yield* Effect.orDie(blobs.get(key))
        return yield* write(stream)
      }).pipe(Effect.ensuring(Effect.ignore(blobs.remove(key))))
    }

    class Store extends DataStore {
      override extensions = ["creation", "creation-with-upload", "termination", "expiration", "checksum"]
      // its row, with the room for it, was made before it was locked
      override create(upload: Upload) {
        return Promise.resolve(upload)
      }
      override getUpload(of: string) {
        return run(
          Effect.map(arrivals.of(customer, of), (found) => {
            story.arrival = found
            return asUpload(found)
          }),
        )
      }
      override write(_none: unknown, of: string, offset: number) {
        return run(add(of, offset))
      }
      override remove(of: string) {
        return run(arrivals.abandon(customer, of))
      }
      override getExpiration() {
        return lifetimeMillis
      }
    }

    const lock = (of: string): Lock => ({
      lock: async () => {
        story.hold = await run(Scope.provide(arrivals.hold(customer, of), scope))
      },
      unlock: () => Effect.runPromiseWith(context)(Scope.close(scope, Exit.void)),
    })

    const server = new Server({
      path: request.url.replace(/[?].*$/, "").replace(/(\/uploads)(\/.*)?$/, "$1"),
      relativeLocation: true,
      datastore: new Store(),
      locker: { newLock: lock },
      maxSize: limits.fileBytes,
      disableTerminationForFinishedUploads: true,
      namingFunction: () => randomUUID(),
      getFileIdFromRequest: () => id ?? undefined,
      onUploadCreate: async (_request, upload) => {
        await run(arrivals.begin(customer, beginning(upload)))
        return {}
      },
    })

    // what proxies say of the way here is none of the protocol, and two of them say it in a way that the library refuses
    const spoken = Object.entries(request.headers).filter(([name]) => !name.startsWith("x-forwarded-"))
    const headers = new Headers(spoken.map(([name, value]) => [name, value]))
    const answer = yield* Effect.promise(() =>
      server.handleWeb(new Request(new URL(request.url, "http://tus"), { method: request.method, headers })),
    ).pipe(Effect.ensuring(Scope.close(scope, Exit.void)))
    const isRefused = answer.status >= 400
    // a body that nobody wanted ends with its connection, unless it is short enough to be heard out
    const isShort = Number(request.headers["content-length"] ?? Infinity) <= patience
    if (isRefused && bringsBytes(request) && isShort && !story.isRead) {
      yield* Stream.runDrain(content).pipe(Effect.ignore, Effect.timeoutOption("5 seconds"))
    }
    if (story.cause !== null) return yield* Effect.failCause(story.cause)
    const line = isRefused ? yield* Effect.promise(() => answer.text()) : ""
    const response = isRefused
      ? protocol(answer.status, line.trim())
      : HttpServerResponse.empty({ status: answer.status })
    const ours = [...answer.headers].filter(([name]) => /^(tus-|upload-|location$|cache-control$)/.test(name))
    return HttpServerResponse.setHeaders(response, {
      ...Object.fromEntries(ours),
      ...(request.method === "OPTIONS" ? { "tus-checksum-algorithm": [...algorithms].join(",") } : {}),
      ...(isRefused && bringsBytes(request) && !isShort ? { connection: "close" } : {}),
    })
  })
})

const isTagged = (error: unknown, tag: string): boolean =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === tag

const bringsBytes = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["content-type"] === "application/offset+octet-stream"

const protocol = (status: number, message: string) =>
  HttpServerResponse.text(JSON.stringify({ _tag: "UploadProtocol", message }), {
    status,
    contentType: "application/json",
    headers: { "tus-resumable": version },
  })

/** As tus knows it: who began it reads there what they said. */
const asUpload = ({ id, bytes, arrived, createdAt, question, name, revision }: Arrival) =>
  new Upload({
    id,
    size: bytes,
    offset: arrived,
    creation_date: new Date(createdAt).toISOString(),
    metadata: { question, filename: name, revision: String(revision) },
  })

/** One that nobody has given is none, and is told so when the file is whole. */
const revisionIn = (said: string): number => (/^\d{1,9}$/.test(said) ? Number(said) : 0)

const beginning = ({ id, size, metadata }: Upload) => ({
  id,
  question: metadata?.["question"] ?? "",
  revision: revisionIn(metadata?.["revision"] ?? ""),
  name: metadata?.["filename"] ?? "",
  bytes: size ?? 0,
})
