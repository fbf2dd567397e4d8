// Sections that are ticked one by one (Karbon), sent back, waived, or do not apply. Over HTTP, without JavaScript.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { fieldsOf, main, pdf, words } from "./CustomerPagesVisitor.ts"

const karbon: RequestPolicy.RequestPolicy = { ...RequestPolicy.karbon, requires: ["email"] }

const begin = Effect.fnUntraced(function* (policy: RequestPolicy.RequestPolicy, definition?: unknown) {
  const arranged = yield* Visitor.arrange({ title: "Year end" }, definition, policy)
  const visitor = yield* Visitor.visitor
  const list = yield* visitor.start(arranged.token)
  const requests = yield* ClientRequests
  const { member, request } = arranged
  return {
    ...arranged,
    visitor,
    list,
    requests,
    at: (section: string) => `${list}/sections/${section}`,
    current: Effect.map(requests.overview(member.workspaceId, request.id), ({ current }) => current),
    mails: Effect.map(requests.overview(member.workspaceId, request.id), ({ mails }) => mails),
  }
})

const complete = ["action", "complete"] as const

const bodyOf = (page: Visitor.Page, fields: Readonly<Record<string, string>>, action = "list") =>
  Visitor.bodyOf(page, fields, action)

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })("items, one by one", (it) => {
  it.effect("K42 L23: a section is ticked with its answers, and the firm is told at once", () =>
    Effect.gen(function* () {
      const { visitor, list, at, current, mails } = yield* begin(karbon)
      const section = yield* visitor.get(at("about"))
      assert.include(words(section.text), "Mark as complete")
      // saved without a tick it is begun, and not done
      yield* visitor.fill(at("about"), { fields: { "a.name": "Ann" }, press: ["action", "list"] })
      assert.match(words((yield* visitor.get(list)).text), /0 of 3 done .*About you 1 of 3 answered Started/)
      const ticked = yield* visitor.fill(at("about"), { fields: { "a.mail": "ann@customer.example" }, press: complete })
      assert.deepStrictEqual([ticked.status, ticked.location], [303, `${list}?ticked=about`])
      const page = words((yield* visitor.get(ticked.location)).text)
      assert.include(page, "“About you” is complete Fresh Ltd has been told.")
      assert.match(page, /1 of 3 done .*About you 3 questions Done Choices 3 questions To do/)
      assert.include(page, "Fresh Ltd hears of each section as soon as it is complete.")
      assert.strictEqual((yield* current).request.items["about"]?.status, "Completed")
      assert.strictEqual((yield* mails).filter(({ kind }) => kind === "item-notice").length, 1)
      // there is nothing to finish
      assert.strictEqual((yield* visitor.get(`${list}/review`)).location, list)
    }),
  )

  it.effect("L22: a tick without the file that is required is refused, and says so at the item", () =>
    Effect.gen(function* () {
      const { visitor, at, request, requests, current } = yield* begin(karbon)
      const answer = yield* visitor.fill(at("papers"), { press: complete })
      assert.strictEqual(answer.status, 422)
      assert.match(answer.text, /<a href="#c-passport">/)
      assert.match(answer.text, /id="e-passport"/)
      assert.notStrictEqual((yield* current).request.items["papers"]?.status, "Completed")
      const customer = yield* TestFirm.customerOf(request)
      const [bound] = Object.values((yield* current).request.families)
      const refusal = yield* Effect.flip(
        requests.completeItem(
          { ...customer, device: bound?.binding?.device ?? "" },
          { revision: 1, item: "papers" },
          yield* Visitor.uuid,
        ),
      )
      assert.deepStrictEqual(
        refusal._tag === "Refusal" ? refusal.reasons.map(({ code, about }) => [code, about]) : [],
        [["file-required", ["passport"]]],
      )
      const done = yield* visitor.fill(at("papers"), { files: { "f.passport": [pdf("p.pdf")] }, press: complete })
      assert.strictEqual(done.status, 303)
      assert.strictEqual((yield* current).request.items["papers"]?.status, "Completed")
    }),
  )

  it.effect("K47: what is ticked is read-only, and the customer cannot open it again", () =>
    Effect.gen(function* () {
      const { visitor, at, current } = yield* begin(karbon)
      const old = yield* visitor.get(at("about"))
      yield* visitor.fill(at("about"), { fields: { "a.name": "Ann" }, press: complete })
      const page = yield* visitor.get(at("about"))
      assert.include(words(page.text), "This section is complete. If something has to change, ask Fresh Ltd")
      assert.match(words(page.text), /Your name Ann Your e-mail No answer/)
      assert.notMatch(main(page.text), /<form|<button|name="a\./)
      // an old tab, and a forged button
      for (const action of ["list", "complete", "reopen"]) {
        const body = new FormData()
        for (const { name, value } of Visitor.fieldsOf(old.text)) body.append(name, name === "a.name" ? "Eve" : value)
        body.append("action", action)
        assert.strictEqual((yield* visitor.post(at("about"), body)).status, 303, action)
      }
      const { answers, request } = yield* current
      assert.deepStrictEqual([answers["name"], request.items["about"]?.status], ["Ann", "Completed"])
    }),
  )

  it.effect("L24: the last tick ends it, with a receipt in this session and the one page for everybody else", () =>
    Effect.gen(function* () {
      const { visitor, at, list, current, token } = yield* begin(karbon)
      yield* visitor.fill(at("about"), { fields: { "a.name": "Ann" }, press: complete })
      yield* visitor.fill(at("papers"), { files: { "f.passport": [pdf("p.pdf")] }, press: complete })
      assert.strictEqual((yield* current).request.state, "WaitingForCustomer")
      const last = yield* visitor.fill(at("choices"), { fields: { "a.one": "red" }, press: complete })
      assert.deepStrictEqual([last.status, last.location], [303, `${list}/done`])
      assert.include(words((yield* visitor.get(last.location)).text), "Everything is complete")
      assert.strictEqual((yield* current).request.state, "Submitted")
      const dead = yield* visitor.get(`/r/${token}`)
      assert.strictEqual(dead.status, 410)
      assert.include(words(dead.text), "This request has expired.")
    }),
  )

  it.effect("where the policy lets them, customers open what they have ticked, and say what does not apply", () =>
    Effect.gen(function* () {
      const lenient = { ...karbon, customerMayReopenItem: true, customerMayDeclineItem: true }
      const { visitor, at, list, current } = yield* begin(lenient)
      yield* visitor.fill(at("about"), { fields: { "a.name": "Ann" }, press: complete })
      const closed = yield* visitor.get(at("about"))
      assert.include(words(closed.text), "Change it after all")
      const reopened = yield* visitor.fill(at("about"), { press: ["action", "reopen"] })
      assert.deepStrictEqual([reopened.status, reopened.location], [303, at("about")])
      assert.include((yield* visitor.get(at("about"))).text, 'name="a.name"')
      assert.strictEqual((yield* current).request.items["about"]?.status, "InProgress")

      const without = yield* visitor.fill(at("papers"), { press: ["action", "decline"] })
      assert.strictEqual(without.status, 422)
      assert.include(words(without.text), "Say why in a few words.")
      const declined = yield* visitor.fill(at("papers"), {
        fields: { reason: "We have <no> papers" },
        press: ["action", "decline"],
      })
      assert.deepStrictEqual([declined.status, declined.location], [303, list])
      const page = yield* visitor.get(list)
      assert.match(words(page.text), /Papers 2 documents We have <no> papers Does not apply/)
      const papers = yield* visitor.get(at("papers"))
      assert.include(words(papers.text), "You said that this does not apply: We have <no> papers")
      assert.notInclude(papers.text, 'name="f.passport"')
      yield* visitor.fill(at("papers"), { press: ["action", "reopen"] })
      assert.include((yield* visitor.get(at("papers"))).text, 'name="f.passport"')
    }),
  )

  it.effect("an item that the firm waives is shown so, holds nothing back, and cannot be written", () =>
    Effect.gen(function* () {
      const { visitor, at, list, member, request, requests } = yield* begin(RequestPolicy.standard)
      yield* visitor.fill(at("about"), { fields: { "a.name": "Ann" } })
      yield* requests.waiveItem(member, request.id, "papers", "We have it from the bank", yield* Visitor.uuid)
      const page = words((yield* visitor.get(list)).text)
      assert.match(page, /2 of 3 done .*Papers 2 documents We have it from the bank Not needed/)
      assert.notMatch(page, /needs? an answer.*Passport/)
      const papers = yield* visitor.get(at("papers"))
      assert.include(words(papers.text), "Fresh Ltd does not need this any more: We have it from the bank")
      assert.notInclude(papers.text, 'type="file"')
      const next = yield* visitor.fill(at("choices"), { fields: { "a.one": "red" } })
      assert.strictEqual(next.location, `${list}/review`)
      assert.match(words((yield* visitor.get(next.location)).text), /Papers Not needed/)
      assert.strictEqual((yield* visitor.finish(list)).location, `${list}/done`)
    }),
  )

  it.effect(
    "L44: after a return only that item is open, with the reason; the others are read, and stay as they were",
    () =>
      Effect.gen(function* () {
        const { visitor, at, list, member, request, requests, address, current } = yield* begin(RequestPolicy.standard)
        yield* visitor.fill(at("about"), { fields: { "a.name": "Ann" } })
        yield* visitor.fill(at("choices"), { fields: { "a.one": "red" } })
        yield* visitor.fill(at("papers"), { files: { "f.passport": [pdf("old.pdf")] } })
        assert.strictEqual((yield* visitor.finish(list)).location, `${list}/done`)
        const before = yield* current
        yield* requests.returnItem(member, request.id, "choices", "Which red?", yield* Visitor.uuid)

        const mail = yield* TestFirm.eventually(
          Effect.sync(() =>
            TestFirm.post.mails
              .filter(({ to }) => to.address === address)
              .find(({ text }) => text.includes("Which red?")),
          ),
        )
        const token = /\/r\/([A-Za-z0-9_-]{43})/.exec(mail.text)?.[1] ?? ""
        const back = yield* visitor.start(token)
        const again = (section: string) => `${back}/sections/${section}`
        const page = words((yield* visitor.get(back)).text)
        assert.match(
          page,
          /2 of 3 done .*About you 3 questions Done Choices 3 questions Which red\? Sent back Papers 2 documents Done/,
        )
        const choices = yield* visitor.get(again("choices"))
        assert.include(words(choices.text), "Fresh Ltd has sent this back: Which red?")
        const about = yield* visitor.get(again("about"))
        assert.include(words(about.text), "Only what was sent back can be changed.")
        assert.notInclude(main(about.text), "<form")
        assert.include(words(about.text), "Your name Ann")
        // a form for it all the same
        const body = new FormData()
        for (const { name, value } of Visitor.fieldsOf(choices.text))
          if (!name.startsWith("a.")) body.append(name, value)
        body.append("a.name", "Eve")
        body.append("action", "next")
        assert.strictEqual((yield* visitor.post(again("about"), body)).status, 303)

        yield* visitor.fill(again("choices"), { fields: { "a.one": "blue" } })
        const review = yield* visitor.get(`${back}/review`)
        assert.deepStrictEqual(
          [
            ...new Set(
              [...review.text.matchAll(/class="change" href="[^"]*\/sections\/([a-z]+)#/g)].map(([, id]) => id),
            ),
          ],
          ["choices"],
        )
        assert.strictEqual((yield* visitor.finish(back)).location, `${back}/done`)
        const after = yield* current
        assert.deepStrictEqual({ ...after.answers, one: null }, { ...before.answers, one: null })
        assert.strictEqual(after.answers["one"], "blue")
        assert.notStrictEqual(after.request.submission?.digest, before.request.submission?.digest)
      }),
  )

  it.effect(
    "T13 K42: a form that says that its instances are all there are brings none back; without that it does",
    () =>
      Effect.gen(function* () {
        const definition = {
          format: 1,
          id: "owners",
          version: 1,
          language: "en",
          title: "Owners",
          sections: [
            {
              id: "owners",
              title: "Owners",
              items: [
                {
                  id: "owner",
                  type: "group",
                  label: "Owner",
                  repeat: { max: 3 },
                  items: [
                    { id: "who", type: "text", label: "Name" },
                    { id: "boss", type: "confirm", label: "Decides" },
                    { id: "since", type: "text", label: "Since", when: { eq: [{ answer: "boss" }, true] } },
                  ],
                },
              ],
            },
          ],
        }
        const { visitor, at, current } = yield* begin(karbon, definition)
        const here = at("owners")
        const page = yield* visitor.get(here)
        type Sent = Readonly<Record<string, string | ReadonlyArray<string>>>
        const post = (fields: Sent, revision = Visitor.hidden(page.text, "revision")) => {
          const body = new FormData()
          body.append("csrf", Visitor.hidden(page.text, "csrf"))
          body.append("revision", revision)
          for (const [name, values] of Object.entries(fields)) for (const one of [values].flat()) body.append(name, one)
          body.append("action", "list")
          return visitor.post(here, body)
        }
        const send = Effect.fnUntraced(function* (fields: Sent) {
          assert.strictEqual((yield* post(fields)).status, 303)
          return (yield* current).answers["owner"]
        })
        const [first, second] = [{ who: "First", boss: true, since: "1999" }, { who: "Second" }]
        const both = {
          "a.owner": ["0", "1"],
          "a.owner.0.who": "First",
          "a.owner.0.boss": "yes",
          "a.owner.0.since": "1999",
          "a.owner.1.who": "Second",
        }
        yield* send({ ...both, "a.owner.0.boss": "yes" })
        // what is not asked now is kept, and so is what the form does not name
        const renumbered = { "a.owner": "0", "a.owner.0.who": "Second" }
        assert.deepStrictEqual(yield* send({ "a.owner": "1", "a.owner.1.who": "Second" }), [first, second])
        // a page that comes back unsaved, because the questions are others by now, goes on saying so
        const names = (text: string) =>
          Visitor.fieldsOf(text).flatMap(({ name }) => (name.startsWith("a.") ? [name] : []))
        assert.notInclude(names((yield* visitor.get(here)).text), "a.owner.only")
        const stale = yield* post({ ...renumbered, "a.owner.only": "1" }, "0")
        assert.deepStrictEqual(names(stale.text), ["a.owner", "a.owner.0.who", "a.owner.0.boss", "a.owner.only"])
        assert.deepStrictEqual((yield* current).answers["owner"], [first, second])
        assert.deepStrictEqual(yield* send(renumbered), [{ ...first, who: "Second" }, second])
        assert.deepStrictEqual(yield* send({ ...renumbered, "a.owner.only": "1" }), [second])
        assert.deepStrictEqual(yield* send({ "a.owner.only": "1" }) ?? [], [])
      }),
  )

  it.effect("T13 K42: an older tab writes nothing that nobody touched in it over what another tab has saved", () =>
    Effect.gen(function* () {
      const definition = {
        format: 1,
        id: "tabs",
        version: 1,
        language: "en",
        title: "Tabs",
        sections: [
          {
            id: "people",
            title: "People",
            items: [
              {
                id: "owner",
                type: "group",
                label: "Owner",
                repeat: { min: 1, max: 3 },
                items: [
                  { id: "who", type: "text", label: "Name" },
                  { id: "boss", type: "confirm", label: "Decides" },
                ],
              },
              { id: "town", type: "text", label: "Town" },
              { id: "street", type: "text", label: "Street" },
            ],
          },
        ],
      }
      const { visitor, at, current } = yield* begin(karbon, definition)
      const here = at("people")
      // an instance that is only shown is stored with the rest
      const empty = yield* visitor.get(here)
      yield* visitor.post(here, bodyOf(empty, { "a.town": "Lund" }))
      assert.deepStrictEqual((yield* current).answers["owner"], [{ who: "", boss: false }])
      const older = yield* visitor.get(here)
      const added = yield* visitor.post(here, bodyOf(older, { "a.owner.0.who": "Ann", "a.town": "Ystad" }, "add:owner"))
      assert.strictEqual(added.status, 303)
      const newer = yield* visitor.get(here)
      yield* visitor.post(here, bodyOf(newer, { "a.owner.0.boss": "yes", "a.owner.1.who": "Bo" }))
      const [ann, bo] = [
        { who: "Ann", boss: true },
        { who: "Bo", boss: false },
      ]
      assert.deepStrictEqual((yield* current).answers["owner"], [ann, bo])

      yield* visitor.post(here, bodyOf(older, { "a.street": "High Street" }))
      assert.deepInclude((yield* current).answers, { owner: [ann, bo], town: "Ystad", street: "High Street" })
      // one that it shows no longer is not taken away instead of another
      assert.strictEqual((yield* visitor.post(here, bodyOf(older, {}, "take:owner.0"))).status, 303)
      assert.deepStrictEqual((yield* current).answers["owner"], [ann, bo])
      yield* visitor.post(here, bodyOf(older, {}, "add:owner"))
      assert.deepStrictEqual((yield* current).answers["owner"], [ann, bo, {}])
      // what was typed in it counts
      yield* visitor.post(here, bodyOf(older, { "a.town": "Malmö" }))
      assert.strictEqual((yield* current).answers["town"], "Malmö")
    }),
  )

  it.effect("K42 L25: why it does not apply stays where it was written until it is sent, whatever is pressed", () =>
    Effect.gen(function* () {
      const { visitor, at, current } = yield* begin({ ...karbon, customerMayDeclineItem: true })
      const here = at("about")
      const page = yield* visitor.get(here)
      const why = "We have no\n<boat>"
      const reasonOn = ({ text }: Visitor.Page) => fieldsOf(text).find(({ name }) => name === "reason")?.value
      const typed = { reason: why, "a.name": "Ann" }
      for (const action of ["next", "complete", "skip", "list"]) {
        const back = yield* visitor.post(here, bodyOf(page, typed, action))
        assert.deepStrictEqual([back.status, reasonOn(back)], [422, why], action)
        assert.include(words(back.text), "This has not been sent yet. Press “It does not apply” to send it")
        assert.match(back.text, /<details class="decline" open/)
      }
      const { answers, request } = yield* current
      assert.strictEqual(answers["name"], "Ann")
      assert.notStrictEqual(request.items["about"]?.status, "Completed")
      // another language is only another language
      const swedish = yield* visitor.post(`${here}?action=upload&lang=sv`, bodyOf(page, typed, "upload"))
      assert.deepStrictEqual([swedish.status, reasonOn(swedish)], [200, why])
      assert.include(swedish.text, "Varför gäller det inte?")
      assert.notInclude(swedish.text, 'id="e-reason"')
      const wrong = yield* visitor.post(`${here}?lang=en`, bodyOf(page, { reason: why, "a.mail": "ann@" }, "complete"))
      assert.deepStrictEqual([wrong.status, reasonOn(wrong)], [422, why])
      const sent = yield* visitor.post(here, bodyOf(wrong, { "a.mail": "" }, "decline"))
      assert.strictEqual(sent.status, 303)
      assert.strictEqual((yield* current).request.items["about"]?.reason, why)
      // a reload of what answers must not send a file once more
      const papers = yield* visitor.get(at("papers"))
      const body = bodyOf(papers, { reason: why }, "upload:passport")
      body.append("f.passport", pdf("passport.pdf"))
      const uploaded = yield* visitor.post(at("papers"), body)
      assert.deepStrictEqual([uploaded.status, uploaded.location], [303, `${at("papers")}#q-passport`])
    }),
  )
})
