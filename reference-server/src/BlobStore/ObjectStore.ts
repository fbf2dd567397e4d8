/**
 * What lies under most blob stores: *objects*, bytes under a *name*, each there whole or not at all and never changed, only
 * replaced. A disk, S3 and encryption are spoken of in these; `overObjects.ts` makes blobs and partials of them. A name is
 * `<key>` for a blob, and `partial/<key>/<offset>` for each *piece* of a partial, the offset in 16 digits.
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { type Blob, type BlobKey, type BlobRange, type BlobReceipt, type BlobStoreUnavailable } from "../BlobStore.ts"

/** No object has this name. */
export class ObjectMissing extends Schema.TaggedError<ObjectMissing>()("ObjectMissing", { name: Schema.String }) {}

export interface ListedObject {
  readonly name: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
}

export interface ObjectStore {
  /** As `BlobStore.put`, without a limit. */
  readonly put: <E, R>(
    name: string,
    content: Stream.Stream<Uint8Array, E, R>,
  ) => Effect.Effect<BlobReceipt, E | BlobStoreUnavailable, R>
  /** As `BlobStore.get`. */
  readonly get: (name: string, range?: BlobRange) => Effect.Effect<Blob, ObjectMissing | BlobStoreUnavailable>
  /** Done already is done. */
  readonly remove: (name: string) => Effect.Effect<void, BlobStoreUnavailable>
  /** Those under a folder of names, such as `partial/` or `partial/<key>/`; all of them under the empty text. Foreign names may
   * be among them. In no order. */
  readonly list: (folder: string) => Stream.Stream<ListedObject, BlobStoreUnavailable>
}

/** Where the pieces of a partial lie. */
export const folderOf = (key: BlobKey): string => `partial/${key}/`
export const pieceOf = (key: BlobKey, offset: number): string => folderOf(key) + String(offset).padStart(16, "0")

const form =
  /^(?<folder>partial\/)?(?<key>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:\/(?<offset>\d{16}))?(?<ending>\.aes)?$/

export interface ParsedName {
  readonly key: string
  /** Of a piece; undefined for a blob. */
  readonly offset: number | undefined
  /** It ends with `.aes`: `encrypted.ts` wrote it, and only that reads it. */
  readonly isEncrypted: boolean
}

/** Reads a name of ours; undefined: it is none. */
export const parseName = (name: string): ParsedName | undefined => {
  const { folder, key, offset, ending } = form.exec(name)?.groups ?? {}
  if (key === undefined || (folder === undefined) !== (offset === undefined)) return undefined
  return { key, offset: offset === undefined ? undefined : Number(offset), isEncrypted: ending !== undefined }
}
