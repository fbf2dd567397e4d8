// A workspace's sender: what the DNS has to say, how a domain becomes verified and is lost, and who a mail is then from.
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Dns, DnsUnavailable, type Resolver } from "../../reference-server/src/Dns.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Senders } from "../../reference-server/src/Senders.ts"
import * as records from "../../reference-server/src/Senders/records.ts"
import * as standing from "../../reference-server/src/Senders/standing.ts"
import * as TestFirm from "../support/TestFirm.ts"

/** A DNS of ours: what is published, and the names that nobody answers about. */
const zone = { txt: new Map<string, ReadonlyArray<string>>(), silent: new Set<string>() }
const resolver: Resolver = {
  txt: (name) =>
    Effect.suspend(() =>
      zone.silent.has(name)
        ? Effect.fail(new DnsUnavailable({ name, code: "ESERVFAIL" }))
        : Effect.succeed(zone.txt.get(name) ?? []),
    ),
  mx: () => Effect.succeed([]),
}

describe("records of the DNS", () => {
  const key = { selector: "rq-1", publicKey: "MIIBIjANBg+/=" }
  const wanted = records.wanted({ domain: "firm.example", token: "t0ken", keys: [key], serverDomain: "mail.example" })

  it("M2: says what to publish: ownership and the key are required, SPF and DMARC recommended", () => {
    assert.deepStrictEqual(
      wanted.map(({ name, value, isRequired }) => [name, value, isRequired]),
      [
        ["_requite.firm.example", "requite-verification=t0ken", true],
        ["rq-1._domainkey.firm.example", "v=DKIM1; k=rsa; p=MIIBIjANBg+/=", true],
        ["firm.example", "v=spf1 include:mail.example ~all", false],
        ["_dmarc.firm.example", "v=DMARC1; p=none", false],
      ],
    )
  })

  const cases: ReadonlyArray<readonly [records.Record["kind"], ReadonlyArray<string>, string]> = [
    ["ownership", [], "missing not-there"],
    ["ownership", ["v=spf1 -all", "requite-verification=t0ken"], "right found"],
    ["ownership", ["requite-verification=other", "requite-verification=t0ken "], "right found"],
    ["ownership", ["requite-verification=T0KEN"], "wrong other-token"],
    ["dkim", [], "missing not-there"],
    ["dkim", ["v=DKIM1; k=rsa; p=MIIBIjANBg+/="], "right found"],
    ["dkim", ["k=rsa;p=MIIB IjAN Bg+/=;"], "right found"],
    ["dkim", ["p=MIIBIjANBg+/="], "right found"],
    ["dkim", ["v=DKIM1; p="], "wrong revoked"],
    ["dkim", ["v=DKIM1; k=ed25519; p=MIIBIjANBg+/="], "wrong unread"],
    ["dkim", ["v=DKIM1; p=MIIBother"], "wrong other-key"],
    ["dkim", ["hello"], "wrong unread"],
    ["dkim", ["v=DKIM1; p=MIIBIjANBg+/=", "v=DKIM1; p=MIIBother"], "wrong several"],
    ["spf", ["v=spf1 mx include:MAIL.example ~all"], "right found"],
    ["spf", ["v=spf10 include:mail.example"], "missing not-there"],
    ["spf", ["v=spf1 mx -all"], "wrong not-included"],
    ["spf", ["v=spf1 -all"], "wrong refuses-all"],
    ["spf", ["v=spf1 include:mail.example -all", "v=spf1 mx -all"], "wrong several"],
    ["dmarc", ["v=DMARC1; p=none"], "right monitors"],
    ["dmarc", ["v=DMARC1;p=Reject; rua=mailto:a@b.example"], "right enforces"],
    ["dmarc", ["v=DMARC1; rua=mailto:a@b.example"], "wrong unread"],
    ["dmarc", ["something else"], "missing not-there"],
  ]
  for (const [kind, texts, expected] of cases) {
    it(`M2: ${kind} with ${JSON.stringify(texts)} is ${expected}`, () => {
      const record = wanted.find((one) => one.kind === kind) ?? assert.fail()
      const { judgement, code } = records.judge(record, texts)
      assert.strictEqual(`${judgement} ${code}`, expected)
    })
  }

  it("M2: a name server that says nothing is no verdict; nor is one about the only key", () => {
    const found = (ownership: records.Judged["judgement"], dkim: records.Judged["judgement"]) =>
      records.verdict(
        wanted.map((one) => ({
          ...one,
          judgement: one.kind === "ownership" ? ownership : dkim,
          code: "found" as const,
        })),
      )
    assert.isNull(found("unknown", "right"))
    assert.isNull(found("right", "unknown"))
    assert.deepStrictEqual(found("right", "right"), { isOwned: true, selectors: ["rq-1"] })
    assert.deepStrictEqual(found("missing", "right"), { isOwned: false, selectors: ["rq-1"] })
  })
})

describe("how a domain stands", () => {
  const fresh = { verifiedAt: null, lostAt: null, misses: 0, createdAt: 0 }
  const [well, gone] = [
    { isOwned: true, selectors: ["a"] },
    { isOwned: true, selectors: [] },
  ]
  const hour = 3_600_000

  it("M2: one look that finds nothing loses no domain, two in a row do; no answer counts as none", () => {
    const verified = standing.after(fresh, well, hour)
    assert.strictEqual(standing.stateOf(verified), "verified")
    const once = standing.after(verified, gone, 2 * hour)
    assert.deepStrictEqual([standing.stateOf(once), once.checkAt], ["verified", 3 * hour])
    const silent = standing.after(once, null, 3 * hour)
    assert.strictEqual(standing.stateOf(silent), "verified")
    const twice = standing.after(silent, gone, 4 * hour)
    assert.strictEqual(standing.stateOf(twice), "lost")
    assert.strictEqual(standing.stateOf(standing.after(once, well, 3 * hour)), "verified")
    assert.strictEqual(standing.after(once, well, 3 * hour).misses, 0)
    assert.strictEqual(standing.stateOf(standing.after(twice, well, 5 * hour)), "verified")
  })

  it("M2: what mail cannot come from is refused", () => {
    const choice = (domain: string, localPart = "requests") => standing.read({ domain, localPart, ownAddresses: false })
    assert.deepStrictEqual(choice(" Räkna.Example. "), {
      domain: "xn--rkna-loa.example",
      localPart: "requests",
      ownAddresses: false,
    })
    for (const domain of ["", "localhost", "firm example", "a@b.example", "10.0.0.1", "firm.example/x", "-a.example"])
      assert.strictEqual(choice(domain), "domain", domain)
    assert.strictEqual(choice("Gmail.com"), "public")
    for (const local of ["", "a b", "a,b", "å", "a@b", "x\r\ny"])
      assert.strictEqual(choice("firm.example", local), "address")
  })
})

const world = TestFirm.layerOf({ MAIL_FROM: "requests@mail.example" }).pipe(
  Layer.provideMerge(Layer.succeed(Dns, resolver)),
)

/** Publishes what the sender is told to. */
const publish = Effect.fnUntraced(function* (workspaceId: string) {
  const sender = yield* (yield* Senders).find(workspaceId)
  for (const { name, value } of sender?.records ?? []) zone.txt.set(name, [value])
})

layer(world, { excludeTestServices: true, timeout: "300 seconds" })("senders", (it) => {
  it.effect("M2: mail comes from the server until the domain is verified, then from the domain, signed", () =>
    Effect.gen(function* () {
      const senders = yield* Senders
      const { member, stored, address } = yield* TestFirm.firm
      const { workspaceId } = member
      yield* senders.choose(workspaceId, { domain: "one.example", localPart: "ask", ownAddresses: false })
      assert.strictEqual((yield* senders.check(workspaceId)).state, "pending")
      const before = yield* TestFirm.sendRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
      const unverified = yield* TestFirm.mailTo(address)
      assert.deepStrictEqual(unverified.from, { name: "Fia Firm (Fresh Ltd)", address: "requests@mail.example" })
      assert.isUndefined(unverified.dkim)
      assert.strictEqual(unverified.replyTo?.address, member.email)

      yield* publish(workspaceId)
      const verified = yield* senders.check(workspaceId)
      assert.deepInclude(verified, { state: "verified", lostAt: null, nextSelector: null })
      assert.isTrue(verified.records.every(({ judgement }) => judgement === "right"))
      const other = `other.${address}`
      yield* TestFirm.sendRequest(member, stored.ref, { recipients: [TestFirm.recipient(other)] })
      const mail = yield* TestFirm.mailTo(other)
      assert.deepStrictEqual(mail.from, { name: "Fia Firm (Fresh Ltd)", address: "ask@one.example" })
      assert.deepStrictEqual([mail.dkim?.domain, mail.dkim?.selector], ["one.example", verified.selector])
      assert.strictEqual(mail.replyTo?.address, member.email)
      assert.strictEqual(before.state, "Pending")
    }),
  )

  it.effect("M2 K23: a member's own address is used where it is of the domain, and only then", () =>
    Effect.gen(function* () {
      const senders = yield* Senders
      const { workspaceId } = (yield* TestFirm.firm).member
      yield* senders.choose(workspaceId, { domain: "two.example", localPart: "ask", ownAddresses: true })
      yield* publish(workspaceId)
      yield* senders.check(workspaceId)
      const fromOf = (email: string) =>
        Effect.map(senders.from(workspaceId, { name: "F", email }), (one) => one.from.address)
      assert.strictEqual(yield* fromOf("fia@two.example"), "fia@two.example")
      assert.strictEqual(yield* fromOf("fia@sub.two.example"), "ask@two.example")
      assert.strictEqual(yield* fromOf("fia@nottwo.example"), "ask@two.example")
      yield* senders.choose(workspaceId, { domain: "two.example", localPart: "ask", ownAddresses: false })
      assert.strictEqual(yield* fromOf("fia@two.example"), "ask@two.example")
    }),
  )

  it.effect(
    "M1 M2: checked every night: lost records fall back to the server, administrators are told once by the queue, and it comes back",
    () =>
      Effect.gen(function* () {
        const senders = yield* Senders
        const { member } = yield* TestFirm.firm
        const { workspaceId } = member
        yield* senders.choose(workspaceId, { domain: "three.example", localPart: "ask", ownAddresses: false })
        yield* publish(workspaceId)
        yield* senders.check(workspaceId)
        const night = (n: number) => TestFirm.at(Date.now() + n * 90_000_000)(senders.sweep)
        const fromNow = Effect.map(senders.from(workspaceId, { name: "F" }), ({ from, dkim }) => [
          from.address,
          dkim?.domain,
        ])
        const told = Effect.sync(() => TestFirm.post.mails.filter(({ to }) => to.address === member.email))

        yield* night(1)
        assert.strictEqual((yield* senders.find(workspaceId))?.state, "verified")
        // nobody answers: nothing is known
        zone.silent.add("_requite.three.example")
        yield* night(2)
        yield* night(3)
        assert.strictEqual((yield* senders.find(workspaceId))?.state, "verified")
        zone.silent.clear()
        zone.txt.delete("_requite.three.example")
        yield* night(4)
        assert.deepStrictEqual(yield* fromNow, ["ask@three.example", "three.example"], "one look is not enough")
        yield* night(5)
        assert.deepStrictEqual(yield* fromNow, ["requests@mail.example", undefined])
        yield* night(6)
        // written with what it is about, and handed over by the letter worker: the sweep itself speaks to no mail server
        const mails = yield* TestFirm.eventually(Effect.map(told, (all) => (all.length > 0 ? all : undefined)))
        const sql = yield* SqlClient.SqlClient
        const letters = yield* TestFirm.eventually(
          Effect.map(
            sql<{ status: string; kind: string; messageId: string }>`
              SELECT kind, status, '<' || id || '@mail.example>' AS message_id FROM member_letters
              WHERE workspace_id = ${workspaceId} AND status <> 'queued'`,
            (rows) => (rows.length > 0 ? rows : undefined),
          ),
        )
        assert.deepStrictEqual(letters, [
          { kind: "sender-lost", status: "handed-over", messageId: mails[0]?.messageId ?? "" },
        ])
        assert.strictEqual(mails.length, 1)
        assert.include(mails[0]?.subject, "three.example")
        assert.include(mails[0]?.text, "/settings/sending")
        assert.strictEqual(mails[0]?.from.address, "requests@mail.example")
        yield* publish(workspaceId)
        yield* night(7)
        assert.deepStrictEqual(yield* fromNow, ["ask@three.example", "three.example"])
      }),
  )

  it.effect("M2: the next key signs once its record is found, and never before", () =>
    Effect.gen(function* () {
      const senders = yield* Senders
      const { workspaceId } = (yield* TestFirm.firm).member
      yield* senders.choose(workspaceId, { domain: "four.example", localPart: "ask", ownAddresses: false })
      yield* publish(workspaceId)
      const { selector: first } = yield* senders.check(workspaceId)
      const { nextSelector } = yield* senders.rotate(workspaceId)
      assert.notStrictEqual(nextSelector, first)
      const selectorNow = Effect.map(senders.from(workspaceId, { name: "F" }), ({ dkim }) => dkim?.selector)
      yield* senders.check(workspaceId)
      assert.strictEqual(yield* selectorNow, first)
      assert.strictEqual((yield* senders.rotate(workspaceId)).nextSelector, nextSelector, "one waits already")
      yield* publish(workspaceId)
      yield* senders.check(workspaceId)
      assert.strictEqual(yield* selectorNow, nextSelector)
      assert.strictEqual((yield* senders.find(workspaceId))?.nextSelector, null)
    }),
  )

  it.effect("S14 M2: private keys lie sealed in the database, and are another workspace's nowhere", () =>
    Effect.gen(function* () {
      const senders = yield* Senders
      const [one, two] = [(yield* TestFirm.firm).member.workspaceId, (yield* TestFirm.firm).member.workspaceId]
      for (const id of [one, two]) {
        yield* senders.choose(id, { domain: "five.example", localPart: "ask", ownAddresses: false })
        yield* publish(id)
        yield* senders.check(id)
      }
      const pem = Redacted.value((yield* senders.from(two, { name: "F" })).dkim?.privateKey ?? Redacted.make(""))
      assert.match(pem, /BEGIN PRIVATE KEY/)
      assert.notInclude(JSON.stringify(yield* TestFirm.dump), "PRIVATE KEY")
      // another workspace's token does not make the domain one's own
      assert.strictEqual((yield* senders.check(one)).state, "verified")
      yield* senders.check(one)
      assert.strictEqual((yield* senders.find(one))?.state, "lost", "the second text replaced the first")
      // a sealed key that is moved to another row opens nothing: mail falls back, unsigned
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE sender_keys SET private_key = (SELECT private_key FROM sender_keys WHERE workspace_id = ${one})
        WHERE workspace_id = ${two}`
      assert.strictEqual((yield* senders.from(two, { name: "F" })).from.address, "requests@mail.example")
      yield* senders.remove(two)
      assert.isNull(yield* senders.find(two))
    }),
  )
})
