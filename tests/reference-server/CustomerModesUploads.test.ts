// The page to upload to (TaxDome file requests). Over HTTP, without JavaScript.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { heading, pdf, words } from "./CustomerPagesVisitor.ts"

const questionnaire = {
  format: 1,
  id: "files",
  version: 1,
  language: "en",
  title: "Documents",
  sections: [
    {
      id: "files",
      title: "Documents",
      items: [
        {
          id: "documents",
          type: "upload",
          label: "Your documents",
          accept: ["application/pdf", "image/*"],
          maxBytes: 100_000,
        },
      ],
    },
  ],
}

const begin = Effect.gen(function* () {
  const details = {
    title: "Bank statements",
    description: "For the *mortgage* of June.",
    message: "The bank wants to see the **last three months**.",
  }
  const arranged = yield* Visitor.arrange(details, questionnaire, RequestPolicy.fileRequest)
  const requests = yield* ClientRequests
  const person = Effect.gen(function* () {
    const visitor = yield* Visitor.visitor
    const page = yield* visitor.start(arranged.token)
    const send = (...files: ReadonlyArray<File>) =>
      visitor.fill(page, { files: { "f.documents": files }, press: ["action", "send"] })
    return { ...visitor, page, send }
  })
  return {
    ...arranged,
    requests,
    person,
    overview: requests.overview(arranged.member.workspaceId, arranged.request.id),
  }
})

const idOf = (page: Visitor.Page) => /name="remove" value="([^"]+)"/.exec(page.text)?.[1] ?? ""

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })("a page to upload to", (it) => {
  it.effect("F1 F5 F9 L36: files come in on several visits, the firm is told, and it stays open", () =>
    Effect.gen(function* () {
      const { person, overview, requests, request, member } = yield* begin
      const visitor = yield* person
      const first = yield* visitor.get(visitor.page)
      for (const part of [
        "Bank statements",
        "For the mortgage of June.",
        "Your documents",
        "Drop files here, or",
        "Send files",
      ]) {
        assert.include(words(first.text), part)
      }
      assert.match(first.text, /<input[^>]*type="file"[^>]*\smultiple/)
      assert.notInclude(words(first.text), "Finish")
      const nothing = yield* visitor.send()
      assert.strictEqual(nothing.status, 422)

      const sent = yield* visitor.send(pdf("one.pdf"), pdf("two.pdf"))
      assert.deepStrictEqual([sent.status, sent.location], [303, `${visitor.page}?received=2`])
      const received = words((yield* visitor.get(sent.location)).text)
      assert.include(received, "Files received Fresh Ltd has your 2 files.")
      assert.match(received, /What you have sent one\.pdf .* two\.pdf/)

      // another visit by the same link
      const later = yield* person
      assert.strictEqual((yield* later.send(pdf("three.pdf"))).status, 303)
      const { current, mails } = yield* overview
      assert.deepStrictEqual(
        current.request.files.map(({ name }) => name),
        ["one.pdf", "two.pdf", "three.pdf"],
      )
      assert.strictEqual(current.request.state, "WaitingForCustomer")
      assert.isNull(current.request.expiresAt)
      assert.strictEqual(mails.filter(({ kind }) => kind === "upload-notice").length, 1)
      // S64: for the firm to have, each as it came
      assert.strictEqual((yield* requests.overview(member.workspaceId, request.id)).current.request.files.length, 3)
    }),
  )

  it.effect("F2: a good file is taken, the others are named with what is allowed", () =>
    Effect.gen(function* () {
      const { person, overview } = yield* begin
      const visitor = yield* person
      const answer = yield* visitor.send(pdf("good.pdf"), new File(["MZ"], "bad.exe"), pdf("large.pdf", 200_000))
      assert.strictEqual(answer.status, 422)
      assert.include(
        words(answer.text),
        "“bad.exe” is of a type that cannot be taken here. You can add: PDF or picture.",
      )
      assert.match(words(answer.text), /What you have sent good\.pdf/)
      assert.deepStrictEqual(
        (yield* overview).current.request.files.map(({ name }) => name),
        ["good.pdf"],
      )
    }),
  )

  it.effect("F4 L37 S67: nobody sees, counts, gets or removes what others brought, by whatever id", () =>
    Effect.gen(function* () {
      const { person, overview } = yield* begin
      const [ann, bob] = [yield* person, yield* person]
      for (let round = 0; round < 3; round++) yield* ann.send(pdf(`secret-${round}.pdf`))
      const ids = (yield* overview).current.request.files.map(({ id }) => id)
      const before = yield* bob.get(bob.page)
      assert.notMatch(words(before.text), /secret|What you have sent|\b3\b/)
      for (const id of [...ids, "", "x", "../../etc/passwd"]) {
        const file = yield* bob.get(`${bob.page}/files/${encodeURIComponent(id)}`)
        assert.deepStrictEqual([file.status, heading(file.text)], [410, "This request has expired."])
        const removing = yield* bob.fill(bob.page, { press: ["remove", id] })
        assert.deepStrictEqual([removing.status, removing.location], [303, bob.page])
      }
      assert.deepStrictEqual(
        (yield* overview).current.request.files.map(({ id }) => id),
        ids,
      )
      // however many there are, one more is taken: a limit would tell of them
      assert.strictEqual((yield* bob.send(pdf("mine.pdf"))).status, 303)
      const after = yield* bob.get(bob.page)
      assert.match(words(after.text), /What you have sent mine\.pdf/)
      assert.notInclude(after.text, "secret")
      for (const path of ["/sections/files", "/review"]) {
        assert.strictEqual((yield* bob.get(bob.page + path)).location, bob.page)
      }

      const own = idOf(after)
      assert.strictEqual((yield* bob.get(`${bob.page}/files/${own}`)).status, 200)
      yield* bob.fill(bob.page, { press: ["remove", own] })
      assert.notInclude((yield* bob.get(bob.page)).text, "mine.pdf")
      assert.isFalse(TestFirm.blobs.has(own))
      assert.deepStrictEqual(
        (yield* overview).current.request.files.map(({ id }) => id),
        ids,
      )
    }),
  )

  it.effect("F9: until the firm revokes it: then uploads stop, and the page is the one page", () =>
    Effect.gen(function* () {
      const { person, requests, member, request, overview } = yield* begin
      const visitor = yield* person
      const page = yield* visitor.get(visitor.page)
      yield* requests.revokeLinks(member, request.id, "carl", yield* Visitor.uuid)
      const before = TestFirm.blobs.size
      const body = new FormData()
      for (const { name, value } of Visitor.fieldsOf(page.text)) body.append(name, value)
      body.append("f.documents", pdf("late.pdf"))
      const late = yield* visitor.post(visitor.page, body)
      assert.deepStrictEqual([late.status, heading(late.text)], [410, "This request has expired."])
      assert.strictEqual(TestFirm.blobs.size, before)
      assert.deepStrictEqual((yield* overview).current.request.files, [])
    }),
  )
})
