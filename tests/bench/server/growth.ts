/**
 * Growth: with 10,000, 100,000 and 1,000,000 open requests of one firm: looking up what is due, a page of the list, saving an
 * answer, sending a request; each as a median, and whether any table that grows was read row by row.
 */
import { ClientRequest, Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../../reference-server/src/ClientRequests.ts"
import { CustomerAccess } from "../../../reference-server/src/CustomerAccess.ts"
import * as Tenancy from "../../../reference-server/src/Tenancy.ts"
import * as Machine from "../../crash/Machine.ts"
import * as World from "../../crash/World.ts"
import * as SmtpSink from "../../support/SmtpSink.ts"
import * as Ground from "./Ground.ts"
import * as Statements from "./Statements.ts"
import { row } from "./Table.ts"

/** SIZES: how many open requests, with commas. */
const sizes = (process.env["SIZES"] ?? "10000,100000,1000000").split(",").map(Number)
const times = 21

type Work = Parameters<World.World["run"]>[0]

export const run = async (): Promise<void> => {
  const ground = await Ground.make()
  const sink = await SmtpSink.start()
  const machine = await Machine.make({ ...ground.environment, SMTP_URL: sink.url })
  const world = await World.make(ground.environment, sink, machine.url)
  const { workspaceId } = world.member
  const id = await world.request()
  await world.settled([id])
  const token = Redacted.make(await world.token(id))
  const { handle, secret } = await world.run(Effect.flatMap(CustomerAccess, (access) => access.claim(token, null)))
  const drafts: Array<string> = []
  for (let n = 0; n < sizes.length * (times + 1); n++) drafts.push(await world.request({ send: false }))
  // nobody works: what is measured is one at a time
  await machine.close()

  const requests = Effect.flatMap(ClientRequests, Effect.succeed)
  const within = Tenancy.within(workspaceId)
  const works: ReadonlyArray<readonly [string, () => Work]> = [
    ["look up what is due (nothing is)", () => Tenancy.across(Effect.flatMap(requests, (service) => service.sweep))],
    [
      "a page of the list, with its total",
      () => within(Effect.flatMap(requests, (service) => service.list(workspaceId, { limit: 50, offset: 0 }))),
    ],
    [
      "let a customer in and save an answer",
      () =>
        Effect.gen(function* () {
          const access = yield* CustomerAccess
          const service = yield* ClientRequests
          const customer = yield* Tenancy.across(access.enter(handle, secret))
          const { request } = yield* within(service.current(customer))
          const answers = { name: `Carl ${yield* Crypto.uuid}` }
          yield* within(service.save(customer, { revision: request.revision, answers }, yield* Crypto.uuid))
        }),
    ],
    [
      "send a request",
      () =>
        within(
          Effect.gen(function* () {
            const service = yield* ClientRequests
            const sent = yield* service.send(world.member, drafts.pop() ?? "", yield* Crypto.uuid)
            if (ClientRequest.primary(sent.details).email === "")
              return yield* Effect.die(new Error("nobody was asked"))
          }),
        ),
    ],
  ]

  let there = 1
  for (const size of sizes) {
    const change = `jsonb_build_object('updated_at', now() - n * interval '1 second', 'next_due_at', now() + interval '1 day' + n * interval '1 second')`
    await Ground.multiply(ground, id, size - there, change)
    there = size
    await ground.sql(`VACUUM (ANALYZE) client_requests`)
    await ground.sql(`VACUUM (ANALYZE) audit_entries`)
    for (const [what, work] of works) {
      const found = await world.run(Statements.explain(work()))
      const took: Array<number> = []
      for (let n = 0; n < times; n++) {
        const began = performance.now()
        await world.run(work())
        took.push(performance.now() - began)
      }
      const median = took.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? NaN
      const whole = found.flatMap(({ sequential, statement }) =>
        sequential.filter((table) => table === "client_requests" || table === "audit_entries").map(() => statement),
      )
      const pages = found.reduce((sum, one) => sum + one.pages, 0)
      row(
        `${size.toLocaleString("en")} open: ${what}`,
        `${median.toFixed(1)} ms`,
        `${found.length} statements, ${pages} pages read; ${whole.length === 0 ? "index scans only" : `READ WHOLE: ${whole.join("; ").slice(0, 200)}`}`,
      )
    }
  }
  await world.close()
  await sink.close()
  await ground.close()
}
