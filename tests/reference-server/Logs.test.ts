/** The log's lines wait for the end of the turn: what ends a process in the middle of one must not end them. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import * as Schema from "effect/Schema"

const decodeLine = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ message: Schema.String })))
const repository = join(import.meta.dirname, "../..")

/** The lines of a process that logs twice in one turn, and ends so. */
const linesOf = (end: string) => {
  const code = `
    import * as Effect from "effect/Effect"
    import * as Logs from "./reference-server/src/Observability/Logs.ts"
    const said = Effect.andThen(Effect.logInfo("one"), Effect.logInfo("two"))
    Effect.runSync(Effect.provide(said, Logs.layer({ logJson: true, logLevel: "Info" })))
    ${end}`
  const ended = spawnSync(process.execPath, ["--conditions=requite-source", "--input-type=module", "-e", code], {
    cwd: repository,
    encoding: "utf8",
  })
  return ended.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => decodeLine(line).message)
}

describe("the log of a process that ends", () => {
  for (const [how, end] of [
    ["by itself", ""],
    ["at once", "process.exit(3)"],
    ["by a fault that nobody caught", `throw new Error("a fault")`],
  ] as const) {
    it(`has every line of one that ends ${how}`, () => {
      assert.deepStrictEqual(linesOf(end), ["one", "two"])
    })
  }
})
