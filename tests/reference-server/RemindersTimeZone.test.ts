// When the rules of a time zone change under a plan: what is kept is a cache of the rule, and the rule is the truth (M24).
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"

const hour = 3_600_000

layer(TestFirm.withoutWorker, { excludeTestServices: true, timeout: "180 seconds" })(
  "plans over a change of zone",
  (it) => {
    it.effect(
      "M24: a kept instant that the rule no longer gives sends nothing, and the rule's own is planned again",
      () =>
        Effect.gen(function* () {
          const requests = yield* ClientRequests
          const sql = yield* SqlClient.SqlClient
          const { member, stored } = yield* TestFirm.firm
          const { id } = yield* TestFirm.sendRequest(member, stored.ref, {
            reminders: { rule: { kind: "urgent" }, enabled: true },
            timeZone: "America/Sao_Paulo",
            due: new Date(Date.now() + 30 * 24 * hour).toISOString().slice(0, 10),
          })
          const planned = Effect.gen(function* () {
            const [row] = yield* sql<{ at: Date }>`SELECT next_due_at AS at FROM client_requests WHERE id = ${id}`
            return row?.at.getTime() ?? assert.fail("nothing is planned")
          })
          const sweepAt = (at: number) =>
            TestFirm.at(at)(Effect.repeat(requests.sweep, { while: (looked) => looked > 0 }))
          const reminders = Effect.map(
            requests.overview(member.workspaceId, id),
            ({ history }) => history.filter(({ event }) => event?.type === "ReminderSent").length,
          )
          const truth = yield* planned
          // kept by the rules of before, an hour off, as when Brazil gave up summer time in 2019
          yield* sql`UPDATE client_requests SET next_due_at = ${new Date(truth - hour)} WHERE id = ${id}`
          yield* sweepAt(truth - hour)
          assert.strictEqual(yield* reminders, 0)
          assert.strictEqual(yield* planned, truth)
          yield* sweepAt(truth)
          assert.strictEqual(yield* reminders, 1)
          // and kept an hour late: it goes out once, and the day after is on time
          const next = yield* planned
          yield* sql`UPDATE client_requests SET next_due_at = ${new Date(next + hour)} WHERE id = ${id}`
          yield* sweepAt(next + hour)
          assert.strictEqual(yield* reminders, 2)
          assert.strictEqual(yield* planned, next + 24 * hour)
        }),
    )
  },
)
