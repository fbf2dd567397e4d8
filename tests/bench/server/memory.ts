/** Memory over a long run: what the process holds after each tenth of a load of autosaves; it may not go on growing. */
import { readFileSync } from "node:fs"
import * as World from "../../crash/World.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"
import * as SmtpSink from "../../support/SmtpSink.ts"
import { entered } from "./autosave.ts"
import * as Ground from "./Ground.ts"
import * as Load from "./Load.ts"
import { row } from "./Table.ts"

/** MINUTES: how long. */
const minutes = Number(process.env["MINUTES"] ?? 5)

export const run = async (): Promise<void> => {
  const ground = await Ground.make()
  const sink = await SmtpSink.start()
  const limits = { RATE_LIMIT_FACTOR: "1000" }
  const server = await ServerProcess.start({ ...ground.environment, ...limits, SMTP_URL: sink.url })
  const world = await World.make(ground.environment, sink, server.url)
  const calls: Array<Load.Call> = []
  for (let n = 0; n < 8; n++) calls.push(await entered(server.url, await world.token(await world.request())))
  const held = () => {
    const status = readFileSync(`/proc/${server.pid()}/status`, "utf8")
    return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1] ?? NaN) / 1024
  }
  const sizes: Array<number> = []
  let answers = 0
  for (let part = 0; part < 10; part++) {
    answers += (await Load.run(calls, minutes * 6_000)).answers
    sizes.push(held())
  }
  const [half = NaN, end = NaN] = [sizes[4], sizes[9]]
  row(
    `memory, ${minutes} min, ${answers} autosaves`,
    `${end.toFixed(0)} MiB`,
    `${(end - half).toFixed(0)} MiB more than halfway; ${sizes.map((size) => size.toFixed(0)).join(", ")}`,
  )
  await server.stop()
  await world.close()
  await sink.close()
  await ground.close()
}
