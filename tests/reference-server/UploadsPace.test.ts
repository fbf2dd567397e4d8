// Whoever sends too slowly is cut off, and whoever only pauses is not: time is the test's own.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Multipart } from "../../reference-server/src/platform/Http.ts"
import * as MultipartFiles from "../../reference-server/src/Uploads/MultipartFiles.ts"
import * as Pace from "../../reference-server/src/Uploads/Pace.ts"

/** A chunk of so many bytes every so often, for as long as anybody listens. */
const every = (seconds: number, bytes: number) =>
  Stream.fromEffect(Effect.as(Effect.sleep(seconds * 1_000), new Uint8Array(bytes))).pipe(Stream.forever)

const read = <E>(content: Stream.Stream<Uint8Array, E>) =>
  Effect.forkChild(
    Effect.exit(
      Stream.runFold(
        content,
        () => 0,
        (sum, chunk) => sum + chunk.length,
      ),
    ),
  )

describe("the pace of uploads", () => {
  it.effect("S60: a byte a second is cut off after a minute", () =>
    Effect.gen(function* () {
      const reading = yield* read(Pace.kept(every(1, 1)))
      yield* TestClock.adjust("59 seconds")
      assert.isUndefined(reading.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      const exit = yield* Fiber.join(reading)
      assert.isTrue(Exit.isFailure(exit))
      assert.instanceOf(yield* Effect.flip(Effect.flatten(Effect.succeed(exit))), Pace.TooSlow)
    }),
  )

  it.effect("S60: a line that falls silent is cut off in the minute after", () =>
    Effect.gen(function* () {
      const content = Stream.concat(Stream.take(every(1, 100_000), 90), Stream.never)
      const reading = yield* read(Pace.kept(content))
      yield* TestClock.adjust("119 seconds")
      assert.isUndefined(reading.pollUnsafe())
      yield* TestClock.adjust("62 seconds")
      assert.isTrue(Exit.isFailure(yield* Fiber.join(reading)))
    }),
  )

  it.effect("S60: a kilobyte a second is slow and goes on; a pause within a minute is none of ours", () =>
    Effect.gen(function* () {
      const slow = yield* read(Pace.kept(Stream.take(every(1, 1_050), 600)))
      const halting = yield* read(Pace.kept(Stream.take(every(50, 100_000), 12)))
      yield* TestClock.adjust("601 seconds")
      assert.deepStrictEqual(yield* Fiber.join(slow), Exit.succeed(630_000))
      assert.deepStrictEqual(yield* Fiber.join(halting), Exit.succeed(1_200_000))
    }),
  )

  it.effect(
    "S60: a file in a form is held to it, also what nobody wants of it; what is done with it afterwards is not",
    () =>
      Effect.gen(function* () {
        const head = new TextEncoder().encode(
          '--edge\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n',
        )
        const form = (content: Stream.Stream<Uint8Array>) =>
          Stream.concat(Stream.make(head), content).pipe(
            Stream.pipeThroughChannel(Multipart.makeChannel({ "content-type": "multipart/form-data; boundary=edge" })),
          )
        const reading = (
          content: Stream.Stream<Uint8Array>,
          take: (
            content: Stream.Stream<Uint8Array, Multipart.MultipartError>,
          ) => Effect.Effect<void, Multipart.MultipartError>,
        ) =>
          Effect.forkChild(
            Effect.exit(
              MultipartFiles.forEach(form(content), (part) =>
                Multipart.isFile(part) ? take(part.content) : Effect.void,
              ),
            ),
          )
        const wanted = yield* reading(every(1, 1), Stream.runDrain)
        const unwanted = yield* reading(every(1, 1), (content) =>
          Effect.andThen(Stream.runDrain(Stream.take(content, 1)), Stream.runDrain(content)),
        )
        const whole = Stream.concat(
          Stream.take(every(1, 1), 3),
          Stream.make(new TextEncoder().encode("\r\n--edge--\r\n")),
        )
        const scanned = yield* reading(whole, (content) =>
          Effect.andThen(Stream.runDrain(content), Effect.sleep("10 minutes")),
        )
        yield* TestClock.adjust("59 seconds")
        assert.isUndefined(wanted.pollUnsafe())
        yield* TestClock.adjust("2 seconds")
        for (const fiber of [wanted, unwanted]) {
          const error = yield* Effect.flip(Effect.flatten(Fiber.join(fiber)))
          assert.instanceOf(error.reason.cause, Pace.TooSlow)
        }
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual(yield* Fiber.join(scanned), Exit.void)
      }),
  )

  it.effect(
    "S60: a form whose next part does not come, whether file or field, is waited for no longer than 90 seconds",
    () =>
      Effect.gen(function* () {
        const reading = yield* Effect.forkChild(Effect.flip(MultipartFiles.forEach(Stream.never, () => Effect.void)))
        yield* TestClock.adjust("89 seconds")
        assert.isUndefined(reading.pollUnsafe())
        yield* TestClock.adjust("2 seconds")
        const error = yield* Fiber.join(reading)
        assert.instanceOf(error.reason.cause, Pace.TooSlow)
      }),
  )
})
