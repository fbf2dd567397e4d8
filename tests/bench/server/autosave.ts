/**
 * Autosaving an answer (the access check, the lock, the write) beside a bare server that does the same SQL through the same
 * driver: 16 customers type at once, in rounds by turns. Bars: 0.7 of its throughput, a p99 of twice its own.
 */
import * as Schema from "effect/Schema"
import * as World from "../../crash/World.ts"
import * as Person from "../../support/Person.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"
import * as SmtpSink from "../../support/SmtpSink.ts"
import * as Ground from "./Ground.ts"
import * as Load from "./Load.ts"
import { row } from "./Table.ts"

const customers = 16

export const run = async (rounds = 5, millis = 3_000): Promise<void> => {
  const ground = await Ground.make()
  const sink = await SmtpSink.start()
  const { environment } = ground
  // as in production, limits are counted; they only are so high that nobody meets them
  const limits = { RATE_LIMIT_FACTOR: "1000" }
  const server = await ServerProcess.start({ ...environment, ...limits, SMTP_URL: sink.url, ...profile })
  const port = String(await ServerProcess.freePort())
  const bare = await Ground.child("Bare.ts", { ...environment, PORT: port })
  const world = await World.make(environment, sink, server.url)

  const calls: Array<Load.Call> = []
  for (let n = 0; n < customers; n++) {
    const id = await world.request()
    calls.push(await entered(server.url, await world.token(id)))
  }
  const atBare = calls.map((call) => ({ ...call, url: call.url.replace(server.url, `http://127.0.0.1:${port}`) }))
  const measured: { ours: Array<Load.Measured>; bare: Array<Load.Measured> } = { ours: [], bare: [] }
  for (const calls_ of [calls, atBare]) await Load.run(calls_, 1_000)
  const processor = { ours: 0, bare: 0 }
  const spent = async (pid: number, calls_: ReadonlyArray<Load.Call>) => {
    const before = Ground.processor(pid)
    const found = await Load.run(calls_, millis)
    return { found, processor: Ground.processor(pid) - before }
  }
  for (let round = 0; round < rounds; round++) {
    const [ours, ceiling] = [await spent(server.pid(), calls), await spent(bare.pid, atBare)]
    measured.ours.push(ours.found)
    measured.bare.push(ceiling.found)
    processor.ours += ours.processor
    processor.bare += ceiling.processor
  }
  const each = (whole: number, all: ReadonlyArray<Load.Measured>) =>
    `${(whole / all.reduce((sum, { answers }) => sum + answers, 0)).toFixed(2)} ms of processor each`
  const [ours, ceiling] = [middle(measured.ours), middle(measured.bare)]
  const bad = [...measured.ours, ...measured.bare].reduce((sum, { failures }) => sum + failures, 0)
  row(
    "autosave, bare node:http",
    `${ceiling.perSecond.toFixed(0)}/s`,
    `p50 ${ms(ceiling.p50)}, p99 ${ms(ceiling.p99)}, ${each(processor.bare, measured.bare)}`,
  )
  row(
    "autosave, requite",
    `${ours.perSecond.toFixed(0)}/s`,
    `p50 ${ms(ours.p50)}, p99 ${ms(ours.p99)}, ${each(processor.ours, measured.ours)}`,
  )
  row(
    "  of the ceiling",
    (ours.perSecond / ceiling.perSecond).toFixed(2),
    `bar 0.70; p99 ${(ours.p99 / ceiling.p99).toFixed(1)} times, bar 2.0; ${bad} failed`,
  )
  await server.stop()
  await bare.stop()
  await world.close()
  await sink.close()
  await ground.close()
}

/** PROFILE: a folder that the server's CPU profile is written to when it stops. */
const profile =
  process.env["PROFILE"] === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${process.env["PROFILE"]}` }

/** What a customer who has got in sends with every keystroke. */
export const entered = async (url: string, token: string): Promise<Load.Call> => {
  const person = Person.make(url)
  const claimed = await person.fetch("/api/customer/claim", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  })
  const { handle } = Schema.decodeUnknownSync(Schema.Struct({ handle: Schema.String }))(await claimed.json())
  const fill = await person.json(`/api/customer/${handle}`)
  const cookie = claimed.headers.getSetCookie().map((line) => line.split(";")[0] ?? "")
  return {
    url: `${url}/api/customer/${handle}/answers`,
    method: "PUT",
    headers: {
      "content-type": "application/json",
      "x-csrf-token": String(fill["csrf"]),
      origin: url,
      cookie: cookie.join("; "),
    },
    body: (nth) => JSON.stringify({ revision: fill["revision"], answers: { name: `Carl Customer ${nth}` } }),
  }
}

const middle = (all: ReadonlyArray<Load.Measured>): Load.Measured => {
  const by = (key: "perSecond" | "p50" | "p99") =>
    all.map((one) => one[key]).toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN
  return { answers: all.length, failures: 0, perSecond: by("perSecond"), p50: by("p50"), p99: by("p99") }
}

const ms = (value: number) => `${value.toFixed(1)} ms`
