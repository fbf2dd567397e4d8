/**
 * Letters to members: the invitation, the link that sets a new password, that a webhook was disabled, that the domain of the
 * firm's mails is lost, that a folder got files by e-mail. Each is a row (`member_letters`) that says what became of it, and an element of a durable queue of its own beside that of the requests' mails (delivery.md M1): the
 * outbox is about requests, and there is none here. `LetterWorker.ts` hands them over.
 *
 * Who forgot a password is looked up by the worker and not while the asker waits, so that the answer takes as long for an
 * address that nobody has.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { PersistedQueue } from "../platform/Persistence.ts"
import { SqlClient } from "../platform/Sql.ts"

/** A letter that is written, or an address that somebody says is theirs. Never a secret. */
export const Element = Schema.Union([
  Schema.Struct({ letterId: Schema.String, workspaceId: Schema.String }),
  Schema.Struct({ forgottenBy: Schema.String }),
])

/** About a day, as for the mails of requests (M7). */
export const maxAttempts = 60

export const queue = PersistedQueue.make({
  name: "member-mail",
  schema: Element,
  maxAttempts,
  retrySchedule: Schedule.exponential("2 seconds").pipe(
    Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.minutes(30)))),
    Schedule.jittered,
  ),
})

export type NewLetter = { readonly recipient: string } & (
  | { readonly kind: "invitation"; readonly invitationId: string }
  | { readonly kind: "password"; readonly memberId: string }
  | { readonly kind: "sender-lost"; readonly memberId: string }
  | { readonly kind: "folder-mail"; readonly memberId: string; readonly folderMailId: string }
  | { readonly kind: "webhook-disabled"; readonly memberId: string; readonly endpointId: string }
)

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const crypto = yield* Crypto.Crypto
  const letters = yield* queue
  const uuid = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)

  return {
    /** Writes a letter, inside the caller's transaction. */
    write: (workspaceId: string, letter: NewLetter) =>
      Effect.gen(function* () {
        const id = yield* uuid
        const createdAt = new Date(yield* Clock.currentTimeMillis)
        yield* sql`INSERT INTO member_letters ${sql.insert({ id, workspaceId, ...letter, status: "queued", attempts: 0, createdAt })}`
        yield* letters.offer({ letterId: id, workspaceId }, { id })
      }).pipe(Effect.orDie),
    /** Notes that somebody at this address, if there is anybody, wants a new password. */
    forgotten: (email: string) =>
      Effect.orDie(Effect.flatMap(uuid, (id) => letters.offer({ forgottenBy: email }, { id }))),
  }
})
