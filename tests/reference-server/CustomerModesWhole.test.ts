// A request that keeps nothing before the end (PassFort): one page, and Finish. Over HTTP, without JavaScript.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { fieldsOf, hidden, pdf, words } from "./CustomerPagesVisitor.ts"

const begin = Effect.fnUntraced(function* (
  definition?: unknown,
  policy: RequestPolicy.RequestPolicy = RequestPolicy.passfort,
) {
  const arranged = yield* Visitor.arrange({ title: "Company check" }, definition, policy)
  const visitor = yield* Visitor.visitor
  const list = yield* visitor.start(arranged.token)
  const requests = yield* ClientRequests
  const overview = Effect.map(
    requests.overview(arranged.member.workspaceId, arranged.request.id),
    ({ current }) => current,
  )
  const finish = (sending: Visitor.Sending) => visitor.fill(list, { press: ["action", "finish"], ...sending })
  return { ...arranged, visitor, list, overview, finish }
})

/** How many rows tell of what was typed. */
const draftRows = Effect.fnUntraced(function* (requestId: string) {
  const sql = yield* SqlClient.SqlClient
  return (yield* sql`SELECT 1 FROM answers WHERE request_id = ${requestId}`).length
})

const valueOf = (page: string, name: string) => fieldsOf(page).find((field) => field.name === name)?.value

const all = { "a.name": "Ann", "a.mail": "ann@customer.example", "a.one": "red", "a.many": ["cat", "dog"] }

interface Checked {
  readonly left: ReadonlyArray<string>
  readonly done: ReadonlyArray<string>
  readonly changed: boolean
}

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })("a request that keeps nothing", (it) => {
  it.effect("P21 P23 P24 P25 L07: one page with a part for each section; Finish, and it is submitted", () =>
    Effect.gen(function* () {
      const { visitor, list, overview, finish } = yield* begin()
      const page = yield* visitor.get(list)
      assert.strictEqual(page.text.match(/<details\s+class="part/g)?.length, 3)
      assert.match(
        words(page.text),
        /About you 3 questions To do .* Choices 3 questions To do .* Papers 2 documents To do/,
      )
      assert.include(words(page.text), "Nothing is kept before you finish")
      // there is no other page: addresses of sections and of the review lead here
      for (const path of [`${list}/sections/about`, `${list}/review`]) {
        assert.deepStrictEqual([(yield* visitor.get(path)).status, (yield* visitor.get(path)).location], [303, list])
      }
      const finished = yield* finish({ fields: all, files: { "f.passport": [pdf("passport.pdf")] } })
      assert.deepStrictEqual([finished.status, finished.location], [303, `${list}/done`])
      assert.include(words((yield* visitor.get(finished.location)).text), "Data successfully submitted")
      const { request, answers } = yield* overview
      assert.strictEqual(request.state, "Submitted")
      assert.deepStrictEqual(
        request.files.map(({ name, question }) => [name, question]),
        [["passport.pdf", "passport"]],
      )
      assert.deepStrictEqual([answers["name"], answers["one"], answers["many"]], ["Ann", "red", ["cat", "dog"]])
      // a second press, or Back and reload: here is the receipt
      assert.strictEqual((yield* visitor.get(list)).location, `${list}/done`)
    }),
  )

  it.effect("P24 P26 L05: a Finish with something missing comes back with all that was typed, and stores nothing", () =>
    Effect.gen(function* () {
      const { visitor, list, overview, finish, request } = yield* begin()
      const typed = { "a.name": "Ann", "a.mail": "ann.example", "a.story": "\r\nOnce\r\nupon", "a.many": ["dog"] }
      const answer = yield* finish({ fields: typed })
      assert.strictEqual(answer.status, 422)
      assert.include(words(answer.text), "Please check 3 answers")
      for (const place of ["c-mail", "c-one", "c-passport"]) assert.include(answer.text, `href="#${place}"`)
      assert.match(answer.text, /role="alert"[^>]*tabindex="-1" autofocus/)
      assert.strictEqual(valueOf(answer.text, "a.name"), "Ann")
      assert.strictEqual(valueOf(answer.text, "a.mail"), "ann.example")
      assert.match(answer.text, /name="a.many"\s+value="dog"\s+checked/)
      // the parts in which something is missing are open
      for (const id of ["about", "choices", "papers"]) assert.match(answer.text, new RegExp(`id="s-${id}"\\s+open`))
      assert.strictEqual((yield* overview).request.state, "WaitingForCustomer")
      assert.strictEqual((yield* overview).request.startedAt, null)
      assert.strictEqual(yield* draftRows(request.id), 0)
      assert.notInclude(yield* Visitor.stored, "ann.example")
      // P26: loaded again it is empty
      const again = yield* visitor.get(list)
      assert.strictEqual(valueOf(again.text, "a.name"), "")
      assert.notMatch(again.text, /<input[^>]*\schecked/)
    }),
  )

  it.effect("L05: the door refuses it, too, and names what is missing in the second section", () =>
    Effect.gen(function* () {
      const { request } = yield* begin()
      const requests = yield* ClientRequests
      const customer = yield* TestFirm.customerOf(request)
      const answers = { name: "Ann" }
      const refusal = yield* Effect.flip(requests.finish(customer, { revision: 1, answers }, yield* Visitor.uuid))
      assert.strictEqual(refusal._tag, "Refusal")
      if (refusal._tag !== "Refusal") return
      assert.deepStrictEqual(
        refusal.reasons.map(({ code, about }) => [code, about]),
        [["incomplete", ["one", "passport"]]],
      )
      assert.strictEqual(yield* draftRows(request.id), 0)
    }),
  )

  it.effect("L06: files of a failed Finish wait for the next one, are lost by a reload, and gone after a day", () =>
    Effect.gen(function* () {
      const { visitor, list, overview, request } = yield* begin()
      const uploads = yield* Uploads
      const before = new Set(TestFirm.blobs)
      const failed = yield* visitor.fill(list, {
        fields: { "a.name": "Ann" },
        files: { "f.passport": [pdf("one.pdf"), pdf("two.pdf")], "f.book": [pdf("book.pdf")] },
        press: ["action", "finish"],
      })
      assert.strictEqual(failed.status, 422)
      for (const name of ["one.pdf", "two.pdf", "book.pdf"]) assert.include(words(failed.text), name)
      assert.notInclude(failed.text, 'href="#c-passport"')
      assert.deepStrictEqual((yield* overview).request.files, [])
      const kept = [...failed.text.matchAll(/name="kept" value="([^"]+)"/g)].map(([, id = ""]) => id)
      assert.strictEqual(kept.length, 3)
      assert.strictEqual((yield* visitor.get(`${list}/files/${kept[0]}`)).status, 200)

      // somebody else's session cannot have them, by whatever id
      const other = yield* begin()
      assert.strictEqual((yield* other.visitor.get(`${other.list}/files/${kept[0]}`)).status, 410)
      const stolen = yield* other.finish({ fields: { ...all, kept } })
      assert.strictEqual(stolen.status, 422)
      assert.notInclude(stolen.text, "one.pdf")

      // one of them is taken away; what was typed stays
      const send = (fields: Record<string, string>) => {
        const body = new FormData()
        const own = fieldsOf(failed.text).filter(({ name }) => !Object.hasOwn(fields, name))
        for (const { name, value } of own) body.append(name, value)
        for (const [name, value] of Object.entries(fields)) body.append(name, value)
        return visitor.post(list, body)
      }
      const removed = yield* send({ remove: kept[1] ?? "" })
      assert.strictEqual(removed.status, 200)
      assert.include(removed.text, "one.pdf")
      assert.notInclude(removed.text, "two.pdf")
      assert.strictEqual(valueOf(removed.text, "a.name"), "Ann")

      const finished = yield* send({ "a.one": "blue", action: "finish" })
      assert.strictEqual(finished.status, 303)
      const { files } = (yield* overview).request
      assert.deepStrictEqual(
        files.map(({ name }) => name),
        ["one.pdf", "book.pdf"],
      )

      // and who never finishes leaves nothing behind
      const left = yield* begin()
      yield* left.finish({ files: { "f.passport": [pdf("left.pdf")] } })
      assert.notInclude((yield* left.visitor.get(left.list)).text, "left.pdf")
      const mine = () => [...TestFirm.blobs].filter((id) => !before.has(id))
      assert.strictEqual(mine().length, 3)
      const now = Date.now()
      yield* TestFirm.at(now + 86_000_000)(uploads.sweep)
      assert.strictEqual(mine().length, 3)
      yield* TestFirm.at(now + 86_500_000)(uploads.sweep)
      assert.deepStrictEqual(mine().sort(), files.map(({ id }) => id).sort())
      assert.strictEqual(yield* draftRows(request.id), 0)
    }),
  )

  it.effect("S59: more files than a question takes are told, and the first ones kept", () =>
    Effect.gen(function* () {
      const { finish } = yield* begin()
      const files = { "f.passport": [pdf("1.pdf"), pdf("2.pdf"), pdf("3.pdf")], "f.book": [new File(["x"], "a.exe")] }
      const answer = yield* finish({ fields: all, files })
      assert.strictEqual(answer.status, 422)
      assert.match(answer.text, />1\.pdf<[^]*>2\.pdf</)
      assert.notMatch(answer.text, />3\.pdf</)
      assert.include(words(answer.text), "Please check 2 answers")
      assert.include(words(answer.text), "“a.exe” is of a type that cannot be taken here.")
    }),
  )

  it.effect("L10 L12: questions that the firm has changed meanwhile are shown with what was typed", () =>
    Effect.gen(function* () {
      const policy = { ...RequestPolicy.passfort, waitingBegins: "on-start" } as const
      const { visitor, list, member, request, overview } = yield* begin(undefined, policy)
      const page = yield* visitor.get(list)
      const body = new FormData()
      const typed: Record<string, string> = { "a.name": "Ann", "a.story": "Long" }
      for (const { name, value } of fieldsOf(page.text)) body.append(name, typed[name] ?? value)
      body.append("action", "finish")
      const requests = yield* ClientRequests
      const questionnaires = yield* Questionnaires
      const [first, ...rest] = Visitor.questionnaire.sections
      const changed = {
        ...Visitor.questionnaire,
        version: 2,
        sections: [{ ...first, items: first?.items.filter(({ id }) => id !== "story") }, ...rest],
      }
      const { stored } = yield* questionnaires.add(member.workspaceId, JSON.stringify(changed))
      yield* requests.edit(member, request.id, { questionnaire: stored.ref }, yield* Visitor.uuid)
      const answer = yield* visitor.post(list, body)
      assert.strictEqual(answer.status, 409)
      assert.include(words(answer.text), "Fresh Ltd has changed the questions")
      assert.strictEqual(valueOf(answer.text, "a.name"), "Ann")
      assert.notInclude(answer.text, "Your story")
      assert.strictEqual(hidden(answer.text, "revision"), "2")
      assert.strictEqual((yield* overview).request.state, "Pending")
    }),
  )

  it.effect("what answers bring up is shown before Finish takes them; what they take away is not sent", () =>
    Effect.gen(function* () {
      const definition = {
        ...Visitor.questionnaire,
        sections: [
          {
            id: "start",
            title: "Start",
            items: [
              {
                id: "kind",
                type: "choice",
                label: "You are",
                required: true,
                options: [
                  { value: "person", label: "A person" },
                  { value: "company", label: "A company" },
                ],
              },
              { id: "vat", type: "text", label: "VAT number", when: { eq: [{ answer: "kind" }, "company"] } },
            ],
          },
        ],
      }
      const { visitor, list, finish, overview } = yield* begin(definition)
      assert.include(words((yield* visitor.get(list)).text), "Show the questions that follow")
      const first = yield* finish({ fields: { "a.kind": "company" } })
      assert.strictEqual(first.status, 200)
      assert.include(words(first.text), "1 more question, because of your answers VAT number")
      assert.match(first.text, /name="a.kind"\s+value="company"\s+checked/)
      const body = new FormData()
      for (const { name, value } of fieldsOf(first.text)) body.append(name, name === "a.vat" ? "GB 1" : value)
      body.append("action", "finish")
      assert.strictEqual((yield* visitor.post(list, body)).status, 303)
      assert.deepStrictEqual((yield* overview).answers, { kind: "company", vat: "GB 1" })
    }),
  )

  it.effect("P24 S39: a script may ask what is missing; that stores nothing, and only our page may ask", () =>
    Effect.gen(function* () {
      const { visitor, list, request } = yield* begin()
      const page = yield* visitor.get(list)
      const ask = (fields: Record<string, string>, headers: Record<string, string> = {}) => {
        const body = new FormData()
        for (const { name, value } of fieldsOf(page.text)) if (!Object.hasOwn(fields, name)) body.append(name, value)
        for (const [name, value] of Object.entries({ ...fields, action: "check" })) body.append(name, value)
        return visitor.post(list, body, { accept: "application/json", ...headers })
      }
      const said = (answer: Visitor.Page) => JSON.parse(answer.text) as Checked
      const before = yield* Visitor.stored
      assert.deepStrictEqual(said(yield* ask({})), {
        left: ["about", "choices", "papers"],
        done: [],
        changed: false,
      })
      const some = yield* ask({ "a.name": "Ann", "a.one": "red" })
      assert.deepStrictEqual(said(some), { left: ["papers"], done: ["about", "choices"], changed: false })
      const chosen = yield* ask({ "a.name": "Ann", "a.one": "red", chosen: "passport" })
      assert.deepStrictEqual(said(chosen).left, [])
      assert.strictEqual((yield* ask({}, { "sec-fetch-site": "cross-site" })).status, 403)
      assert.strictEqual((yield* ask({ csrf: "x" })).status, 403)
      assert.strictEqual(yield* draftRows(request.id), 0)
      assert.strictEqual(yield* Visitor.stored, before)
      assert.notStrictEqual(hidden(page.text, "csrf"), "")
    }),
  )
})
