// What customers gave lies in no table so that who has only the database can read it; the firm reads it, and it can be proved.
// When the workspace's key is destroyed it is gone, and the record says so.
import { createServer } from "node:http"
import { assert, layer } from "@effect/vitest"
import { AuditRecord, ClientRequest, Crypto, RequestPolicy } from "@requite/core"
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Api from "../../reference-server/src/Api.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import * as starting from "../../reference-server/src/DataKeys/starting.ts"
import { DataKeys } from "../../reference-server/src/DataKeys.ts"
import * as Sealed from "../../reference-server/src/DataKeys/Sealed.ts"
import { Samples } from "../../reference-server/src/FirmPages/Samples.ts"
import { DevMailbox } from "../../reference-server/src/Mailer/mailbox.ts"
import { SmtpServer } from "../../reference-server/src/Mailer/smtp.ts"
import * as Operator from "../../reference-server/src/Operator.ts"
import { HttpRouter } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Zip } from "../../reference-server/src/platform/Zip.ts"
import { commands } from "../../reference-server/src/Record/commands.ts"
import { Record } from "../../reference-server/src/Record.ts"
import { DevOutbox } from "../../reference-server/src/SmsSender/outbox.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import { formsOf } from "../support/Forms.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"

const { uuid } = TestFirm

const server = HttpRouter.serve(Layer.mergeAll(CustomerPages.layer, Api.layer), {
  disableLogger: true,
  disableListenLog: true,
}).pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(TestFirm.layer),
  // commands are told of whatever adapters there can be
  Layer.provideMerge(
    Layer.mergeAll(
      Layer.mock(DevMailbox, {}),
      Layer.mock(DevOutbox, {}),
      Layer.mock(SmtpServer, { address: "none" }),
      Layer.mock(Samples, {}),
    ),
  ),
)

const text = (id: string) => ({ id, type: "text", label: id, required: id === "name", long: id === "story" })
const questionnaire = {
  format: 1,
  id: "sealed",
  version: 1,
  language: "en",
  title: "Sealed",
  sections: [
    { id: "about", title: "About", items: [text("name"), text("story")] },
    {
      id: "facts",
      title: "Facts",
      items: [
        { id: "pick", type: "choice", label: "Pick", other: true, options: [{ value: "red", label: "Red" }] },
        { id: "income", type: "number", label: "Income", decimals: 2 },
        { id: "born", type: "date", label: "Born" },
        { id: "owner", type: "group", label: "Owner", repeat: { max: 3 }, items: [text("who")] },
      ],
    },
    { id: "rest", title: "Rest", items: [text("remarks")] },
  ],
}

/** Everything that is typed in the story below; none of it may be read in a row. */
const typed = {
  name: "Winifred Quill of Zanzibar",
  story: "Ein Märchen – mit “Zitaten” und\nZeilen",
  other: "Ultramarine with ochre",
  income: 918273.55,
  born: "1961-02-27",
  who: "Bartholomew Featherstonehaugh",
  remarks: "nothing more than this remark",
  returned: "Winifred Quill, put right",
  late: "conflicting words of the second person",
  why: "we have never owned such a thing",
}

const policy: RequestPolicy.RequestPolicy = { ...RequestPolicy.standard, customerMayDeclineItem: true }

/** One customer on the pages, another one through the API, two on a shared record. */
const story = Effect.gen(function* () {
  const requests = yield* ClientRequests
  const sql = yield* SqlClient.SqlClient
  const first = yield* Visitor.arrange({ title: "By page" }, questionnaire, policy)
  const { member, stored } = first
  // what is told of it waits in a row too
  yield* sql`INSERT INTO webhook_endpoints ${sql.insert({ id: yield* uuid, workspaceId: member.workspaceId, url: "https://hooks.example/", description: "", answers: true, enabled: true, secret: "none", createdAt: new Date() })}`

  const visitor = yield* Visitor.visitor
  const list = yield* visitor.start(first.token)
  const about = { "a.name": typed.name, "a.story": typed.story }
  yield* visitor.fill(`${list}/sections/about`, { fields: about })
  yield* visitor.fill(`${list}/sections/facts`, { fields: { "a.pick": "+other", "a.pick.other": typed.other } })
  yield* visitor.fill(`${list}/sections/rest`, { fields: { reason: typed.why }, press: ["action", "decline"] })
  yield* visitor.finish(list)
  const { id } = first.request
  yield* requests.returnItem(member, id, "about", "Spell it right", yield* uuid)
  const back = yield* visitor.start(Redacted.value(TestFirm.tokenIn(yield* TestFirm.mailTo(first.address, 2))))
  yield* visitor.fill(`${back}/sections/about`, { fields: { "a.name": typed.returned } })
  yield* visitor.finish(back)

  const second = yield* TestFirm.sendRequest(member, stored.ref, {
    title: "By API",
    recipients: [TestFirm.recipient(`api.${first.address}`)],
  })
  const token = Redacted.value(TestFirm.tokenIn(yield* TestFirm.mailTo(`api.${first.address}`)))
  const ours = { origin: "http://localhost:3000", "content-type": "application/json" }
  const call = (
    method: string,
    path: string,
    body: object,
    headers: Readonly<globalThis.Record<string, string>> = {},
  ) => visitor.request(`/api/customer${path}`, { method, headers: { ...ours, ...headers }, body: JSON.stringify(body) })
  const { handle } = JSON.parse((yield* call("POST", "/claim", { token })).text) as { readonly handle: string }
  const { csrf } = JSON.parse((yield* visitor.get(`/api/customer/${handle}`)).text) as { readonly csrf: string }
  const answers = {
    name: typed.name,
    income: typed.income,
    born: typed.born,
    owner: [{ who: typed.who }],
    remarks: typed.remarks,
  }
  const headers = { "x-csrf-token": csrf, "idempotency-key": yield* uuid }
  const saved = yield* call("PUT", `/${handle}/answers`, { revision: 1, answers }, headers)
  assert.strictEqual(saved.status, 200, saved.text)
  assert.strictEqual((yield* call("POST", `/${handle}/submit`, { revision: 1 }, headers)).status, 200)

  const person = (name: string) => TestFirm.recipient(`${name}.${first.address}`, { id: name, name, role: "Applicant" })
  const shared = yield* TestFirm.sendRequest(
    member,
    stored.ref,
    { title: "Shared", recipients: [person("eva"), person("bo")], workItem: yield* uuid },
    { ...RequestPolicy.customerCentre, requires: ["email"], secondFactor: "none" },
  )
  const [eva, bo] = [
    yield* TestFirm.customerOf(shared, { recipient: "eva" }),
    yield* TestFirm.customerOf(shared, { recipient: "bo" }),
  ]
  yield* requests.save(eva, { revision: 1, answers: { name: typed.name } }, yield* uuid)
  const { conflicts } = yield* requests.save(bo, { revision: 1, answers: { name: typed.late } }, yield* uuid)
  assert.strictEqual(conflicts[0]?.mine, typed.late)
  return { member, stored, id, apiId: second.id, sharedId: shared.id, bo }
})

/** Where a typed text stands in a row, whatever it was put into: its table. */
const found = Effect.map(TestFirm.dump, (tables) =>
  Object.entries(typed).flatMap(([what, value]) => {
    const lines = String(value).split("\n")
    const forms = lines.flatMap((line) => [...formsOf(line), JSON.stringify(line).slice(1, -1)])
    return Object.entries(tables).flatMap(([table, rows]) =>
      rows.some((row) => forms.some((form) => row.includes(form))) ? [`${what} in ${table}`] : [],
    )
  }),
)

const offline = Effect.provide(
  Layer.mergeAll(Crypto.layer(globalThis.crypto), AuditRecord.Signatures.layer(globalThis.crypto)),
)
const verified = Effect.fnUntraced(function* (workspaceId: string) {
  const lines = yield* Stream.runCollect((yield* Record).ofWorkspace(workspaceId))
  return { lines, report: yield* offline(AuditRecord.verify(lines)) }
})

const archiveOf = Effect.fnUntraced(function* (workspaceId: string) {
  const entries = yield* (yield* Record).archive(workspaceId).pipe(
    Stream.toChannel,
    Channel.pipeTo(Zip.decode()),
    Stream.fromChannel,
    Stream.mapEffect(({ body }) => Effect.map(Stream.runCollect(body), (chunks) => Buffer.concat(chunks).toString())),
    Stream.runCollect,
  )
  return entries.join("")
})

const operate = (...words: ReadonlyArray<string>) =>
  Effect.flatMap(Operator.find(commands, words), ({ command, given }) => command.run(given))

layer(server, { excludeTestServices: true, timeout: "180 seconds" })("answers at rest", (it) => {
  it.effect(
    "S77: nothing that a customer typed can be read in the database; the firm reads all of it, and proves it",
    () =>
      Effect.gen(function* () {
        const { member, id, apiId, sharedId, bo } = yield* story
        const { workspaceId } = member
        const requests = yield* ClientRequests
        assert.deepStrictEqual(yield* found, [])

        const { current, history } = yield* requests.overview(workspaceId, id)
        const { answers, request } = current
        assert.deepInclude(answers, { name: typed.returned, story: typed.story, pick: { other: typed.other } })
        assert.strictEqual(request.items["rest"]?.reason, typed.why)
        const declined = history.flatMap(({ event }) => (event?.type === "ItemDeclined" ? [event.reason] : []))
        assert.deepStrictEqual(declined, [typed.why])
        assert.deepStrictEqual(
          ClientRequest.replay(history.flatMap(({ event }) => (event === null ? [] : [event]))),
          request,
        )
        const listed = yield* requests.list(workspaceId, { limit: 10, offset: 0 })
        assert.deepStrictEqual(
          listed.requests.find((one) => one.id === id),
          request,
        )
        const given = { income: typed.income, born: typed.born, owner: [{ who: typed.who }], remarks: typed.remarks }
        assert.deepInclude((yield* requests.read(workspaceId, apiId)).answers, given)
        assert.strictEqual((yield* requests.current(bo)).answers["name"], typed.name)

        const record = yield* Record
        const { lines, report } = yield* verified(workspaceId)
        assert.deepStrictEqual(report.faults, [])
        assert.strictEqual(report.submissions, 3)
        const archive = yield* archiveOf(workspaceId)
        assert.notMatch(archive, /"sealed":/, "no key, and nothing that only a key opens")
        for (const [what, value] of Object.entries(typed)) {
          const text = JSON.stringify(value)
          // what was not kept on a shared record is in no chain
          if (what !== "late") assert.include(lines.join("\n"), text, what)
          assert.include(archive, text, what)
        }
        const receipt = yield* record.receipt(yield* TestFirm.customerOf(request))
        assert.isTrue(receipt !== null && (yield* offline(AuditRecord.receiptHolds(receipt))))
        assert.isNull((yield* record.prove(workspaceId, sharedId)).fault)

        // and with a new key everything from before is still there
        yield* operate("workspace", "rotate-key", "--workspace", workspaceId)
        yield* requests.save(bo, { revision: 1, answers: { remarks: typed.remarks }, seen: {} }, yield* uuid)
        assert.deepInclude((yield* requests.read(workspaceId, sharedId)).answers, {
          name: typed.name,
          remarks: typed.remarks,
        })
        assert.deepStrictEqual((yield* verified(workspaceId)).report.faults, [])
        const sql = yield* SqlClient.SqlClient
        const ids = yield* sql`SELECT DISTINCT substring(sealed FROM 2 FOR 16) AS id FROM (
        SELECT sealed FROM answers WHERE workspace_id = ${workspaceId} UNION
        SELECT sealed FROM submissions WHERE workspace_id = ${workspaceId}) s`
        assert.lengthOf(ids, 2)
        assert.deepStrictEqual(yield* found, [])
      }),
  )

  it.effect("S77 S76: the key destroyed, nobody reads what was given, also not in rows that were copied before", () =>
    Effect.gen(function* () {
      const record = yield* Record
      const { member, stored, id, apiId, sharedId, bo } = yield* story
      const other = yield* story
      const { workspaceId } = member
      const requests = yield* ClientRequests
      const keys = yield* DataKeys
      const sql = yield* SqlClient.SqlClient
      const [copied] = yield* sql<{ id: string; sealed: Uint8Array }>`
        SELECT id, sealed FROM submissions WHERE request_id = ${apiId}`
      const { id: submission, sealed } = copied ?? assert.fail("nothing was submitted")
      assert.include(yield* keys.open(workspaceId, `submissions/${submission}`, sealed), typed.name)

      const command = ["workspace", "destroy-key", "--workspace", workspaceId]
      const refused = yield* Effect.flip(operate(...command))
      assert.include(refused.message, "This cannot be undone")
      assert.include((yield* requests.read(workspaceId, apiId)).answers["name"], typed.name)
      const said = yield* operate(...command, "--confirm", "Fresh Ltd")
      assert.match(said, /Data keys destroyed: 1\. Requests erased: 3\.$/)

      const lost = yield* Effect.flip(keys.open(workspaceId, `submissions/${submission}`, sealed))
      assert.deepStrictEqual([lost._tag, lost.keyId], ["DataKeyDestroyed", Sealed.keyIdOf(sealed)])
      for (const one of [id, apiId, sharedId]) {
        const { request, answers } = yield* requests.read(workspaceId, one)
        assert.isNotNull(request.erased)
        assert.deepStrictEqual(answers, {})
      }
      const closed = yield* Effect.flip(requests.save(bo, { revision: 1, answers: { name: "again" } }, yield* uuid))
      assert.strictEqual(closed._tag, "Refusal")

      const { lines, report } = yield* verified(workspaceId)
      assert.deepStrictEqual(report.faults, [])
      assert.isAbove(report.tombstones, 20)
      const all = lines.join("\n") + (yield* archiveOf(workspaceId))
      for (const [what, value] of Object.entries(typed)) assert.notInclude(all, JSON.stringify(value), what)
      const [event] = yield* (yield* WorkspaceEvents).list(workspaceId, { limit: 1 })
      assert.deepStrictEqual([event?.type, event?.by, event?.data], ["DataKeyDestroyed", null, { keys: "1" }])

      // another firm has its own key, and this one goes on with a new one
      assert.include((yield* requests.read(other.member.workspaceId, other.apiId)).answers["name"], typed.name)
      const customer = yield* TestFirm.customerOf(yield* TestFirm.sendRequest(member, stored.ref))
      yield* requests.save(customer, { revision: 1, answers: { name: typed.returned } }, yield* uuid)
      assert.strictEqual((yield* requests.current(customer)).answers["name"], typed.returned)
      yield* record.sweep
      assert.isNull((yield* requests.current(customer)).request.erased)
      const fresh = ["workspace", "destroy-key", "--workspace", (yield* TestFirm.firm).member.workspaceId]
      assert.match(yield* operate(...fresh, "--confirm", "Fresh Ltd"), /no data key, and nothing to erase/)
    }),
  )

  it.effect("S77: what is sealed opens in its own place alone, and not when it was changed", () =>
    Effect.gen(function* () {
      const keys = yield* DataKeys
      const [one, two] = [(yield* TestFirm.firm).member.workspaceId, (yield* TestFirm.firm).member.workspaceId]
      const sealed = yield* keys.seal(one, "answers/a", "said")
      assert.strictEqual(yield* keys.open(one, "answers/a", sealed), "said")
      assert.notDeepEqual(yield* keys.seal(one, "answers/a", "said"), sealed)
      const changed = Uint8Array.from(sealed)
      changed[changed.length - 20] = (changed[changed.length - 20] ?? 0) ^ 1
      for (const [place, bytes] of [
        ["answers/b", sealed],
        ["submissions/a", sealed],
        ["answers/a", changed],
        ["answers/a", sealed.subarray(0, 40)],
      ] as const) {
        assert.strictEqual((yield* Effect.exit(keys.open(one, place, bytes)))._tag, "Failure", place)
      }
      // the other firm does not have that key
      assert.strictEqual((yield* Effect.flip(keys.open(two, "answers/a", sealed)))._tag, "DataKeyDestroyed")

      const { id, key } = yield* keys.keyFor(one, "file 1")
      const again = yield* keys.keyOf(one, "file 1", id)
      assert.deepStrictEqual(Redacted.value(again.key), Redacted.value(key))
      assert.lengthOf(Redacted.value(key), 32)
      assert.notDeepEqual(Redacted.value((yield* keys.keyFor(one, "file 2")).key), Redacted.value(key))
    }),
  )

  it.effect("S77: a key that another process destroyed seals nothing more; whoever asks again gets the next one", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const requests = yield* ClientRequests
      const { member, stored } = yield* TestFirm.firm
      const { workspaceId } = member
      const customer = yield* TestFirm.customerOf(yield* TestFirm.sendRequest(member, stored.ref))
      const save = Effect.flatMap(uuid, (id) =>
        requests.save(customer, { revision: 1, answers: { name: "Ann" } }, id).pipe(Effect.exit),
      )
      // the second one finds the key, and keeps it in memory
      yield* Effect.andThen(save, save)
      yield* sql`UPDATE data_keys SET sealed = NULL, destroyed_at = now() WHERE workspace_id = ${workspaceId}`
      assert.strictEqual((yield* save)._tag, "Failure")
      assert.strictEqual((yield* save)._tag, "Success")
      assert.strictEqual((yield* requests.current(customer)).answers["name"], "Ann")
      // and what had been sent before is erased in the record, whoever began with it
      yield* (yield* Record).sweep
      assert.isNotNull((yield* requests.current(customer)).request.erased)
      assert.deepStrictEqual((yield* verified(workspaceId)).report.faults, [])
    }),
  )

  it.effect("S77: what was kept in clear before there were keys is sealed at the next start, and read meanwhile", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const requests = yield* ClientRequests
      const { member, stored } = yield* TestFirm.firm
      const { id } = yield* TestFirm.sendRequest(member, stored.ref)
      const { workspaceId } = member
      const answers = JSON.stringify({ name: typed.name })
      yield* sql`INSERT INTO answers ${sql.insert({ requestId: id, workspaceId, answers, visited: "[]", savedAt: new Date() })}`
      const name = Effect.map(requests.read(workspaceId, id), (current) => current.answers["name"])
      assert.strictEqual(yield* name, typed.name)
      assert.deepStrictEqual(yield* found, ["name in answers"], "the search finds what there is")
      yield* Effect.scoped(Layer.build(Layer.fresh(starting.layer)))
      assert.deepStrictEqual(yield* found, [])
      assert.strictEqual(yield* name, typed.name)
    }),
  )
})
