// Requests on the firm's pages: made on one page, sent once, refused in sentences, followed to their end.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { customer, filled, firm } from "./FirmPagesFirm.ts"
import * as World from "./FirmPagesWorld.ts"

describe("making a request", () => {
  it.live("P1, K1: a questionnaire goes out with title, description, due date and documents of the firm", () =>
    Effect.gen(function* () {
      const { world, browser, submit, stateOf } = yield* firm()
      const price = new File(["%PDF-1.4"], "Prices.pdf", { type: "application/pdf" })
      const sent = yield* submit("/requests/new", { purpose: "send", title: "Your papers" }, [price])
      const path = sent.location?.replace("?done=sent", "") ?? ""
      const request = stateOf(path)
      assert.deepInclude(request?.details, {
        title: "Your papers",
        description: "Please be quick.",
        due: "2099-03-27",
        recipients: [
          { id: "r1", name: "Bo Ek", email: "bo@example.com", language: "en", mobile: "", role: "", contact: null },
        ],
      })
      assert.strictEqual(request?.details.attachments[0]?.name, "Prices.pdf")
      assert.isNotNull(request?.sentAt ?? null)
      const shown = World.text(yield* browser.get(sent.location ?? ""))
      assert.include(shown, "Sent to Bo Ek.")
      assert.include(shown, "by Anna Larsson")
      assert.include(shown, "Waiting to be handed over")
      assert.strictEqual(world.requests.size, 1)
    }),
  )

  it.live(
    "P18, T2, T3: documents are asked for without a template, one a line, in a questionnaire that is not listed; sent, they are Forms in the history",
    () =>
      Effect.gen(function* () {
        const { world, browser, make, stateOf } = yield* firm("sv")
        const path = yield* make({
          what: "documents",
          documents: "Passport\r\n\r\n  Bank statement  \r\n",
          language: "sv",
        })
        const ref = stateOf(path)?.details.questionnaire
        const stored = world.questionnaires.find(({ ref: { id } }) => id === ref?.id)
        assert.isFalse(stored?.listed)
        assert.deepStrictEqual(
          stored?.questionnaire.sections[0]?.items.map(({ type, label, required }) => ({ type, label, required })),
          [
            { type: "upload", label: "Passport", required: true },
            { type: "upload", label: "Bank statement", required: true },
          ],
        )
        assert.strictEqual(stateOf(path)?.details.title, "Dokument")
        assert.notInclude((yield* browser.get("/questionnaires")).body, ref?.id ?? "-")
        assert.match(World.text(yield* browser.get(path)), /Anna Larsson skickade den till Bo Ek\. Forms/)
      }),
  )

  it.live("S42: a title and a name are one line, whatever was sent as one", () =>
    Effect.gen(function* () {
      const { make, stateOf } = yield* firm()
      const path = yield* make({ title: " Your\r\npapers\u2028now ", name: "Bo\r\nBcc: x@evil.example\u2029Ek" })
      const details = stateOf(path)?.details
      assert.strictEqual(details?.title, "Your papers now")
      assert.strictEqual(details?.recipients[0]?.name, "Bo Bcc: x@evil.example Ek")
    }),
  )

  it.live("a language that is none is a mistake, and a request that has one can still be looked at", () =>
    Effect.gen(function* () {
      const { world, browser, submit, make, stateOf } = yield* firm()
      for (const language of ["en-aaaaaaaaa", "en-Latn-Latn", "sv-1234-1234", "en-aaaaa-aaaaa", ""]) {
        const back = yield* submit("/requests/new", { purpose: "send", language })
        assert.strictEqual(back.status, 422, language)
        assert.include(back.body, 'href="#language"')
      }
      assert.strictEqual(world.requests.size, 0)
      const path = yield* make()
      const request = stateOf(path)
      if (request === undefined) return assert.fail("no request was made")
      const recipients = request.details.recipients.map((one) => ({ ...one, language: "en-Latn-Latn" }))
      world.requests.set(request.id, { ...request, details: { ...request.details, recipients } })
      const seen = yield* browser.get(path)
      assert.strictEqual(seen.status, 200)
      assert.include(World.text(seen), "en-Latn-Latn")
    }),
  )

  it.live("mistakes come back together: a summary with links, every field and every file kept, nothing made", () =>
    Effect.gen(function* () {
      const { world, submit } = yield* firm()
      const price = new File(["%PDF-1.4"], "Prices.pdf", { type: "application/pdf" })
      const program = new File(["MZ"], "prices.exe")
      const back = yield* submit(
        "/requests/new",
        { purpose: "send", questionnaire: "", name: "", email: "bo@", due: "2001-01-01", message: "Hello {{nam}}" },
        [price, program],
      )
      assert.strictEqual(back.status, 422)
      const shown = World.text(back)
      assert.include(shown, "6 things to mend")
      assert.include(shown, "“prices.exe” is of a type that is not taken.")
      assert.include(shown, "This day has passed. Choose a later one.")
      for (const field of ["questionnaire", "name", "email", "due", "message", "attachments"]) {
        assert.include(back.body, `href="#${field}"`)
      }
      assert.match(back.body, /<title>\s*Error: New request/)
      assert.include(back.body, 'value="bo@"')
      assert.include(back.body, "Hello {{nam}}")
      const [, kept = ""] = /name="attachment"\s+value="([^"]*)"\s+checked/.exec(back.body) ?? []
      assert.strictEqual(world.files.get(kept)?.file.name, "Prices.pdf")
      assert.strictEqual(world.requests.size, 0)

      const sent = yield* submit("/requests/new", { purpose: "send" }, [], [kept, randomUUID(), "nonsense"])
      const attached = [...world.requests.values()][0]?.details.attachments.map(({ name }) => name)
      assert.deepStrictEqual(attached, ["Prices.pdf"], "only documents of this firm")
      assert.strictEqual(sent.status, 303)
    }),
  )

  it.live("P10: a draft may wait for its address, sending may not; a known address brings its name along", () =>
    Effect.gen(function* () {
      const { world, browser, submit, press, make, stateOf } = yield* firm()
      const saved = yield* submit("/requests/new", { purpose: "save", email: "", name: "" })
      const draft = (saved.location ?? "").replace("?done=saved", "")
      assert.strictEqual(stateOf(draft)?.sentAt, null)
      const refused = yield* press(draft, "send")
      assert.strictEqual(refused.status, 409)
      assert.include(World.text(refused), "The recipient has no e-mail address. Change the request and add one.")

      const missing = yield* submit("/requests/new", { purpose: "send", email: "", name: "" })
      assert.include(World.text(missing), "Enter the e-mail address of the person you ask.")

      yield* make()
      assert.match((yield* browser.get("/requests/new")).body, /<option value="bo@example.com">Bo Ek<\/option>/)
      const again = yield* make({ name: "", email: "BO@example.com" })
      assert.strictEqual(stateOf(again)?.details.recipients[0]?.name, "Bo Ek")
      assert.strictEqual(world.requests.size, 3)
    }),
  )

  it.live("P11, P12: the preview is the mail as it will be sent, changes nothing and keeps what was typed", () =>
    Effect.gen(function* () {
      const { world, browser, submit } = yield* firm()
      const fresh = yield* browser.get("/requests/new")
      assert.match(
        fresh.body,
        /<textarea[^>]*name="message"[^>]*>\n[^<]*\{\{requestTitle\}\}/,
        "the default text is there",
      )
      const typed = { purpose: "preview", title: "Papers & more", message: "Dear {{recipientName}}, **please**." }
      const preview = yield* submit("/requests/new", typed)
      assert.strictEqual(preview.status, 200)
      assert.strictEqual(world.requests.size, 0)
      const [, srcdoc = ""] = /<iframe[^>]*\ssandbox\s[^>]*srcdoc="([^"]*)"/.exec(preview.body) ?? []
      assert.include(srcdoc, "Dear Bo Ek, &lt;strong&gt;please&lt;/strong&gt;.")
      assert.include(World.text(preview), "North & Co <requests@example.com>")
      assert.notMatch(preview.body, /<(input|textarea)[^>]*name="(subject|from|sender)"/)
      assert.include(preview.body, 'value="Papers &amp; more"')
      // the styles of the mail are allowed by their digests, and nothing else is
      const policy = preview.headers.get("content-security-policy") ?? ""
      assert.match(policy, /style-src 'self' 'unsafe-hashes' 'sha256-/)
      assert.notInclude(policy, "unsafe-inline")
      assert.include(World.text(preview), "1 question and 1 document")
    }),
  )

  it.live("I9: a form that arrives twice makes one request and one e-mail; with other content it says so", () =>
    Effect.gen(function* () {
      const { world, submit } = yield* firm()
      const command = randomUUID()
      const first = yield* submit("/requests/new", { purpose: "send", command })
      const second = yield* submit("/requests/new", { purpose: "send", command })
      assert.strictEqual(second.location, first.location)
      assert.strictEqual(world.requests.size, 1)
      assert.strictEqual([...world.mails.values()].flat().length, 1)
      const other = yield* submit("/requests/new", { purpose: "send", command, title: "Something else" })
      assert.strictEqual(other.status, 422)
      assert.include(World.text(other), "This form has been sent once before, with other content")
      assert.include(other.body, 'value="Something else"')
      assert.notStrictEqual(World.hidden(other, "/requests/new")["command"], command)
    }),
  )

  it.live("a form of an older session does nothing and loses nothing", () =>
    Effect.gen(function* () {
      const { world, submit } = yield* firm()
      const back = yield* submit("/requests/new", { purpose: "send", title: "My words", csrf: "0".repeat(64) })
      assert.strictEqual(back.status, 422)
      assert.include(World.text(back), "What you typed is still here")
      assert.include(back.body, 'value="My words"')
      assert.strictEqual(world.requests.size, 0)
    }),
  )

  it.live("the default message follows the recipient's language as long as nobody has touched it", () =>
    Effect.gen(function* () {
      const { browser, submit, make, stateOf } = yield* firm()
      const [, message = ""] =
        /<textarea[^>]*name="message"[^>]*>\n([^<]*)</.exec((yield* browser.get("/requests/new")).body) ?? []
      const path = yield* make({ language: "sv", message: message.replaceAll("\n", "\r\n") })
      assert.match(stateOf(path)?.details.message ?? "", /ber dig om/)
      const own = yield* submit("/requests/new", { purpose: "save", language: "sv", message: "Own words" })
      assert.strictEqual(stateOf((own.location ?? "").replace(/\?.*/, ""))?.details.message, "Own words")
    }),
  )
})

describe("one request", () => {
  it.live("P8, P30: what is refused says why in a sentence, and leads to what stands in the way", () =>
    Effect.gen(function* () {
      const { submit, make, stateOf } = yield* firm()
      const first = yield* make({ policy: "passfort" })
      const refused = yield* submit("/requests/new", { purpose: "send", policy: "passfort" })
      assert.strictEqual(refused.status, 409)
      const shown = World.text(refused)
      assert.include(shown, "Another request is out to this customer. Wait for it, or cancel it first.")
      assert.include(refused.body, `href="${first}"`)
      assert.include(shown, "not sent yet", "it is kept as a draft")
      assert.strictEqual(stateOf(first)?.state, "WaitingForCustomer")
    }),
  )

  it.live("K20, P29: sending again is offered where the policy allows it, and otherwise refused with a sentence", () =>
    Effect.gen(function* () {
      const { browser, make, press, stateOf } = yield* firm()
      const standard = yield* make()
      assert.strictEqual((yield* press(standard, "resend")).location, `${standard}?done=resent`)
      assert.strictEqual(stateOf(standard)?.sendNo, 2)
      const passfort = yield* make({ email: "ada@example.com", policy: "passfort" })
      const page = yield* browser.get(passfort)
      assert.notInclude(page.body, `${passfort}/resend`)
      const { csrf = "", command = "" } = World.hidden(page, `${passfort}/cancel`)
      const refused = yield* browser.post(`${passfort}/resend`, { csrf, command })
      assert.strictEqual(refused.status, 409)
      assert.include(World.text(refused), "Under its rules this request is sent once. Cancel it and ask again.")
    }),
  )

  it.live("P27, P29: the banner cancels with a reason, a second press too, and the same can be asked again", () =>
    Effect.gen(function* () {
      const { browser, make, stateOf } = yield* firm()
      const path = yield* make()
      const page = yield* browser.get(path)
      assert.include(World.text(page), "A customer request is out.")
      const fields = { ...World.hidden(page, `${path}/cancel`), reason: "Wrong person" }
      yield* browser.post(`${path}/cancel`, fields)
      assert.strictEqual((yield* browser.post(`${path}/cancel`, fields)).location, `${path}?done=cancelled`)
      assert.strictEqual(stateOf(path)?.state, "Cancelled")
      const after = yield* browser.get(path)
      assert.notInclude(World.text(after), "A customer request is out.")
      assert.match(World.text(after), /Anna Larsson cancelled it: Wrong person Forms/)
      const id = stateOf(path)?.id ?? ""
      assert.include(after.body, `href="/requests/new?from=${id}"`)
      const again = yield* browser.get(`/requests/new?from=${id}`)
      assert.include(again.body, 'value="bo@example.com"')
      assert.match(again.body, /value="papers@1"\s+selected/)
      const late = yield* browser.post(`${path}/send`, fields)
      assert.include(World.text(late), "This cannot be done any more: the request is now “Cancelled”.")
    }),
  )

  it.live(
    "T11: until the customer starts everything can be changed, the documents asked for too; then only what may",
    () =>
      Effect.gen(function* () {
        const { world, browser, submit, make, stateOf, happens } = yield* firm()
        const path = yield* make({ what: "documents", documents: "Passport" })
        const editing = yield* browser.get(`${path}/edit`)
        assert.match(editing.body, /<textarea[^>]*name="documents"[^>]*>\nPassport</)
        const change = { what: "documents", documents: "Passport\nVisa", title: "Travel", email: "else@example.com" }
        const saved = yield* submit(`${path}/edit`, { purpose: "save", ...change })
        assert.strictEqual(saved.location, `${path}?done=saved`)
        const { title, questionnaire, recipients } = stateOf(path)?.details ?? {}
        assert.deepInclude(
          { title, version: questionnaire?.version, questions: questionnaire?.questions },
          {
            title: "Travel",
            version: 2,
            questions: 2,
          },
        )
        assert.strictEqual(recipients?.[0]?.email, "bo@example.com", "it was sent to this address")
        const revision = stateOf(path)?.revision
        yield* submit(`${path}/edit`, { purpose: "save", ...change })
        assert.strictEqual(stateOf(path)?.revision, revision, "the same again changes nothing")
        assert.strictEqual(world.questionnaires.length, 3)

        happens(path, { ...customer, type: "Start", revision: revision ?? 0 })
        const late = yield* browser.get(`${path}/edit`)
        assert.include(World.text(late), "The customer has begun, so what is asked stays as it is.")
        assert.notInclude(late.body, 'name="title"')
        assert.include(late.body, 'name="due"', "K36: the due day may still move")
        const form = new FormData()
        const typed = { ...World.hidden(editing, `${path}/edit`), ...filled, purpose: "save", title: "Too late" }
        for (const [name, value] of Object.entries(typed)) form.append(name, value)
        const refused = yield* browser.post(`${path}/edit`, form)
        assert.strictEqual(refused.status, 409)
        assert.include(World.text(refused), "It can be changed only until the customer starts.")
        assert.include(refused.body, 'value="Too late"', "nothing that was typed is lost")
        happens(path, {
          ...customer,
          type: "Submit",
          submissionId: "s",
          digest: "",
          missing: [],
          revision: revision ?? 0,
        })
        assert.strictEqual((yield* browser.get(`${path}/edit`)).status, 409)
      }),
  )

  it.live("P16, P14, T12: answers and files are there as they come in, with the history in sentences", () =>
    Effect.gen(function* () {
      const { world, browser, make, stateOf, happens } = yield* firm()
      const path = yield* make()
      const id = stateOf(path)?.id ?? ""
      assert.include(World.text(yield* browser.get(path)), "Nothing has come in yet.")
      const file = { id: randomUUID(), name: "pass <1>.pdf", bytes: 3, type: "application/pdf", sha256: "a".repeat(64) }
      world.files.set(file.id, { file, bytes: Buffer.from("pdf") })
      world.answers.set(id, { name: "Bo" })
      happens(path, { ...customer, type: "AttachFile", item: "a", question: "passport", file, scan: "clean", limit: 1 })
      const open = World.text(yield* browser.get(path))
      assert.include(open, "Your name Bo")
      assert.include(open, "Bo Ek uploaded “pass <1>.pdf” for “Passport”.")
      happens(path, { ...customer, type: "Submit", submissionId: "s", digest: "d".repeat(64), missing: [] })
      const done = yield* browser.get(path)
      assert.include(World.text(done), "d".repeat(64))
      assert.match(World.text(done), /Bo Ek submitted it\. Forms/)
      assert.match(World.text(done), /Anna Larsson sent it to Bo Ek\. Forms/)

      const saved = yield* browser.get(`${path}/files/${file.id}`)
      assert.strictEqual(saved.body, "pdf")
      assert.match(
        saved.headers.get("content-disposition") ?? "",
        /^attachment; filename="pass _1_\.pdf"|^attachment; /,
      )
      assert.strictEqual(saved.headers.get("content-type"), "application/octet-stream")
      assert.strictEqual(saved.headers.get("x-content-type-options"), "nosniff")
      assert.include(saved.headers.get("content-security-policy") ?? "", "sandbox")
      assert.strictEqual((yield* browser.get(`${path}/files/${randomUUID()}`)).status, 404)
    }),
  )
})
