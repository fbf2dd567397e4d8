// Making a request on the firm's pages, over the whole real domain: from the basket of some work, to several people, by
// rules that are sentences, with the days of its reminders, now or later. No script runs.
import { assert, layer } from "@effect/vitest"
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Page from "./FirmPagesWorld.ts"
import * as World from "./FirmRequestsWorld.ts"

layer(World.server, { excludeTestServices: true, timeout: "180 seconds" })("the form of a request", (it) => {
  it.effect(
    "P1 P5 P6 P7 P8 P9: what was collected from the tasks stands at the top, is removed, and goes out in one",
    () =>
      Effect.gen(function* () {
        const { api, browser, id: workItem, identity, address, contact, submit, stateOf } = yield* World.visit
        const params = { id: workItem }
        yield* api.workItems.addToBasket({ params, payload: { task: identity, questionnaire: "person" } })
        yield* api.workItems.addToBasket({ params, payload: { task: address, questionnaire: "bill" } })
        const path = `/requests/new?workItem=${workItem}`
        const form = Page.text(yield* browser.get(path))
        assert.match(form, /From the tasks Identity check PERSON [^R]*Remove Proof of address BILL [^R]*Remove/)
        assert.match(form, /Carl Customer · Primary Applicant/, "P10: prefilled from the work")

        const work = { what: "basket", workItem, contact, policy: "passfort", email: "", name: "", title: "" }
        const without = yield* submit(path, `remove-task:${address}`, work)
        assert.strictEqual(without.status, 200)
        assert.notInclude(Page.text(without), "Proof of address")
        assert.include(without.body, `href="/work-items/${workItem}"`, "Close leads to the work")
        yield* api.workItems.addToBasket({ params, payload: { task: address, questionnaire: "bill" } })
        const sent = yield* submit(path, "send", work)
        const id = /[0-9a-f-]{36}/.exec(sent.location ?? "")?.[0] ?? ""
        const { details } = yield* stateOf(id)
        assert.deepStrictEqual(
          details.tasks.map(({ task }) => task),
          [identity, address],
        )
        assert.strictEqual(details.questionnaire.sections.length, 2)
        assert.deepInclude(details.recipients[0], { contact, role: "Primary Applicant", mobile: "+46701234567" })
        assert.deepStrictEqual((yield* api.workItems.get({ params })).basket, [])

        // P4, P8, P29, P30: nothing more goes out until it is cancelled
        yield* submit("/requests/new", "send", { ...work, what: "documents", documents: "Visa" })
        const second = yield* submit(path, "send", { ...work, what: "documents", documents: "Visa" })
        assert.strictEqual(second.status, 409)
        assert.include(Page.text(second), "Another request is out to this customer.")
        assert.include(second.body, `href="/requests/${id}"`)
      }),
  )

  it.effect("P29 P30: once the one that is out is cancelled, the draft that was refused goes out", () =>
    Effect.gen(function* () {
      const { make, press, submit, stateOf } = yield* World.visit
      const fields = { policy: "passfort", email: "only@customer.example" }
      const first = yield* make("send", fields)
      const refused = yield* submit("/requests/new", "send", fields)
      assert.strictEqual(refused.status, 409)
      const draft = /action="\/requests\/([0-9a-f-]{36})\/send"/.exec(refused.body)?.[1] ?? ""
      yield* press(first, "cancel", { reason: "" })
      assert.strictEqual((yield* press(draft, "send")).location, `/requests/${draft}?done=sent`)
      assert.strictEqual((yield* stateOf(draft)).state, "WaitingForCustomer")
    }),
  )

  it.effect("K17 K27: rows for further people come and go by buttons; under separate views each gets a request", () =>
    Effect.gen(function* () {
      const { browser, submit, workspaceId } = yield* World.visit
      const added = yield* submit("/requests/new", "add-person", { name: "Ada King" })
      assert.strictEqual(added.status, 200)
      assert.include(added.body, 'name="email-2"')
      assert.include(added.body, 'value="Ada King"', "what was typed stays")
      const two = { people: "2", "email-2": "bo2@customer.example", "name-2": "Bo Two", "language-2": "sv" }
      const removed = yield* submit("/requests/new", "remove-person:0", two)
      assert.notInclude(removed.body, 'name="email-2"')
      assert.include(removed.body, 'value="bo2@customer.example"')

      const one = yield* submit("/requests/new", "send", two)
      assert.strictEqual(one.status, 422)
      assert.include(Page.text(one), "These rules ask one person at a time.")
      const refused = yield* submit("/requests/new", "send", { ...two, policy: "karbon", title: "Each alone" })
      assert.include(Page.text(refused), "The recipient is not one of your contacts.", "K16")
      const drafts = yield* submit("/requests/new", "save", { ...two, policy: "karbon", title: "Each their own" })
      assert.strictEqual(drafts.location, "/requests?done=saved&count=2")
      assert.include(Page.text(yield* browser.get(drafts.location ?? "")), "2 drafts have been saved")
      const { requests } = yield* (yield* ClientRequests).list(workspaceId, {
        search: "Each their own",
        limit: 9,
        offset: 0,
      })
      assert.sameDeepMembers(
        requests.map(({ details }) => details.recipients.map(({ email, language }) => [email, language])),
        [[["bo@customer.example", "en"]], [["bo2@customer.example", "sv"]]],
      )
    }),
  )

  it.effect("C2 C3 C6 L28: the customer centre asks contacts of the work in its roles, all on one record", () =>
    Effect.gen(function* () {
      const { api, contact, id: workItem, submit, stateOf } = yield* World.visit
      const referee = yield* api.contacts.create({ headers: {}, payload: { name: "Rut Ref", email: "rut@x.example" } })
      yield* api.workItems.setRole({ params: { id: workItem, contact: referee.id }, payload: { role: "Referee" } })
      const path = `/requests/new?workItem=${workItem}&policy=customer-centre`
      const common = { workItem, policy: "customer-centre", email: "", name: "" }
      const refused = yield* submit(path, "send", { ...common, contact: [contact, referee.id] })
      assert.strictEqual(refused.status, 409)
      const shown = Page.text(refused)
      assert.include(shown, "Rut Ref: The recipient has no mobile number")
      assert.include(shown, "Rut Ref: Choose a role: Primary Applicant, Applicant, Guarantor.")
      const sent = yield* submit(path, "send", { ...common, contact })
      const { details } = yield* stateOf(/[0-9a-f-]{36}/.exec(sent.location ?? "")?.[0] ?? "")
      assert.deepInclude(details.recipients[0], { role: "Primary Applicant", contact })
      assert.strictEqual(details.workItem, workItem)
    }),
  )

  it.effect(
    "S78 X4: rules are sentences with their end and their reminders, and what is weak in them stands beside",
    () =>
      Effect.gen(function* () {
        const { browser, submit } = yield* World.visit
        const form = Page.text(yield* browser.get("/requests/new"))
        assert.match(form, /Standard Opens on one device, by link: .*; until \w{3} \d+ \w{3}; reminded a week before/)
        assert.match(form, /Client tasks Opens on one device, by link: the first that opens it; until/)
        assert.match(form, /Customer centre Opens by link, on any device, with a code by SMS; until/)
        assert.match(form, /File request Opens for whoever has the link; until you end it; no reminders\./)
        assert.include(form, "To know: The first device to press the button keeps the link, be it a mail scanner's.")
        assert.include(form, "To know: It stays open for ever")
        const dated = yield* submit("/requests/new", "preview", { due: "2099-12-21", reminding: "urgent" })
        assert.match(
          Page.text(dated),
          /Standard Opens on one device.*reminded on \w{3} \d+ \w{3}, .* and 2 times more\./,
        )
      }),
  )

  it.effect(
    "K10 K13 K14 K15: the calendar of the whole cycle stands there before it is sent, or why there is none",
    () =>
      Effect.gen(function* () {
        const { submit, make, stateOf } = yield* World.visit
        const calendar = (fields: World.Fields) =>
          Effect.map(submit("/requests/new", "preview", { sendDate: "2099-01-05", ...fields }), (page) =>
            (/Reminders that would go out(.*?)Care/.exec(Page.text(page))?.[1] ?? "").trim(),
          )
        assert.include(
          yield* calendar({}),
          "No reminders: nothing that is open has a due day, and reminders need one.",
          "K10",
        )
        assert.match(
          yield* calendar({ due: "2099-01-20" }),
          /Tue,? 13 Jan 2099 09:00 Tue,? 20 Jan 2099 09:00 Wed,? 21 Jan.* Then no more: 5 have been sent/,
        )
        assert.match(
          yield* calendar({ due: "2099-01-20", reminding: "custom", everyDays: "4" }),
          /Fri,? 9 Jan 2099 09:00 Tue,? 13 Jan/,
        )
        assert.match(
          yield* calendar({ section: ["about", "papers"], "due.papers": "2099-01-07" }),
          /Wed,? 7 Jan 2099 09:00/,
        )
        const wrong = yield* submit("/requests/new", "send", { reminding: "custom", everyDays: "0" })
        assert.include(Page.text(wrong), "Enter a whole number of days, 1 to 365.")
        const id = yield* make("send", { section: ["about", "papers"], "due.papers": "2099-01-07", reminding: "none" })
        const { details } = yield* stateOf(id)
        assert.deepStrictEqual(details.dues, { papers: "2099-01-07" })
        assert.deepStrictEqual(details.reminders, { rule: { kind: "none" }, enabled: true })
      }),
  )

  it.effect("K12 K19: scheduled by date and time of the firm's zone; a time that has passed is a mistake", () =>
    Effect.gen(function* () {
      const { make, press, show, stateOf, submit } = yield* World.visit
      const past = yield* submit("/requests/new", "schedule", { sendDate: "2020-01-01" })
      assert.include(Page.text(past), "This time has passed.")
      const none = yield* submit("/requests/new", "schedule", {})
      assert.include(Page.text(none), "Choose the day on which it is to be sent.")
      const id = yield* make("schedule", { sendDate: "2099-07-01", sendTime: "08:30" })
      assert.strictEqual((yield* stateOf(id)).scheduled?.at, Date.parse("2099-07-01T06:30:00Z"), "Stockholm in summer")
      const page = Page.text(yield* show(id))
      assert.match(page, /It will be sent by itself on Wednesday,? 1 July 2099 at 08:30/)
      yield* press(id, "unschedule")
      assert.isNull((yield* stateOf(id)).scheduled)
      yield* press(id, "schedule", { sendDate: "2099-12-01", sendTime: "08:30" })
      assert.strictEqual((yield* stateOf(id)).scheduled?.at, Date.parse("2099-12-01T07:30:00Z"), "and in winter")
      yield* press(id, "unschedule")
      const wrong = yield* press(id, "schedule", { sendDate: "soon", sendTime: "08:30" })
      assert.strictEqual(wrong.status, 422)
    }),
  )

  it.effect("F5 F6 F7: a file request is made without anybody, and with a message", () =>
    Effect.gen(function* () {
      const { make, press, stateOf } = yield* World.visit
      const id = yield* make("send", { policy: "file-request", name: "", email: "", message: "For the audit." })
      assert.strictEqual((yield* stateOf(id)).details.message, "For the audit.")
      const copied = yield* press(id, "recipients/r1/link")
      const [, url = ""] = /<code class="secret"[^>]*>([^<]+)</.exec(copied.body) ?? []
      assert.match(url, /\/r\/[A-Za-z0-9_-]{43}$/)
      assert.include((yield* press(id, "recipients/r1/link")).body, url, "the same again (F6)")
      yield* press(id, "recipients/r1/revoke")
      assert.notInclude((yield* press(id, "recipients/r1/link")).body, url, "F8")
    }),
  )

  it.effect("T11 T18 K36: until the customer starts all of it can be changed, people and reminders too", () =>
    Effect.gen(function* () {
      const { browser, make, stateOf, submit, workspaceId } = yield* World.visit
      const id = yield* make("save", { due: "2099-01-20" })
      const path = `/requests/${id}/edit`
      const page = yield* browser.get(path)
      const [, recipient = ""] = /name="recipient" value="([^"]*)"/.exec(page.body) ?? []
      const edit = { recipient, reminding: "custom", everyDays: "2", sensitive: "yes", title: "Another title" }
      const saved = yield* submit(path, "save", { ...edit, due: "2099-02-20", email: "else@customer.example" })
      assert.strictEqual(saved.location, `/requests/${id}?done=saved`, Page.text(saved).slice(0, 600))
      const { details } = yield* stateOf(id)
      assert.deepInclude(details, { title: "Another title", due: "2099-02-20", sensitivity: "high" })
      assert.deepStrictEqual(details.reminders.rule, { kind: "custom", everyDays: 2 })
      assert.strictEqual(ClientRequest.primary(details).email, "else@customer.example")

      const out = yield* make("send", { title: "Out", due: "2099-01-20", email: "out@customer.example" })
      yield* World.answers(out, workspaceId, { name: "Bo" })
      const begun = yield* browser.get(`/requests/${out}/edit`)
      assert.notInclude(begun.body, 'name="title"')
      const moved = yield* submit(`/requests/${out}/edit`, "save", { due: "2099-03-20", reminding: "urgent" }, {})
      assert.strictEqual(moved.location, `/requests/${out}?done=saved`)
      const after = yield* stateOf(out)
      assert.deepInclude(after.details, { title: "Out", due: "2099-03-20" })
      const off = yield* submit(`/requests/${out}/edit`, "save", { reminding: "none" }, {})
      assert.strictEqual(off.status, 303)
      assert.isFalse((yield* stateOf(out)).details.reminders.enabled)
    }),
  )

  it.effect("P11 M8: the mail that goes out is the one of the preview", () =>
    Effect.gen(function* () {
      const { make, submit } = yield* World.visit
      const fields = { email: "preview@customer.example", message: "Dear {{recipientName}}, for **{{requestTitle}}**." }
      const preview = yield* submit("/requests/new", "preview", fields)
      assert.include(preview.body, "Dear Bo Ek, for &lt;strong&gt;Company check&lt;/strong&gt;.")
      yield* make("send", fields)
      const mail = yield* TestFirm.mailTo("preview@customer.example")
      assert.include(mail.html, "Dear Bo Ek, for <strong>Company check</strong>.")
    }),
  )
})
