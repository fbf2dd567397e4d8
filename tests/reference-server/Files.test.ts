// What happens to a file between its arrival and its first reader: a scanner that speaks clamd's protocol on a loopback port,
// and does what the test says.

import { assert, layer } from "@effect/vitest"
import type { UploadQuestion } from "@requite/core/QuestionKind/upload"
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { BlobKey, BlobStore } from "../../reference-server/src/BlobStore.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import type { Customer } from "../../reference-server/src/Customer.ts"
import { FileDamaged, Files, FileWithheld } from "../../reference-server/src/Files.ts"
import * as files from "../../reference-server/src/Files/layer.ts"
import * as scanning from "../../reference-server/src/Files/scanning.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import { type Download, UploadRefused, Uploads } from "../../reference-server/src/Uploads.ts"
import * as clamd from "../../reference-server/src/VirusScanner/clamd.ts"
import * as FakeClamd from "../support/FakeClamd.ts"
import * as Samples from "../support/FileSamples.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import * as TestFirm from "../support/TestFirm.ts"

let fake: FakeClamd.FakeClamd | undefined
const scanner = () => fake ?? assert.fail("no scanner")
const scannerLayer = Layer.unwrap(
  Effect.map(FakeClamd.start, (started) => {
    fake = started
    return clamd.layer({ url: started.url, maxBytes: 1_000_000 })
  }),
)

const passport: UploadQuestion = {
  id: "passport",
  type: "upload",
  label: "Passport",
  accept: ["application/pdf", "text/csv"],
  maxBytes: 100_000,
  maxFiles: 2,
}
const virus = Samples.text(`%PDF-1.7\n% ${FakeClamd.eicar}\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n`)

/** A customer who may upload, while the scanner is as said. */
const opened = (mode: FakeClamd.Mode) =>
  Effect.gen(function* () {
    scanner().mode = mode
    const firm = yield* TestFirm.firm
    const sent = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, {
      recipients: [TestFirm.recipient(firm.address)],
    })
    return { ...firm, sent, customer: yield* TestFirm.customerOf(sent) }
  })

const receive = (customer: Customer, name: string, content: Uint8Array) =>
  Effect.flatMap(Uploads, (uploads) =>
    uploads.receive(customer, { question: passport, revision: 1, name, content: Stream.make(content) }),
  )
const bytesOf = ({ content }: Download) =>
  Effect.map(Stream.runCollect(content), (chunks) => Buffer.concat(chunks).toString("latin1"))

/** Has what waits scanned at once, however long it was to wait. */
const scanNow = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* Tenancy.across(sql`UPDATE files SET next_scan_at = now() - interval '1 day' WHERE next_scan_at IS NOT NULL`)
  const { round } = yield* scanning.make
  yield* round
})

const stateOf = (workspaceId: string, id: string) =>
  Effect.gen(function* () {
    const { current, history } = yield* (yield* ClientRequests).overview(workspaceId, id)
    return { ...current.request, answers: current.answers, types: history.map(({ type }) => type) }
  })

const world = TestFirm.layerOf({}, scannerLayer)

layer(world, { excludeTestServices: true, timeout: "180 seconds" })("files", (it) => {
  it.effect("S55: one that the scanner found clean is read at once, and its record says so", () =>
    Effect.gen(function* () {
      const { customer, member, sent } = yield* opened("up")
      const file = yield* receive(customer, "pass.pdf", Samples.pdf)
      const [attached] = (yield* stateOf(member.workspaceId, sent.id)).files
      assert.deepInclude(attached, { id: file.id, scan: "clean" })
      assert.strictEqual(
        yield* bytesOf(yield* (yield* Uploads).download(member.workspaceId, sent.id, file.id)),
        Buffer.from(Samples.pdf).toString("latin1"),
      )
    }),
  )

  it.effect("S55 L40: one that is infected is refused at once, and nothing of it is left", () =>
    Effect.gen(function* () {
      const { customer, member, sent } = yield* opened("up")
      const before = new Set(TestFirm.blobs)
      const error = yield* Effect.flip(receive(customer, "virus.pdf", virus))
      assert.instanceOf(error, UploadRefused)
      if (error instanceof UploadRefused)
        assert.deepStrictEqual(
          error.problems.map(({ code }) => code),
          ["upload-infected"],
        )
      assert.deepStrictEqual(new Set(TestFirm.blobs), before)
      assert.deepStrictEqual((yield* stateOf(member.workspaceId, sent.id)).files, [])
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`SELECT id FROM files WHERE workspace_id = ${member.workspaceId}`, [])
    }),
  )

  it.effect("S55: with the scanner down it waits: nobody reads it, nothing is clean by default, and later it is", () =>
    Effect.gen(function* () {
      const { customer, member, sent } = yield* opened("down")
      const { workspaceId } = member
      const [uploads, store] = [yield* Uploads, yield* Files]
      const file = yield* receive(customer, "pass.pdf", Samples.pdf)
      const withheld = [
        yield* Effect.flip(uploads.download(workspaceId, sent.id, file.id)),
        yield* Effect.flip(uploads.downloadFor(customer, file.id)),
        yield* Effect.flip(store.open(workspaceId, file.id)),
        yield* Effect.flip(store.open(workspaceId, file.id, { offset: 0, length: 1 })),
      ]
      for (const error of withheld) {
        assert.instanceOf(error, FileWithheld)
        if (error instanceof FileWithheld) assert.strictEqual(error.scan, "pending")
      }
      yield* scanNow
      assert.deepInclude((yield* stateOf(workspaceId, sent.id)).files[0], { scan: "pending" })
      const waiting = yield* Tenancy.across(store.standing)
      assert.isAtLeast(waiting.pending, 1)
      assert.isNotNull(waiting.pendingSince)
      assert.isTrue(TestFirm.logs.some((line) => line.includes("the virus scanner does not answer")))

      scanner().mode = "up"
      yield* scanNow
      const after = yield* stateOf(workspaceId, sent.id)
      assert.deepInclude(after.files[0], { id: file.id, scan: "clean" })
      assert.strictEqual(after.types.filter((type) => type === "FileScanned").length, 1)
      assert.strictEqual(
        yield* bytesOf(yield* uploads.download(workspaceId, sent.id, file.id)),
        Buffer.from(Samples.pdf).toString("latin1"),
      )
      // told once: another round has nothing to say
      yield* scanNow
      assert.deepStrictEqual((yield* stateOf(workspaceId, sent.id)).types, after.types)
    }),
  )

  it.effect("S55: a scanner that dies in the middle of a file gives no verdict: the file is tried again, later", () =>
    Effect.gen(function* () {
      const { customer, member, sent } = yield* opened("dying")
      yield* receive(customer, "pass.pdf", Samples.pdf)
      yield* scanNow
      const [file] = (yield* stateOf(member.workspaceId, sent.id)).files
      assert.deepInclude(file, { scan: "pending" })
      const sql = yield* SqlClient.SqlClient
      const [row] = yield* sql<{ attempts: number; later: boolean }>`
        SELECT scan_attempts AS attempts, next_scan_at > now() + interval '20 seconds' AS later FROM files
        WHERE workspace_id = ${member.workspaceId}`
      assert.deepStrictEqual(row, { attempts: 1, later: true })
    }),
  )

  it.effect(
    "S55: several workers share what waits: each file is scanned by one, and one that was killed leaves its own to others",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { customer, member, sent } = yield* opened("down")
        for (const name of ["a.pdf", "b.pdf"]) yield* receive(customer, name, Samples.pdf)
        const mine = sql`workspace_id = ${member.workspaceId}`
        // what others left, and what somebody took and never came back with
        yield* Tenancy.across(
          sql`UPDATE files SET next_scan_at = now() + interval '1 hour' WHERE next_scan_at IS NOT NULL`,
        )
        const [first] = yield* sql<{ id: string }>`SELECT id FROM files WHERE ${mine} ORDER BY name LIMIT 1`
        yield* sql`UPDATE files SET next_scan_at = now() - interval '1 second' WHERE ${mine} AND id <> ${first?.id ?? ""}`
        scanner().mode = "up"
        const begun = scanner().asked.whole
        const workers = yield* Effect.all([scanning.make, scanning.make, scanning.make])
        const rounds = Effect.forEach(workers, ({ round }) => round, { concurrency: "unbounded" })
        assert.strictEqual(
          (yield* rounds).reduce((sum, count) => sum + count, 0),
          1,
        )
        assert.strictEqual(scanner().asked.whole, begun + 1)
        const states = Effect.map(stateOf(member.workspaceId, sent.id), ({ files: all }) => all.map(({ scan }) => scan))
        assert.deepStrictEqual(yield* states, ["pending", "clean"])
        // its lease is over
        yield* sql`UPDATE files SET next_scan_at = now() - interval '1 second' WHERE ${mine} AND id = ${first?.id ?? ""}`
        assert.strictEqual(
          (yield* rounds).reduce((sum, count) => sum + count, 0),
          1,
        )
        assert.deepStrictEqual(yield* states, ["clean", "clean"])
        const { types } = yield* stateOf(member.workspaceId, sent.id)
        assert.strictEqual(types.filter((type) => type === "FileScanned").length, 2)
      }),
  )

  it.effect("S55 L40: found infected later, it leaves the answers, its item opens again, and both sides are told", () =>
    Effect.gen(function* () {
      const { customer, member, sent, address } = yield* opened("down")
      const { workspaceId } = member
      const file = yield* receive(customer, "virus.pdf", virus)
      assert.isTrue(TestFirm.blobs.has(file.id))
      scanner().mode = "up"
      yield* scanNow
      const after = yield* stateOf(workspaceId, sent.id)
      assert.deepStrictEqual([after.files, after.answers["passport"]], [[], []])
      assert.deepInclude(after.items["papers"], { status: "Returned", infected: "virus.pdf" })
      assert.deepStrictEqual(after.types.slice(-2), ["FileQuarantined", "ItemReturned"])
      assert.deepInclude(after.quarantined[0], {
        name: "virus.pdf",
        sha256: file.sha256,
        signature: FakeClamd.signature,
      })
      assert.isFalse(TestFirm.blobs.has(file.id))
      const mail = yield* TestFirm.mailTo(address, 2)
      assert.include(
        mail.text.replace(/\s+/g, " "),
        "The file “virus.pdf” had a virus and was removed. Please send another one.",
      )
      const notice = yield* TestFirm.mailTo(member.email)
      assert.include(notice.subject, "A file with a virus was removed")
      assert.include(notice.text, FakeClamd.signature)
      // another file is taken in its place
      const other = yield* receive(customer, "pass.pdf", Samples.pdf)
      assert.deepStrictEqual((yield* stateOf(workspaceId, sent.id)).answers["passport"], [other])
    }),
  )

  it.effect("S55: found infected after the customer submitted, the request waits again, with that item open", () =>
    Effect.gen(function* () {
      const { customer, member, sent } = yield* opened("down")
      const requests = yield* ClientRequests
      yield* requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* TestFirm.uuid)
      yield* receive(customer, "virus.pdf", virus)
      // submitted with a file that nobody has looked at yet
      assert.strictEqual((yield* requests.submit(customer, 1, yield* TestFirm.uuid)).state, "Submitted")
      scanner().mode = "up"
      yield* scanNow
      const after = yield* stateOf(member.workspaceId, sent.id)
      assert.deepInclude(after, { state: "WaitingForCustomer", openItems: ["papers"], files: [] })
      assert.deepStrictEqual(after.answers, { name: "Carl", passport: [] })
    }),
  )

  it.effect(
    "S56: what the scanner could not look into is never clean; it is listed with the reason, and tried again",
    () =>
      Effect.gen(function* () {
        const { customer, member, sent } = yield* opened("up")
        const { workspaceId } = member
        const store = yield* Files
        const file = yield* receive(customer, "a.csv", Samples.text("unscannable;b\n"))
        assert.deepInclude((yield* stateOf(workspaceId, sent.id)).files[0], { scan: "unscannable" })
        const error = yield* Effect.flip(store.open(workspaceId, file.id))
        assert.deepInclude(error, { _tag: "FileWithheld", scan: "unscannable" })
        const [listed] = yield* store.withheld(workspaceId)
        assert.strictEqual(listed?.id, file.id)
        assert.match(listed?.detail ?? "", /encrypted/)
        const begun = scanner().asked.begun
        assert.strictEqual(yield* store.scanAgain(workspaceId, [file.id]), 1)
        yield* (yield* scanning.make).round
        assert.isAbove(scanner().asked.begun, begun)
      }),
  )

  it.effect("S68: a byte that changed in the store makes the read fail, whole or in part, before its end", () =>
    Effect.gen(function* () {
      const { customer, member } = yield* opened("up")
      const { workspaceId } = member
      const [store, blobs] = [yield* Files, yield* BlobStore]
      const content = Samples.text(`a;b\n${"1;2\n".repeat(20_000)}`)
      const file = yield* receive(customer, "long.csv", content)
      const part = yield* store.open(workspaceId, file.id, { offset: 4, length: 7 })
      assert.deepStrictEqual([yield* bytesOf(part), part.range], ["1;2\n1;2", { offset: 4, length: 7 }])
      const flipped = content.slice()
      flipped[content.length - 1] = 0x20
      yield* blobs.put(BlobKey.make(file.id), Stream.make(flipped), { maxBytes: flipped.length })
      const download = yield* store.open(workspaceId, file.id)
      let read = 0
      const exit = yield* Effect.exit(
        Stream.runForEach(download.content, (chunk) => Effect.sync(() => void (read += chunk.length))),
      )
      assert.strictEqual(exit._tag, "Failure")
      assert.include(JSON.stringify(exit), "FileDamaged")
      assert.isBelow(read, content.length)
    }),
  )
})

layer(
  Layer.merge(files.layerOf("200 millis"), TestDatabase.everyWorkspace).pipe(
    Layer.provideMerge(Layer.mergeAll(scannerLayer, TestFirm.store, TestDatabase.layer)),
  ),
  { excludeTestServices: true },
)("a sender", (it) => {
  it.effect("S55: waits for a slow scanner only so long; then nobody knows whether the file is clean", () =>
    Effect.gen(function* () {
      scanner().mode = "slow"
      const key = BlobKey.make(randomUUID())
      yield* (yield* BlobStore).put(key, Stream.make(Samples.pdf), { maxBytes: 1000 })
      const inspected = yield* (yield* Files).inspect(key)
      assert.strictEqual(inspected.verdict, "pending")
      assert.strictEqual(scanner().asked.whole, 1)
      assert.isTrue(new FileDamaged({ id: key }).message.includes(key))
    }),
  )
})
