/**
 * Autosaving an answer (the access check, the lock, the write) beside a bare server that does the same SQL through the same
 * driver: 16 customers type at once, in rounds by turns. Bars: 0.7 of its throughput, a p99 of twice its own. Between the two
 * stands that bare server behind the framework of ours, which says how much of the difference is whose.
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
/** So many saves before it is measured. */
const warm = 4_000

export const run = async (rounds = 5, millis = 3_000): Promise<void> => {
  const ground = await Ground.make()
  const sink = await SmtpSink.start()
  const { environment } = ground
  // as in production, limits are counted, only so high that nobody meets them, and the log is for machines
  const settings = { RATE_LIMIT_FACTOR: "1000", LOG_JSON: "true" }
  const server = await ServerProcess.start({ ...environment, ...settings, SMTP_URL: sink.url, ...profile })
  const world = await World.make(environment, sink, server.url)

  const calls: Array<Load.Call> = []
  for (let n = 0; n < customers; n++) {
    const id = await world.request()
    calls.push(await entered(server.url, await world.token(id)))
  }
  const beside = async (name: string, file: string, more: Readonly<Record<string, string>> = {}) => {
    const port = String(await ServerProcess.freePort())
    const { pid, stop } = await Ground.child(file, { ...environment, ...more, PORT: port })
    const at = calls.map((call) => ({ ...call, url: call.url.replace(server.url, `http://127.0.0.1:${port}`) }))
    return { name, pid, stop, calls: at, found: new Array<Load.Measured>(), processor: 0 }
  }
  const bare = await beside("bare node:http", "Bare.ts")
  const framework = await beside("bare Effect HttpApi", "BareEffect.ts")
  const unheld = await beside("bare, with one look and one write", "Bare.ts", { SAVE: "unheld" })
  const ours = { name: "requite", pid: server.pid(), calls, found: new Array<Load.Measured>(), processor: 0 }
  const all = [bare, unheld, framework, ours]
  // as warm as each other, where the machine is quick enough: what a program costs before it is compiled says nothing of it
  for (const one of all) {
    const until = performance.now() + 20_000
    for (let saves = 0; saves < warm && performance.now() < until;) saves += (await Load.run(one.calls, 1_000)).answers
  }
  for (let round = 0; round < rounds; round++) {
    for (const one of all) {
      const before = Ground.processor(one.pid)
      one.found.push(await Load.run(one.calls, millis))
      one.processor += Ground.processor(one.pid) - before
    }
  }
  const bad = all.flatMap(({ found }) => found).reduce((sum, { failures }) => sum + failures, 0)
  for (const one of all) {
    const { perSecond, p50, p99 } = middle(one.found)
    const each = one.processor / one.found.reduce((sum, { answers }) => sum + answers, 0)
    row(
      `autosave, ${one.name}`,
      `${perSecond.toFixed(0)}/s`,
      `p50 ${ms(p50)}, p99 ${ms(p99)}, ${each.toFixed(2)} ms of processor each`,
    )
  }
  const [top, reached] = [middle(bare.found), middle(ours.found)]
  row(
    "  of the ceiling",
    (reached.perSecond / top.perSecond).toFixed(2),
    `bar 0.70; p99 ${(reached.p99 / top.p99).toFixed(1)} times, bar 2.0; ${bad} failed`,
  )
  row(
    "  of the framework's",
    (reached.perSecond / middle(framework.found).perSecond).toFixed(2),
    `which reaches ${(middle(framework.found).perSecond / top.perSecond).toFixed(2)} of the ceiling`,
  )
  row(
    "  of that with one look and one write",
    (reached.perSecond / middle(unheld.found).perSecond).toFixed(2),
    `which reaches ${(middle(unheld.found).perSecond / top.perSecond).toFixed(2)} of the ceiling`,
  )
  await Promise.all([bare.stop(), unheld.stop(), framework.stop()])
  await server.stop()
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
