/**
 * Objects that are unreadable to whoever has only the disk or the bucket (S77). What goes in is encrypted on the way, and lies
 * under its name with `.aes` at the end; what lay there before, without it, can still be read.
 *
 *   object   header, then frames: at least one
 *   header   64 bytes in clear: `RQ01`, 28 random bytes (the salt), 32 that say which key (`FileKeys`)
 *   frame    64 KiB of content, the last one what is left, by AES-256-GCM, and the 16 bytes of its tag
 *
 * The frames' key is HKDF-SHA-256 of that key, with the salt and the object's name: no two objects share one, so the nonce
 * only counts frames, and its last byte says which is the last. A frame that was changed, moved, left out or brought from
 * another object does not open, and neither does an object that was cut short. Any part is read without what is before it.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { type Blob, type BlobRange, BlobStoreUnavailable } from "../BlobStore.ts"
import * as BlobIntake from "./BlobIntake.ts"
import { type ObjectStore, parseName } from "./ObjectStore.ts"

/** A key of 32 bytes, and the 32 bytes in clear by which it is found again. */
export interface FileKey {
  readonly id: Uint8Array
  readonly key: Redacted.Redacted<Uint8Array>
}

/** Where the keys are from. `FileKeys.ts` has those of the server. */
export interface FileKeys {
  /** For what is written now. */
  readonly current: Effect.Effect<FileKey, BlobStoreUnavailable>
  readonly of: (id: Uint8Array) => Effect.Effect<FileKey, BlobStoreUnavailable>
}

const magic = Buffer.from("RQ01")
const idLength = 32
const headerLength = 64
const plainLength = 64 * 1024
const tagLength = 16
const frameLength = plainLength + tagLength
const cipher = "aes-256-gcm"

/** The same store, encrypted. */
export const over = (store: ObjectStore, keys: FileKeys): ObjectStore => {
  const put: ObjectStore["put"] = Effect.fnUntraced(function* (name, content) {
    const { id, key } = yield* keys.current
    const header = Buffer.concat([magic, randomBytes(headerLength - magic.length - idLength), id])
    const frames = framesOf({ key, header, name })
    // what the caller gets to know is of its own bytes, not of these
    let receipt = { bytes: 0, sha256: "" }
    const measured = BlobIntake.measured(content, (found) => void (receipt = found))
    const encrypted = pieces(measured, plainLength, frames.encrypt)
    yield* store.put(`${name}.aes`, Stream.concat(Stream.make(header), encrypted))
    return receipt
  })

  const encryptedGet = Effect.fnUntraced(function* (name: string, range: BlobRange | undefined) {
    const head = yield* store.get(`${name}.aes`, { offset: 0, length: headerLength })
    const header = Buffer.concat(yield* Stream.runCollect(head.stream))
    const body = head.bytes - headerLength
    const count = Math.ceil(body / frameLength)
    const bytes = body - count * tagLength
    const lastLength = body - (count - 1) * frameLength
    // only an empty content has an empty frame: another one was cut to that
    const isWhole = count === 1 ? lastLength >= tagLength : count > 1 && lastLength > tagLength
    if (!header.subarray(0, magic.length).equals(magic) || !isWhole) return yield* damaged(name)
    const { key } = yield* keys.of(header.subarray(headerLength - idLength))
    const frames = framesOf({ key, header, name })
    const from = Math.min(range?.offset ?? 0, bytes)
    const to = range === undefined ? bytes : Math.min(bytes, from + range.length)
    const first = Math.min(Math.floor(from / plainLength), count - 1)
    // of an empty content too there is one frame, without which nothing says that it was empty
    const last = to > from ? Math.floor((to - 1) / plainLength) : first
    const wanted = { offset: headerLength + first * frameLength, length: (last - first + 1) * frameLength }
    const opened = Effect.map(store.get(`${name}.aes`, wanted), ({ stream }) => {
      let missing = last - first + 1
      const decrypted = pieces(stream, frameLength, (frame, index) => {
        const at = first + index
        const plain = frames.decrypt(frame, at, at === count - 1)
        return plain?.subarray(Math.max(0, from - at * plainLength), Math.max(0, to - at * plainLength))
      })
      return decrypted.pipe(
        Stream.mapEffect((plain) => {
          missing--
          return plain === undefined ? Effect.fail(damaged(name)) : Effect.succeed(plain)
        }),
        Stream.concat(Stream.suspend(() => (missing === 0 ? Stream.empty : Stream.fail(damaged(name))))),
        Stream.filter((plain) => plain.length > 0),
      )
    }).pipe(Effect.catchTag("ObjectMissing", () => Effect.fail(damaged(name))))
    const blob: Blob = { bytes, stream: to > from || range === undefined ? Stream.unwrap(opened) : Stream.empty }
    return blob
  })

  return {
    put,
    get: (name, range) => Effect.catchTag(encryptedGet(name, range), "ObjectMissing", () => store.get(name, range)),
    remove: (name) => Effect.andThen(store.remove(`${name}.aes`), store.remove(name)),
    list: (folder) =>
      Stream.map(store.list(folder), ({ name, bytes, modifiedAt }) =>
        parseName(name)?.isEncrypted === true
          ? { name: name.slice(0, -".aes".length), bytes: contentLength(bytes), modifiedAt }
          : { name, bytes, modifiedAt },
      ),
  }
}

const contentLength = (bytes: number): number => {
  const body = bytes - headerLength
  return Math.max(0, body - Math.ceil(body / frameLength) * tagLength)
}

const damaged = (name: string) =>
  new BlobStoreUnavailable({ reason: `What lies in the store as ${name}.aes was changed there, or its key is gone.` })

/** Opens and closes the frames of one object. Synchronous: a frame takes less than a tenth of a millisecond. */
const framesOf = ({ key, header, name }: { key: FileKey["key"]; header: Buffer; name: string }) => {
  const salt = header.subarray(magic.length, headerLength - idLength)
  const own = createSecretKey(Buffer.from(hkdfSync("sha256", Redacted.value(key), salt, `requite file\n${name}`, 32)))
  const nonceOf = (index: number, isLast: boolean): Buffer => {
    const nonce = Buffer.alloc(12)
    nonce.writeBigUInt64BE(BigInt(index))
    nonce[11] = isLast ? 1 : 0
    return nonce
  }
  return {
    encrypt: (plain: Uint8Array, index: number, isLast: boolean): Uint8Array => {
      const frame = createCipheriv(cipher, own, nonceOf(index, isLast), { authTagLength: tagLength }).setAAD(header)
      return Buffer.concat([frame.update(plain), frame.final(), frame.getAuthTag()])
    },
    /** undefined: it does not open. */
    decrypt: (sealed: Uint8Array, index: number, isLast: boolean): Uint8Array | undefined => {
      if (sealed.length < tagLength) return undefined
      const frame = createDecipheriv(cipher, own, nonceOf(index, isLast), { authTagLength: tagLength }).setAAD(header)
      frame.setAuthTag(sealed.subarray(sealed.length - tagLength))
      try {
        const plain = frame.update(sealed.subarray(0, sealed.length - tagLength))
        // in this mode nothing comes with the end, but what comes before it counts only after it
        frame.final()
        return plain
      } catch {
        return undefined
      }
    },
  }
}

/**
 * What `use` makes of the content in pieces of one length; the last one has what is left, and is there for an empty content
 * too. A piece is good only while `use` runs: the next one is written over it.
 */
const pieces = <E, R, A>(
  content: Stream.Stream<Uint8Array, E, R>,
  length: number,
  use: (bytes: Uint8Array, index: number, isLast: boolean) => A,
) =>
  Stream.suspend(() => {
    const held = Buffer.allocUnsafe(length)
    let [used, index] = [0, 0]
    const next = (isLast: boolean) => {
      const made = use(held.subarray(0, used), index++, isLast)
      used = 0
      return made
    }
    const full = Stream.map(content, (chunk) => {
      const found: Array<A> = []
      for (let at = 0; at < chunk.length;) {
        // only with more to come is it known that a full one is not the last
        if (used === length) found.push(next(false))
        const part = chunk.subarray(at, at + length - used)
        held.set(part, used)
        used += part.length
        at += part.length
      }
      return found
    })
    return Stream.concat(
      Stream.flattenIterable(full),
      Stream.suspend(() => Stream.make(next(true))),
    )
  })
