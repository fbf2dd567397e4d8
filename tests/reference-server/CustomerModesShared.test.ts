// One record that several people write on (Customer Centre). Over HTTP, without JavaScript.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import { meaning } from "@requite/core/FillSession/Place"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { bodyOf, words } from "./CustomerPagesVisitor.ts"

/** Codes have tests of their own. */
const policy: RequestPolicy.RequestPolicy = {
  ...RequestPolicy.customerCentre,
  requires: ["name", "email"],
  roles: null,
  secondFactor: "none",
}

const recipients = ["Ana", "Bo"].map((name) => TestFirm.recipient("", { id: name.toLowerCase(), name }))

const household = {
  format: 1,
  id: "household",
  version: 1,
  language: "en",
  title: "Household",
  sections: [
    {
      id: "about",
      title: "About",
      items: [
        {
          id: "child",
          type: "group",
          label: "Child",
          repeat: { max: 4 },
          items: [
            { id: "who", type: "text", label: "Name" },
            { id: "school", type: "confirm", label: "{{who}} goes to school" },
            { id: "since", type: "number", label: "Since", when: { eq: [{ answer: "school" }, true] } },
          ],
        },
        { id: "rooms", type: "number", label: "Rooms" },
      ],
    },
  ],
}

const begin = arrange()

function arrange(definition?: unknown) {
  return Effect.gen(function* () {
    const arranged = yield* Visitor.arrange({ title: "Mortgage", recipients }, definition, policy)
    const requests = yield* ClientRequests
    const person = Effect.fnUntraced(function* (id: string) {
      const visitor = yield* Visitor.visitor
      const list = yield* visitor.start(arranged.tokens[id] ?? "")
      const about = `${list}/sections/about`
      return { ...visitor, list, about, load: visitor.get(about) }
    })
    return {
      ...arranged,
      requests,
      ana: yield* person("ana"),
      bo: yield* person("bo"),
      overview: requests.overview(arranged.member.workspaceId, arranged.request.id),
    }
  })
}

interface Said {
  readonly conflicts: ReadonlyArray<{ readonly question: string; readonly theirs: unknown }>
  readonly latest: { readonly versions: Readonly<Record<string, number>>; readonly answers: Record<string, unknown> }
}
const said = (answer: Visitor.Page) => JSON.parse(answer.text) as Said

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })(
  "a record that several people write on",
  (it) => {
    it.effect("C4: everybody sees what all have written, each can edit it, and there is nothing to finish", () =>
      Effect.gen(function* () {
        const { ana, bo, overview } = yield* begin
        const list = words((yield* ana.get(ana.list)).text)
        assert.include(list, "Fresh Ltd sees what you save at once. There is nothing to send at the end.")
        assert.notInclude(list, "finish")
        yield* ana.fill(ana.about, { fields: { "a.name": "Ana Ek" } })
        assert.include((yield* bo.load).text, `value="Ana Ek"`)
        yield* bo.fill(bo.about, { fields: { "a.name": "Ana Maria Ek" } })
        assert.include((yield* ana.load).text, `value="Ana Maria Ek"`)
        assert.strictEqual((yield* overview).current.request.state, "WaitingForCustomer")
        assert.strictEqual((yield* ana.get(`${ana.list}/review`)).location, ana.list)
      }),
    )

    it.effect("L32 S45 C4: two edit the same field: the second is shown both values, and chooses", () =>
      Effect.gen(function* () {
        const { ana, bo, overview } = yield* begin
        const [first, second] = [yield* ana.load, yield* bo.load]
        assert.strictEqual((yield* ana.post(ana.about, bodyOf(first, { "a.name": "Ana <Ek>" }))).status, 303)
        const met = yield* bo.post(bo.about, bodyOf(second, { "a.name": "Anna Ek", "a.mail": "bo@customer.example" }))
        assert.strictEqual(met.status, 409)
        const told = words(met.text)
        assert.include(told, "Somebody else has changed 1 answer that you changed, too")
        assert.match(told, /Which one shall stand\? : Your name Ana wrote at .+ Ana <Ek> You wrote Anna Ek/)
        assert.match(met.text, /role="alert"[^>]*tabindex="-1" autofocus/)
        assert.match(met.text, /<a href="#w-name">/)
        // what nobody else wrote is saved; theirs stands until the customer chooses
        const { answers } = (yield* overview).current
        assert.deepStrictEqual([answers["name"], answers["mail"]], ["Ana <Ek>", "bo@customer.example"])

        // not choosing is no way to win
        const insisting = yield* bo.post(bo.about, bodyOf(met, {}))
        assert.strictEqual(insisting.status, 409)
        assert.strictEqual((yield* overview).current.answers["name"], "Ana <Ek>")

        const mine = /id="w-name-mine"\s+name="w.name"\s+value="([^"]+)"/.exec(insisting.text)?.[1] ?? ""
        assert.strictEqual((yield* bo.post(bo.about, bodyOf(insisting, { "w.name": mine }))).status, 303)
        assert.strictEqual((yield* overview).current.answers["name"], "Anna Ek")
        const told32 = (yield* overview).history.flatMap(({ event }) =>
          event?.type === "AnswersSaved" ? [[event.questions, event.conflicts]] : [],
        )
        assert.deepStrictEqual(told32, [
          [["name"], []],
          [["mail"], ["name"]],
          [[], ["name"]],
          [["name"], []],
        ])
      }),
    )

    it.effect("L32: theirs may stand, too; and chosen over a value that has changed again, it is asked again", () =>
      Effect.gen(function* () {
        const { ana, bo, overview } = yield* begin
        const [first, second] = [yield* ana.load, yield* bo.load]
        yield* ana.post(ana.about, bodyOf(first, { "a.name": "One" }))
        const met = yield* bo.post(bo.about, bodyOf(second, { "a.name": "Two" }))
        yield* ana.fill(ana.about, { fields: { "a.name": "Three" } })
        const mine = /id="w-name-mine"\s+name="w.name"\s+value="([^"]+)"/.exec(met.text)?.[1] ?? ""
        const again = yield* bo.post(bo.about, bodyOf(met, { "w.name": mine }))
        assert.strictEqual(again.status, 409)
        assert.match(words(again.text), /Ana wrote at .+ Three You wrote Two/)
        const theirs = yield* bo.post(bo.about, bodyOf(again, { "w.name": "theirs" }))
        assert.strictEqual(theirs.status, 303)
        assert.strictEqual((yield* overview).current.answers["name"], "Three")
        assert.include((yield* bo.load).text, `value="Three"`)
      }),
    )

    it.effect("L32: a field that one did not touch overwrites nothing, and is no conflict", () =>
      Effect.gen(function* () {
        const { ana, bo, overview } = yield* begin
        yield* ana.fill(ana.about, { fields: { "a.name": "Ana", "a.story": "\r\nOnce\r\nupon" } })
        const [first, second] = [yield* ana.load, yield* bo.load]
        yield* ana.post(ana.about, bodyOf(first, { "a.name": "Ana Ek", "a.story": "Twice" }))
        const saved = yield* bo.post(bo.about, bodyOf(second, { "a.mail": "bo@customer.example" }))
        assert.strictEqual(saved.status, 303)
        const { answers } = (yield* overview).current
        assert.deepStrictEqual(
          [answers["name"], answers["story"], answers["mail"]],
          ["Ana Ek", "Twice", "bo@customer.example"],
        )
      }),
    )

    it.effect("C4 L32 T13: of a repeated group both versions are read, instance by instance, and one is chosen", () =>
      Effect.gen(function* () {
        const { ana, bo, overview } = yield* arrange(household)
        // an instance that nobody has begun is one more, and nobody's answer
        assert.strictEqual((yield* ana.post(ana.about, bodyOf(yield* ana.load, {}, "add:child"))).status, 303)
        const both = yield* ana.load
        const cy = { "a.child.0.who": "Cy" }
        yield* ana.post(ana.about, bodyOf(both, cy))
        const [first, second] = [yield* ana.load, yield* bo.load]
        yield* ana.post(ana.about, bodyOf(first, { "a.child.0.who": "Cy <Ek>", "a.child.0.school": "yes" }))
        yield* ana.post(ana.about, bodyOf(yield* ana.load, { "a.child.0.since": "2,020" }, "add:child"))
        yield* ana.post(ana.about, bodyOf(yield* ana.load, { "a.child.1.who": "Di" }))
        // who did not touch it decides nothing
        assert.strictEqual((yield* bo.post(bo.about, bodyOf(second, { "a.rooms": "5" }))).status, 303)
        const met = yield* bo.post(bo.about, bodyOf(second, { ...cy, "a.child.0.who": "Cyril" }))
        assert.strictEqual(met.status, 409)
        const told = words(met.text)
        assert.match(
          told,
          /Ana wrote at .+? Child 1 Name Cy <Ek> Cy <Ek> goes to school Agreed Since 2,020 Child 2 Name Di .*You wrote Child 1 Name Cyril/,
        )
        assert.notInclude(met.text, 'id="given"')
        assert.strictEqual((yield* bo.post(bo.about, bodyOf(met, { "w.child": "theirs" }))).status, 303)
        const { answers } = (yield* overview).current
        assert.strictEqual(answers["rooms"], 5)
        assert.deepStrictEqual(meaning(answers["child"]), [
          { who: "Cy <Ek>", school: true, since: 2020 },
          { who: "Di" },
        ])
      }),
    )

    it.effect("C4 T16: saved while it is typed, the page learns the new versions, and conflicts by their names", () =>
      Effect.gen(function* () {
        const { ana, bo } = yield* begin
        const second = (yield* bo.load).text
        const put = (who: typeof ana, page: string, answers: object, seen: object) =>
          who.request(`/api/customer/${who.about.split("/")[2] ?? ""}/answers`, {
            method: "PUT",
            body: JSON.stringify({ revision: 1, answers, seen }),
            headers: { "content-type": "application/json", "x-csrf-token": Visitor.hidden(page, "csrf") },
          })
        const first = (yield* ana.load).text
        const saved = said(yield* put(ana, first, { name: "Ana" }, {}))
        assert.deepStrictEqual([saved.conflicts, saved.latest.versions], [[], { name: 1 }])
        // with what it has learned, the same page saves on
        const next = said(yield* put(ana, first, { name: "Ana Ek" }, saved.latest.versions))
        assert.deepStrictEqual([next.conflicts, next.latest.answers["name"]], [[], "Ana Ek"])
        const met = said(yield* put(bo, second, { name: "Bo" }, {}))
        assert.deepStrictEqual(
          met.conflicts.map(({ question, theirs }) => [question, theirs]),
          [["name", "Ana Ek"]],
        )
      }),
    )
  },
)
