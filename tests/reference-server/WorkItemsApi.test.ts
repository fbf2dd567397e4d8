// Work items through the API, in the words of the typed client.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as World from "./WorkItemsWorld.ts"

const headers = {}

layer(World.server, { excludeTestServices: true, timeout: "180 seconds" })("work items through the API", (it) => {
  it.effect(
    "K6 T17 P2: make work, give it tasks and what they offer, move it on; every change answers with all of it",
    () =>
      Effect.gen(function* () {
        const { api, member } = yield* World.visit
        const made = yield* api.workItems.create({ headers, payload: { title: "Yearly accounts", stages: ["A", "B"] } })
        assert.deepInclude(made, { title: "Yearly accounts", status: "Active", stage: 0, assignee: null, tasks: [] })
        const params = { id: made.id }
        const edited = yield* api.workItems.edit({
          params,
          payload: { stage: 1, assignee: member.id, autoAdvance: true, title: "Accounts" },
        })
        assert.deepInclude(edited, { title: "Accounts", stage: 1, assignee: member.id, autoAdvance: true })
        const payload = { title: "Bank statements", questionnaires: ["bill"] }
        const { tasks } = yield* api.workItems.addTask({ params, headers, payload })
        const [task] = tasks
        assert.deepInclude(task, { title: "Bank statements", status: "Open", questionnaires: ["bill"], out: null })
        const done = yield* api.workItems.editTask({
          params: { ...params, task: task?.id ?? "" },
          payload: { done: true },
        })
        assert.strictEqual(done.tasks[0]?.status, "Done")
        const { workItems, total } = yield* api.workItems.list({ query: { search: "acc" } })
        assert.deepStrictEqual([workItems.map(({ id }) => id), total], [[made.id], 1])
        const refused = yield* Effect.flip(api.workItems.edit({ params, payload: { stage: 2 } }))
        assert.deepInclude(refused, { _tag: "WorkRefused", code: "stage-unknown" })
      }),
  )

  it.effect(
    "P1 P3 P4 P5 P9: what tasks ask for goes into the basket, is taken out again, and is refused while it is out",
    () =>
      Effect.gen(function* () {
        const arranged = yield* World.visit
        const { api, id, identity, address } = arranged
        const params = { id }
        const unpicked = yield* Effect.flip(api.workItems.addToBasket({ params, payload: { task: identity } }))
        assert.deepInclude(unpicked, { _tag: "WorkRefused", code: "pick-one", about: ["person", "other"] })
        yield* api.workItems.addToBasket({ params, payload: { task: address } })
        const both = yield* api.workItems.addToBasket({ params, payload: { task: identity, questionnaire: "other" } })
        assert.deepStrictEqual(both.basket, [
          { task: address, questionnaire: "bill" },
          { task: identity, questionnaire: "other" },
        ])
        const less = yield* api.workItems.removeFromBasket({ params: { id, task: identity } })
        assert.deepStrictEqual((yield* api.workItems.get({ params })).basket, less.basket)
        assert.deepStrictEqual(less.basket, [{ task: address, questionnaire: "bill" }])
        assert.deepStrictEqual((yield* api.workItems.clearBasket({ params })).basket, [])
        const sent = yield* World.send(arranged, [[address, "bill"]])
        const refused = yield* Effect.flip(api.workItems.addToBasket({ params, payload: { task: address } }))
        assert.deepInclude(refused, { _tag: "WorkRefused", code: "request-out", about: [sent.id] })
        const out = yield* api.workItems.get({ params })
        assert.strictEqual(out.status, "WaitingForCustomer")
        assert.deepStrictEqual(
          out.requests.map((one) => [one.id, one.title]),
          [[sent.id, "What we need"]],
        )
      }),
  )

  it.effect("P16: a task's answers are there once they came back", () =>
    Effect.gen(function* () {
      const arranged = yield* World.visit
      const { api, id, address, member } = arranged
      const params = { id, task: address }
      const nothing = yield* Effect.flip(api.workItems.answers({ params }))
      assert.deepInclude(nothing, { _tag: "NotFound", what: "submission" })
      const sent = yield* World.send(arranged, [[address, "bill"]])
      yield* (yield* ClientRequests).closeOnBehalf(member, sent.id, yield* Crypto.uuid)
      assert.deepInclude(yield* api.workItems.answers({ params }), {
        request: sent.id,
        questionnaire: { id: "bill", version: 1 },
        answers: {},
      })
    }),
  )

  it.effect("K39: completed and opened again", () =>
    Effect.gen(function* () {
      const { api, id } = yield* World.visit
      const params = { id }
      assert.strictEqual((yield* api.workItems.complete({ params })).status, "Completed")
      assert.strictEqual((yield* api.workItems.complete({ params })).status, "Completed")
      assert.strictEqual((yield* api.workItems.list({ query: { status: "Completed" } })).total, 1)
      assert.strictEqual((yield* api.workItems.reopen({ params })).status, "Active")
    }),
  )

  it.effect("C2 C3 K16: contacts are made, put into work in a role, taken out, deleted and restored", () =>
    Effect.gen(function* () {
      const { api, id } = yield* World.visit
      const made = yield* api.contacts.create({
        headers,
        payload: {
          name: "Gus Guarantor",
          email: "gus@x.example",
          mobile: "+46701111111",
          timeZone: "Europe/Stockholm",
        },
      })
      assert.deepInclude(made, { language: "en", deletedAt: null })
      const params = { id: made.id }
      assert.strictEqual((yield* api.contacts.edit({ params, payload: { mobile: "" } })).mobile, "")
      const inWork = { id, contact: made.id }
      const { contacts } = yield* api.workItems.setRole({ params: inWork, payload: { role: "Guarantor" } })
      assert.deepStrictEqual(
        contacts.map(({ contact, role }) => [contact.name, role]),
        [
          ["Carl Customer", "Primary Applicant"],
          ["Gus Guarantor", "Guarantor"],
        ],
      )
      assert.strictEqual((yield* api.workItems.removeContact({ params: inWork })).contacts.length, 1)
      assert.isNotNull((yield* api.contacts.remove({ params })).deletedAt)
      assert.strictEqual((yield* api.contacts.list({ query: { search: "gus" } })).contacts.length, 0)
      assert.strictEqual((yield* api.contacts.list({ query: { deleted: "true" } })).contacts.length, 1)
      assert.isNull((yield* api.contacts.restore({ params })).deletedAt)
      assert.strictEqual((yield* api.contacts.list({ query: { search: "GUS@" } })).contacts.length, 1)
    }),
  )

  it.effect("S46: the same call with the same key makes one thing", () =>
    Effect.gen(function* () {
      const { api, id } = yield* World.visit
      const once = { "idempotency-key": yield* Crypto.uuid }
      const make = api.workItems.create({ headers: once, payload: { title: "Once" } })
      assert.strictEqual((yield* make).id, (yield* make).id)
      const contact = api.contacts.create({ headers: once, payload: { name: "Once" } })
      assert.strictEqual((yield* contact).id, (yield* contact).id)
      const add = api.workItems.addTask({ params: { id }, headers: once, payload: { title: "Once" } })
      yield* add
      assert.strictEqual((yield* add).tasks.length, 3)
    }),
  )

  it.effect("what is malformed is refused before anything happens", () =>
    Effect.gen(function* () {
      const { baseUrl, browser } = yield* World.visit
      const post = (path: string, body: object) =>
        Effect.promise(() =>
          fetch(`${baseUrl}${path}`, {
            method: "POST",
            headers: {
              "content-type": "application/json",
              "sec-fetch-site": "same-origin",
              cookie: [...browser.jar].map((pair) => pair.join("=")).join("; "),
            },
            body: JSON.stringify(body),
          }).then(({ status }) => status),
        )
      const statuses = yield* Effect.forEach(
        [
          post("/api/contacts", { name: "" }),
          post("/api/contacts", { name: "A", mobile: "070 123" }),
          post("/api/contacts", { name: "A", email: "a@b, c@d" }),
          post("/api/contacts", { name: "A", timeZone: "Mars/Base" }),
          post("/api/work-items", { title: "A\nB" }),
          post("/api/work-items", { title: "A", stages: [] }),
          post("/api/work-items", { title: "A", stagse: ["x"] }),
        ],
        (one) => one,
      )
      assert.deepStrictEqual(new Set(statuses), new Set([400]))
      assert.strictEqual(yield* post("/api/contacts", { name: "A" }), 201)
    }),
  )

  it.effect("S43: another firm's work, tasks and contacts are answered like ones that do not exist", () =>
    Effect.gen(function* () {
      const { api, id, identity } = yield* World.visit
      const they = yield* World.visit
      const params = { id: they.id }
      const task = { id: they.id, task: they.address }
      const foreign = { id, task: they.address }
      const contact = { id: they.contact }
      const calls: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
        api.workItems.get({ params }),
        api.workItems.edit({ params, payload: { title: "Ours" } }),
        api.workItems.complete({ params }),
        api.workItems.reopen({ params }),
        api.workItems.setRole({ params: { id: they.id, contact: they.contact }, payload: { role: "" } }),
        api.workItems.setRole({ params: { id, contact: they.contact }, payload: { role: "" } }),
        api.workItems.removeContact({ params: { id: they.id, contact: they.contact } }),
        api.workItems.addTask({ params, headers, payload: { title: "Ours" } }),
        api.workItems.editTask({ params: task, payload: { done: true } }),
        api.workItems.editTask({ params: foreign, payload: { done: true } }),
        api.workItems.answers({ params: task }),
        api.workItems.answers({ params: foreign }),
        api.workItems.addToBasket({ params, payload: { task: they.address } }),
        api.workItems.addToBasket({ params: { id }, payload: { task: they.address } }),
        api.workItems.removeFromBasket({ params: task }),
        api.workItems.clearBasket({ params }),
        api.contacts.get({ params: contact }),
        api.contacts.edit({ params: contact, payload: { name: "Ours" } }),
        api.contacts.remove({ params: contact }),
        api.contacts.restore({ params: contact }),
      ]
      const tags = yield* Effect.forEach(calls, (one) => Effect.map(Effect.flip(one), ({ _tag }) => _tag))
      assert.deepStrictEqual(new Set(tags), new Set(["NotFound"]))
      // a task of theirs taken out of our basket is passed over, and theirs stays
      yield* they.api.workItems.addToBasket({ params, payload: { task: they.address } })
      yield* api.workItems.removeFromBasket({ params: { id, task: they.address } })
      assert.strictEqual((yield* they.api.workItems.get({ params })).basket.length, 1)
      assert.strictEqual((yield* api.workItems.list({ query: {} })).total, 1)
      assert.strictEqual((yield* api.contacts.list({ query: {} })).contacts.length, 1)
      const refused = yield* Effect.flip(api.workItems.edit({ params: { id }, payload: { assignee: they.member.id } }))
      assert.deepInclude(refused, { _tag: "WorkRefused", code: "assignee-unknown" })
      assert.strictEqual((yield* they.api.workItems.get({ params })).title, "Onboarding")
      assert.isNotEmpty(identity)
    }),
  )
})
