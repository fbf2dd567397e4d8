import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests, type MailLine } from "../../reference-server/src/ClientRequests.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import { MailFailed } from "../../reference-server/src/Mailer.ts"
import { Outbox } from "../../reference-server/src/Outbox.ts"
import * as MailQueue from "../../reference-server/src/Outbox/MailQueue.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"

const uuid = TestFirm.uuid
const later = Effect.fail(new MailFailed({ retryable: true, reason: "The server is busy.", responseCode: 451 }))
const never = Effect.fail(new MailFailed({ retryable: false, reason: "There is no such mailbox.", responseCode: 550 }))

/** A request to a new address, whose first attempts come to `outcomes`. */
const sentTo = Effect.fnUntraced(function* (
  outcomes: ReadonlyArray<Effect.Effect<void, MailFailed>>,
  changes: Parameters<typeof TestFirm.sendRequest>[2] = {},
) {
  const firm = yield* TestFirm.firm
  TestFirm.post.outcomes.set(firm.address, [...outcomes])
  const recipients = [TestFirm.recipient(firm.address)]
  const sent = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, { recipients, ...changes })
  const mails = Effect.flatMap(Outbox, (outbox) => outbox.mailsOf(firm.member.workspaceId, sent.id))
  return { ...firm, sent, mails }
})
type Sent = Effect.Success<ReturnType<typeof sentTo>>

const attemptsTo = (address: string) => TestFirm.post.attempts.filter(({ to }) => to.address === address)

/** Waits until a mail has that status, and is not being worked on. */
const settled = ({ mails }: Pick<Sent, "mails">, status: MailLine["status"], nth = 1) =>
  TestFirm.eventually(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const mail = (yield* mails)[nth - 1]
      const idle = yield* sql`SELECT 1 FROM queue WHERE id = ${mail?.id ?? ""} AND acquired_by IS NULL AND attempts > 0`
      return mail?.status === status && idle.length > 0 ? mail : undefined
    }),
  )

/** Makes a mail that waits for its next attempt due now, and wakes a worker. */
const hurry = ({ mails }: Pick<Sent, "mails">, attempts?: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const ids = (yield* mails).map(({ id }) => id)
    yield* sql`UPDATE queue SET visible_at = now(), attempts = coalesce(${attempts ?? null}::int, attempts)
      WHERE state = 'pending' AND ${sql.in("id", ids)}`
    const queue = yield* MailQueue.make
    yield* queue.offer({ mailId: yield* uuid, workspaceId: yield* uuid })
  })

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("the outbox", (it) => {
  it.effect("M5 M7 S5: a mail that was not taken waits with its reason, and goes out under the same Message-ID", () =>
    Effect.gen(function* () {
      const access = yield* CustomerAccess
      const sql = yield* SqlClient.SqlClient
      const one = yield* sentTo([later, later])
      const waiting = yield* settled(one, "queued")
      assert.deepStrictEqual(
        [waiting.reason, waiting.recipient, waiting.handedOverAt],
        ["The server is busy.", one.address, null],
      )
      yield* hurry(one)
      yield* TestFirm.eventually(Effect.sync(() => attemptsTo(one.address)[1]))
      yield* settled(one, "queued")
      yield* hurry(one)
      const mail = yield* settled(one, "handed-over")
      assert.isNull(mail.reason)
      assert.isAtLeast(mail.handedOverAt ?? 0, mail.createdAt)

      const attempts = attemptsTo(one.address)
      assert.strictEqual(attempts.length, 3)
      assert.deepStrictEqual(
        [...new Set(attempts.map(({ messageId }) => messageId))],
        [`<${mail.id}@localhost.localdomain>`],
      )
      // whichever of them arrived after all, its link works, and belongs to this mail
      const tokens = attempts.map(TestFirm.tokenIn)
      assert.strictEqual(new Set(tokens.map(Redacted.value)).size, 3)
      for (const token of tokens)
        assert.strictEqual((yield* access.arrive(token, null)).current.request.id, one.sent.id)
      const links = yield* sql<{ mailId: string; recipient: string; generation: number }>`
        SELECT mail_id, recipient, generation FROM access_links WHERE request_id = ${one.sent.id}`
      assert.deepStrictEqual(
        links,
        Array.from({ length: 3 }, () => ({ mailId: mail.id, recipient: "carl", generation: 1 })),
      )
    }),
  )

  it.effect("S42: a name of several lines, from before there was a rule, is one line in the mail", () =>
    Effect.gen(function* () {
      const { member, stored, address } = yield* TestFirm.firm
      const recipient = TestFirm.recipient(address, { name: "Carl\r\nBcc: x@evil.example\u2028C" })
      yield* TestFirm.sendRequest(member, stored.ref, { recipients: [recipient] })
      const mail = yield* TestFirm.mailTo(address)
      assert.strictEqual(mail.to.name, "Carl Bcc: x@evil.example C")
    }),
  )

  it.effect("M7: a mail that is refused for good fails with its reason, and is not tried again", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const one = yield* sentTo([never])
      const mail = yield* settled(one, "failed")
      assert.deepStrictEqual([mail.reason, mail.recipient], ["There is no such mailbox.", one.address])
      assert.deepStrictEqual(yield* sql`SELECT state FROM queue WHERE id = ${mail.id}`, [{ state: "completed" }])

      // not even when the worker died before it could say so to the queue
      yield* sql`UPDATE queue SET state = 'pending' WHERE id = ${mail.id}`
      yield* hurry(one)
      yield* TestFirm.eventually(
        Effect.map(sql`SELECT 1 FROM queue WHERE id = ${mail.id} AND state = 'completed'`, ([done]) => done),
      )
      assert.strictEqual(attemptsTo(one.address).length, 1)
      assert.strictEqual((yield* one.mails)[0]?.status, "failed")
    }),
  )

  it.effect("M7: the waits grow to half an hour, and after the last attempt the mail has failed", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const one = yield* sentTo([later, later, later])
      const [queued] = yield* one.mails
      const seconds = Effect.map(
        sql<{ seconds: number }>`
          SELECT extract(epoch FROM visible_at - updated_at)::int AS seconds FROM queue WHERE id = ${queued?.id ?? ""}`,
        ([row]) => row?.seconds,
      )
      yield* settled(one, "queued")
      const first = yield* seconds
      assert.include([1, 2, 3], first)
      yield* hurry(one, 30)
      yield* TestFirm.eventually(Effect.sync(() => attemptsTo(one.address)[1]))
      yield* settled(one, "queued")
      const late = yield* seconds
      assert.closeTo(late ?? 0, 1800, 361)

      yield* hurry(one, MailQueue.maxAttempts - 1)
      const mail = yield* settled(one, "failed")
      assert.match(mail.reason ?? "", new RegExp(`^The server is busy\\. Tried ${MailQueue.maxAttempts} times`))
      assert.deepStrictEqual(yield* sql`SELECT state FROM queue WHERE id = ${mail.id}`, [{ state: "completed" }])

      // 2, 4, 8 … seconds up to half an hour: all of them together are a day at most
      const waits = Array.from({ length: MailQueue.maxAttempts - 1 }, (_, n) => Math.min(2 * 2 ** n, 1800))
      const hours = waits.reduce((sum, wait) => sum + wait, 0) / 3600
      assert.isTrue(hours > 22 && hours <= 24, `${hours}`)
    }),
  )

  it.effect("M7 M8: cancelled while it waits, a mail is dropped, and says why", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const one = yield* sentTo([later])
      yield* settled(one, "queued")
      yield* requests.cancel(one.member, one.sent.id, "", yield* uuid)
      yield* hurry(one)
      assert.strictEqual((yield* settled(one, "dropped")).reason, "the request is Cancelled")
      assert.strictEqual(attemptsTo(one.address).length, 1)
    }),
  )

  it.effect("M8: sent again while it waits, the older mail is dropped and the newer goes out", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const access = yield* CustomerAccess
      const one = yield* sentTo([later])
      yield* settled(one, "queued")
      yield* requests.resend(one.member, one.sent.id, yield* uuid)
      yield* settled(one, "handed-over", 2)
      yield* hurry(one)
      assert.strictEqual((yield* settled(one, "dropped")).reason, "replaced by a later send")
      const [older, newer] = attemptsTo(one.address).map(TestFirm.tokenIn)
      assert.strictEqual((yield* Effect.flip(access.arrive(older ?? assert.fail(), null)))._tag, "LinkDead")
      yield* access.arrive(newer ?? assert.fail(), null)
    }),
  )

  it.effect("a message that cannot be worded fails with the sentence that says what to mend", () =>
    Effect.gen(function* () {
      const one = yield* sentTo([], { message: "Dear {{recipientNaem}}" })
      const mail = yield* settled(one, "failed")
      assert.include(mail.reason ?? "", "recipientNaem")
      assert.deepStrictEqual(attemptsTo(one.address), [])
    }),
  )

  it.effect("M1: what is refused or rolled back leaves no mail", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const unsent = yield* TestFirm.createRequest(member, stored.ref, { recipients: [TestFirm.recipient("")] })
      const ready = yield* TestFirm.createRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
      const before = yield* TestFirm.dump
      const refusal = yield* Effect.flip(requests.send(member, unsent.id, yield* uuid))
      assert.include(JSON.stringify(refusal), "recipient-email-missing")

      const by = { kind: "member", id: member.id } as const
      const send = { type: "Send", id: yield* uuid, by, outstanding: { subject: [], tasks: {} } } as const
      // the database takes everything, and then the process dies before the commit
      yield* Effect.exit(requests.handle(member.workspaceId, ready.id, send, () => Effect.die("the power is cut")))
      const after = yield* TestFirm.dump
      for (const table of ["mails", "queue", "audit_entries", "client_requests", "access_links"]) {
        const of = (dump: typeof after) =>
          dump[table]?.filter((row) => [unsent.id, ready.id].some((id) => row.includes(id)))
        assert.deepStrictEqual(of(after), of(before), table)
      }
      assert.strictEqual(after["queue"]?.length, before["queue"]?.length)
      assert.deepStrictEqual(attemptsTo(address), [])
    }),
  )

  it.effect("M3: one send leads to one mail, however often it is asked for", () =>
    Effect.gen(function* () {
      const outbox = yield* Outbox
      const requests = yield* ClientRequests
      const one = yield* sentTo([])
      const { history } = yield* requests.overview(one.member.workspaceId, one.sent.id)
      const event = history[1]?.event ?? assert.fail("it was not sent")
      yield* settled(one, "handed-over")
      const add = outbox.add(one.member.workspaceId, [{ event, before: one.sent, after: one.sent }])
      yield* Effect.all([add, add, add, add], { concurrency: "unbounded" })
      assert.strictEqual((yield* one.mails).length, 1)
      assert.strictEqual(attemptsTo(one.address).length, 1)
    }),
  )

  it.effect("a mailer that breaks harms the one mail, which is tried again, and no worker is lost", () =>
    Effect.gen(function* () {
      // more than there are workers
      const broken = yield* Effect.forEach(Array.from({ length: 6 }).keys(), (index) =>
        sentTo([index % 2 === 0 ? Effect.die(new Error("boom")) : Effect.interrupt]),
      )
      // each is tried again after two seconds, hurried or not: its trail, not how it stands, says that it waited
      yield* Effect.forEach(broken, ({ mails }) => TestFirm.eventually(Effect.map(mails, ([mail]) => mail?.trail[0])))
      yield* Effect.forEach(broken, (one) => hurry(one))
      const over = yield* Effect.forEach(broken, (one) => settled(one, "handed-over"))
      for (const { trail } of over) {
        assert.deepStrictEqual(
          trail.map(({ status, reason }) => [status, reason]),
          [
            ["queued", "Something went wrong on this server; its log says what."],
            ["handed-over", null],
          ],
        )
      }
      for (const { address } of broken) {
        const [first, second, ...others] = attemptsTo(address)
        assert.strictEqual(first?.messageId, second?.messageId)
        assert.deepStrictEqual(others, [])
      }
      assert.isTrue(TestFirm.logs.some((line) => line.includes("boom") && line.includes("level=WARN")))
    }),
  )

  it.effect("S12: neither the list of mails nor the log shows a link", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const one = yield* sentTo([later])
      yield* settled(one, "queued")
      yield* hurry(one)
      yield* settled(one, "handed-over")
      const seen = JSON.stringify(yield* requests.overview(one.member.workspaceId, one.sent.id)) + TestFirm.logs.join()
      for (const mail of TestFirm.post.attempts) {
        const token = Redacted.value(TestFirm.tokenIn(mail))
        if (token !== "") assert.notInclude(seen, token)
      }
    }),
  )

  const databaseUrl = process.env["TEST_DATABASE_URL"]
  it.effect.skipIf(databaseUrl === undefined)(
    "S12: a database that drops every connection is worked with again, and its password is in no log",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const before = yield* sentTo([later])
        yield* settled(before, "queued")
        for (let round = 0; round < 3; round++) {
          yield* Effect.exit(sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()`)
          const one = yield* Effect.retry(sentTo([]), { times: 20 })
          yield* settled(one, "handed-over")
        }
        yield* hurry(before)
        yield* settled(before, "handed-over")
        const { password } = new URL(databaseUrl ?? "")
        assert.isFalse(password !== "" && TestFirm.logs.join().includes(password))
      }),
  )

  it.effect("M7: a mail whose request has expired while it waited is dropped", () =>
    Effect.gen(function* () {
      const one = yield* sentTo([later])
      yield* settled(one, "queued")
      TestFirm.clock.pass(31 * 86_400_000)
      yield* hurry(one)
      assert.strictEqual((yield* settled(one, "dropped")).reason, "the request is Expired")
    }),
  )
})
