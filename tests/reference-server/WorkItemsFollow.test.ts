// What happens to requests, as the work they belong to shows it: through the real door, over a real database.
import { assert, layer } from "@effect/vitest"
import { Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import * as closing from "../../reference-server/src/WorkItems/closing.ts"
import * as answers from "../../reference-server/src/WorkItems/answers.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./WorkItemsWorld.ts"

/** Work of a firm of its own, and what it looks like at a glance. */
const arrange = Effect.gen(function* () {
  const { member } = yield* TestFirm.firm
  const arranged = yield* World.arrange(member)
  const work = yield* WorkItems
  const glance = Effect.map(work.overview(arranged.workspaceId, arranged.id), ({ workItem, tasks, basket }) => ({
    status: workItem.status,
    stage: workItem.stage,
    tasks: tasks.map(({ status }) => status),
    basket: basket.length,
  }))
  return { ...arranged, work, glance }
})

layer(World.services, { excludeTestServices: true, timeout: "180 seconds" })(
  "what work shows of its requests",
  (it) => {
    it.effect(
      "P6 P13 P15 P16 T17 L14: sent, it waits for the customer; submitted, its tasks are done and it moves on once",
      () =>
        Effect.gen(function* () {
          const arranged = yield* arrange
          const { glance, work, workspaceId, id, identity, address, member } = arranged
          const sent = yield* World.send(arranged, [
            [identity, "person"],
            [address, "bill"],
          ])
          assert.deepStrictEqual(yield* glance, {
            status: "WaitingForCustomer",
            stage: 0,
            tasks: ["WaitingForCustomer", "WaitingForCustomer"],
            basket: 0,
          })
          assert.strictEqual((yield* work.task(workspaceId, id, identity)).out, sent.id)
          const listed = yield* work.list(workspaceId, { status: "WaitingForCustomer", limit: 10, offset: 0 })
          assert.strictEqual(listed.total, 1)

          const requests = yield* ClientRequests
          const done = yield* requests.closeOnBehalf(member, sent.id, yield* Crypto.uuid)
          const after = { status: "Active", stage: 1, tasks: ["Done", "Done"], basket: 0 }
          assert.deepStrictEqual(yield* glance, after)
          assert.deepInclude((yield* work.task(workspaceId, id, address)).result, { request: sent.id })

          // the event comes a second time
          const { history } = yield* requests.overview(workspaceId, sent.id)
          const last = history.at(-1)?.event
          assert.strictEqual(last?.type, "RequestSubmitted")
          yield* work.follow(workspaceId, sent, done, last === undefined || last === null ? [] : [last])
          assert.deepStrictEqual(yield* glance, after)
          // what the firm says itself stays so, whatever else happens to the request
          yield* work.editTask(member, id, address, { done: false })
          yield* World.happens(arranged, sent.id, {
            type: "AcceptItem",
            item: sent.details.tasks[0]?.sections[0] ?? "",
          })
          assert.deepStrictEqual((yield* glance).tasks, ["Done", "Open"])
          // another submission, after the firm has opened it again, moves nothing on either
          yield* World.happens(arranged, sent.id, { type: "Reopen" })
          assert.strictEqual((yield* glance).status, "WaitingForCustomer")
          yield* requests.closeOnBehalf(member, sent.id, yield* Crypto.uuid)
          assert.deepStrictEqual(yield* glance, after)
        }),
    )

    it.effect("T17: without auto-advance the stage stays, and the last stage is the last", () =>
      Effect.gen(function* () {
        const arranged = yield* arrange
        const { glance, work, workspaceId, id, address, member } = arranged
        const submit = Effect.gen(function* () {
          const { id: request } = yield* World.send(arranged, [[address, "bill"]])
          yield* (yield* ClientRequests).closeOnBehalf(member, request, yield* Crypto.uuid)
        })
        yield* work.edit(workspaceId, id, { autoAdvance: false })
        yield* submit
        assert.strictEqual((yield* glance).stage, 0)
        yield* work.edit(workspaceId, id, { autoAdvance: true, stage: 3 })
        yield* submit
        assert.strictEqual((yield* glance).stage, 3)
      }),
    )

    it.effect("P4 P29: a task that is out is not asked for again, until its request is cancelled or has expired", () =>
      Effect.gen(function* () {
        const arranged = yield* arrange
        const { glance, work, workspaceId, id, identity, address, member } = arranged
        const first = yield* World.send(arranged, [[identity, "person"]])
        const refused = yield* Effect.flip(work.addToBasket(workspaceId, id, identity, "other"))
        assert.deepInclude(refused, { code: "request-out", about: [first.id] })
        yield* work.addToBasket(workspaceId, id, address)
        assert.deepStrictEqual((yield* glance).tasks, ["WaitingForCustomer", "Open"])
        const requests = yield* ClientRequests
        yield* requests.cancel(member, first.id, "", yield* Crypto.uuid)
        assert.deepStrictEqual(yield* glance, { status: "Active", stage: 0, tasks: ["Open", "Open"], basket: 1 })

        const second = yield* World.send(arranged, [[identity, "other"]])
        assert.strictEqual((yield* work.task(workspaceId, id, identity)).out, second.id)
        // I12: whether or not anybody has swept
        const late = TestFirm.at(second.expiresAt ?? 0)
        assert.deepInclude(yield* late(glance), { status: "Active", tasks: ["Open", "Open"] })
        yield* late(work.addToBasket(workspaceId, id, identity, "person"))
      }),
    )

    it.effect(
      "K31: a task is done when the customer has completed its sections, though others are still open; and open again when they take it back",
      () =>
        Effect.gen(function* () {
          const arranged = yield* arrange
          const { glance, work, workspaceId, id, identity, address } = arranged
          const sent = yield* World.send(
            arranged,
            [
              [identity, "person"],
              [address, "bill"],
            ],
            RequestPolicy.karbon,
          )
          const [first] = sent.details.tasks[0]?.sections ?? []
          assert(first !== undefined)
          yield* World.happens(arranged, sent.id, { type: "MarkItem", item: first, complete: true })
          assert.deepInclude(yield* glance, { status: "WaitingForCustomer", tasks: ["Done", "WaitingForCustomer"] })
          assert.deepInclude((yield* work.task(workspaceId, id, identity)).result, { request: sent.id })
          yield* World.happens(arranged, sent.id, { type: "MarkItem", item: first, complete: false })
          assert.deepStrictEqual((yield* glance).tasks, ["WaitingForCustomer", "WaitingForCustomer"])
        }),
    )

    it.effect(
      "P16: each task has its own answers back, by the ids of the questionnaire it asked, though both ask for a name",
      () =>
        Effect.gen(function* () {
          const arranged = yield* arrange
          const { work, workspaceId, id, identity, address, member } = arranged
          const sent = yield* World.send(arranged, [
            [identity, "person"],
            [address, "bill"],
          ])
          assert.isNull(yield* answers.of(workspaceId, yield* work.task(workspaceId, id, identity)))
          // what the customer had saved, as it lies in the database
          const sql = yield* SqlClient.SqlClient
          const saved = { name: "Ann", born: "1980", proofOfAddressName: "Ann Lind" }
          yield* sql`INSERT INTO answers ${sql.insert({ requestId: sent.id, workspaceId, answers: JSON.stringify(saved), visited: "[]", savedAt: new Date() })}`
          yield* (yield* ClientRequests).closeOnBehalf(member, sent.id, yield* Crypto.uuid)
          const back = yield* Effect.forEach([identity, address], (task) =>
            Effect.flatMap(work.task(workspaceId, id, task), (found) => answers.of(workspaceId, found)),
          )
          assert.deepStrictEqual(
            back.map((one) => [one?.questionnaire.id, one?.answers]),
            [
              ["person", { name: "Ann", born: "1980" }],
              ["bill", { name: "Ann Lind" }],
            ],
          )
        }),
    )

    it.effect("K39 L25: completed, its requests are suspended, those not sent yet too; opened again they go on", () =>
      Effect.gen(function* () {
        const arranged = yield* arrange
        const { glance, work, workspaceId, id, identity, address, member } = arranged
        const requests = yield* ClientRequests
        const gone = yield* World.send(arranged, [[address, "bill"]], RequestPolicy.karbon)
        yield* requests.cancel(member, gone.id, "", yield* Crypto.uuid)
        const open = yield* World.send(arranged, [[identity, "person"]], RequestPolicy.karbon)
        yield* work.addToBasket(workspaceId, id, address)
        const unsent = yield* World.draft(arranged, RequestPolicy.karbon)
        const suspended = Effect.map(
          Effect.forEach([gone, open, unsent], (one) => requests.overview(workspaceId, one.id)),
          (all) => all.map(({ current }) => current.request.suspended?.reason ?? null),
        )

        yield* closing.complete(member, id, yield* Crypto.uuid)
        assert.strictEqual((yield* glance).status, "Completed")
        assert.deepStrictEqual(yield* suspended, [null, "work-completed", "work-completed"])
        const refused = yield* Effect.flip(requests.send(member, unsent.id, yield* Crypto.uuid))
        assert(refused._tag === "Refusal")
        assert.include(
          refused.reasons.map(({ code }) => code),
          "suspended",
        )
        assert.deepInclude(yield* Effect.flip(work.addToBasket(workspaceId, id, address)), { code: "work-completed" })
        // one that is made afterwards waits as well
        const { details, policy } = unsent
        const late = yield* requests.create(member, { details, policy }, yield* Crypto.uuid)
        const held = yield* Effect.flip(requests.send(member, late.id, yield* Crypto.uuid))
        assert(held._tag === "Refusal")
        assert.deepStrictEqual(
          held.reasons.map(({ code }) => code),
          ["work-item-completed"],
        )
        yield* requests.cancel(member, late.id, "", yield* Crypto.uuid)
        // pressed twice
        yield* closing.complete(member, id, yield* Crypto.uuid)

        yield* closing.reopen(member, id, yield* Crypto.uuid)
        assert.strictEqual((yield* glance).status, "WaitingForCustomer")
        assert.deepStrictEqual(yield* suspended, [null, null, null])
        const resent = yield* requests.resend(member, open.id, yield* Crypto.uuid)
        assert.strictEqual(resent.sendNo, 2)
      }),
    )

    it.effect("K39: what the firm had suspended for another reason stays so when work is opened again", () =>
      Effect.gen(function* () {
        const arranged = yield* arrange
        const { id, identity, member, workspaceId } = arranged
        const requests = yield* ClientRequests
        const { id: request } = yield* World.send(arranged, [[identity, "person"]], RequestPolicy.karbon)
        yield* requests.suspend(member, request, "by hand", yield* Crypto.uuid)
        yield* closing.complete(member, id, yield* Crypto.uuid)
        yield* closing.reopen(member, id, yield* Crypto.uuid)
        const { current } = yield* requests.overview(workspaceId, request)
        assert.strictEqual(current.request.suspended?.reason, "by hand")
      }),
    )

    it.effect("another firm's request that names our work changes nothing of it", () =>
      Effect.gen(function* () {
        const ours = yield* arrange
        const theirs = yield* arrange
        yield* theirs.work.addToBasket(theirs.workspaceId, theirs.id, theirs.address)
        const { id } = yield* World.draft(theirs)
        const tasks = [{ task: ours.identity, sections: ["about"] }]
        yield* (yield* ClientRequests)
          .edit(theirs.member, id, { workItem: ours.id, tasks }, yield* Crypto.uuid)
          .pipe(Effect.andThen((yield* ClientRequests).send(theirs.member, id, yield* Crypto.uuid)))
        assert.deepInclude(yield* ours.glance, { status: "Active", tasks: ["Open", "Open"] })
        yield* (yield* ClientRequests).closeOnBehalf(theirs.member, id, yield* Crypto.uuid)
        assert.deepStrictEqual(yield* ours.glance, { status: "Active", stage: 0, tasks: ["Open", "Open"], basket: 0 })
      }),
    )
  },
)
