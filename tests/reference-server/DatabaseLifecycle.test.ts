import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import init from "../../reference-server/src/Database/migrations/0001_init.ts"
import * as migrations from "../../reference-server/src/Database/migrations.ts"
import { Migrator, SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

layer(TestDatabase.administration, { excludeTestServices: true, timeout: "180 seconds" })("step 0002", (it) => {
  it.effect("requests from before the first release are not carried over: it says so, and changes nothing", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`DROP SCHEMA public CASCADE`
      yield* sql`CREATE SCHEMA public`
      yield* Migrator.make({})({ loader: Migrator.fromRecord({ "0001_init": init }), table: "schema_migrations" })
      const [workspaceId, id, at] = [crypto.randomUUID(), crypto.randomUUID(), new Date()]
      const workspace = {
        id: workspaceId,
        name: "W",
        accent: "#000000",
        language: "en",
        timeZone: "UTC",
        createdAt: at,
      }
      yield* sql`INSERT INTO workspaces ${sql.insert(workspace)}`
      const words = { state: "{}", lifecycle: "Pending", recipientEmail: "", search: "" }
      yield* sql`INSERT INTO client_requests ${sql.insert({ id, workspaceId, ...words, createdAt: at, updatedAt: at })}`

      const error = yield* Effect.flip(migrations.run)
      assert.strictEqual(error.reason, "migration-failed")
      assert.match(error.message, /holds requests of a version .* before the first release.* DATABASE_URL or DATA_DIR/)
      assert.strictEqual((yield* sql`SELECT recipient_email FROM client_requests`).length, 1)
      assert.strictEqual((yield* sql`SELECT 1 FROM schema_migrations`).length, 1)

      yield* sql`DELETE FROM client_requests`
      yield* migrations.run
      const steps = yield* sql`SELECT 1 FROM schema_migrations`
      assert.strictEqual(steps.length, Object.keys(migrations.migrations).length)
    }),
  )
})
