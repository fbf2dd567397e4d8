// Commands in the hundreds, twice, out of order and under clocks that move, over HTTP: one winner, typed refusals that name
// what would be taken, and nothing changed by what was refused.
import { assert, layer } from "@effect/vitest"
import { ClientRequest, Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { operations } from "../api/Operations.ts"
import { entriesOf } from "../support/Chain.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./SecurityWorld.ts"

const { call } = World
const { standard, karbon, customerCentre } = RequestPolicy
const many = 200
const headers = {}

/** Starts them all at once, and counts how they were answered. */
const atOnce = (count: number, run: (index: number) => ReturnType<typeof call>) =>
  Effect.map(Effect.forEach(Array.from({ length: count }).keys(), run, { concurrency: "unbounded" }), (answers) => ({
    answers,
    counts: countsOf(answers.map(({ status }) => String(status))),
  }))

const countsOf = (words: ReadonlyArray<string>): Readonly<Record<string, number>> =>
  words.reduce<Record<string, number>>((counts, word) => ({ ...counts, [word]: (counts[word] ?? 0) + 1 }), {})

const typesOf = (id: string) => Effect.map(World.history(id), (events) => countsOf(events.map(({ type }) => type)))

/** What a refusal says. */
const refusalOf = ({ body }: World.Answer) =>
  JSON.parse(body) as {
    readonly _tag: string
    readonly reasons?: ReadonlyArray<{ readonly code: string; readonly message: string }>
    readonly allowed?: ReadonlyArray<string>
  }

layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("storms", (it) => {
  it.effect("S46 I9: a client that retries create and send forty times at once makes one request and one mail", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const keyed = { ...firm.headers, "idempotency-key": yield* Crypto.uuid }
      const payload = {
        questionnaire: { id: "kyc" },
        title: "Once",
        recipient: { name: "Carl", email: firm.address, language: "en" },
      }
      const body = JSON.stringify(payload)
      const created = yield* atOnce(40, () => call("POST", "/api/requests", { headers: keyed, body }))
      assert.deepStrictEqual(created.counts, { 201: 40 })
      const ids = new Set(created.answers.map(({ body }) => (JSON.parse(body) as { id: string }).id))
      assert.strictEqual(ids.size, 1)
      const [id = ""] = ids
      const send = { ...firm.headers, "idempotency-key": yield* Crypto.uuid }
      const sent = yield* atOnce(40, () => call("POST", `/api/requests/${id}/send`, { headers: send }))
      assert.deepStrictEqual(sent.counts, { 200: 40 })
      assert.deepStrictEqual(yield* typesOf(id), { RequestCreated: 1, RequestSent: 1 })
      assert.strictEqual((yield* firm.api.requests.get({ params: { id } })).mails.length, 1)
      const other = yield* atOnce(10, () =>
        call("POST", "/api/requests", { headers: keyed, body: JSON.stringify({ ...payload, title: "Another" }) }),
      )
      assert.deepStrictEqual(other.counts, { 409: 10 })
      assert.strictEqual(refusalOf(other.answers[0] ?? assert.fail())._tag, "KeyReused")
    }),
  )

  it.effect(
    "S46 L41 I10: two hundred submissions at once are one, by whichever session, and the firm is told once",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const { id, token } = yield* World.sent(firm)
        const customer = yield* World.enter(token)
        const body = JSON.stringify({ revision: 1, answers: { name: "Carl" } })
        yield* call("PUT", `${customer.at}/answers`, { headers: customer.headers, body })
        const { answers, counts } = yield* atOnce(many, () =>
          call("POST", `${customer.at}/submit`, { headers: customer.headers, body: '{"revision":1}' }),
        )
        // whoever comes after the first is too late, or is told the same as the first
        assert.strictEqual((counts["200"] ?? 0) + (counts["410"] ?? 0), many, JSON.stringify(counts))
        const said = new Set(answers.filter(({ status }) => status === 200).map((answer) => answer.body))
        assert.strictEqual(said.size, 1)
        assert.strictEqual((yield* typesOf(id))["RequestSubmitted"], 1)
        const { state, mails } = yield* firm.api.requests.get({ params: { id } })
        assert.strictEqual(state, "Submitted")
        assert.strictEqual(mails.filter(({ kind }) => kind === "submitted-notice").length, 1)
      }),
    180_000,
  )

  it.effect(
    "L41 I10: submissions race with cancels: one of them wins, the audit agrees, the losers are told",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const ends: Array<string> = []
        for (let round = 0; round < 20; round++) {
          const { id, token } = yield* World.sent(firm)
          const customer = yield* World.enter(token)
          const body = JSON.stringify({ revision: 1, answers: { name: "Carl" } })
          yield* call("PUT", `${customer.at}/answers`, { headers: customer.headers, body })
          const { answers } = yield* atOnce(10, (n) =>
            (n + round) % 2 === 0
              ? call("POST", `${customer.at}/submit`, { headers: customer.headers, body: '{"revision":1}' })
              : call("POST", `/api/requests/${id}/cancel`, { headers: firm.headers, body: "{}" }),
          )
          const { state } = yield* firm.api.requests.get({ params: { id } })
          const types = yield* typesOf(id)
          assert.strictEqual((types["RequestSubmitted"] ?? 0) + (types["RequestCancelled"] ?? 0), 1)
          assert.strictEqual(types["RequestSubmitted"] === 1, state === "Submitted")
          const losers = state === "Submitted" ? 409 : 410
          for (const { status } of answers) assert.include([200, 410, losers], status)
          ends.push(state)
        }
        assert.isTrue(ends.every((state) => state === "Submitted" || state === "Cancelled"))
      }),
    180_000,
  )

  it.effect("S17 K26: two hundred devices claim one link at once, and it belongs to one", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const onOpen = { ...karbon, audience: "one", requires: ["email"] } as const
      const { id, token } = yield* World.sent(firm, {}, onOpen)
      const { answers, counts } = yield* atOnce(many, () =>
        call("POST", "/api/customer/claim", { headers: { origin: World.origin }, body: JSON.stringify({ token }) }),
      )
      assert.deepStrictEqual(counts, { 200: 1, 403: many - 1 })
      const others = new Set(answers.filter(({ status }) => status === 403).map(({ body }) => body))
      assert.strictEqual(others.size, 1)
      assert.strictEqual((yield* typesOf(id))["LinkClaimed"], 1)
      assert.strictEqual(answers.filter(({ cookies }) => cookies.length > 0).length, 1)
    }),
  )

  it.effect(
    "S27 L29 L30: of two hundred wrong codes at once five are evaluated; the right one is too late, the next is not",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const centre = { ...customerCentre, requires: ["name", "email", "mobile"] } as const
        const mobile = "+46701740677"
        const recipients = [TestFirm.recipient(firm.address, { mobile, role: "Applicant" })]
        const { id, token } = yield* World.sent(firm, { recipients }, centre)
        const claimed = yield* call("POST", "/api/customer/claim", {
          headers: { origin: World.origin },
          body: JSON.stringify({ token }),
        })
        const { handle, code } = JSON.parse(claimed.body) as { handle: string; code: { csrf: string } }
        const customer = { origin: World.origin, cookie: claimed.cookies.join("; "), "x-csrf-token": code.csrf }
        const codes = (count: number) =>
          TestFirm.eventually(
            Effect.sync(() => {
              const texts = TestFirm.sms.filter(({ to }) => to === mobile)
              return texts.length < count ? undefined : /\d{6}/.exec(texts.at(-1)?.text ?? "")?.[0]
            }),
          )
        const present = (typed: string) =>
          call("POST", `/api/customer/${handle}/code`, { headers: customer, body: JSON.stringify({ code: typed }) })
        const right = yield* codes(1)
        const wrong = (n: number) => String((Number(right) + 1 + n) % 1_000_000).padStart(6, "0")
        const { answers, counts } = yield* atOnce(many, (n) => present(wrong(n)))
        assert.deepStrictEqual(counts, { 422: many })
        assert.strictEqual(new Set(answers.map(({ body }) => body)).size, 1)
        const evaluated = (yield* World.history(id)).filter(
          (event) => event.type === "AccessRecorded" && event.what === "code-refused",
        )
        assert.strictEqual(evaluated.length, 5)
        assert.strictEqual((yield* present(right)).status, 422)
        TestFirm.clock.pass(31_000)
        assert.strictEqual(
          (yield* call("POST", `/api/customer/${handle}/code/send`, { headers: customer })).status,
          202,
        )
        assert.strictEqual((yield* present(yield* codes(2))).status, 200)
      }),
  )

  it.effect("I9 S46: every command of a request, sent twice under its key, is carried out once", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const person = { name: "Eve", email: `eve.${firm.address}`, language: "en" }
      const change = {
        waitingBegins: "on-send",
        audience: "shared-record",
        saving: "live",
        structureEditable: "append-until-submitted",
      }
      const body = JSON.stringify({
        questionnaire: { id: "kyc" },
        title: "Twice",
        recipient: { name: "Carl", email: firm.address, language: "en" },
        policy: { preset: "standard", change },
      })
      const made = yield* call("POST", "/api/requests", { headers: firm.headers, body })
      assert.strictEqual(made.status, 201, made.body)
      const { id } = JSON.parse(made.body) as { id: string }
      const recipient = Effect.map(
        firm.api.requests.get({ params: { id } }),
        ({ recipients }) => recipients[0]?.id ?? "",
      )
      const story: ReadonlyArray<readonly [operation: string, path: string, body?: object]> = [
        ["requests.edit", "", { title: "Twice over" }],
        ["requests.schedule", "/schedule", { sendAt: "2099-01-01T09:00:00Z" }],
        ["requests.unschedule", "/unschedule"],
        ["requests.send", "/send"],
        ["requests.changeWindow", "/window", { windowDays: 60 }],
        ["requests.resend", "/resend"],
        ["requests.resendTo", "/recipients/{recipient}/resend"],
        ["requests.copyLink", "/recipients/{recipient}/link"],
        ["requests.unlockCodes", "/recipients/{recipient}/unlock-codes"],
        ["requests.comment", "/comments", { text: "Any news?" }],
        ["requests.askDocument", "/documents", { label: "Lease" }],
        ["requests.refuseDelegation", "/delegations/{proposal}/refuse", { reason: "You know it best" }],
        ["requests.acceptDelegation", "/delegations/{proposal}/accept"],
        ["requests.completeItem", "/items/about/complete"],
        ["requests.reopenItem", "/items/about/reopen"],
        ["requests.waiveItem", "/items/papers/waive", { reason: "not needed" }],
        ["requests.suspend", "/suspend", {}],
        ["requests.resume", "/resume"],
        ["requests.revokeLinks", "/recipients/{recipient}/revoke-links"],
        ["requests.changeRecipient", "/recipients/{recipient}", person],
        ["requests.close", "/close"],
        ["requests.acceptItem", "/items/about/accept"],
        ["requests.returnItem", "/items/about/return", { reason: "wrong year" }],
        ["requests.close", "/close"],
        ["requests.reopen", "/reopen"],
        ["requests.cancel", "/cancel", {}],
        ["requests.erase", "/erase", { reason: "asked to" }],
      ]
      const keyed = operations.filter(
        ({ id, parameters }) => id.startsWith("requests.") && parameters.some(({ name }) => name === "idempotency-key"),
      )
      assert.sameMembers(
        keyed.map(({ id }) => id).filter((name) => name !== "requests.create"),
        [...new Set(story.map(([name]) => name))],
        "a command that this story does not tell",
      )
      /** The customer would have somebody else answer: the wish's id. */
      const proposal = Effect.gen(function* () {
        const params = { id, recipient: yield* recipient }
        const { url } = yield* firm.api.requests.copyLink({ params, headers: {} })
        const customer = yield* World.enter(url.slice(-43))
        const wished = yield* call("POST", `${customer.at}/delegate`, {
          headers: customer.headers,
          body: JSON.stringify({ name: "Cy Lund", email: `cy.${firm.address}` }),
        })
        assert.strictEqual(wished.status, 200, wished.body)
        return (yield* firm.api.requests.comments({ params: { id } })).proposal?.id ?? assert.fail("no wish")
      })
      for (const [name, path, payload] of story) {
        const wish = path.includes("{proposal}") ? yield* proposal : ""
        const before = (yield* entriesOf(id)).length
        const method = keyed.find(({ id }) => id === name)?.method ?? ""
        const address = `/api/requests/${id}${path.replace("{recipient}", yield* recipient).replace("{proposal}", wish)}`
        const asked = {
          headers: { ...firm.headers, "idempotency-key": yield* Crypto.uuid },
          ...(payload === undefined ? {} : { body: JSON.stringify(payload) }),
        }
        const first = yield* call(method, address, asked)
        assert.strictEqual(first.status, 200, `${name}: ${first.body}`)
        const after = (yield* entriesOf(id)).length
        const again = yield* atOnce(3, () => call(method, address, asked))
        assert.deepStrictEqual(again.counts, { 200: 3 }, name)
        // a copied link's secret is not kept: each copy is another link, and each is in the audit
        const more = name === "requests.copyLink" ? 3 : 0
        assert.strictEqual((yield* entriesOf(id)).length, after + more, name)
        assert.isAtLeast(after, before + (name === "requests.unlockCodes" ? 0 : 1), name)
      }
      yield* World.history(id)
    }),
  )

  it.effect(
    "out of order: whatever comes too early or too late is refused, says what would be taken, and changes nothing",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const at = (id: string, path: string, body?: object) =>
          call("POST", `/api/requests/${id}${path}`, {
            headers: firm.headers,
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          })
        const refused = Effect.fnUntraced(function* (id: string, tries: ReadonlyArray<readonly [string, object?]>) {
          // that a member looked at what was given is written down
          const history = Effect.map(World.history(id), (all) => all.filter(({ type }) => type !== "RequestViewed"))
          const before = yield* history
          for (const [path, body] of tries) {
            const answer = yield* at(id, path, body)
            assert.strictEqual(answer.status, 409, `${path}: ${answer.body}`)
            const { _tag, reasons = [], allowed = [] } = refusalOf(answer)
            assert.strictEqual(_tag, "Refusal", path)
            assert.isNotEmpty(reasons, path)
            const { state } = yield* firm.api.requests.get({ params: { id } })
            if (state !== "Cancelled") assert.isNotEmpty(allowed, path)
          }
          assert.deepStrictEqual(yield* history, before)
        })
        const about = "/items/about"
        const why = { reason: "because" }

        const draft = yield* TestFirm.createRequest(firm.member, firm.stored.ref, {
          recipients: [TestFirm.recipient(firm.address)],
        })
        yield* refused(draft.id, [
          ["/resend"],
          ["/reopen"],
          ["/close"],
          [`${about}/accept`],
          [`${about}/return`, why],
          [`${about}/waive`, why],
          ["/recipients/carl/resend"],
          ["/recipients/carl/revoke-links"],
          ["/schedule", { sendAt: "2001-01-01T09:00:00Z" }],
        ])

        const out = yield* World.sent(firm)
        yield* refused(out.id, [["/send"], ["/reopen"], ["/schedule", { sendAt: "2099-01-01T09:00:00Z" }]])
        const customer = yield* World.enter(out.token)
        const ask = (method: string, path: string, body: object) =>
          call(method, `${customer.at}${path}`, { headers: customer.headers, body: JSON.stringify(body) })
        const before = yield* World.history(out.id)
        const early = yield* ask("POST", "/submit", { revision: 1 })
        assert.deepStrictEqual([early.status, refusalOf(early).reasons?.map(({ code }) => code)], [409, ["incomplete"]])
        const stale = yield* ask("PUT", "/answers", { revision: 0, answers: { name: "Carl" } })
        assert.include(JSON.stringify(refusalOf(stale).reasons), "stale-revision")
        const ticked = yield* ask("POST", `${about}/complete`, { revision: 1 })
        assert.isAtLeast(ticked.status, 400)
        assert.deepStrictEqual(yield* World.history(out.id), before)

        assert.strictEqual((yield* ask("PUT", "/answers", { revision: 1, answers: { name: "Carl" } })).status, 200)
        assert.strictEqual((yield* ask("POST", "/submit", { revision: 1 })).status, 200)
        yield* refused(out.id, [
          ["/send"],
          ["/resend"],
          ["/cancel", {}],
          ["/window", { windowDays: 9 }],
          [`${about}/waive`, why],
          [`${about}/complete`],
          ["/recipients/carl", { name: "Eve", email: "eve@customer.example", language: "en" }],
        ])

        const gone = yield* World.sent(firm)
        assert.strictEqual((yield* at(gone.id, "/cancel", {})).status, 200)
        yield* refused(gone.id, [
          ["/send"],
          ["/resend"],
          ["/reopen"],
          ["/close"],
          ["/suspend", {}],
          ["/resume"],
          ["/window", { windowDays: 9 }],
          [`${about}/accept`],
        ])
      }),
  )

  it.effect(
    "clocks that move, back and forth: nothing is sent twice, what ended stays ended, and the audit rebuilds the state",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const urgent = { rule: { kind: "urgent" }, enabled: true } as const
        const { id, token } = yield* World.sent(
          firm,
          { reminders: urgent },
          { ...standard, windowDays: 7, reminderExtendsDays: null },
        )
        const sql = yield* SqlClient.SqlClient
        const sound = Effect.gen(function* () {
          const events = yield* World.history(id)
          const [row] = yield* sql<{ state: unknown }>`SELECT state FROM client_requests WHERE id = ${id}`
          assert.deepStrictEqual(JSON.parse(JSON.stringify(ClientRequest.replay(events))), row?.state)
          return countsOf(events.map(({ type }) => type))
        })
        yield* World.reminded(id, firm.address)
        const before = yield* sound

        // back before the sending: nothing is due again, and the customer can go on
        TestFirm.clock.pass(-3 * World.day)
        yield* World.sweep
        assert.deepStrictEqual(yield* sound, before)
        assert.strictEqual((yield* call("GET", `/r/${token}`)).status, 200)
        const customer = yield* World.enter(token)
        const save = (name: string) =>
          call("PUT", `${customer.at}/answers`, {
            headers: customer.headers,
            body: JSON.stringify({ revision: 1, answers: { name } }),
          })
        assert.strictEqual((yield* save("Carl")).status, 200)
        yield* sound

        // forth and back over the same day, several times: one reminder of that day
        TestFirm.clock.pass(3 * World.day)
        yield* World.reminded(id, firm.address)
        for (let n = 0; n < 3; n++) {
          TestFirm.clock.pass(-World.day / 2)
          yield* World.sweep
          TestFirm.clock.pass(World.day / 2)
          yield* World.sweep
        }
        assert.strictEqual((yield* sound)["ReminderSent"], 2)

        // beyond the end and back: dead while it is over; noticed, for good
        TestFirm.clock.pass(40 * World.day)
        assert.strictEqual((yield* call("GET", `/r/${token}`)).status, 410)
        yield* World.sweep
        assert.strictEqual((yield* sound)["RequestExpired"], 1)
        TestFirm.clock.pass(-40 * World.day)
        yield* World.sweep
        assert.strictEqual((yield* call("GET", `/r/${token}`)).status, 410)
        assert.isAtLeast((yield* save("Mallory")).status, 400)
        assert.strictEqual((yield* firm.api.requests.get({ params: { id } })).state, "Expired")
        const after = yield* sound
        assert.strictEqual(after["ReminderSent"], 2)
        assert.strictEqual(after["RequestExpired"], 1)

        // the firm can always begin a new window
        yield* firm.api.requests.resend({ params: { id }, headers })
        const again = yield* TestFirm.mailTo(firm.address, 4)
        // on the device that answered; elsewhere it leads to “Send access link”
        assert.strictEqual((yield* call("GET", `/r/${World.tokenOf(again)}`)).status, 403)
        assert.strictEqual((yield* call("GET", `/r/${token}`)).status, 410)
        yield* sound
      }),
  )
})
