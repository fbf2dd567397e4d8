// The durable queue of `effect/persistence`. Unstable, and therefore named here only.

export * as PersistedQueue from "effect/persistence/PersistedQueue"
