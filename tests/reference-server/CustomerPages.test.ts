// The way of one customer through the pages: arrival, sections, answers, review, the end. Over HTTP, without JavaScript.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { RequestPolicy } from "@requite/core"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { recipient } from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { heading, pdf, words } from "./CustomerPagesVisitor.ts"

const overview = Effect.fnUntraced(function* ({ member, request }: Effect.Success<ReturnType<typeof Visitor.arrange>>) {
  const requests = yield* ClientRequests
  return (yield* requests.overview(member.workspaceId, request.id)).current
})

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })("the customer's pages", (it) => {
  it.effect(
    "P21 S15 S16: the link shows who asks for what until when, and changes nothing however often it is fetched",
    () =>
      Effect.gen(function* () {
        const { token } = yield* Visitor.arrange({ title: "Company check", description: "Have your *papers* at hand." })
        const visitor = yield* Visitor.visitor
        const before = yield* Visitor.stored
        const page = yield* visitor.get(`/r/${token}`)
        assert.strictEqual(page.status, 200)
        const shown = words(page.text)
        for (const part of [
          "Fresh Ltd asks you for Company check",
          "Have your papers at hand.",
          "6 questions and 2 documents, about 10 minutes",
          "Please answer by Saturday, 27 March 2027",
          "It stays open until",
          "Start",
        ]) {
          assert.include(shown, part)
        }
        assert.strictEqual(page.text.match(/class="primary"/g)?.length, 1)
        assert.include(page.text, `<form method="post" action="/r/${token}">`)
        assert.notMatch(page.text, /<script|http-equiv|onload/i)
        const scanners = [
          "GoogleImageProxy",
          "Mozilla/5.0 (compatible; Barracuda)",
          "Microsoft Office Outlook",
          "curl/8",
        ]
        for (let round = 0; round < 50; round++) {
          const agent = { "user-agent": scanners[round % 4] ?? "" }
          const headers = round < 25 ? agent : { ...agent, "sec-purpose": "prefetch" }
          const answer = yield* visitor.request(`/r/${token}`, { method: round % 2 === 0 ? "GET" : "HEAD", headers })
          assert.strictEqual(answer.status, round < 25 ? 200 : 204)
          assert.deepStrictEqual(answer.headers.getSetCookie(), [])
        }
        assert.strictEqual(yield* Visitor.stored, before)
      }),
  )

  it.effect("S10 S37: Start opens a session in a cookie and leads away from the token", () =>
    Effect.gen(function* () {
      const { token } = yield* Visitor.arrange()
      const visitor = yield* Visitor.visitor
      visitor.cookies.set("rq-mine", "chosen-by-somebody-else")
      const answer = yield* visitor.post(`/r/${token}`, new URLSearchParams())
      assert.strictEqual(answer.status, 303)
      assert.match(answer.location, /^\/q\/[A-Za-z0-9_-]{16}$/)
      const set = answer.headers.getSetCookie()
      const [cookie = "", ...more] = set.filter((one) => !one.startsWith("rq-device="))
      assert.deepStrictEqual(more, [])
      assert.match(cookie, /^rq-[A-Za-z0-9_-]{16}=[A-Za-z0-9_-]{43}; /)
      for (const part of ["HttpOnly", "SameSite=Lax", "Path=/"]) assert.include(cookie, part)
      const list = yield* visitor.get(answer.location)
      assert.strictEqual(list.status, 200)
      assert.notInclude(list.text, token)
    }),
  )

  it.effect("P21 P23: the sections are a row each with its state, and what is missing is named and linked", () =>
    Effect.gen(function* () {
      const { token } = yield* Visitor.arrange()
      const visitor = yield* Visitor.visitor
      const list = yield* visitor.start(token)
      const first = yield* visitor.get(list)
      assert.match(
        words(first.text),
        /0 of 3 done About you 3 questions To do Choices 3 questions To do Papers 2 documents/,
      )
      assert.include(words(first.text), "3 questions still need an answer")
      for (const [section, question] of [
        ["about", "name"],
        ["choices", "one"],
        ["papers", "passport"],
      ]) {
        assert.include(first.text, `href="${list}/sections/${section}#q-${question}"`)
        const there = yield* visitor.get(`${list}/sections/${section}`)
        assert.include(there.text, `id="q-${question}"`)
      }
      const next = yield* visitor.fill(`${list}/sections/about`, { fields: { "a.name": "Ann" } })
      assert.strictEqual(next.status, 303)
      assert.strictEqual(next.location, `${list}/sections/choices`)
      yield* visitor.fill(next.location, { fields: { "a.many": ["cat"] }, press: ["action", "list"] })
      const second = words((yield* visitor.get(list)).text)
      assert.match(
        second,
        /1 of 3 done Saved just now About you 3 questions Done Choices 1 of 3 answered Started Papers/,
      )
      assert.include(second, "2 questions still need an answer Pick one Passport")
    }),
  )

  it.effect("a wrong answer comes back with its sentence, in a summary that takes the focus, and all others kept", () =>
    Effect.gen(function* () {
      const arranged = yield* Visitor.arrange()
      const visitor = yield* Visitor.visitor
      const list = yield* visitor.start(arranged.token)
      const name = `"><script>alert(1)</script>`
      const answer = yield* visitor.fill(`${list}/sections/about`, {
        fields: { "a.name": name, "a.mail": "ann.example.com", "a.story": "\r\n<b>Once</b>\r\nupon" },
      })
      assert.strictEqual(answer.status, 422)
      assert.match(answer.text, /<title>Please check: About you/)
      assert.match(answer.text, /role="alert"[^>]*tabindex="-1" autofocus/)
      assert.include(
        words(answer.text),
        "Please check 1 answer Your e-mail Enter an e-mail address like name@example.com.",
      )
      assert.include(answer.text, `<a href="#c-mail">`)
      assert.match(answer.text, /<input[^>]*id="c-mail"[^>]*aria-describedby="h-mail e-mail"[^>]*aria-invalid="true"/)
      assert.include(answer.text, `id="e-mail"`)
      assert.notInclude(answer.text, "<script>")
      assert.include(answer.text, `value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"`)
      assert.include(answer.text, "\n\n&lt;b&gt;Once&lt;/b&gt;\nupon</textarea>")
      assert.include(answer.text, "We <strong>write</strong> rarely.")
      // it is saved all the same, as it was typed
      const saved = { name, mail: "ann.example.com", story: "\n<b>Once</b>\nupon" }
      assert.deepInclude((yield* overview(arranged)).answers, saved)
      const again = yield* visitor.get(`${list}/sections/about`)
      assert.strictEqual(again.status, 200)
      assert.include(again.text, `value="ann.example.com"`)
      assert.notInclude(again.text, "autofocus")
      assert.include(words(again.text), "Enter an e-mail address like")
    }),
  )

  it.effect("a missing answer is told once, with a way on; nothing that was given is lost", () =>
    Effect.gen(function* () {
      const arranged = yield* Visitor.arrange()
      const visitor = yield* Visitor.visitor
      const list = yield* visitor.start(arranged.token)
      const path = `${list}/sections/choices`
      assert.notInclude((yield* visitor.get(path)).text, `value="skip"`)
      const told = yield* visitor.fill(path, { fields: { "a.many": ["dog", "cat"], "a.long": "v7" } })
      assert.strictEqual(told.status, 422)
      assert.include(words(told.text), "1 question still needs an answer Pick one Choose one.")
      assert.match(told.text, /value="skip">\s*Skip for now/)
      assert.match(told.text, /value="dog"\s+checked/)
      assert.match(told.text, /<option value="v7" selected/)
      const on = yield* visitor.fill(path, { fields: { "a.many": ["dog"] }, press: ["action", "skip"] })
      assert.strictEqual(on.location, `${list}/sections/papers`)
      const { answers, visited } = yield* overview(arranged)
      assert.deepStrictEqual([answers["many"], answers["one"] ?? "", visited], [["dog"], "", ["choices"]])
    }),
  )

  it.effect("choices: an option, several, one from a long list, and Other in one's own words", () =>
    Effect.gen(function* () {
      const arranged = yield* Visitor.arrange()
      const visitor = yield* Visitor.visitor
      const list = yield* visitor.start(arranged.token)
      const path = `${list}/sections/choices`
      const given = Effect.map(overview(arranged), ({ answers: { one, many } }) => ({ one, many }))
      yield* visitor.fill(path, { fields: { "a.one": "red", "a.one.other": "green", "a.many": ["cat", "dog"] } })
      assert.deepStrictEqual(yield* given, { one: "red", many: ["cat", "dog"] })
      const wordless = yield* visitor.fill(path, { fields: { "a.one": "+other", "a.one.other": " " } })
      assert.include(words(wordless.text), "Write your answer in the field under “Other”.")
      yield* visitor.fill(path, { fields: { "a.one": "+other", "a.one.other": "green", "a.many": [] } })
      assert.deepStrictEqual(yield* given, { one: { other: "green" }, many: [] })
      const page = yield* visitor.get(path)
      assert.match(page.text, /value="\+other"\s+checked/)
      assert.match(page.text, /name="a\.one\.other"\s+value="green"/)
      yield* visitor.fill(path, { fields: { "a.one": [], "a.one.other": "teal" } })
      assert.deepStrictEqual((yield* given).one, { other: "teal" })
      // what no page of ours offers is not kept
      const forged = yield* visitor.fill(path, { fields: { "a.one": "purple" } })
      assert.strictEqual(forged.status, 422)
      assert.deepStrictEqual((yield* given).one, { other: "teal" })
    }),
  )

  it.effect("P24 P25 S50: all done, looked through, finished: “Data successfully submitted”, with a receipt", () =>
    Effect.gen(function* () {
      const arranged = yield* Visitor.arrange({ title: "Company check" })
      const visitor = yield* Visitor.visitor
      const list = yield* visitor.start(arranged.token)
      yield* visitor.fill(`${list}/sections/about`, { fields: { "a.name": "Ann" } })

      const early = yield* visitor.finish(list)
      assert.strictEqual(early.status, 422)
      assert.include(words(early.text), "2 questions still need an answer Pick one Choose one. Passport Add a file.")
      assert.include(early.text, `<a href="${list}/sections/papers#q-passport">`)
      assert.strictEqual((yield* overview(arranged)).request.state, "WaitingForCustomer")

      yield* visitor.fill(`${list}/sections/choices`, { fields: { "a.one": "blue", "a.many": ["cat", "dog"] } })
      const last = yield* visitor.fill(`${list}/sections/papers`, { files: { "f.passport": [pdf("my passport.pdf")] } })
      assert.strictEqual(last.location, `${list}/review`)
      assert.include(words((yield* visitor.get(list)).text), "3 of 3 done")
      const review = yield* visitor.get(`${list}/review`)
      for (const part of ["Your name Ann Change", "Pick one Blue", "Pick some Cat Dog", "my passport.pdf"]) {
        assert.include(words(review.text), part)
      }
      assert.match(words(review.text), /Your e-mail No answer Answer/)

      const finished = yield* visitor.finish(list)
      assert.strictEqual(finished.status, 303)
      assert.strictEqual(finished.location, `${list}/done`)
      const done = yield* visitor.get(`${list}/done`)
      const { request, answers } = yield* overview(arranged)
      assert.match(done.text, /<h1>\s*Data successfully submitted\s*<\/h1>/)
      for (const part of [
        "Company check",
        "Fresh Ltd has received it",
        request.submission?.id,
        request.submission?.digest,
      ]) {
        assert.include(words(done.text), part ?? "nothing")
      }
      const [file] = answers["passport"] as ReadonlyArray<{ readonly sha256: string }>
      assert.include(words(done.text), file?.sha256 ?? "nothing")
      assert.strictEqual((yield* visitor.get(`${list}/done`)).status, 200)

      // Back and a second press of Finish lead to the receipt; the link, and every other browser, to the dead end
      assert.strictEqual((yield* visitor.get(`${list}/review`)).location, `${list}/done`)
      const twice = yield* visitor.post(`${list}/submit`, new URLSearchParams({ csrf: "x", revision: "1" }))
      assert.strictEqual(twice.location, `${list}/done`)
      const other = yield* Visitor.visitor
      for (const path of [`${list}/done`, list, `/r/${arranged.token}`]) {
        const answer = yield* other.get(path)
        assert.deepStrictEqual([answer.status, heading(answer.text)], [410, "This request has expired."])
      }
    }),
  )

  it.effect("S19: until a session is opened no answer is shown; in a session of its own it is", () =>
    Effect.gen(function* () {
      const { token } = yield* Visitor.arrange()
      const first = yield* Visitor.visitor
      const list = yield* first.start(token)
      yield* first.fill(`${list}/sections/about`, { fields: { "a.name": "Annabel Secret" } })
      const second = yield* Visitor.visitor
      // the same device, in a session of its own
      second.cookies.set("rq-device", first.cookies.get("rq-device") ?? "")
      assert.notInclude((yield* second.get(`/r/${token}`)).text, "Annabel")
      assert.strictEqual((yield* second.get(`${list}/sections/about`)).status, 410)
      const mine = yield* second.start(token)
      assert.notStrictEqual(mine, list)
      assert.include((yield* second.get(`${mine}/sections/about`)).text, "Annabel Secret")
    }),
  )

  it.effect("L10 L11: until the first answer the firm may ask something else, however often the link was opened", () =>
    Effect.gen(function* () {
      const { token, member, request } = yield* Visitor.arrange({}, undefined, RequestPolicy.taxdome)
      const visitor = yield* Visitor.visitor
      const requests = yield* ClientRequests
      const questionnaires = yield* Questionnaires
      const reworded = Effect.fnUntraced(function* (version: number, label: string) {
        const [first, ...rest] = Visitor.questionnaire.sections
        const items = first?.items.map((item) => (item.id === "name" ? { ...item, label } : item))
        const definition = { ...Visitor.questionnaire, version, sections: [{ ...first, items }, ...rest] }
        const { stored } = yield* questionnaires.add(member.workspaceId, JSON.stringify(definition))
        return yield* requests.edit(member, request.id, { questionnaire: stored.ref }, yield* Visitor.uuid)
      })
      yield* visitor.get(`/r/${token}`)
      const edited = yield* reworded(2, "Your full name")
      assert.deepStrictEqual([edited.state, edited.revision], ["Pending", 2])
      const list = yield* visitor.start(token)
      const page = yield* visitor.get(`${list}/sections/about`)
      assert.include(words(page.text), "Your full name")
      assert.include(page.text, `name="revision" value="2"`)

      yield* visitor.fill(`${list}/sections/about`, { fields: { "a.name": "Ann" } })
      const refusal = yield* Effect.flip(reworded(3, "Name"))
      assert.deepStrictEqual(
        refusal._tag === "Refusal" ? [refusal.state, refusal.reasons.map(({ code }) => code)] : refusal,
        ["WaitingForCustomer", ["structure-frozen"]],
      )
    }),
  )

  it.effect("L12: questions that the firm has changed meanwhile are shown as they are now, with what was typed", () =>
    Effect.gen(function* () {
      const arranged = yield* Visitor.arrange()
      const visitor = yield* Visitor.visitor
      const list = yield* visitor.start(arranged.token)
      const before = yield* visitor.get(`${list}/sections/about`)
      const requests = yield* ClientRequests
      yield* requests.edit(arranged.member, arranged.request.id, { title: "Another title" }, yield* Visitor.uuid)
      const body = new FormData()
      for (const name of ["csrf", "revision"]) body.append(name, Visitor.hidden(before.text, name))
      body.append("a.name", "Ann")
      const answer = yield* visitor.post(`${list}/sections/about`, body)
      assert.strictEqual(answer.status, 409)
      assert.include(words(answer.text), "Fresh Ltd has changed the questions")
      assert.include(answer.text, `value="Ann"`)
      assert.include(answer.text, `name="revision" value="2"`)
      const submit = yield* visitor.post(
        `${list}/submit`,
        new URLSearchParams({ csrf: Visitor.hidden(before.text, "csrf"), revision: "1" }),
      )
      assert.strictEqual(submit.status, 409)
      assert.strictEqual((yield* visitor.fill(`${list}/sections/about`, { fields: { "a.name": "Ann" } })).status, 303)
    }),
  )

  it.effect("K42: what another tab saves while a form is on its way is neither written over nor hidden", () =>
    Effect.gen(function* () {
      const arranged = yield* Visitor.arrange()
      const visitor = yield* Visitor.visitor
      const here = `${yield* visitor.start(arranged.token)}/sections/about`
      const answers = Effect.map(overview(arranged), (current) => current.answers)
      const first = yield* visitor.get(here)
      yield* visitor.post(here, Visitor.bodyOf(first, { "a.name": "Ann", "a.mail": "a@customer.example" }))
      const older = yield* visitor.get(here)
      // on a slow line the rest of the form comes only after the other tab has saved
      const sent = new Response(Visitor.bodyOf(older, { "a.story": "Once" }))
      const bytes = new Uint8Array(yield* Effect.promise(() => sent.arrayBuffer()))
      let release = () => {}
      const held = new Promise<void>((resolve) => (release = resolve))
      let begun = () => {}
      const isBegun = new Promise<void>((resolve) => (begun = resolve))
      const body = new ReadableStream<Uint8Array>({
        start: (to) => to.enqueue(bytes.subarray(0, 200)),
        pull: async (to) => {
          begun()
          await held
          to.enqueue(bytes.subarray(200))
          to.close()
        },
      })
      const type = sent.headers.get("content-type") ?? ""
      const init = { method: "POST", body, duplex: "half", headers: { "content-type": type } } as const
      const slow = yield* Effect.forkChild(visitor.request(here, init))
      yield* Effect.promise(() => isBegun)
      const newer = { "a.name": "Bo", "a.mail": "b@customer.example" }
      assert.strictEqual((yield* visitor.post(here, Visitor.bodyOf(older, newer))).status, 303)
      release()
      const back = yield* Fiber.join(slow)
      assert.deepInclude(yield* answers, { name: "Bo", mail: "b@customer.example", story: "Once" })
      // it showed something else: that is not gone on with silently
      assert.strictEqual(back.status, 409)
      assert.match(
        Visitor.words(back.text),
        /Something on this page was saved differently meanwhile .* Your name Your e-mail /,
      )
      assert.match(back.text, /value="b@customer\.example"/)
      assert.match(back.text, /<a href="#c-mail">/)
      assert.strictEqual((yield* visitor.post(here, Visitor.bodyOf(back, {}))).status, 303)
      // corrected back to what the page showed, after the answer to what was sent first was lost
      yield* visitor.post(here, Visitor.bodyOf(back, { "a.mail": "c@customer.example" }))
      const again = yield* visitor.post(here, Visitor.bodyOf(back, {}))
      assert.strictEqual(again.status, 409)
      assert.match(again.text, /value="c@customer\.example"/)
      // not saved, because the questions are others by now: it shows what is stored, and says which versions it shows
      const stale = yield* visitor.post(here, Visitor.bodyOf(back, { revision: "0", "a.story": "Twice" }))
      assert.strictEqual(stale.status, 409)
      assert.match(stale.text, /value="c@customer\.example"/)
      assert.strictEqual(Visitor.hidden(stale.text, "v.mail"), Visitor.hidden(again.text, "v.mail"))
      assert.strictEqual(Visitor.hidden(stale.text, "v.story"), Visitor.hidden(back.text, "v.story"))
      assert.deepInclude(yield* answers, { mail: "c@customer.example", story: "Once" })
    }),
  )

  it.effect(
    "the recipient's language comes first: Spanish and Swedish pages, dates and states; the browser's is next",
    () =>
      Effect.gen(function* () {
        const spanish = recipient("", { name: "Carla", language: "es-MX" })
        const { token } = yield* Visitor.arrange({ recipients: [spanish] })
        const visitor = yield* Visitor.visitor
        visitor.speak("sv")
        const arrival = yield* visitor.get(`/r/${token}`)
        assert.include(arrival.text, `<html lang="es" dir="ltr"`)
        assert.include(words(arrival.text), "sábado, 27 de marzo de 2027")
        const list = yield* visitor.start(token)
        assert.match(words((yield* visitor.get(list)).text), /0 de 3 hechas Sobre usted 3 preguntas Pendiente/)
        // what the author wrote in English only says so
        const section = yield* visitor.get(`${list}/sections/about`)
        assert.include(section.text, `<span lang="en" dir="ltr">Your name</span>`)

        const unknown = yield* Visitor.arrange({ recipients: [recipient("", { name: "", language: "fi" })] })
        assert.include((yield* visitor.get(`/r/${unknown.token}`)).text, `<html lang="sv" dir="ltr"`)
      }),
  )
})
