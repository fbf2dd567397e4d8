// The door under load: commands that arrive twice, and commands that race. On Postgres they really do; the embedded
// database lets one transaction in after the other.
import { assert, layer } from "@effect/vitest"
import { AuditEntry, ClientRequest, type Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { entriesOf } from "../support/Chain.ts"

const uuid = TestFirm.uuid

/** Starts as many at once as `count` says, and gives each one's result. */
const atOnce = <A, E, R>(count: number, run: (index: number) => Effect.Effect<A, E, R>) =>
  Effect.forEach(Array.from({ length: count }).keys(), (index) => Effect.result(run(index)), {
    concurrency: "unbounded",
  })

const history = (member: Member, id: string) =>
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    const overview = yield* requests.overview(member.workspaceId, id)
    assert.isNull(yield* AuditEntry.firstBroken(yield* entriesOf(id)))
    return { ...overview, events: overview.history.map(({ type }) => type) }
  })

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("client requests at once", (it) => {
  it.effect("P8: twenty sends to one person race, and exactly one wins", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const to = { recipients: [TestFirm.recipient(address)] }
      const create = TestFirm.createRequest(member, stored.ref, to, RequestPolicy.passfort)
      const created = yield* Effect.all(Array.from({ length: 20 }, () => create))
      const results = yield* atOnce(20, (index) =>
        Effect.flatMap(uuid, (id) => requests.send(member, created[index]?.id ?? "", id)),
      )
      const winners = results.filter(Result.isSuccess)
      assert.strictEqual(winners.length, 1)
      for (const loser of results.filter(Result.isFailure)) {
        assert.instanceOf(loser.failure, ClientRequest.Refusal)
        assert.include(JSON.stringify(loser.failure), "outstanding-request")
      }
      const { total } = yield* requests.list(member.workspaceId, { state: "WaitingForCustomer", limit: 9, offset: 0 })
      assert.strictEqual(total, 1)
      const sql = yield* SqlClient.SqlClient
      const mails = yield* sql`SELECT 1 FROM mails WHERE workspace_id = ${member.workspaceId}`
      assert.strictEqual(mails.length, 1)
    }),
  )

  it.effect("P8: the address is read where nobody can change it any more", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      for (let round = 0; round < 8; round++) {
        const [busy, free] = [`busy.${round}.${address}`, `free.${round}.${address}`]
        yield* TestFirm.sendRequest(
          member,
          stored.ref,
          { recipients: [TestFirm.recipient(busy)] },
          RequestPolicy.passfort,
        )
        const to = { recipients: [TestFirm.recipient(free)] }
        const { id } = yield* TestFirm.createRequest(member, stored.ref, to, RequestPolicy.passfort)
        const commands = [
          Effect.flatMap(uuid, (one) => requests.edit(member, id, { recipients: [TestFirm.recipient(busy)] }, one)),
          Effect.flatMap(uuid, (one) => requests.send(member, id, one)),
        ]
        yield* Effect.forEach(commands, Effect.result, { concurrency: "unbounded" })
        const sent = { search: busy, state: "WaitingForCustomer", limit: 9, offset: 0 } as const
        assert.strictEqual((yield* requests.list(member.workspaceId, sent)).total, 1, `round ${round}`)
      }
    }),
  )

  it.effect("I9 I7: a command that comes ten times at once is carried out once", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const id = yield* uuid
      const input = {
        details: TestFirm.details(stored.ref, { recipients: [TestFirm.recipient(address)] }),
        policy: RequestPolicy.standard,
      }
      const all = (results: ReadonlyArray<Result.Result<ClientRequest.State, unknown>>, state: string) =>
        assert.deepStrictEqual(
          results.map((result) => (Result.isSuccess(result) ? result.success.state : result.failure)),
          Array.from({ length: 10 }, () => state),
        )

      all(yield* atOnce(10, () => requests.create(member, input, id)), "Pending")
      assert.deepStrictEqual((yield* history(member, id)).events, ["RequestCreated"])

      const sendId = yield* uuid
      all(yield* atOnce(10, () => requests.send(member, id, sendId)), "Pending")
      const sent = yield* history(member, id)
      assert.deepStrictEqual(sent.events.slice(1), ["RequestSent"])
      assert.strictEqual(sent.mails.length, 1)

      const customer = yield* TestFirm.customerOf(sent.current.request)
      yield* requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* uuid)
      const submitId = yield* uuid
      all(yield* atOnce(10, () => requests.submit(customer, 1, submitId)), "Submitted")
      const submitted = yield* history(member, id)
      assert.deepStrictEqual(submitted.events.slice(2), [
        "DeviceFixed",
        "RequestStarted",
        "ItemStarted",
        "RequestSubmitted",
      ])
      assert.deepStrictEqual(
        submitted.mails.map(({ kind }) => kind),
        ["invitation", "submitted-notice"],
      )

      const other = yield* TestFirm.sendRequest(member, stored.ref)
      const cancelId = yield* uuid
      all(yield* atOnce(10, () => requests.cancel(member, other.id, "", cancelId)), "Cancelled")
      // and once more, by another command: a second cancel is no event
      yield* requests.cancel(member, other.id, "", yield* uuid)
      const cancelled = yield* history(member, other.id)
      assert.deepStrictEqual(cancelled.events.slice(2), ["RequestCancelled"])
    }),
  )

  it.effect("P4 P6 P30: twenty sends for one task, to twenty people, race, and exactly one wins", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const task = yield* uuid
      const create = (n: number) =>
        Effect.gen(function* () {
          const recipients = [TestFirm.recipient(`${n}.${address}`)]
          // each with another task beside it, before or after
          const other = { task: yield* uuid, sections: ["papers"] }
          const shared = { task, sections: ["about"] }
          const tasks = n % 2 === 0 ? [shared, other] : [other, shared]
          return yield* TestFirm.createRequest(member, stored.ref, { recipients, tasks }, RequestPolicy.passfort)
        })
      const created = yield* Effect.forEach(Array.from({ length: 20 }).keys(), create)
      const results = yield* atOnce(20, (index) =>
        Effect.flatMap(uuid, (id) => requests.send(member, created[index]?.id ?? "", id)),
      )
      const [winner, ...others] = results.filter(Result.isSuccess).map(({ success }) => success.id)
      assert.deepStrictEqual(others, [])
      for (const loser of results.filter(Result.isFailure)) {
        assert.instanceOf(loser.failure, ClientRequest.Refusal)
        const [reason] = loser.failure instanceof ClientRequest.Refusal ? loser.failure.reasons : []
        assert.deepStrictEqual([reason?.code, ...(reason?.about ?? [])], ["outstanding-task", winner])
      }
    }),
  )

  it.effect(
    "L41 I10: cancelled, submitted and expired at once, 200 times: one wins, the audit agrees, the losers are told",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const questionnaires = yield* Questionnaires
        const { member } = yield* TestFirm.firm
        const { stored } = yield* questionnaires.add(
          member.workspaceId,
          TestFirm.questionnaire.replace('"id":"kyc"', '"id":"free"').replace('"required":true,', ""),
        )
        const outcomes = new Set<string>()
        for (let round = 0; round < 200; round++) {
          const sent = yield* TestFirm.sendRequest(member, stored.ref)
          const customer = yield* TestFirm.customerOf(sent)
          const end = sent.expiresAt ?? 0
          const [cancelId, submitId] = [yield* uuid, yield* uuid]
          // the last millisecond, and for the sweeper the one after it
          const cancel = Effect.asVoid(TestFirm.at(end - 1)(requests.cancel(member, sent.id, "", cancelId)))
          const submit = Effect.asVoid(TestFirm.at(end - 1)(requests.submit(customer, 1, submitId)))
          const sweep = Effect.asVoid(TestFirm.at(end)(requests.sweep))
          const orders = [
            [cancel, submit, sweep],
            [submit, sweep, cancel],
            [sweep, cancel, submit],
          ]
          const order = orders[round % 3] ?? []
          const results = yield* atOnce(3, (index) => order[index] ?? sweep)
          const won = (one: typeof cancel) => results[order.indexOf(one)]?._tag === "Success"
          const { current, events } = yield* history(member, sent.id)
          const { state } = current.request
          outcomes.add(state)
          // once it has expired it can still be cancelled, and nothing else
          assert.deepStrictEqual([won(cancel), won(submit)], [state === "Cancelled", state === "Submitted"])
          for (const loser of results.filter(Result.isFailure)) {
            assert.instanceOf(loser.failure, ClientRequest.Refusal)
            assert.match(JSON.stringify(loser.failure), /wrong-state|expired/)
          }
          const told = events.slice(2).filter((type) => /Submitted|Cancelled|Expired/.test(type))
          assert.include(
            [
              ["RequestSubmitted"],
              ["RequestCancelled"],
              ["RequestExpired", "RequestCancelled"],
              ["RequestExpired"],
            ].map(String),
            String(told),
          )
        }
        assert.includeMembers([...outcomes], ["Cancelled", "Submitted"])
      }),
    300_000,
  )

  it.effect("I10: answers, files and a cancel at once leave a request that its events explain", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored } = yield* TestFirm.firm
      for (let round = 0; round < 8; round++) {
        const sent = yield* TestFirm.sendRequest(member, stored.ref)
        const customer = yield* TestFirm.customerOf(sent)
        const file = { name: "a.pdf", bytes: 1, type: "application/pdf", sha256: "" }
        const input = { revision: 1, question: "passport", limit: 2 }
        const commands = [
          ...["A", "B", "C"].map((name) =>
            Effect.flatMap(uuid, (id) => requests.save(customer, { revision: 1, answers: { name } }, id)),
          ),
          ...[1, 2, 3].map(() =>
            Effect.flatMap(Effect.all([uuid, uuid]), ([fileId, id]) =>
              requests.attachFile(customer, { ...input, file: { ...file, id: fileId } }, id),
            ),
          ),
          Effect.flatMap(uuid, (id) => requests.cancel(member, sent.id, "", id)),
        ]
        const results = yield* atOnce(commands.length, (index) => Effect.asVoid(commands[index] ?? Effect.void))
        for (const one of results.filter(Result.isFailure)) assert.instanceOf(one.failure, ClientRequest.Refusal)
        const { current, history: entries } = yield* history(member, sent.id)
        assert.strictEqual(current.request.state, "Cancelled")
        assert.isAtMost(current.request.files.length, 2)
        const events = entries.flatMap(({ event }) => event ?? [])
        assert.deepStrictEqual(ClientRequest.replay(events), current.request)
      }
    }),
  )

  it.effect("a request is read while it is submitted, in a server that has read nothing yet", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      // each firm's questionnaire is read here for the first time, by all of them at once
      const firms = yield* Effect.all(
        Array.from({ length: 12 }, () =>
          Effect.gen(function* () {
            const { member, stored } = yield* TestFirm.firm
            const sent = yield* TestFirm.sendRequest(member, stored.ref)
            return { member, customer: yield* TestFirm.customerOf(sent) }
          }),
        ),
      )
      const reads = firms.map(({ member, customer }) => requests.overview(member.workspaceId, customer.requestId))
      const writes = firms.map(({ customer }) =>
        Effect.flatMap(uuid, (id) => Effect.flip(requests.submit(customer, 1, id))),
      )
      const calls: ReadonlyArray<Effect.Effect<unknown, unknown, Crypto.Crypto>> = [...reads, ...writes]
      yield* Effect.all(calls, { concurrency: "unbounded" }).pipe(Effect.timeout("60 seconds"))
    }),
  )
})
