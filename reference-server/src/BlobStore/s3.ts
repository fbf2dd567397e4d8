/**
 * The BlobStore in a bucket of an S3-compatible service: `<key>` is a blob, `partial/<key>/<offset>` a piece of a partial.
 * What is larger than 8 MiB goes in parts of 8 MiB and appears when all of them are there; memory is that of one part,
 * whatever the size. A multipart upload that failed is aborted, and what a killed server left of one at the next start, a
 * day later.
 */
import type { IncomingMessage } from "node:http"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BlobStore, type BlobStoreUnavailable } from "../BlobStore.ts"
import * as BlobIntake from "./BlobIntake.ts"
import * as Multipart from "./Multipart.ts"
import { ObjectMissing, type ObjectStore, parseName } from "./ObjectStore.ts"
import * as overObjects from "./overObjects.ts"
import * as S3Client from "./S3Client.ts"

const partBytes = 8 * 1024 * 1024
const chunkBytes = 64 * 1024
const abandonedAfterMillis = 24 * 60 * 60 * 1000

/** Provides `BlobStore` over one bucket, which is there; fails when the service is there and refuses it. */
export const layer = (options: S3Client.S3Options): Layer.Layer<BlobStore, BlobStoreUnavailable> =>
  Layer.effect(BlobStore, Effect.map(objects(options), overObjects.make))

/** The same bucket as objects, for `encrypted.ts`. */
export const objects = Effect.fnUntraced(function* (options: S3Client.S3Options) {
  const client = S3Client.make(options)
  const store: ObjectStore = {
    put: putting(client),
    get: getting(client),
    remove: removing(client),
    list: listing(client),
  }
  // mistakes of the configuration stop the start; a service that is away does not: it may come back before anybody needs it
  yield* client.done({ method: "HEAD", name: "", accepts: [403, 404] }).pipe(
    Effect.flatMap(({ statusCode }) =>
      statusCode === 403 || statusCode === 404
        ? Effect.asVoid(client.text({ method: "GET", name: "", query: oneOnly }))
        : Effect.void,
    ),
    Effect.catchIf(
      ({ reason }) => !/\(4\d\d/.test(reason),
      ({ reason }) => Effect.logWarning(reason),
    ),
  )
  yield* Effect.forkScoped(Effect.ignore(sweep(client)))
  return store
})

/** An answer to GET says in a code what one to HEAD, which has no body, cannot. */
const oneOnly = { "list-type": "2", "max-keys": "1" }

const putting = (client: S3Client.S3Client): ObjectStore["put"] =>
  Effect.fn("BlobStore.put")(function* (name, content) {
    const upload = Multipart.make(client, name)
    let [held, used] = [Buffer.allocUnsafe(0), 0]
    const taking = BlobIntake.take(content, (chunk) =>
      Effect.gen(function* () {
        for (let at = 0; at < chunk.length;) {
          if (used === partBytes) {
            yield* upload.send(held)
            // it may serve again: a call that was given up sends what its digest does not fit
            used = 0
          }
          if (used === held.length) held = grown(held, used + chunk.length - at)
          const part = chunk.subarray(at, at + held.length - used)
          held.set(part, used)
          used += part.length
          at += part.length
        }
      }),
    )
    return yield* Effect.gen(function* () {
      const receipt = yield* taking
      const rest = held.subarray(0, used)
      if (receipt.bytes <= partBytes) yield* client.done({ method: "PUT", name, body: rest })
      else yield* Effect.andThen(upload.send(rest), upload.complete)
      return receipt
    }).pipe(Effect.onError(() => upload.abort))
  })

/** A larger one with the same beginning: a small object needs no buffer of a whole part. */
const grown = (held: Buffer<ArrayBuffer>, wanted: number): Buffer<ArrayBuffer> => {
  const larger = Buffer.allocUnsafe(Math.min(partBytes, Math.max(wanted, held.length * 2)))
  larger.set(held)
  return larger
}

const getting = (client: S3Client.S3Client): ObjectStore["get"] =>
  Effect.fn("BlobStore.get")(function* (name, range) {
    const head = yield* client.done({ method: "HEAD", name, accepts: [404] })
    if (head.statusCode === 404) {
      // or is it the bucket that is not there? Then no object of it may be taken for lost
      yield* client.text({ method: "GET", name: "", query: oneOnly })
      return yield* new ObjectMissing({ name })
    }
    const bytes = Number(head.headers["content-length"] ?? Number.NaN)
    const { etag } = head.headers
    if (!Number.isSafeInteger(bytes) || etag === undefined)
      return yield* client.unavailable("gave no length of an object")
    const from = Math.min(range?.offset ?? 0, bytes)
    const to = Math.min(bytes, from + (range?.length ?? bytes))
    // the very object that was measured: one that replaced it meanwhile is not mixed with it
    const headers = { "if-match": etag, range: `bytes=${from}-${to - 1}` }
    const opened = Effect.map(client.call({ method: "GET", name, headers }), (response) =>
      body(client, response, to - from),
    )
    return { bytes, stream: to > from ? Stream.unwrap(opened) : Stream.empty }
  })

/** The bytes of an answer, in small chunks; fails where there are fewer or more than there should be, or none for too long. */
const body = (
  client: S3Client.S3Client,
  response: IncomingMessage,
  length: number,
): Stream.Stream<Uint8Array, BlobStoreUnavailable> => {
  if (response.statusCode !== 206) {
    response.resume()
    return Stream.fail(client.unavailable("did not give the part asked for"))
  }
  let missing = length
  return Stream.fromAsyncIterable<Buffer, BlobStoreUnavailable>(response, () =>
    client.unavailable("broke off in the middle of an object"),
  ).pipe(
    Stream.timeoutOrElse({
      duration: client.patience,
      orElse: () => Stream.fail(client.unavailable("stopped in the middle of an object")),
    }),
    Stream.map((chunk) => {
      missing -= chunk.length
      return Array.from({ length: Math.ceil(chunk.length / chunkBytes) }, (_, n) =>
        chunk.subarray(n * chunkBytes, (n + 1) * chunkBytes),
      )
    }),
    Stream.flattenIterable,
    Stream.concat(
      Stream.suspend(() =>
        missing === 0 ? Stream.empty : Stream.fail(client.unavailable("gave an object of another length")),
      ),
    ),
  )
}

const removing = (client: S3Client.S3Client): ObjectStore["remove"] =>
  Effect.fn("BlobStore.remove")(function* (name) {
    const { statusCode } = yield* client.done({ method: "DELETE", name, accepts: [404] })
    if (statusCode === 404) yield* client.text({ method: "GET", name: "", query: oneOnly })
  })

const listing =
  (client: S3Client.S3Client): ObjectStore["list"] =>
  (folder) =>
    Stream.paginate("", (token: string) =>
      Effect.gen(function* () {
        const query = { "list-type": "2", prefix: folder, ...(token !== "" && { "continuation-token": token }) }
        const xml = yield* client.text({ method: "GET", name: "", query })
        const found = S3Client.elements(xml, "Contents").map((object) => ({
          name: S3Client.element(object, "Key") ?? "",
          bytes: Number(S3Client.element(object, "Size") ?? 0),
          modifiedAt: Date.parse(S3Client.element(object, "LastModified") ?? "") || 0,
        }))
        const more = S3Client.element(xml, "IsTruncated") === "true"
        const next = S3Client.element(xml, "NextContinuationToken")
        // half a list would make files look lost
        if (more && next === undefined) return yield* client.unavailable("gave a list without its next page")
        return [found, more ? Option.fromUndefinedOr(next) : Option.none<string>()] as const
      }),
    )

/** Aborts multipart uploads of ours that nobody goes on with: they cost room, and show in no list. */
const sweep = Effect.fnUntraced(function* (client: S3Client.S3Client) {
  const now = yield* Clock.currentTimeMillis
  const before = new Set<string>()
  for (let marker: Readonly<Record<string, string>> = {}; ;) {
    const xml = yield* client.text({ method: "GET", name: "", query: { uploads: "", ...marker } })
    for (const upload of S3Client.elements(xml, "Upload")) {
      const [name, id] = [S3Client.element(upload, "Key"), S3Client.element(upload, "UploadId")]
      const begun = Date.parse(S3Client.element(upload, "Initiated") ?? "")
      if (name === undefined || id === undefined || parseName(name) === undefined) continue
      if (now - begun > abandonedAfterMillis) yield* Multipart.abort(client, name, id)
    }
    const [key, id] = [S3Client.element(xml, "NextKeyMarker"), S3Client.element(xml, "NextUploadIdMarker")]
    const page = `${key} ${id}`
    // a service that gives the same page again would never come to an end
    if (S3Client.element(xml, "IsTruncated") !== "true" || key === undefined || before.has(page)) return
    before.add(page)
    marker = { "key-marker": key, ...(id === undefined ? {} : { "upload-id-marker": id }) }
  }
})
