// Runs once before all tests: the template database of TestDatabase.ts must exist before the files ask for copies of it.
import * as Effect from "effect/Effect"
import * as TestDatabase from "./TestDatabase.ts"

export default (): Promise<void> => Effect.runPromise(TestDatabase.prepare)
