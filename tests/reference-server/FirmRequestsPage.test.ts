// One request on the firm's pages, over the whole real domain: what can be done with it, its items, its people and links,
// its reminders, its history in words; and the list. No script runs.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Page from "./FirmPagesWorld.ts"
import * as World from "./FirmRequestsWorld.ts"

const day = 86_400_000
const now = Effect.clockWith((clock) => clock.currentTimeMillis)
const dayIn = (days: number) => Effect.map(now, (at) => new Date(at + days * day).toISOString().slice(0, 10))

layer(World.server, { excludeTestServices: true, timeout: "180 seconds" })("a request's page", (it) => {
  it.effect("L44 K31: items are accepted, sent back with a reason, waived and marked; the timeline says so", () =>
    Effect.gen(function* () {
      const { make, press, show, stateOf, workspaceId } = yield* World.visit
      const id = yield* make("send", { email: "items@customer.example" })
      yield* World.answers(id, workspaceId, { name: "Bo" })
      assert.match(Page.text(yield* show(id)), /About you 1 of 2 answered In progress/)
      yield* press(id, "items/papers/complete")
      assert.match(Page.text(yield* show(id)), /Papers 0 of 1 answered Completed/)
      yield* press(id, "items/papers/reopen")
      const silent = yield* press(id, "items/papers/waive", { reason: " " })
      assert.strictEqual(silent.status, 409)
      assert.include(Page.text(silent), "Say why, in a sentence: the customer reads it.")
      yield* World.submits(id, workspaceId)
      yield* press(id, "items/about/accept")
      const done = yield* press(id, "items/papers/return", { reason: "The copy cannot be read." })
      assert.strictEqual(done.location, `/requests/${id}?done=returned`)
      const { state, openItems } = yield* stateOf(id)
      assert.deepStrictEqual([state, openItems], ["WaitingForCustomer", ["papers"]])
      const page = Page.text(yield* show(id))
      assert.match(page, /Papers .*Sent back .*Reason: The copy cannot be read\./)
      assert.include(page, "Fia Firm sent “Papers” back: The copy cannot be read.")
      assert.include(page, "Fia Firm accepted “About you”.")
      assert.include(page, "Bo Ek began to answer.")
      const mail = yield* TestFirm.mailTo("items@customer.example", 2)
      assert.include(mail.text, "The copy cannot be read.")
    }),
  )

  it.effect(
    "K32 K33 K34 K38: the next reminder with its weekday, those that were sent, and then why there is none",
    () =>
      Effect.gen(function* () {
        const { api, browser, make, pass, press, show } = yield* World.visit
        const id = yield* make("send", {
          title: "Reminded",
          email: "reminded@customer.example",
          due: yield* dayIn(3),
          reminding: "urgent",
        })
        assert.match(
          Page.text(yield* show(id)),
          /Next reminder: (Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? \d+ \w+ \d{4} at \d\d:\d\d/,
        )
        for (let count = 1; count <= 5; count += 1) {
          const { next } = yield* api.requests.reminders({ params: { id } })
          yield* pass(Date.parse(next ?? "") - (yield* now) + 1000)
          yield* (yield* ClientRequests).sweep
        }
        const page = Page.text(yield* show(id))
        assert.include(page, "No more reminders: 5 have been sent, and that is the most.")
        assert.include(page, "5 of at most 5 sent since the latest sending.")
        assert.match(page, /Sent so far (\w+,? \d+ \w+ \d{4} at \d\d:\d\d [A-Z+0-9]+ ?){5}/)
        assert.include(page, "Reminder 5 was sent to Bo Ek.")
        assert.include(page, "Reminder to reminded@customer.example")
        const list = Page.text(yield* browser.get("/requests?q=Reminded"))
        assert.include(list, "No more reminders: 5 have been sent")
        yield* press(id, "resend")
        assert.match(Page.text(yield* show(id)), /Next reminder: .* 0 of at most 5 sent/)
      }),
  )

  it.effect("P27 K39: suspended with its reason, its links are dead and it says so; resumed, it is out again", () =>
    Effect.gen(function* () {
      const { make, press, show } = yield* World.visit
      const id = yield* make("send")
      assert.include(Page.text(yield* show(id)), "A customer request is out.")
      yield* press(id, "suspend", { reason: "Waiting for the bank" })
      const page = yield* show(id)
      assert.include(
        Page.text(page),
        "It is suspended. The links do not work and nobody is reminded. Waiting for the bank",
      )
      assert.include(Page.text(page), "Fia Firm suspended it: Waiting for the bank")
      assert.notInclude(page.body, `/requests/${id}/resend`)
      yield* press(id, "resume")
      assert.include(Page.text(yield* show(id)), "A customer request is out.")
      yield* press(id, "cancel", { reason: "" })
      assert.include(Page.text(yield* show(id)), "Cancelled")
    }),
  )

  it.effect("K40 X3: submitted for the customer, opened again; expired, given more days and sent again", () =>
    Effect.gen(function* () {
      const { make, pass, press, show, stateOf, workspaceId } = yield* World.visit
      const id = yield* make("send")
      yield* World.answers(id, workspaceId, { name: "Bo" })
      yield* press(id, "close")
      assert.strictEqual((yield* stateOf(id)).submission?.id.length, 36)
      assert.include(Page.text(yield* show(id)), "Fia Firm submitted it.")
      yield* press(id, "reopen")
      assert.strictEqual((yield* stateOf(id)).state, "WaitingForCustomer")
      assert.include(Page.text(yield* show(id)), "Fia Firm opened it again.")
      yield* pass(31 * day)
      assert.match(Page.text(yield* show(id)), /Expired Bo Ek · expired/)
      const wrong = yield* press(id, "window", { days: "many" })
      assert.strictEqual(wrong.status, 422)
      yield* press(id, "window", { days: "60" })
      yield* press(id, "resend")
      const { expiresAt, sentAt } = yield* stateOf(id)
      assert.strictEqual((expiresAt ?? 0) - (sentAt ?? 0), 60 * day)
    }),
  )

  it.effect(
    "K19 K20 L33: people are named with their devices; one alone is sent to again, replaced, and has links revoked",
    () =>
      Effect.gen(function* () {
        const { api, id: workItem, make, press, show, stateOf, workspaceId } = yield* World.visit
        const recipients = ["Ada King", "Bo Ek"].map((name, index) => ({
          name,
          email: `shared${index}@customer.example`,
          language: "en",
          mobile: "+46701234567",
          role: "Applicant",
        }))
        const { id } = yield* api.requests.create({
          headers: {},
          payload: {
            questionnaire: { id: "kyc" },
            title: "Together",
            policy: "customer-centre",
            recipients,
            workItem,
            send: true,
          },
        })
        const page = Page.text(yield* show(id))
        assert.match(page, /Recipients Ada King · Applicant .* Bo Ek · Applicant/)
        assert.include(page, "Their link works on any device")
        const copied = yield* press(id, "recipients/r2/link")
        assert.match(copied.body, /<code class="secret"[^>]*>http:\/\/localhost:3000\/r\/[A-Za-z0-9_-]{43}</, "C9 C11")
        assert.notInclude((yield* show(id)).body, "/r/", "it is not shown again by itself")
        const links = yield* (yield* CustomerAccess).links(workspaceId, id)
        const linkId = links.find(({ recipient }) => recipient === "r2")?.id ?? ""
        const bo = yield* TestFirm.customerOf(yield* stateOf(id), { recipient: "r2", linkId })
        const wrote = { revision: 1, answers: { name: "B" }, visited: "about", seen: {} }
        yield* (yield* ClientRequests).save(bo, wrote, yield* TestFirm.uuid)
        assert.include(Page.text(yield* show(id)), "Bo Ek wrote Your name.", "C4: which of them it was")
        yield* press(id, "recipients/r2/resend")
        assert.include(Page.text(yield* show(id)), "Fia Firm sent it to Bo Ek again.")
        yield* press(id, "recipients/r1/revoke")
        assert.strictEqual((yield* stateOf(id)).families["r1"]?.generation, 2)
        const nobody = yield* press(id, "recipients/r1/change", { name: "", email: "" })
        assert.strictEqual(nobody.status, 422)
        yield* press(id, "recipients/r1/change", {
          name: "Cy Ng",
          email: "cy@customer.example",
          mobile: "+46 70 111 22 33",
        })
        const { details, families } = yield* stateOf(id)
        assert.deepInclude(details.recipients[0], { name: "Cy Ng", mobile: "+46701112233", role: "Applicant" })
        assert.strictEqual(families["r1"]?.generation, 3, "their links are dead for good")
        assert.include(Page.text(yield* show(id)), "Fia Firm asks Cy Ng instead of Ada King.")

        const bound = yield* make("send", { email: "device@customer.example" })
        assert.include(Page.text(yield* show(bound)), "Not bound to a device yet")
        yield* World.answers(bound, workspaceId, { name: "Bo" })
        assert.include(Page.text(yield* show(bound)), "Bound to one device just now")
      }),
  )

  it.effect("K35: each row of the list says who, what, how long, how far, and the next reminder or why none", () =>
    Effect.gen(function* () {
      const { browser, make, pass, workspaceId } = yield* World.visit
      const due = yield* dayIn(5)
      const id = yield* make("send", { title: "Row", due, reminding: "urgent" })
      yield* World.answers(id, workspaceId, { name: "Bo" })
      yield* make("schedule", { title: "Later", sendDate: "2099-07-01", sendTime: "08:30" })
      yield* make("send", { title: "Without a day" })
      yield* pass(3 * day)
      const list = Page.text(yield* browser.get("/requests"))
      assert.match(
        list,
        /Row Bo Ek · bo@customer\.example Waiting for customer waiting for 3 days · expires in 27 days (Next reminder: \w{3},? \d+ \w{3} \d\d:\d\d|No more) .*0 of 2 done/,
      )
      assert.match(list, /Later Bo Ek · bo@customer\.example Pending will be sent on Wed,? 1 Jul 2099 08:30/)
      assert.match(list, /Without a day .* No reminders: nothing that is open has a due day/)
      const waiting = Page.text(yield* browser.get("/requests?state=WaitingForCustomer"))
      assert.include(waiting, "Row")
      assert.notInclude(waiting, "Later")
    }),
  )

  it.effect("P31 S75: mail that came back stands in the history and beside the address, which gets nothing more", () =>
    Effect.gen(function* () {
      const { make, show, workspaceId } = yield* World.visit
      const id = yield* make("send", { due: yield* dayIn(5), email: "gone@customer.example" })
      yield* (yield* ClientRequests).handle(workspaceId, id, {
        type: "ReportDelivery",
        id: yield* TestFirm.uuid,
        by: { kind: "system" },
        recipient: "r1",
        mail: "m",
        outcome: "bounced-hard",
        detail: "550 no such user",
      })
      const page = yield* show(id)
      assert.include(Page.text(page), "The mail to Bo Ek came back: the address does not work. 550 no such user")
      assert.include(Page.text(page), "Mail to this address came back.")
      assert.include(Page.text(page), "No reminders: mail to the address came back.")
      assert.match(page.body, /<p class="bad">\s*The mail to Bo Ek came back/)
    }),
  )

  it.effect("S39 S43: no button of the page does anything from elsewhere, or for another firm", () =>
    Effect.gen(function* () {
      const ours = yield* World.visit
      const other = yield* World.visit
      const id = yield* ours.make("send")
      const fields = Page.hidden(yield* ours.show(id), `/requests/${id}/resend`)
      const names = [
        "send",
        "resend",
        "schedule",
        "unschedule",
        "cancel",
        "suspend",
        "resume",
        "reopen",
        "close",
        "window",
      ]
      const actions = [
        ...names,
        ...["accept", "return", "waive", "complete", "reopen"].map((name) => `items/about/${name}`),
        ...["change", "resend", "revoke", "link", "unlock", "code"].map((name) => `recipients/r1/${name}`),
      ]
      const before = yield* ours.stateOf(id)
      const theirs = Page.hidden(yield* other.browser.get("/requests/new"), "/requests/new")
      for (const action of actions) {
        const path = `/requests/${id}/${action}`
        const more = {
          reason: "x",
          days: "5",
          sendDate: "2099-01-01",
          sendTime: "09:00",
          name: "E",
          email: "e@x.example",
        }
        const elsewhere = yield* ours.browser.post(path, { ...fields, ...more }, { "sec-fetch-site": "cross-site" })
        assert.strictEqual(elsewhere.status, 403, action)
        const stale = yield* ours.browser.post(path, { ...more, csrf: "0".repeat(64) })
        assert.strictEqual(stale.status, 403, action)
        const foreign = yield* other.browser.post(path, { ...theirs, ...more })
        assert.strictEqual(foreign.status, 404, action)
      }
      assert.deepStrictEqual(yield* ours.stateOf(id), before)
    }),
  )
})
