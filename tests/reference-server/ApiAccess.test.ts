// Who may call what: keys, sessions, origins, content types, and the wall between two firms.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { guardedBy } from "../api/Operations.ts"
import { bearer, call, cookie, origin, ours, TestApi, theirs, layer as testApi } from "../api/TestApi.ts"
import * as TestFirm from "../support/TestFirm.ts"

const someId = "0198c1f2-6f0a-4d39-9e55-2f1f0a5c7d10"

/** An address with these ids in it, and a body that its operation would take. */
const addressed = (path: string, ids: Readonly<Record<string, string>>) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? someId)
const bodies: Readonly<Record<string, unknown>> = {
  "questionnaires.check": { source: "{}" },
  "questionnaires.add": { source: "{}" },
  "requests.create": {
    questionnaire: { id: "kyc" },
    title: "Company check",
    recipient: { name: "Carl", email: "carl@customer.example", language: "en" },
  },
  "requests.edit": { title: "Another title" },
  "requests.cancel": { reason: "no longer needed" },
  "requests.schedule": { sendAt: "2099-03-27T09:00:00Z" },
  "requests.suspend": {},
  "requests.changeWindow": { windowDays: 60 },
  "requests.returnItem": { reason: "not readable" },
  "requests.waiveItem": { reason: "not needed" },
  "requests.changeRecipient": { name: "Eve", email: "eve@customer.example", language: "en" },
  "requests.previewReminders": {},
  "policies.lint": { policy: "standard" },
  "workItems.edit": { title: "Theirs now" },
  "workItems.setRole": { role: "Applicant" },
  "workItems.addTask": { title: "Check" },
  "workItems.editTask": { title: "Check" },
  "workItems.addToBasket": { task: someId },
  "contacts.edit": { name: "Eve" },
  "keys.create": { name: "a key" },
  "keys.rotate": {},
  "requests.erase": { reason: "taken" },
  "requests.comment": { text: "Any news?" },
  "requests.askDocument": { label: "Lease" },
  "requests.refuseDelegation": {},
  "documents.give": { document: someId },
}
const bodyOf = (id: string) => (bodies[id] === undefined ? {} : { body: JSON.stringify(bodies[id]) })

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("who may call", (it) => {
  it.effect(
    "without a key or a session every member's operation is 401, whatever is asked",
    () =>
      Effect.gen(function* () {
        const guarded = guardedBy("apiKey")
        assert.isAbove(guarded.length, 15)
        for (const { id, method, path } of guarded) {
          const answer = yield* call(method, addressed(path, {}), bodyOf(id))
          assert.strictEqual(answer.status, 401, id)
          assert.include(answer.body, '"_tag":"Unauthorized"', id)
          assert.strictEqual(answer.headers["www-authenticate"], "Bearer", id)
          const wrong = yield* call(method, addressed(path, {}), {
            ...bodyOf(id),
            headers: { authorization: `Bearer rq_00000000_${"A".repeat(43)}`, cookie: "rq-member=nobody", origin },
          })
          assert.strictEqual(wrong.status, 401, id)
        }
      }),
    180_000,
  )

  it.effect("S14: a key works until it is revoked; its secret is shown once, and its last use is told", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { key, secret } = yield* api.keys.create({ payload: { name: "Nightly import" } })
      assert.match(Redacted.value(secret), /^rq_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}$/)
      const headers = { authorization: `Bearer ${Redacted.value(secret)}` }
      assert.strictEqual((yield* call("GET", "/api/session", { headers })).status, 200)

      const listed = yield* call("GET", "/api/keys", { headers })
      assert.notInclude(listed.body, Redacted.value(secret).slice(-43))
      const { keys } = yield* api.keys.list()
      assert.isNotNull(keys.find(({ id }) => id === key.id)?.lastUsedAt)

      yield* api.keys.revoke({ params: { id: key.id } })
      assert.strictEqual((yield* call("GET", "/api/session", { headers })).status, 401)
    }),
  )

  it.effect("what is no id of a key is 400, one that nobody has is passed over", () =>
    Effect.gen(function* () {
      const headers = bearer((yield* TestApi).ours)
      for (const id of ["a%00", "rq_1a2b3c4", "rq_1a2b3c4%00", "rq_1a2b3c4d5"]) {
        assert.strictEqual((yield* call("DELETE", `/api/keys/${id}`, { headers })).status, 400, id)
      }
      assert.strictEqual((yield* call("DELETE", "/api/keys/rq_1a2b3c4d", { headers })).status, 204)
    }),
  )

  it.effect("a member's session cookie is as good as a key", () =>
    Effect.gen(function* () {
      const answer = yield* call("GET", "/api/session", { headers: cookie((yield* TestApi).ours) })
      assert.strictEqual(answer.status, 200)
      assert.include(answer.body, "moa@firm.example")
    }),
  )

  it.effect("S39: with a cookie, changes from another site are refused, and change nothing", () =>
    Effect.gen(function* () {
      const headers = cookie((yield* TestApi).ours)
      const body = JSON.stringify({ name: "made across sites" })
      const from = (more: Record<string, string>) =>
        call("POST", "/api/keys", { headers: { ...headers, ...more }, body })
      const strangers = [
        {},
        { origin: "https://evil.example" },
        { origin: "null" },
        { "sec-fetch-site": "cross-site", origin },
        { "sec-fetch-site": "same-site", origin },
        { "sec-fetch-site": "none" },
      ]
      for (const stranger of strangers) {
        const answer = yield* from(stranger)
        assert.strictEqual(answer.status, 403, JSON.stringify(stranger))
        assert.include(answer.body, '"_tag":"NotFromHere"')
      }
      const { keys } = yield* (yield* ours).keys.list()
      assert.isEmpty(keys.filter(({ name }) => name === "made across sites"))

      assert.strictEqual((yield* from({ origin })).status, 201)
      assert.strictEqual((yield* from({ "sec-fetch-site": "same-origin" })).status, 201)
    }),
  )

  it.effect("S39: JSON in a form's clothes, or in none, is refused", () =>
    Effect.gen(function* () {
      const headers = bearer((yield* TestApi).ours)
      const body = JSON.stringify({ name: "disguised" })
      for (const type of ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded"]) {
        const answer = yield* call("POST", "/api/keys", { headers: { ...headers, "content-type": type }, body })
        assert.strictEqual(answer.status, 415, type)
      }
      const bare = yield* call("POST", "/api/keys", { headers, body: new TextEncoder().encode(body) })
      assert.strictEqual(bare.status, 415)
      const { keys } = yield* (yield* ours).keys.list()
      assert.isEmpty(keys.filter(({ name }) => name === "disguised"))
    }),
  )

  it.effect("a body above 4 MiB is 413; one that is no JSON, or does not fit, is a problem that says where", () =>
    Effect.gen(function* () {
      const headers = bearer((yield* TestApi).ours)
      const large = JSON.stringify({ source: "x".repeat(4_200_000) })
      assert.strictEqual((yield* call("POST", "/api/questionnaires/check", { headers, body: large })).status, 413)
      const broken = yield* call("POST", "/api/keys", { headers, body: "{" })
      assert.strictEqual(broken.status, 400)
      assert.strictEqual(broken.headers["content-type"], "application/problem+json")
      const wrong = yield* call("POST", "/api/keys", { headers, body: '{"name":7,"nmae":"x"}' })
      assert.strictEqual(wrong.status, 400)
      const { errors } = JSON.parse(wrong.body) as { errors: ReadonlyArray<{ path: ReadonlyArray<string> }> }
      assert.deepStrictEqual(errors.map(({ path }) => path.join(".")).sort(), ["payload.name", "payload.nmae"])
    }),
  )

  it.effect("an address that is none, and a method that it does not take, are 404 in JSON", () =>
    Effect.gen(function* () {
      for (const [method, path] of [
        ["GET", "/api/nothing"],
        ["GET", "/api/requests/1/2/3"],
        ["DELETE", "/api/session"],
      ] as const) {
        const answer = yield* call(method, path)
        assert.strictEqual(answer.status, 404, path)
        assert.include(answer.body, '"what":"endpoint"')
        assert.strictEqual(answer.headers["cache-control"], "no-store")
      }
    }),
  )

  it.effect("S37 S40: every answer forbids caching, sniffing and framing", () =>
    Effect.gen(function* () {
      const headers = bearer((yield* TestApi).ours)
      const answers = [
        yield* call("GET", "/api/session", { headers }),
        yield* call("GET", "/api/session"),
        yield* call("POST", "/api/keys", { headers, body: "{" }),
        yield* call("POST", "/api/keys", { headers, body: new TextEncoder().encode("{}") }),
      ]
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [200, 401, 400, 415],
      )
      for (const answer of answers) {
        assert.strictEqual(answer.headers["cache-control"], "no-store")
        assert.strictEqual(answer.headers["x-content-type-options"], "nosniff")
        assert.include(answer.headers["content-security-policy"], "frame-ancestors 'none'")
        assert.isUndefined(answer.headers["access-control-allow-origin"])
      }
    }),
  )

  it.effect("S43: with the key of another firm, whatever is ours is not there", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const other = yield* theirs
      const questionnaire = { id: "kyc" }
      const recipient = { name: "Carl", email: "carl@customer.example", language: "en" }
      const made = yield* api.requests.create({
        headers: {},
        payload: { questionnaire, title: "Ours alone", recipient, send: true },
      })
      const { key } = yield* api.keys.create({ payload: { name: "ours" } })
      const work = yield* api.workItems.create({ headers: {}, payload: { title: "Ours alone" } })
      const contact = yield* api.contacts.create({ headers: {}, payload: { name: "Ours alone" } })
      const kinds: ReadonlyArray<readonly [part: string, id: string]> = [
        ["/requests/", made.id],
        ["/keys/", key.id],
        ["/work-items/", work.id],
        ["/contacts/", contact.id],
      ]
      const headers = bearer((yield* TestApi).theirs)
      // the other groups, and everybody else who may try: Isolation.test.ts
      const swapped = guardedBy("apiKey").filter(({ path }) => kinds.some(([part]) => path.includes(`${part}{`)))
      assert.isAbove(swapped.length, 9)
      for (const { id, method, path } of swapped) {
        const ids = { id: kinds.find(([part]) => path.includes(part))?.[1] ?? "kyc" }
        const answer = yield* call(method, addressed(path, ids), { headers, ...bodyOf(id) })
        // revoking is answered alike for keys that are there and keys that are not
        assert.strictEqual(answer.status, id === "keys.revoke" ? 204 : 404, id)
        assert.notInclude(answer.body, "Ours alone", id)
      }
      assert.deepStrictEqual(yield* other.requests.list({ query: {} }), { requests: [], total: 0 })
      assert.deepStrictEqual(yield* other.questionnaires.list(), { questionnaires: [] })
      const stolen = yield* call("POST", "/api/requests", { headers, ...bodyOf("requests.create") })
      assert.strictEqual(stolen.status, 404)

      const untouched = yield* api.requests.get({ params: { id: made.id } })
      assert.strictEqual(untouched.title, "Ours alone")
      assert.strictEqual(untouched.state, "Pending")
      assert.isDefined((yield* api.keys.list()).keys.find(({ id }) => id === key.id))
    }),
  )

  it.effect("S43 S46: keys of two firms never meet: the same one makes a request for each", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const other = yield* theirs
      const questionnaire = { source: TestFirm.questionnaire }
      const recipient = { name: "Carl", email: "carl@customer.example", language: "en" }
      const headers = { "idempotency-key": yield* Crypto.uuid }
      const mine = yield* api.requests.create({ headers, payload: { questionnaire, title: "Ours", recipient } })
      for (const key of [headers["idempotency-key"], mine.id]) {
        const made = yield* other.requests.create({
          headers: { "idempotency-key": key },
          payload: { questionnaire, title: "Theirs", recipient },
        })
        assert.notStrictEqual(made.id, mine.id)
      }
      assert.strictEqual((yield* api.requests.get({ params: { id: mine.id } })).title, "Ours")
      const { entries } = yield* api.requests.history({ params: { id: mine.id } })
      assert.deepStrictEqual(
        entries.map(({ index }) => index),
        [1],
      )
    }),
  )
})
