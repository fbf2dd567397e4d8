// Several processes of the real server on one Postgres: they share the work without a leader, come and go at will, and stand in
// for each other.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Ground from "../bench/server/Ground.ts"
import { enter } from "../crash/Command.ts"
import * as Typing from "../crash/Typing.ts"
import * as World from "../crash/World.ts"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"

const daily = { kind: "custom", everyDays: 1 } as const
const anyTime = { sendTime: "00:00", quietHours: null, businessDays: null } as const

// the embedded database belongs to one process
describe.skipIf(process.env["TEST_DATABASE_URL"] === undefined)("several processes", () => {
  let ground: Ground.Ground
  let sink: SmtpSink.SmtpSink
  let world: World.World
  let servers: ReadonlyArray<ServerProcess.ServerProcess> = []

  /** Another process of the same server: the same database, data directory and address for the outside. */
  const another = (changes: Readonly<Record<string, string>> = {}) =>
    ServerProcess.start({
      ...ground.environment,
      SMTP_URL: sink.url,
      PUBLIC_URL: publicUrl,
      RATE_LIMIT_FACTOR: "1000",
      ...changes,
    })
  let publicUrl = ""

  beforeAll(async () => {
    ground = await Ground.make()
    sink = await SmtpSink.start()
    const port = String(await ServerProcess.freePort())
    publicUrl = `http://localhost:${port}`
    servers = [await another({ PORT: port }), await another()]
    world = await World.make(ground.environment, sink, publicUrl)
  }, 180_000)
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await world.close()
    await sink.close()
    await ground.close()
  })

  it("M3 M4 L43: 300 reminders that are due at once go out once each", { timeout: 300_000 }, async () => {
    const id = await world.request({
      daysAgo: 2,
      rule: daily,
      policy: { reminders: { rule: daily, cap: 5, timing: anyTime } },
    })
    await world.sql(`UPDATE client_requests SET next_due_at = NULL WHERE id = $1`, [id])
    await world.settled([id])
    sink.clear()
    await Ground.multiply(ground, id, 300, `jsonb_build_object('next_due_at', now())`)
    const ids = (await ground.sql(`SELECT id FROM client_requests WHERE id <> $1`, [id])).map((row) =>
      String(row["id"]),
    )
    const left = () => ground.sql(`SELECT 1 FROM client_requests WHERE next_due_at <= now() LIMIT 1`)
    while ((await left()).length > 0) await new Promise((resolve) => setTimeout(resolve, 100))
    await world.settled(ids)
    const arrived = sink.mails.map(({ parsed }) => parsed.messageId)
    const reminded = await ground.sql(`SELECT request_id, count(*)::int AS n FROM audit_entries
      WHERE request_id <> '${id}' AND event->>'type' = 'ReminderSent' GROUP BY 1`)
    assert.deepStrictEqual([arrived.length, new Set(arrived).size], [300, 300])
    assert.deepStrictEqual([reminded.length, reminded.every(({ n }) => n === 1)], [300, true])
  })

  it("S39: whoever got in at one process goes on at another", { timeout: 180_000 }, async () => {
    const [first, second] = servers.map(({ url }) => url)
    const id = await world.request()
    const { person, at, headers, revision } = await enter(world, first ?? "", id)
    const save = (answers: object, extra: object) =>
      person.fetch(`${second}${at}/answers`, {
        method: "PUT",
        headers: { "content-type": "application/json", ...extra },
        body: JSON.stringify({ revision, answers }),
      })
    assert.strictEqual((await save({ name: "Carl" }, {})).status, 403)
    assert.strictEqual((await save({ name: "Carl" }, headers)).status, 200)
    const fill = await person.json(`${first}${at}`)
    assert.deepInclude(Object(fill["answers"]), { name: "Carl" })
    // and a member
    const seen = await world.desk.json(`${second}/api/requests/${id}`)
    assert.strictEqual(seen["id"], id)
  })

  it("S41: what was tried at one process counts at another", { timeout: 180_000 }, async () => {
    // so that twenty claims in a minute are all that one place has
    const strict = { RATE_LIMIT_FACTOR: "0.1" }
    const pair = [await another(strict), await another(strict)]
    await ground.sql(`DELETE FROM rate_limits`)
    const statuses: Array<number> = []
    while (statuses.length < 30 && !statuses.includes(429)) {
      const answer = await Person.make(publicUrl).fetch(`${pair[statuses.length % 2]?.url ?? ""}/api/customer/claim`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token: String(statuses.length).padStart(43, "A") }),
      })
      statuses.push(answer.status)
    }
    assert.strictEqual(statuses.indexOf(429), 20, statuses.join(" "))
    await Promise.all(pair.map((server) => server.stop()))
    await ground.sql(`DELETE FROM rate_limits`)
  })

  it("L43: started and stopped at will under load: no accepted answer is lost", { timeout: 300_000 }, async () => {
    let [up, next] = [servers[1], await another()]
    const typing = await Typing.start(world, 4, publicUrl, () => [up, next].flatMap((one) => (one ? [one.url] : [])))
    for (let n = 0; n < 3; n++) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      const old = up
      const before = typing.accepted()
      const [code, fresh] = await Promise.all([old?.stop(), another()])
      assert.strictEqual(code, 0)
      up = next
      next = fresh
      assert.isAbove(typing.accepted(), before)
    }
    const lost = await typing.end()
    servers = [...servers.slice(0, 1), ...[up, next].flatMap((one) => (one ? [one] : []))]
    assert.deepStrictEqual(lost, [])
    // what was not accepted was a connection that closed, which sending again mends
    assert.deepStrictEqual([...typing.refused()], [])
    assert.isAbove(typing.accepted(), 50)
  })
})
