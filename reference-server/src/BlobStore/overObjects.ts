/**
 * A BlobStore made of objects (`ObjectStore.ts`). What arrives of a partial is kept in pieces of at most 4 MiB, one object
 * each, so that none of them is ever half there; to seal it is to put them together as one object, and only then to remove
 * them. Memory is that of one piece.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BlobKey, BlobMissing, BlobOffsetMismatch, BlobTooLarge } from "../BlobStore.ts"
import type { BlobListed, BlobStore, BlobStoreUnavailable } from "../BlobStore.ts"
import * as BlobIntake from "./BlobIntake.ts"
import { folderOf, type ListedObject, type ObjectStore, parseName, pieceOf } from "./ObjectStore.ts"

/** Each upload under way keeps one in memory, and a seal makes two calls for each. */
const pieceBytes = 4 * 1024 * 1024
const isKey = Schema.is(BlobKey)

// The type already says that a key is one of ours. A string that got here all the same must not become a path.
const checked = (key: BlobKey): Effect.Effect<BlobKey> =>
  isKey(key)
    ? Effect.succeed(key)
    : Effect.die(new TypeError("A blob key that is no UUID: nothing was read or written."))

export const make = (store: ObjectStore): BlobStore["Service"] => {
  const put: BlobStore["Service"]["put"] = (key, content, { maxBytes }) =>
    Effect.flatMap(checked(key), (name) => store.put(name, BlobIntake.within(content, maxBytes)))

  const get: BlobStore["Service"]["get"] = (key, range) =>
    Effect.flatMap(checked(key), (name) => store.get(name, range)).pipe(
      Effect.catchTag("ObjectMissing", () => Effect.fail(new BlobMissing({ key }))),
    )

  const remove: BlobStore["Service"]["remove"] = (key) => Effect.flatMap(checked(key), store.remove)

  const pieces = (key: BlobKey) =>
    Effect.map(
      Effect.flatMap(checked(key), (name) => Stream.runCollect(store.list(folderOf(name)))),
      inOrder,
    )
  const arrived: BlobStore["Service"]["arrived"] = (key) =>
    Effect.map(pieces(key), ({ whole }) => whole.reduce((sum, { bytes }) => sum + bytes, 0))

  const append: BlobStore["Service"]["append"] = Effect.fn("BlobStore.append")(function* (
    key,
    offset,
    content,
    { maxBytes },
  ) {
    const found = yield* arrived(key)
    if (found !== offset) return yield* new BlobOffsetMismatch({ arrived: found })
    let [end, held, chunks] = [offset, 0, Array.of<Uint8Array>()]
    const keep = Effect.suspend(() => {
      if (held === 0) return Effect.void
      const piece = Stream.fromIterable(chunks)
      const name = pieceOf(key, end)
      const next = end + held
      ;[held, chunks] = [0, []]
      return Effect.map(store.put(name, piece), () => void (end = next))
    }).pipe(Effect.uninterruptible)
    let cut = false
    // its error is the caller's to know: here it is only where the content ends
    const all = content.pipe(Stream.catch(() => ((cut = true), Stream.empty)))
    const taking = Stream.runForEach(all, (chunk): Effect.Effect<void, BlobTooLarge | BlobStoreUnavailable> => {
      if (end + held + chunk.length > maxBytes) return Effect.fail(new BlobTooLarge({ maxBytes }))
      chunks.push(Uint8Array.from(chunk))
      held += chunk.length
      return held < pieceBytes ? Effect.void : keep
    })
    yield* keptWhatever(taking, keep)
    return { bytes: end, cut }
  })

  const seal: BlobStore["Service"]["seal"] = Effect.fn("BlobStore.seal")(function* (key) {
    const { whole, all } = yield* pieces(key)
    if (whole.length === 0) return yield* BlobIntake.measure((yield* get(key)).stream)
    const content = Stream.fromIterable(whole).pipe(
      Stream.flatMap(({ name }) => Stream.unwrap(Effect.map(store.get(name), ({ stream }) => stream))),
    )
    const receipt = yield* store
      .put(key, content)
      .pipe(Effect.catchTag("ObjectMissing", () => Effect.fail(new BlobMissing({ key }))))
    yield* removeAll(all)
    return receipt
  })

  // the first alone: without it the others count for nothing, should this end between them
  const removeAll = Effect.fnUntraced(function* (all: ReadonlyArray<ListedObject>) {
    const [first, ...others] = all
    if (first !== undefined) yield* store.remove(first.name)
    yield* Effect.forEach(others, ({ name }) => store.remove(name), { concurrency: 8, discard: true })
  })

  const drop: BlobStore["Service"]["drop"] = (key) => Effect.flatMap(pieces(key), ({ all }) => removeAll(all))

  const list: BlobStore["Service"]["list"] = Stream.suspend(() => {
    // few: those that are under way, and those of a day that nobody finished
    const partials = new Map<string, BlobListed>()
    const blobs = Stream.map(store.list(""), ({ name, bytes, modifiedAt }): ReadonlyArray<BlobListed> => {
      const parsed = parseName(name)
      if (parsed === undefined || parsed.isEncrypted) return []
      const key = BlobKey.make(parsed.key)
      if (parsed.offset === undefined) return [{ key, bytes, isPartial: false, modifiedAt }]
      const before = partials.get(key) ?? { bytes: 0, modifiedAt: 0 }
      partials.set(key, {
        key,
        bytes: before.bytes + bytes,
        isPartial: true,
        modifiedAt: Math.max(before.modifiedAt, modifiedAt),
      })
      return []
    })
    return Stream.concat(
      Stream.flattenIterable(blobs),
      Stream.suspend(() => Stream.fromIterable(partials.values())),
    )
  })

  return { put, get, remove, append, arrived, seal, drop, list }
}

/**
 * The pieces from the first byte on without a gap (`whole`), and all there are. One that begins where another did not end is
 * left by a writer that was killed or beaten to it: what it holds was never counted.
 */
const inOrder = (listed: ReadonlyArray<ListedObject>) => {
  const all = listed
    .filter(({ name }) => parseName(name)?.isEncrypted === false)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const whole: Array<ListedObject> = []
  let end = 0
  for (const piece of all) {
    if (parseName(piece.name)?.offset !== end || piece.bytes === 0) continue
    whole.push(piece)
    end += piece.bytes
  }
  return { whole, all }
}

/** Runs `taking`, and `keep` after it however it ended; an end by interruption or failure passes on after that. */
export const keptWhatever = <A, E, R, E2>(taking: Effect.Effect<A, E, R>, keep: Effect.Effect<void, E2>) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.exit(restore(taking)), (exit) => Effect.andThen(keep, exit)),
  )
