/**
 * Files as a ZIP, written while it is read: whatever its size, a chunk of it is in memory. At its end is `manifest.json`: every file
 * with its digest, and those that are left out, with the reason. What is not known to be clean is not in it (S55).
 */
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Files } from "../Files.ts"
import { Zip } from "../platform/Zip.ts"
import * as Tenancy from "../Tenancy.ts"
import * as Names from "./Names.ts"

interface Placed {
  /** In words, outermost first: they are made safe here. */
  readonly folders: ReadonlyArray<string>
  readonly name: string
}

export interface PackedFile extends Placed {
  readonly file: {
    readonly id: string
    readonly name: string
    readonly bytes: number
    readonly type: string
    readonly sha256: string
  }
}

/** What is written for it: an answer sheet. */
export interface Written extends Placed {
  readonly content: Effect.Effect<Uint8Array>
}

export type Packed = PackedFile | Written

interface Line {
  /** In the ZIP; null: it is not in it. */
  readonly path: string | null
  readonly name: string
  readonly bytes: number
  readonly type: string
  readonly sha256: string
  /** Why it is not: its scan state, or that it is gone. */
  readonly leftOut?: string
}

type Entry = Zip.Entry | Zip.ContentEntry

/** The bytes of the ZIP. `about` begins the manifest. */
export const zip = <E, R>(
  workspaceId: string,
  about: Readonly<Record<string, unknown>>,
  items: Stream.Stream<Packed, E, R>,
): Stream.Stream<Uint8Array, never, Files | R> => {
  const nameOf = Names.make()
  // nothing else may be called so
  const manifestPath = nameOf([], "manifest.json")
  const lines: Array<Line> = []

  const entry = Effect.fnUntraced(function* (item: Packed): Effect.fn.Return<ReadonlyArray<Entry>, never, Files> {
    if (!("file" in item)) return [Zip.file(nameOf(item.folders, item.name), yield* item.content)]
    const { id, name, bytes, type, sha256 } = item.file
    const leaveOut = (why: string) =>
      Effect.sync((): ReadonlyArray<Entry> => {
        lines.push({ path: null, name, bytes, type, sha256, leftOut: why })
        return []
      })
    const files = yield* Files
    return yield* files.open(workspaceId, id).pipe(
      Effect.map((download): ReadonlyArray<Entry> => {
        const path = nameOf(item.folders, item.name)
        lines.push({ path, name, bytes, type, sha256 })
        // stored as it is, what a stranger sent could end its entry early for who unpacks while it comes, and add others
        return [Zip.fileStream(path, download.content, { method: "Deflate", size: download.file.bytes })]
      }),
      Effect.catchTags({
        FileMissing: () => leaveOut("missing"),
        FileWithheld: ({ scan }) => leaveOut(scan),
      }),
    )
  })

  const manifest = Effect.sync((): Entry =>
    Zip.file(manifestPath, `${JSON.stringify({ ...about, files: lines }, null, 2)}\n`),
  )
  const entries = Stream.concat(
    items.pipe(Stream.mapEffect(entry), Stream.flattenIterable),
    Stream.fromEffect(manifest),
  )
  return Stream.toChannel(entries).pipe(
    Channel.pipeTo(Zip.encode()),
    Stream.fromChannel,
    Stream.orDie,
    Stream.provideService(Tenancy.CurrentWorkspace, workspaceId),
  )
}
