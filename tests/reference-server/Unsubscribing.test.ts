// One-click unsubscribe of reminders: what the mail program is told, what a scanner and a press come to, and what the link
// is not (delivery.md M13, M14).
import { assert, layer } from "@effect/vitest"
import type { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import type { OutgoingMail } from "../../reference-server/src/Mailer.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./SecurityWorld.ts"

const { call } = World
const urgent = { rule: { kind: "urgent" }, enabled: true } as const
const oneClick = new URLSearchParams({ "List-Unsubscribe": "One-Click" })

/** The path of the link in a mail's header. */
const pathOf = (mail: OutgoingMail) => {
  const header = mail.headers?.["List-Unsubscribe"] ?? ""
  assert.match(header, /^<http:\/\/localhost:3000\/u\/[A-Za-z0-9_-]{43}>$/)
  return header.slice(1 + World.origin.length, -1)
}

/** A request that is out, and was reminded of once. */
const reminded = Effect.fnUntraced(function* (changes: Partial<ClientRequest.Details> = {}) {
  const firm = yield* World.firm
  const out = yield* World.sent(firm, { reminders: urgent, ...changes })
  const reminder = yield* World.reminded(out.id, firm.address)
  return { ...firm, ...out, invitation: out.mail, reminder, path: pathOf(reminder) }
})

layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("one-click unsubscribe", (it) => {
  it.effect("L48 M13 M14: a scanner's GET changes nothing, one POST ends the reminders of this request only", () =>
    Effect.gen(function* () {
      const { api, address, id, invitation, reminder, path, member, stored, token } = yield* reminded()
      const elsewhere = `other.${address}`
      const other = yield* World.sent({ member, stored, address: elsewhere }, { reminders: urgent })
      assert.isUndefined(invitation.headers, "the first mail has no such thing")
      assert.strictEqual(reminder.headers?.["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
      const second = yield* World.reminded(id, address)
      assert.strictEqual(pathOf(second), path, "the same in every reminder")

      const before = yield* World.history(id)
      for (const method of ["GET", "HEAD", "GET"]) {
        const looked = yield* call(method, path, { headers: { "user-agent": "Microsoft-SafeLinks" } })
        assert.strictEqual(looked.status, 200)
        assert.deepStrictEqual(looked.cookies, [])
        assert.strictEqual(looked.headers["cache-control"], "no-store")
      }
      const asking = yield* call("GET", path)
      assert.include(asking.body, "Stop reminders?")
      assert.include(asking.body, `<form method="post" action="${path}">`)
      assert.notMatch(asking.body, /<script|\/r\//)
      assert.deepStrictEqual(yield* World.history(id), before)

      // as RFC 8058 has it: no cookie, no origin, no redirect; twice, and at once
      const posts = yield* Effect.forEach([1, 2, 3], () => call("POST", path, { body: oneClick }), {
        concurrency: "unbounded",
      })
      for (const posted of posts) {
        assert.strictEqual(posted.status, 200)
        assert.deepStrictEqual(posted.cookies, [])
        assert.include(posted.body, "No more reminders")
      }
      const multipart = new FormData()
      multipart.append("List-Unsubscribe", "One-Click")
      assert.strictEqual((yield* call("POST", path, { body: multipart })).status, 200)
      const after = yield* World.history(id)
      assert.deepStrictEqual(
        after.slice(before.length).map(({ type, by }) => [type, by.kind]),
        [["RemindersStopped", "customer"]],
      )
      assert.include((yield* call("GET", path)).body, "No more reminders")

      // the firm is told, once, and sees who
      const notice = yield* TestFirm.mailTo(member.email)
      assert.strictEqual(notice.subject, "No reminders wanted: Company check 2027 (Carl Customer)")
      const explained = yield* api.requests.reminders({ params: { id } })
      assert.include(JSON.stringify(explained), "disabled")
      const others = yield* World.reminded(other.id, elsewhere)
      assert.notStrictEqual(pathOf(others), path, "the other request goes on")
      TestFirm.clock.pass(2 * World.day)
      yield* World.sweep
      const kinds = (yield* api.requests.get({ params: { id } })).mails.map(({ kind }) => kind)
      assert.deepStrictEqual(kinds, ["invitation", "reminder", "reminder", "reminders-notice"])

      // the request can still be answered, by the links of all the mails
      for (const link of [token, World.tokenOf(second)]) {
        assert.strictEqual((yield* call("GET", `/r/${link}`)).status, 200)
      }
      assert.strictEqual((yield* World.start(token)).status, 303)

      // and the firm may begin again
      yield* api.requests.edit({ params: { id }, headers: {}, payload: { reminders: { ...urgent } } })
      const again = yield* World.reminded(id, address)
      assert.strictEqual(pathOf(again), path)
    }),
  )

  it.effect("M14: the link opens nothing, no other token is one, and dead ones are the one page", () =>
    Effect.gen(function* () {
      const { api, id, path, token } = yield* reminded()
      const secret = path.slice("/u/".length)
      const dead = yield* call("GET", `/r/${"A".repeat(43)}`)
      assert.strictEqual(dead.status, 410)
      const same = (answer: World.Answer, what: string) => assert.deepStrictEqual(answer, dead, what)
      same(yield* call("GET", `/r/${secret}`), "as an access link")
      same(yield* World.start(secret), "claimed")
      for (const [what, wrong] of [
        ["an access link", `/u/${token}`],
        ["unknown", `/u/${"A".repeat(43)}`],
        ["malformed", "/u/short"],
        ["nothing", "/u/"],
        ["too much", `${path}/more`],
        ["an id", `/u/${id}`],
      ] as const) {
        same(yield* call("GET", wrong), what)
        same(yield* call("POST", wrong, { body: oneClick }), `${what}, posted`)
      }
      const claimed = yield* call("POST", "/api/customer/claim", {
        headers: { origin: World.origin },
        body: JSON.stringify({ token: secret }),
      })
      assert.strictEqual(claimed.status, 410)
      assert.notInclude(TestFirm.logs.join("\n"), secret)
      assert.notInclude(JSON.stringify(yield* TestFirm.dump), secret)

      yield* api.requests.cancel({ params: { id }, headers: {}, payload: {} })
      same(yield* call("GET", path), "cancelled")
      same(yield* call("POST", path, { body: oneClick }), "cancelled, posted")
      assert.deepStrictEqual((yield* World.history(id)).at(-1)?.type, "RequestCancelled")
    }),
  )

  it.effect("L48: in the reader's language; while it is paused, too; not for who is no recipient any more", () =>
    Effect.gen(function* () {
      const { api, id, path } = yield* reminded()
      assert.include((yield* call("GET", path, { headers: { "accept-language": "sv" } })).body, 'lang="en"')
      const spanish = yield* Effect.gen(function* () {
        const firm = yield* World.firm
        const recipients = [TestFirm.recipient(firm.address, { language: "es" })]
        const out = yield* World.sent(firm, { reminders: urgent, recipients })
        return pathOf(yield* World.reminded(out.id, firm.address))
      })
      assert.include((yield* call("GET", spanish)).body, "¿No recibir más recordatorios?")

      yield* api.requests.suspend({ params: { id }, headers: {}, payload: {} })
      assert.strictEqual((yield* call("POST", path, { body: oneClick })).status, 200)
      yield* api.requests.resume({ params: { id }, headers: {} })
      assert.isFalse((yield* api.requests.get({ params: { id } })).reminders.enabled)

      yield* api.requests.changeRecipient({
        params: { id, recipient: "carl" },
        headers: {},
        payload: { name: "Eve", email: "eve@customer.example", language: "en" },
      })
      assert.strictEqual((yield* call("GET", path)).status, 410)
    }),
  )
})
