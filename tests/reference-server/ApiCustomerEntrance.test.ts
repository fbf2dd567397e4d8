// Getting in through the API: claims with codes, other devices, access links, sessions that are over, shared records.
import { assert, layer } from "@effect/vitest"
import { Customer } from "@requite/api"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type Answer, call, layer as testApi, origin, TestApi } from "../api/TestApi.ts"
import * as TestFirm from "../support/TestFirm.ts"

const { customerCentre, karbon } = RequestPolicy
const onOpen = { ...karbon, audience: "one", requires: ["email"] } as const
const centre = { ...customerCentre, requires: ["name", "email", "mobile"] } as const

let people = 0

/** A request that is out, and the tokens of its recipients' mails. */
const invite = (policy: RequestPolicy.RequestPolicy, ids: ReadonlyArray<string> = ["carl"]) =>
  Effect.gen(function* () {
    const { ours, stored } = yield* TestApi
    people += 1
    const recipients = ids.map((id, at) =>
      TestFirm.recipient(`${id}.${people}@customer.example`, {
        id,
        role: "Applicant",
        mobile: `+46701740${640 + 2 * people + at}`,
      }),
    )
    const request = yield* TestFirm.sendRequest(ours.member, stored.ref, { recipients }, policy)
    const tokens = yield* Effect.forEach(recipients, ({ email }) =>
      Effect.map(TestFirm.mailTo(email), (mail) => Redacted.value(TestFirm.tokenIn(mail))),
    )
    return { request, recipients, tokens, token: tokens[0] ?? "" }
  })

/** A browser: its cookies, and what a page of ours sends. */
const browser = () => {
  const jar = new Map<string, string>()
  return (method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}) =>
    call(method, `/api/customer${path}`, {
      headers: {
        origin,
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).pipe(
      Effect.tap(({ cookies }) =>
        Effect.sync(() => {
          for (const cookie of cookies) {
            const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
            jar.set(name, value)
          }
        }),
      ),
    )
}

const decoded = <A>(schema: Schema.Codec<A, unknown>, { body }: Answer): A =>
  Schema.decodeUnknownSync(schema)(JSON.parse(body))
const tag = ({ status, body }: Answer) => [status, (JSON.parse(body) as { _tag: string })._tag]

const codeTo = (mobile: string, nth = 1) =>
  TestFirm.eventually(
    Effect.sync(() => /\d{6}/.exec(TestFirm.sms.filter(({ to }) => to === mobile)[nth - 1]?.text ?? "")?.[0]),
  )

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("the entrance of the API", (it) => {
  it.effect("S39: what comes from nowhere is told which header is missing", () =>
    Effect.gen(function* () {
      const { token } = yield* invite(centre)
      const bare = yield* call("POST", "/api/customer/claim", {
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token }),
      })
      assert.deepStrictEqual(tag(bare), [403, "NotFromHere"])
      for (const words of ["Sec-Fetch-Site", "`Origin`", "PUBLIC_URL"]) assert.include(bare.body, words)
      const ask = browser()
      const { handle } = decoded(Customer.Claimed, yield* ask("POST", "/claim", { token }))
      const without = yield* ask("POST", `/${handle}/code`, { code: "000000" }, { "x-csrf-token": "x" })
      assert.include(without.body, "X-CSRF-Token")
    }),
  )

  it.effect("C1 S10 S30: a claim says which code is wanted; the right one opens a session of another handle", () =>
    Effect.gen(function* () {
      const { token, recipients } = yield* invite(centre)
      const ask = browser()
      const claimed = decoded(Customer.Claimed, yield* ask("POST", "/claim", { token }))
      const { handle, code } = claimed
      assert.strictEqual(code?.channel, "sms")
      assert.strictEqual(code?.to, recipients[0]?.mobile.slice(-2))
      assert.deepStrictEqual(tag(yield* ask("GET", `/${handle}`)), [401, "EnterAgain"])
      const headers = { "x-csrf-token": code?.csrf ?? "" }
      const present = (typed: string, with_ = headers) => ask("POST", `/${handle}/code`, { code: typed }, with_)
      assert.deepStrictEqual(tag(yield* present("000000", { "x-csrf-token": "x" })), [403, "NotFromHere"])
      assert.deepStrictEqual(tag(yield* present("12")), [422, "CodeRefused"])
      const again = yield* ask("POST", `/${handle}/code/send`, undefined, headers)
      assert.deepStrictEqual(tag(again), [429, "TooOften"])
      assert.match(again.headers["retry-after"] ?? "", /^\d+$/)
      TestFirm.clock.pass(31_000)
      assert.strictEqual((yield* ask("POST", `/${handle}/code/send`, undefined, headers)).status, 202)
      const right = yield* present(yield* codeTo(recipients[0]?.mobile ?? "", 2))
      assert.strictEqual(right.status, 200, right.body)
      const inside = decoded(Customer.Claimed, right)
      assert.isNull(inside.code)
      assert.notStrictEqual(inside.handle, handle)
      assert.strictEqual((yield* ask("GET", `/${inside.handle}`)).status, 200)
      assert.deepStrictEqual(tag(yield* ask("GET", `/${handle}/code`)), [410, "LinkDead"])
      // S11
      TestFirm.clock.pass(16 * 60_000)
      assert.deepStrictEqual(tag(yield* ask("GET", `/${inside.handle}`)), [401, "EnterAgain"])
      const step = decoded(Customer.CodeStep, yield* ask("GET", `/${inside.handle}/code`))
      assert.isTrue(step.lapsed)
    }),
  )

  it.effect("K43 L17 S21: another device is told so and no more; an access link is always accepted", () =>
    Effect.gen(function* () {
      const { token, recipients } = yield* invite(onOpen)
      const [phone, laptop] = [browser(), browser()]
      const { handle } = decoded(Customer.Claimed, yield* phone("POST", "/claim", { token }))
      const elsewhere = yield* laptop("POST", "/claim", { token })
      assert.strictEqual(elsewhere.status, 403)
      const { message: _, ...said } = JSON.parse(elsewhere.body) as Record<string, unknown>
      assert.deepStrictEqual(said, { _tag: "OtherDevice", address: "c***@c***", canSend: true })
      assert.deepStrictEqual(elsewhere.cookies, [])
      const asked = [{ token }, { token: "x" }, { handle }, { handle: "AAAAAAAAAAAAAAAA" }]
      const answers = yield* Effect.forEach(asked, (body) => laptop("POST", "/access-link", body))
      for (const answer of answers) assert.deepStrictEqual(answer, answers[0])
      assert.strictEqual(answers[0]?.status, 202)
      assert.strictEqual(
        (yield* laptop("POST", "/access-link", { token }, { origin: "https://evil.example" })).status,
        403,
      )
      const mail = yield* TestFirm.mailTo(recipients[0]?.email ?? "", 2)
      const second = Redacted.value(TestFirm.tokenIn(mail))
      assert.strictEqual((yield* laptop("POST", "/claim", { token: second })).status, 200)
      assert.deepStrictEqual(tag(yield* phone("GET", `/${handle}`)), [403, "OtherDevice"])
    }),
  )

  it.effect("C4 L32: on a shared record what somebody else wrote meanwhile stands, and both values come back", () =>
    Effect.gen(function* () {
      const { tokens } = yield* invite({ ...centre, secondFactor: "none" }, ["eva", "bo"])
      const enter = (token: string) =>
        Effect.gen(function* () {
          const ask = browser()
          const { handle } = decoded(Customer.Claimed, yield* ask("POST", "/claim", { token }))
          const fill = decoded(Customer.Fill, yield* ask("GET", `/${handle}`))
          const save = (answers: object, seen: object) =>
            ask("PUT", `/${handle}/answers`, { revision: 1, answers, seen }, { "x-csrf-token": fill.csrf })
          return { fill, save }
        })
      const [eva, bo] = [yield* enter(tokens[0] ?? ""), yield* enter(tokens[1] ?? "")]
      assert.deepStrictEqual(decoded(Customer.Saved, yield* eva.save({ name: "Eva" }, { name: 0 })).conflicts, [])
      const { conflicts } = decoded(Customer.Saved, yield* bo.save({ name: "Bo" }, { name: 0 }))
      assert.deepStrictEqual(
        conflicts.map(({ question, mine, theirs, by }) => [question, mine, theirs, by]),
        [["name", "Bo", "Eva", "eva"]],
      )
    }),
  )
})
