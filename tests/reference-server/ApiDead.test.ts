// Links and sessions that do not work: one answer, byte for byte, whatever the cause (S47, S49).
import { assert, layer } from "@effect/vitest"
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { customerRefusal } from "../../reference-server/src/Api/failures.ts"
import { type Answer, call, layer as testApi, origin, ours, TestApi } from "../api/TestApi.ts"
import * as TestFirm from "../support/TestFirm.ts"

const headers = {}
const fromOurPage = { origin, "content-type": "application/json" }

const invite = Effect.gen(function* () {
  const api = yield* ours
  const before = TestFirm.post.mails.length
  const { id } = yield* api.requests.create({
    headers,
    payload: {
      questionnaire: { source: TestFirm.questionnaire.replace('"kyc"', '"easy"').replace(',"required":true', "") },
      title: "Nothing required",
      recipient: { name: "Carl", email: "carl@customer.example", language: "en" },
      send: true,
    },
  })
  const mail = (yield* TestFirm.mails(before + 1)).at(-1)
  return { params: { id }, token: mail === undefined ? "" : Redacted.value(TestFirm.tokenIn(mail)) }
})

const claim = (token: string) =>
  call("POST", "/api/customer/claim", { headers: fromOurPage, body: JSON.stringify({ token }) })

const enter = Effect.gen(function* () {
  const { params, token } = yield* invite
  const { body, cookies } = yield* claim(token)
  const cookie = cookies[0]?.split(";")[0] ?? ""
  const at = `/api/customer/${(JSON.parse(body) as { handle: string }).handle}`
  const { csrf } = JSON.parse((yield* call("GET", at, { headers: { cookie } })).body) as { csrf: string }
  return { params, token, at, cookie, headers: { ...fromOurPage, cookie, "x-csrf-token": csrf } }
})

type Entered = Effect.Success<typeof enter>

const asForm = (all: Entered["headers"]) => ({
  headers: { ...all, "content-type": "multipart/form-data; boundary=edge" },
  body: "--edge--\r\n",
})

/** Everything that a session can be used for, by name. */
const named = ({ at, headers: all }: Pick<Entered, "at" | "headers">) => {
  const file = `${at}/files/0198c1f2-6f0a-4d39-9e55-2f1f0a5c7d10`
  return Effect.all({
    get: call("GET", at, { headers: all }),
    save: call("PUT", `${at}/answers`, { headers: all, body: '{"revision":1,"answers":{"name":"x"}}' }),
    broken: call("PUT", `${at}/answers`, { headers: all, body: "not even JSON" }),
    submit: call("POST", `${at}/submit`, { headers: all, body: '{"revision":1}' }),
    upload: call("POST", `${at}/files/passport?revision=1`, asForm(all)),
    file: call("GET", file, { headers: all }),
    remove: call("DELETE", `${file}?revision=1`, { headers: all }),
  })
}
const uses = (session: Pick<Entered, "at" | "headers">) => Effect.map(named(session), (all) => Object.values(all))

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("the dead", (it) => {
  it.effect("S47 S49: every cause gives the same status, headers and bytes, and no cookie", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const dead: Array<readonly [cause: string, answer: Answer]> = []
      const add = (cause: string, ...answers: ReadonlyArray<Answer>) =>
        void dead.push(...answers.map((answer) => [cause, answer] as const))

      add("unknown", yield* claim("A".repeat(43)))
      for (const token of ["", "short", "ö".repeat(43), `${"A".repeat(43)}=`, "A".repeat(5000), "../../etc/passwd"]) {
        add(`malformed ${token.slice(0, 10)}`, yield* claim(token))
      }

      const live = yield* enter
      const nobody = { at: "/api/customer/nobodyshandle16", headers: live.headers }
      add("unknown handle", ...(yield* uses(nobody)))
      add("strange handle", ...(yield* uses({ ...nobody, at: "/api/customer/__proto__" })))
      add("no cookie", ...(yield* uses({ ...live, headers: { ...live.headers, cookie: "a=b" } })))
      const forged = `${live.cookie.split("=")[0]}=${"A".repeat(43)}`
      add("wrong secret", ...(yield* uses({ ...live, headers: { ...live.headers, cookie: forged } })))
      const member = { ...live.headers, cookie: `rq-member=${Redacted.value((yield* TestApi).ours.session)}` }
      add("a member's cookie", ...(yield* uses({ ...live, headers: member })))

      const replaced = yield* enter
      yield* api.requests.resend({ params: replaced.params, headers })
      add("replaced", yield* claim(replaced.token), ...(yield* uses(replaced)))

      const cancelled = yield* enter
      yield* api.requests.cancel({ params: cancelled.params, headers, payload: {} })
      add("cancelled", yield* claim(cancelled.token), ...(yield* uses(cancelled)))

      const submitted = yield* enter
      const done = yield* call("POST", `${submitted.at}/submit`, { headers: submitted.headers, body: '{"revision":1}' })
      assert.strictEqual(done.status, 200)
      const { submit, ...closed } = yield* named(submitted)
      add("submitted", yield* claim(submitted.token), ...Object.values(closed))
      // the session that submitted is told once more what it was told, and nobody else
      assert.deepStrictEqual([submit.status, submit.body], [200, done.body])
      const alike = `${submitted.at}/files/submit?revision=1`
      add("a question called submit", yield* call("POST", alike, asForm(submitted.headers)))

      const unclaimed = yield* invite
      assert.strictEqual((yield* call("GET", live.at, { headers: live.headers })).status, 200)
      TestFirm.clock.pass(31 * 86_400_000)
      add("expired", yield* claim(unclaimed.token), yield* claim(live.token), ...(yield* uses(live)))

      assert.isAbove(dead.length, 60)
      const [, first] = dead[0] ?? []
      assert.strictEqual(first?.status, 410)
      assert.strictEqual(first?.body, '{"_tag":"LinkDead","message":"This request has expired."}')
      assert.deepStrictEqual(first?.cookies, [])
      for (const [cause, answer] of dead) assert.deepStrictEqual(answer, first, cause)
    }),
  )

  it.effect("S64: cancelled while a file is still coming in: the same answer, and no file", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { baseUrl } = yield* TestApi
      const { params, at, headers: all } = yield* enter
      let finish = () => {}
      const cancelled = new Promise<void>((resolve) => (finish = resolve))
      const encoder = new TextEncoder()
      let begun = false
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(
            encoder.encode(
              '--edge\r\ncontent-disposition: form-data; name="file"; filename="late.pdf"\r\n\r\n%PDF-1.7\n',
            ),
          )
        },
        async pull(controller) {
          begun = true
          await cancelled
          controller.enqueue(encoder.encode("%%EOF\n\r\n--edge--\r\n"))
          controller.close()
        },
      })
      const init = {
        method: "POST",
        headers: { ...all, "content-type": "multipart/form-data; boundary=edge" },
        body,
        duplex: "half",
      }
      const answer = fetch(`${baseUrl}${at}/files/passport?revision=1`, init)
      yield* Effect.suspend(() => (begun ? Effect.void : Effect.fail("not yet"))).pipe(
        Effect.retry(Schedule.spaced("10 millis")),
        Effect.orDie,
      )
      yield* Effect.sleep("100 millis")
      yield* api.requests.cancel({ params, headers, payload: {} })
      finish()
      const response = yield* Effect.promise(() => answer)
      assert.strictEqual(response.status, 410)
      const text = yield* Effect.promise(() => response.text())
      assert.strictEqual(text, '{"_tag":"LinkDead","message":"This request has expired."}')
      assert.deepStrictEqual((yield* api.requests.get({ params })).files, [])
    }),
  )

  it.effect("S49: of the reasons to refuse a customer, those that say it is over are told as dead", () =>
    Effect.gen(function* () {
      const told = ClientRequest.ReasonCode.literals.map((code) => {
        const refusal = new ClientRequest.Refusal({
          command: "Save",
          state: "Pending",
          reasons: [{ code, message: "", about: [] }],
          allowed: [],
        })
        return Effect.map(Effect.flip(customerRefusal.Refusal(refusal)), ({ _tag }) => [code, _tag] as const)
      })
      const tags = yield* Effect.all(told)
      assert.deepStrictEqual(
        tags.filter(([, tag]) => tag === "LinkDead").map(([code]) => code),
        ["wrong-state", "not-sent", "suspended", "expired", "link-replaced", "other-device"],
      )
      assert.isTrue(tags.every(([, tag]) => tag === "LinkDead" || tag === "Refusal"))
    }),
  )
})
