// Every kind of question on the customer's pages, conditions, groups and repeated groups. Over HTTP, without JavaScript.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { recipient } from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { words } from "./CustomerPagesVisitor.ts"
import { questionnaire } from "./KindsWorld.ts"

const begin = Effect.fnUntraced(function* (language: string = "en", definition: unknown = questionnaire) {
  const arranged = yield* Visitor.arrange({ recipients: [recipient("", { name: "Ann", language })] }, definition)
  const visitor = yield* Visitor.visitor
  const list = yield* visitor.start(arranged.token)
  const requests = yield* ClientRequests
  const current = Effect.map(
    requests.overview(arranged.member.workspaceId, arranged.request.id),
    (overview) => overview.current,
  )
  const at = (section: string) => `${list}/sections/${section}`
  const fill = (section: string, fields: Visitor.Sending["fields"] = {}, press?: readonly [string, string]) =>
    visitor.fill(at(section), { fields, ...(press === undefined ? {} : { press }) })
  return { ...arranged, visitor, list, at, fill, current }
})

/** The value of a control on a page, as a browser reads it. */
const valueOf = (page: string, name: string) => Visitor.fieldsOf(page).find((field) => field.name === name)?.value

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })("kinds of questions on pages", (it) => {
  it.effect("a number is read as the reader's language writes it, and written back so", () =>
    Effect.gen(function* () {
      for (const [language, typed, number, back] of [
        ["sv", "1 234,5 €", 1234.5, "1234,5"],
        ["es", "1.234,50", 1234.5, "1234,5"],
        ["en", "1,234.5", 1234.5, "1234.5"],
        ["en", "€ 12", 12, "12"],
      ] as const) {
        const { visitor, at, fill, current } = yield* begin(language)
        const answer = yield* fill("money", { "a.income": typed }, ["action", "list"])
        assert.strictEqual(answer.status, 303)
        assert.strictEqual((yield* current).answers["income"], number, `${language} ${typed}`)
        assert.strictEqual(valueOf((yield* visitor.get(at("money"))).text, "a.income"), back)
      }
    }),
  )

  it.effect("what is no number, or no date, comes back as it was typed, with a sentence, and is never lost", () =>
    Effect.gen(function* () {
      const { visitor, at, fill, current } = yield* begin()
      const typed = { "a.income": "about 10", "a.born.day": "31", "a.born.month": "2", "a.born.year": "1990" }
      const wrong = yield* fill("money", { ...typed, "a.street": "Main St 1", "a.agree": "yes" })
      assert.strictEqual(wrong.status, 422)
      const told = words(wrong.text)
      assert.include(told, "Please check 2 answers")
      assert.include(told, "Enter a number, with digits only.")
      assert.include(told, "Enter a date like 27 3 2027.")
      for (const page of [wrong.text, (yield* visitor.get(at("money"))).text]) {
        for (const [name, value] of Object.entries(typed)) assert.strictEqual(valueOf(page, name), value, name)
        assert.strictEqual(valueOf(page, "a.street"), "Main St 1")
      }
      assert.match(wrong.text, /<a href="#c-born">/)
      assert.match(wrong.text, /id="c-born"/)
      // half a date
      yield* fill("money", { "a.born.day": "", "a.born.month": "march", "a.born.year": "1990" })
      const half = (yield* visitor.get(at("money"))).text
      assert.deepStrictEqual(
        ["a.born.day", "a.born.month", "a.born.year"].map((name) => valueOf(half, name)),
        ["", "march", "1990"],
      )
      yield* fill("money", { "a.born.day": "27", "a.income": "10,50" })
      assert.deepInclude((yield* current).answers, { born: "1990-03-27", income: 10.5 })
    }),
  )

  it.effect("a date after today, in the firm's time zone, is told the limit", () =>
    Effect.gen(function* () {
      const { fill } = yield* begin()
      const born = { "a.born.day": "1", "a.born.month": "1", "a.born.year": "2999" }
      assert.match(words((yield* fill("money", born)).text), /Enter \w+, \d+ \w+ \d{4} or an earlier date\./)
    }),
  )

  it.effect("a box that is not ticked is no agreement, and one that was unticked is none any more", () =>
    Effect.gen(function* () {
      const { visitor, at, fill, current } = yield* begin()
      assert.include(words((yield* fill("money")).text), "All of this is true Tick the box to agree.")
      yield* fill("money", { "a.agree": "yes" })
      assert.strictEqual((yield* current).answers["agree"], true)
      assert.match((yield* visitor.get(at("money"))).text, /id="c-agree"[^>]*checked/)
      yield* fill("money", { "a.agree": [] })
      assert.strictEqual((yield* current).answers["agree"], false)
    }),
  )

  it.effect("questions that answers bring up are told in a notice that takes the focus, before going on", () =>
    Effect.gen(function* () {
      const { visitor, at, list, fill, current } = yield* begin()
      assert.notInclude(Visitor.seen((yield* visitor.get(at("about"))).text), "a.vat")
      const back = yield* fill("about", { "a.name": "Ann", "a.kind": "company" })
      assert.strictEqual(back.status, 303)
      assert.isTrue(back.location.startsWith(`${at("about")}?new=`))
      const told = yield* visitor.get(back.location)
      assert.include(words(told.text), "2 more questions, because of your answers VAT number of Ann Employees")
      assert.match(told.text, /class="notice news" role="alert"[^>]*tabindex="-1" autofocus/)
      assert.match(told.text, /<a href="#c-vat">/)
      assert.match(told.text, /class="question new"\s+id="q-vat"/)
      // required they are now, and nobody is blamed for what could not be answered before
      assert.include(words((yield* fill("about")).text), "1 question still needs an answer VAT number of Ann")
      assert.strictEqual((yield* fill("about", { "a.vat": "GB 1", "a.staff": "12" })).location, at("money"))

      // they go, and come back with their answers
      const gone = yield* visitor.get((yield* fill("about", { "a.kind": "person" })).location)
      assert.include(words(gone.text), "2 questions are no longer asked, because of your answers")
      assert.notInclude(Visitor.seen(gone.text), "a.vat")
      assert.deepInclude((yield* current).answers, { vat: "GB 1", staff: 12 })
      assert.strictEqual((yield* fill("about")).location, at("money"))
      const again = yield* visitor.get((yield* fill("about", { "a.kind": "company" })).location)
      assert.strictEqual(valueOf(again.text, "a.vat"), "GB 1")
      assert.include(words((yield* visitor.get(list)).text), "1 of 4 done")
    }),
  )

  it.effect("what was asked anew is told beside what is wrong, and is not counted as wrong", () =>
    Effect.gen(function* () {
      const { fill } = yield* begin()
      const told = words((yield* fill("about", { "a.kind": "company" })).text)
      assert.include(told, "1 question still needs an answer Your name Enter an answer.")
      assert.include(told, "2 more questions, because of your answers")
      assert.notInclude(told, "VAT number of Enter an answer")
    }),
  )

  it.effect("sections that are not asked are in no list, no count and no address", () =>
    Effect.gen(function* () {
      const { visitor, at, list, fill } = yield* begin()
      const before = words((yield* visitor.get(list)).text)
      assert.include(before, "0 of 3 done")
      assert.notInclude(before, "Owners")
      assert.strictEqual((yield* visitor.get(at("owners"))).location, list)
      assert.include(words((yield* visitor.get(at("money"))).text), "Section 2 of 3")
      yield* fill("about", { "a.kind": "company" })
      const after = words((yield* visitor.get(list)).text)
      assert.include(after, "0 of 4 done")
      assert.match(after, /Owners 3 questions To do/)
      assert.include(words((yield* visitor.get(at("money"))).text), "Section 2 of 4")
      // what was typed in a page that is not asked any more is kept all the same
      const page = yield* visitor.get(at("owners"))
      yield* fill("about", { "a.kind": "person" })
      const body = new FormData()
      for (const { name, value } of Visitor.fieldsOf(page.text))
        body.append(name, name === "a.owner.0.who" ? "Bo" : value)
      assert.strictEqual((yield* visitor.post(at("owners"), body)).status, 303)
      yield* fill("about", { "a.kind": "company" })
      assert.strictEqual(valueOf((yield* visitor.get(at("owners"))).text, "a.owner.0.who"), "Bo")
    }),
  )

  it.effect(
    "a repeated group: shown as often as it must be, added to and taken from, each instance with its errors",
    () =>
      Effect.gen(function* () {
        const { visitor, at, fill, current } = yield* begin()
        yield* fill("about", { "a.kind": "company" })
        const path = at("owners")
        const first = Visitor.seen((yield* visitor.get(path)).text)
        assert.match(first, /<legend class="label">Owner <span data-number>1<\/span><\/legend>/)
        assert.notInclude(first, "take:owner.0")
        const added = yield* fill("owners", { "a.owner.0.who": "Ann" }, ["action", "add:owner"])
        assert.strictEqual(added.location, `${path}#c-owner.1.who`)
        yield* fill("owners", { "a.owner.1.who": "Bo", "a.owner.1.share": "many" }, ["action", "add:owner"])
        const full = Visitor.seen((yield* visitor.get(path)).text)
        assert.notInclude(full, `value="add:owner"`)
        assert.strictEqual((yield* fill("owners", {}, ["action", "add:owner"])).status, 303)
        assert.strictEqual(((yield* current).answers["owner"] as ReadonlyArray<unknown>).length, 3)

        const wrong = words((yield* fill("owners")).text)
        assert.include(wrong, "Please check 2 answers Owner 2: Share of Bo Enter a number, with digits only.")
        assert.include(wrong, "Owner 3: Name Enter an answer.")

        const taken = yield* fill("owners", {}, ["action", "take:owner.2"])
        assert.strictEqual(taken.location, `${path}#c-owner.1.who`)
        yield* fill("owners", {}, ["action", "take:owner.0"])
        const { answers } = yield* current
        assert.deepStrictEqual(answers["owner"], [{ who: "Bo", share: "many", role: "" }])
        // buttons of other groups, other sections and no group at all move nothing
        for (const press of [
          "add:who",
          "take:owner",
          "take:owner.9",
          "add:__proto__",
          "add:",
          "take:owner.0.who",
          "add:name",
        ]) {
          yield* fill("owners", {}, ["action", press])
          assert.deepStrictEqual((yield* current).answers["owner"], answers["owner"], press)
        }
      }),
  )

  it.effect(
    "inside an instance conditions, options and placeholders mean that instance, in groups within groups too",
    () =>
      Effect.gen(function* () {
        const { visitor, at, fill, current } = yield* begin()
        yield* fill("about", { "a.kind": "company" })
        const owners = {
          "a.owner.0.who": "Ann",
          "a.owner.0.share": "60",
          "a.owner.1.who": "Bo <b>",
          "a.owner.1.share": "10",
        }
        yield* fill("owners", {}, ["action", "add:owner"])
        const back = yield* fill("owners", owners)
        const told = yield* visitor.get(back.location)
        assert.include(words(told.text), "Owner 1: Owner since")
        assert.notInclude(words(told.text), "Owner 2: Owner since")
        assert.include(words(told.text), "Share of Bo <b> (optional)")
        assert.include(words(told.text), "Shares so far: 70 %")
        assert.notInclude(told.text, "<b>")
        assert.notMatch(Visitor.seen(told.text), /name="a\.owner\.0\.role"\s+value="silent"/)
        assert.match(told.text, /name="a\.owner\.1\.role"\s+value="silent"/)
        yield* fill("owners", {}, ["action", "add:owner.0.home"])
        const nested = { "a.owner.0.home.0.land": "Norway", "a.owner.0.since.day": "1 May 2020" }
        assert.strictEqual((yield* fill("owners", nested)).location, at("papers"))
        assert.deepStrictEqual((yield* current).answers["owner"], [
          { who: "Ann", share: 60, role: "", since: "2020-05-01", home: [{ land: "Norway" }] },
          { who: "Bo <b>", share: 10, role: "" },
        ])
        yield* fill("owners", {}, ["action", "take:owner.0.home.0"])
        const [ann] = (yield* current).answers["owner"] as ReadonlyArray<Record<string, unknown>>
        assert.deepStrictEqual(ann?.["home"] ?? [], [])
      }),
  )

  it.effect("a form cannot make more instances than there may be, nor lose those that it does not show", () =>
    Effect.gen(function* () {
      const { visitor, at, fill, current } = yield* begin()
      yield* fill("about", { "a.kind": "company" })
      yield* fill("owners", { "a.owner.0.who": "Ann" }, ["action", "add:owner"])
      const page = yield* visitor.get(at("owners"))
      const send = Effect.fnUntraced(function* (fields: ReadonlyArray<readonly [string, string]>) {
        const body = new FormData()
        for (const name of ["csrf", "revision"]) body.append(name, Visitor.hidden(page.text, name))
        for (const [name, value] of fields) body.append(name, value)
        return yield* visitor.post(at("owners"), body)
      })
      yield* send([
        ["a.owner", "0"],
        ["a.owner", "99999"],
        ["a.owner", "-1"],
        ["a.owner", "x"],
        ["a.owner.0.who", "Eve"],
      ])
      assert.deepStrictEqual(((yield* current).answers["owner"] as ReadonlyArray<unknown>).length, 2)
      yield* send([["a.owner.1.who", "nobody said that this one is here"]])
      assert.notInclude(JSON.stringify((yield* current).answers), "nobody")
      yield* send([
        ["a.owner", "0"],
        ["a.owner.0.__proto__", "x"],
        ["a.__proto__", "x"],
        ["a.owner.0.constructor.x", "x"],
      ])
      assert.deepInclude((yield* current).answers["owner"], { who: "Eve", share: "", role: "" })
    }),
  )

  it.effect("placeholders are filled and mean nothing as markup; the firm's documents stand under the question", () =>
    Effect.gen(function* () {
      const { visitor, at, fill, list } = yield* begin()
      yield* fill("about", { "a.name": "Ann" }, ["action", "list"])
      const name = `*Ann* <i> [x](https://evil.example) {{kind}}`
      yield* fill("about", { "a.name": name, "a.kind": "company" })
      const { text } = yield* visitor.get(at("about"))
      assert.include(words(text), `Welcome, ${name}.`)
      assert.include(words(text), `Read this , ${name}.`)
      assert.include(words(text), `VAT number of ${name}`)
      assert.notMatch(text, /<i>|href="https|<em>Ann/)
      assert.match(words(text), /Before you go on Read this , .*\. Terms 2027\.pdf 41.kB/)
      assert.notMatch(text, /<a[^>]*>Terms/)
      assert.include(words((yield* visitor.get(`${list}/review`)).text), `VAT number of ${name}`)
    }),
  )

  it.effect("a question that is not on the page keeps its answer, ticked boxes too", () =>
    Effect.gen(function* () {
      const { visitor, at, current, fill } = yield* begin()
      yield* fill("money", { "a.agree": "yes", "a.income": "5" })
      const page = yield* visitor.get(at("money"))
      const body = new FormData()
      for (const name of ["csrf", "revision"]) body.append(name, Visitor.hidden(page.text, name))
      body.append("a.income", "6")
      yield* visitor.post(at("money"), body)
      assert.deepInclude((yield* current).answers, { agree: true, income: 6 })
    }),
  )

  it.effect("answers are read by the day on which they were submitted, whatever day it is", () =>
    Effect.gen(function* () {
      const definition = {
        ...questionnaire,
        id: "days",
        conditions: {},
        ends: [],
        sections: [
          {
            id: "only",
            title: "Only",
            items: [
              { id: "due", type: "date", label: "Due", required: true },
              {
                id: "soon",
                type: "text",
                label: "Why so soon?",
                when: { lte: [{ answer: "due" }, { context: "today" }] },
              },
            ],
          },
        ],
      }
      const { visitor, list, fill, current } = yield* begin("en", definition)
      const today = new Date(yield* Effect.sync(() => Date.now()))
      const tomorrow = new Date(today.getTime() + 86_400_000)
      const fields = (day: Date) => ({
        "a.due.day": String(day.getUTCDate()),
        "a.due.month": String(day.getUTCMonth() + 1),
        "a.due.year": String(day.getUTCFullYear()),
      })
      // two days hence it is not asked, wherever the firm is
      assert.include((yield* fill("only", fields(new Date(tomorrow.getTime() + 86_400_000)))).location, "/review")
      yield* fill("only", fields(new Date(today.getTime() - 86_400_000)))
      yield* fill("only", { "a.soon": "In a hurry" })
      yield* visitor.finish(list)
      TestFirm.clock.pass(0)
      const { answers, context, request } = yield* current
      assert.deepInclude(answers, { soon: "In a hurry" })
      assert.deepStrictEqual(context, {
        today: new Intl.DateTimeFormat("sv", { timeZone: "Europe/Stockholm" }).format(request.submission?.at),
      })
    }),
  )
})
