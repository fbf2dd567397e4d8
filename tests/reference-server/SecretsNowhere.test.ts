/**
 * One long story at the whole server, in which every kind of secret is issued; then all that anybody could read afterwards
 * (every table, every line of the log, traces, metrics, answers, exports, webhooks) is searched for each of them, in the
 * forms that a secret takes on its way. The development mailboxes, which are made to show mails, are not part of it.
 */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Channel from "effect/Channel"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Config from "../../reference-server/src/Config.ts"
import * as Logs from "../../reference-server/src/Observability/Logs.ts"
import { NodeServices } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Zip } from "../../reference-server/src/platform/Zip.ts"
import { Record } from "../../reference-server/src/Record.ts"
import * as Server from "../../reference-server/src/Server.ts"
import * as ServerKey from "../../reference-server/src/ServerKey.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import { UnsubscribeLinks } from "../../reference-server/src/UnsubscribeLinks.ts"
import { Vault } from "../../reference-server/src/Vault.ts"
import * as Collector from "../support/Collector.ts"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as ShiftedClock from "../support/ShiftedClock.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import { eventually, given, listener, passwords, stands } from "./SecretsWorld.ts"

const questionnaire = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")

describe("secrets", () => {
  it("S12 S14: no token, code, cookie, key or password that was ever issued stands in a table, a log, a trace, a metric, a list, an export or a webhook", async () => {
    const scope = Scope.makeUnsafe()
    const sink = await SmtpSink.start()
    const collector = await Collector.start()
    const sms: Array<{ readonly to: string; readonly text: string }> = []
    const provider = await listener((_, body) => void sms.push(JSON.parse(body) as (typeof sms)[number]))
    const hooked: Array<string> = []
    const receiver = await listener((_, body) => void hooked.push(body))

    const secrets = new Map<string, string>()
    const remember = (what: string, secret: string | undefined): string => {
      assert.isAtLeast(secret?.length ?? 0, 6, what)
      if (![...secrets.values()].includes(secret ?? "")) secrets.set(`${what} (${secrets.size})`, secret ?? "")
      return secret ?? ""
    }
    for (const [what, secret] of Object.entries({ ...given, ...passwords })) remember(what, secret)

    const lines = { json: [] as Array<string>, pretty: [] as Array<string> }
    const keep = (...parts: ReadonlyArray<unknown>) => void lines.pretty.push(parts.map(String).join(" "))
    const console: Console.Console = Object.assign(Object.create(globalThis.console) as Console.Console, {
      log: keep,
      info: keep,
      warn: keep,
      error: keep,
      debug: keep,
      group: keep,
      groupEnd: () => {},
    })

    const environment = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
    const port = await ServerProcess.freePort()
    const url = `http://localhost:${port}`
    const { DATABASE_URL } = environment
    const withPassword = (address: string) => {
      const changed = new URL(address)
      changed.password = passwords["database password"]
      return changed.href
    }
    const { config, mistakes } = Config.parse({
      ...given,
      ...environment,
      ...(DATABASE_URL === undefined ? {} : { DATABASE_URL: withPassword(DATABASE_URL) }),
      PORT: String(port),
      SMTP_URL: sink.url.replace("//", `//firm:${passwords["SMTP password"]}@`),
      SMS_URL: `${provider.url}/${passwords["path of the SMS provider"]}`,
      MAIL_FROM: "requests@firm.example",
      MAIL_RETURN_DOMAIN: "bounces.firm.example",
      WEBHOOK_ALLOWED_NETWORKS: "127.0.0.1/32",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_HEADERS: `x-key=${passwords["collector's key"]}`,
      OTEL_BSP_SCHEDULE_DELAY: "100",
      OTEL_METRIC_EXPORT_INTERVAL: "200",
      LOG_LEVEL: "Debug",
    })
    if (config === null) throw new Error(mistakes.join(" "))
    const clock = ShiftedClock.make()
    const services = await Effect.runPromise(
      Server.layer(config).pipe(
        Layer.provideMerge(clock.layer),
        Layer.provideMerge(
          Logger.layer([Logger.map(Logs.json, (line) => void lines.json.push(line)), Logger.consolePretty()]),
        ),
        Layer.provideMerge(Layer.succeed(Console.Console, console)),
        Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "All")),
        Layer.build,
        Scope.provide(scope),
      ),
    )
    const run = <A, E>(effect: Effect.Effect<A, E, Layer.Success<ReturnType<typeof Server.layer>>>) =>
      Effect.runPromise(Tenancy.across(Effect.provideContext(effect, services)))

    // ---- the firm: set-up, sign-in, keys, somebody more, a forgotten password
    const browser = () => Person.make(url, {}, remember)
    const first = passwords["password of the first member"]
    const desk = browser()
    const firm = { firm: "Ask & Answer Ltd", accent: "#0b6e4f", hex: "#0b6e4f", language: "en" }
    const moa = { name: "Moa Member", email: "moa@firm.example", password: first, timeZone: "Europe/Stockholm" }
    assert.strictEqual((await desk.form("/setup", { ...firm, ...moa, code: given.SETUP_CODE })).status, 303)
    await browser().form("/sign-in", { email: moa.email, password: passwords["wrong password"] })
    await browser().form("/sign-in", { email: moa.email, password: first })
    const key = await desk.json("/api/keys", { name: "watched" })
    remember("API key", String(key["secret"]))
    const { id: keyId } = key["key"] as { readonly id: string }
    const fresh = remember("API key, rotated", String((await desk.json(`/api/keys/${keyId}/rotate`, {}))["secret"]))
    const authorization = `Bearer ${fresh}`
    await fetch(`${url}/api/requests?key=${fresh}`, { headers: { authorization, "x-request-id": fresh } })
    await fetch(`${url}/api/requests`, { headers: { authorization: `${authorization}x`, "user-agent": fresh } })

    const letter = async (to: string, path: string) => {
      const mail = await sink.waitFor(
        ({ envelope, parsed }) => envelope.to.includes(to) && (parsed.text ?? "").includes(path),
      )
      return remember(path, new RegExp(`${path}([\\w-]{43})`).exec(mail.parsed.text ?? "")?.[1])
    }
    await desk.json("/api/members/invitations", { name: "Nea New", email: "nea@firm.example", role: "member" })
    const joining = `/join/${await letter("nea@firm.example", "/join/")}`
    const password = passwords["password of the second member"]
    assert.strictEqual((await browser().form(joining, { name: "Nea New", password })).status, 303)
    await browser().form("/forgotten", { email: "nea@firm.example" })
    const reset = `/password/${await letter("nea@firm.example", "/password/")}`
    assert.strictEqual((await browser().form(reset, { password: passwords["new password"] })).status, 303)

    // ---- webhooks, the sender's domain
    const endpoint = await desk.json("/api/webhooks", { url: `${receiver.url}/hook`, include: ["answers"] })
    remember("webhook secret", String(endpoint["secret"]))
    const { id: endpointId } = endpoint["endpoint"] as { readonly id: string }
    remember("webhook secret, new", String((await desk.json(`/api/webhooks/${endpointId}/rotate`, {}))["secret"]))
    await desk.json("/api/webhooks", { url: `${receiver.url}/hook` })
    await desk.json("/api/sender", { domain: "firm.example", localPart: "requests" }, { method: "PUT" })

    // ---- links of every kind
    await desk.json("/api/questionnaires", { source: questionnaire })
    const mailed = async (to: string, nth = 1) => {
      const mail = await eventually(
        `mail ${nth} to ${to}`,
        () => sink.mails.filter(({ envelope }) => envelope.to.includes(to))[nth - 1],
      )
      return remember("link", /\/r\/([\w-]{43})/.exec(mail.parsed.text ?? "")?.[1])
    }
    let people = 0
    const ask = async (policy: unknown) => {
      const n = ++people
      const recipient = {
        name: "Carl Customer",
        email: `carl.${n}@customer.example`,
        language: "en",
        mobile: `+4670174${1000 + n}`,
      }
      const body = {
        questionnaire: { id: "first-look" },
        title: "A first look",
        recipient,
        policy,
        send: true,
      }
      const made = await desk.json("/api/requests", body)
      const [request] = (made["requests"] ?? [made["request"] ?? made]) as ReadonlyArray<{
        readonly id: string
        readonly recipients: ReadonlyArray<{ readonly id: string }>
      }>
      if (request === undefined) throw new Error(JSON.stringify(made))
      const at = `/api/requests/${request.id}/recipients/${request.recipients[0]?.id ?? ""}`
      return {
        ...recipient,
        id: request.id,
        recipient: request.recipients[0]?.id ?? "",
        at,
        token: await mailed(recipient.email),
      }
    }
    const enter = async (person: Person.Person, token: string) => {
      const claimed = await person.json("/api/customer/claim", { token }, { headers: { origin: url } })
      // the handle is no secret: it opens nothing without its cookie
      return { handle: String(claimed["handle"]), code: claimed["code"] as { readonly csrf: string } | null }
    }

    const plain = await ask("standard")
    await fetch(`${url}/r/${plain.token}`)
    await fetch(`${url}//R/${plain.token}/x?next=/r/${plain.token}`, {
      headers: { referer: `${url}/r/${plain.token}` },
    })
    const carl = browser()
    const inside = await enter(carl, plain.token)
    const fill = await carl.json(`/api/customer/${inside.handle}`)
    const headers = { "x-csrf-token": remember("form token of the API", String(fill["csrf"])) }
    await carl.json(
      `/api/customer/${inside.handle}/answers`,
      { revision: fill["revision"], answers: {} },
      { method: "PUT", headers },
    )
    await browser().form(`/r/${plain.token}`, {})
    await desk.json(`${plain.at}/resend`, {})
    const again = await mailed(plain.email, 2)
    await browser().json("/api/customer/access-link", { token: again }, { headers: { origin: url } })
    await mailed(plain.email, 3)
    const shared = await ask({ preset: "standard", change: { audience: "shared-record" } })
    remember("copied link", /\/r\/([\w-]{43})/.exec(String((await desk.json(`${shared.at}/link`, {}))["url"]))?.[1])
    const derived = await ask({ preset: "standard", change: { token: "derived", secondFactor: "none" } })
    remember("derived link", /\/r\/([\w-]{43})/.exec(String((await desk.json(`${derived.at}/link`, {}))["url"]))?.[1])

    // ---- codes: by SMS, by mail, read out
    const both = { secondFactor: "both", secondFactorWhen: "always", requires: ["email", "mobile"] }
    const guarded = await ask({ preset: "standard", change: both })
    const visitor = browser()
    const step = await enter(visitor, guarded.token)
    const message = await eventually("the SMS", () => sms.find(({ to }) => to === guarded.mobile))
    const smsCode = remember("SMS code", /\b\d{6}\b/.exec(message.text)?.[0])
    const coded = { "x-csrf-token": remember("form token of a code", step.code?.csrf), origin: url }
    const next = await visitor.json(`/api/customer/${step.handle}/code`, { code: smsCode }, { headers: coded })
    const nextStep = next["code"] as { readonly csrf: string } | null
    const mailCode = await eventually("the code's mail", () => {
      const [mail] = sink.mails.filter(({ envelope }) => envelope.to.includes(guarded.email)).slice(1)
      return /\b\d{6}\b/.exec(mail?.parsed.text ?? "")?.[0]
    })
    remember("mail code", mailCode)
    const handle = String(next["handle"])
    await visitor.json(
      `/api/customer/${handle}/code`,
      { code: mailCode },
      { headers: { origin: url, "x-csrf-token": remember("form token of a code", nextStep?.csrf) } },
    )
    const byPhone = await ask({ preset: "standard", change: { ...both, secondFactor: "sms-code" } })
    await enter(browser(), byPhone.token)
    await eventually("the second SMS", () => sms.find(({ to }) => to === byPhone.mobile))
    remember("SMS code", /\b\d{6}\b/.exec(sms.find(({ to }) => to === byPhone.mobile)?.text ?? "")?.[0])
    clock.pass(31_000)
    remember("code read out", String((await desk.json(`${byPhone.at}/code`, {}))["code"]))

    // ---- the link of reminders, and a checkpoint over everything
    const record = Context.get(services, Record)
    const [{ id: workspaceId } = { id: "" }] = await run(
      Effect.flatMap(SqlClient.SqlClient, (sql) => sql<{ id: string }>`SELECT id FROM workspaces`),
    )
    await run(record.checkpoint(workspaceId))
    const stop = await run(
      Effect.gen(function* () {
        const links = yield* UnsubscribeLinks
        return Redacted.value(yield* links.addressOf(workspaceId, plain.id, plain.recipient))
      }),
    )
    const unsubscribing = remember("link that ends reminders", /\/u\/([\w-]{43})/.exec(stop)?.[1])
    const oneClick = new URLSearchParams({ "List-Unsubscribe": "One-Click" })
    assert.strictEqual((await fetch(`${url}/u/${unsubscribing}`, { method: "POST", body: oneClick })).status, 200)
    await eventually("the webhooks", () => (hooked.length > 8 ? hooked : undefined))

    // ---- every link and return address of every mail, whoever asked for it
    for (const { raw, envelope } of sink.mails) {
      for (const [, kind = "", token] of raw.replaceAll("=\r\n", "").matchAll(/\/([ru]|join|password)\/([\w-]{43})/g)) {
        remember(`/${kind}/`, token)
      }
      const code = /\.([0-9a-f]{16})@/.exec(envelope.from)?.[1]
      if (code !== undefined) remember("code of a return address", code)
    }
    const kinds = [...secrets.keys()].map((what) => what.replace(/ \(\d+\)$/, ""))
    for (const kind of ["link", "copied link", "link that ends reminders", "code of a return address"])
      assert.include(kinds, kind)

    // ---- keys that are not in the database, and those that are sealed in it
    const names = ["link-key", "code-pepper", "vault-key", "record-key", "return-key"] as const
    for (const name of names) {
      remember(name, Redacted.value(await run(Effect.provide(ServerKey.read(config, name), NodeServices.layer))))
    }
    const dkim = await run(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const vault = yield* Vault
        const rows = yield* sql<{ domain: string; selector: string; privateKey: string }>`
            SELECT domain, selector, private_key FROM sender_keys`
        return yield* Effect.forEach(rows, ({ domain, selector, privateKey }) =>
          vault.open(privateKey, `sender-key:${workspaceId}:${domain}:${selector}`),
        )
      }),
    )
    assert.lengthOf(dkim, 1)
    // a line of its primes: those before have the modulus, which is public
    for (const pem of dkim) remember("DKIM key", Redacted.value(pem).split("\n")[20])

    // ---- all that can be read
    const signedIn = browser()
    await signedIn.form("/sign-in", { email: moa.email, password: first })
    const read = async (path: string) => {
      const answer = await signedIn.fetch(path)
      assert.strictEqual(answer.status, 200, path)
      return answer.text()
    }
    const places = new Map<string, string>()
    for (const path of [
      `keys members members/invitations members/events webhooks sender requests events contacts suppressions policies`,
      `questionnaires templates session record record/verify webhooks/${endpointId}/deliveries requests/${plain.id}`,
      `requests/${plain.id}/history requests/${guarded.id}/history requests/${plain.id}/record`,
    ].flatMap((paths) => paths.split(" "))) {
      places.set(`/api/${path}`, await read(`/api/${path}`))
    }
    const deliveries = JSON.parse(places.get(`/api/webhooks/${endpointId}/deliveries`) ?? "") as {
      readonly deliveries: ReadonlyArray<{ readonly id: string }>
    }
    for (const { id } of deliveries.deliveries.slice(0, 3)) {
      places.set(`delivery ${id}`, await read(`/api/webhooks/${endpointId}/deliveries/${id}`))
    }
    for (const page of ["", "/members", "/sending", "/templates", "/webhooks", "/record", "/operations"]) {
      // the form's own token is the reader's
      places.set(`/settings${page}`, (await read(`/settings${page}`)).replace(/name="csrf" value="[^"]*"/g, ""))
    }
    const archived = await run(
      record.archive(workspaceId).pipe(
        Stream.toChannel,
        Channel.pipeTo(Zip.decode()),
        Stream.fromChannel,
        Stream.mapEffect(({ header, body }) =>
          Effect.map(Stream.runCollect(body), (chunks) => [header.path, Buffer.concat(chunks).toString()] as const),
        ),
        Stream.runCollect,
      ),
    )
    assert.isAbove(archived.length, 10)
    for (const [path, content] of archived) places.set(`archive ${path}`, `${path}\n${content}`)
    places.set("webhook bodies", hooked.join("\n"))
    places.set(
      "/metrics",
      await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${given.METRICS_TOKEN}` } })).text(),
    )
    const Table = Schema.Struct({ name: Schema.String, row: Schema.String })
    const tables = await run(
      TestDatabase.asAdministrator(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const found = yield* sql<{ schema: string; name: string }>`
              SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
              WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`
          return yield* Effect.forEach(found, ({ schema, name }) =>
            Effect.map(sql.unsafe<{ row: string }>(`SELECT t::text AS row FROM "${schema}"."${name}" t`), (rows) =>
              Table.make({ name, row: rows.map(({ row }) => row).join("\n") }),
            ),
          )
        }),
      ),
    )
    assert.isAbove(tables.length, 35)
    for (const { name, row } of tables) places.set(`table ${name}`, row)
    await eventually("traces", () =>
      collector.spans().some(({ name }) => name === "GET /settings/operations") ? true : undefined,
    )
    places.set("traces and metrics as sent", collector.bodies.join("\n"))
    await Effect.runPromise(Scope.close(scope, Exit.void))
    places.set("the log, as JSON", lines.json.join("\n"))
    places.set("the log, for people", lines.pretty.join("\n"))
    provider.close()
    receiver.close()
    await sink.close()
    await collector.close()

    // the search finds what is there: nothing of this is empty, and a public text is found
    assert.isAbove(secrets.size, 55)
    for (const form of ["json", "pretty"] as const) assert.isAbove(lines[form].length, 50, form)
    assert.isTrue(stands("carl.1@customer.example", places.get("table mails") ?? ""))
    assert.isTrue(stands("secret of mine", Buffer.from("a secret of mine!").toString("base64")))
    const leaks = [...secrets].flatMap(([what, secret]) =>
      [...places].flatMap(([place, content]) => (stands(secret, content) ? [`${what} in ${place}`] : [])),
    )
    assert.deepStrictEqual(leaks, [])
  }, 180_000)
})
