// The contract of the BlobStore port over a real S3 service, plain and encrypted, and what happens when that service is slow,
// breaks off or refuses: never is half a blob taken for a whole one.

import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { BlobStore, newKey } from "../../reference-server/src/BlobStore.ts"
import * as encrypted from "../../reference-server/src/BlobStore/encrypted.ts"
import type { ObjectStore } from "../../reference-server/src/BlobStore/ObjectStore.ts"
import * as overObjects from "../../reference-server/src/BlobStore/overObjects.ts"
import * as s3 from "../../reference-server/src/BlobStore/s3.ts"
import type * as S3Client from "../../reference-server/src/BlobStore/S3Client.ts"
import { NodeCrypto } from "../../reference-server/src/platform/Node.ts"
import * as FaultyProxy from "../support/FaultyProxy.ts"
import * as Swift from "../support/Swift.ts"
import * as Partials from "./BlobStorePartials.ts"
import { suite } from "./BlobStoreSuite.ts"
import { append, arrived, chunks, fileKeys, get, Leftovers, octets, put, read, seal, sha256 } from "./BlobStoreWorld.ts"

class Service extends Context.Service<Service, S3Client.S3Options>()("test/Swift") {}
/** One for all tests of this file, begun with the first. */
const service = ManagedRuntime.make(Layer.effect(Service, Swift.scoped))
afterAll(() => service.dispose())

let buckets = 0
/** A bucket of its own, and a store over it. */
const inBucket = (wrap: (objects: ObjectStore) => ObjectStore) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const options = { ...(yield* Effect.promise(() => service.runPromise(Service))), bucket: `files-${++buckets}` }
      yield* Swift.makeBucket(options)
      const objects = yield* s3.objects(options)
      return Context.make(BlobStore, overObjects.make(wrap(objects))).pipe(
        Context.add(Leftovers, {
          count: Effect.map(Effect.orDie(Stream.runCollect(objects.list(""))), (all) => all.length),
        }),
      )
    }),
  )

const mebibyte = 1024 * 1024
/** So many MiB, each of a byte of its own. */
const large = (count: number) =>
  Stream.range(1, count * 16).pipe(
    Stream.rechunk(1),
    Stream.map((n) => new Uint8Array(mebibyte / 16).fill(n >> 4)),
  )

if (!Swift.isInstalled) process.stderr.write(`${Swift.skipped}\n`)

describe.skipIf(!Swift.isInstalled)("BlobStore on a real S3 service", () => {
  suite(
    "S3",
    inBucket((objects) => objects),
    180_000,
  )
  Partials.suite(
    "S3",
    inBucket((objects) => objects),
    180_000,
  )
  Partials.suite(
    "S3, encrypted",
    inBucket((objects) => encrypted.over(objects, fileKeys)),
    180_000,
  )

  it.live("S60: 100 MiB go in by parts and come out in flat memory", () =>
    Effect.gen(function* () {
      const key = yield* newKey
      let peak = 0
      const watched = <A>(item: A): A => {
        peak = Math.max(peak, process.memoryUsage.rss())
        return item
      }
      const before = process.memoryUsage.rss()
      const { bytes } = yield* put(key, Stream.map(large(100), watched), 1e9)
      const { stream } = yield* get(key)
      let seen = 0
      yield* Stream.runForEach(stream, (chunk) => Effect.sync(() => watched((seen += chunk.length))))
      assert.deepStrictEqual([bytes, seen], [100 * mebibyte, 100 * mebibyte])
      assert.isBelow(peak - before, 96 * mebibyte)
    }).pipe(
      Effect.provide(
        Layer.merge(
          inBucket((objects) => objects),
          NodeCrypto.layerSecureRandom,
        ),
      ),
    ),
  )
})

/** A store whose calls go through a proxy, with little patience. */
const throughProxy = <A, E>(
  test: (proxy: Effect.Success<ReturnType<typeof FaultyProxy.scoped>>) => Effect.Effect<A, E, BlobStore | Leftovers>,
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const options = { ...(yield* Effect.promise(() => service.runPromise(Service))), bucket: `files-${++buckets}` }
      yield* Swift.makeBucket(options)
      const proxy = yield* FaultyProxy.scoped(options.endpoint)
      const sound = yield* s3.objects(options)
      const faulty = yield* s3.objects({ ...options, endpoint: proxy.url, patience: "3 seconds", pause: "5 millis" })
      proxy.calls.length = 0
      return yield* test(proxy).pipe(
        Effect.provideService(BlobStore, overObjects.make(faulty)),
        // what really is there is asked without the proxy
        Effect.provideService(Leftovers, {
          count: Effect.map(Effect.orDie(Stream.runCollect(sound.list(""))), (all) => all.length),
        }),
      )
    }),
  ).pipe(Effect.provide(NodeCrypto.layerSecureRandom))

/** The first so many calls of a kind. */
const first = (times: number, method: string, fault: FaultyProxy.Fault): FaultyProxy.Faults["of"] => {
  let left = times
  return (request) => (request.method === method && left-- > 0 ? fault : undefined)
}
const key = Effect.provide(newKey, NodeCrypto.layerSecureRandom)

describe.skipIf(!Swift.isInstalled)("an S3 service that fails", () => {
  for (const [name, fault] of [
    ["answers 503", { kind: "refused", status: 503 }],
    ["hangs up", { kind: "unheard" }],
    ["loses its answer", { kind: "unanswered" }],
  ] as const) {
    it.live(`S60: a call to a service that ${name} twice is made again`, () =>
      throughProxy(({ faults }) =>
        Effect.gen(function* () {
          const blob = yield* key
          faults.of = first(2, "PUT", fault)
          yield* put(blob, chunks(octets(1000), 100))
          faults.of = first(2, "HEAD", fault)
          const { stream } = yield* get(blob)
          faults.of = first(2, "GET", fault)
          assert.strictEqual(sha256(Buffer.concat(yield* Stream.runCollect(stream))), sha256(octets(1000)))
          assert.strictEqual(yield* (yield* Leftovers).count, 1)
        }),
      ),
    )
  }

  it.live("S66: one that stays away is BlobStoreUnavailable in a sentence, and leaves no blob", () =>
    throughProxy(({ url, faults }) =>
      Effect.gen(function* () {
        const blob = yield* key
        faults.of = () => ({ kind: "refused", status: 503 })
        for (const call of [
          put(blob, chunks(octets(1000), 100)),
          get(blob),
          append(blob, 0, Stream.empty),
          arrived(blob),
        ]) {
          const failure = yield* Effect.flip<unknown, { readonly message: string; readonly _tag: string }, BlobStore>(
            call,
          )
          assert.strictEqual(failure._tag, "BlobStoreUnavailable")
          assert.match(failure.message, new RegExp(`^The object storage ${url} \\(files-\\d+\\) .+ \\(503.*\\)\\.$`))
        }
        assert.strictEqual(yield* (yield* Leftovers).count, 0)
      }),
    ),
  )

  it.live("S66: parts that cannot be sent, or put together, are no blob, and are aborted", () =>
    throughProxy(({ faults, calls }) =>
      Effect.gen(function* () {
        const blob = yield* key
        const isPart = (url: string | undefined) => /partNumber=2/.test(url ?? "")
        for (const wrong of [
          ({ url }: { url?: string | undefined }) => isPart(url),
          ({ url, method }: { url?: string | undefined; method?: string | undefined }) =>
            method === "POST" && /uploadId=/.test(url ?? ""),
        ]) {
          calls.length = 0
          faults.of = (request) => (wrong(request) ? { kind: "refused", status: 503 } : undefined)
          assert.strictEqual((yield* Effect.flip(put(blob, large(20), 1e9)))._tag, "BlobStoreUnavailable")
          assert.isTrue(calls.some((call) => /^DELETE .*uploadId=/.test(call)))
        }
        faults.of = () => undefined
        assert.strictEqual((yield* Effect.flip(get(blob)))._tag, "BlobMissing")
        assert.strictEqual(yield* (yield* Leftovers).count, 0)
      }),
    ),
  )

  for (const kind of ["cut", "stalled"] as const) {
    it.live(`S68: an answer that is ${kind} midway fails the reader; it is never taken for the end`, () =>
      throughProxy(({ faults }) =>
        Effect.gen(function* () {
          const blob = yield* key
          yield* put(blob, chunks(octets(500_000), 65_536))
          faults.of = ({ method }) => (method === "GET" ? { kind, after: 200_000 } : undefined)
          const began = yield* Clock.currentTimeMillis
          const failure = yield* Effect.flip(read(blob))
          assert.strictEqual(failure._tag, "BlobStoreUnavailable")
          assert.isBelow((yield* Clock.currentTimeMillis) - began, 15_000)
          faults.of = () => undefined
          assert.strictEqual(sha256(yield* read(blob)), sha256(octets(500_000)))
        }),
      ),
    )
  }

  it.live("S61: a seal that breaks off leaves the partial, and goes through when it is called again", () =>
    throughProxy(({ faults }) =>
      Effect.gen(function* () {
        const blob = yield* key
        yield* append(blob, 0, large(9), 1e9)
        yield* append(blob, 9 * mebibyte, chunks(octets(1000), 100), 1e9)
        faults.of = ({ method, url }) =>
          method === "GET" && /partial/.test(url ?? "") && !/list-type/.test(url ?? "")
            ? { kind: "cut", after: 100_000 }
            : undefined
        assert.strictEqual((yield* Effect.flip(seal(blob)))._tag, "BlobStoreUnavailable")
        assert.strictEqual((yield* Effect.flip(get(blob)))._tag, "BlobMissing")
        faults.of = () => undefined
        assert.strictEqual(yield* arrived(blob), 9 * mebibyte + 1000)
        assert.strictEqual((yield* seal(blob)).bytes, 9 * mebibyte + 1000)
        assert.strictEqual(yield* (yield* Leftovers).count, 1)
      }),
    ),
  )

  it.live("S3: mistakes of the configuration stop the start, in a sentence; a service that is away does not", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const options = yield* Effect.promise(() => service.runPromise(Service))
        const start = (changed: Partial<S3Client.S3Options>) =>
          Effect.flip(s3.objects({ ...options, ...changed })).pipe(Effect.map(({ message }) => message))
        assert.match(yield* start({ bucket: "other" }), /has no such bucket \(404 NoSuchBucket\)\.$/)
        assert.match(
          yield* start({ secretAccessKey: Redacted.make("wrong") }),
          /refuses the secret access key \(403 SignatureDoesNotMatch\)\.$/,
        )
        assert.match(yield* start({ accessKeyId: "nobody" }), /\(403 \w+\)\.$/)
        yield* s3.objects({ ...options, endpoint: "http://127.0.0.1:9", patience: "1 second" })
      }),
    ),
  )
})
