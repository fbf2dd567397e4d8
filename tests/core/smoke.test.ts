import { it, assert } from "@effect/vitest"
it("runs", () => assert.isTrue(true))
