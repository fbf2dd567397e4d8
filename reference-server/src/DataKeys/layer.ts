/**
 * Data keys over Postgres and the vault. Open ones are kept in memory for a minute, of so many workspaces: another process may
 * have made or destroyed one. Who writes meanwhile by a key that is gone is refused by the statement itself (`Given.alive`).
 */
import { Crypto } from "@requite/core"
import { createSecretKey } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { DataKeyDestroyed, DataKeys, SealBroken } from "../DataKeys.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { Vault } from "../Vault.ts"
import * as Sealed from "./Sealed.ts"

/** How long keys are relied on without a look, in milliseconds, and of how many workspaces. */
const patience = 60_000
const most = 1_000

const Row = Schema.Struct({ id: Schema.String, sealed: Schema.NullOr(Schema.String), isFresh: Schema.Boolean })

/** The keys of one workspace. */
interface Known {
  readonly until: number
  /** The newest that holds; null: none does. */
  readonly newest: Sealed.OpenKey | null
  /** By id; null: destroyed. */
  readonly all: ReadonlyMap<string, Sealed.OpenKey | null>
}

export const layer = Layer.effect(
  DataKeys,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const vault = yield* Vault
    const crypto = yield* Crypto.Crypto
    // in the order in which they were looked up; for how long, says a clock that nobody sets
    const memory = new Map<string, Known>()
    const placeOf = (workspaceId: string, id: string) => `data-keys/${workspaceId}/${id}`

    const rows = SqlSchema.findAll({
      Request: Schema.String,
      Result: Row,
      execute: (workspaceId) => sql`
        SELECT id, sealed, created_at = now() AS is_fresh FROM data_keys
        WHERE workspace_id = ${workspaceId} ORDER BY data_keys.created_at DESC, data_keys.id`,
    })

    const opened = (workspaceId: string, id: string, secret: Redacted.Redacted): Sealed.OpenKey => {
      return { id, workspaceId, key: createSecretKey(Redacted.value(secret), "base64url") }
    }

    const load = Effect.fnUntraced(function* (workspaceId: string) {
      const found = yield* rows(workspaceId)
      const all = new Map<string, Sealed.OpenKey | null>()
      for (const { id, sealed } of found) {
        all.set(
          id,
          sealed === null ? null : opened(workspaceId, id, yield* vault.open(sealed, placeOf(workspaceId, id))),
        )
      }
      const newest = [...all.values()].find((key) => key !== null) ?? null
      const known: Known = { until: performance.now() + patience, newest, all }
      // one that this very transaction made may yet never have been
      if (newest !== null && !found.some(({ isFresh }) => isFresh)) remember(workspaceId, known)
      return known
    }, Effect.orDie)

    const remember = (workspaceId: string, known: Known) => {
      memory.delete(workspaceId)
      memory.set(workspaceId, known)
      if (memory.size <= most) return
      const [oldest] = memory.keys()
      if (oldest !== undefined) memory.delete(oldest)
    }

    const knownOf = (workspaceId: string): Known | undefined => {
      const known = memory.get(workspaceId)
      return known === undefined || known.until < performance.now() ? undefined : known
    }

    const make = Effect.fnUntraced(function* (workspaceId: string) {
      const { id, secret } = yield* Effect.all({ id: Crypto.uuid, secret: Crypto.secret }).pipe(
        Effect.provideService(Crypto.Crypto, crypto),
      )
      const bytes = Redacted.make(secret)
      const sealed = yield* vault.seal(bytes, placeOf(workspaceId, id))
      yield* sql`INSERT INTO data_keys ${sql.insert({ id, workspaceId, sealed })}`
      return opened(workspaceId, id, bytes)
    }, Effect.orDie)

    const newestOf = (workspaceId: string, certain = false): Effect.Effect<Sealed.OpenKey> => {
      const known = certain ? undefined : knownOf(workspaceId)?.newest
      return known === undefined || known === null
        ? Effect.flatMap(load(workspaceId), ({ newest }) =>
            newest === null ? make(workspaceId) : Effect.succeed(newest),
          )
        : Effect.succeed(known)
    }

    const keyOf = (workspaceId: string, id: string): Effect.Effect<Sealed.OpenKey, DataKeyDestroyed> => {
      const of = ({ all }: Known) => {
        const key = all.get(id)
        return key === undefined || key === null
          ? Effect.fail(new DataKeyDestroyed({ keyId: id }))
          : Effect.succeed(key)
      }
      const known = knownOf(workspaceId)
      // one that is not known yet may have been made elsewhere
      return known?.all.has(id) === true ? of(known) : Effect.flatMap(load(workspaceId), of)
    }

    const derived = (key: Sealed.OpenKey, purpose: string) => ({
      id: key.id,
      key: Redacted.make(Sealed.derived(key, `purpose ${purpose}`)),
    })
    const forget = (workspaceId: string) => Effect.sync(() => void memory.delete(workspaceId))

    return DataKeys.of({
      seal: (workspaceId, place, text, { certain = false } = {}) =>
        Effect.map(newestOf(workspaceId, certain), (key) => Sealed.seal(key, place, text)),
      open: (workspaceId, place, sealed) => {
        const id = Sealed.keyIdOf(sealed)
        return id === null
          ? Effect.die(new SealBroken({ place }))
          : Effect.flatMap(keyOf(workspaceId, id), (key) =>
              Effect.try({ try: () => Sealed.open(key, place, sealed), catch: () => new SealBroken({ place }) }),
            ).pipe(Effect.catchTag("SealBroken", Effect.die))
      },
      keyFor: (workspaceId, purpose) => Effect.map(newestOf(workspaceId), (key) => derived(key, purpose)),
      keyOf: (workspaceId, purpose, id) => Effect.map(keyOf(workspaceId, id), (key) => derived(key, purpose)),
      rotate: (workspaceId) =>
        Effect.andThen(
          forget(workspaceId),
          Effect.map(make(workspaceId), ({ id }) => id),
        ),
      destroy: (workspaceId) =>
        Effect.flatMap(
          Clock.currentTimeMillis,
          (now) => sql`UPDATE data_keys SET sealed = NULL, destroyed_at = ${new Date(now)}
            WHERE workspace_id = ${workspaceId} AND destroyed_at IS NULL RETURNING id`,
        ).pipe(
          Effect.map((gone) => gone.length),
          Effect.ensuring(forget(workspaceId)),
          Effect.orDie,
        ),
      forget,
    })
  }),
)
