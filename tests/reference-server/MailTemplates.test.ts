// The words of mails: the standard ones, a firm's own, in which language, and what neither can do.
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import * as Letter from "../../reference-server/src/Invitation/Letter.ts"
import * as MailPreviews from "../../reference-server/src/MailPreviews.ts"
import * as sample from "../../reference-server/src/MailPreviews/sample.ts"
import { type Kind, kinds, MailTemplates, type Wording } from "../../reference-server/src/MailTemplates.ts"
import { standard } from "../../reference-server/src/MailTemplates/standard.ts"
import * as testMails from "../../reference-server/src/MailTemplates/testMails.ts"
import { check, direction, languageTag, write } from "../../reference-server/src/MailTemplates/wording.ts"
import * as TestFirm from "../support/TestFirm.ts"

const workspace = {
  id: "w",
  name: "Ask & Answer Ltd",
  accent: "#0b6e4f",
  language: "en",
  timeZone: "Europe/Stockholm",
  logo: null,
}
const now = Date.UTC(2027, 2, 20, 12)
const link = Redacted.make("http://localhost:3000/r/this-is-a-preview")
const shown = (kind: Exclude<Kind, "code">, language: string, wording?: Wording) =>
  sample.letter(kind, {
    workspace,
    member: { name: "Moa Member" },
    language,
    link,
    now,
    own: wording === undefined ? undefined : { language, wording },
  })
const own = (changes: Partial<Wording> = {}, kind: Kind = "invitation"): Wording => ({
  ...standard[kind].en,
  ...changes,
})
const codesOf = (kind: Kind, wording: Wording) => check(kind, wording).map(({ part, code }) => `${part} ${code}`)

describe("what a template may say", () => {
  it("M19: every standard text could be saved as it is", () => {
    for (const kind of kinds) {
      for (const [language, wording] of Object.entries(standard[kind])) {
        assert.deepStrictEqual(check(kind, wording), [], `${kind} ${language}`)
      }
    }
  })

  it("M19 C8: a tag that is not there is named with the one that was probably meant", () => {
    const [finding] = check("invitation", own({ body: "{{firmName}} {{requestTitel}} {{requestTitle}}" }))
    assert.deepInclude(finding, { part: "body", code: "unknown-variable", line: 1, column: 16 })
    assert.include(finding?.sentence, "Did you mean {{requestTitle}}?")
    assert.deepStrictEqual(codesOf("invitation", own({ lead: "{{nope}}" })), ["lead unknown-variable"])
  })

  it("M19 C8 L34: what must stay cannot be taken out, nor hidden behind a condition, of any kind", () => {
    const needed = {
      invitation: ["firmName", "requestTitle"],
      reminder: ["dueSentence", "standing"],
      "access-link": ["firmName", "requestTitle", "notYou"],
      returned: ["firmName"],
      delegated: ["firmName", "requestTitle", "passedOnBy"],
      comments: ["firmName", "requestTitle"],
      code: ["firmName", "expiry"],
    } as const
    for (const kind of kinds) {
      const findings = check(kind, own({ body: "Hello" }, kind))
      assert.deepStrictEqual(
        findings.map(({ code }) => code),
        needed[kind].map(() => "missing-tag"),
      )
      for (const [at, name] of needed[kind].entries()) assert.include(findings[at]?.sentence, `{{${name}}}`)
    }
    assert.deepStrictEqual(codesOf("code", own({ body: "{{firmName}}{{#if expiry}}{{expiry}}{{/if}}" }, "code")), [
      "body missing-tag",
    ])
    assert.deepStrictEqual(codesOf("reminder", own({ subject: "Please answer" }, "reminder")), [
      "subject missing-tag",
      "subject missing-tag",
    ])
    assert.deepStrictEqual(codesOf("access-link", own({ subject: "Your link" }, "access-link")), [
      "subject missing-tag",
    ])
    assert.deepStrictEqual(codesOf("invitation", own({ subject: "  " })), ["subject empty"])
  })

  it("M21: what greets the reader or is for them alone stands in no subject and no preview line", () => {
    assert.deepStrictEqual(codesOf("invitation", own({ subject: "{{greeting}}" })), ["subject not-in-subject"])
    assert.deepStrictEqual(codesOf("access-link", own({ lead: "{{notYou}}" }, "access-link")), ["lead not-in-subject"])
    // the code itself is no tag at all
    assert.deepStrictEqual(codesOf("code", own({ subject: "{{code}}" }, "code")), ["subject unknown-variable"])
  })

  it("S42: nothing but printing: no raw values, partials, helpers, or links that lead astray", () => {
    for (const body of ["{{{firmName}}}", "{{> other}}", "{{#with x}}{{/with}}", "[Pay](javascript:alert(1))"]) {
      assert.notDeepEqual(check("invitation", own({ body: `${body} {{firmName}} {{requestTitle}}` })), [])
    }
  })
})

describe("how a template prints", () => {
  const hostile = "Evil\r\nBcc: all@example.com <script>alert(1)</script> {{firmName}} **x** [y](javascript:z)"

  it("S42 M19: no value can add a header, a tag or a link, wherever it is printed", () => {
    const every = "{{greeting}} {{recipientName}} {{memberName}} {{firmName}} {{requestTitle}}"
    const wording = { subject: "{{firmName}} {{requestTitle}}", lead: "{{memberName}}", body: every }
    const mail = sample.letter("invitation", {
      workspace: { ...workspace, name: hostile },
      member: { name: hostile },
      language: "en",
      link,
      now,
      own: { language: "en", wording },
    })
    assert.notMatch(mail.subject, /[\r\n]/)
    assert.notMatch(mail.html, /<script|href="javascript/i)
    assert.include(mail.text.replace(/\s+/g, " "), "{{firmName}} **x**")
  })

  it("M19: what cannot be printed after all is said in the standard words", () => {
    const wording = own({ subject: "Due {{dueDate}}" })
    const written = write("invitation", { language: "en", wording }, ["en"], {
      greeting: "Hello",
      memberName: "M",
      firmName: "F",
      requestTitle: "T",
    })
    assert.strictEqual(written.subject, "F asks you for: T")
  })

  it("M12: five reminders of a firm's own words are five different mails, subject and body", () => {
    const wording = {
      subject: "{{state}}, {{when}}",
      lead: "Soon",
      body: "{{firmName}}: {{dueSentence}} {{standing}}",
    }
    const letter: Letter.Letter = {
      workspace,
      member: { name: "Moa" },
      details: {
        title: "Check",
        due: null,
        message: "",
        timeZone: "UTC",
        recipients: [TestFirm.recipient("a@b.example")],
      },
      link,
      worksUntil: null,
      own: { language: "en", wording },
    }
    const mails = [1, 2, 3, 4, 5].map((number) =>
      Letter.write(
        letter,
        "reminder",
        {
          dueSentence: "Still waiting.",
          standing: "1 of 2.",
          state: "Still open: A",
          when: `reminder ${number}`,
          number: `${number}`,
        },
        { rows: [{ label: "Reminder", value: String(number) }] },
      ),
    )
    for (const part of ["subject", "text", "html"] as const) {
      assert.strictEqual(new Set(mails.map((mail) => mail[part])).size, 5, part)
    }
  })

  it("M22: lines of Arabic, Hebrew, Persian and Urdu run from the right, in the button and the panel too", () => {
    assert.deepStrictEqual(["ar", "he-IL", "fa", "ur-PK", "az-Arab", "es-MX", "sv", "de", "not a tag"].map(direction), [
      "rtl",
      "rtl",
      "rtl",
      "rtl",
      "rtl",
      "ltr",
      "ltr",
      "ltr",
      "ltr",
    ])
    const wording = {
      subject: "{{firmName}} تطلب منك: {{requestTitle}}",
      lead: "افتح الطلب على هاتفك",
      body: "مرحبًا {{recipientName}}،\n\nتطلب منك **{{firmName}}** بعض المعلومات: {{requestTitle}}.",
    }
    const mail = shown("invitation", "ar", wording)
    assert.match(mail.html, /<html lang="ar" dir="rtl"/)
    assert.match(mail.html, /align="right"/)
    assert.notMatch(mail.html, /align="left"/)
    assert.include(mail.subject, "تطلب منك")
    // what we say around it is in a language that we speak, and says so
    assert.include(mail.html, '<bdi lang="en" dir="ltr">Open the request</bdi>')
    assert.notInclude(shown("invitation", "es").html, "<bdi")
    assert.include(mail.text, "مرحبًا Alex Example،")
    const german = shown("invitation", "de", { ...own(), subject: "{{firmName}} bittet Sie um: {{requestTitle}}" })
    assert.match(german.html, /<html lang="de" dir="ltr"/)
    assert.include(german.subject, "bittet Sie um")
  })

  it("M20 C8: button, bare link, dates and who sent it stay, whatever the firm writes", () => {
    for (const kind of ["invitation", "reminder", "access-link", "returned"] as const) {
      for (const language of ["en", "es", "sv"]) {
        const mail = shown(kind, language)
        const anchors = [...mail.html.matchAll(/<a\b[^>]*href="([^"]*)"/g)].map(([, href]) => href)
        assert.deepStrictEqual(anchors, [Redacted.value(link), Redacted.value(link)])
        assert.include(mail.text, `\n${Redacted.value(link)}\n`)
        assert.include(mail.text, "Moa Member")
        assert.notMatch(mail.subject + mail.text, /undefined|\{\{|null/)
      }
    }
  })

  it("M22: a language is written as BCP 47 has it, or is none", () => {
    assert.deepStrictEqual(["es-mx", "DE", "x y", "", "zh-hant-tw"].map(languageTag), [
      "es-MX",
      "de",
      null,
      null,
      "zh-Hant-TW",
    ])
  })
})

const world = Layer.provideMerge(testMails.worker, TestFirm.layer)

layer(world, { excludeTestServices: true, timeout: "300 seconds" })("a firm's own words", (it) => {
  const spanish = own({ subject: "{{firmName}} quiere: {{requestTitle}}" })

  it.effect(
    "M22: es-MX, then es, then the firm's language, then English; ours in a language before the firm's in another",
    () =>
      Effect.gen(function* () {
        const templates = yield* MailTemplates
        const { member } = yield* TestFirm.firm
        const find = (language: string) =>
          Effect.map(templates.find(member.workspaceId, "invitation", language), (found) => found?.language)
        assert.isUndefined(yield* find("es-MX"))
        yield* templates.save(member, "invitation", "en", own({ lead: "Ours" }))
        assert.isUndefined(yield* find("es-MX"), "we speak Spanish ourselves")
        assert.strictEqual(yield* find("de"), "en")
        assert.strictEqual(yield* find("en-GB"), "en")
        yield* templates.save(member, "invitation", "es", spanish)
        assert.strictEqual(yield* find("es-MX"), "es")
        yield* templates.save(member, "invitation", "es-MX", spanish)
        assert.strictEqual(yield* find("es-MX"), "es-MX")
        assert.strictEqual(yield* find("es-AR"), "es")
        yield* templates.reset(member, "invitation", "es-MX")
        assert.strictEqual(yield* find("es-MX"), "es")
        // nobody else's
        assert.isUndefined(yield* templates.find((yield* TestFirm.firm).member.workspaceId, "invitation", "es"))
      }),
  )

  it.effect("M19: each version stays, with who wrote it; the same again is none; what is wrong is not kept", () =>
    Effect.gen(function* () {
      const templates = yield* MailTemplates
      const { member } = yield* TestFirm.firm
      const { workspaceId } = member
      yield* templates.save(member, "reminder", "en", own({ lead: "One" }, "reminder"))
      yield* templates.save(member, "reminder", "en", own({ lead: "One" }, "reminder"))
      yield* templates.save(member, "reminder", "en", own({ lead: "Two" }, "reminder"))
      yield* templates.reset(member, "reminder", "en")
      yield* templates.reset(member, "reminder", "en")
      const refused = yield* Effect.flip(templates.save(member, "reminder", "en", own({ body: "Hello" }, "reminder")))
      assert.strictEqual(refused._tag, "TemplateRefused")
      const versions = yield* templates.versions(workspaceId, "reminder", "en")
      assert.deepStrictEqual(
        versions.map(({ version, wording, by }) => [version, wording?.lead ?? null, by]),
        [
          [3, null, member.id],
          [2, "Two", member.id],
          [1, "One", member.id],
        ],
      )
      assert.deepStrictEqual(yield* templates.list(workspaceId), [])
    }),
  )

  it.effect("C8 M19 M11: mails go out in the firm's words; a request that was sent keeps its own message", () =>
    Effect.gen(function* () {
      const templates = yield* MailTemplates
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      yield* templates.save(member, "invitation", "en", own({ subject: "Papers for {{firmName}}", lead: "Quick one" }))
      const { id } = yield* TestFirm.sendRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
      const first = yield* TestFirm.mailTo(address)
      assert.strictEqual(first.subject, "Papers for Fresh Ltd")
      assert.include(first.html, "Quick one")
      yield* templates.save(
        member,
        "invitation",
        "en",
        own({ subject: "Other", body: "New {{firmName}} {{requestTitle}}" }),
      )
      yield* templates.save(member, "access-link", "en", own({ subject: "Key {{number}}" }, "access-link"))
      yield* requests.resend(member, id, yield* TestFirm.uuid)
      const second = yield* TestFirm.mailTo(address, 2)
      assert.strictEqual(second.subject, "Other (new link 2)", "no mail is taken for the one before")
      assert.include(second.text, "asks you for some information", "the message that it was made with")
      assert.notInclude(second.text, "New Fresh Ltd")
      yield* requests.requestAccessLink(member.workspaceId, id, "carl", yield* TestFirm.uuid)
      assert.strictEqual((yield* TestFirm.mailTo(address, 3)).subject, "Key 1")
    }),
  )

  it.effect(
    "M34: any mail of a request is seen before it is sent, in its own words, with a link that opens nothing",
    () =>
      Effect.gen(function* () {
        const access = yield* CustomerAccess
        const { member, stored, address } = yield* TestFirm.firm
        const changes = { recipients: [TestFirm.recipient(address, { language: "sv" })], sensitivity: "high" } as const
        const { id } = yield* TestFirm.createRequest(member, stored.ref, changes)
        for (const kind of kinds) {
          const mail = yield* MailPreviews.ofRequest(member, id, { kind, wording: null })
          assert.notMatch(mail.subject + mail.text, /undefined|\{\{/, kind)
          // M21: of a sensitive request no part is named
          assert.notMatch(mail.subject + mail.text + mail.html, /About you|Papers/, kind)
          const token = /\/r\/(\S+)/.exec(mail.text)?.[1]
          if (kind === "code") assert.isUndefined(token)
          else {
            const dead = yield* Effect.flip(access.claim(Redacted.make(token ?? ""), null))
            assert.strictEqual(dead._tag, "LinkDead")
          }
          assert.match(mail.html, /<html lang="sv"/)
        }
        const missing = yield* Effect.flip(
          MailPreviews.ofRequest(member, yield* TestFirm.uuid, { kind: "invitation", wording: null }),
        )
        assert.strictEqual(missing._tag, "RequestNotFound")
      }),
  )

  it.effect("M34 M1: a test goes to oneself alone, says that it is one, and its link opens nothing", () =>
    Effect.gen(function* () {
      const templates = yield* MailTemplates
      const access = yield* CustomerAccess
      const { member, stored, address } = yield* TestFirm.firm
      const { id } = yield* TestFirm.createRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
      const wording = own({ subject: "Draft of {{firmName}}" })
      const draft = { kind: "invitation", language: "en", recipient: null } as const
      yield* templates.sendTest(member, { ...draft, wording, request: null })
      const mail = yield* TestFirm.mailTo(member.email)
      assert.strictEqual(mail.subject, "[Test] Draft of Fresh Ltd")
      yield* templates.sendTest(member, { ...draft, wording: null, request: id })
      const ofRequest = yield* TestFirm.mailTo(member.email, 2)
      assert.strictEqual(ofRequest.subject, "[Test] Fresh Ltd asks you for: Company check 2027")
      for (const { text } of [mail, ofRequest]) {
        const dead = yield* Effect.flip(access.claim(Redacted.make(/\/r\/(\S+)/.exec(text)?.[1] ?? ""), null))
        assert.strictEqual(dead._tag, "LinkDead")
      }
      assert.isFalse(
        TestFirm.post.mails.some(({ to }) => to.address === address),
        "the customer gets nothing",
      )
      for (let n = 0; n < 28; n++) yield* templates.sendTest(member, { ...draft, wording: null, request: null })
      const limited = yield* Effect.flip(templates.sendTest(member, { ...draft, wording: null, request: null }))
      assert.strictEqual(limited._tag, "RateLimited")
    }),
  )
})
