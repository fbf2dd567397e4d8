import { assert, layer } from "@effect/vitest"
import { ClientRequest } from "@requite/core"
import type { UploadQuestion } from "@requite/core/QuestionKind/upload"
import { createHash } from "node:crypto"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import type { Customer } from "../../reference-server/src/Customer.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { type Download, UploadRefused, Uploads } from "../../reference-server/src/Uploads.ts"
import * as uploadsLayer from "../../reference-server/src/Uploads/layer.ts"
import * as Samples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"

const uuid = TestFirm.uuid
const maxBytes = 100_000
const passport: UploadQuestion = {
  id: "passport",
  type: "upload",
  label: "Passport",
  accept: ["application/pdf", "image/*", "text/csv"],
  maxBytes,
  maxFiles: 2,
}

/** A customer who may upload. */
const opened = Effect.gen(function* () {
  const firm = yield* TestFirm.firm
  const sent = yield* TestFirm.sendRequest(firm.member, firm.stored.ref)
  return { ...firm, sent, customer: yield* TestFirm.customerOf(sent) }
})

const receive = (
  customer: Customer,
  name: string,
  content: Uint8Array | Stream.Stream<Uint8Array, unknown>,
  question: UploadQuestion = passport,
) =>
  Effect.flatMap(Uploads, (uploads) =>
    uploads.receive(customer, {
      question,
      revision: 1,
      name,
      content: content instanceof Uint8Array ? Stream.make(content) : content,
    }),
  )

const bytesOf = ({ content }: Download) =>
  Effect.map(Stream.runCollect(content), (chunks) => Buffer.concat(chunks).toString("latin1"))

/** The codes that a file is refused with; nothing of it may be left, in the store or in the request. */
const refused = (customer: Customer, name: string, content: Uint8Array | Stream.Stream<Uint8Array, unknown>) =>
  Effect.gen(function* () {
    const before = [...TestFirm.blobs]
    const requests = yield* ClientRequests
    const error = yield* Effect.flip(receive(customer, name, content))
    assert.instanceOf(error, UploadRefused, JSON.stringify(error))
    assert.deepStrictEqual([...TestFirm.blobs], before)
    assert.deepStrictEqual((yield* requests.current(customer)).request.files, [])
    return error instanceof UploadRefused ? error.problems.map(({ code }) => code) : []
  })

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("uploads", (it) => {
  it.effect("S53 S68: a file is kept under an id of ours, measured, and comes back as it was", () =>
    Effect.gen(function* () {
      const uploads = yield* Uploads
      const requests = yield* ClientRequests
      const { customer, member, sent } = yield* opened
      const file = yield* receive(
        customer,
        "../../Pass\u202eport.PDF",
        Stream.make(...[...Samples.pdf].map((b) => new Uint8Array([b]))),
      )
      assert.deepStrictEqual(file, {
        id: file.id,
        name: "Passport.PDF",
        bytes: Samples.pdf.length,
        type: "application/pdf",
        sha256: createHash("sha256").update(Samples.pdf).digest("hex"),
      })
      assert.match(file.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      assert.isTrue(TestFirm.blobs.has(file.id))
      const { request, answers } = yield* requests.current(customer)
      assert.strictEqual(request.state, "WaitingForCustomer")
      assert.deepStrictEqual(answers["passport"], [file])
      for (const download of [
        yield* uploads.download(member.workspaceId, sent.id, file.id),
        yield* uploads.downloadFor(customer, file.id),
      ]) {
        assert.strictEqual(download.file.id, file.id)
        assert.strictEqual(yield* bytesOf(download), Buffer.from(Samples.pdf).toString("latin1"))
      }
    }),
  )

  it.effect(
    "S51 S52: what is empty, too large, of a wrong type or of a lying name is refused, and leaves nothing",
    () =>
      Effect.gen(function* () {
        const { customer } = yield* opened
        const large = new Uint8Array(maxBytes + 1).fill(0x20)
        large.set(Samples.pdf)
        const cases: Record<string, readonly [string, Uint8Array, ReadonlyArray<string>]> = {
          empty: ["a.pdf", new Uint8Array(0), ["upload-empty"]],
          "one byte too many": ["a.pdf", large, ["upload-too-large"]],
          "a pdf named text": ["a.txt", Samples.pdf, ["upload-wrong-type"]],
          "a program named pdf": ["a.pdf", Samples.exe, ["upload-wrong-type"]],
          "a page named pdf": ["a.pdf", Samples.html, ["upload-wrong-type"]],
          "a drawing with a script": ["a.svg", Samples.svg, ["upload-wrong-type"]],
          "an archive named docx": ["a.docx", Samples.zip, ["upload-wrong-type"]],
          "a real docx, not asked for": ["a.docx", Samples.docx, ["upload-wrong-type"]],
          "plain text, not asked for": ["a.txt", Samples.text("hello"), ["upload-wrong-type"]],
        }
        for (const [title, [name, content, codes]] of Object.entries(cases)) {
          assert.deepStrictEqual([...(yield* refused(customer, name, content))], [...codes], title)
        }
        assert.strictEqual((yield* receive(customer, "a.csv", Samples.text("a;b\n"))).type, "text/csv")
        assert.strictEqual((yield* receive(customer, "a.pdf", large.subarray(0, maxBytes))).bytes, maxBytes)
      }),
  )

  it.effect("S60: a sender that never ends is read a while, told off, and closed", () =>
    Effect.gen(function* () {
      const { customer } = yield* opened
      const chunk = new Uint8Array(4_000_000)
      let [sent, closed] = [0, false]
      const endless = Stream.fromEffect(Effect.sync(() => ((sent += chunk.length), chunk))).pipe(
        Stream.forever,
        Stream.ensuring(Effect.sync(() => (closed = true))),
      )
      assert.deepStrictEqual([...(yield* refused(customer, "a.pdf", endless))], ["upload-too-large"])
      assert.isTrue(closed)
      assert.isAbove(sent, 200_000_000)
      assert.isBelow(sent, 210_000_000)
    }),
  )

  it.effect("a connection that breaks, or a customer who gives up, leaves nothing", () =>
    Effect.gen(function* () {
      const { customer } = yield* opened
      const broken = Stream.concat(Stream.make(Samples.pdf), Stream.fail("reset by peer"))
      assert.deepStrictEqual([...(yield* refused(customer, "a.pdf", broken))], ["upload-broken"])

      const before = [...TestFirm.blobs]
      const begun = yield* Deferred.make<void>()
      const waiting = Stream.concat(
        Stream.make(Samples.pdf),
        Stream.fromEffect(Effect.andThen(Deferred.succeed(begun, undefined), Effect.never)),
      )
      const fiber = yield* Effect.forkChild(receive(customer, "a.pdf", waiting))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([...TestFirm.blobs], before)
    }),
  )

  it.effect("S60: a customer who gives up after the commit, or a defect after it, loses no file", () =>
    Effect.gen(function* () {
      const real = yield* ClientRequests
      const uploads = yield* Uploads
      const committed = yield* Deferred.make<void>()
      const endings = {
        interrupted: Effect.andThen(Deferred.succeed(committed, undefined), Effect.never),
        defect: Effect.die("the connection broke after the commit"),
      }
      for (const [how, ending] of Object.entries(endings)) {
        const { customer } = yield* opened
        const requests = ClientRequests.of({
          ...real,
          attachFile: (...given) => Effect.tap(real.attachFile(...given), ending),
        })
        const receiving = receive(customer, "a.pdf", Samples.pdf).pipe(
          Effect.provide(Layer.fresh(uploadsLayer.layer).pipe(Layer.provide(Layer.succeed(ClientRequests, requests)))),
        )
        const fiber = yield* Effect.forkChild(receiving)
        if (how === "interrupted") {
          yield* Deferred.await(committed)
          yield* Fiber.interrupt(fiber)
        }
        assert.isTrue(Exit.isFailure(yield* Fiber.await(fiber)), how)
        const [file] = (yield* real.current(customer)).request.files
        assert.isTrue(TestFirm.blobs.has(file?.id ?? ""), how)
        yield* uploads.downloadFor(customer, file?.id ?? "")
      }
    }),
  )

  it.effect("S60: a member who gives up after a document was stored loses no file", () =>
    Effect.gen(function* () {
      const { member } = yield* opened
      const stored = yield* Deferred.make<void>()
      const sql = yield* SqlClient.SqlClient
      // the store's own client, but what it runs for us never comes back
      const slow = new Proxy(sql, {
        apply: (target, self, given) => {
          // Reflect gives any; with a template, the only call of receiveAttachment, a client gives a statement
          const statement = Reflect.apply(target, self, given) as Effect.Effect<unknown, unknown>
          return Effect.andThen(statement, Effect.andThen(Deferred.succeed(stored, undefined), Effect.never))
        },
      })
      const fiber = yield* Effect.forkChild(
        Effect.flatMap(Uploads, (uploads) =>
          uploads.receiveAttachment(member, { name: "letter.pdf", content: Stream.make(Samples.pdf) }),
        ).pipe(
          Effect.provide(Layer.fresh(uploadsLayer.layer).pipe(Layer.provide(Layer.succeed(SqlClient.SqlClient, slow)))),
        ),
      )
      yield* Deferred.await(stored)
      yield* Fiber.interrupt(fiber)
      const rows = yield* sql<{ id: string }>`SELECT id FROM attachments WHERE workspace_id = ${member.workspaceId}`
      assert.strictEqual(rows.length, 1)
      assert.isTrue(TestFirm.blobs.has(rows[0]?.id ?? ""))
    }),
  )

  it.effect("S59: a question takes so many files and no more, also when they come at once", () =>
    Effect.gen(function* () {
      const uploads = yield* Uploads
      const requests = yield* ClientRequests
      const { customer } = yield* opened
      const before = TestFirm.blobs.size
      const results = yield* Effect.forEach(
        Array.from({ length: 6 }).keys(),
        (index) => Effect.result(receive(customer, `${index}.pdf`, Samples.pdf)),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(results.filter(Result.isSuccess).length, 2)
      for (const { failure } of results.filter(Result.isFailure)) {
        assert.instanceOf(failure, ClientRequest.Refusal)
        assert.include(JSON.stringify(failure), "file-limit")
      }
      assert.strictEqual(TestFirm.blobs.size, before + 2)

      // one is taken back, bytes and all, and there is room again
      const [first] = (yield* requests.current(customer)).request.files
      const file = first?.id ?? ""
      yield* uploads.remove(customer, { revision: 1, file })
      assert.isFalse(TestFirm.blobs.has(file))
      assert.strictEqual((yield* Effect.flip(uploads.downloadFor(customer, file)))._tag, "RequestNotFound")
      const again = yield* Effect.flip(uploads.remove(customer, { revision: 1, file }))
      assert.include(JSON.stringify(again), "file-unknown")
      yield* receive(customer, "again.pdf", Samples.pdf)
    }),
  )

  it.effect("S64: cancelled, or replaced by another link, while the bytes come in: refused, and nothing is left", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const endings = {
        "wrong-state": (one: Effect.Success<typeof opened>, id: string) =>
          requests.cancel(one.member, one.sent.id, "", id),
        "link-replaced": (one: Effect.Success<typeof opened>, id: string) =>
          requests.resend(one.member, one.sent.id, id),
      }
      for (const [code, end] of Object.entries(endings)) {
        const one = yield* opened
        const before = [...TestFirm.blobs]
        const meanwhile = Stream.drain(Stream.fromEffect(end(one, yield* uuid)))
        const content = Stream.make(Samples.pdf).pipe(Stream.concat(meanwhile))
        const refusal = yield* Effect.flip(receive(one.customer, "a.pdf", content))
        assert.instanceOf(refusal, ClientRequest.Refusal)
        assert.include(JSON.stringify(refusal), code)
        assert.deepStrictEqual([...TestFirm.blobs], before)
        const { current } = yield* requests.overview(one.member.workspaceId, one.sent.id)
        assert.deepStrictEqual(current.request.files, [])
      }
    }),
  )

  it.effect("a question that takes no files takes none", () =>
    Effect.gen(function* () {
      const uploads = yield* Uploads
      const { customer, stored } = yield* opened
      const [question] = stored.questionnaire.sections[0]?.items ?? []
      const before = [...TestFirm.blobs]
      const error = yield* Effect.flip(
        uploads.receive(customer, {
          question: question ?? assert.fail(),
          revision: 1,
          name: "a.pdf",
          content: Stream.make(Samples.pdf),
        }),
      )
      assert.strictEqual(error._tag, "UploadRefused")
      assert.deepStrictEqual([...TestFirm.blobs], before)
    }),
  )

  it.effect("K1: a document of the firm goes out with the request, and its customer can read it", () =>
    Effect.gen(function* () {
      const uploads = yield* Uploads
      const { member, stored } = yield* TestFirm.firm
      const attach = (name: string, content: Uint8Array) =>
        uploads.receiveAttachment(member, { name, content: Stream.make(content) })
      const before = TestFirm.blobs.size
      for (const [name, content] of [
        ["a.svg", Samples.svg],
        ["a.exe", Samples.exe],
        ["a.pdf", Samples.html],
      ] as const) {
        assert.strictEqual((yield* Effect.flip(attach(name, content)))._tag, "UploadRefused")
      }
      assert.strictEqual(TestFirm.blobs.size, before)

      const letter = yield* attach("Letter of engagement.docx", Samples.docx)
      const sent = yield* TestFirm.sendRequest(member, stored.ref, { attachments: [letter] })
      const customer = yield* TestFirm.customerOf(sent)
      const download = yield* uploads.downloadFor(customer, letter.id)
      assert.strictEqual(download.file.name, "Letter of engagement.docx")
      assert.strictEqual(yield* bytesOf(download), Buffer.from(Samples.docx).toString("latin1"))
      // S43: other firms cannot put it among theirs, whatever ids they send
      const { member: other } = yield* TestFirm.firm
      const ids = [letter.id, "", "x", "\u0000", yield* uuid, letter.id.toUpperCase()]
      assert.deepStrictEqual(yield* uploads.attachments(member, ids), [letter])
      assert.deepStrictEqual(yield* uploads.attachments(other, ids), [])
      assert.deepStrictEqual(yield* uploads.attachments(member, []), [])
      // and its customer cannot take it away
      const remove = yield* Effect.flip(uploads.remove(customer, { revision: 1, file: letter.id }))
      assert.include(JSON.stringify(remove), "file-unknown")
      assert.isTrue(TestFirm.blobs.has(letter.id))
    }),
  )

  it.effect("S9 S63: a file of another request is not there, even for the same firm", () =>
    Effect.gen(function* () {
      const uploads = yield* Uploads
      const [one, two] = [yield* opened, yield* opened]
      const sibling = yield* TestFirm.sendRequest(one.member, one.stored.ref)
      const file = yield* receive(one.customer, "secret.pdf", Samples.pdf)
      const customers = [two.customer, yield* TestFirm.customerOf(sibling)]
      const looks = [
        ...customers.map((customer) => uploads.downloadFor(customer, file.id)),
        uploads.download(one.member.workspaceId, sibling.id, file.id),
        uploads.download(two.member.workspaceId, one.sent.id, file.id),
      ]
      for (const look of looks) assert.strictEqual((yield* Effect.flip(look))._tag, "RequestNotFound")
      yield* uploads.download(one.member.workspaceId, one.sent.id, file.id)
    }),
  )
})
