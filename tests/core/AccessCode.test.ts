import { inspect } from "node:util"
import { assert, describe, it, layer } from "@effect/vitest"
import * as AccessCode from "@requite/core/AccessCode"
import * as Crypto from "@requite/core/Crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const noon = Date.UTC(2027, 0, 4, 12)

const pepper = Redacted.make("pepper")
const asked = { requestId: "A", recipient: "r1", preSession: "visit", channel: "sms", sentTo: "n1" } as const
const made = AccessCode.challenge(asked, pepper, noon)

const right = { preSession: "visit", digest: "right", sentTo: "n1" }
const wrong = { ...right, digest: "wrong" }
const challenge: AccessCode.Challenge = { ...asked, id: "c", digest: "right", issuedAt: noon, triesLeft: 5 }
const { fresh } = AccessCode

const fiveWrong = Array.from({ length: 5 }, () => wrong)

/** Presents one after another, each to what the one before left. */
const play = (
  tries: ReadonlyArray<AccessCode.Presented>,
  first: AccessCode.Challenge = challenge,
  ledger = fresh,
  now = noon,
) => {
  const outcomes: Array<AccessCode.Verified["outcome"]> = []
  let at: Pick<AccessCode.Verified, "ledger" | "challenge"> = { ledger, challenge: first }
  for (const presented of tries) {
    const verified = AccessCode.verify(at.challenge, at.ledger, presented, now)
    outcomes.push(verified.outcome)
    at = verified
  }
  return { outcomes, ...at }
}

/** Sends as soon as is allowed, for a while: when they went. */
const sendsWithin = (millis: number): ReadonlyArray<number> => {
  const sent: Array<number> = []
  let ledger = fresh
  for (let now = noon; now < noon + millis;) {
    const issued = AccessCode.issue(ledger, "sms", now)
    assert(issued.outcome === "issued")
    sent.push(now - noon)
    ledger = issued.ledger
    now = AccessCode.nextSendAt(ledger, "sms", now)
  }
  return sent
}

layer(Crypto.layer(globalThis.crypto))("AccessCode", (it) => {
  it.effect(
    "S25: a million codes are spread evenly, as a whole and digit by digit",
    () =>
      Effect.gen(function* () {
        const count = 1_000_000
        // a thousand bins of the leading and of the trailing three digits, 999 degrees of freedom each: the bounds are
        // six standard deviations of chi-square (mean 999, deviation 44.7)
        const [leading, trailing] = [new Float64Array(1000), new Float64Array(1000)]
        yield* Effect.repeat(
          Effect.map(AccessCode.code, (code) => {
            if (!/^[0-9]{6}$/.test(code)) assert.fail(code)
            const [head, tail] = [Number(code.slice(0, 3)), Number(code.slice(3))]
            leading[head] = (leading[head] ?? 0) + 1
            trailing[tail] = (trailing[tail] ?? 0) + 1
          }),
          { times: count - 1 },
        )
        for (const bins of [leading, trailing]) {
          const expected = count / 1000
          const chiSquare = bins.reduce((sum, observed) => sum + (observed - expected) ** 2 / expected, 0)
          assert.approximately(chiSquare, 999, 6 * 44.7)
        }
      }),
    180_000,
  )

  /** A generator that gives these 32-bit numbers, one a call. */
  const giving = (...numbers: ReadonlyArray<number>) => {
    const left = [...numbers]
    return Crypto.layer({
      getRandomValues: (array) => new DataView(array.buffer).setUint32(0, left.shift() ?? 0),
      subtle: globalThis.crypto.subtle,
    })
  }
  const codeOf = (...numbers: ReadonlyArray<number>) =>
    Effect.provide(AccessCode.code, giving(...numbers), { local: true })

  it.effect("S25: leading zeros are kept, and numbers that would make low codes likelier are drawn again", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* codeOf(123), "000123")
      assert.strictEqual(yield* codeOf(0), "000000")
      assert.strictEqual(yield* codeOf(4_293_999_999), "999999")
      assert.strictEqual(yield* codeOf(4_294_000_000, 0xffffffff, 7_000_042), "000042")
    }),
  )

  it.effect("S29: only an HMAC is kept, different for every challenge and pepper; printing shows no code", () =>
    Effect.gen(function* () {
      const one = yield* made
      const code = Redacted.value(one.code)
      assert.strictEqual(one.challenge.digest, yield* AccessCode.digest(pepper, one.challenge.id, code))
      for (const other of [
        yield* AccessCode.digest(pepper, "another", code),
        yield* AccessCode.digest(Redacted.make("another"), one.challenge.id, code),
        yield* Crypto.sha256Hex(code),
        yield* Crypto.sha256Hex(`${one.challenge.id}${code}`),
      ]) {
        assert.notStrictEqual(other, one.challenge.digest)
      }
      // the digits alone may well stand in an id or a digest: it is their place that must not hold them
      const printed = JSON.stringify(one) + inspect(one)
      assert.notMatch(printed, new RegExp(`["':]${code}["']`))
      assert.match(one.challenge.digest, /^[0-9a-f]{64}$/)
    }),
  )

  it.effect("S33: an address is kept as an HMAC of its channel and itself", () =>
    Effect.gen(function* () {
      const number = yield* AccessCode.addressDigest(pepper, "sms", "+46701234567")
      assert.notInclude(number, "46701234567")
      assert.notStrictEqual(number, yield* AccessCode.addressDigest(pepper, "sms", "+46701234568"))
      assert.notStrictEqual(number, yield* AccessCode.addressDigest(pepper, "email", "+46701234567"))
      assert.strictEqual(
        yield* AccessCode.addressDigest(pepper, "email", "Asa@Example.com"),
        yield* AccessCode.addressDigest(pepper, "email", "asa@example.com"),
      )
    }),
  )

  it.effect("S26: the right code is right for its own challenge only", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* made, yield* made]
      const typed = (challengeId: string) => AccessCode.digest(pepper, challengeId, Redacted.value(one.code))
      const present = (to: AccessCode.Challenge, digest: string) =>
        AccessCode.verify(to, fresh, { preSession: "visit", digest, sentTo: "n1" }, noon).outcome
      assert.strictEqual(present(one.challenge, yield* typed(one.challenge.id)), "right")
      assert.strictEqual(present(other.challenge, yield* typed(one.challenge.id)), "refused")
    }),
  )
})

describe("AccessCode", () => {
  it("S34: what is typed or pasted with spaces is the same code; what is none is told apart", () => {
    for (const text of [
      "123456",
      "123 456",
      " 1 2 3 4 5 6\n",
      "123\u00a0456",
      "123-456",
      "１２３４５６",
      "123\u200b456",
    ]) {
      assert.strictEqual(AccessCode.normalise(text), "123456", JSON.stringify(text))
    }
    assert.strictEqual(AccessCode.normalise("000123"), "000123")
    for (const text of ["", "12345", "1234567", "12345a", "123456 123456", "1e5", "+12345", "-"]) {
      assert.isNull(AccessCode.normalise(text), JSON.stringify(text))
    }
  })

  it("S26: right once; afterwards the challenge is gone and the same code is refused", () => {
    const { outcomes, challenge: left, ledger } = play([right, right])
    assert.deepStrictEqual(outcomes, ["right", "refused"])
    assert.isNull(left)
    assert.deepStrictEqual(ledger.failures, [])
  })

  it("L31, S26: 9:59.999 is in time, 10:00 is not, and being late costs no try", () => {
    const late = (millis: number) => AccessCode.verify(challenge, fresh, right, noon + millis)
    assert.strictEqual(late(0).outcome, "right")
    assert.strictEqual(late(10 * minute - second).outcome, "right")
    assert.strictEqual(late(10 * minute - 1).outcome, "right")
    assert.deepStrictEqual(late(10 * minute), { outcome: "refused", ledger: fresh, challenge, evaluated: false })
    assert.strictEqual(late(day).outcome, "refused")
  })

  it("S26, S33: another visit, or another number since, is refused without a try", () => {
    for (const presented of [
      { ...right, preSession: "another" },
      { ...right, sentTo: "n2" },
      { ...wrong, preSession: "another" },
    ]) {
      assert.deepStrictEqual(AccessCode.verify(challenge, fresh, presented, noon), {
        outcome: "refused",
        ledger: fresh,
        challenge,
        evaluated: false,
      })
    }
    assert.strictEqual(AccessCode.verify(null, fresh, right, noon).outcome, "refused")
    assert.strictEqual(AccessCode.verify(null, fresh, { ...right, digest: "" }, noon).outcome, "refused")
  })

  it("L29: five wrong codes, then the right one is refused; a new code works", () => {
    const five = play([wrong, wrong, wrong, wrong, wrong, right, right])
    assert.deepStrictEqual(five.outcomes, Array(7).fill("refused"))
    assert.strictEqual(five.challenge?.triesLeft, 0)
    assert.strictEqual(five.ledger.failures.length, 5)
    const next = play([wrong, wrong, wrong, wrong, right], challenge, five.ledger)
    assert.deepStrictEqual(next.outcomes, ["refused", "refused", "refused", "refused", "right"])
  })

  it("S27: the tenth failure in 24 hours locks; a right code does not open it, a member does", () => {
    const five = play(fiveWrong)
    const later = { ...challenge, issuedAt: noon + hour }
    const locked = play(fiveWrong, later, five.ledger, noon + hour)
    assert.deepStrictEqual(locked.outcomes, ["refused", "refused", "refused", "refused", "locked"])
    assert.strictEqual(locked.ledger.lockedAt, noon + hour)
    const fine = { ...challenge, issuedAt: noon + 40 * day }
    for (const now of [noon + hour, noon + 40 * day]) {
      assert.strictEqual(AccessCode.verify({ ...fine, issuedAt: now }, locked.ledger, right, now).outcome, "locked")
      assert.deepStrictEqual(AccessCode.issue(locked.ledger, "sms", now), { outcome: "locked" })
    }
    const opened = AccessCode.unlock(locked.ledger)
    assert.strictEqual(AccessCode.verify(fine, opened, right, noon + 40 * day).outcome, "right")
    assert.deepStrictEqual(play(fiveWrong, fine, opened, noon + 40 * day).outcomes, Array(5).fill("refused"))
  })

  it("S27: failures older than 24 hours count no more, and a right code forgives none", () => {
    const nine = { ...fresh, failures: Array.from({ length: 9 }, () => noon) }
    const at = (now: number) => AccessCode.verify({ ...challenge, issuedAt: now }, nine, wrong, now).outcome
    assert.strictEqual(at(noon + day - 1), "locked")
    assert.strictEqual(at(noon + day), "refused")
    assert.deepStrictEqual(AccessCode.verify(challenge, nine, right, noon).ledger, nine)
  })

  it("S28: once in 30 seconds, three times in 10 minutes, ten times a day", () => {
    assert.deepStrictEqual(sendsWithin(10 * minute + 31 * second), [0, 30 * second, minute, 10 * minute, 10.5 * minute])
    const all = sendsWithin(day)
    assert.strictEqual(all.length, 10)
    assert.strictEqual(sendsWithin(day + 1).length, 11)
    for (const { times, millis } of AccessCode.sendLimits) {
      for (const [index, at] of sendsWithin(3 * day).entries()) {
        const before = sendsWithin(3 * day)[index - times]
        if (before !== undefined) assert.isAtLeast(at - before, millis)
      }
    }
  })

  it.prop(
    "S28: whenever somebody asks, no limit is passed, and what is refused is allowed at the time that was named",
    { gaps: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 }))) },
    ({ gaps }) => {
      const sent: Array<number> = []
      let [ledger, now] = [fresh, noon]
      for (const gap of gaps) {
        now += gap * 10 * second
        const issued = AccessCode.issue(ledger, "sms", now)
        if (issued.outcome === "issued") {
          sent.push(now)
          ledger = issued.ledger
        } else {
          assert(issued.outcome === "too-soon")
          assert.strictEqual(AccessCode.issue(ledger, "sms", issued.until - 1).outcome, "too-soon")
          assert.strictEqual(AccessCode.issue(ledger, "sms", issued.until).outcome, "issued")
        }
      }
      for (const { times, millis } of AccessCode.sendLimits) {
        for (const [index, at] of sent.entries()) {
          const before = sent[index - times]
          if (before !== undefined) assert.isAtLeast(at - before, millis)
        }
      }
    },
  )

  it("S28, S31: where both are asked for, the e-mail need not wait for the SMS", () => {
    const first = AccessCode.issue(fresh, "sms", noon)
    assert(first.outcome === "issued")
    assert.strictEqual(AccessCode.nextSendAt(first.ledger, "email", noon + 1), noon + 1)
    const both = AccessCode.issue(first.ledger, "email", noon + second)
    assert(both.outcome === "issued")
    assert.strictEqual(AccessCode.nextSendAt(both.ledger, "sms", noon + second), noon + 30 * second)
    assert.strictEqual(AccessCode.nextSendAt(both.ledger, "email", noon + second), noon + 31 * second)
  })

  it("S31: a code counts as a second factor only by another channel than the link's", () => {
    const { assurance } = AccessCode
    assert.strictEqual(assurance("none", "email"), "link")
    assert.strictEqual(assurance("none", "copied"), "link")
    assert.strictEqual(assurance("sms-code", "email"), "two-channel")
    assert.strictEqual(assurance("email-code", "email"), "single-channel")
    assert.strictEqual(assurance("both", "email"), "two-channel")
    // by which way a copied link went, nobody knows
    assert.strictEqual(assurance("sms-code", "copied"), "single-channel")
    assert.strictEqual(assurance("email-code", "copied"), "single-channel")
    assert.strictEqual(assurance("both", "copied"), "two-channel")
  })
})
