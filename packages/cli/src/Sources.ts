/** The texts that commands work on: a file, or the standard input for `-`; always UTF-8. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { FileSystem, type PlatformError, Stdio } from "./Cli.ts"

/** It could not be read; `message` is one sentence about `name`. */
export class Unreadable extends Schema.TaggedError<Unreadable>()("Unreadable", {
  name: Schema.String,
  message: Schema.String,
}) {}

/** What a file goes by in what is printed. */
export const nameOf = (file: string): string => (file === "-" ? "<stdin>" : file)

export const text = Effect.fnUntraced(function* (
  file: string,
): Effect.fn.Return<string, Unreadable, FileSystem.FileSystem | Stdio.Stdio> {
  const name = nameOf(file)
  const bytes = yield* Effect.mapError(
    bytesOf(file),
    ({ reason }) => new Unreadable({ name, message: sentence(reason) }),
  )
  const decoded = decodeUtf8(bytes)
  return Option.isSome(decoded)
    ? decoded.value
    : yield* new Unreadable({ name, message: "This is not a text in UTF-8." })
})

/** The lines of a text of any length, without their ends. What cannot be read fails in its middle. */
export const lines = (file: string): Stream.Stream<string, Unreadable, FileSystem.FileSystem | Stdio.Stdio> =>
  Stream.unwrap(
    Effect.gen(function* () {
      if (file === "-") return (yield* Stdio.Stdio).stdin
      return (yield* FileSystem.FileSystem).stream(file)
    }),
  ).pipe(
    Stream.mapError(({ reason }) => new Unreadable({ name: nameOf(file), message: sentence(reason) })),
    Stream.decodeText(),
    Stream.splitLines,
    Stream.filter((line) => line !== ""),
  )

const bytesOf = Effect.fnUntraced(function* (
  file: string,
): Effect.fn.Return<Uint8Array, PlatformError.PlatformError, FileSystem.FileSystem | Stdio.Stdio> {
  if (file !== "-") {
    const fileSystem = yield* FileSystem.FileSystem
    return yield* fileSystem.readFile(file)
  }
  const stdio = yield* Stdio.Stdio
  return Buffer.concat(yield* Stream.runCollect(stdio.stdin))
})

const decodeUtf8 = Option.liftThrowable((bytes: Uint8Array) =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
)

const sentence = (reason: PlatformError.PlatformError["reason"]): string => {
  if (reason._tag === "NotFound") return "There is no such file."
  return reason._tag === "PermissionDenied" ? "You may not read this file." : "This is not a file that can be read."
}
