/** What a member, or who would be one, may try so often only: counted by `RateLimits`, and refused in the words of members. */
import * as Effect from "effect/Effect"
import { TooManyAttempts } from "../Members.ts"
import type { Limit, RateLimits, Try } from "../RateLimits.ts"

/** Counts one try, and refuses it when there have been as many as there may be. */
export const count = (limits: RateLimits["Service"], key: string, limit: Limit): Effect.Effect<void, TooManyAttempts> =>
  Effect.mapError(limits.take(key, limit), ({ retryAfterSeconds }) => new TooManyAttempts({ retryAfterSeconds }))

/** Counts one try in several places, as far as the first that has had as many as there may be. */
export const countAll = (
  limits: RateLimits["Service"],
  tries: ReadonlyArray<Try>,
): Effect.Effect<void, TooManyAttempts> =>
  Effect.mapError(limits.takeAll(tries), ({ retryAfterSeconds }) => new TooManyAttempts({ retryAfterSeconds }))
