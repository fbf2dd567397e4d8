import { assert, layer } from "@effect/vitest"
import * as AccessLink from "@requite/core/AccessLink"
import type * as ClientRequest from "@requite/core/ClientRequest"
import * as Crypto from "@requite/core/Crypto"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as Decider from "../support/Decider.ts"
import { after, bo, claimed, created, day, eva, sent, started } from "../support/Decider.ts"

const { standard, passfort, karbon, customerCentre, fileRequest } = RequestPolicy
const waiting = [created(), sent(day(1)), started()]
const purpose = { recipient: "eva", mailId: "m1", rebinds: true }

/** A link issued on day 1, right after the first send. */
const issued = (request = after(created(), sent(day(1))), change: Partial<AccessLink.Purpose> = {}) =>
  Effect.andThen(TestClock.setTime(day(1)), AccessLink.issue(request, { ...purpose, ...change }))

/** Whether the link opens the request at this time. */
const opens = Effect.fnUntraced(function* (
  { token, link }: { readonly token: Redacted.Redacted; readonly link: AccessLink.AccessLink },
  request: ClientRequest.State,
  at: number,
) {
  yield* TestClock.setTime(at)
  return yield* AccessLink.verify(token, { link, request }).pipe(
    Effect.map((found) => found === link),
    Effect.catchTag("LinkDead", () => Effect.succeed(false)),
  )
})

layer(Crypto.layer(globalThis.crypto))("AccessLink", (it) => {
  it.effect("S1: a token is 32 random bytes as 43 base64url characters, and says nothing of what it opens", () =>
    Effect.gen(function* () {
      const { token, link } = yield* issued(
        { ...after(created(), sent(day(1))), id: "request-1" },
        { mailId: "mail-1" },
      )
      const text = Redacted.value(token)
      assert.match(text, /^[A-Za-z0-9_-]{43}$/)
      assert.isTrue(AccessLink.isToken(text))
      assert.lengthOf(Buffer.from(text, "base64url"), 32)
      for (const known of [link.id, link.requestId, "mail-1", link.digest]) assert.notInclude(text, known)
    }),
  )
  it.effect("S1: the bytes come from the platform's generator and from nowhere else", () =>
    Effect.gen(function* () {
      const fixed = Crypto.layer({
        getRandomValues: (array) => array.fill(7),
        subtle: globalThis.crypto.subtle,
      })
      const links = Effect.all([issued(), issued(after(created(passfort), sent()), { mailId: "m2" })])
      const [one, two] = yield* Effect.provide(links, fixed, { local: true })
      assert.strictEqual(Redacted.value(one.token), Buffer.alloc(32, 7).toString("base64url"))
      assert.strictEqual(Redacted.value(two.token), Redacted.value(one.token))
    }),
  )
  it.effect("S1: 100,000 tokens are all different, and each bit is set in half of them", () =>
    Effect.gen(function* () {
      const tokens = yield* Effect.replicateEffect(Crypto.secret, 100_000)
      assert.strictEqual(new Set(tokens).size, 100_000)
      const ones = Array.from({ length: 256 }, () => 0)
      for (const token of tokens) {
        const bytes = Buffer.from(token, "base64url")
        for (let bit = 0; bit < 256; bit++) ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1)
      }
      // six standard deviations: a fair generator leaves them once in two million runs
      for (const count of ones) assert.approximately(count, 50_000, 6 * Math.sqrt(25_000))
    }),
  )
  it.effect("S1: malformed tokens are known before anything is looked up", () =>
    Effect.sync(() => {
      for (const text of [
        "",
        "a".repeat(42),
        "a".repeat(44),
        `${"a".repeat(42)}=`,
        `${"a".repeat(42)}+`,
        `${"a".repeat(43)}\n`,
      ]) {
        assert.isFalse(AccessLink.isToken(text), JSON.stringify(text))
      }
    }),
  )

  it.effect(
    "S2: what is stored is SHA-256 of the token and cannot give it back; printing the token does not show it",
    () =>
      Effect.gen(function* () {
        const { token, link } = yield* issued()
        const text = Redacted.value(token)
        const bytes = new TextEncoder().encode(text)
        const digest = yield* Effect.promise(() => globalThis.crypto.subtle.digest("SHA-256", bytes))
        assert.strictEqual(link.digest, Buffer.from(digest).toString("hex"))
        assert.strictEqual(yield* AccessLink.digest(token), link.digest)
        for (const form of [text, Buffer.from(text).toString("hex"), Buffer.from(text).toString("base64")]) {
          assert.notInclude(JSON.stringify({ link, token }) + inspect({ link, token }), form)
        }
      }),
  )

  it.effect("S3: the token is compared, whatever row the look-up gave, and in constant time", () =>
    Effect.gen(function* () {
      const mine = yield* issued()
      const other = yield* issued()
      const request = after(...waiting)
      assert.isTrue(yield* opens(mine, request, day(2)))
      assert.isFalse(yield* opens({ token: other.token, link: mine.link }, request, day(2)))
      const flipped = (at: number) =>
        mine.link.digest.slice(0, at) + (mine.link.digest[at] === "0" ? "1" : "0") + mine.link.digest.slice(at + 1)
      for (const digest of [flipped(0), flipped(63), mine.link.digest.slice(0, 63), `${mine.link.digest}0`, ""]) {
        assert.isFalse(yield* opens({ token: mine.token, link: { ...mine.link, digest } }, request, day(2)))
      }
      // a timing test would be noise here: the source says that no other comparison is made
      const source = readFileSync(new URL("../../packages/core/src/AccessLink.ts", import.meta.url), "utf8")
      const compared = source
        .split("\n")
        .filter((line) => /digest|presented/.test(line) && /[!=]=|localeCompare/.test(line))
      assert.deepStrictEqual(compared, [])
      assert.lengthOf(source.match(/Crypto\.timingSafeEqual\(/g) ?? [], 1)
    }),
  )

  it.effect("S5: every mail has a link of its own, all of one family, and the link tells which mail it came with", () =>
    Effect.gen(function* () {
      const request = after(created(), sent(day(1)))
      const links = yield* Effect.forEach(["m1", "m2", "m3"], (mailId) => issued(request, { mailId }))
      assert.strictEqual(new Set(links.map(({ token }) => Redacted.value(token))).size, 3)
      assert.strictEqual(new Set(links.map(({ link }) => link.id)).size, 3)
      assert.deepStrictEqual(
        links.map(({ link: { requestId, recipient, generation, mailId, issuedAt } }) => ({
          requestId,
          recipient,
          generation,
          mailId,
          issuedAt,
        })),
        ["m1", "m2", "m3"].map((mailId) => ({
          requestId: "A",
          recipient: "eva",
          generation: 1,
          mailId,
          issuedAt: day(1),
        })),
      )
    }),
  )
  it.effect("S6: a second link of the same send leaves the first alive; sending again replaces both", () =>
    Effect.gen(function* () {
      const first = yield* issued()
      const reminder = yield* issued()
      assert.isTrue(yield* opens(first, after(...waiting), day(3)))
      assert.isTrue(yield* opens(reminder, after(...waiting), day(3)))
      const again = after(...waiting, Decider.resent(day(4), 2))
      const second = yield* issued(again)
      assert.isFalse(yield* opens(first, again, day(4)))
      assert.isFalse(yield* opens(reminder, again, day(4)))
      assert.isTrue(yield* opens(second, again, day(4)))
    }),
  )
  it.effect("S6: a policy may keep them", () =>
    Effect.gen(function* () {
      const keeping = { ...standard, resend: { mode: "renew", resetsCount: true, otherLinks: "keep" } } as const
      const first = yield* issued(after(created(keeping), sent(day(1))))
      const again = after(created(keeping), sent(day(1)), Decider.resent(day(4), 2, { revokes: false }))
      assert.isTrue(yield* opens(first, again, day(5)))
    }),
  )

  it.effect(
    "S7, P20, L09: the last millisecond of 30 days opens, the next does not, whether or not anybody swept",
    () =>
      Effect.gen(function* () {
        const link = yield* issued()
        assert.strictEqual(link.link.expiresAt, day(31))
        assert.isTrue(yield* opens(link, after(...waiting), day(31) - 1))
        assert.isFalse(yield* opens(link, after(...waiting), day(31)))
        assert.isFalse(yield* opens(link, after(...waiting, Decider.expired(day(31))), day(31)))
      }),
  )
  it.effect("S7: the end is the earlier of the link's own and the window's", () =>
    Effect.gen(function* () {
      const brief = { ...standard, linkDays: 7 }
      const short = yield* issued(after(created(brief), sent(day(1))))
      const still = after(created(brief), sent(day(1)), started())
      assert.isTrue(yield* opens(short, still, day(8) - 1))
      assert.isFalse(yield* opens(short, still, day(8)))

      const endless = { ...standard, linkDays: null }
      const long = yield* issued(after(created(endless), sent(day(1))))
      assert.isNull(long.link.expiresAt)
      const open = after(created(endless), sent(day(1)), started())
      assert.isTrue(yield* opens(long, open, day(31) - 1))
      assert.isFalse(yield* opens(long, open, day(31)))

      const forever = { ...endless, windowDays: null }
      const never = after(created(forever), sent(day(1), { expiresAt: null }))
      assert.isTrue(yield* opens(yield* issued(never), never, day(100_000)))
    }),
  )
  it.effect("S8, P22, P28: it dies with the request, at once: submitted, cancelled, expired", () =>
    Effect.gen(function* () {
      const link = yield* issued()
      assert.isTrue(yield* opens(link, after(...waiting), day(3)))
      for (const end of [
        Decider.submitted(day(3)),
        Decider.cancelled(day(3)),
        Decider.expired(day(3)),
        Decider.suspended(day(3)),
        Decider.linksRevoked(day(3)),
        Decider.recipientChanged(day(3)),
      ]) {
        const request = after(...waiting, end)
        assert.isFalse(yield* opens(link, request, day(3)), end.type)
        // a session that came by the link asks this on every use
        assert.isFalse(AccessLink.isAliveAt(link.link, request, day(3)), end.type)
      }
    }),
  )
  it.effect("S9: it opens one request and no other", () =>
    Effect.gen(function* () {
      const link = yield* issued()
      assert.isFalse(yield* opens(link, { ...after(...waiting), id: "B" }, day(2)))
    }),
  )
  it.effect("S9, K27, L33: it is one recipient's: a new invitation of one leaves the other's alive", () =>
    Effect.gen(function* () {
      const both = [
        created(customerCentre, { recipients: [eva, bo] }),
        sent(day(1), { expiresAt: day(8), recipients: ["eva", "bo"] }),
      ]
      const evas = yield* issued(after(...both))
      const bos = yield* issued(after(...both), { recipient: "bo" })
      const strangers = yield* issued(after(...both), { recipient: "mallory" })
      const again = after(...both, Decider.resent(day(3), 2, { expiresAt: day(10), recipients: ["eva"] }))
      assert.isFalse(yield* opens(evas, again, day(3)))
      assert.isTrue(yield* opens(bos, again, day(3)))
      assert.isFalse(yield* opens(strangers, again, day(3)))
      assert.isFalse(yield* opens({ ...strangers, link: { ...strangers.link, recipient: "__proto__" } }, again, day(3)))
    }),
  )

  const key = (text: string) => ({ key: Redacted.make(text) })
  const derived = (request: ClientRequest.State, linkId = "link-1", secret = "k".repeat(32)) =>
    Effect.andThen(
      TestClock.setTime(day(2)),
      AccessLink.derive(request, { ...purpose, mailId: null, linkId }, key(secret)),
    )
  const shared = [created(fileRequest), sent(day(1), { expiresAt: null })]
  it.effect("S4, F6, L38: a derived link is the same each time, sent again or not, and opens like any other", () =>
    Effect.gen(function* () {
      const first = yield* derived(after(...shared))
      const again = after(...shared, Decider.resent(day(3), 2, { expiresAt: null, revokes: false }))
      const copy = yield* derived(again)
      const token = Redacted.value(first.token)
      assert.strictEqual(Redacted.value(copy.token), token)
      assert.strictEqual(copy.link.digest, first.link.digest)
      assert.isTrue(AccessLink.isToken(token))
      assert.lengthOf(Buffer.from(token, "base64url"), 32)
      assert.isNull(first.link.mailId)
      assert.isTrue(yield* opens(first, again, day(4)))
    }),
  )
  it.effect("S4: another key, another link or a raised generation gives another; the dump alone gives none", () =>
    Effect.gen(function* () {
      const request = after(...shared)
      const revoked = after(...shared, Decider.linksRevoked(day(3)))
      const first = yield* derived(request)
      const others = [
        yield* derived(request, "link-2"),
        yield* derived(request, "link-1", "l".repeat(32)),
        yield* derived(revoked),
      ]
      const tokens = [first, ...others].map(({ token }) => Redacted.value(token))
      assert.strictEqual(new Set(tokens).size, 4)
      assert.isFalse(yield* opens(first, revoked, day(4)))
      assert.isTrue(yield* opens(others[2] ?? first, revoked, day(4)))
      assert.notInclude(JSON.stringify(first) + inspect(first), tokens[0] ?? "")
    }),
  )

  it.effect("K26, S17, S18: which device a link lets in, as the command that claims it decides", () =>
    Effect.sync(() => {
      const link = { recipient: "eva", rebinds: false, issuedAt: day(1) }
      const fresh = { recipient: "eva", rebinds: true, issuedAt: day(3) }
      const unbound = after(created(karbon), sent(day(1)))
      const loose = after(created(), sent(day(1)), claimed(day(2)))
      const fixed = after(created(karbon), sent(day(1)), claimed(day(2), { fixed: true }))
      const free = after(created(passfort), sent(day(1)), claimed(day(2), { binds: false }))
      const admitted = [unbound, loose, fixed, free].map((request) => [
        AccessLink.admits(link, request, "phone"),
        AccessLink.admits(link, request, "laptop"),
        AccessLink.admits(fresh, request, "laptop"),
        AccessLink.admits({ ...fresh, issuedAt: day(2) }, request, "laptop"),
        AccessLink.isBoundTo(request, "eva", "laptop"),
      ])
      assert.deepStrictEqual(admitted, [
        [true, true, true, true, true],
        [true, true, true, true, false],
        [true, false, true, false, false],
        [true, true, true, true, true],
      ])
    }),
  )
  it.effect("an unsent request has no links, whatever the row says", () =>
    Effect.gen(function* () {
      const link = yield* issued()
      assert.isFalse(yield* opens(link, after(created()), day(2)))
    }),
  )

  it.effect("I13: all dead links are the same error, down to its text", () =>
    Effect.gen(function* () {
      const { token, link } = yield* issued()
      const stranger = (yield* issued()).token
      const request = after(...waiting)
      const found = (state: ClientRequest.State, change: object = {}) => ({
        link: { ...link, ...change },
        request: state,
      })
      yield* TestClock.setTime(day(5))
      const dead = yield* Effect.forEach(
        [
          AccessLink.verify(token, null),
          AccessLink.verify(Redacted.make("malformed"), null),
          AccessLink.verify(Redacted.make(""), found(request)),
          AccessLink.verify(stranger, found(request)),
          AccessLink.verify(token, found(request, { expiresAt: day(5) })),
          AccessLink.verify(token, found(request, { requestId: "B" })),
          AccessLink.verify(token, found(after(...waiting, Decider.resent(day(4), 2)))),
          AccessLink.verify(token, found(after(...waiting, Decider.submitted()))),
          AccessLink.verify(token, found(after(...waiting, Decider.cancelled()))),
          AccessLink.verify(token, found(after(...waiting, Decider.expired(day(4))))),
          AccessLink.verify(token, found(after(...waiting, Decider.suspended(day(4))))),
          AccessLink.verify(token, found(after(...waiting, Decider.linksRevoked(day(4))))),
          AccessLink.verify(token, found(after(...waiting, Decider.recipientChanged(day(4))))),
        ],
        Effect.flip,
      )
      assert.strictEqual(dead.length, 13)
      for (const error of dead) {
        assert.instanceOf(error, AccessLink.LinkDead)
        assert.strictEqual(error.message, dead[0]?.message)
        assert.strictEqual(JSON.stringify(error), JSON.stringify(dead[0]))
        assert.deepStrictEqual(Object.keys(error), Object.keys(dead[0] ?? {}))
      }
    }),
  )
})
