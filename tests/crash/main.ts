/**
 * `npm run crash [RUNS]`: the real server as a process, killed from outside (`kill -9`) at a random moment while it sends,
 * reminds, expires, saves, submits, cancels and tells a webhook, all at once; started again; whoever had no answer asks again. After each run
 * nothing may be lost, doubled or left half. Needs a Postgres that databases may be made on: TEST_DATABASE_URL.
 *
 * Prints figures, and ends with 1 where something was wrong.
 */
import { fork, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import { type Asking, commands } from "./Command.ts"
import * as Receiver from "./Receiver.ts"
import * as World from "./World.ts"

const runs = Number(process.argv[2] ?? 1000)
/** How many runs are made ready at a time. */
const lot = 5

const scope = Scope.makeUnsafe()
const sink = await SmtpSink.start()
const receiver = await Receiver.start()
const hooks = `http://127.0.0.1:${receiver.port}/hook`
const { DATA_DIR, DATABASE_URL } = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
if (DATABASE_URL === undefined) throw new Error("set TEST_DATABASE_URL to a Postgres that databases may be made on")
const port = await ServerProcess.freePort()
const environment = {
  ...process.env,
  DATA_DIR,
  DATABASE_URL,
  SMTP_URL: sink.url,
  MAIL_FROM: "requests@firm.example",
  PORT: String(port),
  RATE_LIMIT_FACTOR: "0",
  WEBHOOK_ALLOWED_NETWORKS: "127.0.0.1",
  NODE_COMPILE_CACHE: join(DATA_DIR, "compiled"),
}

interface Process {
  readonly child: ChildProcess
  readonly loaded: Promise<unknown>
}

/** Loads the next process, which waits until it is needed. */
const load = (): Process => {
  const child = fork(join(import.meta.dirname, "process.ts"), {
    env: environment,
    execArgv: ["--conditions=requite-source"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
  // told something while it dies
  child.on("error", () => {})
  return { child, loaded: once(child, "message") }
}

let standby = load()
let living = standby.child
const begin = async () => {
  const { child, loaded } = standby
  await loaded
  const ready = once(child, "message")
  child.send("begin")
  await ready
  living = child
  standby = load()
}
const sweep = async () => {
  await new Promise<void>((resolve, reject) =>
    living.send("sweep", (error) => (error === null ? resolve() : reject(error))),
  )
  await new Promise((resolve) => setTimeout(resolve, 20))
}

await begin()
const url = `http://localhost:${port}`
const world = await World.make({ DATA_DIR, DATABASE_URL }, sink, url, receiver)

const total = { asked: 0, unanswered: 0, faults: 0 }
const ready: Array<ReadonlyArray<readonly [string, Asking]>> = []
/** How long the work of a run takes when nobody is killed: the moments to be killed at. */
let whole = 400

const began = performance.now()
for (let run = 1; run <= runs; run++) {
  if (ready.length === 0) {
    for (let n = 0; n < Math.min(lot, runs - run + 1); n++) {
      const askings: Array<readonly [string, Asking]> = []
      for (const [name, command] of Object.entries(commands))
        askings.push([name, await command(world, { url, hooks, sweep })])
      ready.push(askings)
    }
    await world.settled(ready.flatMap((askings) => askings.map(([, { id }]) => id)))
  }
  const askings = ready.pop() ?? []
  const victim = living
  const died = once(victim, "exit")
  const answers = askings.map(([, { ask }]) =>
    ask().then(
      () => true,
      () => false,
    ),
  )
  const moment = Math.random() * whole
  await new Promise((resolve) => setTimeout(resolve, moment))
  victim.kill("SIGKILL")
  await died
  const answered = await Promise.all(answers)
  await world.forgetLeases()
  const start = performance.now()
  await begin()
  const again = askings.filter((_, index) => answered[index] !== true)
  await Promise.all(again.map(([, { ask }]) => ask()))
  await world.settled(askings.map(([, { id }]) => id))
  // as long as what was left took, or a little shorter: most kills shall fall into the work
  whole = Math.min(600, Math.max(150, 0.9 * whole + 0.1 * (performance.now() - start)))
  total.asked += askings.length
  total.unanswered += again.length
  for (const [name, { id, events, faults }] of askings) {
    const found = [...(await world.faults({ id, events, again: 1 })), ...((await faults?.()) ?? [])]
    total.faults += found.length
    for (const fault of found)
      process.stdout.write(`run ${run}, killed after ${Math.round(moment)} ms: ${name}: ${fault}\n`)
  }
  if (run % 50 === 0) process.stdout.write(`${run} runs, ${total.faults} faults\n`)
}

const ids = sink.mails.map(({ parsed }) => parsed.messageId ?? "")
process.stdout.write(
  [
    `${runs} runs in ${Math.round((performance.now() - began) / 1000)} s: ${runs} times kill -9`,
    `${total.asked} commands: ${total.asked - total.unanswered} answered before the kill, ${total.unanswered} asked again`,
    `${new Set(ids).size} mails, of which ${ids.length - new Set(ids).size} came twice, with the same Message-ID`,
    `${total.faults} faults: lost, doubled, half, or a chain or a state that does not fit its events`,
    "",
  ].join("\n"),
)
living.kill("SIGKILL")
standby.child.kill("SIGKILL")
await world.close()
await sink.close()
await receiver.close()
await Effect.runPromise(Scope.close(scope, Exit.void))
process.exitCode = total.faults === 0 ? 0 : 1
