// The fill runtime is small and stands alone: what a customer's page loads has nothing of Effect in it, nor asks for it.
import { assert, describe, it } from "@effect/vitest"
import { fillRuntime, imported, weigh, withReading } from "../bench/weight.ts"

const ofEffect = (modules: Iterable<string>) => [...modules].filter((id) => /(^|\/)(@effect|effect)\//.test(id))

describe("the fill runtime", () => {
  it("is at most 12 KB, minified and gzipped", { timeout: 180_000 }, async () => {
    const { modules, gzipped, code } = await weigh(fillRuntime)
    assert.includeMembers(
      [...modules.keys()],
      ["packages/core/src/FillSession.ts", "packages/core/src/Evaluation.ts", "packages/core/src/AnswerKind/upload.ts"],
    )
    assert.deepStrictEqual(ofEffect(modules.keys()), [])
    assert.notMatch(code, /\bimport\b/)
    assert.isAtMost(gzipped, 12 * 1024)
  })

  it("carries how a person reads an answer only where a page asks for it", { timeout: 180_000 }, async () => {
    assert.notMatch((await weigh(fillRuntime)).code, /\bIntl\b/)
    const { code, modules } = await weigh(withReading)
    assert.match(code, /\bIntl\b/)
    assert.deepStrictEqual(ofEffect(modules.keys()), [])
  })

  it("imports no module of Effect, not even one that a bundler would leave out", { timeout: 180_000 }, async () => {
    const modules = await imported(fillRuntime)
    assert.include(modules, "packages/core/src/FillSession.ts")
    assert.deepStrictEqual(ofEffect(modules), [])
  })

  it("would be found out if it did", { timeout: 180_000 }, async () => {
    const page = `import * as Option from "effect/Option"; export const none = Option.none()`
    assert.isNotEmpty(ofEffect((await weigh(page)).modules.keys()))
    assert.isNotEmpty(ofEffect(await imported(`import "effect/Option"; export const one = 1`)))
  })
})
