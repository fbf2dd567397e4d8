// Makes the template database of TestDatabase.ts, as a program of its own: vitest resolves what its global set-up imports without
// our condition, and so would want the packages to be built.
import * as Effect from "effect/Effect"
import * as TestDatabase from "./TestDatabase.ts"

await Effect.runPromise(TestDatabase.prepare)
