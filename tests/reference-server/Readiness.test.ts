/** What /ready is told: by the store of files, by the loops, and by the process itself. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { BlobStore, BlobStoreUnavailable, newKey } from "../../reference-server/src/BlobStore.ts"
import * as folder from "../../reference-server/src/BlobStore/folder.ts"
import * as memory from "../../reference-server/src/BlobStore/memory.ts"
import * as Heartbeats from "../../reference-server/src/Operations/Heartbeats.ts"
import * as files from "../../reference-server/src/Files/layer.ts"
import * as noScanner from "../../reference-server/src/VirusScanner/none.ts"
import { Readiness, layer } from "../../reference-server/src/Operations/Readiness.ts"
import * as Stopping from "../../reference-server/src/Operations/Stopping.ts"
import { FileSystem } from "../../reference-server/src/platform/Files.ts"
import { NodeCrypto, NodeServices } from "../../reference-server/src/platform/Node.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

/** A disk without room: the store is the real one, over files of which none can be written to. */
const fullDisk = Layer.unwrap(
  Effect.map(TestDatabase.temporaryDirectory, (path) =>
    folder.layer(path).pipe(
      Layer.provide(
        Layer.effect(
          FileSystem.FileSystem,
          Effect.map(
            FileSystem.FileSystem,
            (fs) =>
              ({
                ...fs,
                // what Linux gives for it: every write fails with ENOSPC
                open: (_path) => fs.open("/dev/full", { flag: "w" }),
              }) satisfies FileSystem.FileSystem,
          ),
        ),
      ),
    ),
  ),
)

const own = Layer.mergeAll(
  Layer.sync(Heartbeats.Heartbeats, Heartbeats.make),
  Layer.sync(Stopping.Stopping, () => ({ isStopping: false })),
)
const within = <E, R>(store: Layer.Layer<BlobStore, E, R>) =>
  layer.pipe(
    Layer.provideMerge(files.layer),
    Layer.provideMerge(Layer.mergeAll(store, noScanner.layer, TestDatabase.layer)),
    Layer.provideMerge(Layer.mergeAll(NodeServices.layer, NodeCrypto.layerSecureRandom)),
    Layer.provideMerge(own),
  )
const failing = Effect.gen(function* () {
  const all = yield* (yield* Readiness).checks
  return all.filter(({ ok }) => !ok).map(({ name, reason }) => `${name}: ${reason ?? ""}`)
})

describe("readiness", () => {
  it.live(
    "is well over a database and a store that answer; not while a loop is stuck, nor once the process was told to stop",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* failing, [])
        const { turn, life } = yield* Heartbeats.watch("mail worker", { turn: 50, rest: null })
        const fiber = yield* Effect.forkScoped(life(turn(Effect.never)))
        yield* Effect.sleep("120 millis")
        assert.deepStrictEqual(yield* failing, ["mail worker: stuck"])
        // of several that share the work, one that turns is enough
        yield* Heartbeats.watch("mail worker", { turn: 50, rest: null })
        assert.deepStrictEqual(yield* failing, [])
        fiber.interruptUnsafe()
        const state = yield* Stopping.Stopping
        state.isStopping = true
        assert.deepStrictEqual(yield* failing, ["process: stopping"])
      }).pipe(Effect.scoped, Effect.provide(within(memory.layer))),
    180_000,
  )

  it.live(
    "a full disk of the uploads is said, and a file that did not fit leaves nothing behind",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* failing, ["files: disk-full"])
        const store = yield* BlobStore
        const key = yield* newKey
        const error = yield* Effect.flip(store.put(key, Stream.make(new Uint8Array(100_000)), { maxBytes: 1_000_000 }))
        assert.instanceOf(error, BlobStoreUnavailable)
        assert.match(error.message, /is full \(ENOSPC\)/)
        assert.strictEqual((yield* Effect.flip(store.get(key)))._tag, "BlobMissing")
      }).pipe(Effect.provide(within(fullDisk))),
    180_000,
  )
})
