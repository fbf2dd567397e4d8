// What the `mailbox` adapter of the Mailer adds to the contract: the DevMailbox, a folder of .eml files that outlives the server.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Mailer, type OutgoingMail } from "../../reference-server/src/Mailer.ts"
import * as Mailbox from "../../reference-server/src/Mailer/mailbox.ts"
import { NodeCrypto, NodeServices } from "../../reference-server/src/platform/Node.ts"

const mail = (n: number): OutgoingMail => ({
  messageId: `<${n}@mail.example>`,
  from: { name: "Firm", address: "requests@firm.example" },
  to: { name: "Åsa Öberg", address: "asa@customer.example" },
  subject: `Ärende ${n}`,
  html: `<p>Hej! <a href="https://requite.example/r/${n}">öppna</a></p>`,
  text: `Hej! https://requite.example/r/${n}`,
})
const folder = Effect.acquireRelease(
  Effect.sync(() => join(mkdtempSync(join(tmpdir(), "requite-mail-")), "data", "dev-mail")),
  (made) => Effect.sync(() => rmSync(join(made, "..", ".."), { recursive: true })),
)
/** The server's life: a mailbox built anew on the folder. */
const onFolder = (path: string) =>
  Effect.provide(
    Mailbox.layer(path).pipe(Layer.provide([NodeServices.layer, NodeCrypto.layerSecureRandom]), Layer.fresh),
  )
const send = (one: OutgoingMail) => Effect.flatMap(Mailer, (mailer) => mailer.send(one))
const list = Effect.flatMap(Mailbox.DevMailbox, (mailbox) => mailbox.list)
const read = (id: string) => Effect.flatMap(Mailbox.DevMailbox, (mailbox) => mailbox.read(id))

describe("development mailbox", () => {
  it.live("M33: lists the newest first, survives a restart, and is empty before the first mail", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* list, [])
        for (const n of [1, 2, 3]) {
          yield* send(mail(n))
          yield* Effect.sleep("10 millis")
        }
      }).pipe(onFolder(path))
      const after = yield* list.pipe(onFolder(path))
      assert.deepStrictEqual(
        after.map(({ subject }) => subject),
        ["Ärende 3", "Ärende 2", "Ärende 1"],
      )
      assert.deepStrictEqual(after[0]?.to, { name: "Åsa Öberg", address: "asa@customer.example" })
      const age = Date.now() - DateTime.toEpochMillis(after[0]?.date ?? DateTime.makeUnsafe(0))
      assert(age >= 0 && age < 10_000)
    }),
  )

  it.live("M5: a mail sent again shows once, with its newest content, on top", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.gen(function* () {
        yield* send(mail(1))
        yield* send(mail(2))
        const before = (yield* list).find(({ subject }) => subject === "Ärende 1")
        yield* Effect.sleep("10 millis")
        yield* send({ ...mail(1), subject: "Ärende 1 igen" })
        const after = yield* list
        assert.deepStrictEqual(
          after.map(({ subject }) => subject),
          ["Ärende 1 igen", "Ärende 2"],
        )
        assert.strictEqual(after[0]?.id, before?.id)
      }).pipe(onFolder(path))
    }),
  )

  it.live("M33: one mail is read as its reader gets it: both parts and the headers", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.gen(function* () {
        yield* send(mail(1))
        const [summary] = yield* list
        const found = Option.getOrThrow(yield* read(summary?.id ?? ""))
        assert.deepInclude(found, {
          ...summary,
          subject: "Ärende 1",
          html: `${mail(1).html}\n`,
          text: `${mail(1).text}\n`,
        })
        assert.deepInclude(found.headers, { name: "Auto-Submitted", value: "auto-generated" })
        assert.deepInclude(found.headers, { name: "Message-ID", value: "<1@mail.example>" })
      }).pipe(onFolder(path))
    }),
  )

  it.live("S53: an id that is none of ours reads nothing, least of all another file", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.gen(function* () {
        yield* send(mail(1))
        writeFileSync(join(path, "..", "secret.eml"), "Subject: secret\r\n\r\nsecret")
        for (const id of ["", "../secret", "..%2fsecret", "secret", "0".repeat(32), `${"0".repeat(31)}/`, "\u0000"]) {
          assert.isTrue(Option.isNone(yield* read(id)), JSON.stringify(id))
        }
      }).pipe(onFolder(path))
    }),
  )

  it.live("M33: foreign files and files of a crashed write are no mails", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.gen(function* () {
        yield* send(mail(1))
        for (const name of ["notes.txt", "foreign.eml", `${"a".repeat(32)}.1.part`])
          writeFileSync(join(path, name), "x")
        mkdirSync(join(path, "sub"))
        utimesSync(join(path, "foreign.eml"), 0, 0)
        assert.lengthOf(yield* list, 1)
      }).pipe(onFolder(path))
    }),
  )

  it.live("M5: the same mail sent fifty times at once is one whole file that only its owner can read", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.gen(function* () {
        yield* Effect.forEach(Array.from({ length: 50 }), () => send(mail(1)), { concurrency: "unbounded" })
        assert.lengthOf(readdirSync(path), 1)
        assert.strictEqual((yield* list)[0]?.subject, "Ärende 1")
        assert.strictEqual(statSync(path).mode & 0o777, 0o700)
        assert.strictEqual(statSync(join(path, readdirSync(path)[0] ?? "")).mode & 0o777, 0o600)
      }).pipe(onFolder(path))
    }),
  )

  it.live("M7: a folder that cannot be written is a retryable failure in a sentence", () =>
    Effect.gen(function* () {
      const path = yield* folder
      mkdirSync(join(path, "..", ".."), { recursive: true })
      writeFileSync(join(path, ".."), "a file where the folder should be")
      const failure = yield* Effect.flip(send(mail(1))).pipe(onFolder(path))
      assert.deepInclude(failure, { _tag: "MailFailed", retryable: true })
      assert.match(failure.reason, /^The development mailbox could not be written \(\w+\)\.$/)
    }),
  )
})
