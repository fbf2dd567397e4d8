import { assert, layer } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Members } from "../../reference-server/src/Members.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Workspaces } from "../../reference-server/src/Workspaces.ts"
import * as TestFirm from "../support/TestFirm.ts"

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("workspaces", (it) => {
  it.effect("of several people who set up at once one does, and may sign in", () =>
    Effect.gen(function* () {
      const workspaces = yield* Workspaces
      const members = yield* Members
      const sql = yield* SqlClient.SqlClient
      assert.isFalse(yield* workspaces.isSetUp)
      const people = ["Ada", "Bea", "Cid", "Dan"].map((name) => ({
        workspace: { name: `${name} Ltd`, accent: "#0b6e4f", language: "sv", timeZone: "Europe/Stockholm" },
        member: { name, email: `${name}@Firm.example`, password: `the password of ${name}` },
      }))
      // all of them have got as far as the table before the first may go on
      const gate = yield* Deferred.make<void>()
      const racing = yield* Effect.forkChild(
        Effect.forEach(
          people,
          (input) => Effect.andThen(Deferred.await(gate), Effect.result(workspaces.setUp(input))),
          { concurrency: "unbounded" },
        ),
      )
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`LOCK TABLE members IN EXCLUSIVE MODE`
          yield* Deferred.succeed(gate, undefined)
          yield* Effect.sleep("500 millis")
        }),
      )
      const results = yield* Fiber.join(racing)
      const [winner, ...others] = results.filter(Result.isSuccess)
      assert.deepStrictEqual(others, [])
      const losers = results.filter(Result.isFailure).map(({ failure }) => failure._tag)
      assert.deepStrictEqual(losers, ["AlreadySetUp", "AlreadySetUp", "AlreadySetUp"])
      assert.isTrue(yield* workspaces.isSetUp)

      const member = winner?.success ?? assert.fail("nobody won")
      const workspace = yield* workspaces.get(member.workspaceId)
      assert.deepStrictEqual(workspace, {
        id: member.workspaceId,
        name: `${member.name} Ltd`,
        accent: "#0b6e4f",
        language: "sv",
        timeZone: "Europe/Stockholm",
        logo: null,
        look: null,
        frameOrigins: [],
      })
      assert.strictEqual((yield* sql`SELECT 1 FROM workspaces`).length, 1)
      const secret = yield* members.signIn(
        member.email.toLowerCase(),
        Redacted.make(`the password of ${member.name}`),
        "192.0.2.1",
      )
      assert.deepStrictEqual(yield* members.bySession(secret), member)

      const [, , , last] = people
      if (last !== undefined) {
        assert.strictEqual((yield* Effect.flip(workspaces.setUp(last)))._tag, "AlreadySetUp")
      }
    }),
  )
})
