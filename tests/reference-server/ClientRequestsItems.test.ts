// Items one by one, and what the firm says of them: ticked, sent back, waived, closed on behalf; and whom the server tells.
import { assert, layer } from "@effect/vitest"
import { ClientRequest, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import * as TestFirm from "../support/TestFirm.ts"

const uuid = TestFirm.uuid
const karbon: RequestPolicy.RequestPolicy = { ...RequestPolicy.karbon, requires: ["email"] }

const questionnaire = JSON.stringify({
  format: 1,
  id: "year",
  version: 1,
  language: "en",
  title: "Year end",
  sections: [
    { id: "about", title: "About you", items: [{ id: "name", type: "text", label: "Your name", required: true }] },
    {
      id: "papers",
      title: "Papers",
      items: [
        {
          id: "passport",
          type: "upload",
          label: "Passport",
          required: true,
          accept: ["application/pdf"],
          maxBytes: 1000,
          maxFiles: 2,
        },
      ],
    },
  ],
})

const refused = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) =>
    error instanceof ClientRequest.Refusal
      ? error.reasons.map(({ code, about }) => [code, ...about].join(" "))
      : [String(error)],
  )

const pdf = Effect.map(uuid, (id) => ({ id, name: "p.pdf", bytes: 9, type: "application/pdf", sha256: "0".repeat(64) }))

/** A colleague of the firm's. */
const colleague = (workspaceId: string, name: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const member: Member = {
      id: yield* uuid,
      workspaceId,
      name,
      email: `${name}.${yield* uuid}@firm.example`,
      role: "member",
    }
    yield* sql`INSERT INTO members ${sql.insert({ ...member, passwordHash: "", createdAt: new Date() })}`
    return member
  })

/** A request under that policy, sent, and its customer at work. */
const sent = Effect.fnUntraced(function* (
  policy: RequestPolicy.RequestPolicy,
  changes: Partial<ClientRequest.Details> = {},
) {
  const requests = yield* ClientRequests
  const questionnaires = yield* Questionnaires
  const firm = yield* TestFirm.firm
  const { stored } = yield* questionnaires.add(firm.member.workspaceId, questionnaire)
  const recipients = [TestFirm.recipient(firm.address)]
  const request = yield* TestFirm.sendRequest(firm.member, stored.ref, { recipients, ...changes }, policy)
  const customer = yield* TestFirm.customerOf(request)
  const overview = requests.overview(firm.member.workspaceId, request.id)
  return {
    ...firm,
    requests,
    request,
    customer,
    overview,
    save: (answers: Record<string, unknown>) =>
      Effect.flatMap(uuid, (id) => requests.save(customer, { revision: 1, answers }, id)),
    attach: Effect.flatMap(pdf, (file) =>
      requests.attachFile(customer, { revision: 1, question: "passport", file, limit: 2 }, file.id),
    ),
    tick: (item: string) => Effect.flatMap(uuid, (id) => requests.completeItem(customer, { revision: 1, item }, id)),
    notices: Effect.map(overview, ({ mails }) => mails.filter(({ kind }) => kind.endsWith("-notice"))),
  }
})

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("items", (it) => {
  it.effect("L22 L24 K42 K47 I3: ticked one by one; what is missing is named; the last one submits", () =>
    Effect.gen(function* () {
      const one = yield* sent(karbon)
      assert.deepStrictEqual(yield* refused(one.tick("about")), ["item-incomplete name"])
      assert.deepStrictEqual(yield* refused(one.tick("papers")), ["file-required passport"])
      yield* one.save({ name: "Carl" })
      assert.strictEqual((yield* one.tick("about")).state, "WaitingForCustomer")
      // ticked is done, for the customer
      assert.deepStrictEqual(yield* refused(one.save({ name: "Late" })), ["item-closed about"])
      const reopen = one.requests.reopenItem(one.customer, { revision: 1, item: "about" }, yield* uuid)
      assert.deepStrictEqual(yield* refused(reopen), ["item-not-allowed about"])

      yield* one.attach
      const last = yield* uuid
      const tick = one.requests.completeItem(one.customer, { revision: 1, item: "papers" }, last)
      assert.strictEqual((yield* tick).state, "Submitted")
      assert.strictEqual((yield* tick).submission?.id, last, "the same command again changes nothing")
      const { current, history } = yield* one.overview
      assert.deepStrictEqual(Object.keys(current.answers).sort(), ["name", "passport"])
      assert.strictEqual(history.filter(({ event }) => event?.type === "RequestSubmitted").length, 1)
      const access = yield* CustomerAccess
      const link = TestFirm.tokenIn(yield* TestFirm.mailTo(one.address))
      assert.strictEqual((yield* Effect.flip(access.arrive(link, null)))._tag, "LinkDead")
    }),
  )

  it.effect("L24 K24: an item that requires nothing holds nothing back, and the firm's last word ends it too", () =>
    Effect.gen(function* () {
      const { member, address } = yield* TestFirm.firm
      const requests = yield* ClientRequests
      const text = (id: string, required: boolean) => ({
        id,
        title: id,
        items: [{ id: `${id}1`, type: "text", label: id, required }],
      })
      const definition = {
        format: 1,
        id: "three",
        version: 1,
        language: "en",
        title: "Three",
        sections: [text("a", true), text("b", true), text("c", false)],
      }
      const { stored } = yield* (yield* Questionnaires).add(member.workspaceId, JSON.stringify(definition))
      const recipients = [TestFirm.recipient(address)]
      for (const last of ["customer", "firm"]) {
        const request = yield* TestFirm.sendRequest(member, stored.ref, { recipients }, karbon)
        const customer = yield* TestFirm.customerOf(request)
        yield* requests.save(customer, { revision: 1, answers: { a1: "x", b1: "y" } }, yield* uuid)
        const first = yield* requests.completeItem(customer, { revision: 1, item: "a" }, yield* uuid)
        assert.strictEqual(first.state, "WaitingForCustomer")
        const ended =
          last === "customer"
            ? yield* requests.completeItem(customer, { revision: 1, item: "b" }, yield* uuid)
            : yield* requests.waiveItem(member, request.id, "b", "We have it.", yield* uuid)
        assert.strictEqual(ended.state, "Submitted")
        const { current } = yield* requests.overview(member.workspaceId, request.id)
        assert.deepStrictEqual(current.answers, { a1: "x", b1: "y" })
      }
    }),
  )

  it.effect("L23 K31: sender and assignee are told of each item once; one who is both gets one mail", () =>
    Effect.gen(function* () {
      const work = yield* WorkItems
      for (const same of [false, true]) {
        const one = yield* sent(karbon)
        const assignee = same ? one.member : yield* colleague(one.member.workspaceId, "Bo")
        const workItem = yield* uuid
        yield* work.create(one.member.workspaceId, workItem, { title: "Year end", assignee: assignee.id })
        const { stored } = yield* Effect.map(one.overview, ({ current }) => current)
        const to = { recipients: [TestFirm.recipient(one.address)], workItem }
        const request = yield* TestFirm.sendRequest(one.member, stored.ref, to, karbon)
        const customer = yield* TestFirm.customerOf(request)
        yield* one.requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* uuid)
        const command = yield* uuid
        const tick = one.requests.completeItem(customer, { revision: 1, item: "about" }, command)
        yield* Effect.all([tick, tick, tick], { concurrency: "unbounded" })
        const mail = yield* TestFirm.mailTo(assignee.email)
        assert.strictEqual(mail.subject, "Completed: About you (Company check 2027, Carl Customer)")
        const told = yield* TestFirm.eventually(
          Effect.map(one.requests.overview(one.member.workspaceId, request.id), ({ mails }) => {
            const notices = mails.filter(({ kind }) => kind === "item-notice")
            return notices.every(({ status }) => status === "handed-over") ? notices : undefined
          }),
        )
        const addresses = told.map(({ recipient }) => recipient).sort()
        assert.deepStrictEqual(addresses, [...new Set([assignee.email, one.member.email])].sort())
      }
    }),
  )

  it.effect("L44 S6: sent back with a reason, only that item can be written, by a new link; the others stay", () =>
    Effect.gen(function* () {
      const one = yield* sent(RequestPolicy.standard)
      yield* one.save({ name: "Carl" })
      const [wrong] = [yield* pdf]
      const attach = { revision: 1, question: "passport", file: wrong, limit: 1 }
      yield* one.requests.attachFile(one.customer, attach, yield* uuid)
      const first = yield* one.requests.submit(one.customer, 1, yield* uuid)
      const reason = "Page 2 is cut off."
      const back = yield* one.requests.returnItem(one.member, one.request.id, "papers", reason, yield* uuid)
      assert.deepStrictEqual([back.state, back.openItems], ["WaitingForCustomer", ["papers"]])

      const access = yield* CustomerAccess
      const letter = yield* TestFirm.mailTo(one.address, 2)
      assert.match(letter.subject, /^Please look again: Papers/)
      assert.include(letter.text, `Why: ${reason}`)
      const old = TestFirm.tokenIn(yield* TestFirm.mailTo(one.address))
      assert.strictEqual((yield* Effect.flip(access.arrive(old, null)))._tag, "LinkDead")
      // the device that answered goes on; anybody else has to ask for a link of their own (S19)
      const strange = yield* Effect.flip(access.arrive(TestFirm.tokenIn(letter), null))
      assert.strictEqual(strange._tag, "OtherDevice")
      const customer = yield* TestFirm.customerOf(back)
      const shown = yield* one.requests.current(customer)
      assert.strictEqual(shown.answers["name"], "Carl", "what was given is there to read")

      const other = one.requests.save(customer, { revision: 1, answers: { name: "Changed" } }, yield* uuid)
      assert.deepStrictEqual(yield* refused(other), ["item-closed about"])
      yield* one.requests.removeFile(customer, { revision: 1, file: wrong.id }, yield* uuid)
      const right = yield* pdf
      yield* one.requests.attachFile(customer, { ...attach, file: right }, yield* uuid)
      const second = yield* one.requests.submit(customer, 1, yield* uuid)
      assert.strictEqual(second.state, "Submitted")
      assert.notStrictEqual(second.submission?.id, first.submission?.id)
      const { current, history } = yield* one.overview
      assert.deepStrictEqual([current.answers["name"], current.answers["passport"]], ["Carl", [right]])
      assert.deepStrictEqual(ClientRequest.replay(history.flatMap(({ event }) => event ?? [])), current.request)
    }),
  )

  it.effect("what is waived or does not apply stops nobody; a reason must be given", () =>
    Effect.gen(function* () {
      const one = yield* sent(RequestPolicy.standard)
      yield* one.save({ name: "Carl" })
      const waive = (reason: string) =>
        Effect.flatMap(uuid, (id) => one.requests.waiveItem(one.member, one.request.id, "papers", reason, id))
      assert.deepStrictEqual(yield* refused(one.requests.submit(one.customer, 1, yield* uuid)), ["incomplete passport"])
      assert.deepStrictEqual(yield* refused(waive(" ")), ["reason-missing"])
      yield* waive("We have it already.")
      assert.strictEqual((yield* one.requests.submit(one.customer, 1, yield* uuid)).state, "Submitted")

      const two = yield* sent({ ...karbon, customerMayDeclineItem: true })
      yield* two.save({ name: "Carl" })
      yield* two.tick("about")
      const decline = { revision: 1, item: "papers", reason: "I have no passport." }
      assert.strictEqual((yield* two.requests.declineItem(two.customer, decline, yield* uuid)).state, "Submitted")
    }),
  )

  it.effect("closed on behalf: what is there is submitted, whatever is missing, and by whom is written down", () =>
    Effect.gen(function* () {
      const one = yield* sent(RequestPolicy.standard)
      yield* one.save({ name: "Carl" })
      const closed = yield* one.requests.closeOnBehalf(one.member, one.request.id, yield* uuid)
      assert.strictEqual(closed.state, "Submitted")
      const { current, history, mails } = yield* one.overview
      assert.deepStrictEqual(current.answers, { name: "Carl" })
      assert.deepStrictEqual(history.at(-1)?.by, { kind: "member", id: one.member.id })
      assert.deepStrictEqual(
        mails.map(({ kind }) => kind),
        ["invitation"],
        "nobody is told what they did themselves",
      )
      // opened again, the answers are kept, and what was submitted stays what it was
      const again = yield* one.requests.reopen(one.member, one.request.id, yield* uuid)
      assert.strictEqual(again.state, "WaitingForCustomer")
      assert.strictEqual((yield* one.overview).current.answers["name"], "Carl")
      const sql = yield* SqlClient.SqlClient
      const rows = yield* sql`SELECT 1 FROM submissions WHERE request_id = ${one.request.id}`
      assert.strictEqual(rows.length, 1)
    }),
  )

  it.effect("L14 T17: submitted twice at once, the job goes one stage on", () =>
    Effect.gen(function* () {
      const work = yield* WorkItems
      const { member, stored } = yield* TestFirm.firm
      const workItem = yield* uuid
      yield* work.create(member.workspaceId, workItem, { title: "Job", autoAdvance: true })
      const request = yield* TestFirm.sendRequest(member, stored.ref, { workItem }, RequestPolicy.taxdome)
      const customer = yield* TestFirm.customerOf(request)
      const requests = yield* ClientRequests
      yield* requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* uuid)
      const id = yield* uuid
      const submits = [id, id, yield* uuid].map((one) => Effect.exit(requests.submit(customer, 1, one)))
      yield* Effect.all(submits, { concurrency: "unbounded" })
      assert.strictEqual((yield* work.get(member.workspaceId, workItem)).stage, 1)
      // told once more
      const { current, history } = yield* requests.overview(member.workspaceId, request.id)
      const events = history.flatMap(({ event }) => event ?? [])
      yield* work.follow(member.workspaceId, current.request, current.request, events)
      assert.strictEqual((yield* work.get(member.workspaceId, workItem)).stage, 1)
    }),
  )

  it.effect("X13 K9: once it waits, more can be asked; what is asked and what is done with cannot change", () =>
    Effect.gen(function* () {
      const questionnaires = yield* Questionnaires
      const one = yield* sent(karbon)
      yield* one.save({ name: "Carl" })
      yield* one.tick("about")
      const version = (n: number, change: (source: string) => string) =>
        Effect.map(
          // written for this request alone
          questionnaires.add(one.member.workspaceId, change(questionnaire.replace('"version":1', `"version":${n}`)), {
            listed: false,
          }),
          ({ stored }) => stored.ref,
        )
      const more = `{ "id": "more", "title": "More", "items": [{ "id": "tax", "type": "text", "label": "Tax number", "required": true }] }`
      const edit = (ref: ClientRequest.Details["questionnaire"]) =>
        Effect.flatMap(uuid, (id) => one.requests.edit(one.member, one.request.id, { questionnaire: ref }, id))

      const other = yield* version(2, (source) => source.replace('"label":"Passport"', '"label":"Identity card"'))
      assert.deepStrictEqual(yield* refused(edit(other)), ["structure-frozen"])
      const added = yield* version(3, (source) => source.replace(/\]\}$/, `,${more}]}`))
      const edited = yield* edit(added)
      assert.deepStrictEqual([edited.revision, edited.details.questionnaire.sections], [2, ["about", "papers", "more"]])
      assert.strictEqual(edited.items["about"]?.status, "Completed")

      // into what the customer has done with, nothing can be put
      const tax = `,{"id":"late","type":"text","label":"Late","required":true}]`
      const late = yield* version(4, (source) =>
        source.replace(/\]\}$/, `,${more}]}`).replace(/("label":"Your name","required":true\})\]/, `$1${tax}`),
      )
      assert.deepStrictEqual(yield* refused(edit(late)), ["structure-frozen"])
    }),
  )

  it.effect("L04 P10: without an address it is not sent; once there is one, it is", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const nobody = { recipients: [TestFirm.recipient("")] }
      const { id } = yield* TestFirm.createRequest(member, stored.ref, nobody, RequestPolicy.passfort)
      const send = Effect.flatMap(uuid, (command) => requests.send(member, id, command))
      assert.deepStrictEqual(yield* refused(send), ["recipient-email-missing carl"])
      yield* requests.edit(member, id, { recipients: [TestFirm.recipient(address)] }, yield* uuid)
      assert.strictEqual((yield* send).state, "WaitingForCustomer")
      yield* TestFirm.mailTo(address)
    }),
  )

  it.effect("L46: a request keeps the policy that it was sent with, whatever is sent after it", () =>
    Effect.gen(function* () {
      const { member, stored } = yield* TestFirm.firm
      const requests = yield* ClientRequests
      const long = yield* TestFirm.sendRequest(member, stored.ref)
      yield* TestFirm.sendRequest(member, stored.ref, {}, { ...RequestPolicy.standard, windowDays: 1, linkDays: 1 })
      const { current } = yield* requests.overview(member.workspaceId, long.id)
      assert.deepStrictEqual([current.request.policy, current.request.expiresAt], [long.policy, long.expiresAt])
    }),
  )

  it.effect("L21 K25 K34: sent again on day 10: the old address is dead, the new one opens on the bound device", () =>
    Effect.gen(function* () {
      const access = yield* CustomerAccess
      const one = yield* sent(karbon)
      const first = yield* TestFirm.mailTo(one.address)
      const { deviceSecret } = yield* TestFirm.claim(first)
      const later = TestFirm.at((one.request.sentAt ?? 0) + 10 * 86_400_000)
      const resent = yield* later(one.requests.resend(one.member, one.request.id, yield* uuid))
      assert.strictEqual(resent.reminders.count, 0)
      assert.strictEqual((yield* Effect.flip(access.arrive(TestFirm.tokenIn(first), deviceSecret)))._tag, "LinkDead")
      const second = yield* TestFirm.mailTo(one.address, 2)
      const arrived = yield* access.arrive(TestFirm.tokenIn(second), deviceSecret)
      assert.strictEqual(arrived.current.request.id, one.request.id)
      const before = resent.families["carl"]?.binding
      yield* TestFirm.claim(second, deviceSecret)
      const { current } = yield* one.overview
      assert.deepStrictEqual(current.request.families["carl"]?.binding?.device, before?.device)
    }),
  )
})
