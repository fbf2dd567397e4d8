import { assert, layer } from "@effect/vitest"
import { AuditRecord, Crypto } from "@requite/core"
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { CurrentCaller } from "../../reference-server/src/Caller.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Zip } from "../../reference-server/src/platform/Zip.ts"
import { Record } from "../../reference-server/src/Record.ts"
import { entriesOf } from "../support/Chain.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./RecordWorld.ts"

const { uuid } = TestFirm
const offline = <A, E>(effect: Effect.Effect<A, E, Crypto.Crypto | AuditRecord.Signatures.Signatures>) =>
  effect.pipe(Effect.provide([World.signatures, Crypto.layer(globalThis.crypto)]))

layer(TestFirm.withoutWorker, { excludeTestServices: true, timeout: "300 seconds" })("the record", (it) => {
  it.effect(
    "S73: an entry says who called from where, the state before and after, and the policy",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const { member, stored } = yield* TestFirm.firm
        const { id } = yield* TestFirm.sendRequest(member, stored.ref)
        yield* requests
          .cancel(member, id, "wrong person", yield* uuid)
          .pipe(Effect.provideService(CurrentCaller, { ip: "192.0.2.0", userAgent: "a browser" }))
        const [, sent, cancelled] = yield* entriesOf(id)
        const { policy, ...rest } = cancelled?.context ?? assert.fail("no third entry")
        assert.deepStrictEqual(rest, { ip: "192.0.2.0", userAgent: "a browser", before: "Pending", after: "Cancelled" })
        assert.match(policy, /^[0-9a-f]{64}$/)
        assert.deepInclude(sent?.context, { ip: null, userAgent: null, policy })
        assert.deepStrictEqual(cancelled?.by, { kind: "member", id: member.id })
      }),
    180_000,
  )

  it.effect(
    "S73 L49: a firm's record is covered by checkpoints, exported, and proved without the server",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const { workspaceId, submitted, cancelled } = yield* World.arrange
        assert.strictEqual(yield* record.checkpoint(workspaceId), 0)
        const lines = yield* World.lines(workspaceId)
        const report = yield* offline(AuditRecord.verify(lines, { keys: [record.keys.current] }))
        assert.deepStrictEqual(report.faults, [])
        assert.deepStrictEqual([report.requests, report.checkpoints, report.submissions], [3, 3, 1])
        assert.strictEqual(report.covered, report.entries)
        assert.deepStrictEqual(report.last?.hash, (yield* record.standing(workspaceId)).last?.hash)

        // only what changed since the first checkpoint
        const later = yield* World.lines(workspaceId, 1)
        const rest = yield* offline(AuditRecord.verify(later))
        assert.deepStrictEqual([rest.faults, rest.requests, rest.checkpoints], [[], 2, 2])

        // one request alone, with the proof that the latest checkpoint covers it
        const one = yield* record.ofRequest(workspaceId, submitted.id)
        const alone = yield* offline(AuditRecord.verify(one))
        assert.deepStrictEqual([alone.faults, alone.requests, alone.covered], [[], 1, alone.entries])
        const proof = yield* record.prove(workspaceId, cancelled.id)
        assert.deepInclude(proof, { entries: 3, fault: null })
        assert.strictEqual(proof.covered?.index, 3)
      }),
    180_000,
  )

  it.effect(
    "S73: a file that was cut off, changed or signed by another key is found, and a checkpoint from a log is looked for",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const { workspaceId } = yield* World.arrange
        const lines = yield* World.lines(workspaceId)
        const first = (changed: ReadonlyArray<string>, trust?: AuditRecord.Trust) =>
          Effect.map(offline(AuditRecord.verify(changed, trust)), ({ faults: [fault] }) => fault?.what)
        assert.strictEqual(yield* first(lines.slice(0, -1)), "cut-off")
        assert.strictEqual(yield* first(lines.toSpliced(-2, 1)), "cut-off")
        assert.strictEqual(yield* first(lines.slice(1)), "malformed")
        assert.strictEqual(yield* first(lines.toSpliced(2, 1)), "checkpoint")
        assert.strictEqual(yield* first(lines.map((line) => line.replace("Winifred", "Wilfred"))), "submission")
        assert.strictEqual(yield* first(lines, { keys: ["A".repeat(43)] }), "key")
        assert.strictEqual(yield* first(lines, { checkpoint: "0".repeat(64) }), "checkpoint")
        const { last } = yield* record.standing(workspaceId)
        assert.isUndefined(yield* first(lines, { checkpoint: last?.hash ?? "" }))
      }),
  )

  it.effect(
    "S75: a member's look at what was given is written down, once an hour",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const sql = yield* SqlClient.SqlClient
        const { member, submitted, workspaceId } = yield* World.arrange
        const views = Effect.map(entriesOf(submitted.id), (entries) =>
          entries.flatMap(({ event }) => (event?.type === "RequestViewed" ? [event.what] : [])),
        )
        const look = Effect.all(
          [record.viewed(member, submitted.id, "answers"), record.viewed(member, submitted.id, "file")],
          {
            concurrency: "unbounded",
          },
        )
        const changed = sql<{ at: Date }>`SELECT updated_at AS at FROM client_requests WHERE id = ${submitted.id}`
        const before = yield* changed
        yield* look
        yield* look
        assert.deepStrictEqual(yield* changed, before)
        assert.lengthOf(yield* views, 1)
        yield* TestFirm.at(Date.now() + 2 * 3_600_000)(record.viewed(member, submitted.id, "file"))
        assert.deepStrictEqual((yield* views).at(-1), "file")
        const text = (yield* record.ofRequest(workspaceId, submitted.id)).join("\n")
        assert.include(text, "RequestViewed")
        assert.deepStrictEqual((yield* record.verify(workspaceId)).faults, [])
      }),
    180_000,
  )

  it.effect(
    "S76 L50: erased, nothing of what was given is left anywhere, and the record still holds",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const requests = yield* ClientRequests
        const { member, workspaceId, submitted, cancelled, out, covered } = yield* World.arrange
        const refusal = yield* Effect.flip(record.erase(member, out.id, "asked to", yield* uuid))
        assert.deepStrictEqual("reasons" in refusal ? refusal.reasons.map(({ code }) => code) : [], ["still-open"])
        const silent = yield* Effect.flip(record.erase(member, submitted.id, " ", yield* uuid))
        assert.deepStrictEqual("reasons" in silent ? silent.reasons.map(({ code }) => code) : [], ["reason-missing"])

        const before = (yield* record.ofRequest(workspaceId, submitted.id)).join("\n")
        assert.include(before, "Winifred Quill")
        const file = submitted.files[0]?.id ?? assert.fail("no file")
        assert.isTrue(TestFirm.blobs.has(file))
        for (const { id } of [submitted, cancelled]) {
          const { erased } = yield* record.erase(member, id, "Article 17", yield* uuid)
          assert.deepStrictEqual(erased?.by, { kind: "member", id: member.id })
        }
        assert.isFalse(TestFirm.blobs.has(file))

        const dump = JSON.stringify(yield* rowsAbout(submitted.id, cancelled.id))
        for (const secret of [...World.secrets, "carl@customer.example", "Company check 2027", file]) {
          assert.notInclude(dump, secret)
        }
        yield* covered
        const report = yield* record.verify(workspaceId)
        assert.deepStrictEqual(report.faults, [])
        assert.isAbove(report.tombstones, 6)
        const { history, current } = yield* requests.overview(workspaceId, submitted.id)
        assert.deepStrictEqual(current.answers, { passport: [] })
        assert.deepInclude(history.at(-1)?.event, { type: "RequestErased", reason: "Article 17" })
        assert.isTrue(history.slice(0, -1).every(({ event, type, at }) => event === null && type !== "" && at > 0))

        // asked again it stays as it is, and nothing else is taken
        yield* record.erase(member, submitted.id, "again", yield* uuid)
        const again = yield* Effect.flip(requests.reopen(member, submitted.id, yield* uuid))
        assert.deepStrictEqual("reasons" in again ? again.reasons.map(({ code }) => code) : [], ["erased"])
        yield* record.viewed(member, submitted.id, "answers")
        assert.lengthOf((yield* requests.overview(workspaceId, submitted.id)).history, history.length)
      }),
    180_000,
  )

  it.effect(
    "S76: only content of an erased request of the workspace that is told leaves the audit",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { submitted } = yield* World.arrange
        yield* sql`SELECT erase_audit_content(${submitted.id}::uuid)`
        assert.isTrue((yield* entriesOf(submitted.id)).every(({ event }) => event !== null))
      }),
    180_000,
  )

  it.effect(
    "S76 L50: what was kept as long as the firm keeps it is erased by itself",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const requests = yield* ClientRequests
        const { member, workspaceId, submitted, out } = yield* World.arrange
        const day = 86_400_000
        yield* record.keepFor(member, 10)
        assert.strictEqual((yield* record.standing(workspaceId)).keepDays, 10)
        yield* TestFirm.at(Date.now() + 9 * day)(record.sweep)
        assert.isNull((yield* requests.read(workspaceId, submitted.id)).request.erased)
        yield* TestFirm.at(Date.now() + 11 * day)(record.sweep)
        assert.deepStrictEqual((yield* requests.read(workspaceId, submitted.id)).request.erased?.by, { kind: "system" })
        assert.isNull((yield* requests.read(workspaceId, out.id)).request.erased)
        assert.strictEqual((yield* record.standing(workspaceId)).erased, 2)
        assert.deepStrictEqual((yield* record.verify(workspaceId)).faults, [])
        yield* record.keepFor(member, null)
        assert.isNull((yield* record.standing(workspaceId)).keepDays)
      }),
    180_000,
  )

  it.effect(
    "S76 L50: a contact is erased with their ended requests; while one is open the contact stays",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const requests = yield* ClientRequests
        const sql = yield* SqlClient.SqlClient
        const { member, stored } = yield* TestFirm.firm
        const { workspaceId } = member
        const contact = yield* uuid
        const email = `${contact}@quill.example`
        yield* sql`INSERT INTO contacts ${sql.insert({ id: contact, workspaceId, name: "Winifred Quill", email, mobile: "", language: "en", createdAt: new Date() })}`
        const recipients = [TestFirm.recipient(email, { name: "Winifred Quill", contact })]
        const first = yield* TestFirm.sendRequest(member, stored.ref, { recipients })
        const second = yield* TestFirm.sendRequest(member, stored.ref, { recipients })
        yield* requests.cancel(member, first.id, "", yield* uuid)
        assert.deepStrictEqual(yield* record.eraseContact(member, contact, "Article 17"), { erased: 1, open: 1 })
        assert.isNotNull((yield* requests.read(workspaceId, first.id)).request.erased)
        yield* requests.cancel(member, second.id, "", yield* uuid)
        assert.deepStrictEqual(yield* record.eraseContact(member, contact, "Article 17"), { erased: 1, open: 0 })
        const dump = JSON.stringify(yield* TestFirm.dump)
        assert.notInclude(dump, email)
      }),
    180_000,
  )

  it.effect(
    "S75: a customer's receipt is signed, and changing it is found",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const { customer, submitted } = yield* World.arrange
        const receipt = (yield* record.receipt(customer)) ?? assert.fail("no receipt")
        const entries = yield* entriesOf(submitted.id)
        const entry = entries.find(({ type }) => type === "RequestSubmitted")
        assert.deepStrictEqual(receipt.entry, { index: entry?.index, hash: entry?.hash })
        assert.strictEqual(receipt.submission.digest, submitted.submission?.digest)
        assert.isTrue(yield* offline(AuditRecord.receiptHolds(receipt)))
        assert.isFalse(yield* offline(AuditRecord.receiptHolds({ ...receipt, submittedAt: receipt.submittedAt + 1 })))
        assert.isFalse(yield* offline(AuditRecord.receiptHolds({ ...receipt, firm: "Another" })))
      }),
    180_000,
  )

  it.effect(
    "S76: everything that a workspace owns is in one ZIP, without secrets",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const { workspaceId } = yield* World.arrange
        const sql = yield* SqlClient.SqlClient
        const entries = yield* record.archive(workspaceId).pipe(
          Stream.toChannel,
          Channel.pipeTo(Zip.decode()),
          Stream.fromChannel,
          Stream.mapEffect(({ header, body }) =>
            Effect.map(Stream.runCollect(body), (chunks) => [header.path, Buffer.concat(chunks).toString()] as const),
          ),
          Stream.runCollect,
        )
        const files = new Map(entries)
        const rowsOf = (table: string) =>
          (files.get(`tables/${table}.ndjson`) ?? "")
            .split("\n")
            .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as object]))
        const [counted] = yield* sql<{ entries: number }>`
        SELECT count(*)::int AS entries FROM audit_entries WHERE workspace_id = ${workspaceId}`
        assert.lengthOf(rowsOf("audit_entries"), counted?.entries ?? 0)
        assert.lengthOf(rowsOf("client_requests"), 3)
        assert.lengthOf(rowsOf("audit_checkpoints"), 3)
        const passport = [...files.keys()].find((name) => name.endsWith("-quill-passport.pdf"))
        assert.include(files.get(passport ?? ""), "%PDF-1.7")
        for (const name of ["member_sessions", "portal_sessions", "portal_links"]) {
          assert.isFalse(files.has(`tables/${name}.ndjson`), name)
        }
        assert.notProperty(rowsOf("members")[0], "password_hash")
        // nobody else's rows
        assert.isTrue(
          [...files].every(
            ([name, text]) =>
              !name.startsWith("tables/") ||
              text.split("\n").every((line) => line === "" || line.includes(workspaceId)),
          ),
        )
      }),
    180_000,
  )

  /** Every row that has something to do with these requests. */
  const rowsAbout = (...ids: ReadonlyArray<string>) =>
    Effect.map(TestFirm.dump, (tables) =>
      Object.values(tables).flatMap((rows) => rows.filter((row) => ids.some((id) => row.includes(id)))),
    )
})
