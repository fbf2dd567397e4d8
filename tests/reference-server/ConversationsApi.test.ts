// The conversation through the API: members with their key, customers with their session; refusals by name, and events without
// a word of what was said.
import { assert, layer } from "@effect/vitest"
import { Requests } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { call, layer as testApi, ours } from "../api/TestApi.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { decoded, enter } from "./ApiCustomerWorld.ts"

const Comments = Schema.Struct({ comments: Schema.Array(Requests.Comment) })
const json = (value: unknown) => JSON.stringify(value)

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("conversations through the API", (it) => {
  it.effect(
    "K47 S71: both sides say and read; what is said twice under one key is said once; events tell no word",
    () =>
      Effect.gen(function* () {
        const { id, at, cookie, headers } = yield* enter("Talked about")
        const api = yield* ours
        const said = yield* call("POST", `${at}/comments`, {
          headers: { ...headers, "content-type": "application/json" },
          body: json({ item: "about", text: "WHISPERED question" }),
        })
        assert.strictEqual(said.status, 200)
        assert.deepStrictEqual(
          decoded(Comments, said).comments.map(({ item, by, mine }) => [item, by.side, mine]),
          [["about", "customer", true]],
        )
        const key = { "idempotency-key": crypto.randomUUID() }
        const payload = { text: "WHISPERED answer" }
        for (const _ of [1, 2]) yield* api.requests.comment({ params: { id }, headers: key, payload })
        const read = yield* api.requests.comments({ params: { id } })
        assert.deepStrictEqual(
          read.comments.map(({ text, by, new: isNew }) => [text, by.side, isNew]),
          [
            ["WHISPERED question", "customer", true],
            ["WHISPERED answer", "firm", false],
          ],
        )
        const theirs = yield* call("GET", `${at}/comments`, { headers: { cookie } })
        assert.deepStrictEqual(
          decoded(Comments, theirs).comments.map((comment) => comment.new),
          [false, true],
        )
        // what others write at the moment holds the feed up
        const events = yield* TestFirm.eventually(
          Effect.map(api.events.list({ query: { request: id, limit: 100 } }), (listed) =>
            listed.events.filter(({ type }) => type === "comment.added").length === 2 ? listed.events : undefined,
          ),
        )
        assert.notInclude(json(events), "WHISPERED")
        // without the form's token, or for what is not asked
        assert.strictEqual(
          (yield* call("POST", `${at}/comments`, {
            headers: { cookie, "content-type": "application/json" },
            body: json({ text: "x" }),
          })).status,
          403,
        )
        const strange = yield* Effect.flip(
          api.requests.comment({ params: { id }, headers: {}, payload: { item: "theirs", text: "x" } }),
        )
        assert.strictEqual(strange._tag === "Refusal" ? strange.reasons[0]?.code : strange._tag, "item-unknown")
      }),
  )

  it.effect("T5: a wish that somebody else answers waits for a member, who agrees; given back, it says why", () =>
    Effect.gen(function* () {
      const { id, at, headers } = yield* enter("Passed on")
      const api = yield* ours
      const post = (path: string, body: object) =>
        call("POST", `${at}/${path}`, { headers: { ...headers, "content-type": "application/json" }, body: json(body) })
      const wrong = yield* post("delegate", { name: "http://x", email: "cy@customer.example" })
      assert.strictEqual(wrong.status, 409)
      assert.include(wrong.body, "delegation-invalid")
      const wished = yield* post("delegate", { name: "Cy Lund", email: "cy@customer.example", word: "Yours" })
      assert.deepStrictEqual([wished.status, wished.body], [200, json({ done: false })])
      const { proposal } = yield* api.requests.comments({ params: { id } })
      assert.deepStrictEqual(
        [proposal?.name, proposal?.email, proposal?.word],
        ["Cy Lund", "cy@customer.example", "Yours"],
      )
      const params = { id, proposal: proposal?.id ?? "" }
      const view = yield* api.requests.acceptDelegation({ params, headers: {} })
      assert.deepStrictEqual(
        view.recipients.map(({ name }) => name),
        ["Cy Lund"],
      )
      assert.strictEqual((yield* post("comments", { text: "late" })).status, 410)
      const again = yield* Effect.flip(api.requests.refuseDelegation({ params, headers: {}, payload: {} }))
      assert.strictEqual(again._tag === "Refusal" ? again.reasons[0]?.code : again._tag, "delegation-unknown")

      const other = yield* enter("Not theirs")
      const back = yield* call("POST", `${other.at}/disown`, {
        headers: { ...other.headers, "content-type": "application/json" },
        body: json({ reason: "Wrong Carl" }),
      })
      assert.strictEqual(back.status, 204)
      const { disowned } = yield* api.requests.comments({ params: { id: other.id } })
      assert.deepStrictEqual(
        disowned.map(({ reason }) => reason),
        ["Wrong Carl"],
      )
      const frozen = yield* api.requests.askDocument({
        params: { id: other.id },
        headers: {},
        payload: { label: "The lease" },
      })
      assert.strictEqual(frozen.items.length, 3)
    }),
  )
})
