import { assert, layer } from "@effect/vitest"
import * as AuditEntry from "@requite/core/AuditEntry"
import type * as ClientRequest from "@requite/core/ClientRequest"
import * as Crypto from "@requite/core/Crypto"
import * as Effect from "effect/Effect"
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

layer(Crypto.layer(globalThis.crypto))("AuditEntry", (it) => {
  const chain = AuditEntry.append("A", null, events)

  it.effect("P14, P31: every event is an entry, numbered from 1 without gaps", () =>
    Effect.gen(function* () {
      const entries = yield* chain
      assert.deepStrictEqual(
        entries.map(({ event }) => event),
        events,
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
      let entries = yield* AuditEntry.append("A", null, [])
      for (const event of events) {
        entries = [...entries, ...(yield* AuditEntry.append("A", entries.at(-1) ?? null, [event]))]
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

  const tampered: Record<
    string,
    (entries: ReadonlyArray<AuditEntry.AuditEntry>) => ReadonlyArray<AuditEntry.AuditEntry>
  > = {
    "L49: changed event": (entries) => entries.with(3, { ...entry(entries, 3), event: Decider.claimed(day(2) + 1) }),
    "changed author": (entries) =>
      entries.with(3, { ...entry(entries, 3), event: { ...entry(entries, 3).event, by: Decider.member } }),
    "changed hash": (entries) => entries.with(3, { ...entry(entries, 3), hash: "0".repeat(64) }),
    "changed request": (entries) => entries.with(3, { ...entry(entries, 3), requestId: "B" }),
    "changed number": (entries) => entries.with(3, { ...entry(entries, 3), index: 40 }),
    removed: (entries) => entries.toSpliced(3, 1),
    "removed and renumbered": (entries) =>
      entries.toSpliced(3, 1).map((one, position) => ({ ...one, index: position + 1 })),
    "put in twice": (entries) => entries.toSpliced(3, 0, entry(entries, 2)),
    "put in and renumbered": (entries) =>
      entries.toSpliced(3, 0, entry(entries, 2)).map((one, position) => ({ ...one, index: position + 1 })),
    reordered: (entries) => entries.toSpliced(3, 2, entry(entries, 4), entry(entries, 3)),
    "reordered and renumbered": (entries) =>
      entries
        .toSpliced(3, 2, entry(entries, 4), entry(entries, 3))
        .map((one, position) => ({ ...one, index: position + 1 })),
  }
  const entry = (entries: ReadonlyArray<AuditEntry.AuditEntry>, at: number) => entries[at] ?? assert.fail()
  for (const [name, tamper] of Object.entries(tampered)) {
    it.effect(`${name}: found at entry 4`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* AuditEntry.firstBroken(tamper(yield* chain)), 4)
      }),
    )
  }
  it.effect("removed at the start, and an event forged with a hash of its own", () =>
    Effect.gen(function* () {
      const entries = yield* chain
      assert.strictEqual(yield* AuditEntry.firstBroken(entries.slice(1)), 1)
      const forged = yield* AuditEntry.append("A", entry(entries, 2), [Decider.cancelled()])
      // the forged entry fits what stands before it; the one after it does not fit the forged one
      assert.strictEqual(yield* AuditEntry.firstBroken(entries.toSpliced(3, 1, ...forged)), 5)
      // and one that leaves a gap in the numbers does not fit, though its hash does
      const gap = yield* AuditEntry.append("A", { index: 30, hash: entry(entries, 2).hash }, [Decider.claimed()])
      assert.strictEqual(yield* AuditEntry.firstBroken([...entries.slice(0, 3), ...gap]), 4)
    }),
  )
})
