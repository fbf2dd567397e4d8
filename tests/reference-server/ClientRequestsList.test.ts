// What a firm sees of its requests: the list, the audit chain, and nothing at all of another firm's.
import { assert, layer } from "@effect/vitest"
import { AuditEntry, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { ClientRequests, type ListQuery } from "../../reference-server/src/ClientRequests.ts"
import { Members } from "../../reference-server/src/Members.ts"
import { Outbox } from "../../reference-server/src/Outbox.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Questionnaires, type Stored } from "../../reference-server/src/Questionnaires.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { entriesOf } from "../support/Chain.ts"

const uuid = TestFirm.uuid
const pdf = new TextEncoder().encode("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")

/** The titles that a query finds, and how many there are in all. */
const find = (workspaceId: string, query: Partial<ListQuery>) =>
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    const found = yield* requests.list(workspaceId, { limit: 50, offset: 0, ...query })
    return { titles: found.requests.map(({ details }) => details.title), total: found.total }
  })

const uploadOf = ({ questionnaire }: Stored) =>
  questionnaire.sections.flatMap(({ items }) => items).find(({ type }) => type === "upload") ?? assert.fail("no upload")

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("a firm's requests", (it) => {
  it.effect("the list is filtered by state, as it is at this moment", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored } = yield* TestFirm.firm
      const titled = (title: string) => TestFirm.sendRequest(member, stored.ref, { title })
      yield* TestFirm.createRequest(member, stored.ref, { title: "unsent" })
      const sent = yield* titled("sent")
      const begun = yield* titled("begun")
      const submitted = yield* titled("submitted")
      const cancelled = yield* titled("cancelled")
      for (const one of [begun, submitted]) {
        const customer = yield* TestFirm.customerOf(one)
        yield* requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* uuid)
      }
      yield* requests.submit(yield* TestFirm.customerOf(submitted), 1, yield* uuid)
      yield* requests.cancel(member, cancelled.id, "", yield* uuid)
      const byState = (state: NonNullable<ListQuery["state"]>) =>
        Effect.map(find(member.workspaceId, { state }), ({ titles }) => titles.sort())

      assert.deepStrictEqual(yield* byState("Pending"), ["sent", "unsent"])
      assert.deepStrictEqual(yield* byState("WaitingForCustomer"), ["begun"])
      assert.deepStrictEqual(yield* byState("Submitted"), ["submitted"])
      assert.deepStrictEqual(yield* byState("Cancelled"), ["cancelled"])
      assert.deepStrictEqual(yield* byState("Expired"), [])

      const end = TestFirm.at(Math.max(sent.expiresAt ?? 0, begun.expiresAt ?? 0))
      assert.deepStrictEqual(yield* end(byState("Expired")), ["begun", "sent"])
      assert.deepStrictEqual(yield* end(byState("Pending")), ["unsent"])
      assert.deepStrictEqual(yield* end(byState("WaitingForCustomer")), [])
      assert.deepStrictEqual(yield* end(byState("Submitted")), ["submitted"])
    }),
  )

  it.effect("a search finds a part of title, name or address, whatever it is made of", () =>
    Effect.gen(function* () {
      const { member, stored } = yield* TestFirm.firm
      const create = (title: string, name: string, email: string) =>
        TestFirm.createRequest(member, stored.ref, { title, recipients: [TestFirm.recipient(email, { name })] })
      yield* create("Tax 100% done", "Åsa ÖBERG", "asa@one.example")
      yield* create("Tax 100 done", "Anna_Lena", "anna@two.example")
      yield* create("C:\\temp'; --", "Bo", "Bo.Big@THREE.example")
      const search = (text: string) => Effect.map(find(member.workspaceId, { search: text }), ({ titles }) => titles)

      assert.sameMembers(yield* search("tax"), ["Tax 100% done", "Tax 100 done"])
      assert.deepStrictEqual(yield* search("100%"), ["Tax 100% done"])
      assert.deepStrictEqual(yield* search("%done"), [])
      assert.deepStrictEqual(yield* search("a_l"), ["Tax 100 done"])
      assert.deepStrictEqual(yield* search("1_0"), [])
      assert.deepStrictEqual(yield* search("\\TEMP"), ["C:\\temp'; --"])
      assert.deepStrictEqual(yield* search("'; --"), ["C:\\temp'; --"])
      assert.deepStrictEqual(yield* search("  åsa öberg "), ["Tax 100% done"])
      assert.deepStrictEqual(yield* search("bo.big@three"), ["C:\\temp'; --"])
      assert.deepStrictEqual(yield* search("\u0000"), [])
      assert.strictEqual((yield* search("   ")).length, 3)
    }),
  )

  it.effect("pages follow one another without a gap, the latest change first", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored } = yield* TestFirm.firm
      const created = yield* Effect.forEach(Array.from({ length: 7 }).keys(), (index) =>
        TestFirm.createRequest(member, stored.ref, { title: `number ${index}` }),
      )
      yield* requests.edit(member, created[2]?.id ?? "", { title: "changed" }, yield* uuid)
      const pages = yield* Effect.forEach([0, 3, 6, 9], (offset) => find(member.workspaceId, { limit: 3, offset }))
      assert.deepStrictEqual(
        pages.map(({ titles }) => titles.length),
        [3, 3, 1, 0],
      )
      assert.deepStrictEqual([...new Set(pages.map(({ total }) => total))], [7])
      const titles = pages.flatMap((page) => page.titles)
      assert.strictEqual(new Set(titles).size, 7)
      assert.strictEqual(titles[0], "changed")
    }),
  )

  it.effect("S73 L49: the audit chain of a real request holds, and an entry changed by SQL is found", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const sql = yield* SqlClient.SqlClient
      const { member, stored } = yield* TestFirm.firm
      const { id } = yield* TestFirm.sendRequest(member, stored.ref)
      yield* requests.resend(member, id, yield* uuid)
      yield* requests.cancel(member, id, "wrong person", yield* uuid)
      const entries = entriesOf(id)
      const firstBroken = Effect.map(Effect.flatMap(entries, AuditEntry.firstBroken), (broken) => broken?.index ?? null)
      assert.deepStrictEqual(
        (yield* entries).map(({ type }) => type),
        ["RequestCreated", "RequestSent", "RequestResent", "RequestCancelled"],
      )
      assert.isNull(yield* firstBroken)

      const tamper = TestDatabase.asAdministrator
      yield* tamper(sql`UPDATE audit_entries SET event = jsonb_set(event, '{reason}', '"right person"')
        WHERE request_id = ${id} AND index = 4`)
      assert.strictEqual(yield* firstBroken, 4)
      yield* tamper(sql`UPDATE audit_entries SET event = jsonb_set(event, '{by,id}', '"somebody"')
        WHERE request_id = ${id} AND index = 2`)
      assert.strictEqual(yield* firstBroken, 2)
      yield* tamper(sql`DELETE FROM audit_entries WHERE request_id = ${id} AND index = 1`)
      assert.strictEqual(yield* firstBroken, 1)
    }),
  )

  it.effect("S43: nothing of a firm can be seen, changed or disturbed with another's member and its own ids", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const [uploads, questionnaires] = [yield* Uploads, yield* Questionnaires]
      const [members, outbox] = [yield* Members, yield* Outbox]
      const [ours, theirs] = [yield* TestFirm.firm, yield* TestFirm.firm]
      const own = yield* questionnaires.add(ours.member.workspaceId, TestFirm.questionnaire.replace('"kyc"', '"own"'))
      const sent = yield* TestFirm.sendRequest(ours.member, own.stored.ref, {
        recipients: [TestFirm.recipient(ours.address)],
      })
      const { customer } = yield* TestFirm.claim(yield* TestFirm.mailTo(ours.address))
      const question = uploadOf(own.stored)
      const given = { question, revision: 1, name: "a.pdf", content: Stream.make(pdf) }
      const file = yield* uploads.receive(customer, given)
      const { key } = yield* members.createKey(ours.member, "script")
      const mails = yield* outbox.mailsOf(ours.member.workspaceId, sent.id)
      assert.strictEqual(mails.length, 1)
      const before = yield* TestFirm.dump

      // each call with the id of ours and the hands of theirs
      const { member } = theirs
      const intruder = { ...customer, workspace: { ...customer.workspace, id: member.workspaceId } }
      const input = { details: TestFirm.details(theirs.stored.ref), policy: RequestPolicy.standard }
      const commandId = yield* uuid
      const attempts: Record<string, Effect.Effect<unknown, { readonly _tag: string }>> = {
        create: requests.create(member, input, sent.id),
        edit: requests.edit(member, sent.id, { title: "Mine" }, commandId),
        send: requests.send(member, sent.id, commandId),
        resend: requests.resend(member, sent.id, commandId),
        cancel: requests.cancel(member, sent.id, "", commandId),
        overview: requests.overview(member.workspaceId, sent.id),
        current: requests.current(intruder),
        save: requests.save(intruder, { revision: 1, answers: { name: "Eve" } }, commandId),
        attachFile: requests.attachFile(intruder, { revision: 1, question: "passport", file, limit: 2 }, commandId),
        removeFile: requests.removeFile(intruder, { revision: 1, file: file.id }, commandId),
        submit: requests.submit(intruder, 1, commandId),
        receive: uploads.receive(intruder, given),
        remove: uploads.remove(intruder, { revision: 1, file: file.id }),
        download: uploads.download(member.workspaceId, sent.id, file.id),
        downloadFor: uploads.downloadFor(intruder, file.id),
      }
      for (const [name, attempt] of Object.entries(attempts)) {
        const result = yield* Effect.result(attempt)
        assert.strictEqual(Result.isFailure(result) ? result.failure._tag : "succeeded", "RequestNotFound", name)
      }
      assert.strictEqual(
        (yield* Effect.flip(questionnaires.get(member.workspaceId, "own")))._tag,
        "QuestionnaireNotFound",
      )
      assert.deepStrictEqual(
        (yield* questionnaires.list(member.workspaceId)).map(({ id }) => id),
        ["kyc"],
      )
      assert.deepStrictEqual(yield* find(member.workspaceId, { search: ours.address }), { titles: [], total: 0 })
      assert.deepStrictEqual(yield* outbox.mailsOf(member.workspaceId, sent.id), [])
      assert.isNull(yield* members.find(member.workspaceId, ours.member.id))
      assert.deepStrictEqual(yield* members.keys(member), [])
      yield* members.revokeKey(member, key.id)
      assert.strictEqual((yield* members.keys(ours.member)).length, 1)
      assert.deepStrictEqual(yield* TestFirm.dump, before)
    }),
  )

  it.effect("an id that is none is not found, and harms nobody", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const questionnaires = yield* Questionnaires
      const uploads = yield* Uploads
      const { member, stored } = yield* TestFirm.firm
      const { id } = yield* TestFirm.sendRequest(member, stored.ref)
      for (const strange of ["", "x", "../etc", "\u0000", "' OR 1=1 --", `${id}0`, "0".repeat(10_000)]) {
        const tags = yield* Effect.forEach(
          [
            requests.overview(member.workspaceId, strange),
            requests.cancel(member, strange, "", yield* uuid),
            uploads.download(member.workspaceId, id, strange),
            uploads.download(member.workspaceId, strange, strange),
            questionnaires.get(member.workspaceId, strange),
            questionnaires.get(member.workspaceId, `kyc/${strange}`, 1),
          ],
          (call: Effect.Effect<unknown, { readonly _tag: string }>) =>
            Effect.map(Effect.flip(call), ({ _tag }) => _tag),
        )
        assert.deepStrictEqual(
          tags,
          [...Array.from({ length: 4 }, () => "RequestNotFound"), "QuestionnaireNotFound", "QuestionnaireNotFound"],
          strange,
        )
      }
      for (const version of [0, -1, 1.5, Number.NaN, 2 ** 40]) {
        const get = questionnaires.get(member.workspaceId, "kyc", version)
        assert.strictEqual((yield* Effect.flip(get))._tag, "QuestionnaireNotFound")
      }
    }),
  )

  it.effect("a request that cannot be read any more does not keep the others from expiring", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const sql = yield* SqlClient.SqlClient
      const { member, stored } = yield* TestFirm.firm
      const [broken, whole] = [
        yield* TestFirm.sendRequest(member, stored.ref),
        yield* TestFirm.sendRequest(member, stored.ref),
      ]
      yield* sql`UPDATE client_requests SET state = '{}' WHERE id = ${broken.id}`
      yield* TestFirm.at(whole.expiresAt ?? 0)(requests.sweep)
      const { current } = yield* requests.overview(member.workspaceId, whole.id)
      assert.strictEqual(current.request.state, "Expired")
      assert.isTrue(TestFirm.logs.some((line) => line.includes("could not be woken") && line.includes(broken.id)))
    }),
  )
})
