import { assert, layer } from "@effect/vitest"
import * as AuditEntry from "@requite/core/AuditEntry"
import type * as ClientRequest from "@requite/core/ClientRequest"
import * as Crypto from "@requite/core/Crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Decider from "../support/Decider.ts"
import { day } from "../support/Decider.ts"

const events: ReadonlyArray<ClientRequest.Event> = [
  Decider.created(),
  Decider.edited(day(0), { due: null }),
  Decider.sent(),
  Decider.claimed(),
  Decider.started(),
  Decider.attached(),
  Decider.removed(day(2)),
  Decider.submitted(),
]

const context = {
  ip: "192.0.2.0",
  userAgent: "test",
  before: "Pending",
  after: "Pending",
  policy: "0".repeat(64),
} as const satisfies AuditEntry.Surroundings
const contents = events.map((event): AuditEntry.Content => ({ event, context }))

// salts that come again, so that two chains of the same events are the same
const seeded = Layer.effect(
  Crypto.Crypto,
  Effect.map(Crypto.Crypto, (crypto) =>
    Crypto.Crypto.of({ ...crypto, randomBytes: (length) => Effect.succeed(new Uint8Array(length).fill(7)) }),
  ),
).pipe(Layer.provide(Crypto.layer(globalThis.crypto)))

layer(seeded)("AuditEntry", (it) => {
  const chain = AuditEntry.append("A", null, "do", contents)

  it.effect("P14, P31: every event is an entry, numbered from 1 without gaps", () =>
    Effect.gen(function* () {
      const entries = yield* chain
      assert.deepStrictEqual(
        entries.map(({ event, context }) => ({ event, context })),
        contents,
      )
      assert.deepStrictEqual(
        entries.map(({ index }) => index),
        [1, 2, 3, 4, 5, 6, 7, 8],
      )
      assert.isNull(yield* AuditEntry.firstBroken(entries))
      assert.isNull(yield* AuditEntry.firstBroken([]))
    }),
  )
  it.effect("appended bit by bit or at once, the chain is the same", () =>
    Effect.gen(function* () {
      let entries = yield* AuditEntry.append("A", null, "do", [])
      for (const content of contents) {
        entries = [...entries, ...(yield* AuditEntry.append("A", entries.at(-1) ?? null, "do", [content]))]
      }
      assert.deepStrictEqual(entries, yield* chain)
    }),
  )
  it.effect("S73: it still holds after a way through a store that keeps the keys in another order", () =>
    Effect.gen(function* () {
      const codec = Schema.toCodecJson(Schema.Array(AuditEntry.AuditEntry))
      const stored: unknown = JSON.parse(JSON.stringify(yield* chain), (_, value: unknown) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).toReversed())
          : value,
      )
      assert.isNull(yield* AuditEntry.firstBroken(yield* Schema.decodeUnknownEffect(codec)(stored)))
    }),
  )

  const swapped = (entries: ReadonlyArray<AuditEntry.AuditEntry>) =>
    entries.toSpliced(3, 2, entry(entries, 4), entry(entries, 3))
  const renumbered = (entries: ReadonlyArray<AuditEntry.AuditEntry>) =>
    entries.map((one, position) => ({ ...one, index: position + 1 }))
  const changed = (change: Partial<AuditEntry.AuditEntry>) => (entries: ReadonlyArray<AuditEntry.AuditEntry>) =>
    entries.with(3, { ...entry(entries, 3), ...change })

  type Tampered = (entries: ReadonlyArray<AuditEntry.AuditEntry>) => ReadonlyArray<AuditEntry.AuditEntry>
  const tampered: Record<string, readonly [AuditEntry.Break["what"], Tampered]> = {
    "L49: changed event": ["content", changed({ event: Decider.claimed(day(2) + 1) })],
    "S73: changed address of the caller": ["content", changed({ context: { ...context, ip: "198.51.100.0" } })],
    "S73: changed state before": ["content", changed({ context: { ...context, before: "WaitingForCustomer" } })],
    "S73: changed policy": ["content", changed({ context: { ...context, policy: "1".repeat(64) } })],
    "changed salt": ["content", changed({ salt: "0".repeat(32) })],
    "changed commitment": ["hash", changed({ commitment: "0".repeat(64) })],
    "changed author": ["hash", changed({ by: Decider.member })],
    "changed instant": ["hash", changed({ at: day(9) })],
    "changed type": ["hash", changed({ type: "RequestCancelled" })],
    "changed command": ["hash", changed({ commandId: "did" })],
    "changed hash": ["hash", changed({ hash: "0".repeat(64) })],
    "changed request": ["request", changed({ requestId: "B" })],
    "changed number": ["missing", changed({ index: 40 })],
    "only the event erased": ["erased", changed({ event: null })],
    "only the salt erased": ["erased", changed({ salt: null })],
    removed: ["missing", (entries) => entries.toSpliced(3, 1)],
    "removed and renumbered": ["hash", (entries) => renumbered(entries.toSpliced(3, 1))],
    "put in twice": ["missing", (entries) => entries.toSpliced(3, 0, entry(entries, 2))],
    "put in and renumbered": ["hash", (entries) => renumbered(entries.toSpliced(3, 0, entry(entries, 2)))],
    reordered: ["missing", swapped],
    "reordered and renumbered": ["hash", (entries) => renumbered(swapped(entries))],
  }
  const entry = (entries: ReadonlyArray<AuditEntry.AuditEntry>, at: number) => entries[at] ?? assert.fail()
  for (const [name, [what, tamper]] of Object.entries(tampered)) {
    it.effect(`${name}: found at entry 4`, () =>
      Effect.gen(function* () {
        const broken = yield* AuditEntry.firstBroken(tamper(yield* chain))
        assert.deepStrictEqual([broken?.index, broken?.what], [4, what])
      }),
    )
  }
  it.effect("a head rewritten with its hash no longer fits its event", () =>
    Effect.gen(function* () {
      const [only] = yield* AuditEntry.append("A", null, "do", contents.slice(0, 1))
      const [other] = yield* AuditEntry.append("A", null, "do", [{ event: Decider.created(), context }])
      assert.deepStrictEqual(only, other)
      const forged = yield* AuditEntry.append("A", null, "do", [
        { event: Decider.cancelled(), context },
        ...contents.slice(1, 2),
      ])
      assert.isNull(yield* AuditEntry.firstBroken(forged))
      const mixed = [{ ...entry(forged, 0), event: Decider.created(), context }, entry(forged, 1)]
      assert.deepStrictEqual((yield* AuditEntry.firstBroken(mixed))?.what, "content")
    }),
  )
  it.effect("S76: erased, the chain still holds, and nothing of the content can be guessed back", () =>
    Effect.gen(function* () {
      const entries = yield* chain
      const erased = entries.map((one) => ({ ...one, event: null, context: null, salt: null }))
      assert.isNull(yield* AuditEntry.firstBroken(erased))
      assert.isTrue(erased.every(AuditEntry.isErased))
      // the same event under another salt is committed to otherwise: who guesses it right cannot tell
      const again = yield* Effect.provide(
        AuditEntry.append("A", null, "do", contents.slice(0, 1)),
        Crypto.layer(globalThis.crypto),
      )
      assert.notStrictEqual(entry(again, 0).commitment, entry(entries, 0).commitment)
      const broken = yield* AuditEntry.firstBroken(erased.toSpliced(2, 1))
      assert.deepStrictEqual([broken?.index, broken?.what], [3, "missing"])
    }),
  )
  it.effect("removed at the start, and an event forged with a hash of its own", () =>
    Effect.gen(function* () {
      const entries = yield* chain
      const at = (broken: AuditEntry.Break | null) => broken?.index
      const one = (event: ClientRequest.Event): ReadonlyArray<AuditEntry.Content> => [{ event, context }]
      assert.strictEqual(at(yield* AuditEntry.firstBroken(entries.slice(1))), 1)
      const forged = yield* AuditEntry.append("A", entry(entries, 2), "do", one(Decider.cancelled()))
      // the forged entry fits what stands before it; the one after it does not fit the forged one
      assert.strictEqual(at(yield* AuditEntry.firstBroken(entries.toSpliced(3, 1, ...forged))), 5)
      // and one that leaves a gap in the numbers does not fit, though its hash does
      const end = { index: 30, hash: entry(entries, 2).hash }
      const gap = yield* AuditEntry.append("A", end, "do", one(Decider.claimed()))
      assert.strictEqual(at(yield* AuditEntry.firstBroken([...entries.slice(0, 3), ...gap])), 4)
    }),
  )
})
