// The switch of languages on the customer's pages, without scripts: it keeps the page and what was typed, is remembered, and
// is the recipient's language from then on; the dead end says the same whatever was chosen before.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { fieldsOf, heading, hidden, words } from "./CustomerPagesVisitor.ts"

const languageOf = (page: string) => /<html lang="([^"]*)"/.exec(page)?.[1]
const valueOf = (page: string, name: string) => fieldsOf(page).find((field) => field.name === name)?.value

/** Sends what stands in the page's form, with changes, as a button of the switch does. */
const switchTo = (
  visitor: Effect.Success<typeof Visitor.visitor>,
  page: string,
  language: string,
  fields: Readonly<Record<string, string>> = {},
) => {
  const [, to = ""] = new RegExp(`<button[^>]*formaction="([^"]*lang=${language})"`).exec(page) ?? []
  const body = new FormData()
  for (const { name, value } of fieldsOf(page)) if (!Object.hasOwn(fields, name)) body.append(name, value)
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  return visitor.post(to.replaceAll("&amp;", "&"), body)
}

const definition = {
  ...Visitor.questionnaire,
  sections: [
    {
      id: "money",
      title: { en: "Money", es: "Dinero", sv: "Pengar" },
      items: [
        { id: "income", type: "number", label: { en: "Income", es: "Ingresos", sv: "Inkomst" } },
        { id: "second", type: "text", label: "E-mail", format: "email" },
      ],
    },
    ...Visitor.questionnaire.sections,
  ],
}

const begin = Effect.fnUntraced(function* (policy: RequestPolicy.RequestPolicy = RequestPolicy.standard) {
  const arranged = yield* Visitor.arrange({}, definition, policy)
  const visitor = yield* Visitor.visitor
  const requests = yield* ClientRequests
  const { workspaceId } = arranged.member
  const overview = requests.overview(workspaceId, arranged.request.id)
  const chosen = Effect.map(overview, ({ history }) =>
    history.flatMap(({ event }) => (event?.type === "LanguageChosen" ? [event] : [])),
  )
  return { ...arranged, visitor, overview, chosen }
})

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })("languages", (it) => {
  it.effect("M22 S15: a look in another language changes nothing; whoever then starts is written to in it", () =>
    Effect.gen(function* () {
      const { visitor, token, overview, chosen, request, member, address } = yield* begin()
      visitor.speak("en-GB,es-MX;q=0.4")
      const english = yield* visitor.get(`/r/${token}`)
      assert.strictEqual(languageOf(english.text), "en")
      assert.match(english.text, /<span lang="en" aria-current="true">English<\/span>/)
      assert.match(english.text, /<a href="\?lang=sv" lang="sv" hreflang="sv">Svenska<\/a>/)
      const spanish = yield* visitor.get(`/r/${token}?lang=es`)
      assert.strictEqual(languageOf(spanish.text), "es")
      assert.deepStrictEqual(yield* chosen, [])
      // it is remembered, and wins over what the firm and the browser say
      assert.strictEqual(languageOf((yield* visitor.get(`/r/${token}`)).text), "es")
      const list = yield* visitor.start(token)
      assert.include(words((yield* visitor.get(list)).text), "Dinero")
      const told = yield* chosen
      assert.deepStrictEqual(
        told.map(({ by, language }) => [by.kind, language]),
        [["customer", "es-MX"]],
      )
      // the next mail speaks it
      const requests = yield* ClientRequests
      const { details } = (yield* overview).current.request
      assert.strictEqual(details.recipients[0]?.language, "es-MX")
      assert.strictEqual(request.details.recipients[0]?.language, "en")
      yield* requests.resend(member, request.id, yield* Visitor.uuid)
      const mail = yield* TestFirm.eventually(
        Effect.sync(() => TestFirm.post.mails.filter(({ to }) => to.address === address)[1]),
      )
      assert.match(mail.html, /<html[^>]* lang="es/)
    }),
  )

  it.effect("M22 C10: on a section the switch saves what was typed, reads it as it was typed, and stays", () =>
    Effect.gen(function* () {
      const { visitor, token, overview, chosen } = yield* begin()
      const list = yield* visitor.start(token)
      const path = `${list}/sections/money`
      const page = yield* visitor.get(path)
      const sent = yield* switchTo(visitor, page.text, "es", { "a.income": "1,234.5", "a.second": "not yet a" })
      assert.deepStrictEqual([sent.status, sent.location], [303, path])
      const again = yield* visitor.get(path)
      assert.strictEqual(languageOf(again.text), "es")
      assert.strictEqual(heading(again.text), "Dinero")
      assert.strictEqual(valueOf(again.text, "a.income"), "1234,5")
      assert.strictEqual(valueOf(again.text, "a.second"), "not yet a")
      const { answers } = (yield* overview).current
      assert.deepStrictEqual([answers["income"], answers["second"]], [1234.5, "not yet a"])
      assert.deepStrictEqual(
        (yield* chosen).map(({ language }) => language),
        ["es"],
      )
      // Enter in a field is not the switch: an unseen button that goes on stands before it
      const [first = ""] = again.text.match(/<button[^>]*form="answers"[^>]*>/) ?? []
      assert.match(first, /class="unseen"[^>]*formaction="[^"]*\?action=next"/)
    }),
  )

  it.effect("M22: on a page without a form to lose, and back to it; only by its own form, and only to itself", () =>
    Effect.gen(function* () {
      const { visitor, token, chosen } = yield* begin()
      const list = yield* visitor.start(token)
      const review = yield* visitor.get(`${list}/review`)
      const csrf = hidden(review.text, "csrf")
      const press = (back: string, token = csrf, headers: Record<string, string> = {}) =>
        visitor.post(`${list}/language?lang=sv`, new URLSearchParams({ csrf: token, revision: "1", back }), headers)
      assert.strictEqual((yield* press(`${list}/review`, csrf, { "sec-fetch-site": "cross-site" })).status, 403)
      assert.deepStrictEqual(yield* chosen, [])
      assert.strictEqual((yield* press(`${list}/review`, "another")).status, 403)
      for (const back of ["https://elsewhere.example/", "//elsewhere.example", `${list}/../../x`, `${list}/a?b`]) {
        assert.strictEqual((yield* press(back)).location, list, back)
      }
      assert.strictEqual((yield* press(`${list}/review`)).location, `${list}/review`)
      assert.strictEqual(languageOf((yield* visitor.get(`${list}/review`)).text), "sv")
      assert.lengthOf(yield* chosen, 1)
    }),
  )

  it.effect("M22 L06: on the page that keeps nothing what was typed comes along, and is kept nowhere else", () =>
    Effect.gen(function* () {
      const { visitor, token, overview } = yield* begin(RequestPolicy.passfort)
      const list = yield* visitor.start(token)
      const page = yield* visitor.get(list)
      const shown = yield* switchTo(visitor, page.text, "sv", {
        "a.income": "1,234.5",
        "a.name": "Ann",
        "a.one": "red",
      })
      assert.strictEqual(shown.status, 200)
      assert.strictEqual(languageOf(shown.text), "sv")
      assert.strictEqual(valueOf(shown.text, "a.income"), "1234,5")
      assert.strictEqual(valueOf(shown.text, "a.name"), "Ann")
      assert.isTrue(fieldsOf(shown.text).some(({ name, value }) => name === "a.one" && value === "red"))
      assert.notInclude(JSON.stringify((yield* overview).current.answers), "Ann")
    }),
  )

  it.effect("M22 F1: on the page to upload to nobody is told that a file is missing", () =>
    Effect.gen(function* () {
      const { visitor, token } = yield* begin(RequestPolicy.fileRequest)
      const list = yield* visitor.start(token)
      const page = yield* visitor.get(list)
      const sent = yield* switchTo(visitor, page.text, "es")
      assert.deepStrictEqual([sent.status, sent.location], [303, list])
      assert.strictEqual(languageOf((yield* visitor.get(list)).text), "es")
    }),
  )

  it.effect("M22: words to the firm and to somebody else come along, and nothing is said or handed over", () =>
    Effect.gen(function* () {
      const { visitor, token, overview } = yield* begin({ ...RequestPolicy.standard, customerMayDelegate: "yes" })
      const list = yield* visitor.start(token)
      const switched = (path: string, fields: Record<string, string>) =>
        Effect.gen(function* () {
          const csrf = hidden((yield* visitor.get(path)).text, "csrf")
          const sent = yield* visitor.post(`${path}?action=stay&lang=sv`, new URLSearchParams({ csrf, ...fields }))
          assert.deepStrictEqual([sent.status, languageOf(sent.text)], [200, "sv"], path)
          for (const text of Object.values(fields)) assert.include(sent.text, text, path)
          return sent
        })
      yield* switched(`${list}/messages`, { item: "", text: "Which of the two?" })
      yield* switched(`${list}/pass-on`, { name: "Bo Else", email: "bo@customer.example", word: "Please do" })
      yield* switched(`${list}/not-mine`, { word: "I have moved" })
      const { history } = yield* overview
      const types = history.map(({ event }) => event?.type)
      for (const type of ["CommentAdded", "RequestDelegated", "RequestDisowned"] as const)
        assert.notInclude(types, type)
    }),
  )

  it.effect("S21 S47: the dead end heeds the address alone, keeps nothing, and is the same bytes for every cause", () =>
    Effect.gen(function* () {
      const { token, member, request } = yield* begin()
      const requests = yield* ClientRequests
      yield* requests.cancel(member, request.id, "", yield* Visitor.uuid)
      const alive = yield* begin()
      const visitor = yield* Visitor.visitor
      const stranger = yield* Visitor.visitor
      yield* visitor.get(`/r/${alive.token}?lang=sv`)
      assert.include([...visitor.cookies.values()], "sv")
      const whole = ({ status, headers, text }: Visitor.Page) =>
        JSON.stringify([status, [...headers].filter(([name]) => name !== "date"), text])
      const paths = [`/r/${token}`, "/r/x", "/q/AAAAAAAAAAAAAAAA", "/q/AAAAAAAAAAAAAAAA/submit", "/r/%zz"]
      for (const query of ["", "?lang=es", "?lang=xx", "?a=b&lang=sv"]) {
        const one = yield* stranger.get(`/r/y${query}`)
        assert.strictEqual(languageOf(one.text), /es|sv/.exec(query)?.[0] ?? "en")
        for (const path of paths) {
          assert.strictEqual(whole(yield* visitor.get(path + query)), whole(one), path + query)
          assert.strictEqual(whole(yield* stranger.get(path + query)), whole(one), path + query)
        }
      }
      assert.strictEqual(stranger.cookies.size, 0)
      // and so is the answer to who asks for a link, to be read in every language
      const sent = yield* stranger.post(`/r/${token}?send-access-link&lang=es`, new URLSearchParams())
      assert.deepStrictEqual([sent.status, languageOf(sent.text)], [200, "es"])
      const [, query = ""] = /href="(\?[^"]*lang=sv)"/.exec(sent.text) ?? []
      const swedish = yield* stranger.get(`/r/${token}${query.replace("&amp;", "&")}`)
      assert.deepStrictEqual([swedish.status, languageOf(swedish.text)], [200, "sv"])
      assert.strictEqual(whole(yield* stranger.get(`/r/unknown${query.replace("&amp;", "&")}`)), whole(swedish))
    }),
  )
})
