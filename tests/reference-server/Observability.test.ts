/** The server seen from outside: a real process with its log as JSON, a collector for its traces, and Prometheus' text. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe } from "vitest"
import * as Collector from "../support/Collector.ts"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const questionnaire = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")
const metricsToken = "metrics-token-that-nobody-guesses"

describe("a server that is watched", () => {
  const scope = Scope.makeUnsafe()
  /** Everything that was issued, and must be found nowhere. */
  const secrets = new Map<string, string>()
  let server: ServerProcess.ServerProcess
  let sink: SmtpSink.SmtpSink
  let collector: Collector.Collector
  let member: Person.Person

  const remember = (what: string, secret: string | undefined) => {
    assert.isAtLeast(secret?.length ?? 0, 8, what)
    secrets.set(what, secret ?? "")
  }
  const keep = (what: string, answer: Response) => {
    for (const [at, cookie] of answer.headers.getSetCookie().entries()) {
      remember(`${what} cookie ${at}`, decodeURIComponent(cookie.split(";")[0]?.split("=")[1] ?? ""))
    }
  }
  const metrics = async () =>
    (await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })).text()

  beforeAll(async () => {
    const environment = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
    sink = await SmtpSink.start()
    collector = await Collector.start()
    server = await ServerProcess.start({
      ...environment,
      SMTP_URL: sink.url,
      LOG_JSON: "true",
      LOG_LEVEL: "Debug",
      METRICS_TOKEN: metricsToken,
      TRUSTED_PROXIES: "127.0.0.1, ::1",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "200",
      OTEL_METRIC_EXPORT_INTERVAL: "500",
    })
    remember("metrics token", metricsToken)
    member = await Person.setUp(server.url)
    remember("password", "correct horse battery")
    keep(
      "member",
      await Person.make(server.url).form("/sign-in", { email: "moa@firm.example", password: "correct horse battery" }),
    )
    await Person.make(server.url).form("/sign-in", { email: "moa@firm.example", password: "wrong but telling" })
    remember("wrong password", "wrong but telling")
    const key = await member.json("/api/keys", { name: "watched" })
    remember("API key", String(key["secret"]))
    await member.json("/api/questionnaires", { source: questionnaire })
    await member.json("/api/requests", {
      questionnaire: { id: "first-look" },
      title: "A first look",
      recipient: { name: "Carl Customer", email: "carl@customer.example", language: "en" },
      send: true,
    })
    const mail = await sink.waitFor(() => true)
    const token = /\/r\/([\w-]{43})/.exec(mail.parsed.text ?? "")?.[1]
    remember("link token", token)
    const customer = Person.make(server.url)
    await customer.fetch(`/r/${token}`)
    const claimed = await customer.form(`/r/${token}`, {})
    keep("customer", claimed)
    const page = await (await customer.fetch(claimed.headers.get("location") ?? "/")).text()
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1]
    if (csrf !== undefined) remember("csrf", csrf)
    // what people and machines do to links and keys
    await fetch(`${server.url}//R/${token}/x?next=/r/${token}`)
    await fetch(`${server.url}/api/requests?key=${String(key["secret"])}`, {
      headers: { authorization: `Bearer ${String(key["secret"])}x`, "x-request-id": token ?? "" },
    })
    await fetch(`${server.url}/api/requests`, { headers: { authorization: `Bearer ${String(key["secret"])}` } })
  }, 180_000)
  afterAll(async () => {
    await server.stop()
    await sink.close()
    await collector.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  it("every answer has a number, which is the proxy's where a trusted one gave a well-formed one", async () => {
    const numberOf = async (given?: string) =>
      (
        await fetch(`${server.url}/sign-in`, given === undefined ? {} : { headers: { "x-request-id": given } })
      ).headers.get("x-request-id")
    const fresh = await numberOf()
    assert.match(fresh ?? "", /^[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}$/)
    assert.notStrictEqual(await numberOf(), fresh)
    assert.strictEqual(await numberOf("7f3c9a52-proxy.1"), "7f3c9a52-proxy.1")
    for (const crooked of ["short", "x".repeat(43), 'a"b c<d>e', "-leading-dash"]) {
      assert.notStrictEqual(await numberOf(crooked), crooked)
    }
    assert.strictEqual((await fetch(`${server.url}/nowhere`)).headers.get("x-request-id")?.length, 14)
  })

  it("the log is a JSON object a line, with the request's number, the route's template and who called", async () => {
    const number = (await member.fetch("/requests")).headers.get("x-request-id") ?? ""
    for (let tries = 0; tries < 600 && !server.log().includes(`"${number}"`); tries++) {
      await new Promise((go) => setTimeout(go, 100))
    }
    const lines = server
      .log()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    for (const line of lines) assert.containsAllKeys(line, ["time", "level", "message"])
    const [line] = lines.filter((one) => one["requestId"] === number)
    assert.deepInclude(line, { level: "info", method: "GET", route: "/requests", status: 200 })
    assert.match(String(line?.["workspaceId"]), /^[0-9a-f-]{36}$/)
    assert.match(String(line?.["memberId"]), /^[0-9a-f-]{36}$/)
    assert.isNumber(line?.["durationMs"])
    const opened = lines.find((one) => one["route"] === "/r/:token" && one["method"] === "GET")
    assert.match(String(opened?.["message"]), /^GET \/r\/… 200 /)
  })

  it("traces: a span for the request by its template, with the command and its statements below; mails and sweeps", async () => {
    for (let tries = 0; tries < 600 && !collector.spans().some(({ name }) => name === "Outbox.deliver"); tries++) {
      await new Promise((go) => setTimeout(go, 100))
    }
    const spans = collector.spans()
    const named = (name: string) => spans.filter((span) => span.name === name)
    const attribute = (span: Collector.Span | undefined, key: string) =>
      Object.values(span?.attributes.find((one) => one.key === key)?.value ?? {})[0]
    const [sent] = named("POST /api/requests/").concat(named("POST /api/requests"))
    assert.strictEqual(attribute(sent, "http.response.status_code"), 201)
    const commands = named("ClientRequests.handle").filter(({ traceId }) => traceId === sent?.traceId)
    assert.sameMembers(
      commands.map((span) => attribute(span, "requite.command")),
      ["Create", "Send"],
    )
    const statements = spans.filter(({ traceId, attributes }) =>
      traceId === sent?.traceId ? attributes.some(({ key }) => key === "db.query.text") : false,
    )
    assert.isTrue(
      statements.some((span) => /INSERT INTO "?mails"?[^]*\$1/.test(String(attribute(span, "db.query.text")))),
    )
    assert.isNotEmpty(named("GET /r/:token"))
    assert.isNotEmpty(named("Outbox.deliver"))
    assert.isNotEmpty(named("sweep requests"))
    assert.include([...collector.metrics()], "requite_http_request_duration_seconds")
  })

  it("metrics: what was done is counted, under few and small labels, and only for who has the token", async () => {
    const said = await metrics()
    assert.match(
      said,
      /requite_http_request_duration_seconds_count\{method="GET",route="\/r\/:token",status="200"\} [1-9]/,
    )
    assert.match(said, /requite_commands_total\{type="Send",outcome="done"\} 1/)
    assert.match(said, /requite_mails_total\{kind="invitation",outcome="handed-over"\} 1/)
    assert.match(said, /requite_queue_depth\{queue="mail"\} 0/)
    assert.match(said, /requite_queue_depth\{queue="webhook"\} 0/)
    assert.match(said, /requite_loop_turns_total\{loop="sweeper",outcome="done"\} [1-9]/)
    assert.match(said, /requite_loop_alive\{loop="mail worker"\} 1/)
    assert.match(said, /requite_database_up 1/)
    for (const name of [
      "due_requests",
      "due_oldest_seconds",
      "database_connections",
      "event_loop_delay_seconds",
      "memory_bytes",
    ]) {
      assert.match(said, new RegExp(`^requite_${name}(\\{[^}]*\\})? [0-9.e+-]+$`, "m"), name)
    }
    // no id and no address is a label
    assert.notMatch(said, /[0-9a-f]{8}-[0-9a-f]{4}-|@|customer\.example/)
    for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: metricsToken }]) {
      const refused = await fetch(`${server.url}/metrics`, { headers: new Headers(headers) })
      assert.strictEqual(refused.status, 404)
      assert.notInclude(await refused.text(), "requite_")
    }
  })

  it("metrics: a thousand invented addresses make no series of their own", async () => {
    const before = (await metrics()).split("\n").length
    for (let n = 0; n < 1_000; n += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, at) => fetch(`${server.url}/nowhere/${n + at}`)))
    }
    assert.isBelow((await metrics()).split("\n").length, before + 40)
  })

  it("S12: no token, code, cookie, key or password of all this is in the log, a trace or a metric", async () => {
    const everything = { log: server.log(), traces: collector.bodies.join("\n"), metrics: await metrics() }
    assert.isAtLeast(secrets.size, 7)
    for (const [what, secret] of secrets) {
      for (const [place, text] of Object.entries(everything)) {
        assert.isFalse(text.includes(secret), `${what} is in the ${place}`)
        assert.isFalse(text.includes(encodeURIComponent(secret)), `${what} is in the ${place}, encoded`)
      }
    }
  })
})
