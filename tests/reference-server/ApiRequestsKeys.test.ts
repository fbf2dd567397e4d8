// Keys that come again, and definitions that are written for one request, through the API: what they may not do.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as IdempotencyKeys from "../../reference-server/src/IdempotencyKeys.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { bearer, call, layer as testApi, ours, TestApi } from "../api/TestApi.ts"
import * as TestFirm from "../support/TestFirm.ts"

const recipient = { name: "Carl Customer", email: "carl@customer.example", language: "en" }
const asked = { questionnaire: { id: "kyc" }, title: "Company check 2027", recipient }
const headers = {}

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("keys and definitions", (it) => {
  it.effect("S46: a key that comes again with another body, or on another command, is refused on every command", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id } = yield* api.requests.create({ headers, payload: asked })
      const other = (yield* api.requests.create({ headers, payload: asked })).id
      const post = (path: string, key: string, body?: unknown, method = "POST") =>
        Effect.gen(function* () {
          const text = typeof body === "string" ? body : JSON.stringify(body)
          const given = { ...bearer((yield* TestApi).ours), "idempotency-key": key }
          const answer = yield* call(method, `/api/requests/${path}`, {
            headers: given,
            ...(body === undefined ? {} : { body: text }),
          })
          return [answer.status, (JSON.parse(answer.body) as { readonly _tag?: string })._tag ?? ""]
        })
      const refused = [409, "KeyReused"]
      const done = [200, ""]

      const edit = yield* Crypto.uuid
      assert.deepStrictEqual(yield* post(id, edit, '{"title":"New","due":"2031-01-02"}', "PATCH"), done)
      // the same in other words is the same
      assert.deepStrictEqual(yield* post(id, edit, ' { "due": "2031-01-02", "title": "New" }', "PATCH"), done)
      assert.deepStrictEqual(yield* post(id, edit, { title: "Newer", due: "2031-01-02" }, "PATCH"), refused)
      assert.deepStrictEqual(yield* post(id, edit.toUpperCase(), { title: "Newer" }, "PATCH"), refused)
      assert.deepStrictEqual(yield* post(other, edit, { title: "New", due: "2031-01-02" }, "PATCH"), refused)
      assert.deepStrictEqual(yield* post(`${id}/cancel`, edit, {}), refused)
      assert.deepStrictEqual(yield* post("", edit, asked), refused)
      assert.strictEqual((yield* api.requests.get({ params: { id } })).title, "New")

      const key = yield* Crypto.uuid
      assert.deepStrictEqual(yield* post(`${id}/schedule`, key, { sendAt: "2031-01-01T09:00:00Z" }), done)
      assert.deepStrictEqual(yield* post(`${id}/schedule`, key, { sendAt: "2031-01-01T09:00:00Z" }), done)
      assert.deepStrictEqual(yield* post(`${id}/schedule`, key, { sendAt: "2031-02-01T09:00:00Z" }), refused)
      const { scheduledFor } = yield* api.requests.get({ params: { id } })
      assert.strictEqual(scheduledFor, "2031-01-01T09:00:00.000Z")

      const recipient = (yield* api.requests.get({ params: { id } })).recipients[0]?.id ?? ""
      const item = "about"
      const ways: ReadonlyArray<readonly [path: string, body?: unknown]> = [
        ["send"],
        ["unschedule"],
        ["resend"],
        ["cancel", { reason: "x" }],
        ["suspend", { reason: "x" }],
        ["resume"],
        ["reopen"],
        ["close"],
        ["window", { windowDays: 3 }],
        [`items/${item}/accept`],
        [`items/${item}/return`, { reason: "x" }],
        [`items/${item}/waive`, { reason: "x" }],
        [`items/${item}/complete`],
        [`items/${item}/reopen`],
        [`recipients/${recipient}`, { name: "Bo", email: "bo@example.com", language: "en" }],
        [`recipients/${recipient}/resend`],
        [`recipients/${recipient}/revoke-links`],
        [`recipients/${recipient}/link`],
        [`recipients/${recipient}/unlock-codes`],
      ]
      for (const [path, body] of ways) assert.deepStrictEqual(yield* post(`${id}/${path}`, key, body), refused, path)

      // of another firm the same key is another key
      const { theirs } = yield* TestApi
      const elsewhere = yield* call("POST", `/api/requests/${id}/cancel`, {
        headers: { ...bearer(theirs), "idempotency-key": key },
        body: "{}",
      })
      assert.strictEqual(elsewhere.status, 404)

      // what is too old to be meant is forgotten
      const keys = yield* IdempotencyKeys.make
      const sql = yield* SqlClient.SqlClient
      const count = Effect.map(
        sql<{ n: number }>`SELECT count(*)::int AS n FROM idempotency_keys`,
        ([row]) => row?.n ?? 0,
      )
      yield* keys.sweep
      assert.isAbove(yield* count, 0)
      yield* TestFirm.at((yield* Clock.currentTimeMillis) + IdempotencyKeys.lifeMillis + 60_000)(keys.sweep)
      assert.strictEqual(yield* count, 0)
    }),
  )

  it.effect("T11: what is written for one request replaces and shadows nothing that the firm publishes", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const text = (version: number, title: string) =>
        TestFirm.questionnaire
          .replace('"kyc"', '"apart"')
          .replace('"version":1', `"version":${version}`)
          .replace("Company check", title)
      const read = (query: { readonly version?: number; readonly hash?: string }) =>
        api.questionnaires.get({ params: { id: "apart" }, query })
      yield* api.questionnaires.add({ payload: { source: text(1, "Published") } })
      const once = (source: string) =>
        api.requests.create({ headers, payload: { ...asked, questionnaire: { source } } })
      const made = yield* once(text(7, "Once"))
      const params = { id: made.id }
      assert.strictEqual((yield* read({})).version, 1)
      const byName = yield* api.requests.create({ headers, payload: { ...asked, questionnaire: { id: "apart" } } })
      assert.strictEqual(byName.questionnaire.version, 1)
      // who made it can read it, as long as nothing else has its name
      assert.strictEqual((yield* read({ version: 7 })).source, text(7, "Once"))

      // two requests may have it otherwise, and the firm may publish that version with content of its own
      const other = yield* once(text(7, "Once more"))
      assert.notStrictEqual(other.questionnaire.hash, made.questionnaire.hash)
      yield* api.questionnaires.add({ payload: { source: text(7, "Published again") } })
      assert.strictEqual((yield* read({})).source, text(7, "Published again"))
      assert.strictEqual((yield* read({ version: 7 })).source, text(7, "Published again"))
      for (const [request, source] of [
        [made, text(7, "Once")],
        [other, text(7, "Once more")],
      ] as const) {
        const { hash, version } = (yield* api.requests.get({ params: { id: request.id } })).questionnaire
        assert.strictEqual(hash, request.questionnaire.hash)
        assert.strictEqual((yield* read({ version, hash })).source, source)
      }
      // what its customer sees is what was written for it
      const before = TestFirm.post.mails.length
      yield* api.requests.send({ params, headers })
      const [invitation] = (yield* TestFirm.mails(before + 1)).slice(before)
      if (invitation === undefined) return assert.fail("no mail")
      const { customer } = yield* TestFirm.claim(invitation)
      const current = yield* (yield* ClientRequests).current(customer)
      assert.strictEqual(current.stored.questionnaire.title, "Once")
      // the name of what is published is taken
      const taken = yield* Effect.flip(once(text(1, "Mine")))
      assert.strictEqual(taken._tag, "VersionTaken")

      // a refused edit leaves nothing that can be read
      yield* api.requests.cancel({ params, headers, payload: {} })
      const source = text(8, "Too late")
      const late = yield* Effect.flip(api.requests.edit({ params, headers, payload: { questionnaire: { source } } }))
      assert.strictEqual(late._tag, "Refusal")
      assert.strictEqual((yield* Effect.flip(read({ version: 8 })))._tag, "NotFound")
      assert.strictEqual((yield* read({})).version, 7)
    }),
  )
})
