// Webhooks and the event feed over HTTP: who may, what is refused, and that a secret is said once.
import { assert, layer } from "@effect/vitest"
import { client, Events } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./WebhooksWorld.ts"

const keyOf = (member: Member) =>
  Effect.flatMap(Members, (members) => Effect.map(members.createKey(member, "tests"), ({ secret }) => secret))

const as = Effect.fnUntraced(function* (member: Member) {
  const [baseUrl, apiKey] = [yield* World.baseUrl, yield* keyOf(member)]
  const call = (method: string, path: string, body?: object) =>
    Effect.promise(async () => {
      const response = await fetch(baseUrl + path, {
        method,
        headers: { authorization: `Bearer ${Redacted.value(apiKey)}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: response.status, headers: response.headers, body: await response.text() }
    })
  return { api: yield* client({ baseUrl, apiKey }), call }
})

layer(World.server, { excludeTestServices: true, timeout: "180 seconds" })("webhooks over HTTP", (it) => {
  it.effect(
    "S14 S69: an administrator adds, changes, tries, rotates and removes an endpoint; its secret is said once",
    () =>
      Effect.gen(function* () {
        const { member } = yield* TestFirm.firm
        const receiver = yield* World.receiver
        const { api, call } = yield* as(member)
        const made = yield* api.webhooks.create({ payload: { url: receiver.url, types: ["request.sent"] } })
        const secret = Redacted.value(made.secret)
        const { id } = made.endpoint
        assert.deepStrictEqual(made.endpoint.include, [])
        const params = { id }
        assert.strictEqual((yield* api.webhooks.test({ params })).status, 204)
        assert.isTrue(World.verifies(secret, receiver.got[0] ?? assert.fail("nothing came")))
        const edited = yield* api.webhooks.edit({ params, payload: { include: ["answers"], types: null } })
        assert.deepStrictEqual([edited.include, edited.types], [["answers"], null])
        const rotated = yield* api.webhooks.rotate({ params, payload: {} })
        assert.isNotNull(rotated.endpoint.previousSecretUntil)
        const { deliveries } = yield* api.webhooks.deliveries({ params, query: {} })
        const [delivery] = deliveries
        const view = yield* api.webhooks.delivery({ params: { id, delivery: delivery?.id ?? "" } })
        assert.strictEqual(view.history.length, 1)
        for (const path of ["", `/${id}`, `/${id}/deliveries`, `/${id}/deliveries/${delivery?.id}`]) {
          const { status, body } = yield* call("GET", `/api/webhooks${path}`)
          assert.strictEqual(status, 200)
          assert.notInclude(body, "whsec_", path)
        }
        yield* api.webhooks.remove({ params })
        const gone = yield* Effect.flip(api.webhooks.get({ params }))
        assert.deepStrictEqual([gone._tag, "what" in gone && gone.what], ["NotFound", "webhook"])
      }),
  )

  it.effect("S70: an address inside is refused with its reason, and a type that there is not", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const { call } = yield* as(member)
      const refused = yield* call("POST", "/api/webhooks", { url: "https://[::ffff:10.0.0.1]/" })
      assert.strictEqual(refused.status, 422)
      assert.include(refused.body, `"reason":"address"`)
      assert.strictEqual(
        (yield* call("POST", "/api/webhooks", { url: "https://x.example/", types: ["nothing"] })).status,
        400,
      )
      assert.strictEqual((yield* call("POST", "/api/webhooks", { url: "https://x.example/", types: [] })).status, 400)
      assert.strictEqual((yield* call("POST", "/api/webhooks", { uri: "https://x.example/" })).status, 400)
    }),
  )

  it.effect("S43: webhooks are for administrators, the feed for every member, of their own firm", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { member, stored } = yield* TestFirm.firm
      const other = yield* TestFirm.firm
      const receiver = yield* World.receiver
      const { api } = yield* as(member)
      const { endpoint } = yield* api.webhooks.create({ payload: { url: receiver.url } })
      const request = yield* TestFirm.sendRequest(member, stored.ref)
      const theirs = yield* as(other.member)
      const missing = yield* Effect.flip(theirs.api.webhooks.test({ params: { id: endpoint.id } }))
      assert.strictEqual(missing._tag, "NotFound")
      assert.lengthOf((yield* theirs.api.events.list({ query: { request: request.id } })).events, 0)
      yield* sql`UPDATE members SET role = 'member' WHERE id = ${other.member.id}`
      const { call } = yield* as(other.member)
      for (const [method, path] of [
        ["GET", ""],
        ["POST", ""],
        ["GET", `/${endpoint.id}`],
        ["PATCH", `/${endpoint.id}`],
        ["DELETE", `/${endpoint.id}`],
        ["POST", `/${endpoint.id}/rotate`],
        ["POST", `/${endpoint.id}/test`],
        ["POST", `/${endpoint.id}/replay`],
        ["GET", `/${endpoint.id}/deliveries`],
      ] as const) {
        const answer = yield* call(method, `/api/webhooks${path}`, method === "GET" ? undefined : { url: receiver.url })
        assert.strictEqual(answer.status, 403, `${method} ${path}`)
        assert.include(answer.body, "AdministratorsOnly")
      }
      assert.strictEqual((yield* call("GET", "/api/events")).status, 200)
    }),
  )

  it.effect("the feed has what webhooks have, is kept by nobody, and can be waited for", () =>
    Effect.gen(function* () {
      const { member, stored } = yield* TestFirm.firm
      const receiver = yield* World.receiver
      const { api, call } = yield* as(member)
      yield* api.webhooks.create({ payload: { url: receiver.url } })
      const request = yield* TestFirm.sendRequest(member, stored.ref)
      const got = yield* World.gotBy(receiver, 2)
      // transactions of others may hold the end of the feed up
      const { events, next, more } = yield* TestFirm.eventually(
        Effect.map(api.events.list({ query: {} }), (page) => (page.events.length === 2 ? page : undefined)),
      )
      assert.isFalse(more)
      assert.deepStrictEqual(
        events.map((event) => ({ ...event })),
        got
          .map(({ event }) => Schema.decodeUnknownSync(Events.Listed)(event))
          .toSorted((one, two) => (one.data.cursor < two.data.cursor ? -1 : 1)),
      )
      const { headers } = yield* call("GET", "/api/events?limit=1")
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.strictEqual((yield* call("GET", "/api/events?after=x")).status, 400)
      assert.strictEqual((yield* call("GET", "/api/events?wait=26")).status, 400)

      const began = Date.now()
      const waiting = yield* Effect.forkChild(api.events.list({ query: { after: next, wait: 20 } }))
      yield* Effect.sleep("700 millis")
      const second = yield* TestFirm.createRequest(member, stored.ref)
      const page = yield* Fiber.join(waiting)
      assert.deepStrictEqual(
        page.events.map(({ data }) => data.requestId),
        [second.id],
      )
      assert.isBelow(Date.now() - began, 15_000)
      assert.isAtLeast(Date.now() - began, 700)
      assert.notStrictEqual(request.id, second.id)
      assert.deepStrictEqual((yield* api.events.list({ query: { after: page.next, wait: 1 } })).events, [])
    }),
  )
})
