// What a passkey of the portal is worth: who may add one, what it opens, and when it goes. A device of ours plays the browser's.
import { assert, layer } from "@effect/vitest"
import { Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as P from "./PortalWorld.ts"

layer(P.layer, { excludeTestServices: true, timeout: "300 seconds" })("passkeys of the portal", (it) => {
  it.effect(
    "S36 K30: a passkey is added by who knows the password, and none outlives a password set by a mailed link",
    () =>
      Effect.gen(function* () {
        const { base, contact } = yield* P.firm
        const own = yield* P.loggedIn(base, contact.email)
        const left = Effect.map(TestFirm.dump, (tables) =>
          ["portal_passkeys", "portal_challenges"].map(
            (name) => (tables[name] ?? []).filter((row) => row.includes(contact.id)).length,
          ),
        )
        const guessed = yield* P.addPasskey(own, base, "not the password")
        assert.strictEqual(guessed.answer.status, 422)
        assert.include(guessed.answer.body, "problem")
        assert.deepStrictEqual(yield* left, [0, 0])
        const { device, answer } = yield* P.addPasskey(own, base)
        assert.strictEqual(answer.status, 200, answer.body)
        assert.strictEqual((yield* P.byPasskey(base, device)).answer.status, 200)
        // what can be no passkey's id is none
        for (const action of ["rename", "remove"]) {
          const odd = yield* own.submit(`${base}/account`, { action, name: "x" }, `${base}/account/passkeys/%00`)
          assert.strictEqual(odd.status, 303)
        }
        // a change of one's own leaves it; a link, which may be anybody's who reads the mails, does not
        const next = "another good password"
        yield* own.submit(`${base}/account`, { old: P.password, password: next }, `${base}/account/password`)
        assert.deepStrictEqual(yield* left, [1, 0])
        const csrf = P.csrfIn((yield* own.get(`${base}/account`)).body)
        const headers = { "content-type": "application/json", "x-csrf-token": csrf }
        yield* own.send(`${base}/passkeys/options`, JSON.stringify({ password: next }), headers)
        assert.deepStrictEqual(yield* left, [1, 1])
        const stranger = P.browser()
        yield* stranger.submit(`${base}/start`, { email: contact.email })
        yield* stranger.submit(yield* P.linkTo(base, contact.email, 2), { password: P.password })
        assert.deepStrictEqual(yield* left, [0, 0])
        assert.strictEqual((yield* P.byPasskey(base, device)).answer.status, 422)
        // the owner of the address is told of both, and where it can be mended
        for (const subject of ["A passkey was added", "was changed"]) {
          const mail = yield* TestFirm.eventually(
            Effect.sync(() =>
              TestFirm.post.mails.find((one) => one.to.address === contact.email && one.subject.includes(subject)),
            ),
          )
          assert.include(mail.text, `${base}/start`)
        }
      }),
  )

  it.effect(
    "K47 S36 S9: a passkey made with a password alone is no second factor; one made after the code to the mobile is",
    () =>
      Effect.gen(function* () {
        const firm = yield* P.firm
        const { base, contact, member } = firm
        const own = yield* P.loggedIn(base, contact.email)
        const number = "+46701740688"
        const factor = {
          ...RequestPolicy.taxdome,
          secondFactor: "sms-code",
          requires: ["email", "mobile"],
          customerMayDelegate: "no",
          secondFactorWhen: "always",
          waitingBegins: "on-send",
        } as const
        const recipients = [{ ...P.asked(contact), mobile: number }]
        const [careful, open] = [
          yield* P.send(firm, { recipients }, factor),
          yield* P.send(firm, { recipients }, factor),
        ]
        yield* (yield* ClientRequests).closeOnBehalf(member, careful.id, yield* Crypto.uuid)
        const reads = (who: P.Browser) =>
          Effect.gen(function* () {
            const page = yield* who.get(`${base}/requests/${careful.id}`)
            const receipt = yield* who.get(`${base}/requests/${careful.id}/receipt.pdf`)
            return [page.body.includes('id="given"'), receipt.status]
          })
        const [no, yes] = [
          [false, 404],
          [true, 200],
        ]
        // whoever can read the mails has a password, and can make a passkey with it: that is one factor still
        const weak = yield* P.addPasskey(own, base)
        assert.strictEqual(weak.answer.status, 200, weak.answer.body)
        const byWeak = yield* P.byPasskey(base, weak.device)
        assert.strictEqual(byWeak.answer.status, 200, byWeak.answer.body)
        assert.deepStrictEqual(yield* reads(byWeak.own), no)
        const more = yield* P.addPasskey(byWeak.own, base)
        assert.deepStrictEqual(yield* reads((yield* P.byPasskey(base, more.device)).own), no, "nor one made by it")

        // entering asks for the code; asked is not given
        const entered = yield* own.submit(base, {}, `${base}/requests/${open.id}/enter`)
        assert.deepStrictEqual(yield* reads(own), no)
        const sent = yield* TestFirm.eventually(Effect.sync(() => TestFirm.sms.findLast(({ to }) => to === number)))
        const code = /\b\d{6}\b/.exec(sent.text)?.[0] ?? ""
        yield* own.submit(entered.headers["location"] ?? "", { code, action: "enter" })
        assert.deepStrictEqual(yield* reads(own), yes)
        const strong = yield* P.addPasskey(own, base)
        const byStrong = (yield* P.byPasskey(base, strong.device)).own
        assert.deepStrictEqual(yield* reads(byStrong), yes)
        const account = P.said(yield* byStrong.get(`${base}/account`))
        assert.strictEqual(account.match(/opens what is specially protected/g)?.length, 1)
        // and it is worth nothing to the others
        assert.deepStrictEqual(yield* reads((yield* P.byPasskey(base, weak.device)).own), no)
        yield* own.submit(base, {}, `${base}/log-out`)
        yield* own.submit(`${base}/log-in`, { email: contact.email, password: P.password })
        assert.deepStrictEqual(yield* reads(own), no)
      }),
  )
})
