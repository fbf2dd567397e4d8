// What comes back of mails: bounces, complaints and deliveries, in any order; addresses that get no more mail, and how they
// get it again.
import { assert, layer } from "@effect/vitest"
import { ClientRequest, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import type { OutgoingMail } from "../../reference-server/src/Mailer.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import { type Outcome, settled } from "../../reference-server/src/Outbox/MailStatus.ts"
import { Returns } from "../../reference-server/src/Returns.ts"
import { Suppressions } from "../../reference-server/src/Suppressions.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as TestFirm from "../support/TestFirm.ts"

const uuid = TestFirm.uuid
const { standard } = RequestPolicy

/** A mail of the corpus, as it comes back for this one. */
const returned = (name: string, mail: OutgoingMail): Uint8Array =>
  new TextEncoder().encode(
    readFileSync(join(import.meta.dirname, "returns", `${name}.eml`), "utf8")
      .replaceAll("RETURN_PATH", mail.envelopeFrom ?? "")
      .replaceAll("MESSAGE_ID", mail.messageId.slice(1, -1))
      .replaceAll("carl@customer.example", mail.to.address),
  )

const reasonsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) =>
    error instanceof ClientRequest.Refusal ? error.reasons.map(({ code }) => code) : [String(error)],
  )

const overviewOf = (member: Member, id: string) =>
  Effect.flatMap(ClientRequests, (requests) => requests.overview(member.workspaceId, id))

/** A request that is out to a firm's customer, with the mail that carried it. */
const sent = Effect.fnUntraced(function* (changes: Partial<ClientRequest.Details> = {}) {
  const firm = yield* TestFirm.firm
  const recipients = [TestFirm.recipient(firm.address)]
  const request = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, { recipients, ...changes })
  const mail = yield* TestFirm.mailTo(firm.address)
  yield* TestFirm.eventually(
    Effect.map(overviewOf(firm.member, request.id), ({ mails }) =>
      mails[0]?.status === "handed-over" ? true : undefined,
    ),
  )
  return { ...firm, request, mail, overview: overviewOf(firm.member, request.id) }
})

const receive = (raw: Uint8Array) => Effect.flatMap(Returns, (returns) => returns.receive(raw))

const permutations = <A>(list: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  list.length === 0
    ? [[]]
    : list.flatMap((one, at) => permutations(list.toSpliced(at, 1)).map((rest) => [one, ...rest]))

layer(TestFirm.layerOf({ MAIL_RETURN_DOMAIN: "bounces.firm.example" }), {
  excludeTestServices: true,
  timeout: "180 seconds",
})("what comes back", (it) => {
  const here = it.effect

  here(
    "M15 M16 S75: a bounce suppresses that address, is in the record, tells the firm once, and stops reminders",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const one = yield* sent({ reminders: { rule: { kind: "urgent" }, enabled: true }, due: "2030-01-01" })
        assert.match(one.mail.envelopeFrom ?? "", /^bounces\+[0-9a-f]{32}\.[0-9a-f]{16}@bounces\.firm\.example$/)
        const came = yield* receive(returned("postfix-no-user", one.mail))
        assert.deepInclude(came, { kind: "report", outcome: "bounced-hard" })
        // the same once more, and another one of the same
        yield* receive(returned("postfix-no-user", one.mail))
        yield* receive(returned("gmail-no-user", one.mail))

        const { current, history, mails } = yield* one.overview
        assert.deepStrictEqual(current.request.suppressed, ["carl"])
        assert.strictEqual(history.filter(({ event }) => event?.type === "DeliveryReported").length, 1)
        const [invitation] = mails
        assert.strictEqual(invitation?.status, "bounced-hard")
        assert.deepStrictEqual(
          invitation?.trail.map(({ status }) => status),
          ["handed-over", "bounced-hard"],
        )
        assert.include(invitation?.reason, "5.1.1")
        const notice = yield* TestFirm.mailTo(one.member.email)
        assert.match(notice.subject, /^Could not be delivered:/)
        assert.strictEqual(mails.filter(({ kind }) => kind === "bounce-notice").length, 1)
        assert.deepStrictEqual(yield* reasonsOf(requests.resend(one.member, one.request.id, yield* uuid)), [
          "recipient-suppressed",
        ])
        const plan = ClientRequest.nextReminder(current.request, Date.now())
        assert.deepStrictEqual(plan, { type: "none", reason: "recipient-suppressed" })
      }),
  )

  here("M15: of a shared record only the address that failed is given up", () =>
    Effect.gen(function* () {
      const firm = yield* TestFirm.firm
      const recipients = [
        TestFirm.recipient(firm.address),
        TestFirm.recipient(`dora.${firm.address}`, { id: "dora", name: "Dora" }),
      ]
      const policy = { ...standard, audience: "shared-record", saving: "live" } as const
      const { id } = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, { recipients }, policy)
      const mail = yield* TestFirm.mailTo(firm.address)
      yield* TestFirm.mailTo(`dora.${firm.address}`)
      // it names Dora's address as well, as lists do
      yield* receive(returned("sendmail-no-user", mail))
      const { current } = yield* overviewOf(firm.member, id)
      assert.deepStrictEqual(current.request.suppressed, ["carl"])
      const suppressions = yield* Suppressions
      const given = yield* suppressions.list(firm.member.workspaceId)
      assert.deepStrictEqual(
        given.map(({ address, cause }) => [address, cause]),
        [[firm.address, "hard-bounce"]],
      )
    }),
  )

  here("M15: an address that is made up, or has another mail's code, is nobody's", () =>
    Effect.gen(function* () {
      const returns = yield* Returns
      const [one, other] = [yield* sent(), yield* sent()]
      const [own = "", foreign = ""] = [one.mail.envelopeFrom, other.mail.envelopeFrom]
      assert.isTrue(yield* returns.isOurs(own))
      assert.isTrue(yield* returns.isOurs(own.toUpperCase()), "mail servers do not keep the case")
      const code = /\.([0-9a-f]{16})@/.exec(foreign)?.[1] ?? ""
      const forged = own.replace(/\.[0-9a-f]{16}@/, `.${code}@`)
      for (const address of [
        forged,
        own.replace("bounces.firm", "bounces.evil"),
        "bounces+x@bounces.firm.example",
        "",
      ]) {
        assert.isFalse(yield* returns.isOurs(address), address)
      }
      const text = new TextDecoder().decode(returned("postfix-no-user", one.mail)).replaceAll(own, forged)
      assert.deepInclude(yield* receive(new TextEncoder().encode(text)), { kind: "ignored" })
      assert.strictEqual((yield* one.overview).mails[0]?.status, "handed-over")
    }),
  )

  here("M18: an automatic reply, a receipt or a person's words change nothing and are no activity", () =>
    Effect.gen(function* () {
      const one = yield* sent()
      const before = yield* one.overview
      for (const name of [
        "vacation-rfc3834",
        "vacation-exchange",
        "challenge-response",
        "read-receipt",
        "person-replies",
      ]) {
        assert.deepInclude(yield* receive(returned(name, one.mail)), { kind: "ignored" })
      }
      assert.deepStrictEqual(yield* one.overview, before)
    }),
  )

  here(
    "M17: reports of one mail, in every order and twice, come to the same",
    () =>
      Effect.gen(function* () {
        const returns = yield* Returns
        const suppressions = yield* Suppressions
        const outcomes: ReadonlyArray<Outcome> = ["delivered", "bounced-soft", "bounced-hard", "complained"]
        const results = new Set<string>()
        for (const order of permutations(outcomes)) {
          const one = yield* sent()
          const id = (yield* one.overview).mails[0]?.id ?? ""
          for (const outcome of [...order, order[0] ?? "delivered"]) {
            assert.isTrue(yield* returns.report(id, { outcome, detail: outcome }))
          }
          const { current, mails, history } = yield* one.overview
          const given = yield* suppressions.list(one.member.workspaceId)
          results.add(
            JSON.stringify([
              mails[0]?.status,
              current.request.suppressed,
              given.map(({ address }) => address === one.address),
              history.filter(({ event }) => event?.type === "DeliveryReported").length,
              mails.filter(({ kind }) => kind === "bounce-notice").length,
            ]),
          )
          assert.strictEqual(mails[0]?.status, outcomes.reduce(settled, "queued"))
        }
        assert.deepStrictEqual([...results], [JSON.stringify(["complained", ["carl"], [true], 4, 1])])
        assert.isFalse(yield* returns.report(yield* uuid, { outcome: "delivered", detail: "" }), "no mail of ours")
      }),
    180_000,
  )

  here("M15: a bounce that may pass counts: the third within two weeks gives the address up", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const one = yield* sent()
      for (let n = 1; n <= 3; n++) {
        if (n > 1) yield* requests.resend(one.member, one.request.id, yield* uuid)
        yield* receive(returned("postfix-full", yield* TestFirm.mailTo(one.address, n)))
        const { current } = yield* one.overview
        assert.deepStrictEqual(current.request.suppressed, n < 3 ? [] : ["carl"])
      }
      assert.strictEqual((yield* one.overview).mails[0]?.status, "bounced-soft")
      const [given] = yield* (yield* Suppressions).list(one.member.workspaceId)
      assert.strictEqual(given?.cause, "soft-bounces")
    }),
  )

  here(
    "M16: another request to that address is refused; one that was out before stops, and its reminder counts for nothing",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const one = yield* sent()
        const to = { recipients: [TestFirm.recipient(one.address)] }
        const reminders = { rule: { kind: "urgent" }, enabled: true } as const
        const earlier = yield* TestFirm.sendRequest(one.member, one.stored.ref, { ...to, reminders, due: "2030-01-01" })
        yield* TestFirm.mailTo(one.address, 2)
        yield* receive(returned("arf-abuse", one.mail))
        const { id } = yield* TestFirm.createRequest(one.member, one.stored.ref, to)
        assert.deepStrictEqual(yield* reasonsOf(requests.send(one.member, id, yield* uuid)), ["recipient-suppressed"])

        const swept = Effect.repeat(requests.sweep, { while: (looked) => looked > 0 })
        yield* TestFirm.at(TestFirm.noonAfter(Date.now(), 2))(swept)
        const state = yield* TestFirm.eventually(
          Effect.map(overviewOf(one.member, earlier.id), ({ current, mails }) =>
            mails.some(({ kind, status }) => kind === "reminder" && status === "dropped") ? current.request : undefined,
          ),
        )
        assert.deepStrictEqual(state.suppressed, ["carl"])
        assert.strictEqual(ClientRequest.remindersSent(state), 0, "M8")
        // another firm knows nothing of it
        const elsewhere = yield* TestFirm.firm
        yield* TestFirm.sendRequest(elsewhere.member, elsewhere.stored.ref, to)
        yield* TestFirm.mailTo(one.address, 3)
      }),
  )

  here(
    "M16: lifted with a reason it gets mail again, once by a member, afterwards by an administrator; it is recorded",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const returns = yield* Returns
        const one = yield* sent()
        const member: Member = { ...one.member, role: "member" }
        const lift = (by: Member, reason: string) =>
          Tenancy.within(by.workspaceId)(returns.lift(by, one.address.toUpperCase(), reason))
        yield* receive(returned("postfix-no-user", one.mail))
        yield* lift(member, "She told me on the phone")
        const { current, history } = yield* one.overview
        assert.deepStrictEqual(current.request.suppressed, [])
        const event = history.at(-1)?.event
        assert.deepInclude(event, { type: "SuppressionLifted", reason: "She told me on the phone" })
        assert.strictEqual((yield* Effect.flip(lift(member, "again")))._tag, "SuppressionNotFound")

        // a late report of the mail from before the lift is noted of its request, and gives nobody up
        yield* receive(returned("arf-abuse", one.mail))
        assert.deepStrictEqual((yield* one.overview).mails[0]?.status, "complained")
        assert.deepStrictEqual(yield* (yield* Suppressions).list(one.member.workspaceId), [])
        yield* lift(member, "It is from before")
        assert.deepStrictEqual((yield* one.overview).current.request.suppressed, [])

        TestFirm.clock.pass(1000)
        const again = yield* TestFirm.sendRequest(one.member, one.stored.ref, {
          recipients: [TestFirm.recipient(one.address)],
        })
        const second = yield* TestFirm.mailTo(one.address, 2)
        yield* TestFirm.eventually(
          Effect.map(overviewOf(one.member, again.id), ({ mails }) =>
            mails[0]?.status === "handed-over" ? true : undefined,
          ),
        )
        yield* receive(returned("exim-refused", second))
        assert.strictEqual((yield* Effect.flip(lift(member, "really")))._tag, "LiftRefused")
        yield* lift({ ...member, role: "admin" }, "The mailbox was moved")
        yield* requests.resend(one.member, again.id, yield* uuid)
        yield* TestFirm.mailTo(one.address, 3)
      }),
  )
})
