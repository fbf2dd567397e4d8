// The second factor as customers meet it: pages, pre-sessions, and sessions that end.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { hidden, words } from "./CustomerPagesVisitor.ts"

const { customerCentre, standard } = RequestPolicy
const minute = 60_000

/** The customer centre's, without the work item that this test has no use for. */
const centre: RequestPolicy.RequestPolicy = { ...customerCentre, requires: ["name", "email", "mobile"] }

let numbers = 1_740_604
/** A mobile number of those that nobody has, and that nothing was sent to yet. */
const fresh = () => `+4670${(numbers += 1)}`

const person = (id: string, mobile = fresh()) => TestFirm.recipient("", { id, name: id, mobile, role: "Applicant" })

const arrange = (
  policy: RequestPolicy.RequestPolicy,
  people = [person("eva")],
  sensitivity: "normal" | "high" = "normal",
) =>
  Effect.map(
    Visitor.arrange({ title: "The mortgage", recipients: people, sensitivity }, Visitor.questionnaire, policy),
    (made) => ({ ...made, people }),
  )

/** The code of the nth SMS to a number. */
const codeTo = (mobile: string, nth = 1) =>
  TestFirm.eventually(
    Effect.sync(() => {
      const text = TestFirm.sms.filter(({ to }) => to === mobile)[nth - 1]?.text
      return text === undefined ? undefined : /\d{6}/.exec(text)?.[0]
    }),
  )

/** The code of the newest e-mail that has one. */
const codeIn = (address: string) =>
  TestFirm.eventually(
    Effect.sync(() => {
      const mail = TestFirm.post.mails.findLast(({ to, text }) => to.address === address && !text.includes("/r/"))
      return mail === undefined ? undefined : /\b\d{6}\b/.exec(mail.text)?.[0]
    }),
  )

type Browser = Effect.Success<typeof Visitor.visitor>

const send = (browser: Browser, path: string, fields: Record<string, string>) =>
  Effect.gen(function* () {
    const { text } = yield* browser.get(path)
    return yield* browser.post(path, new URLSearchParams({ csrf: hidden(text, "csrf"), ...fields }))
  })

const enter = (browser: Browser, path: string, code: string) => send(browser, path, { code, action: "enter" })

/** Milliseconds: others may use this machine, too. */
const patience = 300_000

layer(Visitor.layer, { excludeTestServices: true, timeout: "300 seconds" })("the second factor", (it) => {
  it.effect(
    "C1 C10 S10 S32 S34: link, then code by SMS; only then a session, of another name, sees what is asked",
    () =>
      Effect.gen(function* () {
        const { token, people, request } = yield* arrange(centre)
        const mobile = people[0]?.mobile ?? ""
        const browser = yield* Visitor.visitor
        const path = yield* browser.start(token)
        assert.match(path, /^\/q\/[\w-]{16}\/code$/)
        const page = yield* browser.get(path)
        assert.strictEqual(page.status, 200)
        assert.notInclude(page.text, "The mortgage")
        assert.notInclude(page.text, mobile)
        assert.include(words(page.text), `ending in ${mobile.slice(-2)}`)
        assert.include(words(page.text), "Text messages are not perfectly safe")
        assert.include(words(page.text), "call Fresh Ltd: they can read a code to you")
        const [input = ""] = /<input[^>]*id="code"[^>]*>/.exec(page.text) ?? []
        for (const attribute of ['type="text"', 'inputmode="numeric"', 'autocomplete="one-time-code"']) {
          assert.include(input, attribute)
        }
        assert.strictEqual(page.text.match(/<input(?![^>]*hidden)/g)?.length, 1)

        // the pre-session opens nothing
        const waiting = path.replace("/code", "")
        for (const other of [waiting, `${waiting}/review`, `${waiting}/sections/about`]) {
          const away = yield* browser.get(other)
          assert.deepStrictEqual([away.status, away.location], [303, path])
        }
        const [pre = "", before = ""] = [...browser.cookies].find(([name]) => name === `rq-${waiting.slice(3)}`) ?? []
        assert.notStrictEqual(pre, "")

        const code = yield* codeTo(mobile)
        const wrong = yield* enter(browser, path, code === "000000" ? "000001" : "000000")
        assert.strictEqual(wrong.status, 422)
        assert.include(words(wrong.text), "That code is not right, or it is too old")
        assert.include(wrong.text, 'aria-invalid="true"')
        const right = yield* enter(browser, path, `${code.slice(0, 3)} ${code.slice(3)}`)
        assert.strictEqual(right.status, 303)
        const list = right.location
        assert.match(list, /^\/q\/[\w-]{16}$/)
        assert.notStrictEqual(list, waiting)
        assert.notStrictEqual(browser.cookies.get(`rq-${list.slice(3)}`), before)
        const inside = yield* browser.get(list)
        assert.strictEqual(inside.status, 200)
        assert.include(inside.text, "The mortgage")
        // the pre-session is gone, with its code
        assert.strictEqual((yield* browser.get(path)).status, 410)
        const sql = yield* SqlClient.SqlClient
        const rows = yield* sql<{ assurance: string }>`
        SELECT assurance FROM customer_sessions WHERE request_id = ${request.id}`
        assert.deepStrictEqual(rows, [{ assurance: "two-channel" }])
      }),
    patience,
  )

  it.effect(
    "S26 S30: wrong, used and another visit's codes are answered alike; a code of one visit opens no other",
    () =>
      Effect.gen(function* () {
        const { token, people } = yield* arrange(centre)
        const [one, two] = [yield* Visitor.visitor, yield* Visitor.visitor]
        const path = yield* one.start(token)
        const code = yield* codeTo(people[0]?.mobile ?? "")
        // the other visit came a moment later: no code was sent for it, and it is told how long to wait
        const other = yield* two.start(token)
        assert.match(other, /\/code\?wait=\d+$/)
        assert.include(words((yield* two.get(other)).text), "A code was sent just before")
        const there = other.split("?")[0] ?? ""
        const shown = (page: { readonly status: number; readonly text: string }) => [
          page.status,
          words(page.text.replace(/name="csrf" value="[^"]*"/g, "")),
        ]
        const foreign = yield* enter(two, there, code)
        const wrong = yield* enter(one, path, "12345")
        assert.deepStrictEqual(shown(foreign), shown(wrong))
        assert.strictEqual(foreign.status, 422)
        // the same device, coming back while its code is under way, is the same visit under another secret
        const back = yield* one.start(token)
        assert.strictEqual(back, path)
        assert.strictEqual((yield* enter(one, path, code)).status, 303)
        const dead = yield* one.get(path)
        assert.strictEqual(dead.status, 410)
      }),
    patience,
  )

  it.effect(
    "S39: a code's form needs our page, its token and the pre-session's cookie",
    () =>
      Effect.gen(function* () {
        const { token, people } = yield* arrange(centre)
        const browser = yield* Visitor.visitor
        const path = yield* browser.start(token)
        const csrf = hidden((yield* browser.get(path)).text, "csrf")
        const code = yield* codeTo(people[0]?.mobile ?? "")
        const form = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
          browser.post(path, new URLSearchParams({ code, action: "enter", ...fields }), headers)
        assert.strictEqual((yield* form({})).status, 403)
        assert.strictEqual((yield* form({ csrf: "x" })).status, 403)
        assert.strictEqual((yield* form({ csrf }, { "sec-fetch-site": "cross-site" })).status, 403)
        assert.strictEqual((yield* form({ csrf }, { cookie: "a=b" })).status, 410)
        const thief = yield* Visitor.visitor
        assert.strictEqual((yield* thief.get(path)).status, 410)
        assert.strictEqual((yield* form({ csrf })).status, 303)
      }),
    patience,
  )

  it.effect(
    "S11 L13: fifteen idle minutes, and the next call asks for a code; what was saved is there",
    () =>
      Effect.gen(function* () {
        const { token, people } = yield* arrange(centre)
        const mobile = people[0]?.mobile ?? ""
        const browser = yield* Visitor.visitor
        const { location: list } = yield* enter(browser, yield* browser.start(token), yield* codeTo(mobile))
        yield* browser.fill(`${list}/sections/about`, { fields: { "a.name": "Eva Kept" } })
        TestFirm.clock.pass(14 * minute)
        assert.strictEqual((yield* browser.get(list)).status, 200)
        TestFirm.clock.pass(14 * minute)
        assert.strictEqual((yield* browser.get(list)).status, 200)
        TestFirm.clock.pass(15 * minute)
        for (const path of [list, `${list}/sections/about`, `${list}/code`]) {
          const over = yield* browser.get(path)
          assert.strictEqual(over.status, 401, path)
          assert.include(words(over.text), "You were away for a while")
          assert.include(words(over.text), "Send a code")
          assert.notInclude(over.text, "Eva Kept")
        }
        const lost = yield* browser.post(`${list}/sections/about`, new FormData())
        assert.strictEqual(lost.status, 401)
        const asked = yield* browser.get(list)
        const body = new URLSearchParams({ csrf: hidden(asked.text, "csrf"), action: "send" })
        const { location } = yield* browser.post(`${list}/code`, body)
        assert.strictEqual(location, `${list}/code?sent`)
        const again = yield* enter(browser, `${list}/code`, yield* codeTo(mobile, 2))
        assert.strictEqual(again.status, 303)
        assert.notStrictEqual(again.location, list)
        assert.include((yield* browser.get(`${again.location}/sections/about`)).text, "Eva Kept")
        // and after twelve hours whatever happened meanwhile
        for (let passed = 0; passed < 12 * 60; passed += 10) {
          TestFirm.clock.pass(10 * minute)
          if (passed < 11 * 60) yield* browser.get(again.location)
        }
        assert.strictEqual((yield* browser.get(again.location)).status, 401)
      }),
    patience,
  )

  it.effect(
    "S11: without a factor the session that is over asks for the link, which opens another one",
    () =>
      Effect.gen(function* () {
        const policy = { ...standard, session: { idleMinutes: 15, hours: 12 } }
        const { token } = yield* arrange(policy)
        const browser = yield* Visitor.visitor
        const list = yield* browser.start(token)
        TestFirm.clock.pass(16 * minute)
        const over = yield* browser.get(list)
        assert.strictEqual(over.status, 401)
        assert.include(words(over.text), "Please open your link again")
        assert.strictEqual((yield* browser.get(yield* browser.start(token))).status, 200)
        assert.strictEqual((yield* browser.get(list)).status, 401)
      }),
    patience,
  )

  it.effect(
    "C5 C9 L33 L35: a new invitation ends that contact's link and open session at once, nobody else's",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const people = [person("eva"), person("bo")]
        const { tokens, member, request, address } = yield* arrange(centre, people)
        const [eva, bo] = [yield* Visitor.visitor, yield* Visitor.visitor]
        const enterBy = (browser: Browser, id: number) =>
          Effect.gen(function* () {
            const path = yield* browser.start(tokens[people[id]?.id ?? ""] ?? "")
            return (yield* enter(browser, path, yield* codeTo(people[id]?.mobile ?? ""))).location
          })
        const [hers, his] = [yield* enterBy(eva, 0), yield* enterBy(bo, 1)]
        yield* requests.resend(member, request.id, yield* Visitor.uuid, ["eva"])
        assert.strictEqual((yield* eva.get(hers)).status, 410)
        assert.strictEqual((yield* eva.get(`/r/${tokens["eva"]}`)).status, 410)
        assert.strictEqual((yield* bo.get(his)).status, 200)
        // bo with eva's new link: the code is on her phone, and his own is of no use
        const [, token = ""] = /\/r\/([\w-]{43})/.exec((yield* TestFirm.mailTo(address, 2)).text) ?? []
        TestFirm.clock.pass(minute)
        const path = yield* bo.start(token)
        const theirs = yield* codeTo(people[0]?.mobile ?? "", 2)
        const own = yield* codeTo(people[1]?.mobile ?? "")
        assert.strictEqual((yield* enter(bo, path, own === theirs ? "000000" : own)).status, 422)
      }),
    patience,
  )

  it.effect(
    "S31: both factors are two codes after one another, by SMS and by e-mail",
    () =>
      Effect.gen(function* () {
        const policy = {
          ...standard,
          secondFactor: "both",
          secondFactorWhen: "always",
          requires: ["email", "mobile"],
        } as const
        const { token, people, address, request } = yield* arrange(policy)
        const browser = yield* Visitor.visitor
        const path = yield* browser.start(token)
        assert.include(words((yield* browser.get(path)).text), "Code 1 of 2")
        const first = yield* enter(browser, path, yield* codeTo(people[0]?.mobile ?? ""))
        assert.deepStrictEqual([first.status, first.location.split("?")[0]], [303, path])
        const second = yield* browser.get(path)
        assert.include(words(second.text), "Code 2 of 2")
        assert.include(words(second.text), "c***@c***")
        assert.notInclude(second.text, address)
        assert.strictEqual((yield* browser.get(path.replace("/code", ""))).status, 303)
        // the first code is of no use any more
        assert.strictEqual((yield* enter(browser, path, yield* codeTo(people[0]?.mobile ?? ""))).status, 422)
        TestFirm.clock.pass(minute)
        if (first.location.includes("wait")) yield* send(browser, path, { action: "send" })
        const done = yield* enter(browser, path, yield* codeIn(address))
        assert.strictEqual(done.status, 303)
        assert.strictEqual((yield* browser.get(done.location)).status, 200)
        const sql = yield* SqlClient.SqlClient
        const rows = yield* sql`SELECT assurance FROM customer_sessions WHERE request_id = ${request.id}`
        assert.deepStrictEqual(rows, [{ assurance: "two-channel" }])
      }),
    patience,
  )

  it.effect(
    "S19: of a sensitive request a code is asked for, and an open session that came by the link alone as well",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const high = yield* arrange(standard, [person("eva")], "high")
        const browser = yield* Visitor.visitor
        const path = yield* browser.start(high.token)
        assert.match(path, /\/code$/)
        assert.include(words((yield* browser.get(path)).text), "Enter the code from your e-mail")

        const normal = yield* arrange(standard)
        const list = yield* browser.start(normal.token)
        assert.strictEqual((yield* browser.get(list)).status, 200)
        yield* requests.edit(normal.member, normal.request.id, { sensitivity: "high" }, yield* Visitor.uuid)
        assert.strictEqual((yield* browser.get(list)).status, 401)
      }),
    patience,
  )

  it.effect(
    "S20 S8: cancelled while the code is under way, the right code opens nothing, and says no more than any",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const { token, people, member, request } = yield* arrange(centre)
        const browser = yield* Visitor.visitor
        const path = yield* browser.start(token)
        const csrf = hidden((yield* browser.get(path)).text, "csrf")
        const code = yield* codeTo(people[0]?.mobile ?? "")
        yield* requests.cancel(member, request.id, "", yield* Visitor.uuid)
        const answer = yield* browser.post(path, new URLSearchParams({ csrf, code, action: "enter" }))
        assert.strictEqual(answer.status, 410)
        assert.strictEqual(answer.text, (yield* browser.get("/r/x")).text)
      }),
    patience,
  )
})
