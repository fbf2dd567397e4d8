import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AccessCodes } from "../../reference-server/src/AccessCodes.ts"
import * as accessCodes from "../../reference-server/src/AccessCodes/layer.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import {
  at,
  check,
  codeFor,
  dump,
  facts,
  freshNumber,
  layerOf,
  logs,
  noon,
  notThis,
  post,
  sent,
  visit,
} from "./AccessCodesWorld.ts"

const second = 1000
const minute = 60 * second
const hour = 60 * minute

const start = (...[asked]: Parameters<AccessCodes["Service"]["start"]>) =>
  Effect.flatMap(AccessCodes, (codes) => codes.start(asked))
const refused = { outcome: "refused" }
const locked = { outcome: "locked" }

/** Presents something wrong five times at an instant: a challenge's every try. */
const exhaust = (preSession: string, wrong: string, instant: number) =>
  Effect.all(
    Array.from({ length: 5 }, () => at(instant)(check(preSession, wrong))),
    { concurrency: 5 },
  )

layer(layerOf(), { excludeTestServices: true, timeout: "180 seconds" })("access codes", (it) => {
  it.effect("C1, S26, S29: the code that came by SMS opens once, and nothing is left of it", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const out = yield* sent()
      const { preSession, requestId } = out.asked
      const code = yield* at(noon)(codeFor(out.asked))
      assert.strictEqual(post.sms.at(-1)?.to, out.eva.mobile)
      const spaced = `${code.slice(0, 3)} ${code.slice(3)}`
      const right = yield* at(noon + minute)(check(preSession, spaced))
      assert.deepStrictEqual(right, { outcome: "right", channel: "sms" })
      assert.deepStrictEqual(yield* sql`SELECT 1 FROM access_codes WHERE request_id = ${requestId}`, [])
      assert.deepStrictEqual(yield* at(noon + minute)(check(preSession, code)), refused)
      assert.deepStrictEqual(yield* facts(out), ["code-sent eva sms", "code-accepted eva sms"])
    }),
  )

  it.effect("L29: the right code after five wrong ones is refused; a new code works", () =>
    Effect.gen(function* () {
      const out = yield* sent()
      const { preSession } = out.asked
      const code = yield* at(noon)(codeFor(out.asked))
      for (let n = 0; n < 5; n++) assert.deepStrictEqual(yield* at(noon)(check(preSession, notThis(code))), refused)
      assert.deepStrictEqual(yield* at(noon)(check(preSession, code)), refused)
      const next = yield* at(noon + 30 * second)(codeFor(out.asked))
      assert.deepStrictEqual(yield* at(noon + 31 * second)(check(preSession, next)), {
        outcome: "right",
        channel: "sms",
      })
      assert.strictEqual((yield* facts(out)).filter((fact) => fact.startsWith("code-refused")).length, 5)
    }),
  )

  it.effect("L30, S27: of 20 wrong codes at once, through two processes, exactly 5 are evaluated", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const other = yield* Effect.provide(AccessCodes, Layer.fresh(accessCodes.layer))
      const here = yield* AccessCodes
      const out = yield* sent()
      const { preSession, requestId } = out.asked
      const code = yield* at(noon)(codeFor(out.asked))
      const outcomes = yield* Effect.all(
        Array.from({ length: 20 }, (_, n) =>
          at(noon)((n % 2 === 0 ? here : other).check({ preSession, presented: notThis(code) })),
        ),
        { concurrency: "unbounded" },
      )
      for (const outcome of outcomes) assert.deepStrictEqual(outcome, refused)
      const evaluated = (yield* facts(out)).filter((fact) => fact === "code-refused eva sms")
      assert.strictEqual(evaluated.length, 5)
      const [row] = yield* sql`SELECT tries_left FROM access_codes WHERE request_id = ${requestId}`
      assert.deepStrictEqual(row, { triesLeft: 0 })
      const [family] = yield* sql<{ ledger: { failures: ReadonlyArray<number> } }>`
        SELECT ledger FROM access_code_families WHERE request_id = ${requestId}`
      assert.strictEqual(family?.ledger.failures.length, 5)
      // the right one is the 21st
      assert.deepStrictEqual(yield* at(noon)(check(preSession, code)), refused)
    }),
  )

  it.effect("L30, S26: of 20 right codes at once one is let in", () =>
    Effect.gen(function* () {
      const out = yield* sent()
      const code = yield* at(noon)(codeFor(out.asked))
      const outcomes = yield* Effect.all(
        Array.from({ length: 20 }, () => at(noon)(check(out.asked.preSession, code))),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(outcomes.filter(({ outcome }) => outcome === "right").length, 1)
      assert.strictEqual(outcomes.filter(({ outcome }) => outcome === "refused").length, 19)
    }),
  )

  it.effect("L31, S26: at 9:59.999 it is right, at 10:00 it is refused", () =>
    Effect.gen(function* () {
      for (const [after, outcome] of [
        [10 * minute - 1, "right"],
        [10 * minute, "refused"],
      ] as const) {
        const out = yield* sent()
        const code = yield* at(noon)(codeFor(out.asked))
        assert.strictEqual((yield* at(noon + after)(check(out.asked.preSession, code))).outcome, outcome)
      }
    }),
  )

  it.effect("S26, C10: a new code voids the old, and a code opens for its own visit only", () =>
    Effect.gen(function* () {
      const out = yield* sent()
      const old = yield* at(noon)(codeFor(out.asked))
      const another = { ...out.asked, preSession: yield* visit }
      const next = yield* at(noon + minute)(codeFor(another))
      // the first visit has lost its challenge; the second one's is not for it
      for (const code of [old, next]) {
        assert.deepStrictEqual(yield* at(noon + minute)(check(out.asked.preSession, code)), refused)
      }
      if (old !== next) assert.deepStrictEqual(yield* at(noon + minute)(check(another.preSession, old)), refused)
      assert.strictEqual((yield* at(noon + minute)(check(another.preSession, next))).outcome, "right")
    }),
  )

  it.effect("L35, C10: with Eva's link Bo needs the code that goes to Eva's phone; his own opens nothing of hers", () =>
    Effect.gen(function* () {
      const out = yield* sent()
      const bosVisit = yield* visit
      const evas = yield* at(noon)(codeFor({ ...out.asked, preSession: bosVisit }))
      assert.strictEqual(post.sms.at(-1)?.to, out.eva.mobile)
      const bos = yield* at(noon)(codeFor({ ...out.asked, recipient: "bo", preSession: yield* visit }))
      assert.strictEqual(post.sms.at(-1)?.to, out.bo.mobile)
      if (evas !== bos) assert.deepStrictEqual(yield* at(noon)(check(bosVisit, bos)), refused)
    }),
  )

  it.effect("S27: the tenth failure in a day locks the codes, not the request, until a member unlocks them", () =>
    Effect.gen(function* () {
      const codes = yield* AccessCodes
      const sql = yield* SqlClient.SqlClient
      const out = yield* sent()
      const { preSession, requestId, workspaceId } = out.asked
      const first = yield* at(noon)(codeFor(out.asked))
      yield* exhaust(preSession, notThis(first), noon)
      assert.deepStrictEqual(yield* codes.locked(workspaceId, requestId), [])
      const another = yield* at(noon + hour)(codeFor(out.asked))
      const outcomes = yield* exhaust(preSession, notThis(another), noon + hour)
      assert.sameDeepMembers(outcomes, [refused, refused, refused, refused, locked])
      assert.deepStrictEqual(yield* at(noon + hour)(check(preSession, another)), locked)
      // days later, too: there is no waiting it out
      assert.deepStrictEqual(yield* at(noon + 72 * hour)(start(out.asked)), locked)
      assert.deepStrictEqual(yield* codes.locked(workspaceId, requestId), ["eva"])
      const [row] = yield* sql`SELECT lifecycle FROM client_requests WHERE id = ${requestId}`
      assert.deepStrictEqual(row, { lifecycle: "WaitingForCustomer" })
      // Bo's are not
      yield* at(noon + hour)(codeFor({ ...out.asked, recipient: "bo", preSession: yield* visit }))

      const { member: stranger } = yield* sent()
      yield* codes.unlock(stranger, requestId, "eva")
      assert.deepStrictEqual(yield* codes.locked(workspaceId, requestId), ["eva"])
      yield* at(noon + 2 * hour)(codes.unlock(out.member, requestId, "eva"))
      yield* at(noon + 2 * hour)(codes.unlock(out.member, requestId, "eva"))
      assert.deepStrictEqual(yield* codes.locked(workspaceId, requestId), [])
      const third = yield* at(noon + 2 * hour)(codeFor(out.asked))
      assert.strictEqual((yield* at(noon + 2 * hour)(check(preSession, third))).outcome, "right")
      const told = (yield* facts(out)).filter((fact) => /locked/.test(fact))
      assert.deepStrictEqual(told, ["codes-locked eva sms", "codes-unlocked eva"])
    }),
  )

  it.effect("S29: neither database nor log knows the code or the number's digest without the key", () =>
    Effect.gen(function* () {
      const out = yield* sent()
      const code = yield* at(noon)(codeFor(out.asked))
      yield* at(noon)(check(out.asked.preSession, notThis(code)))
      const mine = new RegExp(`(?<![0-9a-f])${code}(?![0-9a-f])`)
      const kept = (yield* dump).filter((row) => mine.test(row))
      assert.deepStrictEqual(kept, [])
      assert.deepStrictEqual(
        logs.filter((line) => mine.test(line) || line.includes(out.eva.mobile)),
        [],
      )
      const sql = yield* SqlClient.SqlClient
      const rows = yield* sql`SELECT a.*, c.* FROM access_code_addresses a, access_codes c`
      assert.notInclude(JSON.stringify(rows), out.eva.mobile.slice(3))
    }),
  )

  it.effect("S30: wrong, expired, used, replaced, exhausted and malformed are the same answer in the same time", () =>
    Effect.gen(function* () {
      const timed = Effect.fnUntraced(function* (instant: number, preSession: string, presented: string) {
        const began = performance.now()
        const answer = yield* at(instant)(check(preSession, presented))
        return { answer, took: performance.now() - began }
      })
      const fresh = Effect.gen(function* () {
        const out = yield* sent()
        const code = yield* at(noon)(codeFor(out.asked))
        return { out, code, preSession: out.asked.preSession }
      })
      const [wrong, expired, used, exhausted] = [yield* fresh, yield* fresh, yield* fresh, yield* fresh]
      yield* at(noon)(check(used.preSession, used.code))
      yield* exhaust(exhausted.preSession, notThis(exhausted.code), noon)
      const answers = [
        yield* timed(noon, wrong.preSession, notThis(wrong.code)),
        yield* timed(noon + 10 * minute, expired.preSession, expired.code),
        yield* timed(noon, used.preSession, used.code),
        yield* timed(noon, exhausted.preSession, exhausted.code),
        yield* timed(noon, wrong.preSession, "12345"),
        yield* timed(noon, "nobody-was-here-", wrong.code),
      ]
      for (const { answer, took } of answers) {
        assert.deepStrictEqual(answer, refused)
        // the work behind the slowest of them takes a tenth of the wait that they have in common; the rest is a busy machine
        assert(took >= 195 && took < 5000, `${took} ms`)
      }
    }),
  )

  it.effect("S33: another number voids the code that is out, and the new one gets its own", () =>
    Effect.gen(function* () {
      const { handle } = yield* ClientRequests
      const out = yield* sent()
      const { preSession, requestId, workspaceId } = out.asked
      const code = yield* at(noon)(codeFor(out.asked))
      // who has another number once it is sent is another recipient: only a member can say so
      const to = { ...out.eva, id: "eva-2", mobile: freshNumber() }
      const by = { kind: "member", id: out.member.id } as const
      yield* at(noon)(
        handle(workspaceId, requestId, {
          type: "ChangeRecipient",
          id: crypto.randomUUID(),
          by,
          recipient: "eva",
          to,
        }),
      )
      assert.deepStrictEqual(yield* at(noon + second)(check(preSession, code)), refused)
      const next = yield* at(noon + 30 * second)(codeFor({ ...out.asked, recipient: "eva-2" }))
      assert.strictEqual(post.sms.at(-1)?.to, to.mobile)
      assert.strictEqual((yield* at(noon + 31 * second)(check(preSession, next))).outcome, "right")
    }),
  )

  it.effect("S33: nor does it help that the number is the only thing that changed", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const out = yield* sent()
      const code = yield* at(noon)(codeFor(out.asked))
      yield* sql`UPDATE client_requests
        SET state = jsonb_set(state, '{details,recipients,0,mobile}', to_jsonb(${freshNumber()}::text))
        WHERE id = ${out.request.id}`
      assert.deepStrictEqual(yield* at(noon + second)(check(out.asked.preSession, code)), refused)
      assert.notInclude((yield* facts(out)).join(), "code-refused")
    }),
  )

  it.effect("S8: a request that is over sends no code, and says so to nobody", () =>
    Effect.gen(function* () {
      const out = yield* sent()
      const before = post.attempts.length
      assert.deepStrictEqual(yield* at(noon + 8 * 24 * hour)(start(out.asked)), { outcome: "sent" })
      const code = yield* at(noon)(codeFor(out.asked))
      assert.strictEqual(post.attempts.length, before + 1)
      assert.strictEqual((yield* at(noon)(check(out.asked.preSession, code))).outcome, "right")
    }),
  )

  it.effect("what counts no more is swept: codes that are over, ledgers of yesterday, no lock", () =>
    Effect.gen(function* () {
      const codes = yield* AccessCodes
      const sql = yield* SqlClient.SqlClient
      const far = noon + 1000 * 24 * hour
      const { asked } = yield* sent()
      yield* at(noon)(codeFor(asked))
      yield* sql`UPDATE access_code_families SET is_locked = true WHERE request_id = ${asked.requestId}`
      yield* at(far)(codes.sweep)
      const left = yield* sql`
        SELECT (SELECT count(*)::int FROM access_codes) AS codes,
          (SELECT count(*)::int FROM access_code_addresses) AS addresses,
          (SELECT count(*)::int FROM access_code_families WHERE NOT is_locked) AS families,
          (SELECT count(*)::int FROM access_code_families WHERE request_id = ${asked.requestId}) AS locked`
      assert.deepStrictEqual(left, [{ codes: 0, addresses: 0, families: 0, locked: 1 }])
    }),
  )
})
