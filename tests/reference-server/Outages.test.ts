/** What the server stands on goes away for a while: the database, the disk, the mail server. Nothing is lost, and it says so. */
import { assert, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, onTestFinished } from "vitest"
import * as OwnPostgres from "../support/OwnPostgres.ts"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"

const questionnaire = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")

describe.skipIf(OwnPostgres.missing !== undefined)("when the database goes away", () => {
  const data = mkdtempSync(join(tmpdir(), "requite-outages-"))
  let postgres: OwnPostgres.OwnPostgres
  let server: ServerProcess.ServerProcess
  let sink: SmtpSink.SmtpSink
  let member: Person.Person
  let customer: Person.Person
  let section: string

  const ready = async () => {
    const answer = await fetch(`${server.url}/ready`)
    const { checks } = (await answer.json()) as { checks: Record<string, { ok: boolean; reason: string | null }> }
    return { status: answer.status, checks }
  }
  const eventually = async <A>(look: () => Promise<A | undefined>, seconds = 60): Promise<A> => {
    const end = performance.now() + seconds * 1000
    for (;;) {
      const found = await look().catch(() => undefined)
      if (found !== undefined) return found
      if (performance.now() > end) throw new Error(`in vain: ${server.log().slice(-3000)}`)
      await new Promise((go) => setTimeout(go, 100))
    }
  }
  const ask = async (title: string) =>
    member.json("/api/requests", {
      questionnaire: { id: "first-look" },
      title,
      recipient: {
        name: "Carl Customer",
        email: `${title.replaceAll(" ", "-").toLowerCase()}@customer.example`,
        language: "sv",
      },
      send: true,
    })

  beforeAll(async () => {
    postgres = await OwnPostgres.start()
    sink = await SmtpSink.start()
    server = await ServerProcess.start({
      DATABASE_URL: postgres.url(),
      DATA_DIR: data,
      SMTP_URL: sink.url,
      LOG_JSON: "true",
    })
    member = await Person.setUp(server.url)
    await member.json("/api/questionnaires", { source: questionnaire })
    await ask("First")
    const mail = await sink.waitFor(() => true)
    const token = /\/r\/([\w-]{43})/.exec(mail.parsed.text ?? "")?.[1] ?? ""
    customer = Person.make(server.url, { "accept-language": "sv" })
    const claimed = await customer.form(`/r/${token}`, {})
    const list = await (await customer.fetch(claimed.headers.get("location") ?? "/")).text()
    section = /href="(\/q\/[^"]+\/sections\/[^"]+)"/.exec(list)?.[1] ?? ""
    assert.notStrictEqual(section, "")
  }, 240_000)
  afterAll(async () => {
    await server.stop()
    await sink.close()
    postgres.close()
    rmSync(data, { recursive: true, force: true })
  })

  it("every connection is cut: what comes next works again, by itself", async () => {
    postgres.psql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    const statuses = await Promise.all(
      Array.from({ length: 12 }, () => member.fetch("/requests").then(({ status }) => status)),
    )
    for (const status of statuses) assert.include([200, 503], status)
    assert.strictEqual(
      await eventually(async () => ((await member.fetch("/requests")).status === 200 ? true : undefined)),
      true,
    )
    assert.strictEqual(server.log().match(/Listening on/g)?.length, 1)
  })

  it("commands while connections are cut are done or refused, never half: state, record and mail agree", async () => {
    const cutting = { goesOn: true }
    const cuts = (async () => {
      for (let times = 0; cutting.goesOn && times < 15; times++) {
        await OwnPostgres.running("psql", [
          "-X",
          "-q",
          "-d",
          postgres.url(),
          "-c",
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND random() < 0.4",
        ])
        await new Promise((go) => setTimeout(go, 100))
      }
    })()
    const outcomes: Array<number> = []
    const keys = Array.from({ length: 24 }, (_, n) => n)
    await Promise.all(
      keys.map(async (n) => {
        const body = JSON.stringify({
          questionnaire: { id: "first-look" },
          title: `Cut ${n}`,
          recipient: { name: "Carl", email: `cut${n}@customer.example`, language: "en" },
          send: true,
        })
        for (let tries = 0; tries < 600; tries++) {
          const answer = await member
            .fetch("/api/requests", {
              method: "POST",
              body,
              headers: {
                "content-type": "application/json",
                "idempotency-key": `01890a5d-ac96-774b-bcce-b302099a80${String(n + 10)}`,
              },
            })
            .catch(() => null)
          if (answer !== null) outcomes.push(answer.status)
          if (answer?.status === 201 || answer?.status === 200) return
          await new Promise((go) => setTimeout(go, 100))
        }
        throw new Error(`${n} was never taken`)
      }),
    )
    cutting.goesOn = false
    await cuts
    for (const status of outcomes) assert.include([200, 201, 401, 409, 503], status)
    const count = (sql: string) => Number(postgres.psql(sql))
    assert.strictEqual(count("SELECT count(*) FROM client_requests WHERE state #>> '{details,title}' LIKE 'Cut %'"), 24)
    assert.strictEqual(
      count(
        "SELECT count(DISTINCT state #>> '{details,title}') FROM client_requests WHERE state #>> '{details,title}' LIKE 'Cut %'",
      ),
      24,
    )
    // each has its entries and its mail, and none of these twice
    assert.strictEqual(
      count(
        "SELECT count(*) FROM audit_entries e JOIN client_requests r ON r.id = e.request_id WHERE r.state #>> '{details,title}' LIKE 'Cut %' AND e.type = 'RequestSent'",
      ),
      24,
    )
    await eventually(async () => {
      const arrived = new Set(sink.mails.flatMap(({ envelope }) => envelope.to).filter((to) => to.startsWith("cut")))
      return arrived.size === 24 ? true : undefined
    }, 60)
  }, 240_000)

  it("the database is stopped: pages say so calmly in the reader's language, the API in a problem, and nothing typed is lost", async () => {
    const form = await (await customer.fetch(section)).text()
    const fields = [...form.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)]
    const visitor = Person.make(server.url)
    const hidden = Object.fromEntries(
      [
        ...(await (await visitor.fetch("/sign-in")).text()).matchAll(
          /<input type="hidden" name="([^"]*)" value="([^"]*)"/g,
        ),
      ].map(([, name = "", value = ""]) => [name, value]),
    )
    postgres.stop()
    onTestFinished(() => {
      if (isStopped) postgres.start()
    })
    let isStopped = true
    assert.strictEqual((await fetch(`${server.url}/health`)).status, 200)
    const { status, checks } = await ready()
    assert.strictEqual(status, 503)
    assert.strictEqual(checks["database"]?.reason, "no-answer")

    const page = await customer.fetch(section)
    assert.strictEqual(page.status, 503)
    assert.isAtLeast(Number(page.headers.get("retry-after")), 1)
    const text = await page.text()
    assert.include(text, '<html lang="sv"')
    assert.include(text, "Ett ögonblick")
    assert.include(text, page.headers.get("x-request-id") ?? "none")

    const body = new FormData()
    for (const [, name = "", value = ""] of fields) body.append(name, value)
    body.append("typed", 'Åsa "quoted" <b>bold</b>\nand a second line')
    const sent = await customer.fetch(section, { method: "POST", body })
    assert.strictEqual(sent.status, 503)
    const kept = await sent.text()
    assert.include(kept, `action="${section}"`)
    assert.include(kept, "Åsa &quot;quoted&quot; &lt;b&gt;bold&lt;/b&gt;\r\nand a second line")
    assert.include(kept, 'enctype="multipart/form-data"')
    for (const [, name = ""] of fields) assert.include(kept, `name="${name}"`)

    const api = await member.fetch("/api/requests")
    assert.strictEqual(api.status, 503)
    assert.include(api.headers.get("content-type") ?? "", "application/problem+json")
    const problem = (await api.json()) as Record<string, unknown>
    assert.deepInclude(problem, { status: 503, _tag: "Unavailable", requestId: api.headers.get("x-request-id") })
    // a page of the firm, and a wrong password that is not written back
    assert.strictEqual((await member.fetch("/requests")).status, 503)
    const password = "a password that was typed"
    const signIn = await visitor.fetch("/sign-in", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...hidden, email: "moa@firm.example", password }).toString(),
    })
    assert.strictEqual(signIn.status, 503)
    assert.notInclude(await signIn.text(), password)

    postgres.start()
    isStopped = false
    await eventually(async () => ((await ready()).status === 200 ? true : undefined), 60)
    assert.strictEqual((await customer.fetch(section)).status, 200)
    assert.strictEqual((await member.fetch("/requests")).status, 200)
    await ask("After")
    await sink.waitFor(({ envelope }) => envelope.to.includes("after@customer.example"))
    assert.strictEqual(server.log().match(/Listening on/g)?.length, 1)
  }, 240_000)

  it("whoever holds a lock for too long is let go of: 503, and the next one is served", async () => {
    // held until the answer is there
    const held = OwnPostgres.running("psql", [
      "-X",
      "-d",
      postgres.url(),
      "-c",
      "BEGIN; LOCK TABLE client_requests IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(120)",
    ]).catch(() => null)
    const holder =
      "FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'client_requests'::regclass"
    await eventually(async () => (postgres.psql(`SELECT count(*) ${holder}`) === "1" ? true : undefined))
    const answer = await member.fetch("/api/requests")
    assert.strictEqual(answer.status, 503)
    postgres.psql(`SELECT pg_terminate_backend(pid) ${holder}`)
    await held
    assert.strictEqual((await member.fetch("/api/requests")).status, 200)
  }, 240_000)

  it("a slow mail server holds up no page; the queue grows, and the metrics show it", async () => {
    sink.behave({ kind: "hang" })
    for (let n = 0; n < 8; n++) await ask(`Slow ${n}`)
    const began = performance.now()
    assert.strictEqual((await member.fetch("/requests")).status, 200)
    assert.isBelow(performance.now() - began, 8_000)
    const depth = await eventually(async () => {
      const said = await (await fetch(`${server.url}/metrics`)).text()
      const found = Number(/requite_queue_depth\{queue="mail"\} (\d+)/.exec(said)?.[1] ?? 0)
      return found >= 8 ? found : undefined
    })
    assert.isAtLeast(depth, 8)
    sink.behave({ kind: "accept" })
  }, 240_000)
})
