// What is asked for often is found by an index, however much there is: the services' own statements, explained as the role that
// the server works as, over 50,000 requests with all that belongs to them.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import { Events } from "../../reference-server/src/Events.ts"
import { Outbox } from "../../reference-server/src/Outbox.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Record } from "../../reference-server/src/Record.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import { dueNow } from "../bench/server/due.ts"
import * as Ground from "../bench/server/Ground.ts"
import * as Statements from "../bench/server/Statements.ts"
import * as Machine from "../crash/Machine.ts"
import * as World from "../crash/World.ts"
import * as SmtpSink from "../support/SmtpSink.ts"

const many = 50_000
/** The tables that were filled: Postgres is right to read one with a few rows whole. */
const grown = new Set([
  "client_requests",
  "audit_entries",
  "answers",
  "mails",
  "access_links",
  "customer_sessions",
  "queue",
])

describe.skipIf(process.env["TEST_DATABASE_URL"] === undefined)("query plans", () => {
  let ground: Ground.Ground
  let sink: SmtpSink.SmtpSink
  let world: World.World
  let id = ""
  let token = ""

  beforeAll(async () => {
    ground = await Ground.make()
    sink = await SmtpSink.start()
    const machine = await Machine.make({ ...ground.environment, SMTP_URL: sink.url })
    world = await World.make(ground.environment, sink, machine.url)
    id = await world.request()
    token = await world.token(id)
    await world.settled([id])
    await world.run(
      Effect.gen(function* () {
        const access = yield* CustomerAccess
        const requests = yield* ClientRequests
        const { handle, secret } = yield* access.claim(Redacted.make(token), null)
        const customer = yield* access.enter(handle, secret)
        const revision = (yield* requests.current(customer)).request.revision
        yield* requests.save(customer, { revision, answers: { name: "Carl" } }, yield* Crypto.uuid)
      }),
    )
    await machine.close()
    const all = ["audit_entries", "answers", "mails", "access_links", "customer_sessions"] as const
    // a fifth is this firm's, the rest is of twenty others
    const change = `jsonb_build_object('updated_at', now() - n * interval '1 second',
      'next_due_at', now() + n * interval '1 minute',
      'workspace_id', CASE WHEN n % 5 = 0 THEN r.workspace_id ELSE md5((n % 20)::text)::uuid END)`
    await Ground.multiply(ground, id, many, change, all, 20_000)
    await ground.sql(`ANALYZE`)
  }, 300_000)
  afterAll(async () => {
    await world.close()
    await sink.close()
    await ground.close()
  })

  const plans = async <A>(effect: Parameters<typeof world.run<A>>[0], across = false) => {
    const within = across ? Tenancy.across : Tenancy.within(world.member.workspaceId)
    const found = await world.run(within(Statements.explain(effect)))
    assert.isNotEmpty(found)
    const slow = found.flatMap(({ statement, sequential }) => {
      const tables = sequential.filter((table) => grown.has(table))
      return tables.length === 0 ? [] : [`${tables.join(", ")}: ${statement.slice(0, 300)}`]
    })
    assert.deepStrictEqual(slow, [])
    return found
  }
  const requests = Effect.flatMap(ClientRequests, Effect.succeed)

  it("L43: what is due", async () => {
    await plans(
      Effect.flatMap(requests, (service) => service.sweep),
      true,
    )
  })

  it("M1 M4 M27: what reminders ask and write that are due at the same time", async () => {
    for (const _ of [1, 2, 3]) await world.request(dueNow)
    const found = await plans(
      Effect.flatMap(requests, (service) => service.sweep),
      true,
    )
    const written = found.flatMap(({ statement }) => /^(?:INSERT INTO|UPDATE) (\w+)/.exec(statement)?.[1] ?? [])
    assert.includeMembers(written, ["client_requests", "audit_entries", "mails", "queue"])
  })

  it("K1: the list, its pages, a state and a search within it", async () => {
    const list = (query: Parameters<ClientRequests["Service"]["list"]>[1]) =>
      Effect.flatMap(requests, (service) => service.list(world.member.workspaceId, query))
    await plans(list({ limit: 50, offset: 0 }))
    await plans(list({ limit: 50, offset: 100, state: "WaitingForCustomer" }))
    await plans(list({ limit: 50, offset: 0, search: "carl" }))
  })

  it("S2 S8: a link by its digest, a session by its handle, and saving an answer", async () => {
    const [fresh] = [Redacted.make(await world.token(id))]
    await plans(
      Effect.gen(function* () {
        const access = yield* CustomerAccess
        const service = yield* ClientRequests
        const { handle, secret } = yield* access.claim(fresh, null)
        const customer = yield* access.enter(handle, secret)
        const { request } = yield* service.current(customer)
        const save = service.save(
          customer,
          { revision: request.revision, answers: { name: "Carla" } },
          yield* Crypto.uuid,
        )
        yield* Tenancy.within(world.member.workspaceId)(save)
      }),
      true,
    )
  })

  it("P8 X7: other open requests of the same customer, and a send", async () => {
    const policy = { outstanding: { perSubject: 5, perTask: 5 } }
    const draft = await world.request({ send: false, policy })
    await plans(
      Effect.gen(function* () {
        const service = yield* ClientRequests
        yield* service.send(world.member, draft, yield* Crypto.uuid)
      }),
    )
  })

  it("M4: a request with its history and its mails", async () => {
    await plans(Effect.flatMap(requests, (service) => service.overview(world.member.workspaceId, id)))
    await plans(
      Effect.flatMap(Outbox, (outbox) => outbox.release),
      true,
    )
  })

  it("M4: what the queue has to hand over", async () => {
    const text = `SELECT sequence FROM queue WHERE queue_name = 'mail' AND state = 'pending' AND attempts < 60
      AND visible_at <= now() AND (acquired_at IS NULL OR acquired_at < now() + interval '-10 seconds')
      ORDER BY visible_at ASC, sequence ASC FOR UPDATE SKIP LOCKED LIMIT 4`
    await plans(
      Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(text)),
      true,
    )
  })

  it("M27 M30: what waits for its turn, with thousands before the first look of Postgres at how much that is", async () => {
    await ground.sql(
      `UPDATE mails SET kind = 'reminder', status = 'queued', attempts = 0, held_until = now() - interval '1 second'
       WHERE workspace_id = $1`,
      [world.member.workspaceId],
    )
    const found = await plans(
      Effect.flatMap(Outbox, (outbox) => outbox.release),
      true,
    )
    const [{ count: left } = { count: 0 }] = await ground.sql(
      `SELECT count(*)::int AS count FROM mails WHERE held_until IS NOT NULL`,
    )
    assert.isAbove(Number(left), 3_000)
    assert.deepStrictEqual(
      found.filter(({ rows }) => rows > 5_000).map(({ statement, rows }) => `${rows}: ${statement}`),
      [],
    )
  })

  it("S73: the events after a cursor, and the heads that changed since a checkpoint", async () => {
    const { workspaceId } = world.member
    const page = (after: string | null) =>
      Effect.flatMap(Events, (events) => events.list(workspaceId, { after, limit: 50 }))
    await plans(Effect.flatMap(page(null), ({ next }) => page(next)))
    const checkpoint = Effect.flatMap(Record, (record) => record.checkpoint(workspaceId))
    await world.run(Tenancy.within(workspaceId)(checkpoint))
    await world.request()
    await plans(checkpoint)
  })
})
