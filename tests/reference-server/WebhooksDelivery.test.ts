import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as statements from "../../reference-server/src/Webhooks/sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./WebhooksWorld.ts"

const day = 86_400_000

/** Tries all that waits, until that many have come. */
const retried = (receiver: World.Receiver, count: number) =>
  TestFirm.eventually(
    Effect.gen(function* () {
      yield* World.hurry
      return receiver.got.length >= count ? receiver.got : undefined
    }),
  )

layer(World.layer, { excludeTestServices: true, timeout: "180 seconds" })("handing webhooks over", (it) => {
  it.effect("S69: what is not taken comes again under the same id, newly signed, and each attempt is kept", () =>
    Effect.gen(function* () {
      const { receiver, secret, sent, settled, webhooks, workspaceId, id } = yield* World.arrange({
        types: ["request.sent"],
      })
      receiver.answers.push(
        World.answer(500, "oops\u0007\r\nwhsec_aGVsbG8=\u202e"),
        World.answer(429, "x".repeat(5_000)),
      )
      receiver.answers.push(World.answer(404), World.answer(301, "", { location: "http://169.254.169.254/" }))
      yield* sent
      const got = yield* retried(receiver, 5)
      assert.strictEqual(new Set(got.map((one) => one.id)).size, 1)
      assert.strictEqual(new Set(got.map(({ body }) => body)).size, 1)
      assert.isTrue(got.every((one) => World.verifies(secret, one)))
      const [delivery] = yield* settled("delivered", 1)
      const { history } = yield* webhooks.delivery(workspaceId, id, delivery?.id ?? "")
      assert.deepStrictEqual(
        history.map(({ number, status, error }) => [number, status, error]),
        [
          [5, 204, null],
          [4, 301, "It answered 301."],
          [3, 404, "It answered 404."],
          [2, 429, "It answered 429."],
          [1, 500, "It answered 500."],
        ],
      )
      // what a stranger answers is cut off, and has nothing in it that harms
      assert.strictEqual(history[4]?.answer, "oops whsec_…")
      assert.strictEqual(history[3]?.answer, "x".repeat(1_000))
      assert.isNull((yield* webhooks.get(workspaceId, id)).failingSince)
    }),
  )

  it.effect("S69: a receiver says when to come again, and is left alone until then", () =>
    Effect.gen(function* () {
      const { receiver, sent, id, listed } = yield* World.arrange({ types: ["request.sent"] })
      const sql = yield* SqlClient.SqlClient
      receiver.answers.push(World.answer(503, "", { "retry-after": "1800" }))
      yield* sent
      const waiting = yield* TestFirm.eventually(
        Effect.map(listed(id), ([one]) => (one?.attempts === 1 && one.nextAttemptAt !== null ? one : undefined)),
      )
      yield* TestFirm.eventually(
        Effect.map(
          sql`SELECT 1 FROM webhook_deliveries WHERE id = ${waiting.id} AND leased_until IS NULL`,
          ([row]) => row,
        ),
      )
      const [delivery] = yield* listed(id)
      assert.closeTo(delivery?.nextAttemptAt ?? 0, Date.now() + 1_800_000, 30_000)
      const [endpoint] = yield* sql<{ pausedUntil: Date }>`SELECT paused_until FROM webhook_endpoints WHERE id = ${id}`
      assert.closeTo(endpoint?.pausedUntil.getTime() ?? 0, Date.now() + 1_800_000, 30_000)
    }),
  )

  it.effect("S69: what somebody replays goes at once, also to an endpoint that is being left alone", () =>
    Effect.gen(function* () {
      const { receiver, sent, settled, webhooks, workspaceId, id } = yield* World.arrange({ types: ["request.sent"] })
      receiver.answers.push(World.answer(503, "", { "retry-after": "300" }))
      yield* sent
      yield* World.gotBy(receiver, 1)
      const [waiting] = yield* settled("queued", 1)
      const sql = yield* SqlClient.SqlClient
      yield* TestFirm.eventually(
        Effect.map(
          sql`SELECT 1 FROM webhook_endpoints WHERE id = ${id} AND paused_until > now() + interval '1 minute'`,
          (rows) => (rows.length === 1 ? true : undefined),
        ),
      )
      yield* webhooks.replay(workspaceId, id, { delivery: waiting?.id ?? "" })
      yield* World.gotBy(receiver, 2)
      assert.strictEqual(receiver.got[1]?.id, waiting?.webhookId)
      yield* settled("delivered", 1)
    }),
  )

  it.effect("S69: 410 disables the endpoint, its letter is dead, and can be replayed under the same id", () =>
    Effect.gen(function* () {
      const { receiver, sent, settled, webhooks, workspaceId, id, member } = yield* World.arrange({
        types: ["request.sent"],
      })
      receiver.answers.push(World.answer(410))
      yield* sent
      const [dead] = yield* settled("dead", 1)
      const gone = yield* webhooks.get(workspaceId, id)
      assert.deepStrictEqual([gone.enabled, gone.disabledBecause, gone.dead], [false, "gone", 1])
      // an administrator is told; the address may hold a key
      const told = yield* TestFirm.mailTo(member.email)
      const { host, search } = new URL(receiver.url)
      assert.strictEqual(told.subject, `Webhooks to ${host} are off`)
      assert.include(told.text, "said that it is gone (410)")
      assert.include(told.text, `/settings/webhooks/${id}`)
      assert.notInclude(`${told.text}${told.html}`, search)
      // nothing goes there until somebody enables it again
      assert.deepStrictEqual(yield* webhooks.replay(workspaceId, id, "dead"), { replayed: 1, more: false })
      yield* Effect.sleep("1200 millis")
      assert.lengthOf(receiver.got, 1)
      const back = yield* webhooks.edit(workspaceId, id, { enabled: true })
      assert.deepStrictEqual([back.disabledBecause, back.failingSince], [null, null])
      yield* World.gotBy(receiver, 2)
      assert.strictEqual(receiver.got[1]?.id, dead?.webhookId)
      yield* settled("delivered", 1)
      // one that was delivered, too
      assert.strictEqual((yield* webhooks.replay(workspaceId, id, { delivery: dead?.id ?? "" })).replayed, 1)
      yield* World.gotBy(receiver, 3)
      assert.strictEqual(receiver.got[2]?.id, dead?.webhookId)
    }),
  )

  it.effect("S69: given up after three days, and an endpoint that failed for five is disabled", () =>
    Effect.gen(function* () {
      const { receiver, sent, settled, webhooks, workspaceId, id, member } = yield* World.arrange({
        types: ["request.sent"],
      })
      const sql = yield* SqlClient.SqlClient
      const ago = (days: number) => new Date(Date.now() - days * day)
      receiver.answers.push(...Array.from({ length: 3 }, () => World.answer(500)))
      yield* sent
      yield* World.gotBy(receiver, 1)
      yield* TestFirm.eventually(
        Effect.map(
          sql`UPDATE webhook_deliveries SET queued_at = ${ago(3)}, due_at = ${ago(0)}
            WHERE endpoint_id = ${id} AND leased_until IS NULL RETURNING id`,
          ([row]) => row,
        ),
      )
      yield* settled("dead", 1)
      assert.isTrue((yield* webhooks.get(workspaceId, id)).enabled)
      yield* sql`UPDATE webhook_endpoints SET failing_since = ${ago(5)} WHERE id = ${id}`
      yield* sent
      yield* World.gotBy(receiver, 3)
      const failing = yield* TestFirm.eventually(
        Effect.map(Effect.orDie(webhooks.get(workspaceId, id)), (one) => (one.enabled ? undefined : one)),
      )
      assert.deepStrictEqual([failing.disabledBecause, failing.dead, failing.queued], ["failing", 1, 1])
      assert.include((yield* TestFirm.mailTo(member.email)).text, "Every attempt of five days")
    }),
  )

  it.effect("S69: an endpoint that hangs, and one that is not there, hold up nobody else", () =>
    Effect.gen(function* () {
      const { receiver, sent, add, id } = yield* World.arrange()
      const [slow, another] = [yield* World.receiver, yield* World.receiver]
      slow.answers.push(...Array.from({ length: 100 }, () => World.hang))
      const gone = yield* World.receiver
      gone.close()
      const hanging = yield* add(slow.url)
      yield* add(gone.url)
      yield* add(another.url)
      const began = Date.now()
      for (let count = 0; count < 8; count += 1) yield* sent
      yield* World.gotBy(receiver, 16)
      yield* World.gotBy(another, 16)
      assert.isBelow(Date.now() - began, 14_000)
      assert.isAtMost(slow.got.length, statements.perEndpoint)
      assert.isAtLeast(slow.got.length, 1)
      assert.notStrictEqual(hanging.endpoint.id, id)
    }),
  )

  it.effect("S69: everything since an instant is replayed, also what an endpoint was not told", () =>
    Effect.gen(function* () {
      const { receiver, sent, webhooks, workspaceId, id } = yield* World.arrange()
      const first = yield* sent
      yield* World.gotBy(receiver, 2)
      yield* webhooks.edit(workspaceId, id, { enabled: false })
      const instant = Date.now()
      const second = yield* sent
      yield* webhooks.edit(workspaceId, id, { enabled: true })
      assert.deepStrictEqual(yield* webhooks.replay(workspaceId, id, { since: instant }), { replayed: 2, more: false })
      yield* World.gotBy(receiver, 4)
      assert.deepStrictEqual(
        new Set(receiver.got.slice(2).map(({ event }) => event.data["requestId"])),
        new Set([second.id]),
      )
      assert.deepStrictEqual(yield* webhooks.replay(workspaceId, id, { since: 0 }), { replayed: 4, more: false })
      yield* World.gotBy(receiver, 8)
      assert.strictEqual(new Set(receiver.got.map((one) => one.id)).size, 4)
      assert.isTrue(receiver.got.some(({ event }) => event.data["requestId"] === first.id))
    }),
  )

  it.effect("S14: a secret opens only in its own endpoint's place", () =>
    Effect.gen(function* () {
      const one = yield* World.arrange()
      const sql = yield* SqlClient.SqlClient
      const other = yield* one.add(one.receiver.url)
      const [row] = yield* sql<{ secret: string }>`SELECT secret FROM webhook_endpoints WHERE id = ${one.id}`
      assert.notInclude(row?.secret, one.secret.slice(6, 20))
      yield* sql`UPDATE webhook_endpoints SET secret = ${row?.secret} WHERE id = ${other.endpoint.id}`
      const moved = yield* Effect.exit(one.webhooks.test(one.workspaceId, other.endpoint.id))
      assert.strictEqual(moved._tag, "Failure")
      assert.notStrictEqual(Redacted.value(other.secret), one.secret)
    }),
  )

  it.effect("deliveries are kept for thirty days, and those of others stay", () =>
    Effect.gen(function* () {
      const { sent, settled, webhooks, id, listed } = yield* World.arrange()
      const sql = yield* SqlClient.SqlClient
      yield* sent
      const [old, fresh] = yield* settled("delivered", 2)
      const age = (one: { readonly id: string } | undefined, days: number) =>
        sql`UPDATE webhook_deliveries SET created_at = ${new Date(Date.now() - days * day)} WHERE id = ${one?.id ?? ""}`
      yield* age(old, 31)
      yield* age(fresh, 29)
      yield* webhooks.sweep
      assert.deepStrictEqual(
        (yield* listed(id)).map((one) => one.id),
        [fresh?.id],
      )
      assert.lengthOf(yield* sql`SELECT 1 FROM webhook_attempts WHERE delivery_id = ${old?.id ?? ""}`, 0)
      assert.lengthOf(yield* sql`SELECT 1 FROM webhook_attempts WHERE delivery_id = ${fresh?.id ?? ""}`, 1)
    }),
  )
})
