import { assert, describe, it as plain, layer } from "@effect/vitest"
import { Events as Contract } from "@requite/api"
import { ClientRequest } from "@requite/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Events } from "../../reference-server/src/Events.ts"
import * as Cursor from "../../reference-server/src/Events/Cursor.ts"
import * as Payload from "../../reference-server/src/Events/Payload.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Samples from "./EventsSamples.ts"

/** Everything after a cursor, page by page. */
const readAll = (workspaceId: string, after: string | null, limit: number, type?: Contract.Type) =>
  Effect.gen(function* () {
    const events = yield* Events
    const found: Array<Contract.Listed> = []
    let next = after
    for (;;) {
      const page = yield* events.list(workspaceId, { after: next, limit, type })
      assert.isAtMost(page.events.length, limit)
      found.push(...page.events)
      next = page.next
      if (!page.more) return { found, next }
    }
  })

/** Everything after a cursor, as soon as there are so many: transactions of others may hold the end up. */
const readSome = (workspaceId: string, after: string | null, limit: number, count: number, type?: Contract.Type) => {
  const found: Array<Contract.Listed> = []
  let next = after
  return TestFirm.eventually(
    Effect.gen(function* () {
      const read = yield* readAll(workspaceId, next, limit, type)
      found.push(...read.found)
      next = read.next
      return found.length >= count ? { found, next } : undefined
    }),
  )
}

const written = (workspaceId: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{ requestId: string; index: number }>`
      SELECT request_id, index FROM audit_entries WHERE workspace_id = ${workspaceId}`
    return rows.map(({ requestId, index }) => Payload.idOf(requestId, index)).toSorted()
  })
const ids = (events: ReadonlyArray<Contract.Listed>) => events.map(({ data }) => data.id)

describe("what an event says", () => {
  const names = ClientRequest.Event.members.map(({ fields }) => fields.type.literal)

  plain("S71: every event that there is has a type and a schema of its own, and no other", () => {
    assert.isAbove(names.length, 30)
    assert.sameMembers(Object.keys(Contract.names), names)
    assert.sameMembers(Object.keys(Contract.schemas), names)
    assert.strictEqual(new Set(Object.values(Contract.names)).size, names.length)
    for (const [name, schema] of Object.entries(Contract.schemas)) {
      assert.strictEqual(
        schema.fields.type.literal,
        Object.entries(Contract.names).find(([core]) => core === name)?.[1],
      )
    }
  })

  plain("S12 S71: of whatever an event holds, only ids and states leave", () => {
    const told = new Set<string>()
    for (const event of Samples.everyEvent) {
      const made = Payload.of({
        requestId: "0198c1f2-6f0a-4d39-9e55-2f1f0a5c7d10",
        index: 3,
        type: event.type,
        at: new Date(event.at),
        by: event.by,
        event,
        context: { before: "Pending", after: "Submitted" },
        transaction: "812",
        position: "99",
        workItem: null,
      })
      told.add(made.type)
      assert.deepStrictEqual(Schema.decodeUnknownSync(Contract.Event)(JSON.parse(JSON.stringify(made))), made)
      assert.notMatch(JSON.stringify(made), Samples.mark, event.type)
    }
    assert.sameMembers([...told], Object.values(Contract.names))
  })

  plain("an erased entry says that it was, and nothing of what it said", () => {
    const erased = Payload.of({
      requestId: "0198c1f2-6f0a-4d39-9e55-2f1f0a5c7d10",
      index: 1,
      type: "RequestCreated",
      at: new Date(0),
      by: { kind: "system" },
      event: null,
      context: null,
      transaction: "1",
      position: "2",
      workItem: null,
    })
    assert.deepStrictEqual(erased, {
      type: "event.erased",
      timestamp: "1970-01-01T00:00:00.000Z",
      data: {
        id: "evt_0198c1f26f0a4d399e552f1f0a5c7d10_1",
        cursor: "00000000000000010000000000000002",
        requestId: "0198c1f2-6f0a-4d39-9e55-2f1f0a5c7d10",
        index: 1,
        by: { kind: "system", id: null },
        was: "request.created",
      },
    })
  })

  plain("cursors are places in the order, as text too, and nonsense is the beginning", () => {
    const places = ["0 1", "1 9223372036854775807", "9 2", "10 1", "4294967296 5", "9223372036854775807 1"]
    const cursors = places.map((text) => {
      const [transaction = "", position = ""] = text.split(" ")
      assert.deepStrictEqual(Cursor.read(Cursor.print({ transaction, position })), { transaction, position })
      return Cursor.print({ transaction, position })
    })
    assert.deepStrictEqual(cursors, cursors.toSorted())
    for (const nonsense of ["", "f".repeat(32), "'; --", "0"]) {
      assert.deepStrictEqual(Cursor.read(nonsense), { transaction: "0", position: "0" })
    }
  })
})

layer(TestFirm.withoutWorker, { excludeTestServices: true, timeout: "180 seconds" })("the event feed", (it) => {
  it.effect("lists what happened in one order, page by page, and goes on from a cursor", () =>
    Effect.gen(function* () {
      const { member, stored } = yield* TestFirm.firm
      const events = yield* Events
      const requests = yield* ClientRequests
      const { workspaceId } = member
      assert.deepStrictEqual(yield* events.list(workspaceId, { after: null, limit: 10 }), {
        events: [],
        next: Cursor.beginning,
        more: false,
      })
      const one = yield* TestFirm.sendRequest(member, stored.ref)
      const two = yield* TestFirm.createRequest(member, stored.ref)
      const { found, next } = yield* readSome(workspaceId, null, 2, 3)
      assert.deepStrictEqual(
        found.map(({ type, data }) => [type, data.requestId, data.index]),
        [
          ["request.created", one.id, 1],
          ["request.sent", one.id, 2],
          ["request.created", two.id, 1],
        ],
      )
      yield* requests.cancel(member, one.id, "not needed", yield* TestFirm.uuid)
      const later = yield* readSome(workspaceId, next, 2, 1)
      assert.deepStrictEqual(
        later.found.map(({ type }) => type),
        ["request.cancelled"],
      )
      const created = yield* readAll(workspaceId, null, 1, "request.created")
      assert.deepStrictEqual(
        created.found.map(({ data }) => data.requestId),
        [one.id, two.id],
      )
      const ofOne = yield* events.list(workspaceId, { after: null, limit: 10, request: one.id })
      assert.deepStrictEqual(
        ofOne.events.map(({ data }) => data.index),
        [1, 2, 3],
      )
      // another firm sees nothing of it
      const theirs = yield* TestFirm.firm
      assert.lengthOf((yield* readAll(theirs.member.workspaceId, null, 10)).found, 0)
      const peek = yield* events.list(theirs.member.workspaceId, { after: null, limit: 10, request: one.id })
      assert.lengthOf(peek.events, 0)
    }),
  )

  it.effect("while many write, a reader misses nothing and meets nothing twice", () =>
    Effect.gen(function* () {
      const { member, stored } = yield* TestFirm.firm
      const { workspaceId } = member
      const writer = Effect.gen(function* () {
        for (let count = 0; count < 6; count += 1) yield* TestFirm.sendRequest(member, stored.ref)
      })
      const writers = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 8 }, () => writer),
          { concurrency: "unbounded" },
        ),
      )
      const read: Array<Contract.Listed> = []
      let next: string | null = null
      let isOver = false
      while (!isOver) {
        // asked before reading: what is written after that is read in the next turn
        isOver = writers.pollUnsafe() !== undefined
        const page: { readonly found: ReadonlyArray<Contract.Listed>; readonly next: string | null } = yield* readAll(
          workspaceId,
          next,
          3,
        )
        read.push(...page.found)
        next = page.next
      }
      yield* Fiber.join(writers)
      if (read.length < 96) read.push(...(yield* readSome(workspaceId, next, 3, 96 - read.length)).found)
      assert.lengthOf(read, 96)
      assert.deepStrictEqual(ids(read).toSorted(), yield* written(workspaceId))
      assert.deepStrictEqual(
        read.map(({ data }) => data.cursor),
        read.map(({ data }) => data.cursor).toSorted(),
      )
      // the order stays
      assert.deepStrictEqual(ids((yield* readAll(workspaceId, null, 500)).found), ids(read))
    }),
  )

  // the embedded database has one session: there, one writer waits for the other
  it.effect.skipIf(process.env["TEST_DATABASE_URL"] === undefined)(
    "what commits late is not missed, whichever of two transactions began, wrote or committed first",
    () =>
      Effect.gen(function* () {
        const { member, stored } = yield* TestFirm.firm
        const { workspaceId } = member
        const sql = yield* SqlClient.SqlClient
        const create = TestFirm.createRequest(member, stored.ref)
        const began = sql`SELECT pg_current_xact_id()::text AS began`
        const [firstBegan, secondWrote, secondMay] = [
          yield* Deferred.make<void>(),
          yield* Deferred.make<void>(),
          yield* Deferred.make<void>(),
        ]
        // begins first, writes last, commits first
        const first = yield* Effect.forkChild(
          sql.withTransaction(
            Effect.gen(function* () {
              yield* began
              yield* Deferred.succeed(firstBegan, undefined)
              yield* Deferred.await(secondWrote)
              yield* create
            }),
          ),
        )
        // begins later, has its place before the other's, and commits last
        const second = yield* Effect.forkChild(
          sql.withTransaction(
            Effect.gen(function* () {
              yield* Deferred.await(firstBegan)
              yield* began
              yield* create
              yield* Deferred.succeed(secondWrote, undefined)
              yield* Deferred.await(secondMay)
            }),
          ),
        )
        yield* Fiber.join(first)
        const early = yield* readSome(workspaceId, null, 10, 1)
        assert.lengthOf(early.found, 1)
        yield* Deferred.succeed(secondMay, undefined)
        yield* Fiber.join(second)
        const late = yield* readSome(workspaceId, early.next, 10, 1)
        assert.lengthOf(late.found, 1)
        assert.deepStrictEqual(ids([...early.found, ...late.found]).toSorted(), yield* written(workspaceId))
      }),
  )
})
