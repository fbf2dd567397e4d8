import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { BlobKey } from "../BlobStore.ts"
import { Kdf } from "../platform/Crypto.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Secret from "../Secret.ts"
import * as Tenancy from "../Tenancy.ts"
import { AlreadySetUp, Logo, Workspace, Workspaces } from "../Workspaces.ts"

/** The layer of `Workspaces` over the database. */
export const layer = Layer.effect(
  Workspaces,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const services = Context.pick(Crypto.Crypto, Kdf.Kdf)(yield* Effect.context<Crypto.Crypto | Kdf.Kdf>())

    const byId = SqlSchema.findOne({
      Request: Workspace.fields.id,
      Result: Workspace,
      execute: (id) =>
        sql`SELECT id, name, accent, language, time_zone, logo, look, frame_origins FROM workspaces WHERE id = ${id}`,
    })
    const byLogo = SqlSchema.findOneOption({
      Request: BlobKey,
      Result: Schema.Struct({ workspaceId: Schema.String, ...Logo.fields }),
      execute: (id) => sql`SELECT workspace_id, id, type FROM logos WHERE id = ${id}`,
    })
    const isSetUp = Effect.map(Tenancy.across(sql`SELECT 1 FROM members LIMIT 1`), (rows) => rows.length > 0)

    const setUp: Workspaces["Service"]["setUp"] = (input) =>
      Effect.gen(function* () {
        const passwordHash = yield* Secret.hashPassword(Redacted.make(input.member.password))
        const now = new Date(yield* Clock.currentTimeMillis)
        const workspaceId = yield* Crypto.uuid
        const { name, email } = input.member
        // somebody has to let the others in
        const member = { id: yield* Crypto.uuid, workspaceId, name, email, role: "admin" } as const
        yield* Effect.gen(function* () {
          // two people who set up at the same moment: one of them does
          yield* sql`LOCK TABLE members IN EXCLUSIVE MODE`
          if (yield* isSetUp) return yield* new AlreadySetUp()
          yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, ...input.workspace, createdAt: now })}`
          yield* sql`INSERT INTO members ${sql.insert({ ...member, passwordHash, createdAt: now })}`
        }).pipe(sql.withTransaction, Tenancy.within(workspaceId))
        return member
      }).pipe(Effect.catchTag("SqlError", Effect.die), Effect.provideContext(services))

    const update: Workspaces["Service"]["update"] = (id, changes) =>
      Effect.gen(function* () {
        yield* sql`SELECT 1 FROM workspaces WHERE id = ${id} FOR UPDATE`
        const { name, language, timeZone } = { ...(yield* byId(id)), ...changes }
        yield* sql`UPDATE workspaces SET ${sql.update({ name, language, timeZone })} WHERE id = ${id}`
      }).pipe(sql.withTransaction, Effect.orDie)

    return Workspaces.of({
      isSetUp: Effect.orDie(isSetUp),
      setUp,
      get: (id) => Effect.orDie(byId(id)),
      update,
      logo: (id) => Effect.map(Effect.orDie(Tenancy.across(byLogo(id))), Option.getOrNull),
    })
  }),
)
