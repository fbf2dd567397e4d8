// The walls around the second factor: where codes go, and by which channel. Those between two firms and between two customers
// are in Isolation.test.ts.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./SecurityWorld.ts"

const { call } = World
const headers = {}

layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("the walls", (it) => {
  it.effect(
    "S33: no customer can change where codes go: not with what they save, not with their cookie, not before",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const { customerCentre } = RequestPolicy
        const centre = { ...customerCentre, requires: ["name", "email", "mobile"] } as const
        const mobile = "+46701740688"
        const recipients = [TestFirm.recipient(firm.address, { mobile, role: "Applicant" })]
        const { id, token } = yield* World.sent(firm, { recipients }, centre)
        const before = JSON.stringify(yield* firm.api.requests.get({ params: { id } }))
        const attacker = { mobile: "+46701740600", email: "eve@customer.example", name: "Eve", language: "en" }
        const claimed = yield* call("POST", "/api/customer/claim", {
          headers: { origin: World.origin },
          body: JSON.stringify({ token, ...attacker, recipient: attacker }),
        })
        const honest = yield* call("POST", "/api/customer/claim", {
          headers: { origin: World.origin },
          body: JSON.stringify({ token }),
        })
        const { handle, code } = JSON.parse(honest.body) as { handle: string; code: { csrf: string } }
        const cookie = [...claimed.cookies, ...honest.cookies].join("; ")
        const customer = { origin: World.origin, cookie, "x-csrf-token": code.csrf }
        const at = `/api/customer/${handle}`
        const tries = [
          call("POST", `${at}/code/send`, { headers: customer, body: JSON.stringify(attacker) }),
          call("POST", `${at}/code`, { headers: customer, body: JSON.stringify({ code: "000000", ...attacker }) }),
          call("PUT", `${at}/answers`, {
            headers: customer,
            body: JSON.stringify({ revision: 1, answers: attacker, recipients: [attacker] }),
          }),
          call("PATCH", at, { headers: customer, body: JSON.stringify(attacker) }),
          call("POST", `/api/requests/${id}/recipients/carl`, { headers: customer, body: JSON.stringify(attacker) }),
          call("PATCH", `/api/requests/${id}`, { headers: customer, body: JSON.stringify({ recipients: [attacker] }) }),
          call("POST", "/api/customer/access-link", {
            headers: { origin: World.origin },
            body: JSON.stringify({ token, email: attacker.email }),
          }),
        ]
        const answers = yield* Effect.all(tries)
        for (const { status } of answers.slice(2, 6)) assert.isAtLeast(status, 400)
        const { recipients: now } = yield* firm.api.requests.get({ params: { id } })
        assert.deepStrictEqual([now[0]?.mobile, now[0]?.email], [mobile, firm.address])
        assert.include(before, mobile)
        yield* TestFirm.eventually(Effect.sync(() => TestFirm.sms.find(({ to }) => to === mobile)))
        assert.isEmpty(TestFirm.sms.filter(({ to }) => to === attacker.mobile))
        assert.isEmpty(World.mailsTo(attacker.email))

        // the firm may, and that is in the audit; the code that is out is void
        const sent = TestFirm.sms.findLast(({ to }) => to === mobile)?.text ?? ""
        yield* firm.api.requests.changeRecipient({
          params: { id, recipient: "carl" },
          headers,
          payload: { ...attacker, name: "Carl", role: "Applicant" },
        })
        const late = yield* call("POST", `${at}/code`, {
          headers: customer,
          body: JSON.stringify({ code: /\d{6}/.exec(sent)?.[0] ?? "" }),
        })
        assert.isAtLeast(late.status, 400)
        assert.include(
          (yield* World.history(id)).map(({ type }) => type),
          "RecipientChanged",
        )
      }),
  )

  it.effect(
    "S31: a code on the link's own channel is an error of the policy, named by the API and never sent under",
    () =>
      Effect.gen(function* () {
        const { api } = yield* World.firm
        const policy = {
          preset: "standard",
          change: { secondFactor: "email-code", secondFactorWhen: "always" },
        } as const
        const { warnings } = yield* api.policies.lint({ payload: { policy } })
        const found = warnings.find(({ code }) => code === "same-channel-code")
        assert.strictEqual(found?.severity, "error", JSON.stringify(warnings))
        const refused = yield* Effect.flip(
          api.requests.create({
            headers,
            payload: {
              questionnaire: { id: "kyc" },
              title: "Weak",
              policy,
              recipient: { name: "Carl", email: "carl@customer.example", language: "en" },
              send: true,
            },
          }),
        )
        assert.strictEqual(refused._tag, "PolicyRefused")
        assert.include(JSON.stringify(refused), "same-channel-code")
      }),
  )
})
