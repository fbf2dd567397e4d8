/** States that are read from the texts of their rows: what was read lately is not read again, and nothing else is taken for it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as States from "../../reference-server/src/ClientRequests/States.ts"
import { after, created, day, sent } from "../support/Decider.ts"

const text = (state: object) => JSON.stringify(state)

describe("the texts of states", () => {
  it.effect("the same text is the same state; one that differs in a letter is read for itself", () =>
    Effect.gen(function* () {
      const pending = after(created())
      const out = after(created(), sent(day(1)))
      const read = yield* States.read(text(pending))
      assert.deepStrictEqual(read, pending)
      assert.strictEqual(yield* States.read(text(pending)), read)
      assert.deepStrictEqual(yield* States.read(text(out)), out)
      const { title } = pending.details
      const renamed = yield* States.read(text(pending).replace(title, `${title}!`))
      assert.deepStrictEqual([renamed.details.title, read.details.title], [`${title}!`, title])
    }),
  )

  it.effect("a text that says no state fails, however often", () =>
    Effect.gen(function* () {
      for (const bad of ["{}", "{", text({ ...after(created()), state: "Lost" })]) {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(States.read(bad))))
        assert.isTrue(Exit.isFailure(yield* Effect.exit(States.read(bad))))
      }
    }),
  )

  it.effect("so many are remembered and no more: what was forgotten is read again", () =>
    Effect.gen(function* () {
      const pending = after(created())
      const first = yield* States.read(text(pending))
      for (let n = 0; n < 600; n++) {
        yield* States.read(text({ ...pending, details: { ...pending.details, title: `number ${n}` } }))
      }
      const again = yield* States.read(text(pending))
      assert.notStrictEqual(again, first)
      assert.deepStrictEqual(again, first)
    }),
  )

  it.effect("S59: so many characters are remembered and no more, and of long texts none", () =>
    Effect.gen(function* () {
      const pending = after(created())
      const sized = (n: number, characters: number) => {
        const bare = text({ ...pending, details: { ...pending.details, title: `sized ${n}`, message: "" } })
        const message = "x".repeat(characters - bare.length)
        return text({ ...pending, details: { ...pending.details, title: `sized ${n}`, message } })
      }
      const isKnown = (of: string, state: object) => Effect.map(States.read(of), (again) => again === state)
      const [long, fits] = [sized(-1, 200_001), sized(-2, 200_000)]
      assert.isFalse(yield* isKnown(long, yield* States.read(long)))
      assert.isTrue(yield* isKnown(fits, yield* States.read(fits)))
      // 81 of 200 000 are more than 16 million together, and far fewer than 500
      const first = sized(0, 200_000)
      const kept = yield* States.read(first)
      for (let n = 1; n < 80; n++) yield* States.read(sized(n, 200_000))
      assert.isTrue(yield* isKnown(first, kept))
      yield* States.read(sized(80, 200_000))
      assert.isFalse(yield* isKnown(first, kept))
    }),
  )
})
