/**
 * A script of ours in a process of its own: bytes in, bytes out. For what was sent by strangers, and for what would keep the
 * server's own loop from everybody else. What breaks there takes nothing along, and finds no key and no customer in memory.
 */
import { spawn } from "node:child_process"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { NodeStream } from "./platform/Node.ts"

/** The script ended with another status than 0, was killed, or took too long. What it wrote counts for nothing. */
export class ChildFailed extends Schema.TaggedError<ChildFailed>()("ChildFailed", { script: Schema.String }) {}

export interface Script {
  /** Its path. */
  readonly script: string
  readonly args: ReadonlyArray<string>
  /** Of memory that the engine has for objects, in MiB; what is read and written lies outside of it. */
  readonly heap: number
  readonly patience: Duration.Input
}

/**
 * What the script makes of the content. It is started when the stream is, and killed with it; it may end before it has read all.
 * A content that dies kills it, and passes on.
 */
export const through = (
  { script, args, heap, patience }: Script,
  content: Stream.Stream<Uint8Array>,
): Stream.Stream<Uint8Array, ChildFailed> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const failed = new ChildFailed({ script })
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          // no environment: it has the server's secrets in it
          spawn(process.execPath, [`--max-old-space-size=${heap}`, script, ...args], {
            env: {},
            stdio: ["pipe", "pipe", "ignore"],
          }),
        ),
        (started) => Effect.sync(() => void started.kill("SIGKILL")),
      )
      const ended = new Promise<boolean>((resolve) => {
        child.on("error", () => resolve(false))
        child.on("close", (code) => resolve(code === 0))
      })
      // it may have seen enough before it has read all
      child.stdin.on("error", () => {})
      const kill = Effect.sync(() => void child.kill("SIGKILL"))
      const write = (chunk: Uint8Array) =>
        Effect.promise(() => new Promise<void>((resolve) => void child.stdin.write(chunk, () => resolve())))
      const feeding = yield* Stream.runForEach(content, write).pipe(
        Effect.andThen(Effect.sync(() => void child.stdin.end())),
        Effect.tapCause(() => kill),
        Effect.forkScoped,
      )
      yield* Effect.forkScoped(Effect.andThen(Effect.sleep(patience), kill))
      const end = Effect.gen(function* () {
        if (yield* Effect.promise(() => ended)) return
        const fed = feeding.pollUnsafe()
        if (fed !== undefined) yield* fed
        return yield* failed
      })
      return Stream.concat(
        NodeStream.fromReadable<Uint8Array, ChildFailed>({ evaluate: () => child.stdout, onError: () => failed }),
        Stream.fromEffectDrain(end),
      )
    }),
  )
