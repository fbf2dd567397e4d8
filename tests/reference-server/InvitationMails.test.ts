// The mails that follow an invitation: reminders, new links, and notices to members.
import { assert, describe, it } from "@effect/vitest"
import { ClientRequest, Questionnaire, RequestPolicy } from "@requite/core"
import * as Redacted from "effect/Redacted"
import type { Current } from "../../reference-server/src/ClientRequests.ts"
import * as NewLink from "../../reference-server/src/Invitation/NewLink.ts"
import * as Notice from "../../reference-server/src/Invitation/Notice.ts"
import * as Reminder from "../../reference-server/src/Invitation/Reminder.ts"
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

const details = (changes: Partial<ClientRequest.Details> = {}): ClientRequest.Details => ({
  ...TestFirm.details({ id: "kyc", version: 1, hash: "", questions: 3, sections: ["about", "papers"] }),
  title: "Yearly company check",
  recipients: [person("Astrid Lind", "astrid@customer.example", "en")],
  ...changes,
})

const person = (name: string, email: string, language: string) => TestFirm.recipient(email, { name, language })

/** What somebody reads who sees the HTML. */
const seen = (html: string) =>
  html
    .replace(/<(style|title)[^]*?<\/\1>|<[^>]*>/g, " ")
    .replace(/&(amp|#38|#x26);/g, "&")
    .replace(/\s+/g, " ")

/** A request as the server reads it, two weeks before it is due, after these events. */
const questionnaire = Questionnaire.check(TestFirm.questionnaire).questionnaire
const start = Date.UTC(2027, 2, 13, 9)
const by = { kind: "member", id: "m" } as const
const currentOf = (
  changes: Partial<ClientRequest.Details> = {},
  state: Partial<ClientRequest.State> = {},
  answers: Current["answers"] = {},
): Current => {
  assert.isNotNull(questionnaire)
  const policy = RequestPolicy.standard
  const created = { type: "RequestCreated", at: start, by, requestId, details: details(changes), policy } as const
  const sent = {
    type: "RequestSent",
    at: start,
    by,
    sendNo: 1,
    expiresAt: worksUntil,
    recipients: ["carl"],
    revokes: false,
    resetsCount: true,
  } as const
  const request = ClientRequest.replay([created, sent])
  if (questionnaire === null || request === null) throw new Error("the sample is broken")
  return {
    request: { ...request, ...state },
    stored: { questionnaire, ref: request.details.questionnaire, source: "" },
    answers,
    versions: {},
    visited: [],
    savedAt: null,
    context: {},
  }
}
const requestId = "970fb427-df9a-4569-b6f1-e0416c82fe51"
const letterFor = (current: Current) => ({
  workspace,
  member,
  details: current.request.details,
  link: Redacted.make(link),
  worksUntil,
})
const days = (count: number) => start + count * 86_400_000

describe("the reminder", () => {
  it("K13 K15 M12: five in a row are five different mails that say what is open, how much is done and when it is due", () => {
    for (const language of ["en", "es", "sv"]) {
      const current = currentOf({ recipients: [person("Astrid Lind", "a@customer.example", language)] })
      const mails = [7, 14, 15, 16, 17].map((day, index) =>
        Reminder.compose(letterFor(current), current, index + 1, days(day)),
      )
      for (const part of ["subject", "text", "html"] as const) {
        assert.strictEqual(new Set(mails.map((mail) => mail[part])).size, 5, `${language} ${part}`)
      }
      // the lead line, without what stands around it
      assert.strictEqual(new Set(mails.map(({ text }) => text.split("\n\n")[2])).size, 5)
      for (const { subject, text } of mails) {
        assert.include(subject, "About you, Papers")
        assert.include(text, link)
        assert.notMatch(subject + text, /undefined|\{/)
      }
    }
  })

  it("K13 M12: ahead of the day, on it, and after it, with a part done, in the words of a person", () => {
    const current = currentOf({}, {}, { name: "Astrid" })
    const at = (day: number) => Reminder.compose(letterFor(current), current, 1, days(day))
    assert.strictEqual(at(7).subject, "Still open: Papers (1 of 2 done, due in 7 days)")
    assert.include(
      at(7).text.replace(/\s+/g, " "),
      "“Yearly company check” is due in 7 days, on Saturday, 27 March 2027.",
    )
    assert.strictEqual(at(14).subject, "Still open: Papers (1 of 2 done, due today)")
    assert.strictEqual(at(15).subject, "Still open: Papers (1 of 2 done, 1 day overdue)")
    assert.include(at(15).text, "was due 1 day ago")
    assert.include(at(15).text, "Reminder: 1\n")
  })

  it("K36: the date of an item that is open counts before the request's", () => {
    const current = currentOf({ dues: { papers: "2027-03-20" } }, {}, { name: "Astrid" })
    const mail = Reminder.compose(letterFor(current), current, 1, days(6))
    assert.include(mail.subject, "due in 1 day")
    assert.include(mail.text, "Please answer by: Saturday, 20 March 2027")
  })

  it("M12: when all is filled in it says that it only has to be submitted", () => {
    const given = {
      name: "Astrid",
      passport: [{ id: "f", name: "p.pdf", bytes: 1, type: "application/pdf", sha256: "" }],
    }
    const current = currentOf({}, {}, given)
    assert.strictEqual(
      Reminder.compose(letterFor(current), current, 1, days(7)).subject,
      "Only to be submitted: Yearly company check (due in 7 days)",
    )
  })

  it("M21: of a sensitive request it names no item", () => {
    const current = currentOf({ sensitivity: "high" })
    const mail = Reminder.compose(letterFor(current), current, 1, days(7))
    assert.notMatch(mail.subject + mail.html + mail.text, /About you|Papers/)
    assert.include(mail.text.replace(/\s+/g, " "), "0 of 2 done.")
  })
})

describe("mails with a new link", () => {
  it("K41 K43: the access link says that it was asked for, and no two are the same", () => {
    const current = currentOf()
    const [one, two] = [1, 2].map((accessNo) => NewLink.asked(letterFor(current), accessNo))
    assert.include(one?.text, link)
    assert.include(one?.text.replace(/\s+/g, " "), "If you did not ask for it, ignore this e-mail")
    assert.notStrictEqual(one?.subject, two?.subject)
  })

  it("L44: an item that was sent back is named, with the reason as it was written", () => {
    const current = currentOf()
    const delivery = {
      kind: "returned",
      recipient: "carl",
      item: "papers",
      reason: "Page 2 is <cut> off.",
      at: 1,
    } as const
    const mail = NewLink.returned(letterFor(current), current, delivery)
    assert.strictEqual(mail.subject, "Please look again: Papers (Yearly company check)")
    assert.include(mail.text, "Why: Page 2 is <cut> off.")
    assert.include(mail.html, "&lt;cut&gt;")
    const opened = NewLink.returned(letterFor(current), current, { ...delivery, item: null, reason: "" })
    assert.strictEqual(opened.subject, "Open again: Yearly company check")
  })
})

describe("notices to members", () => {
  const submission = { id: "s", digest: "", at: Date.UTC(2027, 2, 20, 9, 30) }
  const notice = (
    delivery: Notice.Noticed,
    {
      language = "en",
      changes = {},
      state = {},
    }: {
      readonly language?: string
      readonly changes?: Partial<ClientRequest.Details>
      readonly state?: Partial<ClientRequest.State>
    } = {},
  ) =>
    Notice.compose({
      workspace: { ...workspace, language },
      current: currentOf(changes, state),
      delivery,
      link: `http://localhost:3000/requests/${requestId}`,
      now: days(7),
    })
  const submitted = { kind: "submitted-notice", submissionId: "s" } as const

  const languages = {
    en: [
      "Submitted: Yearly company check (Astrid Lind)",
      "has submitted",
      "Submitted: Saturday, 20 March 2027 at 10:30 CET",
    ],
    es: [
      "Entregada: Yearly company check (Astrid Lind)",
      "ha entregado",
      "Entregada el: sábado, 20 de marzo de 2027, 10:30 CET",
    ],
    sv: [
      "Inskickat: Yearly company check (Astrid Lind)",
      "har skickat in",
      "Inskickat: lördag 20 mars 2027 kl. 10:30 CET",
    ],
  } as const
  for (const [language, [subject, says, when]] of Object.entries(languages)) {
    it(`T12 K3: tells the member in the firm's language (${language}) whose answers are there, and where`, () => {
      const mail = notice(submitted, { language, state: { submission } })
      assert.strictEqual(mail.subject, subject)
      for (const part of [says, when, "Astrid Lind, astrid@customer.example"]) assert.include(mail.text, part)
      assert.include(seen(mail.html), says)
      assert.include(mail.text, `\nhttp://localhost:3000/requests/${requestId}\n`)
    })
  }

  it("M21 S12: has no answer and no link of the customer in it, and one line for a subject", () => {
    const changes = { title: "Tax\n2027", recipients: [person("", "a@b.example", "sv")] }
    const mail = notice(submitted, { changes, state: { submission } })
    assert.strictEqual(mail.subject, "Submitted: Tax 2027 (a@b.example)")
    assert.include(mail.text, "From: a@b.example\n")
    assert.notInclude(mail.html + mail.text, "/r/")
  })

  it("K31 K19 M16 F2: each says what happened, in every language", () => {
    const items = {
      papers: { status: "Completed", reason: null, at: 1 },
      about: { status: "NotApplicable", reason: "We have no company.", at: 1 },
    } as const
    const files = [
      { id: "f", name: "p.pdf", bytes: 1, type: "application/pdf", sha256: "", question: "passport", at: 5 },
    ]
    const state = {
      items,
      files: files.map((file) => ({ ...file, scan: "clean" as const })),
      quarantined: files.map((file) => ({ ...file, signature: "Eicar-Signature" })),
    }
    const reasons = [{ code: "recipient-email-missing", message: "No address.", about: ["carl"] }] as const
    const all: ReadonlyArray<readonly [Notice.Noticed, string, string]> = [
      [{ kind: "item-notice", item: "papers", at: 1 }, "Completed: Papers", "Done: 2 of 2"],
      [{ kind: "item-notice", item: "about", at: 1 }, "Does not apply: About you", "Why: We have no company."],
      [{ kind: "upload-notice", at: 0, last: 5 }, "1 file came in: Yearly", "1 file was uploaded"],
      [{ kind: "schedule-notice", reasons, at: 0 }, "Not sent: Yearly", "The recipient has no e-mail address"],
      [{ kind: "reminders-notice", recipient: "carl", at: 0 }, "No reminders wanted: Yearly", "turn them on again"],
      [
        { kind: "bounce-notice", recipient: "carl", at: 0 },
        "Could not be delivered",
        "Address: astrid@customer.example",
      ],
      [
        { kind: "number-notice", recipient: "carl", at: 0 },
        "No code could be sent: Yearly",
        "under “Ask somebody else instead”",
      ],
      [{ kind: "file-notice", file: "f", at: 0 }, "A file with a virus was removed: Yearly", "Found: Eicar-Signature"],
    ]
    for (const [delivery, subject, says] of all) {
      const mail = notice(delivery, { state })
      assert.include(mail.subject, subject)
      assert.include(mail.text.replace(/\s+/g, " "), says)
      for (const language of ["es", "sv"]) {
        const other = notice(delivery, { language, state })
        assert.notStrictEqual(other.subject, mail.subject)
        assert.notMatch(other.subject + other.text, /undefined|\{/)
      }
    }
  })
})
