// How codes go out: how often, to whom, in which words, and what happens when they do not.
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { AccessCodes, type Asked } from "../../reference-server/src/AccessCodes.ts"
import * as Gsm7 from "../../reference-server/src/AccessCodes/Gsm7.ts"
import * as words from "../../reference-server/src/AccessCodes/words.ts"
import { MailFailed } from "../../reference-server/src/Mailer.ts"
import { SmsFailed } from "../../reference-server/src/SmsSender.ts"
import type { Workspace } from "../../reference-server/src/Workspaces.ts"
import { at, check, codeFor, facts, freshNumber, layerOf, logs, noon, post, sent, until } from "./AccessCodesWorld.ts"

const second = 1000
const minute = 60 * second
const day = 24 * 60 * minute

const start = (asked: Asked) => Effect.flatMap(AccessCodes, (codes) => codes.start(asked))
const sentOne = { outcome: "sent" }
/** Long enough for everything that goes on beside the caller. */
const settled = Effect.promise(() => new Promise((go) => void setTimeout(go, 100)))

layer(layerOf(), { excludeTestServices: true, timeout: "180 seconds" })("sending codes", (it) => {
  it.effect("S28: once in 30 seconds, three times in 10 minutes, and it says how long to wait", () =>
    Effect.gen(function* () {
      const { asked } = yield* sent()
      const before = post.attempts.length
      assert.deepStrictEqual(yield* at(noon)(start(asked)), sentOne)
      assert.deepStrictEqual(yield* at(noon + 1)(start(asked)), { outcome: "too-soon", retryAfterSeconds: 30 })
      assert.deepStrictEqual(yield* at(noon + 30 * second)(start(asked)), sentOne)
      assert.deepStrictEqual(yield* at(noon + minute)(start(asked)), sentOne)
      const fourth = yield* at(noon + 2 * minute)(start(asked))
      assert.deepStrictEqual(fourth, { outcome: "too-soon", retryAfterSeconds: 480 })
      yield* settled
      assert.strictEqual(post.attempts.length - before, 3)
    }),
  )

  it.effect("S28: ten times a day, however many requests go to the number; 20 at once send one", () =>
    Effect.gen(function* () {
      const mobile = freshNumber()
      const two = [yield* sent({ mobile }), yield* sent({ mobile })]
      const before = post.attempts.length
      const at20 = yield* Effect.all(
        Array.from({ length: 20 }, (_, n) => at(noon)(start(two[n % 2]?.asked ?? assert.fail()))),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(at20.filter(({ outcome }) => outcome === "sent").length, 1)
      for (let n = 1; n < 15; n++) {
        yield* Effect.all(
          two.map(({ asked }) => at(noon + n * 11 * minute)(start(asked))),
          { concurrency: 2 },
        )
      }
      yield* settled
      assert.strictEqual(post.attempts.filter(({ to }) => to === mobile).length, 10)
      assert.strictEqual(post.attempts.length - before, 10)
      assert.deepStrictEqual(yield* at(noon + day)(start(two[0]?.asked ?? assert.fail())), sentOne)
    }),
  )

  it.effect("S35: without a number everything looks as with one; the firm is told, and no code fits", () =>
    Effect.gen(function* () {
      const [without, with_] = [yield* sent({ mobile: "" }), yield* sent()]
      const before = post.attempts.length
      const timed = Effect.fnUntraced(function* <A>(effect: Effect.Effect<A, never, AccessCodes>) {
        const began = performance.now()
        const answer = yield* effect
        return { answer, took: performance.now() - began }
      })
      const play = (asked: Asked) =>
        Effect.all([
          timed(at(noon)(start(asked))),
          timed(at(noon + second)(start(asked))),
          timed(at(noon + second)(check(asked.preSession, "12345"))),
        ])
      const [one, other] = [yield* play(without.asked), yield* play(with_.asked)]
      assert.deepStrictEqual(
        one.map(({ answer }) => answer),
        other.map(({ answer }) => answer),
      )
      for (const { took } of [...one, ...other]) assert(took >= 195 && took < 5000, `${took} ms`)
      yield* until(() => post.attempts.length > before)
      assert.deepStrictEqual(yield* facts(without), ["code-no-number eva sms"])
      // ten guesses lock it as they lock the others
      const guess = (n: number) =>
        Effect.all(
          Array.from({ length: 5 }, (_, k) => at(noon + n * minute)(check(without.asked.preSession, `00000${k}`))),
        )
      yield* guess(0)
      yield* at(noon + minute)(start(without.asked))
      assert.strictEqual((yield* guess(1)).at(-1)?.outcome, "locked")
      assert.strictEqual(post.attempts.length, before + 1)
    }),
  )

  it.effect("S28: no SMS goes to numbers that cost extra, and none to a country that is not on the list", () =>
    Effect.gen(function* () {
      const before = post.attempts.length
      for (const mobile of ["+469001234567", "+46771234567", "+468123456", "0701234567", "+18765551234"]) {
        const out = yield* sent({ mobile })
        assert.deepStrictEqual(yield* at(noon)(start(out.asked)), sentOne, mobile)
        assert.deepStrictEqual(yield* facts(out), ["code-no-number eva sms"], mobile)
      }
      assert.strictEqual(post.attempts.length, before)
    }),
  )

  it.effect("M7: what was certainly not taken is tried again under the same id; what was refused is not", () =>
    Effect.gen(function* () {
      const out = yield* sent()
      const before = post.attempts.length
      post.smsFailures.push(new SmsFailed({ retryable: true, reason: "The SMS provider put off the message (503)." }))
      const code = yield* at(noon)(codeFor(out.asked))
      const attempts = post.attempts.slice(before)
      assert.strictEqual(attempts.length, 2)
      assert.deepStrictEqual(attempts[0], attempts[1])
      assert.strictEqual((yield* at(noon)(check(out.asked.preSession, code))).outcome, "right")

      const unlucky = yield* sent()
      post.smsFailures.push(new SmsFailed({ retryable: false, reason: "The SMS provider refused the message (422)." }))
      assert.deepStrictEqual(yield* at(noon)(start(unlucky.asked)), sentOne)
      yield* until(() => logs.some((line) => line.includes(unlucky.request.id) && line.includes("(422)")))
      assert.strictEqual(post.attempts.length, before + 3)
      assert.deepStrictEqual(yield* facts(unlucky), [])
    }),
  )

  it.effect("C1, S31: a code by e-mail: to the recipient's address, with the code as its heading and no link", () =>
    Effect.gen(function* () {
      const out = yield* sent({ language: "sv" })
      const asked: Asked = { ...out.asked, channel: "email" }
      const code = yield* at(noon)(codeFor(asked))
      const mail = post.mails.at(-1) ?? assert.fail()
      assert.deepStrictEqual(mail.to, { name: "Eva Ek", address: out.eva.email })
      assert.deepStrictEqual(mail.from, { name: "North & Co", address: "requests@localhost.localdomain" })
      assert.strictEqual(mail.subject, "Din kod från North & Co")
      assert.strictEqual(mail.text.split("\n")[0], code)
      assert.include(mail.html, code)
      assert.notInclude(mail.subject, code)
      for (const part of [mail.text, mail.html.replace(/<!doctype[^>]*>|xmlns[^ >]*/gi, "")]) {
        assert.notMatch(part, /https?:|href|\/r\//i)
      }
      assert.deepStrictEqual(yield* at(noon)(check(asked.preSession, code)), { outcome: "right", channel: "email" })
      assert.deepStrictEqual(yield* facts(out), ["code-sent eva email", "code-accepted eva email"])
    }),
  )

  it.effect("S31: where both are asked for, one after the other, each opens its own", () =>
    Effect.gen(function* () {
      const { asked } = yield* sent()
      const bySms = yield* at(noon)(codeFor(asked))
      assert.deepStrictEqual(yield* at(noon + second)(check(asked.preSession, bySms)), {
        outcome: "right",
        channel: "sms",
      })
      const byMail = yield* at(noon + second)(codeFor({ ...asked, channel: "email" }))
      if (bySms !== byMail) {
        assert.deepStrictEqual(yield* at(noon + minute)(check(asked.preSession, bySms)), { outcome: "refused" })
      }
      assert.deepStrictEqual(yield* at(noon + minute)(check(asked.preSession, byMail)), {
        outcome: "right",
        channel: "email",
      })
    }),
  )

  it.effect("a mail server that is down for a moment costs a second, and a wrong address nothing", () =>
    Effect.gen(function* () {
      const out = yield* sent()
      post.mailFailures.push(new MailFailed({ retryable: true, reason: "The mail server did not answer in time." }))
      const code = yield* at(noon)(codeFor({ ...out.asked, channel: "email" }))
      assert.strictEqual((yield* at(noon)(check(out.asked.preSession, code))).outcome, "right")
      const broken = yield* sent({ email: "nobody" })
      assert.deepStrictEqual(yield* at(noon)(start({ ...broken.asked, channel: "email" })), sentOne)
      assert.deepStrictEqual(yield* facts(broken), ["code-no-number eva email"])
    }),
  )
})

layer(layerOf({ SMS_COUNTRIES: "SE, NO", SMS_DAILY_BUDGET: "3", SMS_COUNTRY_BUDGET: "4" }), {
  excludeTestServices: true,
  timeout: "180 seconds",
})("the budget for SMS", (it) => {
  it.effect("S28: a workspace and a country never cost more than their budget, and it is theirs alone", () =>
    Effect.gen(function* () {
      const before = post.attempts.length
      const spent = () => logs.filter((line) => line.includes("budget")).length
      const { asked } = yield* sent()
      const from = spent()
      for (let n = 0; n < 6; n++) assert.deepStrictEqual(yield* at(noon + n * 11 * minute)(start(asked)), sentOne)
      yield* until(() => spent() - from === 3)
      assert.strictEqual(post.attempts.length - before, 3)
      // another workspace: one is left for Sweden
      for (let n = 0; n < 2; n++) yield* at(noon)(start((yield* sent()).asked))
      yield* until(() => spent() - from === 4)
      assert.strictEqual(post.attempts.length - before, 4)
      // Norway's is untouched
      yield* at(noon)(codeFor((yield* sent({ mobile: "+4740612345" })).asked))
      assert.strictEqual(post.attempts.length - before, 5)
      // and Germany is none of ours
      const abroad = yield* sent({ mobile: "+4915123456789" })
      yield* at(noon)(start(abroad.asked))
      assert.deepStrictEqual(yield* facts(abroad), ["code-no-number eva sms"])
      // tomorrow is another day
      yield* at(noon + day)(codeFor(asked))
    }),
  )
})

describe("the words of a code", () => {
  const workspace: Workspace = {
    id: "w",
    name: "Ask & Answer Ltd",
    accent: "#0b6e4f",
    language: "en",
    timeZone: "Europe/Stockholm",
    logo: null,
  }
  const publicUrl = "https://requests.example.com"
  const sms = (language: string, name = workspace.name, url = publicUrl) =>
    words.sms({ code: "000123", workspace: { ...workspace, name }, language, publicUrl: url })

  it("S34: the code first, whose it is and for how long, no link, and the host with the code as the last line", () => {
    assert.strictEqual(
      sms("en"),
      "000123 is your code to open the request from Ask & Answer Ltd. It works for 10 minutes.\n@requests.example.com #000123",
    )
    assert.strictEqual(
      sms("es"),
      "000123 es su clave para abrir la solicitud de Ask & Answer Ltd. Vale 10 minutos.\n@requests.example.com #000123",
    )
    assert.strictEqual(
      sms("sv-SE"),
      "000123 är din kod för att öppna förfrågan från Ask & Answer Ltd. Den gäller i 10 minuter.\n@requests.example.com #000123",
    )
    assert.match(sms("en", workspace.name, "http://localhost:3000"), /\n@localhost #000123$/)
  })

  it("S34 M32: one segment of SMS letters, also with long names and accents that SMS do not know", () => {
    for (const language of ["en", "es", "sv"]) {
      for (const name of [
        "North",
        "Låneförmedlarna i Östersund AB",
        "Asesoría Núñez y Compañía, Sociedad Limitada Profesional de Economistas y Abogados",
        "Übermäßig & Söhne – “Steuerberatung” Gesellschaft mit beschränkter Haftung",
        "{[Brackets]} ~ | ^ € \\ {[Brackets]} ~ | ^ € \\ {[Brackets]} ~ | ^ € \\ and more",
        "x".repeat(200),
      ]) {
        const text = sms(language, name)
        assert.isAtMost(Gsm7.lengthOf(text) ?? Infinity, 160, text)
        assert.match(text, /^000123 /)
        assert.match(text, /\n@requests\.example\.com #000123$/)
        assert.notMatch(text, /:\/\//)
      }
    }
    assert.include(sms("es", "Asesoría Núñez"), "Asesoria Nuñez")
  })

  it("S34: a name in other letters stays as it is; one that forges a last line does not", () => {
    assert.include(sms("en", "Βήτα Αναπτυξιακή"), "Βήτα Αναπτυξιακή")
    const forged = sms("en", "Evil\n@evil.example #999999").split("\n")
    assert.strictEqual(forged.length, 2)
    assert.strictEqual(forged[1], "@requests.example.com #000123")
  })

  it("M32: Gsm7: the letters of TS 23.038, those of the extension twice", () => {
    assert.strictEqual(Gsm7.lengthOf("abc ÅÄÖåäöñÑéùìòàÇ¿¡"), 20)
    assert.strictEqual(Gsm7.lengthOf("€{}"), 6)
    for (const letter of ["á", "í", "ó", "ú", "ç", "ë", "ł", "’", "中", "🧾", "`"])
      assert.isNull(Gsm7.lengthOf(letter), letter)
    assert.strictEqual(Gsm7.plain("Łódź – “çá’s”…"), 'Lodz - "ca\'s"...')
    assert.strictEqual(Gsm7.plain("Ålesund e\u0301"), "Ålesund é")
  })

  it("S34: the mail in each language has the code and no address to press", () => {
    for (const [language, subject] of [
      ["en", "Your code from Ask & Answer Ltd"],
      ["es", "Su código de Ask & Answer Ltd"],
      ["sv", "Din kod från Ask & Answer Ltd"],
    ] as const) {
      const mail = words.mail({ code: "000123", workspace, language })
      assert.strictEqual(mail.subject, subject)
      assert.match(mail.text, /^000123\n/)
      assert.notMatch(mail.text, /https?:/)
      assert.notMatch(mail.html, /<a\b/i)
    }
  })
})
