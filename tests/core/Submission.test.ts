import { assert, describe, layer } from "@effect/vitest"
import * as Crypto from "@requite/core/Crypto"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Submission from "@requite/core/Submission"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { group, text, upload, version } from "./versions/company.ts"

const file = { id: "f1", name: "a.pdf", bytes: 1, type: "application/pdf", sha256: "1".repeat(64) }

layer(Crypto.layer(globalThis.crypto))("Submission.digest", (it) => {
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

const questionnaire = version(3, [
  text("name"),
  group("papers", [upload("passport")]),
  group("owners", [text("owner"), group("homes", [upload("deed", { maxFiles: 2 })], { repeat: {} })], { repeat: {} }),
])
const second = { ...file, id: "f2", name: "b.pdf", bytes: 2, sha256: "2".repeat(64) }
const answers = {
  name: "Eva",
  passport: [file],
  owners: [{ owner: "A" }, { homes: [{}, { deed: [file, second] }] }],
}

layer(Crypto.layer(globalThis.crypto))("Submission.receipt", (it) => {
  it.effect("names the questionnaire, the digest, and every file with its own and its place", () =>
    Effect.gen(function* () {
      const { hash } = yield* Questionnaire.reference(questionnaire)
      const { name, bytes, sha256 } = file
      assert.deepStrictEqual(yield* Submission.receipt(questionnaire, answers), {
        format: 1,
        questionnaire: { id: "test", version: 3, hash },
        digest: yield* Submission.digest(hash, answers),
        files: [
          { pointer: "/passport/0", name, bytes, sha256 },
          { pointer: "/owners/1/homes/1/deed/0", name, bytes, sha256 },
          { pointer: "/owners/1/homes/1/deed/1", name: "b.pdf", bytes: 2, sha256: second.sha256 },
        ],
      })
    }),
  )
})

layer(Crypto.layer(globalThis.crypto))("Submission.verify", (it) => {
  const verified = (change: (receipt: Submission.Receipt) => unknown, given = answers as object, of = questionnaire) =>
    Effect.gen(function* () {
      const receipt = change(yield* Submission.receipt(questionnaire, answers))
      const result = yield* Submission.verify(receipt, of, { ...given })
      return Result.isSuccess(result) ? [] : result.failure.map(({ code, pointer }) => `${code} ${pointer}`)
    })
  const same = (receipt: Submission.Receipt) => receipt

  it.effect("succeeds with the receipt, also after a way as JSON", () =>
    Effect.gen(function* () {
      const receipt = yield* Submission.receipt(questionnaire, answers)
      const read: unknown = JSON.parse(JSON.stringify(receipt))
      assert.deepStrictEqual(yield* Submission.verify(read, questionnaire, answers), Result.succeed(receipt))
    }),
  )
  it.effect("another answer", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* verified(same, { ...answers, name: "Ewa" }), ["digest /digest"])
    }),
  )
  it.effect("a file changed, missing, or more", () =>
    Effect.gen(function* () {
      const other = { ...file, sha256: "3".repeat(64) }
      assert.deepStrictEqual(yield* verified(same, { ...answers, passport: [other] }), [
        "digest /digest",
        "file-changed /passport/0",
      ])
      const { passport: _, ...without } = answers
      assert.deepStrictEqual(yield* verified(same, without), ["digest /digest", "file-missing /passport/0"])
      assert.deepStrictEqual(yield* verified(same, { ...answers, passport: [file, second] }), [
        "digest /digest",
        "file-unexpected /passport/1",
      ])
    }),
  )
  it.effect("another definition, and answers that are still those", () =>
    Effect.gen(function* () {
      const relabelled = { ...questionnaire, title: "Other" }
      assert.deepStrictEqual(yield* verified(same, answers, relabelled), ["questionnaire-hash /questionnaire/hash"])
      assert.deepStrictEqual(yield* verified(same, answers, { ...questionnaire, version: 4 }), [
        "questionnaire-version /questionnaire/version",
        "questionnaire-hash /questionnaire/hash",
      ])
      assert.deepStrictEqual(yield* verified(same, answers, { ...questionnaire, id: "other" }), [
        "questionnaire-id /questionnaire/id",
        "questionnaire-hash /questionnaire/hash",
      ])
    }),
  )
  it.effect("a receipt that somebody changed", () =>
    Effect.gen(function* () {
      const forged = yield* verified((receipt) => ({ ...receipt, digest: "0".repeat(64) }))
      assert.deepStrictEqual(forged, ["digest /digest"])
      assert.deepStrictEqual(yield* verified((receipt) => ({ ...receipt, files: receipt.files.slice(1) })), [
        "file-unexpected /passport/0",
      ])
      assert.deepStrictEqual(
        yield* verified((receipt) => ({ ...receipt, questionnaire: { ...receipt.questionnaire, hash: "0" } })),
        ["questionnaire-hash /questionnaire/hash", "digest /digest"],
      )
    }),
  )
  it.effect("what is no receipt at all", () =>
    Effect.gen(function* () {
      for (const none of [undefined, null, 1, "x", [], {}, { format: 2 }, JSON.parse('{"__proto__":{"format":1}}')])
        assert.deepStrictEqual(yield* verified(() => none), ["malformed "])
      assert.deepStrictEqual(yield* verified((receipt) => ({ ...receipt, more: 1 })), ["malformed "])
    }),
  )
})

describe("answers that hold no files where files should be", () => {
  layer(Crypto.layer(globalThis.crypto))("Submission.receipt", (it) => {
    it.effect("gives none, and does not throw", () =>
      Effect.gen(function* () {
        for (const passport of [1, "x", {}, [1, null, {}, [file]]]) {
          const receipt = yield* Submission.receipt(questionnaire, { passport, owners: [1, null, { homes: 3 }] })
          assert.deepStrictEqual(receipt.files, [])
        }
      }),
    )
  })
})
