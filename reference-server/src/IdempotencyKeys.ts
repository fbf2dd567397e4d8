/**
 * Which call an `Idempotency-Key` was first used for (S46). A key is kept as a digest, the call as a *fingerprint* of its
 * method, its path and what its body means: the same key with another fingerprint is a mistake of the caller's, and is
 * refused rather than taken for what was done before.
 */
import { Crypto, JsonText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { HttpServerRequest } from "./platform/Http.ts"
import { SqlClient } from "./platform/Sql.ts"
import * as Tenancy from "./Tenancy.ts"

/** How long a key is known, in milliseconds: nobody repeats a call that failed two days ago. */
export const lifeMillis = 2 * 86_400_000

/** Bodies that mean the same are the same, whatever their white space and the order of their properties. */
const meaning = (body: string): string =>
  body === "" ? "" : Option.getOrElse(Option.liftThrowable(() => JsonText.canonical(JSON.parse(body)))(), () => body)

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const crypto = yield* Crypto.Crypto
  const digestOf = (text: string) => Effect.provideService(Crypto.sha256Hex(text), Crypto.Crypto, crypto)

  return {
    /** Keeps the key for this call; says whether it is free or was used for the same call before. */
    claim: Effect.fn("IdempotencyKeys.claim")(function* (
      workspaceId: string,
      key: string,
      request: HttpServerRequest.HttpServerRequest,
    ) {
      const path = request.url.split("?")[0] ?? ""
      const body = meaning(yield* request.text)
      const row = {
        workspaceId,
        digest: yield* digestOf(key.toLowerCase()),
        fingerprint: yield* digestOf(`${request.method} ${path}\n${body}`),
        createdAt: new Date(yield* Clock.currentTimeMillis),
      }
      // the update changes nothing: it is how one statement gives back the row that was there first
      const [there] = yield* sql<{ fingerprint: string }>`
        INSERT INTO idempotency_keys AS there ${sql.insert(row)} ON CONFLICT (workspace_id, digest)
        DO UPDATE SET fingerprint = there.fingerprint RETURNING fingerprint`
      return there?.fingerprint === row.fingerprint
    }, Effect.orDie),

    /** Forgets the keys that are too old to be meant. */
    sweep: Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => sql`DELETE FROM idempotency_keys WHERE created_at <= ${new Date(now - lifeMillis)}`,
    ).pipe(Effect.orDie, Effect.asVoid, Tenancy.across),
  }
})
