import { assert, layer } from "@effect/vitest"
import * as Crypto from "@requite/core/Crypto"
import * as Submission from "@requite/core/Submission"
import * as Effect from "effect/Effect"

layer(Crypto.layer(globalThis.crypto))("Submission.digest", (it) => {
  const file = { id: "f1", name: "a.pdf", bytes: 1, type: "application/pdf", sha256: "1".repeat(64) }
  const answers = { name: "Eva", kinds: ["a", { other: "b" }], payslip: [file] }

  it.effect("anybody who holds the answers and the hash computes it again", () =>
    Effect.gen(function* () {
      const text = `{"answers":{"kinds":["a",{"other":"b"}],"name":"Eva","payslip":[{"bytes":1,"id":"f1","name":"a.pdf","sha256":"${file.sha256}","type":"application/pdf"}]},"questionnaire":"abc"}`
      const bytes = new TextEncoder().encode(text)
      const expected = yield* Effect.promise(() => globalThis.crypto.subtle.digest("SHA-256", bytes))
      assert.strictEqual(yield* Submission.digest("abc", answers), Buffer.from(expected).toString("hex"))
    }),
  )
  it.effect(
    "the order of the answers does not count; each of them does, the order of picks and each file's digest too",
    () =>
      Effect.gen(function* () {
        const digest = yield* Submission.digest("abc", answers)
        const reversed = Object.fromEntries(Object.entries(answers).toReversed())
        assert.strictEqual(yield* Submission.digest("abc", reversed), digest)
        const others = yield* Effect.all([
          Submission.digest("abd", answers),
          Submission.digest("abc", { ...answers, name: "eva" }),
          Submission.digest("abc", { ...answers, kinds: [{ other: "b" }, "a"] }),
          Submission.digest("abc", { ...answers, payslip: [{ ...file, sha256: "2".repeat(64) }] }),
          Submission.digest("abc", { ...answers, more: "" }),
        ])
        assert.strictEqual(new Set([digest, ...others]).size, 6)
      }),
  )
})
