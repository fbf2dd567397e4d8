// Templates of requests: kept from the form, begun with, replaced and removed, on the firm's pages over the whole real domain.
import { assert, layer } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { MailTemplates } from "../../reference-server/src/MailTemplates.ts"
import * as RequestTemplates from "../../reference-server/src/RequestTemplates.ts"
import { Workspaces } from "../../reference-server/src/Workspaces.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Page from "./FirmPagesWorld.ts"
import * as World from "./FirmRequestsWorld.ts"

const day = 86_400_000
const after = (date: number, days: number) => new Date(date + days * day).toISOString().slice(0, 10)
const fields = {
  what: "documents",
  questionnaire: "",
  documents: "Tax return\nBank statement",
  title: "Yearly papers",
  description: "For *last* year.",
  policy: "karbon",
  reminding: "custom",
  everyDays: "4",
  sensitive: "yes",
  message: "Dear all, please.",
  template: "Yearly",
}
/** The value of a field as the page has it. */
const valueOf = (body: string, name: string) =>
  new RegExp(`<input[^>]* name="${name}"[^>]* value="([^"]*)"`).exec(body.replaceAll(/\s+/g, " "))?.[1]
const checked = (body: string) =>
  Array.from(body.replaceAll(/\s+/g, " ").matchAll(/<input [^>]*value="([^"]*)"[^>]* checked/g), ([, value]) => value)

layer(World.server, { excludeTestServices: true, timeout: "180 seconds" })("request templates", (it) => {
  it.effect(
    "T19 K11: what is asked, how and what the mail says is kept under a name, and a new request begins with it",
    () =>
      Effect.gen(function* () {
        const { browser, submit, member, workspaceId, id: workItem, make, pass, stateOf } = yield* World.visit
        // where days are 24 hours long
        yield* (yield* Workspaces).update(workspaceId, { timeZone: "UTC" })
        const now = yield* Clock.currentTimeMillis
        assert.notInclude(Page.text(yield* browser.get("/requests/new")), "Begin with a template")
        const kept = yield* submit("/requests/new", "template", { ...fields, due: after(now, 14), name: "Ada King" })
        assert.strictEqual(kept.status, 200)
        assert.include(Page.text(kept), "The template was kept. Nothing has been sent.")
        assert.include(kept.body, "Ada King", "what was typed stands there")
        const templates = yield* RequestTemplates.RequestTemplates
        const [template] = yield* templates.list(workspaceId)
        assert.deepInclude(template, { name: "Yearly", savedBy: member.name })

        yield* pass(3 * day)
        const begin = yield* browser.get(`/requests/new?workItem=${workItem}`)
        const link = `/requests/new?template=${template?.id ?? ""}&amp;workItem=${workItem}`
        assert.include(begin.body, `href="${link}"`)
        const path = `/requests/new?template=${template?.id ?? ""}`
        const { body } = yield* browser.get(path)
        for (const part of ["Tax return\nBank statement", "For *last* year.", "Dear all, please."])
          assert.include(body, part)
        assert.deepStrictEqual(
          [valueOf(body, "title"), valueOf(body, "due"), valueOf(body, "everyDays"), valueOf(body, "name")],
          ["Yearly papers", after(now, 17), "4", ""],
        )
        assert.includeMembers(checked(body), ["documents", "karbon", "yes"])
        assert.match(body, /<option value="custom"\s+selected/)

        // a request is made of what stands in the form, and stays when its template goes
        const { template: _, ...rest } = fields
        const request = yield* make("save", rest)
        const listed = yield* browser.get("/requests/templates")
        assert.include(Page.text(listed), `Yearly Saved by ${member.name}, 3 days ago`)
        const action = `/requests/templates/${template?.id ?? ""}/remove`
        const gone = yield* browser.post(action, Page.hidden(listed, action))
        assert.strictEqual(gone.location, "/requests/templates?done=removed")
        assert.strictEqual((yield* browser.get(path)).status, 404)
        assert.strictEqual((yield* stateOf(request)).details.title, "Yearly papers")
      }),
  )

  it.effect("T19: a name that is there is replaced in whatever case, and an unfinished form can be kept", () =>
    Effect.gen(function* () {
      const { browser, submit, member, workspaceId } = yield* World.visit
      const templates = yield* RequestTemplates.RequestTemplates
      for (const [name, sentence] of [
        [" ", "Give the template a name."],
        ["x".repeat(101), "at most 100"],
      ] as const) {
        const wrong = yield* submit("/requests/new", "template", { ...fields, template: name })
        assert.strictEqual(wrong.status, 422)
        assert.include(Page.text(wrong), sentence)
      }
      for (const wrong of [{ csrf: "another's" }, { due: "31 March" }, { what: "basket" }]) {
        const refused = yield* submit("/requests/new", "template", { ...fields, ...wrong })
        assert.strictEqual(refused.status, 422)
        assert.strictEqual(valueOf(refused.body, "template"), "Yearly", "the name is not lost")
      }
      assert.deepStrictEqual(yield* templates.list(workspaceId), [])

      yield* submit("/requests/new", "template", { questionnaire: "kyc@1", template: "Companies", email: "", name: "" })
      yield* submit("/requests/new", "template", { ...fields, template: "COMPANIES", documents: "Only this", due: "" })
      const [one, ...others] = yield* templates.list(workspaceId)
      assert.deepStrictEqual([one?.name, others], ["COMPANIES", []])
      const { body } = yield* browser.get(`/requests/new?template=${one?.id ?? ""}`)
      assert.include(body, "Only this")
      assert.strictEqual(valueOf(body, "due"), "")

      // what nobody wrote for this is the firm's own, as it is by then
      const wording = {
        subject: "Papers",
        lead: "",
        body: "Our own words for {{firmName}}: {{requestTitle}}.",
        button: "Open",
      }
      yield* (yield* MailTemplates).save(member, "invitation", "en", wording)
      yield* submit("/requests/new", "template", { questionnaire: "kyc@1", template: "Own", message: "" })
      const own = (yield* templates.list(workspaceId)).find(({ name }) => name === "Own")
      assert.strictEqual((yield* templates.get(workspaceId, own?.id ?? ""))?.content.message, "")
      assert.include((yield* browser.get(`/requests/new?template=${own?.id ?? ""}`)).body, "Our own words")
    }),
  )

  it.effect("T19: the newest version is asked; one that is gone, and a preset of yesterday, are nobody's choice", () =>
    Effect.gen(function* () {
      const { browser, member, workspaceId } = yield* World.visit
      const templates = yield* RequestTemplates.RequestTemplates
      const content: RequestTemplates.Content = {
        what: "questionnaire",
        questionnaire: "person",
        documents: "",
        title: "",
        description: "",
        dueDays: null,
        policy: "of yesterday",
        reminding: "never heard of",
        everyDays: "3",
        sensitive: false,
        portalOnly: false,
        message: "",
      }
      yield* templates.save(member, "People", content)
      yield* templates.save(member, "Gone", { ...content, questionnaire: "gone" })
      const [gone, people] = yield* templates.list(workspaceId)
      const shown = yield* browser.get(`/requests/new?template=${people?.id ?? ""}`)
      assert.match(shown.body, /<option value="person@1"\s+selected/)
      assert.include(checked(shown.body), "standard")
      const empty = yield* browser.get(`/requests/new?template=${gone?.id ?? ""}`)
      assert.strictEqual(empty.status, 200)
      assert.notMatch(empty.body, /<option value="person@1"\s+selected/)
    }),
  )

  it.effect("T19 S43: another firm's template is not there, and a firm has a hundred at most", () =>
    Effect.gen(function* () {
      const { browser, member, submit } = yield* World.visit
      const templates = yield* RequestTemplates.RequestTemplates
      const theirs = yield* TestFirm.firm
      yield* submit("/requests/new", "template", fields)
      const [first] = yield* templates.list(member.workspaceId)
      const content = (yield* templates.get(member.workspaceId, first?.id ?? ""))?.content
      if (first === undefined || content === undefined) return yield* Effect.die(new Error("it was kept"))
      assert.isNull(yield* templates.get(theirs.member.workspaceId, first.id))
      assert.isFalse(yield* templates.remove(theirs.member.workspaceId, first.id))
      assert.strictEqual((yield* templates.list(member.workspaceId)).length, 1)
      yield* Effect.forEach(
        Array.from({ length: RequestTemplates.most }).keys(),
        (n) => Effect.ignore(templates.save(member, `T${n}`, content)),
        { concurrency: 5 },
      )
      assert.strictEqual((yield* templates.list(member.workspaceId)).length, RequestTemplates.most)
      const full = yield* submit("/requests/new", "template", { ...fields, template: "One more" })
      assert.include(Page.text(full), "There are 100 templates already. Remove one first.")
      yield* templates.save(member, "yearly", content)
      assert.strictEqual((yield* browser.get("/requests/new?template=nonsense")).status, 404)
    }),
  )
})
