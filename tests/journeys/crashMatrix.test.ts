// Every command, dead at every await: before each word that the server says to its database, its mail server, its callers and
// who takes its webhooks.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { commands } from "../crash/Command.ts"
import * as Machine from "../crash/Machine.ts"
import * as Matrix from "../crash/Matrix.ts"
import * as Receiver from "../crash/Receiver.ts"
import * as World from "../crash/World.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

// machines that live one after another, and somebody who looks on, need a database that outlives them all
describe.skipIf(process.env["TEST_DATABASE_URL"] === undefined)("dead before every word", () => {
  const scope = Scope.makeUnsafe()
  let sink: SmtpSink.SmtpSink
  let receiver: Receiver.Receiver
  let machine: Machine.Machine
  let world: World.World

  beforeAll(async () => {
    sink = await SmtpSink.start()
    receiver = await Receiver.start()
    const { DATA_DIR, DATABASE_URL = "" } = await Effect.runPromise(
      Scope.provide(TestDatabase.acquireEnvironment, scope),
    )
    machine = await Machine.make({ DATA_DIR, DATABASE_URL, SMTP_URL: sink.url, receiver: receiver.port })
    world = await World.make({ DATA_DIR, DATABASE_URL }, sink, machine.url, receiver)
  }, 180_000)
  afterAll(async () => {
    await machine.close()
    await world.close()
    await sink.close()
    await receiver.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  for (const [name, command] of Object.entries(commands)) {
    it(`L42 M1 M4 M5: ${name}: nothing lost, nothing half, one duplicate at most`, { timeout: 300_000 }, async () => {
      const { words, deaths, faults } = await Matrix.exhaust(world, machine, command)
      assert.deepStrictEqual(faults, [])
      assert.isAbove(deaths, 10, `${words} words`)
    })
  }
})
