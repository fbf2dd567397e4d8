// Another SECRET_KEY: what the one from before sealed is sealed anew, and nothing is read with a wrong one.
import { assert, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as dataKeys from "../../reference-server/src/DataKeys/layer.ts"
import * as starting from "../../reference-server/src/DataKeys/starting.ts"
import { DataKeys } from "../../reference-server/src/DataKeys.ts"
import * as Domain from "../../reference-server/src/Domain.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Vault from "../../reference-server/src/Vault.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import * as TestFirm from "../support/TestFirm.ts"

const [first, second] = ["the first key of the operator's, long", "the second key of the operator's, long"]
const [workspaceId, endpointId, memberId, folderId] = [1, 2, 3, 4].map((n) => `00000000-0000-4000-8000-00000000000${n}`)

it.live(
  "S77: with another SECRET_KEY the server starts if it is told the one from before, and needs it once",
  () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const DATA_DIR = yield* TestDatabase.temporaryDirectory
      const started = (environment: Record<string, string>) =>
        starting.layer.pipe(
          Layer.provideMerge(dataKeys.layer),
          Layer.provideMerge(Vault.layer),
          Layer.provideMerge(Domain.platform(TestFirm.config({ DATA_DIR, ...environment }))),
          Layer.provide(Layer.succeed(SqlClient.SqlClient, sql)),
          Layer.fresh,
          Layer.build,
        )
      const read = Effect.fnUntraced(function* (environment: Record<string, string>, sealed: Uint8Array) {
        const services = yield* started(environment)
        return yield* Context.get(services, DataKeys).open(workspaceId ?? "", "answers/a", sealed)
      })

      yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, name: "Firm", accent: "#123456", language: "en", timeZone: "UTC", createdAt: new Date() })}`
      // without a SECRET_KEY the key is a file, and it stays there
      const file = yield* started({})
      const sealed = yield* Context.get(file, DataKeys).seal(workspaceId ?? "", "answers/a", "said")
      const secret = yield* Context.get(file, Vault.Vault).seal(Redacted.make("whsec"), `webhook:${endpointId}`)
      yield* sql`INSERT INTO webhook_endpoints ${sql.insert({ id: endpointId, workspaceId, url: "", description: "", answers: false, enabled: true, secret, createdAt: new Date() })}`
      const token = yield* Context.get(file, Vault.Vault).seal(Redacted.make("token"), `folder-mail:${folderId}`)
      yield* sql`INSERT INTO members ${sql.insert({ id: memberId, workspaceId, name: "", email: "m@firm.example", role: "admin", passwordHash: "", createdAt: new Date() })}`
      yield* sql`INSERT INTO folders ${sql.insert({ id: folderId, workspaceId, name: "", visibility: "private", createdAt: new Date() })}`
      yield* sql`INSERT INTO folder_addresses ${sql.insert({ folderId, workspaceId, digest: "", sealed: token, createdAt: new Date(), createdBy: memberId })}`
      assert.strictEqual(yield* read({ SECRET_KEY: first }, sealed), "said")

      const wrong = yield* Effect.exit(read({ SECRET_KEY: second }, sealed))
      assert.include(wrong._tag === "Failure" ? String(Cause.squash(wrong.cause)) : "", "set that one, or name it")
      assert.strictEqual(yield* read({ SECRET_KEY: second, SECRET_KEY_BEFORE: first }, sealed), "said")
      assert.strictEqual(yield* read({ SECRET_KEY: second }, sealed), "said")
      assert.strictEqual((yield* Effect.exit(read({ SECRET_KEY: first }, sealed)))._tag, "Failure")

      const vault = Context.get(yield* started({ SECRET_KEY: second }), Vault.Vault)
      const [row] = yield* sql<{ secret: string }>`SELECT secret FROM webhook_endpoints`
      assert.notStrictEqual(row?.secret, secret)
      assert.strictEqual(Redacted.value(yield* vault.open(row?.secret ?? "", `webhook:${endpointId}`)), "whsec")
      // an address of a folder is shown again (F15)
      const [mail] = yield* sql<{ sealed: string }>`SELECT sealed FROM folder_addresses`
      assert.strictEqual(Redacted.value(yield* vault.open(mail?.sealed ?? "", `folder-mail:${folderId}`)), "token")
    }).pipe(Effect.scoped, Effect.provide([TestDatabase.layer, TestDatabase.everyWorkspace])),
  180_000,
)
