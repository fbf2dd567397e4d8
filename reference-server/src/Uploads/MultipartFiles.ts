/**
 * The parts of a multipart body, one after another, each file whole.
 *
 * A body that breaks off, or goes over a limit of the parser, ends the stream of the file it was in as if the file were
 * complete; only the stream of parts fails (Effect 4.1.0). So a file's content ends here only after the parser has gone
 * on behind it, to the next part or to the proper end of the body; where it could not, the content fails. Nothing is
 * read ahead of whoever takes a part, so that a slow taker slows the sender down.
 */
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { Multipart } from "../platform/Http.ts"
import type { Arriving } from "../Uploads.ts"
import * as Pace from "./Pace.ts"

const patience = "90 seconds"
const tooSlow = () => Multipart.MultipartError.fromReason("InternalError", new Pace.TooSlow())

type Parts = Stream.Stream<Multipart.Part, Multipart.MultipartError>

/** Takes every part in turn. `take` reads a file's content to its end, or fails: what it leaves would pile up here. */
export const forEach = Effect.fnUntraced(function* <E, R>(
  parts: Parts,
  take: (part: Multipart.Part) => Effect.Effect<void, E, R>,
): Effect.fn.Return<void, E | Multipart.MultipartError, R> {
  yield* Effect.scoped(
    Effect.gen(function* () {
      const pull = yield* Stream.toPull(parts)
      let ahead: ReadonlyArray<Multipart.Part> = []
      let ended = false
      const next = Effect.suspend(() => {
        if (ended || ahead.length > 0) return Effect.void
        return pull.pipe(
          Effect.map((found) => void (ahead = found)),
          Pull.catchDone(() => Effect.sync(() => void (ended = true))),
        )
      })
      // the head of a part, or a field, is of a few kilobytes: it has no minutes to come
      const soon = Effect.timeoutOrElse(next, { duration: patience, orElse: () => Effect.fail(tooSlow()) })
      for (;;) {
        yield* soon
        const [part] = ahead
        if (part === undefined) return
        ahead = ahead.slice(1)
        yield* Multipart.isFile(part) ? inTime(part, next, take) : take(part)
      }
    }),
  )
})

/** Has a file taken, whole; one that comes too slowly is not. One race for all of it: one for each chunk would cost more than they do. */
const inTime = <E, R>(
  file: Multipart.File,
  parserIsPast: Effect.Effect<void, Multipart.MultipartError>,
  take: (part: Multipart.Part) => Effect.Effect<void, E, R>,
): Effect.Effect<void, E | Multipart.MultipartError, R> => {
  const { content, watch } = Pace.watched(Stream.concat(file.content, Stream.fromEffectDrain(parserIsPast)))
  return Effect.raceFirst(
    take({ ...file, content, contentEffect: Stream.mkUint8Array(content) }),
    Effect.mapError(watch, tooSlow),
  )
}

/** Takes every file in turn. What is no file, and a file field left empty, is passed over. */
export const each = Effect.fnUntraced(function* <A, E, R>(
  parts: Parts,
  take: (file: Arriving) => Effect.Effect<A, E, R>,
): Effect.fn.Return<ReadonlyArray<A>, E | Multipart.MultipartError, R> {
  const taken: Array<A> = []
  yield* forEach(parts, (part): Effect.Effect<void, E | Multipart.MultipartError, R> => {
    if (!Multipart.isFile(part)) return Effect.void
    if (part.name === "") return Stream.runDrain(part.content)
    return Effect.map(take({ name: part.name, content: part.content, isOurs: true }), (one) => void taken.push(one))
  })
  return taken
})
