/** Customers who are asked and get in through the API, in plain HTTP. */
import { Customer, type Requests } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type Answer, call, origin, ours } from "../api/TestApi.ts"
import * as TestFirm from "../support/TestFirm.ts"

/** What a page of ours sends with a claim. */
export const claimed = { origin, "content-type": "application/json" }

/** Asks a customer for something, and gives the token of their mail. */
export const invite = (title: string, questionnaire: typeof Requests.Asked.Type = { id: "kyc" }) =>
  Effect.gen(function* () {
    const api = yield* ours
    const before = TestFirm.post.mails.length
    const { id } = yield* api.requests.create({
      headers: {},
      payload: {
        questionnaire,
        title,
        recipient: { name: "Carl", email: "carl@customer.example", language: "sv" },
        send: true,
      },
    })
    // notices of what was done before may still be on their way to the firm
    const toCarl = Effect.sync(() => TestFirm.post.mails.slice(before).find(({ to }) => to.address.startsWith("carl@")))
    return { id, token: Redacted.value(TestFirm.tokenIn(yield* TestFirm.eventually(toCarl))) }
  })

export const claim = (token: string, headers: Record<string, string> = claimed) =>
  call("POST", "/api/customer/claim", { headers, body: JSON.stringify({ token }) })

export const decoded = <A>(schema: Schema.Codec<A, unknown>, { body }: Answer): A =>
  Schema.decodeUnknownSync(schema)(JSON.parse(body))
export const Claimed = Schema.Struct({ handle: Schema.String })

/** A customer who has got in: `at` is their address, `headers` what their page sends with a change. */
export const enter = (title: string, questionnaire?: typeof Requests.Asked.Type) =>
  Effect.gen(function* () {
    const { id, token } = yield* invite(title, questionnaire)
    const answer = yield* claim(token)
    const { handle } = decoded(Claimed, answer)
    const cookie = answer.cookies[0]?.split(";")[0] ?? ""
    const at = `/api/customer/${handle}`
    const { csrf } = decoded(Customer.Fill, yield* call("GET", at, { headers: { cookie } }))
    const device = answer.cookies[1]?.split(";")[0] ?? ""
    return { id, token, device, at, cookie, headers: { cookie, origin, "x-csrf-token": csrf } }
  })

export interface Entered {
  readonly at: string
  readonly headers: Readonly<Record<string, string>>
}
