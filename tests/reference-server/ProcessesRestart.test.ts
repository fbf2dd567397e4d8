// The database goes away and comes back while customers type: whatever was accepted is there, and nobody restarts the server.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as OwnPostgres from "../crash/OwnPostgres.ts"
import * as Typing from "../crash/Typing.ts"
import * as World from "../crash/World.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"

// the same whatever database the other tests run on: once, beside those on a server
const isElsewhere = process.env["TEST_DATABASE_URL"] === undefined

describe.skipIf(isElsewhere || OwnPostgres.missing !== undefined)("a database that restarts", () => {
  const DATA_DIR = mkdtempSync(join(tmpdir(), "requite-test-"))
  let postgres: OwnPostgres.OwnPostgres
  let sink: SmtpSink.SmtpSink
  let server: ServerProcess.ServerProcess
  let world: World.World

  beforeAll(async () => {
    postgres = await OwnPostgres.start()
    sink = await SmtpSink.start()
    const environment = { DATA_DIR, DATABASE_URL: postgres.url }
    server = await ServerProcess.start({ ...environment, SMTP_URL: sink.url, RATE_LIMIT_FACTOR: "1000" })
    world = await World.make(environment, sink, server.url)
  }, 180_000)
  afterAll(async () => {
    await server.stop()
    await world.close()
    await sink.close()
    await postgres.stop()
    rmSync(DATA_DIR, { recursive: true, force: true })
  })

  for (const how of ["fast", "immediate"] as const) {
    it(
      `I1 L43: a ${how} restart in the middle of the load: every accepted answer is there`,
      { timeout: 180_000 },
      async () => {
        const typing = await Typing.start(world, 4, server.url, () => [server.url])
        const wait = () => new Promise((resolve) => setTimeout(resolve, 700))
        await wait()
        await postgres.restart(how)
        const back = typing.accepted()
        for (let n = 0; n < 30 && typing.accepted() < back + 20; n++) await wait()
        // mails that are on their way over the restart go out too
        const id = await world.request()
        await world.settled([id])
        assert.isAtLeast(typing.accepted(), back + 20)
        assert.deepStrictEqual(await typing.end(), [])
        assert.deepStrictEqual(await world.faults({ id, events: { RequestSent: 1 }, again: 1 }), [])
      },
    )
  }
})
