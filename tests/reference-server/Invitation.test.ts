import { assert, describe, it } from "@effect/vitest"
import type { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Invitation from "../../reference-server/src/Invitation.ts"
import * as TestFirm from "../support/TestFirm.ts"

const link = "http://localhost:3000/r/abcdefghijabcdefghijabcdefghijabcdefghijabc"
const workspace = {
  id: "w",
  name: "Ask & Answer Ltd",
  accent: "#0b6e4f",
  language: "en",
  timeZone: "Europe/Stockholm",
  logo: null,
}
const member = { id: "m", workspaceId: "w", name: "Moa Member", email: "moa@firm.example" }
/** Saturday 3 April 2027, 14:05 in Stockholm. */
const worksUntil = Date.UTC(2027, 3, 3, 12, 5)

const details = (changes: Partial<ClientRequest.Details> = {}, language = "en"): ClientRequest.Details => ({
  ...TestFirm.details({ id: "kyc", version: 1, hash: "", questions: 3, sections: ["about", "papers"] }),
  title: "Yearly company check",
  message: Invitation.defaultMessage(language),
  recipients: [person("Astrid Lind", "astrid@customer.example", language)],
  ...changes,
})

const person = (name: string, email: string, language: string) => TestFirm.recipient(email, { name, language })

const composed = (given: ClientRequest.Details, changes: Partial<Invitation.Invitation> = {}) =>
  Result.getOrThrow(
    Invitation.compose({
      workspace,
      member,
      details: given,
      sendNo: 1,
      link: Redacted.make(link),
      worksUntil,
      ...changes,
    }),
  )

/** What somebody reads who sees the HTML. */
const seen = (html: string) =>
  html
    .replace(/<(style|title)[^]*?<\/\1>|<[^>]*>/g, " ")
    .replace(/&(amp|#38|#x26);/g, "&")
    .replace(/\s+/g, " ")

describe("the invitation", () => {
  const languages = {
    en: {
      subject: "Ask & Answer Ltd asks you for: Yearly company check",
      says: ["Hello Astrid Lind,", "Moa Member at Ask & Answer Ltd", "Yearly company check"],
      details: [
        "Please answer by: Saturday, 27 March 2027",
        "The link works until: Saturday, 3 April 2027 at 14:05 CEST",
      ],
      button: "Open the request",
    },
    es: {
      subject: "Ask & Answer Ltd le pide: Yearly company check",
      says: ["Hola, Astrid Lind:", "Moa Member, de Ask & Answer Ltd", "Yearly company check"],
      details: [
        "Fecha límite: sábado, 27 de marzo de 2027",
        "El enlace funciona hasta: sábado, 3 de abril de 2027, 14:05 CEST",
      ],
      button: "Abrir la solicitud",
    },
    sv: {
      subject: "Ask & Answer Ltd ber dig om: Yearly company check",
      says: ["Hej Astrid Lind,", "Moa Member på Ask & Answer Ltd", "Yearly company check"],
      details: ["Svara senast: lördag 27 mars 2027", "Länken fungerar till: lördag 3 april 2027 kl. 14:05 CEST"],
      button: "Öppna förfrågan",
    },
  } as const
  for (const [language, expected] of Object.entries(languages)) {
    it(`P11 P13 P19 M9 M22: says who asks for what until when, with a button and its link, in ${language}`, () => {
      const mail = composed(details({}, language))
      assert.strictEqual(mail.subject, expected.subject)
      const [text, html] = [mail.text.replace(/\s+/g, " "), seen(mail.html)]
      for (const words of expected.says) {
        assert.include(text, words)
        assert.include(html, words)
      }
      for (const line of expected.details) {
        assert.include(mail.text, line)
        for (const part of line.split(": ")) assert.include(html, part)
      }
      assert.include(mail.html, `lang="${language}"`)
      // M20: once on the button and once to read, in the text part alone on its line
      const anchors = [...mail.html.matchAll(/<a\b[^>]*href="([^"]*)"[^>]*>([^<]*)<\/a>/g)]
      assert.deepStrictEqual(
        anchors.map(([, href, words]) => [href, words]),
        [
          [link, expected.button],
          [link, link],
        ],
      )
      assert.strictEqual(mail.text.split("\n").filter((line) => line === link).length, 1)
    })
  }

  it("M22: speaks the firm's language to those whose own we do not have, and writes dates as they do", () => {
    const [firm, recipient] = [{ ...workspace, language: "sv" }, person("Ada", "a@b.example", "de")] as const
    assert.include(composed(details({ recipients: [recipient] }), { workspace: firm }).subject, "ber dig om")
    const american = details({ recipients: [{ ...recipient, language: "en-US" }] })
    assert.include(composed(american).text, "Saturday, March 27, 2027")
    // M23: the day is a calendar date, whatever the zone; the end of the link is an instant, told in the request's
    const there = composed(details({ timeZone: "Pacific/Tongatapu" })).text
    assert.include(there, "Saturday, 27 March 2027")
    assert.include(there, "Sunday, 4 April 2027 at 01:05")
  })

  it("greets nobody by an empty name, and shows no row for what there is not", () => {
    for (const language of ["en", "es", "sv"]) {
      const recipients = [person("", "info@customer.example", language)]
      const mail = composed(details({ due: null, recipients }, language), { worksUntil: null })
      assert.match(mail.text, /^(Hello,|Hola:|Hej,)$/m)
      assert.notMatch(mail.text, /27|2027|\{|\}|undefined|null/)
      assert.notMatch(seen(mail.html), /27 |2027|\{\{|undefined|null/)
    }
  })

  it("K20 M11: sent again, it says so in the subject, so that no mail is taken for the one before", () => {
    const subjects = [1, 2, 3].map((sendNo) => composed(details(), { sendNo }).subject)
    assert.strictEqual(subjects[1], "Ask & Answer Ltd is waiting for: Yearly company check (new link 2)")
    assert.strictEqual(new Set(subjects).size, 3)
  })

  it("S42: a subject is one line, whatever a title or a name has in it", () => {
    const title = "Tax\r\nBcc: everybody@example.com\u2028\u0000 2027"
    const mail = composed(details({ title }), { workspace: { ...workspace, name: "Evil\nSubject: x" } })
    assert.strictEqual(mail.subject, "Evil Subject: x asks you for: Tax Bcc: everybody@example.com 2027")
    const html = composed(details({ title: "<img src=x onerror=alert(1)>" })).html
    assert.notMatch(html, /<img/)
    const named = details({
      recipients: [person("[x](javascript:alert(1)) **{{firmName}}**", "", "en")],
    })
    assert.include(composed(named).text, "Hello [x](javascript:alert(1)) **{{firmName}}**,")
    assert.notMatch(composed(named).html, /href="javascript/i)
  })

  it("P11: a message of the firm may use the tags", () => {
    const message = [
      "Dear {{recipientName}},",
      "**{{requestTitle}}** is due on {{dueDate}}. {{memberName}}, _{{firmName}}_",
      "[Our site](https://firm.example/help)",
    ].join("\n\n")
    assert.deepStrictEqual(Invitation.check(message, details()), [])
    const mail = composed(details({ message }))
    assert.include(mail.text, "Dear Astrid Lind,")
    assert.include(
      mail.text.replace(/\s+/g, " "),
      "Yearly company check is due on Saturday, 27 March 2027. Moa Member,",
    )
    assert.match(mail.html, /<a [^>]*href="https:\/\/firm\.example\/help"/)
  })

  it("a message that cannot be sent is refused with sentences that say where and what", () => {
    const message = "Dear {{recipientNaem}},\n\n{{{firmName}}} [x](javascript:alert(1))"
    const sentences = Invitation.check(message)
    assert.isAtLeast(sentences.length, 2)
    assert.match(sentences[0] ?? "", /^Line 1, column 8: .*recipientNaem.*recipientName/)
    assert.isTrue(sentences.some((sentence) => sentence.startsWith("Line 3, column 1: ")))
    const refused = Result.getOrThrow(Result.flip(Invitation.compose({ ...invitation, details: details({ message }) })))
    assert.deepStrictEqual([...refused.sentences], [...sentences])
    assert.strictEqual(refused.message, sentences.join(" "))
  })

  it("what a message speaks of and this request has not is found before it is sent", () => {
    const message = "Hello {{recipientName}}, please answer by {{dueDate}}."
    const [without, nameless] = [
      details({ message, due: null }),
      details({ message, recipients: [person("", "a@b.example", "en")] }),
    ]
    assert.deepStrictEqual(Invitation.check(message), [])
    assert.deepStrictEqual(Invitation.check(message, details()), [])
    assert.deepStrictEqual(Invitation.check(message, without), [
      "The message prints {{dueDate}}, which this request has no value for: give it one, or write {{#if dueDate}}…{{/if}} around that part.",
    ])
    assert.match(Invitation.check(message, nameless)[0] ?? "", /recipientName/)
    for (const given of [without, nameless]) {
      const refused = Result.getOrThrow(Result.flip(Invitation.compose({ ...invitation, details: given })))
      assert.deepStrictEqual([...refused.sentences], [...Invitation.check(message, given)])
    }
    assert.deepStrictEqual(Invitation.check("Hello{{#if dueDate}} {{dueDate}}{{/if}}", without), [])
  })

  it.effect("M34: a preview is the mail itself but for its link, which is no token", () =>
    Effect.gen(function* () {
      const { link: _, sendNo: __, ...rest } = invitation
      const preview = yield* Invitation.preview({ ...rest, publicUrl: "http://localhost:3000" })
      const mail = composed(details())
      const other = "http://localhost:3000/r/this-is-a-preview"
      assert.strictEqual(preview.subject, mail.subject)
      assert.strictEqual(preview.text, mail.text.replaceAll(link, other))
      assert.strictEqual(preview.html, mail.html.replaceAll(link, other))
      const refused = yield* Effect.flip(
        Invitation.preview({ ...rest, details: details({ message: "{{nope}}" }), publicUrl: "http://localhost:3000" }),
      )
      assert.deepStrictEqual([...refused.sentences], [...Invitation.check("{{nope}}")])
    }),
  )
})

const invitation = { workspace, member, details: details(), sendNo: 1, link: Redacted.make(link), worksUntil }
