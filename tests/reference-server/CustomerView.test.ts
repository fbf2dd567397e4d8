// "View as customer": a member sees a recipient's pages, every one of them, in every state of a request, and nothing comes of
// it but an entry that says so. Over the whole server, with the customer's own pages beside it.
import { assert, layer } from "@effect/vitest"
import { type ClientRequest, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Conversations } from "../../reference-server/src/Conversations.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import { Members } from "../../reference-server/src/Members.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import * as World from "./SecurityWorld.ts"

const day = 86_400_000
const uuid = Visitor.uuid

/** A firm with the questionnaire of every kind out under a policy, its member at the firm's pages. */
const begin = Effect.fnUntraced(function* (
  policy: RequestPolicy.RequestPolicy = RequestPolicy.standard,
  changes: Partial<ClientRequest.Details> = {},
) {
  const firm = yield* World.firm
  const questionnaires = yield* Questionnaires
  const { stored } = yield* questionnaires.add(firm.member.workspaceId, JSON.stringify(Visitor.questionnaire))
  const out = yield* World.sent({ ...firm, stored }, changes, policy)
  const headers = { cookie: `rq-member=${Redacted.value(firm.session)}` }
  const base = `/requests/${out.id}/as-customer/carl`
  const see = (path = "") => World.call("GET", base + path, { headers })
  return { ...firm, ...out, stored, headers, base, see }
})

const recipient = TestFirm.recipient("carl@customer.example")

/** What stands between the tags of a page's main part, with its fields. Addresses and tokens are one's own. */
const main = (page: string, address: string) =>
  (/<main\b.*<\/main>/s.exec(page)?.[0] ?? "no main")
    .replaceAll(/<script\b.*?<\/script>/gs, "")
    .replaceAll(/<(button|input|select|textarea) disabled/g, "<$1")
    .replaceAll(/(name="csrf" value=")[^"]*|(data-api=")[^"]*/g, "$1$2")
    .replaceAll(address, "")
    // new is what one has not seen, and the customer sees one page after the other
    .replaceAll(/<span class="is-new">[^<]*<\/span>/g, "")
    .replaceAll(/\s+/g, " ")

const looksOf = (id: string) =>
  Effect.map(World.history(id), (events) =>
    events.flatMap((event) => (event.type === "AccessRecorded" ? [`${event.what} ${event.recipient}`] : [])),
  )

/** All rows, but for the record's. */
const rowsOf = Effect.map(TestFirm.dump, (tables) => JSON.stringify({ ...tables, audit_entries: [] }))

layer(World.layer, { excludeTestServices: true, timeout: "180 seconds" })("viewing a request as the customer", (it) => {
  it.effect("T15 L47: the pages are the customer's own; nothing is claimed or started; it is in the record, once", () =>
    Effect.gen(function* () {
      assert.strictEqual(recipient.id, "carl")
      const { id, token, see, base, member } = yield* begin()
      const said = { item: "about", text: "Do you still live there?" }
      yield* (yield* Conversations).reply(member, id, said, yield* uuid)
      const before = yield* rowsOf
      const listed = yield* Effect.flatMap(ClientRequests, (requests) =>
        requests.list(member.workspaceId, { limit: 5, offset: 0 }),
      )
      const sections = ["/in/sections/about", "/in/sections/choices", "/in/sections/papers"]
      const beside = ["/in/messages?item=about", "/in/pass-on", "/in/not-mine"]
      const paths = ["", "/in", ...sections, "/in/review", ...beside]
      const seen = yield* Effect.forEach(paths, see)
      assert.strictEqual(yield* rowsOf, before)
      assert.deepStrictEqual(
        yield* Effect.flatMap(ClientRequests, (requests) => requests.list(member.workspaceId, { limit: 5, offset: 0 })),
        listed,
      )
      assert.deepStrictEqual(yield* looksOf(id), ["viewed-as-customer carl"])
      const [look] = (yield* World.history(id)).filter(({ type }) => type === "AccessRecorded")
      assert.deepStrictEqual(look?.by, { kind: "member", id: member.id })
      // now the customer, whose link was not used up
      const customer = yield* Visitor.visitor
      const arrival = yield* customer.get(`/r/${token}`)
      const at = yield* customer.start(token)
      const own = [arrival, ...(yield* Effect.forEach(paths.slice(1), (path) => customer.get(at + path.slice(3))))]
      for (const [index, page] of seen.entries()) {
        assert.strictEqual(page.status, 200, paths[index])
        const theirs = main(own[index]?.text ?? "", index === 0 ? `/r/${token}` : at)
        assert.strictEqual(main(page.body, `${base}/in`), theirs, paths[index])
      }
      // what the firm said is new to them: nobody has seen it for them
      assert.include(own[1]?.text, '<span class="is-new">')
    }),
  )

  it.effect("L47: no control works, no script runs, and no address of it takes a form", () =>
    Effect.gen(function* () {
      const { see, base, headers } = yield* begin(RequestPolicy.taxdome)
      for (const path of ["", "/in", "/in/sections/about", "/in/sections/papers", "/in/review"]) {
        const { body, headers: sent } = yield* see(path)
        assert.match(sent["content-security-policy"] ?? "", /default-src 'none'.*form-action 'none'.*frame-ancestors/)
        assert.notMatch(sent["content-security-policy"] ?? "", /script-src|connect-src/)
        assert.notInclude(body, "<script")
        assert.deepStrictEqual(body.match(/<(button|input|select|textarea)(?! disabled)[^>]*>/g) ?? [], [])
        assert.match(body, /<aside class="customer-view" lang="en"/)
        assert.include(Visitor.words(body), "You see what Carl Customer sees. Nothing is saved.")
        assert.include(body, `href="/requests/${base.split("/")[2]}"`)
        const posted = yield* World.call("POST", base + path, {
          headers: { ...headers, "sec-fetch-site": "same-origin" },
          body: new URLSearchParams({ action: "next" }),
        })
        assert.strictEqual(posted.status, 404, path)
      }
      assert.isTrue(CustomerPages.routes.every(({ path }) => !path.includes("as-customer")))
    }),
  )

  it.effect("T15 L47: unsent, expired, cancelled, suspended, revoked: what the link says, and why, to the member", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const first = yield* begin()
      const { member, stored } = first
      const says = Effect.fnUntraced(function* (
        id: string,
        sentence: string,
        isIn: boolean,
        headers: Readonly<Record<string, string>> = first.headers,
      ) {
        for (const path of ["", "/in", "/in/sections/about", "/in/review"]) {
          const page = yield* World.call("GET", `/requests/${id}/as-customer/carl${path}`, { headers })
          const text = Visitor.words(page.body)
          assert.include(text, sentence)
          assert.strictEqual(page.status, 200)
          assert.strictEqual(text.includes("This request has expired."), !isIn, path)
          assert.strictEqual(page.body.includes("Papers for the bank"), isIn, path)
        }
      })
      const details = { ...TestFirm.details(stored.ref), title: "Papers for the bank" }
      const draft = yield* requests.create(member, { details, policy: RequestPolicy.standard }, yield* uuid)
      yield* says(draft.id, "It has not been sent: this is what Carl Customer will see.", true)
      assert.deepStrictEqual(yield* looksOf(draft.id), ["viewed-as-customer carl"])
      assert.isNull((yield* requests.read(member.workspaceId, draft.id)).request.sentAt)
      yield* requests.send(member, draft.id, yield* uuid)
      yield* requests.suspend(member, draft.id, "The bank", yield* uuid)
      yield* says(draft.id, "The request is suspended", false)
      yield* requests.resume(member, draft.id, yield* uuid)
      yield* requests.revokeLinks(member, draft.id, "carl", yield* uuid)
      yield* says(draft.id, "The links of Carl Customer were revoked", false)
      yield* requests.cancel(member, draft.id, "", yield* uuid)
      yield* says(draft.id, "The request was cancelled", false)
      const { id } = yield* requests.create(member, { details, policy: RequestPolicy.standard }, yield* uuid)
      yield* requests.send(member, id, yield* uuid)
      TestFirm.clock.pass(40 * day)
      const session = yield* (yield* Members).openSession(member)
      const again = { cookie: `rq-member=${Redacted.value(session)}` }
      yield* says(id, "The request has expired: give it more days", false, again)
    }),
  )

  it.effect(
    "T15 S75: submitted, the link has expired and the receipt is there; files are had as members have them",
    () =>
      Effect.gen(function* () {
        const { id, token, see } = yield* begin(RequestPolicy.taxdome)
        const customer = yield* Visitor.visitor
        const at = yield* customer.start(token)
        yield* customer.fill(`${at}/sections/about`, { fields: { "a.name": "Carl <b>C</b>" } })
        yield* customer.fill(`${at}/sections/choices`, { fields: { "a.one": "red" } })
        yield* customer.fill(`${at}/sections/papers`, { files: { "f.passport": [Visitor.pdf("pass.pdf")] } })
        const section = yield* see("/in/sections/about")
        assert.include(section.body, 'value="Carl &lt;b&gt;C&lt;/b&gt;"')
        const papers = yield* see("/in/sections/papers")
        const file = /href="([^"]*\/in\/files\/[^"]*)"/.exec(papers.body)?.[1] ?? "none"
        assert.match(file, new RegExp(`^/requests/${id}/as-customer/carl/in/files/[0-9a-f-]{36}$`))
        const bytes = yield* see(file.slice(file.indexOf("/in/")))
        assert.strictEqual(bytes.status, 200)
        assert.isTrue(bytes.body.startsWith("%PDF"))
        const early = yield* see("/in/done")
        assert.strictEqual(early.status, 404)
        yield* customer.finish(at)
        const expired = yield* see()
        assert.include(Visitor.words(expired.body), "This request has expired.")
        assert.include(Visitor.words(expired.body), "It was submitted, so the link leads here.")
        assert.strictEqual((yield* see("/in")).headers["location"], `/requests/${id}/as-customer/carl/in/done`)
        const done = yield* see("/in/done")
        const own = yield* customer.get(`${at}/done`)
        assert.strictEqual(main(done.body, `/requests/${id}/as-customer/carl/in`), main(own.text, at))
        assert.isTrue((yield* see("/in/receipt.pdf")).body.startsWith("%PDF"))
        assert.include((yield* see("/in/receipt.json")).body, `"requestId": "${id}"`)
        const views = (yield* World.history(id)).flatMap((event) =>
          event.type === "RequestViewed" ? [event.what] : [],
        )
        assert.deepStrictEqual(views, ["file"])
        assert.deepStrictEqual(yield* looksOf(id), ["viewed-as-customer carl"])
        // another hour, another entry
        TestFirm.clock.pass(3_700_000)
        yield* see()
        assert.deepStrictEqual(yield* looksOf(id), ["viewed-as-customer carl", "viewed-as-customer carl"])
      }),
  )

  it.effect(
    "T15: each recipient's own, in their language; with a second factor; all on one page; and to upload to",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const first = yield* begin()
        const { member, stored, headers } = first
        const two = [recipient, { ...recipient, id: "r2", name: "Ana Paz", email: "ana@x.example", language: "es" }]
        const draft = Effect.fnUntraced(function* (
          policy: RequestPolicy.RequestPolicy,
          recipients: ReadonlyArray<ClientRequest.Recipient> = [recipient],
        ) {
          const details = { ...TestFirm.details(stored.ref), title: "Papers for the bank", recipients }
          const { id } = yield* requests.create(member, { details, policy }, yield* uuid)
          return (path: string) => World.call("GET", `/requests/${id}/as-customer${path}`, { headers })
        })
        const shared = yield* draft({ ...RequestPolicy.standard, audience: "shared-record" }, two)
        assert.match((yield* shared("")).headers["location"] ?? "", /\/as-customer\/carl$/)
        const ana = yield* shared("/r2/in")
        assert.match(ana.body, /<html lang="es"/)
        assert.include(Visitor.words(ana.body), "You see what Ana Paz sees.")
        assert.include(Visitor.words(ana.body), "What Carl Customer sees")
        assert.include(Visitor.words(ana.body), "Sobre usted")
        assert.strictEqual((yield* shared("/r3")).status, 404)
        const coded = yield* draft({
          ...RequestPolicy.standard,
          secondFactor: "email-code",
          secondFactorWhen: "always",
        })
        assert.include(Visitor.words((yield* coded("/carl/in/code")).body), "Code")
        assert.include((yield* coded("/carl/in/code")).body, 'autocomplete="one-time-code"')
        assert.strictEqual((yield* shared("/carl/in/code")).headers["location"]?.endsWith("/carl/in"), true)
        const whole = yield* draft(RequestPolicy.passfort)
        assert.match((yield* whole("/carl/in")).body, /<details\s+class="part/)
        assert.strictEqual((yield* whole("/carl/in/review")).status, 303)
        const uploads = yield* draft(RequestPolicy.fileRequest)
        assert.include(Visitor.words((yield* uploads("/carl/in")).body), "You can send more files whenever you like")
      }),
  )
})
