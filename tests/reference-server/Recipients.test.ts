// What the server's edge says of recipients: which contact they are, and whether a code can go to their number; and of
// days for sections that are not asked. Through the API and through the firm's pages.
import { assert, layer } from "@effect/vitest"
import type { Failure, Requests } from "@requite/api"
import * as Effect from "effect/Effect"
import { AccessCodes } from "../../reference-server/src/AccessCodes.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as World from "./FirmRequestsWorld.ts"
import * as Page from "./FirmPagesWorld.ts"

const headers = {}
const asked = { questionnaire: { id: "kyc" }, title: "Company check" }
const person = (email: string, more: Partial<NonNullable<Requests.NewRequest["recipient"]>> = {}) => ({
  name: "Cy Ng",
  email,
  language: "en",
  ...more,
})
const idIn = (location: string | null) => /[0-9a-f-]{36}/.exec(location ?? "")?.[0] ?? ""
const isRefused = (error: { readonly _tag: string }): error is Failure.Refusal => error._tag === "Refusal"
const reasonsOf = (error: { readonly _tag: string }): ReadonlyArray<ReadonlyArray<string | ReadonlyArray<string>>> =>
  isRefused(error) ? error.reasons.map(({ code, about }) => [code, about]) : assert.fail(error._tag)

layer(World.server, { excludeTestServices: true, timeout: "180 seconds" })("recipients", (it) => {
  it.effect(
    "K16: on the page of a new request, an address of a contact is the contact, and can be asked under karbon",
    () =>
      Effect.gen(function* () {
        const { api, submit, stateOf } = yield* World.visit
        const payload = { name: "Cy Ng", email: "Cy@customer.example", mobile: "+46701112233" }
        const { id: contact } = yield* api.contacts.create({ headers, payload })
        const fields = { policy: "karbon", name: "", email: "cy@CUSTOMER.example" }
        const sent = yield* submit("/requests/new", "send", fields)
        assert.strictEqual(sent.status, 303, Page.text(sent))
        const { details, state } = yield* stateOf(idIn(sent.location))
        assert.strictEqual(state, "WaitingForCustomer")
        assert.deepInclude(details.recipients[0], { contact, name: "Cy Ng", mobile: "+46701112233" })
        // what was typed goes before what is known
        const typed = yield* submit("/requests/new", "save", { ...fields, name: "Cyril", mobile: "+46701234567" })
        const { details: own } = yield* stateOf(idIn(typed.location))
        assert.deepInclude(own.recipients[0], { contact, name: "Cyril", mobile: "+46701234567" })
      }),
  )

  it.effect("K16: a draft whose address becomes that of a contact, or of nobody, is that contact's, or nobody's", () =>
    Effect.gen(function* () {
      const { api, submit, make, stateOf } = yield* World.visit
      const payload = { name: "Cy Ng", email: "cy@customer.example" }
      const { id: contact } = yield* api.contacts.create({ headers, payload })
      const id = yield* make("save", { policy: "karbon" })
      const { details } = yield* stateOf(id)
      assert.isNull(details.recipients[0]?.contact)
      const recipient = details.recipients[0]?.id ?? ""
      const edit = (email: string) =>
        Effect.gen(function* () {
          const carried = ["structure", "append", "message", "due", "reminders", "recipients", "security"]
          yield* submit(`/requests/${id}/edit`, "save", { policy: "karbon", recipient, email, carries: carried })
          return (yield* stateOf(id)).details.recipients[0]?.contact
        })
      assert.strictEqual(yield* edit("cy@customer.example"), contact)
      assert.isNull(yield* edit("else@customer.example"))
    }),
  )

  it.effect("K16: the API knows contacts by their address: created, edited, and in another's place", () =>
    Effect.gen(function* () {
      const { api } = yield* World.visit
      const make = (name: string, email: string) =>
        Effect.map(api.contacts.create({ headers, payload: { name, email } }), ({ id }) => id)
      const [cy, ada] = [yield* make("Cy Ng", "CY@customer.example"), yield* make("Ada King", "ada@customer.example")]
      const payload = {
        ...asked,
        policy: "karbon",
        recipient: person("cy@customer.example", { contact: null }),
      } as const
      const made = yield* api.requests.create({ headers, payload: { ...payload, send: true } })
      assert.deepStrictEqual([made.state, made.recipients[0]?.contact], ["WaitingForCustomer", cy])
      const params = { id: made.id, recipient: made.recipients[0]?.id ?? "" }
      const moved = yield* api.requests.changeRecipient({ params, headers, payload: person("ADA@customer.example") })
      assert.strictEqual(moved.recipients[0]?.contact, ada)
      // the same people once more change nothing, and who is unknown stays refused
      const same = { recipients: [person("ADA@customer.example")] }
      assert.strictEqual((yield* api.requests.edit({ params, headers, payload: same })).recipients[0]?.contact, ada)
      const draft = yield* api.requests.create({ headers, payload: { ...payload, recipient: person("x@y.example") } })
      const send = api.requests.send({ params: { id: draft.id }, headers })
      assert.deepStrictEqual(reasonsOf(yield* Effect.flip(send)), [["recipient-not-a-contact", ["r1"]]])
      const edited = { recipient: person("cy@customer.example") }
      const known = yield* api.requests.edit({ params: { id: draft.id }, headers, payload: edited })
      assert.strictEqual(known.recipients[0]?.contact, cy)
    }),
  )

  const wrong = { mobile: "+469001234567", fixed: "+468123456", abroad: "+18765551234", short: "+467012" }
  const bySms = {
    preset: "standard",
    change: { secondFactor: "sms-code", secondFactorWhen: "always", requires: ["email", "mobile"] },
  } as const

  it.effect(
    "S35: the API sends, schedules and moves nothing to a number that no code can go to, and names whose it is",
    () =>
      Effect.gen(function* () {
        const { api, now } = yield* Effect.map(World.visit, (world) => ({ ...world, now: Date.now() }))
        const sendAt = new Date(now + 86_400_000 * 400).toISOString()
        for (const [why, mobile] of Object.entries(wrong)) {
          const recipient = person(`${why}@customer.example`, { mobile })
          const expected = [["recipient-mobile-missing", ["r1"]]]
          const create = api.requests.create({ headers, payload: { ...asked, policy: bySms, recipient, send: true } })
          assert.deepStrictEqual(reasonsOf(yield* Effect.flip(create)), expected, why)
          const draft = yield* api.requests.create({ headers, payload: { ...asked, policy: bySms, recipient } })
          const params = { id: draft.id }
          assert.deepStrictEqual(reasonsOf(yield* Effect.flip(api.requests.send({ params, headers }))), expected, why)
          const schedule = api.requests.schedule({ params, headers, payload: { sendAt } })
          assert.deepStrictEqual(reasonsOf(yield* Effect.flip(schedule)), expected, why)
          assert.deepInclude(yield* api.requests.get({ params }), { state: "Pending", sentAt: null })
          // where no code goes by SMS, the number is only a note
          const other = { ...asked, recipient, send: true } as const
          assert.isNotNull((yield* api.requests.create({ headers, payload: other })).sentAt)
        }
        const recipient = person("cy@customer.example", { mobile: "+46701234567" })
        const sent = yield* api.requests.create({
          headers,
          payload: { ...asked, policy: bySms, recipient, send: true },
        })
        const params = { id: sent.id, recipient: sent.recipients[0]?.id ?? "" }
        const payload = person("ada@customer.example", { mobile: wrong.abroad })
        const change = yield* Effect.flip(api.requests.changeRecipient({ params, headers, payload }))
        assert.strictEqual(reasonsOf(change)[0]?.[0], "recipient-mobile-missing")
        assert.strictEqual((yield* api.requests.get({ params })).recipients[0]?.email, "cy@customer.example")
      }),
  )

  it.effect("S35: the pages say it at the number; a draft may keep it, and cannot be sent by its button either", () =>
    Effect.gen(function* () {
      const { api, id: workItem, submit, press, stateOf } = yield* World.visit
      const fields = { policy: "customer-centre", workItem, role: "Applicant" }
      const path = `/requests/new?workItem=${workItem}&policy=customer-centre`
      for (const purpose of ["send", "schedule"]) {
        const more = { mobile: wrong.mobile, sendDate: "2099-01-01" }
        const refused = yield* submit(path, purpose, { ...fields, ...more })
        assert.strictEqual(refused.status, 422)
        assert.match(refused.body, /<input[^>]*name="mobile"[^>]*aria-invalid="true"/)
        assert.include(Page.text(refused), "No code by SMS can go to the number of Bo Ek.")
      }
      const draft = idIn((yield* submit(path, "save", { ...fields, mobile: wrong.fixed })).location)
      const pressed = yield* press(draft, "send")
      assert.include(Page.text(pressed), "no mobile number that a code by SMS can go to")
      assert.strictEqual((yield* stateOf(draft)).sentAt, null)
      // a contact of the work, ticked
      const bad = { name: "Rut Ref", email: "rut@x.example", mobile: wrong.abroad }
      const contact = yield* api.contacts.create({ headers, payload: bad })
      const role = { params: { id: workItem, contact: contact.id }, payload: { role: "Applicant" } }
      yield* api.workItems.setRole(role)
      const ticked = yield* submit(path, "send", { ...fields, name: "", email: "", contact: contact.id })
      assert.include(Page.text(ticked), "No code by SMS can go to the number of Rut Ref.")

      const sent = idIn((yield* submit(path, "send", { ...fields, mobile: "+46701234567" })).location)
      const { details } = yield* stateOf(sent)
      const to = { name: "Ada King", email: "ada@customer.example", mobile: wrong.mobile, language: "en" }
      const changed = yield* press(sent, `recipients/${details.recipients[0]?.id ?? ""}/change`, to)
      assert.include(Page.text(changed), "no mobile number that a code by SMS can go to")
      assert.strictEqual((yield* stateOf(sent)).details.recipients[0]?.name, "Bo Ek")
    }),
  )

  it.effect("S35: that a code has no number to go to is told the sender by mail, once in an hour", () =>
    Effect.gen(function* () {
      const { member, workspaceId, make, pass } = yield* World.visit
      const id = yield* make("send")
      const { current } = yield* (yield* ClientRequests).overview(workspaceId, id)
      const recipient = current.request.details.recipients[0]?.id ?? ""
      const codes = yield* AccessCodes
      const ask = codes.start({ workspaceId, requestId: id, recipient, preSession: "visit", channel: "sms" })
      const notices = Effect.gen(function* () {
        const { mails } = yield* (yield* ClientRequests).overview(workspaceId, id)
        return mails.filter(({ kind }) => kind === "number-notice").map((mail) => mail.recipient)
      })
      assert.strictEqual((yield* ask).outcome, "sent")
      assert.deepStrictEqual(yield* notices, [member.email])
      yield* pass(3_600_000)
      assert.strictEqual((yield* ask).outcome, "sent")
      assert.deepStrictEqual(yield* notices, [member.email, member.email])
    }),
  )

  it.effect("L49: a day for a section that is not asked is refused with a sentence, and nothing is stored", () =>
    Effect.gen(function* () {
      const { api, workspaceId, submit, make, stateOf } = yield* World.visit
      const [due, day] = ["2099-03-01", "2099-02-01"]
      const payload = { ...asked, title: "Days", recipient: person("cy@customer.example"), dues: { pages: day } }
      const refused = yield* Effect.flip(api.requests.create({ headers, payload }))
      assert.deepInclude(refused, { _tag: "DuesRefused", message: "The questionnaire has no such section: pages." })
      const { total } = yield* (yield* ClientRequests).list(workspaceId, { search: "Days", limit: 1, offset: 0 })
      assert.strictEqual(total, 0)
      const made = yield* api.requests.create({ headers, payload: { ...payload, dues: { papers: day } } })
      const params = { id: made.id }
      const edit = yield* Effect.flip(
        api.requests.edit({ params, headers, payload: { dues: { papers: day, no: null } } }),
      )
      assert.deepInclude(edit, { _tag: "DuesRefused", sections: ["no"] })
      assert.deepStrictEqual((yield* stateOf(made.id)).details.dues, { papers: day })

      const form = yield* submit("/requests/new", "save", {
        due,
        section: ["about", "pages"],
        "due.about": day,
        "due.pages": day,
      })
      assert.strictEqual(form.status, 422)
      assert.include(Page.text(form), "There are days for sections that are not asked for any more: pages.")
      assert.deepStrictEqual(
        (yield* stateOf(yield* make("save", { section: ["about", "papers"], "due.about": day, "due.papers": "" })))
          .details.dues,
        { about: day },
      )
    }),
  )

  it.effect("F5 F7 S5: what is said of links holds: closed, revoked, of nobody by name", () =>
    Effect.gen(function* () {
      const { browser, make, press, show, stateOf } = yield* World.visit
      const works = "Their link works on any device"
      const passfort = yield* make("send", { policy: "passfort" })
      assert.include(Page.text(yield* show(passfort)), works)
      yield* press(passfort, "close")
      assert.strictEqual((yield* stateOf(passfort)).state, "Submitted")
      const closed = Page.text(yield* show(passfort))
      assert.notInclude(closed, works)
      assert.include(closed, "Nothing can be answered by their link now")

      const anyone = { policy: "file-request", name: "", email: "", title: "Anything" }
      const file = yield* make("send", anyone)
      const open = Page.text(yield* show(file))
      assert.include(open, "can answer it now")
      const { details } = yield* stateOf(file)
      yield* press(file, `recipients/${details.recipients[0]?.id ?? ""}/revoke`)
      const revoked = Page.text(yield* show(file))
      assert.notInclude(revoked, "can answer it now")
      assert.include(revoked, "Its links have been revoked: nobody can answer it until there is a new one.")
      const edited = yield* browser.get(`/requests/${file}/edit`)
      for (const page of [open, revoked, Page.text(edited), Page.text(yield* browser.get("/requests"))]) {
        assert.notInclude(page, "Nobody yet")
      }
    }),
  )
})
