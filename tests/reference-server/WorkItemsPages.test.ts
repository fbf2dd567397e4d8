// Work and contacts on the firm's pages, over the whole real domain.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Members } from "../../reference-server/src/Members.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as Page from "./FirmPagesWorld.ts"
import * as World from "./WorkItemsWorld.ts"

layer(World.server, { excludeTestServices: true, timeout: "180 seconds" })("work on the firm's pages", (it) => {
  it.effect("K6 T17: work is made with its stages, changed, moved on, and found in the list", () =>
    Effect.gen(function* () {
      const { browser, press } = yield* World.visit
      const wrong = yield* press("/work-items/new", "/work-items/new", { title: " ", stages: "\n" })
      assert.strictEqual(wrong.status, 422)
      assert.include(Page.text(wrong), "2 things to mend")
      const made = yield* press("/work-items/new", "/work-items/new", {
        title: "Yearly accounts",
        stages: "Collect\r\n\r\nFile",
        autoAdvance: "yes",
        assignee: "",
      })
      assert.strictEqual(made.status, 303)
      const path = made.location ?? ""
      const shown = Page.text(yield* browser.get(path))
      assert.include(shown, "Collect (1 of 2) · Nobody yet")
      assert.include(shown, "Moves on by itself")
      yield* press(path, `${path}/stage`, { stage: "1" })
      assert.include(Page.text(yield* browser.get(path)), "File (2 of 2)")
      const beyond = yield* press(path, `${path}/stage`, { stage: "2" })
      assert.strictEqual(beyond.status, 409)
      assert.include(Page.text(beyond), "There is no such stage any more.")
      yield* press(`${path}/edit`, `${path}/edit`, { title: "Accounts 2027", stages: "Collect\nFile", assignee: "" })
      const list = Page.text(yield* browser.get("/work-items?q=2027&status=Active"))
      assert.include(list, "Accounts 2027")
      assert.notInclude(list, "Onboarding")
      assert.include(Page.text(yield* browser.get("/work-items?status=Completed")), "No work matches.")
    }),
  )

  it.effect(
    "P2: an administrator keeps to administrators what tasks ask for; others read it, and are told whose it is",
    () =>
      Effect.gen(function* () {
        const { browser, press, baseUrl, member, id, identity } = yield* World.visit
        const sql = yield* SqlClient.SqlClient
        const task = `/work-items/${id}/tasks/${identity}`
        const other = yield* Crypto.uuid
        const colleague = {
          ...member,
          id: other,
          email: `${other}@firm.example`,
          name: "Col League",
          role: "member" as const,
        }
        yield* sql`INSERT INTO members ${sql.insert({ ...colleague, passwordHash: "", createdAt: new Date() })}`
        const theirs = Page.browser(baseUrl)
        theirs.jar.set("rq-member", Redacted.value(yield* (yield* Members).openSession(colleague)))
        const save = (fields: Record<string, string>) =>
          Effect.flatMap(theirs.get(task), (page) => theirs.post(task, { ...Page.hidden(page, task), ...fields }))

        assert.strictEqual(
          (yield* press("/settings", "/settings/tasks", { offering: "admins" })).location,
          "/settings?done=tasks",
        )
        assert.match((yield* browser.get("/settings")).body, /value="admins"\s+checked/)
        const shown = yield* theirs.get(task)
        assert.include(Page.text(shown), "Administrators of your firm say what that is. OTHER PERSON")
        assert.notInclude(shown.body, 'name="questionnaires"')
        assert.strictEqual((yield* save({ title: "Renamed", questionnaires: "bill" })).status, 303)
        const asked = yield* (yield* WorkItems).task(member.workspaceId, id, identity)
        assert.deepInclude(asked, { title: "Renamed", questionnaires: ["person", "other"] })
        const hidden = Page.hidden(yield* theirs.get(task), task)
        assert.strictEqual((yield* theirs.post("/settings/tasks", { ...hidden, offering: "members" })).status, 403)
        assert.strictEqual(yield* (yield* WorkItems).offering(member.workspaceId), "admins")
        const [noted] = yield* (yield* WorkspaceEvents).list(member.workspaceId, { limit: 1 })
        assert.deepInclude(noted, { type: "OfferingRestricted", by: member.id })
        assert.include((yield* browser.get(task)).body, 'name="questionnaires"')
      }),
  )

  it.effect("a form sent twice makes one work item", () =>
    Effect.gen(function* () {
      const { browser, workspaceId } = yield* World.visit
      const hidden = Page.hidden(yield* browser.get("/work-items/new"), "/work-items/new")
      const fields = { ...hidden, title: "Once", stages: "A", assignee: "" }
      const places = [yield* browser.post("/work-items/new", fields), yield* browser.post("/work-items/new", fields)]
      assert.strictEqual(places[0]?.location, places[1]?.location)
      assert.strictEqual(
        (yield* (yield* WorkItems).list(workspaceId, { search: "Once", limit: 9, offset: 0 })).total,
        1,
      )
    }),
  )

  it.effect(
    "P1 P2 P3 P5 P9: a task offers what it was given to offer; what is picked stands under the title until removed",
    () =>
      Effect.gen(function* () {
        const { browser, press, id, identity, address } = yield* World.visit
        const path = `/work-items/${id}`
        const before = yield* browser.get(path)
        assert.notInclude(Page.text(before), "Send request")
        assert.match(before.body, /<option value="person"\s*>PERSON<\/option>/)
        yield* press(path, `${path}/basket`, { task: identity, questionnaire: "other" })
        yield* press(path, `${path}/basket`, { task: address })
        const both = yield* browser.get(path)
        assert.include(both.body, `href="/requests/new?workItem=${id}"`)
        assert.include(
          Page.text(both),
          "To be asked together Send request OTHER Identity check Remove Identity check BILL",
        )
        yield* press(path, `${path}/basket/remove`, { task: identity })
        const one = Page.text(yield* browser.get(path))
        assert.notInclude(one, "OTHER Identity check")
        assert.include(one, "BILL Proof of address")

        const task = `${path}/tasks/${address}`
        yield* press(task, task, { title: "Proof of address", questionnaires: "person" })
        assert.notInclude(Page.text(yield* browser.get(path)), "To be asked together")
        const made = yield* press(`${path}/tasks/new`, `${path}/tasks/new`, { title: "Nothing to ask" })
        assert.strictEqual(made.location, `${path}?done=saved`)
        const wrong = yield* press(`${path}/tasks/new`, `${path}/tasks/new`, { title: "", questionnaires: "person" })
        assert.strictEqual(wrong.status, 422)
        assert.match(wrong.body, /value="person"\s+checked/)
        const unknown = yield* press(`${path}/tasks/new`, `${path}/tasks/new`, {
          title: "X",
          questionnaires: "nothing",
        })
        assert.include(Page.text(unknown), "There is no such questionnaire any more.")
        assert.strictEqual(Page.text(yield* browser.get(path)).split("Request from customer").length - 1, 2)
      }),
  )

  it.effect(
    "P4 P15 P27 P29: while a request is out the task says so with Cancel request, and asks again after it",
    () =>
      Effect.gen(function* () {
        const arranged = yield* World.visit
        const { browser, press, id, address } = arranged
        const path = `/work-items/${id}`
        const sent = yield* World.send(arranged, [[address, "bill"]])
        const out = yield* browser.get(path)
        assert.include(Page.text(out), "A customer request is out")
        assert.include(Page.text(out), "Onboarding Waiting for customer")
        assert.include(out.body, `href="/requests/${sent.id}"`)
        const hidden = Page.hidden(out, `${path}/basket`)
        const refused = yield* browser.post(`${path}/basket`, { ...hidden, task: address, questionnaire: "bill" })
        assert.strictEqual(refused.status, 409)
        assert.include(Page.text(refused), "A customer request is out for this task already: cancel it first.")
        const cancelled = yield* press(path, `/requests/${sent.id}/cancel`)
        assert.strictEqual(cancelled.status, 303)
        const after = Page.text(yield* browser.get(path))
        assert.notInclude(after, "A customer request is out")
        assert.include(after, "Onboarding Active")
        assert.include(after, "Cancelled")
        assert.strictEqual(after.split("Request from customer").length - 1, 2)
      }),
  )

  it.effect("P16: the task's page shows the answers that came back, and only its own", () =>
    Effect.gen(function* () {
      const arranged = yield* World.visit
      const { browser, press, id, identity, address, member, workspaceId } = arranged
      const task = `/work-items/${id}/tasks/${address}`
      assert.include(Page.text(yield* browser.get(task)), "Nothing came back yet.")
      const sent = yield* World.send(arranged, [
        [identity, "person"],
        [address, "bill"],
      ])
      const sql = yield* SqlClient.SqlClient
      const saved = { name: "Ann <b>", born: "1980", proofOfAddressName: "Lind & Co" }
      yield* sql`INSERT INTO answers ${sql.insert({ requestId: sent.id, workspaceId, answers: JSON.stringify(saved), visited: "[]", savedAt: new Date() })}`
      yield* (yield* ClientRequests).closeOnBehalf(member, sent.id, yield* Crypto.uuid)
      const shown = yield* browser.get(task)
      assert.include(Page.text(shown), "name Lind & Co")
      assert.notInclude(Page.text(shown), "1980")
      assert.include((yield* browser.get(`/work-items/${id}/tasks/${identity}`)).body, "Ann &lt;b&gt;")
      const work = Page.text(yield* browser.get(`/work-items/${id}`))
      assert.include(work, "In progress (2 of 4)")
      assert.include(work, "Identity check Done Answered just now")
      yield* press(task, `${task}/done`)
      assert.include(Page.text(yield* browser.get(task)), "Proof of address Open")
    }),
  )

  it.effect("K39: Complete work says what it does; opened again it says to send again", () =>
    Effect.gen(function* () {
      const arranged = yield* World.visit
      const { browser, press, id, address } = arranged
      const path = `/work-items/${id}`
      const sent = yield* World.send(arranged, [[address, "bill"]])
      yield* press(path, `${path}/complete`)
      const completed = Page.text(yield* browser.get(path))
      assert.include(completed, "Completed. Customers no longer reach its requests.")
      assert.notInclude(completed, "Request from customer")
      const { current } = yield* (yield* ClientRequests).overview(arranged.workspaceId, sent.id)
      assert.strictEqual(current.request.suspended?.reason, "work-completed")
      const reopened = yield* press(path, `${path}/reopen`)
      assert.include(Page.text(yield* browser.get(reopened.location ?? "")), "Send its requests again")
    }),
  )

  it.effect("C2 C3 K16: contacts are made, put into work in a role, and what they lack is said", () =>
    Effect.gen(function* () {
      const { browser, press, id } = yield* World.visit
      const form = { name: "Gus Guarantor", email: "", mobile: "+46 (70) 111-11 11", language: "sv", timeZone: "" }
      const wrong = yield* press("/contacts/new", "/contacts/new", {
        ...form,
        name: "",
        email: "a@b, c@d",
        mobile: "070",
        timeZone: "Mars",
      })
      assert.strictEqual(wrong.status, 422)
      assert.include(Page.text(wrong), "4 things to mend")
      const made = yield* press("/contacts/new", "/contacts/new", form)
      const path = made.location?.replace("?done=saved", "") ?? ""
      assert.include((yield* browser.get(path)).body, `value="+46701111111"`)
      const contact = path.split("/").at(-1) ?? ""
      yield* press(`/work-items/${id}`, `/work-items/${id}/contacts`, { contact, role: "Guarantor" })
      const shown = Page.text(yield* browser.get(`/work-items/${id}`))
      assert.include(shown, "Gus Guarantor Guarantor no e-mail address · +46701111111")
      yield* press(`/work-items/${id}`, `/work-items/${id}/contacts/remove`, { contact })
      assert.notInclude(Page.text(yield* browser.get(`/work-items/${id}`)), "Gus Guarantor Guarantor")
      yield* press(path, `${path}/delete`)
      assert.notInclude(Page.text(yield* browser.get("/contacts")), "Gus")
      assert.include(Page.text(yield* browser.get("/contacts?show=deleted")), "Gus Guarantor")
      yield* press(path, `${path}/restore`)
      assert.include(Page.text(yield* browser.get("/contacts?q=gus")), "Gus Guarantor")
    }),
  )

  it.effect("S39 S43: another firm's pages are not there, and no form counts without its token", () =>
    Effect.gen(function* () {
      const { browser, id } = yield* World.visit
      const they = yield* World.visit
      const theirs = `/work-items/${they.id}`
      const pages = [
        theirs,
        `${theirs}/edit`,
        `${theirs}/tasks/new`,
        `${theirs}/tasks/${they.address}`,
        `/work-items/${id}/tasks/${they.address}`,
        `/contacts/${they.contact}`,
      ]
      for (const page of pages) assert.strictEqual((yield* browser.get(page)).status, 404, page)
      const { csrf = "" } = Page.hidden(yield* browser.get("/work-items/new"), "/work-items/new")
      const fields = {
        csrf,
        title: "Ours",
        stages: "A",
        stage: "1",
        assignee: "",
        task: they.address,
        contact: they.contact,
        name: "Ours",
        language: "en",
      }
      const forms = [
        `${theirs}/edit`,
        `${theirs}/stage`,
        `${theirs}/complete`,
        `${theirs}/reopen`,
        `${theirs}/basket`,
        `${theirs}/basket/remove`,
        `${theirs}/contacts`,
        `${theirs}/contacts/remove`,
        `${theirs}/tasks/new`,
        `${theirs}/tasks/${they.address}`,
        `${theirs}/tasks/${they.address}/done`,
        `/work-items/${id}/tasks/${they.address}/done`,
        `/work-items/${id}/basket`,
        `/work-items/${id}/contacts`,
        `/contacts/${they.contact}`,
        `/contacts/${they.contact}/delete`,
        `/contacts/${they.contact}/restore`,
      ]
      for (const form of forms) {
        assert.strictEqual((yield* browser.post(form, fields)).status, 404, form)
        assert.strictEqual((yield* they.browser.post(form, fields)).status, 403, form)
      }
      const theirOwn = Page.text(yield* they.browser.get(theirs))
      assert.include(theirOwn, "Onboarding Active To do (1 of 4)")
      assert.include(theirOwn, "Carl Customer")
      const open = yield* browser.post(`/work-items/${id}/complete`, { csrf }, { "sec-fetch-site": "cross-site" })
      assert.strictEqual(open.status, 403)
    }),
  )
})
