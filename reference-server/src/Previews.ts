/**
 * Previews of pictures: what the firm sees of a photograph before it saves it. A preview is a new picture, drawn from the points of
 * the old one: nothing that was hidden in the file is in it, neither a script nor the place where it was taken (S54, S58).
 *
 * Only of files that may be read. Made when asked for, in a process of its own (`Previews/render.ts`), and kept for a while in
 * memory only: a copy in the store would have to be found and erased with the file.
 */
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as Child from "./Child.ts"
import type { Download, FileWithheld } from "./Files.ts"

/** The longest side, in points. */
export const sides = { small: 160, large: 1200 } as const
export type Size = keyof typeof sides

/** What can be drawn. Of HEIC, whose patents keep its decoder out of the libraries, there is none. */
const types: ReadonlySet<string> = new Set([
  "image/jpeg",
  "image/png",
  "image/webp",
  "image/tiff",
  "image/gif",
  "image/avif",
])

/** Might there be a preview of a file of this type? */
export const isOf = (type: string): boolean => types.has(type)

/** Decoded, a point takes four bytes, and some files have to be decoded whole. */
export const maxPixels = 120_000_000
export const maxBytes = 60_000_000

/** It is no picture, too large a one, broken, or of a sort that cannot be drawn here. */
export class NoPreview extends Schema.TaggedError<NoPreview>()("NoPreview", { id: Schema.String }) {}

export class Previews extends Context.Service<
  Previews,
  {
    /** A WebP of the file; `find` says whether it may be seen. */
    of<E, R>(
      size: Size,
      find: Effect.Effect<Download, E | FileWithheld, R>,
    ): Effect.Effect<Uint8Array<ArrayBuffer>, E | FileWithheld | NoPreview, R>
  }
>()("@requite/reference-server/Previews") {}

const script = fileURLToPath(new URL(`./Previews/render${extname(import.meta.url)}`, import.meta.url))
/** How long somebody who waits for a picture waits. */
const patience = "15 seconds"
const largest = 4_000_000
const remembered = 16_000_000

/** Draws one; null: it cannot be. An interruption kills the process. */
const draw = ({ file, content }: Download, size: Size) => {
  const args = [String(maxPixels), String(sides[size])]
  let bytes = 0
  return Child.through({ script, args, heap: 256, patience }, content).pipe(
    Stream.takeWhile((chunk) => (bytes += chunk.length) <= largest),
    Stream.runCollect,
    Effect.map((chunks) => (bytes > 0 && bytes <= largest ? Uint8Array.from(Buffer.concat(chunks)) : null)),
    Effect.catchTag("ChildFailed", () => Effect.succeed(null)),
    Effect.tap((drawn) =>
      drawn === null ? Effect.logInfo("no preview could be made", { file: file.id, type: file.type }) : Effect.void,
    ),
  )
}

export const layer = Layer.effect(
  Previews,
  Effect.gen(function* () {
    const hands = yield* Semaphore.make(2)
    const known = new Map<string, Uint8Array<ArrayBuffer>>()
    let held = 0
    const remember = (key: string, made: Uint8Array<ArrayBuffer>) => {
      known.set(key, made)
      held += made.length
      for (const [oldest, { length }] of known) {
        if (held <= remembered) break
        known.delete(oldest)
        held -= length
      }
    }
    return Previews.of({
      of: Effect.fnUntraced(function* (size, find) {
        // asked every time: what was drawn before may be withheld by now
        const download = yield* find
        const { id, sha256, type, bytes } = download.file
        if (!isOf(type) || bytes > maxBytes) return yield* new NoPreview({ id })
        const key = `${size} ${sha256}`
        const before = known.get(key)
        if (before !== undefined) return before
        const made = yield* hands.withPermit(draw(download, size))
        if (made === null) return yield* new NoPreview({ id })
        if (!known.has(key)) remember(key, made)
        return made
      }),
    })
  }),
)
