// Which device a link belongs to, and how another one gets in: over HTTP, as scanners and people do it.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import type { Page } from "./CustomerPagesVisitor.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { words } from "./CustomerPagesVisitor.ts"

const { karbon, standard } = RequestPolicy

/** Karbon's, for recipients that are no contacts of the firm. */
const onOpen = { ...karbon, audience: "one", requires: ["email"] } as const

const arrange = (policy: RequestPolicy.RequestPolicy, changes: Parameters<typeof Visitor.arrange>[0] = {}) =>
  Visitor.arrange({ title: "Papers for the bank", ...changes }, Visitor.questionnaire, policy)

/** The token of the nth mail to somebody. */
const tokenOf = (address: string, nth: number) =>
  Effect.map(TestFirm.mailTo(address, nth), (mail) => /\/r\/([A-Za-z0-9_-]{43})/.exec(mail.text)?.[1] ?? "")

type Browser = Effect.Success<typeof Visitor.visitor>

const press = (browser: Browser, path: string) =>
  browser
    .post(`${path}?send-access-link`, new URLSearchParams())
    .pipe(Effect.tap((page) => Effect.sync(() => assert.strictEqual(page.status, 200))))

const isElsewhere = (page: Page) => {
  assert.strictEqual(page.status, 403)
  assert.include(words(page.text), "Opened on another device")
  assert.strictEqual(page.text.match(/<button/g)?.length, 1)
  assert.include(words(page.text), "Send access link")
}

const name = (list: string, browser: Browser, text: string) =>
  browser.fill(`${list}/sections/about`, { fields: { "a.name": text } })

/** Milliseconds: others may use this machine, too. */
const patience = 300_000

layer(Visitor.layer, { excludeTestServices: true, timeout: "300 seconds" })("devices", (it) => {
  it.effect(
    "L17 L18 S20 K26 K43 K44: one device; another one has a link sent, and then it is the one",
    () =>
      Effect.gen(function* () {
        const { token, address } = yield* arrange(onOpen)
        const [phone, laptop] = [yield* Visitor.visitor, yield* Visitor.visitor]
        const list = yield* phone.start(token)
        assert.strictEqual((yield* phone.get(list)).status, 200)
        assert.match(phone.cookies.get("rq-device") ?? "", /^[A-Za-z0-9_-]{43}$/)

        const elsewhere = yield* laptop.get(`/r/${token}`)
        isElsewhere(elsewhere)
        assert.include(elsewhere.text, "c***@c***")
        for (const secret of ["Papers for the bank", "Carl", address, "Check", "About you"]) {
          assert.notInclude(elsewhere.text, secret)
        }
        assert.strictEqual(laptop.cookies.size, 0)
        isElsewhere(yield* laptop.post(`/r/${token}`, new URLSearchParams()))
        assert.strictEqual(laptop.cookies.size, 0)
        // the address behind the claim, copied to another browser
        assert.strictEqual((yield* laptop.get(list)).status, 410)

        const sent = yield* press(laptop, `/r/${token}`)
        assert.include(words(sent.text), "Look in your mailbox")
        const second = yield* tokenOf(address, 2)
        assert.notStrictEqual(second, token)
        const theirs = yield* laptop.start(second)
        assert.strictEqual((yield* laptop.get(theirs)).status, 200)

        // the old device has to ask in turn, with either link, and its open page as well
        isElsewhere(yield* phone.get(list))
        isElsewhere(yield* phone.get(`/r/${token}`))
        isElsewhere(yield* phone.get(`/r/${second}`))
        yield* press(phone, list)
        const third = yield* tokenOf(address, 3)
        assert.strictEqual((yield* phone.get(yield* phone.start(third))).status, 200)
        isElsewhere(yield* laptop.get(theirs))
        // who threw the cookie away is another device
        phone.cookies.delete("rq-device")
        isElsewhere(yield* phone.get(`/r/${third}`))
      }),
    patience,
  )

  it.effect(
    "L19 S15 S22: fifty fetches by scanners change no row and bind nobody; the human opens and is bound",
    () =>
      Effect.gen(function* () {
        const { token } = yield* arrange(onOpen)
        const scanner = yield* Visitor.visitor
        const before = yield* Visitor.stored
        const agents = [
          "Mozilla/5.0 (compatible; MSIE 9.0)",
          "Barracuda",
          "python-requests/2.31",
          "Microsoft Office/16.0",
        ]
        for (let i = 0; i < 50; i++) {
          const page = yield* scanner.request(`/r/${token}`, {
            method: i % 3 === 0 ? "HEAD" : "GET",
            headers: { "user-agent": agents[i % 4] ?? "" },
          })
          assert.strictEqual(page.status, 200)
        }
        const hints: ReadonlyArray<Record<string, string>> = [
          { "sec-purpose": "prefetch" },
          { "sec-purpose": "prefetch;prerender" },
          { purpose: "prefetch" },
          { "sec-fetch-dest": "iframe" },
          { "sec-fetch-dest": "image" },
        ]
        for (const headers of hints) {
          const page = yield* scanner.get(`/r/${token}`, headers)
          assert.strictEqual(page.status, 204, JSON.stringify(headers))
          assert.strictEqual(page.text, "")
          assert.strictEqual(page.headers.get("cache-control"), "no-store")
        }
        assert.strictEqual(scanner.cookies.size, 0)
        assert.strictEqual(yield* Visitor.stored, before)
        const human = yield* Visitor.visitor
        const page = yield* human.get(`/r/${token}`, { "sec-fetch-dest": "document" })
        assert.include(page.text, "Papers for the bank")
        assert.strictEqual((yield* human.get(yield* human.start(token))).status, 200)
        isElsewhere(yield* scanner.get(`/r/${token}`))
      }),
    patience,
  )

  it.effect(
    "L20 S18: a scanner presses Start, a human later presses and types: theirs it is, and the scanner reads nothing",
    () =>
      Effect.gen(function* () {
        const { token } = yield* arrange(standard)
        const [scanner, human] = [yield* Visitor.visitor, yield* Visitor.visitor]
        const taken = yield* scanner.start(token)
        assert.strictEqual((yield* scanner.get(taken)).status, 200)
        // nothing has been written: the latest claim wins, without a word
        const list = yield* human.start(token)
        isElsewhere(yield* scanner.get(taken))
        assert.strictEqual((yield* name(list, human, "Hanna Human")).status, 303)
        for (const path of [taken, `${taken}/review`, `${taken}/sections/about`]) {
          const page = yield* scanner.get(path)
          isElsewhere(page)
          assert.notInclude(page.text, "Hanna")
        }
        isElsewhere(yield* scanner.post(`${taken}/sections/about`, new FormData()))
        isElsewhere(yield* scanner.post(`/r/${token}`, new URLSearchParams()))
        assert.include((yield* human.get(`${list}/sections/about`)).text, "Hanna Human")
      }),
    patience,
  )

  it.effect(
    "S17 S23: a robot that claimed first locks nobody out, and a jar that is lost is no end",
    () =>
      Effect.gen(function* () {
        const { token, address } = yield* arrange(onOpen)
        const [robot, human, again] = [yield* Visitor.visitor, yield* Visitor.visitor, yield* Visitor.visitor]
        const theirs = yield* robot.start(token)
        isElsewhere(yield* human.get(`/r/${token}`))
        yield* press(human, `/r/${token}`)
        const list = yield* human.start(yield* tokenOf(address, 2))
        assert.strictEqual((yield* human.get(list)).status, 200)
        isElsewhere(yield* robot.get(theirs))
        // the browser inside an app forgets its cookies
        yield* press(again, list)
        const third = yield* tokenOf(address, 3)
        assert.strictEqual((yield* again.get(yield* again.start(third))).status, 200)
        // the page behind the mail's button offers the same before anything is opened
        const fresh = yield* arrange(standard)
        const arrival = yield* again.get(`/r/${fresh.token}`)
        assert.include(words(arrival.text), "Open it in another browser or on another device")
        yield* press(again, `/r/${fresh.token}`)
        yield* TestFirm.mailTo(fresh.address, 2)
      }),
    patience,
  )

  it.effect(
    "L21 S6 S19: sent again on day 10, the day-1 link is dead and the new one works on the bound device",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const { token, address, member, request } = yield* arrange(onOpen)
        const browser = yield* Visitor.visitor
        const old = yield* browser.start(token)
        TestFirm.clock.pass(10 * 86_400_000)
        yield* requests.resend(member, request.id, yield* Visitor.uuid)
        const second = yield* tokenOf(address, 2)
        assert.strictEqual((yield* browser.get(`/r/${token}`)).status, 410)
        assert.strictEqual((yield* browser.get(old)).status, 410)
        // S19: whoever else opens the new mail gets no further than asking for a link of their own
        const stranger = yield* Visitor.visitor
        const shut = yield* stranger.get(`/r/${second}`)
        assert.include(shut.text, "Send access link")
        assert.notInclude(shut.text, request.details.title)
        const list = yield* browser.start(second)
        assert.strictEqual((yield* browser.get(list)).status, 200)
      }),
    patience,
  )

  it.effect(
    "K45 L45: expired, the customer has a new link sent, and the window opens anew; where the policy says so",
    () =>
      Effect.gen(function* () {
        const { token, address } = yield* arrange(onOpen)
        const closed = yield* arrange({ ...onOpen, selfService: "none" })
        TestFirm.clock.pass(31 * 86_400_000)
        const browser = yield* Visitor.visitor
        const dead = yield* browser.get(`/r/${token}`)
        assert.strictEqual(dead.status, 410)
        assert.strictEqual((yield* browser.get(`/r/${closed.token}`)).text, dead.text)
        const answers = [yield* press(browser, `/r/${closed.token}`), yield* press(browser, `/r/${token}`)]
        assert.strictEqual(answers[0]?.text, answers[1]?.text)
        const second = yield* tokenOf(address, 2)
        assert.strictEqual((yield* browser.get(yield* browser.start(second))).status, 200)
        // what died with the window stays dead
        assert.strictEqual((yield* browser.get(`/r/${token}`)).status, 410)
        assert.strictEqual(TestFirm.post.mails.filter(({ to }) => to.address === closed.address).length, 1)
      }),
    patience,
  )

  it.effect(
    "L15 L16 S9: of two who are asked together each has links and a device of their own",
    () =>
      Effect.gen(function* () {
        const people = [
          TestFirm.recipient("", { id: "eva", name: "Eva" }),
          TestFirm.recipient("", { id: "bo", name: "Bo" }),
        ]
        const policy = { ...onOpen, audience: "shared-record", saving: "live", completion: "explicit" } as const
        const { tokens, request } = yield* arrange(policy, { recipients: people })
        const [eva, bo] = [yield* Visitor.visitor, yield* Visitor.visitor]
        const list = yield* eva.start(tokens["eva"] ?? "")
        assert.strictEqual((yield* bo.get(yield* bo.start(tokens["bo"] ?? ""))).status, 200)
        assert.strictEqual((yield* eva.get(list)).status, 200)
        isElsewhere(yield* bo.get(`/r/${tokens["eva"]}`))
        const sql = yield* SqlClient.SqlClient
        const devices = yield* sql<{ device: string }>`
        SELECT DISTINCT device FROM customer_sessions WHERE request_id = ${request.id}`
        assert.strictEqual(devices.length, 2)
      }),
    patience,
  )

  it.effect(
    "S10 S20: a browser is another device to each request, and what it plants or copies is of no use",
    () =>
      Effect.gen(function* () {
        const [one, two] = [yield* arrange(onOpen), yield* arrange(onOpen)]
        const browser = yield* Visitor.visitor
        browser.cookies.set("rq-device", "planted")
        const list = yield* browser.start(one.token)
        const secret = browser.cookies.get("rq-device") ?? ""
        assert.match(secret, /^[A-Za-z0-9_-]{43}$/)
        yield* browser.start(two.token)
        assert.strictEqual(browser.cookies.get("rq-device"), secret)
        const sql = yield* SqlClient.SqlClient
        const rows = yield* sql<{ device: string }>`
        SELECT device FROM customer_sessions WHERE request_id IN (${one.request.id}, ${two.request.id})`
        assert.strictEqual(new Set(rows.map(({ device }) => device)).size, 2)
        assert.notInclude(JSON.stringify(yield* TestFirm.dump), secret)
        const thief = yield* Visitor.visitor
        const handle = list.slice("/q/".length)
        thief.cookies.set(`rq-${handle}`, secret)
        assert.strictEqual((yield* thief.get(list)).status, 410)
      }),
    patience,
  )
})
