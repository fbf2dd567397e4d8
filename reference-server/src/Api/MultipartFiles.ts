/**
 * The files of a multipart body, one after another, each whole.
 *
 * A body that breaks off, or goes over a limit of the parser, ends the stream of the file it was in as if the file were
 * complete; only the stream of parts fails (Effect 4.1.0). So a file's content ends here only after the parser has gone
 * on behind it, to the next part or to the proper end of the body; where it could not, the content fails.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Multipart } from "../platform/Http.ts"
import type { Arriving } from "../Uploads.ts"

type Parts = Stream.Stream<Multipart.Part, Multipart.MultipartError>

/** Takes every file in turn. What is no file, and a file field left empty, is passed over. */
export const each = Effect.fnUntraced(function* <A, E, R>(
  parts: Parts,
  take: (file: Arriving) => Effect.Effect<A, E, R>,
): Effect.fn.Return<ReadonlyArray<A>, E | Multipart.MultipartError, R | Scope.Scope> {
  const files = yield* Queue.unbounded<Multipart.File, Multipart.MultipartError | Cause.Done>()
  const taken: Array<A> = []
  yield* Effect.forkScoped(Stream.runIntoQueue(Stream.filter(parts, Multipart.isFile), files))
  const parserIsPast = Stream.fromEffectDrain(untilDone(Queue.peek(files)))
  for (;;) {
    const file = yield* untilDone(Queue.take(files))
    if (file === null) return taken
    if (file.name === "") yield* Stream.runDrain(file.content)
    else taken.push(yield* take({ name: file.name, content: Stream.concat(file.content, parserIsPast) }))
  }
}, Effect.scoped)

const untilDone = <A>(
  effect: Effect.Effect<A, Multipart.MultipartError | Cause.Done>,
): Effect.Effect<A | null, Multipart.MultipartError> => Effect.catchTag(effect, "Done", () => Effect.succeed(null))
