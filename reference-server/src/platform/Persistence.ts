// The durable queue and the rate limiter of `effect/persistence`. Unstable, and therefore named here only.

export * as PersistedQueue from "effect/persistence/PersistedQueue"
export * as RateLimiter from "effect/persistence/RateLimiter"
