// Many requests at once: each row on its own, once for ever by the name that the caller has for it; a batch is looked at,
// paused, gone on with and cancelled. And the addresses that get no mail, by the API.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as TestApi from "../api/TestApi.ts"

// more than a firm has in the queue at once (Outbox/Holding.ts); the embedded database is one process, which waits for each statement
const many = process.env["TEST_DATABASE_URL"] === undefined ? 30 : 240

const row = (n: number | string, changes: Record<string, unknown> = {}) => ({
  externalId: `customer-${n}`,
  request: {
    questionnaire: { id: "kyc" },
    title: "Yearly company check",
    recipient: { name: "Carl", email: `carl.${n}@customer.example`, language: "en" },
    ...changes,
  },
})

const sweepAt = (instant: number) =>
  Effect.flatMap(ClientRequests, (requests) =>
    Effect.repeat(requests.sweep, { while: (looked) => looked > 0 }).pipe(TestFirm.at(instant)),
  )

const invitations = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [found] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM mails WHERE kind = 'invitation'`
  return found?.n ?? 0
})

layer(TestApi.layer, { excludeTestServices: true, timeout: "300 seconds" })("many at once", (it) => {
  it.effect(
    "M30: as many rows twice are as many requests, and one mail each",
    () =>
      Effect.gen(function* () {
        const api = yield* TestApi.ours
        const before = yield* invitations
        const rows = Array.from({ length: many }, (_, n) => row(n))
        const first = yield* api.requests.bulk({ payload: { rows } })
        assert.deepInclude(first, { made: many, known: 0, refused: 0 })
        yield* sweepAt(Date.now() + 5000)
        const second = yield* api.requests.bulk({ payload: { rows } })
        assert.deepInclude(second, { made: 0, known: many, refused: 0 })
        assert.deepStrictEqual(
          second.rows.map(({ request }) => request),
          first.rows.map(({ request }) => request),
        )
        yield* sweepAt(Date.now() + 10_000)
        assert.strictEqual((yield* invitations) - before, many)
        const batch = first.batch ?? assert.fail("no batch")
        const seen = yield* TestFirm.eventually(
          Effect.map(api.requests.batch({ params: { batch } }), (view) =>
            view.mails["handed-over"] === many ? view : undefined,
          ),
        )
        assert.deepInclude(seen, { status: "running", requests: many, waiting: 0, sent: many })
        const addresses = TestFirm.post.mails.map(({ to }) => to.address).filter((to) => /^carl\.\d+@/.test(to))
        assert.strictEqual(new Set(addresses).size, many)
        assert.strictEqual(addresses.length, many)
      }),
    300_000,
  )

  it.effect("M30: a row that is wrong is refused with its reasons, and stops no other; a dry run makes nothing", () =>
    Effect.gen(function* () {
      const api = yield* TestApi.ours
      const rows = [
        row("fine"),
        row("misspelt", { titel: "x" }),
        row("nobody", { recipient: { name: "", email: "", language: "en" } }),
        row("unknown", { questionnaire: { id: "no-such" } }),
        row("unsent", { recipient: { name: "Carl", email: "", language: "en" } }),
        row("two", {
          recipient: undefined,
          recipients: [row(1).request.recipient, row(2).request.recipient],
          policy: "karbon",
        }),
      ].map((one) => JSON.parse(JSON.stringify(one)) as typeof one)
      const before = yield* invitations
      const dry = yield* api.requests.bulk({ payload: { rows, dryRun: true } })
      assert.strictEqual(dry.batch, null)
      assert.deepStrictEqual(
        dry.rows.map(({ outcome }) => outcome),
        ["fine", "refused", "refused", "refused", "refused", "refused"],
      )
      assert.include(JSON.stringify(dry.rows[4]?.problems), "recipient-email-missing")
      assert.strictEqual((yield* api.requests.list({ query: { search: "carl.fine@" } })).total, 0)
      const done = yield* api.requests.bulk({ payload: { rows } })
      assert.deepInclude(done, { made: 1, known: 0, refused: 5 })
      // the same name for something else is a mistake
      const other = yield* api.requests.bulk({ payload: { rows: [row("fine", { title: "Something else" })] } })
      assert.deepStrictEqual(
        other.rows[0]?.problems.map(({ code }) => code),
        ["KeyReused"],
      )
      yield* sweepAt(Date.now() + 5000)
      assert.strictEqual((yield* invitations) - before, 1)
    }),
  )

  it.effect("M30: paused, nothing more goes out; resumed, the rest does; cancelled, what is left is over", () =>
    Effect.gen(function* () {
      const api = yield* TestApi.ours
      const batch = "7d1f3c52-8f0e-4c5b-9c69-0f8de6c9b001"
      const params = { batch }
      const before = yield* invitations
      const rows = (from: number) => Array.from({ length: 4 }, (_, n) => row(`p${from + n}`))
      yield* api.requests.bulk({ payload: { batch, rows: rows(0) } })
      assert.deepInclude(yield* api.requests.pauseBatch({ params }), { status: "paused", waiting: 4, sent: 0 })
      yield* sweepAt(Date.now() + 10_000)
      assert.strictEqual(yield* invitations, before)
      assert.deepInclude(yield* api.requests.resumeBatch({ params }), { status: "running", waiting: 4 })
      yield* sweepAt(Date.now() + 10_000)
      assert.strictEqual((yield* invitations) - before, 4)
      yield* api.requests.bulk({ payload: { batch, rows: rows(10) } })
      assert.deepInclude(yield* api.requests.cancelBatch({ params }), { status: "cancelled", waiting: 0, sent: 4 })
      yield* sweepAt(Date.now() + 20_000)
      assert.strictEqual((yield* invitations) - before, 4)
      assert.deepInclude(yield* api.requests.bulk({ payload: { batch, rows: rows(20) } }), { made: 0, refused: 4 })
      // another firm knows nothing of it
      const theirs = yield* TestApi.theirs
      assert.strictEqual((yield* Effect.flip(theirs.requests.batch({ params })))._tag, "NotFound")
      assert.strictEqual((yield* Effect.flip(theirs.requests.cancelBatch({ params })))._tag, "NotFound")
    }),
  )

  it.effect("M16: addresses that get no mail are listed, added by hand and lifted, of one's own firm alone", () =>
    Effect.gen(function* () {
      const api = yield* TestApi.ours
      const theirs = yield* TestApi.theirs
      const given = { address: "Carl.Bounced@customer.example", reason: "They wrote that it is over" }
      const { suppressions } = yield* api.suppressions.add({ payload: given })
      assert.deepInclude(suppressions[0], { address: "carl.bounced@customer.example", cause: "by-hand", lifts: 0 })
      assert.deepStrictEqual((yield* theirs.suppressions.list()).suppressions, [])
      const to = row("x", { recipient: { name: "Carl", email: "carl.BOUNCED@customer.example", language: "en" } })
      const refused = yield* api.requests.bulk({ payload: { rows: [to], dryRun: true } })
      assert.deepStrictEqual(
        refused.rows[0]?.problems.map(({ code }) => code),
        ["recipient-suppressed"],
      )
      assert.strictEqual((yield* Effect.flip(theirs.suppressions.lift({ payload: given })))._tag, "NotFound")
      assert.deepStrictEqual((yield* api.suppressions.lift({ payload: given })).suppressions, [])
      assert.strictEqual((yield* Effect.flip(api.suppressions.lift({ payload: given })))._tag, "NotFound")
      const fine = yield* api.requests.bulk({ payload: { rows: [to], dryRun: true } })
      assert.deepInclude(fine.rows[0], { outcome: "fine" })
    }),
  )
})
