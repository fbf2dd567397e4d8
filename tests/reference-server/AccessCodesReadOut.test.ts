// Codes that the firm reads out by phone, as both sides meet them: the customer's code page, the firm's page and the API.
import { assert, layer } from "@effect/vitest"
import { client } from "@requite/api"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { AccessCodes } from "../../reference-server/src/AccessCodes.ts"
import * as Api from "../../reference-server/src/Api.ts"
import * as Assets from "../../reference-server/src/Assets.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { Members } from "../../reference-server/src/Members.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { hidden, words } from "./CustomerPagesVisitor.ts"
import * as Firm from "./FirmPagesWorld.ts"

const minute = 60_000

const server = HttpRouter.serve(Layer.mergeAll(Api.layer, FirmPages.layer, Assets.layer, CustomerPages.layer), {
  disableListenLog: true,
  disableLogger: true,
}).pipe(
  Layer.provideMerge(NodeHttpServer.layerTest),
  Layer.provideMerge(Samples.layer),
  Layer.provideMerge(TestFirm.layer),
)

/** The customer centre's, without the work item that this test has no use for. */
const centre: RequestPolicy.RequestPolicy = {
  ...RequestPolicy.customerCentre,
  requires: ["name", "email", "mobile"],
}

let numbers = 0
const person = (id: string, mobile = `+467399${String(10_000 + (numbers += 1))}`) =>
  TestFirm.recipient("", { id, name: id, mobile, role: "Applicant" })

/** A number of a country that no SMS go to. */
const abroad = "+5511987654321"

/** A request that is out to these people, and its member at the pages and at the API. */
const arrange = Effect.fnUntraced(function* (...people: ReadonlyArray<ReturnType<typeof person>>) {
  const made = yield* Visitor.arrange({ recipients: people }, Visitor.questionnaire, centre)
  const members = yield* Members
  const { member, request } = made
  const baseUrl = yield* HttpServer.addressFormattedWith((address) =>
    Effect.succeed(`http://127.0.0.1:${new URL(address).port}`),
  )
  const tab = Firm.browser(baseUrl)
  tab.jar.set("rq-member", Redacted.value(yield* members.openSession(member)))
  const { secret } = yield* members.createKey(member, "tests")
  const api = yield* client({ baseUrl, apiKey: secret })
  const page = `/requests/${request.id}`
  return {
    ...made,
    tab,
    api,
    page,
    baseUrl,
    /** Presses "Read out a code" beside a recipient. */
    press: (recipient: string) =>
      Effect.gen(function* () {
        const action = `${page}/recipients/${recipient}/code`
        return yield* tab.post(action, Firm.hidden(yield* tab.get(page), action))
      }),
    /** The same by the API: the code, or the failure. */
    call: (recipient: string) => api.requests.readOutCode({ params: { id: request.id, recipient } }),
  }
})

type Customer = Effect.Success<typeof Visitor.visitor>

/** Types a code at the page of a visit. */
const enter = (customer: Customer, path: string, code: string) =>
  Effect.gen(function* () {
    const { text } = yield* customer.get(path)
    return yield* customer.post(path, new URLSearchParams({ csrf: hidden(text, "csrf"), code, action: "enter" }))
  })

const smsTo = (mobile: string) => TestFirm.sms.filter(({ to }) => to === mobile)

/** What the firm's page shows of a code. */
const shown = (page: Firm.Reply) => /<code class="secret digits">(\d{3}) (\d{3})<\/code>/.exec(page.body)

const reasonOf = (failure: { readonly _tag: string }) =>
  "reason" in failure ? `${failure._tag} ${String(failure.reason)}` : failure._tag

const wrong = (code: string) => (code === "000000" ? "000001" : "000000")

layer(server, { excludeTestServices: true, timeout: "300 seconds" })("a code that is read out", (it) => {
  it.effect(
    "S32: who prefers no SMS calls, and the code that the firm reads out lets them in, once; the history says who made it",
    () =>
      Effect.gen(function* () {
        const codes = yield* AccessCodes
        const eva = person("eva")
        const { tokens, request, tab, api, page, press, call } = yield* arrange(eva, person("bo"))
        assert.include(Firm.text(yield* tab.get(page)), "Read out a code")

        // before she has opened her link there is nothing to read a code for
        const early = yield* press("eva")
        assert.strictEqual(early.status, 422)
        assert.include(Firm.text(early), "They have to open their link first")
        assert.isNull(shown(early))
        assert.strictEqual(reasonOf(yield* Effect.flip(call("eva"))), "CodeNotMade nobody-waits")

        const customer = yield* Visitor.visitor
        const path = yield* customer.start(tokens["eva"] ?? "")
        assert.include(words((yield* customer.get(path)).text), "call Fresh Ltd: they can read a code to you")
        const [sms] = yield* TestFirm.eventually(
          Effect.sync(() => (smsTo(eva.mobile).length > 0 ? smsTo(eva.mobile) : undefined)),
        )
        const sent = /\d{6}/.exec(sms?.text ?? "")?.[0] ?? ""

        // it counts as a send
        const hasty = yield* press("eva")
        assert.strictEqual(hasty.status, 422)
        assert.include(Firm.text(hasty), "Try again in 1 minute.")
        const failed = yield* Effect.flip(call("eva"))
        assert.isTrue(failed._tag === "TooOften" && failed.retryAfterSeconds > 0 && failed.retryAfterSeconds <= 30)

        TestFirm.clock.pass(minute)
        const made = yield* press("eva")
        assert.deepStrictEqual([made.status, made.headers.get("cache-control")], [200, "no-store"])
        assert.include(Firm.text(made), "Read it to eva; make sure it is them. It works for ten minutes.")
        const [, first = "", last = ""] = shown(made) ?? []
        const code = `${first}${last}`
        assert.match(code, /^\d{6}$/)
        const later = yield* tab.get(page)
        assert.isNull(shown(later))
        assert.match(Firm.text(later), /Fia Firm made a code to read out to eva\./)
        assert.strictEqual(smsTo(eva.mobile).length, 1)

        // another visit of the same link, and the one that waits for another person's code
        const [other, bo] = [yield* Visitor.visitor, yield* Visitor.visitor]
        const elsewhere = (yield* other.start(tokens["eva"] ?? "")).split("?")[0] ?? ""
        assert.strictEqual((yield* enter(other, elsewhere, code)).status, 422)
        const his = yield* bo.start(tokens["bo"] ?? "")
        assert.strictEqual((yield* enter(bo, his, code)).status, 422)
        // the code that was sent is void
        if (sent !== code) assert.strictEqual((yield* enter(customer, path, sent)).status, 422)

        const csrf = hidden((yield* customer.get(path)).text, "csrf")
        const right = yield* enter(customer, path, `${first} ${last}`)
        assert.strictEqual(right.status, 303)
        assert.match(right.location, /^\/q\/[\w-]{16}$/)
        assert.strictEqual((yield* customer.get(right.location)).status, 200)

        // once
        const again = yield* customer.post(path, new URLSearchParams({ csrf, code, action: "enter" }))
        assert.strictEqual(again.status, 410)
        assert.strictEqual((yield* enter(other, elsewhere, code)).status, 422)
        const preSession = path.split("/")[2] ?? ""
        assert.deepStrictEqual(yield* codes.check({ preSession, presented: code }), { outcome: "refused" })

        TestFirm.clock.pass(minute)
        assert.strictEqual(reasonOf(yield* Effect.flip(call("eva"))), "CodeNotMade nobody-waits")
        const { entries } = yield* api.requests.history({ params: { id: request.id } })
        const readOut = entries.filter(({ data }) => data["channel"] === "read-out")
        assert.deepStrictEqual(
          readOut.map(({ type, by, data }) => [type, by.kind, by.name, data["what"], data["recipient"]]),
          [["AccessRecorded", "member", "Fia Firm", "code-sent", "eva"]],
        )
        const mine = new RegExp(`(?<![0-9a-f])${code}(?![0-9a-f])`)
        const kept = Object.values(yield* TestFirm.dump).flat()
        assert.deepStrictEqual(
          [...kept, ...TestFirm.logs].filter((line) => mine.test(line)),
          [],
        )
      }),
    300_000,
  )

  it.effect(
    "S32 S26 S27: it works where no SMS goes, for ten minutes and five tries; locked, closed or unknown, it says so",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const eva = person("eva", abroad)
        const { tokens, member, request, tab, page, press, call } = yield* arrange(eva)
        const customer = yield* Visitor.visitor
        const path = yield* customer.start(tokens["eva"] ?? "")
        TestFirm.clock.pass(minute)
        const late = yield* call("eva")
        TestFirm.clock.pass(10 * minute)
        assert.strictEqual((yield* enter(customer, path, late.code)).status, 422)
        // she waits no more: her page is there, its code is over
        assert.strictEqual(reasonOf(yield* Effect.flip(call("eva"))), "CodeNotMade nobody-waits")

        const anew = () =>
          Effect.gen(function* () {
            const { text } = yield* customer.get(path)
            yield* customer.post(path, new URLSearchParams({ csrf: hidden(text, "csrf"), action: "send" }))
            TestFirm.clock.pass(minute)
            return (yield* call("eva")).code
          })
        const five = (code: string) =>
          Effect.forEach([1, 2, 3, 4, 5], () => Effect.map(enter(customer, path, wrong(code)), ({ status }) => status))
        const used = yield* anew()
        assert.deepStrictEqual(yield* five(used), [422, 422, 422, 422, 422])
        assert.strictEqual((yield* enter(customer, path, used)).status, 422)
        TestFirm.clock.pass(10 * minute)
        yield* five(yield* anew())
        TestFirm.clock.pass(minute)
        assert.strictEqual(reasonOf(yield* Effect.flip(call("eva"))), "CodeNotMade locked")
        const locked = yield* press("eva")
        assert.strictEqual(locked.status, 422)
        assert.include(Firm.text(locked), "Unlock the codes first.")
        const action = `${page}/recipients/eva/unlock`
        assert.strictEqual((yield* tab.post(action, Firm.hidden(yield* tab.get(page), action))).status, 303)
        TestFirm.clock.pass(10 * minute)
        const right = yield* anew()
        assert.strictEqual((yield* enter(customer, path, right)).status, 303)
        assert.deepStrictEqual(smsTo(abroad), [])

        assert.strictEqual(reasonOf(yield* Effect.flip(call("nobody"))), "CodeNotMade nobody-waits")
        const stranger = yield* arrange(person("eva"))
        const theirs = stranger.api.requests.readOutCode({ params: { id: request.id, recipient: "eva" } })
        assert.strictEqual(reasonOf(yield* Effect.flip(theirs)), "NotFound")
        yield* requests.cancel(member, request.id, "", yield* Visitor.uuid)
        assert.strictEqual(reasonOf(yield* Effect.flip(call("eva"))), "CodeNotMade not-open")
        assert.notInclude(Firm.text(yield* tab.get(page)), "Read out a code")
      }),
    300_000,
  )

  it.effect.skipIf(Browser.missing !== undefined)(
    "S32: the code stands large beside its recipient, wide and on a phone, without scripts; nothing for axe to find",
    () =>
      Effect.gen(function* () {
        const { tokens, tab, page: path, baseUrl } = yield* arrange(person("eva", abroad))
        yield* (yield* Visitor.visitor).start(tokens["eva"] ?? "")
        const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (open) =>
          Effect.promise(() => open.close()),
        )
        for (const width of [1280, 390]) {
          TestFirm.clock.pass(minute)
          const page = yield* Effect.promise(() =>
            browser.page({ javaScript: false, width, height: 900, locale: "en" }),
          )
          const session = { name: "rq-member", value: tab.jar.get("rq-member") ?? "", url: baseUrl }
          yield* Effect.promise(async () => {
            await page.context().addCookies([session])
            await page.goto(`${baseUrl}${path}`)
            await page.getByRole("button", { name: "Read out a code" }).click()
          })
          const size = yield* Effect.promise(() =>
            page.locator(".digits").evaluate((digits) => Number.parseFloat(getComputedStyle(digits).fontSize)),
          )
          assert.isAtLeast(size, 28)
          const top = yield* Effect.promise(() =>
            page.locator(".digits").evaluate((digits) => digits.getBoundingClientRect().top),
          )
          assert.isTrue(top >= 0 && top < 900, `out of sight at ${width}: ${top}`)
          yield* Effect.promise(() => Browser.screenshot(page, `read-out-${width}`))
          assert.deepStrictEqual(yield* Effect.promise(() => Browser.axe(page)), [], String(width))
          const overflow = yield* Effect.promise(() =>
            page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth),
          )
          assert.strictEqual(overflow, 0, `${width}`)
        }
      }).pipe(Effect.scoped),
    300_000,
  )
})
