// What a customer's page can do through the API, in plain HTTP: the session, the answers, the files, the submission.
import { assert, layer } from "@effect/vitest"
import { Customer, Failure, Wire } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { type Answer, call, layer as testApi, origin, ours } from "../api/TestApi.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { claim, Claimed, claimed, decoded, enter, type Entered, invite } from "./ApiCustomerWorld.ts"

const pdf = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
/** A part of a form, as browsers write it; a file field left empty has the name "". */
const part = ([name, content]: readonly [name: string, content: string]) =>
  `--edge\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n${content}`

/** Uploads files to a question; `end` is how the form ends. */
const upload = (
  { at, headers }: Entered,
  files: ReadonlyArray<readonly [name: string, content: string]>,
  { question = "passport", end = "\r\n--edge--\r\n" } = {},
) =>
  call("POST", `${at}/files/${question}?revision=1`, {
    headers: { ...headers, "content-type": "multipart/form-data; boundary=edge" },
    body:
      ['--edge\r\ncontent-disposition: form-data; name="note"\r\n\r\nno file', ...files.map(part)].join("\r\n") + end,
  })

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("what customers do", (it) => {
  it.effect("S10 S19: claiming opens a session in a cookie; only with it the questions and answers are shown", () =>
    Effect.gen(function* () {
      const { token } = yield* invite("Claimed")
      const answer = yield* claim(token)
      assert.strictEqual(answer.status, 200)
      const { handle } = decoded(Claimed, answer)
      assert.deepStrictEqual(JSON.parse(answer.body), { handle, code: null, retryAfterSeconds: 0 })
      assert.match(answer.cookies[1] ?? "", /^rq-device=[A-Za-z0-9_-]{43}; .*HttpOnly.*SameSite=Lax/)
      assert.strictEqual(answer.cookies.length, 2)
      const [cookie = "", ...attributes] = (answer.cookies[0] ?? "").split("; ")
      assert.match(cookie, new RegExp(`^rq-${handle}=[A-Za-z0-9_-]{43}$`))
      assert.includeMembers(attributes, ["HttpOnly", "SameSite=Lax", "Path=/"])
      assert.notInclude(answer.body, token)

      const fill = yield* call("GET", `/api/customer/${handle}`, { headers: { cookie } })
      assert.strictEqual(fill.status, 200)
      const { csrf, questionnaire, ...seen } = decoded(Customer.Fill, fill)
      assert.match(csrf, /^[0-9a-f]{128}$/)
      assert.strictEqual(questionnaire["id"], "kyc")
      assert.deepStrictEqual(seen.workspace, { name: "Ask & Answer Ltd", accent: "#0b6e4f" })
      assert.strictEqual(seen.title, "Claimed")
      assert.strictEqual(seen.language, "sv")
      assert.strictEqual(seen.revision, 1)
      assert.deepStrictEqual(
        seen.progress.map(({ id, state }) => [id, state]),
        [
          ["about", "to-do"],
          ["papers", "to-do"],
        ],
      )
      assert.notInclude(fill.body, "moa@firm.example")
      assert.notInclude(fill.body, token)
    }),
  )

  it.effect("T16 P24 P28: answers are saved, wrong ones too; what is missing stops the submission", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id, at, cookie, headers } = yield* enter("Saved")
      const put = (payload: object) => call("PUT", `${at}/answers`, { headers, body: JSON.stringify(payload) })
      const first = yield* put({ revision: 1, answers: { mail: "not an address" }, visited: "about" })
      assert.strictEqual(first.status, 200)
      const { issues, progress } = decoded(Customer.Saved, first)
      assert.deepStrictEqual(
        issues.map(({ code, question }) => [code, question]),
        [["text-email", "mail"]],
      )
      assert.strictEqual(progress[0]?.state, "started")

      const early = yield* call("POST", `${at}/submit`, { headers, body: '{"revision":1}' })
      assert.strictEqual(early.status, 409)
      const { reasons, request } = decoded(Failure.Refusal, early)
      assert.isNull(request)
      assert.deepStrictEqual(
        reasons.map(({ code, about }) => [code, about]),
        [["incomplete", ["name", "mail"]]],
      )

      assert.strictEqual((yield* put({ revision: 1, answers: { name: "Carl", mail: "" } })).status, 200)
      const fill = decoded(Customer.Fill, yield* call("GET", at, { headers: { cookie } }))
      assert.strictEqual(fill.answers["name"], "Carl")
      const done = yield* call("POST", `${at}/submit`, { headers, body: '{"revision":1}' })
      assert.strictEqual(done.status, 200)
      const { digest, submittedAt } = decoded(Customer.Receipt, done)
      const seen = yield* api.requests.get({ params: { id } })
      assert.strictEqual(seen.submission?.digest, digest)
      assert.strictEqual(seen.submission?.submittedAt, submittedAt)
    }),
  )

  it.effect(
    "I10 S50: a submission that is asked for again gives the same receipt, to the session that made it alone",
    () =>
      Effect.gen(function* () {
        const api = yield* ours
        const { token, ...mine } = yield* enter("Once and again")
        // another session of the same browser, by the same link
        const claimedToo = yield* claim(token, { ...claimed, cookie: mine.device })
        const cookie = claimedToo.cookies[0]?.split(";")[0] ?? ""
        const at = `/api/customer/${decoded(Claimed, claimedToo).handle}`
        const { csrf } = decoded(Customer.Fill, yield* call("GET", at, { headers: { cookie } }))
        const submit = (one: Entered, headers: Readonly<Record<string, string>> = one.headers) =>
          call("POST", `${one.at}/submit`, { headers, body: '{"revision":1}' })
        const body = JSON.stringify({ revision: 1, answers: { name: "Carl" } })
        assert.strictEqual((yield* call("PUT", `${mine.at}/answers`, { headers: mine.headers, body })).status, 200)

        const answers = yield* Effect.forEach(
          Array.from({ length: 100 }, () => mine),
          (one) => submit(one),
          { concurrency: "unbounded" },
        )
        for (const answer of answers) assert.strictEqual(answer.status, 200, answer.body)
        assert.strictEqual(new Set(answers.map((answer) => answer.body)).size, 1)
        const later = yield* submit(mine)
        assert.strictEqual(later.body, answers[0]?.body)
        const seen = yield* api.requests.get({ params: { id: mine.id } })
        assert.strictEqual(seen.submission?.digest, decoded(Customer.Receipt, later).digest)
        const { entries } = yield* api.requests.history({ params: { id: mine.id } })
        assert.strictEqual(entries.filter(({ type }) => type === "RequestSubmitted").length, 1)

        // nobody else gets it, nothing else works, and it still takes the session's token
        assert.strictEqual((yield* submit({ at, headers: { cookie, origin, "x-csrf-token": csrf } })).status, 410)
        assert.strictEqual((yield* submit(mine, { ...mine.headers, "x-csrf-token": csrf })).status, 403)
        assert.strictEqual((yield* submit(mine, { ...mine.headers, cookie })).status, 410)
        assert.strictEqual((yield* call("GET", mine.at, { headers: { cookie: mine.cookie } })).status, 410)
        assert.strictEqual((yield* call("PUT", `${mine.at}/answers`, { headers: mine.headers, body })).status, 410)
      }),
  )

  it.effect("K47 L44: what is sent back says so, with its reason, and is all that can be written", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id, device, at, cookie, headers } = yield* enter("Sent back")
      const fill = Effect.map(call("GET", at, { headers: { cookie } }), (answer) => decoded(Customer.Fill, answer))
      const begun = (status: Customer.FillItem["status"], open = true): ReadonlyArray<Customer.FillItem> => [
        { id: "about", status, reason: null, infected: null, open },
        { id: "papers", status: "NotStarted", reason: null, infected: null, open },
      ]
      assert.deepStrictEqual((yield* fill).items, begun("NotStarted"))
      const body = JSON.stringify({ revision: 1, answers: { name: "Carl" } })
      assert.strictEqual((yield* call("PUT", `${at}/answers`, { headers, body })).status, 200)
      assert.deepStrictEqual((yield* fill).items, begun("InProgress"))
      assert.strictEqual((yield* call("POST", `${at}/submit`, { headers, body: '{"revision":1}' })).status, 200)

      const to = "carl@customer.example"
      const before = TestFirm.post.mails.filter((one) => one.to.address === to).length
      const payload = { reason: "The name is not that of the company." }
      yield* api.requests.returnItem({ params: { id, item: "about" }, headers: {}, payload })
      const mail = yield* TestFirm.mailTo(to, before + 1)
      const again = yield* claim(Redacted.value(TestFirm.tokenIn(mail)), { ...claimed, cookie: device })
      const back = decoded(
        Customer.Fill,
        yield* call("GET", `/api/customer/${decoded(Claimed, again).handle}`, {
          headers: { cookie: again.cookies[0]?.split(";")[0] ?? "" },
        }),
      )
      assert.deepStrictEqual(back.items, [
        { id: "about", status: "Returned", reason: payload.reason, infected: null, open: true },
        { id: "papers", status: "Completed", reason: null, infected: null, open: false },
      ])
    }),
  )

  it.effect("answers of a shape that no form sends are refused by name, and nothing is saved", () =>
    Effect.gen(function* () {
      const { at, cookie, headers } = yield* enter("Malformed")
      const bodies = [
        ['{"revision":1,"answers":{"name":7,"mail":"c@x.example"}}', "name"],
        ['{"revision":1,"answers":{"nobody":"x"}}', "nobody"],
        ['{"revision":1,"answers":{"__proto__":{"name":"x"}}}', "__proto__"],
        ['{"revision":1,"answers":{"passport":[]}}', "passport"],
      ] as const
      for (const [body, question] of bodies) {
        const answer = yield* call("PUT", `${at}/answers`, { headers, body })
        assert.strictEqual(answer.status, 422, body)
        const refused = decoded(Failure.AnswersRefused, answer)
        assert.strictEqual(refused._tag, "AnswersRefused")
        assert.deepStrictEqual(
          refused.issues.map((one) => one.question),
          [question],
        )
      }
      const fill = decoded(Customer.Fill, yield* call("GET", at, { headers: { cookie } }))
      assert.deepStrictEqual(fill.answers, { passport: [] })
      const large = JSON.stringify({ revision: 1, answers: { name: "x".repeat(1_100_000) } })
      assert.strictEqual((yield* call("PUT", `${at}/answers`, { headers, body: large })).status, 413)
    }),
  )

  it.effect("L12: what was filled in before the firm changed the questions is stale", () =>
    Effect.gen(function* () {
      const api = yield* ours
      const { id, at, cookie, headers } = yield* enter("Stale")
      yield* api.requests.edit({ params: { id }, headers: {}, payload: { title: "Changed" } })
      const body = JSON.stringify({ revision: 1, answers: { name: "Carl" } })
      const answer = yield* call("PUT", `${at}/answers`, { headers, body })
      assert.strictEqual(answer.status, 409)
      assert.include(answer.body, '"stale-revision"')
      assert.strictEqual((yield* upload({ at, headers }, [["a.pdf", pdf]])).status, 409)
      const fill = decoded(Customer.Fill, yield* call("GET", at, { headers: { cookie } }))
      assert.strictEqual(fill.revision, 2)
      assert.deepStrictEqual(fill.files, [])
    }),
  )

  it.effect("S39: a change needs our origin and the session's token; without one of them nothing changes", () =>
    Effect.gen(function* () {
      const { at, cookie, headers } = yield* enter("Cross-site")
      const other = yield* enter("Another session")
      const body = JSON.stringify({ revision: 1, answers: { name: "Mallory" } })
      const strangers: ReadonlyArray<Record<string, string>> = [
        { cookie },
        { ...headers, origin: "https://evil.example" },
        { ...headers, "sec-fetch-site": "cross-site" },
        { cookie, origin },
        { ...headers, "x-csrf-token": "" },
        { ...headers, "x-csrf-token": other.headers["x-csrf-token"] },
      ]
      for (const stranger of strangers) {
        const answer = yield* call("PUT", `${at}/answers`, { headers: stranger, body })
        assert.strictEqual(answer.status, 403, JSON.stringify(stranger))
        assert.include(answer.body, '"_tag":"NotFromHere"')
      }
      const form_ = yield* call("PUT", `${at}/answers`, { headers: { ...headers, "content-type": "text/plain" }, body })
      assert.strictEqual(form_.status, 415)
      const fill = decoded(Customer.Fill, yield* call("GET", at, { headers: { cookie } }))
      assert.deepStrictEqual(fill.answers, { passport: [] })

      const { token } = yield* invite("Claimed across sites")
      assert.strictEqual((yield* claim(token, { "content-type": "application/json" })).status, 403)
      assert.strictEqual((yield* claim(token, { ...claimed, origin: "https://evil.example" })).status, 403)
      assert.strictEqual((yield* claim(token, { origin, "content-type": "text/plain" })).status, 415)
      assert.strictEqual((yield* claim(token)).status, 200)
    }),
  )

  it.effect("P25: files are uploaded several at once, listed, downloaded and taken back", () =>
    Effect.gen(function* () {
      const customer = yield* enter("Files")
      const { at, cookie, headers } = customer
      const answer = yield* upload(customer, [
        ["front.pdf", pdf],
        ["", ""],
        ["../back.pdf", `${pdf}%`],
      ])
      assert.strictEqual(answer.status, 201)
      const { files } = decoded(Schema.Struct({ files: Schema.Array(Wire.FileRef) }), answer)
      assert.deepStrictEqual(
        files.map(({ name, bytes, type }) => [name, bytes, type]),
        [
          ["front.pdf", pdf.length, "application/pdf"],
          ["back.pdf", pdf.length + 1, "application/pdf"],
        ],
      )
      const [front, back] = files
      const download = yield* call("GET", `${at}/files/${front?.id}`, { headers: { cookie } })
      assert.strictEqual(download.body, pdf)
      assert.strictEqual(
        download.headers["content-disposition"],
        "attachment; filename=\"front.pdf\"; filename*=UTF-8''front.pdf",
      )
      assert.strictEqual(download.headers["content-type"], "application/octet-stream")

      const third = yield* upload(customer, [["c.pdf", pdf]])
      assert.strictEqual(third.status, 409)
      assert.include(third.body, '"file-limit"')
      const removed = yield* call("DELETE", `${at}/files/${front?.id}?revision=1`, { headers })
      assert.strictEqual(removed.status, 204)
      assert.strictEqual((yield* call("GET", `${at}/files/${front?.id}`, { headers: { cookie } })).status, 404)
      const fill = decoded(Customer.Fill, yield* call("GET", at, { headers: { cookie } }))
      assert.deepStrictEqual(
        fill.files.map(({ id, question }) => [id, question]),
        [[back?.id, "passport"]],
      )
      const other = yield* enter("Another customer")
      const foreign = yield* call("GET", `${other.at}/files/${back?.id}`, { headers: { cookie: other.cookie } })
      assert.strictEqual(foreign.status, 404)
    }),
  )

  it.effect("S51 S60: too large, of a wrong type, empty, for no such question: refused, and nothing is kept", () =>
    Effect.gen(function* () {
      const customer = yield* enter("Refused files")
      const problems = (answer: Answer) => decoded(Failure.UploadRefused, answer).problems
      const codes = (answer: Answer) => [answer.status, ...problems(answer).map(({ code }) => code)]
      // above what JSON may be, and above what the question takes: the question's limit is the one that is told
      const large = yield* upload(customer, [["large.pdf", pdf + "x".repeat(2_000_000)]])
      assert.deepStrictEqual(codes(large), [422, "upload-too-large"])
      assert.strictEqual(problems(large)[0]?.values["max"], 100_000)
      const page = yield* upload(customer, [["page.pdf", "<html><script>alert(1)</script></html>"]])
      assert.deepStrictEqual(codes(page), [422, "upload-wrong-type"])
      assert.strictEqual((yield* upload(customer, [["empty.pdf", ""]])).status, 422)
      assert.deepStrictEqual(codes(yield* upload(customer, [])), [422, "upload-missing"])
      assert.deepStrictEqual(codes(yield* upload(customer, [["", ""]])), [422, "upload-missing"])
      const many = Array.from({ length: 25 }, () => ["", ""] as const)
      assert.deepStrictEqual(codes(yield* upload(customer, many)), [422, "upload-too-many"])
      for (const question of ["name", "nothing"]) {
        assert.strictEqual((yield* upload(customer, [["a.pdf", pdf]], { question })).status, 404, question)
      }
      const fill = decoded(Customer.Fill, yield* call("GET", customer.at, { headers: { cookie: customer.cookie } }))
      assert.deepStrictEqual(fill.files, [])
    }),
  )

  it.effect("S59: a large file comes in whole where its question takes it, though JSON may not be so long", () =>
    Effect.gen(function* () {
      const source = TestFirm.questionnaire
        .replace('"kyc"', '"large"')
        .replace('"maxBytes":100000', '"maxBytes":20000000')
      const customer = yield* enter("Large file", { source })
      const content = pdf + "x".repeat(12_000_000)
      const answer = yield* upload(customer, [["large.pdf", content]])
      assert.strictEqual(answer.status, 201)
      const { files } = decoded(Schema.Struct({ files: Schema.Array(Wire.FileRef) }), answer)
      assert.strictEqual(files[0]?.bytes, content.length)
      assert.strictEqual(files[0]?.sha256, createHash("sha256").update(content).digest("hex"))
    }),
  )

  it.effect("S60: a file whose form breaks off is not kept as if it were whole; those before it are", () =>
    Effect.gen(function* () {
      const customer = yield* enter("Broken off")
      const files = Effect.map(call("GET", customer.at, { headers: { cookie: customer.cookie } }), (fill) =>
        decoded(Customer.Fill, fill).files.map(({ name }) => name),
      )
      const half = yield* upload(customer, [["half.pdf", pdf]], { end: "" })
      assert.strictEqual(half.status, 422)
      assert.include(half.body, '"upload-broken"')
      assert.deepStrictEqual(yield* files, [])
      const second = yield* upload(
        customer,
        [
          ["whole.pdf", pdf],
          ["half.pdf", pdf],
        ],
        { end: "" },
      )
      assert.strictEqual(second.status, 422)
      assert.deepStrictEqual(yield* files, ["whole.pdf"])
      const bare = yield* call("POST", `${customer.at}/files/passport?revision=1`, {
        headers: { ...customer.headers, "content-type": "multipart/form-data" },
        body: part(["no-boundary.pdf", pdf]),
      })
      assert.strictEqual(bare.status, 422)
      assert.deepStrictEqual(yield* files, ["whole.pdf"])
    }),
  )

  it.effect("S63: a session opens its own request and no other", () =>
    Effect.gen(function* () {
      const one = yield* enter("One")
      const two = yield* enter("Two")
      const crossed = yield* call("GET", two.at, { headers: { cookie: one.cookie } })
      assert.strictEqual(crossed.status, 410)
      const member = yield* call("GET", "/api/requests", { headers: { cookie: one.cookie } })
      assert.strictEqual(member.status, 401)
      assert.strictEqual(
        (yield* call("GET", two.at, { headers: { cookie: `${one.cookie}; ${two.cookie}` } })).status,
        200,
      )
    }),
  )
})
