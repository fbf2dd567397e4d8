// The pages of the sender and of the texts, and their API, as administrators and members meet them: real HTTP over the real domain.
import { createServer } from "node:http"
import { assert, layer } from "@effect/vitest"
import { Senders, Templates } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Api from "../../reference-server/src/Api.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import { Dns, type Resolver } from "../../reference-server/src/Dns.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import * as testMails from "../../reference-server/src/MailTemplates/testMails.ts"
import { standard } from "../../reference-server/src/MailTemplates/standard.ts"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Senders as Service } from "../../reference-server/src/Senders.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./FirmPagesWorld.ts"

const zone = new Map<string, ReadonlyArray<string>>()
const resolver: Resolver = { txt: (name) => Effect.sync(() => zone.get(name) ?? []), mx: () => Effect.succeed([]) }

const server = HttpRouter.serve(Layer.mergeAll(CustomerPages.layer, FirmPages.layer, Api.layer), {
  disableLogger: true,
  disableListenLog: true,
}).pipe(
  Layer.provide(Samples.layer),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(testMails.worker),
  Layer.provideMerge(TestFirm.layerOf({ MAIL_FROM: "requests@mail.example" })),
  Layer.provideMerge(Layer.succeed(Dns, resolver)),
)

const base = Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address))

const signedIn = Effect.fnUntraced(function* (member: Member) {
  const browser = World.browser(yield* base)
  browser.jar.set("rq-member", Redacted.value(yield* (yield* Members).openSession(member)))
  return browser
})

/** Somebody of the firm who may not configure. */
const colleague = Effect.fnUntraced(function* (workspaceId: string) {
  const sql = yield* SqlClient.SqlClient
  const id = yield* TestFirm.uuid
  const member: Member = { id, workspaceId, name: "Col League", email: `col.${id}@firm.example`, role: "member" }
  yield* sql`INSERT INTO members ${sql.insert({ ...member, passwordHash: "", createdAt: new Date() })}`
  return member
})

const sending = "/settings/sending"
const invitation = "/settings/templates/invitation/en"

/** Sends the form of a page that has this action, with these fields. */
const submit = Effect.fnUntraced(function* (
  browser: ReturnType<typeof World.browser>,
  path: string,
  fields: Record<string, string>,
) {
  const page = yield* browser.get(path)
  return yield* browser.post(path, { ...World.hidden(page, path), ...fields })
})

const asked = Effect.fnUntraced(function* (member: Member) {
  const { secret } = yield* (yield* Members).createKey(member, "tests")
  const url = yield* base
  return (method: string, path: string, body?: unknown) =>
    Effect.promise(async () => {
      const response = await fetch(`${url}/api${path}`, {
        method,
        headers: { authorization: `Bearer ${Redacted.value(secret)}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: answerOf(text === "" ? "{}" : text), text }
    })
})

/** What of the answers the tests look at. */
const Answer = Schema.fromJsonString(
  Schema.Struct({
    to: Schema.optionalKey(Schema.String),
    text: Schema.optionalKey(Schema.String),
    address: Schema.optionalKey(Schema.String),
    isStandard: Schema.optionalKey(Schema.Boolean),
    standard: Schema.optionalKey(Templates.Wording),
    versions: Schema.optionalKey(Schema.Array(Schema.Struct({ version: Schema.Int }))),
    findings: Schema.optionalKey(Schema.Array(Schema.Struct({ code: Schema.String }))),
    domain: Schema.optionalKey(Schema.NullOr(Senders.Domain)),
  }),
)
const answerOf = Schema.decodeSync(Answer)

layer(server, { excludeTestServices: true, timeout: "300 seconds" })("settings of mails", (it) => {
  it.effect("M2: set up, told what to publish, checked with a sentence for each record, verified, and given up", () =>
    Effect.gen(function* () {
      const senders = yield* Service
      const { member } = yield* TestFirm.firm
      const browser = yield* signedIn(member)
      assert.include(World.text(yield* browser.get(sending)), "requests@mail.example")

      const wrong = yield* submit(browser, sending, { action: "choose", domain: "gmail.com", localPart: "ask" })
      assert.strictEqual(wrong.status, 422)
      assert.include(World.text(wrong), "Nobody but the provider can publish records")
      assert.include(wrong.body, 'value="gmail.com"', "what was typed is kept")

      const choice = { action: "choose", domain: "Firm.Example", localPart: "ask" }
      assert.strictEqual((yield* submit(browser, sending, choice)).location, `${sending}?done=saved`)
      const sender = yield* senders.find(member.workspaceId)
      const fresh = yield* browser.get(sending)
      for (const { name, value } of sender?.records ?? []) {
        assert.include(fresh.body, `>${name}</code>`)
        assert.include(fresh.body, `>${value}</code>`)
      }
      const [ownership, dkim] = sender?.records ?? []
      zone.set(ownership?.name ?? "", ["requite-verification=wrong"])
      yield* submit(browser, sending, { action: "check" })
      const checked = World.text(yield* browser.get(sending))
      assert.include(checked, "There is another text: requite-verification=wrong.")
      assert.include(checked, "There is no such record: add it where your domain’s DNS is kept.")
      assert.include(checked, "not verified yet")
      assert.include(checked, "requests@mail.example")

      for (const record of [ownership, dkim]) zone.set(record?.name ?? "", [record?.value ?? ""])
      assert.strictEqual((yield* submit(browser, sending, { action: "check" })).location, `${sending}?done=checked`)
      const verified = World.text(yield* browser.get(sending))
      assert.include(verified, "ask@firm.example")
      assert.include(verified, "verified")

      yield* submit(browser, sending, { action: "rotate" })
      assert.include(World.text(yield* browser.get(sending)), "The next signature (DKIM)")
      yield* submit(browser, sending, { action: "remove" })
      assert.include(World.text(yield* browser.get(sending)), "requests@mail.example")
    }),
  )

  it.effect("M2: the doctor says on the page what this server lacks, each with what to do", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const page = World.text(yield* (yield* signedIn(member)).get(`${sending}?examine=server`))
      assert.include(page, "ok The database answers.")
      assert.include(page, "warning mail.example has no SPF record")
      assert.include(page, "warning mail.example has no DMARC record")
      assert.include(page, "warning mail.example takes no mail")
      assert.include(page, "No SMTP_URL is set")
    }),
  )

  it.effect("X12: only administrators configure; members read the texts and send themselves tests by the API", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const other = yield* colleague(member.workspaceId)
      const browser = yield* signedIn(other)
      assert.strictEqual((yield* browser.get(sending)).status, 403)
      const read = yield* browser.get(invitation)
      assert.strictEqual(read.status, 200)
      assert.notInclude(read.body, "<textarea")
      const api = yield* asked(other)
      assert.strictEqual((yield* api("GET", "/sender")).status, 403)
      assert.strictEqual((yield* api("PUT", "/templates/invitation/en", standard.invitation.en)).status, 403)
      const sent = yield* api("POST", "/templates/test", { kind: "reminder" })
      assert.deepStrictEqual([sent.status, sent.body], [202, { to: other.email }])
      assert.match((yield* TestFirm.mailTo(other.email)).subject, /^\[Test\] Still open:/)
    }),
  )

  it.effect(
    "C7 L34 M19 C8: the form names an unknown tag and a missing one, keeps what was typed, and shows how it looks",
    () =>
      Effect.gen(function* () {
        const { member } = yield* TestFirm.firm
        const browser = yield* signedIn(member)
        const page = yield* browser.get(invitation)
        assert.include(World.text(page), "must stay in the text")
        assert.include(page.body, "srcdoc=")
        const bad = { subject: "Hi", lead: "", body: "Dear {{firmNam}}, {{requestTitle}}" }
        const refused = yield* submit(browser, invitation, { action: "save", ...bad })
        assert.strictEqual(refused.status, 422)
        assert.include(
          World.text(refused),
          "There is no tag {{firmNam}}. Did you mean {{firmName}}? (line 1, column 8)",
        )
        assert.include(refused.body, "Dear {{firmNam}}")
        const missing = yield* submit(browser, invitation, { action: "save", ...bad, body: "Dear {{firmName}}" })
        assert.include(World.text(missing), "The body must show {{requestTitle}}")

        const good = {
          subject: "From {{firmName}}",
          lead: "Soon",
          body: "{{firmName}} wants {{requestTitle}} <b>now</b>",
        }
        const preview = yield* submit(browser, invitation, { action: "preview", ...good })
        assert.strictEqual(preview.status, 200)
        assert.include(World.text(preview), "From Fresh Ltd")
        assert.strictEqual(
          (yield* submit(browser, invitation, { action: "save", ...good })).location,
          `${invitation}?done=saved`,
        )
        const test = yield* submit(browser, invitation, { action: "test", ...good })
        assert.include(World.text(test), `A test is on its way to ${member.email}`)
        assert.strictEqual((yield* TestFirm.mailTo(member.email)).subject, "[Test] From Fresh Ltd")
        assert.include(World.text(yield* browser.get(invitation)), "by Fia Firm")
        assert.include(World.text(yield* browser.get("/settings/templates")), "your own")
        // P11: offered for the next request, in the firm's words
        assert.include((yield* browser.get("/requests/new")).body, "{{firmName}} wants {{requestTitle}}")
        yield* submit(browser, invitation, { action: "reset" })
        assert.include((yield* browser.get(invitation)).body, "asks you for some information")
        assert.include((yield* browser.get(`${invitation}?version=1`)).body, "{{firmName}} wants {{requestTitle}}")
        for (const path of ["/settings/templates/nope/en", "/settings/templates/invitation/x%20y"])
          assert.strictEqual((yield* browser.get(path)).status, 404)
      }),
  )

  it.effect("M34: by the API: a mail is seen with a link to the uniform page, and nothing is sent or changed", () =>
    Effect.gen(function* () {
      const { member, stored, address } = yield* TestFirm.firm
      const { id } = yield* TestFirm.createRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
      const api = yield* asked(member)
      const seen = yield* api("POST", "/templates/preview", { kind: "reminder", request: id })
      assert.strictEqual(seen.status, 200)
      assert.include(seen.body.text?.replace(/\s+/g, " "), "0 of 2 done")
      const browser = World.browser(yield* base)
      const path = /(\/r\/\S+)/.exec(seen.body.text ?? "")?.[1] ?? ""
      const [dead, unknown] = [yield* browser.get(path), yield* browser.get(`/r/${"x".repeat(43)}`)]
      assert.deepStrictEqual([dead.status, dead.body], [unknown.status, unknown.body])
      const missing = yield* api("POST", "/templates/preview", { kind: "reminder", request: yield* TestFirm.uuid })
      assert.strictEqual(missing.status, 404)
      const bad = { kind: "code", wording: { subject: "{{code}}", lead: "", body: "Hello" } }
      const refused = yield* api("POST", "/templates/preview", bad)
      assert.strictEqual(refused.status, 422)
      assert.includeMembers(
        (refused.body.findings ?? []).map(({ code }) => code),
        ["unknown-variable", "missing-tag"],
      )
      assert.strictEqual((yield* api("PUT", "/templates/code/sv", standard.code.sv)).body.versions?.length, 1)
      const read = yield* api("GET", "/templates/code/sv")
      assert.deepInclude(read.body, { isStandard: false, standard: standard.code.sv })
      assert.strictEqual((yield* api("DELETE", "/templates/code/sv")).status, 204)
      assert.isFalse(TestFirm.post.mails.some(({ to }) => to.address === address))
    }),
  )

  it.effect("M2: the sender by the API", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const api = yield* asked(member)
      assert.deepStrictEqual((yield* api("GET", "/sender")).body, { address: "requests@mail.example", domain: null })
      assert.strictEqual((yield* api("POST", "/sender/check")).status, 404)
      assert.strictEqual((yield* api("PUT", "/sender", { domain: "nope", localPart: "a" })).status, 422)
      const set = yield* api("PUT", "/sender", { domain: "api.example", localPart: "ask" })
      assert.deepInclude(set.body.domain ?? {}, { name: "api.example", state: "pending", checkedAt: null })
      assert.notInclude(set.text, "PRIVATE")
      for (const { name, value } of set.body.domain?.records ?? []) zone.set(name, [value])
      const checked = yield* api("POST", "/sender/check")
      assert.deepInclude(checked.body, { address: "ask@api.example" })
      assert.isString((yield* api("POST", "/sender/rotate")).body.domain?.nextSelector)
      assert.strictEqual((yield* api("DELETE", "/sender")).status, 204)
    }),
  )
})
