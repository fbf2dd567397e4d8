/**
 * A point in time, as milliseconds since 1970-01-01T00:00Z. Plain numbers, because instants are data here: they arrive
 * in commands, stand in events and states, and travel as JSON; the core never asks a clock itself.
 */
import * as Schema from "effect/Schema"

export const Instant = Schema.Int
export type Instant = typeof Instant.Type

/** The instant `days` times 24 hours after `from`. A request's window counts days like this, whatever the zone. */
export const plusDays = (from: Instant, days: number): Instant => from + days * 86_400_000
