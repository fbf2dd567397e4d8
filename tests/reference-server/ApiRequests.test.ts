// What members do through the API: from a definition to a submission, in the words of the typed client.
import { assert, layer } from "@effect/vitest"
import { Crypto, Submission } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import { bearer, call, layer as testApi, ours, TestApi } from "../api/TestApi.ts"
import * as TestFirm from "../support/TestFirm.ts"

const recipient = { name: "Carl Customer", email: "carl@customer.example", language: "en" }
const asked = { questionnaire: { id: "kyc" }, title: "Company check 2027", recipient }
const headers = {}

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("what members do", (it) => {
  it.effect("P13 P14 T9 K18: create, send, list, read, history", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const created = yield* api.requests.create({ headers, payload: { ...asked, due: "2027-03-27" } })
      assert.strictEqual(created.state, "Pending")
      assert.isNull(created.sentAt)
      assert.includeMembers([...created.actions], ["edit", "send", "schedule", "cancel"])
      assert.notInclude(created.actions, "resend")
      assert.include(created.message, "{{requestTitle}}")
      assert.strictEqual(created.createdBy.name, "Moa Member")

      const params = { id: created.id }
      const sent = yield* api.requests.send({ params, headers })
      assert.strictEqual(sent.sends, 1)
      assert.match(sent.sentAt ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      assert.deepStrictEqual(
        sent.mails.map(({ kind, recipient: to }) => [kind, to]),
        [["invitation", "carl@customer.example"]],
      )

      const { requests, total } = yield* api.requests.list({ query: { search: "company check 2027" } })
      assert.strictEqual(total, 1)
      assert.strictEqual(requests[0]?.id, created.id)
      assert.strictEqual(requests[0]?.due, "2027-03-27")
      assert.strictEqual((yield* api.requests.list({ query: { state: "Cancelled" } })).total, 0)

      const { entries } = yield* api.requests.history({ params })
      assert.deepStrictEqual(
        entries.map(({ index, kind, type, by }) => [index, kind, type, by.kind, by.name]),
        [
          [1, "Forms", "RequestCreated", "member", "Moa Member"],
          [2, "Forms", "RequestSent", "member", "Moa Member"],
        ],
      )
      assert.deepInclude(entries[1]?.data, { sendNo: 1, expiresAt: sent.expiresAt, recipients: ["r1"] })
    }),
  )

  it.effect("P19 T11 K20: edit, resend and cancel answer with the request after them", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id } = yield* api.requests.create({ headers, payload: { ...asked, send: true } })
      const params = { id }
      const edited = yield* api.requests.edit({
        params,
        headers,
        payload: { title: "Another title", due: "2028-02-29" },
      })
      assert.strictEqual(edited.title, "Another title")
      assert.strictEqual(edited.due, "2028-02-29")
      assert.strictEqual(edited.revision, 2)
      const again = yield* api.requests.resend({ params, headers })
      assert.strictEqual(again.sends, 2)
      const cancelled = yield* api.requests.cancel({ params, headers, payload: { reason: "wrong person" } })
      assert.strictEqual(cancelled.state, "Cancelled")
      assert.deepStrictEqual(cancelled.actions, [])
      const { entries } = yield* api.requests.history({ params })
      assert.deepStrictEqual(entries.at(-1)?.data, { reason: "wrong person" })
    }),
  )

  it.effect("P22: a request whose window has passed is Expired, in lists too, whether or not anybody swept", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id } = yield* api.requests.create({ headers, payload: { ...asked, title: "Too late", send: true } })
      TestFirm.clock.pass(31 * 86_400_000)
      const late = yield* api.requests.get({ params: { id } })
      assert.strictEqual(late.state, "Expired")
      assert.includeMembers([...late.actions], ["resend", "cancel", "change-window"])
      assert.notInclude(late.actions, "send")
      assert.notInclude(late.actions, "edit")
      const { requests } = yield* api.requests.list({ query: { state: "Expired", search: "too late" } })
      assert.deepStrictEqual(
        requests.map((one) => [one.id, one.state]),
        [[id, "Expired"]],
      )
    }),
  )

  it.effect("a refusal is 409, names every guard that failed, and its request", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const nobody = { ...recipient, email: "" }
      const draft = yield* api.requests.create({ headers, payload: { ...asked, recipient: nobody } })
      const refused = yield* Effect.flip(api.requests.send({ params: { id: draft.id }, headers }))
      assert.strictEqual(refused._tag, "Refusal")
      if (refused._tag !== "Refusal") return
      assert.strictEqual(refused.request, draft.id)
      assert.deepStrictEqual(
        refused.reasons.map(({ code }) => code),
        ["recipient-email-missing"],
      )
      assert.strictEqual(refused.message, "The recipient has no e-mail address: add one.")
    }),
  )

  it.effect("P8 L01: create with send refused leaves a draft that the refusal names", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const payload = {
        ...asked,
        recipient: { ...recipient, email: "pass@fort.example" },
        policy: "passfort",
        send: true,
      } as const
      const first = yield* api.requests.create({ headers, payload })
      const refused = yield* Effect.flip(api.requests.create({ headers, payload }))
      assert.strictEqual(refused._tag, "Refusal")
      if (refused._tag !== "Refusal") return
      assert.deepStrictEqual(
        refused.reasons.map(({ code, about }) => [code, about]),
        [["outstanding-request", [first.id]]],
      )
      const draft = yield* api.requests.get({ params: { id: refused.request ?? "" } })
      assert.isNull(draft.sentAt)
    }),
  )

  it.effect("S46: the same call with the same key is carried out once; with another body it is refused", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const keyed = { "idempotency-key": yield* Crypto.uuid }
      const payload = { ...asked, title: "Once", send: true }
      const [first, ...rest] = yield* Effect.all(
        Array.from({ length: 5 }, () => api.requests.create({ headers: keyed, payload })),
        { concurrency: 5 },
      )
      assert.isDefined(first)
      if (first === undefined) return
      for (const one of rest) assert.strictEqual(one.id, first.id)
      assert.strictEqual((yield* api.requests.list({ query: { search: "once" } })).total, 1)

      const params = { id: first.id }
      const resend = { "idempotency-key": yield* Crypto.uuid }
      yield* api.requests.resend({ params, headers: resend })
      yield* api.requests.resend({ params, headers: resend })
      const { sends, mails } = yield* api.requests.get({ params })
      assert.strictEqual(sends, 2)
      assert.strictEqual(mails.length, 2)

      const cancelled = yield* api.requests.cancel({ params, headers, payload: {} })
      assert.strictEqual(cancelled.state, "Cancelled")
      const { entries } = yield* api.requests.history({ params })
      assert.deepStrictEqual(
        entries.map(({ type }) => type),
        ["RequestCreated", "RequestSent", "RequestResent", "RequestCancelled"],
      )

      const reused = yield* Effect.flip(
        api.requests.create({ headers: keyed, payload: { ...payload, title: "Something else" } }),
      )
      assert.strictEqual(reused._tag, "KeyReused")
      const unkeyed = yield* call("POST", `/api/requests/${first.id}/resend`, {
        headers: { ...bearer((yield* TestApi).ours), "idempotency-key": "not a uuid" },
      })
      assert.strictEqual(unkeyed.status, 400)
    }),
  )

  it.effect("a definition is checked, stored once, and read back as it was written", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const broken = '{ "format": 1, "id": "x",\n  "id": "y" }'
      const { findings } = yield* api.questionnaires.check({ payload: { source: broken } })
      assert.isTrue(findings.some(({ code, line }) => code === "duplicate-key" && line === 2))
      const plain = yield* call("POST", "/api/questionnaires/check", {
        headers: { ...bearer((yield* TestApi).ours), "content-type": "text/plain" },
        body: broken,
      })
      assert.deepStrictEqual(JSON.parse(plain.body), JSON.parse(JSON.stringify({ findings })))
      const refused = yield* Effect.flip(api.questionnaires.add({ payload: { source: broken } }))
      assert.strictEqual(refused._tag, "QuestionnaireRefused")
      if (refused._tag === "QuestionnaireRefused") assert.deepStrictEqual(refused.findings, findings)

      const source = TestFirm.questionnaire.replace('"kyc"', '"kyc-two"')
      const { questionnaire } = yield* api.questionnaires.add({ payload: { source } })
      const same = yield* api.questionnaires.add({ payload: { source } })
      assert.deepStrictEqual(same.questionnaire, questionnaire)
      assert.deepStrictEqual(yield* api.questionnaires.get({ params: { id: "kyc-two" }, query: {} }), {
        ...questionnaire,
        source,
      })
      const other = source.replace("Company check", "Another title")
      const taken = yield* Effect.flip(api.questionnaires.add({ payload: { source: other } }))
      assert.strictEqual(taken._tag, "VersionTaken")
      yield* api.questionnaires.add({ payload: { source: other.replace('"version":1', '"version":2') } })
      const { questionnaires } = yield* api.questionnaires.list()
      assert.strictEqual(questionnaires.find(({ id }) => id === "kyc-two")?.version, 2)

      const schema = yield* api.questionnaires.answersSchema({ params: { id: "kyc" }, query: { version: 1 } })
      assert.deepStrictEqual(schema["required"], ["name"])
      const missing = yield* Effect.flip(api.questionnaires.get({ params: { id: "kyc" }, query: { version: 9 } }))
      assert.strictEqual(missing._tag, "NotFound")
    }),
  )

  it.effect("a questionnaire written for one request is stored, but not listed", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const source = TestFirm.questionnaire.replace('"kyc"', '"only-once"')
      const made = yield* api.requests.create({ headers, payload: { ...asked, questionnaire: { source } } })
      assert.strictEqual(made.questionnaire.id, "only-once")
      const { questionnaires } = yield* api.questionnaires.list()
      assert.isUndefined(questionnaires.find(({ id }) => id === "only-once"))
      const refused = yield* Effect.flip(
        api.requests.create({ headers, payload: { ...asked, questionnaire: { source: "{}" } } }),
      )
      assert.strictEqual(refused._tag, "QuestionnaireRefused")
    }),
  )

  it.effect("M19: a message that cannot be sent is refused when it is given, not when it should go out", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const message = "Dear {{recipentName}},"
      const refused = yield* Effect.flip(api.requests.create({ headers, payload: { ...asked, message } }))
      assert.strictEqual(refused._tag, "MessageRefused")
      if (refused._tag === "MessageRefused") assert.include(refused.sentences[0], "Line 1, column 8")
      const { id } = yield* api.requests.create({ headers, payload: asked })
      const edited = yield* Effect.flip(api.requests.edit({ params: { id }, headers, payload: { message } }))
      assert.strictEqual(edited._tag, "MessageRefused")

      // a message that speaks of the due date, and then the date is taken away
      const dated = { ...asked, due: "2027-03-27", message: "Please answer by {{dueDate}}." }
      const { id: other } = yield* api.requests.create({ headers, payload: dated })
      const undated = yield* Effect.flip(api.requests.edit({ params: { id: other }, headers, payload: { due: null } }))
      assert.strictEqual(undated._tag, "MessageRefused")
      const nul = JSON.stringify({ ...asked, description: "a\u0000b" })
      assert.strictEqual(
        (yield* call("POST", "/api/requests", { headers: bearer((yield* TestApi).ours), body: nul })).status,
        400,
      )
    }),
  )

  it.effect("T10 T12: what was submitted can be read, proved and downloaded; S12: no link is in any answer", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const before = TestFirm.post.mails.length
      const { id } = yield* api.requests.create({
        headers,
        payload: { ...asked, title: "To be submitted", send: true },
      })
      const invitation = (yield* TestFirm.mails(before + 1)).find(({ text }) => text.includes("To be submitted"))
      assert.isDefined(invitation)
      if (invitation === undefined) return
      const { customer, secret } = yield* TestFirm.claim(invitation)
      const domain = yield* ClientRequests
      const { stored } = yield* domain.current(customer)
      yield* domain.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* Crypto.uuid)
      const passport = stored.questionnaire.sections[1]?.items[0]
      if (passport === undefined) return
      const pdf = new TextEncoder().encode("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
      const file = yield* (yield* Uploads).receive(customer, {
        question: passport,
        revision: 1,
        name: 'pass "port" ö.pdf',
        content: Stream.make(pdf),
      })
      const early = yield* Effect.flip(api.requests.submission({ params: { id } }))
      assert.strictEqual(early._tag, "NotFound")
      yield* domain.submit(customer, 1, yield* Crypto.uuid)

      const submission = yield* api.requests.submission({ params: { id } })
      assert.deepStrictEqual(submission.answers, { name: "Carl", passport: [file] })
      assert.strictEqual(submission.digest, yield* Submission.digest(submission.questionnaire.hash, submission.answers))
      const seen = yield* api.requests.get({ params: { id } })
      assert.strictEqual(seen.state, "Submitted")
      assert.deepStrictEqual(seen.submission, {
        id: submission.id,
        digest: submission.digest,
        submittedAt: submission.submittedAt,
      })
      assert.deepStrictEqual(
        seen.items.map(({ progress }) => progress?.state),
        ["done", "done"],
      )

      const content = yield* api.requests.file({ params: { id, file: file.id } })
      const bytes = yield* Stream.runFold(
        content,
        () => 0,
        (sum, chunk) => sum + chunk.length,
      )
      assert.strictEqual(bytes, pdf.length)
      const member = bearer((yield* TestApi).ours)
      const download = yield* call("GET", `/api/requests/${id}/files/${file.id}`, { headers: member })
      assert.strictEqual(download.headers["content-type"], "application/octet-stream")
      assert.strictEqual(download.headers["x-content-type-options"], "nosniff")
      assert.include(download.headers["content-security-policy"], "sandbox")
      assert.match(download.headers["content-disposition"] ?? "", /^attachment; filename="[^"]*"; filename\*=UTF-8''/)

      const token = Redacted.value(TestFirm.tokenIn(invitation))
      const paths = ["", `/${id}`, `/${id}/history`, `/${id}/submission`, "?search=submitted"]
      for (const path of paths) {
        const { body, status } = yield* call("GET", `/api/requests${path}`, { headers: member })
        assert.strictEqual(status, 200)
        assert.notInclude(body, token)
        assert.notInclude(body, Redacted.value(secret))
        assert.notInclude(body, "/r/")
      }
    }),
  )

  it.effect("half an emoji, or a language that is none, is 400 wherever it stands, and nothing is made", () =>
    Effect.gen(function* () {
      const headers = bearer((yield* TestApi).ours)
      const api = yield* ours
      const before = (yield* api.requests.list({ query: {} })).total
      const recipient = { name: "Carl", email: "", language: "en" }
      const good = { questionnaire: { id: "kyc" }, title: "Company check", recipient }
      const made = yield* call("POST", "/api/requests", { headers, body: JSON.stringify(good) })
      assert.strictEqual(made.status, 201)
      const { id } = JSON.parse(made.body) as { id: string }
      const half = "half \ud800"
      const malformed: ReadonlyArray<readonly [string, string, unknown]> = [
        ["POST", "/api/requests", { ...good, title: half }],
        ["POST", "/api/requests", { ...good, description: half }],
        ["POST", "/api/requests", { ...good, message: half }],
        ["POST", "/api/requests", { ...good, recipient: { ...recipient, name: half } }],
        ["POST", "/api/requests", { ...good, recipient: { ...recipient, language: "en-Latn-Latn" } }],
        ["PATCH", `/api/requests/${id}`, { title: half }],
        ["POST", `/api/requests/${id}/cancel`, { reason: half }],
        ["POST", "/api/keys", { name: half }],
      ]
      for (const [method, path, body] of malformed) {
        const sent = JSON.stringify(body)
        assert.strictEqual((yield* call(method, path, { headers, body: sent })).status, 400, `${path} ${sent}`)
      }
      assert.strictEqual((yield* api.requests.list({ query: {} })).total, before + 1)
    }),
  )

  it.effect("an id that is none is 400, one that nobody has is 404", () =>
    Effect.gen(function* () {
      const member = bearer((yield* TestApi).ours)
      assert.strictEqual((yield* call("GET", "/api/requests/1", { headers: member })).status, 400)
      assert.strictEqual((yield* call("GET", "/api/requests?limit=101", { headers: member })).status, 400)
      assert.strictEqual((yield* call("GET", "/api/requests?stat=Pending", { headers: member })).status, 400)
      const unknown = yield* call("GET", `/api/requests/${yield* Crypto.uuid}`, { headers: member })
      assert.strictEqual(unknown.status, 404)
      assert.deepStrictEqual(JSON.parse(unknown.body), {
        _tag: "NotFound",
        what: "request",
        message: "There is no such request.",
      })
    }),
  )
})
