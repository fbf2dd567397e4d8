// Whom a request goes to, and by which rules, through the API: several people, roles and contacts, links, policies.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import { bearer, call, layer as testApi, ours, TestApi, theirs } from "../api/TestApi.ts"

const recipient = { name: "Carl Customer", email: "carl@customer.example", language: "en" }
const asked = { questionnaire: { id: "kyc" }, title: "Company check" }
const headers = {}
const applicants = ["Ada King", "Bo Ek"].map((name, index) => ({
  name,
  email: `applicant${index}@customer.example`,
  language: "en",
  mobile: "+46701234567",
  role: "Applicant",
}))

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("people and rules", (it) => {
  it.effect("K17 K27: under separate views each recipient gets a request of their own, once under one key", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const contacts = yield* Effect.forEach(applicants, ({ name, email }) =>
        api.contacts.create({ headers, payload: { name, email } }),
      )
      const recipients = applicants.map((one, index) => ({ ...one, contact: contacts[index]?.id ?? null }))
      const keyed = { "idempotency-key": yield* Crypto.uuid }
      const payload = { ...asked, title: "For each", recipients, policy: "karbon", send: true } as const
      const made = yield* api.requests.create({ headers: keyed, payload })
      const again = yield* api.requests.create({ headers: keyed, payload })
      assert.strictEqual(made.others.length, 1)
      assert.deepStrictEqual([again.id, again.others[0]?.id], [made.id, made.others[0]?.id])
      assert.deepStrictEqual(
        [made, ...made.others].map(({ recipients: people }) => people.map(({ name }) => name)),
        [["Ada King"], ["Bo Ek"]],
      )
      assert.deepStrictEqual(
        made.mails.map(({ recipient: to }) => to),
        ["applicant0@customer.example"],
      )
      assert.strictEqual((yield* api.requests.list({ query: { search: "for each" } })).total, 2)
    }),
  )

  it.effect("C2 C3 L28: what is missing of a recipient is refused all at once, naming them", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const [first, second] = applicants
      if (first === undefined || second === undefined) return assert.fail()
      const refused = yield* Effect.flip(
        api.requests.create({
          headers,
          payload: {
            ...asked,
            policy: "customer-centre",
            recipients: [first, { ...second, mobile: "", role: "Referee" }],
            send: true,
          },
        }),
      )
      if (refused._tag !== "Refusal") return assert.fail(refused._tag)
      assert.deepStrictEqual(
        refused.reasons.map(({ code, about }) => [code, about]),
        [
          ["recipient-mobile-missing", ["r2"]],
          ["work-item-missing", []],
          ["recipient-role-not-allowed", ["r2"]],
        ],
      )
      assert.include(refused.allowed, "Edit")
      const draft = yield* api.requests.get({ params: { id: refused.request ?? "" } })
      assert.deepStrictEqual(draft.recipients[1]?.links, { generation: 0, bound: false, boundAt: null, lastSend: 0 })
    }),
  )

  it.effect(
    "C6 C9 C10 C11: on a shared record each has links of their own, which can be copied, sent again and revoked",
    () =>
      Effect.gen(function* () {
        const api = yield* ours
        const work = yield* api.workItems.create({ headers, payload: { title: "Mortgage" } })
        const sent = yield* api.requests.create({
          headers,
          payload: { ...asked, policy: "customer-centre", recipients: applicants, workItem: work.id, send: true },
        })
        const link = (one: string) => api.requests.copyLink({ params: { id: sent.id, recipient: one }, headers })
        const [mine, theirs_] = [yield* link("r1"), yield* link("r2")]
        assert.match(mine.url, /^http:\/\/localhost:3000\/r\/[A-Za-z0-9_-]{43}$/)
        assert.notStrictEqual(mine.url, theirs_.url)
        const resent = yield* api.requests.resendTo({ params: { id: sent.id, recipient: "r2" }, headers })
        assert.deepStrictEqual(
          resent.recipients.map(({ links }) => [links.generation, links.lastSend]),
          [
            [1, 1],
            [2, 2],
          ],
        )
        const revoked = yield* api.requests.revokeLinks({ params: { id: sent.id, recipient: "r1" }, headers })
        assert.strictEqual(revoked.recipients[0]?.links.generation, 2)
        const view = JSON.stringify(yield* api.requests.get({ params: { id: sent.id } }))
        assert.notInclude(view, mine.url.slice(-43))
        const { entries } = yield* api.requests.history({ params: { id: sent.id } })
        assert.isTrue(entries.some(({ type, data }) => type === "AccessRecorded" && data["what"] === "link-copied"))
        const unlocked = yield* api.requests.unlockCodes({ params: { id: sent.id, recipient: "r1" }, headers })
        assert.strictEqual(unlocked.id, sent.id)
      }),
  )

  it.effect("F5 F6 F7 F8 F9: a file request needs nobody, its link is the same each time, until it is revoked", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const open = yield* api.requests.create({
        headers,
        payload: {
          ...asked,
          title: "Your files",
          policy: "file-request",
          message: "We need them for the audit.",
          send: true,
        },
      })
      assert.isNull(open.expiresAt)
      assert.deepStrictEqual(open.mails, [])
      const params = { id: open.id, recipient: "r1" }
      const first = yield* api.requests.copyLink({ params, headers })
      assert.deepStrictEqual(yield* api.requests.copyLink({ params, headers }), first)
      const changed = yield* api.requests.edit({ params, headers, payload: { message: "For the audit of 2027." } })
      assert.strictEqual(changed.message, "For the audit of 2027.")
      yield* api.requests.revokeLinks({ params, headers })
      assert.notDeepEqual(yield* api.requests.copyLink({ params, headers }), first)
      const typed = yield* api.requests.create({
        headers,
        payload: { ...asked, policy: "file-request", recipient, send: true },
      })
      assert.deepStrictEqual(
        typed.mails.map(({ kind, recipient: to }) => [kind, to]),
        [["invitation", "carl@customer.example"]],
      )
    }),
  )

  it.effect("C9: where links go out by e-mail only, none is given", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id } = yield* api.requests.create({ headers, payload: { ...asked, recipient, send: true } })
      const refused = yield* Effect.flip(api.requests.copyLink({ params: { id, recipient: "r1" }, headers }))
      assert.strictEqual(refused._tag === "LinkNotCopied" && refused.reason, "not-allowed")
    }),
  )

  it.effect(
    "K19 S6: another person in the recipient's place has an id of their own, and nothing of the one before",
    () =>
      Effect.gen(function* () {
        const api = yield* ours
        const { id } = yield* api.requests.create({ headers, payload: { ...asked, recipient, send: true } })
        const params = { id, recipient: "r1" }
        const changed = yield* api.requests.changeRecipient({
          params,
          headers,
          payload: { name: "Dora", email: "dora@customer.example", language: "sv" },
        })
        const [now] = changed.recipients
        assert.notStrictEqual(now?.id, "r1")
        assert.deepInclude(now, { name: "Dora", language: "sv" })
        const added = yield* Effect.flip(
          api.requests.edit({
            params,
            headers,
            payload: { recipient: { ...recipient, email: "else@customer.example" } },
          }),
        )
        assert.strictEqual(added._tag === "Refusal" && added.reasons[0]?.code, "recipient-fixed")
        const resent = yield* api.requests.resend({ params, headers })
        assert.strictEqual(resent.mails.at(-1)?.recipient, "dora@customer.example")
      }),
  )

  it.effect("T18 X13: settings are changed as long as the policy has it, and the rest is refused by name", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id } = yield* api.requests.create({
        headers,
        payload: {
          ...asked,
          recipient: { ...recipient, email: "settings@customer.example" },
          policy: "passfort",
          send: true,
        },
      })
      const params = { id }
      const refused = yield* Effect.flip(
        api.requests.edit({ params, headers, payload: { message: "Another", due: "2099-01-01" } }),
      )
      if (refused._tag !== "Refusal") return assert.fail(refused._tag)
      assert.deepStrictEqual(
        refused.reasons.map(({ code, about }) => [code, about]),
        [
          ["setting-fixed", ["due"]],
          ["setting-fixed", ["message"]],
        ],
      )
      const tightened = yield* api.requests.edit({ params, headers, payload: { sensitivity: "high" } })
      assert.strictEqual(tightened.sensitivity, "high")
    }),
  )

  it.effect("S78: presets come with their warnings; knobs that contradict each other are 422, naming them", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { policies } = yield* api.policies.list()
      const codesOf = (name: string) =>
        policies.find(({ preset }) => preset === name)?.warnings.map(({ code }) => code) ?? []
      assert.strictEqual(policies.length, 6)
      assert.includeMembers(codesOf("file-request"), ["never-expires", "open-to-anyone"])
      assert.isTrue(policies.every(({ warnings }) => warnings.every(({ severity }) => severity === "warning")))

      const change = { secondFactor: "sms-code", windowDays: null } as const
      const linted = yield* api.policies.lint({ payload: { policy: { preset: "standard", change } } })
      assert.strictEqual(linted.policy.windowDays, null)
      const found = linted.warnings.map(({ code, severity }) => `${severity} ${code}`)
      assert.includeMembers(found, ["error sms-without-mobile", "warning never-expires"])
      assert.deepStrictEqual(yield* api.policies.lint({ payload: { policy: linted.policy } }), linted)

      const refused = yield* Effect.flip(
        api.requests.create({ headers, payload: { ...asked, recipient, policy: { preset: "standard", change } } }),
      )
      if (refused._tag !== "PolicyRefused") return assert.fail(refused._tag)
      assert.deepStrictEqual(
        refused.findings.map(({ code, knobs }) => [code, knobs]),
        [["sms-without-mobile", ["secondFactor", "requires"]]],
      )
      const kept = yield* api.requests.create({
        headers,
        payload: { ...asked, recipient, policy: { preset: "standard", change: { windowDays: 60 } } },
      })
      assert.strictEqual(kept.rules.windowDays, 60)
    }),
  )

  it.effect("S43: contacts and work of another firm are not there to be asked", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const contact = yield* (yield* theirs).contacts.create({ headers, payload: { name: "Theirs" } })
      const work = yield* (yield* theirs).workItems.create({ headers, payload: { title: "Theirs" } })
      for (const payload of [
        { ...asked, recipient: { ...recipient, contact: contact.id } },
        { ...asked, recipient, workItem: work.id },
      ]) {
        const refused = yield* Effect.flip(api.requests.create({ headers, payload }))
        assert.strictEqual(refused._tag, "NotFound")
      }
    }),
  )

  it.effect("what does not go together is a 400 that says so", () =>
    Effect.gen(function* () {
      const post = (body: object) =>
        Effect.gen(function* () {
          const answer = yield* call("POST", "/api/requests", {
            headers: bearer((yield* TestApi).ours),
            body: JSON.stringify({ ...asked, ...body }),
          })
          return `${answer.status} ${answer.body}`
        })
      assert.match(yield* post({ recipient, recipients: [recipient] }), /^400 .*either/)
      assert.match(yield* post({ recipient, send: true, sendAt: "2099-01-01T00:00:00Z" }), /^400 .*either/)
      assert.match(yield* post({ recipient, sendAt: "2099-01-01T00:00:00" }), /^400 .*zone/)
      assert.match(yield* post({ recipient: { ...recipient, mobile: "070-1" } }), /^400 .*\+46701234567/)
      assert.match(yield* post({ recipient, timeZone: "Mars/Olympus" }), /^400 .*time zone/)
      assert.match(yield* post({ recipient, policy: { preset: "standard", change: { windowsDays: 3 } } }), /^400 /)
      assert.match(
        yield* post({ recipient, policy: { preset: "standard", change: { windowDays: 0 } } }),
        /^422 .*not-positive/,
      )
    }),
  )
})
